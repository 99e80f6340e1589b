"""Several versions of one pattern: side by side, on top of one another, or in turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from livecode.errors import PatternError
from livecode.language.combine import cat, stack, weighted
from livecode.language.controls import control_pattern
from livecode.language.operators import align_in, align_mix, arithmetic, take_right
from livecode.language.pattern import Pattern, nothing, pure
from livecode.language.random import draw, sub_seed
from livecode.language.registry import constructor, function
from livecode.language.reify import reify
from livecode.language.signals import sine
from livecode.language.time import Fraction, to_time
from livecode.language.timing import choose_cycle, transformed
from livecode.language.weaving import weave

_CHOOSE = 403


def _panned(pattern: Pattern, pan: float, **more: Any) -> Pattern:
    return align_in(pattern, pure({"pan": pan, **more}), take_right)


@function(family="repetition")
def jux4(pattern: Pattern, function: Any) -> Pattern:
    """Like `jux` on a ring of four loudspeakers: the pattern on one side, changed on the opposite one.

    >>> [event.value["pan"] for event in s("bd").jux4(rev).first_cycle()]
    [0.625, 0.125]
    """
    return stack(_panned(pattern, 5 / 8), transformed(function, _panned(pattern, 1 / 8)))


@function(family="repetition")
def juxcut(pattern: Pattern, function: Any) -> Pattern:
    """Like `jux`, each side cutting its own notes short.

    >>> [event.value["cut"] for event in s("bd").juxcut(rev).first_cycle()]
    [-1, -2]
    """
    return stack(_panned(pattern, 0.0, cut=-1), transformed(function, _panned(pattern, 1.0, cut=-2)))


@function(family="repetition")
def double(pattern: Pattern, time: Any) -> Pattern:
    """Play a pattern and once more, so much later.

    >>> [event.part.begin for event in mini("a").double(1/4).first_cycle() if event.has_onset()]
    [Fraction(0, 1), Fraction(1, 4)]
    """
    return _copies(pattern, time, 2)


@function(family="repetition")
def triple(pattern: Pattern, time: Any) -> Pattern:
    """Play a pattern and twice more, each time so much later.

    >>> len([event for event in mini("a").triple(1/4).first_cycle() if event.has_onset()])
    3
    """
    return _copies(pattern, time, 3)


@function(family="repetition")
def quad(pattern: Pattern, time: Any) -> Pattern:
    """Play a pattern and three times more, each time so much later.

    >>> len([event for event in mini("a").quad(1/8).first_cycle() if event.has_onset()])
    4
    """
    return _copies(pattern, time, 4)


def _copies(pattern: Pattern, time: Any, count: int) -> Pattern:
    exact = to_time(time)
    return stack(*(pattern._late(exact * place) for place in range(count))).with_steps(pattern.steps)


@function(family="repetition", plain=("number",))
def offadd(pattern: Pattern, time: Any, number: Any) -> Pattern:
    """Add a copy of the pattern, so much later, with a number added to it.

    >>> [event.value for event in note("c").offadd(1/4, 7).query(1/4, 1/2) if event.has_onset()]
    [{'note': 7}]
    """
    higher = align_mix(
        pattern._late(to_time(time)), reify(number), arithmetic("add", lambda one, two: one + two)
    )
    return stack(pattern, higher).with_steps(pattern.steps)


@function(family="repetition")
def apply_n(pattern: Pattern, times: Any, function: Any) -> Pattern:
    """Apply a function so many times, each time to what came out of the last.

    >>> mini("0").apply_n(3, add(2)).first_cycle()
    [(0..1) 6]
    """
    for _ in range(max(0, int(times))):
        pattern = transformed(function, pattern)
    return pattern


@function(family="repetition", plain=("change", "values"), aliases=("spreadr",))
def spread_choose(pattern: Pattern, change: Any, values: Any = None, seed: Any = 0) -> Pattern:
    """Like `spread`, the value or the function chosen at random each cycle.

    >>> mini("a b").spread_choose([rev]).first_cycle()
    [(0..1/2) 'b', (1/2..1) 'a']
    >>> sorted({len(mini("a b").spread_choose(fast, [1, 2]).query(cycle, cycle + 1)) for cycle in range(32)})
    [2, 4]
    """
    from livecode.language.weaving import _functions

    made = [transformed(each, pattern) for each in _functions(change, values)]
    own = sub_seed(_CHOOSE, int(seed))
    return choose_cycle(made, lambda cycle: int(draw(own, Fraction(cycle)) * len(made)), None)


@function(family="repetition", plain=("functions",))
def spreadf(pattern: Pattern, functions: Sequence[Any]) -> Pattern:
    """Apply one function of a list after another, another one each cycle.

    >>> [event.value for event in mini("a b").spreadf([rev, fast(2)]).query(0, 1)]
    ['b', 'a']
    """
    if not functions:
        raise PatternError("spreadf needs a list of functions: try spreadf([rev, fast(2)])")
    return cat(*(transformed(each, pattern) for each in functions))


@constructor(family="combine")
def interlace(one: Any, two: Any) -> Pattern:
    """Play two patterns whose `shape` moves against one another, so that they alternate in sixteen cycles.

    >>> len(interlace(s("bd*4"), s("hh*4")).first_cycle())
    8
    """
    shape = control_pattern("shape", sine.range(0, 0.9))
    woven: Pattern = weave(shape, 16, [reify(one), reify(two)])
    return woven


@function(family="combine", plain=("patterns",))
def stack_with(pattern: Pattern, patterns: Sequence[Any]) -> Pattern:
    """Stack patterns with controls that are shifted from one to the next, a cycle round all of them.

    >>> [event.value for event in pan("0 1").stack_with([s("bd"), s("sn")]).query(0, 1/2)]
    [{'s': 'bd', 'pan': 0}, {'s': 'sn', 'pan': 1}]
    """
    count = len(patterns)
    turned = [
        align_in(reify(each), pattern._late(-Fraction(place, count)), take_right)
        for place, each in enumerate(patterns)
    ]
    return stack(*turned)


def _padded(patterns: tuple[Any, ...], before: Fraction) -> Pattern:
    """Patterns of different steps on top of one another, the shorter ones with rests around them."""
    parts = [reify(each) for each in patterns]
    lengths = [part.steps if part.steps is not None else Fraction(1) for part in parts]
    longest = max(lengths, default=Fraction(1))
    out = []
    for part, length in zip(parts, lengths):
        rest = longest - length
        sides = [
            (rest * before, nothing(rest * before)),
            (length, part),
            (rest * (1 - before), nothing(rest)),
        ]
        out.append(weighted([(weight, each) for weight, each in sides if weight > 0]) if rest else part)
    return stack(*out).with_steps(longest)


@constructor(family="combine")
def stack_left(*patterns: Any) -> Pattern:
    """Stack patterns step against step, the shorter ones at the left, rests after them.

    >>> stack_left("a b", "c").query(0, 1)
    [(0..1/2) 'a', (0..1/2) 'c', (1/2..1) 'b']
    """
    return _padded(patterns, Fraction(0))


@constructor(family="combine")
def stack_right(*patterns: Any) -> Pattern:
    """Stack patterns step against step, the shorter ones at the right, rests before them.

    >>> stack_right("a b", "c").query(0, 1)
    [(0..1/2) 'a', (1/2..1) 'b', (1/2..1) 'c']
    """
    return _padded(patterns, Fraction(1))


@constructor(family="combine", aliases=("stack_center",))
def stack_centre(*patterns: Any) -> Pattern:
    """Stack patterns step against step, the shorter ones in the middle.

    >>> stack_centre("a b c", "d").query("1/3", "2/3")
    [(1/3..2/3) 'b', (1/3..2/3) 'd']
    """
    return _padded(patterns, Fraction(1, 2))


@constructor(family="combine")
def stack_by(alignment: Any, *patterns: Any) -> Pattern:
    """Stack patterns step against step at the `left`, `right` or `centre`, or expanded: a number or pattern.

    >>> stack_by("right", "a b", "c").first_cycle() == stack_right("a b", "c").first_cycle()
    True

    A number says where: 0 left, 1 right.
    """
    places = {"left": 0, "right": 1, "centre": Fraction(1, 2), "center": Fraction(1, 2)}

    def laid(value: Any) -> Pattern:
        if isinstance(value, str):
            if value in ("expand", "repeat"):
                return _stretched(patterns, value == "repeat")
            if value not in places:
                raise PatternError(f"stack_by aligns left, right, centre, expand or repeat, not {value!r}")
            value = places[value]
        return _padded(patterns, min(max(to_time(value), Fraction(0)), Fraction(1)))

    joined: Pattern = reify(alignment).with_value(laid).inner_join()
    return joined


def _stretched(patterns: tuple[Any, ...], repeat: bool) -> Pattern:
    from livecode.language.combine import polymeter

    return polymeter(*patterns) if repeat else stack(*patterns)


@constructor(family="combine")
def slowcat_prime(*patterns: Any) -> Pattern:
    """Play patterns in turn, a cycle each, every pattern's cycles counted on while the others play.

    >>> [event.value for event in slowcat_prime("<a b>", "c").query(0, 4)]
    ['a', 'c', 'a', 'c']
    """
    parts = [reify(each) for each in patterns]
    if not parts:
        return nothing()
    return choose_cycle(parts, lambda cycle: cycle % len(parts), len(parts))
