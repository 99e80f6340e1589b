"""Thousands of songs at once: one array for each thing that can be said of a note.

Time is a grid. At each of its steps a voice begins a note or does not (`rest`); a note has a letter counted
from c4 in the home scale, an accidental, the steps it lasts, a slide from the note before, and a velocity.
What stands behind a rest is silent but inherited, as in nature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from livecode.errors import ControlError
from livecode.generators.evolution.arrays import ARRAYS, Array
from livecode.generators.evolution.home import LETTER_FIFTHS, Home
from livecode.language.notes import MIDI_C4
from livecode.music.phrase import TICKS, UNSPELT, Phrase, bar_ticks, empty_notes

FIELDS = {
    "note": "int8",
    "accidental": "int8",
    "duration": "uint8",
    "slide": "int8",
    "rest": "bool",
    "velocity": "uint8",
}
GRIDS = (1, 2, 3, 4, 6, 8, 12)
MOST_STEPS = 1024
"""Steps of the longest song: 64 bars of sixteenths."""
LONGEST = 255
"""Steps of the longest note."""


@dataclass(frozen=True)
class Frame:
    """What all songs of a population share: metre, steps to a quarter note, steps in all, and home.

    `strict` makes every note sound as the nearest one in the home scale.
    """

    steps: int
    home: Home
    metre: tuple[int, int] = (4, 4)
    grid: int = 4
    strict: bool = False

    @classmethod
    def of(cls, length: int, metre: tuple[int, int], grid: int, home: Home, strict: bool = False) -> Frame:
        """The frame of a phrase of `length` ticks; ControlError when the grid does not fit it."""
        if grid not in GRIDS or bar_ticks(metre) * grid % TICKS:
            raise ControlError(
                f"grid={grid!r} does not divide a bar of {metre[0]}/{metre[1]}: "
                f"give one of {', '.join(map(str, GRIDS))} steps to a quarter note"
            )
        steps = length * grid // TICKS
        if not 1 <= steps <= MOST_STEPS:
            raise ControlError(
                f"songs of {steps} steps: ask for fewer bars or a coarser grid ({MOST_STEPS} at most)"
            )
        return cls(steps, home, metre, grid, strict)

    @property
    def tick(self) -> int:
        """Ticks in a step."""
        return TICKS // self.grid

    @property
    def bar(self) -> int:
        """Steps in a bar."""
        return bar_ticks(self.metre) * self.grid // TICKS

    @property
    def beat(self) -> int:
        """Steps in a beat: a quarter, a dotted quarter in 6/8 and the like."""
        compound = self.metre[1] == 8 and self.metre[0] % 3 == 0 and self.metre[0] > 3
        beat = self.grid * 3 // 2 if compound else self.grid * 4 // self.metre[1]
        return max(1, min(beat, self.bar))

    @property
    def bars(self) -> int:
        """How many bars there are, a begun bar counted."""
        return -(-self.steps // self.bar)

    @cached_property
    def weights(self) -> Any:
        """How strong each step is in its bar, 0 to 1: the bar's first 1, beats, halves of beats, the rest."""
        found = np.full(self.steps, 0.1, np.float32)
        for step in range(self.steps):
            place = step % self.bar
            if place == 0:
                found[step] = 1.0
            elif place * 2 == self.bar and place % self.beat == 0:
                found[step] = 0.75
            elif place % self.beat == 0:
                found[step] = 0.6
            elif place * 2 % self.beat == 0:
                found[step] = 0.3
        return found


