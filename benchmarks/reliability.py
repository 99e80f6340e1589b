"""What breaks, broken for real, and how long it was silent: measured in a recording of what left JACK.

    python benchmarks/reliability.py                       every fault, as the table of docs/reliability.md
    python benchmarks/reliability.py engine-killed --times 20

A JACK server of our own, a recorder in it that outlives scsynth, a session that plays eight rim shots a
second.
The fault is injected from outside (kill -9, SIGSTOP, a JACK server that dies, a wall clock that is set), then
the recording is looked at: from the fault to the first sound after it, and how far the sounds after it lie
from the grid of those before it. Loudness decides, not what anybody says about itself.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import livecode.config as settings
from livecode.sound import tap
from livecode.sound.command import Note
from livecode.sound.encode import timetag, wall_offset
from livecode.sound.engine.booting import connect
from livecode.sound.engine.jack import Way, start_jack
from livecode.sound.engine.options import EngineOptions
from livecode.sound.osc import bundle
from livecode.stage.session import Session
from livecode.stage.transport import Sent, read_transcript

HERE = Path(__file__).parent / "faults"
SET = 'tempo(240)\nd1 >> s("rim*8")'
BEAT = 0.125
FOLLOWING = 40
SETTLED = 24.0
"""Seconds before the first fault: until then the grid itself moves by milliseconds, with scsynth's clock."""
OLD = 150.0
"""Seconds after which both clocks, that of the engine that sounds and of the one that waits, have settled."""
QUIET = 0.02
"""Below this a sample counts as silence: the rims are a hundred times louder."""


