"""Bowed strings: one player and many.

Bow on string: Helmholtz's sawtooth. Bodies: air and wood resonances and the hill about 2.5 kHz of the
bridge, after Fletcher and Rossing, The Physics of Musical Instruments (1998), chapter 10."""

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *

BOW = {
    "brightness": Control(0.45, 0, 1, meaning="how near the bridge the bow is"),
    "vib": Control(5.4, 0, 12, "Hz", "speed of the vibrato"),
    "vibmod": Control(0.18, 0, 2, "semitones", "depth of the vibrato, once it has begun"),
}


def bowed(freq, velocity, brightness, vib, vibmod, body, air, late=0.3):
    """A sawtooth whose corner the bow blurs, through a wooden box."""
    swing = SinOsc.kr(vib * (1 + LFNoise1.kr(1) * 0.1), Rand.ir(0, 6.28)) * EnvGen.kr(
        envelope=Envelope([0, 0, 1], [late, 0.6], [0])
    )
    pitch = freq * (swing * vibmod).semitones_to_ratio() * (1 + LFNoise1.kr(6) * 0.0012)
    bright = lit(brightness, velocity)
    grip = bend(0.35, 0.07, 1, 0.35, 0.82)
    tone = LPF.ar(Saw.ar(pitch), (freq * 2.5 + 600 + bright * 7500 * grip).clip(300, 15000))
    rosin = HPF.ar(PinkNoise.ar(), 1500) * (0.02 + perc(0.01, 0.09, -3) * 0.14) * (0.3 + bright)
    source = tone + rosin
    boxed = source * 0.35
    for centre, width, level in body:
        boxed = boxed + BPF.ar(source, centre, width) * level
    return centred(HPF.ar(boxed, air * 0.45))


VIOLIN = (
    (275, 0.16, 0.9),
    (460, 0.14, 0.9),
    (550, 0.14, 0.7),
    (1000, 0.25, 0.6),
    (2500, 0.45, 0.9),
    (3500, 0.4, 0.5),
)
VIOLA = (
    (225, 0.16, 0.9),
    (370, 0.15, 0.9),
    (480, 0.14, 0.6),
    (850, 0.25, 0.6),
    (2000, 0.45, 0.8),
    (3000, 0.4, 0.4),
)
CELLO = (
    (98, 0.16, 1.0),
    (176, 0.15, 1.0),
    (220, 0.15, 0.7),
    (420, 0.25, 0.7),
    (1100, 0.4, 0.6),
    (2000, 0.5, 0.6),
)


@instrument(
    "string", trim=-7, family="bowed strings", attack=0.06, release=0.16, aliases=("violin", "fiddle"), **BOW
)
def string_(freq, velocity, brightness, vib, vibmod):
    """A solo violin."""
    return bowed(freq, velocity, brightness, vib, vibmod, VIOLIN, 200)


@instrument("viola", trim=-2.5, family="bowed strings", attack=0.07, release=0.18, **BOW)
def viola(freq, velocity, brightness, vib, vibmod):
    """A solo viola."""
    return bowed(freq, velocity, brightness * 0.9, vib, vibmod, VIOLA, 150)


@instrument("cello", trim=-2.5, family="bowed strings", attack=0.08, release=0.2, **BOW)
def cello(freq, velocity, brightness, vib, vibmod):
    """A solo cello."""
    return bowed(freq, velocity, brightness * 0.85, vib * 0.93, vibmod, CELLO, 60)


@instrument(
    "strings",
    trim=-10,
    family="bowed strings",
    attack=0.14,
    release=0.4,
    channels=2,
    aliases=("ensemble",),
    detune=Control(0.35, 0, 1, meaning="how far the players are apart"),
    **BOW,
)
def strings(freq, velocity, brightness, detune, vib, vibmod):
    """A string section, eight desks from left to right."""
    bright = lit(brightness, velocity)
    apart = 0.0004 + detune * 0.007
    unsteady = 0.0003 + detune * 0.0034

    def desk(number):
        offset = apart * (number / 3.5 - 1)
        swing = SinOsc.kr(vib * (0.85 + number * 0.04), Rand.ir(0, 6.28)) * vibmod * 0.7
        return Saw.ar(freq * (1 + offset) * swing.semitones_to_ratio() * (1 + LFNoise1.kr(3) * unsteady))

    cutoff = (freq * 2.5 + 500 + bright * 6500).clip(300, 13000)

    def hall(signal):
        low = LPF.ar(signal, cutoff)
        return HPF.ar(low * 0.6 + BPF.ar(low, 480, 0.5) * 0.5 + BPF.ar(low, 2500, 0.6) * 0.4, 90)

    return [
        hall(side)
        for side in spread(staggered([desk(number) for number in (0, 4, 2, 6, 1, 5, 3, 7)], freq), 0.9)
    ]


@instrument(
    "tremolo_strings",
    trim=-9,
    family="bowed strings",
    attack=0.08,
    release=0.3,
    channels=2,
    aliases=("tremstrings",),
    rate=Control(9, 1, 20, "Hz", "strokes a second"),
    brightness=Control(0.5, 0, 1),
)
def tremolo_strings(freq, velocity, rate, brightness):
    """A section playing tremolo, nobody with his neighbour."""
    cutoff = (freq * 2 + 700 + lit(brightness, velocity) * 6500).clip(300, 13000)

    def desk(number):
        stroke = LFNoise2.kr(rate * (0.9 + number * 0.04)) * 0.45 + 0.6
        return LPF.ar(Saw.ar(freq * (1 + (number - 2.5) * 0.0006)), cutoff) * stroke

    return [
        centred(HPF.ar(side, 90))
        for side in spread(staggered([desk(number) for number in range(6)], freq, 0.4), 0.9)
    ]
