"""Stepwise: functions that count steps instead of cycles.

A pattern in mini-notation knows how many steps a cycle of it has: `"a b c"` has three. These functions add
steps, drop them, and change how many go into a cycle.
"""

from __future__ import annotations

from math import lcm
from typing import Any

from livecode.errors import PatternError
from livecode.language.combine import cat, time_cat, weighted
from livecode.language.fuel import EVENTS_PER_CYCLE, too_dense
from livecode.language.joins import _as_pattern, _inner_period, _joined_period, asking
from livecode.language.pattern import Pattern, by_cycles, nothing, silence
from livecode.language.registry import constructor, function
from livecode.language.reify import reify
from livecode.language.time import Event, Fraction, ceiling, floor, to_time
from livecode.language.timing import repeat_cycles
from livecode.language.transform import zoom


@function(family="joins")
def step_join(pattern: Pattern) -> Pattern:
    """Flatten a pattern of patterns, each given as much of the cycle as it has steps.

    >>> mini("x y").with_value(lambda v: mini("a b") if v == "x" else pure("c")).step_join().first_cycle()
    [(0..1/3) 'a', (1/3..2/3) 'b', (2/3..1) 'c']
    """
    ask = pattern.ask

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        cycle = floor(begin)
        return _in_steps(ask(Fraction(cycle), Fraction(cycle + 1)), cycle).ask(begin, end)

    first = _in_steps(ask(Fraction(0), Fraction(1)), 0)
    period = _joined_period(pattern, _inner_period)
    return Pattern(by_cycles(query), steps=first.steps, period=period)


@function(family="joins", plain=("function",))
def step_bind(pattern: Pattern, function: Any) -> Pattern:
    """Make a pattern of every value, each given as much of the cycle as it has steps.

    >>> mini("x y").step_bind(lambda v: mini("a b") if v == "x" else pure("c")).first_cycle()
    [(0..1/3) 'a', (1/3..2/3) 'b', (2/3..1) 'c']
    """
    return step_join(pattern.with_value(asking(function)))


def _in_steps(events: list[Event], cycle: int) -> Pattern:
    """The patterns of one cycle, one after another, weighed by their steps; gaps keep their share."""
    slices: list[tuple[Fraction, Pattern | None]] = []
    place = Fraction(cycle)
    for event in sorted(events, key=lambda each: each.part.begin):
        part = event.part
        if part.begin > place:
            slices.append((part.begin - place, None))
        if part.begin < place:
            continue
        slices.append((part.end - part.begin, _as_pattern(event.value)))
        place = part.end
    if place < cycle + 1:
        slices.append((cycle + 1 - place, None))
    counted = [
        (length, inner.steps) for length, inner in slices if inner is not None and inner.steps is not None
    ]
    taken = sum((length for length, _ in counted), Fraction(0))
    total = sum((steps for _, steps in counted), Fraction(0)) / taken if taken else Fraction(1)
    parts = []
    for length, inner in slices:
        if inner is None:
            parts.append((length * total, silence))
        else:
            parts.append((length * total if inner.steps is None else inner.steps, inner))
    parts = [(weight, inner) for weight, inner in parts if weight > 0]
    return weighted(parts) if parts else silence


def _steps(pattern: Pattern, name: str) -> Fraction:
    if pattern.steps is None:
        raise PatternError(
            f'{name} needs a pattern that counts steps, such as "a b c": try .segment(4) first'
        )
    return pattern.steps


@function(family="steps", aliases=("steps_per_cycle",))
def pace(pattern: Pattern, steps: Any) -> Pattern:
    """Play so many steps a cycle.

    >>> [event.value for event in mini("a b c").pace(4).first_cycle()]
    ['a', 'b', 'c', 'a']
    """
    now = _steps(pattern, "pace")
    wanted = to_time(steps)
    return pattern._fast(wanted / now).with_steps(wanted) if now > 0 and wanted > 0 else silence


@function(family="steps", join="step_join")
def take(pattern: Pattern, count: Any) -> Pattern:
    """Keep only the first so many steps; below 0 the last ones.

    >>> mini("a b c d").take(2).first_cycle() == mini("a b").first_cycle()
    True
    >>> [event.value for event in mini("a b c").take("1 2").first_cycle()]
    ['a', 'a', 'b']
    """
    total = _steps(pattern, "take")
    wanted = to_time(count)
    if wanted == 0 or total <= 0:
        return nothing(0)
    part = abs(wanted) / total
    if part >= 1:
        return pattern
    return zoom(pattern, 0, part) if wanted > 0 else zoom(pattern, 1 - part, 1)


@function(family="steps", join="step_join")
def drop(pattern: Pattern, count: Any) -> Pattern:
    """Leave out the first so many steps; below 0 the last ones.

    >>> mini("a b c d").drop(1).first_cycle() == mini("b c d").first_cycle()
    True
    """
    total = _steps(pattern, "drop")
    wanted = to_time(count)
    if abs(wanted) >= total:
        return nothing(0)
    return take(pattern, wanted - total) if wanted > 0 else take(pattern, total + wanted)


