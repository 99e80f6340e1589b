"""Undo takes back all that one evaluation changed: knobs of the desk, sources, energy and grids too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_session import Offline

from livecode.config import Config
from livecode.language.intensity import energy_level
from livecode.sound.command import GlobalEffect
from livecode.stage.offline import perform_journal
from livecode.stage.session import Session


@pytest.fixture
def stage() -> Iterator[Offline]:
    made = Offline()
    yield made
    made.session.close()


def knobs(stage: Offline) -> list[tuple[int, int, str, float]]:
    """What the desk has been told: orbit, slot, knob, place."""
    changes = (each.note for each in stage.link.collector.sent)
    return [
        (each.orbit, each.slot, *each.controls[0])
        for each in changes
        if isinstance(each, GlobalEffect) and each.effect == "desk"
    ]


def test_knobs_go_back_with_the_evaluation_that_turned_them(stage: Offline) -> None:
    stage('d1 >> s("bd*4")\nd1.balance(-0.5)')
    stage.play(1)
    stage('d1 >> s("hh*4")\nd1.balance(0.5)\nmaster(0.7)\norbit_gain(2, 1.5)\nd1.gain(0.3)\nd2.quant(4)')
    stage.play(1)
    before = len(knobs(stage))
    stage("undo()")
    played = stage.play(2)
    assert sorted(knobs(stage)[before:]) == [
        (0, 0, "master", 1.0), (0, 1, "balance", -0.5), (2, 0, "orbit_gain", 1.0),
    ]  # fmt: skip
    assert [name for _, _, name in played[-4:]] == ["bd"] * 4
    assert stage.level(1) == 1.0
    assert stage.session._scene.quants.get(2, 1.0) == 1.0
    before = len(knobs(stage))
    stage("redo()")
    stage.play(1)
    assert sorted(knobs(stage)[before:]) == [
        (0, 0, "master", 0.7), (0, 1, "balance", 0.5), (2, 0, "orbit_gain", 1.5),
    ]  # fmt: skip


def test_a_block_that_fails_has_turned_no_knob(stage: Offline) -> None:
    stage('d1 >> s("bd*4")')
    with pytest.raises(ZeroDivisionError):
        stage("master(0.2)\nd1.width(0)\nenergy(0.9)\n1/0")
    stage.play(1)
    assert knobs(stage) == []
    assert stage.session._scene.energy is None


def test_energy_goes_back_too(stage: Offline) -> None:
    stage("energy(0.8)")
    stage("energy(0.2)")
    assert energy_level().query(0, 1)[0].value == 0.2
    stage("undo()")
    assert energy_level().query(0, 1)[0].value == 0.8
    stage("undo()")
    assert energy_level().query(0, 1)[0].value == 0.5


def test_a_scene_keeps_the_desk(stage: Offline) -> None:
    stage('d1 >> s("bd*4")\nd1.balance(-0.5)')
    stage('scene.save("left")')
    stage("d1.balance(0.8)")
    stage('scene.recall("left")')
    stage.play(1)
    assert knobs(stage)[-1] == (0, 1, "balance", -0.5)


def test_a_knob_that_a_file_no_longer_turns_goes_back(stage: Offline, tmp_path: Path) -> None:
    path = tmp_path / "set.py"
    path.write_text('d1 >> s("bd*4")\nmaster(0.5)\n')
    file = stage.session.load(path)
    stage.play(1)
    path.write_text('d1 >> s("bd*4")\n')
    file.reload()
    stage.play(1)
    assert [place for *_, place in knobs(stage)] == [0.5, 1.0]


FOG = "ndef('fog', lambda cutoff=800, amp=0.2: LPF.ar(PinkNoise.ar(), cutoff) * amp, fade=3{})"


def told(session: Session) -> list[tuple[str, dict[str, float]]]:
    link: Any = session._link
    changes = (each.note for each in link.collector.sent)
    return [
        (each.definition, dict(each.controls))
        for each in changes
        if isinstance(each, GlobalEffect) and each.effect == "ndef fog"
    ]


def play(session: Session, cycles: float) -> None:
    link: Any = session._link
    for _ in range(int(32 * cycles)):
        session._conductor.fill(session.now() + 1.0)
        link.player.advance()
        link.clock.move(1 / 32 / session._timeline.cps)


def test_sources_start_change_and_end_with_undo_and_the_journal_knows_it(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    with Session("offline", config=Config(), journal=path) as session:
        names = session.namespace()

        def do(source: str) -> list[tuple[str, dict[str, float]]]:
            before = len(told(session))
            session.evaluate(source, namespace=names)
            play(session, 0.5)
            return told(session)[before:]

        do('d1 >> s("bd*4")')
        ((first, _),) = do(FOG.format(""))
        # Said again it changes nothing; a control alone is one change, and undo its return.
        assert do(FOG.format("")) == []
        assert do("ndef('fog', cutoff=300)") == [(first, {"cutoff": 300.0})]
        assert do("undo()") == [(first, {"cutoff": 800.0})]
        # Another sound in its place, and back.
        ((second, _),) = do(FOG.replace("LPF", "HPF").format(""))
        assert second != first
        ((again, settings),) = do("undo()")
        assert (again, settings["fade"]) == (first, 3.0)
        # A block that fails starts nothing.
        with pytest.raises(ZeroDivisionError):
            do(FOG.replace("LPF", "RLPF").format("") + "\n1 / 0")
        assert do("ndef('fog').stop(fade=2)") == [(first, {"fade": 2.0, "gate": 0.0})]
        ((back, settings),) = do("undo()")
        assert back == first and "gate" not in settings
        # Hush silences sources too, and is taken back like everything.
        ((_, settings),) = do("hush()")
        assert settings["gate"] == 0.0
        assert [definition for definition, _ in do("undo()")] == [first]
        performed = [(each.time, each.note) for each in session._link.collector.sent]  # type: ignore[union-attr]
    replayed = perform_journal(path)
    assert replayed.notices == []
    wanted = [note for _, note in performed if isinstance(note, GlobalEffect)]
    assert [each.note for each in replayed.sends if isinstance(each.note, GlobalEffect)] == wanted


def test_a_source_that_a_file_no_longer_names_ends(tmp_path: Path) -> None:
    path = tmp_path / "set.py"
    with Session("offline", config=Config(), journal=None) as session:
        path.write_text(FOG.format("") + '\nd1 >> s("bd*4")\n')
        file = session.load(path)
        play(session, 1)
        path.write_text('d1 >> s("bd*4")\n')
        file.reload()
        play(session, 1)
        assert told(session)[-1][1]["gate"] == 0.0
        assert session._scene.sources == {}


def test_running_lists_sources_and_the_metronome_too(tmp_path: Path) -> None:
    with Session("offline", config=Config(), journal=None) as session:
        session.evaluate('d1 >> s("bd")\nmetronome()')
        play(session, 1.5)
        session.evaluate(FOG.format(""))
        session.evaluate("ndef('fog', cutoff=300)")
        lines = [str(each) for each in session.running()]
        assert lines[1].startswith("ndef fog since cycle 1.5, sounds: ndef('fog', lambda cutoff")
        assert lines[2].startswith("metronome since cycle 0, clicks")
        session.evaluate("hush()")
        assert session.running() == []
