"""The journal: every evaluation on a line of its own, written as it happens.

    {"kind": "evaluation", "second": 12.4, "cycle": 6.2, "source": "d1 >> s('bd')", ...}

A crash loses nothing that was entered before it. The first line says when the performance was and with what.
"""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import sys
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from livecode.errors import FileProblem

VERSION = 1
MOST_JOURNALS = 200
TO_DISK_WITHIN = 0.5
_encoder = msgspec.json.Encoder(enc_hook=str)


class Journal:
    """A file of JSON lines. A disk that is full stops the journal with one complaint, never the music."""

    def __init__(self, path: Path, complain: Any = None, config: dict[str, Any] | None = None) -> None:
        self.path = path
        self._config = config or {}
        self._complain = complain
        self._guard = threading.Lock()
        self._started = time.monotonic()
        self._file: IO[bytes] | None = None
        self._pending: threading.Timer | None = None

    def write(self, kind: str, cycle: float, **entry: Any) -> None:
        """One line, with the system when this returns, and on the disk within half a second."""
        second = round(time.monotonic() - self._started, 4)
        with self._guard:
            try:
                data = _encoder.encode({"kind": kind, "second": second, "cycle": cycle, **entry}) + b"\n"
                try:
                    self._put(data)
                except OSError as error:
                    if error.errno != errno.EBADF:
                        raise
                    # Somebody's code has closed files that were not its own.
                    self._file = None
                    self._put(data)
                self._soon_to_disk()
            except (OSError, FileProblem) as error:
                complain, self._complain = self._complain, None
                if complain is not None:
                    complain(f"the journal {self.path} cannot be written, so nothing is kept: {error}")

    def _put(self, data: bytes) -> None:
        if self._file is None:
            self._open()
        assert self._file is not None
        self._file.write(data)
        self._file.flush()

    def _soon_to_disk(self) -> None:
        if self._pending is not None:
            return
        timer = threading.Timer(TO_DISK_WITHIN, self._to_disk)
        timer.daemon = True
        # Without a thread to be had it is on the disk when the system likes.
        with contextlib.suppress(RuntimeError):
            timer.start()
            self._pending = timer

    def close(self, cycle: float = 0.0) -> None:
        """No more lines; the last one says that this was the end."""
        if self._file is not None:
            self.write("end", round(cycle, 6))
        with self._guard:
            pending, self._pending = self._pending, None
            if self._file is not None:
                with contextlib.suppress(OSError):
                    self._file.close()
                self._file = None
        if pending is not None:
            pending.cancel()

    def _to_disk(self) -> None:
        """A power cut takes no more than what was typed since."""
        with self._guard:
            self._pending = None
            file = None
            with contextlib.suppress(OSError):
                file = None if self._file is None else os.dup(self._file.fileno())
        if file is not None:
            # Outside the guard: a slow disk must not hold up whoever types.
            with contextlib.suppress(OSError):
                os.fsync(file)
            os.close(file)

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = not self.path.exists() or not self.path.stat().st_size
        self._file = self.path.open("ab")
        if fresh:
            head = {
                "kind": "journal",
                "version": VERSION,
                "date": datetime.now().astimezone().isoformat(timespec="seconds"),
                "python": sys.version.split()[0],
                "system": platform.platform(),
                "process": os.getpid(),
                "config": self._config,
            }
            self._file.write(_encoder.encode(head) + b"\n")
            _forget_oldest(self.path.parent)


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of a journal; a last line that was cut off by a crash is left out.

    Raises FileProblem when there is no such file.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileProblem(f"no journal at {path}: {error.strerror}") from None
    found: list[dict[str, Any]] = []
    for line in data.split(b"\n"):
        with contextlib.suppress(msgspec.DecodeError):
            if line:
                found.append(msgspec.json.decode(line))
    return found


def usual_path(state_folder: Path) -> Path:
    """A new journal's place: its name is the moment it begins."""
    name = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    return state_folder / "journals" / f"{name}-{os.getpid()}.jsonl"


def _forget_oldest(folder: Path) -> None:
    journals = sorted(folder.glob("*.jsonl"))
    for path in journals[:-MOST_JOURNALS]:
        with contextlib.suppress(OSError):
            path.unlink()
