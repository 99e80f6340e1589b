"""Cycles in which a net was not ready, of four slots of nets that play live through scsynth.

    python benchmarks/net_deadlines.py [--minutes 30] [--bpm 120] [--net tiny]

A set of four slots of one net is played by `livecode play --live` (without a sound device, in silence:
scsynth runs all the same), in processes of its own. Printed: cycles played, cycles that played a fallback, by
name, and how busy the machine was.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SET = """
import atexit, json, sys
from livecode import *
from livecode.generators.pool import composers

tempo({bpm})
d1 >> neural("{net}", bars=2, seed=1).synth("pluck")
d2 >> neural("{net}", bars=2, seed=2, register=-12).synth("organ")
d3 >> neural("{net}", bars=2, seed=3, temperature="<0.8 1.1>").synth("reed")
d4 >> neural("{net}", bars=2, seed=4, density="<1 1.5>").synth("strings")
atexit.register(lambda: sys.stderr.write("misses " + json.dumps(dict(composers().misses)) + "\\n"))
"""


def main() -> None:
    """Play and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--net", default="tiny")
    parser.add_argument("--bpm", type=float, default=120.0)
    chosen = parser.parse_args()
    cycles = max(1, round(chosen.minutes * chosen.bpm / 4))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "four_nets.py"
        path.write_text(SET.format(bpm=chosen.bpm, net=chosen.net))
        command = [sys.executable, "-m", "livecode.cli", "play", str(path), "--live", "--cycles", str(cycles)]
        before = os.getloadavg()[0]
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ.copy(), check=False)
    told = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    misses = [line for line in told if line.startswith("misses ")]
    counted = misses[-1] if misses else "no count came back"
    print(f"{cycles} cycles of 4 slots of {chosen.net} at {chosen.bpm:g} bpm: {counted}")
    print(f"load of the machine, {os.cpu_count()} cores: {before:.1f} before, {os.getloadavg()[0]:.1f} after")
    for line in told[-10:]:
        if not line.startswith("misses "):
            print("  said:", line)


if __name__ == "__main__":
    main()
