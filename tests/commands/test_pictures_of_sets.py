"""The picture beside a render shows the sections of the set's form."""

from __future__ import annotations

from types import SimpleNamespace

from livecode.commands.render import sections


def performance(cycles, **names):
    return SimpleNamespace(cycles=cycles, names=names)


def test_sections_repeat_until_the_end():
    form = SimpleNamespace(sections={"intro": 2, "groove": 4})
    found = [(each.begin, each.end, each.name) for each in sections(performance(9, tempo=120, song=form))]
    assert found == [(0, 2, "intro"), (2, 6, "groove"), (6, 8, "intro"), (8, 9, "groove")]


def test_a_set_without_a_form_has_none():
    assert sections(performance(9, sections=["no"], x=SimpleNamespace(sections={}))) == []
