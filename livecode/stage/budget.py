"""A time budget for code that other people wrote: an endless loop in a pattern is cut short.

    with within(0.4, "d1"):
        events = pattern.query(0, 1)

When the time is over an exception is raised into the running thread, between two bytecodes, and comes out
as `QueryTooDense`. It derives from BaseException so that an `except Exception` in the loop does not keep it.
C code that does not return cannot be stopped so; then, after some grace, `stuck` is called from the watching
thread and the caller's thread has to be given up.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from types import TracebackType

from livecode.errors import QueryTooDense

AGAIN = 0.05
GRACE = 0.5
_IDLE = 30.0


class OutOfTime(BaseException):
    """Raised into a thread whose budget is spent."""


class _Watch:
    """The one thread that looks at every budget in force."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._wake = threading.Event()
        self._watched: list[within] = []
        self._thread: threading.Thread | None = None

    def add(self, budget: within) -> None:
        with self._guard:
            self._watched.append(budget)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="budget", daemon=True)
                self._thread.start()
        self._wake.set()

    def remove(self, budget: within) -> None:
        with self._guard:
            budget.over = True
            if budget in self._watched:
                self._watched.remove(budget)

    def _run(self) -> None:
        while True:
            stuck: list[Callable[[], None]] = []
            with self._guard:
                now = time.monotonic()
                nearest = now + _IDLE
                for budget in self._watched:
                    if budget.next <= now:
                        _raise_into(budget.thread, OutOfTime)
                        budget.fired = True
                        budget.next = now + AGAIN
                        if budget.stuck is not None and now > budget.deadline + GRACE:
                            stuck.append(budget.stuck)
                            budget.stuck = None
                    nearest = min(nearest, budget.next)
                self._wake.clear()
            for call in stuck:
                call()
            self._wake.wait(max(0.001, nearest - time.monotonic()))


_watch = _Watch()


class within:  # noqa: N801 - reads as the word it is: `with within(0.4, "d1"):`
    """Allow the code inside so many seconds. Raises QueryTooDense when it takes longer."""

    __slots__ = ("deadline", "fired", "next", "over", "seconds", "stuck", "thread", "what")

    def __init__(self, seconds: float, what: str, stuck: Callable[[], None] | None = None) -> None:
        self.seconds = seconds
        self.what = what
        self.stuck = stuck
        self.thread = 0
        self.deadline = self.next = 0.0
        self.fired = self.over = False

    def __enter__(self) -> None:
        self.thread = threading.get_ident()
        self.deadline = self.next = time.monotonic() + self.seconds
        _watch.add(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish()
        if kind is OutOfTime:
            raise QueryTooDense(
                f"{self.what} thinks for more than {self.seconds:g} s about one cycle: "
                "is there an endless loop in one of its functions?"
            ) from None

    def _finish(self) -> None:
        # The exception may still be on its way to this thread, also in the middle of these lines.
        while True:
            try:
                _watch.remove(self)
                if self.fired:
                    _raise_into(self.thread, None)
                return
            except OutOfTime:
                continue


def _raise_into(thread: int, error: type[BaseException] | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread), None if error is None else ctypes.py_object(error)
    )
