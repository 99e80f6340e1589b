"""Exact time, spans and events."""

from __future__ import annotations

import fractions

import pytest

from livecode.errors import PatternError
from livecode.language import Event, Fraction, Span, mini, to_time
from livecode.language.time import ceiling, floor, intersection, moved, stretched


def span(begin: float, end: float) -> Span:
    return Span(Fraction(begin), Fraction(end))


@pytest.mark.parametrize(
    ("given", "exact"),
    [
        (2, (2, 1)),
        (0.25, (1, 4)),
        (0.1, (1, 10)),
        (1 / 3, (1, 3)),
        (0.1 + 0.2, (3, 10)),
        (fractions.Fraction(2, 7), (2, 7)),
    ],
)
def test_numbers_become_exact(given: float, exact: tuple[int, int]) -> None:
    time = to_time(given)
    assert (time.numerator, time.denominator) == exact


@pytest.mark.parametrize("given", [float("nan"), float("inf"), "bd", None, [], object()])
def test_what_is_no_time_is_refused_in_one_line(given: object) -> None:
    with pytest.raises(PatternError) as caught:
        to_time(given)
    assert "write a number" in str(caught.value)


def test_cycles_of_negative_times() -> None:
    assert (floor(Fraction(-1, 3)), ceiling(Fraction(-1, 3))) == (-1, 0)


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (span(0, 1), span(0.5, 2), span(0.5, 1)),
        (span(0, 1), span(0, 1), span(0, 1)),
        (span(0, 1), span(1, 2), None),
        (span(0, 1), span(2, 3), None),
        (span(0, 0), span(0, 1), span(0, 0)),
        (span(1, 1), span(0, 1), None),
        (span(1, 1), span(1, 1), span(1, 1)),
    ],
)
def test_intersection(one: Span, other: Span, shared: Span | None) -> None:
    assert intersection(one, other) == shared == intersection(other, one)


def test_an_event_without_a_whole_has_no_onset() -> None:
    assert not Event(None, span(0, 1), 1).has_onset()


def test_a_shared_span_stays_shared_when_moved() -> None:
    (event,) = moved(mini("a").first_cycle(), 3)
    assert event.whole is event.part and event.part == span(3, 4)
    (event,) = stretched(mini("a").first_cycle(), Fraction(1, 2), 1)
    assert event.whole is event.part and event.part == span(1, 1.5)


def test_times_equal_those_of_the_standard_library() -> None:
    assert mini("a b c").first_cycle()[1].part.begin == fractions.Fraction(1, 3)
    assert hash(mini("a b c").first_cycle()[1].part.begin) == hash(fractions.Fraction(1, 3))
