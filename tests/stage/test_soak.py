"""The long evening, and the load: whole figures against their bounds. Only in ./test --all.

LIVECODE_SOAK=5 makes the evening five minutes long.
"""

from __future__ import annotations

import os

import outside
import pytest

MINUTES = float(os.environ.get("LIVECODE_SOAK", "60"))

pytestmark = [pytest.mark.sound, pytest.mark.alone, pytest.mark.long]


@pytest.mark.timeout(MINUTES * 60 + 1200)
def test_an_evening_of_edits_and_crashes_loses_nothing_and_grows_nothing() -> None:
    soaked = outside.module("benchmarks/soak.py").soak(MINUTES)
    print(soaked)
    assert soaked.edits >= 15 * MINUTES
    assert set(soaked.kills) == {"scsynth", "sender", "composer"}
    assert soaked.unasked == []
    assert (soaked.missing, soaked.late, soaked.dropped) == (0, 0, 0)
    assert soaked.off <= 1e-6
    assert soaked.drift is None or abs(soaked.drift) <= 0.005
    growth = soaked.growth()
    assert growth["front_files"] <= 0.05 and growth["sender_files"] <= 0.05
    assert growth["nodes"] <= 0.05
    if MINUTES >= 30:
        # Caches fill for some minutes: a shorter evening says nothing about memory.
        assert growth["front_mb"] <= 0.05 and growth["sender_mb"] <= 0.05


@pytest.mark.timeout(300)
def test_ten_thousand_events_a_second_for_ten_seconds_with_none_lost() -> None:
    measured = outside.module("benchmarks/load.py").dense(10.5)
    print(measured)
    assert measured["a_second"] >= 9990
    assert measured["sent"] >= 100_000
    assert (measured["lost"], measured["dropped_or_lost_before"]) == (0, 0)


@pytest.mark.timeout(120)
def test_sixteen_full_slots_cost_less_than_half_a_core() -> None:
    measured = outside.module("benchmarks/load.py").full(15.0)
    print(measured)
    assert measured["together"] <= 0.5
    assert (measured["late"], measured["dropped"], measured["lost"]) == (0, 0, 0)


def test_at_rest_front_and_sender_take_less_than_150_megabytes() -> None:
    measured = outside.module("benchmarks/load.py").rest()
    print(measured)
    assert not measured["torch"]
    assert measured["together_mb"] <= 150
