"""The subject of a piece: a bar of melody that every section can take up, in any key, upright or inverted.

It is kept as steps of the scale over the chords I and V, so that it fits major and minor and outlines
the same harmony wherever it enters.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from livecode.generators.rules.lines import LineNote, Style, add, write_lines
from livecode.generators.rules.slots import beat_of
from livecode.generators.rules.solver import Task
from livecode.generators.rules.theory import Key
from livecode.music.phrase import bar_ticks

SUBJECT_STEPS = 3000


@dataclass(frozen=True)
class Subject:
    """Notes as (onset, end, step above the tonic); steps count from 0, 7 is the octave. `length` in ticks."""

    notes: tuple[tuple[int, int, int], ...]
    length: int

    def inverted(self) -> Subject:
        """Upside down about the third, so that the tonic chord stays the tonic chord."""
        return Subject(tuple((on, off, 4 - step) for on, off, step in self.notes), self.length)

    def head(self, length: int) -> Subject:
        """Its beginning alone, for episodes."""
        kept = [(on, min(off, length), step) for on, off, step in self.notes if on < length]
        return Subject(tuple(kept), length)

    def shifted(self, steps: int) -> Subject:
        """Higher or lower by steps of the scale."""
        return Subject(tuple((on, off, step + steps) for on, off, step in self.notes), self.length)

    def pitches(self, key: Key, centre: int, dominant_from: int) -> list[tuple[int, int, int]]:
        """In a key, in the octave nearest to a pitch; from `dominant_from` on over the dominant, with its
        leading tone in minor."""
        found = []
        for index, (on, off, step) in enumerate(self.notes):
            octave, place = divmod(step, 7)
            pitch = key.tonic + _SCALES[key.mode][place] + 12 * octave
            sharpened = place == 6 or (place == 5 and _beside_seventh(self.notes, index))
            if key.mode == "minor" and on >= dominant_from and sharpened:
                pitch += 1
            found.append((on, off, pitch))
        middle = (min(p for _, _, p in found) + max(p for _, _, p in found)) / 2
        lift = round((centre - middle) / 12) * 12
        return [(on, off, pitch + lift) for on, off, pitch in found]


_SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}


def _beside_seventh(notes: tuple[tuple[int, int, int], ...], index: int) -> bool:
    """Whether a sixth step stands next to a seventh: it is then raised with it, up or down."""
    step = notes[index][2]
    near = notes[max(0, index - 1) : index + 2]
    return any(other == step + 1 for _, _, other in near)


@lru_cache(maxsize=64)
def subject_of(piece: int, metre: tuple[int, int]) -> Subject:
    """The subject of a piece, always the same.

    >>> found = subject_of(3, (4, 4))
    >>> found.notes[0][0] >= 0 and found.length == bar_ticks((4, 4))
    True
    """
    draw = random.Random(f"subject {piece}")
    beat, bar = beat_of(metre), bar_ticks(metre)
    key = Key.of("c major")
    beats = max(1, bar // beat)
    half = beat * max(1, beats // 2)
    spans = _rhythm(beats, beat, draw)
    line = [LineNote(0, on, off) for on, off in spans]
    chords = (frozenset((0, 4, 7)), frozenset((7, 11, 2)))

    def chord(time: int) -> frozenset[int]:
        return chords[0] if time < half else chords[1]

    def choices(note: LineNote) -> list[int]:
        found = [p for p in range(60, 78) if p % 12 in key.scale]
        if note is line[0]:
            return [p for p in found if p % 12 in (0, 7)]
        return found

    style = Style(
        key, strict=False, chord=chord, beat=beat, arch=0.2, peak=0.3 + 0.4 * draw.random(), temper=0.9,
        leap_limit=9, smooth=0.7,
    )  # fmt: skip
    style.extra.append(_character)
    style.extra.append(_fit_for_minor)
    style.extra.append(lambda task, parts: _rounded(task, parts[0], half, bar, chord))
    found = write_lines([line], choices, style, draw.randrange(1 << 30), SUBJECT_STEPS)
    steps = []
    for note, pitch in found.parts[0]:
        octave, place = divmod(pitch - 60, 12)
        steps.append((note.onset, note.end, _SCALES["major"].index(place) + 7 * octave))
    return Subject(tuple(steps), bar)


def _rhythm(beats: int, beat: int, draw: random.Random) -> list[tuple[int, int]]:
    """A rest or a long note at first, running notes, and something slower at the end."""
    figures = {
        "run": (0.25, 0.25, 0.25, 0.25), "turn": (0.5, 0.25, 0.25), "eighths": (0.5, 0.5),
        "snap": (0.25, 0.25, 0.5), "dotted": (0.75, 0.25),
    }  # fmt: skip
    rest = draw.random() < 0.6
    at, spans = 0, []
    for number in range(beats):
        if number == 0:
            name = draw.choice(("run", "turn", "snap", "eighths"))
        elif number == beats - 1:
            name = draw.choice(("eighths", "eighths", "snap"))
        else:
            name = draw.choice(("run", "run", "snap", "turn"))
        for index, part in enumerate(figures[name]):
            end = at + round(part * beat)
            # Many of Bach's subjects begin just after the beat.
            if not (number == 0 and index == 0 and rest and beats > 1):
                spans.append((at, end))
            at = end
    return spans


def _character(task: Task, parts: list[list[LineNote]]) -> None:
    """At least one leap, so that it is known again."""
    line = parts[0]
    add(task, "soft", "the subject has a leap early on", _leapless, line[1:4], 1.5)


def _rounded(
    task: Task, line: list[LineNote], half: int, bar: int, chord: Callable[[int], frozenset[int]]
) -> None:
    """Each half ends on a note of its chord, so that it can be cut there and anything may follow."""
    for note in line:
        if note.end in (half, bar):
            classes = chord(note.onset)
            add(task, "hard", "it ends on a chord note", lambda p, c=classes: p % 12 in c, (note,))


def _fit_for_minor(task: Task, parts: list[list[LineNote]]) -> None:
    """In minor the seventh step is raised over the dominant: it is left and reached by no augmented leap."""
    for line in parts:
        for first, second in itertools.pairwise(line):
            add(task, "hard", "no augmented leap in minor", _plain_leap, (first, second))


def _plain_leap(one: int, other: int) -> bool:
    if abs(one - other) <= 2 or 11 not in (one % 12, other % 12):
        return True
    return {one % 12, other % 12} <= {11, 7, 2}


def _leapless(*pitches: int) -> float:
    return 0.0 if any(abs(b - a) > 3 for a, b in itertools.pairwise(pitches)) else 1.0


@lru_cache(maxsize=64)
def countersubject_of(piece: int, metre: tuple[int, int]) -> Subject:
    """What goes against the subject, above it or below: counterpoint that may be turned over at the.

    Octave.
    """
    subject = subject_of(piece, metre)
    draw = random.Random(f"countersubject {piece}")
    beat, bar = beat_of(metre), bar_ticks(metre)
    key = Key.of("c major")
    half = beat * max(1, bar // beat // 2)
    given = [LineNote(1, on, off, pitch) for on, off, pitch in subject.pitches(key, 60, half)]
    spans: list[tuple[int, int]] = []
    for number in range(max(1, bar // beat)):
        begin, end = number * beat, (number + 1) * beat
        busy = sum(begin <= note.onset < end for note in given)
        # Where the subject runs its companion walks, and the other way about.
        parts = 2 if busy >= 3 else (4 if busy <= 1 and draw.random() < 0.4 else 2)
        if number and busy >= 3 and draw.random() < 0.25:
            parts = 1
        spans += [(begin + beat * n // parts, begin + beat * (n + 1) // parts) for n in range(parts)]
    line = [LineNote(0, on, off) for on, off in spans]
    chords = (frozenset((0, 4, 7)), frozenset((7, 11, 2)))

    def chord(time: int) -> frozenset[int]:
        return chords[0] if time < half else chords[1]

    style = Style(key, strict=False, chord=chord, beat=beat, arch=0.1, temper=0.7, leap_limit=9)
    style.extra.append(_invertible)
    style.extra.append(_fit_for_minor)
    style.extra.append(lambda task, parts: _rounded(task, parts[0], half, bar, chord))
    low = max(pitch for note in given if (pitch := note.fixed) is not None)
    compass = [pitch for pitch in range(low - 2, low + 16) if pitch % 12 in key.scale]
    drawn = draw.randrange(1 << 30)
    found = write_lines([line, given], lambda note: compass, style, drawn, SUBJECT_STEPS)
    steps = []
    for note, pitch in found.parts[0]:
        octave, place = divmod(pitch - 60, 12)
        steps.append((note.onset, note.end, _SCALES["major"].index(place) + 7 * octave))
    return Subject(tuple(steps), bar)


def _invertible(task: Task, parts: list[list[LineNote]]) -> None:
    """Fifths become fourths when the parts change places: none where both are struck, and never two.

    Running.
    """
    above, below = parts
    both = [(a, b) for a in above for b in below if a.onset == b.onset]
    for a, b in both:
        add(task, "hard", "no fifth to be turned over", lambda x, y: (x - y) % 12 not in (5, 6, 7), (a, b))
    for (a, b), (c, d) in itertools.pairwise(both):
        add(
            task, "soft", "not always the same interval",
            lambda w, x, y, z: (w - x) % 12 == (y - z) % 12, (a, b, c, d), 0.5,
        )  # fmt: skip
