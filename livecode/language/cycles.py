"""Cycles as wholes: looped, turned round, trimmed, told apart by the time at which things begin."""

from __future__ import annotations

from typing import Any

from livecode.language.combine import stack
from livecode.language.pattern import Pattern, by_cycles
from livecode.language.registry import function
from livecode.language.time import Event, Fraction, Span, floor, intersection
from livecode.language.timing import transformed


@function(family="structure")
def stretch(pattern: Pattern) -> Pattern:
    """Cut the silence before the first and after the last event of each cycle, and fill the cycle.

    >>> mini("~ a b ~").stretch().first_cycle()
    [(0..1/2) 'a', (1/2..1) 'b']
    """
    ask = pattern.ask

    def cycle(begin: Fraction, end: Fraction) -> list[Event]:
        number = floor(begin)
        spans = [
            event.part for event in ask(Fraction(number), Fraction(number + 1)) if event.whole is not None
        ]
        if not spans:
            return []
        first = min(span.begin for span in spans) - number
        last = max(span.end for span in spans) - number
        return list(pattern.zoom(first, last).ask(begin, end))

    return Pattern(by_cycles(cycle), steps=pattern.steps, period=pattern._late_period())


@function(family="structure")
def mono(pattern: Pattern) -> Pattern:
    """Let only one event sound at a time: one that begins while another sounds waits, or is left out.

    >>> mini("[a b, c d e]").mono().first_cycle()
    [(0..1/3) 'c', (1/3..1/2) 'a', (1/2..2/3) 'd', (2/3..1) 'b']
    """
    ask = pattern.ask

    def cycle(begin: Fraction, end: Fraction) -> list[Event]:
        number = floor(begin)
        found = [event for event in ask(Fraction(number), Fraction(number + 1)) if event.whole is not None]
        found.sort(key=lambda event: (event.whole_or_part.begin, event.whole_or_part.end))
        out: list[Event] = []
        free: Fraction | None = None
        for event in found:
            whole = event.whole_or_part
            if free is not None and whole.begin < free:
                if whole.end <= free:
                    continue
                whole = Span(free, whole.end)
            free = whole.end
            part = intersection(whole, Span(begin, end))
            if part is not None:
                out.append(Event(whole, part, event.value, event.locations))
        return out

    return Pattern(by_cycles(cycle), steps=pattern.steps, period=pattern._late_period())


@function(family="structure")
def when_t(pattern: Pattern, test: Any, function: Any) -> Pattern:
    """Apply a function while a test of the time, in cycles, is true: read where each event begins.

    >>> [event.value for event in mini("0 1 2 3").when_t(lambda time: time % 1 < 1/2, add(10)).first_cycle()]
    [10, 11, 2, 3]
    """

    def true(event: Event) -> bool:
        return bool(test(event.whole_or_part.begin))

    changed = transformed(function, pattern).filter_events(true)
    return stack(changed, pattern.filter_events(lambda event: not true(event))).with_steps(pattern.steps)


@function(family="time")
def loop_first(pattern: Pattern) -> Pattern:
    """Play the first cycle again and again.

    >>> [event.value for event in mini("<a b>").loop_first().query(0, 2)]
    ['a', 'a']
    """
    looped: Pattern = pattern.ribbon(0, 1)
    return looped


@function(family="time")
def time_loop(pattern: Pattern, cycles: Any) -> Pattern:
    """Play the first so many cycles again and again.

    >>> [event.value for event in mini("<a b c>").time_loop(2).query(0, 4)]
    ['a', 'b', 'a', 'b']
    """
    looped: Pattern = pattern.ribbon(0, cycles)
    return looped


@function(family="time")
def revv(pattern: Pattern) -> Pattern:
    """Play the whole pattern backwards, its cycles too: what came last of all comes first.

    >>> [event.value for event in mini("<[a b] [c d]>").revv().query(0, 2)]
    ['d', 'c', 'b', 'a']
    """
    ask = pattern.ask

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        out = []
        for event in ask(-end, -begin):
            part, whole = event.part, event.whole
            turned = Span(-part.end, -part.begin)
            if whole is not None:
                whole = Span(-whole.end, -whole.begin)
            out.append(Event(whole, turned, event.value, event.locations))
        return out

    return Pattern(query, steps=pattern.steps, period=pattern._late_period())
