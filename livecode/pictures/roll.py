"""What a piano roll shows: marks in time, pitch and slot, and the sections of the piece.

>>> row = {"cycle": "1/2", "length": "1/4", "slot": 2, "instrument": "pluck", "controls": {"note": 3}}
>>> roll = from_rows([row], title="a note")
>>> roll.marks[0].pitch, roll.begin, roll.end
(63.0, 0, 1)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from livecode.language.sounding import sounding

SHORTEST = 1 / 64
NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")


@dataclass(frozen=True, slots=True)
class Mark:
    """One sounding event: begin and end in cycles, pitch as a MIDI number (None for a drum)."""

    begin: float
    end: float
    slot: str
    name: str
    pitch: float | None = None
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Section:
    """A named stretch of the piece, in cycles."""

    begin: float
    end: float
    name: str


@dataclass(frozen=True)
class Roll:
    """Marks between two whole cycles, with the piece's title and sections."""

    marks: tuple[Mark, ...]
    begin: int
    end: int
    title: str = ""
    sections: tuple[Section, ...] = ()

    @property
    def cycles(self) -> int:
        """How many cycles are shown, at least one."""
        return max(1, self.end - self.begin)

    def pitches(self) -> tuple[int, int] | None:
        """Lowest and highest MIDI number shown, or None when there are only drums."""
        found = [mark.pitch for mark in self.marks if mark.pitch is not None]
        return (math.floor(min(found)), math.ceil(max(found))) if found else None

    def drums(self) -> list[tuple[str, str]]:
        """The unpitched rows as (slot, name), in order of slot and then of appearance."""
        seen: dict[tuple[str, str], None] = {}
        for mark in self.marks:
            if mark.pitch is None:
                seen.setdefault((mark.slot, mark.name))
        return sorted(seen, key=lambda row: slot_order(row[0]))

    def legend(self) -> list[tuple[str, str]]:
        """Each slot with the pitched instruments it plays, for the reader of the picture."""
        names: dict[str, dict[str, None]] = {}
        for mark in self.marks:
            names.setdefault(mark.slot, {}).setdefault(mark.name)
        rows = []
        for slot in sorted(names, key=slot_order):
            said = list(names[slot])
            rows.append((slot, " ".join(said[:4]) + (" ..." if len(said) > 4 else "")))
        return rows


def from_rows(
    rows: Iterable[Mapping[str, Any]],
    *,
    begin: int = 0,
    end: int | None = None,
    title: str = "",
    sections: Sequence[Section] = (),
) -> Roll:
    """A roll of what `livecode events` prints: `cycle`, `length`, `slot`, `instrument`, `controls`.

    A row without an end shorter than the shortest visible length (1/64 cycle) is drawn at that length.
    """
    marks = [_mark(row) for row in rows]
    if end is None:
        end = max((math.ceil(mark.begin + SHORTEST) for mark in marks), default=begin + 1)
    return Roll(tuple(sorted(marks, key=lambda mark: mark.begin)), begin, end, title, tuple(sections))


def pitch_name(pitch: int) -> str:
    """A MIDI number as a note name, C4 being 60.

    >>> pitch_name(60), pitch_name(63)
    ('C4', 'E♭4')
    """
    return f"{NAMES[pitch % 12]}{pitch // 12 - 1}"


def slot_order(slot: str) -> tuple[str, int]:
    """A sorting key that puts d2 before d10."""
    head = slot.rstrip("0123456789")
    tail = slot[len(head) :]
    return head, int(tail) if tail else 0


def _mark(row: Mapping[str, Any]) -> Mark:
    controls = row.get("controls") or {}
    begin = float(Fraction(str(row["cycle"])))
    length = float(Fraction(str(row["length"]))) if row.get("length") is not None else SHORTEST
    if not math.isfinite(length):
        length = SHORTEST
    slot = _slot(row.get("slot"))
    name = str(row.get("instrument") or controls.get("s") or "")
    pitch = sounding({**controls, "s": name})
    return Mark(begin, begin + max(length, SHORTEST), slot, name, pitch, strength(controls))


def _slot(slot: object) -> str:
    """Slots are numbers in `livecode events`; 0 is what was played once."""
    if isinstance(slot, int):
        return f"d{slot}" if slot else "once"
    return str(slot or "")


def strength(controls: Mapping[str, Any]) -> float:
    """How loud a mark looks, 0 to 1: gain 1 and velocity 1 are full."""
    found = 1.0
    for key in ("gain", "velocity", "amp"):
        value = controls.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found *= min(1.0, max(0.0, float(value)))
    return found
