"""What somebody else plays, as a part to listen to: notes on the grid of bars, the beat, the level."""

from __future__ import annotations

import math
import threading
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

from quicktions import Fraction

from livecode.generators.plan import Source
from livecode.language.moment import moment
from livecode.language.notes import MIDI_C4, note_name
from livecode.language.pattern import Pattern
from livecode.language.time import Event, Span
from livecode.music.beats import Beat, find_beat
from livecode.music.events import note_values
from livecode.music.phrase import TICKS, Phrase, bar_ticks
from livecode.music.transcribing import HeardNote

REMEMBERED = 64
"""Cycles for which what was heard is remembered."""
EARLY = 0.04
"""Bars before its bar line by which a note may come and still belong to the bar that begins there."""
BEAT_SECONDS = 10.0
STRAIGHT, TRIPLET = 4, 3
Stroke = tuple[float, float, float]
TRIPLET_PRICE = 0.02
"""Share of a beat by which triplets must fit better than sixteenths."""


class Hearing(NamedTuple):
    """What is heard at this moment: for the eye of a musician who looks whether the microphone works."""

    name: str
    level: float
    pitch: float | None
    bpm: float | None

    def __str__(self) -> str:
        loud = f"{20 * math.log10(self.level):.0f} dB" if self.level > 1e-4 else "silence"
        pitch = note_name(round(self.pitch) - MIDI_C4) if self.pitch is not None else "-"
        beat = f" {self.bpm:.0f} bpm" if self.bpm is not None else ""
        return f"{self.name}: {loud} {pitch}{beat}"


class Listener(Pattern):
    """Somebody who is listened to. As a pattern it plays what was heard, in the cycle in which it was played.

    `live`: what it hears depends on the moment. `follow` gives the tempo to the player (see `jam`).
    """

    def __init__(self, name: str, live: bool) -> None:
        super().__init__(self._events_between)
        self.name = name
        self.live = live
        self.problem = ""

    def phrase(self, begin: int, end: int, metre: tuple[int, int]) -> Phrase:
        """What was played from one cycle to another, on the grid."""
        raise NotImplementedError

    def hearing(self) -> Hearing:
        """What is heard at this moment."""
        return Hearing(self.name, 0.0, None, None)

    def _events_between(self, begin: Fraction, end: Fraction) -> list[Event]:
        now = moment()
        metre = now.metre if now is not None else (4, 4)
        if now is not None and self.live:
            now.momentary = True
        first, last = math.floor(begin), math.ceil(end) if end > begin else math.floor(begin) + 1
        phrase, found = self.phrase(first, last, metre), []
        for note, value in zip(phrase.notes, note_values(phrase)):
            onset = first + Fraction(int(note["onset"]), phrase.bar)
            whole = Span(onset, onset + Fraction(int(note["duration"]), phrase.bar))
            if whole.end > begin and whole.begin < end:
                part = Span(max(whole.begin, begin), min(whole.end, end))
                found.append(Event(whole, part, dict(value)))
        return found

    def __repr__(self) -> str:
        return str(self.hearing()) if not self.problem else f"{self.name}: {self.problem}"


class Practice(Listener):
    """A part that is known beforehand: a pattern, a slot, a recording on its own beat."""

    def __init__(self, name: str, source: Source) -> None:
        super().__init__(name, live=False)
        self.source = source

    @property
    def playing(self) -> Any:
        """What it plays now; another object when a slot has been given something else."""
        return self.source.playing

    def phrase(self, begin: int, end: int, metre: tuple[int, int]) -> Phrase:
        """What it plays from one cycle to another."""
        return self.source.phrase(begin, end, metre)

    def _events_between(self, begin: Fraction, end: Fraction) -> list[Event]:
        found: list[Event] = self.source.part.query(begin, end)
        return found


