"""A change of tempo never moves what has been; seconds and cycles are each other's way back."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode.errors import TempoError
from livecode.stage.tempo import Metre, TempoMap, check_bpm, check_cps, check_metre

speeds = st.floats(0.01, 16)
pauses = st.floats(0.001, 100)


@given(st.lists(st.tuples(pauses, speeds), max_size=12), st.floats(0, 500))
def test_a_second_and_its_cycle_find_each_other(changes: list[tuple[float, float]], second: float) -> None:
    tempo = TempoMap(0.0, 0.0, 0.5)
    at = 0.0
    for pause, cps in changes:
        at += pause
        tempo.change(at, cps)
    assert tempo.second_at(tempo.cycle_at(second)) == pytest.approx(second, abs=1e-6)


@given(pauses, speeds)
def test_a_change_never_jumps(at: float, cps: float) -> None:
    tempo = TempoMap(0.0, 0.0, 0.5)
    before = tempo.cycle_at(at)
    tempo.change(at, cps)
    assert tempo.cycle_at(at) == before
    assert tempo.cycle_at(at / 2) == pytest.approx(at / 4)
    assert tempo.cycle_at(at + 1) == pytest.approx(before + cps)


def test_a_newer_change_takes_back_a_later_one() -> None:
    tempo = TempoMap(0.0, 0.0, 1.0)
    tempo.change(10.0, 2.0)
    tempo.change(5.0, 0.5)
    assert tempo.cycle_at(15.0) == 10.0


def test_cycles_before_the_first_have_their_time() -> None:
    assert TempoMap(10.0, 0.0, 0.5).second_at(-1.0) == 8.0


def test_thousands_of_changes_keep_the_map_small_and_right() -> None:
    tempo = TempoMap(0.0, 0.0, 1.0)
    for second in range(1, 3000):
        tempo.change(float(second), 1.0 + (second % 3))
    assert len(tempo.stretches) <= 64
    assert tempo.cycle_at(3000.0) == pytest.approx(1 + sum(1 + (n % 3) for n in range(1, 3000)))


@pytest.mark.parametrize("bpm", [0, -3, math.nan, math.inf, 1e9, "fast", None, [120]])
def test_a_tempo_that_cannot_be_played_is_refused_in_one_line(bpm: object) -> None:
    with pytest.raises(TempoError, match=r"give beats a minute") as caught:
        check_bpm(bpm)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("cps", [0, -1, math.nan, 1000, "x"])
def test_so_is_a_number_of_cycles_a_second(cps: object) -> None:
    with pytest.raises(TempoError, match="cycles a second"):
        check_cps(cps)


@pytest.mark.parametrize(("beats", "unit"), [(0, 4), (4, 3), (4.5, 4), (True, 4), (65, 4), ("4", 4)])
def test_so_is_a_time_signature(beats: object, unit: object) -> None:
    with pytest.raises(TempoError, match=r"meter\(7, 8\)"):
        check_metre(beats, unit)


def test_quarter_notes_keep_their_speed_in_another_metre() -> None:
    assert Metre(7, 8).cps(126.0) == pytest.approx(126 / 60 / 3.5)
    assert Metre(7, 8).bpm(Metre(7, 8).cps(126.0)) == pytest.approx(126.0)
