"""Sounds made in the style of others: nearer to it, loopable, playable, and made once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from recordings_made import RATE, speech

from livecode.errors import ControlError, FileProblem, LivecodeError
from livecode.generators.dreams import style
from livecode.generators.neural.sounds import distance, loop, read, write
from livecode.language import s


@pytest.fixture(autouse=True)
def made(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path_factory.getbasetemp() / "data-of-dreams"
    monkeypatch.setenv("XDG_DATA_HOME", str(place))
    return place / "livecode" / "made"


@pytest.fixture(scope="module")
def rain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    random = np.random.default_rng(0)
    sound = 0.03 * random.standard_normal(2 * RATE)
    short = np.arange(200)
    for _ in range(500):
        at = random.integers(0, len(sound) - 200)
        drop = np.exp(-short / 40) * np.sin(2 * np.pi * random.uniform(1500, 8000) * short / RATE)
        sound[at : at + 200] += random.uniform(0.1, 1) * drop
    place = tmp_path_factory.mktemp("rain") / "rain.wav"
    soundfile.write(place, 0.3 * sound / np.abs(sound).max(), RATE)
    return place


def test_a_voice_that_is_rain(rain: Path, recordings: dict[str, Path], made: Path) -> None:
    bank = style(recordings["speech"], like=rain, seconds=1.0).wait(120)
    assert bank.ready and bank.progress == 1.0
    before, now = bank.distance or (0.0, 0.0)
    assert now < before / 1.4
    sound, rate = soundfile.read(bank.path)
    assert np.isfinite(sound).all() and 0.1 < np.abs(sound).max() <= 0.9
    assert 0.8 < len(sound) / rate < 1.1
    # Made once: the same line finds it there.
    again = style(recordings["speech"], like=rain, seconds=1.0)
    assert again.ready and again.name == bank.name and again.distance == bank.distance
    events = again.query(0, 2)
    assert [event.value["s"] for event in events] == [bank.name] * 2
    assert len(again.chop(4).query(0, 1)) == 4
    assert s(bank.name).query(0, 1)[0].value["s"] == bank.name


def test_the_sound_is_found_among_the_samples(made: Path) -> None:
    from livecode.sound.samples import Samples, usual_places

    assert made in usual_places()
    write(str(made / "thing_1" / "0.wav"), np.zeros(3200, np.float32), (0, 3199))
    assert "thing_1" in Samples(usual_places()).names()


def test_a_loop_has_no_seam_and_says_where_it_is(tmp_path: Path) -> None:
    time = np.arange(32000) / 32000
    sound, edges = loop(np.sin(2 * np.pi * 441.3 * time).astype(np.float32))
    twice = np.concatenate([sound, sound])
    assert np.abs(np.diff(twice)).max() < 0.15
    write(str(tmp_path / "0.wav"), sound, edges)
    data = (tmp_path / "0.wav").read_bytes()
    at = data.index(b"smpl")
    assert np.frombuffer(data[at + 8 + 36 + 8 : at + 8 + 36 + 16], "<u4").tolist() == [0, len(sound) - 1]
    assert len(soundfile.read(tmp_path / "0.wav")[0]) == len(sound)


def test_the_distance_tells_sounds_apart(rain: Path, recordings: dict[str, Path]) -> None:
    one, other = read(str(rain), 1.0), read(str(rain), 2.0)[32000:]
    voice = read(str(recordings["speech"]), 2.0)
    assert distance(one, one) == 0
    assert distance(one, other) < distance(one, voice) / 2


@pytest.mark.long
@pytest.mark.parametrize("features", ["random", "trained"])
def test_textures_and_dreams(features: str, rain: Path, recordings: dict[str, Path]) -> None:
    texture = style(like=rain, seconds=1.0, features=features, seed=4).wait(240)
    before, now = texture.distance or (0.0, 0.0)
    assert now < before
    dreamt = style(recordings["speech"], seconds=1.0, features=features).wait(240)
    sound, _ = soundfile.read(dreamt.path)
    assert np.isfinite(sound).all() and np.abs(sound).max() > 0.05


@pytest.mark.parametrize(
    "ask, kind, words",
    [
        (lambda voice: style(), ControlError, "needs a sound"),
        (lambda voice: style("none.wav", like=voice), FileProblem, "none.wav is not there"),
        (lambda voice: style(voice, like=3), ControlError, "3 is no sound file"),
        (lambda voice: style(voice, like=voice, seconds=0), ControlError, "seconds=0"),
        (lambda voice: style(voice, like=voice, features="best"), ControlError, "'random' or 'trained'"),
        (lambda voice: style(voice, like=voice, kep=1), ControlError, "no parameter called 'kep'"),
    ],
)
def test_what_cannot_be_made_is_one_line(
    ask: Any, kind: type[LivecodeError], words: str, tmp_path: Path
) -> None:
    voice = tmp_path / "voice.wav"
    soundfile.write(voice, 0.1 * speech(), RATE)
    with pytest.raises(kind) as caught:
        ask(voice)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_a_silent_style_is_said_where_it_plays(recordings: dict[str, Path], tmp_path: Path) -> None:
    silent = tmp_path / "silent.wav"
    soundfile.write(silent, np.zeros(RATE), RATE)
    with pytest.raises(LivecodeError, match="is silent: record it louder"):
        style(recordings["speech"], like=silent, seconds=1.0).query(0, 1)
