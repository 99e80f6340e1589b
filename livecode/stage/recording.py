"""A recording that is being made: `take = record("take.wav")`, then `take.stop()`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from livecode.errors import EngineError, FileProblem
from livecode.sound.salvage import recover

PATIENCE = 10.0
SUFFIXES = (".wav", ".flac", ".ogg", ".mp3")


class Recording:
    """What `record(path)` gives: `path`, `seconds` so far, `running`, and `stop()`."""

    def __init__(self, path: Path, end: Callable[[], None]) -> None:
        self.path = path
        self._end = end
        self._begun = time.monotonic()
        self._length: float | None = None
        self._problem = ""
        self._done = threading.Event()

    @property
    def running(self) -> bool:
        """Whether it has not been closed yet."""
        return not self._done.is_set()

    @property
    def seconds(self) -> float:
        """How long it is."""
        return time.monotonic() - self._begun if self._length is None else self._length

    def stop(self) -> Path:
        """Close the file; it is complete when this returns. Raises EngineError if it cannot be written."""
        if self.running:
            self._end()
            # A long take is converted when it ends, if its format asks for that.
            patience = PATIENCE + self.seconds / 5
            if not self._done.wait(patience):
                raise EngineError(f"{self.path} was not closed in {patience:.0f} s: is the disk full?")
        if self._problem:
            raise EngineError(self._problem)
        return self.path

    def closed(self, seconds: float, problem: str) -> None:
        """The sender has closed it."""
        self._length, self._problem = seconds, problem
        self._done.set()

    def lost(self, say: Callable[[str, str], None]) -> None:
        """The sender has died with scsynth: what was written until then is made readable."""
        if not self.running:
            return
        seconds, place = recover(self.path)
        problem = f"{place} was cut short after {seconds:.1f} s: the sender has ended"
        self.closed(seconds, problem)
        say(problem, "fault")

    def __repr__(self) -> str:
        return f"{self.path}: {'recording' if self.running else 'recorded'}, {self.seconds:.1f} s"


def checked_path(path: str | Path) -> Path:
    """A place where a recording can go, or a FileProblem that says why not."""
    target = Path(path).expanduser().resolve()
    if target.suffix.lower() not in SUFFIXES:
        raise FileProblem(f"cannot record to {target.name}: its name must end in {', '.join(SUFFIXES)}")
    if not target.parent.is_dir():
        raise FileProblem(f"no folder {target.parent} for {target.name}: make it first")
    return target
