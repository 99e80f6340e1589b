"""Every key and view once in tmux, as a performer's terminal sends and shows them, with a real scsynth."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import livecode

pytestmark = [pytest.mark.sound, pytest.mark.long]
ROOT = Path(livecode.__file__).parents[1]


class Tmux:
    """One window of 110 by 36 with the prompt in it."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.name = f"livecode-test-{os.getpid()}"
        state = folder / "state" / "livecode"
        state.mkdir(parents=True)
        (state / "history").touch()
        given = {"PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(folder / "state"), "HOME": str(folder)}
        settings = " ".join(f"{name}={value}" for name, value in given.items())
        command = f"env {settings} {sys.executable} -m livecode.cli --device dummy {' '.join(words)}"
        self.run("new-session", "-d", "-s", "desk", "-x", "110", "-y", "36", command)

    def run(self, *words: str) -> str:
        done = subprocess.run(["tmux", "-L", self.name, *words], capture_output=True, text=True)
        return done.stdout

    def keys(self, *names: str) -> None:
        self.run("send-keys", "-t", "desk", *names)

    def type(self, text: str) -> None:
        self.run("send-keys", "-t", "desk", "-l", text)
        self.keys("Enter")

    @property
    def screen(self) -> str:
        return self.run("capture-pane", "-t", "desk", "-p")

    @property
    def colours(self) -> str:
        return self.run("capture-pane", "-t", "desk", "-p", "-e")

    def see(self, wanted: str, seconds: float = 15.0, gone: bool = False) -> None:
        limit = time.monotonic() + seconds
        while (wanted in self.screen) == gone:
            assert time.monotonic() < limit, f"{wanted!r}{' stayed' if gone else ''}:\n{self.screen}"
            time.sleep(0.1)

    def toolbar(self) -> str:
        return [line for line in self.screen.splitlines() if line.strip()][-1]


@pytest.fixture
def tmux(tmp_path):
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed: apt-get install tmux")
    opened = []

    def start(*words: str) -> Tmux:
        opened.append(Tmux(tmp_path, *words))
        return opened[-1]

    yield start
    for each in opened:
        each.keys("C-c")
        each.keys("C-d")
        time.sleep(1)
        each.run("kill-server")


def test_every_key_and_view(tmux):
    desk = tmux()
    desk.see("\n>")
    desk.type('d1 >> s("bd*4, hh*8")')
    desk.see("●")
    for number in range(2, 11):
        desk.type(f'd{number} >> note("{number}*2").synth("pluck").gain(0.4)')
    desk.see("d10")

    for number in range(1, 9):
        desk.keys(f"F{number}")
        desk.see(f"(d{number})")
        desk.keys(f"F{number}")
        desk.see(f"(d{number})", gone=True)
    for number, digit in enumerate("1234567890", 1):
        desk.keys("Escape", digit)
        desk.see(f"(d{number})")
        desk.keys("C-x", digit)
        desk.see(f"(d{number})", gone=True)
    desk.keys("Escape", "s", "1")
    desk.see("----")
    desk.keys("Escape", "s", "1")
    desk.see("----", gone=True)

    for name, keys, mark in (("roll", "p", "▼"), ("scope", "o", "0│"), ("spectrum", "e", "0 dB│")):
        desk.keys("Escape", keys)
        desk.see(mark)
        desk.keys("Escape", keys)
        desk.see(mark, gone=True)
        assert name
    for mark in ("▼", "0│", "0 dB│"):
        desk.keys("F10")
        desk.see(mark)
    desk.keys("Escape", "v")
    desk.see("0 dB│", gone=True)

    desk.keys("Escape", "u")
    # The last musical change was the end of the solo.
    desk.see("----")
    desk.keys("Escape", "U")
    desk.see("----", gone=True)
    for keys in (("F9",), ("F12",), ("Escape", "h"), ("C-x", "h")):
        desk.keys(*keys)
        desk.see(" d2 d3", gone=True)
        desk.keys("Escape", "u")
        desk.see(" d2 d3")

    lit = "\x1b[48;5;81m"
    limit = time.monotonic() + 10
    while f"{lit}bd" not in desk.colours and time.monotonic() < limit:
        time.sleep(0.05)
    assert f"{lit}bd" in desk.colours or "48;2;94;200;242" in desk.colours


def test_typing_completing_and_searching(tmux):
    desk = tmux()
    desk.see("\n>")
    desk.run("send-keys", "-t", "desk", "-l", 'd1 >> s("clo')
    desk.see("granular")
    desk.keys("Tab")
    desk.see("cloud: instrument")
    desk.see("Esc a plays it")
    desk.keys("Escape", "a")
    desk.keys("C-u")
    desk.run("send-keys", "-t", "desk", "-l", "tempo(")
    desk.see("tempo(bpm=None")
    desk.keys("C-c")
    desk.type("zebra = 5")
    desk.type("zebra + 1")
    desk.see("\n6")
    desk.keys("C-r")
    desk.run("send-keys", "-t", "desk", "-l", "zebra =")
    desk.keys("Enter")
    desk.see("> zebra = 5")
    desk.keys("Enter")
    desk.run("send-keys", "-t", "desk", "-l", "one two")
    desk.keys("C-w")
    desk.see("> one two", gone=True)
    desk.keys("C-_")
    desk.see("> one two")
    desk.keys("C-c")
    desk.type("?every")
    desk.see("Apply a function")
    desk.type('how("make it swing")')
    desk.see(".swing(4)")
    desk.type("show(sine)")
    desk.see("cycles 0 to 4")
    desk.run("set-buffer", "def f(x):\n    y = x\n    return y\nz = f(41) + 1\n")
    desk.run("paste-buffer", "-p", "-t", "desk")
    desk.keys("Enter")
    desk.type("z")
    desk.see("\n42")


def test_vi_keys(tmux):
    desk = tmux("--editing", "vi")
    desk.see("\n>")
    desk.run("send-keys", "-t", "desk", "-l", "x = 15")
    desk.keys("Escape", "h", "x", "Enter")
    desk.type("x")
    desk.see("\n5")
    desk.type('d1 >> s("bd*4")')
    desk.see("●")
    desk.keys("C-x", "p")
    desk.see("▼")
    desk.keys("F9")
    desk.see("●", gone=True)
