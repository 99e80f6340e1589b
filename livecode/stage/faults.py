"""What went wrong, told to a musician: one line, at the place where it was typed.

>>> fault = ValueError("no")
>>> explain(fault)
'ValueError: no'
"""

from __future__ import annotations

import linecache
import logging
import sysconfig
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from livecode.errors import one_line
from livecode.stage.accents import instead
from livecode.stage.misfits import misfit
from livecode.stage.unknown import unknown, unknown_method

_PACKAGE = str(Path(__file__).resolve().parent.parent)
_LIBRARIES = tuple(
    str(Path(place).resolve())
    for key, place in sysconfig.get_paths().items()
    if key in ("stdlib", "platstdlib", "purelib", "platlib")
)
_typed: set[str] = set()
_LONGEST = 400


def remember_source(name: str, source: str) -> None:
    """Make the lines of code that was never in a file known to tracebacks."""
    _typed.add(name)
    lines = source.splitlines(keepends=True)
    linecache.cache[name] = (len(source), None, lines, name)


def is_users(filename: str) -> bool:
    """Whether code of that file name was written by the performer."""
    if filename in _typed:
        return True
    if filename.startswith("<"):
        return False
    try:
        place = str(Path(filename).resolve())
    except OSError:
        return False
    return not place.startswith((_PACKAGE, *_LIBRARIES))


def place_of(error: BaseException) -> tuple[str, int] | None:
    """File name and line of the performer's own innermost line, None when it has none in this error.

    A line of what was evaluated comes before a line of a module that it uses.
    """
    if isinstance(error, SyntaxError) and error.filename and is_users(error.filename):
        return error.filename, error.lineno or 1
    evaluated = used = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        name = frame.f_code.co_filename
        if name in _typed:
            evaluated = name, line
        elif is_users(name):
            used = name, line
    return evaluated or used


def explain(error: BaseException) -> str:
    """The error in one line, with file and line where they help.

    A line typed at the prompt needs no place; the third line of a block and a line of a file do.
    """
    text = _cause(error)
    place = place_of(error)
    if place is None:
        return text
    name, line = place
    if name.startswith("<"):
        many = len(linecache.getlines(name)) > 1
        return f"line {line}: {text}" if many else text
    return f"{Path(name).name} line {line}: {text}"


def user_trace(error: BaseException) -> str:
    """The traceback with the performer's own lines only, and the error in one line below it."""
    lines = []
    entries = [each for each in traceback.extract_tb(error.__traceback__) if is_users(each.filename)]
    evaluated = next((place for place, each in enumerate(entries) if each.filename in _typed), 0)
    for entry in entries[evaluated:]:
        name = entry.filename if entry.filename.startswith("<") else Path(entry.filename).name
        lines.append(f"  {name} line {entry.lineno}: {(entry.line or '').strip()}")
    if isinstance(error, SyntaxError) and error.text:
        lines.append(f"  {error.text.rstrip()}")
        if error.offset:
            lines.append("  " + " " * (error.offset - 1) + "^")
    lines.append(_cause(error))
    return "\n".join(lines)


def _cause(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        kind = "indentation" if isinstance(error, IndentationError) else "syntax"
        cure = instead(error.text or "", _public_names())
        return f"{kind} error: write {cure}" if cure else f"{kind} error: {error.msg}"
    if isinstance(error, NameError) and error.name:
        nowhere = "is it defined further down, or in another file?"
        return unknown(error.name, _public_names(), otherwise=nowhere)
    if isinstance(error, AttributeError):
        return unknown_method(error)
    text = misfit(error) or one_line(error)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _public_names() -> list[str]:
    from livecode.names import table

    with suppress(OSError):
        return list(table())
    return []


@dataclass(frozen=True)
class Notice:
    """One line for the performer. `kind` is "fault", "engine" or "info"; `at` is monotonic seconds."""

    text: str
    kind: str = "info"
    slot: int | None = None
    at: float = field(default_factory=time.monotonic)


class Notices:
    """Passes notices on to whoever listens, and keeps the last hundred.

    With nobody listening they go to the `livecode` logger, which prints warnings on standard error.
    """

    def __init__(self) -> None:
        self.kept: deque[Notice] = deque(maxlen=100)
        self._listeners: list[Callable[[Notice], None]] = []
        self._guard = threading.Lock()

    def listen(self, callback: Callable[[Notice], None]) -> None:
        """Call back, from any thread, for every notice to come."""
        with self._guard:
            if callback not in self._listeners:
                self._listeners.append(callback)

    def unlisten(self, callback: Callable[[Notice], None]) -> None:
        """Stop calling back."""
        with self._guard:
            if callback in self._listeners:
                self._listeners.remove(callback)

    def say(self, text: str, kind: str = "info", slot: int | None = None) -> None:
        """Tell the performer one line."""
        line = " ".join(text[: 2 * _LONGEST].split())
        notice = Notice(line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "...", kind, slot)
        self.kept.append(notice)
        with self._guard:
            listeners = list(self._listeners)
        for callback in listeners:
            try:
                callback(notice)
            except Exception:
                # A listener that broke must not take the beat with it.
                logging.getLogger("livecode").exception("a listener of notices failed")
        if not listeners:
            level = logging.INFO if kind == "info" else logging.WARNING
            logging.getLogger("livecode").log(level, "%s", notice.text)
