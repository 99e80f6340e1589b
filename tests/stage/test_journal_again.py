"""A performance and what its journal gives when it is played again are the same, note for note."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from plain_resolver import PlainResolver
from test_session import Offline

from livecode.errors import FileProblem
from livecode.stage.journal import read
from livecode.stage.offline import perform_journal
from livecode.stage.replay import catch_up, read_script
from livecode.stage.session import Session

Key = tuple[float, float, int, str, tuple[tuple[str, float], ...]]


def keys(sends: Any, start: float) -> list[Key]:
    return sorted(
        (
            each.note.begin, round(each.due - start, 6), each.note.slot, each.note.definition,
            each.note.controls,
        )
        for each in sends
    )  # fmt: skip


def same(stage: Offline, path: Path) -> list[Key]:
    """Close a performance, play its journal, compare; gives the notes."""
    start = read_script(path).stretches[0].second
    played = keys(stage.link.collector.sent, start)
    # Only what was over when it ended: a render plays its last cycle to the end.
    end = int(stage.session.now())
    stage.session.close()
    again = perform_journal(path, resolver=PlainResolver)
    assert again.notices == []
    found = [key for key in keys(again.sends, 0.0) if key[0] < end]
    wanted = [key for key in played if key[0] < end]
    assert found == wanted
    return found


def performance(path: Path) -> Offline:
    return Offline(journal=path)


def test_a_performance_with_everything_in_it_comes_out_the_same(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    stage = performance(path)
    stage("tempo(140)")
    stage('d1 >> s("bd*4")\nd2 >> s("hh*8?")')
    stage.play(1.3)
    stage("notes = [0, 3, 7]\ndef higher(value):\n    return {**value, 'note': value['note'] + 12}")
    stage('d3 >> note("0 3 7").with_value(higher)\nd3.gain(0.5)')
    stage.play(1.21)
    stage("tempo(90)")
    stage('d1.jump() >> s("sn*3")')
    stage.play(0.87)
    stage("undo()")
    stage('once(s("cp*2"))')
    stage.play(1.4)
    stage('scene.save("a")\nd2.xfade(2) >> s("rim*6")\nd1.stop()')
    stage.play(2.6)
    stage("d1.undo()")
    stage("meter(3, 4)\nmute(d2)\nd3.phase(0.02)")
    stage.play(2.1)
    stage("hush()")
    stage.play(1)
    stage("undo()")
    stage("tempo(200, over=4, curve='sine')\nnudge(0.05)")
    stage.play(3.7)
    stage('scene.recall("a")')
    stage("revert(3)")
    stage.play(3)
    notes = same(stage, path)
    assert {key[2] for key in notes} == {0, 1, 2, 3}
    assert len(notes) > 100


def test_chance_of_the_performers_own_code_comes_out_the_same(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    stage = performance(path)
    stage("import random\nimport numpy")
    stage(
        "def drawn(value):\n    return {**value, 'note': float(random.randrange(1000))}\n"
        'd1 >> note("0*8").untabled().with_value(drawn)\n'
        "d2 >> note(random.randrange(50)) + note(int(numpy.random.randint(0, 50)))"
    )
    stage.play(6)
    notes = same(stage, path)
    drawn = [dict(key[4])["note"] for key in notes if key[2] == 1]
    assert len(set(drawn)) > 40
    other = performance(tmp_path / "other.jsonl")
    other("import random\nd2 >> note(random.randrange(10**6))")
    other("d3 >> note(random.randrange(10**6))")
    other.play(1)
    one, two = other.link.collector.sent[:2]
    assert one.note.controls != two.note.controls  # type: ignore[union-attr]
    other.session.close()


def test_asking_a_cycle_again_gives_the_same_chance(tmp_path: Path) -> None:
    stage = performance(tmp_path / "set.jsonl")
    stage(
        "import random\n"
        "def drawn(value):\n    return {**value, 'note': float(random.randrange(1000))}\n"
        'd1 >> note("0*4").untabled().with_value(drawn)'
    )
    stage.session._conductor.fill(3.0)
    stage.session._conductor.resend()
    sent = [each for each in stage.play(3) if each[1] == 1]
    assert len(sent) == 12
    same(stage, tmp_path / "set.jsonl")


def test_a_pattern_that_failed_fails_again_at_the_same_beat_even_if_its_code_does_not(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    stage = performance(path)
    flag = tmp_path / "flag"
    flag.write_text("")
    stage('d1 >> s("bd*2")')
    stage.play(1)
    stage(
        "import pathlib\ndef broken(value):\n    broken.count = getattr(broken, 'count', 0) + 1\n"
        f"    if broken.count > 7 and pathlib.Path({str(flag)!r}).exists(): raise RuntimeError('tired')\n"
        "    return value\n"
        'd1 >> s("sn*2").untabled().with_value(broken)'
    )
    stage.play(6)
    assert any("tired" in text for text in stage.told)
    played = keys(stage.link.collector.sent, 0.0)
    stage.session.close()
    flag.unlink()
    again = perform_journal(path, resolver=PlainResolver)
    found = [(key[0], key[3]) for key in keys(again.sends, 0.0)]
    assert found == [(key[0], key[3]) for key in played if key[0] < 7]


def test_what_depended_on_the_moment_is_in_the_journal(tmp_path: Path) -> None:
    from livecode.language.live import serve_controls

    fader = {"x": 0}

    def read(name: str) -> Any:
        fader["x"] += 1
        return fader.get(name) and fader["x"]

    path = tmp_path / "set.jsonl"
    stage = performance(path)
    stop = serve_controls(read)
    try:
        stage("from livecode.language.live import live_control\nd1 >> note(live_control('x')).fast(2)")
        stage.play(4)
    finally:
        stop()
    notes = same(stage, path)
    assert len({key[4] for key in notes}) > 3


def test_catching_up_leaves_names_slots_and_history_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    stage = performance(path)
    stage("tempo(140)\nx = 5")
    stage('d1 >> s("bd*4")')
    stage.play(1.5)
    stage('d1 >> s("sn")\nd2 >> s("hh")\nd2.gain(0.3)')
    stage("undo()")
    stage("redo()")
    stage('d3 >> s("cp").fast(x)')
    before = [str(step) for step in stage.session.history()]
    sources = {number: take.source for number, take in stage.session._scene.takes.items()}
    stage.session.close()
    with Session("offline", journal=None, resolver=PlainResolver) as other:
        again = catch_up(other, read_script(path))
        assert again.names["x"] == 5
        assert {number: take.source for number, take in other._scene.takes.items()} == sources
        assert [str(step) for step in other.history()] == before
        assert other._scene.level(2) == 0.3
        assert other.tempo() == 140.0
        other.undo()
        assert 3 not in other._scene.takes


def test_an_undo_inside_a_block_is_not_done_twice(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    stage = performance(path)
    stage('d1 >> s("bd")')
    stage('d1 >> s("sn")')
    stage('d1 >> s("hh")')
    stage("x = 1\nundo()")
    stage("d1.undo()\nd2 >> s('cp')")
    stage.play(2)
    notes = same(stage, path)
    assert {(key[2], key[3]) for key in notes} == {(1, "lc-bd"), (2, "lc-cp")}


def test_files_are_in_the_journal_with_what_they_said(tmp_path: Path) -> None:
    path, file = tmp_path / "set.jsonl", tmp_path / "mine.py"
    stage = performance(path)
    file.write_text('from livecode import *\nd1 >> s("bd")\nd2 >> s("hh*2")\n')
    stage.session.load(file)
    stage.play(1.5)
    file.write_text('from livecode import *\nd1 >> s("sn*4")\n')
    stage.session.load(file)
    stage.play(2)
    file.unlink()
    notes = same(stage, path)
    assert [key[0] for key in notes if key[2] == 2] == [0.0, 0.5, 1.0, 1.5]


def test_a_journal_cut_off_by_a_crash_is_played_to_two_cycles_after_its_end(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    stage = performance(path)
    stage('d1 >> s("bd")')
    stage.play(3)
    stage('d1 >> s("sn")')
    stage.session._journal.close()  # type: ignore[union-attr]
    stage.session._journal = None
    stage.session.close()
    kept = [line for line in path.read_bytes().splitlines(True) if b'"kind":"end"' not in line]
    path.write_bytes(b"".join(kept))
    path.write_bytes(path.read_bytes() + b'{"kind": "evalu')
    again = perform_journal(path, resolver=PlainResolver)
    assert [each.note.definition for each in again.sends] == ["lc-bd"] * 4 + ["lc-sn"] * (again.cycles - 4)


@pytest.mark.parametrize("text", ["", "hello\n", '{"kind": "evaluation"}\n', "\x00\x01"])
def test_what_is_no_journal_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(text)
    with pytest.raises(FileProblem, match=r"set\.jsonl is no journal"):
        perform_journal(path)
    with pytest.raises(FileProblem, match="no journal at"):
        read_script(tmp_path / "nosuch.jsonl")


def test_what_was_typed_is_on_the_disk_within_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os
    import time

    from livecode.stage.journal import Journal

    synced: list[int] = []
    real = os.fsync
    monkeypatch.setattr("livecode.stage.journal.os.fsync", lambda file: (real(file), synced.append(file)))
    journal = Journal(tmp_path / "set.jsonl")
    for number in range(5):
        journal.write("evaluation", 0.0, source=str(number))
    limit = time.monotonic() + 5.0
    while not synced and time.monotonic() < limit:
        time.sleep(0.01)
    assert len(synced) == 1
    journal.close()


def test_what_a_sender_repeats_while_its_set_is_taken_over_is_in_the_journal(tmp_path: Path) -> None:
    import threading

    from livecode.stage.protocol import Repeated

    first = performance(tmp_path / "first.jsonl")
    first('d1 >> s("bd*4")')
    first('d2 >> s("hh*4")')
    first.play(2)
    first.session.close()
    taken = performance(tmp_path / "second.jsonl")
    repeated = Repeated(1, 2.0, 3.0, 1.0)

    def meanwhile(entry: object) -> None:
        reader = threading.Thread(target=taken.session._answered, args=(repeated,))
        reader.start()
        reader.join()

    script = read_script(tmp_path / "first.jsonl")
    slow = replace(script, entries=Slowly(script.entries, meanwhile))
    taken.session._caught_up(slow)
    taken.session.close()
    lines = read(tmp_path / "second.jsonl")
    assert [line["kind"] for line in lines].count("repeated") == len(script.entries)
    assert not any(line["kind"] == "evaluation" for line in lines)


class Slowly(list[Any]):
    """A list during whose reading something else happens."""

    def __init__(self, entries: list[Any], meanwhile: Any) -> None:
        super().__init__(entries)
        self.meanwhile = meanwhile

    def __iter__(self) -> Any:
        for entry in super().__iter__():
            self.meanwhile(entry)
            yield entry
