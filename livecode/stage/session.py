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
from dataclasses import asdict
from math import ceil, floor, inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import livecode.config as settings
from livecode.errors import EngineError, LivecodeError, PatternError, TempoError
from livecode.language.moment import Moment
from livecode.language.pattern import Pattern
from livecode.language.reify import reify
from livecode.stage import journal as journals
from livecode.stage import metronome as metronomes
from livecode.stage.clock import MonotonicClock
from livecode.stage.conductor import Conductor, Playing
from livecode.stage.evaluation import EVALUATION, Evaluation, calling_text
from livecode.stage.faults import Notice, Notices, remember_source
from livecode.stage.history import History, Step
from livecode.stage.journal import Journal
from livecode.stage.link import DirectLink, SenderLink, hello
from livecode.stage.namespace import NAMES, Namespace
from livecode.stage.prepare import Prepared, Preparer, Resolver, shifted
from livecode.stage.protocol import (
    Extra,
    Failed,
    Gains,
    Hush,
    Load,
    Map,
    Ready,
    Record,
    Recorded,
    RecordEnd,
    Said,
    Start,
    State,
    Tempo,
)
from livecode.stage.recording import Recording
from livecode.stage.scene import Draft, Scene, Take
from livecode.stage.slot import Placed, Slot, slot_number
from livecode.stage.status import Lit, Running, SlotStatus, Status
from livecode.stage.tempo import TempoMap, check_bpm, check_cps, check_metre
from livecode.stage.timeline import Timeline

if TYPE_CHECKING:
    from livecode.stage.files import PatternFile

SLOTS = 16
CHECK_BUDGET = 2.0
"""Seconds that checking a new pattern may take; Ctrl-C is quicker."""
CHECKED_CYCLES = 2
MARGIN = 0.03
"""Seconds beyond the look-ahead before which nothing can be swapped any more."""
LEAD = 0.25
"""Seconds between the first pattern and cycle 0: time for the lines that follow it in a script."""
MOST_REVIVALS = 3

__all__ = ["NAMES", "Notice", "Session", "Status", "current", "use"]


