"""Numbers read from text are exact, and reading them harms nothing else."""

from __future__ import annotations

import pytest

from livecode.language import Fraction, mini, to_time
from livecode.sound.osc import message, parse


@pytest.mark.parametrize("text", ["1", "7", "0", "12", "1/3", "0.1", " 2 "])
def test_text_is_read_exactly(text: str) -> None:
    from fractions import Fraction as Reference

    assert Fraction(text) == Reference(text)
    assert to_time(text) == Reference(text)


@pytest.mark.parametrize("text", ["x", "", "1%0", "é", "/"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Fraction(text)


def test_osc_is_right_after_one_figure_has_been_read() -> None:
    Fraction("1")
    to_time("3")
    assert mini("1%3 a@2 b*3 c!2").first_cycle()
    assert parse(message("/s_new", "c1030", 3)) == ("/s_new", ["c1030", 3])


def test_a_result_counts_as_a_fraction() -> None:
    assert isinstance(Fraction(1, 3) + 1, Fraction)
    assert not isinstance(0.5, Fraction)
