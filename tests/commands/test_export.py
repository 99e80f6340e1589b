"""Exports: every kind of file is opened by an independent reader and holds the notes that the set plays."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest

import livecode.cli as cli

SET = """
from livecode import *
tempo(90)
cycles = 4
d1 >> note("0 [4 7] <12 11> ~").s("pluck")
d2 >> markov("foster", order=2, seed=5).s("organ")
d3 >> s("bd ~ sn [hh hh]")
d4 >> note("[0,4,7]").slow(2).s("warm")
d5 >> note("24*4").s("bell")
d5.mute()
"""


@pytest.fixture
def a_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIVECODE_SET", "")
    path = tmp_path / "mine.py"
    path.write_text(SET)
    return path


def export(path: Path | str, target: str, *words: str) -> dict[str, Any]:
    out = io.StringIO()
    from contextlib import redirect_stdout

    with redirect_stdout(out):
        assert cli.main(["export", str(path), "--to", target, "--json", *words]) == 0
    return json.loads(out.getvalue())


def played(path: Path) -> Counter[tuple[float, float, int]]:
    """What `livecode events` says is heard: begin and length in quarter notes, MIDI number."""
    out = io.StringIO()
    from contextlib import redirect_stdout
    from fractions import Fraction

    with redirect_stdout(out):
        assert cli.main(["events", str(path)]) == 0
    found: Counter[tuple[float, float, int]] = Counter()
    for line in out.getvalue().splitlines():
        event = json.loads(line)
        if "note" in event["controls"] and event["slot"] != 5:
            begin, length = 4 * Fraction(event["cycle"]), 4 * Fraction(event["length"])
            found[round(float(begin), 4), round(float(length), 4), 60 + event["controls"]["note"]] += 1
    return found


def test_midi_has_the_notes_and_the_drums(a_set: Path) -> None:
    symusic = pytest.importorskip("symusic")
    about = export(a_set, "out.mid")
    score: Any = symusic.Score("out.mid")
    per = score.ticks_per_quarter
    found = Counter(
        (round(n.time / per, 4), round(n.duration / per, 4), n.pitch)
        for track in score.tracks
        if not track.is_drum
        for n in track.notes
    )
    assert found == played(a_set)
    drums = [n.pitch for track in score.tracks if track.is_drum for n in track.notes]
    assert Counter(drums) == {36: 4, 38: 4, 42: 8} and about["drums"] == 16
    assert about["notes"] == sum(found.values())
    (tempo,) = [m.tempo for m in mido.MidiFile("out.mid").tracks[0] if m.type == "set_tempo"]
    assert mido.tempo2bpm(tempo) == pytest.approx(90)


@pytest.mark.parametrize(("ending", "kind"), [("musicxml", "musicxml"), ("krn", "humdrum")])
def test_scores_have_the_notes(a_set: Path, ending: str, kind: str) -> None:
    from music21 import converter

    export(a_set, f"out.{ending}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        score = converter.parseData(Path(f"out.{ending}").read_text(), format=kind).stripTies()
    found = Counter(
        (round(float(each.offset), 4), round(float(each.duration.quarterLength), 4), int(pitch.midi))
        for each in score.flatten().notes
        for pitch in each.pitches
    )
    assert found == played(a_set)


def test_every_note_is_drawn(a_set: Path) -> None:
    import pypdf

    about = export(a_set, "out.svg")
    drawn = Path("out.svg").read_text()
    heads = len(re.findall(r'class="note"', drawn))
    # A note over a bar line has a head on both sides.
    assert heads >= about["notes"]
    assert heads - drawn.count('class="tie') == about["notes"]
    assert "d1 pluck" in drawn
    export(a_set, "out.pdf")
    assert len(pypdf.PdfReader("out.pdf").pages) >= 1


def test_csound_has_a_line_a_note(a_set: Path) -> None:
    export(a_set, "out.csd")
    lines = [line.split() for line in Path("out.csd").read_text().splitlines() if line.startswith("i1 ")]
    found = Counter(
        (round(float(b), 4), round(float(d), 4), round(69 + 12 * np.log2(float(hz) / 440)))
        for _, b, d, hz, *_ in lines
    )
    assert found == played(a_set)


@pytest.mark.sound
@pytest.mark.parametrize("ending", ["wav", "flac", "mp3"])
def test_sound_files_open_and_sound_as_long_as_the_set(a_set: Path, ending: str) -> None:
    import soundfile

    export(a_set, f"out.{ending}", "--cycles", "1")
    samples, rate = soundfile.read(f"out.{ending}")
    assert samples.shape[0] / rate >= 4 * 60 / 90 and samples.shape[1] == 2
    assert 0.02 < np.abs(samples).max() <= 1.0
    assert not list(Path().glob("*.part*"))


def test_one_slot_and_a_composer_alone(a_set: Path) -> None:
    assert export(a_set, "one.mid", "--slot", "4")["notes"] == 6
    about = export('markov("foster", order=2)', "two.mid", "--cycles", "4")
    assert about["notes"] > 8 and about["cycles"] == 4


@pytest.mark.parametrize(
    "words, said",
    [
        (["mine.py", "--to", "a.doc"], "give one of .mid"),
        (["mine.py", "--to", "no/a.mid"], "no folder no"),
        (["mine.py", "--to", "a.mid", "--cycles", "0"], "--cycles 0"),
        (["mein", "--to", "a.mid"], "mein"),
    ],
)
def test_what_cannot_be_exported_is_one_line(a_set: Path, words: list[str], said: str, capsys: Any) -> None:
    assert cli.main(["export", *words]) == 1
    err = capsys.readouterr().err
    assert said in err and err.count("\n") == 1


@pytest.mark.long
@pytest.mark.skipif(shutil.which("lilypond") is None, reason="needs lilypond")
def test_lilypond_plays_the_same_notes(a_set: Path) -> None:
    export(a_set, "out.ly")
    subprocess.run(["lilypond", "-s", "-o", "ly", "out.ly"], check=True, timeout=110)
    assert Path("ly.pdf").read_bytes()[:4] == b"%PDF"
    found: Counter[tuple[float, int]] = Counter()
    file = mido.MidiFile("ly.midi")
    for track in file.tracks:
        now, sounding = 0, {}
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity:
                sounding[message.note] = now
            elif message.type in ("note_on", "note_off") and message.note in sounding:
                begin = sounding.pop(message.note)
                found[round(begin / file.ticks_per_beat, 2), message.note] += 1
    assert found == Counter((round(b, 2), p) for b, _, p in played(a_set).elements())


@pytest.mark.long
@pytest.mark.skipif(shutil.which("csound") is None, reason="needs csound")
def test_csound_plays_it(a_set: Path) -> None:
    import soundfile

    about = export(a_set, "out.csd")
    said = subprocess.run(
        ["csound", "-W", "-o", "cs.wav", "out.csd"], capture_output=True, text=True, timeout=110
    )
    assert said.returncode == 0 and "0 errors in performance" in said.stderr
    samples, rate = soundfile.read("cs.wav")
    assert len(samples) / rate == pytest.approx(4 * 4 * 60 / 90, rel=0.15)
    assert about["notes"] and np.abs(samples).max() > 0.01
