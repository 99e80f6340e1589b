"""Balance, width, the gain of an orbit and of everything: typed, heard, kept over a crash."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from measuring import RATE, rms

from livecode.errors import ControlError
from livecode.sound.command import GlobalEffect
from livecode.sound.encode import Encoder
from livecode.sound.mixer import DESK, Mixer
from livecode.sound.osc import parse
from livecode.sound.render import Renderer
from livecode.stage.offline import perform


def heard(tmp_path: Path, line: str) -> np.ndarray:
    performance = perform(source=f'cps(1)\nd1 >> s("sine").orbit(2).pan(0.3)\n{line}', cycles=1)
    assert not performance.notices
    target = tmp_path / "heard.wav"
    Renderer().render(performance.sends, performance.commands, 1.0, target, tail=0.1)
    found, _ = soundfile.read(target, dtype="float32", always_2d=True)
    return np.asarray(found)[RATE // 4 : RATE * 3 // 4]


def test_each_knob_is_heard(tmp_path: Path) -> None:
    plain = heard(tmp_path, "")
    left, right = rms(plain[:, 0]), rms(plain[:, 1])
    assert left > right + 5
    middle = heard(tmp_path, "d1.width(0)")
    assert rms(middle[:, 0]) == pytest.approx(rms(middle[:, 1]), abs=0.01)
    far = heard(tmp_path, "d1.balance(1)")
    assert rms(far[:, 0]) < -80
    assert rms(far[:, 1]) == pytest.approx(right + 3, abs=0.5)
    for line in ("orbit_gain(2, 0.5)", "master(0.5)"):
        assert rms(heard(tmp_path, line)[:, 0]) == pytest.approx(left - 6.02, abs=0.1), line
    assert rms(heard(tmp_path, "orbit_gain(1, 0)")[:, 0]) == pytest.approx(left, abs=0.01)


def test_twice_the_width_is_wider(tmp_path: Path) -> None:
    def sides(sound: np.ndarray) -> float:
        return rms(sound[:, 0] - sound[:, 1]) - rms(sound[:, 0] + sound[:, 1])

    wide, plain = sides(heard(tmp_path, "d1.width(2)")), sides(heard(tmp_path, ""))
    assert wide == pytest.approx(plain + 6.02, abs=0.1)


def test_after_a_crash_the_knobs_are_where_they_were() -> None:
    mixer = Mixer(Encoder(), definitions={})
    mixer.ensure(3, 2)
    knobs = (("balance", -0.5), ("width", 0.25), ("orbit_gain", 0.5), ("master", 0.75))
    assert len(mixer.apply(GlobalEffect(0, 2, DESK, 3, knobs), 1.0)) == 4
    made = {str(each[1][0]): each[1] for each in map(parse, mixer.tree()) if each[0] == "/s_new"}

    def knob(name: str, control: str) -> object:
        return made[name][made[name].index(control) + 1]

    assert knob("lc-strip", "slot_pan") == -0.5
    assert knob("lc-strip", "slot_width") == 0.25
    assert knob("lc-orbit", "orbit_gain") == 0.5
    assert knob("lc-master", "master_gain") == 0.75


@pytest.mark.parametrize(
    "line", ["d1.width(3)", "d1.balance('left')", "master(-1)", "orbit_gain(16, 1)", "orbit_gain(0, None)"]
)
def test_a_knob_that_cannot_be_turned_so_far_is_one_line(line: str) -> None:
    with pytest.raises(ControlError, match="give a number from"):
        perform(source=line, cycles=1)
