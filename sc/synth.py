"""Plain electronic tones."""

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *


@instrument("sine", family="synth", attack=0.01, release=0.08, trim=-14)
def sine(freq):
    """A pure tone."""
    return SinOsc.ar(freq)
