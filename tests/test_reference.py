"""The reference: as the docstrings are, with a picture of what every example plays."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from types import ModuleType

import outside
import pytest

import livecode.language as language
from livecode.language import REGISTRY
from livecode.pictures.examples import examples
from livecode.pictures.strip import lanes, strip, strip_text
from livecode.repl.describe import page

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    return outside.module("tools/reference.py")


def test_the_reference_is_as_the_docstrings_are(reference: ModuleType) -> None:
    assert reference.differing() == [], "run python tools/reference.py --write"


def test_every_function_is_in_it_with_a_picture(reference: ModuleType) -> None:
    assert {entry.family for entry in REGISTRY.values()} == set(reference.FAMILIES)
    pages = reference.pages()
    for name, entry in REGISTRY.items():
        if entry.family == "controls":
            assert f"| `{name}` |" in pages["controls.md"] or f"## {name}\n" in pages["controls.md"]
            continue
        assert f"## {name}\n" in pages[f"{entry.family}.md"]
        if name not in ("form", "again"):
            assert any(picture.startswith(f"pictures/{name}") for picture in pages), f"{name} has no picture"


def test_a_page_of_help_shows_how_to_type_it_what_it_does_and_what_it_plays() -> None:
    text = page("every", language.every)
    assert text.startswith("every(count, function, offset=0)")
    assert ".every(count, function, offset=0)" in text and "every(count, function, pattern)" in text
    assert "Apply a function in the first of every so many cycles." in text
    assert "|1              |0              |0              |1              |" in text
    assert "also called first_of; see also" in text


@pytest.mark.parametrize("name", ["add", "sine", "stack", "loop", "euclid"])
def test_help_knows_operators_signals_constructors_and_loops(name: str) -> None:
    text = page(name, getattr(language, name))
    assert REGISTRY[name].signature in text
    assert "cycle" in text and ("|" in text or "▁" in text)


def test_a_strip_keeps_overlapping_events_apart_and_marks_fragments() -> None:
    events = language.mini("[a, b*2]/2 c").query(0, 1)
    for lane in lanes(events):
        assert all(one.part.end <= two.part.begin for one, two in pairwise(lane))
    assert len(strip(events, 0, 1).shapes) > len(events)
    assert strip_text(language.mini("a/2").query(1, 2), 1, 2, 8) == ".a      |"
    assert strip_text([], 0, 1) == "(silence)"


def test_examples_give_the_pattern_they_ask() -> None:
    found = examples(">>> x = mini('a b')\n>>> [e.value for e in x.fast(2).query(1, 3)]\n[...]")
    assert [(each.code, each.begin, each.end) for each in found] == [("x.fast(2)", 1, 3)]
    assert len(found[0].events) == 8
