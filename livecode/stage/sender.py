"""The sender process: keeps the beat, and scsynth.

    python -m livecode.stage.sender DESCRIPTOR

Started by the front with one end of a pair of sockets. No user code runs here, nothing heavy is imported and
the collector has nothing to collect, so that nothing comes between a note and its time. When the front is
gone the music goes on for half a minute, repeating what is known; then it fades and everything ends.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import select
import signal
import socket
import sys
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from livecode.errors import LivecodeError, one_line
from livecode.stage.clock import MonotonicClock, WallClock
from livecode.stage.door import Door
from livecode.stage.limits import lift_memory
from livecode.stage.overload import CROWD, Overload, greedy
from livecode.stage.player import Player
from livecode.stage.protocol import (
    TO_SENDER,
    VERSION,
    Alive,
    Bye,
    Excess,
    Failed,
    Frames,
    Hello,
    Map,
    Ready,
    Record,
    RecordEnd,
    Repeated,
    Resume,
    Said,
    Stands,
    State,
    frame,
)
from livecode.stage.scsynth import ScsynthTransport
from livecode.stage.standby import missing
from livecode.stage.supervisor import Supervisor
from livecode.stage.taking import Taking
from livecode.stage.transport import Transcript, Transport

if TYPE_CHECKING:
    from livecode.sound.engine.server import Engine

TICK = 0.010
LONGEST_SLEEP = 0.1
REPORT_EVERY = 0.2
STEP_EVERY = 0.1
WEIGH_EVERY = 1.0
FADE = 1.0
TAKEN_IN = 0.035
"""Seconds in which what is sent has arrived in scsynth on a busy machine; it works its latency ahead, too."""
MOST_UNREAD = 1 << 20
MOST_MISSED = 20_000
FRONT_STALLED = 3.0
"""Seconds after which a front that says nothing may be replaced by another."""
PRIORITY = 10


class Sender:
    """The loop: messages in, notes out, an eye on the engine."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._socket: socket.socket | None = connection
        self._frames = Frames()
        self._unsent = bytearray()
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._clock = MonotonicClock()
        self._wall = WallClock()
        self._player = Player(self._clock, answer=self._answer)
        self._supervisor: Supervisor | None = None
        self._transport: ScsynthTransport | None = None
        self._transcript: Transcript | None = None
        self._hello: Hello | None = None
        self._door: Door | None = None
        self._missed: list[Repeated] = []
        self._ready: Ready | None = None
        self._taking = Taking(self._answer_soon)
        self._began = time.monotonic()
        self._front_heard = time.monotonic()
        self._later: deque[Any] = deque()
        self._reported = self._looked = self._ticked = 0.0
        self._looped = 0
        self._jitter = 0.0
        self._overload = Overload()
        self._weighed = 0.0
        self._fade: float | None = None
        self._failed = False

    def run(self) -> None:
        """Until the front says goodbye or has been gone for too long."""
        try:
            while self._fade is None:
                self._wait()
                self._turn()
        finally:
            self._end()

    def stop(self, *_: object) -> None:
        """End soon: for signals."""
        self._fade = 0.0
        self._wake()

    def _wait(self) -> None:
        now = time.monotonic()
        until = min(self._player.next_due(), now + LONGEST_SLEEP)
        until = max(until, self._ticked + TICK)
        poll = select.poll()
        poll.register(self._wake_in, select.POLLIN)
        if self._socket is not None:
            poll.register(self._socket, select.POLLIN | (select.POLLOUT if self._unsent else 0))
        if self._door is not None:
            poll.register(self._door, select.POLLIN)
        ready = poll.poll(max(0.0, (until - now) * 1000))
        if not ready:
            delay = time.monotonic() - max(until, now)
            self._jitter = max(self._jitter, delay)
            self._player.felt(delay)
        for descriptor, _event in ready:
            if descriptor == self._wake_in.fileno():
                with contextlib.suppress(BlockingIOError):
                    self._wake_in.recv(4096)
            elif self._door is not None and descriptor == self._door.fileno():
                self._somebody_knocks()

    def _turn(self) -> None:
        now = time.monotonic()
        if now - self._ticked >= TICK * 0.9:
            self._ticked = now
            self._advance()
        self._read()
        if self._supervisor is not None:
            self._supervisor.poll(now)
        self._look_at_the_load(now)
        if now - self._looked > STEP_EVERY:
            self._looked = now
            self._look_at_the_wall_clock()
        if now - self._reported > REPORT_EVERY:
            self._reported = now
            self._report()
        while self._later:
            self._answer(self._later.popleft())
        self._flush()
        if self._hello is not None and now - self._front_heard > self._hello.orphaned_for:
            self._fade = FADE
        elif self._socket is None and self._player.tempo is None:
            self._fade = 0.0

    # A front that takes over.

    def _somebody_knocks(self) -> None:
        visitor = self._door.accept() if self._door is not None else None
        if visitor is None:
            return
        if self._socket is not None and time.monotonic() - self._front_heard < FRONT_STALLED:
            with contextlib.suppress(OSError):
                visitor.sendall(frame([Failed("the set is being played: close that livecode first")]))
            visitor.close()
            return
        if self._socket is not None:
            # It may come to itself again: it must not start another sender then.
            self._answer(Failed("another livecode has taken this set over"))
            self._flush()
            self._front_gone()
        visitor.setblocking(False)
        self._socket, self._frames = visitor, Frames()
        self._front_heard = time.monotonic()

    def _resumed(self, message: Resume) -> None:
        if message.version != VERSION:
            self._answer(Failed("the set was begun by another version of livecode: replay its journal"))
            self._flush()
            self._front_gone()
            return
        player = self._player
        for lane in player.lanes:
            lane.epoch = 0
        if self._door is not None and self._hello is not None:
            self._door.write(message.journal or self._hello.journal, self._peer())
        if player.tempo is not None:
            self._answer(Map(player.tempo.stretches))
        self._answer(Stands(list(player.loads.values()), list(player.levels.items()), player.counts.sent))
        for repeated in self._missed:
            self._answer(repeated)
        self._missed.clear()
        if self._ready is not None:
            self._answer(self._ready)

    def _peer(self) -> int:
        """The process at the other end of the line, 0 where the system does not say."""
        if self._socket is None or not hasattr(socket, "SO_PEERCRED"):
            return 0
        said = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 4)
        return int.from_bytes(said, sys.byteorder)

    def _advance(self) -> None:
        try:
            self._player.advance()
        except LivecodeError as error:
            if self._supervisor is not None:
                self._supervisor.crashed(one_line(error))

    # The front.

    def _read(self) -> None:
        while self._socket is not None:
            try:
                data = self._socket.recv(1 << 18)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._front_gone()
                return
            self._front_heard = time.monotonic()
            try:
                messages = self._frames.feed(data, TO_SENDER)
            except msgspec.DecodeError as error:
                sys.stderr.write(f"a message from the front cannot be read: {error}\n")
                self._front_gone()
                return
            for message in messages:
                try:
                    self._handle(message)
                except LivecodeError as error:
                    if self._supervisor is not None:
                        self._supervisor.crashed(one_line(error))

    def _handle(self, message: Any) -> None:
        if self._player.handle(message):
            # What is due at once must not wait for the next tick.
            self._ticked = min(self._ticked, time.monotonic() - TICK)
        elif isinstance(message, Hello):
            self._greeted(message)
        elif isinstance(message, Resume):
            self._resumed(message)
        elif isinstance(message, Record):
            self._taking.begin(self._transport, message.path, message.stems)
        elif isinstance(message, RecordEnd):
            self._taking.end()
        elif isinstance(message, Bye):
            self._fade = message.fade
        elif not isinstance(message, Alive):
            sys.stderr.write(f"what is {message!r}?\n")

    def _greeted(self, message: Hello) -> None:
        if message.version != VERSION:
            text = f"front and sender are of different versions ({message.version}, {VERSION}): start again"
            self._answer(Failed(text))
            self._fade = 0.0
            return
        self._hello = message
        self._player.look_ahead(message.lookahead)
        if message.door and hasattr(socket, "AF_UNIX"):
            try:
                self._door = Door(Path(message.door), message.journal, os.getppid())
            except (OSError, LivecodeError) as error:
                self._answer(Said(f"after a crash this set could not be resumed: {one_line(error)}"))
        self._supervisor = Supervisor(message.options, self._wake, self._up, self._down, self._waiting)
        if message.boot:
            self._supervisor.boot(self._player.loads)

    def _front_gone(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
            self._unsent.clear()

    def _answer(self, message: Any) -> None:
        if self._socket is None and isinstance(message, Repeated):
            self._missed.append(message)
            del self._missed[:-MOST_MISSED]
        if self._socket is None or (isinstance(message, State) and len(self._unsent) > MOST_UNREAD):
            return
        self._unsent += frame([message])

    def _flush(self) -> None:
        while self._unsent and self._socket is not None:
            try:
                sent = self._socket.send(self._unsent)
            except BlockingIOError:
                return
            except OSError:
                self._front_gone()
                return
            del self._unsent[:sent]

    def _report(self) -> None:
        player, supervisor = self._player, self._supervisor
        looped = player.looped
        state = State(
            sounding=self._transport is not None,
            sent=player.counts.sent,
            late=player.counts.late,
            dropped=player.counts.dropped,
            lost=player.counts.lost,
            looped=looped,
            replaced=player.replaced,
            pending=player.pending,
            restarts=supervisor.restarts if supervisor is not None else 0,
            jitter=self._jitter * 1000,
            cpu=time.process_time(),
            looping=looped > self._looped,
            lookahead=player.reach,
            lateness=player.lateness * 1000,
        )
        self._looped, self._jitter, player.lateness = looped, 0.0, 0.0
        if self._transport is not None:
            status = self._transport.engine.last_status
            if status is not None:
                state.load, state.peak, state.synths = status.average_cpu, status.peak_cpu, status.synths
            way = self._transport.engine.way
            if way is not None and way.server is not None:
                state.xruns = sum("xrun" in line.lower() for line in list(way.server.lines))
            with contextlib.suppress(Exception):
                state.master_peak = self._transport.engine.meters().master().peak
        self._answer(state)

    # The engine.

    def _up(self, engine: Engine, again: bool) -> None:
        supervisor, hello = self._supervisor, self._hello
        assert supervisor is not None and supervisor.mixer is not None and hello is not None
        click = None
        if hello.clicks:
            from livecode.sound.tap import click as tap_click

            click = tap_click
        encoder, mixer, wall = supervisor.encoder, supervisor.mixer, self._wall

        def at(second: float) -> float:
            return wall.wall(second) + supervisor.shift(second)

        self._overload = Overload(engine.sample_rate)
        self._transport = ScsynthTransport(engine, encoder, mixer, at, click)
        try:
            self._transport.load(missing(self._player.loads, supervisor.loaded))
            self._transport.gains(list(self._player.levels.items()), 0.005)
        except LivecodeError as error:
            supervisor.crashed(one_line(error))
            return
        transport: Transport = self._transport
        if hello.transcript:
            if self._transcript is None:
                self._transcript = Transcript(Path(hello.transcript), transport)
            self._transcript.below = transport
            transport = self._transcript
        try:
            self._player.engine_up(transport, (supervisor.settling.constant or 0.0) + TAKEN_IN)
        except LivecodeError as error:
            supervisor.crashed(one_line(error))
            return
        gc.collect()
        gc.freeze()
        host, port = engine.address
        process = engine.process_id or 0
        seconds = time.monotonic() - self._began
        self._ready = Ready(engine.name, host, port, process, engine.sample_rate, seconds, again)
        self._answer(self._ready)
        for text in engine.notices:
            self._answer(Said(text))
        if again:
            self._answer(Said("the sound engine sounds again"))

    def _down(self, why: str, final: bool) -> None:
        self._player.engine_down()
        self._transport = self._ready = None
        self._taking.engine_gone(why)
        if final:
            self._failed = True
            self._answer(Failed(why))
            return
        self._answer(Said(f"{why}: starting it again"))
        if self._supervisor is not None:
            self._supervisor.boot(self._player.loads)

    def _waiting(self, why: str) -> None:
        self._answer(Said(f"no sound for now ({why}): trying again until it works"))

    def _look_at_the_load(self, now: float) -> None:
        """End what is more than the engine can carry, before it takes everything else along."""
        transport = self._transport
        if transport is None:
            return
        weights: list[float] = []
        if now - self._weighed > WEIGH_EVERY:
            self._weighed = now
            weights = self._player.weigh()
        status = transport.engine.last_status
        if status is None or status.synths < CROWD:
            return
        place = transport.place()
        if place is None or not self._overload.look(now, place, status.synths):
            return
        text = f"more notes sound at once than the engine can carry ({status.synths} synths)"
        for slot in greedy(weights or self._player.weigh()):
            self._player.silence(slot)
            with contextlib.suppress(LivecodeError):
                transport.silence(slot, self._player.sent_until)
            self._answer(Excess(slot, text))

    def _look_at_the_wall_clock(self) -> None:
        jump = self._wall.stepped()
        if jump and self._supervisor is not None and self._supervisor.engine is not None:
            # scsynth would need a minute and a half to believe the new time; a fresh one believes it at once.
            self._supervisor.crashed(f"the computer's clock was set by {jump:+.2f} s", misled=True)

    def _answer_soon(self, message: Any) -> None:
        """From another thread: the loop sends it."""
        self._later.append(message)
        self._wake()

    # The end.

    def _wake(self) -> None:
        with contextlib.suppress(OSError):
            self._wake_out.send(b"!")

    def _end(self) -> None:
        fade = self._fade or 0.0
        if self._taking.running:
            self._taking.close()
        if self._transport is not None and fade:
            with contextlib.suppress(LivecodeError):
                self._transport.fade(fade)
                until = time.monotonic() + fade
                while time.monotonic() < until:
                    self._advance()
                    time.sleep(TICK)
        if self._supervisor is not None:
            self._supervisor.end()
        if self._door is not None:
            self._door.close()
        if self._transcript is not None:
            self._transcript.close()
        while self._later:
            self._answer(self._later.popleft())
        self._flush()


def main(arguments: list[str]) -> int:
    """Serve the front at the other end of an inherited socket."""
    connection = socket.socket(fileno=int(arguments[0]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lift_memory()
    _come_first()
    # Collections get rare: there is next to nothing here that could form a cycle.
    gc.set_threshold(100_000, 50, 50)
    sender = Sender(connection)
    signal.signal(signal.SIGTERM, sender.stop)
    signal.signal(signal.SIGHUP, sender.stop)
    sender.run()
    return 0


def _come_first() -> None:
    """Real-time priority below the sound engine's, where the system allows it; children start without."""
    if not hasattr(os, "sched_setscheduler"):
        return
    try:
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(PRIORITY))
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EINVAL):
            raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
