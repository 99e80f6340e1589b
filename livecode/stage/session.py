"""The session: everything a performer's line acts on, behind the names d1 .. d16, tempo, hush and the others.

    session = Session("offline")
    session.evaluate('d1 >> s("bd*4")')

One object, two ways to be: live, with a sender process and scsynth, or offline, with a virtual clock. Making
one starts nothing; the first `d1 >> ...` or `boot()` does.
"""

from __future__ import annotations

import atexit
import sys
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import livecode.config as settings
from livecode.errors import EngineError, LivecodeError, PatternError, TempoError
from livecode.language.pattern import Pattern
from livecode.language.reify import reify
from livecode.language.world import WORLD
from livecode.sound.layout import ORBITS
from livecode.stage.chance import fresh, sow
from livecode.stage.door import Stage, knock
from livecode.stage.evaluation import EVALUATION, FORCED, Evaluation, calling_text
from livecode.stage.faults import Notice, remember_source
from livecode.stage.line import SLOTS
from livecode.stage.link import NoLink, SenderLink
from livecode.stage.looking import Looking
from livecode.stage.machinery import as_played
from livecode.stage.namespace import NAMES, Namespace
from livecode.stage.protocol import (
    VERSION,
    Gains,
    Hush,
    Load,
    Phase,
    Record,
    RecordEnd,
    Resume,
)
from livecode.stage.recording import Recording
from livecode.stage.scene import Draft, Standing, Take
from livecode.stage.scenes import Scenes
from livecode.stage.slot import Placed, Slot, checked_knob
from livecode.stage.sources import Ndef, Sources
from livecode.stage.status import Status

if TYPE_CHECKING:
    from livecode.generators.jamming.heard import Hearing
    from livecode.stage.browsing import Shelf
    from livecode.stage.ears import Ears
    from livecode.stage.files import PatternFile
    from livecode.stage.replay import Script

RESUMED_WITHIN = 3.0
HUSHED_IN = 0.02
"""Seconds in which a source is silenced by `hush()`."""
KEPT_TEXTS = 64
"""Evaluated texts in which what sounds is looked for."""

__all__ = ["NAMES", "Notice", "Session", "Status", "current", "use"]


