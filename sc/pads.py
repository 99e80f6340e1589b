"""Pads: slow, wide, for chords."""

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *

PAD = {"family": "pads", "channels": 2}
DETUNE = Control(0.35, 0, 1, meaning="how far the voices are apart")


@instrument("pad", trim=-19.5, **PAD, attack=0.35, release=0.9, brightness=Control(0.4, 0, 1), detune=DETUNE)
def pad(freq, velocity, brightness, detune):
    """A warm analogue pad: eight detuned saws under a filter that breathes."""
    apart = 0.0008 + detune * 0.006
    voices = [
        LFSaw.ar(freq * (1 + apart * (n / 3.5 - 1)) * (1 + LFNoise1.kr(0.6) * 0.0015), Rand.ir(0, 2))
        for n in range(8)
    ]
    sides = spread([voices[n] for n in (0, 5, 2, 7, 4, 1, 6, 3)], 0.9)
    bright = lit(brightness, velocity)
    slow = SinOsc.kr(0.09, Rand.ir(0, 6.28)) * 0.25 + 1
    cutoff = ((freq * 2 + 300 + bright * bright * 6500) * slow).clip(150, 12000)
    return [centred(HPF.ar(RLPF.ar(side, cutoff, 0.8), (freq * 0.6).clip(30, 400))) for side in sides]


@instrument("warm", trim=-11.5, **PAD, attack=0.5, release=1.2, brightness=Control(0.3, 0, 1), detune=DETUNE)
def warm(freq, velocity, brightness, detune):
    """Triangles and sines, hardly any edge."""
    apart = 0.0001 + detune * 0.0051
    cutoff = (freq * 2.5 + 400 + lit(brightness, velocity) * 3500).clip(200, 9000)

    def side(sign):
        # Begun within a third of a period of one another, so that no chance makes them cancel.
        voices = mix([LFTri.ar(freq * (1 + apart * k * sign), Rand.ir(0, 1.3)) for k in (-1, -0.1, 1.1)])
        octave = SinOsc.ar(freq * 2 * (1 + apart * sign * 0.5), Rand.ir(0, 6.28)) * 0.25
        throb = 1 + LFNoise2.kr(0.5) * 0.15
        return LPF.ar(voices * 0.5 + octave * throb, cutoff)

    return [centred(side(1)), centred(side(-1))]


@instrument(
    "sweep",
    trim=-8,
    **PAD,
    attack=0.4,
    release=1.0,
    aliases=("sweeppad",),
    brightness=Control(0.6, 0, 1),
    resonance=Control(0.55, 0, 0.95, meaning="how much the filter rings"),
    rate=Control(0.12, 0.01, 4, "Hz", "speed of the sweep"),
)
def sweep(freq, velocity, brightness, resonance, rate):
    """Saws and pulses through a resonant filter that wanders up and down."""

    def side(sign):
        source = Saw.ar(freq * (1 + 0.0022 * sign)) + Pulse.ar(
            freq * (1 - 0.003 * sign), 0.4 + SinOsc.kr(0.3, sign) * 0.1
        )
        swing = SinOsc.kr(rate, sign * 0.6 - 1.2) * 1.5 + 0.7
        cutoff = (freq * 2 + 250 + lit(brightness, velocity) * 1800) * octaves(swing)
        return RLPF.ar(source * 0.6, cutoff.clip(120, 13000), (1 - resonance).clip(0.08, 1))

    return [centred(side(1)), centred(side(-1))]


@instrument(
    "airpad", trim=-4.5, **PAD, attack=0.6, release=1.4, aliases=("breathpad",), brightness=Control(0.5, 0, 1)
)
def airpad(freq, velocity, brightness):
    """Noise sung through the note's own partials."""
    bright = lit(brightness, velocity)

    def side(sign):
        noise = PinkNoise.ar()
        bands = mix(
            [
                BPF.ar(noise, (freq * n).clip(30, 16000), 0.006 + 0.002 * n)
                * (7 / n ** (1.5 - bright))
                * audible(freq * n, 16000, 3000)
                for n in (1, 2, 3, 4, 5, 6, 8)
            ]
        )
        return (
            bands
            + SinOsc.ar(freq * (1 + 0.0006 * sign), Rand.ir(0, 6.28)) * 0.35
            + HPF.ar(noise, 4000) * 0.05 * bright
        )

    return [side(1), side(-1)]


@instrument(
    "polysynth",
    trim=-8.5,
    **PAD,
    attack=0.02,
    release=0.35,
    aliases=("poly", "juno"),
    brightness=Control(0.5, 0, 1),
    detune=DETUNE,
    suboctave=Control(0.4, 0, 1, meaning="square an octave below"),
)
def polysynth(freq, velocity, brightness, detune, suboctave):
    """A one-oscillator polysynth saved by its chorus."""
    source = (
        Saw.ar(freq) * 0.7
        + Pulse.ar(freq, 0.5 + SinOsc.kr(0.6) * 0.3) * 0.5
        + Pulse.ar(freq * 0.5, 0.5) * suboctave * 0.5
    )
    bright = lit(brightness, velocity)
    cutoff = (freq * 2 + 400 + bright * 7000 * bend(0.6, 0.01, 1, 0.5, 0.55)).clip(150, 14000)
    dry = HPF.ar(RLPF.ar(source, cutoff, 0.75), 60)
    depth = 0.0002 + detune * 0.0028
    wet = [DelayC.ar(dry, 0.02, 0.0052 + SinOsc.kr(0.55, phase) * depth) for phase in (0, 3.14159)]
    return [centred(dry * 0.6 + side * 0.7) for side in wet]


@instrument(
    "solina",
    trim=-10.5,
    **PAD,
    attack=0.12,
    release=0.5,
    aliases=("stringmachine",),
    brightness=Control(0.5, 0, 1),
)
def solina(freq, velocity, brightness):
    """A string machine: plain saws an octave apart through a three-phase ensemble."""
    source = HPF.ar(Saw.ar(freq) + Saw.ar(freq * 2) * 0.6, 180)
    low = LPF.ar(source, (freq * 4 + 1500 + lit(brightness, velocity) * 5000).clip(500, 12000))
    phases = (0, 2.0944, 4.18879)
    lines = [
        DelayC.ar(low, 0.03, 0.008 + SinOsc.kr(0.62, p) * 0.0021 + SinOsc.kr(6.1, p) * 0.00025)
        for p in phases
    ]
    return [centred(low * 0.4 + lines[0] + lines[1] * 0.6), centred(low * 0.4 + lines[2] + lines[1] * 0.6)]


@instrument("drone", trim=-10, **PAD, attack=1.0, release=2.0, brightness=Control(0.45, 0, 1), detune=DETUNE)
def drone(freq, velocity, brightness, detune):
    """A tanpura-like drone of partials that come and go."""
    bright = lit(brightness, velocity)

    def side(sign):
        return mix(
            [
                SinOsc.ar(freq * n * (1 + detune * 0.0015 * sign * LFNoise1.kr(0.1)), Rand.ir(0, 6.28))
                * (LFNoise2.kr(0.17 + n * 0.013) * 0.5 + 0.55).max(0)
                * n ** (-1.5 + bright)
                * audible(freq * n, 17000, 3000)
                for n in range(1, 13)
            ]
        )

    return [side(1), side(-1)]
