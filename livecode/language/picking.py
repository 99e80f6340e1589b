"""The pick family: a pattern of numbers or names chooses among patterns."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from livecode.errors import NameUnknown, PatternError
from livecode.language.operators import align_squeeze, take_right
from livecode.language.pattern import Pattern
from livecode.language.registry import function
from livecode.language.reify import reify
from livecode.language.timing import transformed

Choices = Any
"""A list or a dict of patterns, or whatever else can be read as one."""


def _lookup(choices: Choices, wrap: bool) -> Callable[[Any], Any]:
    """What a number (or a name, in a dict) stands for: numbers stop at the ends, or wrap."""
    if isinstance(choices, Mapping):
        table = choices
        names = list(table)

        def named(value: Any) -> Any:
            if value in table:
                return table[value]
            if isinstance(value, (int, float)) and names:
                return table[names[_place(value, len(names), wrap)]]
            raise NameUnknown("pattern to pick", value, map(str, names))

        return named
    if not isinstance(choices, Sequence) or isinstance(choices, str) or not choices:
        raise PatternError(
            f'pick needs a list or a dict of patterns, not {choices!r}: try pick(["a b", "c"])'
        )
    items = list(choices)
    return lambda value: items[_place(value, len(items), wrap)]


def _place(value: Any, count: int, wrap: bool) -> int:
    if not isinstance(value, (int, float)):
        try:
            value = float(value)
        except (TypeError, ValueError):
            raise PatternError(f"pick needs numbers to choose from a list, not {value!r}") from None
    place = math.floor(float(value) + 0.5)
    return place % count if wrap else max(0, min(place, count - 1))


def _picked(pattern: Pattern, choices: Choices, wrap: bool) -> Pattern:
    choose = _lookup(choices, wrap)
    made: dict[Any, Pattern] = {}

    def chosen(value: Any) -> Pattern:
        if isinstance(value, (list, dict)):
            raise PatternError(f"pick chooses by a number or a name, not by {value!r}")
        if value not in made:
            made[value] = reify(choose(value))
        return made[value]

    return pattern.with_value(chosen)


def _joined(pattern: Pattern, join: str) -> Pattern:
    flat: Pattern = getattr(pattern, join)()
    return flat


@function(family="pick", plain=("choices",))
def pick(pattern: Pattern, choices: Any) -> Pattern:
    """Choose patterns from a list by number, or from a dict by name, and hear them where they are.

    >>> [event.value for event in mini("<0 1>").pick(["a b", "c"]).query(0, 2)]
    ['a', 'b', 'c']

    Numbers beyond the ends take the last one there.
    """
    return _joined(_picked(pattern, choices, wrap=False), "inner_join")


@function(family="pick", plain=("choices",))
def pickmod(pattern: Pattern, choices: Any) -> Pattern:
    """Like `pick`, numbers beyond the end starting again at the beginning.

    >>> mini("3").pickmod(["a", "b"]).first_cycle()
    [(0..1) 'b']
    """
    return _joined(_picked(pattern, choices, wrap=True), "inner_join")


@function(family="pick", plain=("choices",))
def pick_out(pattern: Pattern, choices: Any) -> Pattern:
    """Like `pick`, in the rhythm of the numbers.

    >>> mini("0 1").pick_out(["a b", "c d"]).first_cycle()
    [(0..1/2) 'a', (1/2..1) 'd']
    """
    return _joined(_picked(pattern, choices, wrap=False), "outer_join")


@function(family="pick", plain=("choices",))
def pickmod_out(pattern: Pattern, choices: Any) -> Pattern:
    """Like `pick_out`, numbers beyond the end starting again at the beginning.

    >>> mini("2").pickmod_out(["a", "b"]).first_cycle()
    [(0..1) 'a']
    """
    return _joined(_picked(pattern, choices, wrap=True), "outer_join")


@function(family="pick", plain=("choices",))
def pick_restart(pattern: Pattern, choices: Any) -> Pattern:
    """Like `pick`, each chosen pattern started from its first cycle.

    >>> [event.value for event in mini("<0 1>").pick_restart(["<a b>", "<c d>"]).query(0, 2)]
    ['a', 'c']
    """
    return _joined(_picked(pattern, choices, wrap=False), "restart_join")


@function(family="pick", plain=("choices",))
def pickmod_restart(pattern: Pattern, choices: Any) -> Pattern:
    """Like `pick_restart`, numbers beyond the end starting again at the beginning.

    >>> mini("2").pickmod_restart(["<a b>", "c"]).query(1, 2)
    [(1..2) 'a']
    """
    return _joined(_picked(pattern, choices, wrap=True), "restart_join")


@function(family="pick", plain=("choices",))
def pick_reset(pattern: Pattern, choices: Any) -> Pattern:
    """Like `pick`, the chosen pattern's cycle started anew.

    >>> mini("0 1").pick_reset(["a b", "c d"]).first_cycle()
    [(0..1/2) 'a', (1/2..1) 'c']
    """
    return _joined(_picked(pattern, choices, wrap=False), "reset_join")


@function(family="pick", plain=("choices",))
def pickmod_reset(pattern: Pattern, choices: Any) -> Pattern:
    """Like `pick_reset`, numbers beyond the end starting again at the beginning.

    >>> mini("2 1").pickmod_reset(["a b", "c d"]).first_cycle()
    [(0..1/2) 'a', (1/2..1) 'c']
    """
    return _joined(_picked(pattern, choices, wrap=True), "reset_join")


@function(family="pick", plain=("choices",), aliases=("pick_squeeze",))
def inhabit(pattern: Pattern, choices: Any) -> Pattern:
    """Choose patterns by number or name, a cycle of each squeezed into the event that chose it.

    >>> [event.value for event in mini("a b").inhabit({"a": "0 1", "b": "2"}).first_cycle()]
    [0, 1, 2]
    """
    return _joined(_picked(pattern, choices, wrap=False), "squeeze_join")


@function(family="pick", plain=("choices",), aliases=("pickmod_squeeze",))
def inhabitmod(pattern: Pattern, choices: Any) -> Pattern:
    """Like `inhabit`, numbers beyond the end starting again at the beginning.

    >>> [event.value for event in mini("2 1").inhabitmod(["a b", "c"]).first_cycle()]
    ['a', 'b', 'c']
    """
    return _joined(_picked(pattern, choices, wrap=True), "squeeze_join")


@function(family="pick", plain=("choices",))
def squeeze(pattern: Pattern, choices: Any) -> Pattern:
    """Choose patterns from a list by number (wrapping) and squeeze a cycle of each into its event.

    >>> [event.value for event in mini("0 1 0").squeeze(["a b", "c"]).first_cycle()]
    ['a', 'b', 'c', 'a', 'b']

    Given a pattern instead of a list, a cycle of it is squeezed into each event, as with `.set.squeeze`.
    """
    if isinstance(choices, (list, tuple, Mapping)):
        return _joined(_picked(pattern, choices, wrap=True), "squeeze_join")
    return align_squeeze(pattern, reify(choices), take_right)


@function(family="pick", plain=("indices", "functions"))
def pick_f(pattern: Pattern, indices: Any, functions: Any) -> Pattern:
    """Choose the function to apply to a pattern by number.

    >>> [event.value for event in mini("0 1").pick_f("<0 1>", [rev, fast(2)]).first_cycle()]
    [1, 0]
    """
    return _function_picked(pattern, indices, functions, wrap=False)


@function(family="pick", plain=("indices", "functions"))
def pickmod_f(pattern: Pattern, indices: Any, functions: Any) -> Pattern:
    """Like `pick_f`, numbers beyond the end starting again at the beginning.

    >>> [event.value for event in mini("0 1").pickmod_f(2, [rev, fast(2)]).first_cycle()]
    [1, 0]
    """
    return _function_picked(pattern, indices, functions, wrap=True)


def _function_picked(pattern: Pattern, indices: Any, functions: Any, wrap: bool) -> Pattern:
    choose = _lookup(functions, wrap)
    made: dict[Any, Pattern] = {}

    def chosen(value: Any) -> Pattern:
        if value not in made:
            made[value] = transformed(choose(value), pattern)
        return made[value]

    return _joined(reify(indices).with_value(chosen), "inner_join")