@function(family="steps", join="step_join")
def expand(pattern: Pattern, factor: Any) -> Pattern:
    """Make each step count for so many steps: slower when set beside other steps.

    >>> time_cat(mini("a b").expand(2), mini("c d")).first_cycle()[2:]
    [(2/3..5/6) 'c', (5/6..1) 'd']
    """
    return pattern.with_steps(_steps(pattern, "expand") * to_time(factor))


@function(family="steps", join="step_join")
def contract(pattern: Pattern, factor: Any) -> Pattern:
    """Make so many steps count for one: faster when set beside other steps.

    >>> time_cat(mini("a b").contract(2), mini("c")).first_cycle()
    [(0..1/4) 'a', (1/4..1/2) 'b', (1/2..1) 'c']
    """
    exact = to_time(factor)
    if exact <= 0:
        raise PatternError(f"contract needs a number above 0, not {exact}: try contract(2)")
    return pattern.with_steps(_steps(pattern, "contract") / exact)


@function(family="steps", join="step_join")
def extend(pattern: Pattern, factor: Any) -> Pattern:
    """Play a pattern so many times as fast, with so many times as many steps.

    >>> time_cat(mini("a b").extend(2), mini("c")).first_cycle()[-1]
    (4/5..1) 'c'
    """
    exact = to_time(factor)
    return pattern._fast(exact).with_steps(_steps(pattern, "extend") * exact) if exact > 0 else nothing(0)


@function(family="steps", join="step_join", aliases=("fast_repeat_cycles",))
def replicate(pattern: Pattern, times: Any) -> Pattern:
    """Repeat each cycle so many times within a cycle, with so many times as many steps.

    >>> [event.value for event in mini("<a b>").replicate(2).query(0, 2)]
    ['a', 'a', 'b', 'b']
    """
    return extend(repeat_cycles(pattern, times), times) if times > 0 else nothing(0)


def _shrunk(pattern: Pattern, amount: Fraction) -> list[Pattern]:
    """The pattern with ever more steps dropped, until none is left."""
    total = _steps(pattern, "shrink")
    times = ceiling(total if amount == 0 else total / abs(amount))
    if times > EVENTS_PER_CYCLE:
        raise too_dense(times)
    if amount == 0:
        return [pattern] * times
    return [pattern, *(drop(pattern, amount * place) for place in range(1, times))]


@function(family="steps", join="step_join")
def shrink(pattern: Pattern, amount: Any = 1) -> Pattern:
    """Repeat the pattern, each time without its first so many steps; below 0 without its last ones.

    >>> [event.value for event in mini("0 1 2").shrink(1).first_cycle()]
    [0, 1, 2, 1, 2, 2]
    """
    return time_cat(*_shrunk(pattern, to_time(amount)))


@function(family="steps", join="step_join")
def grow(pattern: Pattern, amount: Any = 1) -> Pattern:
    """Repeat the pattern, first so many steps of it and as many more each time; below 0 from its end.

    >>> [event.value for event in mini("0 1 2").grow(1).first_cycle()]
    [0, 0, 1, 0, 1, 2]
    """
    return time_cat(*reversed(_shrunk(pattern, -to_time(amount))))


@function(family="steps")
def tour(pattern: Pattern, *others: Any) -> Pattern:
    """Insert the pattern into a list of patterns, at the end first and then one place earlier each time.

    >>> [event.value for event in mini("x").tour("a", "b").first_cycle()]
    ['a', 'b', 'x', 'a', 'x', 'b', 'x', 'a', 'b']
    """
    parts = [reify(other) for other in others]
    count = len(parts)
    rounds = []
    for place in range(count):
        rounds += [*parts[: count - place], pattern, *parts[count - place :]]
    return time_cat(*rounds, pattern, *parts)


@constructor(family="steps")
def zip_(*patterns: Any) -> Pattern:
    """Play a step of each pattern in turn.

    >>> [event.value for event in zip_("a b", "c d e").first_cycle()]
    ['a', 'c', 'b', 'd', 'a', 'e']
    """
    parts = [reify(each) for each in patterns]
    counted = [(part, part.steps) for part in parts if part.steps is not None and part.steps > 0]
    if not counted:
        return silence
    total = Fraction(lcm(*(int(steps.numerator) for _, steps in counted)))
    turns = cat(*(part._fast(1 / steps) for part, steps in counted))
    return turns._fast(total).with_steps(total)


@constructor(family="steps", aliases=("s_alt",))
def stepalt(*groups: Any) -> Pattern:
    """Play patterns one after another in one cycle, lists among them giving another of theirs each round.

    >>> [event.value for event in stepalt(["a", "b"], "c").first_cycle()]
    ['a', 'c', 'b', 'c']
    """
    lists = [list(group) if isinstance(group, list) else [group] for group in groups]
    if not all(lists):
        return silence
    rounds = lcm(*(len(each) for each in lists))
    return time_cat(*(reify(each[turn % len(each)]) for turn in range(rounds) for each in lists))
