"""Ears on stage: `listen()` opens an input of the sound engine or a MIDI port and says what is played there.

One thread reads what the ears in the server have heard, twenty-five times a second, and only while somebody
listens. Notes get their place in the music from the server's own count of it, less what the way out and in
again takes (`listen.calibrate()` measures it).
"""

from __future__ import annotations

import json
import math
import threading
import time
import weakref
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from livecode.config import folder
from livecode.errors import ControlError, EngineError, LivecodeError, NameUnknown, one_line
from livecode.generators.jamming.heard import Hearing, Listener, LiveListener, Practice
from livecode.generators.plan import Source
from livecode.music.events import pitch_of
from livecode.music.transcribing import HeardNote, Transcriber
from livecode.sound import layout
from livecode.sound.engine.options import EngineOptions
from livecode.sound.listening import HOP, EarReader
from livecode.stage.metronome import clicks
from livecode.stage.midi import MidiPort, MidiStream
from livecode.stage.prepare import shifted
from livecode.stage.protocol import Ears as Open
from livecode.stage.protocol import Extra
from livecode.stage.scene import Take

if TYPE_CHECKING:
    from livecode.stage.session import Session

EVERY = 0.04
"""Seconds between two looks at what was heard."""
FORGOTTEN = 16.0
"""Seconds for which strokes are remembered, for the beat."""
DELAY = 0.0
NO_CARD = "no sound card here, plug a program into SuperCollider:in_1, or listen to a slot or a recording"
SOUND = (".wav", ".flac", ".mp3", ".ogg", ".aif", ".aiff")
CALIBRATION = "input-latency.json"


class Input:
    """One input of the engine that is heard: its ear, what was found in it, who wants it."""

    def __init__(self, number: int, channel: int, listener: LiveListener, session: Session) -> None:
        self.number, self.channel = number, channel
        self._session = session
        self._reader: EarReader | None = None
        self._rate = 48000.0
        self._transcriber = Transcriber(self._rate / HOP)
        self._listener = weakref.ref(listener)
        self._said = False
        self._own: dict[int, tuple[HeardNote, HeardNote]] = {}

    @property
    def listener(self) -> LiveListener | None:
        """Who listens, as long as somebody does."""
        return self._listener()

    def strokes(self, begin: float, end: float) -> list[float]:
        """The cycles of the strokes between two of them, as they came in."""
        transcriber, now = self._transcriber, self._session._timeline.now()
        newest = transcriber.cycle_at(transcriber.second)
        turns = round((now - newest) / layout.EAR_CYCLES) * layout.EAR_CYCLES
        return [cycle + turns for _, _, cycle in transcriber.strokes if begin <= cycle + turns < end]

    def look(self) -> None:
        """Hand on what has been heard since the last look."""
        session, listener = self._session, self._listener()
        ready = session._ready
        if listener is None or ready is None:
            return
        levels = session.levels()
        if not self._said and "dummy" in ready.engine:
            self._said = True
            session.notices.say(f"{listener.name} is silent: {NO_CARD}", "info")
        if self._reader is None or self._reader.levels is not levels:
            self._reader = EarReader(levels, self.number)
            self._rate = levels.rate
            self._transcriber = Transcriber(self._rate / HOP)
            self._own.clear()
        rows = self._reader.read()
        if not len(rows):
            return
        transcriber, timeline = self._transcriber, session._timeline
        began = transcriber.feed(rows)
        cps = timeline.present_cps()
        # The server counts 64 cycles; which 64 they are is known here.
        newest = transcriber.cycle_at(transcriber.second)
        turns = round((timeline.now() - newest) / layout.EAR_CYCLES) * layout.EAR_CYCLES
        shift = turns - listener.latency * cps
        for note in began:
            told = HeardNote(note.begin, note.cycle + shift, note.pitch, note.velocity)
            self._own[id(note)] = (note, told)
            listener.play(told)
        for key, (note, told) in list(self._own.items()):
            told.pitch = note.pitch
            if note.end is not None:
                told.end = note.end
                told.until = (note.until if note.until is not None else note.cycle) + shift
                del self._own[key]
        transcriber.forget(transcriber.second - FORGOTTEN)
        near = session._scene.metre.bpm(cps)
        listener.tell(transcriber.level, transcriber.pitch, transcriber.strokes, near)