class LiveListener(Listener):
    """A microphone or a keyboard. Whoever serves it calls `play`, `tell` and, many times a second, `turn`.

    `keep(notes)` gets what was heard, for the journal; `latency` is how much later, in seconds, a player is
    heard than the beat he plays to.
    """

    def __init__(self, name: str, keep: Callable[[list[list[float]]], None] | None = None) -> None:
        super().__init__(name, live=True)
        self.latency = 0.0
        self.bounds: tuple[float, float] | None = None
        self._keep = keep
        self._notes: list[HeardNote] = []
        self._strokes: list[Stroke] = []
        self._kept_until = -math.inf
        self._level = 0.0
        self._pitch: float | None = None
        self._beat: Beat | None = None
        self._turners: weakref.WeakSet[Any] = weakref.WeakSet()
        self._guard = threading.Lock()

    # Who serves it.

    def play(self, note: HeardNote) -> None:
        """A note has begun; the same object is changed when it ends or its pitch gets clearer."""
        with self._guard:
            self._notes.append(note)

    def tell(
        self, level: float, pitch: float | None, strokes: list[Stroke], near: float | None = None
    ) -> None:
        """What is heard now, the (second, strength, cycle) of strokes lately; `near` is the set's tempo."""
        self._level, self._pitch = level, pitch
        if strokes != self._strokes:
            self._strokes = list(strokes)
            last = strokes[-1][0] if strokes else 0.0
            lately = [stroke for stroke in strokes if stroke[0] > last - BEAT_SECONDS]
            self._beat = find_beat([stroke[0] for stroke in lately], [stroke[1] for stroke in lately], near)

    def turn(self, cycle: float, cps: float) -> None:
        """Time has come to a cycle: those who answer may have to make up their minds."""
        for turner in list(self._turners):
            turner.turn(cycle, cps)
        if math.floor(cycle) > self._kept_until + 1:
            self._write(math.floor(cycle) - 1)

    def answered_by(self, turner: Any) -> None:
        """Somebody wants `turn(cycle, cps)` as time goes on, for as long as it lives."""
        self._turners.add(turner)

    def left_by(self, turner: Any) -> None:
        """Somebody does not want to be told of time any more."""
        self._turners.discard(turner)

    def _write(self, before: float) -> None:
        with self._guard:
            new = [note for note in self._notes if self._kept_until <= note.cycle < before]
            self._notes = [note for note in self._notes if note.cycle >= before - REMEMBERED]
        self._kept_until = before
        if new and self._keep is not None:
            self._keep([_plain(note) for note in new])

    def remember(self, notes: list[list[float]]) -> None:
        """What was heard another day, from a journal."""
        with self._guard:
            self._notes += [
                HeardNote(0.0, begin, pitch, velocity, 0.0, end) for begin, end, pitch, velocity in notes
            ]

    # Who listens.

    @property
    def beat(self) -> Beat | None:
        """The player's own tempo, as far as it can be told."""
        return self._beat

    def hearing(self) -> Hearing:
        """What is heard at this moment."""
        beat = self._beat
        sure = beat is not None and beat.sure > 0.2
        return Hearing(self.name, self._level, self._pitch, beat.bpm if beat is not None and sure else None)

    def notes(self, begin: float, end: float) -> list[HeardNote]:
        """The notes as they were played between two cycles, off the grid as they are."""
        with self._guard:
            return sorted(
                (note for note in self._notes if begin <= note.cycle < end), key=lambda note: note.cycle
            )

    def phrase(self, begin: int, end: int, metre: tuple[int, int]) -> Phrase:
        """What was played from one cycle to another, on the grid of sixteenths or of triplets."""
        return on_grid(self.notes(begin - EARLY, end - EARLY), begin, end - begin, metre)


def _plain(note: HeardNote) -> list[float]:
    until = note.until if note.until is not None else note.cycle + 0.125
    return [round(note.cycle, 5), round(until, 5), round(note.pitch, 2), round(note.velocity, 3)]


def on_grid(notes: list[HeardNote], begin: int, bars: int, metre: tuple[int, int]) -> Phrase:
    """Played notes on the grid: each beat on sixteenths or on triplets, whichever lies nearer.

    >>> played = [HeardNote(0, 0.01, 60.1, 0.8, 0, 0.24), HeardNote(0, 0.26, 64.0, 0.8, 0, 0.5)]
    >>> on_grid(played, 0, 1, (4, 4)).notes["onset"].tolist()
    [0, 10080]
    """
    bar = bar_ticks(metre)
    beats: dict[int, list[tuple[float, HeardNote]]] = {}
    for note in notes:
        place = (note.cycle - begin) * bar / TICKS
        beats.setdefault(math.floor(place + 1 / 8), []).append((place, note))
    rows: list[tuple[int, int, int, int, int]] = []
    for places in beats.values():
        straight = sum(abs(place - round(place * STRAIGHT) / STRAIGHT) for place, _ in places)
        triplet = sum(abs(place - round(place * TRIPLET) / TRIPLET) for place, _ in places)
        grid = TRIPLET if triplet + TRIPLET_PRICE * len(places) < straight else STRAIGHT
        for place, note in places:
            onset = max(0, round(place * grid) * (TICKS // grid))
            until = note.until if note.until is not None else note.cycle + 0.25
            length = max(TICKS // 8, round((until - note.cycle) * bar / (TICKS // 4)) * (TICKS // 4))
            whole = round(note.pitch)
            if onset < bars * bar:
                cents = round(100 * (note.pitch - whole))
                loud = max(1, min(127, round(note.velocity * 100)))
                rows.append((onset, -whole, min(length, bars * bar - onset), loud, cents))
    rows = sorted({(row[0], row[1]): row for row in sorted(rows)}.values())
    if not rows:
        return Phrase.silence(bars * bar, metre)
    onsets, pitches, lengths, louds, _ = zip(*rows)
    voices: list[int] = []
    struck: dict[int, int] = {}
    for onset in onsets:
        struck[onset] = struck.get(onset, -1) + 1
        voices.append(min(struck[onset], 15))
    return Phrase.of(
        [min(127, max(0, -pitch)) for pitch in pitches], lengths, onsets, louds, voices,
        length=bars * bar, metre=metre,
    )  # fmt: skip
