"""A sound that is being made, as a pattern: `style("voice.wav", like="rain.wav")`.

It is a sample bank in the data folder, named after what went into it, so it is made once and then there.
While it is being made its latest state plays; each state is a bank of its own, because a sampler keeps what
it has.
"""

from __future__ import annotations

import json
import threading
from hashlib import blake2b
from pathlib import Path
from typing import Any

from livecode.config import folder
from livecode.errors import ControlError, FileProblem, GeneratorError, LivecodeError, one_line
from livecode.generators.dreams.child import asked
from livecode.generators.dreams.recording import found
from livecode.generators.pool import composers
from livecode.language.moment import moment
from livecode.language.pattern import Pattern
from livecode.language.time import Event, Fraction, Span

STATES = (3, 8, 16, 28, 40)
"""Rounds after which it can be heard, the last being the end."""
SHORTEST, LONGEST = 0.5, 20.0
FEATURES = ("random", "trained")
VERSION = "1"


def place() -> Path:
    """The folder in which made sounds lie, one folder a bank."""
    return folder("data") / "made"


class Bank(Pattern):
    """A made sound, once a cycle; every function of samples works on it.

    ```python
    d1 >> style("voice.wav", like="rain.wav").chop(8).rev()
    ```

    `name` is the bank's name for `s(...)`. Offline a query waits until it is finished.
    """

    __slots__ = (
        "__weakref__",
        "_cancelled",
        "_done",
        "_fault",
        "_state",
        "_thread",
        "name",
        "request",
        "told",
    )

    def __init__(self, name: str, request: dict[str, Any]) -> None:
        super().__init__(self._playing)
        self.name, self.request = name, request
        self.told: dict[str, Any] = {}
        self._state = 0
        self._fault: LivecodeError | None = None
        self._cancelled = threading.Event()
        self._done = threading.Event()
        self._thread: threading.Thread | None = None
        if self._finished():
            self._state = len(STATES)
            self._done.set()

    @property
    def ready(self) -> bool:
        """Whether it is finished."""
        return self._state == len(STATES)

    @property
    def progress(self) -> float:
        """How far it is, 0 to 1."""
        return STATES[self._state - 1] / STATES[-1] if self._state else 0.0

    def start(self) -> Bank:
        """Make it, behind the music, if nobody has begun to."""
        if self._thread is None and not self._done.is_set():
            self._thread = threading.Thread(target=self._make, name=f"style {self.name}", daemon=True)
            self._thread.start()
        return self

    def wait(self, seconds: float | None = None) -> Bank:
        """Until it is finished; GeneratorError when it cannot be made."""
        self.start()
        self._done.wait(seconds)
        if self._fault is not None:
            raise self._fault
        return self

    def cancel(self) -> Bank:
        """Make it no further; what can be heard already stays."""
        self._cancelled.set()
        return self

    @property
    def path(self) -> Path:
        """The sound file, once it is finished."""
        return place() / self.name / "0.wav"

    @property
    def distance(self) -> tuple[float, float] | None:
        """How far the sound was from its style before, and is now, in their statistics."""
        told = self._about()
        return (float(told["before"]), float(told["distance"])) if "distance" in told else None

    def _bank(self, state: int) -> str:
        return self.name if state == len(STATES) else f"{self.name}-{state}"

    def _finished(self) -> bool:
        return self.path.is_file()

    def _about(self) -> dict[str, Any]:
        if not self.told:
            try:
                self.told = json.loads((place() / self.name / "about.json").read_text(encoding="utf-8"))
            except (OSError, ValueError):
                return {}
        return self.told

    def _playing(self, begin: Fraction, end: Fraction) -> list[Event]:
        now = moment()
        if now is None or now.offline:
            self.wait()
        elif self._fault is not None:
            raise self._fault
        if not self._state:
            if now is not None:
                now.momentary = True
            return []
        if not self.ready and now is not None:
            now.momentary = True
        events = []
        cycle = int(begin // 1)
        while cycle < end or cycle == begin == end:
            whole = Span(Fraction(cycle), Fraction(cycle + 1))
            part = Span(max(begin, whole.begin), min(end, whole.end))
            events.append(Event(whole, part, {"s": self._bank(self._state)}))
            cycle += 1
        return events

    def _make(self) -> None:
        try:
            for state, rounds in enumerate(STATES, start=1):
                if self._cancelled.is_set():
                    return
                file = place() / self._bank(state) / "0.wav"
                request = {**self.request, "key": self.name, "rounds": rounds, "path": str(file)}
                self.told = asked("livecode.generators.neural.painting:paint", request)
                self._state = state
                composers().notice(f"{self.name}: {rounds} of {STATES[-1]} rounds, {self._nearer()}")
            (place() / self.name / "about.json").write_text(json.dumps(self.told), encoding="utf-8")
            self._forget()
        except LivecodeError as problem:
            self._fault = problem
            composers().notice(str(problem))
        except Exception as problem:
            self._fault = GeneratorError(f"{self.name} cannot be made: {one_line(problem)}")
            composers().notice(str(self._fault))
        finally:
            self._done.set()

    def _nearer(self) -> str:
        before, now = float(self.told["before"]), float(self.told["distance"])
        return f"{before / max(now, 1e-9):.1f} times nearer to its style" if before > 0 else "on its way"

    def _forget(self) -> None:
        """Drop what was played while it was being made, but for the last state, which may still sound."""
        for state in range(1, len(STATES) - 1):
            for file in (place() / self._bank(state)).glob("0.wav"):
                file.unlink(missing_ok=True)
                file.parent.rmdir()


def bank(source: Any, like: Any, **asked_for: Any) -> Bank:
    """The bank that `style` gives; it is being made from now on."""
    if source is None and like is None:
        raise ControlError("style() needs a sound: style('voice.wav', like='rain.wav')")
    seconds = asked_for.pop("seconds", None)
    keep = asked_for.pop("keep", 0.05)
    features, seed = asked_for.pop("features", "random"), asked_for.pop("seed", 0)
    for given in asked_for:
        raise ControlError(f"style has no parameter called {given!r}: it takes seconds, keep, features, seed")
    if features not in FEATURES:
        raise ControlError(f"features={features!r}: give {' or '.join(map(repr, FEATURES))}")
    _number("keep", keep, 0.0, 10.0)
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise ControlError(f"a seed of {seed!r}: give a whole number")
    files = {role: _file(path) for role, path in (("content", source), ("like", like)) if path is not None}
    if seconds is None:
        seconds = min(6.0, max(SHORTEST, _seconds(files["content"]))) if "content" in files else 3.0
    _number("seconds", seconds, SHORTEST, LONGEST)
    stamp = blake2b(digest_size=5, person=VERSION.encode())
    for role, file in sorted(files.items()):
        stamp.update(role.encode() + file.read_bytes())
    stamp.update(repr((float(seconds), float(keep), features, seed)).encode())
    words = [files[role].stem for role in ("content", "like") if role in files]
    name = "".join(each if each.isalnum() else "_" for each in "_".join(words).lower())[:40]
    request = {
        **{role: str(file.resolve()) for role, file in files.items()},
        "seconds": float(seconds), "keep": float(keep), "features": features, "seed": seed,
    }  # fmt: skip
    return Bank(f"{name}_{stamp.hexdigest()}", request).start()


def _file(path: Any) -> Path:
    if not isinstance(path, str | Path):
        cure = "give its name, as in style('voice.wav', like='rain.wav')"
        raise ControlError(f"{path!r} is no sound file: {cure}")
    place = found(path)
    if not place.is_file():
        raise FileProblem(f"{place.name} is not there: give a sound file, as in style('voice.wav')")
    _seconds(place)
    return place


def _seconds(path: Path) -> float:
    import soundfile

    try:
        return float(soundfile.info(str(path)).duration)
    except (soundfile.LibsndfileError, OSError):
        raise FileProblem(f"{path.name} cannot be heard: it is no sound file") from None


def _number(name: str, value: Any, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ControlError(f"{name}={value!r}: give a number from {low:g} to {high:g}")
