"""The real command in a real terminal, with a real scsynth on a silent JACK: as a performer meets it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pyte
import pytest

import livecode.cli as cli

pytestmark = pytest.mark.sound


ROWS, COLUMNS = 40, 100


class Terminal:
    """A pseudo-terminal with `livecode` in it; `text` is what is on its screen now."""

    def __init__(self, folder: Path, *words: str, known: bool = True) -> None:
        if known:
            # Whoever has typed here before is not welcomed again.
            (folder / "state" / "livecode").mkdir(parents=True, exist_ok=True)
            (folder / "state" / "livecode" / "history").touch()
        self.main, child = pty.openpty()
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        self.screen.write_process_input = lambda data: os.write(self.main, data.encode())
        self.resize(ROWS, COLUMNS, child)
        root = str(Path(cli.__file__).parents[1])
        environment = os.environ | {
            "PYTHONPATH": root, "TERM": "xterm-256color", "XDG_STATE_HOME": str(folder / "state"),
            "XDG_CONFIG_HOME": str(folder / "config"), "LIVECODE_SET": "",
        }  # fmt: skip
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "livecode.cli", *words],
            stdin=child, stdout=child, stderr=child, env=environment, start_new_session=True, cwd=folder,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(child)

    def resize(self, rows: int, columns: int, descriptor: int | None = None) -> None:
        place = self.main if descriptor is None else descriptor
        fcntl.ioctl(place, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def type(self, text: str) -> None:
        os.write(self.main, text.encode())

    def see(self, wanted: str, within: float = 10.0) -> float:
        """Wait until the text is on the screen; the seconds since the start."""
        self.until(lambda: wanted in self.text, repr(wanted), within)
        return time.monotonic() - self.started

    def until(self, condition: Callable[[], bool], what: str, within: float = 10.0) -> None:
        """Read on until it is so."""
        limit = time.monotonic() + within
        while not condition():
            if time.monotonic() > limit:
                raise AssertionError(f"{what} did not appear in {within} s:\n{self.text.rstrip()}")
            self._read(0.02)

    def bright(self, line: str) -> int:
        """Wait until this line, which was entered, is bright: it is being evaluated. The row it is in."""
        self.until(lambda: any(self._bright(row) for row in self._rows(line)), f"{line!r}, bright,")
        return next(row for row in self._rows(line) if self._bright(row))

    def _rows(self, line: str) -> list[int]:
        return [row for row, shown in enumerate(self.screen.display) if shown.rstrip() == line]

    def _bright(self, row: int) -> bool:
        return self.screen.buffer[row][5].bg not in ("default", "")

    def rest(self, seconds: float) -> None:
        """Let time pass, reading on as a terminal does."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            self._read(0.05)

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def end(self) -> int:
        """Ctrl-D, and the exit status."""
        self.type("\x04")
        return self.wait()

    def wait(self) -> int:
        limit = time.monotonic() + 15
        while self.process.poll() is None and time.monotonic() < limit:
            self._read(0.02)
        return self.process.wait(1)

    def children(self) -> list[int]:
        """Every process below this one: the sender, scsynth, its JACK."""
        return [child.pid for child in psutil.Process(self.process.pid).children(recursive=True)]

    def _read(self, seconds: float) -> None:
        ready, _, _ = select.select([self.main], [], [], seconds)
        if ready:
            try:
                data = os.read(self.main, 65536)
            except OSError:
                return
            self.stream.feed(data)


@pytest.fixture
def terminal(tmp_path):
    opened = []

    def open_one(*words: str, known: bool = True) -> Terminal:
        opened.append(Terminal(tmp_path, *words, known=known))
        return opened[-1]

    yield open_one
    for each in opened:
        if each.process.poll() is None:
            each.process.send_signal(signal.SIGTERM)
            each.wait()
        os.close(each.main)


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.alone
def test_the_prompt_shows_within_a_second_and_plays_within_three(terminal):
    best = (99.0, 99.0)
    for _ in range(3):
        # On a machine with more to do than cores the wall clock measures the others: there the
        # processor time of the front is held to the same bounds.
        crowded = os.getloadavg()[0] > (os.cpu_count() or 1)
        screen = terminal("--device", "dummy")
        prompt = screen.see("\n>")
        prompt = used(screen.process.pid) if crowded else prompt
        screen.type('d1 >> s("bd*4")\r')
        playing = screen.see("●")
        playing = used(screen.process.pid) if crowded else playing
        best = min(best, (prompt, playing))
        assert screen.end() == 0
        if best[0] < 1.0 and best[1] < 3.0:
            break
    assert best[0] < 1.0 and best[1] < 3.0


