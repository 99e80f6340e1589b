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
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import msgspec

from livecode.errors import EngineError
from livecode.stage.clock import VirtualClock
from livecode.stage.door import running
from livecode.stage.forks import is_copy, watch
from livecode.stage.player import Player
from livecode.stage.protocol import TO_FRONT, Bye, Frames, Hello, frame
from livecode.stage.transport import Collector

PATIENCE = 3.0
MEMORY_PAUSE = 0.05
AT_ONCE = getattr(socket, "MSG_DONTWAIT", 0)
"""Send what the line takes now; 0 on systems that cannot."""


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
    asked to go. Who sends writes the frame out itself: a thread that had to be woken for it would first have
    to wait for the interpreter, behind whatever keeps it. Only what the line does not take at once is left to
    a writing thread, so that a sender that stands still holds nobody up.
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
        watch()
        self._socket, self.process = line, process
        self._answer, self._lost = answer, lost
        self._closing = False
        self._waiting: deque[bytes] = deque()
        self._writing = threading.Lock()
        self._calls: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="to sender", daemon=True)
        self._reader = threading.Thread(target=self._read, name="from sender", daemon=True)
        self._writer.start()
        self._reader.start()

    @property
    def process_id(self) -> int:
        """The sender's process id."""
        return self.process.pid

    def send(self, messages: list[Any]) -> None:
        """One frame, on its way or in the queue when this returns."""
        if is_copy():
            return
        data = frame(messages)
        if not AT_ONCE or not self._writing.acquire(blocking=False):
            self._waiting.append(data)
            self._calls.put(True)
            return
        try:
            if self._waiting:
                self._waiting.append(data)
            else:
                sent = self._sent_at_once(data)
                if sent == len(data):
                    return
                self._waiting.appendleft(data[sent:])
        finally:
            self._writing.release()
        self._calls.put(True)

    def _sent_at_once(self, data: bytes) -> int:
        """How many bytes the line takes without waiting; all of them when there is nobody to read any."""
        try:
            return self._socket.send(data, AT_ONCE)
        except BlockingIOError:
            return 0
        except OSError:
            return len(data)

    def close(self, fade: float = 0.05) -> None:
        """Let the sender fade out and end, scsynth with it; make it end if it does not."""
        if self._closing:
            return
        self._closing = True
        self.send([Bye(fade)])
        self._calls.put(False)
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
        self._calls.put(False)
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _write(self) -> None:
        while self._calls.get():
            with self._writing:
                while self._waiting:
                    try:
                        self._socket.sendall(self._waiting.popleft())
                    except OSError:
                        return

    def _read(self) -> None:
        frames = Frames()
        broken = False
        while True:
            try:
                data = self._socket.recv(65536)
            except MemoryError:
                # Somebody's code has taken everything, for a moment.
                time.sleep(MEMORY_PAUSE)
                continue
            except OSError:
                broken = True
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
            self._calls.put(False)
            try:
                self.process.wait(1.0)
            except subprocess.TimeoutExpired:
                if broken:
                    # Somebody's code has closed our end of the line: two senders must not play at once.
                    self.process.kill()
            self._writer.join(1.0)
            with contextlib.suppress(OSError):
                self._socket.close()
            self._lost()


def _environment() -> dict[str, str]:
    """Ours, with the place this package was imported from, and numpy's thread pools kept small."""
    home = str(Path(__file__).resolve().parent.parent.parent)
    known = os.environ.get("PYTHONPATH", "")
    path = home if not known else os.pathsep.join([home, known])
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
