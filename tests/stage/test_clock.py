"""The wall clock is followed by steps only."""

from __future__ import annotations

import pytest

from livecode.stage import clock
from livecode.stage.clock import WallClock


def test_a_step_is_noticed_once_and_a_wobble_never(monkeypatch: pytest.MonkeyPatch) -> None:
    offset = 1000.0
    monkeypatch.setattr(clock, "wall_offset", lambda tries: offset)
    wall = WallClock()
    offset += 0.004
    assert wall.stepped() == 0.0
    assert wall.wall(5.0) == 1005.0
    offset += 0.5
    assert wall.stepped() == pytest.approx(0.504)
    assert wall.stepped() == 0.0
    assert wall.wall(5.0) == pytest.approx(1005.504)
