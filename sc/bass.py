"""Basses."""

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *


@instrument(
    "bass",
    trim=-7.5,
    family="bass",
    attack=0.003,
    release=0.08,
    brightness=Control(0.4, 0, 1, meaning="how far the filter opens"),
    decay=Control(0.35, 0.02, 4, "s", "how fast the filter closes"),
    suboctave=Control(0.4, 0, 1, meaning="sine below"),
)
def bass(freq, velocity, brightness, decay, suboctave):
    """A round synthesiser bass with a plucked filter and a firm bottom."""
    bright = lit(brightness, velocity)
    source = Saw.ar(freq) * 0.6 + Pulse.ar(freq * 1.003, 0.42) * 0.4
    cutoff = freq * 1.8 + (freq * 12 + 900) * bright * (perc(0.002, decay, -4) * 0.85 + 0.15)
    filtered = MoogFF.ar(source, cutoff.clip(50, 12000), 1.1)
    return centred((filtered * 1.6 + SinOsc.ar(freq) * suboctave).tanh())


@instrument(
    "subbass",
    trim=-9,
    family="bass",
    attack=0.006,
    release=0.08,
    aliases=("sub",),
    drive=Control(0.25, 0, 1, meaning="overtones that small speakers need"),
)
def subbass(freq, velocity, drive):
    """Almost a sine, driven just enough to be heard on a telephone."""
    pushed = 1 + lit(drive, velocity, 0.3) * 4
    return centred((SinOsc.ar(freq) * pushed + 0.15 * drive).tanh() / pushed.sqrt())


@instrument(
    "acid",
    trim=-5.5,
    family="bass",
    attack=0.001,
    release=0.05,
    aliases=("tb303", "303"),
    cutoff=Control(420, 60, 8000, "Hz", "where the filter rests"),
    resonance=Control(0.7, 0, 1, meaning="how much the filter squeals"),
    sweep=Control(2.6, 0, 6, "octaves", "how far its envelope opens it"),
    decay=Control(0.28, 0.03, 3, "s", "how fast it closes"),
    width=Control(0, 0, 1, meaning="0 sawtooth, 1 square"),
    drive=Control(0.35, 0, 1, meaning="distortion after the filter"),
)
def acid(freq, velocity, cutoff, resonance, sweep, decay, width, drive):
    """The silver box: one oscillator, a squealing filter, an accent on hard notes."""
    wave = Saw.ar(freq) * (1 - width) + centred(Pulse.ar(freq, 0.48)) * width
    accent = ((velocity - 0.8) * 5).clip(0, 1)
    shape = perc(0.002, decay * (1 - accent * 0.5), -4.5) * (1 + accent * 0.3)
    centre = (cutoff * octaves(sweep * shape)).max(freq).clip(40, 15000)
    rq = (1 - resonance * 0.94).clip(0.05, 1)
    low = RLPF.ar(RLPF.ar(wave, centre, rq.sqrt()), centre * 1.06, rq)
    pushed = 1 + drive * 7
    held = bend(1, 0.25, 0.75, 2, 0.6)
    return centred((low * pushed * 0.55).tanh()) * held


@instrument(
    "reese",
    aliases=("superreese",),
    trim=-11,
    family="bass",
    attack=0.01,
    release=0.12,
    channels=2,
    brightness=Control(0.35, 0, 1, meaning="how far the filter opens"),
    detune=Control(0.3, 0, 1, meaning="how fast the saws beat"),
)
def reese(freq, velocity, brightness, detune):
    """Detuned saws that grind against each other, over a steady sub."""
    apart = detune * 0.012 + 0.001

    def side(seed):
        voices = [
            LFSaw.ar(freq * (1 + apart * k), Rand.ir(0, 2)) for k in (-1.0, -0.31 * seed, 0.31 * seed, 1.0)
        ]
        return mix(voices) * 0.4

    bright = lit(brightness, velocity)
    cutoff = (freq * 3 + bright * bright * 5000 + SinOsc.kr(0.13, Rand.ir(0, 6.28)) * 120 * bright).clip(
        80, 12000
    )
    sub = SinOsc.ar(freq) * 0.7
    return [
        centred((HPF.ar(RLPF.ar(side(seed), cutoff, 0.7), freq * 1.2) * 1.5).tanh()) + sub for seed in (1, -1)
    ]


