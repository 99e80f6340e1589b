"""A lane plays what it holds, repeats when it runs dry, and believes the newest epoch."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from livecode.sound.command import Note
from livecode.stage.lane import Lane
from livecode.stage.protocol import Hold


def hold(epoch: int, begin: float, end: float, *begins: float) -> Hold:
    return Hold(1, epoch, begin, end, [Note(each, 0.25, f"e{epoch}", 1) for each in begins])


def begins(lane: Lane, until: float) -> list[float]:
    return [note.begin for note in lane.take(until)]


def test_notes_leave_in_order_and_once() -> None:
    lane = Lane()
    lane.hold(hold(1, 0, 1, 0.5, 0.0, 0.75))
    assert begins(lane, 0.6) == [0.0, 0.5]
    assert begins(lane, 0.6) == []
    assert begins(lane, 1.0) == [0.75]


def test_a_newer_epoch_takes_the_place_of_what_waits_from_its_beginning_on() -> None:
    lane = Lane()
    lane.hold(hold(1, 0, 1, 0.0, 0.5))
    lane.hold(hold(1, 1, 2, 1.0, 1.5))
    lane.hold(hold(2, 1, 2, 1.25))
    assert begins(lane, 2.0) == [0.0, 0.5, 1.25]


def test_an_older_epoch_that_comes_late_is_not_believed() -> None:
    lane = Lane()
    lane.hold(hold(2, 0, 1, 0.5))
    lane.hold(hold(1, 0, 1, 0.0, 0.25))
    assert begins(lane, 1.0) == [0.5]


def test_silence_holds_for_ever() -> None:
    lane = Lane()
    lane.hold(hold(1, 0, 1, 0.0))
    lane.hold(hold(2, 1, float("inf")))
    assert begins(lane, 100.0) == [0.0]
    assert not lane.looped


def test_a_lane_that_runs_dry_repeats_its_last_cycle_on_the_grid() -> None:
    lane = Lane()
    lane.hold(hold(1, 0, 1, 0.0, 0.5))
    lane.hold(hold(1, 1, 2, 1.25))
    assert begins(lane, 2.0) == [0.0, 0.5, 1.25]
    assert begins(lane, 3.0) + begins(lane, 4.0) == [2.25, 3.25]
    assert lane.looped == 2


def test_what_was_only_repeated_makes_way_for_the_real_thing() -> None:
    lane = Lane()
    lane.hold(hold(1, 0, 1, 0.0, 0.25, 0.5, 0.75))
    assert begins(lane, 1.3) == [0.0, 0.25, 0.5, 0.75, 1.0, 1.25]
    lane.hold(hold(1, 1, 2, 1.1, 1.6))
    assert begins(lane, 2.0) == [1.6]
    assert lane.replaced == 1


def test_a_lane_far_behind_never_bursts() -> None:
    lane = Lane()
    lane.hold(hold(1, 0, 1, 0.0, 0.5))
    assert begins(lane, 1.0) == [0.0, 0.5]
    taken = begins(lane, 9.2)
    assert taken == [9.0]
    assert begins(lane, 10.0) == [9.5]


def test_holds_for_cycles_long_gone_are_what_is_repeated_next() -> None:
    lane = Lane()
    lane.hold(hold(1, 0, 1, 0.0))
    lane.take(3.5)
    lane.hold(hold(1, 1, 2, 1.75))
    assert begins(lane, 4.0) == [3.75]


@given(st.lists(st.floats(0.01, 0.7), min_size=1, max_size=40))
def test_however_it_is_cut_nothing_is_taken_twice_or_lost(steps: list[float]) -> None:
    def filled() -> Lane:
        lane = Lane()
        for cycle in range(30):
            lane.hold(hold(1, cycle, cycle + 1, cycle, cycle + 0.3, cycle + 0.9))
        return lane

    lane, at, taken = filled(), 0.0, []
    for step in steps:
        at += step
        taken += begins(lane, at)
    assert taken == sorted(taken) == begins(filled(), at)


def test_a_rounding_error_neither_repeats_a_cycle_nor_loses_its_first_note() -> None:
    lane = Lane()
    lane.hold(hold(1, 0, 1, 0.0, 0.5))
    assert begins(lane, 1.0 + 1e-12) == [0.0, 0.5]
    lane.hold(hold(1, 1, 2, 1.0))
    assert begins(lane, 2.0) == [1.0]
    assert lane.looped == 0
