"""A child process that never outlives us: scsynth, a JACK server, the embedded engine.

On Linux the kernel ends the child when we die, even by kill -9 (PR_SET_PDEATHSIG); elsewhere a small
keeper process watches a pipe. Everything the child prints is kept (the last lines) for the diagnosis.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import weakref
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from livecode.errors import EngineError

LINES_KEPT = 200
_PR_SET_PDEATHSIG = 1
_living: weakref.WeakSet[Child] = weakref.WeakSet()


def _die_with(parent: int, number: int) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    set_option = ctypes.CDLL(None, use_errno=True).prctl

    def prepare() -> None:
        set_option(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


class Child:
    """A running program, its last lines, and a call when it ends.

    The thread that starts the child also waits for it, because the kernel's promise is bound to the
    thread, not to the process. `on_exit(code)` is called from that thread; a negative code is a signal.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        on_exit: Callable[[int], None] | None = None,
        last_signal: int = signal.SIGKILL,
    ) -> None:
        self.command = list(command)
        self.on_exit = on_exit
        self.lines: deque[str] = deque(maxlen=LINES_KEPT)
        self.code: int | None = None
        self._environment = {**os.environ, **(environment or {})}
        self._last_signal = last_signal
        self._started = threading.Event()
        self._ended = threading.Event()
        self._problem: OSError | None = None
        self._process: subprocess.Popen[str] | None = None
        self._lifeline: int | None = None
        self._thread = threading.Thread(target=self._live, name=f"watch {command[0]}", daemon=True)
        self._thread.start()
        self._started.wait()
        if self._problem is not None:
            raise EngineError(f"{command[0]} does not start: {self._problem.strerror}")
        _living.add(self)

    @property
    def process_id(self) -> int:
        """The child's process id."""
        assert self._process is not None
        return self._process.pid

    def running(self) -> bool:
        """Whether it has not ended yet."""
        return not self._ended.is_set()

    def wait(self, timeout: float) -> bool:
        """Waits for its end; whether it ended in `timeout` seconds."""
        return self._ended.wait(timeout)

    def end(self, patience: float = 1.0) -> None:
        """Asks it to end, then makes it end."""
        self.signal(signal.SIGTERM)
        if not self.wait(patience):
            self.signal(signal.SIGKILL)
            self.wait(2.0)

    def signal(self, number: int) -> None:
        """Sends it a signal, if it is still there."""
        if self.running() and self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    def said(self, *words: str) -> bool:
        """Whether one of its last lines contains one of the words."""
        return any(word in line for line in list(self.lines) for word in words)

    def _live(self) -> None:
        command = self.command
        reading, self._lifeline = os.pipe()
        if not sys.platform.startswith("linux"):
            command = [
                sys.executable,
                "-m",
                "livecode.sound.engine.keeper",
                str(int(self._last_signal)),
                *command,
            ]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=reading,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                env=self._environment,
                start_new_session=True,
                preexec_fn=_die_with(os.getpid(), self._last_signal),
            )
        except OSError as problem:
            self._problem = problem
            self._ended.set()
            self._started.set()
            os.close(self._lifeline)
            return
        finally:
            os.close(reading)
        self._started.set()
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for line in output:
                self.lines.append(line.rstrip())
        self.code = self._process.wait()
        os.close(self._lifeline)
        self._ended.set()
        if self.on_exit is not None:
            self.on_exit(self.code)


def end_all() -> None:
    """Ends every child still running; called by itself when Python ends."""
    for child in list(_living):
        child.on_exit = None
        child.end(0.3)


atexit.register(end_all)
