"""A second sound engine that waits beside the one that sounds: after a crash nothing has to boot.

Booting is what takes time after a crash, most of all on a machine that is busy: a process to load, memory to
lock, definitions to compile, a clock to find. So a second scsynth is booted on the same JACK server once the
first one plays. It holds the same definitions and sound files, has no synth in it, and its clock settles
meanwhile; at a crash it only gets the mixer's strips. It costs 0.2 % of a core and 50 MB at rest.

Only where several engines can share the sound: on a JACK server.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livecode.errors import LivecodeError
from livecode.sound.command import BufferFree, BufferLoad, DefinitionLoad
from livecode.stage.protocol import Loadable
from livecode.stage.settling import AGES, MADE_AGO, Settling, measure_into

if TYPE_CHECKING:
    from livecode.sound.engine.jack import Way
    from livecode.sound.engine.server import Engine

Loads = Mapping[tuple[str, str | int], Loadable]

AFTER = 2.0
"""Seconds that the first engine has to itself before the second one is booted."""
AFTER_A_CRASH = 1.0
AFTER_A_FAILURE = 5.0
MOST_FAILURES = 3
HEARTBEAT = 0.4
AWAITED = 1.5
"""Seconds for which a crash waits for one that is just booting."""
SILENT = 1.0
"""Seconds without a word after which it is no longer trusted."""
MOST_SOUND = 128 << 20
"""Bytes of sound files held twice; what is beyond is loaded after a crash."""


class Standby:
    """Keeps one engine waiting. `poll` often, `take` it when it is needed, `drop` it when it is of no use.

    `first` are the definitions that any engine needs before those of the set.
    """

    def __init__(self, options: Mapping[str, Any], first: Callable[[], list[DefinitionLoad]]) -> None:
        self._options = dict(options)
        self._wanted = bool(self._options.get("standby", True))
        self._first = first
        self.engine: Engine | None = None
        self.loaded: dict[tuple[str, str | int], Loadable] = {}
        self.settling = Settling(0.0)
        self._due = 0.0
        self._again = False
        self._booting = False
        self._thread: threading.Thread | None = None
        self._generation = 0
        self._failures = 0
        self._ages: list[float] = []
        self._asked = self._polled = self._excused = 0.0
        self._news: deque[tuple[int, Engine | None, dict[tuple[str, str | int], Loadable], float]] = deque()

    def poll(self, now: float, way: Way | None, loads: Loads, constant: float | None) -> None:
        """Boot it when it is time, keep it up to date, look whether it still answers."""
        while self._news:
            self._came(now, *self._news.popleft(), constant)
        if self.engine is None:
            if self._wanted and not self._booting and shared(way):
                if not self._due:
                    self._due = now + (AFTER_A_CRASH if self._again else AFTER)
                elif now >= self._due:
                    assert way is not None
                    self._booting = True
                    arguments = (self._generation, way, dict(loads))
                    self._thread = threading.Thread(
                        target=self._boot, args=arguments, name="standby", daemon=True
                    )
                    self._thread.start()
            return
        if self._ages and now > self.settling.born + self._ages[0]:
            self._ages.pop(0)
            measure_into(self.engine, self.settling)
        if now - self._asked > HEARTBEAT:
            self._asked = now
            try:
                self.engine.ask_status()
                self._keep_up(self.engine, loads)
            except LivecodeError:
                self._failed(now)
                return
        if now - self._polled > HEARTBEAT:
            # It was us who did not run.
            self._excused = now
        self._polled = now
        if not self.engine.alive() or now - max(self.engine.last_heard, self._excused) > SILENT:
            self._failed(now)

    def take(self) -> Engine | None:
        """The engine, if it is well; another one will be booted."""
        engine = self.engine
        well = engine is not None and engine.alive() and time.monotonic() - engine.last_heard < SILENT
        if not well:
            if self._thread is None:
                self.drop()
            return None
        self.engine, self._due, self._again = None, 0.0, True
        self._failures = 0
        return engine

    def awaited(self) -> Engine | None:
        """The engine that is just booting, if there is one and it comes soon. Waits: call it in a thread."""
        thread = self._thread
        if thread is None:
            return None
        thread.join(AWAITED)
        while self._news:
            self._came(time.monotonic(), *self._news.popleft(), None)
        engine = self.take()
        if engine is None:
            self.drop()
        return engine

    def drop(self) -> None:
        """End it: its clock is wrong, or what it stands on is gone. Another one will be booted."""
        self._generation += 1
        self._thread = None
        engine, self.engine, self._due, self._again = self.engine, None, 0.0, True
        if engine is not None:
            threading.Thread(target=engine.kill, name="kill", daemon=True).start()

    def end(self) -> None:
        """End it for good."""
        self._wanted = False
        self._generation += 1
        engine, self.engine = self.engine, None
        if engine is not None:
            engine.kill()

    def _failed(self, now: float) -> None:
        self._failures += 1
        self._wanted = self._wanted and self._failures < MOST_FAILURES
        self.drop()
        self._due = now + AFTER_A_FAILURE

    def _came(
        self,
        now: float,
        generation: int,
        engine: Engine | None,
        loaded: dict[tuple[str, str | int], Loadable],
        born: float,
        constant: float | None,
    ) -> None:
        self._booting = False
        self._thread = None
        if engine is None:
            self._failed(now)
        elif generation != self._generation or not self._wanted:
            threading.Thread(target=engine.kill, name="kill", daemon=True).start()
        else:
            self.engine, self.loaded = engine, loaded
            self.settling, self._ages = Settling(born, constant), list(AGES)
            self._asked = self._polled = self._excused = now

    def _boot(self, generation: int, way: Way, loads: dict[tuple[str, str | int], Loadable]) -> None:
        from livecode.sound.engine.booting import boot_beside
        from livecode.sound.engine.options import EngineOptions

        engine: Engine | None = None
        born = 0.0
        try:
            options = dict(self._options)
            if options.get("folder"):
                options["folder"] = Path(options["folder"])
            engine = boot_beside(EngineOptions(**options), way)
            born = time.monotonic() - MADE_AGO
            held = _held(loads)
            try:
                engine.load(*self._first(), *held.values())
                engine.sync()
            except BaseException:
                engine.kill()
                raise
        except Exception:
            # It is only a spare: what is wrong is said when the engine that sounds has to be booted again.
            self._news.append((generation, None, {}, born))
            return
        self._news.append((generation, engine, held, born))

    def _keep_up(self, engine: Engine, loads: Loads) -> None:
        held = _held(loads)
        new = [load for key, load in held.items() if self.loaded.get(key) is not load]
        old = [BufferFree(int(key[1])) for key in self.loaded if key not in held and key[0] == "BufferLoad"]
        if new or old:
            engine.load(*old, *new)
            self.loaded = held


def missing(loads: Loads, loaded: Loads) -> list[Loadable]:
    """What an engine that has `loaded` lacks of `loads`."""
    return [load for key, load in loads.items() if loaded.get(key) is not load]


def shared(way: Way | None) -> bool:
    """Whether a second engine can sound beside the first one."""
    return way is not None and bool(way.environment.get("JACK_DEFAULT_SERVER"))


def _held(loads: Loads) -> dict[tuple[str, str | int], Loadable]:
    """Everything, but only so much of sound files."""
    held: dict[tuple[str, str | int], Loadable] = {}
    sound = 0
    for key, load in loads.items():
        if isinstance(load, BufferLoad):
            size = load.size
            if not size and not load.channels:
                with contextlib.suppress(OSError):
                    size = os.path.getsize(load.path)
            sound += size
            if sound > MOST_SOUND:
                continue
        held[key] = load
    return held
