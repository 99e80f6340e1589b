"""The house kit: electronic drums with a body, under the names every pattern uses."""

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *

DECAY = {"low": 0.02, "high": 8, "unit": "s", "meaning": "how long it rings"}


@instrument(
    "bd",
    trim=-8.5,
    family="drums",
    shape="one-shot",
    pitched=False,
    attack=0,
    release=0.05,
    ring=5,
    aliases=("kick", "superkick", "soskick"),
    variants=("bd", "bd808", "bd909", "bdacoustic", "bdhard", "bdsoft"),
    decay=Control(0.38, **DECAY),
    sweep=Control(2.4, 0, 6, "octaves", "how far the pitch falls"),
    snap=Control(0.5, 0, 1, meaning="click of the beater"),
    tone=Control(0.4, 0, 1, meaning="from round to hard"),
)
def bd(tuning, velocity, decay, sweep, snap, tone):
    """A bass drum with a short fall, a solid body and a click."""
    fall = octaves(sweep * (perc(0, 0.045, -7) * 0.75 + perc(0, 0.3, -6) * 0.12))
    body = SinOsc.ar(49 * tuning * fall) * bend(1, decay * 0.25, 0.8, decay, 0, curve=-2.5)
    hard = lit(tone, velocity)
    body = (body * (1.2 + hard * 3.5)).tanh() * (1 - hard * 0.25)
    click = BPF.ar(WhiteNoise.ar(), 3600 + hard * 2500, 0.7) * perc(0, 0.012, -6) * 2.2
    thump = SinOsc.ar(190 * tuning * octaves(perc(0, 0.015, -4))) * perc(0, 0.03, -4)
    return LPF.ar(body + (click + thump * 0.6) * snap * (0.4 + velocity * 0.75), 5000 + hard * 11000)


@instrument(
    "bdhard",
    trim=-9,
    family="drums",
    shape="one-shot",
    pitched=False,
    attack=0,
    release=0.05,
    ring=5,
    decay=Control(0.5, **DECAY),
    sweep=Control(3.4, 0, 6, "octaves", "how far the pitch falls"),
    tone=Control(0.6, 0, 1, meaning="from round to distorted"),
)
def bdhard(tuning, velocity, decay, sweep, tone):
    """A hard techno bass drum, overdriven."""
    fall = octaves(sweep * (perc(0, 0.035, -6) * 0.7 + perc(0, 0.18, -5) * 0.25))
    body = SinOsc.ar(47 * tuning * fall) * bend(1, 0.1, 0.9, decay, 0, curve=-1.5)
    drive = 2.5 + lit(tone, velocity) * 10
    dirty = (body * drive + 0.12).tanh() - 0.12
    dirty = BPeakEQ.ar(centred(dirty), 130, 1, 3)
    click = HPF.ar(WhiteNoise.ar(), 5000) * perc(0, 0.006, -4)
    return LPF.ar(dirty + click * 0.5, 3000 + lit(tone, velocity) * 9000)


@instrument(
    "bdsoft",
    trim=-5.5,
    family="drums",
    shape="one-shot",
    pitched=False,
    attack=0,
    release=0.05,
    ring=5,
    decay=Control(0.45, **DECAY),
    tone=Control(0.2, 0, 1, meaning="from dull to bright"),
)
def bdsoft(tuning, velocity, decay, tone):
    """A felt-soft bass drum, felt more than heard."""
    fall = octaves(0.9 * perc(0, 0.09, -5))
    body = SinOsc.ar(50 * tuning * fall) * perc(0.003, decay, -3)
    skin = LPF.ar(BrownNoise.ar(), 500 + lit(tone, velocity) * 2500) * perc(0.001, 0.05, -5) * 0.5
    return body + skin + SinOsc.ar(100 * tuning * fall) * perc(0.002, decay * 0.3, -4) * 0.25


