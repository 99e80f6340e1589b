"""Patterns: query, joins, periods, memory and fuel."""

from __future__ import annotations

import threading
from math import inf
from time import process_time
from typing import Any

import pytest

from livecode.errors import LivecodeError, PatternError, QueryTooDense
from livecode.language import (
    Fraction,
    Pattern,
    cat,
    fuel,
    mini,
    nothing,
    polymeter,
    pure,
    reify,
    rev,
    silence,
    sine,
    stack,
    steady,
    time_cat,
)
from livecode.language.fuel import tank


def values(pattern: Pattern, begin: Any = 0, end: Any = 1) -> list[Any]:
    return [event.value for event in pattern.query(begin, end)]


def test_a_query_takes_any_number_and_sorts() -> None:
    pattern = stack("~ a", "b")
    assert values(pattern, 0, 1.0) == ["b", "a"]
    begins = [event.part.begin for event in stack("a*7", "b*3", "c*5").query(0, 4)]
    assert begins == sorted(begins)


def test_an_empty_query_is_a_moment() -> None:
    assert values(mini("a b"), 0.5, 0.5) == ["b"]
    assert values(mini("a b").rev(), 0.5, 0.5) == ["a"]
    assert values(mini("a b").rev(), 0, 0) == ["b"]
    assert values(sine, 0.25, 0.25) == [1.0]


def test_a_query_backwards_is_refused() -> None:
    with pytest.raises(PatternError, match="before it begins"):
        pure("a").query(1, 0)


def test_negative_cycles_can_be_asked() -> None:
    assert values(mini("<a b c>"), -1, 0) == ["c"]


def test_patterns_are_not_iterated_by_mistake() -> None:
    with pytest.raises(PatternError, match="query"):
        list(pure("a"))


def test_an_unknown_method_names_the_nearest() -> None:
    with pytest.raises(AttributeError, match="'every'"):
        pure("a").evry
    assert not hasattr(pure("a"), "__array__")


def test_reify_reads_what_musicians_type() -> None:
    assert values(reify(["a", ["b", "c"], ("d", "e")])) == ["a", "b", "c", "d", "e"]
    assert values(reify(3)) == [3] and values(reify(None)) == [None]


def test_time_cat_weighs() -> None:
    begins = [event.part.begin for event in time_cat((3, "a"), (1, "b c"), (0, "d")).first_cycle()]
    assert begins == [0, Fraction(3, 4), Fraction(7, 8)]
    assert time_cat("a b", "c").steps == 3


def test_polymeter_without_steps_is_silent() -> None:
    assert values(polymeter("a b", "c d e", steps=0)) == []
    assert values(polymeter(nothing(0))) == []


@pytest.mark.parametrize(
    ("pattern", "period"),
    [
        (pure("a"), 1),
        (mini("a b [c d]*2"), 1),
        (mini("<a b c> d"), 3),
        (mini("<a b>, <c d e>"), 6),
        (mini("<<a b> c>"), 4),
        (mini("{a b c}%4"), 3),
        (mini("a*<1 2 3>"), 3),
        (mini("a(<3 5>,8,<0 1 2>)"), 6),
        (mini("a").slow(Fraction(3, 2)), 3),
        (mini("<a b c d>").fast(2), 2),
        (mini("a").late(0.3).rev(), 1),
        (mini("a b").every(4, rev), 4),
        (mini("a?"), None),
        (mini("a | b"), None),
        (mini("^cutoff"), None),
        (sine.segment(8), 1),
    ],
)
def test_periods_follow_composition(pattern: Pattern, period: int | None) -> None:
    assert pattern.period == period


def test_a_periodic_pattern_asks_its_definition_once_a_cycle() -> None:
    asked: list[Fraction] = []
    inner = mini("a b")

    def query(begin: Fraction, end: Fraction) -> list[Any]:
        asked.append(begin)
        return inner.ask(begin, end)

    pattern = Pattern(query, period=3)
    answers = [[repr(event.value) for event in pattern.query(cycle, cycle + 1)] for cycle in range(60)]
    assert len(asked) <= 4
    assert answers == [["'a'", "'b'"]] * 60


def test_memory_is_bounded() -> None:
    pattern = mini("a*1900").every(3, rev)
    for cycle in range(9):
        assert len(pattern.query(cycle, cycle + 1)) == 1900


def test_continuous_values_are_never_remembered() -> None:
    pattern = steady(1)
    assert [event.part for event in pattern.query(0, 0.5)] != [event.part for event in pattern.query(0, 1)]
    line = stack(sine, "a b")
    for _ in range(3):
        whole, half = line.query(0, 1), line.query(0, 0.5)
    assert whole[0].value != half[0].value


