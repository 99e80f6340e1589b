"""Editors that speak OSC, and Pulsar's own messages, on loopback.

    /livecode/eval TOKEN CODE [FILE LINE]    -> /livecode/result BLOCK TEXT
                                             or /livecode/error BLOCK TEXT LINE COLUMN WIDTH
    /livecode/hush TOKEN                     undo, redo too; mute, unmute, solo, unsolo, stop TOKEN SLOT
    /livecode/document TOKEN FILE TEXT       the text that /pulsar/eval is about
    /pulsar/eval "type" line|multi_line|whole_editor "row" ROW ["token" TOKEN]

`/pulsar/eval` names a place in a document that is known already and carries no code; without a token it is
obeyed only when that was allowed at the start. `/editor/highlights SLOT SECONDS CYCLE COLUMN LINE ENDCOLUMN
ENDLINE` is sent at each note for each range it came from: columns from 0, lines from 1, within the document.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any

from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.osc_packet import OscPacket, ParseError

from livecode.bridges.editor import Editor, line_column, refusal
from livecode.bridges.serve import HOST, Door
from livecode.errors import EngineError, LivecodeError
from livecode.stage.lighting import strings

LOOK_EVERY = 0.025
AHEAD = 0.05
LONGEST_TEXT = 8000
ACTS = frozenset(("hush", "undo", "redo", "mute", "unmute", "solo", "unsolo", "stop"))


class OscDoor:
    """One UDP socket. `open_places` allows /pulsar/eval without a token, `highlights` is a port."""

    def __init__(
        self,
        editor: Editor,
        door: Door,
        port: int = 0,
        open_places: bool = False,
        highlights: int | None = None,
    ) -> None:
        self.editor, self.door = editor, door
        self.open_places = open_places
        self.highlights = highlights
        self._over = threading.Event()
        self._told_until = -1.0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((HOST, port))
        except (OSError, OverflowError) as error:
            self._socket.close()
            reason = getattr(error, "strerror", None) or "ports go from 0 to 65535"
            raise EngineError(f"port {port} cannot be had ({reason}): give another with --osc-port") from None
        self.port: int = self._socket.getsockname()[1]

    def start(self) -> None:
        """Listen, and tell what sounds, in threads of their own."""
        threading.Thread(target=self._listen, name="osc", daemon=True).start()
        if self.highlights is not None:
            threading.Thread(target=self._look, name="highlights", daemon=True).start()

    def close(self) -> None:
        """Listen no longer."""
        self._over.set()
        self._socket.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                data, sender = self._socket.recvfrom(65536)
            except OSError:
                if self._over.is_set():
                    return
                continue
            # Anything at all may come from a local port: what cannot be read is left alone.
            with contextlib.suppress(ParseError, ValueError, IndexError, UnicodeDecodeError):
                for timed in OscPacket(data).messages:
                    self._message(timed.message.address, list(timed.message.params), sender)

    def _message(self, address: str, given: list[Any], sender: tuple[str, int]) -> None:
        def answer(message: dict[str, Any]) -> None:
            text = str(message.get("text", ""))[:LONGEST_TEXT]
            block = int(message.get("block", 0))
            if message.get("ok"):
                self._send(sender, "/livecode/result", block, text)
            else:
                place = [int(message.get(key, 0)) for key in ("line", "column", "width")]
                self._send(sender, "/livecode/error", block, text, *place)

        try:
            if address == "/pulsar/eval":
                self._pulsar(given, answer)
            elif address.startswith("/livecode/"):
                self._livecode(address.removeprefix("/livecode/"), given, answer)
        except LivecodeError as error:
            answer(refusal(error))
        except (TypeError, ValueError, IndexError) as error:
            answer(refusal(LivecodeError(f"{address} cannot be read: {error}")))

    def _livecode(self, verb: str, given: list[Any], answer: Any) -> None:
        if not given or not self.door.right(given[0]):
            raise LivecodeError("wrong token: it is in serve.json in the state folder")
        rest = given[1:]
        if verb == "eval":
            file, line = (str(rest[1]) if len(rest) > 1 else ""), (int(rest[2]) if len(rest) > 2 else 1)
            self.editor.evaluate(str(rest[0]), answer, file, line)
        elif verb == "document":
            self.editor.open(str(rest[0]), str(rest[1]))
            answer({"ok": True})
        elif verb in ACTS:
            self.editor.act(verb, int(rest[0]) if rest else None)
            answer({"ok": True})
        else:
            raise LivecodeError(f"no /livecode/{verb}: there are eval, document, {', '.join(sorted(ACTS))}")

    def _pulsar(self, given: list[Any], answer: Any) -> None:
        pairs = {str(key): value for key, value in zip(given[::2], given[1::2])}
        if not self.open_places and not self.door.right(pairs.get("token")):
            raise LivecodeError("/pulsar/eval needs a token here: livecode serve --pulsar goes without")
        row = pairs.get("row")
        code, file, line = self.editor.place(str(pairs.get("type", "")), None if row is None else int(row))
        self.editor.evaluate(code, answer, file, line)

    # What sounds.

    def _look(self) -> None:
        session = self.editor.session
        while not self._over.wait(LOOK_EVERY):
            with contextlib.suppress(Exception):
                now, cps = float(session.now()), float(session.cps())
                until = now + AHEAD * cps
                since = self._told_until if now - 1 < self._told_until <= until else now
                self._told_until = until
                for note in self.editor.view.notes(since, until):
                    if since <= note.begin < until:
                        self._tell(note, (note.end - note.begin) / cps)

    def _tell(self, note: Any, seconds: float) -> None:
        editor = self.editor
        with editor._guard:
            blocks = list(editor._blocks.values())
        for block in blocks:
            for first, last in strings(block.code).all_places(note.locations):
                line, column = line_column(block.code, first)
                end_line, end_column = line_column(block.code, last)
                column += block.column if line == 0 else 0
                end_column += block.column if end_line == 0 else 0
                place = column, block.line + line, end_column, block.line + end_line
                assert self.highlights is not None
                self._send(
                    (HOST, self.highlights), "/editor/highlights", str(note.slot), seconds, note.begin, *place
                )

    def _send(self, target: tuple[str, int], address: str, *values: Any) -> None:
        builder = OscMessageBuilder(address)
        for value in values:
            builder.add_arg(value)
        with contextlib.suppress(OSError):
            self._socket.sendto(builder.build().dgram, target)
