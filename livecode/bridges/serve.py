"""The door for editors: JSON lines over a plain socket, on loopback only, with a token.

    -> {"token": "...", "watch": true}
    <- {"ok": true, "version": "0.1.0"}
    -> {"id": 1, "do": "eval", "code": "d1 >> s(\\"bd*4\\")", "file": "set.py", "line": 12}
    <- {"id": 1, "ok": true, "block": 1, "text": ""}
    <- {"event": "lit", "blocks": {"1": [[0, 9, 0, 11, 1]]}}

The token is made anew at each start and written to `serve.json` in the state folder, readable by its owner
alone; plug-ins find port and token there. A first line without the right token closes the connection, which
also turns away web pages that try local ports.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import secrets
import socket
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from livecode.bridges.editor import Editor, refusal
from livecode.errors import EngineError, LivecodeError

HOST = "127.0.0.1"
LONGEST_LINE = 2_000_000
MOST_CLIENTS = 16
PATIENCE = 10.0
LOOK_EVERY = 0.05
MOST_UNSENT = 4_000_000

Answer = Callable[[dict[str, Any]], None]


class Door:
    """Listens, checks the token, passes requests on and tells who watches what sounds."""

    def __init__(self, editor: Editor, port: int = 0, token: str | None = None) -> None:
        self.editor = editor
        self.token = token or secrets.token_urlsafe(24)
        self._clients: set[Client] = set()
        self._guard = threading.Lock()
        self._over = threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((HOST, port))
        except (OSError, OverflowError) as error:
            self._socket.close()
            reason = getattr(error, "strerror", None) or "ports go from 0 to 65535"
            raise EngineError(f"port {port} cannot be had ({reason}): give another with --port") from None
        self._socket.listen(MOST_CLIENTS)
        self.port: int = self._socket.getsockname()[1]

    def start(self) -> None:
        """Open the door, in threads of its own."""
        threading.Thread(target=self._accept, name="editors", daemon=True).start()
        threading.Thread(target=self._look, name="lights", daemon=True).start()
        self.editor.session.listen(self._notice)

    def close(self) -> None:
        """Send everybody home."""
        self._over.set()
        self.editor.session.unlisten(self._notice)
        self._socket.close()
        with self._guard:
            clients = list(self._clients)
        for client in clients:
            client.close()

    def right(self, token: object) -> bool:
        """Whether a token is ours; takes as long for any wrong one."""
        return isinstance(token, str) and hmac.compare_digest(token.encode(), self.token.encode())

    def leave(self, client: Client) -> None:
        """A client has gone."""
        with self._guard:
            self._clients.discard(client)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with self._guard:
                full = len(self._clients) >= MOST_CLIENTS
                client = Client(self, connection)
                if not full:
                    self._clients.add(client)
            if full:
                connection.close()
                continue
            threading.Thread(target=client.serve, name="editor", daemon=True).start()

    def _watching(self) -> list[Client]:
        with self._guard:
            return [client for client in self._clients if client.watches]

    def _look(self) -> None:
        """Tell who watches which ranges sound, whenever that changes."""
        before: dict[int, list[list[int]]] = {}
        while not self._over.wait(LOOK_EVERY):
            watching = self._watching()
            if not watching:
                before = {}
                continue
            with contextlib.suppress(Exception):
                lit = self.editor.lit()
                if lit != before:
                    before = lit
                    for client in watching:
                        client.send({"event": "lit", "blocks": {str(key): lit[key] for key in lit}})

    def _notice(self, notice: Any) -> None:
        for client in self._watching():
            client.send({"event": "notice", "text": notice.text, "kind": notice.kind})


class Client:
    """One editor at the door."""

    def __init__(self, door: Door, connection: socket.socket) -> None:
        self.door = door
        self.watches = False
        self._connection = connection
        # Not settimeout(): that is the reader's too, and one that has just begun to read would fail.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(PATIENCE), 0))
        self._sending = threading.Lock()
        self._gone = False

    def serve(self) -> None:
        """Read requests until the connection ends."""
        try:
            self._connection.settimeout(PATIENCE)
            lines = self._lines()
            first = _object(next(lines, b""))
            if first is None or not self.door.right(first.get("token")):
                self.send({"ok": False, "text": "wrong token: it is in serve.json in the state folder"})
                return
            self._connection.settimeout(None)
            from livecode import __version__

            self.watches = bool(first.get("watch"))
            self.send({"ok": True, "version": __version__})
            for line in lines:
                request = _object(line)
                if request is None:
                    self.send({"ok": False, "text": "not a JSON object on one line"})
                else:
                    self._request(request)
        except (OSError, ValueError):
            pass
        finally:
            self.close()

    def send(self, message: dict[str, Any]) -> None:
        """One line to the editor; an editor that does not read is sent home rather than waited for."""
        data = json.dumps(message, ensure_ascii=False).encode() + b"\n"
        with self._sending:
            if self._gone:
                return
            try:
                self._connection.sendall(data)
            except OSError:
                self._gone = True
        if self._gone:
            self.close()

    def close(self) -> None:
        """End the connection."""
        self._gone = True
        self.watches = False
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()
        self.door.leave(self)

    def _lines(self) -> Any:
        held = b""
        while True:
            data = self._connection.recv(65536)
            if not data:
                return
            held += data
            *lines, held = held.split(b"\n")
            for line in lines:
                if line.strip():
                    yield line
            if len(held) > LONGEST_LINE:
                raise ValueError("a line without an end")

    def _request(self, request: dict[str, Any]) -> None:
        number = request.get("id")

        def answer(message: dict[str, Any]) -> None:
            self.send({"id": number, **message})

        try:
            self._carry_out(request, answer)
        except LivecodeError as error:
            answer(refusal(error))
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            answer(refusal(LivecodeError(f"this request cannot be read: {error}")))

    def _carry_out(self, request: dict[str, Any], answer: Answer) -> None:
        editor, verb = self.door.editor, request.get("do")
        if verb == "eval":
            code = request["code"]
            if not isinstance(code, str):
                raise TypeError("code must be text")
            place = str(request.get("file") or ""), int(request.get("line") or 1)
            editor.evaluate(code, answer, *place, int(request.get("column") or 0))
        elif verb == "document":
            editor.open(str(request.get("file") or ""), str(request["text"]))
            answer({"ok": True, "text": ""})
        elif verb == "complete":
            before = str(request["before"])
            answer({"ok": True, "names": editor.complete(before), "signature": editor.signature(before)})
        elif verb == "help":
            answer({"ok": True, "text": editor.explain(str(request["name"]))})
        elif verb == "how":
            answer({"ok": True, "lines": editor.how(str(request["wish"]))})
        elif verb == "rate":
            wanted = editor.session.ratings.give(int(request["value"]))
            answer({"ok": True, "text": "" if wanted else "nobody listens for ratings"})
        elif verb == "status":
            answer({"ok": True, "status": editor.status()})
        elif verb == "watch":
            self.watches = bool(request.get("on", True))
            answer({"ok": True, "text": ""})
        elif verb == "interrupt":
            stopped = editor.interrupt()
            answer({"ok": True, "text": "interrupted" if stopped else "nothing is being evaluated"})
        else:
            slot = request.get("slot")
            editor.act(str(verb), int(slot) if slot is not None else None)
            answer({"ok": True, "text": ""})


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def remove_key(path: Path) -> None:
    """Take the file away, unless another door has put its own there meanwhile."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        if json.loads(path.read_text(encoding="utf-8")).get("process") == os.getpid():
            path.unlink()


def write_key(path: Path, told: dict[str, Any]) -> None:
    """Where plug-ins find the door: a file that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({**told, "process": os.getpid(), "since": round(time.time(), 3)}, file)
    os.replace(fresh, path)
