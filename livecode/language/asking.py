"""How patterns are asked: functions from a span to its events, put together out of others.

What a pattern is made of is one such function; these make them, and `Pattern` wraps the result.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from livecode.language.fuel import tank, too_dense
from livecode.language.table import QueryFunction
from livecode.language.time import Event, Fraction, ceiling, intersection

Combine = Callable[[Any, Any], Any]


def applied_both(left: QueryFunction, right: QueryFunction, combine: Combine) -> QueryFunction:
    """Values of two patterns combined wherever they overlap; a whole is what both wholes share."""

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        out = []
        others = right(begin, end)
        for one in left(begin, end):
            for two in others:
                part = intersection(one.part, two.part)
                if part is None:
                    continue
                if one.whole is None or two.whole is None:
                    whole = None
                else:
                    whole = intersection(one.whole, two.whole)
                    if whole is None:
                        continue
                    if whole == part:
                        part = whole
                out.append(Event(whole, part, combine(one.value, two.value), one.locations + two.locations))
        return out

    return query


def applied_left(left: QueryFunction, right: QueryFunction, combine: Combine) -> QueryFunction:
    """Values of the right pattern brought to the events of the left one, which keep their times."""

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        out = []
        for one in left(begin, end):
            whole, seen = one.whole, one.part
            reach = seen if whole is None else whole
            for two in right(reach.begin, reach.end):
                part = intersection(seen, two.part)
                if part is not None:
                    out.append(
                        Event(whole, part, combine(one.value, two.value), one.locations + two.locations)
                    )
        return out

    return query


def by_cycles(ask: QueryFunction) -> QueryFunction:
    """A query function that is asked for one cycle at a time, whatever span it is given."""

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        cycle = begin.numerator // begin.denominator + 1
        if end <= cycle:
            return ask(begin, end)
        check_cycles(begin, end)
        events = ask(begin, Fraction(cycle))
        while end > cycle + 1:
            events = events + ask(Fraction(cycle), Fraction(cycle + 1))
            cycle += 1
        return events + ask(Fraction(cycle), end)

    return query


def check_cycles(begin: Fraction, end: Fraction) -> None:
    """Refuse a span of more cycles than there is fuel for, before going through them one by one."""
    cycles = ceiling(end - begin)
    if cycles > tank.left:
        raise too_dense(cycles)


_HERE = str(Path(__file__).parent)


def tripped_here(error: BaseException) -> bool:
    """Whether an error was raised in the language itself, and not in a function of the performer's."""
    trace, last = error.__traceback__, ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not file.endswith(".pyx"):
            # Compiled fractions have frames too, but nobody wrote their arguments there.
            last = file
        trace = trace.tb_next
    return last.startswith(_HERE)
