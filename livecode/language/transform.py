"""Patterns moved, stretched, turned round and cut: the first transformations everything else is made of."""

from __future__ import annotations

from typing import Any

from livecode.language.pattern import Pattern, by_cycles, silence
from livecode.language.registry import function
from livecode.language.table import QueryFunction
from livecode.language.time import ONE, Event, Fraction, Span, stretched, to_time


@function(family="time", aliases=("density",))
def fast(pattern: Pattern, factor: Any) -> Pattern:
    """Play a pattern so many times as fast.

    >>> mini("bd sn").fast(2).first_cycle()
    [(0..1/4) 'bd', (1/4..1/2) 'sn', (1/2..3/4) 'bd', (3/4..1) 'sn']

    A factor of 0 is silence; a negative one plays backwards.
    """
    exact = to_time(factor)
    if exact < 0:
        return rev(pattern._fast(-exact))
    return pattern._fast(exact)


@function(family="time", aliases=("sparsity",))
def slow(pattern: Pattern, factor: Any) -> Pattern:
    """Play a pattern so many times as slowly.

    >>> mini("bd sn").slow(2).query(0, 2)
    [(0..1) 'bd', (1..2) 'sn']
    """
    exact = to_time(factor)
    return silence if exact == 0 else fast(pattern, 1 / exact)


@function(family="time", join="squeeze_join")
def fast_squeeze(pattern: Pattern, factor: Any) -> Pattern:
    """Like `fast`, a pattern of factors having the pattern squeezed into each of its steps.

    >>> [event.value for event in mini("a b").fast_squeeze("1 2").first_cycle()]
    ['a', 'b', 'a', 'b', 'a', 'b']
    """
    return fast(pattern, factor)


@function(family="time", join="squeeze_join")
def slow_squeeze(pattern: Pattern, factor: Any) -> Pattern:
    """Like `slow`, a pattern of factors having the pattern squeezed into each of its steps.

    >>> [event.value for event in mini("a b").slow_squeeze("1 1").first_cycle()]
    ['a', 'b', 'a', 'b']
    """
    return slow(pattern, factor)


@function(family="time")
def late(pattern: Pattern, cycles: Any) -> Pattern:
    """Play a pattern later, by so many cycles.

    >>> mini("bd sn").late(1/4).first_cycle()
    [-1/4-(0..1/4) 'sn', (1/4..3/4) 'bd', (3/4..1)-5/4 'sn']
    """
    return pattern._late(to_time(cycles))


@function(family="time")
def early(pattern: Pattern, cycles: Any) -> Pattern:
    """Play a pattern earlier, by so many cycles.

    >>> mini("bd sn").early(1/2).first_cycle()
    [(0..1/2) 'sn', (1/2..1) 'bd']
    """
    return pattern._late(-to_time(cycles))


@function(family="time")
def rev(pattern: Pattern) -> Pattern:
    """Play each cycle of a pattern backwards.

    >>> mini("a b c").rev().first_cycle()
    [(0..1/3) 'c', (1/3..2/3) 'b', (2/3..1) 'a']
    """
    ask = pattern.ask

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        cycle = begin.numerator // begin.denominator
        mirror = cycle + cycle + 1
        found = ask(mirror - end, mirror - begin) if begin < end else _ending_at(ask, cycle, mirror - begin)
        out = []
        for event in found:
            part, whole = event.part, event.whole
            new = Span(mirror - part.end, mirror - part.begin)
            if whole is part:
                whole = new
            elif whole is not None:
                whole = Span(mirror - whole.end, mirror - whole.begin)
            out.append(Event(whole, new, event.value, event.locations))
        return out

    return Pattern(by_cycles(query), steps=pattern.steps, period=pattern._late_period())


def _ending_at(ask: QueryFunction, cycle: int, moment: Fraction) -> list[Event]:
    """What a point shows when time runs backwards: the events that reach it, not those that begin at it."""
    point = Span(moment, moment)
    reaching = [
        Event(event.whole, point, event.value, event.locations)
        for event in ask(Fraction(cycle), moment)
        if event.whole is not None and event.part.end == moment
    ]
    return reaching + [event for event in ask(moment, moment) if event.whole is None]


@function(family="time", aliases=("fast_gap", "density_gap"))
def fastgap(pattern: Pattern, factor: Any) -> Pattern:
    """Play each cycle so many times as fast, and leave the rest of the cycle empty.

    >>> mini("bd sn").fastgap(2).first_cycle()
    [(0..1/4) 'bd', (1/4..1/2) 'sn']
    """
    exact = to_time(factor)
    return silence if exact <= 0 else _placed(pattern, Fraction(0), 1 / max(exact, ONE))


@function(family="time", aliases=("compress_to", "compress_span"))
def compress(pattern: Pattern, begin: Any, end: Any) -> Pattern:
    """Squeeze each cycle into a part of itself, from `begin` to `end` of the cycle.

    >>> mini("bd sn").compress(1/4, 3/4).first_cycle()
    [(1/4..1/2) 'bd', (1/2..3/4) 'sn']

    Silence when the two are not in order between 0 and 1.
    """
    first, last = to_time(begin), to_time(end)
    if first >= last or first < 0 or last > 1:
        return silence
    return _placed(pattern, first, last)


def _placed(pattern: Pattern, begins: Fraction, ends: Fraction) -> Pattern:
    """Each cycle played between two places of it, silence around."""
    ask, length = pattern.ask, ends - begins
    if length == 1:
        return pattern

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        cycle = begin.numerator // begin.denominator
        first, last = begins + cycle, ends + cycle
        if begin >= last or end < first or (end == first and begin < end):
            return []
        offset = first - cycle * length
        one = begin if begin > first else first
        two = end if end < last else last
        return stretched(ask((one - offset) / length, (two - offset) / length), length, offset)

    return Pattern(by_cycles(query), steps=pattern.steps, period=pattern._late_period())


@function(family="time", aliases=("zoom_arc",))
def zoom(pattern: Pattern, begin: Any, end: Any) -> Pattern:
    """Play only a part of each cycle, from `begin` to `end` of it, stretched over the whole.

    >>> mini("a b c d").zoom(1/4, 3/4).first_cycle()
    [(0..1/2) 'b', (1/2..1) 'c']

    Silence when `begin` is not before `end`.
    """
    first, last = to_time(begin), to_time(end)
    if first >= last:
        return silence
    ask, length = pattern.ask, last - first
    steps = None if pattern.steps is None else pattern.steps * length

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        cycle = begin.numerator // begin.denominator
        offset = first + cycle - cycle * length
        found = ask(begin * length + offset, end * length + offset)
        return stretched(found, 1 / length, -offset / length)

    return Pattern(by_cycles(query), steps=steps, period=pattern._late_period())
