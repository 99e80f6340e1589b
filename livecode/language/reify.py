"""Whatever a musician types where a pattern is expected, made a pattern."""

from __future__ import annotations

from typing import Any

from livecode.language.combine import fastcat, stack
from livecode.language.pattern import Pattern, pure


def filled(thing: Any) -> Pattern:
    """A pattern of true and false: a text's Euclidean rhythms are false where they rest.

    >>> [event.value for event in filled("t(3,4)").first_cycle()]
    ['t', 't', 't', False]
    """
    if isinstance(thing, str):
        from livecode.language.mini import mini

        return mini(thing, filled=True)
    return reify(thing)


def reify(thing: Any) -> Pattern:
    """A pattern out of a pattern, a string of mini-notation, a number, a list or a tuple.

    >>> reify("bd sn").first_cycle() == reify(["bd", "sn"]).first_cycle()
    True
    >>> reify([0, [1, 2], (3, 7)]).first_cycle()
    [(0..1/3) 0, (1/3..1/2) 1, (1/2..2/3) 2, (2/3..1) 3, (2/3..1) 7]

    A list is a sequence, a tuple a stack; both nest. Anything else is a value that lasts a cycle.
    """
    if isinstance(thing, Pattern):
        return thing
    if isinstance(thing, str):
        from livecode.language.mini import mini

        return mini(thing)
    if isinstance(thing, list):
        return fastcat(*thing)
    if isinstance(thing, tuple):
        return stack(*thing)
    made = getattr(thing, "as_pattern", None)
    if callable(made):
        pattern = made()
        if isinstance(pattern, Pattern):
            return pattern
    return pure(thing)
