"""Loops on stage: placed in slots, redefined, failing, the same live and offline."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from livecode.config import Config
from livecode.stage.offline import perform
from livecode.stage.session import Session
from livecode.stage.transport import read_transcript

SET = """
import random
tempo(240)

@loop
def drums():
    yield s("bd"), 1/4
    yield cue("off")
    yield s("[sn hh]"), 1/4

@loop
def answer(step=0):
    yield sync("off")
    yield note(random.choice([0, 3, 7]) + step).s("pluck"), 1/8
    return again(step=(step + 1) % 5)

d1 >> drums
d2 >> answer.every(3, rev)
"""


def begins(source: str, cycles: int = 4) -> list[tuple[float, int]]:
    return [(float(each.cycle), each.slot) for each in perform(source=source, cycles=cycles).events]


def test_a_set_of_loops_is_performed_offline() -> None:
    first = perform(source=SET, cycles=8)
    again = perform(source=SET, cycles=8)
    assert first.notices == []
    assert [each.json() for each in first.events] == [each.json() for each in again.events]
    assert {each.slot for each in first.events} == {1, 2}
    assert sum(each.slot == 1 for each in first.events) == 8 * 6


def test_a_block_that_fails_leaves_the_loops_as_they_were() -> None:
    with Session("offline", journal=None) as session:
        session.evaluate("@loop\ndef beat():\n    yield s('bd'), 1/2\nd1 >> beat")
        kept = session._world.loops["beat"]
        with pytest.raises(ZeroDivisionError):
            session.evaluate("@loop\ndef beat():\n    yield s('sn'), 1/4\n1 / 0")
        assert session._world.loops["beat"] is kept


def test_a_loop_that_its_file_no_longer_has_cues_nobody(tmp_path: Path) -> None:
    path = tmp_path / "set.py"
    path.write_text("@loop\ndef beat():\n    yield s('bd'), 1/2\nd1 >> beat")
    with Session("offline", journal=None) as session:
        file = session.load(path)
        assert set(session._world.loops) == {"beat"}
        path.write_text("d1 >> s('bd')")
        file.reload()
        assert session._world.loops == {}


def test_a_loop_that_raises_gives_way_to_what_played_before() -> None:
    source = "d1 >> s('hh*2')"
    wrong = "@loop\ndef odd(n=0):\n    return s('bd'), 1, again(n=1 / (3 - n) and n + 1)\nd1 >> odd"
    with Session("offline", journal=None) as session:
        told: list[str] = []
        session.listen(lambda notice: told.append(notice.text))
        session.evaluate(source)
        session.evaluate(wrong)
        session._conductor.fill(6.0)
        assert any("plays on with what it had before" in text for text in told)


@pytest.mark.sound
def test_live_and_offline_play_the_same(tmp_path: Path) -> None:
    transcript = tmp_path / "sent.jsonl"
    session = Session("live", config=Config(device="dummy"), journal=None, transcript=transcript)
    try:
        session.wait(20.0)
        session.evaluate(SET)
        while session.now() < 4.1:
            time.sleep(0.02)
    finally:
        session.close()
    live = [each.note for each in read_transcript(transcript) if each.note.begin < 4]
    offline = [each.note for each in perform(source=SET, cycles=4).sends]
    assert sorted(live, key=repr) == sorted(offline, key=repr)


def test_the_word_sound_plays_although_a_room_has_that_name(tmp_path: Path) -> None:
    path = tmp_path / "set.py"
    path.write_text("import livecode.sound.resolve\nfrom livecode import *\nd1 >> sound('bd')\n")
    assert [each.instrument for each in perform(path, cycles=1).events] == ["bd"]
    assert [each.instrument for each in perform(source="d1 >> sound('sn')", cycles=1).events] == ["sn"]
