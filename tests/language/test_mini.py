"""What the mini-notation means where no oracle is asked."""

from __future__ import annotations

from typing import Any

import pytest

from livecode.errors import NotationError, QueryTooDense
from livecode.language import Fraction, Pattern, mini
from livecode.language.live import serve_controls
from livecode.language.mini import parse, source_of


def values(pattern: Pattern, cycle: int = 0) -> list[Any]:
    return [event.value for event in pattern.query(cycle, cycle + 1)]


def onsets(pattern: Pattern, cycle: int = 0) -> list[Fraction]:
    return [event.part.begin - cycle for event in pattern.query(cycle, cycle + 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("[]", []),
        ("<>", []),
        ("{}", []),
        ("~", []),
        ("-1", [-1]),
        ("- 1", [1]),
        ("1%3", [Fraction(1, 3)]),
        ("-1%4", [Fraction(-1, 4)]),
        (".5 -.5", [0.5, -0.5]),
        ("bd:3", [["bd", 3]]),
        ("0..3", [0, 1, 2, 3]),
        ("[0 1] .. 3", [0, 1, 2, 3]),
        ("2 .. -1", [2, 1, 0, -1]),
        ("0 .. 1.5", [0, 1]),
        ("~bd", ["bd"]),
        ("t f true", ["t", "f", "true"]),
        ("c'maj7'i'o", ["c'maj7'i'o"]),
        ("[c e]'<maj min>", ["c'maj", "e'maj"]),
        ("c'<maj min>", ["c'maj"]),
        ("c# cs eb ef", ["c#", "cs", "eb", "ef"]),
        ("<a b . c>", ["a", "b"]),
        ("{a . b c}", ["a", "b", "c"]),
        ("a(3 5,8)", ["a"] * 4),
        ("a(9,8)", ["a"] * 8),
        ("a(3,0)", []),
        ("a(0,8)", []),
        ("a?0", ["a"]),
        ("a?1", []),
        ("a*8?1", []),
        ("a*1%2", ["a"]),
        ("a@1%2 b", ["a", "b"]),
    ],
)
def test_values_of_the_first_cycle(text: str, expected: list[Any]) -> None:
    assert values(mini(text)) == expected


def test_numbers_keep_their_kind() -> None:
    whole, decimal, ratio = values(mini("1 1.0 1%2"))
    assert (type(whole), type(decimal)) == (int, float)
    assert isinstance(ratio, Fraction)


def test_euclid_inverts_then_rotates() -> None:
    eighth = Fraction(1, 8)
    assert onsets(mini("a(-3,8)")) == [eighth * step for step in (1, 2, 4, 5, 7)]
    assert onsets(mini("a(-3,8,2)")) == [eighth * step for step in (0, 2, 3, 5, 7)]


def test_euclid_squeezes_a_sequence_into_each_pulse() -> None:
    assert values(mini("[a b](3,8)")) == ["a", "b"] * 3
    assert values(mini("<a b>(3,8)"), 1) == ["b"] * 3


def test_a_weight_counts_cycles_in_an_alternation() -> None:
    (event,) = mini("<a@3 b>").query(1, 2)
    assert event.whole is not None and (event.whole.begin, event.whole.end) == (0, 3)
    assert values(mini("<a@3 b>"), 3) == ["b"]


def test_alternations_count_the_cycles_they_see() -> None:
    assert values(mini("[<a b>]*2")) == ["a", "b"]
    nested = mini("<<a b> c>")
    assert [values(nested, cycle)[0] for cycle in range(6)] == ["a", "c", "b", "c", "a", "c"]


def test_repeats_do_not_advance_alternations() -> None:
    assert [values(mini("<a b>!3"), cycle) for cycle in range(2)] == [["a"] * 3, ["b"] * 3]


def test_a_fragment_is_no_onset() -> None:
    first, second = mini("a*1.5").query(0, 1)
    assert first.has_onset() and second.has_onset()
    assert not mini("a*1.5").query(1, 2)[0].has_onset()


def test_chance_draws_for_each_event_and_repeats() -> None:
    kept = [len(mini("a*8?").query(cycle, cycle + 1)) for cycle in range(64)]
    assert len(set(kept)) > 3
    assert 200 < sum(kept) < 312
    assert kept == [len(mini("a*8?").query(cycle, cycle + 1)) for cycle in range(64)]


def test_chance_follows_its_amount() -> None:
    kept = sum(len(mini("a*16?0.25").query(cycle, cycle + 1)) for cycle in range(100))
    assert 1120 < kept < 1280


def test_every_question_mark_has_its_own_seed() -> None:
    text = mini("a*16?, b*16?")
    first = [event.part.begin for event in text.first_cycle() if event.value == "a"]
    second = [event.part.begin for event in text.first_cycle() if event.value == "b"]
    assert first != second


def test_seeds_count_in_reading_order() -> None:
    alone = mini("~, b*16?").query(0, 4)
    after = [event for event in mini("a*16?, b*16?").query(0, 4) if event.value == "b"]
    first = [event for event in mini("b*16?, a*16?").query(0, 4) if event.value == "b"]
    assert [event.part for event in alone] == [event.part for event in first]
    assert [event.part for event in alone] != [event.part for event in after]