@instrument(
    "sn",
    trim=-6,
    family="drums",
    shape="one-shot",
    pitched=False,
    attack=0,
    release=0.05,
    ring=4,
    aliases=("sd", "snare", "supersnare", "sossnare"),
    variants=("sn", "sn808", "sn909", "snacoustic", "snbrush", "snelectro"),
    decay=Control(0.22, **DECAY),
    tone=Control(0.5, 0, 1, meaning="from skin to wires"),
    snap=Control(0.5, 0, 1, meaning="crack of the stick"),
)
def sn(tuning, velocity, decay, tone, snap):
    """A tight snare drum: two skins and wires."""
    bright = lit(tone, velocity)
    fall = octaves(0.55 * perc(0, 0.025, -5))
    skin = SinOsc.ar(186 * tuning * fall) * perc(0, decay * 0.7, -5)
    skin = skin + SinOsc.ar(334 * tuning * fall, 0.3) * perc(0, decay * 0.4, -5) * 0.6
    wires = WhiteNoise.ar() * (perc(0, decay * 1.1, -4.5) * 0.7 + perc(0, 0.03, -4) * 0.5)
    wires = BPeakEQ.ar(HPF.ar(wires, 900 + bright * 900), 5200 * (tuning * 0.5 + 0.5), 1.2, 5)
    crack = BPF.ar(WhiteNoise.ar(), 2300, 0.8) * perc(0, 0.008, -4) * 3
    signal = skin * (1.1 - bright * 0.5) + LPF.ar(wires, 6000 + bright * 11000) * (0.25 + bright * 0.5)
    return ((signal + crack * snap) * 1.3).tanh()


@instrument(
    "snelectro",
    trim=-5.5,
    family="drums",
    shape="one-shot",
    pitched=False,
    attack=0,
    release=0.05,
    ring=4,
    decay=Control(0.3, **DECAY),
    tone=Control(0.5, 0, 1, meaning="from low to high noise"),
    sweep=Control(1.6, 0, 6, "octaves", "how far the pitch falls"),
)
def snelectro(tuning, velocity, decay, tone, sweep):
    """A big electronic snare of the eighties, with gated noise."""
    fall = octaves(sweep * perc(0, 0.08, -4))
    skin = LFTri.ar(150 * tuning * fall) * perc(0, 0.25, -4)
    gated = bend(1, decay * 0.85, 0.55, 0.03, 0)
    noise = RLPF.ar(PinkNoise.ar() * 1.8, 2500 + lit(tone, velocity) * 9000, 0.6) * gated
    return ((skin + HPF.ar(noise, 250)) * 1.4).tanh()


@instrument(
    "cp",
    trim=-0.5,
    family="drums",
    shape="one-shot",
    pitched=False,
    attack=0,
    release=0.05,
    ring=3,
    aliases=("clap", "superclap"),
    variants=("cp", "cp808", "cp909"),
    decay=Control(0.18, **DECAY),
    tone=Control(0.5, 0, 1, meaning="from dark to bright"),
    spread=Control(0.6, 0, 1, meaning="how far apart the hands are"),
)
def cp(tuning, velocity, decay, tone, spread):
    """Several hands clapping, never twice the same, and their room."""

    def hands(number):
        late = (number * 0.0105 + Rand.ir(0, 0.004)) * spread
        strike = EnvGen.ar(envelope=Envelope([0, 0, 1, 0], [late, 0.0004, 0.009], [0, 0, -4]))
        return BPF.ar(WhiteNoise.ar() * strike, Rand.ir(900, 1500) * tuning, 0.6)

    late = 0.036 * spread
    tail = EnvGen.ar(envelope=Envelope([0, 0, 1, 0], [late, 0.001, decay], [0, 0, -5]))
    room = BPF.ar(WhiteNoise.ar(), 1250 * tuning, 0.9) * tail * 0.9
    air = HPF.ar(WhiteNoise.ar(), 3500) * tail * 0.12 * (0.4 + lit(tone, velocity) * 1.6)
    return HPF.ar(mix(times(5, hands)) * 1.6 + room + air, 420)


def metal(tuning, low, width=0.5):
    """Six square waves that share no harmonic, as analogue cymbals are made of."""
    ratios = (1.0, 1.342, 1.2312, 1.6532, 1.9523, 2.1523)
    return mix([Pulse.ar(low * ratio * tuning, width) for ratio in ratios])


@instrument(
    "hh",
    trim=-8,
    family="drums",
    shape="one-shot",
    pitched=False,
    attack=0,
    release=0.03,
    ring=2,
    aliases=("hat", "ch", "superhat", "soshats"),
    variants=("hh", "hh808", "hh909", "hhacoustic"),
    decay=Control(0.055, 0.01, 2, "s", "how long it rings"),
    tone=Control(0.5, 0, 1, meaning="from dark to bright"),
)
def hh(tuning, velocity, decay, tone):
    """A closed hi-hat, metal and air."""
    bright = lit(tone, velocity)
    ring = metal(tuning, 412) * 0.16 + metal(tuning, 543, 0.3) * 0.1
    air = WhiteNoise.ar() * 0.45
    signal = HPF.ar(HPF.ar(ring + air, 6200 + bright * 1800), 5000)
    shape = perc(0, decay, -5) + perc(0, 0.006, -3) * 0.5
    return BPeakEQ.ar(signal, 9500, 0.8, bright * 6 - 2) * shape


