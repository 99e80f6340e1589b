"""A long evening: edits all the time, every child killed now and then; nothing may grow, drift or be lost.

    python benchmarks/soak.py --minutes 60     as ./test --all does it
    python benchmarks/soak.py --minutes 5      by hand

Before it begins, edits fill the history to the thousand evaluations that it keeps. Then twenty edits a minute
of every kind; scsynth, the sender and a composing process are each killed once in ten minutes (or once, in a
shorter run). Memory, open files and nodes are taken while a reference set plays, first after a sixth of the
time (caches have filled by then), then at the end. d1 plays on through everything; its strokes are looked at
one by one in the transcript, and the server's clock is compared with ours.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import os
import random
import signal
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import livecode.config as settings
from livecode.sound.engine.booting import connect
from livecode.sound.engine.options import EngineOptions
from livecode.stage.history import MOST_STEPS
from livecode.stage.session import Session
from livecode.stage.settling import measure
from livecode.stage.transport import read_transcript

EDITS_A_MINUTE = 20
KILLS_EVERY = 600.0
SECONDS_A_CYCLE = 1.6
REFERENCE = """
tempo(150)
d1 >> s("bd*4")
d2 >> s("hh*16").gain("0.6 0.9")
d3 >> note("0 3 <7 10> 12").s("pluck").room(0.3).legato(0.6)
d4 >> note("<c2 g2>*2").s("bass").lpf(900)
"""
EDITS = (
    'd{n} >> s("{drum}*{k}")',
    'd{n} >> s("{drum}({k},16)").every(3, rev).gain({g})',
    'd{n} >> note("0 {k} <7 12> 3").s("pluck").room({g}).delay(0.2)',
    'd{n}.xfade(2) >> note("{k} 5 3").s("bass").lpf(1200)',
    'd{n}.clutch(2) >> s("{drum}*8?")',
    'd{n}.mortal(2, 1) >> s("{drum}*16").crush(6)',
    'd{n}.jump() >> s("{drum}*3")',
    "d{n}.gain({g})",
    "mute(d{n})",
    "unmute()",
    "d{n}.stop()",
    "d{n}.undo()",
    "undo()",
    "redo()",
    "solo(d1)",
    "unsolo()",
    'scene.save("{drum}")',
    'scene.recall("{drum}", over=2)',
    'once(s("{drum}"))',
    'd{n} >> markov("foster").seed({k}).s("pluck")',
    'def f(v):\n    return 1 / 0\nd{n} >> s("{drum}").with_value(f)',
    'd{n} >> s("{drum}d")',
    "d{n} >> d2.pattern.fast(2)",
    'd{n} >> s("hh*{k}").pan(sine.slow(2))',
)


@dataclass
class State:
    """What a running set holds: megabytes, open files, nodes."""

    front_mb: float
    sender_mb: float
    front_files: int
    sender_files: int
    nodes: int


@dataclass
class Soaked:
    """One run.

    `missing` strokes of d1 were not sent although no child had just been killed and nobody had hushed; `off`
    is the largest distance of a stroke from the grid, `drift` what the server's clock moved, in seconds.
    `unasked`: cycle and line of each restart that no kill of ours explains. `memory`: minute and megabytes of
    the front in passing, whatever played; `empty_mb` when the set began, `full_mb` when its history was full.
    """

    minutes: float
    edits: int = 0
    kills: dict[str, int] = field(default_factory=dict)
    strokes: int = 0
    missing: int = 0
    off: float = 0.0
    drift: float | None = None
    late: int = 0
    dropped: int = 0
    before: State | None = None
    after: State | None = None
    notices: dict[str, int] = field(default_factory=dict)
    gaps: list[tuple[float, int]] = field(default_factory=list)
    killed: list[float] = field(default_factory=list)
    unasked: list[tuple[float, str]] = field(default_factory=list)
    memory: list[tuple[int, float]] = field(default_factory=list)
    empty_mb: float = 0.0
    full_mb: float = 0.0

    def growth(self) -> dict[str, float]:
        """How much larger everything is at the end, 0.05 for five per cent."""
        assert self.before is not None and self.after is not None
        one, two = asdict(self.before), asdict(self.after)
        return {name: round(two[name] / one[name] - 1, 4) for name in one}


def soak(minutes: float, seed: int = 1, every: float = KILLS_EVERY) -> Soaked:
    """Play for so many minutes, and kill each child once in `every` seconds."""
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        return _soak(minutes, random.Random(seed), Path(folder), every)


def _soak(minutes: float, chance: random.Random, folder: Path, often: float) -> Soaked:
    soaked = Soaked(minutes)
    transcript, journal = folder / "sent.jsonl", folder / "set.jsonl"
    config = settings.Config(device="dummy")
    session = Session("live", config=config, journal=journal, transcript=transcript)
    names = session.namespace()
    said: list[str] = []
    restarts: list[tuple[float, str]] = []

    def listen(notice: Any) -> None:
        said.append(notice.kind)
        if "starting" in notice.text:
            restarts.append((round(session.now(), 2), notice.text))

    session.listen(listen)
    killed: list[float] = []
    with session:
        session.wait(20.0)
        session.evaluate(REFERENCE, namespace=names)
        empty = front_memory()
        # Once through everything, so that what is loaded on first use has been loaded.
        for number, edit in enumerate(EDITS):
            _edit(session, names, edit, 5 + number % 8, chance)
            time.sleep(0.3)
        # And until the history holds as many evaluations as it ever will: it is not to be taken for a leak.
        while len(session.history()) < MOST_STEPS:
            _edit(session, names, chance.choice(EDITS), chance.randrange(5, 13), chance)
            time.sleep(0.05)
        soaked.empty_mb, soaked.full_mb = empty, front_memory()
        begun = time.monotonic()
        end = begun + minutes * 60
        lead: float | None = None
        every = min(often, minutes * 60)
        shares = (("scsynth", 0.35), ("sender", 0.6), ("composer", 0.8))
        due = {what: begun + every * share for what, share in shares}
        counts_before = session.status()
        while time.monotonic() < end:
            if soaked.before is None and time.monotonic() > begun + minutes * 60 / 6:
                soaked.before = _state(session, names, killed)
                lead = _lead(session)
            _edit(session, names, chance.choice(EDITS), chance.randrange(5, 13), chance)
            soaked.edits += 1
            for what, at in due.items():
                # One that has just ended by itself is killed when another is there.
                if time.monotonic() >= at and session.status().state == "sounding":
                    due[what] = at + every
                    if _kill(session, what):
                        soaked.kills[what] = soaked.kills.get(what, 0) + 1
                        killed.append(session.now())
            minute = int((time.monotonic() - begun) / 60)
            if not soaked.memory or minute > soaked.memory[-1][0]:
                soaked.memory.append((minute, front_memory()))
            time.sleep(60 / EDITS_A_MINUTE)
        soaked.after = _state(session, names, killed)
        after = _lead(session)
        soaked.drift = None if lead is None or after is None else round(after - lead, 5)
        counts = session.status()
        soaked.late = counts.late - (counts_before.late if "sender" not in soaked.kills else 0)
        soaked.dropped = counts.dropped - (counts_before.dropped if "sender" not in soaked.kills else 0)
        until = session.now()
    soaked.killed = [round(cycle, 2) for cycle in killed]
    soaked.unasked = [each for each in restarts if not any(0 <= each[0] - at <= 3.0 for at in killed)]
    soaked.notices = {kind: said.count(kind) for kind in set(said)}
    sent = read_transcript(transcript)
    strokes = [each for each in sent if each.note.slot == 1 and each.note.begin < until]
    soaked.strokes = len(strokes)
    for one, two in pairwise(strokes):
        gap = round((two.note.begin - one.note.begin) * 4) - 1
        # Two at once are a cross-fade of d1 with itself.
        if gap > 0 and not any(0 <= one.note.begin - at + 0.5 <= 4.0 for at in killed):
            soaked.missing += gap
            soaked.gaps.append((one.note.begin, gap))
        passed = two.note.begin - strokes[0].note.begin
        soaked.off = max(soaked.off, abs(two.time - strokes[0].time - passed * SECONDS_A_CYCLE))
    return soaked


def front_memory() -> float:
    """Megabytes of this process that it shares with nobody."""
    return float(timing_load().resident(os.getpid(), "Private_Dirty:"))


def _edit(session: Session, names: dict[str, Any], edit: str, slot: int, chance: random.Random) -> None:
    drums = ("bd", "sn", "hh", "cp", "rim")
    line = edit.format(
        n=slot, drum=chance.choice(drums), k=chance.randrange(2, 12), g=round(chance.uniform(0.2, 1.0), 2)
    )
    # Some are meant to be wrong.
    with suppress(Exception):
        session.evaluate(line, namespace=names)
    # d1 is what is measured: whatever happened, it plays and is heard.
    if session.slots[1].source != 'd1 >> s("bd*4")':
        session.evaluate('d1 >> s("bd*4")', namespace=names)


def _kill(session: Session, what: str) -> bool:
    if what == "composer":
        from livecode.generators.pool import composers

        processes = composers().pids
        if not processes:
            return False
        os.kill(processes[0], signal.SIGKILL)
        return True
    assert session._ready is not None
    process = session._ready.process if what == "scsynth" else session._link.process_id  # type: ignore[union-attr]
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
        return True
    return False


def _state(session: Session, names: dict[str, Any], hushed: list[float]) -> State:
    """With the reference set playing alone, and nothing of what was before ringing on."""
    hushed.append(session.now())
    session.hush()
    session.evaluate("unsolo()\nunmute()\n" + REFERENCE, namespace=names)
    time.sleep(8.0)
    # The fewest seen over some seconds: how many notes ring at one moment is chance.
    seen = []
    for _ in range(20):
        time.sleep(0.2)
        seen.append(session._state.synths)
    gc.collect()
    front, sender = os.getpid(), int(session._link.process_id)  # type: ignore[union-attr]
    return State(
        front_mb=front_memory(),
        sender_mb=timing_load().resident(sender, "Private_Dirty:"),
        front_files=len(os.listdir(f"/proc/{front}/fd")),
        sender_files=len(os.listdir(f"/proc/{sender}/fd")),
        nodes=min(seen),
    )


def _lead(session: Session) -> float | None:
    """How far ahead the server's clock is, by a look from outside."""
    assert session._ready is not None
    address = f"127.0.0.1:{session._ready.port}"
    engine = connect(EngineOptions(engine=address, folder=settings.folder("cache")))
    try:
        # A look that is held up sees nothing: on a busy machine it takes many.
        found: list[tuple[float, float]] = []
        for _ in range(60):
            seen = measure(engine)
            found += [seen] if seen is not None else []
            if len(found) >= 5:
                break
    finally:
        engine.connection.close()
    return max(lead for _, lead in found) if found else None


def timing_load() -> ModuleType:
    """benchmarks/load.py, which knows how to weigh a process."""
    known = sys.modules.get("load")
    if known is not None:
        return known
    place = Path(__file__).with_name("load.py")
    specification = importlib.util.spec_from_file_location("load", place)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["load"] = module
    specification.loader.exec_module(module)
    return module


def main() -> int:
    """Play, and print what was found."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=float, default=KILLS_EVERY, help="seconds between kills of a child")
    options = parser.parse_args()
    soaked = soak(options.minutes, options.seed, options.every)
    print(json.dumps({**asdict(soaked), "growth": soaked.growth()}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
