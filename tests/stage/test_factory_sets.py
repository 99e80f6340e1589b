"""Each factory set played by a real scsynth and recorded: notes where the pattern says, nothing lost."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import outside
import pytest

from livecode.stage.offline import Performance, perform

IN_EVERY_RUN = ("camptown_at_night", "dorian_rain", "glass_chorale")
"""Sets played in every run of the tests; the others only in ./test --all."""
SETS = [
    pytest.param(path, marks=() if path.stem in IN_EVERY_RUN else pytest.mark.long, id=path.stem)
    for path in sorted((outside.ROOT / "patterns").glob("*.py"))
]
CYCLES = 10
"""How many cycles are heard in every run; --all hears the whole sets."""


def bars(performance: Performance) -> list[tuple[Any, ...]]:
    """What each bar holds: onsets, slots, instruments and notes."""
    held: dict[int, list[Any]] = {cycle: [] for cycle in range(performance.cycles)}
    for event in performance.events:
        place = event.cycle - int(event.cycle)
        note = event.controls.get("note")
        held[int(event.cycle)].append((place, event.slot, event.instrument, str(note)))
    return [tuple(sorted(each)) for each in held.values()]


@pytest.mark.parametrize("path", SETS)
def test_a_set_lasts_five_minutes_and_hardly_repeats_a_bar(path: Path) -> None:
    performance = perform(path)
    assert performance.seconds >= 300
    assert not performance.notices
    heard = Counter(bars(performance))
    repeated = sum(count - 1 for count in heard.values())
    assert repeated < performance.cycles / 4


@pytest.mark.sound
@pytest.mark.timeout(400)
@pytest.mark.parametrize("path", SETS)
def test_every_note_of_a_set_is_heard_where_it_belongs(path: Path) -> None:
    assert outside.module("benchmarks/sets.py").hear(path, CYCLES).faults() == []


@pytest.mark.sound
@pytest.mark.long
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("path", SETS)
def test_a_whole_set_is_heard_where_it_belongs(path: Path) -> None:
    assert outside.module("benchmarks/sets.py").hear(path).faults() == []
