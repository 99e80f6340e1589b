"""Loops: functions in logical time, with cues, waiting and temporal recursion."""

from __future__ import annotations

import random
from typing import Any

import pytest

from livecode.errors import PatternError
from livecode.language import again, cue, loop, mini, note, rev, s, sync
from livecode.language.world import WORLD, World


@pytest.fixture(autouse=True)
def world() -> Any:
    token = WORLD.set(World())
    yield WORLD.get()
    WORLD.reset(token)


def onsets(pattern: Any, begin: float = 0, end: float = 1) -> list[tuple[float, Any]]:
    events = pattern.query(begin, end)
    return [(float(event.part.begin), event.value) for event in events if event.has_onset()]


def test_a_query_does_not_depend_on_how_time_is_cut() -> None:
    def told() -> Any:
        yield "a b", 1 / 3
        yield "<c d>", 1 / 6
        yield 1 / 6
        yield "e", 2

    whole = onsets(loop(told), 0, 8)
    WORLD.set(World())
    pieces = loop(told)
    later = onsets(pieces, 5, 8)
    assert [event for third in range(24) for event in onsets(pieces, third / 3, (third + 1) / 3)] == whole
    assert later == onsets(pieces, 5, 8) == [event for event in whole if event[0] >= 5]
    for event in pieces.query(1, 2):
        assert event.whole is not None
        assert event.whole.begin <= event.part.begin >= 1
        assert event.whole.end >= event.part.end <= 2


def test_a_sound_plays_one_cycle_of_itself_a_turn() -> None:
    @loop
    def told() -> Any:
        yield "<a b> c", 1 / 2

    assert onsets(told) == [(0, "a"), (0.25, "c"), (0.5, "b"), (0.75, "c")]


def test_a_sound_without_a_time_sounds_together_with_the_next() -> None:
    @loop
    def told() -> Any:
        yield "low"
        yield "a", "b", 1 / 2
        yield 1 / 2

    assert sorted(onsets(told)) == [(0, "a"), (0, "b"), (0, "low")]


def test_temporal_recursion_passes_values_on_and_ends() -> None:
    @loop
    def told(wait: float = 1 / 2, count: int = 3) -> Any:
        if count == 0:
            return again.never()
        return note(count), wait, again(count=count - 1, wait=wait / 2)

    assert onsets(told, 0, 4) == [(0, {"note": 3}), (0.5, {"note": 2}), (0.75, {"note": 1})]


def test_functions_of_patterns_change_a_loop() -> None:
    @loop
    def told() -> Any:
        yield note("0"), 1 / 4
        yield note("7"), 3 / 4

    changed = told.fast(2).every(2, rev)
    assert onsets(changed, 1, 1.5) == [(1, {"note": 0}), (1.125, {"note": 7})]


def test_cues_carry_values_to_all_who_wait_at_the_same_moment() -> None:
    @loop
    def early() -> Any:
        yield (yield sync("drop")), 1 / 8

    @loop
    def leader() -> Any:
        yield 3 / 4
        yield cue("drop", "x")
        yield 1 / 4

    @loop
    def late() -> Any:
        yield (yield sync("drop")), 1 / 8

    assert onsets(early, 0, 2) == onsets(late, 0, 2) == [(0.75, "x"), (1.75, "x")]


def test_a_loop_made_later_hears_cues_already_told() -> None:
    @loop
    def leader() -> Any:
        yield cue("beat")
        yield 1 / 2

    leader.query(0, 10)

    @loop
    def follower() -> Any:
        yield sync("beat")
        yield "x", 1 / 8

    assert onsets(follower, 3, 4) == [(3, "x"), (3.5, "x")]


def test_waiting_for_the_events_of_a_pattern() -> None:
    @loop
    def told() -> Any:
        heard = yield sync(mini("a(3,8)"))
        yield heard.upper(), 1 / 16

    assert onsets(told) == [(0, "A"), (0.375, "A"), (0.75, "A")]


def test_chance_in_a_loop_is_its_own_and_always_the_same() -> None:
    def told() -> Any:
        yield random.choice("abcdef"), 1 / 8

    random.seed(1)
    first = onsets(loop(told), 0, 4)
    drawn = random.random()
    random.seed(1)
    assert random.random() == drawn
    WORLD.set(World())
    assert onsets(loop(told), 0, 4) == first
    assert len({value for _, value in first}) > 2


def test_the_latest_loop_of_a_name_gives_the_cues() -> None:
    def make(wait: float) -> Any:
        @loop
        def beat() -> Any:
            yield wait

        return beat

    @loop
    def follower() -> Any:
        yield sync("beat")
        yield "x", 1 / 16

    make(1.0)
    make(0.5)
    assert onsets(follower) == [(0, "x"), (0.5, "x")]


@pytest.mark.parametrize("body", ["pass", "yield s('bd')", "yield 'bd', 0", "return None", "yield again()"])
def test_a_loop_that_never_waits_is_refused(body: str) -> None:
    names: dict[str, Any] = {"s": s, "again": again}
    exec(f"def told():\n    {body}", names)
    with pytest.raises(PatternError, match="never waits: yield a time too"):
        loop(names["told"]).query(0, 1)


def test_what_a_loop_raises_comes_out_from_there_on_and_spares_the_others() -> None:
    @loop
    def fails() -> Any:
        yield "a", 1
        yield 1 / 0

    @loop
    def goes_on() -> Any:
        yield "b", 1 / 2

    assert onsets(fails, 0, 1) == [(0, "a")]
    with pytest.raises(ZeroDivisionError):
        fails.query(1, 2)
    assert onsets(goes_on, 1, 2) == [(1, "b"), (1.5, "b")]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: loop(lambda a: a), "needs a value to start with"),
        (lambda: loop(len), "a def of its own"),
        (lambda: loop(lambda: -1).query(0, 1), "cannot wait -1 cycles"),
        (lambda: loop(lambda: ("bd*1000 bd*1000", 1 / 4)).query(0, 1), "more than 2000 events"),
        (lambda: loop(lambda: 1).query(10**9, 10**9 + 1), "too far away"),
    ],
)
def test_misuse_is_one_clear_line(made: Any, said: str) -> None:
    with pytest.raises(Exception, match=said):
        made()


def test_the_control_of_that_name_is_still_there() -> None:
    assert s("break").loop(2).first_cycle()[0].value == loop(2).s("break").first_cycle()[0].value


def test_waiting_for_ever_is_silence() -> None:
    @loop
    def told() -> Any:
        yield sync("nobody")
        yield "x", 1

    assert told.query(0, 100) == []


def test_a_loop_that_plays_for_hours_keeps_its_size() -> None:
    @loop
    def told() -> Any:
        yield "a*4", 1 / 2
        yield cue("x"), 1 / 2

    for cycle in range(0, 3000, 100):
        told.query(cycle, cycle + 1)
    run = told._run
    assert len(run._played) < 1400 and len(run.world._cues["x"]) < 1400
    assert len(told.query(2990, 2991)) == 4
    with pytest.raises(PatternError, match="remembers 1024 cycles"):
        told.query(3, 4)
