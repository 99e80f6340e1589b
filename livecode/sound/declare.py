"""Declare an instrument or an effect: a decorated Python function in a set's sc/ folder.

    from livecode.sound import Control, effect, instrument
    from livecode.sound.ugens import *

    @instrument("whistle", family="winds", attack=0.05,
                breath=Control(0.2, 0, 1, meaning="noise beside the tone"))
    def whistle(freq, breath):
        '''A tin whistle.'''
        return SinOsc.ar(freq) + BPF.ar(PinkNoise.ar(), freq, 0.1) * breath

    @effect("fold", order=15, fold=Control(1, 1, 20, meaning="drive into the folder"))
    def fold(signal, fold):
        '''Wave folder.'''
        return (signal * fold).fold2(1)

A function asks by parameter name for what it needs: its declared controls and the common ones listed in
`COMMON`. It returns a signal (one channel, or a list of two). Levels, envelope, pan and ending are the
frame's affair (`livecode.sound.frame`).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from livecode.errors import DefinitionError

Shape = Literal["sustain", "decay", "one-shot"]
Kind = Literal["time", "pitch", "insert", "send", "orbit"]
SHAPES: tuple[Shape, ...] = ("sustain", "decay", "one-shot")
KINDS: tuple[Kind, ...] = ("time", "pitch", "insert", "send", "orbit")


@dataclass(frozen=True, slots=True)
class Control:
    """A knob of an instrument or effect: its default, its range, its unit, what it does.

    >>> Control(800, 20, 18000, "Hz", "where the filter opens").clip(5)
    20
    """

    default: float
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    meaning: str = ""

    def __post_init__(self) -> None:
        if not self.low <= self.default <= self.high:
            raise DefinitionError(
                f"a control's default {self.default!r} lies outside {self.low!r} to {self.high!r}: "
                "write Control(default, low, high)"
            )

    def clip(self, value: float) -> float:
        """The value, moved to the nearest end of the range when outside it."""
        return min(max(value, self.low), self.high)


COMMON: Mapping[str, Control] = {
    "freq": Control(261.6256, 1, 20000, "Hz", "pitch of the note"),
    "note": Control(0, -60, 60, "semitones", "moves an unpitched sound up or down"),
    "sustain": Control(0.5, 0, 1e6, "s", "how long the note is held before its release"),
    "gain": Control(1, 0, 2, "", "loudness: the level is its fourth power"),
    "velocity": Control(0.8, 0, 1, "", "how hard the note is played: level and brightness"),
    "pan": Control(0.5, 0, 1, "", "0 left, 0.5 middle, 1 right"),
    "attack": Control(0.01, 0, 60, "s", "time to full level"),
    "release": Control(0.1, 0.002, 60, "s", "time to silence after the note's end"),
    "gate": Control(1, 0, 1, "", "0 ends the note early, within 10 ms"),
    "out": Control(0, 0, 1e6, "bus", "first of the two buses the dry sound goes to"),
}
SENDS: Mapping[str, Control] = {
    "room": Control(0, 0, 2, "", "how much goes to the orbit's reverb"),
    "delay": Control(0, 0, 2, "", "how much goes to the orbit's delay"),
}
SEND_COMMON: Mapping[str, Control] = {
    "dry": Control(1, 0, 2, "", "how much of the sound goes past reverb and delay"),
    "out_room": Control(0, 0, 1e6, "bus", "first of the two buses of the reverb send"),
    "out_delay": Control(0, 0, 1e6, "bus", "first of the two buses of the delay send"),
}
# What a function may ask for besides its own controls. `tuning` is `note` as a factor of frequency.
ASKABLE = frozenset({"freq", "tuning", "sustain", "velocity", "gate", "attack", "release", "pan"})


@dataclass(frozen=True, slots=True)
class Instrument:
    """What an sc/ file declared about one instrument.

    `shape` says how it ends: "sustain" holds full level for `sustain` seconds, then releases; "decay" dies
    away by itself and is damped at the end of `sustain`; "one-shot" plays to its end whatever the length.
    `ring` is the longest it can last past its start when it dies away by itself, in seconds.
    `own_envelope`: its function makes attack and release itself; the frame only frees it at their end.
    """

    name: str
    family: str
    doc: str
    shape: Shape
    pitched: bool
    attack: float
    release: float
    ring: float
    trim: float
    channels: int
    aliases: tuple[str, ...]
    variants: tuple[str, ...]
    hidden: bool
    controls: Mapping[str, Control]
    function: Callable[..., Any] | None = field(default=None, compare=False)
    own_envelope: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """What an sc/ file declared about one effect.

    `kind`: "time" changes how long the note is, "pitch" its frequency, "insert" its signal; "send" is
    fed by a send of every note of an orbit (reverb, delay), "orbit" sits on the whole orbit. `order` is
    its place among its kind. An event uses it when it sets one of `keys`, by default the first of its
    controls.
    """

    name: str
    kind: Kind
    doc: str
    order: int
    keys: tuple[str, ...]
    wide: bool
    controls: Mapping[str, Control]
    function: Callable[..., Any] | None = field(default=None, compare=False)


Declared = TypeVar("Declared", Instrument, Effect)
_declared: ContextVar[list[Instrument | Effect] | None] = ContextVar("declared", default=None)
_listeners: list[Callable[[Instrument | Effect], None]] = []


@contextmanager
def collecting() -> Iterator[list[Instrument | Effect]]:
    """Gathers what the code inside declares, in order."""
    found: list[Instrument | Effect] = []
    token = _declared.set(found)
    try:
        yield found
    finally:
        _declared.reset(token)


def on_declared(listener: Callable[[Instrument | Effect], None]) -> None:
    """Calls `listener` for each declaration typed outside an sc/ file, at the prompt for instance."""
    _listeners.append(listener)


def instrument(
    name: str,
    *,
    family: str = "",
    shape: Shape = "sustain",
    pitched: bool = True,
    attack: float = 0.005,
    release: float = 0.1,
    ring: float = 30.0,
    trim: float = 0.0,
    channels: int = 1,
    aliases: tuple[str, ...] = (),
    variants: tuple[str, ...] = (),
    hidden: bool = False,
    own_envelope: bool = False,
    **controls: Control,
) -> Callable[[Callable[..., Any]], Instrument]:
    """Makes the function below it an instrument: `s("name")` plays it.

    `attack` and `release` are seconds, `trim` is in dB and brings the sound to the common level,
    `channels` is 2 when the function returns two signals. An unpitched instrument has `note` in place of
    `freq`. `variants` names the instruments that `name:1`, `name:2` ... stand for. A hidden one is not
    listed. With `own_envelope` the function itself makes what `attack`, `sustain` and `release` ask for.
    """

    def declare(function: Callable[..., Any]) -> Instrument:
        if shape not in SHAPES:
            raise DefinitionError(
                f"instrument {name!r} has shape {shape!r}: choose one of {', '.join(SHAPES)}"
            )
        own = _checked(f"instrument {name!r}", function, controls, ())
        made = Instrument(
            name, family, _doc(function), shape, pitched, float(attack), float(release), float(ring),
            float(trim), channels, tuple(aliases), tuple(variants), hidden, own, function, own_envelope,
        )  # fmt: skip
        return _announce(made)

    return declare


def effect(
    name: str, *, kind: Kind = "insert", order: int = 50, keys: tuple[str, ...] = (), **controls: Control
) -> Callable[[Callable[..., Any]], Effect]:
    """Makes the function below it an effect; an event that sets its first control (or one of `keys`) uses it.

    The function's first parameter is what it changes: `signal` (one channel of a note; a list of two in
    a send or orbit effect), `channels` (the list of a note's one or two channels), `freq` in a pitch
    effect, `sustain` in a time effect.
    """

    def declare(function: Callable[..., Any]) -> Effect:
        if kind not in KINDS:
            raise DefinitionError(f"effect {name!r} has kind {kind!r}: choose one of {', '.join(KINDS)}")
        if not controls:
            raise DefinitionError(
                f"effect {name!r} has no control: declare one, say {name}=Control(0.5, 0, 1)"
            )
        own = _checked(f"effect {name!r}", function, controls, ("signal", "channels"))
        wide = "channels" in inspect.signature(function).parameters
        return _announce(
            Effect(name, kind, _doc(function), order, tuple(keys) or (next(iter(own)),), wide, own, function)
        )

    return declare


def _announce(made: Declared) -> Declared:
    found = _declared.get()
    if found is not None:
        found.append(made)
    else:
        for listener in _listeners:
            listener(made)
    return made


def _doc(function: Callable[..., Any]) -> str:
    return inspect.cleandoc(function.__doc__ or "")


def _checked(
    who: str, function: Callable[..., Any], controls: Mapping[str, Control], extra: tuple[str, ...]
) -> dict[str, Control]:
    for key, control in controls.items():
        if not isinstance(control, Control):
            raise DefinitionError(
                f"{who}: {key}={control!r} is no control: write {key}=Control(default, low, high)"
            )
    for parameter in inspect.signature(function).parameters:
        if parameter not in controls and parameter not in ASKABLE and parameter not in extra:
            raise DefinitionError(
                f"{who} asks for {parameter!r}, which is neither declared nor common: add "
                f"{parameter}=Control(0.5, 0, 1) to the decorator"
            )
    return dict(controls)
