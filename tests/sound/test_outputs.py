"""Up to eight outputs: an orbit goes to the pair that its notes name, each pair behind a safe master."""

from __future__ import annotations

import math
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from measuring import RATE, rms

from livecode.sound import layout
from livecode.sound.command import DefinitionLoad, GlobalEffect, Note
from livecode.sound.encode import Encoder
from livecode.sound.engine import EngineOptions, boot
from livecode.sound.mixer import Mixer
from livecode.sound.osc import message
from livecode.sound.render import Renderer
from livecode.stage.offline import perform


def heard(tmp_path: Path, source: str, outputs: int) -> np.ndarray:
    performance = perform(source=f"cps(1)\n{source}", cycles=2)
    assert not performance.notices
    target = tmp_path / "heard.wav"
    Renderer().render(
        performance.sends, performance.commands, performance.seconds, target, outputs=outputs, tail=0.1
    )
    sound, _ = soundfile.read(target, dtype="float32", always_2d=True)
    return np.asarray(sound)


def test_each_orbit_is_heard_where_it_was_sent_and_nowhere_else(tmp_path: Path) -> None:
    source = "\n".join(
        f'd{number + 1} >> s("sine").orbit({number}).channel({2 * number}).note({12 * number})'
        for number in range(4)
    )
    sound = heard(tmp_path, source, 8)
    assert sound.shape[1] == 8
    for pair in range(4):
        freq = 261.6256 * 2**pair
        part = sound[RATE // 4 : RATE // 2, 2 * pair]
        spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
        assert np.argmax(spectrum) * RATE / len(part) == pytest.approx(freq, abs=5)
        assert rms(part) > -30


def test_an_output_that_is_not_there_wraps_round(tmp_path: Path) -> None:
    sound = heard(tmp_path, 'd1 >> s("sine").channel(6)', 2)
    assert sound.shape[1] == 2
    assert rms(sound[RATE // 4 : RATE // 2]) > -30


def test_an_orbit_moves_while_it_sounds_and_stands_there_after_a_crash() -> None:
    encoder = Encoder()
    encoder.define(DefinitionLoad("lc-dry-00000000", b"", ("out",)))
    mixer = Mixer(encoder, definitions={})
    mixer.outputs = 8
    mixer.prepare(Note(0, 1, "lc-dry-00000000", 1, 2))
    moved = mixer.apply(GlobalEffect(0, 2, "output", controls=(("channel", 4.0),)), 1.0)
    assert len(moved) == 2, "the master of that pair, and the orbit's way to it"
    assert mixer.apply(GlobalEffect(0, 2, "output", controls=(("channel", 4.0),)), 1.0) == []
    rebuilt = b"".join(mixer.tree())
    assert message("x", layout.master_bus(2))[-4:] in rebuilt
    assert len(mixer.set_master(0.5)) == 2


@pytest.mark.sound
@pytest.mark.parametrize("bad", [math.nan, 1e6])
def test_every_pair_is_guarded_live(tmp_path: Path, signals: dict, bad: float) -> None:
    from livecode.sound.record import Recorder

    with boot(EngineOptions(device="dummy", folder=tmp_path / "server", outputs=8)) as engine:
        mixer = Mixer(Encoder())
        mixer.start(engine)
        engine.load(signals["lc-steady"])
        engine.sync()
        engine.send_many(mixer.apply(GlobalEffect(0, 1, "output", controls=(("channel", 6.0),)), 1.0))
        engine.send_many(mixer.ensure(1, 1))
        with Recorder(engine).master(tmp_path / "take.wav") as take:
            engine.send_many([
                message(
                    "/s_new", "lc-steady", -1, 0, layout.ORBITS_GROUP, "out", layout.orbit_dry_bus(1),
                    "level", bad, "sustain", 0.1,
                )
            ])  # fmt: skip
            engine.sync()
            while take.seconds < 0.4:
                time.sleep(0.01)
        sound, _ = soundfile.read(take.path, dtype="float32", always_2d=True)
    assert sound.shape[1] == 8
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() <= 0.95 + 1e-6