@instrument(
    "wobble",
    trim=-15,
    family="bass",
    attack=0.005,
    release=0.08,
    rate=Control(3, 0.05, 32, "Hz", "speed of the wobble"),
    resonance=Control(0.6, 0, 1, meaning="how much the filter rings"),
    brightness=Control(0.6, 0, 1, meaning="how far the filter opens"),
    drive=Control(0.5, 0, 1, meaning="distortion"),
)
def wobble(freq, velocity, rate, resonance, brightness, drive):
    """A bass whose filter opens and shuts in time."""
    source = Saw.ar(freq) + Pulse.ar(freq * 1.004, 0.4) + Saw.ar(freq * 0.5) * 0.4
    swing = SinOsc.kr(rate, -1.5708) * 0.5 + 0.5
    cutoff = freq * 2 + swing * swing * (400 + lit(brightness, velocity) * 5500)
    low = RLPF.ar(source * 0.5, cutoff.clip(60, 14000), (1 - resonance * 0.85).clip(0.12, 1))
    return centred((low * (1 + drive * 4)).tanh()) + SinOsc.ar(freq) * 0.6


@instrument(
    "fmbass",
    trim=-8,
    family="bass",
    attack=0.001,
    release=0.1,
    index=Control(3.5, 0, 20, meaning="how strongly the modulator bends the carrier"),
    ratio=Control(1, 0.25, 8, meaning="frequency of the modulator over that of the carrier"),
    decay=Control(0.3, 0.02, 4, "s", "how fast the overtones fade"),
)
def fmbass(freq, velocity, index, ratio, decay):
    """A hard digital bass: two operators and a metallic start."""
    strength = index * (velocity * 1.25) * (perc(0.001, decay, -5) + 0.12)
    modulator = SinOsc.ar(freq * ratio) * strength * freq * ratio
    knock = SinOsc.ar(freq * 5.01) * perc(0, 0.05, -5) * freq * 1.2 * velocity
    return centred(SinOsc.ar(freq + modulator + knock)) * bend(1, 0.3, 0.72, 3, 0.5)


@instrument(
    "upright",
    trim=-9,
    family="bass",
    shape="decay",
    attack=0,
    release=0.1,
    ring=8,
    aliases=("doublebass",),
    decay=Control(2.2, 0.1, 8, "s", "ring time of the string"),
    damp=Control(0.5, 0, 1, meaning="softness of the finger"),
    body=Control(0.6, 0, 1, meaning="how much wood is heard"),
)
def upright(freq, velocity, decay, damp, body):
    """A plucked double bass: a thick string, fingers and a wooden box."""
    bright = lit(1 - damp, velocity)
    tone = string(freq, pick(freq, 0.35, bright * 0.35, 0.1), decay, 0.62 - bright * 0.25)
    wood = rung(tone * 0.02, [(98, 0.7, 0.09), (172, 0.6, 0.07), (262, 0.4, 0.05)]) * body
    finger = BPF.ar(BrownNoise.ar(), 420, 0.8) * perc(0.001, 0.03, -4) * 0.8
    return centred(tone + wood * 0.25 + finger * velocity)


@instrument(
    "slapbass",
    trim=-5,
    family="bass",
    shape="decay",
    attack=0,
    release=0.07,
    ring=8,
    aliases=("slap",),
    decay=Control(2.5, 0.1, 8, "s", "ring time of the string"),
    snap=Control(0.6, 0, 1, meaning="how hard the string hits the frets"),
)
def slapbass(freq, velocity, decay, snap):
    """An electric bass under the thumb."""
    hit = lit(snap, velocity)
    tone = string(freq, pick(freq, 0.22, hit * 0.7, 0.2), decay, 0.35 - hit * 0.25)
    fret = BPF.ar((tone * 6).clip2(0.5), 2800, 0.9) * perc(0, 0.16, -5) * hit * 1.6
    pickup = tone - DelayN.ar(tone, 0.01, 0.0011)
    return centred((tone * 0.5 + pickup * 0.5 + fret) * 1.2).tanh()
