"""Rules that a performer types: "abs(leap) <= 5", "degree in (1, 3, 5) or weak", each over a note and
those before it.

A rule is text, because it travels to the process that composes; only numbers, comparisons and the words below
are read, nothing else is ever run.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from livecode.errors import NotationError, nearest

WORDS: dict[str, str] = {
    "note": "the note, in semitones from c4",
    "degree": "its step in the scale, 1 the tonic, 0 when it is foreign to it",
    "octave": "its octave, 4 from c4 on",
    "beat": "where it begins in the bar, in beats from 1",
    "bar": "its bar in the phrase, from 1",
    "length": "how long it lasts, in beats",
    "strong": "whether it begins on a beat",
    "weak": "whether it begins between beats",
    "chord": "whether it belongs to the chord of the moment",
    "first": "whether it is the phrase's first note",
    "last": "whether it is the phrase's last note",
    "before": "the note before, in semitones from c4",
    "leap": "how many semitones it lies above the note before (below: negative)",
    "leap_before": "the leap that led to the note before",
}
REACH = {"before": 2, "leap": 2, "leap_before": 3}
LONGEST = 400
_CALLS = {"abs": abs, "min": min, "max": max, "round": round}
_NODES = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd, ast.Compare,
    ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.BinOp, ast.Add, ast.Sub,
    ast.Mult, ast.Mod, ast.Div, ast.FloorDiv, ast.IfExp, ast.Tuple, ast.List, ast.Name, ast.Load,
    ast.Constant, ast.Call, )  # fmt: skip


@dataclass(frozen=True)
class Expression:
    """A rule as text, read: `reach` is how many notes it looks at, 1 to 3.

    >>> rule = Expression.of("abs(leap) <= 5 or strong")
    >>> rule.reach, bool(rule.value({"leap": 7, "strong": False}))
    (2, False)
    """

    text: str
    reach: int
    code: Any

    @classmethod
    def of(cls, text: Any) -> Expression:
        """Read a rule; NotationError says where it cannot be read."""
        if not isinstance(text, str) or not text.strip():
            raise NotationError(str(text), 0, "a rule is text", 'write one such as "abs(leap) <= 5"')
        if len(text) > LONGEST:
            raise NotationError(text, LONGEST, "a rule this long", "make two of it")
        try:
            tree = ast.parse(text.strip(), mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
            column = max(0, (getattr(problem, "offset", 1) or 1) - 1)
            raise NotationError(text, column, "not a rule", 'write one such as "abs(leap) <= 5"') from None
        reach = 1
        for node in ast.walk(tree):
            column = getattr(node, "col_offset", 0)
            if not isinstance(node, _NODES):
                raise NotationError(text, column, "this is not for rules", "compare the words of a note")
            if isinstance(node, ast.Call):
                if not isinstance(node.func, ast.Name) or node.func.id not in _CALLS or node.keywords:
                    raise NotationError(text, column, "no such function", f"use {', '.join(_CALLS)}")
            elif isinstance(node, ast.Name) and node.id not in _CALLS:
                if node.id not in WORDS:
                    near = nearest(node.id, WORDS)
                    cure = f"did you mean {near}?" if near else f"say {', '.join(WORDS)}"
                    raise NotationError(text, column, f"no word {node.id!r} in rules", cure)
                reach = max(reach, REACH.get(node.id, 1))
            elif isinstance(node, ast.Constant) and (
                not isinstance(node.value, int | float) or abs(node.value) > 1_000_000
            ):
                raise NotationError(text, column, f"{node.value!r} in a rule", "use numbers up to a million")
        return cls(text.strip(), reach, compile(tree, "<rule>", "eval"))

    def value(self, words: Mapping[str, Any]) -> Any:
        """What it says of a note; what cannot be worked out (a division by nothing) says no."""
        try:
            return eval(self.code, {"__builtins__": {}, **_CALLS}, dict(words))
        except (ArithmeticError, TypeError, ValueError):
            return False
