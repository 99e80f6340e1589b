"""The line to what sounds: a sender that is started when first needed, told everything, heard and replaced.

`Machinery` is this with what an evaluation changes; here nothing is decided about the music.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import replace

import livecode.config as settings
from livecode.errors import EngineError, one_line
from livecode.language.world import World
from livecode.stage import desk
from livecode.stage import journal as journals
from livecode.stage.clock import MonotonicClock
from livecode.stage.conductor import Conductor, Playing
from livecode.stage.door import FOLDER
from livecode.stage.evaluation import FORCED
from livecode.stage.faults import Notices
from livecode.stage.history import History
from livecode.stage.journal import Journal
from livecode.stage.link import DirectLink, NoLink, SenderLink
from livecode.stage.prepare import Preparer, Resolver, shifted
from livecode.stage.protocol import (
    VERSION,
    Ask,
    Excess,
    Extra,
    Failed,
    Gains,
    Groove,
    Hello,
    Load,
    Map,
    Phase,
    Ready,
    Recorded,
    Repeated,
    Said,
    Stands,
    Start,
    State,
    Told,
)
from livecode.stage.ratings import Ratings
from livecode.stage.recording import Recording
from livecode.stage.scene import Scene, Take
from livecode.stage.tempo import Stretch, TempoMap, check_bpm
from livecode.stage.timeline import Timeline

if TYPE_CHECKING:
    from livecode.stage.files import PatternFile

SLOTS = 16
LOOK_AT_SOUNDS = 0.2
"""Seconds between two looks at the sc/ folders."""
LOOKS_SELDOMER = 4.0
"""So many times what a look took is waited besides: each file takes a turn that others do not get."""
MARGIN = 0.03
"""Seconds beyond the look-ahead before which nothing can be swapped any more."""
LEAD = 0.25
"""Seconds between the first pattern and cycle 0: time for the lines that follow it in a script."""
MOST_REVIVALS, WITHIN_SECONDS = 3, 10.0
"""Senders that may end one after the other, each within so many seconds of the one before."""


class Line:
    """State of a performance, and the line to its sender. `lock` guards it, the conductor's with it."""

    def __init__(
        self,
        backend: Literal["live", "offline"] = "live",
        *,
        config: settings.Config | None = None,
        journal: Path | Literal["default"] | None = "default",
        resolver: Callable[[], Resolver] | None = None,
        played: Playing | None = None,
        transcript: Path | None = None,
        clicks: bool = False,
        orphaned_for: float = 30.0,
    ) -> None:
        self.config = config if config is not None else settings.Config()
        self.offline = backend == "offline"
        self.notices = Notices()
        self.ratings = Ratings(
            self.now, lambda rating: self._write("rating", value=rating.value), self.notices.say
        )
        self._world = World()
        self._told: dict[int, list[tuple[float, float]]] = {}
        self._telling = threading.Event()
        self._asked = 0
        self._scene = Scene(bpm=check_bpm(self.config.tempo))
        self._history = History(self._scene)
        self._link: DirectLink | SenderLink | NoLink | None = None
        self._state = State(False)
        self._ready: Ready | None = None
        self._failed = ""
        self._heard = threading.Event()
        self._started = False
        self._closed = False
        self._revivals = 0
        self._revived = 0.0
        self._not_before = -inf
        self._given_map: list[Stretch] = []
        self._left: deque[Take] = deque()
        self._restored: dict[str, Any] = {}
        self._stands: Stands | None = None
        self.watched: set[Path] = set()
        self._stop_energy: Callable[[], None] | None = None
        self._files: dict[Path, PatternFile] = {}
        self._recording: Recording | None = None
        self._transcript, self._clicks = transcript, clicks
        self._orphaned_for = orphaned_for
        self._resolver = resolver or self._usual_resolver
        self._preparer = Preparer(self._resolver, self._ship)
        if self.offline:
            self._link = DirectLink(self._answered, self.config.latency)
            self._timeline = Timeline(self._link.clock, self._scene.cps)
            journal = None if journal == "default" else journal
        else:
            self._timeline = Timeline(MonotonicClock(), self._scene.cps)
        self._journal: Journal | None = None
        self._conductor = Conductor(
            self._preparer, self._timeline, self._send, self.notices, self.offline, played, self._write
        )
        self._lock = self._conductor.lock
        if journal == "default":
            journal = journals.usual_path(settings.folder("state"))
        settled = self.config.plain()
        self._journal = None if journal is None else Journal(journal, self._complained, settled)

    def now(self) -> float:
        """The cycle that sounds at this moment; 0.0 before the start."""
        return self._timeline.now()

    def _sent_ahead(self, slot: int, begin: float, end: float, patience: float = 0.5) -> dict[float, float]:
        """How long before their moment the notes of a slot left the sender; empty when it does not say."""
        if self._link is None or not self._started:
            return {}
        with self._lock:
            self._told.clear()
            self._telling.clear()
            number = self._asked = self._asked + 1
            self._send([Ask(number, slot, begin, end)])
        self._telling.wait(patience)
        return dict(self._told.get(number, []))

    def _earliest(self) -> float:
        """The first cycle that has not been sent yet."""
        timeline = self._timeline
        if not timeline.running:
            return max(0.0, self._not_before)
        now = timeline.clock.now()
        if isinstance(self._link, DirectLink):
            earliest = timeline.cycle_at(max(now, self._link.player.sent_until))
        else:
            ahead = max(self.config.latency, self._state.lookahead)
            earliest = timeline.cycle_at(now + ahead + MARGIN)
        return max(0.0, earliest, self._not_before)

    def _start(self) -> None:
        """Let time begin, if it has not."""
        if self._started:
            return
        self._started = True
        lead = 0.0 if self.offline else LEAD
        stretches = self._given_map
        if stretches:
            # The tempo of a performance that is played again: the same map, moved to now.
            by = self._timeline.clock.now() + lead - stretches[0].second
            stretches = [replace(each, second=each.second + by) for each in stretches]
        self._conductor.leads_tempo = not stretches
        self._send([Start(self._timeline.first_cycle, self._scene.cps, lead, stretches)])
        if not self.offline:
            self._conductor.start()
            threading.Thread(target=self._watch_sounds, name="sounds", daemon=True).start()

    def _watch_sounds(self) -> None:
        """Lets what is saved in an sc/ folder be heard at the next event, not after what is prepared."""
        took, said = 0.0, ""
        while not self._closed:
            time.sleep(LOOK_AT_SOUNDS + LOOKS_SELDOMER * took)
            began = time.monotonic()
            try:
                changed = self._preparer.refresh()
            except Exception as error:
                if said != (said := one_line(error)):
                    self.notices.say(f"{said}: what was read there plays on", "fault")
                continue
            took = time.monotonic() - began
            if changed:
                with self._lock:
                    self._conductor.renew(self._earliest())

    def _ship(self, commands: list[Any]) -> None:
        with self._lock:
            self._line()
            self._send([Load(commands)])

    def _send(self, messages: list[Any]) -> None:
        if self._link is not None:
            self._link.send(messages)

    def _line(self) -> None:
        """The line to the player, made when first needed."""
        if self._link is not None:
            return
        if self._closed:
            raise EngineError("this session is over: start livecode again")
        from livecode.sound.engine.options import EngineOptions

        options = EngineOptions.from_config(self.config, folder=settings.folder("cache"))
        plain = asdict(options)
        plain["folder"] = str(options.folder) if options.folder is not None else None
        self._link = SenderLink(
            Hello(
                VERSION,
                plain,
                self.config.latency,
                "" if self._transcript is None else str(self._transcript),
                self._clicks,
                self._orphaned_for,
                door=str(settings.folder("state") / FOLDER),
                journal=str(self._journal.path) if self._journal is not None else "",
            ),
            self._answered,
            self._lost,
            settings.folder("state") / "sender.log",
        )
        scene = self._scene
        levels = [(slot, scene.level(slot)) for slot in range(SLOTS + 1) if scene.level(slot) != 1.0]
        if levels:
            self._send([Gains(levels)])
        if scene.phases:
            self._send([Phase(list(scene.phases.items()))])
        if scene.groove[0]:
            self._send([Groove(*scene.groove)])

    def _standing_desk(self, cycle: float) -> list[Any]:
        """Everything that a new desk has to be told, from a cycle on."""
        moved = desk.changes(Scene(), self._scene)
        return [Extra(shifted(list(moved), cycle))] if moved else []

    def _warm(self) -> None:
        """Find instruments and samples and wake composers while the engine boots, so that no line waits."""
        with suppress(Exception):
            self._preparer.resolver  # noqa: B018
            from livecode.generators.pool import composers

            composers().wake()
            # What goes on behind the music tells how far it is: a tuned net, a dream, a lost worker.
            composers().listen(self.notices.say)

    def _usual_resolver(self) -> Resolver:
        from livecode.sound.resolve import Resolver as Usual

        made: Resolver = Usual(self.config, self.notices.say)
        return made

    def _answered(self, message: Any) -> None:
        """Something came from the player; called from the reading thread."""
        if isinstance(message, State):
            self._state = message
        elif isinstance(message, Map):
            self._timeline.map = TempoMap.of(message.stretches)
            self._write("map", stretches=message.stretches)
            if not self.offline:
                self._conductor.wake()
        elif isinstance(message, Ready):
            self._ready = message
            self._failed = ""
            self._heard.set()
        elif isinstance(message, Repeated):
            self._write("repeated", slot=message.slot, begin=message.begin, end=message.end, by=message.by)
        elif isinstance(message, Stands):
            self._stands = message
        elif isinstance(message, Told):
            self._told[message.number] = message.notes
            self._telling.set()
        elif isinstance(message, Said):
            self.notices.say(message.text, message.kind)
        elif isinstance(message, Recorded):
            if self._recording is not None:
                self._recording.closed(message.seconds, message.problem)
            if message.problem:
                self.notices.say(message.problem, "fault")
        elif isinstance(message, Excess):
            self._conductor.withdraw(message.slot, self._earliest(), message.text)
        elif isinstance(message, Failed):
            self._failed = message.text
            self.notices.say(message.text, "engine")
            self._heard.set()

    def _lost(self) -> None:
        """The sender is gone and nobody asked it to go: start another that goes on at the same beat."""
        with self._lock:
            if self._closed or self._failed:
                return
            now = time.monotonic()
            self._revivals = self._revivals + 1 if now - self._revived < WITHIN_SECONDS else 1
            self._revived = now
            if self._revivals > MOST_REVIVALS:
                self._failed = "the sender process has ended again and again: livecode doctor tells more"
                self.notices.say(self._failed, "engine")
                self._heard.set()
                return
            self.notices.say("the sender process has ended: starting another", "engine")
            if self._recording is not None:
                self._recording.lost(self.notices.say)
            self._link = None
            self._again()

    def _again(self) -> None:
        """Another sender, told everything that the one before knew."""
        self._ready = None
        self._state = State(False)
        try:
            self._line()
        except EngineError as error:
            self._failed = str(error)
            self.notices.say(self._failed, "engine")
            return
        loads = self._preparer.loads()
        if loads:
            self._send([Load(loads)])
        if self._started:
            stretches = self._timeline.map.stretches if self._timeline.map is not None else []
            self._send([Start(self._timeline.first_cycle, self._scene.cps, LEAD, stretches)])
            self._conductor.resend()
            self._send(self._standing_desk(self.now()))
        self._sender_replaced()

    def _sender_replaced(self) -> None:
        """Another sender has been told what plays; it has still to be told the rest."""

    def _complained(self, text: str) -> None:
        self.notices.say(text, "fault")

    def _write(self, kind: str, **entry: Any) -> None:
        if self._journal is not None and FORCED.get() is None:
            self._journal.write(kind, round(self.now(), 6), **entry)
