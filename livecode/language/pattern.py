"""A pattern: a pure function from a span of time to the events in it.

Everything musical in livecode is one of these. Asking twice gives the same answer, asking for a piece gives
that piece of the answer, and any cycle can be asked for without the ones before it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from math import inf
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from quicktions import Fraction

from livecode.errors import LivecodeError, NameUnknown, PatternError, QueryTooDense, meant
from livecode.language.asking import applied_both, applied_left, by_cycles, tripped_here
from livecode.language.fuel import EVENTS_PER_CYCLE, LOOKS, WORK_PER_EVENT, spend, tank, too_dense
from livecode.language.period import PeriodLike, common_steps, faster, together
from livecode.language.table import QueryFunction, Table, worth_keeping
from livecode.language.time import (
    ONE,
    ZERO,
    Event,
    Locations,
    Span,
    ceiling,
    moved,
    stretched,
    to_time,
)
from livecode.language.whose import WHOSE

VARIES: Final = type("Varies", (), {"__repr__": lambda self: "VARIES"})()
"""The `constant` of a pattern that is not one value for ever."""

_UNDECIDED: Final = object()


class MethodUnknown(NameUnknown, AttributeError):  # type: ignore[misc]
    """A function asked of a pattern that no pattern has."""


class Made(NamedTuple):
    """How a pattern came about: a function, the pattern it changed, and what was typed in its brackets."""

    name: str
    before: Pattern
    arguments: tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = {}


def noted(result: Any, name: str, before: Pattern, arguments: tuple[Any, ...], **keywords: Any) -> Any:
    """A pattern with a note of how it was made; it must be the caller's own."""
    if isinstance(result, Pattern) and result is not before and result is not silence:
        result.made_by = Made(name, before, arguments, keywords)
        if result.scaled is None:
            result.scaled = before.scaled
    return result


