"""From what an ear hears, frame by frame, to notes: when, how long, how high, how loud.

    transcriber = Transcriber(187.5)
    transcriber.feed(frames)          rows of (frame, cycle, level, frequency, clarity, age, tone, hiss)
    transcriber.notes                 the notes so far, the last one perhaps still sounding

A note begins where the onset detector fires and a clear pitch follows; where a pitch leaves the note that
sounds and stays elsewhere (legato); or where a voice rises out of silence. An onset under which the pitch
that sounds neither moves nor swells (a drum beside the player) counts for the beat only. The times that
windows of analysis add are taken off again: a note lies where it was struck.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

ONSET_LATE = 0.005
"""Seconds after a stroke at which the onset detector fires."""
PITCH_LATE = 0.029
"""Seconds after a change of pitch at which the pitch tracker has gone half of the way."""
LEAST_GAP = 0.06
"""Seconds between two strokes."""
SETTLING = 0.042
"""Seconds after a stroke in which the pitch is not yet that of the note."""
DECIDED = 0.088
"""Seconds after a stroke at which it is known what it was."""
CLEAR = 0.8
SWELL, RISEN, DIPPED = 1.25, 1.15, 0.87
"""By what the level around the pitch, and the whole level, must rise at a stroke of the pitch that sounds."""
AMENDED = 0.07
"""Seconds after its beginning within which a note's pitch may turn out to be another."""
QUIETEST = 0.004
"""The level below which there is silence, -48 dB; a noisy room raises it."""
MOVED = 0.75
"""Semitones by which a pitch must leave its note to be another."""
GLIDING = 3.0
"""Semitones within a note's first moments that no note glides, but drums do."""
STAYED = 0.04
FAINT = 0.04
"""A note is over when its level is so much of its peak."""
UNVOICED = 0.07


@dataclass(slots=True)
class HeardNote:
    """One note as it was played: `begin` and `end` in seconds of the ear's own clock, the same in cycles.

    `end` is None while it sounds. `pitch` is a MIDI number with its fraction, `velocity` 0 to 1.
    """

    begin: float
    cycle: float
    pitch: float
    velocity: float
    end: float | None = None
    until: float | None = None
    clarity: float = 1.0


class Frame(NamedTuple):
    """What the ear heard in about 5 ms; `second` is the end of it."""

    second: float
    cycle: float
    level: float
    pitch: float
    clarity: float
    age: float
    tone: float
    hiss: float


