"""Exact time: fractions of a cycle, spans of them, and the events that fill them.

A cycle is a bar. Times are fractions, so a third of a cycle is a third and nothing drifts, however long
the set runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

from quicktions import Fraction as Fraction

from livecode.errors import PatternError, called
from livecode.language.exact import exact

Location: TypeAlias = tuple[int, int, int]
Locations: TypeAlias = tuple[Location, ...]
TimeLike: TypeAlias = "int | float | Fraction"

ZERO: Fraction = Fraction(0)
ONE: Fraction = Fraction(1)

_FINEST = 1_000_000


def to_time(value: Any) -> Fraction:
    """A number as exact time: 0.1 is a tenth and 1/3 a third, although a float is neither.

    >>> to_time(0.1), to_time(1 / 3), to_time(2)
    (Fraction(1, 10), Fraction(1, 3), Fraction(2, 1))

    Floats are taken to the nearest fraction with a denominator up to a million. Raises PatternError for
    what is no finite number.
    """
    if isinstance(value, Fraction):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise PatternError(f"time must be a finite number, not {value}: write a number such as 0.25")
        number = Fraction(value)
        return number if number.denominator <= _FINEST else number.limit_denominator(_FINEST)
    try:
        return exact(value) if isinstance(value, str) else Fraction(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        given = called(value)
        raise PatternError(f"time must be a number, not {given}: write a number such as 0.25") from None


class Span:
    """A stretch of time, from `begin` up to but not including `end`, in cycles. Never changed once made.

    >>> Span(Fraction(1, 4), Fraction(1))
    1/4..1
    """

    __slots__ = ("begin", "end")

    def __init__(self, begin: Fraction, end: Fraction) -> None:
        self.begin = begin
        self.end = end

    @property
    def length(self) -> Fraction:
        """How long it lasts, in cycles."""
        return self.end - self.begin

    @property
    def middle(self) -> Fraction:
        """The time half way through, where continuous patterns are read."""
        return (self.begin + self.end) / 2

    def with_time(self, function: Callable[[Fraction], Fraction]) -> Span:
        """The span with both its ends moved by a function of time."""
        return Span(function(self.begin), function(self.end))

    def intersection(self, other: Span) -> Span | None:
        """What both spans share, or None. A point shared only as the end of a longer span does not count."""
        return intersection(self, other)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Span):
            return NotImplemented
        return bool(self.begin == other.begin and self.end == other.end)

    def __hash__(self) -> int:
        return hash((self.begin, self.end))

    def __repr__(self) -> str:
        return f"{self.begin}..{self.end}"


def intersection(one: Span, other: Span) -> Span | None:
    """What two spans share, or None when they do not meet.

    >>> intersection(Span(Fraction(0), Fraction(1)), Span(Fraction(1, 2), Fraction(2)))
    1/2..1
    >>> intersection(Span(Fraction(0), Fraction(1)), Span(Fraction(1), Fraction(2))) is None
    True
    """
    if one is other:
        return one
    begin = one.begin if one.begin >= other.begin else other.begin
    end = one.end if one.end <= other.end else other.end
    if begin < end:
        if begin is one.begin and end is one.end:
            return one
        return Span(begin, end)
    if begin > end:
        return None
    for span in (one, other):
        if begin == span.end and span.begin < span.end:
            return None
    return Span(begin, end)


class Event:
    """Something that happens: a value, the time it lasts (`whole`) and the piece of it seen (`part`).

    `whole` is None for values without a beginning, such as those of a sine. `locations` are the character
    ranges (begin, end, source) of the text it came from. Never changed once made.
    """

    __slots__ = ("locations", "part", "value", "whole")

    def __init__(self, whole: Span | None, part: Span, value: Any, locations: Locations = ()) -> None:
        self.whole = whole
        self.part = part
        self.value = value
        self.locations = locations

    def has_onset(self) -> bool:
        """Whether the event begins in the part seen; only then does it sound."""
        whole = self.whole
        return whole is not None and bool(whole.begin == self.part.begin)

    @property
    def whole_or_part(self) -> Span:
        """The whole where there is one, else the part seen."""
        whole = self.whole
        return self.part if whole is None else whole

    @property
    def length(self) -> Fraction:
        """How long the whole lasts, in cycles."""
        return self.whole_or_part.length

    def with_value(self, function: Callable[[Any], Any]) -> Event:
        """The same event with another value."""
        return Event(self.whole, self.part, function(self.value), self.locations)

    def with_span(self, function: Callable[[Span], Span]) -> Event:
        """The same event with whole and part moved by a function of spans."""
        part = function(self.part)
        whole = self.whole
        if whole is not None:
            whole = part if whole is self.part else function(whole)
        return Event(whole, part, self.value, self.locations)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Event):
            return NotImplemented
        return bool(self.whole == other.whole and self.part == other.part and self.value == other.value)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        whole, part = self.whole, self.part
        if whole is None:
            return f"~{part} {self.value!r}"
        before = f"{whole.begin}-" if whole.begin != part.begin else ""
        after = f"-{whole.end}" if whole.end != part.end else ""
        return f"{before}({part}){after} {self.value!r}"


def floor(time: Fraction) -> int:
    """The cycle a time lies in."""
    return int(time.numerator // time.denominator)


def ceiling(time: Fraction) -> int:
    """The first cycle that begins at or after a time."""
    return int(-(-time.numerator // time.denominator))


def moved(events: list[Event], offset: Fraction | int) -> list[Event]:
    """Events moved later by an offset, in cycles."""
    if not offset:
        return events
    out = []
    for event in events:
        part, whole = event.part, event.whole
        new = Span(part.begin + offset, part.end + offset)
        if whole is part:
            out.append(Event(new, new, event.value, event.locations))
        elif whole is None:
            out.append(Event(None, new, event.value, event.locations))
        else:
            out.append(
                Event(Span(whole.begin + offset, whole.end + offset), new, event.value, event.locations)
            )
    return out


def stretched(events: list[Event], factor: Fraction | int, offset: Fraction | int = 0) -> list[Event]:
    """Events with every time multiplied by a factor above 0 and then moved by an offset."""
    out = []
    for event in events:
        part, whole = event.part, event.whole
        new = Span(part.begin * factor + offset, part.end * factor + offset)
        if whole is part:
            out.append(Event(new, new, event.value, event.locations))
        elif whole is None:
            out.append(Event(None, new, event.value, event.locations))
        else:
            out.append(
                Event(
                    Span(whole.begin * factor + offset, whole.end * factor + offset),
                    new,
                    event.value,
                    event.locations,
                )
            )
    return out
