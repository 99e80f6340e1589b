"""explain(d1, cycle=4): from the characters typed to the synth that sounds."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from livecode.config import Config
from livecode.errors import PatternError
from livecode.language import fast, mini, rev
from livecode.stage.explain import stages
from livecode.stage.session import Session

SOURCE = 'd1 >> s("bd*2 <sn cp>").every(3, fast(2)).lpf(800).gain("1 0.8")'


def told(source: str, question: str) -> Any:
    with Session("offline", journal=None) as session:
        session.evaluate(source)
        return session.evaluate(question)


def test_characters_functions_time_and_synth_of_every_event() -> None:
    found = told(SOURCE, "explain(d1, cycle=3)")
    assert [stage.text for stage in found.stages] == [
        's("bd*2 <sn cp>")', ".every(3, fast(2))", ".lpf(800)", ".gain('1 0.8')",
    ]  # fmt: skip
    assert [stage.events for stage in found.stages] == [3, 6, 6, 6]
    assert [stage.effect for stage in found.stages] == ["", "3 more", "adds cutoff", "adds gain"]
    assert [reason.written[0][0] for reason in found] == ["bd", "bd", "sn", "bd", "bd", "cp"]
    for reason in found:
        for text, first, last in reason.written:
            assert SOURCE[first:last] == text
        assert reason.second == pytest.approx(2.0 * float(reason.cycle))
        assert reason.controls["cutoff"] == 800
        assert reason.synth.startswith(f"lc-{reason.written[0][0]}-")
    assert [reason.controls["gain"] for reason in found] == [1, 1, 1, 0.8, 0.8, 0.8]


def test_a_function_that_rests_in_a_cycle_is_said_to() -> None:
    found = told(SOURCE, "explain(d1, cycle=1)")
    assert found.stages[1].effect == "changes nothing in this cycle"


def test_what_a_function_did_is_compared_event_by_event() -> None:
    effects = [stage.effect for stage in stages(mini("0 1 2").rev().add(1).degrade_by(1), 0)]
    assert effects == ["", "other values", "other values", "3 fewer"]
    assert [stage.effect for stage in stages(mini("a").ply(2).apply(fast(2)).every(2, rev), 1)][-1] == (
        "changes nothing in this cycle"
    )


def test_a_silent_slot_a_plain_pattern_and_a_wrong_cycle() -> None:
    assert "nothing plays in d3" in str(told(SOURCE, "explain(d3, cycle=1)"))
    found = told("", "explain(s('bd*2'), 0)")
    assert len(found) == 2 and "not sent" not in str(found)
    with pytest.raises(PatternError, match="is no cycle"):
        told(SOURCE, "explain(d1, cycle='x')")


def test_characters_that_stand_elsewhere_are_found_there() -> None:
    source = "tune = note('0 7')\n@loop\ndef drums():\n    yield s('bd'), 1/2\nd1 >> tune.rev()\nd2 >> drums"
    with Session("offline", journal=None) as session:
        session.evaluate(source)
        tune, drums = session.evaluate("explain(d1, 0)"), session.evaluate("explain(d2, 0)")
    assert [reason.written[0][0] for reason in tune] == ["7", "0"]
    assert {reason.statement for reason in tune} == {"tune = note('0 7')"}
    assert {(reason.written[0][0], reason.statement) for reason in drums} == {("bd", "yield s('bd'), 1/2")}
    assert "'bd' (9-11) of yield s('bd'), 1/2" in str(drums)


def test_a_composer_says_why_these_notes() -> None:
    found = told("d1 >> markov('foster', order=2).s('organ')", "explain(d1, 1)")
    assert any("cycle 1 of markov foster" in note for note in found.notes)
    assert sum("order 2" in note and "probability" in note for note in found.notes) == len(found)


def test_a_muted_slot_and_one_that_follows_say_so() -> None:
    assert "d1 is not heard now" in str(told(SOURCE + "\nd1.mute()", "explain(d1, cycle=0)"))
    source = "d1 >> note('0 7')\nd2 >> d1.as_pattern().add(note(12))"
    assert "follows d1" in str(told(source, "explain(d2, cycle=0)"))


def test_events_that_are_left_out_are_named() -> None:
    with Session("offline", journal=None) as session:
        session.evaluate("d1 >> s('bd')")
        found = session.evaluate("explain(s('bd nosuchsound'), 0)")
    assert len(found) == 1 and "left out: " in str(found)


@pytest.mark.sound
def test_on_stage_it_says_how_early_each_note_was_sent() -> None:
    session = Session("live", config=Config(device="dummy"), journal=None)
    try:
        session.wait(20.0)
        session.evaluate("tempo(480)\nd1 >> s('hh*4')")
        while session.now() < 3.2:
            time.sleep(0.02)
        found = session.explain(session.slots[1], 2)
        assert len(found) == 4
        for reason in found:
            assert reason.ahead is not None and 0.0 < reason.ahead <= 0.3
            assert reason.late == 0.0
        assert "on time" in str(found)
        assert "not sent yet" in str(session.explain(session.slots[1], 1000))
    finally:
        session.close()


def test_it_is_a_name_at_the_prompt(tmp_path: Path) -> None:
    import livecode

    assert "explain" in livecode.__all__
