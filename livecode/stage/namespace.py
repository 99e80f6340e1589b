"""The names a performer types: those of the session, and behind them everything public of livecode."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livecode.errors import PatternError

if TYPE_CHECKING:
    from livecode.generators.jamming.heard import Listener
    from livecode.stage.recording import Recording
    from livecode.stage.session import Session

SLOT_NAMES = tuple(f"d{number}" for number in range(1, 17))
FUNCTIONS = (
    "tempo", "cps", "meter", "hush", "mute", "unmute", "solo", "unsolo", "once", "metronome", "count_in",
    "undo", "redo", "revert", "history", "running", "now", "next_cycle", "quant", "play", "tap", "nudge",
    "groove", "explain", "samples", "ndef", "master", "orbit_gain", "energy",
)  # fmt: skip
NAMES: tuple[str, ...] = (*SLOT_NAMES, *FUNCTIONS, "record", "scene", "listen")
"""Every name that belongs to a session."""


_SET_BY_CALLING = frozenset(("tempo", "cps", "quant", "nudge", "groove", "energy", "count_in"))


class Namespace(dict[str, Any]):
    """A dict in which the public names of livecode turn up when they are first looked for.

    `d1 = s("bd")` and `tempo = 120` say what to type instead: they would change nothing that sounds, and
    the slot would be out of reach from there on.
    """

    def __setitem__(self, key: str, value: Any) -> None:
        refused = refusal(key, value, self.get(key, value))
        if refused is not None:
            raise PatternError(refused)
        super().__setitem__(key, value)

    def __missing__(self, key: str) -> Any:
        from livecode import names

        known = names.table().get(key)
        if known is None or known.home == names.SESSION:
            raise KeyError(key)
        value = getattr(import_module(known.home), key)
        self[key] = value
        return value


def refusal(name: str, value: Any, held: Any) -> str | None:
    """What to type instead of giving a name another meaning than it has; None where that is harmless.

    >>> refusal("tempo", 120, print)
    'tempo = 120 would change nothing: write tempo(120)'
    """
    if name in SLOT_NAMES and value is not held:
        return f"{name} is a slot and stays one: write {name} >> ..., or choose another name"
    if name in _SET_BY_CALLING and isinstance(value, int | float):
        return f"{name} = {value!r} would change nothing: write {name}({value!r})"
    return None


class Record:
    """Record what is heard: `take = record("take.wav")`, then `record.stop()`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, path: str | Path, stems: bool = False) -> Recording:
        """Write what is heard to a file; with `stems`, each orbit to another beside it."""
        return self._session.record(path, stems)

    def stop(self) -> Path | None:
        """Close the recording that runs; gives its path, None when there is none."""
        return self._session.stop_recording()

    def __repr__(self) -> str:
        return 'record("take.wav") writes down what is heard, record.stop() ends that'


class Listen:
    """Listen to a player: `listen()`, `listen("midi")`, and `listen.calibrate()` for how late he is heard."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(
        self, source: Any = None, channel: int | None = None, latency: float | None = None
    ) -> Listener:
        """Listen to a player: the microphone, a keyboard ("midi"), a recording ("take.wav"), a slot (d1).

        ```python
        d2 >> jam(listen("0 2 [4 7] 9"), with_=markov("foster"))
        ```

        `listen()` hears the sound engine's first input, `listen(channel=2)` its second. `listen("midi")`
        hears the first MIDI keyboard, `listen("midi:Keystation")` the one whose name has that in it; there
        `channel` is a MIDI channel. `latency`, in seconds, is how much later than the beat a player is heard:
        what `listen.calibrate()` has measured when it is left out. Raises EngineError or NameUnknown, with
        what there is, when it cannot be had.
        """
        return self._session.ears.listen(source, channel, latency)

    def calibrate(self, channel: int = 1) -> float:
        """Measure how much later the beat comes back: eight clicks go out and are heard again.

        Turn the loudspeakers up, or plug the output into the input, and be quiet for five seconds. Gives
        seconds and keeps them for this machine. Raises EngineError when the clicks are not heard.
        """
        return self._session.ears.calibrate(channel)

    def __repr__(self) -> str:
        heard = "; ".join(map(str, self._session.hearing()))
        return heard or "nobody is listened to: jam(listen(), with_=markov('folk'))"


def bound(session: Session) -> dict[str, Any]:
    """The names of `NAMES`, acting on one session."""
    found: dict[str, Any] = {f"d{number}": slot for number, slot in session.slots.items()}
    found.update({name: getattr(session, name) for name in FUNCTIONS})
    found["record"] = Record(session)
    found["listen"] = Listen(session)
    found["scene"] = session.scenes
    return found
