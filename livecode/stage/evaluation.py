"""An evaluation: one block of code, entered or saved, with all that it wishes for.

Nothing it wishes happens before it has succeeded. Then everything happens together, as one step that can be
undone as one.
"""

from __future__ import annotations

import ast
import linecache
import sys
import textwrap
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING

from livecode.stage.faults import is_users
from livecode.stage.prepare import Prepared
from livecode.stage.protocol import Playable
from livecode.stage.scene import Draft

if TYPE_CHECKING:
    from livecode.stage.machinery import Machinery


@dataclass(eq=False)
class Evaluation:
    """What is being evaluated: whose session, its text, where it came from, and its wishes so far."""

    session: Machinery
    source: str
    name: str
    file: str | None = None
    draft: Draft = field(default_factory=Draft)
    extras: list[list[Playable]] = field(default_factory=list)
    prepared: list[tuple[int, int, Prepared]] = field(default_factory=list)
    count_in: int = 0
    seed: int = 0


@dataclass(frozen=True)
class Forced:
    """What the journal says of something that is done again: when it took effect, and its chance.

    `cycle` is when it was done, `swaps` by slot when that took effect, `begin` that of notes played once,
    `count_in` where counting began. `unchecked`: it was good the first time.
    """

    seed: int = 0
    cycle: float = 0.0
    swaps: Mapping[int, float] = field(default_factory=dict)
    begin: float | None = None
    count_in: float | None = None
    unchecked: bool = False


FORCED: ContextVar[Forced | None] = ContextVar("livecode_forced", default=None)
EVALUATION: ContextVar[Evaluation | None] = ContextVar("livecode_evaluation", default=None)


def users_frame() -> FrameType | None:
    """The innermost frame that runs the performer's own code."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and not is_users(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def statement_at(name: str, line: int, source: str | None = None) -> str:
    """The text of the innermost statement around a line of a source.

    >>> statement_at("x", 2, "for k in (1, 2):\\n    d1 >> f(\\n        k)\\n")
    'd1 >> f(\\n    k)'
    """
    text = source if source is not None else "".join(linecache.getlines(name))
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return ""
    best: ast.stmt | None = None
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno):
            size = (node.end_lineno or node.lineno) - node.lineno
            if best is None or size <= (best.end_lineno or best.lineno) - best.lineno:
                best = node
    if best is None:
        return ""
    rows = text.splitlines()[best.lineno - 1 : best.end_lineno]
    if len(rows) == 1:
        return ast.get_source_segment(text, best) or rows[0].strip()
    return textwrap.dedent("\n".join(rows)).rstrip()


def calling_text() -> str:
    """The statement of the performer's that is being executed, "" when it cannot be found."""
    frame = users_frame()
    if frame is None:
        return ""
    name = frame.f_code.co_filename
    evaluation = EVALUATION.get()
    source = evaluation.source if evaluation is not None and evaluation.name == name else None
    return statement_at(name, frame.f_lineno, source)
