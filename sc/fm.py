"""Frequency modulation, after John Chowning, "The Synthesis of Complex Audio Spectra by Means of
Frequency Modulation", Journal of the Audio Engineering Society 21:7 (1973): ratios and indices of his
examples."""

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *


def pair(carrier, modulator, index):
    """One sine modulating another: the carrier's frequency swings by index times the modulator's."""
    # Above the carrier so many partials appear that a high note must be modulated less.
    kept = index.min(((16000 - carrier) / modulator).max(0.1))
    return SinOsc.ar(carrier + SinOsc.ar(modulator) * modulator * kept)


@instrument(
    "fm",
    trim=-11,
    family="fm",
    attack=0.005,
    release=0.15,
    aliases=("superfm",),
    ratio=Control(2, 0.1, 16, meaning="frequency of the modulator over that of the carrier"),
    index=Control(2, 0, 20, meaning="how strongly the modulator bends the carrier"),
    decay=Control(0.8, 0.01, 8, "s", "how fast the modulation falls to a third"),
)
def fm(freq, velocity, ratio, index, decay):
    """Two operators, free for any use."""
    strength = index * velocity * 1.25 * (perc(0.002, decay, -4) * 0.67 + 0.33)
    return centred(pair(freq, freq * ratio, strength))


@instrument(
    "chowning_brass",
    trim=-11,
    family="fm",
    attack=0.06,
    release=0.1,
    aliases=("fmbrass",),
    index=Control(5, 0, 12, meaning="most modulation, reached with the loudness"),
)
def chowning_brass(freq, velocity, index):
    """Brass: carrier and modulator equal, the index following the envelope up to 5."""
    shape = bend(0, 0.1, 1, 0.1, 0.75, 1.5, 0.7)
    pitch = vibrato(freq, 5, 0.003, 0.4) * (1 - perc(0.001, 0.06, -3) * 0.01)
    return centred(pair(pitch, pitch, shape * index * velocity * 1.2)) * (0.4 + shape * 0.6)


@instrument(
    "chowning_bell",
    trim=-11.5,
    family="fm",
    shape="decay",
    attack=0,
    release=1.2,
    ring=16,
    aliases=("fmbell",),
    index=Control(10, 0, 14, meaning="modulation at the stroke"),
    decay=Control(6, 0.2, 15, "s", "how long it rings"),
)
def chowning_bell(freq, velocity, index, decay):
    """Bell: carrier to modulator 5 : 7, index 10, both envelopes exponential."""
    strength = index * (0.35 + velocity * 0.8) * perc(0, decay * 0.7, -5)
    return centred(pair(freq, freq * 1.4, strength)) * perc(0.001, decay, -5)


@instrument(
    "chowning_wood",
    trim=-15.5,
    family="fm",
    attack=0.09,
    release=0.09,
    aliases=("fmclarinet",),
    index=Control(2, 0, 6, meaning="modulation when the tone is at rest; more in the attack"),
)
def chowning_wood(freq, velocity, index):
    """Clarinet: carrier to modulator 3 : 2 of the note, so that only odd partials sound; index 4 falling to
    2.
    """
    strength = index * velocity * 1.25 * (2 - EnvGen.ar(envelope=Envelope([0, 1], [0.12], [-2])))
    # Carrier 3 and modulator 2 times the note: partials 3-2k are all odd, and the note itself is 3 - 2.
    return centred(pair(freq * 3, freq * 2, strength))


@instrument(
    "chowning_bassoon",
    trim=-12,
    family="fm",
    attack=0.08,
    release=0.09,
    aliases=("fmbassoon",),
    index=Control(1.5, 0, 5, meaning="modulation of the tone at rest"),
)
def chowning_bassoon(freq, velocity, index):
    """Bassoon: carrier five times the modulator, index up to 1.5."""
    strength = index * velocity * 1.25 * EnvGen.ar(envelope=Envelope([0, 1], [0.1], [0]))
    return centred(pair(freq * 5, freq, strength)) * 0.7 + SinOsc.ar(freq) * 0.35


@instrument(
    "chowning_drum",
    trim=-6.5,
    family="fm",
    shape="decay",
    attack=0,
    release=0.1,
    ring=3,
    aliases=("fmdrum", "wooddrum"),
    index=Control(10, 0, 25, meaning="modulation at the stroke"),
    decay=Control(0.25, 0.02, 3, "s", "how long it rings"),
)
def chowning_drum(freq, velocity, index, decay):
    """Wood drum: carrier to modulator 80 : 55, index 25 gone in a moment."""
    strength = index * (0.3 + velocity * 0.85) * perc(0, 0.025, -3)
    return centred(pair(freq, freq * 0.6875, strength)) * perc(0.001, decay, -4)


@instrument(
    "dxpiano",
    trim=-11.5,
    family="fm",
    shape="decay",
    attack=0,
    release=0.3,
    ring=14,
    channels=2,
    aliases=("fmpiano", "tinepiano"),
    brightness=Control(0.5, 0, 1),
    decay=Control(3.5, 0.2, 12, "s", "how long it rings"),
    detune=Control(0.3, 0, 1, meaning="chorus of the two sides"),
)
def dxpiano(freq, velocity, brightness, decay, detune):
    """The glassy electric piano of every ballad of 1985."""
    force = lit(brightness, velocity, 1.0)
    ring = decay * (330 / (freq + 160)).clip(0.4, 1.6)
    apart = 0.0004 + detune * 0.002

    def side(sign):
        pitch = freq * (1 + apart * sign)
        body = pair(pitch, pitch, force * 1.1 * perc(0.001, ring * 0.6, -4)) * perc(0.001, ring, -4.5)
        tine = pair(pitch, pitch * 14, force * 0.9 * perc(0.0005, 0.35, -5)) * perc(0.0005, ring * 0.5, -5)
        return centred(body * 0.7 + tine * (0.2 + force * 0.35))

    return [side(1), side(-1)]
