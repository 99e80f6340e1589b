"""A standard output that writes above the prompt, from any thread, without tearing what is being typed.

While the prompt is on the screen, text is gathered for a fiftieth of a second and written in one go with the
prompt redrawn under it; at other times it goes straight through.
"""

from __future__ import annotations

import contextvars
import io
import sys
import threading
from collections.abc import Callable
from typing import Any, TextIO

from prompt_toolkit.application import Application, run_in_terminal

GATHER_SECONDS = 0.02


class Above(io.TextIOBase):
    """A text file in front of `real`.

    `before` is called once, before the next text is written: the place on the screen is lost with it.
    `follow` is called by the prompt when it is drawn, `release` when it has gone.
    """

    def __init__(self, real: TextIO) -> None:
        self.real = real
        self._lock = threading.Lock()
        self.before: Callable[[], None] | None = None
        self._waiting: list[str] = []
        self._application: Application[Any] | None = None
        self._context = contextvars.copy_context()
        self._scheduled = False

    def follow(self, application: Application[Any]) -> None:
        """From now on text waits for the moment when the prompt can step aside."""
        with self._lock:
            self._application = application
            self._context = contextvars.copy_context()

    def release(self) -> None:
        """From now on text goes straight through; what still waits goes first."""
        with self._lock:
            self._application = None
            self._scheduled = False
            self._write_out()

    def write(self, text: str) -> int:
        before, self.before = self.before, None
        if before is not None:
            before()
        with self._lock:
            self._waiting.append(text)
            if self._application is None:
                self._write_out()
            elif "\n" in text and not self._scheduled:
                self._schedule(self._application)
        return len(text)

    def flush(self) -> None:
        with self._lock:
            if self._application is None:
                self.real.flush()

    def _schedule(self, application: Application[Any]) -> None:
        loop = application.loop
        if loop is None or loop.is_closed():
            return
        self._scheduled = True
        try:
            loop.call_soon_threadsafe(
                lambda: loop.call_later(GATHER_SECONDS, self._step_aside, context=self._context)
            )
        except RuntimeError:
            # The prompt was closing: release writes what waits.
            self._scheduled = False

    def _step_aside(self) -> None:
        """In the prompt's loop: clear it away, write, draw it again."""
        application = self._application
        if application is None or not application.is_running:
            return
        run_in_terminal(self._drain)

    def _drain(self) -> None:
        with self._lock:
            self._scheduled = False
            # An unfinished line stays behind: the prompt would be drawn at its end.
            text = "".join(self._waiting)
            whole, newline, rest = text.rpartition("\n")
            self._waiting = [rest] if rest else []
            self.real.write(whole + newline)
            self.real.flush()

    def _write_out(self) -> None:
        if self._waiting:
            self.real.write("".join(self._waiting))
            self._waiting = []
            self.real.flush()

    def isatty(self) -> bool:
        return self.real.isatty()

    def fileno(self) -> int:
        return self.real.fileno()

    def writable(self) -> bool:
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return getattr(self.real, "encoding", "utf-8")


class Replaced:
    """`sys.stdout` and `sys.stderr` through one Above while a `with` block runs."""

    def __init__(self) -> None:
        self._before = sys.stdout, sys.stderr
        self.out, self.err = Above(sys.stdout), Above(sys.stderr)

    def __enter__(self) -> Replaced:
        self._before = sys.stdout, sys.stderr
        self.out.real, self.err.real = self._before
        sys.stdout, sys.stderr = self.out, self.err
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        sys.stdout, sys.stderr = self._before

    def before_writing(self, action: Callable[[], None] | None) -> None:
        """Have something done once, before either writes again; None takes it back."""
        self.out.before = self.err.before = action

    def follow(self, application: Application[Any]) -> None:
        self.out.follow(application)
        self.err.follow(application)

    def release(self) -> None:
        self.out.release()
        self.err.release()
