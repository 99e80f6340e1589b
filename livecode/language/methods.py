"""Methods for functions that make a pattern out of several: the pattern itself comes first.

`p.stack(q)` is `stack(p, q)`; where numbers choose, they are the pattern's: `sine.choose("a", "b")`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from livecode.language.combine import cat, fastcat, polymeter, stack, time_cat
from livecode.language.layering import interlace, stack_centre, stack_left, stack_right
from livecode.language.pattern import Pattern, noted
from livecode.language.repeating import arrange
from livecode.language.signals import irand, run, scan
from livecode.language.sometimes import choose_by, choose_cycles, wchoose_by
from livecode.language.stepwise import zip_


def _choose(pattern: Pattern, *choices: Any) -> Any:
    return choose_by(pattern, choices[0] if len(choices) == 1 else list(choices))


def _wchoose(pattern: Pattern, *pairs: Any) -> Any:
    return wchoose_by(pattern, *pairs)


def _arrange(pattern: Pattern, cycles: Any, *sections: Any) -> Any:
    return arrange((cycles, pattern), *sections)


_METHODS: tuple[tuple[Callable[..., Any], str], ...] = (
    (stack, "stack overlay polyrhythm pr"),
    (cat, "cat slowcat slow_append append"),
    (fastcat, "fastcat sequence seq fast_append"),
    (time_cat, "time_cat timecat stepcat"),
    (polymeter, "polymeter pm"),
    (stack_left, "stack_left"),
    (stack_right, "stack_right"),
    (stack_centre, "stack_centre stack_center"),
    (interlace, "interlace"),
    (zip_, "zip"),
    (choose_cycles, "choose_cycles randcat"),
    (_choose, "choose"),
    (_wchoose, "wchoose"),
    (_arrange, "arrange"),
    (run, "run"),
    (scan, "scan"),
    (irand, "irand"),
)


def _method(made: Callable[..., Any], name: str) -> Callable[..., Any]:
    def method(self: Pattern, *others: Any, **keywords: Any) -> Any:
        return noted(made(self, *others, **keywords), name, self, others, **keywords)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = made.__doc__
    return method


for _made, _names in _METHODS:
    for _name in _names.split():
        setattr(Pattern, _name, _method(_made, _name))
