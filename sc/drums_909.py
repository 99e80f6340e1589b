"""Drums in the manner of the half-analogue drum machine of 1983 that techno was made with."""

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *

SHOT = {"family": "drums 909", "shape": "one-shot", "pitched": False, "attack": 0, "release": 0.04}


@instrument(
    "bd909",
    trim=-6.5,
    **SHOT,
    ring=4,
    aliases=("909bd", "909"),
    decay=Control(0.42, 0.05, 3, "s", "how long it rings"),
    sweep=Control(2.1, 0, 5, "octaves", "how far the pitch falls"),
    snap=Control(0.5, 0, 1, meaning="attack: pulse and noise"),
)
def bd909(tuning, velocity, decay, sweep, snap):
    """A triangle shaped to a sine, falling fast, with a pulse of noise in front."""
    fall = octaves(sweep * perc(0, 0.055, -5.5) + 0.1 * perc(0, decay, -5))
    body = (LFTri.ar(51 * tuning * fall) * 1.5).sin() * bend(1, 0.08, 0.92, decay, 0, curve=-2.8)
    pulse = LPF.ar(perc(0, 0.0015, 0), 4000) * 0.9
    noise = LPF.ar(WhiteNoise.ar(), 6000) * perc(0, 0.016, -4) * 0.5
    return centred((body * 1.5).tanh() + (pulse + noise) * snap * (0.3 + velocity * 0.9))


@instrument(
    "sn909",
    trim=-5.5,
    **SHOT,
    ring=3,
    aliases=("909sd", "sd909"),
    decay=Control(0.2, 0.02, 2, "s", "how long the noise lasts"),
    tone=Control(0.5, 0, 1, meaning="how far open the noise filter is"),
    snap=Control(0.6, 0, 1, meaning="snappy: how much noise"),
)
def sn909(tuning, velocity, decay, tone, snap):
    """Two falling triangles and two bands of noise."""
    fall = octaves(1.1 * perc(0, 0.02, -5))
    low = LFTri.ar(160 * tuning * fall) * perc(0, 0.16, -4)
    high = LFTri.ar(235 * tuning * fall) * perc(0, 0.09, -4) * 0.7
    noise = LPF.ar(WhiteNoise.ar(), 5000 + lit(tone, velocity) * 9000)
    hiss = HPF.ar(noise, 2800) * perc(0, decay, -4) + noise * perc(0, 0.05, -4) * 0.5
    return ((low + high) * 0.9 + hiss * snap * 1.3).tanh()


@instrument(
    "cp909",
    trim=-1,
    **SHOT,
    ring=3,
    aliases=("909cp",),
    decay=Control(0.14, 0.02, 2, "s", "how long the room rings"),
)
def cp909(tuning, decay):
    """A denser clap with a bright room."""
    noise = BPF.ar(WhiteNoise.ar(), 1250 * tuning, 0.8) + HPF.ar(WhiteNoise.ar(), 4000) * 0.12
    teeth = bend(
        1, 0.011, 0.1, 0.0001, 0.9, 0.01, 0.1, 0.0001, 1, 0.008, 0.1, 0.0001, 0.9, 0.015, 0, curve=-4
    )
    tail = EnvGen.ar(envelope=Envelope([0, 0, 0.6, 0], [0.03, 0.0015, decay], [0, 0, -4]))
    return noise * (teeth + tail)


def sampled_metal(tuning):
    """Ring-modulated squares held at six bits: the sound of a short cymbal memory."""
    pair = Pulse.ar(3277 * tuning, 0.5) * Pulse.ar(1117 * tuning, 0.4)
    other = Pulse.ar(4813 * tuning, 0.5) * Pulse.ar(1627 * tuning, 0.45)
    return ((pair + other) * 0.3 + WhiteNoise.ar() * 0.7).round(1 / 32)


@instrument(
    "hh909",
    trim=-11.5,
    **SHOT,
    ring=2,
    aliases=("909hh", "909hc"),
    decay=Control(0.08, 0.01, 2, "s", "how long it rings"),
    tone=Control(0.5, 0, 1, meaning="from dark to bright"),
)
def hh909(tuning, velocity, decay, tone):
    """The closed hat with a bite."""
    source = HPF.ar(sampled_metal(tuning), 5500 + lit(tone, velocity) * 3000)
    return HPF.ar(source, 4000) * (perc(0, decay, -4) + perc(0, 0.004, -2) * 0.4)


@instrument(
    "oh909",
    trim=-11.5,
    **SHOT,
    ring=4,
    aliases=("909oh",),
    decay=Control(0.45, 0.02, 4, "s", "how long it rings"),
    tone=Control(0.5, 0, 1, meaning="from dark to bright"),
)
def oh909(tuning, velocity, decay, tone):
    """The open hat that carries the off-beat."""
    source = HPF.ar(sampled_metal(tuning), 5000 + lit(tone, velocity) * 3000)
    return HPF.ar(source, 3500) * (perc(0.001, decay, -2.5) + perc(0, 0.006, -2) * 0.3)


@instrument(
    "rd909",
    trim=-10.5,
    **SHOT,
    ring=6,
    aliases=("909rd",),
    decay=Control(1.1, 0.1, 5, "s", "how long it rings"),
)
def rd909(tuning, velocity, decay):
    """The ride."""
    source = sampled_metal(tuning * 0.74)
    ping = BPF.ar(source, 4800 * tuning, 0.5) * perc(0, 0.09, -4) * 1.5 * velocity
    return ping + HPF.ar(source, 5500) * perc(0, decay, -3) * 0.8
