"""Levels read from the server's shared memory: 0.3 microseconds a bus, no message, no wait.

scsynth keeps its control buses in a shared segment. Where they lie in it is found once, by writing a
pattern to a spare bus and looking for it; elsewhere (no segment, a server far away) `/c_getn` is asked.
"""

from __future__ import annotations

import contextlib
import mmap
import struct
import sys
import threading
import time
from typing import TYPE_CHECKING

from livecode.sound import layout
from livecode.sound.osc import Argument, message

if TYPE_CHECKING:
    from livecode.sound.engine.server import Engine

_PROBE_BUS = layout.CONTROL_BUSES - 16
_PROBE = (1234.5, -0.0625, 8675309.0, 3.0517578125e-05, -77777.0, 0.15625, 4242.0, -1.5)
_WAIT = 0.3


class Meters:
    """Reads control buses of one engine. Never raises: silence (zeros) when the server is gone.

    `source` is "shared memory" or "messages".
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._map: mmap.mmap | None = None
        self._start = 0
        self._answers: dict[int, list[float]] = {}
        self._came = threading.Event()
        with contextlib.suppress(OSError, ValueError):
            self._find()
        self.source = "shared memory" if self._map is not None else "messages"

    def read(self, bus: int, count: int = 1) -> tuple[float, ...]:
        """The values of `count` control buses from `bus` on."""
        if self._map is not None:
            return struct.unpack_from(f"={count}f", self._map, self._start + 4 * bus)
        return self._ask(bus, count)

    def master(self) -> tuple[float, float]:
        """Peaks of the master's left and right since about 0.3 s, 1.0 being full scale."""
        left, right = self.read(layout.MASTER_METER_BUS, 2)
        return left, right

    def strip(self, slot: int, orbit: int = 0) -> tuple[float, float, float, float]:
        """Peak left and right, RMS left and right of a slot on its way to an orbit."""
        a, b, c, d = self.read(layout.strip_meter(slot, orbit), 4)
        return a, b, c, d

    def orbit(self, orbit: int) -> tuple[float, float, float, float]:
        """Peak left and right, RMS left and right of an orbit with its effects."""
        a, b, c, d = self.read(layout.orbit_meter(orbit), 4)
        return a, b, c, d

    def close(self) -> None:
        """Lets the shared memory go."""
        if self._map is not None:
            self._map.close()
            self._map = None

    def _find(self) -> None:
        from livecode.sound.engine.server import segment

        path = segment(self._engine.address[1])
        if not sys.platform.startswith("linux") or not path.exists():
            return
        self._engine.send_many([message("/c_setn", _PROBE_BUS, len(_PROBE), *_PROBE)])
        self._engine.sync(1.0)
        needle = struct.pack(f"={len(_PROBE)}f", *_PROBE)
        with path.open("rb") as file:
            seen = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        limit = time.monotonic() + _WAIT
        at = seen.find(needle)
        while at < 0 and time.monotonic() < limit:
            time.sleep(0.01)
            at = seen.find(needle)
        if at < 4 * _PROBE_BUS:
            seen.close()
            return
        self._map, self._start = seen, at - 4 * _PROBE_BUS

    def _ask(self, bus: int, count: int) -> tuple[float, ...]:
        before = self._engine.on_reply

        def listen(address: str, arguments: list[Argument]) -> None:
            if address == "/c_setn" and arguments and arguments[0] == bus:
                self._answers[bus] = [float(value or 0.0) for value in arguments[2:]]
                self._came.set()
            elif before is not None:
                before(address, arguments)

        self._came.clear()
        self._engine.on_reply = listen
        try:
            with contextlib.suppress(Exception):
                self._engine.send(message("/c_getn", bus, count))
                self._came.wait(_WAIT)
        finally:
            self._engine.on_reply = before
        values = self._answers.get(bus, [])
        return tuple(values[:count]) if len(values) >= count else (0.0,) * count