@pytest.mark.parametrize(
    "make",
    [
        lambda: pure("a").fast(1e9),
        lambda: pure("a").fast(2001),
        lambda: pure("a").ply(1000).ply(1000),
        lambda: mini("a*1000").fast(1000).degrade_by(0.5).rev(),
        lambda: stack(*["a*1000"] * 100),
        lambda: pure("a").fast(1e9).slow(3e5),
        lambda: pure("a").struct("t*1000").fast(100),
        lambda: cat("a", "b").fast(1e12).every(2, rev),
    ],
)
def test_too_many_events_are_refused_at_once(make: Any) -> None:
    spent = []
    # The best of three: on a machine that others use, even processor time is longer.
    for _ in range(3):
        begin = process_time()
        with pytest.raises(QueryTooDense, match="2000 a cycle") as caught:
            make().query(0, 1)
        spent.append(process_time() - begin)
    assert "\n" not in str(caught.value)
    assert min(spent) < 0.5
    assert tank.left == inf


def test_silence_is_silent_at_any_speed() -> None:
    assert values(silence.fast(1e9).rev()) == []


def test_the_number_of_events_is_said() -> None:
    with pytest.raises(QueryTooDense, match="2500"):
        pure("a").fast(2500).query(0, 1)


def test_2000_events_a_cycle_are_played_through_several_functions() -> None:
    pattern = (
        mini("a*1000").every(2, rev).stack("b*900").rev().late(0.25) if False else stack("a*1000", "b*900")
    )
    for function in (rev, rev):
        pattern = function(pattern).every(2, rev).early(0.125)
    for cycle in range(3):
        assert len([each for each in pattern.query(cycle, cycle + 1) if each.has_onset()]) == 1900


def test_fuel_is_what_the_caller_allows() -> None:
    with pytest.raises(QueryTooDense, match="where 10 are allowed"), fuel(10):
        mini("a*11").query(0, 1)
    with fuel(10):
        assert len(mini("a*5").query(0, 2)) == 10
    assert len(mini("a*2000").query(0, 4)) == 8000


def test_fuel_of_one_thread_is_not_anothers() -> None:
    seen: list[float] = []
    with fuel(10):
        thread = threading.Thread(target=lambda: seen.append(tank.limit))
        thread.start()
        thread.join()
    assert seen == [inf]


def test_nesting_without_end_is_refused() -> None:
    pattern = mini("a b")
    for _ in range(3000):
        pattern = pattern.rev()
    with pytest.raises(LivecodeError, match="nests"):
        pattern.query(0, 1)


def test_joins_differ_in_whose_time_rules() -> None:
    outer = mini("x x").with_value(lambda _: mini("a b c"))
    found = {
        name: [(str(each.part.begin), each.value) for each in getattr(outer, name)().first_cycle()]
        for name in ("inner_join", "outer_join", "mix_join", "squeeze_join", "reset_join", "restart_join")
    }
    half = [("0", "a"), ("1/3", "b"), ("1/2", "b"), ("2/3", "c")]
    anew = [("0", "a"), ("1/3", "b"), ("1/2", "a"), ("5/6", "b")]
    sixth = [("0", "a"), ("1/6", "b"), ("1/3", "c"), ("1/2", "a"), ("2/3", "b"), ("5/6", "c")]
    assert found == {
        "inner_join": half,
        "outer_join": [("0", "a"), ("1/2", "b")],
        "mix_join": half,
        "squeeze_join": sixth,
        "reset_join": anew,
        "restart_join": anew,
    }


def test_applications_differ_in_whose_time_rules() -> None:
    left, right = mini("0 1"), mini("a b c")
    counts = [
        [(str(each.whole.begin), str(each.whole.end)) for each in joined.first_cycle()]
        for joined in (
            left.app_left(right, lambda a, b: (a, b)),
            left.app_right(right, lambda a, b: (a, b)),
            left.app_both(right, lambda a, b: (a, b)),
        )
    ]
    assert counts == [
        [("0", "1/2"), ("0", "1/2"), ("1/2", "1"), ("1/2", "1")],
        [("0", "1/3"), ("1/3", "2/3"), ("1/3", "2/3"), ("2/3", "1")],
        [("0", "1/3"), ("1/3", "1/2"), ("1/2", "2/3"), ("2/3", "1")],
    ]


def test_locations_gather_through_joins() -> None:
    event = mini("a").fast("<2 3>").first_cycle()[0]
    assert len(event.locations) == 2
