"""The player: holds what is to be played and lets it go just before its time.

This is the heart of the sender process, and of every offline performance too: with a virtual clock and a
collecting transport the same code makes the commands that scsynth gets on stage.

>>> from livecode.sound.command import Note
>>> from livecode.stage.clock import VirtualClock
>>> from livecode.stage.protocol import Hold, Start
>>> from livecode.stage.transport import Collector
>>> clock, collector = VirtualClock(), Collector()
>>> player = Player(clock, lookahead=0.1)
>>> player.engine_up(collector)
>>> _ = player.handle(Start(0.0, 0.5, lead=0.0))
>>> _ = player.handle(Hold(1, 1, 0.0, 1.0, [Note(0.0, 1.0, "kick", 1), Note(0.5, 1.0, "kick", 1)]))
>>> clock.move(0.95)
>>> player.advance()
>>> [(sent.time, sent.note.begin) for sent in collector.sent]
[(1.0, 0.5)]
>>> player.counts.dropped
1
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from math import floor, inf
from operator import itemgetter
from typing import Any

from livecode.sound.command import Note
from livecode.sound.layout import SLOTS
from livecode.stage.clock import Clock
from livecode.stage.lane import Lane
from livecode.stage.protocol import (
    Ask,
    Ears,
    Extra,
    Gains,
    Groove,
    Hold,
    Hush,
    Load,
    Loadable,
    Map,
    Phase,
    Repeated,
    Start,
    Tempo,
    Told,
)
from livecode.stage.tempo import TempoMap
from livecode.stage.transport import Sent, Transport

ROUNDING = 1e-4
"""Cycles by which a place on the way to a tempo may have gone by and still be taken."""
LATEST = 0.030
"""Seconds by which a note may be late and still be worth hearing."""
MOST_PENDING = 1200
"""Bundles in scsynth's queue of 2048 above which the look-ahead gets shorter."""
SHORTEST_LOOKAHEAD = 0.04
LONGEST_LOOKAHEAD = 0.3
BRIDGED = 2.5
"""The look-ahead is to be so many times the worst delay of a tick seen lately."""
TICKS = 16
"""How often in a cycle those who hear are told where the music is."""
CALMING = 0.9995
"""By what a look-ahead that had to grow gets shorter again with each tick in which nothing was late."""

LONG = 16.0
"""Cycles as which a note that lasts longer counts when slots are weighed."""
FADING = 0.9
CHARY = 2.0
"""Seconds in which notes are not sent again a second time."""
REMEMBERED = 4096
"""Notes of which it is known when they left, for those who ask why one was late."""


class Counts:
    """What has become of the notes so far."""

    __slots__ = ("dropped", "late", "lost", "sent")

    def __init__(self) -> None:
        self.sent = self.late = self.dropped = self.lost = 0


