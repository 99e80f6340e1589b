"""From a spec to the composer by rules that it describes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from livecode.errors import GeneratorError
from livecode.generators.generator import Generator, Spec


def from_spec(spec: Spec) -> Generator:
    """The composer of a spec's form."""
    forms: dict[str, Callable[..., Any]] = {"harmonise": _harmoniser}
    form = str(spec.get("form", ""))
    if form not in forms:
        raise GeneratorError(f"no composer by rules makes {form!r}: there are {', '.join(forms)}")
    asked = {name: value for name, value in spec.items() if name not in ("kind", "form")}
    made: Generator = forms[form](**asked)
    return made


def _harmoniser(**asked: Any) -> Generator:
    from livecode.generators.rules.harmoniser import Harmoniser

    return Harmoniser(**asked)
