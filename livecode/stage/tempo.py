"""Tempo: where in the music a second is, and when a cycle comes.

A tempo map is a chain of stretches of constant speed. Each starts where the one before has arrived, so a
change of tempo never jumps: what was at cycle 12.3 is at 12.3 after it, only the future moves.

>>> tempo = TempoMap(second=10.0, cycle=0.0, cps=0.5)
>>> tempo.change(14.0, 1.0)
>>> tempo.cycle_at(14.0), tempo.cycle_at(15.0), tempo.second_at(3.0)
(2.0, 3.0, 15.0)
"""

from __future__ import annotations

import math

import msgspec

from livecode.errors import TempoError

SLOWEST_BPM, FASTEST_BPM = 1.0, 999.0
SLOWEST_CPS, FASTEST_CPS = 0.002, 16.0
MOST_STRETCHES = 64


class Stretch(msgspec.Struct, array_like=True, frozen=True):
    """From `second` on, `cps` cycles pass each second; `second` is at `cycle`."""

    second: float
    cycle: float
    cps: float


class TempoMap:
    """Cycles to seconds and back, piecewise.

    Seconds are those of the performance's clock (monotonic on stage, from 0 offline). Before the first
    stretch its speed is taken to have held for ever, so negative cycles (a count-in) have their time too.
    """

    __slots__ = ("stretches",)

    def __init__(self, second: float = 0.0, cycle: float = 0.0, cps: float = 0.5) -> None:
        self.stretches: list[Stretch] = [Stretch(second, cycle, check_cps(cps))]

    @classmethod
    def of(cls, stretches: list[Stretch]) -> TempoMap:
        """The map that another process described."""
        made = cls.__new__(cls)
        made.stretches = list(stretches)
        return made

    @property
    def cps(self) -> float:
        """Cycles a second at the end of the map."""
        return self.stretches[-1].cps

    def cycle_at(self, second: float) -> float:
        """Where the music is at a second."""
        stretch = self._stretch_at_second(second)
        return stretch.cycle + (second - stretch.second) * stretch.cps

    def second_at(self, cycle: float) -> float:
        """When a cycle comes."""
        stretch = self._stretch_at_cycle(cycle)
        return stretch.second + (cycle - stretch.cycle) / stretch.cps

    def cps_at(self, cycle: float) -> float:
        """Cycles a second at a cycle."""
        return self._stretch_at_cycle(cycle).cps

    def change(self, second: float, cps: float) -> None:
        """Another speed from a second on; everything planned after that second is forgotten."""
        check_cps(cps)
        cycle = self.cycle_at(second)
        kept = [stretch for stretch in self.stretches if stretch.second < second]
        self.stretches = [*kept[-MOST_STRETCHES + 1 :], Stretch(second, cycle, cps)]

    def _stretch_at_second(self, second: float) -> Stretch:
        for stretch in reversed(self.stretches):
            if stretch.second <= second:
                return stretch
        return self.stretches[0]

    def _stretch_at_cycle(self, cycle: float) -> Stretch:
        for stretch in reversed(self.stretches):
            if stretch.cycle <= cycle:
                return stretch
        return self.stretches[0]


class Metre(msgspec.Struct, array_like=True, frozen=True):
    """A time signature: `beats` of `unit` to the bar, and a cycle is a bar.

    Tempo counts quarter notes, so `meter(7, 8)` at `tempo(126)` has bars of 3.5 quarters.

    >>> Metre(7, 8).quarters, Metre(4, 4).cps(120.0)
    (3.5, 0.5)
    """

    beats: int = 4
    unit: int = 4

    @property
    def quarters(self) -> float:
        """Quarter notes in a bar."""
        return self.beats * 4 / self.unit

    def cps(self, bpm: float) -> float:
        """Cycles a second at so many quarter notes a minute."""
        return bpm / 60 / self.quarters

    def bpm(self, cps: float) -> float:
        """Quarter notes a minute at so many cycles a second."""
        return cps * 60 * self.quarters


def check_bpm(bpm: object) -> float:
    """A tempo in beats a minute, or a TempoError that says what to type.

    >>> check_bpm(126)
    126.0
    >>> check_bpm(0)
    Traceback (most recent call last):
    livecode.errors.TempoError: tempo 0 cannot be played: give beats a minute from 1 to 999, as in tempo(126)
    """
    return _check(
        bpm, "tempo", SLOWEST_BPM, FASTEST_BPM, "give beats a minute from 1 to 999, as in tempo(126)"
    )


def check_cps(cps: object) -> float:
    """A tempo in cycles a second, or a TempoError that says what to type."""
    return _check(
        cps, "cps", SLOWEST_CPS, FASTEST_CPS, "give cycles a second from 0.002 to 16, as in cps(0.5)"
    )


def check_metre(beats: object, unit: object) -> Metre:
    """A time signature, or a TempoError that says what to type.

    >>> check_metre(7, 8)
    Metre(beats=7, unit=8)
    """
    if (
        isinstance(beats, int)
        and isinstance(unit, int)
        and not isinstance(beats, bool)
        and 1 <= beats <= 64
        and unit in (1, 2, 4, 8, 16, 32)
    ):
        return Metre(beats, unit)
    raise TempoError(
        f"meter({beats!r}, {unit!r}) is no time signature: give 1 to 64 beats of 1, 2, 4, 8, 16 or 32, "
        "as in meter(7, 8)"
    )


def _check(value: object, name: str, low: float, high: float, cure: str) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise TempoError(f"{name} {value!r} is not a number: {cure}") from None
    if not math.isfinite(number) or not low <= number <= high:
        raise TempoError(f"{name} {value!r} cannot be played: {cure}")
    return number
