"""Logical time for loops: functions that play, wait, and call each other, as exact as any pattern.

A world runs the loops that were made in it, in order of their own times, as far as somebody asks; what has
been played is kept and never changes. Nothing here sleeps: the stage asks a cycle or two ahead, a render asks
from cycle 0 on, and both get the same notes.
"""

from __future__ import annotations

import random
import threading
from bisect import bisect_left, insort
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from typing import Any
from zlib import crc32

from livecode.errors import PatternError, QueryTooDense, called
from livecode.language.fuel import EVENTS_PER_CYCLE
from livecode.language.pattern import Pattern
from livecode.language.reify import reify
from livecode.language.time import Event, Fraction, Span, floor, stretched, to_time

MOST_AT_ONCE = 2000
"""Steps that a loop may take without waiting: more is one that never waits."""
FARTHEST = 1_000_000
KEPT = 1024
"""Cycles that a loop remembers having played, and cues having been told."""
SEARCHED = 64
"""Cycles in which an event to wait for is looked for."""


class Cue:
    """What a loop yields to tell others that it is here; see `cue`."""

    __slots__ = ("name", "value")

    def __init__(self, name: str, value: Any = None) -> None:
        self.name, self.value = name, value

    def __repr__(self) -> str:
        return f"cue({self.name!r}): yield it in a @loop"


class Sync:
    """What a loop yields to wait for a cue, or for the next event of a pattern; see `sync`."""

    __slots__ = ("source",)

    def __init__(self, source: Any) -> None:
        self.source = source

    def __repr__(self) -> str:
        return f"sync({called(self.source)}): yield it in a @loop"


class Again:
    """What a loop yields or returns to be called again with other values; see `again`."""

    __slots__ = ("values",)

    def __init__(self, values: dict[str, Any] | None) -> None:
        self.values = values


class Run:
    """One loop on its way: how far it is, what it has played, what it waits for."""

    def __init__(self, world: World, name: str, function: Callable[..., Any], values: dict[str, Any]) -> None:
        self.world, self.name, self.function = world, name, function
        self.time: Any = Fraction(0)
        self.fault: tuple[Any, BaseException] | None = None
        self.waiting: str | None = None
        self.origin = function.__code__.co_filename
        self._values = values
        self._turn = -1
        self._at_once = 0
        self._steps: Generator[Any, Any, Any] | None = None
        self._received: Any = None
        self._heard: tuple[Any, int] = (Fraction(-1), -1)
        self._chance = random.Random(crc32(name.encode())).getstate()
        self._played: dict[int, list[Event]] = {}
        self._forgotten = 0
        self._longest = 1

    def step(self) -> None:
        """Go on to the next yield, or start the next turn."""
        before = self.time
        theirs = random.getstate()
        random.setstate(self._chance)
        try:
            self._handle(self._next())
        finally:
            self._chance = random.getstate()
            random.setstate(theirs)
        self._at_once = self._at_once + 1 if self.time == before and self.waiting is None else 0
        if self._at_once > MOST_AT_ONCE:
            raise PatternError(f"loop {self.name} never waits: yield a time too, as in yield s('bd'), 1/4")

    def _next(self) -> Any:
        received, self._received = self._received, None
        if self._steps is None:
            self._turn += 1
            self.world.tell(self, self.name, None)
            made = self.function(**self._values)
            if not isinstance(made, Generator):
                return made
            self._steps, received = made, None
        try:
            return self._steps.send(received)
        except StopIteration as finished:
            self._steps = None
            return finished.value

    def _handle(self, yielded: Any) -> None:
        items = yielded if isinstance(yielded, tuple) else (yielded,)
        wait = Fraction(0)
        sounds: list[Any] = []
        for item in items:
            if item is None:
                continue
            if isinstance(item, (int, float, Fraction)) and not isinstance(item, bool):
                wait += to_time(item)
            elif isinstance(item, (Cue, Sync, Again)):
                self._play(sounds, wait)
                sounds, wait = [], Fraction(0)
                self._act(item)
            else:
                sounds.append(item)
        self._play(sounds, wait)

    def _play(self, sounds: list[Any], wait: Fraction) -> None:
        if wait < 0:
            raise PatternError(f"loop {self.name} cannot wait {wait} cycles: time does not go back")
        length = wait if wait > 0 else Fraction(1)
        turn = Fraction(self._turn)
        for sound in sounds:
            events = [
                each for each in reify(sound).query(turn, turn + 1) if each.has_onset() or not each.whole
            ]
            for event in stretched(events, length, self.time - turn * length):
                self._keep(event)
        self.time += wait

    def _keep(self, event: Event) -> None:
        span = event.whole_or_part
        cycle = floor(span.begin)
        held = self._played.setdefault(cycle, [])
        if len(held) >= EVENTS_PER_CYCLE:
            raise QueryTooDense(f"loop {self.name} plays more than {EVENTS_PER_CYCLE} events in a cycle")
        held.append(Event(span, span, event.value, event.locations))
        self._longest = max(self._longest, floor(span.end) - cycle + 1)

    def _act(self, item: Any) -> None:
        if isinstance(item, Cue):
            self.world.tell(self, item.name, item.value)
        elif isinstance(item, Again):
            self._steps = None
            if item.values is None:
                self.time = inf
            else:
                self._values = {**self._values, **item.values}
        elif isinstance(item.source, str):
            self.waiting = item.source
            self.world.look_back(self)
        else:
            self._wait_for_event(reify(item.source))

    def _wait_for_event(self, pattern: Pattern) -> None:
        cycle = floor(self.time)
        for _ in range(SEARCHED):
            for event in pattern.query(cycle, cycle + 1):
                if event.has_onset() and self.awaits((event.part.begin, 0)):
                    self.resume((event.part.begin, 0), event.value)
                    return
            cycle += 1
        self.time = inf

    def awaits(self, moment: tuple[Any, int]) -> bool:
        """Whether something that happens at a moment is still to come for this loop."""
        return bool(moment[0] >= self.time and moment > self._heard)

    def resume(self, moment: tuple[Any, int], value: Any) -> None:
        """Go on from a moment, with what was told there."""
        self.time, self._heard, self._received, self.waiting = moment[0], moment, value, None

    def forget(self, before: int) -> None:
        """Let go of what was played long ago."""
        if before > self._forgotten:
            for cycle in [each for each in self._played if each < before]:
                del self._played[cycle]
            self._forgotten = before

    def played(self, begin: Fraction, end: Fraction) -> list[Event]:
        """What has been played in a span. Raises PatternError for one long forgotten."""
        if floor(begin) < self._forgotten:
            raise PatternError(
                f"loop {self.name} remembers {KEPT} cycles: what it played in cycle {floor(begin)} is gone"
            )
        found = []
        for cycle in range(floor(begin) - self._longest, floor(end) + 1):
            for event in self._played.get(cycle, ()):
                whole = event.part
                first, last = max(begin, whole.begin), min(end, whole.end)
                if first < last or (first == last == begin == end and last < whole.end):
                    part = whole if first == whole.begin and last == whole.end else Span(first, last)
                    found.append(Event(whole, part, event.value, event.locations))
        return found


