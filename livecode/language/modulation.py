"""Controls that move while the note sounds: a signal on its way to a control bus of the synth.

`lpf(sine.range(200, 2000))` reads the sine once for each note. `lpf(sine.range(200, 2000).lfo())` hands
the sine itself over: the sound engine moves the filter all the time. The movement is worked out here, a cycle
at a time, as straight pieces in cycles; so it follows every change of tempo, is the same live and offline,
and may be any pattern at all.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

from livecode.errors import ControlError
from livecode.language.pattern import Pattern, pure
from livecode.language.registry import function
from livecode.language.reify import reify
from livecode.language.time import Event, Fraction

POINTS = 128
"""Places in a cycle at which a signal is read; straight stretches between them are joined again."""
ACCURACY = 0.002
"""How far, in parts of its range, a straight piece may be from the signal."""


class Piece(NamedTuple):
    """A straight piece of a movement: from `start` to `stop`, beginning and lasting so many cycles."""

    begin: float
    length: float
    start: float
    stop: float

    def value_at(self, cycle: float) -> float:
        """Where the movement is at a moment within the piece.

        >>> Piece(1.0, 0.5, 0.0, 10.0).value_at(1.25)
        5.0
        """
        part = (cycle - self.begin) / self.length if self.length > 0 else 1.0
        return self.start + (self.stop - self.start) * part


class Modulation:
    """A pattern of numbers as the value of a control that moves with it while the note sounds.

    Arithmetic with numbers and patterns makes another one: `.add(lpf(100))` moves it up.
    """

    __slots__ = ("__weakref__", "pattern")

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern

    def pieces(self, cycle: int) -> list[Piece]:
        """The movement over one cycle as straight pieces without gaps, except where a pattern rests.

        >>> from livecode.language import mini
        >>> Modulation(mini("200 800")).pieces(0)[1]
        Piece(begin=0.5, length=0.5, start=800.0, stop=800.0)

        Raises ControlError when it gives anything but numbers.
        """
        events = self.pattern.query(cycle, cycle + 1)
        if all(event.whole is not None for event in events):
            return [
                Piece(float(event.part.begin), float(event.part.length), value, value)
                for event in events
                if (value := _number(event.value)) is not None
            ]
        ask = self.pattern.ask
        moments = [cycle + Fraction(place, POINTS) for place in range(POINTS + 1)]
        moments[-1] -= Fraction(1, 2**40)
        points = []
        for moment in moments:
            found = ask(moment, moment)
            if found:
                points.append((float(moment), _number(found[-1].value)))
        return _straightened(points)

    def speaks(self, cycle: Fraction) -> bool:
        """Whether there is a value at a moment: a pattern may rest, a live control may not be there."""
        return bool(self.pattern.query(cycle, cycle))

    def _with(self, other: Any, combine: Callable[[Any, Any], Any]) -> Modulation:
        right = other.pattern if isinstance(other, Modulation) else reify(other)
        return Modulation(self.pattern.app_left(right, combine))

    def __add__(self, other: Any) -> Modulation:
        return self._with(other, operator.add)

    def __sub__(self, other: Any) -> Modulation:
        return self._with(other, operator.sub)

    def __mul__(self, other: Any) -> Modulation:
        return self._with(other, operator.mul)

    def __truediv__(self, other: Any) -> Modulation:
        return self._with(other, operator.truediv)

    __radd__ = __add__
    __rmul__ = __mul__

    def __repr__(self) -> str:
        try:
            cycles = min(self.pattern.period or 4, 8)
            pieces = [piece for cycle in range(cycles) for piece in self.pieces(cycle)]
            values = [value for piece in pieces for value in (piece.start, piece.stop)]
        except Exception as error:
            return f"lfo that cannot be read: {error}"
        return f"lfo {min(values):g}..{max(values):g}" if values else "lfo of silence"


def _number(value: Any) -> float:
    if isinstance(value, (int, float, Fraction)):
        return float(value)
    raise ControlError(f"an lfo moves numbers, not {value!r}: try sine.range(200, 2000).lfo()")


def _straightened(points: list[tuple[float, float]]) -> list[Piece]:
    """The fewest straight pieces that stay close to the points, corners kept (Douglas and Peucker 1973)."""
    if len(points) < 2:
        return []
    values = [value for _, value in points]
    near = (max(values) - min(values)) * ACCURACY
    corners = [0, len(points) - 1]
    waiting = [(0, len(points) - 1)]
    while waiting:
        first, last = waiting.pop()
        (begin, start), (end, stop) = points[first], points[last]
        farthest, place = near, -1
        for index in range(first + 1, last):
            moment, value = points[index]
            away = abs(start + (stop - start) * (moment - begin) / (end - begin) - value)
            if away > farthest:
                farthest, place = away, index
        if place >= 0:
            corners.append(place)
            waiting += [(first, place), (place, last)]
    corners.sort()
    found = []
    for first, last in pairwise(corners):
        (begin, start), (end, stop) = points[first], points[last]
        found.append(Piece(begin, end - begin, start, stop))
    return found


def movements(events: list[Event], cycle: int) -> dict[Modulation, list[Piece]]:
    """What moves during a cycle, for all the controls of its events that do.

    >>> movements([], 0)
    {}
    """
    found: dict[Modulation, list[Piece]] = {}
    for event in events:
        if type(event.value) is dict:
            for value in event.value.values():
                if type(value) is Modulation and value not in found:
                    found[value] = value.pieces(cycle)
    return found


@function(family="signals")
def lfo(pattern: Pattern) -> Pattern:
    """Hand a control the signal itself, so that it moves all the time and not only from note to note.

    >>> note("c").lpf(sine.slow(2).range(200, 2000).lfo()).first_cycle()
    [(0..1) {'note': 0, 'cutoff': lfo 200..2000}]

    Any pattern of numbers will do: `saw.fast(4)`, `perlin.slow(2)`, `ramp([200, 2000], 8)`, or steps such as
    `"200 2000 [400 800]"`. It runs in the time of the slot: a `.fast(2)` after it makes the notes faster and
    not the movement. In the sound engine it is a control bus that the synth is mapped to when it starts.
    """
    return pure(Modulation(pattern))
