"""Chance that can be played again: Python's and NumPy's own random numbers, seeded for each evaluation.

Livecode's functions draw by seed and time and need none of this. A performer's own code calls `random.choice`
all the same, so every evaluation begins with a fresh seed that goes into the journal, and a take whose
functions draw begins in each cycle with a seed made of the evaluation's, its slot and the cycle: asked twice,
or by a render of the journal, it answers the same.

>>> import random
>>> with sown(7):
...     first = random.random()
>>> with sown(7) as again:
...     first == random.random()
True
>>> again.used
True
"""

from __future__ import annotations

import random
import sys
from secrets import randbits
from types import TracebackType
from typing import Any

_MIXED = 0x9E3779B97F4A7C15
_WORD = (1 << 48) - 1


def fresh() -> int:
    """A seed that nobody has had."""
    return randbits(48) | 1


def sow(seed: int) -> None:
    """Let all numbers drawn from now on follow from a seed."""
    # Also when nobody has asked for NumPy yet: the block about to run may.
    import numpy.random

    random.seed(seed)
    numpy.random.seed(seed & 0xFFFFFFFF)


def seed_of(seed: int, slot: int, cycle: int) -> int:
    """The seed of one cycle of one slot.

    >>> seed_of(5, 1, 2) == seed_of(5, 1, 2), seed_of(5, 1, 2) == seed_of(5, 2, 1)
    (True, False)
    """
    return ((seed + 31 * slot + 1009 * cycle) * _MIXED ^ cycle) & _WORD


class sown:
    """Numbers drawn inside follow from `seed` (None: from wherever they stood); outside nothing has changed.

    `used` says afterwards whether any was drawn.
    """

    __slots__ = ("_before", "_numpy_before", "_numpy_start", "_start", "seed", "used")

    def __init__(self, seed: int | None) -> None:
        self.seed = seed
        self.used = False

    def __enter__(self) -> sown:
        numpy = _numpy()
        self._before = self._start = random.getstate()
        self._numpy_before = self._numpy_start = numpy.get_state() if numpy is not None else None
        if self.seed is not None:
            sow(self.seed)
            self._start = random.getstate()
            self._numpy_start = numpy.get_state() if numpy is not None else None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        numpy = _numpy()
        self.used = random.getstate() != self._start
        if numpy is not None and self._numpy_start is not None:
            now = numpy.get_state()
            # As bytes: NumPy's own comparison gives the interpreter away to whoever waits for it.
            self.used |= now[2] != self._numpy_start[2] or now[1].tobytes() != self._numpy_start[1].tobytes()
        if self.seed is not None:
            random.setstate(self._before)
            if numpy is not None and self._numpy_before is not None:
                numpy.set_state(self._numpy_before)


def _numpy() -> Any:
    return sys.modules.get("numpy.random")
