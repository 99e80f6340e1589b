"""Clocks: the one that ticks on stage, and the one a render moves by hand.

>>> clock = VirtualClock()
>>> clock.move(1.5)
>>> clock.now()
1.5
"""

from __future__ import annotations

import time
from typing import Protocol

from livecode.sound.encode import wall_offset

STEP = 0.020
"""Seconds by which the wall clock must have moved against the monotonic one to count as stepped."""


class Clock(Protocol):
    """Seconds that only go forward."""

    def now(self) -> float:
        """Seconds, from a start of the clock's own choosing."""
        ...


class MonotonicClock:
    """The machine's clock that nobody sets; the same in every process of the machine."""

    def now(self) -> float:
        """Seconds since the machine started."""
        return time.monotonic()


class VirtualClock:
    """A clock that stands still until it is moved: for renders and tests."""

    def __init__(self, now: float = 0.0) -> None:
        self._now = now

    def now(self) -> float:
        """Seconds as last set."""
        return self._now

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds


class WallClock:
    """Turns monotonic seconds into the wall-clock seconds that scsynth's time tags are in.

    The difference is measured once and then left alone, because measuring it again would move notes that
    belong together apart by the error of measuring. Only a step of the wall clock (a laptop that woke up,
    a time server that corrected it) makes it measure anew.
    """

    def __init__(self) -> None:
        self.offset = wall_offset(20)

    def stepped(self) -> float:
        """Seconds that the wall clock has jumped since last asked, 0.0 if it has not."""
        found = wall_offset(3)
        jump = found - self.offset
        if abs(jump) <= STEP:
            return 0.0
        self.offset = wall_offset(20)
        return jump

    def wall(self, monotonic: float) -> float:
        """Seconds since 1970 at a monotonic second."""
        return monotonic + self.offset

