"""The line to the player: a sender process on stage, a player in this very process offline."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import msgspec

from livecode.errors import EngineError
from livecode.stage.clock import VirtualClock
from livecode.stage.door import running
from livecode.stage.player import Player
from livecode.stage.protocol import TO_FRONT, Bye, Frames, Hello, frame
from livecode.stage.transport import Collector

PATIENCE = 3.0
MEMORY_PAUSE = 0.05


class Link(Protocol):
    """Takes messages for the player, in order; those of one call arrive together."""

    def send(self, messages: list[Any]) -> None:
        """Hand messages over; never waits for the other side."""
        ...

    def close(self, fade: float = 0.05) -> None:
        """End what is at the other end."""
        ...


class DirectLink:
    """The offline line: a player with a virtual clock, whose commands end up in a collector."""

    def __init__(self, answer: Callable[[Any], None], lookahead: float = 0.12) -> None:
        self.clock = VirtualClock()
        self.collector = Collector(self.clock.now)
        self.player = Player(self.clock, lookahead, answer)
        self.player.engine_up(self.collector)

    def send(self, messages: list[Any]) -> None:
        """The player does it at once."""
        for message in messages:
            self.player.handle(message)

    def close(self, fade: float = 0.05) -> None:
        """Nothing to end."""


class NoLink:
    """The line to nobody, while a journal is caught up with."""

    def send(self, messages: list[Any]) -> None:
        """Nobody hears it."""

    def close(self, fade: float = 0.05) -> None:
        """Nothing to end."""


class Adopted:
    """A process that is not our child, with the few things that a link wants of one."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def wait(self, timeout: float) -> int:
        """Until it has ended. Raises `subprocess.TimeoutExpired`."""
        limit = time.monotonic() + timeout
        while running(self.pid):
            if time.monotonic() > limit:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.01)
        return 0

    def kill(self) -> None:
        """End it the hard way."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


class SenderLink:
    """The line on stage: starts the sender process and talks to it through a pair of sockets.

    `answer(message)` is called from the reading thread; `lost()` when the sender is gone without having been
    asked to go. Writing has its own thread, so that a sender that stands still holds nobody up.
    """

    def __init__(
        self,
        hello: Hello,
        answer: Callable[[Any], None],
        lost: Callable[[], None],
        log: Path | None = None,
    ) -> None:
        ours, theirs = socket.socketpair()
        with contextlib.ExitStack() as stack:
            output: Any = subprocess.DEVNULL
            if log is not None:
                log.parent.mkdir(parents=True, exist_ok=True)
                output = stack.enter_context(log.open("ab"))
            try:
                process = subprocess.Popen(
                    [sys.executable, "-m", "livecode.stage.sender", str(theirs.fileno())],
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    env=_environment(),
                    # Its own session: Ctrl-C at the prompt is not meant for the beat.
                    start_new_session=True,
                )
            except OSError as error:
                ours.close()
                raise EngineError(f"the sender process does not start: {error.strerror}") from None
            finally:
                theirs.close()
        self._begin(ours, process, answer, lost)
        self.send([hello])

    @classmethod
    def joined(
        cls, line: socket.socket, process: int, answer: Callable[[Any], None], lost: Callable[[], None]
    ) -> SenderLink:
        """The line to a sender that somebody else started."""
        made = cls.__new__(cls)
        made._begin(line, Adopted(process), answer, lost)
        return made

    def _begin(
        self,
        line: socket.socket,
        process: subprocess.Popen[bytes] | Adopted,
        answer: Callable[[Any], None],
        lost: Callable[[], None],
    ) -> None:
        self._socket, self.process = line, process
        self._answer, self._lost = answer, lost
        self._closing = False
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="to sender", daemon=True)
        self._reader = threading.Thread(target=self._read, name="from sender", daemon=True)
        self._writer.start()
        self._reader.start()

    @property
    def process_id(self) -> int:
        """The sender's process id."""
        return self.process.pid

    def send(self, messages: list[Any]) -> None:
        """Queue one frame."""
        self._outgoing.put(frame(messages))

    def close(self, fade: float = 0.05) -> None:
        """Let the sender fade out and end, scsynth with it; make it end if it does not."""
        if self._closing:
            return
        self._closing = True
        self.send([Bye(fade)])
        self._outgoing.put(None)
        try:
            self.process.wait(fade + PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(1.0)
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def forget(self) -> None:
        """Hang up without ending the sender."""
        self._closing = True
        self._outgoing.put(None)
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _write(self) -> None:
        while (data := self._outgoing.get()) is not None:
            try:
                self._socket.sendall(data)
            except OSError:
                return

    def _read(self) -> None:
        frames = Frames()
        while True:
            try:
                data = self._socket.recv(65536)
            except MemoryError:
                # Somebody's code has taken everything, for a moment.
                time.sleep(MEMORY_PAUSE)
                continue
            except OSError:
                break
            if not data:
                break
            try:
                messages = frames.feed(data, TO_FRONT)
            except msgspec.DecodeError:
                break
            for message in messages:
                self._answer(message)
        if not self._closing:
            self._closing = True
            self._outgoing.put(None)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(1.0)
            self._writer.join(1.0)
            self._socket.close()
            self._lost()


def _environment() -> dict[str, str]:
    """Ours, with the place this package was imported from, and numpy's thread pools kept small."""
    home = str(Path(__file__).resolve().parent.parent.parent)
    known = os.environ.get("PYTHONPATH", "")
    path = home if not known else os.pathsep.join([home, known])
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
