"""The examples in a docstring, run: which pattern each is about, and its events there.

>>> from livecode.language import REGISTRY
>>> [example] = examples(REGISTRY["rev"].doc)[:1]
>>> example.code, len(example.events)
('mini("a b c").rev()', 3)
"""

from __future__ import annotations

import ast
import doctest
import importlib
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor
from typing import Any

from livecode.errors import LivecodeError
from livecode.language.pattern import Pattern
from livecode.language.reify import reify
from livecode.language.time import Event, to_time

MOST_CYCLES = 16
POINTS = 64

_PARSER = doctest.DocTestParser()


@dataclass(frozen=True)
class Example:
    """Code that makes a pattern, and the pattern's events in the cycles that the example looks at."""

    code: str
    begin: int
    end: int
    events: tuple[Event, ...]


def examples(doc: str) -> list[Example]:
    """Every pattern that the examples of a docstring ask for events, in order, each once.

    Nothing of a docstring without examples of patterns; raises what an example raises.
    """
    names = dict(_names())
    found: dict[tuple[str, int, int], Example] = {}
    for source in _sources(doc):
        tree = ast.parse(source)
        for node in tree.body:
            if isinstance(node, ast.Expr):
                for example in _asked(node.value, source, names):
                    found.setdefault((example.code, example.begin, example.end), example)
            else:
                exec(compile(ast.Module([node], []), "<example>", "exec"), names)
            if isinstance(node, ast.Assign):
                for example in _asked(node.value, source, names, by_itself=False):
                    found.setdefault((example.code, example.begin, example.end), example)
    return list(found.values())


def _sources(doc: str) -> list[str]:
    written = [example.source for example in _PARSER.get_examples(doc)]
    for block in doc.split("```python\n")[1:]:
        written.append(block.split("```")[0])
    return written


def _asked(node: ast.expr, source: str, names: dict[str, Any], by_itself: bool = True) -> list[Example]:
    """The patterns asked in an expression: `p` of p.first_cycle() and p.query(...), or the pattern it is."""
    asked = []
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            span = _span(part, names)
            if span is not None:
                asked.append((part.func.value, *span))
    if not asked and by_itself:
        asked = [(node, 0, 1)]
    found = []
    for inner, begin, end in asked:
        text = ast.get_source_segment(source, inner) or ""
        value = _value(inner, names)
        if isinstance(value, Pattern):
            found.append(Example(" ".join(text.split()), begin, end, _events(value, begin, end)))
    return found


def _value(node: ast.expr, names: dict[str, Any]) -> Any:
    try:
        return eval(compile(ast.Expression(node), "<example>", "eval"), names)
    except NameError:
        # Inside a comprehension the pattern may be made of its variable.
        return None


def _span(call: ast.Call, names: dict[str, Any]) -> tuple[int, int] | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name == "first_cycle":
        return 0, 1
    if name != "query" or len(call.args) != 2:
        return None
    try:
        first, last = (to_time(_value(each, names)) for each in call.args)
    except LivecodeError:
        return None
    begin, end = floor(first), ceil(last)
    return begin, min(max(end, begin + 1), begin + MOST_CYCLES)


def _events(pattern: Pattern, begin: int, end: int) -> tuple[Event, ...]:
    events = pattern.query(begin, end)
    if not any(event.whole is None for event in events):
        return tuple(events)
    steps = POINTS * (end - begin)
    pieces = reify(pattern)
    return tuple(
        event
        for step in range(steps)
        for event in pieces.query(begin + step / POINTS, begin + (step + 1) / POINTS)
    )


@lru_cache(maxsize=1)
def _names() -> dict[str, Any]:
    language = importlib.import_module("livecode.language")
    return {name: getattr(language, name) for name in language.__all__}
