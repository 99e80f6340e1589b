"""The page for the room: code with what sounds lit up, piano roll, scope and spectrum, for a projector.

Read-only: it serves three files and one stream, evaluates nothing and reads nothing that is sent to it. The
stream carries what the stage tells (a few times a second) and what sounds (thirty times a second, read from
the engine's shared memory by this process); the browser draws what lies between by itself.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from livecode.errors import EngineError
from livecode.sound.levels import Levels

FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
}
FOLDER = Path(__file__).with_name("page")
SOUND_EVERY = 1 / 30
SCOPE_SECONDS = 0.02
SCOPE_POINTS = 480
BANDS = 48
SLOTS = 16
MOST_VIEWERS = 12
LOOPBACK = ("127.0.0.1", "localhost", "::1")
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'"


class Room:
    """What is to be seen, gathered once for all viewers."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._scene: tuple[int, float, dict[str, Any]] = (0, time.monotonic(), {})
        self._levels: Levels | None = None
        self._sound: tuple[float, str] = (0.0, "")
        self.over = threading.Event()
        self.viewers = 0

    def follow(self, scenes: Iterable[dict[str, Any]]) -> None:
        """Take over what a stage tells, until it ends."""
        for scene in scenes:
            if self.over.is_set():
                return
            with self._changed:
                self._scene = (self._scene[0] + 1, time.monotonic(), scene)
                self._changed.notify_all()

    def scene(self, after: int) -> tuple[int, str] | None:
        """The newest scene as JSON if there is one after that number; its cycle is that of this moment."""
        number, since, scene = self._scene
        if number == after or not scene:
            return None
        passed = (time.monotonic() - since) * scene["cps"] if scene.get("moving") else 0.0
        return number, json.dumps({**scene, "cycle": scene["cycle"] + passed}, separators=(",", ":"))

    def sound(self) -> str:
        """Waveform, spectrum and levels of this moment as JSON, computed once for all who ask together."""
        now = time.monotonic()
        if now - self._sound[0] > SOUND_EVERY / 2:
            self._sound = (now, self._heard())
        return self._sound[1]

    def _heard(self) -> str:
        scene = self._scene[2]
        port = int(scene.get("port", 0))
        if not port:
            return ""
        if self._levels is None or self._levels.port != port:
            self._levels = Levels(port, float(scene.get("rate", 48000.0)))
        levels = self._levels
        sound = levels.waveform(2 * SCOPE_SECONDS).mean(axis=1)
        from livecode.pictures.bars import triggered

        wave = list(triggered(sound.tolist(), len(sound) // 2))
        step = max(1, len(wave) // SCOPE_POINTS)
        told = {
            "wave": [round(float(value) * 127) for value in wave[::step]],
            "bands": [round(level) for level in levels.spectrum(BANDS)],
            "slots": [round(levels.slot(slot).decibels) for slot in range(1, SLOTS + 1)],
        }
        return json.dumps(told, separators=(",", ":"))


class Page:
    """Serves a room. `host` is loopback unless told otherwise; `port` 0 takes any free one."""

    def __init__(self, room: Room, host: str = "127.0.0.1", port: int = 0) -> None:
        self.room = room
        handler = type("Handler", (_Handler,), {"room": room, "local": host in LOOPBACK})
        try:
            self._server = ThreadingHTTPServer((host, port), handler)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or "ports go from 0 to 65535"
            raise EngineError(f"{host} port {port} cannot be had ({reason}): give another") from None
        self._server.daemon_threads = True
        self.host, self.port = host, int(self._server.server_address[1])

    @property
    def address(self) -> str:
        """What to type in the browser."""
        return f"http://{'localhost' if self.host in LOOPBACK else self.host}:{self.port}/"

    def start(self) -> None:
        """Serve, in threads of its own."""
        serve = self._server.serve_forever
        threading.Thread(target=serve, args=(0.1,), name="page", daemon=True).start()

    def close(self) -> None:
        """Serve no longer."""
        self.room.over.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    room: Room
    local: bool
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        # A page elsewhere that points its own name at this machine must not read what is shown here.
        named = self.headers.get("Host", "").rsplit(":", 1)[0].strip("[]")
        if self.local and named not in LOOPBACK:
            self.send_error(403)
        elif self.path.split("?")[0] == "/live":
            self._stream()
        elif self.path.split("?")[0] in FILES:
            self._file(*FILES[self.path.split("?")[0]])
        else:
            self.send_error(404)

    def do_HEAD(self) -> None:
        self.send_error(405)

    def log_message(self, *_: Any) -> None:
        """The performer's terminal is no place for a log."""

    def _file(self, name: str, kind: str) -> None:
        data = (FOLDER / name).read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(data)

    def _stream(self) -> None:
        room = self.room
        if room.viewers >= MOST_VIEWERS:
            self.send_error(503)
            return
        room.viewers += 1
        self.close_connection = True
        try:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Connection", "close")
            self.end_headers()
            told, heard = 0, ""
            # A viewer who has gone is noticed when nothing more can be written.
            with contextlib.suppress(OSError):
                while not room.over.wait(SOUND_EVERY):
                    scene = room.scene(told)
                    if scene is not None:
                        told = scene[0]
                        self.wfile.write(f"event: scene\ndata: {scene[1]}\n\n".encode())
                    sound = room.sound()
                    if sound and sound != heard:
                        heard = sound
                        self.wfile.write(f"event: sound\ndata: {sound}\n\n".encode())
                    self.wfile.flush()
        finally:
            room.viewers -= 1
