"""How many cycles a pattern takes to repeat exactly, and how that follows through composition.

A period is a whole number of cycles, or None when a pattern never repeats or nobody can tell.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TypeAlias

from quicktions import Fraction

Period: TypeAlias = "int | None"
PeriodLike: TypeAlias = "int | Callable[[], int | None] | None"

LONGEST = 4096


def together(periods: Iterable[int | None]) -> int | None:
    """The period of patterns heard together.

    >>> together([2, 3]), together([2, None])
    (6, None)
    """
    common = 1
    for period in periods:
        if period is None:
            return None
        common = math.lcm(common, period)
        if common > LONGEST:
            return None
    return common


def faster(period: int | None, factor: Fraction) -> int | None:
    """The period after playing a pattern `factor` times as fast, factor above 0.

    >>> faster(1, Fraction(1, 3)), faster(4, Fraction(2)), faster(1, Fraction(3, 2))
    (3, 2, 2)
    """
    if period is None:
        return None
    shorter = int((period / factor).numerator)
    return shorter if shorter <= LONGEST else None


def in_turn(periods: Iterable[int | None], turns: int) -> int | None:
    """The period of `turns` patterns that play a cycle each in turn.

    >>> in_turn([1, 2, 1], 3)
    6
    """
    common = together(periods)
    if common is None or common * turns > LONGEST:
        return None
    return common * turns


def common_steps(steps: list[Fraction]) -> Fraction | None:
    """The fewest steps into which patterns of these steps all fit."""
    if not steps or any(step <= 0 for step in steps):
        return None
    top = math.lcm(*(int(step.numerator) for step in steps))
    return Fraction(top, math.gcd(*(int(step.denominator) for step in steps)))
