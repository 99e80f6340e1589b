"""How much faster than it sounds a set renders: patterns asked, notes encoded, sound computed and written.

    python benchmarks/offline.py [SET ...] [--cycles 64]

Without a set: four slots of ordinary music, then the factory sets. "times" is seconds of music for each
second that patterns, encoding, scsynth and writing take: on one core (CPU time, all processes added up), and
on two, where scsynth's work is divided (CPU time of the longer way: ours, then the busier engine, which is
what a clock shows where nothing else runs). The clock's own figure stands beside it.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import tempfile
import time
from pathlib import Path

from livecode.sound.engine import shared
from livecode.sound.render import Renderer
from livecode.stage.offline import Performance, perform

ROOT = Path(__file__).parent.parent
FOUR = """
tempo(120)
d1 >> s("bd*4, ~ cp")
d2 >> s("hh*8").gain(0.9)
d3 >> n("0 [2 4]*2 <7 9> 11").scale("d:dorian").s("pluck").room(0.3)
d4 >> n("<0 3 4 0>").scale("d2:dorian").s("bass").legato(0.8)
"""


ended: list[float] = []
"""CPU seconds of each engine that has ended since this was emptied."""


class Counted(subprocess.Popen[bytes]):
    """A process whose CPU time is known when it ends."""

    def poll(self) -> int | None:
        if self.returncode is None:
            pid, status = self._try_wait(os.WNOHANG)
            if pid == self.pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def _try_wait(self, flags: int) -> tuple[int, int]:
        pid, status, usage = os.wait4(self.pid, flags)
        if pid == self.pid:
            ended.append(usage.ru_utime + usage.ru_stime)
        return pid, status


def spent() -> float:
    """CPU seconds of this process and of those it has waited for."""
    used = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        used += usage.ru_utime + usage.ru_stime
    return used


def report(name: str, make: Performance, asked: float) -> None:
    costs: list[tuple[float, float, float]] = []
    for processes in (1, 2):
        ended.clear()
        before, own, began = spent(), time.process_time(), time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            renderer = Renderer(processes=processes)
            renderer.render(make.sends, make.commands, make.seconds, Path(folder) / "set.wav")
        longest = time.process_time() - own + max(ended, default=spent() - before)
        costs.append((spent() - before, longest, time.monotonic() - began))
    (one, _, wall), (both, longest, clock) = costs
    print(
        f"{name}: {make.seconds:.0f} s of music, {len(make.events)} events; patterns {asked:.2f} s. One: "
        f"render {one:.2f} s ({wall:.2f} on the clock), {make.seconds / (asked + one):.0f} times. Two: "
        f"{longest:.2f} s ({clock:.2f} on the clock, {both:.2f} together), "
        f"{make.seconds / (asked + longest):.0f} times",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET")
    parser.add_argument("--cycles", type=int, default=64)
    options = parser.parse_args()
    shared.subprocess.Popen = Counted  # type: ignore[misc]
    perform(source=FOUR, cycles=2)
    if not options.sets:
        before = spent()
        made = perform(source=FOUR, cycles=options.cycles)
        report("four slots", made, spent() - before)
    for path in [Path(each) for each in options.sets] or sorted((ROOT / "patterns").glob("*.py")):
        before = spent()
        made = perform(path, cycles=options.cycles)
        report(path.stem, made, spent() - before)


if __name__ == "__main__":
    main()
