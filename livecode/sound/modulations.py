"""Which control bus each movement of a slot has, and the commands that move it.

>>> from livecode.language import saw
>>> rise, modulations = Modulation(saw), Modulations()
>>> modulations.bus(rise, 1, "cutoff", 20, 20000)
'c2112'
>>> [(sweep.bus, sweep.stop) for sweep in modulations.sweeps({rise: [Piece(0.0, 1.0, 10.0, 400.0)]}, 1)]
[(2112, 400.0)]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from weakref import WeakKeyDictionary

from livecode.errors import ControlError
from livecode.language.modulation import Modulation, Piece
from livecode.sound.command import Sweep
from livecode.sound.layout import modulation_bus

CURVE = 8
"""Straight pieces into which one is cut whose meaning is curved, as frequencies over notes are."""


class Modulations:
    """Remembers, for as long as a movement is in use, the buses that carry it."""

    def __init__(self) -> None:
        self._buses: WeakKeyDictionary[Modulation, dict[tuple[int, str], _Route]] = WeakKeyDictionary()
        self._given: dict[int, int] = {}

    def bus(
        self,
        moved: Modulation,
        slot: int,
        control: str,
        low: float,
        high: float,
        meaning: Callable[[float], float] | None = None,
    ) -> str:
        """The bus of a movement for one control of a slot, as `/s_new` names it; a new one the first time.

        Values are kept between `low` and `high`, and mean what `meaning` makes of them.
        """
        routes = self._buses.setdefault(moved, {})
        route = routes.get((slot, control))
        if route is None:
            number = self._given.get(slot, 0)
            self._given[slot] = number + 1
            route = routes[slot, control] = _Route(modulation_bus(slot, number), low, high, meaning)
        return f"c{route.bus}"

    def sweeps(self, movements: Mapping[Modulation, list[Piece]], slot: int) -> list[Sweep]:
        """A cycle of these movements on every bus of the slot that carries one."""
        found: list[Sweep] = []
        for moved, pieces in movements.items():
            for (owner, control), route in self._buses.get(moved, {}).items():
                if owner == slot:
                    cut = [short for piece in pieces for short in route.cut(piece)]
                    found += [route.sweep(piece, slot, control) for piece in cut]
        return found


class _Route:
    __slots__ = ("bus", "high", "low", "meaning")

    def __init__(
        self, bus: int, low: float, high: float, meaning: Callable[[float], float] | None
    ) -> None:
        self.bus, self.low, self.high, self.meaning = bus, low, high, meaning

    def cut(self, piece: Piece) -> list[Piece]:
        """A piece as it is, or in shorter ones where its meaning is curved."""
        if self.meaning is None or piece.start == piece.stop:
            return [piece]
        length = piece.length / CURVE
        edges = [piece.begin + length * place for place in range(CURVE + 1)]
        return [
            Piece(edge, length, piece.value_at(edge), piece.value_at(edge + length)) for edge in edges[:-1]
        ]

    def sweep(self, piece: Piece, slot: int, control: str) -> Sweep:
        start, stop = self.value(piece.start, control), self.value(piece.stop, control)
        return Sweep(piece.begin, piece.length, self.bus, start, stop, slot)

    def value(self, said: float, control: str) -> float:
        """What a value of the movement means to the synth."""
        if not math.isfinite(said):
            raise ControlError(f"the lfo of {control.split()[0]} gives {said}: give finite numbers")
        meant = said if self.meaning is None else self.meaning(said)
        return min(max(meant, self.low), self.high)