def test_choice_takes_one_part_a_cycle_equally_often() -> None:
    picked = [values(mini("a | b c | d"), cycle) for cycle in range(300)]
    assert all(each in (["a"], ["b", "c"], ["d"]) for each in picked)
    assert all(70 < picked.count(each) < 130 for each in (["a"], ["b", "c"], ["d"]))


def test_choice_counts_the_cycles_it_sees() -> None:
    assert {tuple(values(mini("[a | b]*8"), cycle)) for cycle in range(8)} != {("a",) * 8, ("b",) * 8}
    assert len(set(values(mini("[a | b]*16")))) == 2


def test_live_controls_are_read_when_asked() -> None:
    faders: dict[str, Any] = {"cutoff": 3}
    pattern = mini("^cutoff bd*^cutoff")
    stop = serve_controls(faders.get)
    try:
        assert values(pattern) == [3, "bd", "bd", "bd"]
        faders["cutoff"] = 1
        assert values(pattern) == [1, "bd"]
    finally:
        stop()
    assert values(pattern) == []


@pytest.mark.parametrize(
    "text", ["bd sn", "bd*2 [sn:3 ~]", "<a b>(3,8)", "{a b c}%4, x!2", "c'<maj min>", "0 .. 3"]
)
def test_values_know_their_characters(text: str) -> None:
    for event in mini(text).query(0, 3):
        assert event.locations
        for begin, end, source in event.locations:
            assert source == source_of(text)
            written = text[begin:end]
            assert written == written.strip() and written
        if isinstance(event.value, str) and "'" not in text:
            begin, end, _ = event.locations[-1]
            assert text[begin:end] == event.value


def test_source_can_be_named() -> None:
    assert mini("bd", source=7).first_cycle()[0].locations == ((0, 2, 7),)


def test_arguments_of_a_value_are_in_its_locations() -> None:
    text = "bd*<2 3>"
    places = {text[begin:end] for begin, end, _ in mini(text).first_cycle()[0].locations}
    assert places == {"bd", "2"}


def test_steps_are_counted() -> None:
    found = {text: mini(text).steps for text in ("a", "a b c", "a@3 b", "<a b c>", "a b, c d e", "{a b}%4")}
    assert found == {"a": 1, "a b c": 3, "a@3 b": 4, "<a b c>": 1, "a b, c d e": 6, "{a b}%4": 1}


@pytest.mark.parametrize(
    ("text", "column", "problem", "cure"),
    [
        ("a [b", 2, "'[' is never closed", "']'"),
        ("a [b}", 4, "'}' closes the '['", "']'"),
        ("a)", 1, "')' closes nothing", "'('"),
        ("_ a", 0, "'_' lengthens", "a _"),
        ("! a", 0, "'!' has no step", "a !"),
        ("*2", 0, "'*' has no step", "a*"),
        ("a*", 1, "'*' has nothing after it", "a*2"),
        ("bd*x", 3, "'*' takes numbers, not 'x'", "a*2"),
        ("bd*<2 x>", 6, "'*' takes numbers, not 'x'", "a*2"),
        ("bd(3)", 2, "2 or 3 numbers, not 1", "a(3,8)"),
        ("bd(3,x)", 5, "takes numbers, not 'x'", "a(3,8)"),
        ("a | b, c", 5, "',' and '|' are mixed", "brackets"),
        ("a,", 1, "a part beside ',' is empty", "'~'"),
        ("a & b", 2, "'&' means nothing here", "','"),
        ("a@<1 2>", 1, "'@' takes a plain number", "a@2"),
        ("1%0", 1, "a ratio cannot be over 0", "1%3"),
        ("a . b .", 6, "nothing follows '.'", "a b . c d"),
        ("0 .. x", 5, "'..' takes numbers, not 'x'", "0 .. 3"),
    ],
)
def test_errors_point_and_say_what_to_type(text: str, column: int, problem: str, cure: str) -> None:
    with pytest.raises(NotationError) as caught:
        mini(text)
    assert caught.value.column == column
    assert problem in caught.value.problem
    assert cure in caught.value.cure
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "bd*1000000",
        "[[[bd*1000]*1000]]",
        "bd*2001",
        "bd!1000000",
        "~!1000000",
        "bd/1e-9",
        "0 .. 1e12",
        "bd(3,100000)",
        "{a b}%1e9",
        "bd*1e300",
    ],
)
def test_too_many_events_are_refused_with_their_number(text: str) -> None:
    with pytest.raises(NotationError, match=r"\d") as caught:
        mini(text)
    assert isinstance(caught.value, QueryTooDense)


def test_2000_events_are_allowed() -> None:
    assert len(mini("bd*2000").first_cycle()) == 2000


def test_64_brackets_nest_and_65_do_not() -> None:
    assert values(mini("[" * 64 + "a" + "]" * 64)) == ["a"]
    with pytest.raises(NotationError, match="65"):
        mini("[" * 65 + "a" + "]" * 65)


def test_deep_nestings_can_be_played() -> None:
    deep = "a"
    for _ in range(60):
        deep = f"[{deep} b]"
    assert len(mini(deep).first_cycle()) == 61


def test_the_tree_is_plain_data() -> None:
    assert parse("bd*2") == parse("bd*2") != parse("bd*3")
