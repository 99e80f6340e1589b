"""Ctrl-C that is obeyed: also by a loop that catches everything.

    with interruptible():
        value = eval(code, names)

The first Ctrl-C raises KeyboardInterrupt, as ever. A loop with `except: pass` around its work swallows that;
so a moment later it is raised again, and once more in the very handler that caught it, where that loop
cannot catch it any more.
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
import time
from types import FrameType, TracebackType
from typing import Any

from livecode.stage.faults import is_users

INSIST_EVERY = 0.04


class interruptible:
    """Let Ctrl-C end the code inside, whatever it catches. In the main thread; elsewhere it does nothing."""

    def __init__(self) -> None:
        self._before: Any = None
        self._asked = False
        self._over = False
        self._insisting: threading.Thread | None = None
        self._outer: FrameType | None = None

    def __enter__(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        self._outer = sys._getframe(1)
        self._before = signal.getsignal(signal.SIGINT)
        signal.signal(signal.SIGINT, self._interrupt)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._outer is None:
            return
        while True:
            # One that was on its way may still arrive in the middle of these lines.
            try:
                # No lock may be touched before nothing can be raised any more: it would stay locked.
                self._over = True
                sys.settrace(None)
                if self._insisting is not None:
                    self._insisting.join()
                signal.signal(signal.SIGINT, self._before or signal.default_int_handler)
                self._outer = None
                return
            except KeyboardInterrupt:
                continue

    def _interrupt(self, _number: int, frame: FrameType | None) -> None:
        if self._over:
            return
        if not self._asked:
            self._asked = True
            self._insisting = threading.Thread(target=self._insist, name="Ctrl-C", daemon=True)
            self._insisting.start()
        else:
            sys.settrace(_ignore)
            while frame is not None and frame is not self._outer:
                # Our own frames clean up behind the performer's; nothing may be raised in them.
                name = frame.f_code.co_filename
                if name.startswith("<") or is_users(name):
                    frame.f_trace = _refuse
                frame = frame.f_back
        raise KeyboardInterrupt

    def _insist(self) -> None:
        while True:
            time.sleep(INSIST_EVERY)
            if self._over:
                return
            _thread.interrupt_main(signal.SIGINT)


def _ignore(_frame: FrameType, _event: str, _argument: Any) -> None:
    return None


def _refuse(_frame: FrameType, event: str, _argument: Any) -> Any:
    if event == "line":
        raise KeyboardInterrupt
    return _refuse
