"""The sender's door: where another front comes in when the one it had has died.

A socket that only this user can open, and beside it, in the state folder, a note of where it is and which
journal belongs to it: `livecode resume` looks there.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from livecode.errors import EngineError

FOLDER = "stages"
_PATIENCE = 2.0


@dataclass(frozen=True)
class Stage:
    """A sender that runs: its process and socket, its performance's journal, the front it began with."""

    sender: int
    socket: Path
    journal: str
    front: int

    def orphaned(self) -> bool:
        """Whether the front it began with is gone."""
        return not running(self.front)


class Door:
    """A listening socket with its note; both are gone after `close`."""

    def __init__(self, folder: Path, journal: str, front: int) -> None:
        place = private_folder() / f"{os.getpid()}.sock"
        with contextlib.suppress(FileNotFoundError):
            place.unlink()
        self._place = place
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(place))
        place.chmod(0o600)
        self._socket.listen(1)
        self._socket.setblocking(False)
        self._note = folder / f"{os.getpid()}.json"
        folder.mkdir(parents=True, exist_ok=True)
        self.write(journal, front)

    def write(self, journal: str, front: int) -> None:
        """Say whose door this is now."""
        note = {"sender": os.getpid(), "socket": str(self._place), "journal": journal, "front": front}
        fresh = self._note.with_suffix(".new")
        fresh.write_text(json.dumps(note), encoding="utf-8")
        fresh.replace(self._note)

    def fileno(self) -> int:
        """For poll."""
        return self._socket.fileno()

    def accept(self) -> socket.socket | None:
        """Whoever knocks, None when nobody does."""
        with contextlib.suppress(OSError):
            visitor, _ = self._socket.accept()
            return visitor
        return None

    def close(self) -> None:
        """Shut it, and take the note away."""
        self._socket.close()
        for place in (self._place, self._note):
            with contextlib.suppress(OSError):
                place.unlink()


def stages(state_folder: Path) -> list[Stage]:
    """The senders of this user that run, the newest last; notes of dead ones are cleared away."""
    found = []
    notes = sorted((state_folder / FOLDER).glob("*.json"), key=lambda note: note.stat().st_mtime)
    for note in notes:
        try:
            said = json.loads(note.read_text(encoding="utf-8"))
            stage = Stage(int(said["sender"]), Path(said["socket"]), str(said["journal"]), int(said["front"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if running(stage.sender):
            found.append(stage)
        else:
            for place in (note, stage.socket):
                with contextlib.suppress(OSError):
                    place.unlink()
    return found


def knock(stage: Stage) -> socket.socket:
    """A line to a sender. Raises EngineError when it does not open."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(_PATIENCE)
    try:
        line.connect(str(stage.socket))
    except OSError as error:
        line.close()
        raise EngineError(f"the sender {stage.sender} does not open: {error.strerror}") from None
    line.settimeout(None)
    return line


def running(process: int) -> bool:
    """Whether a process of that number runs (one that has ended and waits to be noticed does not)."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except (OSError, IndexError):
        return True


def private_folder() -> Path:
    """A folder that nobody else can write in, with a path short enough for a socket."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    usable = runtime and Path(runtime).is_dir() and len(runtime) < 60
    usual = Path(tempfile.gettempdir()) / f"livecode-{os.getuid()}"
    folder = Path(runtime) / "livecode" if usable else usual
    folder.mkdir(mode=0o700, exist_ok=True)
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid() or about.st_mode & 0o077:
        raise EngineError(f"{folder} is open to others: remove it, or set XDG_RUNTIME_DIR")
    return folder
