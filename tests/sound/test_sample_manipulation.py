"""What is done to samples, heard: chop, striate, slice, splice, loop_at, fit, cut, begin, end, speed, unit.

The sample is a second long and spells its quarters as pitches, 400, 600, 900 and 1350 Hz. What is rendered is
read back as a list of (onset, length, pitch), and compared with what SuperDirt would play.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.config import Config
from livecode.sound.render import Renderer
from livecode.stage.offline import perform

RATE = 48000
PITCHES = (400.0, 600.0, 900.0, 1350.0)
WINDOW = 1024
Sounding = list[tuple[float, float, float]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("samples")
    (root / "quarters").mkdir()
    time = np.arange(RATE // 4) / RATE
    sound = np.concatenate([0.5 * np.sin(2 * np.pi * pitch * time) for pitch in PITCHES])
    soundfile.write(root / "quarters" / "0.wav", sound.astype(np.float32), RATE, subtype="FLOAT")
    return root


def heard(code: str, folder: Path, place: Path, cycles: int = 1) -> Sounding:
    """Stretches of one pitch in what is rendered, one cycle being two seconds: (begin, length, Hz)."""
    performance = perform(source=code, cycles=cycles, config=Config(samples=(folder,), tempo=120))
    assert performance.notices == []
    made = Renderer(RATE).render(
        performance.sends, performance.commands, performance.seconds, place / "heard.wav", tail=0.1
    )
    sound = soundfile.read(made.path)[0].mean(axis=1)
    found: Sounding = []
    freqs = np.fft.rfftfreq(8 * WINDOW, 1 / RATE)
    for start in range(0, len(sound) - WINDOW, WINDOW // 2):
        frame = sound[start : start + WINDOW]
        if np.sqrt(np.mean(frame**2)) < 0.02:
            continue
        spectrum = np.abs(np.fft.rfft(frame * np.hanning(WINDOW), 8 * WINDOW))
        pitch = float(freqs[1 + spectrum[1:].argmax()])
        at = start / RATE
        if found and abs(pitch / found[-1][2] - 1) < 0.04 and at - (found[-1][0] + found[-1][1]) < 0.02:
            found[-1] = (found[-1][0], at + WINDOW / 2 / RATE - found[-1][0], found[-1][2])
        else:
            found.append((at, WINDOW / 2 / RATE, pitch))
    return [each for each in found if each[1] > 0.03]


def check(found: Sounding, expected: list[tuple[float, float, float]]) -> None:
    assert len(found) == len(expected), found
    for (begin, length, pitch), (at, lasting, freq) in zip(found, expected, strict=True):
        assert begin == pytest.approx(at, abs=0.03)
        assert length == pytest.approx(lasting, abs=0.05)
        assert pitch == pytest.approx(freq, rel=0.04)


A, B, C, D = PITCHES
OCTAVE_LOWER = [(0, 0.5, A / 2), (0.5, 0.5, B / 2), (1, 0.5, C / 2), (1.5, 0.5, D / 2)]
CASES = [
    ("s('quarters')", [(0, 0.25, A), (0.25, 0.25, B), (0.5, 0.25, C), (0.75, 0.25, D)]),
    ("s('quarters').begin(0.25).end(0.5)", [(0, 0.25, B)]),
    ("s('quarters').speed(2)", [(0, 0.125, 2 * A), (0.125, 0.125, 2 * B), (0.25, 0.125, 2 * C),
                                (0.375, 0.125, 2 * D)]),
    ("s('quarters').begin(0.5).speed(-1)", [(0, 0.25, D), (0.25, 0.25, C)]),
    ("s('quarters').end(0.5).legato(0.2)", [(0, 0.25, A), (0.25, 0.15, B)]),
    ("s('quarters').speed(1).unit('c')", OCTAVE_LOWER),
    ("s('quarters').speed(1).unit('s')", [(0, 0.25, A), (0.25, 0.25, B), (0.5, 0.25, C), (0.75, 0.25, D)]),
    ("s('quarters').slice(4, '2 0 3 1')", [(0, 0.25, C), (0.5, 0.25, A), (1, 0.25, D), (1.5, 0.25, B)]),
    ("s('quarters').splice(4, '2 0')", [(0, 1, C / 4), (1, 1, A / 4)]),
    ("s('quarters').splice(8, '[0 2] 4')", [(0, 0.5, A / 4), (0.5, 0.5, B / 4), (1, 1, C / 8)]),
    ("s('quarters').chop(4)", [(0, 0.25, A), (0.5, 0.25, B), (1, 0.25, C), (1.5, 0.25, D)]),
    ("s('quarters').chop(4).rev()", [(0, 0.25, D), (0.5, 0.25, C), (1, 0.25, B), (1.5, 0.25, A)]),
    ("s('quarters quarters').striate(4)", [(0, 0.5, A), (0.5, 0.5, B), (1, 0.5, C), (1.5, 0.5, D)]),
    ("s('quarters').loop_at(1).chop(4)", OCTAVE_LOWER),
    ("s('quarters').fit()", OCTAVE_LOWER),
    ("s('quarters ~').begin(0.5).fit()", [(0, 0.5, C / 2), (0.5, 0.5, D / 2)]),
    ("s('[quarters quarters ~ ~ ~ ~]').cut(1)", [(0, 0.25, A), (0.25, 1 / 3 - 0.25, B), (1 / 3, 0.25, A),
                                                 (1 / 3 + 0.25, 0.25, B), (1 / 3 + 0.5, 0.25, C),
                                                 (1 / 3 + 0.75, 0.25, D)]),
    ("s('quarters*4').end(0.25).chew(4, '0 [1 2]')", [(0, 0.5, A / 2), (1, 0.25, A), (1.5, 0.25, A)]),
    ("s('quarters').end(0.25).hurry(2)", [(0, 0.125, 2 * A), (1, 0.125, 2 * A)]),
    ("s('quarters').end(0.25).loop(3)", [(0, 0.75, A)]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "expected"), CASES, ids=[code for code, _ in CASES])
def test_a_sample_is_played_as_superdirt_would(
    code: str, expected: Sounding, folder: Path, tmp_path: Path
) -> None:
    check(heard(f"d1 >> {code}", folder, tmp_path), expected)


def test_loop_at_follows_the_tempo(folder: Path, tmp_path: Path) -> None:
    found = heard("tempo(240)\nd1 >> s('quarters').loop_at(2).chop(4)", folder, tmp_path, cycles=2)
    check(found, OCTAVE_LOWER)
