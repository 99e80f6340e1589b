"""A call that does not fit its function, told by the function's own form.

>>> def swell(amount, over=4): pass
>>> try:
...     swell(1, ovr=2)
... except TypeError as error:
...     misfit(error)
"swell takes no 'ovr': did you mean 'over'? It is swell(amount, over=4)"
"""

from __future__ import annotations

import ast
import inspect
import linecache
import re
import sys
from collections.abc import Callable, Mapping
from types import FrameType, TracebackType
from typing import Any

from livecode.errors import LivecodeError, nearest
from livecode.language.registry import Shape, values

_UNEXPECTED = re.compile(r"([\w.<>]+)\(\) got an unexpected keyword argument '(\w+)'")
_MISSING = re.compile(r"([\w.<>]+)\(\) missing \d+ required [\w-]+ arguments?: (.+)")
_TOO_MANY = re.compile(r"([\w.<>]+)\(\) takes .* positional arguments? but (\d+) (?:was|were) given")
_TWICE = re.compile(r"([\w.<>]+)\(\) got multiple values for argument '(\w+)'")
_NO_FUNCTION = re.compile(r"'([\w.]+)' object is not callable")
_SHOWN_METHODS = 6
_UNFIT = (TypeError, ValueError, LookupError, ArithmeticError)


def misfit(error: BaseException) -> str | None:
    """What a call was given that its function does not take, and the function's form; None for all else."""
    if not isinstance(error, _UNFIT) or isinstance(error, LivecodeError) or error.__traceback__ is None:
        return None
    try:
        told = _told(str(error), error.__traceback__) if type(error) is TypeError else None
        return told or _unfit(error.__traceback__)
    except Exception:
        # What stands in the performer's code may be anything; Python's own words are there in any case.
        return None


def _told(said: str, trace: TracebackType) -> str | None:
    told = ((_UNEXPECTED, _unexpected), (_MISSING, _missing), (_TOO_MANY, _many), (_TWICE, _twice))
    for form, tell in told:
        found = form.fullmatch(said)
        if found is not None:
            called = _called(trace, found[1])
            return None if called is None else tell(called, found[2])
    return _no_function(trace) if _NO_FUNCTION.fullmatch(said) else None


def _unfit(trace: TracebackType) -> str | None:
    """A value that a function of the language stumbled over: nobody needs to know over what in it."""
    last = trace
    while last.tb_next is not None:
        last = last.tb_next
    if not last.tb_frame.f_globals.get("__name__", "").startswith("livecode.language."):
        return None
    frame, typed = _innermost(trace)
    if typed is None or frame is last.tb_frame:
        return None
    called = _called(trace, None)
    if called is None or not called.language:
        return None
    return f"{called.typed} cannot take what it was given: it is {called.form}, and ?{called.typed} shows how"


class _Called:
    """A function that was called: the name typed, its parameters, and its form as help shows it."""

    def __init__(self, typed: str, function: Callable[..., Any], bound: bool) -> None:
        shape = Shape(function, drop_first=bound)
        self.language = (function.__module__ or "").startswith("livecode.language.")
        self.typed, self.bound, self.names, self.positional = typed, bound, shape.names, shape.positional
        self.form = typed + shape.shown[shape.shown.index("(") :]


def _unexpected(called: _Called, keyword: str) -> str:
    from livecode.language.pattern import Pattern

    near = nearest(keyword, called.names)
    if near is None and called.language and hasattr(Pattern, keyword):
        return f"{called.typed} takes no {keyword!r}: write .{keyword}(...) after it"
    if near is None:
        return f"{called.typed} takes no {keyword!r}: it is {called.form}"
    return f"{called.typed} takes no {keyword!r}: did you mean {near!r}? It is {called.form}"


def _missing(called: _Called, names: str) -> str:
    return f"{called.typed} needs {names.replace(chr(39), '')}: it is {called.form}"


def _many(called: _Called, count: str) -> str:
    takes, given = len(called.positional), int(count) - called.bound
    return f"{called.typed} takes {values(takes)}, not {given}: it is {called.form}"


def _twice(called: _Called, name: str) -> str:
    return f"{called.typed} was given {name} twice: it is {called.form}"


def _no_function(trace: TracebackType) -> str | None:
    frame, typed = _innermost(trace)
    if not isinstance(typed, ast.Name):
        return None
    thing = _names(frame).get(typed.id)
    if not type(thing).__module__.startswith("livecode."):
        return f"{typed.id} is {thing!r:.40}, not a function: write it without brackets"
    if hasattr(thing, "query"):
        return f"{typed.id} is a {type(thing).__name__.lower()}, not a function: write it without brackets"
    methods = [name for name in dir(thing) if name[0] != "_" and callable(getattr(type(thing), name, None))]
    shown = ", ".join(f"{typed.id}.{name}" for name in methods[:_SHOWN_METHODS])
    return f"{typed.id} is not a function: there is {shown}" if shown else None


def _called(trace: TracebackType, said: str | None) -> _Called | None:
    """The function that an error calls so (None: any), found by what stands in the line that called it."""
    frame, typed = _innermost(trace)
    # In code whose text nobody has the name in the error must do.
    given = said or ""
    name = (
        typed.id if isinstance(typed, ast.Name) else typed.attr if isinstance(typed, ast.Attribute) else given
    )
    plainly = None if isinstance(typed, ast.Attribute) else _names(frame).get(name)
    # A method that begins a line of its own has lost what stood before its dot.
    for function, bound in ((plainly, inspect.ismethod(plainly)), (_method(given or name, name), True)):
        if not callable(function):
            continue
        plain = inspect.unwrap(function)
        if said in (None, getattr(plain, "__qualname__", None)) and hasattr(plain, "__code__"):
            return _Called(name, plain, bound)
    return None


def _method(said: str, typed: str) -> Any:
    """A method of one of livecode's classes by its name in an error: `Stream.in_scale`, or `cutoff`."""
    from livecode.language.pattern import Pattern

    owner, _, name = said.rpartition(".")
    if not owner:
        return getattr(Pattern, typed, None)
    for module in [each for key, each in sys.modules.items() if key.startswith("livecode.")]:
        kind = getattr(module, owner, None)
        if isinstance(kind, type):
            return inspect.getattr_static(kind, name, None)
    return None


def _names(frame: FrameType) -> Mapping[str, Any]:
    return {**frame.f_globals, **frame.f_locals}


def _innermost(trace: TracebackType) -> tuple[FrameType, ast.expr | None]:
    """The performer's innermost frame, else the innermost of all, and what stands before the brackets."""
    from livecode.stage.faults import is_users

    steps = [trace]
    while (following := steps[-1].tb_next) is not None:
        steps.append(following)
    users = [each for each in steps if is_users(each.tb_frame.f_code.co_filename)]
    chosen = (users or steps)[-1]
    return chosen.tb_frame, _before_brackets(chosen)


def _before_brackets(trace: TracebackType) -> ast.expr | None:
    places = list(trace.tb_frame.f_code.co_positions())
    line, end_line, column, end_column = places[trace.tb_lasti // 2]
    lines = linecache.getlines(trace.tb_frame.f_code.co_filename, trace.tb_frame.f_globals)
    if line is None or end_line is None or column is None or end_column is None or end_line > len(lines):
        return None
    text = [each.encode() for each in lines[line - 1 : end_line]]
    text[-1] = text[-1][:end_column]
    text[0] = text[0][column:]
    try:
        found = ast.parse(b"(" + b"".join(text) + b")", mode="eval").body
    except SyntaxError:
        return None
    return found.func if isinstance(found, ast.Call) else None
