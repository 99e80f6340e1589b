"""Tempo: where in the music a second is, and when a cycle comes.

A tempo map is a chain of stretches, each of constant speed or of one that rises or falls evenly in time. Each
starts where the one before has arrived, so a change of tempo never jumps: what was at cycle 12.3 is at 12.3
after it, only the future moves.

>>> tempo = TempoMap(second=10.0, cycle=0.0, cps=0.5)
>>> tempo.change(14.0, 1.0)
>>> tempo.cycle_at(14.0), tempo.cycle_at(15.0), tempo.second_at(3.0)
(2.0, 3.0, 15.0)
>>> tempo.plan(15.0, [(3.0, 2.0)])
>>> tempo.cps_at(3.0), tempo.cycle_at(17.0), tempo.cps
(1.0, 6.0, 2.0)

Swing bends time inside the slices of a cycle: what is half-way through one comes later, its edges stay.

>>> swung = TempoMap(0.0, 0.0, 1.0)
>>> swung.swing(0.0, 1 / 4, 2)
>>> [swung.second_at(cycle) for cycle in (0.0, 0.25, 0.375, 0.5)]
[0.0, 0.375, 0.4375, 0.5]
>>> swung.cycle_at(0.375)
0.25
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from math import sqrt
from operator import attrgetter

import msgspec

from livecode.errors import TempoError

SLOWEST_BPM, FASTEST_BPM = 1.0, 999.0
SLOWEST_CPS, FASTEST_CPS = 0.002, 16.0
MOST_STRETCHES = 64
"""How many stretches of the past are remembered."""

_second, _cycle = attrgetter("second"), attrgetter("cycle")


class Stretch(msgspec.Struct, array_like=True, frozen=True):
    """From `second` on, which is at `cycle`, `cps` cycles pass a second, `slope` more after each second.

    `swing`: the middle of each of `slices` slices of the cycle comes so much of a slice later.
    """

    second: float
    cycle: float
    cps: float
    slope: float = 0.0
    swing: float = 0.0
    slices: int = 4


class TempoMap:
    """Cycles to seconds and back.

    Seconds are those of the performance's clock (monotonic on stage, from 0 offline). Before the first
    stretch its speed is taken to have held for ever, so negative cycles (a count-in) have their time too.
    """

    __slots__ = ("stretches",)

    def __init__(self, second: float = 0.0, cycle: float = 0.0, cps: float = 0.5) -> None:
        self.stretches: list[Stretch] = [Stretch(second, cycle, check_cps(cps))]

    @classmethod
    def of(cls, stretches: Sequence[Stretch]) -> TempoMap:
        """The map that another process described."""
        made = cls.__new__(cls)
        made.stretches = list(stretches)
        return made

    @property
    def cps(self) -> float:
        """Cycles a second at the end of the map: where a ramp leads."""
        return self.stretches[-1].cps

    def cycle_at(self, second: float) -> float:
        """Where the music is at a second."""
        stretch = self._stretch(second, _second)
        even = _even_cycle(stretch, second)
        return _unswung(stretch, even) if stretch.swing else even

    def second_at(self, cycle: float) -> float:
        """When a cycle comes."""
        stretch = self._stretch(cycle, _cycle)
        if stretch.swing:
            cycle = _swung(stretch, cycle)
            stretch = self._stretch(cycle, _cycle)
        return _even_second(stretch, cycle)

    def beat(self, cycle: float) -> tuple[float, float]:
        """When a cycle comes, and the seconds a cycle takes there: both questions a note asks, in one.

        >>> TempoMap(10.0, 0.0, 0.5).beat(2.0)
        (14.0, 2.0)
        """
        last = self.stretches[-1]
        if cycle >= last.cycle and not last.slope and not last.swing:
            return last.second + (cycle - last.cycle) / last.cps, 1.0 / last.cps
        return self.second_at(cycle), 1.0 / self.cps_at(cycle)

    def cps_at(self, cycle: float) -> float:
        """Cycles a second at a cycle, whatever the swing."""
        stretch = self._stretch(cycle, _cycle)
        if stretch.swing:
            cycle = _swung(stretch, cycle)
            stretch = self._stretch(cycle, _cycle)
        return _even_cps(stretch, cycle)

    def ramping(self, second: float) -> bool:
        """Whether the speed is changing at a second."""
        stretch = self._stretch(second, _second)
        return bool(stretch.slope) and second >= stretch.second

    def change(self, second: float, cps: float) -> None:
        """Another speed from a second on; everything planned after that second is forgotten."""
        self.plan(second, [(0.0, cps)])

    def plan(self, second: float, points: Sequence[tuple[float, float]]) -> None:
        """From a second on, speeds to go through: (cycles from there, cycles a second).

        Between two points the speed changes evenly in time; two at one place are a step. The last one holds.
        """
        now = self._stretch(second, _second)
        cycle = _even_cycle(now, second)
        cps = _even_cps(now, cycle)
        kept = [stretch for stretch in self.stretches if stretch.second < second][-MOST_STRETCHES + 1 :]
        way = 0.0
        began, last = second, self.stretches[-1]
        for distance, wanted in points:
            check_cps(wanted)
            leg = distance - way
            if leg > 0:
                seconds = 2 * leg / (cps + wanted)
                kept.append(Stretch(second, cycle, cps, (wanted - cps) / seconds, now.swing, now.slices))
                second, cycle, way = second + seconds, cycle + leg, distance
            cps = wanted
        self.stretches = [*kept, Stretch(second, cycle, cps, 0.0, now.swing, now.slices)]
        if (last.swing, last.slices) != (now.swing, now.slices):
            # It was on its way, and was forgotten with the rest of the future.
            self.swing(began, last.swing, last.slices)

    def swing(self, second: float, amount: float, slices: int) -> None:
        """Let the middle of each of so many slices of a cycle come later by a part of a slice.

        That begins at the first moment after `second` that both the old swing and the new leave alone, so
        nothing jumps. A swing that was on its way gives way to it.
        """
        now = self._stretch(second, _second)
        old = {"swing": now.swing, "slices": now.slices}
        grid = math.gcd(now.slices, slices) if now.swing else slices
        cycle = math.ceil(_even_cycle(now, second) * grid - 1e-9) / grid
        at = self._stretch(cycle, _cycle)
        begin = max(second, _even_second(at, cycle))
        kept = [each for each in self.stretches if each.second <= second]
        between = [each for each in self.stretches if second < each.second < begin]
        kept += [msgspec.structs.replace(each, **old) for each in between]
        later = [each for each in self.stretches if each.second > begin]
        there = Stretch(begin, cycle, _even_cps(at, cycle), at.slope)
        changed = (msgspec.structs.replace(each, swing=amount, slices=slices) for each in (there, *later))
        self.stretches = [*kept[-MOST_STRETCHES + 1 :], *changed]

    def _stretch(self, place: float, key: attrgetter[float]) -> Stretch:
        stretches = self.stretches
        last = stretches[-1]
        if len(stretches) == 1 or key(last) <= place:
            return last
        return stretches[max(0, bisect_right(stretches, place, key=key) - 1)]


def _even_cycle(stretch: Stretch, second: float) -> float:
    """Where the music is at a second, without the swing."""
    passed = second - stretch.second
    if stretch.slope and passed > 0:
        return stretch.cycle + passed * (stretch.cps + stretch.slope * passed / 2)
    return stretch.cycle + passed * stretch.cps


def _even_second(stretch: Stretch, cycle: float) -> float:
    way = cycle - stretch.cycle
    if stretch.slope and way > 0:
        # The root that stays exact when the slope is next to nothing.
        arrived = sqrt(max(0.0, stretch.cps * stretch.cps + 2 * stretch.slope * way))
        return stretch.second + 2 * way / (stretch.cps + arrived)
    return stretch.second + way / stretch.cps


def _even_cps(stretch: Stretch, cycle: float) -> float:
    way = cycle - stretch.cycle
    if stretch.slope and way > 0:
        return sqrt(max(SLOWEST_CPS**2, stretch.cps * stretch.cps + 2 * stretch.slope * way))
    return stretch.cps


def _swung(stretch: Stretch, cycle: float) -> float:
    """Where in even time a cycle of swung time falls."""
    place = cycle * stretch.slices
    slice_ = math.floor(place)
    part, middle = place - slice_, 0.5 + stretch.swing
    part = part * 2 * middle if part < 0.5 else middle + (part - 0.5) * 2 * (1 - middle)
    return (slice_ + part) / stretch.slices


def _unswung(stretch: Stretch, cycle: float) -> float:
    """The other way round."""
    place = cycle * stretch.slices
    slice_ = math.floor(place)
    part, middle = place - slice_, 0.5 + stretch.swing
    part = part / (2 * middle) if part < middle else 0.5 + (part - middle) / (2 * (1 - middle))
    return (slice_ + part) / stretch.slices


CURVES = ("linear", "exponential", "sine")
"""Ways from one tempo to another: evenly in time, by equal ratios, gently at both ends."""


def ramp(start: float, end: float, cycles: float, curve: str = "linear") -> list[tuple[float, float]]:
    """The points of a way from one speed to another over so many cycles, for `TempoMap.plan`.

    >>> ramp(0.5, 1.0, 8.0)
    [(8.0, 1.0)]
    """
    if curve not in CURVES:
        names = ", ".join(CURVES)
        raise TempoError(f"no curve called {curve!r}: a tempo goes up or down by {names}")
    if curve == "linear":
        return [(cycles, end)]
    count = int(min(256, max(16, 8 * cycles)))
    found = []
    for number in range(1, count + 1):
        way = number / count
        if curve == "exponential":
            found.append((cycles * way, start * (end / start) ** way))
        else:
            found.append((cycles * way, start + (end - start) * (1 - math.cos(math.pi * way)) / 2))
    return [*found[:-1], (cycles, end)]


def displaced(cps: float, seconds: float, cycles: float) -> list[tuple[float, float]]:
    """A moment faster or slower, after which everything comes `seconds` later (negative: earlier).

    >>> displaced(0.5, 0.1, 1.0)
    [(0.0, 0.47619047619047616), (1.0, 0.47619047619047616), (1.0, 0.5)]
    """
    slower = cycles / (cycles / cps + seconds)
    return [(0.0, slower), (cycles, slower), (cycles, cps)]


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


MOST_SWING = 0.4


def check_swing(amount: object, slices: object) -> tuple[float, int]:
    """A swing and its slices, or a TempoError that says what to type.

    >>> check_swing(0.25, 8)
    (0.25, 8)
    """
    cure = "give a part of a slice from -0.4 to 0.4 (1/6 is triplets), as in groove(1/6)"
    number = _check(amount, "groove", -MOST_SWING, MOST_SWING, cure)
    if not isinstance(slices, int) or isinstance(slices, bool) or not 1 <= slices <= 64:
        raise TempoError(f"groove(..., {slices!r}) has no such slices: give how many to a cycle, 1 to 64")
    return number, slices


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
