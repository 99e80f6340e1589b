"""Weaving: one pattern spread over many, many over one; after Tidal's functions of these names."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from livecode.errors import PatternError
from livecode.language.combine import cat, fastcat, stack, weighted
from livecode.language.controls import control_pattern
from livecode.language.fuel import counted
from livecode.language.joins import inner_join, squeeze_bind
from livecode.language.operators import align_in, is_true, take_right
from livecode.language.pattern import Pattern, by_cycles, pure, silence
from livecode.language.random import draw, sub_seed
from livecode.language.registry import constructor, function
from livecode.language.reify import reify
from livecode.language.time import Event, Fraction, Span, to_time
from livecode.language.timing import transformed
from livecode.language.transform import zoom

_STRIPE, _SLICE = 401, 402


def _functions(change: Any, values: Any) -> list[Any]:
    """The functions to spread: a list of them, or one with each of its values."""
    if values is None:
        if not isinstance(change, (list, tuple)):
            raise PatternError("spread needs functions, or one and its values: try spread(fast, [1, 2])")
        return list(change)
    listed = values if isinstance(values, (list, tuple)) else [e.value for e in reify(values).first_cycle()]
    return [change(value) for value in listed]


@constructor(family="controls", aliases=("slow_spread", "slowspread"))
def spread(change: Any, values: Any = None, pattern: Any = None) -> Any:
    """Apply a function with another of its values each cycle, in turn: `p.spread(fast, [1, 2])`.

    >>> len(mini("a b").spread(fast, [1, 2]).query(0, 2))
    6
    >>> [event.value for event in mini("a b").spread([rev, fast(2)]).query(0, 2)]
    ['b', 'a', 'a', 'b', 'a', 'b']

    A list of functions takes turns too. A number or a pattern of numbers instead is the control `spread`: how
    far apart the voices of a sound stand.
    """
    if not callable(change) and not isinstance(change, (list, tuple)):
        return control_pattern("spread", change)
    if pattern is None:
        return lambda later: _spread(reify(later), change, values, cat)
    return _spread(reify(pattern), change, values, cat)


def _spread(pattern: Pattern, change: Any, values: Any, together: Any) -> Pattern:
    made: Pattern = together(*(transformed(each, pattern) for each in _functions(change, values)))
    return made


def _spread_method(self: Pattern, *values: Any) -> Pattern:
    first = values[0] if values else None
    listed = isinstance(first, (list, tuple)) and all(map(callable, first)) and bool(first)
    if callable(first) or listed:
        return _spread(self, first, values[1] if len(values) > 1 else None, cat)
    if not values:
        return control_pattern("spread", self)
    return align_in(self, control_pattern("spread", first), take_right)


_spread_method.__doc__ = spread.__doc__
for _name in ("spread", "slow_spread", "slowspread"):
    setattr(Pattern, _name, _spread_method)


@function(family="repetition", plain=("change", "values"), aliases=("fastspread",))
def fast_spread(pattern: Pattern, change: Any, values: Any = None) -> Pattern:
    """Apply a function with each of its values, one after another within the cycle.

    >>> [event.value for event in mini("a b").fast_spread(ply, [1, 2]).first_cycle()]
    ['a', 'b', 'a', 'a', 'b', 'b']
    """
    return _spread(pattern, change, values, fastcat)


@function(family="combine", plain=("patterns",))
def weave(pattern: Pattern, cycles: Any, patterns: Sequence[Any]) -> Pattern:
    """Lay this pattern of controls over several others, each beginning at another place of it.

    >>> woven = pan(saw).weave(4, [s("bd"), s("hh")])
    >>> [(event.value["s"], event.value["pan"]) for event in woven.first_cycle()]
    [('bd', 0.125), ('hh', 0.625)]

    This pattern takes so many cycles to go round.
    """
    return weave_with(pattern, cycles, [lambda base, each=each: reify(each).set(base) for each in patterns])


@function(family="combine", plain=("functions",))
def weave_with(pattern: Pattern, cycles: Any, functions: Sequence[Any]) -> Pattern:
    """Change a slow pattern by several functions at the same time, each beginning at another place of it.

    >>> [event.value["n"] for event in n("0 1").weave_with(4, [fast(2), fast(4)]).query(0, 1)]
    [0, 0, 1]
    """
    turns, count = to_time(cycles), len(functions)
    if count == 0 or turns <= 0:
        return silence
    slowed = pattern._fast(1 / turns)
    return stack(
        *(transformed(change, slowed)._late(turns * place / count) for place, change in enumerate(functions))
    )


@function(family="pick", plain=("choices",))
def select(pattern: Pattern, choices: Any) -> Pattern:
    """Choose from a list by numbers, 0 for the first and 1 for the last, and hear the chosen where they are.

    >>> [event.value for event in mini("<0 1>").select(["a b", "c"]).query(0, 2)]
    ['a', 'b', 'c']
    """
    made = [reify(each) for each in choices]
    if not made:
        return silence
    return inner_join(pattern.with_value(lambda value: made[_place(value, len(made) - 1)]))


@function(family="pick", plain=("functions",))
def select_f(pattern: Pattern, number: Any, functions: Any) -> Pattern:
    """Apply the function that a number from 0 up to 1 chooses.

    >>> [event.value for event in mini("0 1").select_f("<0 0.5>", [rev, add(10)]).query(0, 2)]
    [1, 0, 10, 11]
    """
    return transformed(functions[min(_place(number, len(functions)), len(functions) - 1)], pattern)


def _place(value: Any, count: int) -> int:
    return max(0, min(int(value * count), count))


@function(family="structure", plain=("rhythm",))
def substruct(pattern: Pattern, rhythm: Any) -> Pattern:
    """Squeeze a whole cycle of the pattern into each true step of a rhythm.

    >>> [event.part.begin for event in mini("a b").substruct("t f").first_cycle()]
    [Fraction(0, 1), Fraction(1, 4)]
    """
    return squeeze_bind(reify(rhythm).filter_values(is_true), lambda _: pattern)


@function(family="chance")
def stripe(pattern: Pattern, count: Any, seed: Any = 0) -> Pattern:
    """Repeat the pattern so many times a cycle, each time in a random length of time.

    >>> len(mini("a b").stripe(3).first_cycle())
    6
    """
    times, own = counted(count), sub_seed(_STRIPE, int(seed))
    if times < 1:
        return silence

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        cycle = begin.numerator // begin.denominator
        lengths = [
            Fraction(1 + int(draw(own, Fraction(cycle * times + place, times)) * 100))
            for place in range(times)
        ]
        return weighted([(length, pattern) for length in lengths]).ask(begin, end)

    return Pattern(by_cycles(query), steps=pattern.steps)


@function(family="chance", aliases=("slowstripe",))
def slow_stripe(pattern: Pattern, count: Any, seed: Any = 0) -> Pattern:
    """Repeat the pattern so many times over as many cycles, each time in a random length of time.

    >>> len([event for event in mini("a b").slow_stripe(3).query(0, 3) if event.has_onset()])
    6
    """
    times = counted(count)
    return stripe(pattern, times, seed)._fast(Fraction(1, times)) if times > 0 else silence


@function(family="repetition")
def spin(pattern: Pattern, count: Any) -> Pattern:
    """Play so many copies at once, each a part of the cycle earlier and farther round in the room.

    >>> sorted(event.value["pan"] for event in s("bd").spin(4).first_cycle() if event.has_onset())
    [0.0, 0.25, 0.5, 0.75]
    """
    copies = counted(count)
    if copies < 1:
        return silence
    placed = [
        align_in(pattern._late(Fraction(-place, copies)), pure({"pan": place / copies}), take_right)
        for place in range(copies)
    ]
    return stack(*placed)


@function(family="signals")
def smooth(pattern: Pattern) -> Pattern:
    """Glide from each number to the next instead of jumping: a rhythm of numbers as a signal.

    >>> [event.value for event in mini("0 1").smooth().segment(4).first_cycle()]
    [0.25, 0.75, 0.75, 0.25]
    """
    ask = pattern.ask

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        middle = (begin + end) / 2
        found = []
        for event in ask(middle, middle):
            whole = event.whole
            following = ask(whole.end, whole.end) if whole is not None else []
            value = event.value
            if whole is not None and following:
                part = float((middle - whole.begin) / whole.length)
                value = value + (following[0].value - value) * part
            found.append(Event(None, Span(begin, end), value, event.locations))
        return found

    return Pattern(query, period=pattern._late_period())


@function(family="samples")
def randslice(pattern: Pattern, count: Any, seed: Any = 0) -> Pattern:
    """Play a random one of so many slices of each sample, another one each cycle.

    >>> [event.value["begin"] in (0, 0.25, 0.5, 0.75) for event in s("break").randslice(4).query(0, 3)]
    [True, True, True]
    """
    parts, own = counted(count), sub_seed(_SLICE, int(seed))
    if parts < 1:
        return silence
    chopped = pattern.chop(parts)
    edges = [Fraction(place, parts) for place in range(parts + 1)]
    slices = [zoom(chopped, first, last) for first, last in pairwise(edges)]

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        cycle = begin.numerator // begin.denominator
        return slices[int(draw(own, Fraction(cycle)) * parts)].ask(begin, end)

    return Pattern(by_cycles(query))


@function(family="samples", plain=("places",))
def scrub(pattern: Pattern, places: Any) -> Pattern:
    """Jump about in a sample: play it from each of these places (0 to 1), as long as the step lasts.

    >>> s("break").scrub("0 0.5").query(1/2, 1)
    [(1/2..1) {'s': 'break', 'begin': 0.5, 'legato': 1}]
    """
    found: Pattern = reify(places).outer_bind(
        lambda place: pattern.with_value(lambda value: {**value, "begin": place, "legato": 1})
    )
    return found


@constructor(family="structure")
def necklace(per_cycle: Any, intervals: Sequence[Any]) -> Pattern:
    """A rhythm from the distances between its onsets, so many steps a cycle; for `struct`.

    >>> [event.value for event in necklace(12, [4, 2, 3, 3]).first_cycle()].count(True)
    4
    """
    beats = [value for length in intervals for value in (True, *[False] * (counted(length) - 1))]
    steps = to_time(per_cycle)
    if not beats or steps <= 0:
        return silence
    return fastcat(*beats)._fast(steps / len(beats)).with_steps(steps)


@function(family="structure", plain=("condition", "function"))
def unfix(pattern: Pattern, condition: Any, function: Any) -> Pattern:
    """Apply a function only to the events that do not have certain controls.

    >>> [event.value.get("gain") for event in s("bd sn").unfix(s("bd"), gain(2)).first_cycle()]
    [None, 2]
    """
    made: Pattern = pattern.contrast(condition, lambda same: same, function)
    return made


@function(family="values", plain=("names",))
def as_(pattern: Pattern, names: Any) -> Pattern:
    """Read the parts of values such as `c:0.5` as controls of these names.

    >>> mini("c:0.5 e").as_("note:gain").first_cycle()
    [(0..1/2) {'note': 0, 'gain': 0.5}, (1/2..1) {'note': 4}]
    """
    wanted = names.split(":") if isinstance(names, str) else list(names)

    def named(event: Event) -> Event:
        values = event.value if isinstance(event.value, list) else [event.value]
        controls: dict[str, Any] = {}
        for name, value in zip(wanted, values):
            controls.update(control_pattern(name, pure(value)).first_cycle()[0].value)
        return event.with_value(lambda _: controls)

    return pattern.with_event(named)
