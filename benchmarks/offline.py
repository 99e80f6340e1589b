"""How much faster than it sounds a set renders: patterns asked, notes encoded, sound computed and written.

    python benchmarks/offline.py [SET ...] [--cycles 64]

Without a set: four slots of ordinary music, then the factory sets. The engine's CPU time is counted, not only
ours; "times" is seconds of music for each second of both, on one core.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

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


def spent() -> float:
    """CPU seconds of this process and of those it has waited for."""
    used = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        used += usage.ru_utime + usage.ru_stime
    return used


def report(name: str, make: Performance, asked: float) -> None:
    before, began = spent(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        Renderer().render(make.sends, make.commands, make.seconds, Path(folder) / "set.wav")
    render, wall = spent() - before, time.monotonic() - began
    print(
        f"{name}: {make.seconds:.0f} s of music, {len(make.events)} events: patterns {asked:.2f} s of CPU, "
        f"render {render:.2f} s ({wall:.2f} s on the clock): {make.seconds / (asked + render):.0f} times, "
        f"the render alone {make.seconds / render:.0f} times",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET")
    parser.add_argument("--cycles", type=int, default=64)
    options = parser.parse_args()
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