class Session(Looking):
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
        self.scenes = Scenes(self)
        self.texts: deque[str] = deque(maxlen=KEPT_TEXTS)
        self._names: dict[str, Any] | None = None
        self._sources = Sources(self)
        self._ears: Ears | None = None
        _open.add(self)

    # What a performer types.

    def hush(self) -> None:
        """Silence at once: every slot stops, sounding notes too. `undo()` brings them back."""
        with self._lock:
            evaluation = self._evaluation()
            if evaluation is not None:
                evaluation.draft.takes.clear()
                evaluation.extras.clear()
            if self._done_elsewhere():
                return
            # Not even what was prepared and waits to leave: it would be played after the silence.
            self._conductor.withhold()
            if self._link is not None:
                self._send([Hush()])
            takes: dict[int, Take | None] = dict.fromkeys(self._scene.takes)
            sources: dict[str, Standing | None] = dict.fromkeys(self._scene.sources)
            fades = dict.fromkeys(sources, HUSHED_IN)
            draft = Draft(takes=takes, metronome=False, sources=sources, fades=fades)
            applied: dict[str, Any] = {"swaps": {}}
            if takes or sources or self._scene.metronome:
                scene = self._scene.after(draft)
                applied = self._apply(scene, at_once=True, draft=draft)
                self._history.add("hush()", scene, self._when())
            self._write("hush", **applied)

    def energy(self, level: Any) -> None:
        """How much is to go on, 0 to 1, from the next bar on: a number, or a pattern as the course of a set.

        ```python
        energy(0.8)
        energy("<0.2 0.5 0.9 0.4>/8")
        ```

        What says `.at_energy(0.5)` plays from that much on; `energy_level()` is the same as a signal. A game
        or a sensor moves it too, as the live control of that name.
        """
        course = level if isinstance(level, Pattern) else reify(level)
        if isinstance(level, int | float) and not 0 <= level <= 1:
            raise PatternError(f"energy({level}): give a number from 0 to 1")
        self._wish(Draft(energy=course))

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

    def revert(self, number: int) -> None:
        """Play again what played after step `number` of `history()`, on whatever branch; 0 is the beginning.

        What comes next branches off from there, and nothing that was undone is lost.
        """
        if self._history.step(number) is None and not self._done_elsewhere():
            raise PatternError(f"revert({number!r}): no step of that number, history() lists them")
        self._step(lambda: self._history.go(number), "revert", number=number)

    def record(self, path: str | Path, stems: bool = False) -> Recording:
        """Write what is heard to a .wav, .flac, .mp3 or .ogg until its `stop()` (or `record.stop()`).

        With `stems` each orbit in use has a file of its own beside it (`take-orbit-0.wav`), with its effects,
        before the master, from the same sample on.
        """
        from livecode.stage.recording import checked_path

        target = checked_path(path)
        with self._lock:
            if FORCED.get() is not None:
                # Done again: it was recorded then, and a sender that is taken over records on.
                self._recording = Recording(target, lambda: self._send([RecordEnd()]))
                return self._recording
            if self.offline:
                raise EngineError("nothing sounds here that could be recorded: livecode render writes a file")
            if self._recording is not None and self._recording.running:
                raise EngineError(f"{self._recording.path} is being recorded: first type record.stop()")
            self._line()
            self._recording = Recording(target, lambda: self._send([RecordEnd()]))
            self._send([Record(str(target), stems)])
            self._write("record", path=str(target))
            return self._recording

    def stop_recording(self) -> Path | None:
        """Close the recording; None when there is none."""
        recording = self._recording
        if recording is None or not recording.running:
            return None
        if FORCED.get() is not None:
            recording.closed(0.0, "")
        return recording.stop()

    def samples(self, text: str = "") -> Shelf:
        """Find sounds by a part of their name or description: instruments, samples, SoundFont presets.

        ```python
        samples("kick").play()
        ```

        What is found is shown with its number; `.play()` lets you hear it, `.play(2)` the one of that number.
        """
        from livecode.stage.browsing import search

        return search(self._preparer.resolver, text, self.once)  # type: ignore[arg-type]

    def ndef(
        self, name: str, what: Any = None, *, fade: float | None = None, orbit: int = 0, **controls: float
    ) -> Ndef:
        """A sound that goes on by itself until it is replaced, with a crossfade, or stopped.

        ```python
        ndef("fog", lambda cutoff=800: LPF.ar(PinkNoise.ar(), cutoff) * 0.2, fade=4)
        ndef("fog", cutoff=300)
        d5 >> source("fog").cutoff("<300 900>")
        ndef("fog").stop()
        ```

        `what` is a function of controls that returns a signal, or the name of an instrument. Saying the same
        again changes nothing, so a pattern file may hold it.
        """
        if not isinstance(name, str) or not name.isidentifier():
            raise PatternError(f"{name!r} is no name for a source: write ndef('fog', lambda: ...)")
        return self._sources.place(name, what, fade, orbit, controls)

    def master(self, gain: float) -> None:
        """The loudness of everything, before the limiter: 1 is as it comes, 0 silence, 2 the most."""
        self._desk(checked_knob("master", gain, 0, 2))

    def orbit_gain(self, orbit: int, gain: float) -> None:
        """The loudness of an orbit with its effects: 1 is as it comes, 0 silence, 4 the most."""
        number = int(checked_knob("orbit", orbit, 0, ORBITS - 1)[1])
        self._desk(checked_knob("orbit_gain", gain, 0, 4), orbit=number)

    def _desk(self, knob: tuple[str, float], slot: int = 0, orbit: int = 0) -> None:
        self._wish(Draft(knobs={(orbit, slot, knob[0]): knob[1]}))

    def play(self, path: str | Path, watch: bool = True) -> PatternFile:
        """Play a pattern file, and again at the next cycle whenever it is saved."""
        return self.load(path, watch)

    # What the prompt, the commands and the bridges use.

    def namespace(self) -> Namespace:
        """A fresh dict of every public name, with those of `NAMES` bound to this session."""
        if self._names is None:
            from livecode.stage.namespace import bound

            self._names = bound(self)
        return Namespace({**self._names, **self._restored})

    @contextmanager
    def evaluation(
        self, source: str, name: str = "<prompt>", file: str | None = None
    ) -> Iterator[Evaluation]:
        """All that is done inside is one evaluation: it happens together, or, when it raises, not at all."""
        if name.startswith("<"):
            remember_source(name, source)
        self.texts.append(source)
        forced = FORCED.get()
        evaluation = Evaluation(self, source, name, file, seed=forced.seed if forced else fresh())
        sow(evaluation.seed)
        token, using, world = EVALUATION.set(evaluation), _current.set(self), WORLD.set(self._world)
        with self._world.tentative(file):
            try:
                yield evaluation
            finally:
                WORLD.reset(world)
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

    def resume(self, stage: Stage, script: Script) -> None:
        """Take over from a front that died: its sender plays on, what was typed is in force, undo included.

        Raises EngineError when the sender does not let us in.
        """
        line = knock(stage)
        self._started, self._link = True, NoLink()
        joined = SenderLink.joined(line, stage.sender, self._answered, self._lost)
        joined.send([Resume(VERSION, str(self._journal.path) if self._journal is not None else "")])
        if not self._heard.wait(RESUMED_WITHIN) or self._failed or self._stands is None:
            joined.forget()
            raise EngineError(self._failed or f"the sender {stage.sender} does not answer")
        self._preparer.keep(self._stands.loads)
        self._caught_up(script)
        with self._lock:
            self._link = joined
            self._send([Load(self._preparer.loads())])
            scene = self._scene
            self._send([Gains([(slot, scene.level(slot)) for slot in range(SLOTS + 1)])])
            self._send([Phase([(slot, scene.phases.get(slot, 0.0)) for slot in range(SLOTS + 1)])])
            self._conductor.resend(silence_too=True)
            self._conductor.start()
        self._write("resume")
        for path in self.watched:
            with suppress(LivecodeError):
                self.load(path, watch=True)

    def begin_from(self, script: Script) -> None:
        """Play from the beginning of time what a set had come to, undo included."""
        self._link, self._started = NoLink(), True
        self._caught_up(script)
        with self._lock:
            self._link, self._started = None, False
            self._line()
            self._send([Load(self._preparer.loads())])
            takes = {slot: take for slot, take in self._scene.takes.items() if take is not None}
            self._conductor.swap({slot: [(0.0, take)] for slot, take in takes.items()})
            self._start()
            self._send(self._standing_desk(0.0))

    def _caught_up(self, script: Script) -> None:
        from livecode.stage.replay import catch_up

        # What the sender says meanwhile is written down: it goes on repeating while this takes its time. What
        # is done again is not, see `_write`.
        again = catch_up(self, script)
        assert self._names is not None
        self._restored = {name: value for name, value in again.names.items() if name not in self._names}

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

    @property
    def ears(self) -> Ears:
        """What listens to players; made when first asked for."""
        if self._ears is None:
            from livecode.stage.ears import Ears

            self._ears = Ears(self)
        return self._ears

    def hearing(self) -> list[Hearing]:
        """What is heard at this moment, by every ear that is open."""
        return self._ears.hearing() if self._ears is not None else []

    def _hearing_shown(self) -> str:
        return "  ".join(map(str, self.hearing()))

    def _sender_replaced(self) -> None:
        if self._ears is not None:
            self._ears.told_again()

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
        if self._stop_energy is not None:
            self._stop_energy()
        if self._ears is not None:
            self._ears.close()
        self._conductor.stop()
        if self._link is not None:
            self._link.close(fade)
        if self._journal is not None:
            self._journal.close(self.now())
        _open.discard(self)
        if "livecode.generators.pool" in sys.modules:
            from livecode.generators.pool import composers

            composers().unlisten(self.notices.say)

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
