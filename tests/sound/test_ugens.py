"""Unit generators that supriya lacks, each rendered: what scsynth makes of our declarations."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from measuring import RATE, level_at, rms
from offline import Offline

from livecode.sound.frame import _units
from livecode.sound.ugens import *  # type: ignore[assignment]
from livecode.sound.ugens import __all__ as NAMES


def sine_table(size: int = 256, wavetable: bool = True) -> list[float]:
    """One sine period, plain or in SuperCollider's wavetable format (pairs 2a-b, b-a)."""
    wave = np.sin(2 * np.pi * np.arange(size) / size)
    if not wavetable:
        return [float(value) for value in wave]
    after = np.roll(wave, -1)
    return [float(value) for pair in zip(2 * wave - after, after - wave) for value in pair]


def filled(values: list[float]) -> Any:
    buffer = LocalBuf.ir(1, len(values))
    SetBuf.ir(buffer, 0, len(values), values)
    return buffer


def linear_shape() -> list[float]:
    """The shaping function y = x, in wavetable format."""
    wave = np.linspace(-1, 1, 129)
    return [float(value) for a, b in pairwise(wave) for value in (2 * a - b, b - a)]


# name: what to build, how long, what must be true of the left channel.
Heard = Callable[[np.ndarray], bool]
CASES: dict[str, tuple[Callable[[], Any], Heard]] = {
    "Osc": (
        lambda: Osc.ar(filled(sine_table()), 500),
        lambda x: level_at(x, 500) > -1 and level_at(x, 1000) < -40,
    ),
    "OscN": (lambda: OscN.ar(filled(sine_table(256, False)), 500), lambda x: level_at(x, 500) > -1),
    "Shaper": (
        lambda: Shaper.ar(filled(linear_shape()), SinOsc.ar(500) * 0.5),
        lambda x: abs(level_at(x, 500) + 6) < 0.5 and level_at(x, 1500) < -50,
    ),
    "SetBuf": (
        lambda: BufRd.ar(filled([0.25, 0.5, 0.75]), DC.ar(1), 0, 1, channel_count=1),
        lambda x: np.allclose(x[100:], 0.5),
    ),
    "Klang": (lambda: Klang.ar([400, 900], [0.3, 0.2]), lambda x: abs(level_at(x, 900) + 14) < 1),
    "DynKlank": (
        lambda: DynKlank.ar(Impulse.ar(0) * 0.2, [600, 1500], [1, 1], [0.5, 0.5]),
        lambda x: level_at(x, 600) > level_at(x, 1000) + 25,
    ),
    "FreeVerb2": (
        lambda: FreeVerb2.ar(Impulse.ar(0), Impulse.ar(0), 1, 0.8, 0.2),
        lambda x: rms(x[RATE // 4 :]) > -80 and np.abs(x).max() < 1,
    ),
    "GVerb": (
        lambda: GVerb.ar(Impulse.ar(0), 20, 2, 0.3, 0.5, 15, 0, 0.5, 0.5, 40),
        lambda x: rms(x[RATE // 4 :]) > -100 and np.abs(x).max() < 2,
    ),
    "GrainSin": (
        lambda: GrainSin.ar(Impulse.ar(50), 0.05, 700, 0, -1, 64, channel_count=2),
        lambda x: level_at(x, 700) > -12,
    ),
    "GrainFM": (
        lambda: GrainFM.ar(Impulse.ar(50), 0.05, 700, 100, 2, 0, -1, 64, channel_count=2),
        lambda x: level_at(x, 800) > -40 and level_at(x, 700) > -40,
    ),
    "TGrains": (
        lambda: TGrains.ar(
            Impulse.ar(60), filled(sine_table(4096, False)), 60, 0.04, 0.05, 0, 0.5, 4, channel_count=2
        ),
        lambda x: rms(x) > -40,
    ),
    "PulseCount": (
        lambda: PulseCount.ar(Impulse.ar(100), 0) * 0.001,
        lambda x: abs(x[RATE // 2] - 0.05) < 0.002,
    ),
    "PulseDivider": (
        lambda: PulseDivider.ar(Impulse.ar(1000), 4, 0),
        lambda x: 120 <= int((x > 0.5).sum()) <= 130,
    ),
    "Stepper": (
        lambda: Stepper.ar(Impulse.ar(100), 0, 0, 3, 1, 0) * 0.1,
        lambda x: set(np.round(x[100:] * 10).astype(int)) == {0, 1, 2, 3},
    ),
    "SelectX": (
        lambda: SelectX.ar(DC.ar(1.5), [DC.ar(0), DC.ar(0.4), DC.ar(0.4)]),
        lambda x: abs(x[100] - 0.4 * 2**0.5) < 0.02,
    ),
    "SoundIn": (lambda: SoundIn.ar(0) + DC.ar(0.1), lambda x: np.allclose(x[100:], 0.1, atol=1e-6)),
    "VarLag": (
        lambda: K2A.ar(VarLag.kr(Line.kr(0, 1, 0.001) > 0.5, 0.2)),
        lambda x: 0.3 < x[int(0.1 * RATE)] < 0.7 and x[int(0.3 * RATE)] > 0.95,
    ),
}


@pytest.fixture(scope="module")
def heard() -> dict[str, np.ndarray]:
    u = _units()
    score = Offline()
    length = 0.5
    for number, (name, (build, _)) in enumerate(CASES.items()):
        builder = u.SynthDefBuilder()
        with builder:
            made = build()
            u.Out.ar(bus=0, source=made[0] if hasattr(made, "__len__") and len(made) > 1 else made)
        score.define(bytes(builder.build(name=name).compile()))
        start = round((0.1 + number * 0.6) * RATE / 64) * 64 / RATE
        score.play(start, name, node=1000 + number)
        score.send(start + length + 0.02, "/n_free", 1000 + number)
    sound = score.render(0.2 + len(CASES) * 0.6)
    assert not score.errors, score.errors
    found = {}
    for number, name in enumerate(CASES):
        start = round((0.1 + number * 0.6) * RATE / 64) * 64
        found[name] = sound[start : start + int(length * RATE) + 960, 0]
    return found


@pytest.mark.parametrize("name", CASES)
def test_declared_unit_sounds(heard: dict[str, np.ndarray], name: str) -> None:
    assert np.isfinite(heard[name]).all()
    assert CASES[name][1](heard[name])


def test_units_take_their_arguments_in_order() -> None:
    u = _units()
    builder = u.SynthDefBuilder()
    with builder:
        signal = LPF.ar(Saw.ar(110), 800)
    assert type(signal.ugen).__name__ == "LPF"
    assert signal.ugen.inputs[1] == 800.0


def test_too_many_arguments_name_the_ones_there_are() -> None:
    with pytest.raises(TypeError, match="frequency, phase"):
        SinOsc.ar(1, 2, 3)


def test_every_listed_unit_exists() -> None:
    import livecode.sound.missing as missing

    u = _units()
    for name in NAMES:
        assert hasattr(u, name) or hasattr(missing, name), name
