"""From a spec to the composer by rules that it describes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from livecode.errors import GeneratorError
from livecode.generators.generator import Generator, Spec


def from_spec(spec: Spec) -> Generator:
    """The composer of a spec's form."""
    form = str(spec.get("form", ""))
    if form not in FORMS:
        raise GeneratorError(f"no composer by rules makes {form!r}: there are {', '.join(FORMS)}")
    asked = {name: value for name, value in spec.items() if name not in ("kind", "form")}
    made: Generator = FORMS[form](**asked)
    return made


def _harmoniser(**asked: Any) -> Generator:
    from livecode.generators.rules.harmoniser import Harmoniser

    return Harmoniser(**asked)


def _species(**asked: Any) -> Generator:
    from livecode.generators.rules.species import Species

    return Species(**asked)


def _melody(**asked: Any) -> Generator:
    from livecode.generators.rules.melody import Melody

    hard = tuple(asked.pop("hard", ()))
    soft = tuple((str(text), float(weight)) for text, weight in asked.pop("soft", ()))
    return Melody(hard=hard, soft=soft, **asked)


def _canon(**asked: Any) -> Generator:
    from livecode.generators.rules.canons import Canon

    return Canon(**asked)


def _figured(**asked: Any) -> Generator:
    from livecode.generators.rules.figured import Figured

    bass = tuple((int(pitch), str(figure)) for pitch, figure in asked.pop("bass", ()))
    return Figured(bass=bass, figures=tuple(asked.pop("figures", ())), **asked)


FORMS: dict[str, Callable[..., Any]] = {
    "harmonise": _harmoniser,
    "counterpoint": _species,
    "melody": _melody,
    "canon": _canon,
    "figured_bass": _figured,
}
