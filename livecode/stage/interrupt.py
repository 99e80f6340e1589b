"""Ctrl-C that insists.

    with interruptible():
        value = eval(code, names)

The first Ctrl-C raises KeyboardInterrupt, as ever. A loop with `except: pass` may swallow that, so it is
raised again, 25 times a second, until the code has ended. A loop that spends nearly all its time inside its
`try` can still hold out; then end the prompt and take the set over with `livecode resume`.
"""

from __future__ import annotations

import _thread
import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any

INSIST_EVERY = 0.04


class interruptible:
    """Let Ctrl-C end the code inside, if need be by insisting. Outside the main thread it does nothing."""

    def __init__(self) -> None:
        self._before: Any = None
        self._inside = False
        self._over = False
        self._insisting: threading.Thread | None = None

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            self._inside = True
            self._before = signal.getsignal(signal.SIGINT)
            signal.signal(signal.SIGINT, self._interrupt)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._inside:
            # One that was on its way may still arrive in the middle of these lines.
            try:
                self._over = True
                if self._insisting is not None:
                    self._insisting.join()
                signal.signal(signal.SIGINT, self._before or signal.default_int_handler)
                self._inside = False
            except KeyboardInterrupt:
                continue

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self._over:
            return
        if self._insisting is None:
            self._insisting = threading.Thread(target=self._insist, name="Ctrl-C", daemon=True)
            self._insisting.start()
        raise KeyboardInterrupt

    def _insist(self) -> None:
        while True:
            time.sleep(INSIST_EVERY)
            if self._over:
                return
            _thread.interrupt_main(signal.SIGINT)
