"""Harmony by a grammar of functions: prolong the tonic, go by sequences, turn at a pivot, close with a
cadence.

A section is an opening, a middle and a cadence. Middles are chosen among prolongations (I V6 I),
sequences (falling fifths, falling thirds, rising 5-6) and plain progressions by W. Piston's table; a
modulation turns on a chord that both keys hold. After W. Piston, *Harmony* (1941), and M. Rohrmeier,
"Towards a generative syntax of tonal harmony" (2011), for the functions.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from livecode.generators.cpu_bach.plan import Section
from livecode.generators.rules.theory import USUAL, Chord, Key, vocabulary


@dataclass(frozen=True)
class Step:
    """A chord in a key, the inversion it must be in (None: any), and its function in the section."""

    key: Key
    chord: Chord
    inversion: int | None = None
    role: str = ""

    @property
    def classes(self) -> frozenset[int]:
        """Its pitch classes."""
        return frozenset(self.chord.pitch_classes(self.key))


STEPS = {
    "major": ("I", "ii", "iii", "IV", "V", "vi", "vii°"),
    "minor": ("i", "ii°", "III", "iv", "V", "VI", "VII"),
}
SEVENTHS = {"major": {2: "ii7", 5: "V7"}, "minor": {2: "iiø7", 5: "V7"}}

Chain = tuple[tuple[int, int], ...]

FALLING_FIFTHS: Chain = ((4, 0), (7, 1), (3, 0), (6, 1), (2, 0), (5, 1))
FALLING_THIRDS: Chain = ((5, 1), (6, 0), (3, 1), (4, 0), (1, 1))
RISING: Chain = ((2, 1), (3, 0), (4, 1), (5, 0))
SEQUENCES: tuple[tuple[str, Chain], ...] = (
    ("falling fifths", FALLING_FIFTHS),
    ("falling thirds", FALLING_THIRDS),
    ("rising", RISING),
)
PROLONGATIONS: tuple[Chain, ...] = (
    ((5, 1), (1, 0)),
    ((5, 0), (1, 1)),
    ((7, 1), (1, 1)),
    ((4, 0), (1, 0)),
    ((4, 1), (1, 0)),
)


def named(key: Key, numeral: str, inversion: int | None = None, role: str = "") -> Step:
    """A chord of a key by its numeral."""
    chord = next(chord for chord in vocabulary(key.mode) if chord.numeral == numeral)
    return Step(key, chord, inversion, role)


def degree(key: Key, number: int, inversion: int | None = None, role: str = "") -> Step:
    """The plain chord on a step of a key; the seventh step in minor leads to the third.

    In a sequence its diminished chords stand in first inversion, as they must.
    """
    step = named(key, STEPS[key.mode][number - 1], inversion, role)
    if step.chord.quality == "diminished":
        return Step(key, step.chord, 1, role)
    return step


def cadence(kind: str, key: Key, draw: random.Random) -> list[Step]:
    """The last chords of a section: subdominant, dominant, arrival."""
    before = draw.choice((degree(key, 4, 0), named(key, SEVENTHS[key.mode][2], 1), degree(key, 2, 1)))
    before = Step(before.key, before.chord, before.inversion, "subdominant")
    tonic = STEPS[key.mode][0]
    if kind == "half":
        return [before, named(key, "V", 0, "half cadence")]
    dominant = named(key, draw.choice(("V", "V7", "V7")), 0, "dominant")
    if kind == "deceptive":
        return [before, dominant, degree(key, 6, 0, "deceptive cadence")]
    return [before, dominant, named(key, tonic, 0, f"{'final' if kind == 'final' else 'perfect'} cadence")]


def pivot(key: Key, goal: Key, draw: random.Random) -> list[Step]:
    """Chords that belong to both keys, read in the new one; a dominant of the new key when there are none."""
    ours = {
        frozenset(degree(key, n).chord.pitch_classes(key)): n
        for n in (1, 2, 4, 6, 3)
        if degree(key, n).chord.quality in ("major", "minor")
    }
    shared = []
    for number in (2, 4, 6, 1, 3):
        step = degree(goal, number)
        if step.chord.quality in ("major", "minor") and step.classes in ours:
            shared.append((number, ours[step.classes]))
    if not shared:
        return [named(goal, "V7", 1, f"into {goal.name}"), degree(goal, 1, 0)]
    number, old = shared[0] if draw.random() < 0.6 else draw.choice(shared)
    there = degree(goal, number)
    before = degree(key, old).chord.numeral
    told = f"pivot: {before} of {key.name} is {there.chord.numeral} of {goal.name}"
    return [Step(goal, there.chord, 0, told)]


def progression(section: Section, count: int, draw: random.Random) -> list[Step]:
    """So many chords from a section's key to its goal and cadence.

    >>> from livecode.generators.cpu_bach.plan import sections
    >>> steps = progression(sections("chorale", Key.of("c major"), 1)[0], 16, random.Random(1))
    >>> len(steps), steps[0].chord.numeral
    (16, 'I')
    """
    tail = cadence(section.cadence, section.goal, draw)
    turn = pivot(section.key, section.goal, draw) if section.modulates else []
    if count <= len(tail):
        return tail[-count:]
    if count < len(tail) + len(turn) + 1:
        return [degree(section.key, 1, 0)] * (count - len(tail)) + tail
    room = count - len(tail) - len(turn)
    middle = [degree(section.key, 1, 0, "tonic")]
    if room >= 4:
        # The key is made plain first.
        sure = draw.choice(PROLONGATIONS[:2])
        middle += _prolonged(section.key, sure, draw)
    middle += _middle(section.key, room - len(middle), draw)
    return [*middle, *turn, *tail]


def _prolonged(key: Key, chain: Chain, draw: random.Random) -> list[Step]:
    """A tonic gone round about; its dominant often has its seventh."""
    return [
        named(key, "V7", turned, "tonic prolonged")
        if number == 5 and draw.random() < 0.5
        else degree(key, number, turned, "tonic prolonged")
        for number, turned in chain
    ]


def _middle(key: Key, room: int, draw: random.Random) -> list[Step]:
    """What lies between the first tonic and the turn or cadence."""
    steps: list[Step] = []
    here, wanted = 1, room
    while len(steps) < wanted:
        room = wanted - len(steps)
        options = []
        if here == 1 and room >= 2:
            options += ["prolong"] * 2
        if here in (1, 4) and room >= 4:
            options += ["sequence"] * 3
        options.append("walk")
        choice = draw.choice(options)
        if choice == "prolong":
            chunk = draw.choice(PROLONGATIONS)
            steps += _prolonged(key, chunk, draw)
            here = 1
        elif choice == "sequence":
            name, chain = draw.choice(SEQUENCES)
            length = min(room, len(chain))
            chain = chain[-length:] if name == "falling fifths" and here == 4 else chain[:length]
            steps += [degree(key, n, inv, f"sequence of {name}") for n, inv in chain]
            here = chain[-1][0]
        else:
            often, sometimes, _ = USUAL[here]
            after = [n for n in (*often, *often, *sometimes) if n != 7 and not (n == 5 and room == 1)]
            # The last chord before a cadence is no dominant: that one's turn is still to come.
            here = draw.choice(after or [6 if here != 6 else 4])
            turned = draw.choice((0, 0, 1)) if here in (1, 2, 4, 5) else 0
            seventh = here == 2 and draw.random() < 0.4
            steps.append(named(key, SEVENTHS[key.mode][2], turned) if seventh else degree(key, here, turned))
    return steps
