"""The plan of a piece: its sections, their keys and cadences, and what each section is for.

A piece is sixteen sections, one a phrase of the stream, drawn from its number alone: home, a journey
through near keys, home again. After it comes the next piece, drawn from another number, and so on
without end.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from livecode.generators.plan import PHRASES_PER_CHAPTER
from livecode.generators.rules.theory import Key

SECTIONS = PHRASES_PER_CHAPTER
FORMS = ("chorale", "invention", "toccata", "fugue")

JOURNEYS: dict[str, tuple[tuple[tuple[int, str], ...], ...]] = {
    "major": (
        ((7, "major"), (9, "minor"), (2, "minor"), (5, "major")),
        ((7, "major"), (4, "minor"), (9, "minor"), (5, "major")),
        ((9, "minor"), (7, "major"), (5, "major"), (2, "minor")),
    ),
    "minor": (
        ((3, "major"), (7, "minor"), (10, "major"), (5, "minor")),
        ((7, "minor"), (3, "major"), (8, "major"), (5, "minor")),
        ((3, "major"), (10, "major"), (5, "minor"), (7, "minor")),
    ),
}
"""The keys a piece goes through, in semitones above home, each a step away from home on the circle."""

ROLES: dict[str, tuple[str, ...]] = {
    "chorale": ("strophe",) * SECTIONS,
    "toccata": (
        "figure", "figure", "figure", "run", "figure", "sequence", "figure", "run",
        "figure", "sequence", "figure", "figure", "run", "figure", "run", "close",
    ),
    "invention": (
        "exposition", "episode", "entry", "episode", "entry", "inversion", "episode", "entry",
        "episode", "entry", "inversion", "episode", "stretto", "entry", "episode", "close",
    ),
    "fugue": (
        "exposition", "exposition 2", "episode", "entry", "episode", "entry", "inversion", "episode",
        "entry", "episode", "stretto", "episode", "entry", "stretto", "episode", "close",
    ),
}  # fmt: skip
"""What each section of a form does, in order."""


@dataclass(frozen=True)
class Section:
    """One section: where it begins and arrives, with which cadence, and what happens in it.

    `cadence` is "perfect" (dominant to tonic), "half" (on the dominant), "deceptive" (to the sixth step)
    or, at the very end, "final".
    """

    number: int
    role: str
    key: Key
    goal: Key
    cadence: str

    @property
    def modulates(self) -> bool:
        """Whether it arrives in another key than it began in."""
        return self.key != self.goal


def sections(form: str, home: Key, piece: int) -> list[Section]:
    """The sections of a piece.

    >>> found = sections("chorale", Key.of("c major"), 1)
    >>> found[0].key.name, found[-1].goal.name, found[-1].cadence
    ('c major', 'c major', 'final')
    """
    draw = random.Random(f"{form} {piece}")
    journey = draw.choice(JOURNEYS[home.mode])
    keys = [home, home]
    for step, mode in journey:
        there = home.relative(step, mode)
        keys += [there, there] if form != "chorale" or draw.random() < 0.7 else [there, home]
    keys += [home] * (SECTIONS + 1 - len(keys))
    roles = ROLES[form]
    found = []
    for number in range(SECTIONS):
        key, goal = keys[number], keys[number + 1]
        if number == SECTIONS - 1:
            cadence = "final"
        elif key != goal or roles[number] in ("exposition", "entry"):
            cadence = "perfect"
        else:
            cadence = draw.choice(("perfect", "perfect", "half", "deceptive"))
        found.append(Section(number, roles[number], key, goal, cadence))
    return found
