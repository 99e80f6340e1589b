"""A journal played again: the same changes at the same beats, with the same chance.

    script = read_script("2026-11-25-213000-4711.jsonl")
    play_again(session, script)       # live, from its first beat
    catch_up(session, script)         # only the result, for a front that takes over

Evaluations are done again under `FORCED`: when each took effect and the seed it had are read, not worked out.
What came out as it did because of the moment (a phrase that was late, a live input, a cycle repeated because
the front was behind) is in the journal itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from livecode.config import Config, ConfigError, folder
from livecode.errors import FileProblem
from livecode.stage import journal as journals
from livecode.stage.evaluation import FORCED, Forced
from livecode.stage.faults import explain, remember_source
from livecode.stage.files import PatternFile, run
from livecode.stage.protocol import Playable
from livecode.stage.tempo import Stretch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from livecode.stage.session import Session

LEAD = 1.5
"""Seconds before its beat at which code is run again, so that what it takes to run costs nothing."""
RING = 2
"""Cycles played after the last line of a journal that was cut off by a crash."""
CONFIGURED = ("tempo", "latency", "set", "samples", "sample_rate")

Waiter = Callable[[float], None]


@dataclass
class Script:
    """A journal, read: what was done (`entries`), the tempo map of the whole performance, its last cycle.

    `played` has the notes of cycles that depended on the moment, by (slot, cycle); `repeated` what a slot
    repeated: (slot, begin, end, how many cycles earlier).
    """

    path: Path
    head: dict[str, Any]
    entries: list[dict[str, Any]] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    played: dict[tuple[int, int], list[Playable]] = field(default_factory=dict)
    repeated: list[tuple[int, float, float, float]] = field(default_factory=list)
    cycles: int = 1

    def config(self, config: Config) -> Config:
        """Settings with those that the performance had and that its events depend on."""
        given = self.head.get("config", {})
        values = {name: given[name] for name in CONFIGURED if given.get(name)}
        try:
            return config.changed(values, str(self.path))
        except ConfigError:
            return config


def is_journal(path: str | Path) -> bool:
    """Whether a file is a journal, by its name."""
    return Path(path).suffix == ".jsonl"


def read_script(path: str | Path) -> Script:
    """Read a journal.

    Raises FileProblem when there is none, or when what is there is something else.
    """
    place = Path(path).expanduser()
    lines = journals.read(place)
    if not lines or lines[0].get("kind") != "journal":
        raise FileProblem(f"{place.name} is no journal: journals lie in {folder('state') / 'journals'}")
    script = Script(place, lines[0])
    last, ended = 0.0, False
    for line in lines[1:]:
        kind, cycle = line.get("kind"), float(line.get("cycle", 0.0))
        last, ended = max(last, cycle, *(line.get("swaps") or {}).values()), kind == "end"
        if kind == "map":
            found = msgspec.convert(line["stretches"], list[Stretch])
            before = [each for each in script.stretches if each.second < found[0].second]
            script.stretches = before + found
        elif kind == "played":
            notes = msgspec.convert(line["notes"], list[Playable], strict=False)
            script.played[int(line["slot"]), int(line["at"])] = notes
        elif kind == "repeated":
            script.repeated.append((line["slot"], line["begin"], line["end"], line["by"]))
            last = max(last, line["end"])
        else:
            script.entries.append(line)
    script.repeated.sort(key=lambda each: each[1])
    script.cycles = max(1, ceil(last) + (0 if ended else RING))
    return script


class Again:
    """Does the entries of a script again in one session, in order. `names` is what the code left behind."""

    def __init__(self, session: Session, script: Script, unchecked: bool = False) -> None:
        self.session = session
        self.script = script
        self.names = session.namespace()
        self.names.setdefault("__name__", "__livecode__")
        self._unchecked = unchecked

    def do(self, entry: dict[str, Any], wait: Waiter = lambda cycle: None) -> None:
        """One entry; `wait(cycle)` returns when its beat has come."""
        kind, cycle = entry.get("kind"), float(entry.get("cycle", 0.0))
        try:
            with _forced(entry, self._unchecked):
                if kind == "evaluation":
                    self._evaluate(entry, lambda: wait(cycle))
                else:
                    wait(cycle)
                    self._step(kind, entry)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt | SystemExit) and kind != "evaluation":
                raise
            what = " ".join(str(entry.get("source", kind)).split())[:60]
            self.session.notices.say(f"the journal's {what!r} does not run again: {explain(error)}", "fault")

    def _evaluate(self, entry: dict[str, Any], wait: Callable[[], None]) -> None:
        source, origin, path = entry["source"], entry.get("origin", "<journal>"), entry.get("file")
        if path:
            files = self.session._files
            file = files.setdefault(Path(path), PatternFile(self.session, Path(path)))
            file.execute(source, wait)
            return
        name = origin.replace("<", "<earlier ", 1)
        remember_source(name, source)
        with self.session.evaluation(source, name):
            value = run(source, name, self.names)
            wait()
        if value is not None:
            self.names["_"] = value

    def _step(self, kind: str | None, entry: dict[str, Any]) -> None:
        session = self.session
        slot = session.slots.get(int(entry.get("slot", 0)))
        who: Any = session if slot is None else slot
        if kind in ("undo", "redo"):
            getattr(who, kind)()
        elif kind == "revert":
            who.revert(int(entry["number"]))
        elif kind == "hush":
            session.hush()
        elif kind == "withdraw":
            session._conductor.withdraw_again(int(entry["slot"]), float(entry["at"]), entry["source"])
        elif kind == "heard":
            session.ears.remember(str(entry["name"]), entry["notes"])
        elif kind == "watch":
            session.watched.add(Path(entry["path"]))


def catch_up(session: Session, script: Script) -> Again:
    """Do everything again at once, unheard, for the state it leaves behind."""
    again = Again(session, script, unchecked=True)
    for entry in script.entries:
        again.do(entry)
    return again


def play_again(session: Session, script: Script, ended: threading.Event | None = None) -> Again:
    """Perform a script live from its first beat; returns when its last entry is done, or at `ended`."""
    stop = ended or threading.Event()
    session._given_map = script.stretches
    session._conductor.given = dict(script.played)
    again = Again(session, script)
    first = script.stretches[0].cycle if script.stretches else 0.0

    def wait(cycle: float, ahead: float = 0.0) -> None:
        while not stop.is_set() and cycle > first:
            timeline = session._timeline
            left = timeline.second_at(cycle) - ahead - timeline.clock.now() if timeline.running else 0.05
            if left <= 0:
                return
            stop.wait(min(left, 0.2))

    for entry in script.entries:
        wait(float(entry.get("cycle", 0.0)), LEAD)
        if stop.is_set():
            break
        again.do(entry, wait)
    return again


@contextmanager
def _forced(entry: dict[str, Any], unchecked: bool) -> Iterator[None]:
    swaps = {int(slot): float(cycle) for slot, cycle in (entry.get("swaps") or {}).items()}
    forced = Forced(
        seed=int(entry.get("seed") or 0),
        cycle=float(entry.get("cycle", 0.0)),
        swaps=swaps,
        begin=entry.get("begin"),
        count_in=entry.get("count_in"),
        unchecked=unchecked,
    )
    token = FORCED.set(forced)
    try:
        yield
    finally:
        FORCED.reset(token)
