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
    entry = _entry_of(thing)
    return "" if entry is None else str(entry.signature)


def _entry_of(thing: Any, name: str = "") -> Any:
    """What the language knows of one of its functions or signals, None of anything else."""
    registry = sys.modules.get("livecode.language.registry")
    if registry is None:
        return None
    entry = registry.REGISTRY.get(getattr(thing, "__name__", "") or name)
    if entry is None:
        return None
    own = thing in (entry.definition, entry.exported) if callable(thing) else thing is entry.exported
    return entry if own or getattr(thing, "__wrapped__", None) is entry.definition else None


def forms(entry: Any) -> list[str]:
    """How a function of the language is typed, the method first: [".fast(factor)", "fast(factor, pattern)"].

    >>> from livecode.language import REGISTRY
    >>> forms(REGISTRY["fast"]), forms(REGISTRY["stack"]), forms(REGISTRY["sine"])
    (['.fast(factor)', 'fast(factor, pattern)'], ['stack(*patterns)'], ['sine'])
    """
    if entry.method is None:
        return [entry.signature]
    inside = entry.signature.partition("(")[2].rstrip(")")
    needed = [part for part in inside.split(", ") if part and "=" not in part and not part.startswith("*")]
    return [f".{entry.method}({inside})", f"{entry.name}({', '.join([*needed, 'pattern'])})"]


def _entry_page(entry: Any) -> str:
    """The page of a function of the language: its forms, its text, and what its examples play."""
    from livecode.language.registry import REGISTRY
    from livecode.pictures.examples import examples
    from livecode.pictures.strip import strip_text

    method, *rest = forms(entry)
    parts = [entry.signature, textwrap.indent("\n".join([method, *rest]), "  ") if rest else ""]
    parts.append(textwrap.indent(inspect.cleandoc(entry.doc), "  "))
    try:
        shown = examples(entry.doc)
    except Exception:
        # Help must show the text even where an example needs what is not there.
        shown = []
    for example in shown:
        where = f"cycle {example.begin}"
        if example.end > example.begin + 1:
            where = f"cycles {example.begin} to {example.end - 1}"
        picture = strip_text(example.events, example.begin, example.end)
        parts.append(textwrap.indent(f"{example.code}   {where}\n{picture}", "  "))
    also = f"also called {', '.join(entry.aliases)}; " if entry.aliases else ""
    near = [each.name for each in REGISTRY.values() if each.family == entry.family and each is not entry]
    alike = sorted(near, key=lambda name: (-_shared(name, entry.name), name))[:6]
    if alike:
        also += f"see also {', '.join(alike)} ({entry.family})"
    parts.append(f"  {also}" if also else "")
    return "\n\n".join(part for part in parts if part)


def _shared(one: str, two: str) -> int:
    """How many characters two names begin with alike."""
    return next((place for place, (a, b) in enumerate(zip(one, two)) if a != b), min(len(one), len(two)))


def page(name: str, thing: Any) -> str:
    """The whole documentation: how to call it, then its text.

    >>> print(page("meaning", meaning).split("\\n")[0])
    meaning(thing)
    """
    entry = _entry_of(thing, name)
    if entry is not None and entry.family != "controls":
        return _entry_page(entry)
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
