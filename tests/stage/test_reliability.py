"""Every fault of docs/reliability.md, injected for real, against its bound: the recording decides."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import ModuleType

import outside
import pytest

PLACE = Path(__file__).parent.parent.parent / "benchmarks" / "reliability.py"

pytestmark = [pytest.mark.sound, pytest.mark.alone, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def faults() -> ModuleType:
    return outside.module("benchmarks/reliability.py")


@pytest.mark.long
def test_killed_scsynth_is_heard_again_within_a_second_on_the_grid(faults: ModuleType) -> None:
    measured = faults.engine_killed(20)
    print(measured)
    assert len(measured.silent) == 20
    assert measured.worst <= 1.0
    assert max(map(abs, measured.off)) <= 5.0


@pytest.mark.long
def test_killed_scsynth_is_exact_to_the_sample_when_clocks_have_settled(faults: ModuleType) -> None:
    measured = faults.engine_killed_late()
    print(measured)
    assert measured.worst <= 1.0
    assert float(measured.more["p99"].split()[0]) <= 2.0


@pytest.mark.long
def test_hung_scsynth_is_heard_again_within_three_and_a_half_seconds(faults: ModuleType) -> None:
    measured = faults.engine_stopped()
    print(measured)
    assert 0 < measured.worst <= 3.5
    assert max(map(abs, measured.off)) <= 5.0


@pytest.mark.long
def test_jack_that_comes_back_is_used_within_two_seconds(faults: ModuleType) -> None:
    measured = faults.jack_gone()
    print(measured)
    assert 0 < measured.worst <= 2.0
    assert sum("trying again until it works" in text for text in measured.said) == 1


@pytest.mark.long
@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler for the clock that can be set")
@pytest.mark.parametrize("step", [0.5, -0.5])
def test_a_wall_clock_that_is_set_is_followed_within_a_second(faults: ModuleType, step: float) -> None:
    measured = faults.clock_set(step)
    print(measured)
    assert measured.worst <= 1.0
    assert max(map(abs, measured.off)) <= 5.0
    assert any(f"the computer's clock was set by {step:+.2f} s" in text for text in measured.said)


@pytest.mark.long
def test_a_killed_sender_comes_back_on_the_grid(faults: ModuleType) -> None:
    measured = faults.sender_killed()
    print(measured)
    assert 0 < measured.worst <= 3.0


@pytest.mark.long
def test_a_sender_held_up_within_its_look_ahead_is_not_heard(faults: ModuleType) -> None:
    measured = faults.sender_stalled(0.08)
    print(measured)
    assert measured.worst == 0.0
    assert (measured.more["dropped"], measured.more["late"]) == (0, 0)


@pytest.mark.long
def test_a_sender_held_up_for_long_goes_on_now_without_a_burst(faults: ModuleType) -> None:
    measured = faults.sender_stalled(2.0)
    print(measured)
    assert 1.5 <= measured.worst <= 2.5
    assert measured.more["dropped"] >= 12
    assert float(measured.more["closest"].split()[0]) >= 90
    assert not any("starting it again" in text for text in measured.said)


@pytest.mark.long
def test_a_front_that_is_held_for_six_seconds_costs_no_event(faults: ModuleType) -> None:
    measured = faults.front_busy(6.0)
    print(measured)
    assert measured.worst == 0.0
    assert (measured.more["lost"], measured.more["dropped"]) == (0, 0)
    assert measured.more["repeated"] > 0
