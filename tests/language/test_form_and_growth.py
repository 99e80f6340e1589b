"""Sections over a whole piece, values over time, L-systems and cellular automata."""

from __future__ import annotations

import pytest

from livecode.errors import NameUnknown, PatternError, QueryTooDense
from livecode.language import (
    Pattern,
    arrange,
    automaton,
    expramp,
    form,
    life,
    line,
    lsystem,
    mini,
    ramp,
    s,
    seq_p_loop,
    sineramp,
    timevar,
)
from livecode.language.growth import grown


def by_cycle(pattern: Pattern, cycles: int) -> list[object]:
    return [[event.value for event in pattern.query(cycle, cycle + 1)] for cycle in range(cycles)]


def test_sections_start_from_their_own_first_cycle_each_time_round() -> None:
    song = form(intro=2, groove=3)
    pattern = song(intro="<a b c>", groove="<0 1 2 3>")
    assert song.cycles == 5 and song.section(7) == "groove" and song.start("groove") == 2
    assert by_cycle(pattern, 7) == [["a"], ["b"], [0], [1], [2], ["a"], ["b"]]
    assert pattern.query(0, 7) == [event for cycle in range(7) for event in pattern.query(cycle, cycle + 1)]


def test_a_section_without_a_pattern_is_silent_or_plays_the_rest() -> None:
    song = form(intro=1, groove=1)
    assert by_cycle(song(groove="x"), 2) == [[], ["x"]]
    assert by_cycle(song("<y z>", intro="x"), 4) == [["x"], ["z"], ["x"], ["z"]]


@pytest.mark.parametrize("sections", [{}, {"intro": 0}, {"intro": 1.5}, {"intro": True}])
def test_a_form_needs_sections_of_whole_cycles(sections: dict[str, int]) -> None:
    with pytest.raises(PatternError):
        form(**sections)


def test_an_unknown_section_is_named_with_the_nearest() -> None:
    with pytest.raises(NameUnknown, match="intro"):
        form(intro=1)(intr="x")


def test_arrange_goes_on_where_sections_were() -> None:
    assert by_cycle(arrange((2, "<a b c>"), (1, "x")), 6) == [["a"], ["b"], ["x"], ["c"], ["a"], ["x"]]


def test_sequences_with_times_loop() -> None:
    assert by_cycle(seq_p_loop((0, 2, "<a b>"), (1, 3, "x")), 5) == [
        ["a"],
        ["b", "x"],
        ["x"],
        ["a"],
        ["b", "x"],
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (ramp([0, 4], 2), [1, 3, 3, 1, 1]),
        (timevar([0, 4], [3, 1]), [0, 0, 0, 4, 0]),
        (timevar("0 4 5", 1), [0, 4, 5, 0, 4]),
        (line(0, 4, 4), [0.5, 1.5, 2.5, 3.5, 4]),
        (expramp([0, 1], 1), [0.25, 0.75, 0.25, 0.75, 0.25]),
        (sineramp([0, 1], 1), [0.5, 0.5, 0.5, 0.5, 0.5]),
    ],
)
def test_values_over_time(values: Pattern, expected: list[float]) -> None:
    assert [event.value for event in values.segment(1).query(0, 5)] == pytest.approx(expected)


def test_a_control_follows_values_over_time() -> None:
    pattern = s("hh*2").lpf(ramp([200, 1000], 4))
    assert [event.value["cutoff"] for event in pattern.query(0, 2)] == pytest.approx([250, 350, 450, 550])


def test_an_l_system_grows_by_its_rules() -> None:
    # Lindenmayer's algae: the lengths are Fibonacci's numbers.
    assert [len(grown("a", "a:ab, b:a", count)) for count in range(8)] == [1, 2, 3, 5, 8, 13, 21, 34]
    letters = lsystem("a", {"a": "ab", "b": "a"}, 4, steps=4)
    assert by_cycle(letters, 3) == [list("abaa"), list("baba"), list("abaa")]
    assert letters.inhabit({"a": "bd", "b": "hh*2"}).first_cycle()[1].value == "hh"


@pytest.mark.parametrize("rules", ["a", "ab:c", ":b"])
def test_a_rule_that_cannot_be_read_is_shown(rules: str) -> None:
    with pytest.raises(PatternError):
        lsystem("a", rules)


def test_an_l_system_that_grows_too_long_is_refused() -> None:
    with pytest.raises(QueryTooDense):
        lsystem("a", "a:aa", 30)


def test_rule_90_draws_sierpinskis_triangle() -> None:
    rows = ["".join(map(str, row)) for row in by_cycle(automaton(90, 17), 4)]
    assert rows == ["00000000100000000", "00000001010000000", "00000010001000000", "00000101010100000"]


def test_an_automaton_starts_afresh_after_a_chapter_and_any_cycle_is_reached() -> None:
    cells = automaton(30, 16)
    assert by_cycle(cells, 1)[0] == [event.value for event in cells.query(256 * 1000, 256 * 1000 + 1)]
    assert automaton(30, 16, seed=1).first_cycle() == automaton(30, 16, seed=1).first_cycle()
    assert automaton(30, [1, 0, 0, 1]).first_cycle() == mini("1 0 0 1").first_cycle()


def test_a_glider_of_the_game_of_life_is_born_and_dies_by_its_rules() -> None:
    from livecode.language.growth import _life

    board = ((0, 1, 0, 0, 0), (0, 0, 1, 0, 0), (1, 1, 1, 0, 0), (0, 0, 0, 0, 0), (0, 0, 0, 0, 0))
    moved = _life(board)[4]
    assert moved == tuple(tuple(board[(y - 1) % 5][(x - 1) % 5] for x in range(5)) for y in range(5))
    assert len(life(8, 8, row=1).first_cycle()) == 8
