"""A live session for tests: what it sends and says is written down, and one can wait for things to happen."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from livecode.config import Config
from livecode.stage.session import Session
from livecode.stage.transport import Sent, read_transcript


class Live:
    """A live session with a silent device. `settings` are more of its configuration."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.transcript = folder / "sent.jsonl"
        config = Config(device="dummy", **settings)
        self.session = Session("live", config=config, journal=None, transcript=self.transcript)
        self.told: list[str] = []
        self.session.listen(lambda notice: self.told.append(notice.text))
        self.session.wait(20.0)

    def sent(self, slot: int | None = None) -> list[Sent]:
        found = read_transcript(self.transcript) if self.transcript.exists() else []
        return [each for each in found if slot is None or each.note.slot == slot]

    def begins(self, slot: int) -> list[float]:
        return [each.note.begin for each in self.sent(slot)]

    def kill_engine(self) -> None:
        """End scsynth the hard way; returns when the session has noticed and done what it does."""
        assert self.session._ready is not None
        first = self.session._ready.process
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: self.session._failed != "" or self.session._ready.process != first)  # type: ignore[union-attr]
        time.sleep(0.3)


def wait_for(condition: Callable[[], bool], seconds: float = 15.0) -> float:
    """Until it is so; how many seconds that took."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, "it did not happen"
        time.sleep(0.005)
    return time.monotonic() - begun


def alive(process: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
