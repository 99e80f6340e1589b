"""Keyboards with hammers, tines, plectra and tangents."""

from math import pi, sin

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *

STRUCK = {"family": "keys", "shape": "decay", "attack": 0, "ring": 16}


def stretched(freq, count, stiffness):
    """Partials of a stiff string over its first one: n sqrt((1 + B n^2) / (1 + B)) (Fletcher, JASA 36,
    1964).
    """
    return [((1 + stiffness * n * n) / (1 + stiffness)).sqrt() * n for n in range(1, count + 1)]


@instrument(
    "piano",
    trim=-5.5,
    **STRUCK,
    release=0.22,
    channels=2,
    aliases=("grand", "superpiano"),
    brightness=Control(0.5, 0, 1, meaning="how hard the felt is"),
    decay=Control(1, 0.1, 4, "", "how long the strings ring, as a factor"),
    detune=Control(0.25, 0, 1, meaning="how far the strings of a note are apart"),
    panspread=Control(0.5, 0, 1, meaning="low notes left, high notes right"),
)
def piano(freq, velocity, brightness, decay, detune, panspread):
    """A grand piano: stiff strings in pairs, a hammer whose felt hardens with force, two speeds of decay."""
    stiffness = (0.00028 * (freq / 261.6) ** 1.6).clip(0.00008, 0.02)
    force = lit(brightness, velocity, 0.9)
    ring = decay * (9 * (110 / freq) ** 0.55).clip(0.35, 14)
    rolloff = 1.1 + (1 - force) * 1.6 + (freq / 2600)
    apart = 0.00012 + detune * 0.0009
    low, high = [], []
    for number, ratio in enumerate(stretched(freq, 18, stiffness), 1):
        pitch = freq * ratio
        level = (
            (0.06 + abs(sin(number * pi / 8.2))) * number ** (-rolloff) * audible(pitch, 18000, 3000)
        )
        quick = ring / (1 + 0.32 * (number - 1))
        fall = perc(0.0012, quick * 0.45, -5) * 0.75 + perc(0.003, quick * 1.5, -5) * 0.3
        side = low if number % 2 else high
        tone = (
            SinOsc.ar(pitch * (1 + apart)) + SinOsc.ar(pitch * (1 - apart), 0.6)
            if number < 7
            else SinOsc.ar(pitch) * 1.6
        )
        side.append(tone * level * fall)
    body = LPF.ar(BrownNoise.ar() + WhiteNoise.ar() * force * 0.35, 280 + force * 2400)
    knock = body * perc(0.0006, 0.045, -4) * (0.1 + force * 0.3)
    soundboard = rung(knock * 0.02, [(92, 0.8, 0.25), (187, 0.6, 0.2), (345, 0.4, 0.12)])
    even, odd = mix(high), mix(low)
    place = ((freq / 523).log2() * 0.16).clip(-0.45, 0.45) * panspread
    left = odd * 0.55 + even * 0.45
    right = odd * 0.45 + even * 0.55
    extra = knock + soundboard
    return [(left + extra) * (1 - place), (right + extra) * (1 + place)]


@instrument(
    "epiano",
    trim=-9,
    **STRUCK,
    release=0.25,
    channels=2,
    aliases=("rhodes",),
    brightness=Control(0.5, 0, 1, meaning="how near the tine is to the pickup"),
    decay=Control(3.5, 0.2, 12, "s", "how long the tine rings"),
    tremolorate=Control(4.6, 0, 12, "Hz", "speed of the stereo tremolo"),
    tremolodepth=Control(0.25, 0, 1, meaning="depth of the stereo tremolo"),
)
def epiano(freq, velocity, brightness, decay, tremolorate, tremolodepth):
    """A tine piano: a soft bell over a bar, growling when it is hit hard."""
    force = lit(brightness, velocity, 1.0)
    ring = decay * (330 / (freq + 160)).clip(0.35, 1.6)
    index = (0.25 + force * force * 2.6) * (perc(0.001, ring * 0.5, -5) * 0.85 + 0.1)
    bar = SinOsc.ar(freq + SinOsc.ar(freq) * freq * index)
    tine = (
        SinOsc.ar(freq * 7.02 + SinOsc.ar(freq * 14.1) * freq * 0.6)
        * perc(0.0008, 0.28, -5)
        * (0.05 + force * 0.16)
    )
    near = ((centred(bar) + 0.18) * (1 + force * 1.2)).tanh()
    thud = LPF.ar(BrownNoise.ar(), 500) * perc(0.001, 0.03, -4) * 0.25
    tone = (centred(near) * 0.8 + tine + thud) * perc(0.0015, ring, -5)
    swing = SinOsc.kr(tremolorate) * tremolodepth
    return [tone * (1 - swing), tone * (1 + swing)]


