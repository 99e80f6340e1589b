"""The mini-notation against what Strudel answered: tests/oracle/mini.json, by benchmarks/oracle/make.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from livecode.language import Fraction, mini

ORACLE = Path(__file__).parent.parent / "oracle"
SPANS = [(Fraction(cycle), Fraction(cycle + 1)) for cycle in range(6)] + [(Fraction(1, 3), Fraction(17, 8))]
ANSWERS = [(text, answer) for text, answer in json.loads((ORACLE / "mini.json").read_text())]
DIFFERENCES: dict[str, Any] = json.loads((ORACLE / "differences.json").read_text())
AGREED = [(text, answer) for text, answer in ANSWERS if isinstance(answer, list) and text not in DIFFERENCES]
Row = tuple[str, Fraction, Fraction, Fraction, Fraction]


def written(value: Any) -> str:
    return repr(float(value)) if isinstance(value, int | float) else repr(value)


def from_json(rows: list[list[Any]]) -> list[Row]:
    found = []
    for row in rows:
        begin, end, *part, value = row
        first, last = part or (begin, end)
        found.append((written(value), Fraction(begin), Fraction(end), Fraction(first), Fraction(last)))
    return joined(found)


def answered(text: str, begin: Fraction, end: Fraction) -> list[Row]:
    found = []
    for event in mini(text).query(begin, end):
        assert event.whole is not None
        whole, part = event.whole, event.part
        found.append((written(event.value), whole.begin, whole.end, part.begin, part.end))
    return joined(found)


def joined(rows: list[Row]) -> list[Row]:
    """Sorted, fragments of one event that touch put together: where an event is cut is nobody's claim."""
    out: list[Row] = []
    for row in sorted(rows):
        if out and out[-1][:3] == row[:3] and out[-1][4] == row[3]:
            out[-1] = (*out[-1][:4], row[4])
        else:
            out.append(row)
    return out


@pytest.mark.parametrize(("text", "answer"), AGREED, ids=[text for text, _ in AGREED])
def test_agrees_with_strudel(text: str, answer: list[Any]) -> None:
    for (begin, end), rows in zip(SPANS, answer, strict=True):
        assert answered(text, begin, end) == from_json(rows), f"from {begin} to {end}"


@pytest.mark.parametrize("text", DIFFERENCES)
def test_differs_from_strudel_for_a_reason(text: str) -> None:
    _reason, rows = DIFFERENCES[text]
    assert answered(text, Fraction(0), Fraction(1)) == from_json(rows)
    theirs = dict(ANSWERS)[text]
    assert any(answered(text, *span) != from_json(rows) for span, rows in zip(SPANS, theirs, strict=True))


def test_differences_are_few() -> None:
    assert len(AGREED) > 550
    assert len(DIFFERENCES) <= len(ANSWERS) / 40
