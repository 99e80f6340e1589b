"""Patterns whose values are patterns, flattened: each join is one answer to whose time rules.

Inner and outer keep the times of the inner or the outer events, mix what both share; squeeze plays a whole
cycle of the inner pattern within each outer event; reset and restart start it anew there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from livecode.errors import PatternError
from livecode.language.fuel import tank
from livecode.language.pattern import Pattern
from livecode.language.period import together
from livecode.language.registry import function
from livecode.language.reify import reify
from livecode.language.table import MOST_CYCLES
from livecode.language.time import Event, Fraction, Span, intersection

InnerPeriod = Callable[[Event, Pattern], int | None]


def asking(function: Any) -> Callable[[Any], Any]:
    """A function that can be called with values, or a PatternError that shows one."""
    if not callable(function):
        raise PatternError(f"a function is needed here, not {function!r}: try lambda x: x + 1")
    called: Callable[[Any], Any] = function
    return called


def _as_pattern(value: Any) -> Pattern:
    return value if isinstance(value, Pattern) else reify(value)


def _inner_period(event: Event, inner: Pattern) -> int | None:
    return inner.period


def _joined_period(outer: Pattern, inner_period: InnerPeriod) -> Callable[[], int | None]:
    """The period of a join, found by asking the outer pattern for all its different cycles.

    None when that would be more than a query may look at: a text of a thousand joins has to answer in time.
    """

    def period() -> int | None:
        cycles = outer.period
        if cycles is None or cycles > MOST_CYCLES:
            return None
        common: int | None = cycles
        for cycle in range(cycles):
            if tank.looks <= 0:
                return None
            events = outer.ask(Fraction(cycle), Fraction(cycle + 1))
            tank.looks -= len(events)
            for event in events:
                common = together((common, inner_period(event, _as_pattern(event.value))))
                if common is None or common > MOST_CYCLES:
                    return None
        return common

    return period


@function(family="joins")
def inner_join(pattern: Pattern) -> Pattern:
    """Flatten a pattern of patterns, keeping the times of the inner events.

    >>> pure(mini("a b")).inner_join().first_cycle()
    [(0..1/2) 'a', (1/2..1) 'b']
    """
    if isinstance(pattern.constant, Pattern):
        return pattern.constant
    ask = pattern.ask

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        out = []
        for outer in ask(begin, end):
            for inner in _as_pattern(outer.value).ask(outer.part.begin, outer.part.end):
                part = intersection(outer.part, inner.part)
                if part is not None:
                    out.append(Event(inner.whole, part, inner.value, outer.locations + inner.locations))
        return out

    return Pattern(query, steps=pattern.steps, period=_joined_period(pattern, _inner_period))


@function(family="joins")
def outer_join(pattern: Pattern) -> Pattern:
    """Flatten a pattern of patterns, keeping the times of the outer events.

    >>> mini("x x").with_value(lambda _: mini("a b")).outer_join().first_cycle()
    [(0..1/2) 'a', (1/2..1) 'b']

    The inner pattern is read at the moment each outer event begins.
    """
    ask = pattern.ask

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        out = []
        for outer in ask(begin, end):
            moment = outer.whole_or_part.begin
            for inner in _as_pattern(outer.value).ask(moment, moment):
                out.append(Event(outer.whole, outer.part, inner.value, outer.locations + inner.locations))
        return out

    return Pattern(query, steps=pattern.steps, period=_joined_period(pattern, _inner_period))


@function(family="joins", aliases=("unwrap",))
def mix_join(pattern: Pattern) -> Pattern:
    """Flatten a pattern of patterns; each event lasts while both the outer and the inner one do.

    >>> mini("x x").with_value(lambda _: mini("a b c")).mix_join().first_cycle()
    [(0..1/3) 'a', (1/3..1/2) 'b', (1/2..2/3) 'b', (2/3..1) 'c']
    """
    ask = pattern.ask

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        out = []
        for outer in ask(begin, end):
            for inner in _as_pattern(outer.value).ask(outer.part.begin, outer.part.end):
                part = intersection(outer.part, inner.part)
                if part is None:
                    continue
                whole = None
                if outer.whole is not None and inner.whole is not None:
                    whole = intersection(outer.whole, inner.whole)
                    if whole is None:
                        continue
                    if whole == part:
                        part = whole
                out.append(Event(whole, part, inner.value, outer.locations + inner.locations))
        return out

    return Pattern(query, steps=pattern.steps, period=_joined_period(pattern, _inner_period))


@function(family="joins")
def squeeze_join(pattern: Pattern) -> Pattern:
    """Flatten a pattern of patterns, a whole cycle of the inner one squeezed into each outer event.

    >>> mini("x x").with_value(lambda _: mini("a b")).squeeze_join().first_cycle()
    [(0..1/4) 'a', (1/4..1/2) 'b', (1/2..3/4) 'a', (3/4..1) 'b']
    """
    ask = pattern.ask

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        out: list[Event] = []
        for outer in ask(begin, end):
            reach = outer.whole_or_part
            if reach.begin == reach.end:
                continue
            inner_pattern = focus(_as_pattern(outer.value), reach)
            for inner in inner_pattern.ask(outer.part.begin, outer.part.end):
                _keep_inside(outer, inner, out)
        return out

    return Pattern(query, steps=pattern.steps, period=_joined_period(pattern, _inner_period))


def focus(pattern: Pattern, span: Span) -> Pattern:
    """A pattern sped up and moved so that the cycle in which the span begins fills the span."""
    cycle = span.begin.numerator // span.begin.denominator
    return pattern._fast(1 / span.length)._late(span.begin - cycle * span.length)


def _keep_inside(outer: Event, inner: Event, out: list[Event]) -> None:
    part = intersection(outer.part, inner.part)
    if part is None:
        return
    whole = None
    if outer.whole is not None and inner.whole is not None:
        whole = intersection(outer.whole, inner.whole)
        if whole is None:
            return
        if whole == part:
            part = whole
    out.append(Event(whole, part, inner.value, outer.locations + inner.locations))


def _started_anew(pattern: Pattern, offset: Callable[[Fraction], Fraction]) -> Pattern:
    ask = pattern.ask

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        out: list[Event] = []
        for outer in ask(begin, end):
            if outer.whole is None:
                continue
            moved = _as_pattern(outer.value)._late(offset(outer.whole.begin))
            for inner in moved.ask(outer.part.begin, outer.part.end):
                _keep_inside(outer, inner, out)
        return out

    return Pattern(query, steps=pattern.steps)


@function(family="joins")
def reset_join(pattern: Pattern) -> Pattern:
    """Flatten a pattern of patterns; each outer event starts the current inner cycle anew.

    >>> mini("x x").with_value(lambda _: mini("a b")).reset_join().first_cycle()
    [(0..1/2) 'a', (1/2..1) 'a']
    """
    joined = _started_anew(pattern, lambda begin: begin - begin.numerator // begin.denominator)
    joined._set_period(_joined_period(pattern, _inner_period))
    return joined


@function(family="joins")
def restart_join(pattern: Pattern) -> Pattern:
    """Flatten a pattern of patterns; each outer event starts the inner one from its cycle 0.

    >>> mini("x x").with_value(lambda _: mini("<a b>")).restart_join().query(1, 2)
    [(1..3/2) 'a', (3/2..2) 'a']
    """

    def period() -> int | None:
        return pattern.period

    joined = _started_anew(pattern, lambda begin: begin)
    joined._set_period(period)
    return joined


@function(family="joins")
def poly_join(pattern: Pattern) -> Pattern:
    """Flatten a pattern of patterns, the inner ones sped up so that their steps last as long as the outer's.

    >>> mini("x x x x").with_value(lambda _: mini("a b")).poly_join().first_cycle()
    [(0..1/4) 'a', (1/4..1/2) 'b', (1/2..3/4) 'a', (3/4..1) 'b']
    """
    steps = pattern.steps
    if steps is None:
        return outer_join(pattern)

    def fitted(value: Any) -> Pattern:
        inner = _as_pattern(value)
        return inner._fast(steps / inner.steps) if inner.steps else inner

    return outer_join(pattern.with_value(fitted))


@function(family="joins", plain=("function",))
def inner_bind(pattern: Pattern, function: Callable[[Any], Any]) -> Pattern:
    """Make a pattern of every value, and keep the times of those patterns.

    >>> mini("0 7").inner_bind(lambda x: pure(x + 1)).query(0, 1)[0].value
    1
    """
    return inner_join(pattern.with_value(asking(function)))


@function(family="joins", plain=("function",))
def outer_bind(pattern: Pattern, function: Callable[[Any], Any]) -> Pattern:
    """Make a pattern of every value, and keep the times of this pattern.

    >>> mini("0 7").outer_bind(lambda x: pure(x + 1)).first_cycle()
    [(0..1/2) 1, (1/2..1) 8]
    """
    return outer_join(pattern.with_value(asking(function)))


@function(family="joins", plain=("function",), aliases=("bind",))
def mix_bind(pattern: Pattern, function: Callable[[Any], Any]) -> Pattern:
    """Make a pattern of every value; each event lasts while both do.

    >>> mini("0 7").mix_bind(lambda x: pure(x + 1)).first_cycle()
    [(0..1/2) 1, (1/2..1) 8]
    """
    return mix_join(pattern.with_value(asking(function)))


@function(family="joins", plain=("function",))
def squeeze_bind(pattern: Pattern, function: Callable[[Any], Any]) -> Pattern:
    """Make a pattern of every value, and squeeze a cycle of it into the value's event.

    >>> mini("0 7").squeeze_bind(lambda x: mini(f"{x} {x + 1}")).first_cycle()
    [(0..1/4) 0, (1/4..1/2) 1, (1/2..3/4) 7, (3/4..1) 8]
    """
    return squeeze_join(pattern.with_value(asking(function)))


@function(family="joins", plain=("function",))
def reset_bind(pattern: Pattern, function: Callable[[Any], Any]) -> Pattern:
    """Make a pattern of every value, its current cycle started anew at the value's event.

    >>> mini("0 7").reset_bind(lambda x: mini(f"{x} {x + 1}")).first_cycle()
    [(0..1/2) 0, (1/2..1) 7]
    """
    return reset_join(pattern.with_value(asking(function)))


@function(family="joins", plain=("function",))
def restart_bind(pattern: Pattern, function: Callable[[Any], Any]) -> Pattern:
    """Make a pattern of every value, started from its cycle 0 at the value's event.

    >>> mini("0 7").restart_bind(lambda x: mini(f"<{x} 3>")).query(1, 2)
    [(1..3/2) 0, (3/2..2) 7]
    """
    return restart_join(pattern.with_value(asking(function)))


@function(family="joins", plain=("function",))
def poly_bind(pattern: Pattern, function: Callable[[Any], Any]) -> Pattern:
    """Make a pattern of every value, its steps as long as this pattern's.

    >>> mini("0 7").poly_bind(lambda x: pure(x)).first_cycle()
    [(0..1/2) 0, (1/2..1) 7]
    """
    return poly_join(pattern.with_value(asking(function)))
