"""Sounds that go on by themselves until they are replaced or stopped, as JITLib's Ndef has them.

    source = build("fog", lambda cutoff=800, depth=Control(0.5, 0, 1): LPF.ar(PinkNoise.ar(), cutoff) * depth)

A source is a function of its controls that returns one signal or a list of two; a control is a parameter
whose default is a number or a `Control`. SuperCollider's units need no import inside it. The new one fades in
while the old one fades out, as loud in between.
"""

from __future__ import annotations

import builtins
import hashlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from numbers import Real
from types import FunctionType
from typing import Any

from livecode.errors import DefinitionError, called, one_line
from livecode.sound.command import DefinitionLoad
from livecode.sound.declare import Control, Instrument
from livecode.sound.frame import as_channels, building

EFFECT = "ndef "
"""What the mixer calls a source: this and its name."""
FADE = 2.0
LONGEST_FADE = 600.0
OWN: Mapping[str, Control] = {
    "out": Control(0, 0, 1e6, "bus", "first of the two buses it goes to"),
    "gate": Control(1, 0, 1, "", "0 lets it fade out and end"),
    "fade": Control(FADE, 0.01, LONGEST_FADE, "s", "time to fade in, and out"),
    "level": Control(1, 0, 4, "", "loudness, a factor"),
}
_LAG = 0.05


@dataclass(frozen=True, slots=True)
class Source:
    """A source that is ready to sound: its definition for the server, and its controls."""

    name: str
    load: DefinitionLoad
    controls: Mapping[str, Control]


def build(name: str, function: Callable[..., Any] | Instrument) -> Source:
    """Compiles a function, or a declared instrument's. Raises DefinitionError with one line.

    The same function gives the same definition, so that saying it again changes nothing.
    """
    if isinstance(function, Instrument):
        declared: dict[str, Control] = {"freq": Control(110, 1, 20000, "Hz", "pitch"), **function.controls}
        body = function.function
        if body is None:
            raise DefinitionError(f"{function.name!r} has no function to build it from: reload its file")
        asked = inspect.signature(body).parameters
        given = {
            "velocity": 0.8,
            "sustain": 3600.0,
            "attack": 0.01,
            "release": 0.1,
            "gate": 1.0,
            "tuning": 1.0,
        }
        fixed = {key: value for key, value in given.items() if key in asked and key not in declared}
        controls = {key: control for key, control in declared.items() if key in asked}
        trim = 10 ** (function.trim / 20)
    else:
        controls = _controls(name, function)
        body, fixed, trim = _knowing_units(function), {}, 1.0
    data = _compiled("lc-ndef", name, body, controls, fixed, trim)
    title = f"lc-ndef-{hashlib.sha256(data).hexdigest()[:12]}"
    every = {**OWN, **controls}
    load = DefinitionLoad(title, _compiled(title, name, body, controls, fixed, trim), tuple(every))
    return Source(name, load, every)


class _Names(dict[str, Any]):
    """A function's own globals first, then SuperCollider's units."""

    def __init__(self, own: dict[str, Any]) -> None:
        super().__init__({"__builtins__": builtins})
        self._own = own

    def __missing__(self, key: str) -> Any:
        try:
            return self._own[key]
        except KeyError:
            from livecode.sound import ugens

            return vars(ugens)[key]


def _knowing_units(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, finding units such as `SinOsc` though nobody imported them where it was written."""
    if not isinstance(function, FunctionType):
        return function
    made = FunctionType(
        function.__code__, _Names(function.__globals__), function.__name__, function.__defaults__,
        function.__closure__,
    )  # fmt: skip
    made.__kwdefaults__ = function.__kwdefaults__
    return made


def _controls(name: str, function: Callable[..., Any]) -> dict[str, Control]:
    if not callable(function):
        raise DefinitionError(
            f"ndef {name!r}: {called(function)} is no function: write lambda: SinOsc.ar(110) * 0.1"
        )
    found = {}
    for parameter in inspect.signature(function).parameters.values():
        default = parameter.default
        if isinstance(default, Control):
            found[parameter.name] = default
        elif isinstance(default, Real):
            found[parameter.name] = Control(float(default), -1e9, 1e9)
        else:
            raise DefinitionError(f"ndef {name!r}: give {parameter.name} a value, as in {parameter.name}=0.5")
        if parameter.name in OWN:
            raise DefinitionError(f"ndef {name!r}: every source has a {parameter.name}: choose another name")
    return found


def _compiled(
    title: str,
    name: str,
    body: Callable[..., Any],
    controls: Mapping[str, Control],
    fixed: Mapping[str, float],
    trim: float,
) -> bytes:
    u: Any = import_module("supriya.ugens")
    with building():
        builder = u.SynthDefBuilder()
        given = {
            key: builder.add_parameter(name=key, value=float(control.default))
            for key, control in sorted({**OWN, **controls}.items())
        }
        with builder:
            moved = {
                key: u.Lag.kr(source=given[key].clip(control.low, control.high), lag_time=_LAG)
                for key, control in controls.items()
            }
            try:
                made = body(**moved, **fixed)
            except Exception as error:
                raise DefinitionError(f"ndef {name!r} does not build: {one_line(error)}") from error
            if isinstance(made, tuple):
                made = made[0]
            channels = [
                u.Sanitize.ar(source=each).clip(-8, 8) for each in as_channels(made, f"ndef {name!r}")
            ]
            if len(channels) == 1:
                channels = list(u.Pan2.ar(source=channels[0]))
            fade = given["fade"].max(0.01)
            # Welch's curve is a quarter of a sine: two unlike sounds stay equally loud in the crossfade.
            level = u.EnvGen.kr(
                gate=given["gate"],
                envelope=u.Envelope([0, 1, 0], [fade, fade], "welch", release_node=1),
                done_action=2,
            ) * u.Lag.kr(source=given["level"], lag_time=_LAG)
            u.Out.ar(bus=given["out"], source=[channel * level * trim for channel in channels])
        return bytes(builder.build(name=title).compile())
