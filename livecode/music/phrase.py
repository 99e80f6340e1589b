"""A phrase: a finite piece of music as an array of notes, with exact times.

Every generator takes phrases in and gives phrases out. Time is counted in ticks, `TICKS` to the quarter
note: 10080 is divisible by 3, 5, 7, 9 and 32, so tuplets and 128th notes are whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.music.origins import Origins

TICKS = 10080
"""Ticks in a quarter note."""

SIXTEENTH = TICKS // 4

UNSPELT = 127
"""The `spelling` of a note whose name nobody said."""

NOTE = np.dtype(
    [
        ("onset", "<i4"),
        ("duration", "<i4"),
        ("pitch", "<i2"),
        ("velocity", "u1"),
        ("voice", "u1"),
        ("spelling", "i1"),
        ("slide", "i1"),
        ("cents", "i1"),
    ]
)
"""One note: `onset` and `duration` in ticks, `pitch` as a MIDI number (60 is middle C) plus `cents`
(-50..50), `velocity` 1..127, `voice` from 0 (the top part) down, `spelling` on the line of fifths
(c 0, g 1, f -1, f# 6, bb -2; 127 unknown), `slide` in semitones glided through from the note before."""

Notes = npt.NDArray[np.void]


def empty_notes(count: int) -> Notes:
    """An array of `count` notes with nothing said but a plain velocity.

    >>> empty_notes(2)["velocity"].tolist()
    [80, 80]
    """
    notes = np.zeros(count, NOTE)
    notes["velocity"] = 80
    notes["spelling"] = UNSPELT
    return notes


@dataclass
class Phrase:
    """Some bars of music.

    >>> tune = Phrase.of(pitch=[60, 64, 67, 72], duration=TICKS)
    >>> tune.bars, tune.transpose(2).notes["pitch"].tolist()
    (1, [62, 66, 69, 74])

    `notes` is sorted by onset, voice, then falling pitch; `length` is in ticks (the last bar may be
    silent, so it is not the last note's end); `metre` is the time signature; `key` is a tonic and a mode
    ("d minor") or ""; `provenance` is empty, or holds for each note what its composer can tell of it.
    """

    notes: Notes
    length: int
    metre: tuple[int, int] = (4, 4)
    key: str = ""
    provenance: Sequence[dict[str, Any] | None] = field(default=())

    @classmethod
    def of(
        cls,
        pitch: Any,
        duration: Any = TICKS,
        onset: Any = None,
        velocity: Any = 80,
        voice: Any = 0,
        spelling: Any = UNSPELT,
        length: int | None = None,
        metre: tuple[int, int] = (4, 4),
        key: str = "",
        provenance: Sequence[dict[str, Any] | None] = (),
    ) -> Phrase:
        """A phrase from columns; without `onset` each note follows the one before.

        >>> Phrase.of([60, 62], [TICKS, 2 * TICKS]).notes["onset"].tolist()
        [0, 10080]
        """
        pitch = np.atleast_1d(np.asarray(pitch))
        notes = empty_notes(len(pitch))
        notes["pitch"], notes["duration"], notes["velocity"] = pitch, duration, velocity
        notes["voice"], notes["spelling"] = voice, spelling
        if onset is None:
            onset = np.concatenate([[0], np.cumsum(notes["duration"])[:-1]]) if len(pitch) else 0
        notes["onset"] = onset
        bar = bar_ticks(metre)
        if length is None:
            end = int((notes["onset"] + notes["duration"]).max(initial=0))
            length = max(bar, -(-end // bar) * bar)
        return cls(notes, length, metre, key, provenance).sorted()

    @classmethod
    def silence(cls, length: int, metre: tuple[int, int] = (4, 4)) -> Phrase:
        """Nothing, for `length` ticks."""
        return cls(empty_notes(0), length, metre)

    @classmethod
    def from_grid(
        cls,
        grid: Any,
        step: int = SIXTEENTH,
        attacks: Any = None,
        metre: tuple[int, int] = (4, 4),
        key: str = "",
    ) -> Phrase:
        """A phrase from a table of steps by voices; a pitch that stays is one held note.

        >>> Phrase.from_grid([[72, 60], [72, 62]]).notes["duration"].tolist()
        [5040, 2520, 2520]

        0 and -1 are silence. `attacks`, a table of booleans of the same shape, says where a note that
        stays is struck again.
        """
        table = np.atleast_2d(np.asarray(grid))
        steps, voices = table.shape
        sounding = table > 0
        struck = sounding.copy()
        struck[1:] &= table[1:] != table[:-1]
        if attacks is not None:
            struck |= sounding & np.asarray(attacks, bool)
        parts = []
        for voice in range(voices):
            starts = np.flatnonzero(struck[:, voice])
            breaks = np.flatnonzero(struck[:, voice] | ~sounding[:, voice])
            ends = np.append(breaks, steps)[np.searchsorted(breaks, starts, side="right")]
            part = empty_notes(len(starts))
            part["onset"], part["duration"] = starts * step, (ends - starts) * step
            part["pitch"], part["voice"] = table[starts, voice], voice
            parts.append(part)
        return cls(np.concatenate(parts) if parts else empty_notes(0), steps * step, metre, key).sorted()

    @property
    def bar(self) -> int:
        """Ticks in a bar, which is a cycle."""
        return bar_ticks(self.metre)

    @property
    def bars(self) -> int:
        """How many bars it fills, a begun bar counted."""
        return -(-self.length // self.bar)

    @property
    def voices(self) -> int:
        """How many parts it has: the highest voice number and one."""
        return int(self.notes["voice"].max()) + 1 if len(self.notes) else 0

    def __len__(self) -> int:
        return len(self.notes)

    def sorted(self) -> Phrase:
        """The same notes in the order every phrase keeps: onset, voice, falling pitch."""
        notes = self.notes
        order = np.lexsort((-notes["pitch"].astype(np.int32), notes["voice"], notes["onset"]))
        if np.array_equal(order, np.arange(len(notes))):
            return self
        told = list(self.provenance)
        kept = [told[int(i)] for i in order] if told else ()
        return replace(self, notes=notes[order], provenance=kept)

    def where(self, mask: Any) -> Phrase:
        """The notes for which the array of booleans says yes.

        >>> tune = Phrase.of([60, 64])
        >>> len(tune.where(tune.notes["pitch"] > 62))
        1
        """
        chosen = np.flatnonzero(np.asarray(mask))
        told = list(self.provenance)
        kept = [told[int(i)] for i in chosen] if told else ()
        return replace(self, notes=self.notes[chosen], provenance=kept)

    def voice(self, number: int) -> Phrase:
        """One part alone, 0 the top."""
        return self.where(self.notes["voice"] == number)

    def transpose(self, semitones: int) -> Phrase:
        """The phrase higher or lower; spelling follows where it is known."""
        notes = self.notes.copy()
        notes["pitch"] += semitones
        fifths = (7 * semitones + 5) % 12 - 5
        known = notes["spelling"] != UNSPELT
        moved = notes["spelling"].astype(np.int16) + fifths
        # Beyond double sharps and flats a name helps nobody: take the simpler one.
        moved = np.where(moved > 13, moved - 12, np.where(moved < -8, moved + 12, moved))
        notes["spelling"] = np.where(known, moved, UNSPELT)
        return replace(self, notes=notes, key=transpose_key(self.key, semitones))

    def slice(self, begin: int, end: int) -> Phrase:
        """The part from tick `begin` to tick `end`, counted anew from 0; notes are cut at the edges."""
        onset, stop = self.notes["onset"], self.notes["onset"] + self.notes["duration"]
        part = self.where((onset < end) & (stop > begin))
        notes = part.notes.copy()
        first = np.maximum(notes["onset"], begin)
        last = np.minimum(notes["onset"] + notes["duration"], end)
        notes["onset"], notes["duration"] = first - begin, last - first
        return replace(part, notes=notes, length=end - begin).sorted()

    def then(self, *others: Phrase) -> Phrase:
        """This phrase and the others one after another.

        >>> Phrase.of([60]).then(Phrase.of([62])).bars
        2
        """
        return concat([self, *others])

    def monophonic(self) -> Phrase:
        """One note at a time: of notes struck together the highest, each ending where the next begins.

        >>> chord = Phrase.of([60, 64, 67], [TICKS * 3, TICKS, TICKS], [0, 0, TICKS])
        >>> chord.monophonic().notes["pitch"].tolist()
        [64, 67]
        """
        order = np.lexsort((-self.notes["pitch"].astype(np.int32), self.notes["onset"]))
        onsets = self.notes["onset"][order]
        first = np.ones(len(onsets), bool)
        first[1:] = onsets[1:] != onsets[:-1]
        kept = np.zeros(len(onsets), bool)
        kept[order[first]] = True
        part = self.where(kept)
        notes = part.notes.copy()
        notes["voice"] = 0
        if len(notes):
            gap = np.append(np.diff(notes["onset"]), max(1, self.length - int(notes["onset"][-1])))
            notes["duration"] = np.minimum(notes["duration"], gap)
        return replace(part, notes=notes).sorted()

    def grid(self, step: int = SIXTEENTH, voices: int | None = None) -> npt.NDArray[np.int16]:
        """A table of steps by voices with the pitch that sounds, 0 where nothing does.

        >>> Phrase.of([60, 62], TICKS // 4, length=TICKS).grid()[:, 0].tolist()
        [60, 62, 0, 0]

        A note belongs to a step when it sounds at the step's beginning; finer times are rounded.
        """
        count = self.voices if voices is None else voices
        steps = -(-self.length // step)
        table = np.zeros((steps, max(count, 0)), np.int16)
        for note in self.notes:
            if note["voice"] < count:
                begin = round(int(note["onset"]) / step)
                end = max(begin + 1, round((int(note["onset"]) + int(note["duration"])) / step))
                table[begin:end, note["voice"]] = note["pitch"]
        return table

    def check(self) -> None:
        """Raise ValueError when this is not a phrase: times, pitches or order that make no sense."""
        notes = self.notes
        if notes.dtype != NOTE or notes.ndim != 1:
            raise ValueError(f"notes of dtype {notes.dtype}: give an array of livecode.music.phrase.NOTE")
        if not 0 <= self.length <= 1 << 30:
            raise ValueError(f"a phrase of {self.length} ticks: give 0 to {1 << 30}")
        if not len(notes):
            return
        onset = notes["onset"].astype(np.int64)
        if onset.min() < 0 or (onset + notes["duration"]).max() > self.length:
            raise ValueError("a note outside its phrase: cut it with slice()")
        if notes["duration"].min() <= 0:
            raise ValueError("a note that lasts nothing: give at least 1 tick")
        if notes["pitch"].min() < 0 or notes["pitch"].max() > 127:
            raise ValueError("a pitch outside 0..127: transpose it")
        if (np.diff(onset) < 0).any():
            raise ValueError("notes out of order: call sorted()")
        if self.provenance and len(self.provenance) != len(notes):
            raise ValueError(f"{len(self.provenance)} origins for {len(notes)} notes: give one each")

    def pack(self) -> dict[str, Any]:
        """Plain data from which `unpack` makes the phrase again, for frames between processes."""
        return {
            "notes": self.notes.tobytes(),
            "length": self.length,
            "metre": list(self.metre),
            "key": self.key,
            "provenance": list(self.provenance),
        }

    @classmethod
    def unpack(cls, data: dict[str, Any]) -> Phrase:
        """The phrase that `pack` made plain; ValueError when the data is no phrase.

        >>> tune = Phrase.of([60, 62])
        >>> Phrase.unpack(tune.pack()) == tune
        True
        """
        try:
            notes = np.frombuffer(data["notes"], NOTE).copy()
            numerator, denominator = (int(n) for n in data["metre"])
            metre = (numerator, denominator)
            told = Origins(data["provenance"]) if data["provenance"] else ()
            made = cls(notes, int(data["length"]), metre, str(data["key"]), told)
            if not 0 < numerator <= 64 or denominator not in (1, 2, 4, 8, 16, 32):
                raise ValueError(f"a metre of {numerator}/{denominator}")
            made.check()
        except (KeyError, TypeError) as problem:
            raise ValueError(f"no phrase in this data: {problem!r}") from problem
        return made

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Phrase)
            and self.length == other.length
            and self.metre == other.metre
            and np.array_equal(self.notes, other.notes)
        )


def bar_ticks(metre: tuple[int, int]) -> int:
    """Ticks in a bar of a time signature.

    >>> bar_ticks((6, 8)) == 3 * TICKS
    True
    """
    return TICKS * 4 * metre[0] // metre[1]


def concat(phrases: Iterable[Phrase]) -> Phrase:
    """Phrases one after another; metre and key are the first one's."""
    parts = list(phrases)
    if not parts:
        return Phrase.silence(0)
    offset, arrays = 0, []
    origins: list[dict[str, Any] | None] = []
    told = any(part.provenance for part in parts)
    for part in parts:
        notes = part.notes.copy()
        notes["onset"] += offset
        offset += part.length
        arrays.append(notes)
        if told:
            origins.extend(part.provenance or [None] * len(notes))
    return Phrase(np.concatenate(arrays), offset, parts[0].metre, parts[0].key, origins).sorted()


def merge(phrases: Iterable[Phrase]) -> Phrase:
    """Phrases at once, each one's voices numbered after the ones before.

    >>> merge([Phrase.of([72]), Phrase.of([60])]).voices
    2
    """
    parts = list(phrases)
    if not parts:
        return Phrase.silence(0)
    voice, arrays = 0, []
    origins: list[dict[str, Any] | None] = []
    told = any(part.provenance for part in parts)
    for part in parts:
        notes = part.notes.copy()
        notes["voice"] += voice
        voice += part.voices
        arrays.append(notes)
        if told:
            origins.extend(part.provenance or [None] * len(notes))
    length = max(part.length for part in parts)
    return Phrase(np.concatenate(arrays), length, parts[0].metre, parts[0].key, origins).sorted()


PITCH_NAMES = ("c", "db", "d", "eb", "e", "f", "f#", "g", "ab", "a", "bb", "b")


def transpose_key(key: str, semitones: int) -> str:
    """The name of a key moved by semitones; "" stays "".

    >>> transpose_key("d minor", 3)
    'f minor'
    """
    if not key:
        return ""
    tonic, _, mode = key.partition(" ")
    return f"{PITCH_NAMES[(pitch_class(tonic) + semitones) % 12]} {mode}".strip()


def pitch_class(name: str) -> int:
    """The pitch class 0..11 of a note name such as "eb", "f#" or "cs".

    >>> pitch_class("eb"), pitch_class("f#"), pitch_class("b")
    (3, 6, 11)
    """
    letters = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
    lowered = name.strip().lower()
    if not lowered or lowered[0] not in letters:
        raise ValueError(f"no note is called {name!r}: say c, eb, f#, ...")
    bends = {"#": 1, "s": 1, "b": -1, "f": -1, "-": -1}
    try:
        return (letters[lowered[0]] + sum(bends[mark] for mark in lowered[1:] if not mark.isdigit())) % 12
    except KeyError:
        raise ValueError(f"no note is called {name!r}: say c, eb, f#, ...") from None
