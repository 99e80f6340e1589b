"""Runs a command and ends it when the parent is gone: for systems without PR_SET_PDEATHSIG.

    python -m livecode.sound.engine.keeper SIGNAL COMMAND ARGUMENTS...

The parent holds the other end of our standard input and never writes to it, so reading returns when
the parent has died, however it died.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading


def main(words: list[str]) -> int:
    """Keeps the command until it ends or the parent does; gives its exit status."""
    last_signal = signal.Signals(int(words[0]))
    process = subprocess.Popen(words[1:], stdin=subprocess.DEVNULL)

    def pass_on(number: int, _frame: object) -> None:
        process.send_signal(number)

    signal.signal(signal.SIGTERM, pass_on)

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 1):
                pass
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(last_signal)

    threading.Thread(target=watch, daemon=True).start()
    code = process.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
