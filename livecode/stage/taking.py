"""The sender's side of recording: one take at a time, begun, watched while the disk fills, ended, salvaged.

All of it takes time, so each call but `engine_gone` works in a thread of its own, and what is to be said goes
through `answer`, which may be called from any thread. The front's side is `livecode.stage.recording`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from livecode.errors import LivecodeError, one_line
from livecode.stage.protocol import Recorded

if TYPE_CHECKING:
    from livecode.stage.scsynth import ScsynthTransport

LOOK_EVERY = 1.0


class Taking:
    """Records what leaves the engine's master, and each orbit in use beside it."""

    def __init__(self, answer: Callable[[Recorded], None]) -> None:
        self._answer = answer
        self._recorder: Any = None
        self._take: Any = None
        self._guard = threading.Lock()

    def begin(self, transport: ScsynthTransport | None, path: str, stems: bool) -> None:
        """Start a take at a path; `stems`: of each orbit too."""
        if transport is None:
            text = f"{path} is not recorded: the sound engine is not running"
            _in_thread(lambda: self._answer(Recorded(path, 0.0, text)))
        else:
            _in_thread(lambda: self._run(transport, path, stems))

    def end(self) -> None:
        """Close the take that runs."""
        _in_thread(self.close)

    def close(self) -> None:
        """The same, and wait for it."""
        take = self._taken()
        if take is None:
            self._answer(Recorded("", 0.0, ""))
            return
        problem = ""
        try:
            take.stop()
        except LivecodeError as error:
            problem = one_line(error)
        self._answer(Recorded(str(take.path), take.seconds, problem))

    @property
    def running(self) -> bool:
        """Whether a take runs."""
        return self._take is not None

    def engine_gone(self, why: str) -> None:
        """The engine that was recorded is dead: what it wrote is kept."""
        self._recorder = None
        take = self._taken()
        if take is None:
            return

        def work() -> None:
            from livecode.sound.salvage import recover

            seconds, place = recover(take.path)
            problem = f"{place} was cut short after {seconds:.1f} s: {why}"
            self._answer(Recorded(str(place), seconds, problem))

        _in_thread(work)

    def _run(self, transport: ScsynthTransport, path: str, stems: bool) -> None:
        from livecode.sound.record import Recorder

        try:
            if self._recorder is None:
                self._recorder = Recorder(transport.engine)
            take = self._take = self._recorder.together(path, transport.mixer.orbits if stems else [])
        except LivecodeError as error:
            self._answer(Recorded(path, 0.0, one_line(error)))
            return
        # scsynth does not say when the disk is full.
        while self._take is take and not take.problem():
            time.sleep(LOOK_EVERY)
        if self._take is take:
            self.close()

    def _taken(self) -> Any:
        with self._guard:
            take, self._take = self._take, None
        return take


def _in_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="recording", daemon=True).start()