class Player:
    """Seventeen lanes, a tempo map, and the moment up to which everything has been sent."""

    def __init__(
        self, clock: Clock, lookahead: float = 0.12, answer: Callable[[Any], None] | None = None
    ) -> None:
        self.clock = clock
        self.lookahead = lookahead
        self.reach = lookahead
        self.lanes = [Lane() for _ in range(SLOTS)]
        self.extras = Lane()
        self.tempo: TempoMap | None = None
        self.transport: Transport | None = None
        self.counts = Counts()
        self.loads: dict[tuple[str, str | int], Loadable] = {}
        self.levels: dict[int, float] = {}
        self.phases: dict[int, float] = {}
        self.ears: dict[int, int] = {}
        self.lateness = 0.0
        self._wanted = lookahead
        self._heard_cps = 0.0
        self._told: Transport | None = None
        self._answer = answer or (lambda message: None)
        self._start: Start | None = None
        self._groove: Groove | None = None
        self._early: list[Tempo] = []
        self.sent_until = -inf
        self._pending: deque[tuple[float, int]] = deque()
        self._pending_total = 0
        self._left: deque[tuple[int, float, float]] = deque(maxlen=REMEMBERED)
        self.weights = [0.0] * SLOTS
        self._sent_again = -inf
        self._batches: deque[tuple[bool, list[Sent]]] = deque()

    @property
    def looped(self) -> int:
        """Notes repeated because nothing newer was there."""
        return sum(lane.looped for lane in self.lanes)

    @property
    def replaced(self) -> int:
        """Notes that came too late because a repetition had taken their place."""
        return sum(lane.replaced for lane in self.lanes)

    @property
    def pending(self) -> int:
        """Bundles that scsynth has and has not played yet."""
        return self._pending_total

    def engine_up(self, transport: Transport, soonest: float = 0.0) -> None:
        """There is somebody to send to. Everything loaded so far must be there already.

        What was sent to one that has died, and not yet played by it, is sent again - once: it may be what
        killed it. Not what is due in less than `soonest` seconds, which the engine would play too late.
        """
        self.transport = transport
        if self.tempo is None and self._start is not None:
            self._begin(self._start)
        now = self.clock.now()
        self._tell_tempo(now)
        again: list[Sent] = []
        for was_sent, batch in self._batches:
            ahead = [sent for sent in batch if sent.due > now + soonest]
            again += ahead
            if was_sent:
                continue
            self.counts.sent += len(ahead)
            self.counts.lost += len(batch) - len(ahead)
        self._batches.clear()
        if again and now - self._sent_again > CHARY:
            self._sent_again = now
            again.sort(key=itemgetter(0))
            self._hand_over(again)
        if self.ears:
            transport.hear(self.ears)

    def engine_down(self) -> None:
        """Nobody listens; time goes on, and what falls due before somebody does is lost."""
        self.transport = None
        self._pending.clear()
        self._pending_total = 0

    def handle(self, message: Any) -> bool:
        """Do what the front asks. False for a message that is not the player's."""
        if isinstance(message, Hold):
            if 0 <= message.slot < SLOTS:
                self.lanes[message.slot].hold(message)
        elif isinstance(message, Load):
            self._load(message.commands)
        elif isinstance(message, Extra):
            self.extras.add(message.notes)
        elif isinstance(message, Gains):
            self.levels.update(message.gains)
            if self.transport is not None:
                self.transport.gains(message.gains, message.lag)
        elif isinstance(message, Tempo):
            self._change_tempo(message)
        elif isinstance(message, Groove):
            self._change_groove(message)
        elif isinstance(message, Phase):
            self.phases.update(message.phases)
            self.phases = {slot: seconds for slot, seconds in self.phases.items() if seconds}
        elif isinstance(message, Ears):
            self.ears = dict(message.ears)
            if self.transport is not None:
                self.transport.hear(self.ears)
        elif isinstance(message, Ask):
            self._answer(Told(message.number, self._ahead(message)))
        elif isinstance(message, Start):
            if self.tempo is None:
                self._start = message
                if self.transport is not None or message.stretches:
                    self._begin(message)
        elif isinstance(message, Hush):
            for lane in (*self.lanes, self.extras):
                lane.clear()
            self._batches.clear()
            if self.transport is not None:
                self.transport.hush()
        else:
            return False
        return True

    def advance(self) -> None:
        """Send what falls due within the look-ahead."""
        if self.tempo is None:
            return
        now = self.clock.now()
        self._forget_played(now)
        if self.tempo.ramping(now):
            self._tell_tempo(now)
        horizon = now + self.reach
        if horizon <= self.sent_until:
            return
        until = self.tempo.cycle_at(horizon)
        taken = self.extras.take(until)
        phases = self.phases
        for slot, lane in enumerate(self.lanes):
            end = self.tempo.cycle_at(horizon - phases[slot]) if slot in phases else until
            if lane.due < end:
                taken += lane.take(end)
            elif lane.taken < end:
                lane.taken = end
            if lane.repeats:
                for begin, end, by in lane.repeated():
                    self._answer(Repeated(slot, begin, end, by))
        if self.ears:
            self._tick(max(now, self.sent_until), horizon)
        self.sent_until = horizon
        if taken:
            self._send(taken, now)

    def weigh(self) -> list[float]:
        """For each slot what it played lately, in notes times cycles: those long ago count less and less."""
        weights = self.weights
        self.weights = [FADING * weight for weight in weights]
        return weights

    def silence(self, slot: int) -> None:
        """Forget what a slot was going to play; what it plays next comes from the front."""
        self.lanes[slot].clear()
        self.weights[slot] = 0.0
        self._batches = deque(
            (was_sent, left)
            for was_sent, batch in self._batches
            if (left := [sent for sent in batch if sent.note.slot != slot])
        )

    def next_due(self) -> float:
        """The second at which there is something to send, `inf` when nothing waits."""
        if self.tempo is None:
            return inf
        due = min([self.extras.due, *[lane.due for lane in self.lanes]])
        playing = [seconds for slot, seconds in self.phases.items() if self.lanes[slot].due < inf]
        early = min([0.0, *playing])
        return inf if due == inf else self.tempo.second_at(due) - self.reach + early

    def look_ahead(self, seconds: float) -> None:
        """Send so many seconds ahead, as long as nothing asks for more or less."""
        self.lookahead = self.reach = self._wanted = seconds

    def felt(self, delay: float) -> None:
        """A tick came so many seconds late: look farther ahead if that was much, nearer again in calm."""
        if BRIDGED * delay > self._wanted:
            self._wanted = min(LONGEST_LOOKAHEAD, BRIDGED * delay)
            self._adapt()
        elif self._wanted > self.lookahead:
            self._wanted = max(self.lookahead, self._wanted * CALMING)
            if self.reach > self._wanted:
                self.reach = self._wanted

    def _begin(self, start: Start) -> None:
        if start.stretches:
            self.tempo = TempoMap.of(start.stretches)
        else:
            self.tempo = TempoMap(self.clock.now() + start.lead, start.cycle, start.cps)
            if self._groove is not None:
                begin = self.tempo.second_at(start.cycle)
                self.tempo.swing(begin, self._groove.swing, self._groove.slices)
        for change in self._early:
            self._change_tempo(change)
        self._early.clear()
        self._tell_tempo(self.clock.now())
        self._answer(Map(self.tempo.stretches))

    def _change_tempo(self, change: Tempo) -> None:
        if self.tempo is None:
            if change.at is not None:
                self._early.append(change)
            elif self._start is not None:
                self._start.cps = change.cps
            return
        begin = self._unsent()
        points = change.points or [(0.0, change.cps)]
        if change.at is not None:
            begin = max(begin, self.tempo.second_at(change.at))
            # What should have been passed by now is left out, so that the rest comes at its own cycles.
            passed = self.tempo.cycle_at(begin) - change.at
            points = [(max(0.0, way - passed), cps) for way, cps in points if way > passed - ROUNDING]
            points = points or [(0.0, change.cps)]
        self.tempo.plan(begin, points)
        self._tell_tempo(begin)
        self._answer(Map(self.tempo.stretches))

    def _change_groove(self, change: Groove) -> None:
        self._groove = change
        if self.tempo is not None:
            self.tempo.swing(self._unsent(), change.swing, change.slices)
            self._answer(Map(self.tempo.stretches))

    def _unsent(self) -> float:
        """The first second of which nothing has been sent yet."""
        # What plays ahead of its cycles has been sent farther than the rest.
        return max(self.clock.now(), self.sent_until - min(0.0, *self.phases.values(), 0.0))

    def _tell_tempo(self, second: float) -> None:
        """The tempo bus in the server, for modulation that follows it; in a ramp a tick at a time."""
        if self.transport is None or self.tempo is None:
            return
        cps = self.tempo.cps_at(self.tempo.cycle_at(second))
        if abs(cps - self._heard_cps) > 1e-4 * cps or self.transport is not self._told:
            self._heard_cps, self._told = cps, self.transport
            self.transport.tempo(cps)

    def _tick(self, since: float, horizon: float) -> None:
        """Where the music is, for the ears, sixteen times a cycle."""
        tempo = self.tempo
        if self.transport is None or tempo is None:
            return
        number = floor(tempo.cycle_at(since) * TICKS) + 1
        told: list[tuple[float, float, float]] = []
        while (second := tempo.second_at(number / TICKS)) <= horizon and len(told) < TICKS:
            told.append((second, number / TICKS, tempo.cps_at(number / TICKS)))
            number += 1
        if told:
            self.transport.ticks(told)

    def _load(self, commands: list[Loadable]) -> None:
        for command in commands:
            kind = type(command).__name__
            if kind == "BufferFree":
                self.loads.pop(("BufferLoad", command.number), None)  # type: ignore[union-attr]
            else:
                key = command.name if kind == "DefinitionLoad" else command.number  # type: ignore[union-attr]
                self.loads[kind, key] = command
        if self.transport is not None:
            self.transport.load(commands)

    def _send(self, taken: list[Any], now: float) -> None:
        tempo = self.tempo
        assert tempo is not None
        counts = self.counts
        transport = self.transport
        batch: list[Sent] = []
        ended: list[Note] = []
        oldest = now - LATEST
        phases, weights = self.phases, self.weights
        for command in taken:
            begin = command.begin
            second, seconds_per_cycle = tempo.beat(begin)
            if phases:
                second += phases.get(command.slot, 0.0)
            due = second
            sounds = type(command) is Note
            if sounds:
                due += command.nudge
                length = command.length
                weights[command.slot] += length if length < LONG else 1.0 if length == inf else LONG
                self._left.append((command.slot, begin, due - now))
            if due < now:
                if transport is None:
                    counts.lost += 1
                    continue
                self.lateness = max(self.lateness, now - due)
                if due < oldest and sounds:
                    counts.dropped += 1
                    if command.cut:
                        ended.append(command)
                    continue
                counts.late += 1
            batch.append(Sent(second, command, seconds_per_cycle))
        batch.sort(key=itemgetter(0))
        if ended and transport is not None:
            transport.release(ended)
        if transport is None:
            if batch:
                self._batches.append((False, batch))
        elif batch:
            counts.sent += len(batch)
            self._hand_over(batch)

    def _hand_over(self, batch: list[Sent]) -> None:
        assert self.transport is not None
        self._batches.append((True, batch))
        bundles = self.transport.send(batch)
        self._pending.append((batch[-1].time, bundles))
        self._pending_total += bundles
        self._adapt()

    def _ahead(self, asked: Ask) -> list[tuple[float, float]]:
        """How long before their moment the notes of a slot left, as far as that is remembered."""
        return [
            (begin, ahead)
            for slot, begin, ahead in self._left
            if slot == asked.slot and asked.begin <= begin < asked.end
        ]

    def _forget_played(self, now: float) -> None:
        pending = self._pending
        while pending and pending[0][0] < now:
            self._pending_total -= pending.popleft()[1]
        batches = self._batches
        while batches and batches[0][1][-1].time < now:
            was_sent, batch = batches.popleft()
            if not was_sent:
                self.counts.lost += len(batch)

    def _adapt(self) -> None:
        """scsynth loses the 2049th bundle without a word: come closer to the beat before that."""
        if self._pending_total > MOST_PENDING:
            self.reach = max(SHORTEST_LOOKAHEAD, self.reach * 0.8)
        elif self.reach < self._wanted and self._pending_total < MOST_PENDING // 2:
            self.reach = min(self._wanted, self.reach * 1.05)