def test_the_first_start_asks_nothing_plays_and_offers_the_tutorial(terminal, tmp_path):
    screen = terminal("--device", "dummy", known=False)
    screen.see("tutorial()")
    screen.see("●")
    screen.see('d2 >> n("0 [2 4] <7 9> 4")')
    screen.type("tutorial()\r")
    screen.see("1/12")
    screen.see('> d1 >> s("bd*4, ~ cp")')
    screen.type("\r")
    screen.see("2/12")
    screen.type("\x03")
    screen.see("tutorial() goes on from here")
    screen.type("d1.source\r")
    screen.see("'d1 >> s(\"bd*4, ~ cp\")'")
    assert screen.end() == 0
    # Having typed something is what the next start knows one by.
    assert (tmp_path / "state" / "livecode" / "history").stat().st_size > 0


def test_an_evening_at_the_prompt(terminal):
    screen = terminal("--device", "dummy", "--tempo", "126")
    screen.see("\n>")
    screen.type('d1 >> s("bd*4, ~ cp")\r')
    screen.see("●")
    assert "126 bpm" in screen.text
    screen.type('d2 >> note("c e g").synth("plukc")\r')
    screen.see("did you mean 'pluck'?")
    screen.type("d1 >> fsat(2)\r")
    screen.see("no name 'fsat': did you mean 'fast'?")
    screen.type("\x1b1")
    screen.see("(d1)")
    screen.type("\x1bu")
    screen.see("ms   d1")
    screen.resize(20, 60)
    os.kill(screen.process.pid, signal.SIGWINCH)
    screen.type("6 * 7\r")
    screen.see("42")
    screen.type("while True: pass\r\r")
    screen.bright("> while True: pass")
    # It is bright a moment before the terminal is told to make a signal of Ctrl-C.
    screen.rest(0.3)
    screen.type("\x03")
    screen.see("interrupted")
    below = screen.children()
    assert len(below) >= 2
    screen.type("\x1b[20~")
    screen.type("d1.playing\r")
    screen.see("False")
    assert screen.end() == 0
    assert not [process for process in below if alive(process)]


def test_what_is_typed_during_an_evaluation_waits_for_the_prompt(terminal):
    screen = terminal("--device", "dummy")
    screen.see("\n>")
    screen.type("import time; time.sleep(2)\r")
    row = screen.bright("> import time; time.sleep(2)")
    screen.type("'pa' + 'tient'\r")
    screen.type("\x04")
    screen.rest(0.3)
    if screen._bright(row):
        assert "tient" not in screen.text
    screen.see("'patient'")
    assert screen.screen.display[row + 1].rstrip() == "> 'pa' + 'tient'"
    assert screen.screen.buffer[row][5].bg == "default"
    assert screen.screen.display[row].rstrip() == "> import time; time.sleep(2)"
    assert screen.wait() == 0


def test_what_another_program_writes_is_not_painted_over(terminal):
    screen = terminal("--device", "dummy")
    screen.see("\n>")
    screen.type("import os; _ = os.system('echo first; echo second')\r")
    screen.see("\nsecond\n>")
    assert "> import os; _ = os.system('echo first; echo second')\nfirst\nsecond\n" in screen.text
    assert screen.end() == 0


def test_a_terminal_that_is_gone_leaves_the_music_to_be_resumed_and_kill_ends_it(terminal):
    screen = terminal("--device", "dummy")
    screen.see("\n>")
    screen.type('d1 >> s("bd*4")\r')
    screen.see("●")
    below = screen.children()
    sender = next(each for each in below if "livecode.stage.sender" in psutil.Process(each).cmdline())
    screen.process.send_signal(signal.SIGHUP)
    assert screen.wait() == 128 + signal.SIGHUP
    time.sleep(1.0)
    assert alive(sender)
    os.kill(sender, signal.SIGTERM)
    limit = time.monotonic() + 10.0
    while any(alive(process) for process in below):
        assert time.monotonic() < limit
        time.sleep(0.05)


def test_play_with_a_prompt_and_a_file_that_is_saved(terminal, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text('from livecode import *\ntempo(97)\nd3 >> s("bd*4")\n')
    screen = terminal("play", "mine.py", "--repl", "--watch", "--device", "dummy")
    screen.see("97 bpm")
    screen.see(" d3")
    file.write_text('from livecode import *\nd3 >> s("bd*4"\n')
    screen.see("was never closed")
    file.write_text('from livecode import *\ntempo(98)\nd3 >> s("bd*4")\n')
    screen.see("98 bpm")
    assert screen.end() == 0


@pytest.mark.alone
def test_at_rest_the_prompt_takes_little_of_a_core(terminal):
    screen = terminal("--device", "dummy")
    screen.see("\n>")
    screen.type('d1 >> s("bd*4, hh*8")\r')
    screen.see("●")
    screen.rest(2)
    before = used(screen.process.pid)
    began = time.monotonic()
    screen.rest(5)
    # Three hundredths on a quiet machine; drawing all the time would take all of it.
    assert (used(screen.process.pid) - before) / (time.monotonic() - began) < 0.15
    assert screen.end() == 0


def used(process: int) -> float:
    """Seconds of processor time a process has taken."""
    words = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
