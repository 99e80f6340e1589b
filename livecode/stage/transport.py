"""Where commands go: to scsynth, into a list, to both.

The player does not know which. What it hands over is the same on stage, in a render and in a test.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol, TextIO

import msgspec

from livecode.sound.command import Note
from livecode.stage.protocol import Loadable, Playable


class Sent(NamedTuple):
    """A note or effect with its time in seconds of the performance's clock, and the tempo in force there.

    A note's `nudge` comes on top of `time`: `due` is when it is really heard.
    """

    time: float
    note: Playable
    seconds_per_cycle: float

    @property
    def due(self) -> float:
        """Seconds at which it is heard."""
        return self.time + self.note.nudge if isinstance(self.note, Note) else self.time


class Transport(Protocol):
    """What takes the player's commands."""

    def load(self, commands: Sequence[Loadable]) -> None:
        """Definitions and sound files that later commands name."""
        ...

    def send(self, batch: Sequence[Sent]) -> int:
        """Commands in order of time; how many bundles they made."""
        ...

    def release(self, notes: Sequence[Note]) -> None:
        """Let go what these notes would have let go: they themselves come too late to be heard."""
        ...

    def gains(self, gains: Sequence[tuple[int, float]], lag: float) -> None:
        """Levels of slots."""
        ...

    def tempo(self, cps: float) -> None:
        """Cycles a second, for whatever in the server follows it."""
        ...

    def hear(self, ears: Mapping[int, int]) -> None:
        """Which ears hear which input channel."""
        ...

    def ticks(self, ticks: Sequence[tuple[float, float, float]]) -> None:
        """(second, cycle, cycles a second): where the music is, for those who hear."""
        ...

    def hush(self) -> None:
        """Silence, with what waits and what sounds."""
        ...


class Collector:
    """Keeps everything in lists: for renders, `livecode events` and tests.

    >>> collector = Collector()
    >>> collector.send([Sent(0.5, Note(1.0, 1.0, "kick", 1), 2.0)])
    1
    >>> collector.sent[0].time
    0.5
    """

    def __init__(self, now: Callable[[], float] = lambda: 0.0) -> None:
        self._now = now
        self.loads: list[Loadable] = []
        self.sent: list[Sent] = []
        self.levels: dict[int, float] = {}
        self.faders: list[tuple[float, int, float]] = []
        self.hushes = 0

    def load(self, commands: Sequence[Loadable]) -> None:
        """Keep them in order."""
        self.loads += commands

    def send(self, batch: Sequence[Sent]) -> int:
        """Keep them in order."""
        self.sent += batch
        return len(batch)

    def release(self, notes: Sequence[Note]) -> None:
        """Nothing sounds here that could be let go."""

    def gains(self, gains: Sequence[tuple[int, float]], lag: float) -> None:
        """Remember the levels of each slot, each with its second."""
        self.levels.update(gains)
        self.faders += [(self._now(), slot, gain) for slot, gain in gains]

    def tempo(self, cps: float) -> None:
        """Nothing here follows the tempo."""

    def hear(self, ears: Mapping[int, int]) -> None:
        """There is nothing to hear."""

    def ticks(self, ticks: Sequence[tuple[float, float, float]]) -> None:
        """Nobody hears."""

    def hush(self) -> None:
        """Count it; what was sent ahead is not heard."""
        self.hushes += 1
        now = self._now()
        if now:
            self.sent = [sent for sent in self.sent if sent.due <= now]


class Transcript:
    """A transport that writes down, one JSON line each, what it passes on to another.

    Each line has `time`, `seconds_per_cycle` and `note`; `read_transcript` gives them back. A thread
    does the writing, so that a slow disk cannot hold up the beat.
    """

    def __init__(self, path: Path, below: Transport) -> None:
        self.below = below
        torn = path.exists() and path.read_bytes()[-1:] not in (b"", b"\n")
        self._file: TextIO = path.open("a", encoding="utf-8")
        if torn:
            # Whoever wrote here before was killed in the middle of a line.
            self._file.write("\n")
        self._waiting: list[Sent] = []
        self._ready = threading.Condition()
        self._closed = False
        self._writer = threading.Thread(target=self._write, name="transcript", daemon=True)
        self._writer.start()

    def load(self, commands: Sequence[Loadable]) -> None:
        """Passed on."""
        self.below.load(commands)

    def send(self, batch: Sequence[Sent]) -> int:
        """Passed on first, then written down."""
        bundles = self.below.send(batch)
        with self._ready:
            self._waiting += batch
            self._ready.notify()
        return bundles

    def release(self, notes: Sequence[Note]) -> None:
        """Passed on."""
        self.below.release(notes)

    def gains(self, gains: Sequence[tuple[int, float]], lag: float) -> None:
        """Passed on."""
        self.below.gains(gains, lag)

    def tempo(self, cps: float) -> None:
        """Passed on."""
        self.below.tempo(cps)

    def hear(self, ears: Mapping[int, int]) -> None:
        """Passed on."""
        self.below.hear(ears)

    def ticks(self, ticks: Sequence[tuple[float, float, float]]) -> None:
        """Passed on."""
        self.below.ticks(ticks)

    def hush(self) -> None:
        """Passed on."""
        self.below.hush()

    def close(self) -> None:
        """Write the rest and close the file."""
        with self._ready:
            self._closed = True
            self._ready.notify()
        self._writer.join(2.0)
        self._file.close()

    def _write(self) -> None:
        while True:
            with self._ready:
                while not self._waiting and not self._closed:
                    self._ready.wait()
                batch, self._waiting = self._waiting, []
                closed = self._closed
            for sent in batch:
                plain = msgspec.to_builtins(sent.note)
                line = {"time": sent.time, "seconds_per_cycle": sent.seconds_per_cycle, "note": plain}
                self._file.write(json.dumps(line) + "\n")
            self._file.flush()
            if closed:
                return


def read_transcript(path: Path) -> list[Sent]:
    """What a `Transcript` wrote, without lines that were cut off when its process was killed.

    Raises ValueError for a line that is none of its.
    """
    found: list[Sent] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.endswith("]}"):
            continue
        entry = json.loads(line)
        note = msgspec.convert(entry["note"], Playable, strict=False)
        found.append(Sent(entry["time"], note, entry["seconds_per_cycle"]))
    return found
