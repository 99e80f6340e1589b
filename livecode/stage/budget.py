"""A time budget for code that other people wrote: an endless loop in a pattern is cut short.

    with within(0.4, "d1"):
        events = pattern.query(0, 1)

What counts is the time the thread itself has computed: one that was kept waiting by others (a sort that keeps
the interpreter to itself) has not used it up. Waiting counts too in the end, `PATIENCE` times slower, but not
while the watching thread itself was kept waiting for the interpreter, because then everybody was.

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
from math import inf
from types import TracebackType

from livecode.errors import QueryTooDense
from livecode.stage.forks import leave

AGAIN = 0.05
GRACE = 0.5
PATIENCE = 5.0
_LOOK_EVERY = 0.2
_IDLE_AFTER = 5.0


class OutOfTime(BaseException):
    """Raised into a thread whose budget is spent."""


class _Watch:
    """The one thread that looks at every budget in force.

    It looks now and then rather than being woken, and takes the guard only to act: budgets begin and end all
    the time, and a thread that waits for the interpreter must not be holding what they need.
    """

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.watched: list[within] = []
        self._wake = threading.Event()
        self._asleep = True
        self._thread: threading.Thread | None = None

    def add(self, budget: within) -> None:
        self.watched.append(budget)
        if self._asleep:
            self._asleep = False
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="budget", daemon=True)
                self._thread.start()
            self._wake.set()

    def _run(self) -> None:
        last = time.monotonic()
        woken_by = inf
        while True:
            now = time.monotonic()
            if self.watched:
                last = now
                kept_waiting = max(0.0, now - woken_by)
                for budget in list(self.watched):
                    budget.deadline += min(kept_waiting, now - budget.began)
                    if budget.next <= now and budget.spent(now):
                        self._act(budget, now)
            elif now - last > _IDLE_AFTER:
                self._wake.clear()
                self._asleep = True
                if not self.watched:
                    self._wake.wait()
                self._asleep = False
                last = time.monotonic()
            woken_by = time.monotonic() + _LOOK_EVERY
            time.sleep(_LOOK_EVERY)

    def _act(self, budget: within, now: float) -> None:
        with self.guard:
            if budget.over:
                return
            _raise_into(budget.thread, OutOfTime)
            budget.fired = True
            budget.next = now + AGAIN
            stuck = budget.stuck if now > budget.deadline + GRACE else None
            if stuck is not None:
                budget.stuck = None
        if stuck is not None:
            stuck()


_watch = _Watch()


def _clock_of(thread: int) -> int | None:
    """The clock of a thread's own computing; None where the system has none (macOS)."""
    try:
        return time.pthread_getcpuclockid(thread)
    except (AttributeError, OSError):
        return None


class within:
    """Allow the code inside so many seconds. Raises QueryTooDense when it takes longer."""

    __slots__ = (
        "began", "clock", "computed", "deadline", "fired", "next", "over", "seconds", "stuck", "thread",
        "what",
    )  # fmt: skip

    def __init__(self, seconds: float, what: str, stuck: Callable[[], None] | None = None) -> None:
        self.seconds = seconds
        self.what = what
        self.stuck = stuck
        self.thread = 0
        self.began = self.deadline = self.next = 0.0
        self.fired = self.over = False
        self.clock: int | None = None
        self.computed = 0.0

    def __enter__(self) -> None:
        self.thread = threading.get_ident()
        self.clock = _clock_of(self.thread)
        self.computed = time.clock_gettime(self.clock) if self.clock is not None else 0.0
        self.began = time.monotonic()
        self.deadline = self.next = self.began + self.seconds
        _watch.add(self)

    def spent(self, now: float) -> bool:
        """Whether the thread has computed for as long as it may, or waited far longer."""
        if self.fired or self.clock is None or now > self.deadline + (PATIENCE - 1) * self.seconds:
            return True
        try:
            return time.clock_gettime(self.clock) - self.computed >= self.seconds
        except OSError:
            return True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        leave()
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
                with _watch.guard:
                    self.over = True
                if self in _watch.watched:
                    _watch.watched.remove(self)
                if self.fired:
                    _raise_into(self.thread, None)
                return
            except OutOfTime:
                continue


def _raise_into(thread: int, error: type[BaseException] | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread), None if error is None else ctypes.py_object(error)
    )