@instrument(
    "oh",
    trim=-6,
    family="drums",
    shape="one-shot",
    pitched=False,
    attack=0,
    release=0.03,
    ring=4,
    aliases=("openhat", "ho"),
    variants=("oh", "oh808", "oh909", "ohacoustic"),
    decay=Control(0.42, 0.02, 6, "s", "how long it rings"),
    tone=Control(0.5, 0, 1, meaning="from dark to bright"),
)
def oh(tuning, velocity, decay, tone):
    """An open hi-hat."""
    bright = lit(tone, velocity)
    ring = metal(tuning, 412) * 0.16 + metal(tuning, 543, 0.3) * 0.1
    signal = HPF.ar(HPF.ar(ring + WhiteNoise.ar() * 0.4, 5600 + bright * 1800), 4500)
    shape = perc(0, decay, -3.2) * 0.8 + perc(0, 0.012, -3) * 0.4
    return BPeakEQ.ar(signal, 8800, 0.8, bright * 6 - 2) * shape


@instrument(
    "rim",
    trim=-8,
    family="drums",
    shape="one-shot",
    pitched=False,
    attack=0,
    release=0.03,
    ring=1,
    aliases=("rs", "rimshot"),
    decay=Control(0.06, 0.01, 1, "s", "how long it rings"),
    tone=Control(0.5, 0, 1, meaning="from wood to metal"),
)
def rim(tuning, velocity, decay, tone):
    """Stick on the rim."""
    hit = tap(0.0005, 0.4)
    bright = lit(tone, velocity)
    modes = [
        (478 * tuning, 0.10, decay * 1.6),
        (1090 * tuning, 0.13, decay * 1.1),
        (1732 * tuning, 0.20, decay),
        (2905 * tuning, 0.04 + bright * 0.2, decay * 0.6),
    ]
    return (HPF.ar(rung(hit, modes) + hit * 0.35, 380) * 2).tanh()


def tom(tuning, base, velocity, decay, sweep, tone):
    fall = octaves(sweep * (perc(0, 0.06, -4) * 0.6 + perc(0, decay, -4) * 0.4))
    body = SinOsc.ar(base * tuning * fall) * perc(0, decay, -3.5)
    body = body + SinOsc.ar(base * 1.593 * tuning * fall, 0.2) * perc(0, decay * 0.45, -4) * 0.35
    body = body + SinOsc.ar(base * 2.135 * tuning * fall, 0.4) * perc(0, decay * 0.25, -4) * 0.2
    skin = BPF.ar(WhiteNoise.ar(), base * 9, 0.8) * perc(0, 0.018, -5) * (0.5 + lit(tone, velocity) * 2.5)
    return (body * 1.3 + skin).tanh()


TOM = {
    "shape": "one-shot",
    "pitched": False,
    "attack": 0,
    "release": 0.05,
    "ring": 4,
    "sweep": Control(0.7, 0, 6, "octaves", "how far the pitch falls"),
    "tone": Control(0.4, 0, 1, meaning="how much stick is heard"),
}


@instrument(
    "lt",
    trim=-5.5,
    family="drums",
    aliases=("lowtom",),
    variants=("lt", "lt808", "tomacoustic"),
    decay=Control(0.55, **DECAY),
    **TOM,
)
def lt(tuning, velocity, decay, sweep, tone):
    """Low tom."""
    return tom(tuning, 82, velocity, decay, sweep, tone)


@instrument(
    "mt",
    trim=-5.5,
    family="drums",
    aliases=("midtom", "tom", "sostoms"),
    variants=("mt", "mt808", "tomacoustic"),
    decay=Control(0.45, **DECAY),
    **TOM,
)
def mt(tuning, velocity, decay, sweep, tone):
    """Middle tom."""
    return tom(tuning, 118, velocity, decay, sweep, tone)


@instrument(
    "ht",
    trim=-5.5,
    family="drums",
    aliases=("hightom",),
    variants=("ht", "ht808", "tomacoustic"),
    decay=Control(0.36, **DECAY),
    **TOM,
)
def ht(tuning, velocity, decay, sweep, tone):
    """High tom."""
    return tom(tuning, 166, velocity, decay, sweep, tone)