@dataclass(frozen=True)
class Songs:
    """A population: arrays of (songs, voices, steps), and their frame.

    >>> from livecode.generators.evolution.home import home_of
    >>> frame = Frame(16, home_of("c major"))
    >>> songs = chance(3, 1, frame, np.random.default_rng(0))
    >>> len(songs), songs.note.shape, songs.pitch.dtype.name
    (3, (3, 1, 16), 'int8')
    """

    note: Array
    accidental: Array
    duration: Array
    slide: Array
    rest: Array
    velocity: Array
    frame: Frame
    xp: Any = ARRAYS

    def __len__(self) -> int:
        return int(self.note.shape[0])

    @property
    def voices(self) -> int:
        """How many parts each song has."""
        return int(self.note.shape[1])

    @property
    def fields(self) -> dict[str, Array]:
        """The six arrays by name."""
        return {name: getattr(self, name) for name in FIELDS}

    def having(self, **changed: Array) -> Songs:
        """The same songs with some arrays replaced."""
        return replace(self, **changed)

    def take(self, rows: Any) -> Songs:
        """Some of the songs."""
        return self.having(**{name: self.xp.rows(array, rows) for name, array in self.fields.items()})

    def part(self, begin: int, end: int) -> Songs:
        """Songs that stand together, without copying them."""
        return self.having(**{name: array[begin:end] for name, array in self.fields.items()})

    def put(self, rows: Any, others: Songs) -> Songs:
        """A copy in which some songs are others."""
        mine, theirs = self.fields, others.fields
        return self.having(**{name: self.xp.assign(mine[name], rows, theirs[name]) for name in FIELDS})

    def on(self, xp: Any) -> Songs:
        """The same songs in another array library or on another device."""
        return replace(
            self, xp=xp, **{n: xp.asarray(self.xp.to_numpy(a), FIELDS[n]) for n, a in self.fields.items()}
        )

    def within(self, frame: Frame) -> Songs:
        """The same genes read in another frame of as many steps."""
        return replace(self, frame=frame)

    # What is heard, worked out once and only when asked for.

    @cached_property
    def struck(self) -> Array:
        """Where notes begin."""
        return ~self.rest

    @cached_property
    def pitch(self) -> Array:
        """The MIDI number of each gene, also of silent ones."""
        xp = self.xp
        pitch = xp.look_up(xp.asarray(self.frame.home.pitches), self.note) + self.accidental
        if self.frame.strict:
            pitch = xp.look_up(xp.asarray(self.frame.home.snap), pitch)
        return pitch

    @cached_property
    def _latest(self) -> Array:
        """Of the note that was struck last at each step: its step + 1, pitch and duration, in one number.

        One running maximum finds all three. Before the first note the pitch is that of the first gene.
        """
        xp = self.xp
        told = xp.cast(self.pitch, "int32") * 256 + (128 * 256) + xp.cast(self.duration, "int32")
        place = xp.asarray((np.arange(self.frame.steps) + 1) << 16, "int32")
        known = xp.where(self.struck, told + place, -1)
        known[..., 0] = xp.where(self.struck[..., 0], known[..., 0], told[..., 0])
        return xp.running_largest(known)

    @cached_property
    def last(self) -> Array:
        """At each step, the step at which the note that was struck last began; -1 before the first."""
        return self.xp.cast((self._latest >> 16) - 1, "int16")

    @cached_property
    def line(self) -> Array:
        """The MIDI number of the note that was struck last, at each step."""
        return self.xp.cast(((self._latest >> 8) & 255) - 128, "int8")

    @cached_property
    def interval(self) -> Array:
        """Semitones from the note before, where a note begins that has one before it; else 0."""
        xp = self.xp
        step = self.pitch[..., 1:] - self.line[..., :-1]
        return xp.concat([self.pitch[..., :1] * 0, step * xp.cast(self.inner[..., 1:], "int8")], -1)

    @cached_property
    def inner(self) -> Array:
        """Where notes begin that have another before them."""
        later = self.struck[..., 1:] & (self.last[..., :-1] >= 0)
        return self.xp.concat([self.struck[..., :1] & self.rest[..., :1], later], -1)

    @cached_property
    def sounding(self) -> Array:
        """Where a note sounds."""
        xp = self.xp
        place = xp.asarray(np.arange(self.frame.steps), "int16")
        held = xp.cast(self._latest & 255, "int16")
        return (self.last >= 0) & (place - self.last < held)

    @cached_property
    def count(self) -> Array:
        """How many notes each song has, at least 1 to divide by."""
        return self.xp.clip(self.xp.total(self.struck), 1.0, 1e9)

    @cached_property
    def intervals(self) -> Array:
        """How many intervals each song has, at least 1 to divide by."""
        return self.xp.clip(self.xp.total(self.inner), 1.0, 1e9)

    @cached_property
    def told(self) -> Any:
        """The descriptors of `features.py`, in NumPy."""
        from livecode.generators.evolution.features import descriptors

        return self.xp.to_numpy(descriptors(self))

    def having_told(self, told: Any) -> Songs:
        """The same songs, their descriptors known already."""
        self.__dict__["told"] = told
        return self

    def numpy(self) -> Songs:
        """The same songs on the CPU."""
        return self if self.xp is ARRAYS else self.on(ARRAYS)

    def phrase(self, index: int, origin: dict[str, Any] | None = None) -> Phrase:
        """One song as a phrase; each of its notes tells `origin`."""
        song = self.take(np.array([index])).numpy()
        frame = self.frame
        pitch, struck = song.pitch[0], song.struck[0]
        voices, steps = np.nonzero(struck)
        notes = empty_notes(len(voices))
        following = np.full(struck.shape, frame.steps)
        for voice in range(struck.shape[0]):
            places = np.flatnonzero(struck[voice])
            following[voice, places[:-1]] = places[1:]
        lasts = np.minimum(song.duration[0].astype(np.int64), following - np.arange(frame.steps))
        notes["onset"] = steps * frame.tick
        notes["duration"] = np.maximum(1, lasts[voices, steps]) * frame.tick
        notes["pitch"] = pitch[voices, steps]
        notes["velocity"] = np.clip(song.velocity[0][voices, steps], 1, 127)
        notes["voice"] = voices
        moved = np.where(song.inner[0], song.interval[0], 0)[voices, steps]
        notes["slide"] = np.where(song.slide[0][voices, steps] != 0, np.clip(moved, -12, 12), 0)
        letters, accidentals = song.note[0][voices, steps].astype(int), song.accidental[0][voices, steps]
        signature = np.array(frame.home.signature)[letters % 7]
        spelt = np.array(LETTER_FIFTHS)[letters % 7] + 7 * (signature + accidentals)
        plain = song.having(note=song.note).within(replace(frame, strict=False)).pitch[0][voices, steps]
        sure = (plain == notes["pitch"]) & (spelt >= -8) & (spelt <= 13)
        notes["spelling"] = np.where(sure, spelt, UNSPELT)
        told = [origin] * len(notes) if origin is not None else ()
        return Phrase(notes, frame.steps * frame.tick, frame.metre, provenance=told).sorted()


