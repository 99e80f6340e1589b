"""Values one by one: stretched onto a range, rounded, counted in binary."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from livecode.errors import ControlError
from livecode.language.combine import fastcat
from livecode.language.fuel import EVENTS_PER_CYCLE, too_dense
from livecode.language.joins import inner_join
from livecode.language.notes import note_number
from livecode.language.operators import is_true
from livecode.language.pattern import Pattern, silence
from livecode.language.registry import constructor, function
from livecode.language.reify import reify


def _numbers(pattern: Pattern, name: str, change: Callable[[Any], Any]) -> Pattern:
    """Every value changed by a function of numbers; note names count as semitones from c4."""

    def changed(value: Any) -> Any:
        try:
            return change(value)
        except TypeError:
            number = note_number(value) if isinstance(value, str) else None
            if number is None:
                raise ControlError(f"{name} needs numbers, not {value!r}") from None
            return change(number)

    return pattern.with_value(changed)


def _end(value: Any, name: str) -> Any:
    """An end of a range: a number, or a note's name."""
    if isinstance(value, str):
        number = note_number(value)
        if number is None:
            raise ControlError(f"{name} needs two numbers, not {value!r}: try {name}(200, 2000)")
        return number
    return value


@function(family="values")
def range_(pattern: Pattern, low: Any, high: Any) -> Pattern:
    """Stretch values from 0 to 1 onto a range.

    >>> mini("0 0.5 1").range(100, 200).first_cycle()
    [(0..1/3) 100, (1/3..2/3) 150.0, (2/3..1) 200]
    """
    bottom, top = _end(low, "range"), _end(high, "range")
    return _numbers(pattern, "range", lambda value: value * (top - bottom) + bottom)


@function(family="values")
def range2(pattern: Pattern, low: Any, high: Any) -> Pattern:
    """Stretch values from -1 to 1 onto a range.

    >>> mini("-1 1").range2(100, 200).first_cycle()
    [(0..1/2) 100.0, (1/2..1) 200.0]
    """
    bottom, top = _end(low, "range2"), _end(high, "range2")
    return _numbers(pattern, "range2", lambda value: (value + 1) / 2 * (top - bottom) + bottom)


@function(family="values")
def rangex(pattern: Pattern, low: Any, high: Any) -> Pattern:
    """Stretch values from 0 to 1 onto a range in equal ratios, as the ear hears frequencies.

    >>> [round(event.value) for event in mini("0 0.5 1").rangex(100, 400).first_cycle()]
    [100, 200, 400]

    Both ends must be above 0.
    """
    low, high = _end(low, "rangex"), _end(high, "rangex")
    if low <= 0 or high <= 0:
        raise ControlError(f"rangex goes between numbers above 0, not {low} and {high}: use range")
    bottom, top = math.log(low), math.log(high)
    return _numbers(pattern, "rangex", lambda value: math.exp(value * (top - bottom) + bottom))


@function(family="values", aliases=("quantize",))
def quantise(pattern: Pattern, steps: Any) -> Pattern:
    """Round values to so many steps between one whole number and the next, halves to the even one.

    >>> mini("0.1 0.3 0.6").quantise(2).first_cycle()
    [(0..1/3) 0.0, (1/3..2/3) 0.5, (2/3..1) 0.5]
    """
    if steps <= 0:
        raise ControlError(f"values cannot be rounded to {steps} steps: give 1 or more")
    return _numbers(pattern, "quantise", lambda value: round(value * steps) / steps)


@function(family="values")
def round_(pattern: Pattern) -> Pattern:
    """Round values to whole numbers, halves upwards.

    >>> mini("0.5 1.2 -0.7").round().first_cycle()
    [(0..1/3) 1, (1/3..2/3) 1, (2/3..1) -1]
    """
    return _numbers(pattern, "round", lambda value: math.floor(value + 0.5))


@function(family="values")
def floor(pattern: Pattern) -> Pattern:
    """Round values down to whole numbers.

    >>> mini("0.5 -0.5").floor().first_cycle()
    [(0..1/2) 0, (1/2..1) -1]
    """
    return _numbers(pattern, "floor", math.floor)


@function(family="values")
def ceil(pattern: Pattern) -> Pattern:
    """Round values up to whole numbers.

    >>> mini("0.5 -0.5").ceil().first_cycle()
    [(0..1/2) 1, (1/2..1) 0]
    """
    return _numbers(pattern, "ceil", math.ceil)


@function(family="values", aliases=("to_bipolar",))
def bipolar(pattern: Pattern) -> Pattern:
    """Turn values from 0 to 1 into values from -1 to 1.

    >>> mini("0 1").bipolar().first_cycle()
    [(0..1/2) -1, (1/2..1) 1]
    """
    return _numbers(pattern, "bipolar", lambda value: value * 2 - 1)


@function(family="values", aliases=("from_bipolar",))
def unipolar(pattern: Pattern) -> Pattern:
    """Turn values from -1 to 1 into values from 0 to 1.

    >>> mini("-1 1").unipolar().first_cycle()
    [(0..1/2) 0.0, (1/2..1) 1.0]
    """
    return _numbers(pattern, "unipolar", lambda value: (value + 1) / 2)


@constructor(family="values")
def binary(number: Any) -> Pattern:
    """A number's binary digits as a rhythm.

    >>> binary(5).first_cycle()
    [(0..1/3) 1, (1/3..2/3) 0, (2/3..1) 1]
    """
    return inner_join(reify(number).with_value(lambda n: _digits(int(n), max(int(n).bit_length(), 1))))


@constructor(family="values")
def binary_n(number: Any, digits: Any = 16) -> Pattern:
    """The last so many binary digits of a number as a rhythm.

    >>> binary_n(5, 4).first_cycle()
    [(0..1/4) 0, (1/4..1/2) 1, (1/2..3/4) 0, (3/4..1) 1]
    """
    if isinstance(number, int) and isinstance(digits, int):
        return _digits(number, digits)
    pairs = reify(number).app_left(reify(digits), lambda n, count: _digits(int(n), int(count)))
    return inner_join(pairs)


def _digits(number: int, count: int) -> Pattern:
    if count > EVENTS_PER_CYCLE:
        raise too_dense(count)
    return fastcat(*(number >> place & 1 for place in reversed(range(count)))) if count > 0 else silence


@function(family="values")
def toggles(pattern: Pattern, on: Any = 1, off: Any = 0) -> Pattern:
    """Turn true values (t, 1) into one value and false ones (f, 0) into another.

    >>> mini("t f").toggles(0.8, 0.2).first_cycle()
    [(0..1/2) 0.8, (1/2..1) 0.2]
    """
    return pattern.with_value(lambda value: on if is_true(value) else off)


@function(family="values", plain=("test",))
def filter_(pattern: Pattern, test: Any) -> Pattern:
    """Keep the events whose value a test is true of.

    >>> mini("0 1 2 3").filter(lambda value: value > 1).first_cycle()
    [(1/2..3/4) 2, (3/4..1) 3]
    """
    return pattern.filter_values(test)


@function(family="values", plain=("test",))
def filter_when(pattern: Pattern, test: Any) -> Pattern:
    """Keep the events for whose beginning, in cycles, a test is true.

    >>> mini("0 1 2 3").filter_when(lambda time: time >= 1/2).first_cycle()
    [(1/2..3/4) 2, (3/4..1) 3]
    """
    kept = pattern.filter_events(lambda event: test(event.whole_or_part.begin))
    kept.forget_period()
    return kept
