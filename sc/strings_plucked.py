"""Plucked strings."""

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *


def string(freq, exciter, decay, damping):
    """Karplus and Strong's string (1983), in tune: the loop is shortened by what its low-pass delays."""
    angle = freq * 6.283185307 / SampleRate.ir()
    delay = (damping * angle.sin()).atan2(1 - damping * angle.cos()) / angle / SampleRate.ir()
    return Pluck.ar(exciter, Impulse.ar(0), 0.1, 1 / freq - delay, decay, damping)


@instrument("pluck", family="plucked strings", shape="decay", attack=0, release=0.12, ring=12,
            brightness=Control(0.5, 0, 1, meaning="how hard the pick is"),
            decay=Control(2.5, 0.05, 12, "s", "ring time of the string"))
def pluck(freq, velocity, brightness, decay):
    """A plucked steel string (Karplus-Strong)."""
    bright = (brightness * 0.7 + velocity * 0.3)
    noise = LPF.ar(WhiteNoise.ar(), (freq * 4 + bright * bright * 14000).clip(200, 18000))
    return LeakDC.ar(string(freq, noise, decay, 0.45 - bright * 0.4))
