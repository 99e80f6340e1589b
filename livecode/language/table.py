"""Per-cycle memory: what a repeating pattern answers is worked out once and moved to where it is asked for.

A pattern that repeats every `period` cycles has only that many different cycles. A table keeps the events of
each the first time they are asked for; later cycles are the same events moved by whole cycles. It answers
exactly what the pattern itself would: same events, same fragments. Patterns that cannot promise that
(continuous values, unknown periods, too many events) get no table.
"""

from __future__ import annotations

from collections.abc import Callable

from quicktions import Fraction

from livecode.errors import QueryTooDense
from livecode.language.forgetting import remembers
from livecode.language.fuel import spend, tank
from livecode.language.time import Event, Span, moved

QueryFunction = Callable[[Fraction, Fraction], list[Event]]

MOST_CYCLES = 64
MOST_EVENTS = 4096
_MISSES_BEFORE_FILLING = 2


def worth_keeping(period: int) -> bool:
    """Whether a pattern of this period gets a table."""
    return period <= MOST_CYCLES


class Cell:
    """The events of one cycle, as they were answered for the cycle `made_for`."""

    __slots__ = ("closed", "events", "made_for")

    def __init__(self, made_for: int, events: list[Event]) -> None:
        self.made_for = made_for
        self.events = list(events)
        edge = made_for + 1
        self.closed = not any(
            event.part.end == edge and event.whole is not None and event.whole.end > edge for event in events
        )


class Table:
    """The cells of a pattern that repeats every `period` cycles.

    >>> from livecode.language.pattern import pure
    >>> bar = pure("bd")
    >>> table = Table(bar.query_function, 1)
    >>> table.ask(Fraction(7), Fraction(8))
    [(7..8) 'bd']
    """

    __slots__ = ("__weakref__", "_cells", "_misses", "_period", "_query", "_room", "asked", "refused")

    def __init__(self, query: QueryFunction, period: int) -> None:
        self._query = query
        self._period = period
        self.refused = False
        self.forget()

    def forget(self) -> None:
        """Keep no cell."""
        self._cells: list[Cell | None] = [None] * self._period
        self._misses = [0] * self._period
        self._room = MOST_EVENTS
        self.asked = False

    def ask(self, begin: Fraction, end: Fraction) -> list[Event]:
        """What the pattern answers for the span, from memory where that is the same."""
        self.asked = True
        cycle = begin.numerator // begin.denominator
        after = cycle + 1
        if end <= after:
            cell = self._cells[cycle % self._period]
            if begin == cycle and end == after:
                if cell is None:
                    return self._fill(cycle)
                spend(len(cell.events))
                offset = cycle - cell.made_for
                return moved(cell.events, offset) if offset else list(cell.events)
            if cell is None:
                cell = self._missed(cycle)
                if cell is None:
                    return self._query(begin, end)
            return cut(cell, begin, end, cycle)
        return self._over_cycles(begin, end, cycle)

    def _fill(self, cycle: int) -> list[Event]:
        events = self._query(Fraction(cycle), Fraction(cycle + 1))
        self._room -= len(events)
        if self._room < 0 or any(event.whole is None for event in events):
            self.refused = True
        else:
            self._cells[cycle % self._period] = Cell(cycle, events)
            remembers(self)
        return events

    def _missed(self, cycle: int) -> Cell | None:
        """Fill a cell asked for in pieces, unless the pieces are all that can be afforded."""
        place = cycle % self._period
        self._misses[place] += 1
        if self._misses[place] <= _MISSES_BEFORE_FILLING:
            return None
        left = tank.left
        tank.left = min(left, MOST_EVENTS)
        try:
            self._fill(cycle)
        except QueryTooDense:
            self.refused = True
        finally:
            tank.left = left
        return self._cells[place]

    def _over_cycles(self, begin: Fraction, end: Fraction, cycle: int) -> list[Event]:
        """Several cycles from their cells, unless an event spans the seam, which cells would cut in two."""
        last = -(-end.numerator // end.denominator) - 1
        if last - cycle > 2 * MOST_EVENTS:
            return self._query(begin, end)
        events: list[Event] = []
        while cycle <= last:
            start = begin if begin > cycle else Fraction(cycle)
            stop = end if end < cycle + 1 else Fraction(cycle + 1)
            events += self.ask(start, stop)
            cell = self._cells[cycle % self._period]
            if cell is None or (cycle < last and not cell.closed):
                return self._query(begin, end)
            cycle += 1
        return events


def cut(cell: Cell, begin: Fraction, end: Fraction, cycle: int) -> list[Event]:
    """The events of a cell that meet a piece of a cycle, moved there and cut to it."""
    offset = cycle - cell.made_for
    first, last = begin - offset, end - offset
    found = []
    point = first == last
    for event in cell.events:
        part = event.part
        starts, ends = part.begin, part.end
        if starts >= last and not (point and starts == last):
            continue
        if ends <= first and not (ends == starts == first):
            continue
        if starts < first or ends > last:
            part = Span(starts if starts > first else first, ends if ends < last else last)
            event = Event(event.whole, part, event.value, event.locations)
        found.append(event)
    spend(len(found))
    return moved(found, offset)
