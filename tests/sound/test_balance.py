"""The factory sets, listened to with numbers: every slot is heard beside the others, nothing clips."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import outside
import pytest

from livecode.stage.offline import perform

ROOT = Path(__file__).parent.parent.parent
SETS = sorted((ROOT / "patterns").glob("*.py"))


@pytest.fixture(scope="module")
def balance() -> ModuleType:
    """The benchmark, whose measurement is the test's."""
    return outside.module("benchmarks/balance.py")


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_a_set_is_balanced_does_not_clip_and_has_no_hole(balance: ModuleType, path: Path) -> None:
    found = balance.measure(perform(path))
    assert found.finite
    assert found.peak <= -0.44, "0.95 is the ceiling"
    assert found.over <= 3, "the limiter has more to do than catch a rare peak"
    assert found.pressed < 0.001
    assert found.silence <= 2
    assert -24 <= found.level <= -13
    for slot in found.slots:
        assert slot.seconds > 0, f"d{slot.number} ({slot.sounds}) cannot be heard"
        # Strokes are soft by the second and loud by the peak.
        assert slot.level > -40 or slot.peak > -20, f"d{slot.number} ({slot.sounds}) is lost"
        assert slot.level < -12, f"d{slot.number} ({slot.sounds}) drowns the others"
