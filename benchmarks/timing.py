"""How exactly notes begin, measured inside the server, while the player's own process is kept busy.

    python benchmarks/timing.py                  every load, 12 s each
    python benchmarks/timing.py sort --seconds 30
    python benchmarks/timing.py --in-turn       one performance, one load after the other

A click one sample long goes with every note; its height spells the note's number. Reference clicks, 24 a
second and sent more than 10 s early, map wall time to samples, the wobble of the server's clock included; the
first sounds before the first note can, for the server's idea of a second may be off by hundreds of samples.
Error = onset minus intended time, less the run's median. The loads run in the front, where the prompt and the
patterns live; the beat is kept by the sender. A run during which JACK reported an xrun is repeated, three
times at most, and says so.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

import livecode.config as settings
from livecode.sound import tap
from livecode.sound.command import Note
from livecode.sound.encode import timetag, wall_offset
from livecode.sound.engine.booting import connect
from livecode.sound.engine.options import EngineOptions
from livecode.sound.osc import bundle
from livecode.stage.session import Session
from livecode.stage.transport import Sent, read_transcript

SETTLE = 12.0
TRIES = 3
REFERENCES_A_SECOND = 24
EARLY = 20.0
"""How many seconds before its time a reference is sent: scsynth holds 2048 bundles, notes among them."""
LEAD = 1.0
"""Seconds of references before the first note can sound."""
LATE_SAMPLES = 48
SET = """
tempo(240)
d1 >> s("bd*8")
d2 >> s("hh*16").gain("0.7 1")
d3 >> note("0 3 5 7 10 12 7 5").fast(2).s("pluck").legato(0.5)
d4 >> note("<0 3 5>(5,16) 7*3").s("pluck").room(0.2)
"""


@dataclass
class Measured:
    """One run. Errors in samples at 48 kHz; `late` are onsets more than a millisecond after their time."""

    load: str
    events: int
    p50: float
    p99: float
    worst: float
    late: int
    lost: int
    missing: int
    looped: int
    xruns: int
    tries: int
    peak: float
    bad_values: bool

    def __str__(self) -> str:
        tries = f" (try {self.tries}, xruns before)" if self.tries > 1 else ""
        xruns = f", {self.xruns} xruns" if self.xruns else ""
        return (
            f"{self.load:<6} {self.events:>5} events  p50 {self.p50:5.2f}  p99 {self.p99:5.2f}  "
            f"max {self.worst:5.2f} samples  late {self.late}  lost {self.lost}  "
            f"missing {self.missing}  looped {self.looped}  peak {self.peak:.2f}{xruns}{tries}"
        )


def idle(ended: threading.Event) -> None:
    """Nothing to do."""
    ended.wait()


def busy(ended: threading.Event) -> None:
    """Python code that never rests, in another thread of the front."""
    count = 0
    while not ended.is_set():
        count += 1


def torch_decoding(ended: threading.Event) -> None:
    """A transformer that decodes token by token, in one torch thread."""
    import torch

    torch.set_num_threads(1)
    layer = torch.nn.TransformerEncoderLayer(256, 4, 1024, batch_first=True, dropout=0.0)
    model = torch.nn.TransformerEncoder(layer, 4, enable_nested_tensor=False).eval()
    head = torch.nn.Linear(256, 512)
    words = torch.nn.Embedding(512, 256)
    with torch.inference_mode():
        tokens = torch.zeros(1, 1, dtype=torch.long)
        while not ended.is_set():
            chosen = head(model(words(tokens))[:, -1]).argmax(-1, keepdim=True)
            tokens = torch.cat([tokens, chosen], 1)[:, -64:]


def sorting(ended: threading.Event) -> None:
    """Sorts that keep the interpreter to themselves for a third of a second each."""
    numbers = [random.random() for _ in range(800_000)]
    while not ended.is_set():
        sorted(numbers)


LOADS: dict[str, Callable[[threading.Event], None]] = {
    "idle": idle,
    "busy": busy,
    "torch": torch_decoding,
    "sort": sorting,
}


def measure(load: str, source: str = SET, seconds: float = 12.0, path: str | None = None) -> Measured:
    """Play and measure; again, three times at most, when JACK had an xrun meanwhile."""
    return measure_and_keep(load, source, seconds, path)[0]


def measure_in_turn(loads: Sequence[str], source: str = SET, seconds: float = 12.0) -> list[Measured]:
    """One performance under one load after the other, so many seconds each."""
    return _tried(loads, source, seconds, None)[0]


def measure_and_keep(
    load: str, source: str, seconds: float, path: str | None = None
) -> tuple[Measured, list[Sent]]:
    """`measure`, and what the sender sent."""
    (measured,), sent = _tried([load], source, seconds, path)
    return measured, sent


def _tried(
    loads: Sequence[str], source: str, seconds: float, path: str | None
) -> tuple[list[Measured], list[Sent]]:
    for tries in range(1, TRIES + 1):
        measured, sent = _measure(loads, source, seconds, path)
        for each in measured:
            each.tries = tries
        if not any(each.xruns for each in measured):
            break
    return measured, sent


@dataclass
class Passage:
    """What was played under one load: from and until which monotonic second, counts before and after."""

    load: str
    begin: float
    end: float
    before: Any
    after: Any


def _measure(
    loads: Sequence[str], source: str, seconds: float, path: str | None
) -> tuple[list[Measured], list[Sent]]:
    with tempfile.TemporaryDirectory(prefix="timing-") as folder:
        transcript, sound = Path(folder, "sent.jsonl"), Path(folder, "sound.wav")
        config = settings.Config(device="dummy")
        session = Session("live", config=config, journal=None, transcript=transcript, clicks=True)
        engine = None
        passages: list[Passage] = []
        try:
            session.wait(20.0)
            assert session._ready is not None
            address = f"127.0.0.1:{session._ready.port}"
            engine = connect(EngineOptions(engine=address, folder=settings.folder("cache")))
            with _references(engine, len(loads) * seconds) as references:
                take = tap.record(engine, sound)
                _until(min(references.values()) + LEAD)
                begun = session.status()
                if path is None:
                    session.evaluate(source)
                else:
                    session.load(path)
                # Not before: a line typed under the load would itself wait for the interpreter.
                for load in loads:
                    last = load == loads[-1]
                    passages.append(_under(load, seconds, session, begun, session.hush if last else None))
                    begun = passages[-1].after
                take.stop()
        finally:
            if engine is not None:
                engine.connection.close()
            session.close()
        passages[0].begin = -inf
        sent = read_transcript(transcript)
        return _compare(passages, sent, tap.read(sound), references), sent


def _under(
    load: str, seconds: float, session: Session, before: Any, hush: Callable[[], None] | None
) -> Passage:
    """Let it play under a load; the last time the music ends before the load does."""
    ended = threading.Event()
    worker = threading.Thread(target=LOADS[load], args=(ended,), daemon=True)
    begin = time.monotonic()
    try:
        worker.start()
        time.sleep(seconds)
        if hush is not None:
            hush()
        time.sleep(0.5)
        after = session.status()
    finally:
        ended.set()
        worker.join(10.0)
    return Passage(load, begin, inf if hush is not None else time.monotonic(), before, after)


@contextmanager
def _references(engine: Any, seconds: float) -> Iterator[dict[int, float]]:
    """Reference clicks over the whole run, the first due in eleven seconds; sent on and on, `EARLY` ahead."""
    first = time.time() + SETTLE - LEAD
    count = int((seconds + 20.0) * REFERENCES_A_SECOND)
    found = {number: first + number / REFERENCES_A_SECOND for number in range(count)}
    waiting = deque(found.items())
    ended = threading.Event()

    def send() -> None:
        horizon = time.time() + EARLY
        due = []
        while waiting and waiting[0][1] <= horizon:
            number, at = waiting.popleft()
            due.append(bundle(timetag(at), [tap.click(number, True)]))
        engine.send_many(due)

    def go_on() -> None:
        while waiting and not ended.wait(0.5):
            send()

    send()
    worker = threading.Thread(target=go_on, daemon=True)
    worker.start()
    try:
        yield found
    finally:
        ended.set()
        worker.join(10.0)


def _until(wall: float) -> None:
    time.sleep(max(0.0, wall - time.time()))


def _compare(
    passages: list[Passage], sent: list[Sent], clicks: tap.Clicks, references: dict[int, float]
) -> list[Measured]:
    offset = wall_offset(50)
    notes = [each for each in sent if isinstance(each.note, Note)]
    # What hush() took back in its last tenth of a second never sounded, and was not meant to.
    heard_until = max((number for number in clicks.samples), default=-1)
    intended = {number: each.due + offset for number, each in enumerate(notes) if number <= heard_until}
    errors = clicks.errors(intended, references)
    finite = bool(np.isfinite(clicks.master).all())
    measured = []
    for each in passages:
        ours = {number for number in intended if each.begin <= notes[number].due < each.end}
        values = np.array([errors[number] for number in ours if number in errors])
        doubled = len(clicks.doubled) + len(clicks.strange) if each is passages[0] else 0
        measured.append(
            Measured(
                load=each.load,
                events=len(values),
                p50=float(np.percentile(np.abs(values), 50)),
                p99=float(np.percentile(np.abs(values), 99)),
                worst=float(np.abs(values).max()),
                late=int((values > LATE_SAMPLES).sum()) + each.after.late - each.before.late,
                lost=len(ours - clicks.samples.keys()) + doubled,
                missing=each.after.dropped - each.before.dropped + each.after.lost - each.before.lost,
                looped=each.after.looped - each.before.looped,
                xruns=each.after.xruns - each.before.xruns,
                tries=1,
                peak=float(np.abs(clicks.master).max()),
                bad_values=not finite,
            )
        )
    return measured


def main() -> int:
    """Measure and print a line for each load; 1 when a bound was broken."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("loads", nargs="*", metavar="LOAD", help=f"{', '.join(LOADS)} (all)")
    parser.add_argument("--seconds", type=float, default=12.0)
    parser.add_argument("--in-turn", action="store_true", help="in one performance")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    unknown = set(options.loads) - set(LOADS)
    if unknown:
        parser.error(f"no load called {sorted(unknown)[0]!r}: there are {', '.join(LOADS)}")
    good = True
    loads = options.loads or list(LOADS)
    alone = (measure(load, seconds=options.seconds) for load in loads)
    for measured in measure_in_turn(loads, seconds=options.seconds) if options.in_turn else alone:
        print(json.dumps(asdict(measured)) if options.json else measured, flush=True)
        good &= measured.p99 <= 2.0 and not (measured.late or measured.lost or measured.missing)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
