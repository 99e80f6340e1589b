"""Whatever a Tidal or Strudel performer types is here, or stands in a table with what to type or why not.

tests/oracle/names.json is what they export (benchmarks/oracle/names.py), absent.tsv what is not here under
its name: a word to type instead, or in brackets one of the reasons that docs/differences.md explains.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import livecode.language as language
from livecode.language import Pattern

TESTS = Path(__file__).parent.parent
THEIRS: dict[str, list[str]] = json.loads((TESTS / "oracle" / "names.json").read_text())
ABSENT = dict(line.split("\t") for line in (TESTS / "oracle" / "absent.tsv").read_text().splitlines())
TABLE = (TESTS.parent / "livecode" / "names.tsv").read_text().splitlines()
HERE = {line.split("\t")[0] for line in TABLE} | {name for name in dir(Pattern) if name[0] != "_"}
HERE |= set(language.__all__)
DIFFERENCES = (TESTS.parent / "docs" / "differences.md").read_text()


def plain(name: str) -> str:
    return re.sub(r"[_']", "", name).lower()


SPELLED = {plain(name) for name in HERE}


@pytest.mark.parametrize("where", THEIRS)
def test_every_name_of_theirs_is_here_or_accounted_for(where: str) -> None:
    unknown = [name for name in THEIRS[where] if plain(name) not in SPELLED and name not in ABSENT]
    assert not unknown


def test_what_is_said_to_be_absent_is_theirs_and_not_here() -> None:
    everything = {name for names in THEIRS.values() for name in names}
    assert ABSENT.keys() <= everything
    assert not [name for name in ABSENT if plain(name) in SPELLED]


@pytest.mark.parametrize("reason", sorted({text for text in ABSENT.values() if text[0] == "("}))
def test_a_reason_stands_in_the_differences(reason: str) -> None:
    assert f"| {reason} |" in DIFFERENCES


@pytest.mark.parametrize("word", sorted({text for text in ABSENT.values() if text[0] not in "(^"}))
def test_what_to_type_instead_is_here(word: str) -> None:
    known = {*SPELLED, "python", "list"}
    assert any(plain(each) in known for each in re.findall(r"\w+", word)), word
