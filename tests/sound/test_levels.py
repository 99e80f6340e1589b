"""Meters, waveform and spectrum, read from the engine's memory by somebody who only knows its port."""

from __future__ import annotations

import math
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from livecode.sound import layout
from livecode.sound.engine import Engine
from livecode.sound.levels import SILENCE_DB, Level, Levels
from livecode.sound.mixer import Mixer
from livecode.sound.osc import message

pytestmark = [
    pytest.mark.sound,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the segment is a file on Linux"),
]


def tone(
    engine: Engine, desk: Mixer, signals: dict, level: float, freq: float, slot: int = 6, lasting: float = 0.5
) -> None:
    engine.load(signals["lc-sine"])
    engine.sync()
    engine.send_many([
        *desk.ensure(slot, 2),
        message(
            "/s_new", "lc-sine", -1, 0, layout.notes_group(slot), "out", layout.dry_bus(slot, 2),
            "level", level, "freq", freq, "sustain", lasting,
        ),
    ])  # fmt: skip
    engine.sync()
    time.sleep(0.3)


def test_levels_of_slot_orbit_and_master_need_only_the_port(
    running: Engine, desk: Mixer, signals: dict
) -> None:
    levels = Levels(running.address[1])
    assert levels.available
    tone(running, desk, signals, 0.5, 1000.0, lasting=2.0)
    for level in (levels.slot(6), levels.strip(6, 2), levels.orbit(2), levels.master()):
        assert level.peak == pytest.approx(0.5, rel=0.05)
        assert level.rms == pytest.approx(0.5 / 2**0.5, rel=0.1)
        assert level.decibels == pytest.approx(-6, abs=0.5)
    assert len(levels.slots()) == layout.SLOTS
    assert levels.slots()[6].peak > 0.4
    assert levels.slot(9) == Level()
    time.sleep(2.0)
    levels.close()


def test_the_waveform_is_the_masters_without_a_seam(running: Engine, desk: Mixer, signals: dict) -> None:
    levels = Levels(running.address[1])
    tone(running, desk, signals, 0.5, 750.0, lasting=3.0)
    began = time.monotonic()
    for _ in range(20):
        wave = levels.waveform(0.08)
        assert wave.shape == (3840, 2)
        assert np.array_equal(wave[:, 0], wave[:, 1])
        turn = 2 * np.pi * 750 * np.arange(len(wave)) / 48000
        basis = np.stack([np.sin(turn), np.cos(turn)])
        fitted = (2 / len(wave)) * (basis @ wave[:, 0]) @ basis
        assert np.abs(wave[:, 0] - fitted).max() < 0.02
        if time.monotonic() - began > 2.0:
            break
        time.sleep(0.003)
    time.sleep(max(0.0, began + 3.2 - time.monotonic()))


@pytest.mark.parametrize("freq", [110.0, 1000.0, 7000.0])
def test_the_spectrum_shows_a_sine_in_its_band_at_its_level(
    running: Engine, desk: Mixer, signals: dict, freq: float
) -> None:
    levels = Levels(running.address[1])
    tone(running, desk, signals, 0.5, freq, lasting=1.5)
    bands = levels.spectrum(16, 40, 16000)
    loudest = int(np.argmax(bands))
    assert loudest == int(16 * math.log(freq / 40) / math.log(400))
    assert bands[loudest] == pytest.approx(-6, abs=1.0)
    # Below 200 Hz a band is hardly wider than the window's lobe, which reaches into its neighbours.
    others = [level for band, level in enumerate(bands) if abs(band - loudest) > 1]
    assert max(others) < -50
    time.sleep(1.5)


def test_silence_and_a_port_where_nobody_is_read_as_silence(running: Engine, desk: Mixer) -> None:
    nobody = Levels(1)
    assert not nobody.available
    assert nobody.master() == Level()
    assert nobody.spectrum(8) == [SILENCE_DB] * 8
    assert not nobody.waveform(0.01).any()


def test_another_engine_at_the_port_is_found(
    running: Engine, desk: Mixer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from livecode.sound import levels as module

    place = tmp_path / "segment"
    monkeypatch.setattr(module, "segment", lambda port: place)
    monkeypatch.setattr(module, "LOOK_AGAIN", 0.0)
    levels = Levels(5)
    assert not levels.available
    for value in (0.25, 0.5):
        buses = [0.0] * layout.CONTROL_BUSES
        buses[layout.MASTER_METER_BUS] = value
        buses[layout.SIGNATURE_BUS : layout.SIGNATURE_BUS + 8] = module.SIGNATURE
        beside = tmp_path / "beside"
        beside.write_bytes(b"head" * 9 + np.array(buses, np.float32).tobytes() + b"tail")
        beside.replace(place)
        assert levels.master().left_peak == value
    place.unlink()
    assert levels.master() == Level()


def test_a_hundred_levels_cost_less_than_a_millisecond(running: Engine, desk: Mixer) -> None:
    levels = Levels(running.address[1])
    levels.master()
    best = math.inf
    for _ in range(5):
        began = time.process_time()
        for _ in range(100):
            levels.master()
        best = min(best, time.process_time() - began)
    assert best < 0.002
