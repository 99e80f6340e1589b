"""Commands that work on a set, without a sound device: events, render, play, new, doctor."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

import livecode.cli as cli
from livecode.commands import play

SET = """
from livecode import *
tempo(120)
cycles = 3
d1 >> s("bd*4, ~ cp")
d2 >> note("<c e g>").synth("pluck")
"""


def path_here() -> str:
    """Where livecode is found, also from another folder and when it is not installed."""
    root = str(Path(cli.__file__).parents[1])
    return os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH", ""), root]))


@pytest.fixture(autouse=True)
def a_place_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("LIVECODE_CONFIG", raising=False)
    monkeypatch.setenv("LIVECODE_SET", "")
    Path("mine.py").write_text(SET)
    return tmp_path


def test_events_are_json_lines_in_order_of_time(capsys):
    assert cli.main(["events", "mine.py", "--cycles", "2"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 12
    assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)
    assert set(rows[0]) == {"cycle", "length", "time", "slot", "instrument", "controls", "source"}
    clap = next(row for row in rows if row["instrument"] == "cp")
    assert (Fraction(clap["cycle"]), clap["time"], clap["slot"]) == (Fraction(1, 2), 1.0, 1)
    begin, end = clap["source"][0]
    assert "bd*4, ~ cp"[begin:end] == "cp"
    assert [row["controls"]["note"] for row in rows if row["slot"] == 2] == [0, 4]


def test_the_file_says_how_many_cycles(capsys):
    assert cli.main(["events", "mine.py"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 18


def test_a_form_is_played_to_its_end(capsys):
    Path("formed.py").write_text('song = form(a=2, b=3)\nd1 >> song(a=s("bd"), b=s("bd*2"))\n')
    assert cli.main(["events", "formed.py"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2 + 6


def test_render_writes_sound_and_a_picture(capsys):
    import numpy as np
    import soundfile

    words = ["render", "mine.py", "-o", "mine.wav", "--picture", "mine.png", "--json"]
    assert cli.main(words) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["cycles"], made["seconds"], made["events"]) == (3, 6.0, 18)
    sound, rate = soundfile.read("mine.wav")
    assert sound.shape[1] == 2 and len(sound) >= 6 * rate
    assert np.isfinite(sound).all() and 0.01 < np.abs(sound).max() <= 0.951
    assert made["peak"] == pytest.approx(np.abs(sound).max(), abs=1e-4)
    first = np.flatnonzero(np.abs(sound).max(axis=1) > 1e-3)[0]
    assert first < 0.02 * rate
    assert Path("mine.png").read_bytes().startswith(b"\x89PNG")


def test_render_writes_flac_and_svg(capsys):
    import soundfile

    assert cli.main(["render", "mine.py", "-o", "mine.flac", "--cycles", "1", "--picture", "mine.svg"]) == 0
    assert soundfile.info("mine.flac").format == "FLAC"
    assert Path("mine.svg").read_text().startswith("<svg")


@pytest.mark.parametrize(
    "words, said",
    [
        (["render", "mine.py", "-o", "mine.xyz"], "its name must end in .wav or .flac"),
        (["render", "mine.py", "-o", "no/mine.wav"], "no folder no for mine.wav"),
        (["render", "mine.py", "-o", "a.wav", "--picture", "a.gif"], "must end in .png or .svg"),
        (["render", "mine.py", "-o", "a.wav", "--cycles", "0"], "--cycles 0: give 1 or more"),
        (["events", "mine.py", "--cycles", "-1"], "--cycles -1: give 1 or more"),
        (["events", "mien.py"], "no file mien.py: did you mean mine.py?"),
    ],
)
def test_wrong_words_are_one_line(words, said, capsys):
    assert cli.main(words) == 1
    err = capsys.readouterr().err
    assert said in err and err.count("\n") == 1
    assert not list(Path().glob("*.wav"))


def test_an_error_in_the_file_is_one_line_with_its_place(capsys):
    Path("wrong.py").write_text('tempo(100)\nd1 >> s("bd bdx")\n')
    assert cli.main(["render", "wrong.py", "-o", "wrong.wav"]) == 1
    (message,) = capsys.readouterr().err.splitlines()
    assert message.startswith("livecode render: wrong.py line 2: no ") and "'bdx'" in message


def test_on_a_terminal_a_caret_shows_the_place(capsys, monkeypatch):
    Path("wrong.py").write_text('tempo(100)\nd1 >> s("bd bdx")\n')
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert cli.main(["events", "wrong.py"]) == 1
    text, caret, message = capsys.readouterr().err.splitlines()
    assert text == '  d1 >> s("bd bdx")'
    assert caret == "              ^^^"
    assert message.startswith("livecode events: wrong.py line 2")


def test_without_a_sound_device_play_renders(capsys, monkeypatch):
    monkeypatch.setattr(play, "sound_device", lambda config: False)
    assert cli.main(["play", "mine.py"]) == 0
    out = capsys.readouterr().out
    assert "No sound device here" in out and "out/mine.wav" in out and "out/mine.png" in out
    assert Path("out/mine.wav").is_file() and Path("out/mine.png").is_file()


def test_a_device_named_by_hand_is_believed():
    from livecode.config import Config

    assert play.sound_device(Config(device="dummy"))
    assert play.sound_device(Config(engine="127.0.0.1:57110"))


def test_a_new_set_plays_its_own_instrument(capsys, monkeypatch):
    assert cli.main(["new", "rain"]) == 0
    assert "livecode play first" in capsys.readouterr().out
    monkeypatch.chdir("rain")
    # Which folders are sets is asked when a process starts, as a performer's is.
    done = subprocess.run(
        [sys.executable, "-m", "livecode.cli", "events", "first", "--cycles", "4"],
        capture_output=True, text=True, timeout=100, env=os.environ | {"PYTHONPATH": path_here()},
    )  # fmt: skip
    assert done.stderr == ""
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["slot"] for row in rows} == {1, 2, 3}
    assert "bell_tone" in {row["instrument"] for row in rows}


def test_new_touches_nothing_that_is_there(capsys):
    Path("full").mkdir()
    Path("full/notes.txt").write_text("mine")
    assert cli.main(["new", "full"]) == 1
    assert cli.main(["new", "mine.py"]) == 1
    assert capsys.readouterr().err.count("\n") == 2
    assert [file.name for file in Path("full").iterdir()] == ["notes.txt"]


def test_a_set_is_played_by_name_from_elsewhere(capsys):
    cli.main(["new", "rain"])
    capsys.readouterr()
    assert cli.main(["events", "first", "--set", "rain", "--cycles", "1"]) == 0
    assert capsys.readouterr().out.count("\n") > 4


def test_the_doctor_finds_this_machine_well(capsys):
    status = cli.main(["doctor", "--json", "--no-boot"])
    findings = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert findings["Python"]["state"] == "ok"
    assert findings["offline render"]["state"] == "ok", findings["offline render"]
    assert all(row["cure"] for row in findings.values() if row["state"] == "fail")
    assert status == any(row["state"] == "fail" for row in findings.values())


def test_the_doctor_names_damaged_settings_and_goes_on(capsys, tmp_path):
    settings = tmp_path / "config" / "livecode" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("tmpo = 3\n")
    assert cli.main(["doctor", "--no-boot"]) == 1
    out = capsys.readouterr().out
    assert "no setting called 'tmpo': did you mean 'tempo'?" in out
    assert "offline render" in out


def test_the_doctor_says_what_to_type_for_a_missing_sample_folder(capsys):
    assert cli.main(["doctor", "--no-boot", "--samples", "/no/such/kit"]) == 1
    assert "/no/such/kit is not there" in capsys.readouterr().out
