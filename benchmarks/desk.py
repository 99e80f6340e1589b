"""Figures of the performer's desk: the prompt's share of a core, first sound, search, frames of the page.

    python benchmarks/desk.py             prompt, first start and search; about a minute
    python benchmarks/desk.py --page      also frames a second of the page at 1080p (needs Chromium)

Needs a terminal emulator's stand-in (pyte, a package of the tests) and scsynth.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests" / "repl"), str(ROOT / "tests" / "bridges")]

LINES = (
    'd1 >> s("bd*4, ~ cp, hh*8?")\r',
    'd2 >> n("0 [2 4] <7 9> 4").scale("d dorian").synth("pluck").room(0.3)\r',
)
SECONDS = 10.0


def row(what: str, figure: str) -> None:
    print(f"{what:<58} {figure}", flush=True)


def prompt() -> None:
    from test_terminal import Terminal, used

    with tempfile.TemporaryDirectory() as folder:
        screen = Terminal(Path(folder), "--device", "dummy")
        screen.see("\n>")
        idle = share(screen, used)
        row("prompt, nothing plays: share of a core", f"{idle:.1%}")
        for line in LINES:
            screen.type(line)
        screen.see("●")
        screen.rest(3)
        row("prompt, two slots, code lit, meters", f"{share(screen, used):.1%}")
        for name, key in (("piano roll", "p"), ("scope", "o"), ("spectrum", "e")):
            screen.type(f"\x1b{key}")
            screen.rest(1)
            row(f"the same with the {name}", f"{share(screen, used):.1%}")
            screen.type(f"\x1b{key}")
        screen.end()
        os.close(screen.main)


def share(screen, used) -> float:
    before, began = used(screen.process.pid), time.monotonic()
    screen.rest(SECONDS)
    return (used(screen.process.pid) - before) / (time.monotonic() - began)


def first_start() -> None:
    from test_terminal import Terminal

    for name in ("first start ever, nothing cached", "first start, definitions cached"):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["XDG_CACHE_HOME"] = folder if "ever" in name else os.environ.get("KEPT_CACHE", "")
            if not os.environ["XDG_CACHE_HOME"]:
                del os.environ["XDG_CACHE_HOME"]
            screen = Terminal(Path(folder), "--device", "dummy", known=False)
            shown = screen.see("\n>")
            plays = screen.see("●", 30)
            row(f"{name}: prompt, sound", f"{shown:.1f} s, {plays:.1f} s")
            screen.end()
            os.close(screen.main)


def search() -> None:
    from livecode.repl.how import search

    began = time.process_time()
    search("warm")
    row("how(...): index made", f"{time.process_time() - began:.2f} s of processor time")
    began = time.process_time()
    for _ in range(100):
        search("make the random melody of the bass swing every fourth bar")
    row("how(...): one search", f"{(time.process_time() - began) * 10:.2f} ms")


def page() -> None:
    from browser import Browser

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "set.py"
        code = "from livecode import *\n" + "\n".join(LINES).replace("\r", "\n")
        file.write_text(code)
        words = [sys.executable, "-m", "livecode.cli", "show", str(file)]
        words += ["--device", "dummy", "--port", "0", "--json"]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=folder)
        assert process.stdout is not None
        browser = Browser(json.loads(process.stdout.readline())["address"], folder / "profile")
        try:
            browser.until("livecode.scenes > 3 && livecode.sounds > 10")
            before, began = browser.value("livecode.frames"), time.monotonic()
            time.sleep(SECONDS)
            rate = (browser.value("livecode.frames") - before) / (time.monotonic() - began)
            late, dropped = (browser.value(f"livecode.stage.scene.{each}") for each in ("late", "dropped"))
            row("page at 1920x1080 in Chromium without a GPU", f"{rate:.0f} frames a second")
            row("notes late, dropped meanwhile", f"{late}, {dropped}")
        finally:
            browser.close()
            process.terminate()
            process.wait(15)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--page", action="store_true", help="also the page's frames a second")
    options = parser.parse_args()
    os.environ.setdefault("KEPT_CACHE", os.environ.get("XDG_CACHE_HOME", ""))
    row("load of the machine (a minute's mean)", f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    search()
    first_start()
    prompt()
    if options.page:
        page()


if __name__ == "__main__":
    main()
