"""Swing for the whole set, and a tempo that follows a pattern: heard where they should be, without a jump."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from on_stage import wait_for
from test_journal_again import same
from test_session import Offline

from livecode.errors import TempoError
from livecode.stage.tempo import TempoMap


@pytest.fixture
def stage() -> Iterator[Offline]:
    made = Offline()
    yield made
    made.session.close()


def seconds(stage: Offline, slot: int = 1) -> list[float]:
    return [each.time for each in stage.link.collector.sent if each.note.slot == slot]


swings = st.floats(-0.4, 0.4)
slices = st.integers(1, 16)


@example([(0.125, -0.25, 3, 1.0), (0.125, 0.0, 2, 1.0)])
@example([(0.25, -0.25, 5, 2.0), (0.125, 0.0, 2, 1.0)])
@given(st.lists(st.tuples(st.floats(0.05, 3), swings, slices, st.floats(0.1, 4)), max_size=8))
def test_swung_time_only_goes_forward_and_finds_its_way_back(
    changes: list[tuple[float, float, int, float]],
) -> None:
    tempo = TempoMap(0.0, 0.0, 1.0)
    second = 0.0
    for pause, amount, count, cps in changes:
        second += pause
        before = tempo.cycle_at(second)
        tempo.plan(second, [(0.5, cps)])
        tempo.swing(second, amount, count)
        assert tempo.cycle_at(second) == pytest.approx(before, abs=1e-6)
    places = [tempo.cycle_at(number / 16) for number in range(160)]
    assert all(one <= other for one, other in pairwise(places))
    for number, place in enumerate(places):
        assert tempo.second_at(place) == pytest.approx(number / 16, abs=1e-5)


def test_everything_swings_and_the_beats_stay(stage: Offline) -> None:
    stage('tempo(120)\nd1 >> s("hh*8")\nd2 >> s("bd*4")\ngroove(1/6)')
    stage.play(2)
    assert [round(second * 6) for second in seconds(stage)][:8] == [0, 2, 3, 5, 6, 8, 9, 11]
    assert seconds(stage, 2)[:4] == pytest.approx([0.0, 0.5, 1.0, 1.5])


def test_swing_begins_on_a_beat_and_is_taken_back_by_undo(stage: Offline) -> None:
    stage('tempo(120)\nd1 >> s("hh*8")')
    stage.play(1.3)
    stage("groove(1/4)")
    stage.play(1)
    stage("undo()")
    stage.play(1.7)
    found = seconds(stage)
    steps = [later - earlier for earlier, later in pairwise(found)]
    swung = [round(step, 3) for step in steps if abs(step - 0.25) > 1e-6]
    assert set(swung) == {0.375, 0.125}
    assert found[0::2] == pytest.approx([number / 2 for number in range(len(found[0::2]))])


def test_the_tempo_follows_steps(stage: Offline) -> None:
    stage('tempo("<120 60>")\nd1 >> s("bd*2")')
    stage.play(3)
    assert seconds(stage)[:6] == pytest.approx([0, 1, 2, 4, 6, 7], abs=1e-4)


def test_the_tempo_follows_a_signal_without_a_jump(stage: Offline) -> None:
    stage('d1 >> s("hh*32")\ntempo(sine.slow(4).range(60, 120))')
    stage.play(9)
    steps = [later - earlier for earlier, later in pairwise(seconds(stage))]
    # A thirty-second of a bar at 120 and at 60.
    assert min(steps) == pytest.approx(1 / 16, rel=0.01)
    assert max(steps) == pytest.approx(1 / 8, rel=0.01)
    assert max(abs(later / earlier - 1) for earlier, later in pairwise(steps)) < 0.05
    assert stage("tempo()") != stage.session._scene.bpm


def test_undo_brings_the_steady_tempo_back_and_redo_the_course(stage: Offline) -> None:
    stage('tempo(120)\nd1 >> s("bd*4")')
    stage.play(1)
    stage('tempo("<60 240>")')
    stage.play(2)
    stage("undo()")
    assert stage("tempo()") == 120.0
    stage.play(1.5)
    assert seconds(stage)[-1] - seconds(stage)[-2] == pytest.approx(0.5)
    stage("redo()")
    stage.play(3)
    assert seconds(stage)[-1] - seconds(stage)[-2] == pytest.approx(0.25) or stage("tempo()") == 60.0


@pytest.mark.parametrize(
    "text",
    [
        'tempo("fast")', "tempo(sine)", 'tempo("120 0")', 'tempo("<120>", over=4)', "tempo(note('0'))",
        "groove(1)", "groove('x')", "groove(0.1, 0)", "groove(0.1, 2.5)", "groove(float('nan'))",
    ],
)  # fmt: skip
def test_what_is_no_tempo_is_one_line_and_changes_nothing(stage: Offline, text: str) -> None:
    stage("tempo(100)")
    with pytest.raises(TempoError) as caught:
        stage(text)
    assert "\n" not in str(caught.value)
    assert stage("tempo()") == 100.0
    assert stage.session._scene.groove == (0.0, 4)


def test_a_course_that_fails_later_leaves_the_tempo_where_it_is(stage: Offline) -> None:
    stage('tempo("<120 120 0>")\nd1 >> s("bd*4")')
    stage.play(4)
    assert len([line for line in stage.told if "the tempo stays as it is" in line]) == 1
    assert seconds(stage)[:16] == pytest.approx([number / 2 for number in range(16)])


def test_a_journal_knows_both(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    stage = Offline(journal=path)
    stage('tempo(sine.slow(3).range(100, 160))\nd1 >> s("hh*8")')
    stage.play(1.4)
    stage("groove(1/6)\ntempo('<90 [120 150]>')")
    stage.play(2.3)
    stage("undo()")
    stage.play(2.3)
    assert len(same(stage, path)) > 30


def test_a_course_that_never_returns_takes_no_slot_with_it(stage: Offline) -> None:
    stage("import threading\nfree = threading.Event()\nasked = []")
    stage(
        "def held(value):\n"
        "    asked.append(value)\n"
        "    if len(asked) > 1: free.wait(30)\n"
        "    return value\n"
        'tempo(mini("<120 140>").with_value(held))\nd1 >> s("bd*4")'
    )
    conductor = stage.session._conductor
    conductor.start()
    wait_for(lambda: any("the tempo stays as it is" in line for line in stage.told))
    wait_for(lambda: conductor.parts[1].held >= conductor.goal())
    stage("free.set()")
    conductor.stop()
