"""What a performer's lines do, seen on a virtual clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from plain_resolver import PlainResolver, notes

from livecode.config import Config
from livecode.errors import ControlError, EngineError, LivecodeError, NameUnknown, PatternError, TempoError
from livecode.stage import journal as journals
from livecode.stage.faults import explain
from livecode.stage.line import MOST_REVIVALS
from livecode.stage.link import DirectLink
from livecode.stage.session import NAMES, Session, current


class Offline:
    """An offline session with a hand on its clock."""

    def __init__(self, **more: Any) -> None:
        self.session = Session("offline", config=Config(), resolver=PlainResolver, **more)
        self.told: list[str] = []
        self.session.listen(lambda notice: self.told.append(notice.text))
        self.namespace = self.session.namespace()
        assert isinstance(self.session._link, DirectLink)
        self.link = self.session._link

    def __call__(self, source: str) -> Any:
        return self.session.evaluate(source, namespace=self.namespace)

    def play(self, cycles: float) -> list[tuple[float, int, str]]:
        """Let so many cycles pass; what fell into them, by (cycle, slot, instrument)."""
        begin = self.session.now()
        until = begin + cycles
        timeline, step = self.session._timeline, 1 / 32
        while self.session.now() < until - 1e-6:
            self.session._conductor.fill(self.session.now() + 1.0)
            self.link.player.advance()
            self.link.clock.move(min(step, until - self.session.now()) / timeline.cps)
        self.link.player.advance()
        return [note for note in notes(self.link.collector.sent) if begin - 1e-6 <= note[0] < until - 1e-6]

    def level(self, slot: int) -> float:
        return self.link.collector.levels.get(slot, 1.0)


@pytest.fixture
def stage() -> Iterator[Offline]:
    made = Offline()
    yield made
    made.session.close()


def test_a_pattern_sounds_at_its_times(stage: Offline) -> None:
    stage('d1 >> s("bd sn")')
    assert stage.play(2) == [(0.0, 1, "bd"), (0.5, 1, "sn"), (1.0, 1, "bd"), (1.5, 1, "sn")]


def test_a_new_pattern_takes_over_at_the_next_cycle(stage: Offline) -> None:
    stage('d1 >> s("bd*4")')
    stage.play(1.3)
    stage('d1 >> s("sn")')
    assert stage.play(1.5)[-3:] == [(1.5, 1, "bd"), (1.75, 1, "bd"), (2.0, 1, "sn")]


def test_or_at_once_or_on_a_grid_of_ones_own(stage: Offline) -> None:
    stage('d1.quant(0) >> s("bd*4")\nd2.quant(4) >> s("hh")')
    stage.play(1.3)
    stage('d1 >> s("sn*4")\nd2 >> s("cp")')
    played = stage.play(3.0)
    assert (1.5, 1, "sn") in played
    assert [cycle for cycle, slot, name in played if name == "cp"] == [4.0]
    assert [cycle for cycle, slot, name in played if name == "hh"] == [2.0, 3.0]


def test_an_evaluation_happens_together_or_not_at_all(stage: Offline) -> None:
    stage('d1 >> s("bd")')
    with pytest.raises(NameUnknown):
        stage('tempo(200)\nd1 >> s("sn")\nd2 >> s("hh")\nd1.gain(0.5)\nd3 >> s("bdd")')
    assert stage.play(2) == [(0.0, 1, "bd"), (1.0, 1, "bd")]
    assert stage.session.tempo() == 120.0
    assert stage.level(1) == 1.0
    assert [each.slot for each in stage.session.running()] == [1]


@pytest.mark.parametrize(
    ("line", "kind", "said"),
    [
        ('d1 >> s("bdd")', NameUnknown, "did you mean 'bd'"),
        ('d1 >> s("bd").fast(1e9)', LivecodeError, "events"),
        ('d1 >> s("bd").gain(float("nan"))', ControlError, "nan"),
        ('d1 >> note("0 1").with_value(lambda value: None)', ControlError, "no sound by itself"),
        ('d1 >> "bd"', ControlError, 's("bd")'),
        ("d1 >> 3", ControlError, "no sound by itself"),
        ("d1 >> None", PatternError, "d1.stop()"),
        ("d1 >> rev", PatternError, "waiting for its pattern"),
        ("d1 >> d1", PatternError, "listens to itself"),
        ('d1 >> s("bd") | s("sn")', PatternError, "d1 >> (a | b)"),
        ('(d1 >> s("bd")).fast(2)', PatternError, "has no fast"),
        ('d1 >> note("0").with_value(lambda value: 1 / 0)', ZeroDivisionError, "division by zero"),
        ('d1 >> s("bd").wobbel(3)', LivecodeError, "wobbel"),
        ("tempo(0)", TempoError, "tempo(126)"),
        ("meter(4, 3)", TempoError, "meter(7, 8)"),
        ("d1.gain(-1)", ControlError, "0 to 4"),
        ("mute(17)", PatternError, "no slot"),
        ("d1.quant(-1)", TempoError, "grid"),
        ("count_in(0)", TempoError, "count_in(2)"),
        ('record("x.wav")', EngineError, "livecode render"),
        ('play("nosuch.py")', LivecodeError, "nosuch"),
        ("d1 >> s(", SyntaxError, "never closed"),
        ("nosuchname", NameError, "nosuchname"),
        ('d17 >> s("bd")', NameError, "there are d1 to d16"),
        ('d1 = s("bd")', PatternError, "write d1 >> ..."),
        ("for d2 in range(3): pass", PatternError, "write d2 >> ..."),
        ("tempo = 90", PatternError, "write tempo(90)"),
        ("raise SystemExit", SystemExit, ""),
    ],
)
def test_what_is_wrong_is_one_line_and_what_plays_plays_on(
    stage: Offline, line: str, kind: type[BaseException], said: str
) -> None:
    stage('d1 >> s("sn")')
    stage.play(0.5)
    with pytest.raises(kind) as caught:
        stage(line)
    told = explain(caught.value)
    assert said in told
    assert "\n" not in told
    assert stage.play(1.5) == [(1.0, 1, "sn")]


def test_names_of_ones_own_may_hide_livecodes(stage: Offline) -> None:
    stage('d1 >> s("bd")\nn = 3\nhistory = [n]\ntempo = lambda: 3\nd17 = s("sn")\nd2 >> d17')
    assert (stage.namespace["n"], stage.namespace["history"], stage.namespace["tempo"]()) == (3, [3], 3)
    assert stage.play(1) == [(0.0, 1, "bd"), (0.0, 2, "sn")]


def test_the_line_of_a_block_is_named(stage: Offline) -> None:
    with pytest.raises(NameUnknown) as caught:
        stage('x = 1\nd1 >> s("bdd")\n')
    assert explain(caught.value).startswith("line 2: no instrument")


def test_a_failure_in_a_later_cycle_brings_the_last_good_pattern_back(stage: Offline) -> None:
    stage('d1 >> s("bd")\nd2 >> s("hh*2")')
    stage.play(1)
    stage(
        "def broken(value):\n    broken.count = getattr(broken, 'count', 0) + 1\n"
        "    if broken.count > 3: raise RuntimeError('tired')\n    return value\n"
        'd1 >> s("sn").untabled().with_value(broken)'
    )
    played = stage.play(6)
    slot_1 = [name for _, slot, name in played if slot == 1]
    assert slot_1[-1] == "bd"
    assert [cycle for cycle, slot, _ in played if slot == 1] == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert len([each for each in played if each[1] == 2]) == 12
    assert len(stage.told) == 1
    assert "d1 plays on with what it had before" in stage.told[0]
    assert "tired" in stage.told[0]
    assert "plays what it had before" in stage.session.running()[0].why


def test_a_wrong_value_in_a_later_cycle_leaves_out_that_event_only(stage: Offline) -> None:
    stage('d1 >> s("<bd bd bd bd bd bdd>*2")')
    assert [cycle for cycle, _, _ in stage.play(6)] == [n / 2 for n in range(12) if n % 6 != 5]
    assert stage.told == ["d1 leaves out an event: no instrument called 'bdd': did you mean 'bd'?"]


def test_undo_and_redo_walk_over_evaluations(stage: Offline) -> None:
    stage('d1 >> s("bd")')
    stage('tempo(90)\nd1 >> s("sn")\nd2 >> s("hh")\nd2.gain(0.5)')
    stage("undo()")
    assert stage.session.tempo() == 120.0
    assert stage.level(2) == 1.0
    assert stage.play(0.75) == [(0.0, 1, "bd")]
    stage("redo()")
    assert stage.session.tempo() == 90.0
    assert stage.level(2) == 0.5
    assert stage.play(1.0) == [(1.0, 1, "sn"), (1.0, 2, "hh")]
    assert [step.number for step in stage.session.history()] == [1, 2]


def test_a_slot_has_an_undo_of_its_own(stage: Offline) -> None:
    stage('d1 >> s("bd")')
    stage('d1 >> s("sn")')
    stage('d2 >> s("hh")')
    stage("d1.undo()")
    assert stage.play(0.75) == [(0.0, 1, "bd"), (0.0, 2, "hh")]
    stage("d1.redo()")
    assert stage.play(1) == [(1.0, 1, "sn"), (1.0, 2, "hh")]
    stage("d1.undo()\nd1.undo()\nd1.undo()")
    assert stage.told == ["d1 has nothing to undo"]
    assert stage.play(1) == [(2.0, 2, "hh")]


def test_hush_silences_everything_and_can_be_taken_back(stage: Offline) -> None:
    stage('d1 >> s("bd*4")\nd2 >> s("hh")')
    stage.play(0.3)
    stage("hush()")
    assert stage.play(1) == []
    assert stage.link.collector.hushes == 1
    stage("undo()")
    assert stage.play(1.5)[0][0] == 2.0


def test_stop_silences_one_slot_at_its_quant(stage: Offline) -> None:
    stage('d1 >> s("bd*2")\nd2 >> s("hh")')
    stage.play(0.25)
    stage("d1.stop()")
    assert stage.play(2) == [(0.5, 1, "bd"), (1.0, 2, "hh"), (2.0, 2, "hh")]
    assert not stage.session.slots[1].playing


def test_mute_solo_and_gain_are_levels(stage: Offline) -> None:
    stage('d1 >> s("bd")\nd2 >> s("hh")\nd3 >> s("sn")')
    stage("d1.gain(0.5)\nd2.mute()")
    assert [stage.level(slot) for slot in (1, 2, 3)] == [0.5, 0.0, 1.0]
    stage("solo(d1)")
    assert [stage.level(slot) for slot in (1, 2, 3)] == [0.5, 0.0, 0.0]
    stage("unsolo()\nunmute(d2)")
    assert [stage.level(slot) for slot in (1, 2, 3)] == [0.5, 1.0, 1.0]
    stage("mute()")
    assert [stage.level(slot) for slot in (1, 2, 3)] == [0.0, 0.0, 0.0]
    assert [each.why for each in stage.session.running()] == ["is muted"] * 3


def test_once_plays_one_cycle_now_beside_the_slots(stage: Offline) -> None:
    stage('d1 >> s("bd")')
    stage.play(1.5)
    sent = stage.session._timeline.cycle_at(stage.link.player.sent_until)
    stage('once(s("cp*2"))')
    played = stage.play(3)
    assert [cycle for cycle, slot, name in played if slot == 0] == [sent, sent + 0.5]


def test_the_metronome_clicks_every_beat_of_the_metre(stage: Offline) -> None:
    stage("meter(3, 4)\nmetronome()")
    assert [round(cycle, 3) for cycle, _, _ in stage.play(1.8)] == [0, 0.333, 0.667, 1, 1.333, 1.667]
    stage("metronome(False)")
    assert stage.play(2) == []


def test_a_count_in_comes_before_the_first_bar(stage: Offline) -> None:
    stage('count_in(1)\nd1 >> s("bd")')
    assert stage.session.now() == -1.0
    clicks = [(cycle / 4, 0, "rim") for cycle in range(-4, 0)]
    assert stage.play(2) == [*clicks, (0.0, 1, "bd")]


def test_a_count_in_during_the_music_holds_back_what_follows_it(stage: Offline) -> None:
    stage('d1 >> s("bd")')
    stage.play(0.5)
    stage('count_in(2)\nd2 >> s("sn")')
    played = stage.play(3.5)
    assert [cycle for cycle, slot, _ in played if slot == 2] == [3.0]
    assert [cycle for cycle, slot, _ in played if slot == 0] == [1 + beat / 4 for beat in range(8)]


def test_a_slot_that_follows_another_changes_with_it(stage: Offline) -> None:
    stage('d1 >> s("bd")\nd2 >> d1.as_pattern().fast(2)')
    assert (0.5, 2, "bd") in stage.play(0.75)
    stage('d1 >> s("sn")')
    assert stage.play(1) == [(1.0, 1, "sn"), (1.0, 2, "sn"), (1.5, 2, "sn")]


def test_slots_that_follow_each_other_are_told_so(stage: Offline) -> None:
    stage('d1 >> s("bd")\nd2 >> d1.as_pattern()')
    with pytest.raises(PatternError, match="listens to itself"):
        stage("d1 >> d2.as_pattern()")


def test_tempo_changes_do_not_move_the_cycle(stage: Offline) -> None:
    stage('d1 >> s("bd*4")')
    stage.play(1.1)
    before = stage.session.now()
    stage("tempo(60)")
    assert stage.session.now() == before
    assert [cycle for cycle, _, _ in stage.play(0.9)] == [1.25, 1.5, 1.75]
    assert stage.session.cps() == 0.25


def test_a_plain_script_needs_no_evaluation(stage: Offline) -> None:
    d1, d2 = stage.session.slots[1], stage.session.slots[2]
    from livecode.language.controls import control_pattern

    d1 >> control_pattern("s", "bd")
    d2 >> control_pattern("s", "hh")
    d2.gain(0.5)
    assert stage.play(1) == [(0.0, 1, "bd"), (0.0, 2, "hh")]
    assert d1.source == 'd1 >> control_pattern("s", "bd")'
    assert len(stage.session.history()) == 3


def test_slots_know_their_source_and_their_pattern(stage: Offline) -> None:
    assert repr(stage('x = d1 >> s("bd").room(0.1)\nx')) == "None"
    assert stage.session.slots[1].source == 'x = d1 >> s("bd").room(0.1)'
    stage("d2 >> d1.pattern.fast(2)")
    assert (0.5, 2, "bd") in stage.play(1)
    assert repr(stage.session.slots[3]) == "d3: silent"


def test_what_sounds_can_be_lit_up(stage: Offline) -> None:
    stage('d1 >> s("bd sn")')
    stage.play(0.6)
    lit = stage.session.sounding()
    assert [each.locations[0][:2] for each in lit] == [(3, 5)]
    assert lit[0].slot == 1


def test_the_status_is_all_that_a_toolbar_needs(stage: Offline) -> None:
    stage('meter(3, 4)\nd1 >> s("bd*3")\nd2 >> s("hh")\nmute(d2)')
    stage.play(0.5)
    status = stage.session.status()
    assert (status.bpm, status.beat, status.beats) == (120.0, 2, 3)
    assert [(each.number, each.events, each.muted) for each in status.slots if each.playing] == [
        (1, 3, False),
        (2, 1, True),
    ]


def test_every_evaluation_is_in_the_journal_as_it_happens(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    stage = Offline(journal=path)
    stage('d1 >> s("bd")')
    stage("tempo(90)")
    with pytest.raises(TempoError):
        stage("tempo(0)")
    stage("undo()")
    lines = [line for line in journals.read(path) if line["kind"] != "map"]
    assert [line["kind"] for line in lines] == ["journal", "evaluation", "evaluation", "undo", "evaluation"]
    assert lines[1]["source"] == 'd1 >> s("bd")'
    maps = len(journals.read(path)) - len(lines)
    path.write_bytes(path.read_bytes()[:-5])
    assert len(journals.read(path)) == len(lines) + maps - 1
    stage.session.close()


def test_a_full_disk_costs_the_journal_only(tmp_path: Path) -> None:
    stage = Offline(journal=Path("/dev/full"))
    stage('d1 >> s("bd")')
    stage('d1 >> s("sn")')
    assert stage.play(1) == [(0.0, 1, "sn")]
    assert len([text for text in stage.told if "journal" in text]) == 1
    stage.session.close()


def test_names_belong_to_the_session_whose_code_runs(stage: Offline) -> None:
    assert stage("from livecode.stage.session import current\ncurrent()") is stage.session
    assert set(NAMES) <= set(stage.namespace)
    assert stage.namespace["d1"] is stage.session.slots[1]
    with stage.session.evaluation("", "<x>"):
        assert current() is stage.session


def test_a_session_that_is_over_says_so(stage: Offline) -> None:
    stage.session.close()
    with pytest.raises(EngineError, match="over"):
        stage('d1 >> s("bd")')


def test_senders_that_end_once_in_a_while_are_replaced_for_ever_and_at_once_only_so_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = Offline().session
    now = [100.0]
    monkeypatch.setattr("livecode.stage.line.time.monotonic", lambda: now[0])
    monkeypatch.setattr(session, "_again", lambda: None)
    for _ in range(20):
        now[0] += 600.0
        session._lost()
    assert not session._failed
    for _ in range(MOST_REVIVALS):
        now[0] += 1.0
        session._lost()
    assert "again and again" in session._failed