def empty(count: int, voices: int, frame: Frame) -> Songs:
    """Songs in which nothing is struck."""
    shape = (count, voices, frame.steps)
    made: dict[str, Any] = {name: np.zeros(shape, dtype) for name, dtype in FIELDS.items()}
    made["rest"][:] = True
    made["duration"][:] = 1
    made["velocity"][:] = 80
    return Songs(frame=frame, **made)


def chance(count: int, voices: int, frame: Frame, random: np.random.Generator) -> Songs:
    """Songs of chance: strong steps are struck oftener, letters wander around a voice's middle."""
    songs = empty(count, voices, frame)
    shape = songs.note.shape
    density = random.uniform(0.3, 0.9, (count, 1, 1))
    struck = random.random(shape) < density * (0.25 + 0.75 * frame.weights)
    struck[..., 0] |= ~struck.any(-1)
    middles = voice_middles(voices)[None, :, None]
    walk = random.integers(-2, 3, shape).cumsum(-1)
    wander = (walk + 7) % 28
    letters = middles + np.where(wander < 14, wander, 27 - wander) - 7
    duration = random.choice([1, 2, 3, 4, 6, 8], shape).astype(np.uint8)
    return songs.having(
        note=letters.astype(np.int8),
        duration=duration,
        rest=~struck,
        velocity=random.integers(60, 100, shape).astype(np.uint8),
    )


def voice_middles(voices: int) -> Any:
    """The letter around which each voice lies, the top one first: about e5 alone, soprano to bass in four."""
    if voices == 1:
        return np.array([5])
    return np.linspace(8, -10, voices).round().astype(int)


def songs_of(phrases: Sequence[Phrase], voices: int, frame: Frame) -> Songs:
    """Phrases as songs: onsets go to the nearest step, what does not fit the frame is cut or left silent."""
    songs = empty(len(phrases), voices, frame)
    for row, phrase in enumerate(phrases):
        notes = phrase.notes[phrase.notes["voice"] < voices]
        steps = np.rint(notes["onset"] / frame.tick).astype(int)
        kept = steps < frame.steps
        notes, steps = notes[kept], steps[kept]
        # Of two notes of one voice at one step the last in order would win: let the first, the higher, win.
        notes, steps = notes[::-1], steps[::-1]
        place = (row, notes["voice"], steps)
        letters, accidentals = frame.home.letters_of(notes["pitch"])
        lasts = np.clip(np.rint(notes["duration"] / frame.tick), 1, LONGEST)
        songs.note[place], songs.accidental[place] = letters, accidentals
        songs.duration[place], songs.rest[place] = lasts.astype(np.uint8), False
        songs.velocity[place] = np.clip(notes["velocity"], 1, 127)
        songs.slide[place] = np.sign(notes["slide"])
    silent_genes(songs)
    return songs


def silent_genes(songs: Songs) -> None:
    """Let silent genes stand on the letter last struck, so that a mutation that wakes one fits in."""
    songs.note[:] = ARRAYS.fill_forward(songs.note, songs.struck)
    first = songs.struck.argmax(-1)[..., None]
    opening = np.take_along_axis(songs.note, first, -1)
    before = np.arange(songs.frame.steps) < first
    songs.note[:] = np.where(before, opening, songs.note)


def middle_of(phrase: Phrase) -> float:
    """The mean MIDI number of a phrase, c5 for none."""
    return float(phrase.notes["pitch"].mean()) if len(phrase) else MIDI_C4 + 12.0
