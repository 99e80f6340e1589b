"""A running sound engine, as the stage and the tests see it."""

from __future__ import annotations

import contextlib
import itertools
import signal
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from livecode.errors import EngineError
from livecode.sound import layout
from livecode.sound.command import BufferFree, BufferLoad, DefinitionLoad
from livecode.sound.engine.connection import Connection, Reply
from livecode.sound.engine.options import EngineOptions
from livecode.sound.engine.process import Child
from livecode.sound.levels import segment
from livecode.sound.osc import Argument, message

if TYPE_CHECKING:
    from livecode.sound.engine.jack import Way
    from livecode.sound.engine.meters import Meters

_STATUS = message("/status")
_QUIT = message("/quit")
_FREE_ALL = message("/g_freeAll", 0)
_FOREIGN_SILENCE = 3.0


@dataclass(frozen=True, slots=True)
class Status:
    """What the server says of itself: counts, load in per cent, nominal and measured rate in Hz."""

    ugens: int
    synths: int
    groups: int
    definitions: int
    average_cpu: float
    peak_cpu: float
    nominal_rate: float
    sample_rate: float


class Engine:
    """scsynth (or another engine that speaks its language), booted and listening.

    `name` says in words what it is and where the sound goes. `on_exit(code)` is called, from a watching
    thread, at an exit that nobody asked for: also at code 0, which is how scsynth ends when JACK dies.
    `on_reply(address, arguments)` gets every reply, from the reading thread. Use `boot` to make one.
    """

    def __init__(self, connection: Connection, options: EngineOptions, name: str) -> None:
        self.connection = connection
        self.options = options
        self.name = name
        self.notices: list[str] = []
        self.on_exit: Callable[[int], None] | None = None
        self.on_reply: Reply | None = None
        self.last_status: Status | None = None
        self.child: Child | None = None
        self.way: Way | None = None
        self._asked_to_end = False
        self._syncs: dict[int, threading.Event] = {}
        self._sync_numbers = itertools.count(1 << 20)
        self._status_came = threading.Event()
        self._meters: Meters | None = None
        connection.on_reply = self._reply

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the server."""
        return self.connection.address

    @property
    def sample_rate(self) -> float:
        """The rate it really runs at, in Hz, as it said at boot."""
        return self.last_status.nominal_rate if self.last_status else float(self.options.sample_rate)

    @property
    def parallel(self) -> bool:
        """Whether it spreads groups over the processor's cores, as supernova does."""
        return self.name.startswith("supernova")

    @property
    def process_id(self) -> int | None:
        """scsynth's process id; None for a server that somebody else started."""
        return None if self.child is None else self.child.process_id

    @property
    def last_heard(self) -> float:
        """`time.monotonic()` of the last reply of any kind."""
        return self.connection.last_heard

    def send(self, packet: bytes) -> None:
        """One packet by UDP."""
        self.connection.send(packet)

    def send_many(self, packets: Iterable[bytes]) -> None:
        """Packets in order over the stream, in one system call, none lost."""
        self.connection.send_many(packets)

    def load(self, *loads: DefinitionLoad | BufferLoad | BufferFree) -> None:
        """Sends definitions and buffers; they are there after the next `sync`."""
        packets: list[bytes] = []
        for each in loads:
            if isinstance(each, DefinitionLoad):
                packets.append(message("/d_recv", each.data))
            elif isinstance(each, BufferLoad):
                if each.channels:
                    continue
                packets.append(message("/b_allocRead", each.number, each.path, each.start, each.frames))
            else:
                packets.append(message("/b_free", each.number))
        self.send_many(packets)

    def send_sync(self, number: int) -> None:
        """Asks for `/synced number`, which comes to `on_reply` once everything sent before is done."""
        self.send_many([message("/sync", number)])

    def sync(self, timeout: float = 5.0) -> None:
        """Waits until everything sent before is done. Raises EngineError when it takes too long."""
        number = next(self._sync_numbers)
        came = self._syncs[number] = threading.Event()
        try:
            self.send_sync(number)
            if not came.wait(timeout):
                raise EngineError(f"scsynth has not answered for {timeout:g} s: it hangs or is overloaded")
        finally:
            self._syncs.pop(number, None)

    def ask_status(self) -> None:
        """Asks for a status; it arrives in `last_status`. Costs nothing, never waits."""
        self.send(_STATUS)

    def status(self, timeout: float = 1.0) -> Status:
        """The server's status now. Raises EngineError when it does not answer in time."""
        self._status_came.clear()
        self.ask_status()
        if not self._status_came.wait(timeout) or self.last_status is None:
            raise EngineError(f"scsynth has not answered for {timeout:g} s: it hangs or is overloaded")
        return self.last_status

    def alive(self) -> bool:
        """Whether its process runs (or, for a server not ours, whether it answered lately)."""
        if self.child is not None:
            return self.child.running()
        return time.monotonic() - self.last_heard < _FOREIGN_SILENCE

    def meters(self) -> Meters:
        """Levels and other control buses, read from shared memory without a message."""
        if self._meters is None:
            from livecode.sound.engine.meters import Meters

            self._meters = Meters(self)
        return self._meters

    def stop_process(self) -> None:
        """Freezes the server's process (SIGSTOP), for tests of what happens then."""
        self._signal(signal.SIGSTOP)

    def leave_way(self) -> Way | None:
        """Gives out the way its sound left by, to be used by the next engine; None when that is of no use."""
        way, self.way = self.way, None
        if way is not None and way.server is not None and not way.server.running():
            return None
        return way

    def kill(self) -> None:
        """Ends a hung server the hard way. `on_exit` is not called."""
        self._asked_to_end = True
        if self.child is not None:
            self.child.signal(signal.SIGKILL)
            self.child.wait(2.0)
        self._close()

    def quit(self) -> None:
        """Ends the server; leaves one that somebody else started running, with our sound gone."""
        self._asked_to_end = True
        with contextlib.suppress(EngineError):
            if self.child is None:
                groups = (layout.SOURCES_GROUP, layout.ORBITS_GROUP, layout.MASTER_GROUP)
                self.send_many([message("/n_free", *groups)])
            else:
                # The embedded engine crashes at its end when a synth is still there.
                self.send_many([_FREE_ALL, _QUIT])
        if self.child is not None and not self.child.wait(1.5):
            self.child.end()
        self._close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.quit()

    def _signal(self, number: int) -> None:
        if self.child is not None:
            self.child.signal(number)

    def _close(self) -> None:
        if self._meters is not None:
            self._meters.close()
            self._meters = None
        self.connection.close()
        if self.way is not None:
            self.way.end()
        if self.child is not None and not self.child.running():
            # A server that was killed leaves its shared memory behind, 8 MB each time.
            with contextlib.suppress(OSError):
                segment(self.address[1]).unlink()

    def _ended(self, code: int) -> None:
        if not self._asked_to_end and self.on_exit is not None:
            self.on_exit(code)

    def _reply(self, address: str, arguments: list[Argument]) -> None:
        if address == "/status.reply" and len(arguments) >= 9:
            _, ugens, synths, groups, definitions, average, peak, nominal, measured = arguments[:9]
            self.last_status = Status(
                int(ugens or 0), int(synths or 0), int(groups or 0), int(definitions or 0),
                float(average or 0), float(peak or 0), float(nominal or 0), float(measured or 0),
            )  # fmt: skip
            self._status_came.set()
        elif address == "/synced" and arguments:
            came = self._syncs.get(int(arguments[0] or 0))
            if came is not None:
                came.set()
        if self.on_reply is not None:
            self.on_reply(address, arguments)
