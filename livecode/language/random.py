"""Chance that repeats: a draw is a pure function of a seed and a time.

The same seed at the same time gives the same number in every process, on every machine and whatever was
asked before, so a set can be rendered, resumed and tested.
"""

from __future__ import annotations

from quicktions import Fraction

_MASK = 0xFFFFFFFFFFFFFFFF
_SCALE = 1.0 / (1 << 53)


def mix(number: int) -> int:
    """Scatter an integer over 64 bits (the finaliser of SplitMix64, Steele, Lea and Flood 2014)."""
    number &= _MASK
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _MASK
    return number ^ (number >> 31)


def draw(seed: int, time: Fraction) -> float:
    """A number in [0, 1) for a seed and a time.

    >>> draw(0, Fraction(1, 4)) == draw(0, Fraction(2, 8))
    True
    >>> 0 <= draw(7, Fraction(1, 3)) < 1
    True
    """
    number = time.numerator * 0x9E3779B97F4A7C15 + time.denominator * 0xD1342543DE82EF95
    number += seed * 0xAF251AF3B0F025B5
    number &= _MASK
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _MASK
    return float(((number ^ (number >> 31)) >> 11) * _SCALE)


def draws(seed: int, time: Fraction, count: int) -> list[float]:
    """`count` independent numbers in [0, 1) for a seed and a time.

    >>> draws(3, Fraction(1), 3) == draws(3, Fraction(1), 4)[:3]
    True
    """
    state = mix(time.numerator * 0x9E3779B97F4A7C15 + time.denominator * 0xD1342543DE82EF95 + seed)
    return [(mix(state + step * 0x9E3779B97F4A7C15) >> 11) * _SCALE for step in range(1, count + 1)]


def sub_seed(seed: int, *path: int) -> int:
    """A seed of its own for a part of something seeded.

    >>> sub_seed(1, 2) != sub_seed(2, 1)
    True
    """
    state = seed & _MASK
    for step in path:
        state = mix(state * 0x9E3779B97F4A7C15 + step + 1)
    return state
