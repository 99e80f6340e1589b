"""Operators: what they do to values, Python's own, and what cannot be worked out."""

from __future__ import annotations

import pytest
from quicktions import Fraction

from livecode.errors import ControlError, LivecodeError, PatternError
from livecode.language import Pattern, add, fast, mini, n, note, pure, s, set_


def values(pattern: Pattern) -> list[object]:
    return [event.value for event in pattern.first_cycle()]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda p: p + 1, [2, 4]),
        (lambda p: 1 + p, [2, 4]),
        (lambda p: p - 1, [0, 2]),
        (lambda p: 10 - p, [9, 7]),
        (lambda p: p * 2, [2, 6]),
        (lambda p: p / 2, [0.5, 1.5]),
        (lambda p: p // 2, [0, 1]),
        (lambda p: p % 2, [1, 1]),
        (lambda p: p**2, [1, 9]),
        (lambda p: -p, [-1, -3]),
        (lambda p: p & 2, [0, 2]),
        (lambda p: p | 4, [5, 7]),
        (lambda p: p ^ 1, [0, 2]),
        (lambda p: p << 1, [2, 6]),
        (lambda p: p >> 1, [0, 1]),
        (lambda p: p < 2, [True, False]),
        (lambda p: p >= 3, [False, True]),
        (lambda p: p + "10 20", [11, 23]),
        (lambda p: p.__add__([10, 20]), [11, 23]),
        (lambda p: 2**p, [2, 8]),
    ],
)
def test_pythons_operators(made: object, expected: list[object]) -> None:
    assert values(made(mini("1 3"))) == expected  # type: ignore[operator]


def test_the_left_pattern_gives_the_rhythm_whichever_side_the_number_is_on() -> None:
    assert [str(event.whole) for event in (10 - mini("1 2 3")).first_cycle()] == [
        "0..1/3",
        "1/3..2/3",
        "2/3..1",
    ]


def test_alignments_choose_the_rhythm() -> None:
    wholes = {
        name: len(getattr(mini("0 1").add, name)("10 20 30").query(0, 1))
        for name in ("in_", "out", "mix", "squeeze", "squeezeout", "reset", "restart", "poly")
    }
    assert wholes == {
        "in_": 4,
        "out": 4,
        "mix": 4,
        "squeeze": 6,
        "squeezeout": 6,
        "reset": 3,
        "restart": 3,
        "poly": 2,
    }


def test_functions_have_alignments_too() -> None:
    assert values(add.squeeze("10 20")(mini("0"))) == [10, 20]
    assert values(set_(5, "0 1")) == [5, 5]
    assert values(mini("0 1").every(1, add(1))) == [1, 2]


def test_note_names_can_be_calculated_with() -> None:
    assert values(mini("c e g").add(12)) == [12, 16, 19]
    assert values(mini("a b").add("c d")) == ["ac", "bd"]


def test_fractions_stay_exact() -> None:
    assert values(pure(Fraction(1, 3)).add(Fraction(1, 6))) == [Fraction(1, 2)]


def test_choice_between_values() -> None:
    assert values(mini("0 1").and_(5)) == [0, 5]
    assert values(mini("0 1").or_(5)) == [5, 1]
    assert values(mini("t f").keepif("1")) == ["t", "f"]
    assert values(mini("0 1 2 3").mask("t f")) == [0, 1]


@pytest.mark.parametrize(
    "make",
    [
        lambda: mini("1").div(0),
        lambda: mini("1").mod(0),
        lambda: mini("bd").add(1),
        lambda: mini("-8").pow(0.5),
        lambda: s("bd").mul(2),
        lambda: mini("1 2").add(),
        lambda: mini("10").pow(1e9),
        lambda: mini("1").blshift(-1),
    ],
)
def test_what_cannot_be_worked_out_is_said_in_one_line(make: object) -> None:
    with pytest.raises(LivecodeError) as caught:
        make().first_cycle()  # type: ignore[operator]
    assert "\n" not in str(caught.value)


def test_an_unknown_alignment_names_those_there_are() -> None:
    with pytest.raises(PatternError, match="squeezeout"):
        mini("1").add.sideways(2)


def test_controls_of_different_kinds_are_united() -> None:
    assert values(note("c").add(n(1))) == [{"note": 0, "n": 1}]
    assert values(n("0 1").keep(n(5).s("x"))) == [{"n": 0, "s": "x"}, {"n": 1, "s": "x"}]
    with pytest.raises(ControlError):
        s("bd").sub(s("sn")).first_cycle()


def test_locations_of_both_sides_are_kept() -> None:
    (event,) = mini("1").add(mini("2")).first_cycle()
    assert len(event.locations) == 2
    (event,) = mini("1").every(1, fast(1)).add("5").first_cycle()
    assert len(event.locations) == 2
