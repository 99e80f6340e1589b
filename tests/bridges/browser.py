"""A real Chromium without a window, asked through its debugging socket."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--remote-debugging-port=0", "--hide-scrollbars",
)  # fmt: skip


def program() -> str | None:
    """Chromium's path, None when it is not installed."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


class Browser:
    """One page at `address`, `width` by `height` pixels."""

    def __init__(self, address: str, folder: Path, width: int = 1920, height: int = 1080) -> None:
        chromium = program()
        assert chromium is not None
        self.process = subprocess.Popen(
            [chromium, *SWITCHES, f"--user-data-dir={folder}", f"--window-size={width},{height}", address],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self._number = 0
        port = self._port(folder / "DevToolsActivePort")
        self._socket = self._open(port)
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.ask("Emulation.setDeviceMetricsOverride", **size)

    def value(self, expression: str) -> Any:
        """What a JavaScript expression is worth in the page."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    def until(self, expression: str, seconds: float = 20.0) -> None:
        """Wait until an expression is true."""
        limit = time.monotonic() + seconds
        while not self.value(expression):
            assert time.monotonic() < limit, f"{expression} did not come true"
            time.sleep(0.05)

    def picture(self, path: Path) -> None:
        """Write a screenshot."""
        answer = self.ask("Page.captureScreenshot", format="png")
        path.write_bytes(base64.standard_b64decode(answer["data"]))

    def close(self) -> None:
        """End the browser and all that it started."""
        self._socket.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the DevTools protocol, and its result."""
        self._number += 1
        self._send(json.dumps({"id": self._number, "method": method, "params": parameters}).encode())
        while True:
            message = json.loads(self._receive())
            if message.get("id") == self._number:
                assert "error" not in message, message
                return message["result"]

    def _port(self, file: Path) -> int:
        limit = time.monotonic() + 30
        while not file.exists() or "\n" not in file.read_text():
            assert time.monotonic() < limit and self.process.poll() is None, "Chromium did not start"
            time.sleep(0.05)
        return int(file.read_text().split("\n")[0])

    def _open(self, port: int) -> socket.socket:
        limit = time.monotonic() + 20
        while True:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10) as answer:
                pages = [each for each in json.load(answer) if each["type"] == "page"]
            if pages:
                break
            assert time.monotonic() < limit, "Chromium has no page"
            time.sleep(0.05)
        path = pages[0]["webSocketDebuggerUrl"].split(f":{port}", 1)[1]
        line = socket.create_connection(("127.0.0.1", port), timeout=30)
        key = base64.b64encode(os.urandom(16)).decode()
        line.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = b""
        while b"\r\n\r\n" not in head:
            head += line.recv(1)
        assert b" 101 " in head.split(b"\r\n")[0], head
        return line

    def _send(self, data: bytes) -> None:
        length = len(data)
        if length < 126:
            head = bytes([0x81, 0x80 | length])
        elif length < 1 << 16:
            head = bytes([0x81, 0xFE]) + length.to_bytes(2, "big")
        else:
            head = bytes([0x81, 0xFF]) + length.to_bytes(8, "big")
        # A mask of zeros changes nothing and is one all the same.
        self._socket.sendall(head + bytes(4) + data)

    def _receive(self) -> bytes:
        whole = b""
        while True:
            first, second = self._exactly(2)
            length = second & 0x7F
            if length == 126:
                length = int.from_bytes(self._exactly(2), "big")
            elif length == 127:
                length = int.from_bytes(self._exactly(8), "big")
            data = self._exactly(length)
            if first & 0x0F in (0, 1, 2):
                whole += data
                if first & 0x80:
                    return whole

    def _exactly(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            piece = self._socket.recv(count - len(data))
            assert piece, "Chromium has gone"
            data += piece
        return bytes(data)
