"""Recordings become music: rhythm and melody as they were, and one line for what cannot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from recordings_made import MELODY

from livecode.errors import FileProblem
from livecode.generators.dreams import dream
from livecode.generators.dreams.recording import heard
from livecode.music.phrase import TICKS


def test_a_drum_loop_keeps_its_beat(recordings: dict[str, Path]) -> None:
    loop = heard(recordings["drums"])
    assert loop.bpm == pytest.approx(120, abs=1)
    assert loop.phrase.bars == 4
    top, low = loop.phrase.voice(0).notes, loop.phrase.voice(3).notes
    assert len(top) == 32
    assert np.abs(top["onset"] / TICKS - np.arange(32) / 2).max() < 0.06
    assert np.abs(low["onset"][::2] / TICKS - np.arange(0, 16, 2)).max() < 0.06
    # Kick and snare take turns down there, and sound at different heights.
    assert len(set(low["pitch"].tolist())) > 1


def test_a_melody_is_heard_note_by_note(recordings: dict[str, Path]) -> None:
    sung = heard(recordings["melody"])
    assert sung.bpm == pytest.approx(120, abs=2)
    assert sung.phrase.key == "c major"
    top = sung.phrase.voice(0).notes
    begins = top["onset"] / TICKS
    for number, pitch in enumerate(MELODY):
        near = np.abs(begins - number)
        assert near.min() < 0.15
        assert top["pitch"][near.argmin()] == pitch + 12


def test_four_sounds_give_four_different_parts(recordings: dict[str, Path]) -> None:
    found = {name: heard(path).phrase for name, path in recordings.items()}
    assert all(len(phrase) > 15 for phrase in found.values())
    assert all(len({int(p) for p in phrase.notes["pitch"]}) > 5 for phrase in found.values())
    told = {phrase.notes.tobytes() for phrase in found.values()}
    assert len(told) == len(found)


def test_the_machine_thumps_in_the_bass_when_it_thumps(recordings: dict[str, Path]) -> None:
    turning = heard(recordings["machine"])
    assert turning.bpm == pytest.approx(102, abs=3)
    bass = turning.phrase.voice(3).notes
    seconds = bass["onset"] / TICKS * 60 / turning.bpm
    first = float(seconds[np.argmax(bass["velocity"] > 110)])
    for thump in np.arange(first, 8.5, 1 / 1.7):
        assert np.abs(seconds - thump).min() < 0.08


def test_a_recording_is_dreamt_on(recordings: dict[str, Path]) -> None:
    plain = dream(recordings["drums"], depth=0).phrase(0)
    deep = dream(recordings["drums"], depth=0.5)
    assert np.array_equal(plain.notes, heard(recordings["drums"]).phrase.notes)
    assert deep.phrase(0) != plain
    assert deep.rise()[-1] > deep.rise()[0]
    instruments = {event.value["s"] for event in deep.orchestra("glass", "reed", "cello").query(0, 1)}
    assert instruments == {"glass", "reed", "cello"}


def test_it_loops(recordings: dict[str, Path]) -> None:
    part = heard(recordings["drums"]).pattern()
    first = [(e.whole.begin + 4, e.value) for e in part.query(1, 2)]
    assert [(e.whole.begin, e.value) for e in part.query(5, 6)] == first


def broken(folder: Path, kind: str) -> Path:
    place = folder / f"{kind}.wav"
    if kind == "silent":
        soundfile.write(place, np.zeros(22050), 22050)
    elif kind == "hour":
        soundfile.write(place, np.zeros(3600 * 1000, np.float32), 1000)
    elif kind == "noise":
        place.write_bytes(np.random.default_rng(0).bytes(5000))
    elif kind == "empty":
        place.write_bytes(b"")
    elif kind == "click":
        soundfile.write(place, np.ones(100), 22050)
    elif kind == "nan":
        soundfile.write(place, np.full(22050, np.nan, np.float32), 22050, subtype="FLOAT")
    return place


@pytest.mark.parametrize(
    "kind, words",
    [
        ("silent", "is silent"),
        ("hour", "lasts 60 minutes"),
        ("noise", "no sound file"),
        ("empty", "is empty"),
        ("click", "a tenth of a second"),
        ("nan", "is silent"),
        ("missing", "is not there"),
    ],
)
def test_what_cannot_be_heard_is_one_line(kind: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as caught:
        dream(broken(tmp_path, kind))
    assert words in str(caught.value)
    assert f"{kind}.wav" in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("ending", ["flac", "ogg", "mp3"])
def test_other_formats_are_heard(ending: str, recordings: dict[str, Path], tmp_path: Path) -> None:
    sound, rate = soundfile.read(recordings["drums"])
    place = tmp_path / f"loop.{ending}"
    soundfile.write(place, sound, rate)
    assert heard(place).bpm == pytest.approx(120, abs=1)
