"""Unit generators that scsynth has and supriya lacks. Each has a render test."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any, cast

from supriya.ugens import UGen, UGenVector
from supriya.ugens.core import param, ugen

# supriya makes the methods ar and kr at run time; for type checkers its units are open.
_units: Any = import_module("supriya.ugens")


@ugen(ar=True, kr=True)
class Osc(UGen):
    """Reads a wavetable buffer (in SuperCollider's wavetable format), interpolating."""

    buffer_id = param()
    frequency = param(440.0)
    phase = param(0.0)


@ugen(ar=True, kr=True)
class OscN(UGen):
    """Reads a buffer of one period without interpolation."""

    buffer_id = param()
    frequency = param(440.0)
    phase = param(0.0)


@ugen(ar=True, kr=True)
class Shaper(UGen):
    """Wave shaping by a buffer in wavetable format."""

    buffer_id = param()
    source = param()


@ugen(ar=True, channel_count=2, fixed_channel_count=True)
class FreeVerb2(UGen):
    """Two-channel Schroeder-Moorer reverb."""

    left = param()
    right = param()
    mix = param(0.33)
    room_size = param(0.5)
    damping = param(0.5)


@ugen(ar=True, channel_count=2, fixed_channel_count=True)
class GVerb(UGen):
    """Feedback delay network reverb of one input; `max_room_size` must not be smaller than `room_size`."""

    source = param()
    room_size = param(10.0)
    reverb_time = param(3.0)
    damping = param(0.5)
    input_bandwidth = param(0.5)
    spread = param(15.0)
    dry_level = param(1.0)
    early_level = param(0.7)
    tail_level = param(0.5)
    max_room_size = param(300.0)


@ugen(ar=True, is_multichannel=True, channel_count=1)
class TGrains(UGen):
    """Grains of a buffer, one for each trigger."""

    trigger = param(0.0)
    buffer_id = param(0.0)
    rate = param(1.0)
    center = param(0.0)
    duration = param(0.1)
    pan = param(0.0)
    amplitude = param(0.1)
    interpolation = param(4.0)


@ugen(ar=True, is_multichannel=True, channel_count=1)
class GrainSin(UGen):
    """Sine grains, one for each trigger."""

    trigger = param(0.0)
    duration = param(1.0)
    frequency = param(440.0)
    pan = param(0.0)
    envelope_buffer = param(-1.0)
    max_grains = param(512.0)


@ugen(ar=True, is_multichannel=True, channel_count=1)
class GrainFM(UGen):
    """Frequency-modulated grains, one for each trigger."""

    trigger = param(0.0)
    duration = param(1.0)
    carrier = param(440.0)
    modulator = param(200.0)
    depth = param(1.0)
    pan = param(0.0)
    envelope_buffer = param(-1.0)
    max_grains = param(512.0)


@ugen(ar=True, kr=True)
class PulseCount(UGen):
    """Counts triggers."""

    trigger = param(0.0)
    reset = param(0.0)


@ugen(ar=True, kr=True)
class PulseDivider(UGen):
    """Passes one trigger in `division`."""

    trigger = param(0.0)
    division = param(2.0)
    start = param(0.0)


@ugen(ar=True, kr=True)
class Stepper(UGen):
    """Steps from `minimum` to `maximum` at each trigger."""

    trigger = param(0.0)
    reset = param(0.0)
    minimum = param(0.0)
    maximum = param(7.0)
    step = param(1.0)
    reset_value = param(0.0)


@ugen(ar=True)
class PartConv(UGen):
    """Convolution with a buffer that was prepared as partitioned spectra."""

    source = param()
    fft_size = param()
    buffer_id = param()


@ugen(ar=True, channel_count=2, fixed_channel_count=True)
class JPverbRaw(UGen):
    """Of sc3-plugins: Julian Parker's reverb. Its inputs are in the alphabet's order, as Faust has them."""

    left = param()
    right = param()
    damp = param(0.0)
    early_diffusion = param(0.707)
    high_band = param(2000.0)
    high = param(1.0)
    low_band = param(500.0)
    low = param(1.0)
    depth = param(0.1)
    speed = param(2.0)
    mid = param(1.0)
    size = param(1.0)
    time = param(1.0)


@ugen(ir=True, is_width_first=True)
class SetBuf(UGen):
    """Writes constants into a buffer when the synth starts."""

    buffer_id = param()
    offset = param(0.0)
    length = param()
    values = param(unexpanded=True)


@ugen(ar=True)
class _Klang(UGen):
    frequency_scale = param(1.0)
    frequency_offset = param(0.0)
    specifications = param(unexpanded=True)


class Klang:
    """A bank of fixed sine oscillators."""

    @staticmethod
    def ar(
        frequencies: Sequence[Any],
        amplitudes: Sequence[Any] | None = None,
        phases: Sequence[Any] | None = None,
        frequency_scale: Any = 1,
        frequency_offset: Any = 0,
    ) -> Any:
        """Sum of sines at `frequencies` (Hz, read once when the synth starts)."""
        loud = amplitudes or [1.0] * len(frequencies)
        turned = phases or [0.0] * len(frequencies)
        rows = [value for row in zip(frequencies, loud, turned) for value in row]
        return cast(Any, _Klang).ar(
            frequency_scale=frequency_scale, frequency_offset=frequency_offset, specifications=rows
        )


class DynKlank:
    """A bank of resonators whose frequencies and ring times may move."""

    @staticmethod
    def ar(
        source: Any,
        frequencies: Sequence[Any],
        amplitudes: Sequence[Any] | None = None,
        times: Sequence[Any] | None = None,
    ) -> Any:
        """Sum of `Ringz` at `frequencies` (Hz), ringing `times` seconds to -60 dB."""
        loud = amplitudes or [1.0] * len(frequencies)
        long = times or [1.0] * len(frequencies)
        rung = [
            _units.Ringz.ar(source=source, frequency=frequency, decay_time=time) * level
            for frequency, level, time in zip(frequencies, loud, long)
        ]
        return UGenVector(*rung).sum()


class SelectX:
    """Crossfades, with equal power, between the neighbours of a list that an index points between."""

    @staticmethod
    def ar(selector: Any, sources: Sequence[Any]) -> Any:
        """`selector` from 0 to len(sources) - 1, signal or number."""
        even = _units.Select.ar(selector=(selector / 2).round(1) * 2, sources=sources)
        odd = _units.Select.ar(selector=((selector + 1) / 2).round(1) * 2 - 1, sources=sources)
        return _units.XFade2.ar(in_a=even, in_b=odd, pan=(selector * 2 - 1).fold2(1))


class SoundIn:
    """A channel of the sound card's input, counted from 0."""

    @staticmethod
    def ar(channel: int = 0, channel_count: int = 1) -> Any:
        """One or more neighbouring inputs."""
        return _units.In.ar(bus=_units.NumOutputBuses.ir() + channel, channel_count=channel_count)


class VarLag:
    """Reaches each new value of a control in a straight line of `time` seconds."""

    @staticmethod
    def kr(source: Any, time: Any = 0.1) -> Any:
        """`source` is a control-rate signal that moves in steps."""
        return cast(Any, _VarLag).kr(source=source, time=time, start=source)


@ugen(ar=True, kr=True)
class _VarLag(UGen):
    source = param()
    time = param(0.1)
    start = param(0.0)


# scsynth goes by the class's name; the public names belong to the friendlier makers above.
_Klang.__name__, _VarLag.__name__ = "Klang", "VarLag"

__all__ = [
    "DynKlank", "FreeVerb2", "GVerb", "GrainFM", "GrainSin", "JPverbRaw", "Klang", "Osc", "OscN", "PartConv",
    "PulseCount", "PulseDivider", "SelectX", "SetBuf", "Shaper", "SoundIn", "Stepper", "TGrains", "VarLag",
]  # fmt: skip