class Pattern:
    """Events over time, asked for a span at a time.

    >>> from livecode.language import mini
    >>> mini("bd sn").query(0, 1)
    [(0..1/2) 'bd', (1/2..1) 'sn']

    `query_function(begin, end)` answers the events between two Fractions; each part lies inside them. It must
    be pure. `steps` is the number of steps in a cycle, where that means something. `period` is the number of
    cycles after which the pattern repeats exactly, None when it does not or nobody knows, or a function that
    works it out when it is first needed. `constant` is the value of a pattern that is one value every cycle.
    `made_by` says which function made it out of which pattern, where one did that the performer typed.
    `scaled` is the pattern of scales that its notes were read in, for what moves notes within them.
    """

    __slots__ = ("_asked", "_period", "_table", "constant", "made_by", "query_function", "scaled", "steps")

    def __init__(
        self,
        query_function: QueryFunction,
        *,
        steps: Fraction | None = None,
        period: PeriodLike = None,
        constant: Any = VARIES,
    ) -> None:
        self.query_function = query_function
        self.steps = steps
        self.constant = constant
        self.made_by: Made | None = None
        self.scaled: Pattern | None = None
        self._period = period
        self._asked = False
        self._table: Any = None if period is None or constant is not VARIES else _UNDECIDED

    def query(self, begin: Any, end: Any) -> list[Event]:
        """The events between two times in cycles, in order of the beginning of their parts.

        Raises QueryTooDense when they are more than 2000 a cycle (or than the `fuel` allowed by the caller).
        """
        first, last = to_time(begin), to_time(end)
        if last < first:
            raise PatternError(f"a query must not end before it begins: {first} to {last}")
        if tank.left != inf:
            return self._answer(first, last)
        tank.limit = EVENTS_PER_CYCLE * max(1, ceiling(last - first))
        tank.left, tank.looks = tank.limit * WORK_PER_EVENT, LOOKS
        try:
            return self._answer(first, last)
        finally:
            tank.limit = tank.left = tank.looks = inf

    def _answer(self, begin: Fraction, end: Fraction) -> list[Event]:
        try:
            events = sorted(self.ask(begin, end), key=_beginning)
        except RecursionError:
            raise QueryTooDense("this nests too many functions in each other: write it flatter") from None
        except LivecodeError:
            raise
        except (TypeError, ValueError, ArithmeticError, LookupError) as error:
            if not tripped_here(error):
                raise
            raise PatternError(f"a function meets a value it cannot use: {error}") from None
        if len(events) > tank.limit:
            raise too_dense(len(events))
        return events

    def ask(self, begin: Fraction, end: Fraction) -> list[Event]:
        """What `query` answers, unsorted and for Fractions only: the way one pattern asks another."""
        table = self._table
        if table is None:
            return self.query_function(begin, end)
        if table is _UNDECIDED:
            if not self._asked:
                self._asked = True
                return self.query_function(begin, end)
            period = self.period
            if period is None or not worth_keeping(period):
                self._table = None
                return self.query_function(begin, end)
            table = self._table = Table(self.query_function, period)
        events: list[Event] = table.ask(begin, end)
        if table.refused:
            self._table = None
        return events

    @property
    def period(self) -> int | None:
        """The number of cycles after which the pattern repeats exactly, or None when that is not known."""
        period = self._period
        if callable(period):
            self._period = None
            try:
                period = period()
            except LivecodeError:
                period = None
            self._period = period
        return period

    def forget_period(self) -> None:
        """Say that the pattern does not repeat, while it is being made."""
        self._set_period(None)

    def _set_period(self, period: PeriodLike) -> None:
        self._period = period
        self._table = None if period is None or self.constant is not VARIES else _UNDECIDED

    def forget_answers(self) -> None:
        """Let go of the answers kept so far; they are worked out again when asked for."""
        if self._table is not None:
            self._table = _UNDECIDED

    def untabled(self) -> Pattern:
        """The same pattern answering from its definition every time, without per-cycle memory."""
        return Pattern(self.query_function, steps=self.steps, constant=self.constant)

    def first_cycle(self) -> list[Event]:
        """The events of cycle 0.

        >>> pure("bd").first_cycle()
        [(0..1) 'bd']
        """
        return self.query(0, 1)

    def with_events(
        self, function: Callable[[list[Event]], list[Event]], *, steps: Fraction | None = None
    ) -> Pattern:
        """A pattern whose answers are passed through a function of the whole list of events.

        The function must treat each event by itself (not compare neighbours) and leave its times alone.
        """
        ask = self.ask
        changed = Pattern(
            lambda begin, end: function(ask(begin, end)),
            steps=self.steps if steps is None else steps,
            period=self._late_period(),
        )
        changed.scaled = self.scaled
        return changed

    def _late_period(self) -> PeriodLike:
        """The period, or how to work it out, without working it out now."""
        if callable(self._period):
            return lambda: self.period
        return self._period

    def with_event(self, function: Callable[[Event], Event]) -> Pattern:
        """Every event changed by a function that leaves its times alone."""
        return self.with_events(lambda events: [function(event) for event in events])

    def with_value(self, function: Callable[[Any], Any]) -> Pattern:
        """Every value changed by a function.

        >>> pure(3).with_value(lambda x: x + 1).first_cycle()
        [(0..1) 4]
        """
        changed = self.with_events(
            lambda events: [Event(e.whole, e.part, function(e.value), e.locations) for e in events]
        )
        if self.constant is not VARIES:
            changed.constant = function(self.constant)
            changed._set_period(1)
        return changed

    fmap = with_value

    def filter_events(self, test: Callable[[Event], bool]) -> Pattern:
        """Only the events for which the test is true."""
        return self.with_events(lambda events: [event for event in events if test(event)])

    def filter_values(self, test: Callable[[Any], bool]) -> Pattern:
        """Only the events whose value the test is true of."""
        return self.with_events(lambda events: [event for event in events if test(event.value)])

    def onsets_only(self) -> Pattern:
        """Only events whose beginning is in the part seen."""
        return self.filter_events(Event.has_onset)

    def discrete_only(self) -> Pattern:
        """Only events that begin and end, none of a continuous pattern."""
        return self.filter_events(lambda event: event.whole is not None)

    def with_locations(self, locations: Locations) -> Pattern:
        """Add the character ranges the pattern was written at to all its events."""
        return self.with_events(
            lambda events: [Event(e.whole, e.part, e.value, e.locations + locations) for e in events]
        )

    def with_time(
        self,
        query_time: Callable[[Fraction], Fraction],
        event_time: Callable[[Fraction], Fraction],
        *,
        period: PeriodLike = None,
    ) -> Pattern:
        """A pattern asked at other times (`query_time`), its events moved back (`event_time`).

        Give the `period` of the result when it is known, or it will be slow.
        """
        ask = self.ask

        def query(begin: Fraction, end: Fraction) -> list[Event]:
            found = ask(query_time(begin), query_time(end))
            return [event.with_span(lambda span: span.with_time(event_time)) for event in found]

        return Pattern(query, steps=self.steps, period=period)

    def split_queries(self) -> Pattern:
        """The same pattern, asked for one cycle at a time."""
        return Pattern(by_cycles(self.ask), steps=self.steps, period=self._late_period())

    def with_steps(self, steps: Fraction | None) -> Pattern:
        """The same pattern said to have so many steps a cycle."""
        if steps is self.steps or steps == self.steps:
            return self
        same = Pattern(self.ask, steps=steps, period=self._late_period(), constant=self.constant)
        same._table = None
        same.scaled = self.scaled
        return same

    def _fast(self, factor: Fraction) -> Pattern:
        if factor == 1:
            return self
        if factor <= 0:
            return silence
        ask = self.ask
        stretch = 1 / factor
        plain: Fraction | int = factor if factor.denominator != 1 else int(factor)

        def query(begin: Fraction, end: Fraction) -> list[Event]:
            return stretched(ask(begin * plain, end * plain), stretch)

        quick = Pattern(query, steps=self.steps, period=lambda: faster(self.period, factor))
        quick.scaled = None if self.scaled is None else self.scaled._fast(factor)
        return quick

    def _late(self, offset: Fraction) -> Pattern:
        if not offset:
            return self
        ask = self.ask
        later = Pattern(
            lambda begin, end: moved(ask(begin - offset, end - offset), offset),
            steps=self.steps,
            period=self._late_period(),
        )
        later.scaled = None if self.scaled is None else self.scaled._late(offset)
        return later

    def app_both(self, other: Pattern, combine: Callable[[Any, Any], Any]) -> Pattern:
        """Values of two patterns combined wherever they overlap; a whole is what both wholes share."""
        query = applied_both(self.ask, other.ask, combine)
        return Pattern(query, steps=_common_steps(self, other), period=both_periods(self, other))

    def app_left(self, other: Pattern, combine: Callable[[Any, Any], Any]) -> Pattern:
        """Values of the other pattern brought to the events of this one, which keep their times."""
        query = applied_left(self.ask, other.ask, combine)
        return Pattern(query, steps=self.steps, period=both_periods(self, other))

    def app_right(self, other: Pattern, combine: Callable[[Any, Any], Any]) -> Pattern:
        """Values of this pattern brought to the events of the other one, which keep their times."""
        return other.app_left(self, lambda two, one: combine(one, two))

    def __iter__(self) -> Any:
        raise PatternError("a pattern has no end to iterate to: ask for a span with .query(begin, end)")

    def __repr__(self) -> str:
        try:
            events = self.query(0, 1)
        except Exception as error:
            return f"<Pattern that cannot be asked: {error}>"
        shown = ", ".join(map(repr, events[:8]))
        return f"<Pattern {shown}{', ...' if len(events) > 8 else ''}>"

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    else:

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(f"a Pattern has no {name}")
            whose = WHOSE.get(name, "")
            known = () if whose else meant(name, type(self))
            raise MethodUnknown("function", name, known, whose)


