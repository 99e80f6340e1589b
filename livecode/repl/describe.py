"""Documentation of anything that has a name: one line for lists, the whole for `?name` and `help(name)`."""

from __future__ import annotations

import inspect
import sys
import textwrap
from typing import Any


def meaning(thing: Any) -> str:
    """The first line of what a thing says about itself, or "".

    >>> meaning(len)
    'Return the number of items in a container.'
    """
    if isinstance(thing, (int, float, str, list, tuple, dict, set)):
        return f"{type(thing).__name__} {_short(thing)}"
    try:
        text = inspect.getdoc(thing)
    except Exception:
        # A property of the performer's own object may raise anything; a list of names must not.
        return ""
    return (text or "").strip().split("\n", 1)[0].strip()


def signature(thing: Any, name: str = "") -> str:
    """How to call a thing, without annotations: `every(n, change, pattern)`; "" when it is not callable.

    >>> signature(signature)
    "signature(thing, name='')"
    """
    if not callable(thing):
        return ""
    registered = _registered(thing)
    if registered:
        return registered
    try:
        found = inspect.signature(thing)
    except (TypeError, ValueError):
        return ""
    parameters = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in found.parameters.values()
        if not parameter.name.startswith("_")
    ]
    try:
        plain = found.replace(parameters=parameters, return_annotation=inspect.Signature.empty)
    except ValueError:
        return ""
    return f"{name or getattr(thing, '__name__', '')}{plain}"


def _registered(thing: Any) -> str:
    """A function of the language as it is typed: without the pattern that it is called on."""
    registry = sys.modules.get("livecode.language.registry")
    entry = registry.REGISTRY.get(getattr(thing, "__name__", "")) if registry is not None else None
    if entry is None or getattr(thing, "__wrapped__", thing) is not entry.definition:
        return ""
    return str(entry.signature)


def page(name: str, thing: Any) -> str:
    """The whole documentation: how to call it, then its text.

    >>> print(page("meaning", meaning).split("\\n")[0])
    meaning(thing)
    """
    head = signature(thing, name) or f"{name}: {_short(thing)}"
    try:
        text = inspect.getdoc(thing) or ""
    except Exception:
        text = ""
    if isinstance(thing, (int, float, str, list, tuple, dict, set)):
        # A plain value would show the documentation of its type, which says nothing about it.
        text = ""
    return head if not text else f"{head}\n\n{textwrap.indent(text.strip(), '  ')}"


def _short(thing: Any) -> str:
    try:
        text = " ".join(repr(thing).split())
    except Exception:
        text = f"<{type(thing).__name__}>"
    return text if len(text) <= 72 else text[:69] + "..."
