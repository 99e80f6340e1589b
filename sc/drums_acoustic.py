"""Drums of skin, wood and bronze, from the modes of what vibrates.

Modes of an ideal membrane: Rayleigh, The Theory of Sound (1894), zeros of Bessel functions over the first:
1, 1.593, 2.135, 2.295, 2.653, 2.917. Cymbals: dense inharmonic modes, highs fed from lows (Fletcher and
Rossing, The Physics of Musical Instruments, 1998)."""

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *

SHOT = {"family": "acoustic drums", "shape": "one-shot", "pitched": False, "attack": 0, "release": 0.05}
MEMBRANE = (1.0, 1.593, 2.135, 2.295, 2.653, 2.917)


def membrane(hit, base, decay, bright):
    """A drum head: high modes are weaker and die sooner; a harder stroke excites more of them."""
    modes = [
        (
            base * ratio,
            0.16 / (1 + number * 0.9) * (1 if number == 0 else bright * 1.6),
            decay / (1 + number * 0.8),
        )
        for number, ratio in enumerate(MEMBRANE)
    ]
    return rung(hit, modes)


@instrument(
    "bdacoustic",
    trim=-5,
    **SHOT,
    ring=3,
    decay=Control(0.5, 0.05, 3, "s", "how long the head rings"),
    snap=Control(0.5, 0, 1, meaning="click of the beater"),
    damp=Control(0.5, 0, 1, meaning="blanket inside"),
)
def bdacoustic(tuning, velocity, decay, snap, damp):
    """A bass drum with two heads, a felt beater and a blanket."""
    bright = lit(snap, velocity)
    hit = LPF.ar(tap(0.004, 0.6), 300 + bright * 1800) * 1.2
    ring = decay * (1.3 - damp * 0.8)
    shell = membrane(hit, 62 * tuning, ring, bright)
    punch = SinOsc.ar(58 * tuning * octaves(0.7 * perc(0, 0.03, -4))) * perc(
        0.001, 0.22 * (1.4 - damp * 0.6), -4
    )
    click = BPF.ar(WhiteNoise.ar(), 3100, 0.5) * perc(0, 0.009, -3) * bright * 1.4
    return ((punch * 1.1 + shell + click) * 1.1).tanh()


@instrument(
    "snacoustic",
    trim=-6,
    **SHOT,
    ring=3,
    decay=Control(0.3, 0.05, 3, "s", "how long it rings"),
    snap=Control(0.6, 0, 1, meaning="how tight the wires are"),
    damp=Control(0.4, 0, 1, meaning="tape on the head"),
)
def snacoustic(tuning, velocity, decay, snap, damp):
    """A wooden snare: head modes rattle the wires."""
    bright = lit(0.6, velocity)
    hit = LPF.ar(tap(0.002, 0.5), 2500 + bright * 7000) * 0.6
    head = membrane(hit * 3, 196 * tuning, decay * (1.2 - damp * 0.8), bright)
    shell = rung(hit, [(412 * tuning, 0.1, 0.12), (968 * tuning, 0.07, 0.08), (1550, 0.05, 0.05)])
    wires = WhiteNoise.ar() * (
        perc(0.002, 0.09 + decay * 0.35, -4) * 0.55 + Amplitude.kr(head, 0.001, 0.05) * 0.8
    )
    wires = BPF.ar(wires, 6200, 1.5) * 0.8 + BPF.ar(wires, 3300, 0.8) * 0.7
    return centred(((head + shell + wires * snap * 1.5 + hit * 0.5) * 1.2).tanh())


@instrument(
    "snbrush",
    trim=-6,
    **SHOT,
    ring=2,
    aliases=("brush",),
    decay=Control(0.2, 0.03, 2, "s", "length of the stroke"),
)
def snbrush(tuning, velocity, decay):
    """A snare stroked with a brush."""
    stroke = EnvGen.ar(envelope=Envelope([0, 1, 0.4, 0], [0.025, 0.06, decay], [2, -3, -3]))
    wires = BPF.ar(PinkNoise.ar() * 3, 4200, 1.4) + HPF.ar(WhiteNoise.ar(), 6000) * 0.25 * velocity
    head = BPF.ar(PinkNoise.ar(), 230 * tuning, 0.4) * 1.2
    return (wires + head) * stroke


@instrument(
    "tomacoustic",
    trim=-6,
    **SHOT,
    ring=4,
    decay=Control(0.8, 0.05, 4, "s", "how long the head rings"),
    damp=Control(0.3, 0, 1, meaning="gel on the head"),
)
def tomacoustic(tuning, velocity, decay, damp):
    """A tom with a coated head; `note` tunes it."""
    bright = lit(0.5, velocity)
    hit = LPF.ar(tap(0.003, 0.5), 900 + bright * 4500) * 2
    fall = 108 * tuning * octaves(0.12 * perc(0, 0.12, -4))
    head = membrane(hit, 108 * tuning, decay * (1.2 - damp * 0.8), bright)
    body = SinOsc.ar(fall) * perc(0.001, decay * (0.9 - damp * 0.5), -4)
    return (body * 0.9 + head + hit * 0.05).tanh()