@instrument(
    "wurli",
    trim=-13.5,
    **STRUCK,
    release=0.12,
    aliases=("wurlitzer",),
    brightness=Control(0.55, 0, 1, meaning="how hard the reed is hit"),
    decay=Control(2.2, 0.2, 8, "s", "how long the reed rings"),
    tremolorate=Control(5.6, 0, 12, "Hz", "speed of the tremolo"),
    tremolodepth=Control(0.2, 0, 1, meaning="depth of the tremolo"),
)
def wurli(freq, velocity, brightness, decay, tremolorate, tremolodepth):
    """A reed piano: hollow when soft, barking when hard."""
    force = lit(brightness, velocity, 1.0)
    ring = decay * (330 / (freq + 160)).clip(0.35, 1.5)
    reed = SinOsc.ar(freq) + SinOsc.ar(freq * 3.0, 0.4) * 0.16 * force * perc(0.001, ring * 0.4, -4)
    bark = centred((reed * (0.8 + force * 3.2 * (perc(0.001, ring * 0.5, -4) + 0.15)) + 0.35).tanh())
    hit = BPF.ar(WhiteNoise.ar(), 1900, 0.8) * perc(0.0005, 0.018, -4) * 0.3 * force
    return (LPF.ar(bark, 5200) + hit) * perc(0.002, ring, -5) * (1 + SinOsc.kr(tremolorate) * tremolodepth)


@instrument(
    "clav",
    trim=-10,
    **STRUCK,
    release=0.035,
    aliases=("clavinet",),
    brightness=Control(0.6, 0, 1, meaning="which tablets are down: soft to brilliant"),
    decay=Control(1.6, 0.1, 8, "s", "ring time of the string"),
)
def clav(freq, velocity, brightness, decay):
    """A string struck by a rubber tangent over two pickups."""
    force = lit(brightness, velocity, 0.7)
    tone = string(freq, pick(freq, 0.09, force, 0.25), decay, 0.35 - force * 0.25)
    pickups = tone - DelayL.ar(tone, 0.05, 0.21 / freq) * 0.85
    bark = BPeakEQ.ar((pickups * (1.5 + force * 2)).tanh(), 1700, 0.8, 6)
    return centred(HPF.ar(bark, 110))


@instrument(
    "harpsichord",
    trim=-9.5,
    **STRUCK,
    release=0.06,
    channels=2,
    aliases=("cembalo",),
    brightness=Control(0.7, 0, 1, meaning="hardness of the plectrum"),
    decay=Control(2.6, 0.1, 8, "s", "ring time of the strings"),
    coupler=Control(0.4, 0, 1, meaning="how much of the 4' choir sounds"),
)
def harpsichord(freq, velocity, brightness, decay, coupler):
    """Quills on thin wires: two choirs at 8', one at 4', and a jack that falls back."""
    force = lit(brightness, velocity, 0.2)
    ring = decay * (400 / (freq + 200)).clip(0.5, 1.5)
    one = string(freq, pick(freq, 0.11, force, 0.25), ring, 0.12)
    two = string(freq * 1.0004, pick(freq, 0.16, force, 0.25), ring, 0.15)
    four = string(freq * 2, pick(freq * 2, 0.12, force, 0.25), ring * 0.7, 0.12) * coupler
    jack = BPF.ar(WhiteNoise.ar(), 3200, 0.7) * perc(0.0003, 0.01, -4) * 0.35
    thin = [
        HPF.ar(signal, (freq * 0.8).clip(90, 2000)) for signal in (one + four * 0.7 + jack, two + four + jack)
    ]
    return [centred(signal) for signal in thin]


@instrument(
    "celesta",
    trim=-11,
    **STRUCK,
    release=0.3,
    brightness=Control(0.4, 0, 1, meaning="hardness of the felt"),
    decay=Control(1.8, 0.1, 8, "s", "how long the plates ring"),
)
def celesta(freq, velocity, brightness, decay):
    """Steel plates over wooden boxes, struck by felt."""
    force = lit(brightness, velocity, 0.8)
    ring = decay * (700 / (freq + 300)).clip(0.4, 1.5)
    rows = ((1, 1, 1), (2.0, 0.18, 0.6), (3.98, 0.16 + force * 0.2, 0.22), (8.1, force * 0.12, 0.08))
    tone = mix(
        [
            SinOsc.ar(freq * r) * perc(0.0012, ring * t, -5) * a * audible(freq * r, 18000, 2000)
            for r, a, t in rows
        ]
    )
    return tone + LPF.ar(BrownNoise.ar(), 900) * perc(0.0006, 0.02, -4) * 0.25


@instrument(
    "toypiano", trim=-10, **STRUCK, release=0.15, decay=Control(1.1, 0.1, 6, "s", "how long the rods ring")
)
def toypiano(freq, velocity, decay):
    """Metal rods clamped at one end, hit by plastic: clamped-bar modes 1 : 6.27 : 17.5."""
    rows = ((1, 1, 1), (2.01, 0.22, 0.8), (6.267, 0.35, 0.3), (17.55, 0.12, 0.1))
    tone = mix(
        [
            SinOsc.ar(freq * r) * perc(0.0006, decay * t, -5) * a * audible(freq * r, 18000, 2000)
            for r, a, t in rows
        ]
    )
    plastic = HPF.ar(WhiteNoise.ar(), 2500) * perc(0.0003, 0.008, -3) * 0.4 * velocity
    return tone + plastic + SinOsc.ar(240) * perc(0.001, 0.03, -4) * 0.12
