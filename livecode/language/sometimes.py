"""Chance: functions applied now and then, events dropped, values chosen; the same at every playing.

Every function draws its own numbers, so that `degrade` followed by `sometimes` does not use one coin for
both; `seed=` gives another series.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

from livecode.errors import PatternError
from livecode.language.chance import degrade_by, dropped, kept, undegrade_by
from livecode.language.combine import stack
from livecode.language.fuel import counted
from livecode.language.joins import inner_join, outer_join, squeeze_join
from livecode.language.pattern import Pattern, by_cycles, silence
from livecode.language.random import draw, draws, sub_seed
from livecode.language.registry import constructor, function
from livecode.language.reify import reify
from livecode.language.signals import rand, run
from livecode.language.time import Event, Fraction, Span, floor
from livecode.language.timing import choose_cycle, transformed
from livecode.language.transform import zoom

_SOMETIMES, _CYCLES, _SHUFFLE, _SCRAMBLE, _CAT, _FADE = 201, 202, 203, 204, 205, 206


@function(family="chance")
def degrade(pattern: Pattern) -> Pattern:
    """Drop half of the events by chance.

    >>> 16 <= len(mini("hh*64").degrade().first_cycle()) <= 48
    True
    """
    return degrade_by(pattern, 0.5)


@function(family="chance")
def undegrade(pattern: Pattern) -> Pattern:
    """Keep just those events that `degrade` drops.

    >>> both = mini("hh*64").degrade().first_cycle() + mini("hh*64").undegrade().first_cycle()
    >>> len(both)
    64
    """
    return undegrade_by(pattern, 0.5)


@function(family="chance", plain=("numbers",))
def degrade_by_with(pattern: Pattern, numbers: Any, amount: Any = 0.5) -> Pattern:
    """Drop the events where a pattern of numbers, such as `rand`, is not above `amount`.

    >>> [event.value for event in mini("a b c d").degrade_by_with("0 0.4 0.6 1", 0.5).first_cycle()]
    ['c', 'd']
    """
    least = float(amount)
    loud = reify(numbers).filter_values(lambda number: number > least)
    return pattern.app_left(loud, lambda value, _: value)


@function(family="chance")
def sometimes_by(pattern: Pattern, amount: Any, function: Any, seed: Any = 0) -> Pattern:
    """Apply a function to events chosen by chance: 0 to none of them, 1 to all.

    >>> {event.value for event in mini("0*64").sometimes_by(0.5, add(1)).first_cycle()} == {0, 1}
    True
    """
    chance, own = float(amount), sub_seed(_SOMETIMES, int(seed))
    changed = transformed(function, kept(pattern, chance, own))
    return stack(dropped(pattern, chance, own), changed).with_steps(pattern.steps)


@function(family="chance")
def sometimes(pattern: Pattern, function: Any, seed: Any = 0) -> Pattern:
    """Apply a function to half of the events, by chance.

    >>> len(mini("0*8").sometimes(add(1)).first_cycle())
    8
    """
    return sometimes_by(pattern, 0.5, function, seed)


@function(family="chance")
def often(pattern: Pattern, function: Any, seed: Any = 0) -> Pattern:
    """Apply a function to three quarters of the events, by chance.

    >>> len(mini("0*8").often(add(1)).first_cycle())
    8
    """
    return sometimes_by(pattern, 0.75, function, seed)


@function(family="chance")
def rarely(pattern: Pattern, function: Any, seed: Any = 0) -> Pattern:
    """Apply a function to a quarter of the events, by chance.

    >>> len(mini("0*8").rarely(add(1)).first_cycle())
    8
    """
    return sometimes_by(pattern, 0.25, function, seed)


@function(family="chance")
def almost_never(pattern: Pattern, function: Any, seed: Any = 0) -> Pattern:
    """Apply a function to one event in ten, by chance.

    >>> len(mini("0*8").almost_never(add(1)).first_cycle())
    8
    """
    return sometimes_by(pattern, 0.1, function, seed)


@function(family="chance")
def almost_always(pattern: Pattern, function: Any, seed: Any = 0) -> Pattern:
    """Apply a function to nine events in ten, by chance.

    >>> len(mini("0*8").almost_always(add(1)).first_cycle())
    8
    """
    return sometimes_by(pattern, 0.9, function, seed)


@function(family="chance")
def always(pattern: Pattern, function: Any) -> Pattern:
    """Apply a function to all events.

    >>> mini("0").always(add(1)).first_cycle()
    [(0..1) 1]
    """
    return transformed(function, pattern)


@function(family="chance")
def never(pattern: Pattern, function: Any) -> Pattern:
    """Do not apply a function: for switching one off while it stays in the text.

    >>> mini("0").never(add(1)).first_cycle()
    [(0..1) 0]
    """
    return pattern


@function(family="chance", aliases=("somecycles_by",))
def some_cycles_by(pattern: Pattern, amount: Any, function: Any, seed: Any = 0) -> Pattern:
    """Apply a function to whole cycles chosen by chance: 0 to none of them, 1 to all.

    >>> {event.value for event in mini("0").some_cycles_by(0.5, add(1)).query(0, 64)} == {0, 1}
    True
    """
    chance, own = float(amount), sub_seed(_CYCLES, int(seed))
    changed = transformed(function, pattern)
    return choose_cycle(
        [pattern, changed], lambda cycle: 1 if draw(own, Fraction(cycle)) < chance else 0, None
    )


@function(family="chance", aliases=("somecycles",))
def some_cycles(pattern: Pattern, function: Any, seed: Any = 0) -> Pattern:
    """Apply a function to half of the cycles, by chance.

    >>> {event.value for event in mini("0").some_cycles(add(1)).query(0, 64)} == {0, 1}
    True
    """
    return some_cycles_by(pattern, 0.5, function, seed)


def _parts(pattern: Pattern, count: int) -> list[Pattern]:
    return [zoom(pattern, Fraction(place, count), Fraction(place + 1, count)) for place in range(count)]


def _rearranged(pattern: Pattern, count: int, order: Callable[[int], Sequence[int]]) -> Pattern:
    """The parts of each cycle in another order, a new one every cycle."""
    if count < 1:
        return silence
    parts = _parts(pattern, count)

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        cycle = floor(begin)
        out = []
        for slot, part in enumerate(order(cycle)):
            first = cycle + Fraction(slot, count)
            last = cycle + Fraction(slot + 1, count)
            one, two = max(first, begin), min(last, end)
            if one < two or (one == two == begin == end):
                out.append(Event(Span(first, last), Span(one, two), parts[part]))
        return out

    return squeeze_join(Pattern(by_cycles(query), steps=Fraction(count))).with_steps(pattern.steps)


@function(family="chance")
def shuffle(pattern: Pattern, count: Any, seed: Any = 0) -> Pattern:
    """Cut each cycle into so many parts and play them in random order, each of them once.

    >>> sorted(event.value for event in mini("0 1 2 3").shuffle(4).first_cycle())
    [0, 1, 2, 3]
    """
    parts, own = counted(count), sub_seed(_SHUFFLE, int(seed))

    def order(cycle: int) -> Sequence[int]:
        numbers = draws(own, Fraction(cycle), parts)
        return sorted(range(parts), key=numbers.__getitem__)

    return _rearranged(pattern, parts, order)


@function(family="chance")
def scramble(pattern: Pattern, count: Any, seed: Any = 0) -> Pattern:
    """Cut each cycle into so many parts and play as many of them drawn at random, some perhaps twice.

    >>> all(event.value in (0, 1, 2, 3) for event in mini("0 1 2 3").scramble(4).query(0, 8))
    True
    """
    parts, own = counted(count), sub_seed(_SCRAMBLE, int(seed))

    def order(cycle: int) -> Sequence[int]:
        return [int(number * parts) for number in draws(own, Fraction(cycle), parts)]

    return _rearranged(pattern, parts, order)


def _listed(things: tuple[Any, ...]) -> list[Any]:
    found = list(things[0]) if len(things) == 1 and isinstance(things[0], (list, tuple)) else list(things)
    if not found:
        raise PatternError('there is nothing to choose from: write choose("a", "b")')
    return found


def _weighed(pairs: tuple[Any, ...]) -> tuple[list[Any], list[float]]:
    listed = (
        list(pairs[0]) if len(pairs) == 1 and pairs[0] and isinstance(pairs[0][0], (list, tuple)) else pairs
    )
    try:
        things = [thing for thing, _ in listed]
        weights = [float(weight) for _, weight in listed]
    except (TypeError, ValueError):
        raise PatternError(
            f'chances are (pattern, weight) pairs, not {pairs!r}: try ("a", 3), ("b", 1)'
        ) from None
    if not weights or min(weights) < 0 or sum(weights) <= 0:
        raise PatternError(f"chances must not be below 0 and not all 0: {weights}")
    return things, [total / sum(weights) for total in accumulate(weights)]


def _by_weight(number: float, limits: list[float]) -> int:
    return next((place for place, limit in enumerate(limits) if number < limit), len(limits) - 1)


@function(family="chance", plain=("choices",), aliases=("choose_with",))
def choose_by(pattern: Pattern, choices: Any) -> Pattern:
    """Choose from a list by numbers from 0 to 1, at the moments of this pattern.

    >>> mini("0 0.9").choose_by(["a", "b"]).first_cycle()
    [(0..1/2) 'a', (1/2..1) 'b']
    """
    made = [reify(choice) for choice in _listed((choices,))]
    return outer_join(
        pattern.with_value(lambda value: made[max(0, min(int(value * len(made)), len(made) - 1))])
    )


@function(family="chance", plain=("choices",))
def choose_in_with(pattern: Pattern, choices: Any) -> Pattern:
    """Choose from a list of patterns by numbers from 0 to 1, hearing each chosen one in its own rhythm.

    >>> mini("0").choose_in_with(["a b", "c"]).first_cycle()
    [(0..1/2) 'a', (1/2..1) 'b']
    """
    made = [reify(choice) for choice in _listed((choices,))]
    return inner_join(
        pattern.with_value(lambda value: made[max(0, min(int(value * len(made)), len(made) - 1))])
    )


@function(family="chance", plain=("choices",))
def choose2(pattern: Pattern, choices: Any) -> Pattern:
    """Choose from a list by numbers from -1 to 1, at the moments of this pattern.

    >>> mini("-1 0.9").choose2(["a", "b"]).first_cycle()
    [(0..1/2) 'a', (1/2..1) 'b']
    """
    return choose_by(pattern.with_value(lambda value: (value + 1) / 2), choices)


@constructor(family="chance", aliases=("choose_out",))
def choose(*choices: Any) -> Pattern:
    """Choose at random from a list at every moment, to be sampled by the rhythm of something else.

    >>> {event.value["n"] for event in s("x*32").n(choose(0, 1, 2)).first_cycle()} == {0, 1, 2}
    True
    """
    return choose_by(rand, _listed(choices))


@constructor(family="chance")
def wchoose(*pairs: Any) -> Pattern:
    """Choose at random from (value, weight) pairs at every moment.

    >>> {event.value for event in wchoose(("a", 1), ("b", 0)).segment(8).first_cycle()}
    {'a'}
    """
    return wchoose_by(rand, *pairs)


@function(family="chance")
def wchoose_by(pattern: Pattern, *pairs: Any) -> Pattern:
    """Choose from (value, weight) pairs by numbers from 0 to 1, at the moments of a pattern.

    >>> mini("0 0.9").wchoose_by(("a", 3), ("b", 1)).first_cycle()
    [(0..1/2) 'a', (1/2..1) 'b']
    """
    things, limits = _weighed(pairs)
    made = [reify(thing) for thing in things]
    return outer_join(pattern.with_value(lambda number: made[_by_weight(number, limits)]))


@constructor(family="chance", aliases=("randcat", "choose_in", "cycle_choose"))
def choose_cycles(*choices: Any) -> Pattern:
    """Play one of several patterns each cycle, chosen at random.

    >>> {event.value for event in choose_cycles("a", "b").query(0, 32)} == {"a", "b"}
    True
    """
    made = [reify(choice) for choice in _listed(choices)]
    return choose_cycle(made, lambda cycle: int(draw(_CAT, Fraction(cycle)) * len(made)), None)


@constructor(family="chance", aliases=("wrandcat",))
def wchoose_cycles(*pairs: Any) -> Pattern:
    """Play one of several patterns each cycle, chosen at random by weight: (pattern, weight) pairs.

    >>> {event.value for event in wchoose_cycles(("a", 1), ("b", 0)).query(0, 8)}
    {'a'}
    """
    things, limits = _weighed(pairs)
    made = [reify(thing) for thing in things]
    return choose_cycle(made, lambda cycle: _by_weight(draw(_CAT, Fraction(cycle)), limits), None)


@constructor(family="chance")
def randrun(count: Any) -> Pattern:
    """The numbers from 0 up to but not including a number, in random order, a new one each cycle.

    >>> sorted(event.value for event in randrun(4).first_cycle())
    [0, 1, 2, 3]
    """
    return inner_join(reify(count).with_value(lambda top: shuffle(run(int(top)), int(top))))


@function(family="chance")
def fade_out(pattern: Pattern, cycles: Any, seed: Any = 0) -> Pattern:
    """Drop ever more events by chance, until after so many cycles none is left.

    >>> mini("a*8").fade_out(4).query(4, 8)
    []
    """
    return _fading(pattern, float(cycles), int(seed), outwards=True)


@function(family="chance")
def fade_in(pattern: Pattern, cycles: Any, seed: Any = 0) -> Pattern:
    """Drop ever fewer events by chance, until after so many cycles all are there.

    >>> len(mini("a*8").fade_in(4).query(4, 8))
    32
    """
    return _fading(pattern, float(cycles), int(seed), outwards=False)


@function(family="chance")
def fade_out_from(pattern: Pattern, begin: Any, cycles: Any, seed: Any = 0) -> Pattern:
    """From a cycle on, drop ever more events by chance, until so many cycles later none is left.

    >>> faded = mini("a*8").fade_out_from(2, 4)
    >>> len(faded.query(0, 2)), faded.query(6, 8)
    (16, [])
    """
    return _fading(pattern, float(cycles), int(seed), outwards=True, start=float(begin))


@function(family="chance")
def fade_in_from(pattern: Pattern, begin: Any, cycles: Any, seed: Any = 0) -> Pattern:
    """Silent until a cycle; from it on ever more events by chance, until so many cycles later all are there.

    >>> faded = mini("a*8").fade_in_from(2, 4)
    >>> faded.query(0, 2), len(faded.query(6, 8))
    ([], 16)
    """
    return _fading(pattern, float(cycles), int(seed), outwards=False, start=float(begin))


def _fading(pattern: Pattern, cycles: float, seed: int, outwards: bool, start: float = 0.0) -> Pattern:
    if cycles <= 0:
        return silence if outwards else pattern
    own = sub_seed(_FADE, seed)

    def keep(event: Event) -> bool:
        begin = event.whole_or_part.begin
        gone = min(max((float(begin) - start) / cycles, 0.0), 1.0)
        return draw(own, begin) >= (gone if outwards else 1.0 - gone)

    faded = pattern.filter_events(keep)
    faded.forget_period()
    return faded
