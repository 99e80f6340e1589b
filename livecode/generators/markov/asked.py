"""What a performer asks of every phrase, read once: scale, first note, last note, how much may be copied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.errors import ControlError, GeneratorError
from livecode.language.notes import MIDI_C4, note_number
from livecode.language.scales import scale_of

Pitches = frozenset[int]
EVERY: Pitches = frozenset(range(128))
CONTOURS = {
    "rise": (1, 0), "rises": (1, 0), "up": (1, 0), "fall": (-1, 0), "falls": (-1, 0), "down": (-1, 0),
    "arch": (0, 1), "valley": (0, -1),
}  # fmt: skip
RHYMING = 2
"""Notes at the end of a bar in which it rhymes with another."""


@dataclass(frozen=True)
class Asked:
    """What must hold: the MIDI numbers allowed anywhere, first and last; the longest run that may be copied.

    `tonic` is the pitch class asked for with a scale, `contour` 1 when a phrase must end above where it
    begins, -1 below; `middle` 1 when it must stand higher half way than at both ends, -1 lower. `max_copy` is
    in notes, 0 for no limit. `rhymes` has a letter for each bar, bars of one letter end alike.
    """

    allowed: Pitches = EVERY
    first: Pitches = EVERY
    last: Pitches = EVERY
    tonic: int | None = None
    contour: int = 0
    max_copy: int = 0
    middle: int = 0
    rhymes: str = ""

    @classmethod
    def of(cls, constraints: Mapping[str, Any]) -> Asked:
        """Read from a stream's constraints.

        >>> asked = Asked.of({"in_scale": "d dorian", "begins": "d", "ends": 9})
        >>> asked.tonic, 60 in asked.allowed, 61 in asked.allowed, sorted(asked.last)
        (2, True, False, [69])

        Raises ControlError or NameUnknown for what nobody understands, GeneratorError when nothing can
        satisfy all of it.
        """
        allowed, tonic = EVERY, None
        if "in_scale" in constraints:
            allowed, tonic = scale_pitches(constraints["in_scale"])
        first = (
            allowed & note_pitches(constraints["begins"], "begins") if "begins" in constraints else allowed
        )
        last = allowed & note_pitches(constraints["ends"], "ends") if "ends" in constraints else allowed
        for name, pitches in (("begins", first), ("ends", last)):
            if not pitches:
                raise GeneratorError(
                    f"{name} {constraints[name]!r} is not in the scale {constraints.get('in_scale')!r}: "
                    "change one of them"
                )
        contour, middle = _contour(constraints)
        longest, rhymes = _max_copy(constraints), _rhymes(constraints)
        return cls(allowed, first, last, tonic, contour, longest, middle, rhymes)

    def rhymes_with(self, bar: int) -> int | None:
        """The first bar that a bar must end like, None when it is free or the first of its kind.

        >>> asked = Asked.of({"rhymes": "ab-b"})
        >>> [asked.rhymes_with(bar) for bar in range(5)]
        [None, None, None, 1, 0]
        """
        letter = self._letter(bar)
        if letter == "-":
            return None
        return next((other for other in range(bar) if self._letter(other) == letter), None)

    def _letter(self, bar: int) -> str:
        return self.rhymes[bar % len(self.rhymes)] if self.rhymes else "-"

    def unary(self, positions: int, low: int, high: int) -> npt.NDArray[np.float64]:
        """For each position a row of 0 and 1 over the pitches low..high: which are allowed there."""
        table = np.zeros((positions, high - low + 1))
        for pitch in range(low, high + 1):
            table[:, pitch - low] = pitch in self.allowed
        if positions:
            table[0] = [pitch in self.first for pitch in range(low, high + 1)]
            table[-1] *= [pitch in self.last for pitch in range(low, high + 1)]
        return table


def scale_pitches(scale: Any) -> tuple[Pitches, int]:
    """The MIDI numbers in a scale such as "d dorian", and its tonic's pitch class."""
    if isinstance(scale, list | tuple):
        scale = " ".join(map(str, scale))
    found = scale_of(str(scale).replace(":", " "))
    tonic = round(found.tonic) % 12
    classes = {round(step + found.tonic) % 12 for step in found.steps}
    return frozenset(pitch for pitch in range(128) if pitch % 12 in classes), tonic


def note_pitches(note: Any, name: str) -> Pitches:
    """The MIDI numbers that "d" (any octave), "d5" or 14 (semitones from c4) mean."""
    if isinstance(note, bool) or not isinstance(note, str | int | float):
        raise ControlError(
            f"{name}({note!r}): give a note such as 'd', 'd5' or a number of semitones from c4"
        )
    if isinstance(note, str):
        number = note_number(note)
        if number is None:
            raise ControlError(f"{name}({note!r}): no such note, write d, eb5 or a number")
        if not note[-1].isdigit():
            return frozenset(pitch for pitch in range(128) if (pitch - number) % 12 == 0)
        note = number
    return frozenset({round(note) + MIDI_C4}) & EVERY


def _contour(constraints: Mapping[str, Any]) -> tuple[int, int]:
    asked = constraints.get("contour")
    if asked is None:
        return 0, 0
    if str(asked) not in CONTOURS:
        raise ControlError(f"contour({asked!r}): say 'rise', 'fall', 'arch' or 'valley'")
    return CONTOURS[str(asked)]


def _rhymes(constraints: Mapping[str, Any]) -> str:
    asked = str(constraints.get("rhymes", "")).replace(" ", "").lower()
    if len(asked) > 64 or not all(letter.isalpha() or letter in "-~" for letter in asked):
        raise ControlError(f"rhymes({asked!r}): give a letter for each bar, such as 'abab', - for a free one")
    return asked.replace("~", "-")


def _max_copy(constraints: Mapping[str, Any]) -> int:
    asked = constraints.get("max_copy", 0)
    if isinstance(asked, bool) or not isinstance(asked, int | float) or (asked and not 3 <= asked <= 64):
        raise ControlError(f"max_copy={asked!r}: give 3 to 64 notes, or 0 for no limit")
    return int(asked)