class Keyboard:
    """A MIDI port that is listened to."""

    def __init__(self, wanted: str, channel: int | None, listener: LiveListener, session: Session) -> None:
        self._session = session
        self._listener = weakref.ref(listener)
        self._channel = channel
        self._held: dict[tuple[int, int], HeardNote] = {}
        self._strokes: list[tuple[float, float, float]] = []
        self._last: tuple[float, int] | None = None
        self.stream = MidiStream(self.on, self.off)
        self.port: MidiPort | None = None
        self.name = wanted

    def open(self, wanted: str) -> None:
        """Open the port; raises EngineError or NameUnknown with the ports that there are."""
        self.port = MidiPort(wanted, self.stream)
        self.name = self.port.name

    @property
    def listener(self) -> LiveListener | None:
        """Who listens, as long as somebody does."""
        return self._listener()

    def on(self, second: float, pitch: int, velocity: float, channel: int) -> None:
        """A key goes down."""
        listener = self._listener()
        if listener is None or self._channel not in (None, channel):
            return
        cycle = self._cycle(second - listener.latency)
        note = HeardNote(second, cycle, float(pitch), velocity)
        self._held[channel, pitch] = note
        lately = [each for each in self._strokes if each[0] > second - FORGOTTEN]
        self._strokes = [*lately, (second, velocity, cycle)]
        self._last = (velocity, pitch)
        listener.play(note)

    def off(self, second: float, pitch: int, channel: int) -> None:
        """A key comes up."""
        listener, note = self._listener(), self._held.pop((channel, pitch), None)
        if note is not None and listener is not None:
            note.end, note.until = second, self._cycle(second - listener.latency)

    def look(self) -> None:
        """Say what is held."""
        listener = self._listener()
        if listener is not None:
            velocity, pitch = self._last if self._held and self._last is not None else (0.0, None)
            near = self._session._scene.metre.bpm(self._session._timeline.present_cps())
            listener.tell(velocity, pitch, list(self._strokes), near)

    def _cycle(self, second: float) -> float:
        return self._session._timeline.cycle_at(second)


