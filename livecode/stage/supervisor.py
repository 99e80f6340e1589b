"""The supervisor: boots the engine, listens to its heartbeat, and boots it again when it has stopped.

Everything that takes time happens in a thread, so that the sender keeps its beat meanwhile. What was loaded
into a server that died is loaded into the next one before a note goes there. Where sound can be shared, the
next one waits already (`livecode.stage.standby`).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livecode.errors import LivecodeError, one_line
from livecode.sound.command import BufferLoad, DefinitionLoad
from livecode.sound.encode import Encoder
from livecode.stage.protocol import Loadable
from livecode.stage.settling import AGES, JOLT, MADE_AGO, Settling, measure, measure_into, measure_then
from livecode.stage.standby import Standby, missing

if TYPE_CHECKING:
    from livecode.sound.engine.jack import Way
    from livecode.sound.engine.server import Engine
    from livecode.sound.mixer import Mixer

HEARTBEAT = 0.4
HUNG_AFTER = 1.5
MOST_CRASHES, IN_SECONDS = 3, 10.0
RETRY_EVERY = 0.15
"""Seconds between attempts to boot again when there is no sound to be had: JACK is gone, no device."""
TAKES_OVER_WITHIN = 0.6
"""Seconds after which an engine that waited and does not answer is given up, and another one booted."""


LOOKED_AT_AGAIN = 3
"""Times that the clock of the one that takes over is measured again when it is not where it should be."""
LOOKED_AT_AFTER = (0.25, 0.75, 1.5, 3.0)
"""Seconds after one took over at which its clock is looked at: JACK may let go of the dead one only then."""
LET_GO = 0.3
"""Seconds that are waited for the end of a dead engine, before the clock of another one is looked at."""


class Supervisor:
    """Keeps one engine sounding.

    `up` and `down` are called from `poll`, in the sender's own thread: with the engine when it is ready, with
    one line when it stopped (`final`: for good), `waiting` with one line when it cannot be booted again for
    now. `wake` is called from any thread when `poll` has something
    to do.
    """

    def __init__(
        self,
        options: dict[str, Any],
        wake: Callable[[], None],
        up: Callable[[Engine, bool], None],
        down: Callable[[str, bool], None],
        waiting: Callable[[str], None] = lambda why: None,
    ) -> None:
        self._options = options
        self._wake, self._up, self._down, self._waiting = wake, up, down, waiting
        self.encoder = Encoder()
        self.mixer: Mixer | None = None
        self.engine: Engine | None = None
        self.restarts = 0
        self.loaded: dict[tuple[str, str | int], Loadable] = {}
        self._news: deque[tuple[str, Any]] = deque()
        self._crashes: deque[float] = deque(maxlen=MOST_CRASHES)
        self._booted = 0.0
        self._asked = 0.0
        self._polled = self._excused = 0.0
        self._ended = False
        self._way: Way | None = None
        self._wanted: dict[tuple[str, str | int], Loadable] = {}
        self._retry_at = 0.0
        self._said = ""
        self.settling = self.settling_next = Settling(0.0)
        self._first: Settling | None = None
        self._ages: list[float] = []
        self._killing: threading.Thread | None = None
        self._looks: list[float] = []
        self._standby = Standby(options, lambda: self.mixer.definitions() if self.mixer is not None else [])

    def shift(self, second: float) -> float:
        """Seconds to add to time tags, because the present server's clock is still settling."""
        first = self._first
        return 0.0 if first is None or first is self.settling else self.settling.shift(second, first)

    def boot(self, loads: dict[tuple[str, str | int], Loadable]) -> None:
        """Boot behind the scenes, with everything loaded that notes will need."""
        self._wanted, self._retry_at = loads, 0.0
        # A way that is gone takes what stands on it along.
        waiting = self._standby.take() if self._way is not None else None
        threading.Thread(target=self._boot, args=(dict(loads), waiting), name="boot", daemon=True).start()

    def poll(self, now: float) -> None:
        """Pass on what happened, and look whether the engine still answers."""
        while self._news:
            what, detail = self._news.popleft()
            if what == "up":
                engine, loaded, looks = detail
                if self._ended:
                    engine.kill()
                    continue
                self.engine, self.loaded, self._said = engine, loaded, ""
                self.settling = self.settling_next
                self._first = self._first or self.settling
                age = time.monotonic() - self.settling.born
                self._ages = [each for each in AGES if each > age]
                self._booted = time.monotonic()
                self._looks = [self._booted + each for each in looks]
                self._up(engine, self.restarts > 0)
            elif what == "failed" and self.restarts:
                # It has sounded before, so it will again when what it needs is back.
                self._retry_at = now + RETRY_EVERY
                if detail != self._said:
                    self._said = detail
                    self._waiting(detail)
            elif what == "failed":
                self._down(detail, True)
            elif self.engine is not None and detail is self.engine:
                self.crashed(what)
        if self._retry_at and now >= self._retry_at and not self._ended:
            self.boot(self._wanted)
        engine = self.engine
        if engine is None:
            return
        if self._ages and now > self.settling.born + self._ages[0]:
            self._ages.pop(0)
            measure_into(engine, self.settling)
        if self._looks and now > self._looks[0]:
            self._looks.pop(0)
            threading.Thread(target=self._look_again, args=(engine,), name="clock", daemon=True).start()
        self._standby.poll(now, engine.way, self._wanted, self.settling.constant)
        if now - self._asked > HEARTBEAT:
            self._asked = now
            try:
                engine.ask_status()
            except LivecodeError as error:
                self.crashed(one_line(error))
                return
        if now - self._polled > HEARTBEAT:
            # It was us who did not run: what it said meanwhile is still to be read.
            self._excused = now
        self._polled = now
        if now - max(engine.last_heard, self._booted, self._excused) > HUNG_AFTER:
            self.crashed("the sound engine does not answer")

    def crashed(self, why: str, misled: bool = False) -> None:
        """The engine is of no use any more: end what is left of it; the caller boots again on `down`.

        `misled`: an engine that waits is of no use either, because the time is another.
        """
        engine, self.engine = self.engine, None
        if engine is None:
            return
        engine.on_exit = None
        if misled:
            self._standby.drop()
        self._way = engine.leave_way()
        self._looks = []
        self._killing = threading.Thread(target=engine.kill, name="kill", daemon=True)
        self._killing.start()
        now = time.monotonic()
        self._crashes.append(now)
        final = len(self._crashes) == MOST_CRASHES and now - self._crashes[0] < IN_SECONDS
        self.restarts += 1
        if final:
            why += f", {MOST_CRASHES} times in {IN_SECONDS:g} s: livecode doctor tells more"
            self._standby.end()
        self._down(why, final)

    def end(self) -> None:
        """End the engine for good."""
        self._ended = True
        self._standby.end()
        engine, self.engine = self.engine, None
        if engine is not None:
            engine.on_exit = None
            engine.quit()

    def _boot(self, loads: dict[tuple[str, str | int], Loadable], waiting: Engine | None = None) -> None:
        if waiting is None and self._way is not None:
            waiting = self._standby.awaited()
        if waiting is not None and self._takes_over(waiting, loads):
            return
        from livecode.sound.engine import EngineOptions, boot
        from livecode.sound.mixer import Mixer

        try:
            options = dict(self._options)
            if options.get("folder"):
                options["folder"] = Path(options["folder"])
            way, self._way = self._way, None
            engine = boot(EngineOptions(**options), way)
            settling = Settling(time.monotonic() - MADE_AGO, self.settling.constant)
            clock = measure_into(engine, settling) if self.restarts else None
            try:
                if self.mixer is None:
                    self.mixer = Mixer(self.encoder)
                for load in loads.values():
                    if isinstance(load, DefinitionLoad):
                        self.encoder.define(load)
                    elif isinstance(load, BufferLoad) and load.channels:
                        self.encoder.stream(load)
                self.mixer.start(engine, *loads.values())
                if clock is not None:
                    clock.join()
            except BaseException:
                engine.kill()
                raise
        except Exception as error:
            self._tell("failed", one_line(error))
            return
        self._has_come(engine, loads, settling)

    def _takes_over(self, engine: Engine, loads: dict[tuple[str, str | int], Loadable]) -> bool:
        """The one that waited gets what it lacks, and the desk."""
        assert self.mixer is not None
        if self._killing is not None:
            self._killing.join(LET_GO)
        seen: list[tuple[float, float]] = []
        clock = measure_then(engine, lambda *found: seen.append(found))
        try:
            lacks = missing(loads, self._standby.loaded)
            if lacks:
                engine.load(*lacks)
                engine.sync()
            self.mixer.build(engine)
            # It answers only if JACK still calls it.
            engine.sync(TAKES_OVER_WITHIN)
        except LivecodeError:
            engine.kill()
            return False
        engine.way, self._way = self._way, None
        settling = self._standby.settling
        if settling.constant is None:
            settling.constant = self.settling.constant
        # The death of the other one may have cost JACK a block, and that throws the clocks of all who stay.
        clock.join(TAKES_OVER_WITHIN)
        for _ in range(LOOKED_AT_AGAIN):
            # A look that was held up sees too little; one made while JACK lets go of the other sees anything.
            if seen and settling.found(*max(seen[-2:], key=itemgetter(1))) is settling:
                break
            measure_then(engine, lambda *found: seen.append(found)).join(TAKES_OVER_WITHIN)
        if seen:
            settling = settling.found(*max(seen[-LOOKED_AT_AGAIN:], key=itemgetter(1)))
        self._has_come(engine, loads, settling, LOOKED_AT_AFTER)
        return True

    def _look_again(self, engine: Engine) -> None:
        """Whether the clock of the one that took over was thrown only after it had been looked at."""
        settling = self.settling
        looks = [found for found in (measure(engine), measure(engine)) if found is not None]
        moved = [settling.found(*found) for found in looks]
        if len(looks) < 2 or any(each is settling for each in moved):
            return
        # Two that agree: one alone may have been held up.
        if abs(looks[0][1] - looks[1][1]) < JOLT and self.engine is engine and self.settling is settling:
            self.settling = max(moved, key=lambda each: each.start or 0.0)

    def _has_come(
        self,
        engine: Engine,
        loads: dict[tuple[str, str | int], Loadable],
        settling: Settling,
        looks: tuple[float, ...] = (),
    ) -> None:
        engine.on_exit = lambda code: self._tell(f"the sound engine has ended (code {code})", engine)
        self.settling_next = settling
        self._tell("up", (engine, loads, looks))
        if not engine.alive():
            self._tell("the sound engine has ended", engine)

    def _tell(self, what: str, detail: Any) -> None:
        self._news.append((what, detail))
        self._wake()
