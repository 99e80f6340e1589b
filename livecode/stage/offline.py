"""A performance without sound: what a set plays, worked out on a virtual clock.

    performance = perform("set.py", cycles=16)
    [played.instrument for played in performance.events]

The way of an event is the one it takes on stage, up to the transport; so a render, `livecode events` and a
live performance of a set agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from typing import Any

from msgspec.structs import replace as change
from quicktions import Fraction

import livecode.config as settings
from livecode.errors import TempoError
from livecode.sound.command import Command
from livecode.stage import replay
from livecode.stage.faults import Notice
from livecode.stage.files import found
from livecode.stage.link import DirectLink
from livecode.stage.prepare import Heard, Prepared, Resolver
from livecode.stage.session import Session
from livecode.stage.transport import Sent

USUAL_CYCLES = 16
MOST_CYCLES = 100_000
STEP_CYCLES = 1
TICK = 1e-6


@dataclass(frozen=True)
class Played:
    """One event that sounds. `time` in seconds from the start, `source` the character ranges it came from."""

    cycle: Fraction
    length: Fraction
    time: float
    slot: int
    instrument: str
    controls: dict[str, Any]
    source: tuple[tuple[int, int], ...]

    def json(self) -> dict[str, Any]:
        """The fields of a line of `livecode events`."""
        return {
            "cycle": str(self.cycle),
            "length": str(self.length),
            "time": round(self.time, 9),
            "slot": self.slot,
            "instrument": self.instrument,
            "controls": {name: _plain(value) for name, value in self.controls.items()},
            "source": [list(each) for each in self.source],
        }


@dataclass
class Performance:
    """What a set has played.

    - `events` in order of time; `sends` what a sender would have sent, each with its second and tempo.
    - `commands`: the loads, then the notes and effects of `sends`. `levels`: the gain of each slot that is
      not 1, `faders` how they got there: (second, slot, gain). `names`: what a pattern file left in its
      namespace. `metre`: the time signature at the end.
    """

    cycles: int
    seconds: float
    cps: float
    events: list[Played] = field(default_factory=list)
    sends: list[Sent] = field(default_factory=list)
    loads: list[Command] = field(default_factory=list)
    levels: dict[int, float] = field(default_factory=dict)
    faders: list[tuple[float, int, float]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)
    metre: tuple[int, int] = (4, 4)

    @property
    def commands(self) -> list[Command]:
        """Definitions and sound files first, then everything in order of time."""
        return [*self.loads, *(sent.note for sent in self.sends)]


def perform(
    path: str | Path | None = None,
    cycles: int | None = None,
    *,
    source: str | None = None,
    setup: Callable[[Session], None] | None = None,
    config: settings.Config | None = None,
    resolver: Callable[[], Resolver] | None = None,
) -> Performance:
    """Perform a pattern file, a text of code, or what `setup(session)` puts on stage.

    Without `cycles` the file's own top-level `cycles` counts, else 16. Raises what the code raises.
    """
    heard: list[tuple[int, Heard]] = []

    def played(slot: int, _prepared: Prepared, new: list[Heard]) -> None:
        heard.extend((slot, each) for each in new)

    told: list[Notice] = []
    names: dict[str, Any] = {}
    with Session("offline", config=config, journal=None, resolver=resolver, played=played) as session:
        session.listen(told.append)
        if path is not None:
            names = session.load(found(path)).names
        if source is not None:
            names = session.namespace()
            session.evaluate(source, "<set>", names)
        if setup is not None:
            setup(session)
        length = _length(cycles if cycles is not None else names.get("cycles", USUAL_CYCLES))
        link = session._link
        assert isinstance(link, DirectLink)
        _run(session, link, length)
        timeline = session._timeline
        end = timeline.second_at(float(length)) if timeline.running else length / timeline.cps
        sends = [sent for sent in link.collector.sent if sent.note.begin < length]
        events = [
            _event(each, slot, session)
            for slot, each in heard
            if each.commands and 0 <= each.event.part.begin < length
        ]
        return Performance(
            cycles=length,
            seconds=end,
            cps=timeline.cps,
            events=sorted(events, key=lambda each: (each.time, each.slot)),
            sends=sends,
            loads=list(link.collector.loads),
            levels=dict(link.collector.levels),
            faders=list(link.collector.faders),
            notices=[notice.text for notice in told],
            names=names,
            metre=(session._scene.metre.beats, session._scene.metre.unit),
        )


def perform_journal(
    path: str | Path,
    cycles: int | None = None,
    *,
    config: settings.Config | None = None,
    resolver: Callable[[], Resolver] | None = None,
) -> Performance:
    """What a performance played, worked out again from its journal: the same notes at the same beats."""
    script = replay.read_script(path)
    config = script.config(config or settings.Config())
    heard: list[tuple[int, Heard]] = []

    def played(slot: int, _prepared: Prepared, new: list[Heard]) -> None:
        heard.extend((slot, each) for each in new)

    told: list[Notice] = []
    with Session("offline", config=config, journal=None, resolver=resolver, played=played) as session:
        session.listen(told.append)
        session._given_map = script.stretches
        session._conductor.given = dict(script.played)
        link = session._link
        assert isinstance(link, DirectLink)
        again = replay.Again(session, script)
        for entry in script.entries:
            _run_on(session, link, float(entry.get("cycle", 0.0)))
            again.do(entry)
        length = _length(cycles if cycles is not None else script.cycles)
        _run_on(session, link, float(length))
        timeline = session._timeline
        sends = [sent for sent in link.collector.sent if sent.note.begin < length]
        sounded = {id(sent.note) for sent in link.collector.sent}
        events = [
            _event(each, slot, session)
            for slot, each in heard
            if any(id(note) in sounded for note in each.commands) and each.event.part.begin < length
        ]
        return Performance(
            cycles=length,
            seconds=timeline.second_at(float(length)) if timeline.running else length / timeline.cps,
            cps=timeline.cps,
            events=_events_with_repeats(events, script, session),
            sends=_with_repeats(sends, script, session),
            loads=list(link.collector.loads),
            levels=dict(link.collector.levels),
            faders=list(link.collector.faders),
            notices=[notice.text for notice in told],
            names=again.names,
        )


def _with_repeats(sends: list[Sent], script: replay.Script, session: Session) -> list[Sent]:
    """What was heard instead while the front was behind or gone: the cycles before, once more."""
    timeline = session._timeline
    for slot, begin, end, by in script.repeated:
        kept = [each for each in sends if each.note.slot != slot or not begin <= each.note.begin < end]
        for each in sends:
            if each.note.slot == slot and begin <= each.note.begin + by < end:
                cycle = each.note.begin + by
                spc = 1 / timeline.map.cps_at(cycle) if timeline.map is not None else each.seconds_per_cycle
                kept.append(Sent(timeline.second_at(cycle), _moved(each.note, by), spc))
        sends = sorted(kept, key=lambda each: each.time)
    return sends


def _events_with_repeats(events: list[Played], script: replay.Script, session: Session) -> list[Played]:
    for slot, begin, end, by in script.repeated:
        kept = [each for each in events if each.slot != slot or not begin <= each.cycle < end]
        for each in events:
            if each.slot == slot and begin <= each.cycle + by < end:
                cycle = each.cycle + Fraction(by)
                second = session._timeline.second_at(float(cycle))
                kept.append(replace(each, cycle=cycle, time=second))
        events = kept
    return sorted(events, key=lambda each: (each.time, each.slot))


def _moved(note: Any, by: float) -> Any:
    return change(note, begin=note.begin + by)


def _run_on(session: Session, link: DirectLink, cycle: float) -> None:
    """Let time pass up to a cycle, of a performance that has begun."""
    timeline = session._timeline
    if not timeline.running:
        return
    now = timeline.now()
    while now < cycle - 1e-9:
        now = min(float(int(now + 1e-9) + STEP_CYCLES), cycle)
        session._conductor.fill(timeline.cycle_at(timeline.second_at(now) + link.player.reach) + 1e-6)
        end = timeline.second_at(now)
        while (due := link.player.next_due()) < end:
            link.clock.move(max(0.0, due - link.clock.now()) + TICK)
            link.player.advance()
        link.clock.move(max(0.0, end - link.clock.now()))
        link.player.advance()


def _run(session: Session, link: DirectLink, cycles: int) -> None:
    """Let time pass a cycle at a time: the conductor fills, the player sends."""
    timeline = session._timeline
    cycle = timeline.first_cycle
    while cycle < cycles:
        cycle = min(cycle + STEP_CYCLES, float(cycles))
        session._conductor.fill(cycle)
        if timeline.running:
            end = timeline.second_at(cycle) - link.player.reach
            while (due := link.player.next_due()) < end:
                link.clock.move(max(0.0, due - link.clock.now()) + TICK)
                link.player.advance()
            link.clock.move(max(0.0, end - link.clock.now()))
            link.player.advance()


def _event(heard: Heard, slot: int, session: Session) -> Played:
    event = heard.event
    whole = event.whole_or_part
    if event.value:
        instrument, controls = session._preparer.describe(event)
    else:
        # A note that a journal gives as it was played: nothing but the note itself is known.
        note: Any = heard.commands[0]
        instrument, controls = getattr(note, "definition", ""), dict(getattr(note, "controls", ()))
    begin = float(whole.begin)
    return Played(
        cycle=whole.begin,
        length=whole.length,
        time=session._timeline.second_at(begin),
        slot=slot,
        instrument=instrument,
        controls=controls,
        source=tuple((first, last) for first, last, *_ in event.locations),
    )


def _length(cycles: Any) -> int:
    known = isinstance(cycles, int | float | Fraction) and not isinstance(cycles, bool)
    if known and 0 < cycles <= MOST_CYCLES:
        whole = int(cycles)
        return whole if whole == cycles else whole + 1
    raise TempoError(f"{cycles!r} cycles cannot be played: give a whole number from 1 to {MOST_CYCLES}")


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, float):
        return value if abs(value) != inf and value == value else str(value)
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value)
