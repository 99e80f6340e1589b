"""Energy steers a set: layers come and go with it, within a bar of its being set."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from livecode.errors import PatternError
from livecode.language import energy_level, mini, pure
from livecode.language.live import serve_controls
from livecode.stage.link import DirectLink
from livecode.stage.offline import _run, perform
from livecode.stage.session import Session

LAYERS = """
d1 >> s("bd*4")
d2 >> s("hh*8").at_energy(0.4)
d3 >> s("cp*2").at_energy(0.4, 0.8)
"""


def played(source: str, cycles: int) -> dict[int, Counter[str]]:
    found: dict[int, Counter[str]] = {cycle: Counter() for cycle in range(cycles)}
    for event in perform(source="from livecode import *\n" + source, cycles=cycles).events:
        found[int(event.cycle)][event.instrument] += 1
    return found


def test_layers_follow_the_course() -> None:
    heard = played(f'energy("<0.2 0.5 0.9>")\n{LAYERS}', 6)
    assert heard[0] == heard[3] == {"bd": 4}
    assert heard[1] == {"bd": 4, "hh": 8, "cp": 2}
    assert heard[2] == heard[5] == {"bd": 4, "hh": 8}


def test_a_performance_leaves_no_energy_behind() -> None:
    played("energy(0.9)", 1)
    assert energy_level().query(0, 1)[0].value == 0.5


def test_it_takes_effect_at_the_next_bar() -> None:
    """As on stage: asked a cycle ahead, changed in between, asked again."""
    heard: list[tuple[int, str]] = []

    def keep(slot: int, prepared: object, new: list[object]) -> None:
        heard.extend((int(each.event.part.begin), str(each.event.value)) for each in new)  # type: ignore[attr-defined]

    with Session("offline", journal=None, played=keep) as session:  # type: ignore[arg-type]
        names = session.namespace()
        session.evaluate("from livecode import *\nenergy(0.2)\n" + LAYERS, "<set>", names)
        link = session._link
        assert isinstance(link, DirectLink)
        _run(session, link, 3)
        session._conductor.fill(5.0)
        heard.clear()
        session.evaluate("energy(0.9)", "<set>", names)
        assert all(part.held <= 4.0 for part in session._conductor.parts if part.slot == 2)
        session._conductor.fill(5.0)
        # The bar that sounds goes on as it was.
        assert {cycle for cycle, _ in heard} == {4}


def test_a_control_from_outside_sets_it() -> None:
    stop = serve_controls({"energy": 0.95}.get)
    try:
        assert energy_level().query(0, 1)[0].value == 0.95
        assert len(mini("hh*4").at_energy(0.9).query(0, 1)) == 4
    finally:
        stop()


@pytest.mark.parametrize("wrong", ["at_energy(2)", "at_energy(0.5, 0.2)"])
def test_bounds_are_checked(wrong: str) -> None:
    with pytest.raises(PatternError, match="give two numbers from 0 to 1"):
        eval(f"pure(1).{wrong}.query(0, 1)", {"pure": pure})


def test_levels_are_checked(tmp_path: Path) -> None:
    with Session("offline", journal=None) as session, pytest.raises(PatternError, match="0 to 1"):
        session.energy(3)
