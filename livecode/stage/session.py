"""The session: everything a performer's line acts on, behind the names d1 .. d16, tempo, hush and the others.

    session = Session("offline")
    session.evaluate('d1 >> s("bd*4")')

One object, two ways to be: live, with a sender process and scsynth, or offline, with a virtual clock. Making
one starts nothing; the first `d1 >> ...` or `boot()` does.
"""

from __future__ import annotations

import atexit
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import livecode.config as settings
from livecode.errors import EngineError, LivecodeError, PatternError, TempoError
from livecode.stage.evaluation import EVALUATION, Evaluation, calling_text
from livecode.stage.faults import Notice, remember_source
from livecode.stage.history import Step
from livecode.stage.machinery import SLOTS, Machinery, as_played, check_quant
from livecode.stage.namespace import NAMES, Namespace
from livecode.stage.protocol import (
    Hush,
    Record,
    RecordEnd,
)
from livecode.stage.recording import Recording
from livecode.stage.scene import Draft, Take
from livecode.stage.slot import Placed, Slot
from livecode.stage.status import Lit, Running, SlotStatus, Status
from livecode.stage.tempo import check_bpm, check_cps, check_metre

if TYPE_CHECKING:
    from livecode.language.time import Event
    from livecode.sound.levels import Levels
    from livecode.stage.files import PatternFile

LONGEST_SEEN = 8.0
"""Cycles after its beginning for which a note is still looked for."""

__all__ = ["NAMES", "Notice", "Session", "Status", "current", "use"]


