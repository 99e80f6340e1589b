"""What can be seen of a performance: the code of each slot, what sounds in it, the notes around now, levels.

The prompt, the page for the room, editors and notebooks draw from here. Looking changes nothing and costs
little; it happens in the front, so no event waits for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from livecode.language.sounding import sounding
from livecode.language.time import Locations
from livecode.stage.lighting import Range, statements, strings

if TYPE_CHECKING:
    from livecode.sound.levels import Levels

SHORTEST = 0.19
"""Seconds for which even the shortest note is lit, or a picture made five times a second would miss it."""
LIT_FOR = 0.8
"""The part of a note during which it is lit: two in a row can then be told apart."""
CYCLES_BACK, CYCLES_AHEAD = 4.0, 1.0
"""What was played so long ago, or will be so soon, still has its text shown."""
MOST_BELOW, LONGEST_BELOW = 4, 600


@dataclass(frozen=True, slots=True)
class Sight:
    """One note that was, is or will be heard: begin and end in cycles, pitch as a MIDI number or None."""

    slot: int
    begin: float
    end: float
    name: str
    pitch: float | None
    strength: float
    locations: Locations

    def lit(self, cycle: float, shortest: float = 0.0) -> bool:
        """Whether its characters are lit at a cycle; `shortest` is the least time, in cycles."""
        length = max(LIT_FOR * (self.end - self.begin), shortest)
        return self.begin <= cycle < self.begin + length


@dataclass(frozen=True, slots=True)
class Line:
    """The code of one slot on one line, with the character ranges that sound now.

    `below` are the other statements that its sound was written in, with ranges of their own.
    """

    slot: int
    text: str
    lit: tuple[Range, ...]
    muted: bool
    soloed: bool
    heard: bool
    fault: str
    take: int
    below: tuple[tuple[str, tuple[Range, ...]], ...] = ()


class View:
    """Looks at one session."""

    def __init__(self, session: Any) -> None:
        self.session = session

    @property
    def levels(self) -> Levels | None:
        """The meters of the engine; None where there is none on this machine."""
        levels: Levels = self.session.levels()
        return levels if levels.available else None

    def notes(self, begin: float, end: float) -> list[Sight]:
        """The notes of every audible slot that sound between two cycles, as far as they are known."""
        return [_sight(*each) for each in self.session.heard(begin, end)]

    def sounding(self, cycle: float | None = None) -> list[Sight]:
        """What is lit now."""
        now = self.session.now() if cycle is None else cycle
        shortest = SHORTEST * self.session.cps()
        return [note for note in self.notes(now - shortest, now + 1e-6) if note.lit(now, shortest)]

    def lines(self) -> list[Line]:
        """Every slot that plays, in order, its code brought onto one line."""
        now = float(self.session.now())
        shortest = SHORTEST * self.session.cps()
        notes = self.notes(now - CYCLES_BACK, now + CYCLES_AHEAD)
        found = []
        for number, take, status in self.session.on_stage():
            mine = [note for note in notes if note.slot == number]
            lit = [each for note in mine if note.lit(now, shortest) for each in note.locations]
            (text, moved), *below = [
                on_one_line(written, strings(written).all_places(lit))
                for written in self.written(take.source or "a pattern", mine)
            ]
            found.append(
                Line(
                    number, text, tuple(moved), status["muted"], status["soloed"], status["heard"],
                    take.fault or "", take.number, tuple((each, tuple(ranges)) for each, ranges in below),
                )
            )  # fmt: skip
        return found

    def written(self, source: str, notes: list[Sight]) -> list[str]:
        """The text of a slot, and below it the statements elsewhere in which strings of these notes stand.

        A set plays its melodies by name: what sounds is written where the names are given.
        """
        numbers = {number for note in notes for _, _, number in note.locations}
        numbers -= strings(source).numbers
        below: dict[tuple[int, int, str], None] = {}
        for age, text in enumerate(reversed(self.session.texts)):
            if not numbers:
                break
            known = statements(text)
            for number in numbers & known.keys():
                line, written = known[number]
                if written != source and len(written) <= LONGEST_BELOW:
                    below[-age, line, written] = None
            numbers -= known.keys()
        return [source, *(written for _, _, written in sorted(below)[:MOST_BELOW])]

    def lit_in(self, code: str) -> list[Range]:
        """The characters of any text that sound now, whichever slot plays them."""
        locations = [each for note in self.sounding() for each in note.locations]
        return strings(code).all_places(locations) if locations else []


def on_one_line(code: str, ranges: list[Range]) -> tuple[str, list[Range]]:
    """Code with its line breaks and their indents made single spaces, and ranges moved along.

    >>> on_one_line("d1 >> (\\n    x)", [(12, 13)])
    ('d1 >> ( x)', [(8, 9)])
    """
    if "\n" not in code:
        return code, ranges
    kept: list[str] = []
    places: list[int] = []
    after_break = False
    for character in code:
        places.append(len(kept))
        if character == "\n":
            after_break = True
        elif not (after_break and character.isspace()):
            if after_break and kept and kept[-1] != " ":
                kept.append(" ")
                places[-1] = len(kept)
            after_break = False
            kept.append(character)
    places.append(len(kept))
    return "".join(kept), [(places[first], places[last]) for first, last in ranges]


def _sight(slot: int, begin: float, end: float, event: Any) -> Sight:
    controls = event.value if isinstance(event.value, dict) else {}
    name = str(controls.get("s") or controls.get("synth") or "")
    strength = 1.0
    for key in ("gain", "velocity", "amp"):
        value = controls.get(key)
        if isinstance(value, (int, float)) and isfinite(value):
            strength *= min(1.0, max(0.0, float(value)))
    return Sight(slot, begin, end, name, sounding(controls), strength, event.locations)