@dataclass
class Transcriber:
    """Frames in, notes out. `rate` is frames a second, `cycles` how many the ear counts to."""

    rate: float
    cycles: int = 64
    quietest: float = QUIETEST
    notes: list[HeardNote] = field(default_factory=list)
    strokes: list[tuple[float, float, float]] = field(default_factory=list)
    """(second, strength, cycle) of every stroke, of drums too."""
    level: float = 0.0
    pitch: float | None = None
    second: float = 0.0

    def __post_init__(self) -> None:
        self._recent: deque[Frame] = deque(maxlen=max(8, int(self.rate * 0.4)))
        self._age = math.inf
        self._stroke = -math.inf
        self._pending: float | None = None
        self._current: HeardNote | None = None
        self._pitches: list[float] = []
        self._peak = 0.0
        self._floor = self._lowest = 0.0
        self._voiced_at = -math.inf
        self._turns = 0
        self._last_cycle: float | None = None
        self._frame: int | None = None
        self._count = 0

    def feed(self, rows: Iterable[Sequence[float]]) -> list[HeardNote]:
        """Hear some more frames; the notes that were found to have begun."""
        before = len(self.notes)
        for row in rows:
            self._hear(self._framed(row))
        return self.notes[before:]

    def forget(self, before: float) -> None:
        """Drop what ended before a second."""
        self.notes = [note for note in self.notes if note.end is None or note.end >= before]
        self.strokes = [stroke for stroke in self.strokes if stroke[0] >= before]

    def _framed(self, row: Sequence[float]) -> Frame:
        number, cycle, level, hertz, clarity, age, tone, hiss = (float(each) for each in row)
        if self._frame is not None:
            self._count += int((number - self._frame) % (1 << 20))
        self._frame = int(number)
        if self._last_cycle is not None and cycle < self._last_cycle - self.cycles / 2:
            self._turns += 1
        self._last_cycle = cycle
        pitch = 69 + 12 * math.log2(hertz / 440) if hertz > 20 else 0.0
        self.second = (self._count + 1) / self.rate
        return Frame(self.second, cycle + self._turns * self.cycles, level, pitch, clarity, age, tone, hiss)

    @property
    def gate(self) -> float:
        """The level that counts as sound: above the room's noise."""
        return max(self.quietest, 3 * self._floor)

    def _hear(self, frame: Frame) -> None:
        self._recent.append(frame)
        self.level = frame.level
        # The floor follows quickly down and slowly up, a note's length being no noise.
        step = 0.02 if frame.level < self._floor else 0.0004
        self._floor += (min(frame.level, 0.02) - self._floor) * step
        voiced = frame.clarity > CLEAR and frame.level > self.gate
        if voiced:
            self._voiced_at = frame.second
        self.pitch = frame.pitch if voiced else None
        struck = frame.age < self._age - 1e-6 and frame.level > self.gate * 0.5
        self._age = frame.age
        if struck:
            at = frame.second - frame.age - ONSET_LATE
            if at - self._stroke >= LEAST_GAP:
                self._decide(frame, force=True)
                self._stroke = self._pending = at
        self._decide(frame)
        self._go_on(frame, voiced)

    def _decide(self, frame: Frame, force: bool = False) -> None:
        """What a stroke was, once enough has been heard after it."""
        at = self._pending
        if at is None or (frame.second - at < DECIDED and not force):
            return
        self._pending = None
        after = [each for each in self._recent if at + 0.012 < each.second <= at + DECIDED]
        before = [each for each in self._recent if at - 0.12 < each.second <= at + 0.016]
        loudest = max((each.level for each in after), default=frame.level)
        self.strokes.append((at, loudest, self.cycle_at(at)))
        settled = [each for each in after if each.second > at + SETTLING and each.level > self.gate]
        found = [each for each in settled if each.clarity > CLEAR]
        if len(found) < 3:
            found = [each for each in settled if each.clarity > CLEAR * 0.8]
        if len(found) < 3:
            return
        pitch = median(each.pitch for each in found)
        if max(each.pitch for each in found) - min(each.pitch for each in found) > GLIDING:
            found = found[-max(3, len(found) * 2 // 5) :]
            pitch = median(each.pitch for each in found)
            if max(each.pitch for each in found) - min(each.pitch for each in found) > MOVED:
                return
        current = self._current
        if current is not None:
            same = abs(pitch - self._pitch()) < MOVED
            if same and (at - current.begin < LEAST_GAP or not _again(before, after, at)):
                return
            if at - current.begin < LEAST_GAP:
                # It was found by its pitch already; the stroke tells when.
                return
        self._begin(at, pitch, after)

    def _go_on(self, frame: Frame, voiced: bool) -> None:
        """The note that sounds: longer, over, or another by its pitch alone."""
        current = self._current
        if current is None:
            self._lowest = min(self._lowest, frame.level)
            if voiced and self._pending is None:
                self._rise(frame)
            return
        settled = frame.second - current.begin > SETTLING
        if voiced and settled and abs(frame.pitch - self._pitch()) < MOVED:
            self._pitches.append(frame.pitch)
            current.pitch = self._pitch()
        self._peak = max(self._peak, frame.level)
        if self._pending is None and voiced and settled:
            self._leave(frame)
        if frame.level < max(self.gate * 0.8, FAINT * self._peak):
            self._finish(frame.second - 0.012)
        elif frame.second - self._voiced_at > UNVOICED:
            self._finish(self._voiced_at)

    def _rise(self, frame: Frame) -> None:
        """A voice without a stroke: it has been clear and steady for a while."""
        steady = [each for each in self._recent if each.second > frame.second - STAYED]
        if len(steady) < 0.8 * STAYED * self.rate:
            return
        pitches = [each.pitch for each in steady]
        risen = median(each.level for each in steady) > 1.5 * self._lowest
        clear = all(each.clarity > CLEAR and each.level > self.gate for each in steady)
        if clear and risen and max(pitches) - min(pitches) < 1.0:
            self._begin(steady[0].second - PITCH_LATE, median(pitches), steady)

    def _leave(self, frame: Frame) -> None:
        """Whether the pitch has left the note and stays elsewhere."""
        window = [each for each in self._recent if each.second > frame.second - STAYED]
        here = self._pitch()
        if len(window) < 0.8 * STAYED * self.rate:
            return
        pitches = [each.pitch for each in window]
        gone = all(abs(each.pitch - here) >= MOVED and each.clarity > CLEAR for each in window)
        if gone and max(pitches) - min(pitches) < 0.8:
            current = self._current
            if current is not None and window[0].second - PITCH_LATE - current.begin < AMENDED:
                current.pitch, self._pitches = median(pitches), pitches
                return
            self._begin(window[0].second - PITCH_LATE, median(pitches), window)

    def _begin(self, at: float, pitch: float, heard: list[Frame]) -> None:
        self._finish(at)
        level = max((each.level for each in heard), default=self.level)
        clarity = median(each.clarity for each in heard) if heard else 0.0
        note = HeardNote(at, self.cycle_at(at), pitch, loudness(level), clarity=min(1.0, clarity))
        self._current, self._pitches, self._peak = note, [pitch], level
        self._voiced_at = self.second
        self.notes.append(note)

    def _finish(self, at: float) -> None:
        if self._current is not None:
            self._current.end = max(at, self._current.begin + 0.02)
            self._current.until = self.cycle_at(self._current.end)
            self._current, self._lowest = None, self.level

    def _pitch(self) -> float:
        return median(self._pitches[-200:])

    def cycle_at(self, second: float) -> float:
        """Where in the music a second of the ear's clock was."""
        recent = self._recent
        last = recent[-1]
        near = min(recent, key=lambda each: abs(each.second - second))
        speed = (last.cycle - recent[0].cycle) / (last.second - recent[0].second) if len(recent) > 1 else 0.0
        return near.cycle + (second - near.second) * speed


def _again(before: list[Frame], after: list[Frame], at: float) -> bool:
    """Whether a stroke was one of the pitch that sounds, not of a drum beside it: it swells or had dipped."""
    early = [each for each in before if each.second < at - 0.03]
    late = [each for each in before if each.second >= at - 0.03]
    if not early or not late or not after:
        return True
    level, tone = median(each.level for each in early), median(each.tone for each in early)
    dip_level, dip_tone = min(each.level for each in late), min(each.tone for each in late)
    louder, clearer = median(each.level for each in after), median(each.tone for each in after)
    swells = louder > SWELL * level and clearer > SWELL * tone
    dips = dip_level < DIPPED * level and dip_tone < DIPPED * tone
    rises = louder > RISEN * dip_level and clearer > RISEN * dip_tone
    return swells or (dips and rises)


def loudness(level: float) -> float:
    """A level as a velocity: full scale 1, -48 dB next to nothing.

    >>> round(loudness(0.1), 2)
    0.7
    """
    decibels = 20 * math.log10(max(level, 1e-5))
    return min(1.0, max(0.08, 1.0 + decibels / 66))
