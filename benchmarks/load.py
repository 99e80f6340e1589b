"""How much the stage carries: dense sets through the whole way, and what they cost.

    python benchmarks/load.py             all of it
    python benchmarks/load.py dense       10 000 events a second for ten seconds, counted inside scsynth
    python benchmarks/load.py full        sixteen slots of 64 events with four chains of effects: CPU
    python benchmarks/load.py rest        memory of front and sender that do nothing

`dense` gives each event a click that spells its number and counts the clicks in a recording made inside the
server, so a lost one is missed wherever it was lost. CPU is that of the processes themselves.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import livecode.config as settings
from livecode.stage.session import Session

DENSE = """
tempo(240)
for number in range(16):
    session.slots[number + 1] >> s("rim*625").late(number / 10_000).legato(0.1).gain(0.3)
"""
FULL = """
tempo(120)
for number in range(16):
    chain = s("hh*64") if number % 2 else note("[0 3 7 10]*16").s("pluck").legato(0.5)
    chain = chain.orbit(number % 4).room(0.3).size(0.6 + 0.05 * (number % 4)).delay(0.2).lpf(3000).crush(8)
    session.slots[number + 1] >> chain.gain(0.4)
"""


def timing() -> ModuleType:
    """benchmarks/timing.py, which knows how to count inside the server."""
    place = Path(__file__).with_name("timing.py")
    specification = importlib.util.spec_from_file_location("timing", place)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["timing"] = module
    specification.loader.exec_module(module)
    return module


def dense(seconds: float = 10.0) -> dict[str, Any]:
    """10 000 events a second: how many were sent, heard, lost, late."""
    source = "from livecode.stage.session import current\nsession = current()\n" + DENSE
    measured, sent = timing().measure_and_keep("idle", source, seconds)
    span = sent[-1].time - sent[0].time
    return {
        "seconds": round(span, 2),
        "sent": len(sent),
        "a_second": round(len(sent) / span),
        "lost": measured.lost,
        "dropped_or_lost_before": measured.missing,
        "repeated": measured.looped,
        "late": measured.late,
        "p99_samples": round(measured.p99, 2),
        "xruns": measured.xruns,
    }


def full(seconds: float = 20.0) -> dict[str, Any]:
    """Sixteen slots of 64 events a cycle through four orbits' effects: CPU of front and sender."""
    with Session("live", config=settings.Config(device="dummy"), journal=None) as session:
        session.wait(20.0)
        session.evaluate("from livecode.stage.session import current\nsession = current()\n" + FULL)
        while session.now() < 3:
            time.sleep(0.05)
        begun = time.monotonic(), time.process_time(), sender_cpu(session), session.status()
        time.sleep(seconds)
        after = time.monotonic(), time.process_time(), sender_cpu(session), session.status()
        took = after[0] - begun[0]
        front, sender = (after[1] - begun[1]) / took, (after[2] - begun[2]) / took
        status = after[3]
        return {
            "events_a_second": round((status.sent - begun[3].sent) / took),
            "front_core": round(front, 3),
            "sender_core": round(sender, 3),
            "together": round(front + sender, 3),
            "late": status.late, "dropped": status.dropped, "lost": status.lost, "repeated": status.looped,
            "scsynth_load": round(status.load, 1),
        }  # fmt: skip


def rest() -> dict[str, Any]:
    """Megabytes of memory of a front and a sender that have booted and play nothing."""
    code = """
        import json, sys, time, os
        from livecode.config import Config
        from livecode.stage.session import Session
        session = Session("live", config=Config(device="dummy"), journal=None)
        session.boot()
        session.wait(20.0)
        session.namespace()["d1"]
        time.sleep(1.5)
        print(json.dumps([os.getpid(), session._link.process_id, "torch" in sys.modules]), flush=True)
        sys.stdin.read()
        session.close()
    """
    lines = "\n".join(line[8:] for line in code.splitlines())
    process = subprocess.Popen(
        [sys.executable, "-c", lines], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None and process.stdout is not None
    front, sender, torch = json.loads(process.stdout.readline())
    found = {"front_mb": resident(front), "sender_mb": resident(sender), "torch": torch}
    found["together_mb"] = round(found["front_mb"] + found["sender_mb"], 1)
    process.communicate("")
    return found


def sender_cpu(session: Session) -> float:
    """Seconds of computing of the sender so far."""
    process = session._link.process_id  # type: ignore[union-attr]
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(process: int, kind: str = "Rss:") -> float:
    """Megabytes of memory that a process holds; of `kind` "Private_Dirty:" what it shares with nobody."""
    for line in Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith(kind):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


MEASURES = {"dense": dense, "full": full, "rest": rest}


def main() -> int:
    """A line of JSON for each."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=f"{', '.join(MEASURES)} (all)")
    options = parser.parse_args()
    unknown = set(options.measures) - set(MEASURES)
    if unknown:
        parser.error(f"nothing called {sorted(unknown)[0]!r}: there are {', '.join(MEASURES)}")
    for name in options.measures or MEASURES:
        print(json.dumps({name: MEASURES[name]()}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