@instrument(
    "cr",
    trim=-7.5,
    family="drums",
    shape="one-shot",
    pitched=False,
    attack=0,
    release=0.1,
    ring=7,
    channels=2,
    aliases=("crash", "cy", "cymbal"),
    variants=("cr", "cy808", "crashacoustic"),
    decay=Control(1.9, 0.1, 8, "s", "how long it rings"),
    tone=Control(0.5, 0, 1, meaning="from dark to bright"),
)
def cr(tuning, velocity, decay, tone):
    """A crash cymbal, wide."""
    bright = lit(tone, velocity)

    def side(base):
        ring = metal(tuning, base) * 0.12 + metal(tuning, base * 1.47, 0.3) * 0.12
        low = BPF.ar(ring, 3700 * tuning, 0.8) * perc(0.002, decay * 0.7, -4)
        high = HPF.ar(ring + WhiteNoise.ar() * 0.5, 5200) * perc(0.004, decay, -5)
        splash = HPF.ar(WhiteNoise.ar(), 3000) * perc(0, 0.06, -4) * 0.6
        return low * 0.8 + high * (0.35 + bright * 0.6) + splash * bright

    return [side(331), side(347)]


@instrument(
    "rd",
    trim=-1.5,
    family="drums",
    shape="one-shot",
    pitched=False,
    attack=0,
    release=0.1,
    ring=7,
    aliases=("ride",),
    variants=("rd", "rideacoustic"),
    decay=Control(1.4, 0.1, 8, "s", "how long it rings"),
    body=Control(0.4, 0, 1, meaning="how much bell"),
    tone=Control(0.5, 0, 1, meaning="from dark to bright"),
)
def rd(tuning, velocity, decay, body, tone):
    """A ride cymbal: a clear stick over a dark wash."""
    bright = lit(tone, velocity)
    ring = metal(tuning, 583) * 0.16 + metal(tuning, 777, 0.25) * 0.12
    wash = BPF.ar(HPF.ar(ring + WhiteNoise.ar() * 0.2, 3500), 7200, 1.2) * perc(0, decay, -3.5)
    stick = BPF.ar(ring + WhiteNoise.ar() * 0.3, 5200 * tuning, 0.5) * perc(0, 0.05, -5) * 1.6
    bell = mix(
        [
            SinOsc.ar(f * tuning, Rand.ir(0, 6)) * perc(0, decay * t, -4) * a
            for f, a, t in ((853, 0.5, 0.5), (1391, 0.35, 0.4), (2259, 0.3, 0.3), (3077, 0.2, 0.25))
        ]
    )
    return wash * (0.5 + bright * 0.5) + stick * (0.3 + bright) + bell * body * 0.16


@instrument(
    "cb",
    trim=-7,
    family="drums",
    shape="one-shot",
    pitched=False,
    attack=0,
    release=0.05,
    ring=2,
    aliases=("cowbell",),
    decay=Control(0.28, 0.02, 2, "s", "how long it rings"),
    tone=Control(0.5, 0, 1, meaning="from dark to bright"),
)
def cb(tuning, velocity, decay, tone):
    """A cowbell: two square waves a sharp fifth apart through a band-pass."""
    pair = Pulse.ar(541 * tuning, 0.5) + Pulse.ar(807 * tuning, 0.5)
    shape = perc(0, decay, -3) * 0.7 + perc(0, 0.02, -4) * 0.6
    return HPF.ar(BPF.ar(pair, 900 + lit(tone, velocity) * 900, 0.9), 300) * shape


@instrument(
    "cl",
    trim=-10,
    family="drums",
    shape="one-shot",
    pitched=False,
    attack=0,
    release=0.02,
    ring=1,
    aliases=("clave", "claves"),
    decay=Control(0.09, 0.01, 1, "s", "how long it rings"),
)
def cl(tuning, velocity, decay):
    """Two wooden sticks."""
    hit = tap(0.0003, 0.3)
    modes = [(2480 * tuning, 0.2, decay * 1.8), (2480 * 2.71 * tuning, 0.06 * velocity, decay * 0.6)]
    return rung(hit, modes) + hit * 0.1


@instrument(
    "sh",
    trim=-5.5,
    family="drums",
    shape="one-shot",
    pitched=False,
    attack=0,
    release=0.03,
    ring=1,
    aliases=("shaker", "ma", "maracas"),
    decay=Control(0.09, 0.01, 1, "s", "how long it rings"),
    attackness=Control(0.35, 0, 1, meaning="from sharp to swishing"),
    tone=Control(0.5, 0, 1, meaning="from dark to bright"),
)
def sh(tuning, velocity, decay, attackness, tone):
    """A shaker: grains thrown against a shell."""
    grains = WhiteNoise.ar() * 0.5 + Dust2.ar(2500) * 1.2
    shape = EnvGen.ar(
        envelope=Envelope([0, 1, 0.25, 0], [0.002 + attackness * 0.05, 0.03, decay], [3, -4, -4])
    )
    bright = lit(tone, velocity)
    return HPF.ar(BPF.ar(grains, (5000 + bright * 4000) * tuning, 0.7), 2800) * shape
