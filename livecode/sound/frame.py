"""The frame every note sounds in: from an instrument's function to one finished SynthDef.

    time effects -> pitch effects -> the instrument -> insert effects, by their order
      -> envelope (attack, sustain, release; frees the synth) -> gain, velocity, trim -> pan
      -> OffsetOut to `out`, and to `out_room` and `out_delay` when those sends are used

The order of the insert effects: drive 10-19 (shape, distort, triode...), filters 20-39 (hpf, bpf, lpf, djf,
comb), voice 40-49 (vowel), bits 50-59 (crush, coarse), movement 60-79 (tremolo, phaser, ring, squiz, leslie).

A note that holds (`shape="sustain"`) lasts `sustain` seconds, then `release`. One that dies away by
itself also ends when it has been below -80 dB for a while, and at the latest after `ring`. Setting
`gate` to 0 ends any note in 10 ms.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from importlib import import_module
from threading import RLock
from typing import Any

from livecode.errors import DefinitionError, one_line
from livecode.sound.declare import COMMON, SEND_COMMON, SENDS, Control, Effect, Instrument

SILENCE = 1e-4
SILENT_FOR = 0.1
NOMINAL_VELOCITY = 0.8
VELOCITY_CURVE = 1.5
CUT_TIME = 0.01
# Inserts hear every instrument this much above its final level, so that drives and crushers bite alike on
# all.
HEADROOM_DB = 10.0
# supriya keeps its stack of builders in one list for all threads.
_building = RLock()


def building() -> RLock:
    """The lock under which definitions are built, one at a time."""
    return _building


def note_controls(
    instrument: Instrument, effects: Iterable[Effect], sends: frozenset[str]
) -> dict[str, Control]:
    """Every control of a fused definition, by name."""
    controls = {key: control for key, control in COMMON.items() if key not in ("freq", "note")}
    pitch = "freq" if instrument.pitched else "note"
    controls[pitch] = COMMON[pitch]
    controls["attack"] = _with_default(COMMON["attack"], instrument.attack)
    controls["release"] = _with_default(COMMON["release"], instrument.release)
    if instrument.shape == "one-shot":
        controls["sustain"] = _with_default(COMMON["sustain"], COMMON["sustain"].high)
    if sends:
        controls["dry"] = SEND_COMMON["dry"]
    for send in sends:
        controls[send] = SENDS[send]
        controls[f"out_{send}"] = SEND_COMMON[f"out_{send}"]
    for effect in effects:
        controls.update(effect.controls)
    controls.update(instrument.controls)
    return controls


def build_note(
    name: str, instrument: Instrument, effects: tuple[Effect, ...], sends: frozenset[str]
) -> bytes:
    """Compiles one instrument with the effects and sends an event uses, fused.

    Raises DefinitionError when a function fails or returns no signal.
    """
    u = _units()

    with _building:
        builder = u.SynthDefBuilder()
        given = _parameters(builder, note_controls(instrument, effects, sends))
        with builder:
            _note(given, instrument, effects, sends)
        return bytes(builder.build(name=name).compile())


def build_orbit(name: str, effect: Effect) -> bytes:
    """Compiles an effect that stays: a send effect adds to `out` what it makes of `in_bus`, an orbit effect
    replaces what is on `out`."""
    u = _units()

    with _building:
        builder = u.SynthDefBuilder()
        given = _parameters(builder, orbit_controls(effect))
        with builder:
            heard = u.In.ar(bus=given["in_bus" if effect.kind == "send" else "out"], channel_count=2)
            source = [u.Sanitize.ar(source=channel).clip(-8, 8) for channel in heard]
            made = as_channels(_call(effect, {**given, "signal": source}), f"effect {effect.name!r}")
            if len(made) == 1:
                made = made * 2
            clean = u.UGenVector(*[u.Sanitize.ar(source=channel).clip(-8, 8) for channel in made])
            fade = u.EnvGen.kr(
                gate=given["gate"],
                envelope=u.Envelope([0, 1, 0], [0.02, 0.05], "linear", release_node=1),
                done_action=2,
            )
            if effect.kind == "send":
                u.Out.ar(bus=given["out"], source=clean * fade)
            else:
                u.XOut.ar(bus=given["out"], crossfade=fade, source=clean)
        return bytes(builder.build(name=name).compile())


def orbit_controls(effect: Effect) -> dict[str, Control]:
    """Every control of an orbit's effect, by name."""
    buses = {"out": COMMON["out"], "gate": COMMON["gate"]}
    if effect.kind == "send":
        buses["in_bus"] = Control(0, 0, 1e6, "bus", "first of the two buses it hears")
    return {**buses, **effect.controls}


def _units() -> Any:
    """supriya's units, loaded when the first definition is built."""
    return import_module("supriya.ugens")


