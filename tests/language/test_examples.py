"""Every example in a docstring of the language runs and says what it says."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import livecode.language as language
from livecode.language import REGISTRY

NAMES = {name: getattr(language, name) for name in language.__all__}
PARSER = doctest.DocTestParser()
MODULES = [
    name for _, name, _ in pkgutil.walk_packages(language.__path__, "livecode.language.") if "__" not in name
]


def run(text: str, names: dict[str, object], where: str) -> int:
    said: list[str] = []
    test = PARSER.get_doctest(text, dict(names), where, None, 0)
    result = doctest.DocTestRunner().run(test, out=said.append)
    assert not result.failed, "".join(said)
    return result.attempted


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_example_of_a_function(name: str) -> None:
    entry = REGISTRY[name]
    assert entry.meaning, f"{name} says nothing of what it does"
    attempted = run(entry.doc, NAMES, name)
    if entry.family not in ("controls", "signals", "values"):
        assert attempted, f"{name} has no example"


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module(name: str) -> None:
    module = importlib.import_module(name)
    for found in doctest.DocTestFinder(recurse=True).find(module):
        if found.examples:
            run(found.docstring, {**NAMES, **vars(module)}, found.name)


@pytest.mark.parametrize("name", sorted(n for n, e in REGISTRY.items() if "```python" in e.doc))
def test_code_in_help_runs(name: str) -> None:
    for block in REGISTRY[name].doc.split("```python\n")[1:]:
        eval(block.split("```")[0].strip(), dict(NAMES))