class World:
    """Loops that hear each other's cues. The latest loop of a name is the one that is heard."""

    def __init__(self) -> None:
        self.loops: dict[str, Run] = {}
        self._cues: dict[str, list[tuple[Any, int, Any]]] = {}
        self._count = 0
        self._kept_from = 0
        self._asked: list[Run] = []
        self._guard = threading.RLock()

    def add(self, run: Run) -> None:
        """A loop that is heard from now on, in place of an older one of its name."""
        with self._guard:
            self.loops[run.name] = run

    @contextmanager
    def tentative(self, file: str | None = None) -> Iterator[None]:
        """Loops made inside stay only if all goes well; those made earlier by the same `file` go."""
        before = dict(self.loops)
        if file is not None:
            self.loops = {name: run for name, run in before.items() if run.origin != file}
        try:
            yield
        except BaseException:
            self.loops = before
            raise

    def run(self, until: Fraction, asked: Run) -> None:
        """Let every loop go on until its time has come to a cycle."""
        if until > FARTHEST:
            raise PatternError(f"loops run from cycle 0 on: cycle {until} is too far away")
        with self._guard:
            self._asked = [*self.loops.values()]
            if asked not in self._asked:
                self._asked.append(asked)
            while True:
                run = min(self._asked, key=_when)
                if _when(run) >= until:
                    break
                self._step(run)
            self._forget(floor(until) - KEPT)

    def _forget(self, before: int) -> None:
        """Once in a while, what nobody will ask for any more."""
        if before < self._kept_from + KEPT // 8:
            return
        self._kept_from = before
        for run in self._asked:
            run.forget(before)
        for told in self._cues.values():
            del told[: bisect_left(told, (Fraction(before), -1), key=_moment)]

    def _step(self, run: Run) -> None:
        try:
            run.step()
        except BaseException as error:
            run.fault = run.time, error
            run.time = inf
            if not isinstance(error, Exception):
                raise

    def tell(self, run: Run, name: str, value: Any) -> None:
        """Note a cue where the loop is, and wake those that wait for it."""
        if self.loops.get(run.name) is not run:
            return
        self._count += 1
        moment = (run.time, self._count)
        insort(self._cues.setdefault(name, []), (*moment, value), key=_moment)
        for each in self._asked:
            if each.waiting == name and each.awaits(moment):
                each.resume(moment, value)

    def look_back(self, run: Run) -> None:
        """Whether the cue that a loop waits for has been told already, by loops that are farther on."""
        told = self._cues.get(run.waiting or "", [])
        for place in range(bisect_left(told, (run.time, -1), key=_moment), len(told)):
            moment = told[place][:2]
            if run.awaits(moment):
                run.resume(moment, told[place][2])
                return


def _when(run: Run) -> Any:
    return inf if run.waiting is not None else run.time


def _moment(told: tuple[Any, int, Any]) -> tuple[Any, int]:
    return told[:2]


WORLD: ContextVar[World | None] = ContextVar("livecode_world", default=None)
"""The world of the session whose code is being evaluated."""

_outside = World()


def here() -> World:
    """The world in which a loop that is made now will live."""
    return WORLD.get() or _outside