def _note(
    given: dict[str, Any], instrument: Instrument, effects: tuple[Effect, ...], sends: frozenset[str]
) -> None:
    u = _units()

    for effect in effects:
        if effect.kind == "time":
            given["sustain"] = _call(effect, given)
    given["tuning"] = given["note"].semitones_to_ratio() if "note" in given else None
    pitch = "freq" if instrument.pitched else "tuning"
    for effect in effects:
        if effect.kind == "pitch":
            given[pitch] = _call(effect, {**given, "freq": given[pitch]})

    made = _call(instrument, given)
    ring: Any = instrument.ring
    if isinstance(made, tuple):
        made, ring = made
    hot = 10 ** ((instrument.trim + HEADROOM_DB) / 20)
    channels = [channel * hot for channel in as_channels(made, f"instrument {instrument.name!r}")]
    source = channels
    for effect in effects:
        if effect.kind == "insert":
            channels = _inserted(effect, channels, given)

    if instrument.shape != "sustain":
        heard = sum((abs(channel) for channel in (*source, *channels)), 0.0)
        u.DetectSilence.ar(source=heard, threshold=SILENCE, time=SILENT_FOR, done_action=2)
    level = _level(given) * _envelope(given, instrument, ring)
    sounding = [channel * level for channel in channels]
    position = given["pan"] * 2 - 1
    if len(sounding) == 1:
        stereo = u.Pan2.ar(source=sounding[0], position=position)
    else:
        stereo = u.Balance2.ar(left=sounding[0], right=sounding[1], position=position)
    stereo = u.UGenVector(*stereo)
    u.OffsetOut.ar(bus=given["out"], source=stereo * given["dry"] if sends else stereo)
    for send in sorted(sends):
        u.OffsetOut.ar(bus=given[f"out_{send}"], source=stereo * given[send])


def _level(given: Mapping[str, Any]) -> Any:
    u = _units()

    loudness = given["gain"].squared().squared()
    struck = (given["velocity"] / NOMINAL_VELOCITY) ** VELOCITY_CURVE
    cut = u.EnvGen.kr(
        gate=given["gate"],
        envelope=u.Envelope([1, 1, 0], [0.001, CUT_TIME], "linear", release_node=1),
        done_action=2,
    )
    return loudness * struck * cut * 10 ** (-HEADROOM_DB / 20)


def _envelope(given: Mapping[str, Any], instrument: Instrument, ring: Any) -> Any:
    u = _units()

    held, attack, release = given["sustain"], given["attack"], given["release"].max(0.002)
    if instrument.shape != "sustain":
        held = held.min(ring)
    if instrument.own_envelope:
        whole = u.Envelope([1, 1, 0], [held + release, 0.002], [0, 0])
        return u.EnvGen.ar(envelope=whole, done_action=2)
    attack = attack.min(held)
    # Starting at full level when there is no attack keeps the very first sample.
    start = attack <= 0
    shape = u.Envelope([start, 1, 1, 0], [attack, held - attack, release], [-2, 0, -4])
    return u.EnvGen.ar(envelope=shape, done_action=2)


def _inserted(effect: Effect, channels: list[Any], given: Mapping[str, Any]) -> list[Any]:
    who = f"effect {effect.name!r}"
    if effect.wide:
        return as_channels(_call(effect, {**given, "channels": channels}), who)
    made = [as_channels(_call(effect, {**given, "signal": channel}), who) for channel in channels]
    return [channel for row in made for channel in row[:1]]


def _parameters(builder: Any, controls: Mapping[str, Control]) -> dict[str, Any]:
    return {
        name: builder.add_parameter(name=name, value=float(control.default))
        for name, control in sorted(controls.items())
    }


def _call(declared: Instrument | Effect, given: Mapping[str, Any]) -> Any:
    if declared.function is None:
        raise DefinitionError(f"{declared.name!r} has no function to build it from: reload its file")
    asked = inspect.signature(declared.function).parameters
    try:
        return declared.function(**{name: given[name] for name in asked})
    except KeyError as error:
        raise DefinitionError(
            f"{declared.name!r} asks for {error}, which this sound does not have"
        ) from error
    except Exception as error:
        where = _line(declared, error)
        raise DefinitionError(f"{declared.name!r} does not build{where}: {one_line(error)}") from error


def _line(declared: Instrument | Effect, error: BaseException) -> str:
    file = declared.function.__code__.co_filename if declared.function is not None else ""
    found, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            found = trace.tb_lineno
        trace = trace.tb_next
    return f" at line {found} of {file}" if found else ""


def as_channels(made: Any, who: str) -> list[Any]:
    """What a function returned, as a list of one or two signals. Raises DefinitionError for anything else."""
    u = _units()

    if isinstance(made, (list, tuple, u.UGenVector)) or (
        isinstance(made, u.UGenOperable) and hasattr(made, "__len__")
    ):
        parts = [part for channel in made for part in as_channels(channel, who)]
    elif isinstance(made, u.UGenOperable):
        parts = [made]
    else:
        parts = []
    if not 1 <= len(parts) <= 2:
        raise DefinitionError(f"{who} returns {made!r:.60}: return one signal, or a list of two")
    return parts


def _with_default(control: Control, default: float) -> Control:
    return Control(default, control.low, control.high, control.unit, control.meaning)
