"""Conformance over odd spans: odd strings, deep expressions, steps, controls and scales, as Strudel answered.

The rows and their answers, tests/oracle/deep.json, come from benchmarks/oracle/deep.py.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import livecode.language as language
from livecode.language import Fraction, Pattern, mini, reify
from livecode.language.notes import note_number

ROWS = json.loads((Path(__file__).parent.parent / "oracle" / "deep.json").read_text())
NAMES = {name: getattr(language, name) for name in language.__all__}
SPANS = [("0", "1"), ("3", "4"), ("10/3", "17/4"), ("28/5", "57/10"), ("11/2", "15/2")]
Row = tuple[str, Fraction, Fraction, Fraction, Fraction]
SAME_CONTROL = {"clip": "legato"}
"""Strudel's names of controls that go by another one here."""


def written(value: Any, control: str = "") -> str:
    if isinstance(value, dict):
        named = {SAME_CONTROL.get(name, name): each for name, each in value.items() if name != "_slices"}
        return repr(sorted((name, written(each, name)) for name, each in named.items()))
    if isinstance(value, list):
        return repr([written(each) for each in value])
    if isinstance(value, str):
        number = note_number(value) if control == "note" else None
        return repr(value) if number is None else written(number)
    return repr(round(float(value), 7) + 0.0)


def joined(rows: Iterable[Row]) -> list[Row]:
    """Fragments of one event that touch put together: where an event is cut is nobody's claim."""
    pieces: dict[Any, list[tuple[Fraction, Fraction]]] = defaultdict(list)
    for value, begin, end, first, last in rows:
        pieces[value, begin, end].append((first, last))
    out = []
    for event, parts in pieces.items():
        parts.sort()
        while parts:
            first, last = parts.pop(0)
            while (
                following := next((each for each in parts if each[0] == last < each[1]), None)
            ) is not None:
                parts.remove(following)
                last = following[1]
            out.append((*event, first, last))
    return sorted(out)


def theirs(rows: list[list[Any]]) -> list[Row]:
    found = []
    for begin, end, *part, value in rows:
        first, last = part or (begin, end)
        found.append((written(value), *map(Fraction, (begin, end, first, last))))
    return joined(found)


def ours(pattern: Pattern, begin: str, end: str) -> list[Row]:
    found = []
    for event in pattern.query(Fraction(begin), Fraction(end)):
        assert event.whole is not None
        part = event.part
        found.append((written(event.value), event.whole.begin, event.whole.end, part.begin, part.end))
    return joined(found)


def agrees(kind: str, text: str, answers: list[Any]) -> bool:
    pattern = mini(text) if kind == "mini" else reify(eval(text, dict(NAMES)))
    return all(ours(pattern, *span) == theirs(rows) for span, rows in zip(SPANS, answers, strict=True))


_NEGATIVE = "Strudel's every and its like are silent before cycle 0"
_EDGE = "an event cut at the cycle's edge keeps its place; Strudel moves its beginning by a cycle"
_OCTAVE = "Strudel's scale_transpose loses an octave where the scale has no note of the tonic's letter"
_ALTERED = "Strudel moves no note that is not in the scale"

DIFFERING: dict[str, str] = {
    'mini("0 1 2 3").last_of(2, lambda p: p.late(0.25).mul(2)).late(1.25).iter("<2 4>*2")': _NEGATIVE,
    's("bd [sn cp]").pan("0 1").every("<1 2 3>", fast(2)).always(lambda p: p.late(0.125))'
    ".crush(4)": _NEGATIVE,
    'sequence(0, [1, 2], "<3 4>").early(0.25).take(2)': _EDGE,
    'stepalt([stepcat([3, mini("a b")], [1, mini("c")]).early(0.25).take("1 2"), mini("p")], '
    'mini("q r"))': _EDGE,
    'time_cat([3, mini("0 1")], [1, mini("2")]).drop(1).shrink(-1).shrink(-1).pace(6)': _EDGE,
    'stepcat(mini("p"), zip_(mini("0 1"), mini("2 3 4")).expand(2).take(3).early(0.25).take("1 -1"))': _EDGE,
    'stepcat(sequence(0, [1, 2], "<3 4>").ply(2).iter(4).take(2), mini("p q"))': _EDGE,
    'polymeter(zip_(mini("0 1"), mini("2 3 4")).iter(4).iter(4).take("1 2"), mini("p q r"))': _EDGE,
    'n("4 <3 2>*2").room(0.2).scale("D5:whole:tone").scale_transpose("<2 4>").segment(4)': _OCTAVE,
    'n("0 1 2b 3#").scale("D4:lydian:dominant").superimpose(scale_transpose("<2 4>")).jux(rev)': _ALTERED,
    'n("0 1 2b 3#").scale("Eb4:phrygian").layer(fast(2), scale_transpose(-3))': _ALTERED,
}
"""Rows in which Strudel is not followed, each with its reason."""


@pytest.mark.parametrize(("kind", "text", "answers"), ROWS, ids=[row[1] for row in ROWS])
def test_means_what_strudel_means(kind: str, text: str, answers: list[Any]) -> None:
    assert agrees(kind, text, answers) != (text in DIFFERING), DIFFERING.get(text, "differs from Strudel")


def test_differences_are_few() -> None:
    assert len(ROWS) > 700
    assert DIFFERING.keys() <= {row[1] for row in ROWS}
    assert len(DIFFERING) < len(ROWS) / 40
