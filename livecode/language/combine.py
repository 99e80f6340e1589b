"""Several patterns made into one: heard together, or one after another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from livecode.errors import PatternError
from livecode.language.pattern import VARIES, Pattern, both_periods, by_cycles, common_steps, silence
from livecode.language.period import in_turn
from livecode.language.registry import constructor
from livecode.language.table import QueryFunction
from livecode.language.time import ONE, Event, Fraction, moved, stretched, to_time


def _reified(things: Sequence[Any]) -> list[Pattern]:
    from livecode.language.reify import reify

    return [thing if isinstance(thing, Pattern) else reify(thing) for thing in things]


@constructor(family="combine", aliases=("overlay", "polyrhythm", "pr"))
def stack(*patterns: Any) -> Pattern:
    """Play patterns at the same time.

    >>> stack("bd", "hh hh").first_cycle()
    [(0..1) 'bd', (0..1/2) 'hh', (1/2..1) 'hh']
    """
    parts = _reified(patterns)
    if not parts:
        return silence
    if len(parts) == 1:
        return parts[0]
    asks = [part.ask for part in parts]

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        events: list[Event] = []
        for ask in asks:
            events += ask(begin, end)
        return events

    steps = [part.steps for part in parts]
    known = [step for step in steps if step is not None]
    return Pattern(
        query,
        steps=common_steps(known) if len(known) == len(steps) else None,
        period=both_periods(*parts),
    )


@constructor(family="combine", aliases=("slowcat", "slow_append", "append"))
def cat(*patterns: Any) -> Pattern:
    """Play patterns one after another, a cycle each.

    >>> cat("bd", "sn").query(0, 3)
    [(0..1) 'bd', (1..2) 'sn', (2..3) 'bd']

    Each pattern goes on where it was: its own cycles are counted by its turns.
    """
    parts = _reified(patterns)
    if not parts:
        return silence
    if len(parts) == 1:
        return parts[0]
    asks = [part.ask for part in parts]
    count = len(asks)

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        cycle = begin.numerator // begin.denominator
        offset = cycle - cycle // count
        ask = asks[cycle % count]
        return moved(ask(begin - offset, end - offset), offset) if offset else ask(begin, end)

    def period() -> int | None:
        return in_turn((part.period for part in parts), count)

    return Pattern(by_cycles(query), steps=_steps_in_turn(parts), period=period)


def _steps_in_turn(parts: list[Pattern]) -> Fraction | None:
    steps = [part.steps for part in parts]
    known = [step for step in steps if step is not None]
    return common_steps(known) if len(known) == len(steps) else None


@constructor(family="combine", aliases=("sequence", "seq", "fast_append"))
def fastcat(*patterns: Any) -> Pattern:
    """Play patterns one after another within one cycle, equally long.

    >>> fastcat("bd", "hh", "sn").first_cycle()
    [(0..1/3) 'bd', (1/3..2/3) 'hh', (2/3..1) 'sn']
    """
    parts = _reified(patterns)
    if not parts:
        return silence
    if len(parts) == 1:
        return parts[0]
    return weighted([(ONE, part) for part in parts])


@constructor(family="combine", aliases=("stepcat", "timecat"))
def time_cat(*pairs: Any) -> Pattern:
    """Play patterns within one cycle, each as long as its weight says.

    >>> time_cat((3, "bd"), (1, "sn")).first_cycle()
    [(0..3/4) 'bd', (3/4..1) 'sn']

    Each argument is a (weight, pattern) pair, or a pattern, which weighs as much as it has steps.
    """
    from livecode.language.reify import reify

    parts = []
    for pair in pairs:
        if isinstance(pair, tuple | list) and len(pair) == 2 and not isinstance(pair[0], str | Pattern):
            weight, thing = to_time(pair[0]), reify(pair[1])
        else:
            thing = reify(pair)
            weight = thing.steps if thing.steps is not None else ONE
        if weight > 0:
            parts.append((weight, thing))
    if not parts:
        return silence
    return weighted(parts)


Slot: TypeAlias = tuple[Fraction, Fraction, Fraction, QueryFunction]
"""Where in the cycle a step begins and ends, how long it is, and how it is asked."""


def _laid_out(parts: Sequence[tuple[Fraction, Pattern]], total: Fraction) -> list[Slot]:
    """The steps that can sound, with their places; worked out at the first query, not while text is read."""
    slots: list[Slot] = []
    place = Fraction(0)
    for weight, pattern in parts:
        begins = place / total
        place += weight
        if pattern is not silence:
            slots.append((begins, place / total, weight / total, pattern.ask))
    return slots


def weighted(parts: Sequence[tuple[Fraction, Pattern]], steps: Fraction | None = None) -> Pattern:
    """A sequence of (weight, pattern) filling each cycle; the parts of a cycle see that cycle's number.

    An event that reaches over the end of its step keeps its whole and is cut there.
    """
    total = sum((weight for weight, _ in parts), Fraction(0))
    if total <= 0:
        raise PatternError(f"the weights of a sequence must add up to more than 0, not {total}: try @1")
    slots: list[Slot] = []

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        cycle = begin.numerator // begin.denominator
        events: list[Event] = []
        if not slots:
            slots.extend(_laid_out(parts, total))
        if begin == cycle and end == cycle + 1:
            for begins, _, length, ask in slots:
                events += stretched(ask(begin, end), length, begins + cycle * (1 - length))
            return events
        low, high = begin - cycle, end - cycle
        for begins, ends, length, ask in slots:
            if ends <= low or begins > high or (begins == high and low < high):
                continue
            offset = begins + cycle * (1 - length)
            first = (begin if low > begins else begins + cycle) - offset
            last = (end if high < ends else ends + cycle) - offset
            events += stretched(ask(first / length, last / length), length, offset)
        return events

    return Pattern(
        by_cycles(query),
        steps=total if steps is None else steps,
        period=both_periods(*(pattern for _, pattern in parts)),
    )


@constructor(family="combine", aliases=("pm",))
def polymeter(*patterns: Any, steps: Any = None) -> Pattern:
    """Play patterns together step against step, not bar against bar.

    >>> polymeter("a b c", "d e", steps=3).query(0, 1)
    [(0..1/3) 'a', (0..1/3) 'd', (1/3..2/3) 'b', (1/3..2/3) 'e', (2/3..1) 'c', (2/3..1) 'd']
    >>> [event.value for event in polymeter("a b", "c").query(0, 1)]
    ['a', 'c', 'b', 'c']

    `steps` is how many steps there are in a cycle, a number or a pattern of them. When it is not given, each
    pattern is repeated until all end together with the cycle, as in Strudel. `{a b c, d e}` takes the steps
    of its first part.
    """
    from livecode.language.reify import reify

    parts = [part for part in _reified(patterns) if part.steps is not None and part.steps > 0]
    if not parts:
        return silence
    if isinstance(steps, Pattern | str | list):
        counts = reify(steps)
        if counts.constant is VARIES:
            joined: Pattern = counts.with_value(lambda count: _in_step(parts, to_time(count))).inner_join()
            return joined
        steps = counts.constant
    if steps is None:
        return _in_step(parts, common_steps([part.steps for part in parts if part.steps is not None]))
    return _in_step(parts, to_time(steps))


def _in_step(parts: list[Pattern], wanted: Fraction | None) -> Pattern:
    """Patterns so fast that each plays the wanted number of steps a cycle."""
    if wanted is None or wanted <= 0:
        return silence
    together = stack(*(part._fast(wanted / part.steps) for part in parts if part.steps is not None))
    return together.with_steps(wanted)
