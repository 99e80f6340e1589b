"""The meters of an engine: `livecode.sound.levels` where its memory can be read, messages elsewhere.

    engine.meters().master().peak
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from livecode.sound import layout
from livecode.sound.levels import SIGNATURE, Levels
from livecode.sound.osc import Argument, message

if TYPE_CHECKING:
    from livecode.sound.engine.server import Engine

_WAIT = 0.3


class Meters(Levels):
    """As `Levels`, for an engine that we hold: asks it by message where its memory cannot be read.

    `source` is "shared memory" or "messages".
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine.address[1], engine.sample_rate)
        self._engine = engine
        self._answers: dict[int, list[float]] = {}
        self._came = threading.Event()
        with contextlib.suppress(Exception):
            engine.send_many([message("/c_setn", layout.SIGNATURE_BUS, len(SIGNATURE), *SIGNATURE)])
            engine.sync(1.0)
        self.source = "shared memory" if self.available else "messages"

    def read(self, bus: int, count: int = 1) -> tuple[float, ...]:
        """The values of `count` control buses from `bus` on."""
        return super().read(bus, count) if self.available else self._ask(bus, count)

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
