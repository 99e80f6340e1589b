"""Fixtures that sound: a real scsynth on a silent JACK, once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from livecode.sound.command import DefinitionLoad
from livecode.sound.encode import Encoder
from livecode.sound.engine import Engine, EngineOptions, boot
from livecode.sound.engine.offline import play
from livecode.sound.mixer import Mixer
from livecode.sound.osc import bundle, message


@pytest.fixture(scope="session")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="session")
def running(server_folder: Path) -> Iterator[Engine]:
    with boot(EngineOptions(device="dummy", folder=server_folder)) as engine:
        yield engine


@pytest.fixture(scope="session")
def desk(running: Engine) -> Mixer:
    mixer = Mixer(Encoder())
    mixer.start(running)
    return mixer


@pytest.fixture(scope="session")
def signals() -> dict[str, DefinitionLoad]:
    """`lc-steady`: a constant `level` on `out`; `lc-sine`: a sine of `freq`; both for `sustain` seconds."""
    from livecode.sound.ugens import DC, Line, OffsetOut, SinOsc

    builder_of = import_module("supriya.ugens").SynthDefBuilder
    found = {}
    for name, make in {
        "lc-steady": lambda builder: DC.ar(1) * builder["level"],
        "lc-sine": lambda builder: SinOsc.ar(builder["freq"]) * builder["level"],
    }.items():
        with builder_of(out=0, level=0.3, freq=440, sustain=1.0, gate=1) as builder:
            Line.kr(0, 1, builder["sustain"], done_action=2)
            OffsetOut.ar(builder["out"], [make(builder)] * 2)
        data = builder.build(name=name).compile()
        found[name] = DefinitionLoad(name, data, ("out", "level", "freq", "sustain", "gate"))
    return found


Heard = Callable[..., Any]


@pytest.fixture
def hear(tmp_path: Path) -> Heard:
    """Plays (seconds, messages) rows offline and gives the samples, one row a frame."""

    def heard(
        rows: list[tuple[float, list[bytes]]], seconds: float, channels: int = 2, engine: str = "auto"
    ) -> Any:
        packets = [(time, bundle(round(time * 2**32), messages)) for time, messages in rows]
        packets.append((seconds, bundle(round(seconds * 2**32), [message("/g_freeAll", 0)])))
        score, sound = tmp_path / "score.osc", tmp_path / "sound.wav"
        ordered = sorted(packets, key=lambda row: row[0])
        score.write_bytes(b"".join(len(data).to_bytes(4, "big") + data for _, data in ordered))
        play(score, sound, 48000, channels, engine)
        samples, _ = soundfile.read(sound, dtype="float32", always_2d=True)
        return np.asarray(samples)

    return heard

