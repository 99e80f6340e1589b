"""Recording inside the server, and the tap that tells where each event was heard."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.errors import EngineError, FileProblem
from livecode.sound import layout, tap
from livecode.sound.encode import timetag, wall_offset
from livecode.sound.engine import Engine
from livecode.sound.mixer import Mixer
from livecode.sound.osc import bundle, message
from livecode.sound.record import Recorder, convert, within

pytestmark = pytest.mark.sound


def sine(engine: Engine, signals: dict, level: float, slot: int, orbit: int, seconds: float = 0.4) -> None:
    engine.load(signals["lc-sine"])
    engine.sync()
    engine.send_many([
        message(
            "/s_new", "lc-sine", -1, 0, layout.notes_group(slot), "out", layout.dry_bus(slot, orbit),
            "level", level, "sustain", seconds, "freq", 440.0 + 13 * (slot - 4),
        )
    ])  # fmt: skip


def until(seconds: float, take: object) -> None:
    while take.seconds < seconds:  # type: ignore[attr-defined]
        time.sleep(0.01)


def test_the_master_and_a_stem_are_recorded_at_once(
    running: Engine, desk: Mixer, signals: dict, tmp_path: Path
) -> None:
    recorder = Recorder(running)
    running.send_many([*desk.ensure(4, 1), *desk.ensure(5, 2)])
    with recorder.master(tmp_path / "master.wav") as master, recorder.orbit(tmp_path / "one.wav", 1) as stem:
        sine(running, signals, 0.25, 4, 1)
        sine(running, signals, 0.125, 5, 2)
        until(0.7, stem)
    whole, rate = soundfile.read(master.path, always_2d=True)
    part, _ = soundfile.read(stem.path, always_2d=True)
    assert rate == 48000
    assert whole.shape[1] == 2
    assert np.abs(whole).max() == pytest.approx(0.375, rel=0.05)
    assert np.abs(part).max() == pytest.approx(0.25, rel=0.02)
    assert not master.running
    assert master.stop() == master.path


def test_master_and_stems_begin_at_the_same_sample_and_stems_add_up(
    running: Engine, desk: Mixer, signals: dict, tmp_path: Path
) -> None:
    running.send_many([*desk.ensure(4, 1), *desk.ensure(5, 2)])
    takes = Recorder(running).together(tmp_path / "take.flac", [1, 2])
    sine(running, signals, 0.25, 4, 1, 0.3)
    sine(running, signals, 0.125, 5, 2, 0.3)
    until(0.7, takes)
    assert takes.stop().name == "take.flac"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "take-orbit-1.flac", "take-orbit-2.flac", "take.flac",
    ]  # fmt: skip
    whole, one, two = (
        soundfile.read(take.path, always_2d=True)[0][:, 0] for take in (takes.master, *takes.stems.values())
    )
    assert len(whole) == len(one) == len(two)
    size = len(whole)
    # The limiter looks ahead, so the master is late by less than 10 ms; nothing here is loud enough for it.
    late = min(range(480), key=lambda each: np.abs(whole[each:] - (one + two)[: size - each]).sum())
    difference = whole[late:size] - (one + two)[: size - late]
    assert np.abs(difference).max() < 0.02
    assert np.abs(whole).max() > 0.3


@pytest.mark.parametrize(("name", "subtype"), [("take.flac", "PCM_24"), ("take.mp3", "MPEG_LAYER_III")])
def test_the_name_chooses_the_format(
    running: Engine, desk: Mixer, signals: dict, tmp_path: Path, name: str, subtype: str
) -> None:
    running.send_many(desk.ensure(4, 1))
    with Recorder(running).orbit(tmp_path / name, 1) as take:
        sine(running, signals, 0.25, 4, 1)
        until(0.5, take)
    about = soundfile.info(take.path)
    assert about.subtype == subtype
    assert about.duration > 0.3
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_sixteen_bits_on_request(running: Engine, desk: Mixer, tmp_path: Path) -> None:
    with Recorder(running, "int16").master(tmp_path / "take.wav") as take:
        until(0.2, take)
    assert soundfile.info(take.path).subtype == "PCM_16"


def test_a_folder_that_cannot_be_written_is_one_line(running: Engine, desk: Mixer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileProblem, match="cannot write"):
        Recorder(running).master(tmp_path / "file" / "take.wav")


def test_too_many_channels_is_one_line(running: Engine, desk: Mixer, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="30 channels"):
        Recorder(running).buses(tmp_path / "take.wav", range(30))


def test_a_format_nobody_knows_is_one_line(tmp_path: Path) -> None:
    raw = tmp_path / "raw.wav"
    soundfile.write(raw, np.zeros((100, 2)), 48000, subtype="FLOAT")
    with pytest.raises(FileProblem, match=r"choose \.wav, \.flac"):
        convert(raw, tmp_path / "take.xyz")


def test_a_file_outside_is_reached_by_a_link(tmp_path: Path) -> None:
    folder, outside = tmp_path / "server", tmp_path / "music"
    outside.mkdir()
    linked = within(folder, outside / "take.wav")
    assert linked.is_relative_to(folder.resolve())
    assert linked.resolve() == (outside / "take.wav").resolve()
    assert within(folder, outside / "b.wav").parent == linked.parent
    assert within(None, outside / "take.wav") == outside / "take.wav"


def test_every_click_is_heard_once_and_spells_its_number(
    running: Engine, desk: Mixer, tmp_path: Path
) -> None:
    take = tap.record(running, tmp_path / "tap.wav")
    start = time.monotonic() + wall_offset() + 0.3
    intended = {number: start + number * 0.005 for number in range(200)}
    intended |= dict.fromkeys(range(200, 220), start + 1.2)
    references = {number: start + number / 4 for number in range(5)}
    packets = [bundle(timetag(when), [tap.click(number)]) for number, when in intended.items()]
    packets += [bundle(timetag(when), [tap.click(each, reference=True)]) for each, when in references.items()]
    running.send_many(packets)
    until(2.2, take)
    clicks = tap.read(take.stop())
    assert sorted(clicks.samples) == list(range(220))
    assert sorted(clicks.references) == list(range(5))
    assert clicks.doubled == ()
    assert clicks.strange == ()
    errors = np.abs(list(clicks.errors(intended, references).values()))
    assert np.percentile(errors, 50) <= 1.5


@pytest.mark.parametrize("number", [0, 1, 7, 12345, tap.STEPS - 1])
def test_heights_spell_numbers_even_as_32_bit_floats(number: int) -> None:
    assert tap.number(float(np.float32(tap.height(number)))) == number
    assert float(np.float32(tap.height(number))) == tap.height(number)