class Session(Machinery):
    """One performance: sixteen slots, a tempo, a history, and a line to the sound.

    `backend` is "live" or "offline"; `config` as `livecode.config.load()` gives it; `journal` a path,
    "default" for a new file in the state folder, or None. `played(slot, prepared, heard)` is called with each
    cycle that has been handed to the player. `transcript` is a file for what the sender sends, `clicks` adds
    the test tap's clicks to the notes; `orphaned_for` seconds the sender plays on when this process has died.
    """

    def __init__(
        self,
        backend: Literal["live", "offline"] = "live",
        *,
        config: settings.Config | None = None,
        journal: Path | Literal["default"] | None = "default",
        **more: Any,
    ) -> None:
        super().__init__(backend, config=config, journal=journal, **more)
        self.slots = {number: Slot(self, number) for number in range(1, SLOTS + 1)}
        self._names: dict[str, Any] | None = None
        self._levels: Levels | None = None
        _open.add(self)

    # What a performer types.

    def tempo(self, bpm: float | None = None) -> float:
        """Quarter notes a minute from now on; without a number, what it is.

        ```python
        tempo(126)
        ```
        """
        if bpm is None:
            return self._wished().bpm
        self._wish(Draft(bpm=check_bpm(bpm)))
        return float(bpm)

    def cps(self, cycles_a_second: float | None = None) -> float:
        """The tempo as cycles (bars) a second; without a number, what it is.

        ```python
        cps(0.5625)
        ```
        """
        scene = self._wished()
        if cycles_a_second is None:
            return scene.cps
        speed = check_cps(cycles_a_second)
        self._wish(Draft(bpm=scene.metre.bpm(speed)))
        return speed

    def meter(self, beats: int = 4, unit: int = 4) -> None:
        """How many beats of what length make a cycle; quarter notes keep their speed.

        ```python
        meter(7, 8)
        ```
        """
        self._wish(Draft(metre=check_metre(beats, unit)))

    def hush(self) -> None:
        """Silence at once: every slot stops, sounding notes too. `undo()` brings them back."""
        with self._lock:
            evaluation = self._evaluation()
            if evaluation is not None:
                evaluation.draft.takes.clear()
                evaluation.extras.clear()
            if self._link is not None:
                self._send([Hush()])
            takes: dict[int, Take | None] = dict.fromkeys(self._scene.takes)
            scene = self._scene.after(Draft(takes=takes, metronome=False))
            if takes or self._scene.metronome:
                self._apply(scene, at_once=True)
                self._history.add("hush()", scene, self.now())
            self._write("hush")

    def mute(self, *slots: Any) -> None:
        """Silence slots while their patterns go on unheard: `mute(d1, d3)`; none named: all that play."""
        self._wish(Draft(muted=dict.fromkeys(self._named(slots), True)))

    def unmute(self, *slots: Any) -> None:
        """Let muted slots be heard again; none named: all."""
        named = self._named(slots) if slots else range(1, SLOTS + 1)
        self._wish(Draft(muted=dict.fromkeys(named, False)))

    def solo(self, *slots: Any) -> None:
        """Hear these slots alone: `solo(d1)`."""
        if not slots:
            raise PatternError("solo() needs a slot: write solo(d1), or unsolo() to hear all")
        self._wish(Draft(soloed=dict.fromkeys(self._named(slots), True)))

    def unsolo(self, *slots: Any) -> None:
        """End the solo of slots; none named: of all."""
        named = self._named(slots) if slots else range(1, SLOTS + 1)
        self._wish(Draft(soloed=dict.fromkeys(named, False)))

    def once(self, pattern: Any) -> None:
        """Play one cycle of a pattern at once, beside whatever plays: `once(s("cr"))`."""
        take = Take(as_played(pattern, "once(...)"), calling_text())
        prepared = self._checked(take, 0, 0)
        commands = prepared.commands(0.0, 1.0)
        with self._evaluating("once(...)") as evaluation:
            evaluation.extras.append(commands)

    def metronome(self, on: bool = True) -> None:
        """Click on every beat, or stop clicking: `metronome(False)`."""
        self._wish(Draft(metronome=bool(on)))

    def count_in(self, bars: int = 1) -> None:
        """Click for so many bars; what is started in the same block comes in when they are over."""
        if not isinstance(bars, int) or isinstance(bars, bool) or not 1 <= bars <= 64:
            raise TempoError(f"count_in({bars!r}) cannot be counted: give 1 to 64 bars, as in count_in(2)")
        with self._evaluating(f"count_in({bars})") as evaluation:
            evaluation.count_in = bars

    def undo(self) -> None:
        """Back to before the last evaluation: slots, tempo and mixer together."""
        self._step(self._history.back, "undo")

    def redo(self) -> None:
        """Forward again after an undo."""
        self._step(self._history.forth, "redo")

    def quant(self, cycles: float) -> None:
        """When new patterns take over, for all slots: every so many cycles, 0 for at once."""
        quant = check_quant(cycles)
        self._quants = dict.fromkeys(range(1, SLOTS + 1), quant)

    def record(self, path: str | Path) -> Recording:
        """Write what is heard to a WAV file until its `stop()` (or `record.stop()`)."""
        from livecode.stage.recording import checked_path

        target = checked_path(path)
        with self._lock:
            if self.offline:
                raise EngineError("nothing sounds here that could be recorded: livecode render writes a file")
            if self._recording is not None and self._recording.running:
                raise EngineError(f"{self._recording.path} is being recorded: first type record.stop()")
            self._line()
            self._recording = Recording(target, lambda: self._send([RecordEnd()]))
            self._send([Record(str(target))])
            self._write("record", path=str(target))
            return self._recording

    def stop_recording(self) -> Path | None:
        """Close the recording; None when there is none."""
        recording = self._recording
        return None if recording is None or not recording.running else recording.stop()

    def running(self) -> list[Running]:
        """What plays, since when, from where, and whether it is heard."""
        with self._lock:
            found = []
            for number, take in sorted(self._scene.takes.items()):
                part = self._conductor.parts[number]
                playing = part.take_at(self.now())
                since = next((cycle for cycle, each in part.plan if each is take), 0.0)
                if take.fault is not None:
                    instead = "plays what it had before" if playing else "is silent"
                    why = f"{instead} ({take.fault})"
                elif number in self._scene.muted:
                    why = "is muted"
                elif not self._scene.level(number):
                    why = "is silent because others are in solo" if self._scene.soloed else "has gain 0"
                elif playing is not take:
                    why = f"comes in at cycle {since:g}"
                else:
                    why = "sounds"
                found.append(Running(number, take.source, max(since, 0.0), take.file, why))
            return found

    def next_cycle(self) -> int:
        """The next cycle at which something can begin."""
        return int(self._swap_cycle(1.0))

    def play(self, path: str | Path, watch: bool = True) -> PatternFile:
        """Play a pattern file, and again at the next cycle whenever it is saved."""
        return self.load(path, watch)

    # What the prompt, the commands and the bridges use.

    def namespace(self) -> Namespace:
        """A fresh dict of every public name, with those of `NAMES` bound to this session."""
        if self._names is None:
            from livecode.stage.namespace import bound

            self._names = bound(self)
        return Namespace(self._names)

    @contextmanager
    def evaluation(
        self, source: str, name: str = "<prompt>", file: str | None = None
    ) -> Iterator[Evaluation]:
        """All that is done inside is one evaluation: it happens together, or, when it raises, not at all."""
        if name.startswith("<"):
            remember_source(name, source)
        evaluation = Evaluation(self, source, name, file)
        token, using = EVALUATION.set(evaluation), _current.set(self)
        try:
            yield evaluation
        finally:
            _current.reset(using)
            EVALUATION.reset(token)
        self._commit(evaluation)

    def evaluate(self, source: str, name: str = "<prompt>", namespace: dict[str, Any] | None = None) -> Any:
        """Run a block of code as one evaluation; gives the value of its last expression, if any."""
        from livecode.stage.files import run

        names = self.namespace() if namespace is None else namespace
        with self.evaluation(source, name):
            value = run(source, name, names)
        return None if isinstance(value, Placed) else value

    def load(self, path: str | Path, watch: bool = False) -> PatternFile:
        """Execute a pattern file (a path, or a name in a set) as one evaluation; `watch` it for changes."""
        from livecode.stage.files import PatternFile, found

        place = found(path)
        known = self._files.get(place)
        if known is None:
            known = PatternFile(self, place)
        known.reload()
        self._files[place] = known
        if watch and not self.offline:
            known.watch()
        return known

    def boot(self) -> None:
        """Start the sender and the engine behind the scenes; once more if they had given up."""
        with self._lock:
            if self._failed and self._link is not None and not self._closed:
                given_up, self._link = self._link, None
                self._failed, self._revivals = "", 0
                self._heard.clear()
                given_up.close()
                self._again()
            self._line()
        threading.Thread(target=self._warm, name="warm", daemon=True).start()

    def wait(self, timeout: float | None = None) -> None:
        """Until it sounds. Raises EngineError when it will not, or not within `timeout` seconds."""
        if self.offline:
            return
        with self._lock:
            self._line()
        if not self._heard.wait(timeout):
            raise EngineError(f"no sound engine has started in {timeout:g} s: livecode doctor tells more")
        if self._failed:
            raise EngineError(self._failed)

    def listen(self, callback: Callable[[Notice], None]) -> None:
        """Call back, from any thread, with every notice to come."""
        self.notices.listen(callback)

    def unlisten(self, callback: Callable[[Notice], None]) -> None:
        """Stop calling back."""
        self.notices.unlisten(callback)

    def history(self) -> list[Step]:
        """Every evaluation that can be undone, the oldest first."""
        return self._history.steps()

    def status(self) -> Status:
        """How the performance is doing; cheap."""
        state, scene, ready = self._state, self._scene, self._ready
        cycle = self.now()
        if self._closed or self._failed:
            name = "ended"
        elif self._link is None or self.offline:
            name = "off"
        elif ready is None or not state.sounding:
            name = "booting"
        else:
            name = "looping" if state.looping else "sounding"
        slots = []
        for number, part in enumerate(self._conductor.parts[1:], 1):
            take = scene.takes.get(number)
            slots.append(
                SlotStatus(
                    number=number,
                    playing=take is not None,
                    source=take.source if take is not None else "",
                    gain=scene.gains.get(number, 1.0),
                    muted=number in scene.muted,
                    soloed=number in scene.soloed,
                    sounding=take is not None and scene.level(number) > 0 and part.density > 0,
                    events=part.density if take is not None else 0,
                    fault=take.fault if take is not None else None,
                )
            )
        beats = scene.metre.beats
        recording = self._recording
        return Status(
            state=name,
            engine=ready.engine if ready is not None else "",
            cycle=cycle,
            beat=int((cycle - floor(cycle)) * beats) + 1,
            beats=beats,
            bpm=scene.bpm,
            cps=scene.cps,
            load=state.load,
            peak_load=state.peak,
            sent=state.sent,
            late=state.late,
            dropped=state.dropped,
            lost=state.lost,
            looped=state.looped,
            pending=state.pending,
            restarts=state.restarts,
            jitter=state.jitter,
            master_peak=state.master_peak,
            recording=str(recording.path) if recording is not None and recording.running else "",
            xruns=state.xruns,
            slots=tuple(slots),
        )

    def levels(self) -> Levels:
        """Meters, waveform and spectrum of what sounds, read without a message; see `livecode.sound.levels`.

        Ask for it anew at each look: an engine that was booted again has another port.
        """
        from livecode.sound.levels import Levels

        port = self._ready.port if self._ready is not None else 0
        if self._levels is None or self._levels.port != port:
            self._levels = Levels(port, self._ready.sample_rate if self._ready is not None else 48000.0)
        return self._levels

    def sounding(self, now: float | None = None) -> list[Lit]:
        """What sounds at a monotonic second (now), and where it was typed."""
        timeline = self._timeline
        second = timeline.clock.now() if now is None else now
        cycle = timeline.cycle_at(second)
        found = []
        with self._lock:
            for part in self._conductor.parts:
                if part.slot and not self._scene.level(part.slot):
                    continue
                for begin, end, heard in part.lit:
                    if begin <= cycle < end and heard.event.locations:
                        found.append(
                            Lit(
                                part.slot,
                                timeline.second_at(begin),
                                timeline.second_at(end),
                                heard.event.locations,
                            )
                        )
        return found

    def heard(self, begin: float, end: float) -> list[tuple[int, float, float, Event]]:
        """The notes of audible slots that sound between two cycles: slot, begin and end in cycles, event.

        The future is known as far as the patterns have been asked; the past for some hundred notes.
        """
        found = []
        with self._lock:
            for part in self._conductor.parts[1:]:
                if not part.lit or not self._scene.level(part.slot):
                    continue
                for first, last, heard in reversed(part.lit):
                    if first < end and last > begin:
                        found.append((part.slot, first, last, heard.event))
                    elif first < begin - LONGEST_SEEN:
                        break
        return found

    def on_stage(self) -> list[tuple[int, Take, dict[str, bool]]]:
        """Every slot that plays: its number, its take, and whether it is muted, in solo and heard."""
        scene = self._scene
        return [
            (
                slot,
                take,
                {
                    "muted": slot in scene.muted,
                    "soloed": slot in scene.soloed,
                    "heard": scene.level(slot) > 0,
                },
            )
            for slot, take in sorted(scene.takes.items())
        ]

    def close(self, fade: float = 0.05) -> None:
        """Fade out, end the sender and scsynth, close the journal."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        for file in self._files.values():
            file.stop()
        if self._recording is not None and self._recording.running:
            with suppress(LivecodeError):
                self._recording.stop()
        self._conductor.stop()
        if self._link is not None:
            self._link.close(fade)
        if self._journal is not None:
            self._journal.close()
        _open.discard(self)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_open: weakref.WeakSet[Session] = weakref.WeakSet()
_current: ContextVar[Session | None] = ContextVar("livecode_session", default=None)
_usual: list[Session] = []
_making = threading.Lock()


def current() -> Session:
    """The session that `from livecode import *` serves: the one whose file is executed, or the usual one."""
    session = _current.get()
    if session is not None:
        return session
    with _making:
        if not _usual:
            _usual.append(Session("live", config=settings.load()))
        return _usual[0]


def use(session: Session) -> None:
    """Make a session the usual one."""
    with _making:
        _usual[:] = [session]


def _close_all() -> None:
    for session in list(_open):
        session.close()


atexit.register(_close_all)
