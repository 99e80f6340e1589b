"""Chance: rates, independence, and the same draws every time."""

from __future__ import annotations

import subprocess
import sys

import pytest

from livecode.language import (
    Pattern,
    brand,
    choose,
    choose_cycles,
    irand,
    mini,
    pure,
    rand,
    randcat,
    wchoose_cycles,
    wrandcat,
)

MANY = mini("0*50")
CYCLES = 40


def rate(pattern: Pattern) -> float:
    """How many of 2000 events carry a 1."""
    events = pattern.query(0, CYCLES)
    return sum(event.value for event in events) / (50 * CYCLES)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("sometimes", 0.5), ("often", 0.75), ("rarely", 0.25), ("almost_never", 0.1), ("almost_always", 0.9)],
)
def test_a_named_chance_is_met(name: str, expected: float) -> None:
    assert abs(rate(getattr(MANY, name)(lambda p: p.add(1))) - expected) < 0.04


@pytest.mark.parametrize("amount", [0, 0.2, 0.5, 1])
def test_sometimes_by_changes_its_share_and_keeps_every_event(amount: float) -> None:
    changed = MANY.sometimes_by(amount, lambda p: p.add(1))
    assert len(changed.query(0, CYCLES)) == 50 * CYCLES
    assert abs(rate(changed) - amount) < 0.04


def test_always_and_never_leave_nothing_to_chance() -> None:
    assert rate(MANY.always(lambda p: p.add(1))) == 1
    assert rate(MANY.never(lambda p: p.add(1))) == 0


def test_dropped_and_kept_events_are_the_whole() -> None:
    dropped, kept = MANY.degrade_by(0.3).query(0, 4), MANY.undegrade_by(0.3).query(0, 4)
    begins = sorted(event.part.begin for event in dropped + kept)
    assert begins == [event.part.begin for event in MANY.query(0, 4)]


def test_degrade_and_sometimes_throw_coins_of_their_own() -> None:
    after = MANY.degrade().sometimes(lambda p: p.add(1)).query(0, CYCLES)
    assert 0.4 < sum(event.value for event in after) / len(after) < 0.6


def test_some_cycles_changes_whole_cycles() -> None:
    changed = mini("0 0").some_cycles(lambda p: p.add(1))
    cycles = [{event.value for event in changed.query(cycle, cycle + 1)} for cycle in range(64)]
    assert all(len(values) == 1 for values in cycles)
    assert 20 < sum(values == {1} for values in cycles) < 44


def test_seeds_differ_and_repeat() -> None:
    def drawn(seed: int) -> list[object]:
        return [event.value for event in MANY.sometimes(lambda p: p.add(1), seed=seed).query(0, 2)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert rand.seed(3).segment(4).first_cycle() == rand.seed(3).segment(4).first_cycle()


def test_shuffle_plays_each_part_once_a_cycle_in_changing_order() -> None:
    shuffled = mini("0 1 2 3").shuffle(4)
    orders = [tuple(event.value for event in shuffled.query(cycle, cycle + 1)) for cycle in range(16)]
    assert all(sorted(order) == [0, 1, 2, 3] for order in orders)
    assert len(set(orders)) > 6


def test_scramble_may_repeat_parts() -> None:
    scrambled = mini("0 1 2 3").scramble(4)
    orders = [[event.value for event in scrambled.query(cycle, cycle + 1)] for cycle in range(32)]
    assert all(len(order) == 4 for order in orders)
    assert any(len(set(order)) < 4 for order in orders)


def test_whole_numbers_are_equally_likely() -> None:
    values = [event.value for event in irand(4).segment(50).query(0, CYCLES)]
    assert all(0.2 < values.count(number) / len(values) < 0.3 for number in range(4))
    assert 0.45 < sum(event.value for event in brand.segment(50).query(0, CYCLES)) / 2000 < 0.55


@pytest.mark.parametrize("make", [choose_cycles, randcat])
def test_choosing_cycles_is_fair(make: object) -> None:
    values = [event.value for event in make("a", "b").query(0, 400)]  # type: ignore[operator]
    assert 150 < values.count("a") < 250


@pytest.mark.parametrize("make", [wchoose_cycles, wrandcat])
def test_weights_count(make: object) -> None:
    values = [event.value for event in make(("a", 3), ("b", 1)).query(0, 400)]  # type: ignore[operator]
    assert 0.68 < values.count("a") / 400 < 0.82


def test_choose_is_sampled_by_the_rhythm_it_meets() -> None:
    assert {event.value for event in choose("a", "b", "c").segment(64).first_cycle()} == {"a", "b", "c"}


def test_humanise_stays_in_its_bounds_and_strays_for_each_note() -> None:
    from livecode.language import note

    played = note("[0,4,7]*4").humanise(0.02, 0.2).query(0, 8)
    assert all(abs(event.value["nudge"]) <= 0.02 and 0.8 <= event.value["gain"] <= 1.2 for event in played)
    assert len({event.value["nudge"] for event in played}) == len(played)


def test_two_processes_draw_alike() -> None:
    text = "from livecode.language import mini, rand; print([e.value for e in rand.segment(8).query(3, 4)])"
    here = [event.value for event in rand.segment(8).query(3, 4)]
    there = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert there.stdout.strip() == str(here)


def test_fades_begin_and_end_where_they_say() -> None:
    assert len(pure("a").fast(8).fade_out(8).query(0, 1)) >= 5
    assert pure("a").fast(8).fade_out(8).query(8, 12) == []
