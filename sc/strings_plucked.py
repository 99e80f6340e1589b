"""Plucked strings (Karplus and Strong, Computer Music Journal 7:2, 1983; Jaffe and Smith, the same issue)."""

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *

PLUCKED = {"family": "plucked strings", "shape": "decay", "attack": 0, "ring": 14}
BRIGHT = Control(0.5, 0, 1, meaning="how hard and near the bridge it is plucked")


def plucked(freq, velocity, brightness, decay, position=0.2, damping=0.45, noise=0.15):
    """A string plucked at `position`, 0 to 0.5 of its length."""
    bright = lit(brightness, velocity)
    return string(freq, pick(freq, position, bright, noise), decay, damping * (1.15 - bright))


@instrument(
    "pluck",
    trim=-6,
    **PLUCKED,
    release=0.12,
    brightness=BRIGHT,
    decay=Control(2.8, 0.05, 12, "s", "ring time of the string"),
)
def pluck(freq, velocity, brightness, decay):
    """A plucked steel string."""
    return centred(plucked(freq, velocity, brightness, decay, 0.13))


@instrument(
    "nylon",
    trim=-9.5,
    **PLUCKED,
    release=0.15,
    aliases=("guitar",),
    brightness=Control(0.4, 0, 1),
    decay=Control(2.2, 0.05, 12, "s", "ring time of the string"),
    body=Control(0.5, 0, 1, meaning="how much of the box is heard"),
)
def nylon(freq, velocity, brightness, decay, body):
    """A classical guitar: nylon, flesh, and a box with its air and top resonances."""
    tone = plucked(freq, velocity, brightness, decay, 0.24, 0.6)
    box = rung(tone * 0.012, [(101, 0.8, 0.12), (203, 0.9, 0.08), (263, 0.4, 0.06), (415, 0.4, 0.05)])
    flesh = LPF.ar(BrownNoise.ar(), 700) * perc(0.001, 0.02, -4) * 0.5 * velocity
    return centred(LPF.ar(tone, 6500) + box * body * 0.6 + flesh * body)


@instrument(
    "harp",
    trim=-9.5,
    **PLUCKED,
    release=0.5,
    brightness=Control(0.35, 0, 1),
    decay=Control(4.5, 0.1, 12, "s", "ring time of the string"),
)
def harp(freq, velocity, brightness, decay):
    """A concert harp: plucked in the middle, soft and long."""
    tone = plucked(freq, velocity, brightness, decay * (600 / (freq + 300)).clip(0.4, 1.6), 0.42, 0.5)
    return centred(LPF.ar(tone, (freq * 9 + 900).clip(600, 12000)))


@instrument(
    "koto",
    trim=-6.5,
    **PLUCKED,
    release=0.2,
    brightness=Control(0.65, 0, 1),
    decay=Control(1.8, 0.05, 12, "s", "ring time of the string"),
    sweep=Control(0.02, -1, 1, "octaves", "how far the pitch falls after the stroke"),
)
def koto(freq, velocity, brightness, decay, sweep):
    """A silk string over a movable bridge, bent by the stroke itself."""
    tone = plucked(freq * octaves(sweep * perc(0, 0.07, -4)), velocity, brightness, decay, 0.08, 0.4)
    wood = rung(tone * 0.01, [(310, 0.5, 0.04), (640, 0.4, 0.03), (1250, 0.3, 0.03)])
    return centred(tone + wood * 0.4)


@instrument(
    "banjo",
    trim=-3.5,
    **PLUCKED,
    release=0.08,
    brightness=Control(0.7, 0, 1),
    decay=Control(0.8, 0.05, 6, "s", "ring time of the string"),
)
def banjo(freq, velocity, brightness, decay):
    """A steel string on a drum head."""
    tone = plucked(freq, velocity, brightness, decay, 0.1, 0.25)
    head = rung(tone * 0.012, [(380, 0.5, 0.05), (700, 0.6, 0.04), (1180, 0.5, 0.03), (1900, 0.3, 0.02)])
    return centred(HPF.ar(tone * 0.7 + head, 180))


@instrument(
    "sitar",
    trim=-12,
    **PLUCKED,
    release=0.4,
    channels=2,
    brightness=Control(0.6, 0, 1),
    decay=Control(3.5, 0.1, 12, "s", "ring time of the string"),
    buzz=Control(0.6, 0, 1, meaning="how flat the bridge is"),
)
def sitar(freq, velocity, brightness, decay, buzz):
    """A string that grazes a wide bridge, and sympathetic strings under it."""
    tone = plucked(freq, velocity, brightness, decay, 0.06, 0.35)
    graze = HPF.ar((tone * (4 + buzz * 20)).tanh(), freq * 3) * Amplitude.ar(tone, 0.001, 0.1) * buzz * 0.9
    fed = (tone + graze) * 0.02

    def sympathy(ratios):
        return mix([CombC.ar(fed, 0.1, 1 / (freq * ratio), 3) for ratio in ratios])

    main = tone + graze
    return [centred(main + sympathy(ratios)) for ratios in ((1.0, 1.5, 2.25), (1.0, 1.333, 2.0))]


@instrument(
    "pizzicato",
    trim=-9.5,
    **PLUCKED,
    release=0.12,
    aliases=("pizz",),
    brightness=Control(0.3, 0, 1),
    decay=Control(0.7, 0.05, 4, "s", "ring time of the string"),
)
def pizzicato(freq, velocity, brightness, decay):
    """A bowed instrument's string, plucked: short and woody."""
    tone = plucked(freq, velocity, brightness, decay, 0.2, 0.7)
    wood = rung(tone * 0.012, [(275, 0.9, 0.07), (460, 0.9, 0.05), (720, 0.4, 0.03)])
    return centred(LPF.ar(tone, 4500) + wood * 0.6)


@instrument(
    "mandolin",
    aliases=("supermandolin",),
    trim=-7.5,
    **PLUCKED,
    release=0.1,
    brightness=Control(0.6, 0, 1),
    detune=Control(0.2, 0, 1),
    decay=Control(1.4, 0.05, 8, "s", "ring time of the strings"),
)
def mandolin(freq, velocity, brightness, decay, detune):
    """A pair of strings, not quite in tune with each other."""
    apart = 0.0008 + detune * 0.004
    pair = plucked(freq * (1 - apart), velocity, brightness, decay, 0.12, 0.3)
    pair = pair + plucked(freq * (1 + apart), velocity, brightness, decay, 0.14, 0.3)
    box = rung(pair * 0.008, [(196, 0.5, 0.06), (390, 0.6, 0.05), (620, 0.4, 0.04)])
    return centred(pair * 0.6 + box * 0.4)
