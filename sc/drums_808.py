"""Drums after the analogue rhythm composer of 1980 whose circuits are described in Werner, Abel and Smith,
"A physically-informed, circuit-bendable, digital model of the Roland TR-808 bass drum" (DAFx 2014) and "The
TR-808 cymbal" (ICMC 2014): ringing bridged-T filters, six square oscillators, enveloped noise."""

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *

# The six Schmitt-trigger oscillators of cymbals, hats and cowbell, Hz, as commonly measured.
SQUARES = (205.3, 304.4, 369.6, 522.7, 540.0, 800.0)
SHOT = {"family": "drums 808", "shape": "one-shot", "pitched": False, "attack": 0, "release": 0.04}


def squares(tuning):
    return mix([Pulse.ar(freq * tuning, 0.5) for freq in SQUARES]) / 6


@instrument(
    "bd808",
    trim=-4,
    **SHOT,
    ring=7,
    aliases=("808bd", "808", "super808"),
    decay=Control(1.1, 0.05, 6, "s", "how long it booms"),
    tone=Control(0.3, 0, 1, meaning="how much click passes"),
    sweep=Control(0.9, 0, 4, "octaves", "how far the pitch falls at the start"),
)
def bd808(tuning, velocity, decay, tone, sweep):
    """The long boom: a struck resonator whose pitch sighs a little as it rings."""
    bright = lit(tone, velocity)
    fall = octaves(sweep * perc(0, 0.018, -4) + 0.09 * perc(0, decay, -6))
    boom = SinOsc.ar(49.5 * tuning * fall) * perc(0.0015, decay, -4.5)
    click = LPF.ar(perc(0, 0.0025, -2), 700 + bright * 5000) * (0.25 + bright * 0.9)
    return centred((boom * 1.35).tanh() + click)


@instrument(
    "sn808",
    trim=-10.5,
    **SHOT,
    ring=3,
    aliases=("808sd", "sd808"),
    decay=Control(0.2, 0.02, 2, "s", "how long the noise lasts"),
    tone=Control(0.5, 0, 1, meaning="from the low to the high resonator"),
    snap=Control(0.5, 0, 1, meaning="snappy: how much noise"),
)
def sn808(tuning, velocity, decay, tone, snap):
    """Two resonators and a puff of noise."""
    low = SinOsc.ar(178 * tuning * octaves(0.2 * perc(0, 0.01, -4))) * perc(0, 0.14, -4)
    high = SinOsc.ar(331 * tuning * octaves(0.2 * perc(0, 0.01, -4))) * perc(0, 0.1, -4)
    noise = HPF.ar(WhiteNoise.ar(), 1500) * perc(0, decay, -4)
    bright = lit(tone, velocity)
    return low * (1 - bright * 0.5) + high * (0.3 + bright * 0.5) + noise * snap * 0.9


@instrument(
    "cp808",
    trim=-4,
    **SHOT,
    ring=3,
    aliases=("808cp",),
    decay=Control(0.22, 0.02, 2, "s", "how long the room rings"),
)
def cp808(tuning, decay):
    """Band-passed noise in three teeth and a tail."""
    noise = BPF.ar(WhiteNoise.ar(), 1020 * tuning, 0.45) * 2
    teeth = bend(
        1, 0.0095, 0.05, 0.0001, 1, 0.0095, 0.05, 0.0001, 1, 0.0095, 0.05, 0.0001, 0.9, 0.02, 0, curve=-3
    )
    tail = EnvGen.ar(envelope=Envelope([0, 0, 0.55, 0], [0.028, 0.001, decay], [0, 0, -5]))
    return noise * (teeth + tail)


def hat(tuning, velocity, decay, tone):
    band = BPF.ar(squares(tuning), 7100, 0.55)
    return HPF.ar(HPF.ar(band, 6600 + lit(tone, velocity) * 2200), 6000) * perc(0, decay, -4.5) * 6


@instrument(
    "hh808",
    trim=2,
    **SHOT,
    ring=2,
    aliases=("808hc", "808hh"),
    decay=Control(0.07, 0.01, 2, "s", "how long it rings"),
    tone=Control(0.4, 0, 1, meaning="from full to thin"),
)
def hh808(tuning, velocity, decay, tone):
    """The closed hat of six square waves."""
    return hat(tuning, velocity, decay, tone)


