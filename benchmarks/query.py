"""Cost of a query and of a parse, side by side with Strudel in Node, in one run.

```
STRUDEL=~/strudel python benchmarks/query.py        # Strudel installed as benchmarks/oracle/make.py says
python benchmarks/query.py                          # ours alone
```

Every cycle asked for is a cycle never asked for before. `fresh` is what a performer gets: the pattern as it
is, which may move a cycle it knows to repeat; `plain` is the same pattern with that memory switched off
everywhere. CPU time, not wall time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from time import process_time

import livecode.language.table as table_module
from livecode.language import Pattern, add, fast, mini, note, rev, s

DRUMS = "[bd*4, hh*16, <sn cp>(3,8), [~ arpy:1 arpy:2]*2]"
ROWS: list[tuple[str, Callable[[], Pattern], str]] = [
    ("bd*2 <sn cp>", lambda: mini("bd*2 <sn cp>"), 'mini("bd*2 <sn cp>")'),
    ("drums, 27 events", lambda: mini(DRUMS), f'mini("{DRUMS}")'),
    (
        "fast, every 3 rev, off",
        lambda: mini("0 2 4 7 [9 11]").fast(2).every(3, rev).off(1 / 8, add(12)),
        'mini("0 2 4 7 [9 11]").fast(2).every(3, x => x.rev()).off(1/8, x => x.add(12))',
    ),
    (
        "add, superimpose, chunk",
        lambda: mini("0 2 4 7 [9 11]").fast(2).add("<0 [12 7] 5>").superimpose(fast(2)).chunk(4, add(7)),
        'mini("0 2 4 7 [9 11]").fast(2).add("<0 [12 7] 5>").superimpose(x => x.fast(2))'
        ".chunk(4, x => x.add(7))",
    ),
    ("0 1 2 3 fast 64", lambda: mini("0 1 2 3").fast(64), 'mini("0 1 2 3").fast(64)'),
    ("~ bd", lambda: mini("~ bd"), 'mini("~ bd")'),
    (
        "controls",
        lambda: note("0 [2 4]*2 <7 9> 11").s("pluck").room(0.3).lpf("<400 2000>"),
        'note("0 [2 4]*2 <7 9> 11").s("pluck").room(0.3).lpf("<400 2000>")',
    ),
    ("chance: hh*16?", lambda: mini("hh*16?"), 'mini("hh*16?")'),
    (
        "chance, 4 functions",
        lambda: s("bd*4 hh*8 [sn cp]*2").degrade_by(0.2).fast(2).every(3, rev).off(1 / 8, rev),
        's("bd*4 hh*8 [sn cp]*2").degradeBy(0.2).fast(2).every(3, x => x.rev()).off(1/8, x => x.rev())',
    ),
    (
        "segmented sine",
        lambda: mini("c e g").app_left(_sine(), lambda a, b: (a, b)),
        'mini("c e g").fmap(a => b => [a, b]).appLeft(sine.slow(7))',
    ),
    (
        "8 functions",
        lambda: (
            mini("0 2 4 7 [9 11]")
            .fast(2)
            .every(3, rev)
            .add("<0 7>")
            .off(1 / 8, add(12))
            .ply(2)
            .slow(2)
            .every(4, fast(2))
            .rev()
        ),
        'mini("0 2 4 7 [9 11]").fast(2).every(3, x => x.rev()).add("<0 7>").off(1/8, x => x.add(12)).ply(2)'
        ".slow(2).every(4, x => x.fast(2)).rev()",
    ),
]
TEXTS = ["bd*2 <sn cp>", DRUMS, "bd*2 <sn cp> [hh*4 ~ oh]/2 arpy:<0 1>(3,8) {a b c}%4 x!2 y@3"]


def _sine() -> Pattern:
    from livecode.language import sine

    return sine.slow(7)


def cost(pattern: Pattern, start: int = 0, least: float = 0.3) -> tuple[float, float]:
    """Microseconds an event over fresh cycles, and events a cycle."""
    events = cycles = 0
    cycle = start
    for cycle in range(start, start + 24):
        pattern.query(cycle, cycle + 1)
    begin = process_time()
    while process_time() - begin < least:
        for _ in range(4):
            cycle += 1
            cycles += 1
            events += len(pattern.query(cycle, cycle + 1))
    return (process_time() - begin) * 1e6 / max(events, 1), events / cycles


def first_answer(make: Callable[[], Pattern]) -> float:
    """Milliseconds to build a pattern and answer its first cycle."""
    begin = process_time()
    for _ in range(5):
        make().query(0, 1)
    return (process_time() - begin) * 200


def parse_cost(text: str, least: float = 0.2) -> float:
    """Microseconds to read a text and build its pattern."""
    begin, count = process_time(), 0
    while process_time() - begin < least:
        mini(text)
        count += 1
    return (process_time() - begin) * 1e6 / count


def memory_growth(cycles: int = 10_000) -> float:
    """How much more memory is held after so many cycles than after a hundred of every row, in percent."""
    patterns = [make() for name, make, _ in ROWS if "64" not in name]
    tracemalloc.start()
    for cycle in range(100):
        for pattern in patterns:
            pattern.query(cycle, cycle + 1)
    before, _ = tracemalloc.get_traced_memory()
    for cycle in range(100, cycles):
        patterns[cycle % len(patterns)].query(cycle, cycle + 1)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return 100.0 * (after - before) / before


def strudel() -> dict[str, list]:
    """What Strudel needs for the same rows and texts, or nothing where it is not installed."""
    if not os.environ.get("STRUDEL"):
        return {"queries": [], "parses": []}
    asked = json.dumps({"rows": [[name, js] for name, _, js in ROWS], "texts": TEXTS})
    script = Path(__file__).with_name("query.mjs")
    done = subprocess.run(["node", str(script)], input=asked, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def main() -> None:
    """Print the table; exit 1 when a row costs more than 0.6 of Strudel's."""
    theirs = strudel()
    ours = [(name, *cost(make()), first_answer(make)) for name, make, _ in ROWS]
    most = table_module.MOST_CYCLES
    table_module.MOST_CYCLES = 0
    plain = [cost(make(), least=0.2)[0] for _, make, _ in ROWS]
    table_module.MOST_CYCLES = most
    heads = ("events", "fresh", "plain", "Strudel", "ratio", "first ms")
    print(f"{'us an event':26}" + "".join(f"{head:>9}" for head in heads))
    worst = 0.0
    for index, (name, each, events, first) in enumerate(ours):
        line = f"{name:26}{events:9.1f}{each:9.2f}{plain[index]:9.2f}"
        if theirs["queries"]:
            their = theirs["queries"][index][0]
            worst = max(worst, each / their)
            line += f"{their:9.2f}{each / their:9.2f}"
        else:
            line += f"{'-':>9}{'-':>9}"
        print(f"{line}{first:9.2f}")
    print()
    for index, text in enumerate(TEXTS):
        mine = parse_cost(text)
        their = f"Strudel {theirs['parses'][index]:.0f}" if theirs["parses"] else ""
        print(f"parse, {len(text)} characters: {mine:.0f} us {their}")
    print(f"memory after 10 000 cycles: {memory_growth():+.1f} %")
    if worst > 0.6:
        sys.exit(f"a row costs {worst:.2f} of Strudel's, more than 0.6")


if __name__ == "__main__":
    main()
