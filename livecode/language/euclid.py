"""Bjorklund's algorithm: so many onsets spread over so many steps as evenly as can be.

E. Bjorklund, "The Theory of Rep-Rate Pattern Generation in the SNS Timing System" (2003); G. Toussaint, "The
Euclidean Algorithm Generates Traditional Musical Rhythms" (2005).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from livecode.language.combine import fastcat
from livecode.language.fuel import EVENTS_PER_CYCLE, too_dense
from livecode.language.pattern import Pattern, silence
from livecode.language.registry import function
from livecode.language.time import Fraction


@lru_cache(maxsize=256)
def bjorklund(onsets: int, steps: int, rotation: int = 0) -> tuple[bool, ...]:
    """The steps that sound, the first onset on step 0, then rotated to the left.

    >>> "".join("x" if step else "." for step in bjorklund(3, 8))
    'x..x..x.'
    >>> [place for place, step in enumerate(bjorklund(3, 8, 2)) if step]
    [1, 4, 6]

    More onsets than steps sound on every step; a negative number of onsets turns sound and silence
    round. No steps, no rhythm.
    """
    if steps <= 0:
        return ()
    if steps > EVENTS_PER_CYCLE:
        raise too_dense(steps)
    wanted = min(abs(onsets), steps)
    pulses: list[tuple[bool, ...]] = [(True,)] * wanted
    rests: list[tuple[bool, ...]] = [(False,)] * (steps - wanted)
    while min(len(pulses), len(rests)) > 1:
        paired = min(len(pulses), len(rests))
        joined = [pulse + rest for pulse, rest in zip(pulses, rests)]
        rests = pulses[paired:] if len(pulses) > paired else rests[paired:]
        pulses = joined
    rhythm = [step for group in (*pulses, *rests) for step in group]
    if onsets < 0:
        rhythm = [not step for step in rhythm]
    turn = rotation % steps
    return tuple(rhythm[turn:] + rhythm[:turn])


@function(family="structure")
def euclid(pattern: Pattern, onsets: Any, steps: Any, rotation: Any = 0) -> Pattern:
    """Play a pattern once on each onset of a Euclidean rhythm.

    >>> mini("bd").euclid(3, 8).first_cycle()
    [(0..1/8) 'bd', (3/8..1/2) 'bd', (3/4..7/8) 'bd']
    """
    return turned(pattern, bjorklund(int(onsets), int(steps)), int(rotation))


def turned(pattern: Pattern, rhythm: tuple[bool, ...], rotation: int, gap: Pattern = silence) -> Pattern:
    """A pattern on the steps of a rhythm that sound, then all of it earlier by so many steps.

    What is rotated past the beginning comes from the cycle before, as in Tidal: `<a b>(3,8,2)` is a a b.
    """
    if not rhythm:
        return silence
    placed = fastcat(*(pattern if step else gap for step in rhythm))
    return placed._late(-Fraction(rotation, len(rhythm))) if rotation else placed
