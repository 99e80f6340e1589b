"""An error as the performer sees it: one line, and a caret in the text that was typed.

>>> sources = {"<prompt 1>": "d1 >> revv"}
>>> try:
...     exec(compile("d1 >> revv", "<prompt 1>", "exec"), {"d1": 1, "rev": 2})
... except NameError as error:
...     fault = read(error, sources.get, {"d1": 1, "rev": 2})
>>> fault.message, fault.column, fault.width
("no name 'revv': did you mean 'rev'?", 6, 4)
"""

from __future__ import annotations

import ast
import linecache
import os
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from types import TracebackType

from livecode.errors import LivecodeError, NameUnknown, NotationError, one_line
from livecode.stage.accents import instead
from livecode.stage.faults import is_users
from livecode.stage.misfits import misfit
from livecode.stage.unknown import unknown, unknown_method

Sources = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong, and where in the text: line from 1 (0: nowhere in it), column from 0, width."""

    message: str
    line: int = 0
    column: int = 0
    width: int = 1
    text: str = ""
    file: str = ""

    def located(self, line: int = 0) -> str:
        """The message after its file and line, for code that is not on the screen.

        >>> Fault("no name 'x'", 2, 0, 1, "x", "rain.py").located()
        "rain.py line 2: no name 'x'"
        """
        if not self.line:
            return self.message
        return f"{self.file} line {line or self.line}: {self.message}".lstrip()

    def caret(self) -> str:
        """Spaces and carets to print under `text`."""
        typed = self.text[: self.column]
        before = "".join("\t" if letter == "\t" else " " * _cells(letter) for letter in typed)
        marked = self.text[self.column : self.column + self.width]
        return before + "^" * max(1, sum(_cells(letter) for letter in marked))


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch of source: lines from 1, columns from 0 in characters."""

    line: int
    column: int
    end_line: int
    end_column: int


def read(
    error: BaseException, source_of: Sources, names: Iterable[str], sounds: Collection[str] = ()
) -> Fault:
    """Find the place in the performer's own text that an error is about, and say it in one line.

    `source_of` gives the text compiled under a name, None for code that is not the performer's; `names`
    are those that could have been meant, `sounds` what `s("...")` plays.
    """
    if isinstance(error, SyntaxError) and error.filename:
        text = source_of(error.filename)
        if text is not None:
            return _syntax(error, text, names)
    message = _message(error, names, sounds)
    found = _place(error.__traceback__, source_of)
    if found is None:
        return Fault(message)
    file, source, span = found
    narrowed = _narrowed(error, source, span)
    if isinstance(error, NotationError) and narrowed is not span:
        # The caret says where, so the words need not.
        message = f"{error.problem}: {error.cure}"
    span = narrowed
    lines = source.split("\n")
    text = lines[span.line - 1] if span.line <= len(lines) else ""
    end = span.end_column if span.end_line == span.line else len(text.rstrip())
    return Fault(message, span.line, span.column, max(1, end - span.column), text, _file(file))


def user_source(name: str) -> str | None:
    """The text of a file of the performer's, None for livecode's own, Python's and unreadable ones."""
    if name.startswith("<") or not is_users(name):
        return None
    return "".join(linecache.getlines(name)) or None


def _file(name: str) -> str:
    return "" if name.startswith("<") else os.path.basename(name)


def _message(error: BaseException, names: Iterable[str], sounds: Collection[str]) -> str:
    if isinstance(error, LivecodeError):
        return one_line(error)
    if isinstance(error, NameError) and error.name:
        return unknown(error.name, names, sounds)
    if isinstance(error, AttributeError):
        return unknown_method(error)
    if isinstance(error, RecursionError):
        return "RecursionError: something calls itself without end"
    return misfit(error) or one_line(error)


def _syntax(error: SyntaxError, source: str, names: Iterable[str]) -> Fault:
    lines = source.split("\n")
    line = min(max(error.lineno or 1, 1), len(lines))
    text = lines[line - 1]
    column = min(max((error.offset or 1) - 1, 0), len(text))
    same = error.end_lineno == error.lineno and error.end_offset is not None
    width = error.end_offset - 1 - column if same and error.end_offset else 1
    width = max(1, min(width, len(text) - column))
    message = " ".join((error.msg or "cannot be read").split())
    # Python's own hints about the place: the caret shows it.
    message = re.sub(r" \((<[^)]*|detected at line \d+)\)", "", message)
    kind = "indentation" if isinstance(error, IndentationError) else "syntax"
    cure = instead(text, set(names))
    if cure is not None:
        message = f"write {cure}"
    return Fault(f"{kind} error: {message}", line, column, width, text, _file(error.filename or ""))


def _place(trace: TracebackType | None, source_of: Sources) -> tuple[str, str, _Span] | None:
    """The innermost frame that runs the performer's text, and the expression it is at."""
    found = None
    while trace is not None:
        code = trace.tb_frame.f_code
        source = source_of(code.co_filename)
        if source is not None:
            positions = list(code.co_positions())
            place = positions[trace.tb_lasti // 2] if trace.tb_lasti // 2 < len(positions) else None
            line, end_line, column, end_column = place or (None, None, None, None)
            line = line or trace.tb_lineno or 1
            first = _characters(source, line, column or 0)
            last = _characters(source, end_line or line, end_column or 0)
            found = code.co_filename, source, _Span(line, first, end_line or line, last)
        trace = trace.tb_next
    return found


def _narrowed(error: BaseException, source: str, span: _Span) -> _Span:
    """The part of an expression that is to blame: the attribute, the word in a string, the column."""
    if isinstance(error, AttributeError) and error.name:
        width = len(error.name)
        if span.end_column >= width:
            return _Span(span.end_line, span.end_column - width, span.end_line, span.end_column)
    if isinstance(error, NotationError):
        return _in_string(source, span, error.text, error.column, 1, whole=True) or span
    if isinstance(error, NameUnknown) and isinstance(error.name, str) and error.name:
        return _in_string(source, span, error.name, 0, len(error.name), whole=False) or span
    return span


def _in_string(source: str, span: _Span, wanted: str, column: int, width: int, whole: bool) -> _Span | None:
    """Where a text stands inside the string literals of an expression, innermost call first."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    literals = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.end_lineno == node.lineno:
            place = _literal(source, node, wanted, whole)
            if place is not None:
                inside = (span.line, span.column) <= (node.lineno, place) <= (span.end_line, span.end_column)
                literals.append((not inside, abs(node.lineno - span.line), node.lineno, place))
    if not literals:
        return None
    *_, line, place = min(literals)
    return _Span(line, place + column, line, place + column + width)


def _literal(source: str, node: ast.Constant, wanted: str, whole: bool) -> int | None:
    """The column at which the wanted text begins within one string literal, or None."""
    lines = source.split("\n")
    begin = _characters(source, node.lineno, node.col_offset)
    end = _characters(source, node.lineno, node.end_col_offset or 0)
    written = lines[node.lineno - 1][begin:end]
    if whole and node.value != wanted:
        return None
    if whole:
        at = written.find(wanted)
    else:
        match = re.search(rf"(?<![\w'-]){re.escape(wanted)}(?![\w'-])", written)
        at = match.start() if match else -1
    return begin + at if at >= 0 else None


def _characters(source: str, line: int, offset: int) -> int:
    """Python counts columns in bytes of UTF-8; people count characters."""
    lines = source.split("\n")
    if not 0 < line <= len(lines):
        return 0
    return len(lines[line - 1].encode()[:offset].decode(errors="ignore"))


def _cells(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