class Session:
    """One performance: sixteen slots, a tempo, a history, and a line to the sound.

    `backend` is "live" or "offline"; `config` as `livecode.config.load()` gives it; `journal` a path, "default"
    for a new file in the state folder, or None. `played(slot, prepared, heard)` is called with every cycle
    that has been handed to the player. `transcript` is a file for what the sender sends, `clicks` adds the test
    tap's clicks to the notes.
    """

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
    ) -> None:
        self.config = config if config is not None else settings.Config()
        self.offline = backend == "offline"
        self.notices = Notices()
        self.slots = {number: Slot(self, number) for number in range(1, SLOTS + 1)}
        self._scene = Scene(bpm=check_bpm(self.config.tempo))
        self._history = History(self._scene)
        self._link: DirectLink | SenderLink | None = None
        self._state = State(False)
        self._ready: Ready | None = None
        self._failed = ""
        self._heard = threading.Event()
        self._started = False
        self._closed = False
        self._revivals = 0
        self._not_before = -inf
        self._quants: dict[int, float] = {}
        self._files: dict[Path, PatternFile] = {}
        self._recording: Recording | None = None
        self._transcript, self._clicks = transcript, clicks
        self._resolver = resolver or self._usual_resolver
        self._preparer = Preparer(self._resolver, self._ship)
        if self.offline:
            self._link = DirectLink(self._answered, self.config.latency)
            self._timeline = Timeline(self._link.clock, self._scene.cps)
            journal = None if journal == "default" else journal
        else:
            self._timeline = Timeline(MonotonicClock(), self._scene.cps)
        self._conductor = Conductor(
            self._preparer, self._timeline, self._send, self.notices, self.offline, played
        )
        self._lock = self._conductor.lock
        if journal == "default":
            journal = journals.usual_path(settings.folder("state"))
        self._journal = None if journal is None else Journal(journal, lambda text: self.notices.say(text, "fault"))
        self._names: dict[str, Any] | None = None
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
        take = Take(_pattern(pattern, "once(...)"), calling_text())
        prepared = self._checked(take, 0, 0)
        commands = [command for each in prepared.heard for command in each.commands]
        with self._evaluating("once(...)") as evaluation:
            evaluation.extras.append(commands)

    def metronome(self, on: bool = True) -> None:
        """Click on every beat, or stop clicking: `metronome(False)`."""
        self._wish(Draft(metronome=bool(on)))

    def count_in(self, bars: int = 1) -> None:
        """Click for so many bars; what is started after this in the same block comes in when they are over."""
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
        quant = _check_quant(cycles)
        self._quants = dict.fromkeys(range(1, SLOTS + 1), quant)

    def record(self, path: str | Path) -> Recording:
        """Write what is heard to a WAV file until its `stop()` (or `record.stop()`)."""
        from livecode.stage.recording import checked_path

        target = checked_path(path)
        with self._lock:
            if self.offline:
                raise EngineError("nothing sounds here that could be recorded: livecode render writes a file")
            if self._recording is not None and self._recording.running:
                raise EngineError(f"{self._recording.path} is being recorded: stop it first with record.stop()")
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
                    why = f"plays what it had before ({take.fault})" if playing else f"is silent ({take.fault})"
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

    def now(self) -> float:
        """The cycle that sounds at this moment; 0.0 before the start."""
        return self._timeline.now()

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
    def evaluation(self, source: str, name: str = "<prompt>", file: str | None = None) -> Iterator[Evaluation]:
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
        """Run a block of code as one evaluation; gives the value of its last expression, if it ends in one."""
        from livecode.stage.files import run

        names = self.namespace() if namespace is None else namespace
        with self.evaluation(source, name):
            value = run(source, name, names)
        return None if isinstance(value, Placed) else value

    def load(self, path: str | Path, watch: bool = False) -> PatternFile:
        """Execute a pattern file (by path, or by name from a set) as one evaluation; `watch` it for changes."""
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
        """Start the sender and the engine behind the scenes."""
        with self._lock:
            self._line()
        threading.Thread(target=self._warm, name="warm", daemon=True).start()

    def wait(self, timeout: float | None = None) -> None:
        """Until it sounds. Raises EngineError when it will not, or not within `timeout` seconds."""
        if self.offline:
            return
        with self._lock:
            self._line()
        if not self._heard.wait(timeout):
            raise EngineError(f"the sound engine has not started in {timeout:g} s: livecode doctor tells more")
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
            slots=tuple(slots),
        )

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

    # What slots ask for.

    def _place(self, slot: int, thing: Any) -> Placed:
        take = Take(_pattern(thing, f"d{slot}"), calling_text(), self._file())
        cycle = self._swap_cycle_of(slot)
        for number in range(CHECKED_CYCLES):
            prepared = self._checked(take, slot, floor(cycle) + number)
            if not take.follows:
                evaluation = self._evaluation()
                if evaluation is not None:
                    evaluation.prepared.append((slot, take.number, prepared))
                else:
                    self._conductor.remember(slot, take, prepared)
        with self._evaluating(take.source or f"d{slot} >> ...") as evaluation:
            evaluation.draft.takes[slot] = take
        return Placed(slot, cycle)

    def _place_nothing(self, slot: int) -> None:
        self._wish(Draft(takes={slot: None}))

    def _gain(self, slot: int, gain: float) -> None:
        self._wish(Draft(gains={slot: gain}))

    def _quant_of(self, slot: int, cycles: float) -> None:
        self._quants[slot] = _check_quant(cycles)

    def _take(self, slot: int) -> Take | None:
        evaluation = self._evaluation()
        if evaluation is not None and slot in evaluation.draft.takes:
            return evaluation.draft.takes[slot]
        return self._scene.takes.get(slot)

    def _heard_take(self, slot: int, cycle: Any) -> Take | None:
        """What a slot plays at a cycle, for those who listen to it."""
        evaluation = self._evaluation()
        if evaluation is not None and slot in evaluation.draft.takes:
            return evaluation.draft.takes[slot]
        with self._lock:
            return self._conductor.parts[slot].take_at(float(cycle) + 1e-9)

    def _slot_undo(self, slot: int) -> None:
        self._slot_step(slot, self._conductor.parts[slot].takes.back, "undo")

    def _slot_redo(self, slot: int) -> None:
        self._slot_step(slot, self._conductor.parts[slot].takes.forth, "redo")

    # How it is done.

    def _slot_step(self, slot: int, step: Callable[[], tuple[bool, Take | None]], word: str) -> None:
        with self._lock:
            found, take = step()
            if not found:
                self.notices.say(f"d{slot} has nothing to {word}", "info", slot)
                return
            scene = self._scene.after(Draft(takes={slot: take}))
            self._apply(scene, again=True)
            self._history.add(f"d{slot}.{word}()", scene, self.now())
            self._write(word, slot=slot)

    def _step(self, step: Callable[[], Scene | None], word: str) -> None:
        with self._lock:
            scene = step()
            if scene is None:
                self.notices.say(f"nothing to {word}")
                return
            self._apply(scene, again=True)
            self._write(word)

    def _evaluation(self) -> Evaluation | None:
        evaluation = EVALUATION.get()
        return evaluation if evaluation is not None and evaluation.session is self else None

    @contextmanager
    def _evaluating(self, text: str) -> Iterator[Evaluation]:
        """The evaluation that is going on, or one of its own for a call from a plain script."""
        evaluation = self._evaluation()
        if evaluation is not None:
            yield evaluation
            return
        single = Evaluation(self, calling_text() or text, "<script>", self._file())
        yield single
        self._commit(single)

    def _file(self) -> str | None:
        evaluation = self._evaluation()
        return evaluation.file if evaluation is not None else None

    def _wished(self) -> Scene:
        """The scene as it will be if the evaluation that is going on succeeds."""
        evaluation = self._evaluation()
        return self._scene if evaluation is None else self._scene.after(evaluation.draft)

    def _wish(self, draft: Draft) -> None:
        with self._evaluating("") as evaluation:
            into = evaluation.draft
            into.takes.update(draft.takes)
            into.gains.update(draft.gains)
            into.muted.update(draft.muted)
            into.soloed.update(draft.soloed)
            into.bpm = draft.bpm if draft.bpm is not None else into.bpm
            into.metre = draft.metre or into.metre
            into.metronome = draft.metronome if draft.metronome is not None else into.metronome
            check_cps(self._scene.after(into).cps)

    def _named(self, slots: tuple[Any, ...]) -> list[int]:
        return [slot_number(slot) for slot in slots] if slots else sorted(self._scene.takes)

    def _checked(self, take: Take, slot: int, cycle: int) -> Prepared:
        """A cycle of a take that nobody has heard yet. Raises what is wrong with it."""
        timeline = self._timeline
        moment = Moment(
            offline=self.offline,
            deadline=inf if self.offline else timeline.clock.now() + CHECK_BUDGET * 0.9,
            first=True,
            slot=slot,
            cycle=timeline.now(),
            cps=self._wished().cps,
            metre=(self._wished().metre.beats, self._wished().metre.unit),
            notice=lambda text: self.notices.say(text, "info", slot or None),
        )
        prepared = self._preparer.prepare(take, slot, cycle, moment, inf if self.offline else CHECK_BUDGET)
        if prepared.faults:
            raise prepared.faults[0]
        return prepared

    def _commit(self, evaluation: Evaluation) -> None:
        with self._lock:
            if self._closed:
                raise EngineError("this session is over: start livecode again")
            for slot, number, prepared in evaluation.prepared:
                take = evaluation.draft.takes.get(slot)
                if take is not None and take.number == number:
                    self._conductor.remember(slot, take, prepared)
            if evaluation.count_in:
                self._count_in(evaluation.count_in)
            if evaluation.draft:
                scene = self._scene.after(evaluation.draft)
                self._apply(scene)
                self._history.add(evaluation.source, scene, self.now())
            if evaluation.extras:
                self._line()
                self._start()
                begin = self._swap_cycle(0.0)
                self._send([Extra(shifted(commands, begin)) for commands in evaluation.extras])
            self._write(
                "evaluation", origin=evaluation.name, file=evaluation.file, source=evaluation.source, seed=None
            )

    def _apply(self, scene: Scene, at_once: bool = False, again: bool = False) -> None:
        """Make another scene the one that plays. `again`: by undo or redo; `at_once`: not at the quant."""
        old, self._scene = self._scene, scene
        timeline = self._timeline
        timeline.metre = (scene.metre.beats, scene.metre.unit)
        if scene.cps != old.cps:
            timeline.cps = scene.cps
            if self._link is not None:
                self._send([Tempo(scene.cps)])
        levels = [(slot, scene.level(slot)) for slot in range(SLOTS + 1) if scene.level(slot) != old.level(slot)]
        if levels and self._link is not None:
            self._send([Gains(levels)])
        changes: dict[int, Take | None] = {
            slot: scene.takes.get(slot)
            for slot in old.takes.keys() | scene.takes.keys()
            if old.takes.get(slot) is not scene.takes.get(slot)
        }
        cycles = {slot: self.now() if at_once else self._swap_cycle_of(slot) for slot in changes}
        if (scene.metronome, scene.metre if scene.metronome else None) != (
            old.metronome,
            old.metre if old.metronome else None,
        ):
            changes[0] = Take(metronomes.clicks(scene.metre), "metronome()") if scene.metronome else None
            cycles[0] = self.now() if at_once else self._swap_cycle(0.0)
        if not changes:
            return
        for slot, take in changes.items():
            takes = self._conductor.parts[slot].takes
            if again:
                if take is not None:
                    take.fault = None
                takes.show(take)
            else:
                takes.add(take)
        if any(changes.values()):
            self._line()
        self._conductor.swap(changes, cycles)
        if any(changes.values()):
            self._start()

    def _count_in(self, bars: int) -> None:
        """Bars of clicks before what comes: before the start they are counted from below zero."""
        self._line()
        clicks = Take(metronomes.clicks(self._scene.metre), "count_in")
        one = [command for each in self._checked(clicks, 0, 0).heard for command in each.commands]
        if self._started:
            begin = int(self._swap_cycle(1.0))
            self._not_before = float(begin + bars)
        else:
            begin = -bars
            self._timeline.first_cycle = float(-bars)
            self._not_before = 0.0
        self._send([Extra(shifted(one, float(begin + bar))) for bar in range(bars)])
        self._start()

    def _swap_cycle_of(self, slot: int) -> float:
        return self._swap_cycle(self._quants.get(slot, 1.0))

    def _swap_cycle(self, quant: float) -> float:
        """The first cycle on a grid of `quant` cycles that has not been sent yet."""
        timeline = self._timeline
        if not timeline.running:
            return max(0.0, self._not_before)
        if self.offline:
            earliest = timeline.now()
        else:
            earliest = timeline.cycle_at(timeline.clock.now() + self.config.latency + MARGIN)
        earliest = max(0.0, earliest, self._not_before)
        return earliest if quant == 0 else ceil(earliest / quant - 1e-9) * quant

    def _start(self) -> None:
        """Let time begin, if it has not."""
        if self._started:
            return
        self._started = True
        lead = 0.0 if self.offline else LEAD
        self._send([Start(self._timeline.first_cycle, self._scene.cps, lead)])
        if not self.offline:
            self._conductor.start()

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
            hello(plain, self.config.latency, self._transcript, self._clicks),
            self._answered,
            self._lost,
            settings.folder("state") / "sender.log",
        )
        levels = [(slot, self._scene.level(slot)) for slot in range(SLOTS + 1) if self._scene.level(slot) != 1.0]
        if levels:
            self._send([Gains(levels)])

    def _warm(self) -> None:
        """Find instruments and samples while the engine boots, so that the first line need not wait."""
        with suppress(Exception):
            self._preparer.resolver  # noqa: B018

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
            if not self.offline:
                self._conductor.wake()
        elif isinstance(message, Ready):
            self._ready = message
            self._failed = ""
            self._heard.set()
        elif isinstance(message, Said):
            self.notices.say(message.text, message.kind)
        elif isinstance(message, Recorded):
            if self._recording is not None:
                self._recording.closed(message.seconds, message.problem)
            if message.problem:
                self.notices.say(message.problem, "fault")
        elif isinstance(message, Failed):
            self._failed = message.text
            self.notices.say(message.text, "engine")
            self._heard.set()

    def _lost(self) -> None:
        """The sender is gone and nobody asked it to go: start another that goes on at the same beat."""
        with self._lock:
            if self._closed:
                return
            self._link = None
            self._ready = None
            self._state = State(False)
            if self._failed:
                return
            self._revivals += 1
            if self._revivals > MOST_REVIVALS:
                self._failed = "the sender process has ended again and again: livecode doctor tells more"
                self.notices.say(self._failed, "engine")
                self._heard.set()
                return
            self.notices.say("the sender process has ended: starting another", "engine")
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

    def _write(self, kind: str, **entry: Any) -> None:
        if self._journal is not None:
            self._journal.write(kind, round(self.now(), 6), **entry)


