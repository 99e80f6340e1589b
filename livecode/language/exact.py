"""Exact numbers read from text, without the one fault that quicktions has.

quicktions (1.19 to 1.24) reads a text of one character through a buffer that it shares with the whole
interpreter: after `quicktions.Fraction("1")` the constant `b"\\0"` is `b"1"` everywhere in the process, and
every OSC message made from then on is wrong. Longer texts go another way; a blank before the digit is enough.
"""

from __future__ import annotations

from typing import Any

import quicktions


def exact(text: str) -> quicktions.Fraction:
    """The number that a text spells, exactly; ValueError when it spells none.

    >>> exact("1"), exact("1/3"), exact("0.1")
    (Fraction(1, 1), Fraction(1, 3), Fraction(1, 10))
    """
    return quicktions.Fraction(f" {text}")


class _Exact(type):
    def __instancecheck__(cls, thing: Any) -> bool:
        return isinstance(thing, quicktions.Fraction)


class Fraction(metaclass=_Exact):
    """An exact number, for times that a decimal cannot name.

    ```python
    s("bd sn").late(Fraction(1, 3))
    ```

    From two whole numbers, a number, or a text such as "1/3". It counts as any number does.
    """

    def __new__(cls, numerator: Any = 0, denominator: Any = None) -> Any:
        if isinstance(numerator, str):
            numerator = exact(numerator)
        return quicktions.Fraction(numerator, denominator)