class Ears:
    """Every ear of a session: what `listen` (see `livecode.stage.namespace`) opens and asks."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._sources: list[Input | Keyboard] = []
        self._known: dict[str, weakref.ref[Listener]] = {}
        self._given: dict[str, list[list[float]]] = {}
        self._thread: threading.Thread | None = None
        self._guard = threading.RLock()
        self._beaten = -1
        self.closed = False

    def listen(
        self, source: Any = None, channel: int | None = None, latency: float | None = None
    ) -> Listener:
        """Somebody to listen to: see `Listen`."""
        if latency is not None and (isinstance(latency, bool) or not 0 <= float(latency) <= 1):
            raise ControlError(f"latency={latency!r}: give seconds from 0 to 1, as in listen(latency=0.02)")
        if channel is not None and (isinstance(channel, bool) or not isinstance(channel, int) or channel < 1):
            raise ControlError(f"channel={channel!r}: give 1 for the first input, 2 for the second, ...")
        if source is None:
            return self._input(channel or 1, latency)
        if isinstance(source, str) and (source == "midi" or source.startswith("midi:")):
            return self._keyboard(source, channel, latency)
        if isinstance(source, str | Path) and Path(source).suffix.lower() in SOUND:
            from livecode.stage.takes import listened

            return listened(source)
        part = Source(source)
        if isinstance(source, str) and all(pitch_of(each.value) is None for each in part.query(0, 4)):
            others = "listen() is the microphone, listen('midi') a keyboard, listen('0 2 4') a tune"
            raise NameUnknown("player", source, ["midi"], others)
        return Practice(part.name, part)

    # What it can be asked.

    def hearing(self) -> list[Hearing]:
        """What is heard at this moment, by every ear that is open."""
        return [listener.hearing() for each in list(self._sources) if (listener := each.listener) is not None]

    def calibrate(self, channel: int = 1) -> float:
        """Measure how much later the beat comes back to an input, and keep it for this machine."""
        session = self._session
        if session.offline:
            raise EngineError("calibrate() needs sound: start livecode, and type it at the prompt")
        session.wait(10.0)
        listener = self._input(channel, 0.0)
        heard = next(each for each in self._sources if each.listener is listener)
        with session._lock:
            session._start()
        while not session._timeline.running:
            time.sleep(0.02)
        metre = session._scene.metre
        begin = math.ceil(session.now() + 0.5 * session._timeline.present_cps())
        one = session._checked(Take(clicks(metre), "calibrate"), 0, 0).commands(0.0, 1.0)
        session._send([Extra(shifted(one, float(begin + bar))) for bar in range(2)])
        while session.now() < begin + 2 + 0.6 * session._timeline.present_cps():
            time.sleep(0.05)
        assert isinstance(heard, Input)
        cps = session._timeline.present_cps()
        late = [
            (place - math.floor(place * metre.beats + 0.1) / metre.beats) / cps
            for place in heard.strokes(begin - 0.05, begin + 2.2)
        ]
        found = median(late) if len(late) >= metre.beats else 0.0
        steady = [each for each in late if abs(each - found) < 0.006]
        if len(steady) < metre.beats:
            raise EngineError(
                f"input {channel} heard {len(late)} of {2 * metre.beats} clicks ({listener}): "
                "turn the loudspeakers up, or plug the output into the input"
            )
        seconds = round(median(steady), 5)
        place = folder("state") / CALIBRATION
        with suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(json.dumps({"seconds": seconds}), encoding="utf-8")
        listener.latency = seconds
        return seconds

    def remember(self, name: str, notes: list[list[float]]) -> None:
        """What was heard another day, from a journal."""
        self._given.setdefault(name, []).extend(notes)
        known = self._known.get(name)
        listener = known() if known is not None else None
        if isinstance(listener, LiveListener):
            listener.remember(notes)

    def close(self) -> None:
        """Hear nothing any more."""
        self.closed = True
        for each in self._sources:
            if isinstance(each, Keyboard) and each.port is not None:
                with suppress(Exception):
                    each.port.close()
        self._sources.clear()

    # How they are opened.

    def _input(self, channel: int, latency: float | None) -> LiveListener:
        name = f"input {channel}"
        session = self._session
        inputs = EngineOptions().inputs
        if channel > inputs:
            there = "input 1" if inputs == 1 else f"inputs 1 to {inputs}"
            raise EngineError(f"no input {channel}: the sound engine has {there}")
        with self._guard:
            listener = self._known_as(name)
            if listener is None:
                listener = self._new(name)
                if not session.offline:
                    numbers = {each.number for each in self._sources if isinstance(each, Input)}
                    free = [number for number in range(layout.EARS) if number not in numbers]
                    if not free:
                        raise EngineError(f"{layout.EARS} inputs are heard already: stop a slot that listens")
                    self._sources.append(Input(free[0], channel, listener, session))
                    self._told()
                    self._start()
            listener.latency = self._latency(latency)
            return listener

    def _keyboard(self, source: str, channel: int | None, latency: float | None) -> LiveListener:
        name = source if channel is None else f"{source} channel {channel}"
        with self._guard:
            listener = self._known_as(name)
            if listener is None:
                listener = self._new(name)
                if not self._session.offline:
                    keyboard = Keyboard(name, channel, listener, self._session)
                    keyboard.open(source.partition(":")[2])
                    self._sources.append(keyboard)
                    self._start()
            listener.latency = latency or 0.0
            return listener

    def _known_as(self, name: str) -> LiveListener | None:
        known = self._known.get(name)
        listener = known() if known is not None else None
        open_ = any(each.listener is listener for each in self._sources) or self._session.offline
        return listener if isinstance(listener, LiveListener) and open_ else None

    def _new(self, name: str) -> LiveListener:
        def keep(notes: list[list[float]]) -> None:
            self._session._write("heard", name=name, notes=notes)

        listener = LiveListener(name, None if self._session.offline else keep)
        if self._given.get(name):
            listener.remember(self._given[name])
        self._known[name] = weakref.ref(listener)
        return listener

    def _latency(self, given: float | None) -> float:
        if given is not None:
            return float(given)
        try:
            kept = json.loads((folder("state") / CALIBRATION).read_text(encoding="utf-8"))
            return min(1.0, max(0.0, float(kept["seconds"])))
        except (OSError, ValueError, KeyError, TypeError):
            return DELAY

    def _told(self) -> None:
        session = self._session
        session._line()
        session._send(
            [Open([(each.number, each.channel) for each in self._sources if isinstance(each, Input)])]
        )

    def told_again(self) -> None:
        """To a sender that replaces another."""
        if any(isinstance(each, Input) for each in self._sources):
            self._told()

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="ears", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        session = self._session
        while not self.closed and not session._closed:
            time.sleep(EVERY)
            with self._guard:
                sources = [each for each in self._sources if each.listener is not None]
                gone = [each for each in self._sources if each not in sources]
                if gone:
                    self._sources = sources
                    for each in gone:
                        if isinstance(each, Keyboard) and each.port is not None:
                            each.port.close()
                    with suppress(LivecodeError):
                        self._told()
                if not sources:
                    self._thread = None
                    return
            timeline = session._timeline
            for each in sources:
                try:
                    each.look()
                    listener = each.listener
                    if listener is not None and timeline.running:
                        listener.turn(timeline.now(), timeline.present_cps())
                        self._follow(listener)
                except Exception as problem:
                    session.notices.say(f"listening: {one_line(problem)}", "fault")
                    time.sleep(1.0)

    # The tempo of a player.

    def _follow(self, listener: LiveListener) -> None:
        """Once a bar: the set's tempo a little nearer to the player's, and its beat to his."""
        if listener.bounds is None:
            return
        bar = math.floor(self._session.now())
        beat = listener.beat
        if bar == self._beaten or beat is None or beat.sure < 0.35:
            return
        self._beaten = bar
        self._session.follow_player(beat.bpm, listener.bounds, self._lag(listener))

    def _lag(self, listener: LiveListener) -> float:
        """By what share of a beat the player is behind the set (below 0: ahead), from his last notes."""
        now = self._session.now()
        beats = self._session._scene.metre.quarters
        places = [note.cycle * beats * 4 for note in listener.notes(now - 2, now)]
        off = [place - round(place) for place in places]
        return median(off) / 4 if len(off) >= 4 else 0.0