@instrument(
    "oh808",
    trim=-0.5,
    **SHOT,
    ring=4,
    aliases=("808oh",),
    decay=Control(0.5, 0.02, 4, "s", "how long it rings"),
    tone=Control(0.4, 0, 1, meaning="from full to thin"),
)
def oh808(tuning, velocity, decay, tone):
    """The open hat of six square waves."""
    return hat(tuning, velocity, decay, tone)


@instrument(
    "cy808",
    trim=-4,
    **SHOT,
    ring=7,
    aliases=("808cy",),
    decay=Control(1.3, 0.1, 6, "s", "how long it rings"),
    tone=Control(0.5, 0, 1, meaning="from the low to the high band"),
)
def cy808(tuning, velocity, decay, tone):
    """The cymbal: two bands of the six square waves, each with its own decay."""
    source = squares(tuning)
    low = BPF.ar(source, 3440, 0.4) * (perc(0, decay, -3) * 0.6 + perc(0, 0.1, -4) * 0.5)
    high = HPF.ar(BPF.ar(source, 7100, 0.6), 6000) * perc(0, decay * 0.8, -4)
    bright = lit(tone, velocity)
    return HPF.ar(low * (1.2 - bright) + high * (0.8 + bright * 2.2), 2000) * 3


@instrument(
    "cb808",
    trim=-5,
    **SHOT,
    ring=2,
    aliases=("808cb",),
    decay=Control(0.35, 0.02, 2, "s", "how long it rings"),
)
def cb808(tuning, decay):
    """More of it: two of the squares, 540 and 800 Hz."""
    pair = Pulse.ar(540 * tuning, 0.5) * 0.8 + Pulse.ar(800 * tuning, 0.5)
    return BPF.ar(pair, 2640 * 0.45, 0.7) * (perc(0, 0.025, -3) * 0.6 + perc(0, decay, -3.5) * 0.5)


@instrument("rs808", trim=-12, **SHOT, ring=1, aliases=("808rs",))
def rs808(tuning, velocity):
    """Two quick resonators through a clipper."""
    hit = (SinOsc.ar(1667 * tuning) + SinOsc.ar(455 * tuning, 0.5)) * perc(0, 0.022, -3)
    return HPF.ar((hit * (2 + velocity * 2)).softclip(), 300)


@instrument("cl808", trim=-8, **SHOT, ring=1, aliases=("808cl",))
def cl808(tuning):
    """One resonator at 2500 Hz."""
    return SinOsc.ar(2500 * tuning) * perc(0, 0.05, -4)


TOM = {
    "ring": 4,
    "decay": Control(0.35, 0.02, 4, "s", "how long it rings"),
    "noise": Control(0.3, 0, 1, meaning="how much noise is mixed in"),
}


def drum(freq, tuning, decay, noise):
    fall = octaves(0.16 * perc(0, 0.1, -3))
    body = SinOsc.ar(freq * tuning * fall) * perc(0.0005, decay, -4)
    return body + LPF.ar(PinkNoise.ar(), freq * 6) * perc(0, decay * 0.6, -5) * noise


@instrument("lt808", trim=-6, **SHOT, **TOM, aliases=("808lt",))
def lt808(tuning, decay, noise):
    """Low tom: a resonator and a breath of pink noise."""
    return drum(82, tuning, decay * 1.3, noise)


@instrument("mt808", trim=-6.5, **SHOT, **TOM, aliases=("808mt",))
def mt808(tuning, decay, noise):
    """Middle tom."""
    return drum(124, tuning, decay, noise)


@instrument("ht808", trim=-6, **SHOT, **TOM, aliases=("808ht",))
def ht808(tuning, decay, noise):
    """High tom."""
    return drum(172, tuning, decay * 0.8, noise)


CONGA = {"ring": 3, "decay": Control(0.22, 0.02, 3, "s", "how long it rings")}


@instrument("lc808", trim=-8, **SHOT, **CONGA, aliases=("808lc",))
def lc808(tuning, decay):
    """Low conga."""
    return drum(178, tuning, decay * 1.2, 0)


@instrument("hc808", trim=-8, **SHOT, **CONGA, aliases=("808hc2",))
def hc808(tuning, decay):
    """High conga."""
    return drum(390, tuning, decay * 0.8, 0)