@dataclass
class Measured:
    """One fault: its figures in words, and the numbers they were made of.

    `silent` seconds from each fault to the first sound after it (less the beat on which none was due);
    `off` milliseconds by which sounds after it lie off the grid of those before.
    """

    fault: str
    bound: str
    silent: list[float] = field(default_factory=list)
    off: list[float] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def worst(self) -> float:
        """The longest silence, in seconds."""
        return max(self.silent, default=0.0)

    def __str__(self) -> str:
        parts = []
        if self.silent:
            middle = sorted(self.silent)[len(self.silent) // 2]
            many = f" (worst of {len(self.silent)}, middle {middle:.2f})" if len(self.silent) > 1 else ""
            parts.append(f"{self.worst:.2f} s{many}")
        if self.off:
            parts.append(f"{max(map(abs, self.off)):.1f} ms off the grid at most")
        parts += [f"{name} {value}" for name, value in self.more.items()]
        return f"| {self.fault} | {self.bound} | {', '.join(parts)} |"


class Recording:
    """What was heard, with the monotonic second of every sample."""

    def __init__(self, place: Path) -> None:
        held = np.load(place)
        self.sound = np.abs(held["sound"]).max(axis=1)
        count = max(1, len(held["seconds"]))
        size = len(self.sound) // count
        nominal = np.arange(count) * size / 48000
        inside = np.tile(np.arange(size) / 48000, count)
        self.seconds = np.repeat(nominal + _delays(held["seconds"] - nominal), size) + inside

    def onsets(self) -> np.ndarray:
        """Monotonic seconds at which a sound begins after at least 50 ms of less."""
        loud = np.flatnonzero(self.sound > QUIET)
        if not len(loud):
            return np.zeros(0)
        begins: np.ndarray = loud[np.concatenate([[True], np.diff(loud) > 0.05 * 48000])]
        return np.asarray(self.seconds[begins])


def _delays(late: np.ndarray) -> np.ndarray:
    """How late each block of a recording was, less what is the recorder's own slowness.

    A block's callback comes after its time, sometimes by milliseconds, never before: the least delay of those
    that follow is the truth. (Of those that follow only: where a block was lost, all after it are later.)
    """
    return np.array([late[place : place + FOLLOWING].min() for place in range(len(late))])


class Stage:
    """A JACK server, a recorder, a session on them."""

    def __init__(self, folder: Path, environment: dict[str, str] | None = None, clicks: bool = False) -> None:
        self.folder = folder
        self.way: Way = start_jack(EngineOptions(), "dummy")
        self.name = self.way.environment["JACK_DEFAULT_SERVER"]
        self.transcript = folder / "sent.jsonl"
        self.recordings = 0
        self.begin_recording()
        os.environ["SC_JACK_DEFAULT_OUTPUTS"] = "recorder"
        os.environ.update(environment or {})
        config = settings.Config(device=f"jack:{self.name}")
        self.session = Session("live", config=config, journal=None, transcript=self.transcript, clicks=clicks)
        self.said: list[str] = []
        self.session.listen(lambda notice: self.said.append(notice.text))
        self.session.wait(20.0)
        self.environment = ["SC_JACK_DEFAULT_OUTPUTS", *(environment or {})]

    @property
    def engine(self) -> int:
        """scsynth's process."""
        assert self.session._ready is not None
        return self.session._ready.process

    @property
    def sender(self) -> int:
        """The sender's process."""
        return int(self.session._link.process_id)  # type: ignore[union-attr]

    def begin_recording(self) -> None:
        """From now on."""
        self.recordings += 1
        self.place = self.folder / f"{self.recordings}.npz"
        self.recorder = subprocess.Popen(
            [sys.executable, str(HERE / "recorder.py"), str(self.place)],
            env={**os.environ, "JACK_DEFAULT_SERVER": self.name, "JACK_NO_START_SERVER": "1"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self.recorder.stdout is not None
        self.recorder.stdout.readline()

    def recorded(self) -> Recording:
        """What was heard up to now."""
        self.end_recording()
        return Recording(self.place)

    def end_recording(self) -> None:
        """Let the recorder write what it has, if it still can."""
        self.recorder.communicate(timeout=30)

    def until(self, condition: Callable[[], bool], seconds: float = 20.0) -> None:
        """Wait for something to be so."""
        limit = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > limit:
                raise RuntimeError(f"it did not happen in {seconds:g} s; said: {self.said}")
            time.sleep(0.01)

    def close(self) -> None:
        """End everything."""
        self.session.close()
        for name in self.environment:
            os.environ.pop(name, None)
        if self.recorder.returncode is None:
            self.end_recording()
        self.way.end()


@contextmanager
def stage(
    environment: dict[str, str] | None = None, settled: float = SETTLED, clicks: bool = False
) -> Iterator[Stage]:
    """A stage that plays, with so many seconds behind it that scsynth's clock has settled."""
    with tempfile.TemporaryDirectory(prefix="reliability-") as folder:
        made = Stage(Path(folder), environment, clicks)
        try:
            made.session.evaluate(SET)
            made.until(lambda: made.session.now() > settled, settled + 20)
            yield made
        finally:
            made.close()


def silences(onsets: np.ndarray, faults: list[float]) -> list[float]:
    """Seconds from each fault to the first sound after it that was missed: the gap it tore.

    A sound that was on its way when the fault came may still be heard; the gap is the longest one that begins
    within half a second of the fault.
    """
    found = []
    for fault in faults:
        near = np.flatnonzero((onsets >= fault - BEAT) & (onsets <= fault + 0.5))
        gaps = [(onsets[n + 1] - onsets[n], onsets[n + 1]) for n in near if n + 1 < len(onsets)]
        if not gaps:
            raise RuntimeError("nothing was heard after the fault")
        longest, again = max(gaps)
        found.append(float(again - fault) if longest > 1.5 * BEAT else 0.0)
    return found


def off_grid(onsets: np.ndarray, fault: float, until: float, beat: float = BEAT) -> list[float]:
    """Milliseconds by which the sounds in (fault, until) lie off the grid of the two seconds before it."""
    before = onsets[(onsets > fault - 2.2) & (onsets < fault)]
    after = onsets[(onsets > fault) & (onsets < until)]
    phases = (before - before[0] + beat / 2) % beat - beat / 2
    shift = before[0] + float(np.median(phases))
    return [float(each) * 1000 for each in (after - shift + beat / 2) % beat - beat / 2]


def engine_killed(times: int = 20) -> Measured:
    """kill -9 of scsynth at random beats."""
    measured = Measured("scsynth killed (kill -9)", "1.0 s, 5 ms")
    with stage() as here:
        faults = []
        for _ in range(times):
            # No more than two in ten seconds: a third would be taken for a server that cannot live.
            time.sleep(5.2 + random.random() * 0.5)
            process = here.engine
            faults.append(time.monotonic())
            os.kill(process, signal.SIGKILL)
            here.until(lambda before=process: here.engine != before)  # type: ignore[misc]
        time.sleep(3.0)
        onsets = here.recorded().onsets()
        measured.silent = silences(onsets, faults)
        for fault, following in zip(faults, [*faults[1:], faults[-1] + 3.0]):
            measured.off += off_grid(onsets, fault, following - 0.3)
        measured.said = here.said
    return measured


def engine_killed_late(seconds: float = 12.0) -> Measured:
    """kill -9 of scsynth when the clocks have settled: exact to the sample, afterwards too.

    scsynth needs two minutes for that. `step`: samples by which the first two seconds after the fault lie
    beside the line through the five before, as JACK counts them. `p99`, `worst`: onsets in the server that
    took over, against reference clicks in it, less their median (`shift`), as in benchmarks/timing.py.
    """
    measured = Measured("the same, clocks settled", "2 samples")
    with stage(settled=OLD, clicks=True) as here:
        process = here.engine
        fault = time.monotonic()
        os.kill(process, signal.SIGKILL)
        here.until(lambda: here.engine != process)
        assert here.session._ready is not None
        address = f"127.0.0.1:{here.session._ready.port}"
        engine = connect(EngineOptions(engine=address, folder=settings.folder("cache")))
        sound = here.folder / "clicks.wav"
        try:
            first = time.time() + 12.0
            references = {number: first + number / 24 for number in range(int(seconds * 24))}
            engine.send_many([bundle(timetag(at), [tap.click(n, True)]) for n, at in references.items()])
            take = tap.record(engine, sound)
            time.sleep(12.0 + seconds)
            take.stop()
        finally:
            engine.connection.close()
        recording = here.recorded()
        measured.silent = silences(recording.onsets(), [fault])
        measured.off = off_grid(recording.onsets(), fault, fault + 20)
        here.session.close()
        errors = _against(tap.read(sound), read_transcript(here.transcript), references)
        measured.more = {
            "step": f"{_step(recording, fault):.1f} samples",
            "p99": f"{float(np.percentile(np.abs(errors - np.median(errors)), 99)):.1f} samples",
            "worst": f"{float(np.abs(errors - np.median(errors)).max()):.1f} of {len(errors)}",
            "shift": f"{float(np.median(errors)):.1f}",
        }
        measured.said = here.said
    return measured


def _step(recording: Recording, fault: float) -> float:
    loud = np.flatnonzero(recording.sound > QUIET)
    places = loud[np.concatenate([[True], np.diff(loud) > 0.05 * 48000])]
    seconds = recording.seconds[places]
    beats = np.round((places - places[0]) / (BEAT * 48000))
    before = (seconds > fault - 5) & (seconds < fault)
    after = (seconds > fault) & (seconds < fault + 2)
    line = np.polyfit(beats[before], places[before], 1)
    # A block that the recorder missed while JACK changed its graph is no error of ours.
    beside = (places - np.polyval(line, beats) + 512) % 1024 - 512
    return float(np.median(beside[after]))


def _against(clicks: tap.Clicks, sent: list[Sent], references: dict[int, float]) -> np.ndarray:
    """Samples by which clicks lie beside their intended times, measured by the reference clicks around them.

    Which note a server's first click belongs to is found by trying: a wrong one is off by a beat.
    """
    offset = wall_offset(50)
    due = [each.due + offset for each in sent if isinstance(each.note, Note)]
    known = sorted(set(clicks.references) & set(references))
    times = [references[each] for each in known]
    places = [clicks.references[each] for each in known]
    best = np.full(1, np.inf)
    for first in range(len(due)):
        pairs = [
            (clicks.samples[number], due[first + number])
            for number in clicks.samples
            if first + number < len(due) and times[0] < due[first + number] < times[-1]
        ]
        if len(pairs) > 20:
            heard, wanted = np.array(pairs).T
            found = heard - np.interp(wanted, times, places)
            if abs(np.median(found)) < abs(np.median(best)):
                best = found
    return best


def engine_stopped() -> Measured:
    """SIGSTOP of scsynth: it runs and does not answer."""
    measured = Measured("scsynth hangs (SIGSTOP)", "3.5 s")
    with stage() as here:
        fault = time.monotonic()
        process = here.engine
        os.kill(process, signal.SIGSTOP)
        here.until(lambda: here.engine != process)
        time.sleep(2.0)
        onsets = here.recorded().onsets()
        measured.silent = silences(onsets, [fault])
        measured.off = off_grid(onsets, fault, fault + 10)
        measured.said = here.said
    return measured


def jack_gone(seconds: float = 3.0) -> Measured:
    """A JACK server that is not ours dies and is started again."""
    measured = Measured("JACK dies and comes back", "2 s from its return")
    with stage() as here:
        assert here.way.server is not None
        server, command = here.way.server, here.way.server.command
        server.on_exit = None
        before = here.engine
        fault = time.monotonic()
        server.signal(signal.SIGKILL)
        server.wait(5.0)
        here.recorder.kill()
        here.end_recording()
        time.sleep(seconds)
        from livecode.sound.engine.jack import answers
        from livecode.sound.engine.process import Child

        here.way.server = Child(command, last_signal=signal.SIGTERM)
        here.until(lambda: answers(here.name))
        back = time.monotonic()
        here.begin_recording()
        here.until(lambda: here.engine != before, 20.0)
        time.sleep(2.0)
        onsets = here.recorded().onsets()
        measured.silent = [float(onsets[onsets > back][0] - back)]
        measured.said = here.said
        assert fault < back
    return measured


def clock_set(step: float = 0.5) -> Measured:
    """The wall clock of scsynth and the sender is set forward or back, as by a time server."""
    measured = Measured(f"wall clock set by {step:+g} s", "right within 1 s")
    with tempfile.TemporaryDirectory(prefix="clock-") as folder:
        library, offset = Path(folder, "clock.so"), Path(folder, "offset")
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(HERE / "clock.c"), "-ldl"], check=True
        )
        offset.write_bytes(struct.pack("d", 0.0))
        with stage({"LD_PRELOAD": str(library), "CLOCK_OFFSET": str(offset)}) as here:
            fault = time.monotonic()
            with offset.open("r+b") as file:
                file.write(struct.pack("d", step))
            time.sleep(5.0)
            onsets = here.recorded().onsets()
            errors = off_grid(onsets, fault, fault + 4.5)
            after = onsets[(onsets > fault) & (onsets < fault + 4.5)]
            # Right again: from then on nothing missing and nothing off the grid.
            gaps = np.diff(after)
            wrong = [float(each) for each, error in zip(after, errors) if abs(error) > 5.0]
            missing = [float(after[n + 1]) for n in np.flatnonzero(gaps > 1.5 * BEAT)]
            measured.silent = [max([*wrong, *missing, fault]) - fault]
            measured.off = [error for each, error in zip(after, errors) if each > fault + 1.0]
            measured.said = here.said
    return measured


def sender_killed() -> Measured:
    """kill -9 of the sender; scsynth goes with it."""
    measured = Measured("sender killed (kill -9)", "on the same grid")
    with stage() as here:
        fault, sender = time.monotonic(), here.sender
        os.kill(sender, signal.SIGKILL)
        here.until(lambda: here.session._state.sounding and here.sender != sender)
        time.sleep(2.5)
        onsets = here.recorded().onsets()
        measured.silent = silences(onsets, [fault])
        measured.off = off_grid(onsets, fault, fault + 10)
        measured.said = here.said
    return measured


def sender_stalled(seconds: float) -> Measured:
    """The sender gets no processor for a while: what lies within the look-ahead is heard, nothing is late."""
    measured = Measured(f"sender stopped for {seconds:g} s", "within the look-ahead nothing")
    with stage() as here:
        before = here.session.status()
        fault = time.monotonic()
        os.kill(here.sender, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(here.sender, signal.SIGCONT)
        time.sleep(2.0)
        after = here.session.status()
        onsets = here.recorded().onsets()
        measured.silent = silences(onsets, [fault])
        measured.off = off_grid(onsets, fault, fault + 2.0)
        measured.more = {"dropped": after.dropped - before.dropped, "late": after.late - before.late}
        gaps = np.diff(onsets[(onsets > fault - 1) & (onsets < fault + seconds + 2)])
        measured.more["closest"] = f"{gaps.min() * 1000:.0f} ms"
        measured.said = here.said
    return measured


def crashes() -> Measured:
    """Three crashes in ten seconds."""
    measured = Measured("three crashes in 10 s", "one line, no more attempts")
    with stage() as here:
        for _ in range(3):
            here.until(lambda: here.session.status().state in ("sounding", "looping"))
            process = here.engine
            os.kill(process, signal.SIGKILL)
            here.until(lambda old=process: here.session._failed or here.engine != old)  # type: ignore[misc]
            time.sleep(0.4)
        time.sleep(2.0)
        measured.said = here.said
        measured.more = {"state": here.session.status().state}
    return measured


def front_busy(seconds: float = 6.0) -> Measured:
    """A sort that keeps the interpreter of the front to itself for longer than the front is ahead."""
    measured = Measured(f"front's interpreter held for {seconds:g} s", "no event lost")
    with stage() as here:
        fault = time.monotonic()
        ctypes.PyDLL(None).usleep(int(seconds * 1e6))
        time.sleep(1.5)
        onsets = here.recorded().onsets()
        measured.silent = silences(onsets, [fault])
        measured.off = off_grid(onsets, fault, fault + seconds + 1)
        status = here.session.status()
        measured.more = {"lost": status.lost, "dropped": status.dropped, "repeated": status.looped}
    return measured


FAULTS: dict[str, Callable[..., Measured]] = {
    "engine-killed": engine_killed,
    "engine-killed-late": engine_killed_late,
    "engine-stopped": engine_stopped,
    "jack-gone": jack_gone,
    "clock-forward": lambda: clock_set(0.5),
    "clock-back": lambda: clock_set(-0.5),
    "sender-killed": sender_killed,
    "sender-stalled-a-little": lambda: sender_stalled(0.08),
    "sender-stalled": lambda: sender_stalled(2.0),
    "crashes": crashes,
    "front-busy": front_busy,
}


def main() -> int:
    """Inject and print a line for each."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("faults", nargs="*", metavar="FAULT", help=f"{', '.join(FAULTS)} (all)")
    parser.add_argument("--times", type=int, default=20, help="how often scsynth is killed (20)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    unknown = set(options.faults) - set(FAULTS)
    if unknown:
        parser.error(f"no fault called {sorted(unknown)[0]!r}: there are {', '.join(FAULTS)}")
    for fault in options.faults or FAULTS:
        measured = engine_killed(options.times) if fault == "engine-killed" else FAULTS[fault]()
        print(json.dumps(measured.__dict__) if options.json else measured, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
