"""The table of public names is complete, says what each name is for, and shadows nothing of Python's."""

from __future__ import annotations

import builtins
import keyword
from collections import Counter
from pathlib import Path

import outside
import pytest

import livecode
from livecode.names import table

ROOT = Path(__file__).parent.parent


def test_the_table_is_what_the_functions_say() -> None:
    tool = outside.module("tools/names.py")
    assert tool.TABLE.read_text(encoding="utf-8") == tool.text(), "run: python tools/names.py --write"


def test_no_name_stands_in_the_table_twice() -> None:
    lines = (ROOT / "livecode" / "names.tsv").read_text(encoding="utf-8").splitlines()
    assert [name for name, count in Counter(line.split("\t")[0] for line in lines).items() if count > 1] == []


def test_no_two_names_have_one_meaning() -> None:
    names = [name for name in table().values() if not name.meaning.startswith("another name of")]
    meanings = Counter(name.meaning for name in names)
    assert [meaning for meaning, count in meanings.items() if count > 1] == []


@pytest.mark.parametrize("name", list(table()))
def test_a_name_shadows_nothing_and_has_a_meaning(name: str) -> None:
    assert not hasattr(builtins, name) and not keyword.iskeyword(name)
    assert table()[name].meaning


def test_every_name_can_be_fetched() -> None:
    for name in livecode.__all__:
        assert getattr(livecode, name) is not None
