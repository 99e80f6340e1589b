"""What the prompt shows of a performance: plain values, made anew each time they are asked for."""

from __future__ import annotations

from dataclasses import dataclass

from livecode.language.time import Locations


@dataclass(frozen=True)
class SlotStatus:
    """One slot: `events` a cycle, `fault` why it plays an older pattern than it was given, if it does."""

    number: int
    playing: bool
    source: str
    gain: float
    muted: bool
    soloed: bool
    sounding: bool
    events: int
    fault: str | None


@dataclass(frozen=True)
class Status:
    """A performance at a glance.

    `state`: "off", "booting", "sounding", "looping" (the front is behind and the last cycle repeats) or
    "ended". `beat` counts from 1 to `beats`; `load` and `peak_load` are scsynth's, in per cent; `jitter` is
    the worst delay of the sender's ticks lately, in milliseconds, `lateness` that of a note, `lookahead` the
    seconds ahead at which notes are sent now; counts are of notes since the start;
    `master_peak` is the loudest sample lately, -1 when unknown; `xruns` those of our own JACK;
    `hearing` what players are heard to do, "" when nobody is listened to.
    """

    state: str
    engine: str
    cycle: float
    beat: int
    beats: int
    bpm: float
    cps: float
    load: float
    peak_load: float
    sent: int
    late: int
    dropped: int
    lost: int
    looped: int
    pending: int
    restarts: int
    jitter: float
    lookahead: float
    lateness: float
    master_peak: float
    recording: str
    xruns: int
    slots: tuple[SlotStatus, ...]
    hearing: str = ""


@dataclass(frozen=True)
class Lit:
    """Something that sounds: from `begin` to `end` in monotonic seconds, typed at these `locations`."""

    slot: int
    begin: float
    end: float
    locations: Locations


@dataclass(frozen=True)
class Running:
    """What plays: since which cycle, from which file (None: typed), and why it is (not) heard.

    `slot` is 0 for what is no slot; then `name` says what it is.
    """

    slot: int
    source: str
    since: float
    file: str | None
    why: str
    name: str = ""

    def __str__(self) -> str:
        place = f" ({self.file})" if self.file else ""
        return f"{self.name or f'd{self.slot}'} since cycle {self.since:g}{place}, {self.why}: {self.source}"
