"""The wires to scsynth: a UDP socket for single messages and a TCP stream for the beat and for bulk.

UDP loses packets when many come at once (915 of 1000 arrive); the stream loses nothing, and a tick's
bundles go out in one system call. Both sockets are bound to the loopback address when the server is here.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from typing import TypeAlias

from livecode.errors import EngineError
from livecode.sound.engine.options import LOOPBACK
from livecode.sound.osc import Argument, parse

Reply: TypeAlias = Callable[[str, list[Argument]], None]
_size = struct.Struct(">I")
_PACED = 32
_PAUSE = 0.002
_STALLED = 1.0


class Connection:
    """Sends packets to a server and hands its replies to `on_reply(address, arguments)`.

    `on_reply` is called from the reading thread. Raises EngineError when the server takes no messages.
    """

    def __init__(self, host: str, port: int, on_reply: Reply) -> None:
        self.address = (host, port)
        self.on_reply = on_reply
        self.last_heard = 0.0
        self._own = LOOPBACK if host in (LOOPBACK, "localhost") else ""
        self._datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._datagrams.bind((self._own, 0))
        self._datagrams.connect(self.address)
        self._stream: socket.socket | None = None
        self._sending = threading.Lock()
        self._closing = False
        self._wake, self._waker = socket.socketpair()
        self._thread = threading.Thread(target=self._read, name="scsynth replies", daemon=True)
        self._thread.start()

    def open_stream(self) -> bool:
        """Opens the TCP stream too; False when the server has none (then UDP does the work, paced)."""
        try:
            stream = socket.create_connection(self.address, timeout=1.0)
        except OSError:
            return False
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        stream.settimeout(_STALLED)
        self._stream = stream
        self._poke()
        return True

    @property
    def streaming(self) -> bool:
        """Whether packets go over the stream."""
        return self._stream is not None

    def send(self, packet: bytes) -> None:
        """One packet by UDP: for what may be lost and must not wait."""
        try:
            self._datagrams.send(packet)
        except OSError as error:
            raise EngineError(
                f"scsynth at {self.address[0]}:{self.address[1]} is gone: {error.strerror}"
            ) from None

    def send_many(self, packets: Iterable[bytes]) -> None:
        """Packets in order, none lost: one write on the stream, or UDP with pauses."""
        stream = self._stream
        if stream is None:
            for position, packet in enumerate(packets, 1):
                self.send(packet)
                if position % _PACED == 0:
                    time.sleep(_PAUSE)
            return
        pieces: list[bytes] = []
        for packet in packets:
            pieces.append(_size.pack(len(packet)))
            pieces.append(packet)
        if not pieces:
            return
        try:
            with self._sending:
                stream.sendall(b"".join(pieces))
        except OSError as error:
            raise EngineError(f"scsynth takes no messages: {error.strerror or 'its queue is full'}") from None

    def close(self) -> None:
        """Closes both sockets and ends the reading thread."""
        self._closing = True
        self._poke()
        if self._thread is not threading.current_thread():
            self._thread.join(1.0)
        for each in (self._datagrams, self._stream, self._wake, self._waker):
            if each is not None:
                each.close()

    def _poke(self) -> None:
        with contextlib.suppress(OSError):
            self._waker.send(b"!")

    def _read(self) -> None:
        held = b""
        stream: socket.socket | None = None
        while not self._closing:
            sources = [self._wake, self._datagrams] + ([stream] if stream is not None else [])
            ready, _, _ = select.select(sources, [], [])
            for source in ready:
                try:
                    data = source.recv(65536)
                except OSError:
                    continue
                if source is self._wake:
                    stream = self._stream
                elif source is self._datagrams:
                    self._deliver(data)
                elif not data:
                    stream = None
                else:
                    held = self._deliver_all(held + data)

    def _deliver_all(self, data: bytes) -> bytes:
        at = 0
        while len(data) - at >= 4:
            size = _size.unpack_from(data, at)[0]
            if len(data) - at - 4 < size:
                break
            self._deliver(data[at + 4 : at + 4 + size])
            at += 4 + size
        return data[at:]

    def _deliver(self, packet: bytes) -> None:
        self.last_heard = time.monotonic()
        with contextlib.suppress(ValueError):
            self.on_reply(*parse(packet))
