"""Hand percussion, woods and metals."""

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *

SHOT = {"family": "percussion", "shape": "one-shot", "pitched": False, "attack": 0, "release": 0.05}


def skin(base, tuning, velocity, decay, slap):
    """A hand drum: a low mode that bends, two overtones, flesh and slap."""
    fall = octaves(0.13 * perc(0, 0.05, -3))
    body = SinOsc.ar(base * tuning * fall) * perc(0.0008, decay, -4.5)
    over = SinOsc.ar(base * 1.59 * tuning, 0.3) * perc(0, decay * 0.35, -4) * 0.35
    over = over + SinOsc.ar(base * 2.3 * tuning, 0.7) * perc(0, decay * 0.2, -4) * 0.3 * (0.3 + slap)
    flesh = BPF.ar(WhiteNoise.ar(), base * 5 + slap * 1500, 0.7) * perc(0, 0.012, -4) * (0.4 + slap * 2.6)
    return body * (1 - slap * 0.45) + over + flesh * (0.3 + velocity)


CONGA = {
    "decay": Control(0.32, 0.03, 3, "s", "how long it rings"),
    "snap": Control(0.2, 0, 1, meaning="from open tone to slap"),
}


@instrument("lc", trim=-10, **SHOT, **CONGA, ring=3, aliases=("conga", "lowconga"))
def lc(tuning, velocity, decay, snap):
    """Low conga."""
    return skin(196, tuning, velocity, decay, snap)


@instrument("hc", trim=-9, **SHOT, **CONGA, ring=3, aliases=("highconga",))
def hc(tuning, velocity, decay, snap):
    """High conga."""
    return skin(277, tuning, velocity, decay * 0.8, snap)


@instrument("bongo", trim=-9, **SHOT, **CONGA, ring=3, aliases=("bg",))
def bongo(tuning, velocity, decay, snap):
    """Bongo."""
    return skin(415, tuning, velocity, decay * 0.5, snap + 0.15)


@instrument(
    "tabla",
    trim=-10,
    **SHOT,
    ring=4,
    decay=Control(0.9, 0.05, 4, "s", "how long it rings"),
    sweep=Control(0.25, -2, 2, "octaves", "how far the palm bends the pitch up"),
)
def tabla(tuning, velocity, decay, sweep):
    """A loaded head: Raman (1920) found its overtones harmonic."""
    base = 170 * tuning * octaves(sweep * (1 - perc(0, 0.25, -2)))
    tone = mix(
        [
            SinOsc.ar(base * n, n * 0.7) * perc(0.001, decay / (1 + 0.35 * n), -4) * (0.8 / n)
            for n in (1, 2, 3, 4, 5)
        ]
    )
    tap = BPF.ar(WhiteNoise.ar(), 2400, 0.6) * perc(0, 0.008, -3) * velocity * 1.6
    return tone + tap


@instrument(
    "tambourine",
    trim=-20,
    **SHOT,
    ring=2,
    aliases=("ta", "tamb"),
    decay=Control(0.22, 0.03, 2, "s", "how long the jingles ring"),
)
def tambourine(tuning, velocity, decay):
    """Jingles: several small discs hit a little apart."""
    hits = mix(
        times(
            4,
            lambda k: (
                HPF.ar(WhiteNoise.ar(), 4000)
                * EnvGen.ar(envelope=Envelope([0, 0, 1, 0], [k * 0.011 + 0.0001, 0.0005, 0.02], [0, 0, -4]))
            ),
        )
    )
    modes = [(freq * tuning, 0.06, decay * 2) for freq in (5410, 6210, 7330, 8520, 9650, 11200)]
    return rung(hits, modes) + hits * 0.18 * (0.5 + velocity)


@instrument(
    "steel_triangle",
    trim=-9.5,
    **SHOT,
    ring=8,
    aliases=("trianglebell",),
    decay=Control(2.5, 0.05, 8, "s", "how long it rings; short is muted by the hand"),
)
def steel_triangle(tuning, velocity, decay):
    """A bent steel rod."""
    rows = (
        (1180, 0.15, 0.5),
        (2385, 0.4, 0.7),
        (3260, 0.5, 1.0),
        (4690, 0.45, 0.9),
        (6120, 0.5, 0.8),
        (8870, 0.3, 0.5),
    )
    ring = mix([SinOsc.ar(f * tuning, Rand.ir(0, 6)) * perc(0.0005, decay * t, -4) * a for f, a, t in rows])
    hit = HPF.ar(WhiteNoise.ar(), 6000) * perc(0, 0.003, -2) * velocity
    return ring * 0.4 + hit


@instrument(
    "woodblock",
    trim=-19,
    **SHOT,
    ring=1,
    aliases=("wb", "wood"),
    decay=Control(0.09, 0.02, 1, "s", "how long it rings"),
)
def woodblock(tuning, velocity, decay):
    """A hollow block of wood."""
    hit = tap(0.0006, 0.3)
    modes = [
        (880 * tuning, 0.25, decay * 1.5),
        (1690 * tuning, 0.12, decay),
        (2790 * tuning, 0.06 * velocity, decay * 0.6),
    ]
    return rung(hit, modes) + hit * 0.15


@instrument("agogo", trim=-8, **SHOT, ring=3, decay=Control(0.5, 0.03, 3, "s", "how long it rings"))
def agogo(tuning, velocity, decay):
    """A double iron bell."""
    rows = ((790, 0.7, 1.0), (1555, 0.3, 0.6), (2330, 0.5, 0.7), (3410, 0.35 * 1.2, 0.4), (5230, 0.25, 0.3))
    ring = mix([SinOsc.ar(f * tuning, Rand.ir(0, 6)) * perc(0.0005, decay * t, -4) * a for f, a, t in rows])
    return ring * 0.5 + HPF.ar(WhiteNoise.ar(), 3000) * perc(0, 0.004, -3) * velocity * 0.6


@instrument("guiro", trim=-4, **SHOT, ring=2, decay=Control(0.28, 0.03, 2, "s", "length of the scrape"))
def guiro(tuning, velocity, decay):
    """A notched gourd, scraped."""
    teeth = Impulse.ar(line(62, 105, decay)) * bend(0.4, decay * 0.7, 1, decay * 0.3, 0)
    hits = teeth * (1 + WhiteNoise.ar() * 0.3) + HPF.ar(WhiteNoise.ar(), 3000) * Decay.ar(teeth, 0.006) * 0.2
    return HPF.ar(
        rung(hits, [(2300 * tuning, 0.3, 0.02), (3900 * tuning, 0.2, 0.014), (1150 * tuning, 0.1, 0.02)]), 700
    )


@instrument("snap", trim=1.5, **SHOT, ring=1, aliases=("fingers",))
def snap(tuning, velocity):
    """Snapping fingers."""
    hit = WhiteNoise.ar() * (
        perc(0, 0.004, -3) + EnvGen.ar(envelope=Envelope([0, 0, 1, 0], [0.007, 0.0005, 0.05], [0, 0, -6]))
    )
    return BPF.ar(hit, 2250 * tuning, 0.35) + BPF.ar(hit, 4800 * tuning, 0.3) * 0.3 * velocity


@instrument("tick", trim=-14, **SHOT, ring=1, aliases=("tk", "click"))
def tick(tuning, velocity):
    """A dry tick, for metronomes and micro-rhythm."""
    return (
        SinOsc.ar(3200 * tuning * octaves(perc(0, 0.003, -3))) * perc(0, 0.012, -4)
        + HPF.ar(WhiteNoise.ar(), 6000) * perc(0, 0.002, -2) * velocity
    )
