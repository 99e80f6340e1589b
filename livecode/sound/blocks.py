"""Building blocks that instruments share: envelopes, banks of partials, drift.

from livecode.sound.blocks import *
SinOsc.ar(freq) * perc(0.001, 0.4)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from livecode.sound.ugens import (
    LPF,
    DelayN,
    Envelope,
    EnvGen,
    Impulse,
    LeakDC,
    LFPulse,
    Pluck,
    Rand,
    Ringz,
    SampleRate,
    SinOsc,
    WhiteNoise,
)

__all__ = [
    "additive",
    "audible",
    "bend",
    "centred",
    "line",
    "lit",
    "mix",
    "octaves",
    "perc",
    "pick",
    "rung",
    "spread",
    "staggered",
    "string",
    "swing",
    "tap",
    "times",
    "vibrato",
]  # fmt: skip


def perc(attack: Any = 0.001, decay: Any = 0.3, curve: Any = -4, level: Any = 1) -> Any:
    """Rises in `attack` seconds and falls in `decay` seconds. With attack 0 it starts at full level."""
    if isinstance(attack, (int, float)) and attack == 0:
        return EnvGen.ar(envelope=Envelope([level, 0], [decay], [curve]))
    return EnvGen.ar(envelope=Envelope([0, level, 0], [attack, decay], [2, curve]))


def line(start: Any, stop: Any, time: Any, curve: Any = 0) -> Any:
    """Moves from `start` to `stop` in `time` seconds and stays."""
    return EnvGen.ar(envelope=Envelope([start, stop], [time], [curve]))


def staggered(voices: Sequence[Any], freq: Any, most: float = 0.95) -> list[Any]:
    """The same voices, each but the first late by a part of a period of its own, at most 8 ms.

    Oscillators all begin alike, and a section that begins alike phases. `most` is the largest part: where
    loudness moves too, a small one keeps the sum's phase, and with it the pitch, from wandering."""
    late = [DelayN.ar(voice, 0.01, (Rand.ir(0.05, most) / freq).min(0.008)) for voice in voices[1:]]
    return [voices[0], *late]


def bend(*points: Any, curve: Any = 0) -> Any:
    """Level, seconds, level, seconds, level...: passes through the levels."""
    return EnvGen.ar(envelope=Envelope(list(points[0::2]), list(points[1::2]), [curve]))


def centred(signal: Any) -> Any:
    """The signal without its offset from zero; what sounds (above 10 Hz) is left alone."""
    return LeakDC.ar(signal, 0.9987)


def mix(signals: Sequence[Any]) -> Any:
    """The sum of a list of signals."""
    total = signals[0]
    for signal in signals[1:]:
        total = total + signal
    return total


def times(count: int, make: Callable[[int], Any]) -> list[Any]:
    """A list of what `make` gives for 0, 1 ... count - 1."""
    return [make(number) for number in range(count)]


def spread(signals: Sequence[Any], width: float = 1.0) -> list[Any]:
    """Lays signals out from left to right, equally loud; returns two channels. `width` is 0 to 1."""
    left, right = [], []
    for number, signal in enumerate(signals):
        position = 0.0 if len(signals) == 1 else width * (2 * number / (len(signals) - 1) - 1)
        left.append(signal * ((1 - position) / 2) ** 0.5)
        right.append(signal * ((1 + position) / 2) ** 0.5)
    return [mix(left), mix(right)]


def additive(freq: Any, partials: Sequence[tuple[float, Any]]) -> Any:
    """A sum of sines: (multiple of freq, level) each. Partials above hearing fade out before they fold
    back.
    """
    return mix([
        SinOsc.ar(freq * ratio, Rand.ir(0, 6.283)) * level * audible(freq * ratio)
        for ratio, level in partials
    ])  # fmt: skip


def audible(pitch: Any, top: float = 20000, band: float = 2000) -> Any:
    """1 for a partial that can be heard, falling to 0 in the `band` Hz below `top`, before it folds back."""
    return ((top - pitch) / band).clip(0, 1)


def swing(rate: Any, delay: Any = 0.3, rise: Any = 0.4) -> Any:
    """What a vibrato adds, -1 to 1: nothing for `delay` seconds, all of it `rise` seconds later."""
    begun = EnvGen.kr(envelope=Envelope([0, 0, 1], [delay, rise], [0]))
    return SinOsc.kr(rate, Rand.ir(0, 6.283)) * begun


def vibrato(freq: Any, rate: Any = 5.5, depth: Any = 0.005, delay: Any = 0.3) -> Any:
    """The frequency, swinging by `depth` (a fraction of it) once `delay` seconds have passed."""
    return freq * (1 + swing(rate, delay) * depth)


def octaves(amount: Any) -> Any:
    """The factor of frequency that so many octaves make."""
    return 2.0**amount if isinstance(amount, (int, float)) else (amount * 12).semitones_to_ratio()


def lit(brightness: Any, velocity: Any, reach: float = 0.6) -> Any:
    """Brightness as it is set at a normal velocity, more when played harder, less when softer; 0 to 1."""
    return (brightness + (velocity - 0.8) * reach).clip(0, 1)


def rung(source: Any, modes: Sequence[tuple[Any, Any, Any]]) -> Any:
    """Resonators struck by `source`: (Hz, level, seconds to -60 dB) each."""
    return mix([Ringz.ar(source, freq, time) * level for freq, level, time in modes])


def tap(time: Any, noise: Any = 0.25) -> Any:
    """A blow of `time` seconds for resonators: a pulse, always the same, and a little noise."""
    return perc(0, time, -3) * 1.5 + WhiteNoise.ar() * perc(0, time, -3) * noise


def string(freq: Any, exciter: Any, decay: Any, damping: Any) -> Any:
    """Karplus and Strong's string, sounding at once and in tune.

    The loop is shortened by what its low-pass filter delays; the exciter itself is heard during the
    first period, which the delay line alone would keep silent. `damping` is 0 (bright) to 0.9, `decay`
    seconds to -60 dB. High notes are damped less, so that the filter alone never takes a fundamental
    away in less than a second or so.
    """
    angle = freq * 6.283185307 / SampleRate.ir()
    room = freq * angle * angle / 9.2 + 2
    damped = ((room - (room * room - 4).max(0).sqrt()) / 2).min(damping)
    delay = (damped * angle.sin()).atan2(1 - damped * angle.cos()) / angle / SampleRate.ir()
    first = EnvGen.ar(envelope=Envelope([1, 1, 0], [1 / freq, 0.0001], [0, 0]))
    return Pluck.ar(exciter, Impulse.ar(0), 0.1, 1 / freq - delay, decay, damped) + exciter * first


def pick(freq: Any, position: Any, bright: Any, noise: Any = 0.15) -> Any:
    """What a finger or plectrum at `position` (0 to 1 of the string) gives a string: the bridge force of
    an ideal plucked string is a rectangle of that width, here softened (`bright` 0 to 1) and roughened
    by noise.
    """
    force = LFPulse.ar(freq, 0, position) - position
    rough = WhiteNoise.ar() * noise
    cutoff = (freq * 2 + 250 + bright * bright * 13000).clip(100, 18000)
    return LPF.ar(force * 1.2 + rough, cutoff)
