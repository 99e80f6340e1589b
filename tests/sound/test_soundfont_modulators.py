"""Modulators of SoundFonts, and what else a region's generators ask for, by what is heard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from making_soundfonts import SERVER, Sound, Wave, heard, heard_each, sine, write
from measuring import partial, rms, spectrum

from livecode.sound.soundfont import SoundFont
from livecode.sound.soundfont_modulators import DEFAULTS, Modulator, Playing, mapped, merged, total

LOOPED, HELD_LOOP = (54, 1), (54, 3)
CUTOFF, ATTENUATION, COARSE, FINE, VIBRATO_DELAY, VIBRATO, VIBRATO_RATE = 8, 48, 51, 52, 23, 6, 24
VELOCITY_DOWN, KEY, WHEEL, BREATH = 0x0502, 3, 0x81, 0x82


def level(sound: np.ndarray) -> float:
    return rms(sound[int(0.1 * SERVER) : int(0.5 * SERVER), 0])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("modulated")
    tone = Wave(sine(500, 0.2), 71, (1600, 4800), -21)
    bright = Wave(np.clip(sine(500, 0.2, 4), -0.5, 0.5), 71, (1600, 4800), -21)
    # A loop of 500 Hz, then half a second of 2000 Hz that only plays after the note's end.
    after = Wave(np.concatenate([sine(500, 0.2), sine(2000, 0.5)]), 71, (1600, 4800), -21)
    instruments: list[Any] = [
        [((LOOPED,), 0)],
        # The default modulator of the level again, with no amount: velocity is not heard.
        [((LOOPED,), 0, [(VELOCITY_DOWN, ATTENUATION, 0, 0, 0)])],
        [((LOOPED,), 1)],
        [((LOOPED,), 0, [(BREATH, ATTENUATION, 200, 0, 0), (KEY, FINE, 127, 0, 0)])],
        [((HELD_LOOP, (38, -1200)), 2)],
        [(((VIBRATO_DELAY, -1200), (VIBRATO, 100), (VIBRATO_RATE, -1902), LOOPED), 0)],
        [(((COARSE, 12), (FINE, 50), LOOPED), 0)],
        [((LOOPED,), None, [(BREATH, COARSE, 12, 0, 0)]), ((), 0)],
    ]
    names = ("Plain", "Even", "Bright", "Breath", "Going on", "Late", "Tuned", "Shared")
    presets = [Sound(name, number, 0, [((), number)]) for number, name in enumerate(names)]
    presets.append(Sound("Outer", 90, 0, [((), 0, [(BREATH, ATTENUATION, 100, 0, 0)])]))
    write(root / "mod.sf2", [tone, bright, after], instruments, presets)
    return root


def test_curves_of_the_format_go_from_end_to_end() -> None:
    for curve in range(4):
        for falls in (0, 0x100):
            ends = [mapped(2 | falls | curve << 10, Playing(60, velocity)) for velocity in (0, 127)]
            assert ends == pytest.approx([0, 1] if not falls else [1, 0], abs=1e-9)
    assert mapped(2 | 0x200, Playing(60, 0)) == -1
    half = Playing(60, 64)
    # Concave stays low, convex goes up soon; by section 9.5.3 they are mirrors of one another.
    assert mapped(2 | 1 << 10, half) < mapped(2, half) < mapped(2 | 2 << 10, half)


def test_the_defaults_are_those_of_the_format() -> None:
    for velocity in (1, 32, 64, 127):
        moved = total(DEFAULTS, Playing(60, velocity))
        assert moved[ATTENUATION] / 10 == pytest.approx(40 * np.log10(127 / velocity), abs=0.01)
        assert moved[CUTOFF] == pytest.approx(-2400 * (127 - velocity) / 127)
    assert total(DEFAULTS, Playing(60, 100, {1: 127.0}))[6] == pytest.approx(50)
    assert total(DEFAULTS, Playing(60, 100, bend=-1.0))[52] == pytest.approx(-200)


def test_a_zones_own_modulator_takes_the_place_of_its_like() -> None:
    own = Modulator(VELOCITY_DOWN, ATTENUATION, 480, 0, 0)
    kept = merged(DEFAULTS, [own])
    assert own in kept
    assert len(kept) == len(DEFAULTS)
    older = Modulator(0x0102, CUTOFF, 0, 0x0D02, 0)
    assert total(merged(DEFAULTS, [older]), Playing(60, 1))[CUTOFF] == 0, "as version 2.01 wrote it"
    assert total([Modulator(127, ATTENUATION, 500, 0, 0)], Playing(60, 100)) == {}


def test_velocity_is_heard_as_the_font_says(place: Path, tmp_path: Path) -> None:
    plain, even = 's("sf2:plain").freq(500)', 's("sf2:even").freq(500)'
    lines = (f"{plain}.velocity(1)", f"{plain}.velocity(0.4)", plain, even, f"{even}.velocity(0.3)")
    loud, soft, usual, flat, same = (level(each) for each in heard_each(place, tmp_path, *lines))
    # 40 decibels a decade: 127 against 51.
    assert loud - soft == pytest.approx(40 * np.log10(127 / 51), abs=0.3)
    assert usual == pytest.approx(flat, abs=0.2), "at the usual velocity nothing is louder or softer"
    assert same == pytest.approx(flat, abs=0.2)


def test_soft_notes_are_duller(place: Path, tmp_path: Path) -> None:
    high = []
    lines = [f's("sf2:bright").freq(500).velocity({velocity})' for velocity in (1.0, 0.2)]
    for sound in heard_each(place, tmp_path, *lines):
        body = sound[int(0.1 * SERVER) : int(0.9 * SERVER), 0]
        freqs, found = spectrum(body)
        at = [found[np.abs(freqs - freq) < 15].max() for freq in (500, 12500)]
        high.append(20 * np.log10(at[1] / at[0]))
    assert high[0] - high[1] > 6


def test_controllers_pressure_and_bend_move_what_the_font_says(place: Path, tmp_path: Path) -> None:
    pitches = {
        's("sf2:plain").freq(500).midibend(1)': 500 * 2 ** (2 / 12),
        's("sf2:shared").freq(500).ccn(2).ccv(127)': 1000,
        's("sf2:tuned").freq(500)': 500 * 2 ** (12.5 / 12),
    }
    levels = [f's("sf2:{name}").freq(500).ccn(2).ccv({n})' for name in ("breath", "outer") for n in (0, 127)]
    takes = heard_each(place, tmp_path, *levels, *pitches)
    open_, closed, without, outer = (level(take) for take in takes[:4])
    assert open_ - closed == pytest.approx(20, abs=0.3)
    assert without - outer == pytest.approx(10, abs=0.3), "a preset's modulators add to the instrument's"
    for (line, freq), sound in zip(pitches.items(), takes[4:], strict=True):
        off, found = partial(sound[int(0.1 * SERVER) : int(0.9 * SERVER), 0], freq, 0.3)
        assert abs(off) < 2, line
        assert found > -30


def test_the_wheel_is_vibrato_as_deep_as_the_format_says(place: Path) -> None:
    font = SoundFont(place / "mod.sf2")
    for playing, depth in ((Playing(0, 0, {1: 127.0}), 50.0), (Playing(0, 0, pressure=127.0), 50.0)):
        (region,) = font.regions(font.find("plain"), 71, 100, playing)
        assert region.vibrato_to_pitch == pytest.approx(depth)


def test_an_oscillator_that_comes_late_rises_from_nothing(place: Path, tmp_path: Path) -> None:
    sound = heard(place, tmp_path, 's("sf2:late").freq(500).legato(2)', cycles=2)[:, 0]
    phase = np.unwrap(np.angle(_analytic(sound)))
    cents = 1200 * np.log2(np.maximum(np.diff(phase) * SERVER / (2 * np.pi), 1) / 500)
    smooth = np.convolve(cents, np.ones(2400) / 2400, "same")
    still, moving = smooth[4800 : int(0.45 * SERVER)], smooth[int(0.55 * SERVER) : int(0.95 * SERVER)]
    assert np.abs(still).max() < 3
    # 2.7 Hz: a quarter of a period after half a second it has risen to 100 cents, not fallen.
    assert moving.max() > 80
    assert smooth[int(0.53 * SERVER)] > -3


def test_a_loop_for_held_notes_plays_on_after_them_without_a_seam(place: Path, tmp_path: Path) -> None:
    sound = heard(place, tmp_path, 's("sf2:going_on").freq(500).legato(0.6137)', tail=1.0)[:, 0]
    end = int(0.6137 * SERVER)
    _, held = partial(sound[int(0.3 * SERVER) : end], 2000, 0.3)
    assert held < -60, "while it is held only the loop is heard"
    freqs, found = spectrum(sound[end + int(0.12 * SERVER) : end + int(0.4 * SERVER)])
    assert abs(freqs[found.argmax()] - 2000) < 8
    around = sound[end - 2400 : end + 2400]
    # A jump of the phase would be a step of many times the slope of the sine.
    slope = np.abs(np.diff(sound[int(0.3 * SERVER) : end])).max()
    assert np.abs(np.diff(around[: 2400 + int(0.05 * SERVER)])).max() < 1.3 * slope


def _analytic(sound: np.ndarray) -> np.ndarray:
    bins = np.fft.fft(sound)
    bins[len(sound) // 2 + 1 :] = 0
    return np.asarray(np.fft.ifft(2 * bins))
