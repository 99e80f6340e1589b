"""Dance music for a game plays an hour without coming round."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from livecode.stage.offline import perform

ROOT = Path(__file__).parent.parent.parent
HOUR = 2070
"""Cycles of `boss_level`, at 138 beats a minute."""


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_an_hour_without_a_repeat() -> None:
    performance = perform(ROOT / "patterns" / "boss_level.py", cycles=HOUR)
    assert performance.seconds >= 3599
    held: dict[int, list[tuple[object, ...]]] = {cycle: [] for cycle in range(HOUR)}
    for event in performance.events:
        note = str(event.controls.get("note"))
        held[int(event.cycle)].append((event.cycle - int(event.cycle), event.slot, event.instrument, note))
    bars = [tuple(sorted(each)) for each in held.values()]
    assert all(bars)
    # Four bars in a row never come back, and of single ones hardly any.
    assert max(Counter(zip(bars, bars[1:], bars[2:], bars[3:])).values()) == 1
    assert sum(count - 1 for count in Counter(bars).values()) < HOUR / 20