def _pattern(thing: Any, place: str) -> Pattern:
    if thing is None:
        cure = f"{place}.stop() silences it" if place.startswith("d") else "give a pattern"
        raise PatternError(f"None is no pattern: {cure}")
    if isinstance(thing, Placed):
        raise PatternError("the result of d1 >> pattern is no pattern: give the pattern itself a name first")
    if callable(thing) and not isinstance(thing, Pattern) and not hasattr(thing, "as_pattern"):
        name = getattr(thing, "__name__", repr(thing))
        raise PatternError(f"{name} is a function waiting for its pattern: call it with one")
    return reify(thing)


def _check_quant(cycles: object) -> float:
    with suppress(TypeError, ValueError):
        quant = float(cycles)  # type: ignore[arg-type]
        if 0 <= quant <= 1024 and (quant == 0 or quant >= 1 / 64):
            return quant
    raise TempoError(f"quant({cycles!r}) is no grid: give cycles from 1/64 to 1024, or 0 for at once")


_open: weakref.WeakSet[Session] = weakref.WeakSet()
_current: ContextVar[Session | None] = ContextVar("livecode_session", default=None)
_usual: list[Session] = []
_making = threading.Lock()


def current() -> Session:
    """The session that `from livecode import *` serves here: the one whose file is executed, or the usual one."""
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
