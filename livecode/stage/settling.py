"""How far scsynth's idea of the time is off while its clock settles, so that a new one can be put right.

scsynth turns time tags into samples by a filtered clock, a delay-locked loop. It starts wherever the first
audio callback happened to come, up to ten milliseconds off, and takes half a minute to find its place. With
the first server of an evening nobody notices; one that replaces another would play off the grid. So the
error is measured, with a run of time-tagged changes of one control bus watched through shared memory, and
taken back from the time tags of a server that was booted again.

>>> first = Settling(0.0)
>>> for age, error in ((0.5, 0.0528), (8.0, 0.0476), (20.0, 0.0431)):
...     first.add(age, error)
>>> second = Settling(100.0, first.constant)
>>> second.add(100.5, first.constant + 0.008)
>>> later = second.shift(120.0, first)
>>> round(second.shift(100.5, first), 4), abs(round(later, 4))
(0.008, 0.0)

Source of the loop: F. Adriaensen, Using a DLL to filter time, LAC 2005. Its rate: measured on scsynth 3.13.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from math import cos, exp, sin
from random import SystemRandom
from typing import TYPE_CHECKING

from livecode.sound import layout
from livecode.sound.encode import timetag, wall_offset
from livecode.sound.osc import bundle, message

if TYPE_CHECKING:
    from livecode.sound.engine.server import Engine

_chance = SystemRandom()
RATE = 0.0387
"""How fast the loop settles, per second, whatever the block size."""
STEP = 0.001
PROBES = 65
AHEAD = 0.03
LOOK_EVERY = 0.0003
TELLING = 0.12
"""How much the loop must have moved between two measurements for them to tell where it is going."""
SETTLED = 0.05
"""A loop that has so little left to go counts as settled."""
TRIES = 3
YOUNG = 0.3
"""With less left of its first error than this a loop says too little about it."""
LARGEST = 0.04
JOLT = 0.002
"""Seconds beside its expected place at which a clock has been thrown out of its course."""
AGES = (0.4, 1.5, 4.0, 8.0, 20.0)
"""Ages of a server, in seconds, at which its clock is measured."""
MADE_AGO = 0.15
"""Seconds that a server has about run when it is ready."""


class Settling:
    """One server's clock: `add` measurements, ask for the `shift` of its time tags.

    The error at an age is `constant` + start * shape(age). The constant is the sound's latency, the same
    for every server on the same device.
    """

    def __init__(self, born: float, constant: float | None = None) -> None:
        self.born = born
        self.constant = constant
        self.start: float | None = None
        self._measured: list[tuple[float, float]] = []

    def add(self, second: float, error: float) -> None:
        """At a monotonic second the server was so many seconds ahead."""
        left = shape(second - self.born)
        self._measured.append((left, error))
        if abs(left) < SETTLED:
            self.constant = error
        elif self.constant is None:
            first, last = self._measured[0], self._measured[-1]
            if abs(first[0] - last[0]) > TELLING:
                self.constant = last[1] - last[0] * (first[1] - last[1]) / (first[0] - last[0])
        starts = [(lead - (self.constant or 0.0)) / left for left, lead in self._measured if left > YOUNG]
        if self.constant is not None and starts:
            # A measurement that was held up says too little, never too much.
            self.start = max(starts)

    def found(self, second: float, error: float) -> Settling:
        """This clock; or where it is not where it should be (JACK lost a block), one that begins from there.

        >>> clock = Settling(0.0, 0.065)
        >>> clock.found(10.0, 0.0655) is clock, round(clock.found(10.0, 0.077).error(10.0), 4)
        (True, 0.012)
        """
        if self.constant is None or abs(error - self.constant - self.error(second)) < JOLT:
            return self
        moved = Settling(second, self.constant)
        moved.add(second, error)
        return moved

    def error(self, second: float) -> float:
        """How far ahead its clock is at a second, the constant left out; 0.0 when that is not known."""
        return 0.0 if self.start is None else self.start * shape(second - self.born)

    def shift(self, second: float, first: Settling) -> float:
        """Seconds to add to this server's time tags, to sound where the first one would have."""
        found = self.error(second) - first.error(second)
        return found if abs(found) <= LARGEST else 0.0


def shape(age: float) -> float:
    """What is left of the loop's first error at an age, 1 at the beginning."""
    turn = RATE * max(age, 0.0)
    return exp(-turn) * (cos(turn) - sin(turn))


def measure(engine: Engine) -> tuple[float, float] | None:
    """(monotonic second, seconds by which the server is ahead), None where its memory cannot be read.

    Takes a tenth of a second. What is watched comes late at times, never early, so the largest lead counts.
    """
    meters = engine.meters()
    if not meters.available:
        return None
    # Numbers that no other look uses: one may still be on its way, or left its last in the bus.
    base = 128.0 * _chance.randrange(1 << 16)
    offset = wall_offset(10)
    first = time.monotonic() + AHEAD
    packets = [
        bundle(
            timetag(first + number * STEP + offset),
            [message("/c_set", layout.PROBE_BUS, base + number + 1.0)],
        )
        for number in range(PROBES)
    ]
    engine.send_many(packets)
    leads: list[float] = []
    seen, until = 0.0, first + PROBES * STEP
    while (now := time.monotonic()) < until:
        value = meters.read(layout.PROBE_BUS)[0] - base
        now = time.monotonic()
        if value != seen:
            seen = value
            if 1 <= value < PROBES:
                leads.append(first + (value - 0.5) * STEP - now)
        time.sleep(LOOK_EVERY)
    return (first, max(leads)) if len(leads) >= 2 else None


def measure_into(engine: Engine, settling: Settling) -> threading.Thread:
    """Measure, in a thread that is given back, and add what was found to what is known of this clock."""
    return measure_then(engine, settling.add)


def measure_then(engine: Engine, take: Callable[[float, float], object]) -> threading.Thread:
    """Measure, in a thread that is given back, and hand over what was found, if anything was."""

    def work() -> None:
        with contextlib.suppress(Exception):
            for _ in range(TRIES):
                found = measure(engine)
                if found is not None:
                    take(*found)
                    return

    thread = threading.Thread(target=work, name="clock", daemon=True)
    thread.start()
    return thread
