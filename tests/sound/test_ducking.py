"""One orbit gives way to another: at each event, or under its sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from measuring import RATE, rms

from livecode.errors import ControlError
from livecode.sound.render import Renderer
from livecode.stage.offline import perform

LONG = 's("sine").note(24).orbit(1).slow(2)'


def stem(tmp_path: Path, source: str, orbit: int = 1) -> np.ndarray:
    """An orbit's sound in four seconds of a set."""
    performance = perform(source=f"cps(0.5)\n{source}", cycles=2)
    assert not performance.notices
    made = Renderer().render(
        performance.sends, performance.commands, performance.seconds, tmp_path / "heard.wav", tail=0.1,
        stems=[0, 1],
    )  # fmt: skip
    sound, _ = soundfile.read(made.stems[orbit], dtype="float32", always_2d=True)
    return np.asarray(sound)


def level(sound: np.ndarray, at: float) -> float:
    """The level within 5 ms about a second, in dB."""
    return rms(sound[int((at - 0.005) * RATE) : int((at + 0.005) * RATE)])


def test_each_event_makes_the_other_orbit_give_way_and_come_back(tmp_path: Path) -> None:
    sound = stem(tmp_path, f'd1 >> s("bd*2").duck(1).duckattack(0.4).duckdepth(0.9)\nd2 >> {LONG}')
    free = level(sound, 1.5)
    assert level(sound, 0.99) == pytest.approx(free, abs=0.2)
    assert level(sound, 1.01) < free - 16, "10 ms after the second kick"
    assert free - 7 < level(sound, 1.2) < free - 3, "half way back"
    assert level(sound, 2.01) < free - 16


def test_a_sidechain_presses_an_orbit_under_the_sound_of_another(tmp_path: Path) -> None:
    kick = 'd1 >> s("bd").slow(2).late(0.5)'
    pressed = f"{LONG}.sidechain(0).sidethreshold(-40).sideratio(8).siderelease(0.05)"
    sound = stem(tmp_path, f"{kick}\nd2 >> {pressed}")
    free = level(sound, 0.9)
    assert level(sound, 1.03) < free - 8
    assert level(sound, 3.0) == pytest.approx(free, abs=1.0)


def test_an_orbit_that_is_no_number_is_one_line() -> None:
    with pytest.raises(ControlError, match="duck needs a number"):
        perform(source='d1 >> s("bd").duck("x")', cycles=1)