def _beginning(event: Event) -> Fraction:
    return event.part.begin


def _common_steps(one: Pattern, other: Pattern) -> Fraction | None:
    if one.steps is None or other.steps is None:
        return None
    return common_steps([one.steps, other.steps])


def both_periods(*patterns: Pattern) -> PeriodLike:
    """The period of patterns heard together, worked out when it is needed."""
    known = [pattern._period for pattern in patterns]
    if any(period is None for period in known):
        return None
    return lambda: together(pattern.period for pattern in patterns)


def pure(value: Any, locations: Locations = ()) -> Pattern:
    """One value, once a cycle, for ever.

    >>> pure("bd").query(0, 2)
    [(0..1) 'bd', (1..2) 'bd']
    """

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        cycle = begin.numerator // begin.denominator
        after = cycle + 1
        if end <= after:
            spend(1)
            whole = Span(Fraction(cycle), Fraction(after))
            if begin == cycle and end == after:
                return [Event(whole, whole, value, locations)]
            return [Event(whole, Span(begin, end), value, locations)]
        last = ceiling(end)
        spend(last - cycle)
        edges = [Fraction(edge) for edge in range(cycle, last + 1)]
        events = []
        for starts, ends in itertools.pairwise(edges):
            whole = Span(starts, ends)
            events.append(Event(whole, whole, value, locations))
        if begin > cycle:
            events[0] = Event(events[0].whole, Span(begin, edges[1]), value, locations)
        if end < last:
            events[-1] = Event(events[-1].whole, Span(edges[-2], end), value, locations)
        return events

    return Pattern(query, steps=ONE, period=1, constant=value)


def steady(value: Any) -> Pattern:
    """One value at every moment, with no beginning and no end.

    >>> steady(3).query(0, 2)
    [~0..2 3]
    """
    return Pattern(lambda begin, end: [Event(None, Span(begin, end), value)], period=1)


def nothing(steps: Any = 1) -> Pattern:
    """Silence that takes up so many steps."""
    return Pattern(_no_events, steps=to_time(steps), period=1)


def _no_events(begin: Fraction, end: Fraction) -> list[Event]:
    return []


silence: Final = Pattern(_no_events, steps=ONE, period=1)
silence._table = None

__all__ = [
    "VARIES",
    "ZERO",
    "Event",
    "Fraction",
    "Made",
    "MethodUnknown",
    "Pattern",
    "Span",
    "both_periods",
    "by_cycles",
    "common_steps",
    "noted",
    "nothing",
    "pure",
    "silence",
    "steady",
    "tripped_here",
]
