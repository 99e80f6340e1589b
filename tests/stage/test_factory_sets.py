"""Each factory set played by a real scsynth and recorded: notes where the pattern says, nothing lost."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from livecode.sound.command import Note
from livecode.stage.offline import Performance, perform

ROOT = Path(__file__).parent.parent.parent
IN_EVERY_RUN = ("camptown_at_night", "dorian_rain", "glass_chorale")
"""Sets played in every run of the tests; the others only in ./test --all."""
SETS = [
    pytest.param(path, marks=() if path.stem in IN_EVERY_RUN else pytest.mark.long, id=path.stem)
    for path in sorted((ROOT / "patterns").glob("*.py"))
]
CYCLES = 8
"""How many cycles are heard in every run; --all hears the whole sets."""


def timing() -> ModuleType:
    """The benchmark that measures onsets inside the server: the same measurement here."""
    specification = importlib.util.spec_from_file_location("timing", ROOT / "benchmarks" / "timing.py")
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["timing"] = module
    specification.loader.exec_module(module)
    return module


def bars(performance: Performance) -> list[tuple[Any, ...]]:
    """What each bar holds: onsets, slots, instruments and notes."""
    held: dict[int, list[Any]] = {cycle: [] for cycle in range(performance.cycles)}
    for event in performance.events:
        place = event.cycle - int(event.cycle)
        note = event.controls.get("note")
        held[int(event.cycle)].append((place, event.slot, event.instrument, str(note)))
    return [tuple(sorted(each)) for each in held.values()]


def played(note: Note) -> tuple[Any, ...]:
    """What makes a note the same live and offline: all of it but numbers that floats may round."""
    return (round(note.begin, 6), round(note.length, 6), note.slot, note.definition, _rounded(note.controls))


def _rounded(controls: Any) -> tuple[tuple[str, float], ...]:
    return tuple((name, round(value, 4)) for name, value in controls if not name.startswith("buffer"))


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
    hear(path, CYCLES)


@pytest.mark.sound
@pytest.mark.long
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("path", SETS)
def test_a_whole_set_is_heard_where_it_belongs(path: Path) -> None:
    hear(path, perform(path).cycles)


def hear(path: Path, cycles: int) -> None:
    """Play so many cycles of a set, record them, and compare with what the same set gives offline."""
    offline = perform(path, cycles=cycles)
    seconds = cycles / offline.cps + 2
    measured, sent = timing().measure_and_keep("idle", "", seconds, str(path))
    assert measured.lost == measured.missing == measured.late == measured.looped == 0
    assert measured.p99 <= 2
    assert measured.peak <= 0.95001
    assert not measured.bad_values
    notes = [each.note for each in sent if isinstance(each.note, Note)]
    first = min(int(note.begin) for note in notes)
    assert first == 0
    live = Counter(played(note) for note in notes if note.begin < cycles)
    rendered = Counter(played(each.note) for each in offline.sends if isinstance(each.note, Note))
    assert live == rendered