def bronze(base, count, spread_, time, bright):
    """Many partials between `base` and the top of hearing, spaced as by chance but always the same."""
    modes = []
    for number in range(count):
        ratio = 1 + number * spread_ * (1 + 0.37 * ((number * 0.618034) % 1))
        freq = base * ratio
        modes.append((freq, 0.5 / (1 + number * 0.04), time * (1.2 - 0.8 * number / count)))
    return modes


@instrument(
    "hhacoustic",
    trim=-15,
    **SHOT,
    ring=2,
    decay=Control(0.09, 0.01, 2, "s", "how long it rings"),
    tone=Control(0.5, 0, 1, meaning="from the edge to the tip of the stick"),
)
def hhacoustic(tuning, velocity, decay, tone):
    """Two cymbals pressed together."""
    bright = lit(tone, velocity)
    hit = HPF.ar(WhiteNoise.ar(), 2500) * perc(0, 0.004, -3)
    modes = bronze(3150 * tuning, 18, 0.19, 0.16, bright)
    noise = BPF.ar(WhiteNoise.ar(), 8200, 0.9) * perc(0, decay, -5)
    return HPF.ar(rung(hit, modes) * perc(0, decay * 1.6, -4) * 0.12 + noise + hit * bright * 0.5, 3800)


@instrument(
    "ohacoustic",
    trim=-14,
    **SHOT,
    ring=4,
    decay=Control(0.6, 0.05, 4, "s", "how long it rings"),
    tone=Control(0.5, 0, 1, meaning="from the edge to the tip of the stick"),
)
def ohacoustic(tuning, velocity, decay, tone):
    """Two cymbals sizzling against each other."""
    bright = lit(tone, velocity)
    hit = HPF.ar(WhiteNoise.ar(), 2500) * perc(0, 0.006, -3)
    sizzle = WhiteNoise.ar() * (0.6 + LFNoise1.ar(900) * 0.4)
    noise = BPF.ar(sizzle, 7600, 1.1) * perc(0.002, decay, -3)
    modes = bronze(2650 * tuning, 18, 0.21, 0.7, bright)
    return HPF.ar(rung(hit, modes) * perc(0, decay, -3) * 0.12 + noise * 0.8 + hit * bright * 0.4, 3000)


@instrument(
    "crashacoustic",
    trim=-12,
    **SHOT,
    ring=7,
    channels=2,
    decay=Control(2.6, 0.2, 8, "s", "how long it rings"),
    tone=Control(0.5, 0, 1, meaning="from dark to bright"),
)
def crashacoustic(tuning, velocity, decay, tone):
    """A thin bronze crash: the highs bloom a moment after the stroke."""
    bright = lit(tone, velocity)
    hit = WhiteNoise.ar() * perc(0, 0.008, -3)

    def side(base):
        low = rung(HPF.ar(hit, 300), bronze(base * tuning, 14, 0.33, decay * 0.8, bright)) * 0.06
        bloom = EnvGen.ar(envelope=Envelope([0.3, 1, 0], [0.06, decay], [2, -5]))
        wash = BPF.ar(WhiteNoise.ar(), 4300, 1.0) * 0.35 + HPF.ar(WhiteNoise.ar(), 7000) * (
            0.1 + bright * 0.4
        )
        return centred(low + wash * bloom * 0.7) + HPF.ar(hit, 3000) * 0.5

    return [side(397), side(411)]


@instrument(
    "rideacoustic",
    trim=-13.5,
    **SHOT,
    ring=7,
    decay=Control(2.2, 0.2, 8, "s", "how long it rings"),
    body=Control(0.3, 0, 1, meaning="from the edge to the bell"),
)
def rideacoustic(tuning, velocity, decay, body):
    """A heavy ride: a stick's ping over a slow wash."""
    hit = HPF.ar(tap(0.0015, 0.6), 1500)
    ping = rung(hit, bronze(1180 * tuning, 12, 0.41, 0.9, 0.5)) * 0.09
    bell = rung(hit, [(f * tuning, 0.12, decay * 0.5) for f in (736, 1211, 1934, 2803)])
    wash = (
        BPF.ar(WhiteNoise.ar(), 5600, 1.2)
        * EnvGen.ar(envelope=Envelope([0, 1, 0], [0.05, decay], [1, -4]))
        * 0.12
    )
    return centred(ping * (1.2 - body) + bell * (0.1 + body * 0.5) + wash * (0.3 + velocity)) + hit * 0.4
