"""Takes that have left the stage are kept for undo, but not what they once answered.

>>> from livecode.language import mini
>>> pattern = mini("bd*16").fast(2)
>>> _ = pattern.query(0, 1), pattern.query(1, 2)
>>> rest(pattern)
>>> len(pattern.query(0, 1))
32
"""

from __future__ import annotations

import gc
from functools import partial
from types import CellType, FunctionType, MethodType
from typing import Any

from livecode.language.pattern import Pattern

_FOLLOWED = (Pattern, FunctionType, CellType, MethodType, partial, tuple, list)
MOST = 5000
"""Objects looked at: what a line of code makes is a hundredth of that."""


def rest(pattern: Pattern) -> None:
    """Forget the kept answers of a pattern and of those it is made of; asked again, they answer the same."""
    waiting: list[Any] = [pattern]
    seen = {id(pattern)}
    while waiting and len(seen) < MOST:
        each = waiting.pop()
        if isinstance(each, Pattern):
            each.forget_answers()
        for other in gc.get_referents(each):
            if isinstance(other, _FOLLOWED) and id(other) not in seen:
                seen.add(id(other))
                waiting.append(other)
