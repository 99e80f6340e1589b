"""What is on stage, for other programs of the same user that watch: the page for the room, above all.

A socket that only this user can open, with a note in the state folder; whoever connects is told, a few times
a second, the code of each slot, the notes around now with the characters they came from, tempo and counts.
Nothing that is sent to it is read.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from livecode.errors import EngineError
from livecode.stage.door import private_folder, running
from livecode.stage.lighting import strings
from livecode.stage.view import View, on_one_line

FOLDER = "views"
LOOK_EVERY = 0.1
TELL_EVERY = 0.5
CYCLES_BACK, CYCLES_AHEAD = 4.0, 4.0
MOST_NOTES = 1500
MOST_WATCHERS = 8
PATIENCE = 5.0


def snapshot(session: Any, view: View) -> dict[str, Any]:
    """Everything there is to see at this moment, as plain data. Times are cycles.

    `notes` are [slot, begin, end, pitch or null, name, strength, [[first, last], ...]], the last being the
    character ranges within the slot's `text`.
    """
    status = session.status()
    now = float(session.now())
    stage = session.on_stage()
    seen = view.notes(now - CYCLES_BACK, now + CYCLES_AHEAD)[:MOST_NOTES]
    written: dict[int, list[tuple[str, int]]] = {}
    slots = []
    for number, take, state in stage:
        # What was and will be heard soon; farther off it would only fill the screen.
        near = [note for note in seen if note.slot == number and note.begin < now + 1]
        shown, texts = 0, []
        for each in view.written(take.source or "a pattern", near):
            text = on_one_line(each, [])[0]
            written.setdefault(number, []).append((each, shown))
            texts.append(text)
            shown += len(text) + 1
        whole = "\n".join(texts)
        slots.append({"slot": number, "text": whole, "take": take.number, "fault": take.fault or "", **state})
    notes = []
    for note in seen:
        ranges: list[list[int]] = []
        for each, start in written.get(note.slot, ()):
            places = strings(each).all_places(note.locations)
            for first, last in on_one_line(each, places)[1] if places else ():
                ranges.append([start + first, start + last])
        pitch = None if note.pitch is None else round(note.pitch, 2)
        times = round(note.begin, 5), round(note.end, 5)
        notes.append([note.slot, *times, pitch, note.name, round(note.strength, 3), ranges])
    ready = session._ready
    return {
        "cycle": now,
        "moving": session.started,
        "cps": float(status.cps),
        "bpm": float(status.bpm),
        "beats": float(status.beats),
        "state": status.state,
        "late": status.late,
        "dropped": status.dropped,
        "lost": status.lost,
        "sent": status.sent,
        "port": ready.port if ready is not None else 0,
        "rate": ready.sample_rate if ready is not None else 48000.0,
        "slots": slots,
        "notes": notes,
    }


class Publisher:
    """Tells whoever connects what is on stage. Costs nothing while nobody does."""

    def __init__(self, session: Any, state_folder: Path) -> None:
        self.session = session
        self.view = View(session)
        self._over = threading.Event()
        self._watchers = 0
        self._guard = threading.Lock()
        self._place = private_folder() / f"{os.getpid()}-{id(self) % 10000}.view"
        with contextlib.suppress(FileNotFoundError):
            self._place.unlink()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(self._place))
        self._place.chmod(0o600)
        self._socket.listen(4)
        self._note = state_folder / FOLDER / f"{self._place.stem}.json"
        self._note.parent.mkdir(parents=True, exist_ok=True)
        note = {"process": os.getpid(), "socket": str(self._place), "since": time.time()}
        self._note.write_text(json.dumps(note), encoding="utf-8")
        threading.Thread(target=self._accept, name="publish", daemon=True).start()

    def close(self) -> None:
        """Tell nothing more."""
        self._over.set()
        self._socket.close()
        for place in (self._place, self._note):
            with contextlib.suppress(OSError):
                place.unlink()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                watcher, _ = self._socket.accept()
            except OSError:
                return
            with self._guard:
                welcome = self._watchers < MOST_WATCHERS
                self._watchers += welcome
            if not welcome:
                watcher.close()
                continue
            threading.Thread(target=self._tell, args=(watcher,), name="watcher", daemon=True).start()

    def _tell(self, watcher: socket.socket) -> None:
        watcher.settimeout(PATIENCE)
        before: Any = None
        told = 0.0
        try:
            with watcher:
                while not self._over.wait(LOOK_EVERY):
                    now = time.monotonic()
                    key = self._key()
                    if key != before or now - told > TELL_EVERY:
                        before, told = key, now
                        line = json.dumps(snapshot(self.session, self.view), separators=(",", ":"))
                        watcher.sendall(line.encode() + b"\n")
        except OSError:
            pass
        finally:
            with self._guard:
                self._watchers -= 1

    def _key(self) -> Any:
        """What makes it worth telling at once."""
        takes = [(number, take.number, *state.values()) for number, take, state in self.session.on_stage()]
        return takes, self.session.cps(), self.session.status().state


@contextlib.contextmanager
def published(session: Any, state_folder: Path) -> Iterator[Publisher | None]:
    """Let others watch a session for as long as the block lasts; never in the way of it."""
    publisher: Publisher | None = None
    with contextlib.suppress(OSError, EngineError, AttributeError):
        publisher = Publisher(session, state_folder)
    try:
        yield publisher
    finally:
        if publisher is not None:
            publisher.close()


def stages(state_folder: Path) -> list[Path]:
    """The sockets of sessions that can be watched, the newest last; notes of dead ones are cleared away."""
    found: list[tuple[float, Path]] = []
    for note in (state_folder / FOLDER).glob("*.json"):
        try:
            said = json.loads(note.read_text(encoding="utf-8"))
            process, place, since = int(said["process"]), Path(said["socket"]), float(said["since"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if running(process) and place.exists():
            found.append((since, place))
        else:
            for gone in (note, place):
                with contextlib.suppress(OSError):
                    gone.unlink()
    return [place for _, place in sorted(found)]


def watch(place: Path) -> Iterator[dict[str, Any]]:
    """What a session tells, until it ends. Raises EngineError when it does not open."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(PATIENCE)
    with line:
        try:
            line.connect(str(place))
        except OSError as error:
            raise EngineError(f"the stage at {place} does not open: {error.strerror}") from None
        with line.makefile("r", encoding="utf-8") as file, contextlib.suppress(OSError):
            for text in file:
                with contextlib.suppress(ValueError):
                    yield json.loads(text)
