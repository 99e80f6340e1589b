"""Bells, bars and frequency modulation.

Bars: modes of tuned bars 1 : 4 : 10 (marimba, vibraphone), 1 : 3 : 6 (xylophone), free bars 1 : 2.756 :
5.404 : 8.933 (Fletcher and Rossing, The Physics of Musical Instruments, 1998)."""

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *

STRUCK = {"family": "bells", "shape": "decay", "attack": 0, "ring": 20}
MALLET = Control(0.45, 0, 1, meaning="hardness of the mallet")


def modes(freq, rows, decay, hard):
    """Sines that die away: (ratio, level, time, how much of it needs a hard mallet from 0 to 1) each."""
    voices = []
    for number, (ratio, level, time, needs) in enumerate(rows):
        pitch = freq * ratio
        strength = level * (1 - needs + needs * hard * 1.6) * audible(pitch, 18000, 2500)
        voices.append(SinOsc.ar(pitch, number * 0.9) * perc(0.0008, decay * time, -5) * strength)
    return mix(voices)


@instrument(
    "bell",
    trim=-15,
    **STRUCK,
    release=1.2,
    brightness=MALLET,
    decay=Control(5, 0.1, 20, "s", "how long the lowest partial rings"),
)
def bell(freq, velocity, brightness, decay):
    """A cast bell, tuned so that its nominal is an octave above the note (hum 0.5, prime 1, tierce 1.2,
    quint 1.5).
    """
    hard = lit(brightness, velocity, 0.9)
    rows = (
        (0.5, 0.42, 1.0, 0),
        (1.0, 0.6, 0.75, 0),
        (1.183, 0.48, 0.6, 0.1),
        (1.506, 0.24, 0.4, 0.3),
        (2.0, 0.62, 0.42, 0.2),
        (2.514, 0.25, 0.28, 0.6),
        (2.662, 0.22, 0.25, 0.6),
        (3.011, 0.3, 0.22, 0.7),
        (4.166, 0.24, 0.16, 0.9),
        (5.43, 0.16, 0.1, 1),
        (6.79, 0.1, 0.07, 1),
    )
    ring = decay * (500 / (freq + 250)).clip(0.4, 1.6)
    beat = modes(freq * 1.0012, rows[:5], ring, hard) * 0.45
    clapper = HPF.ar(WhiteNoise.ar(), 3000) * perc(0.0003, 0.012, -4) * hard * 0.25
    return modes(freq, rows, ring, hard) + beat + clapper


@instrument(
    "risset_bell",
    trim=-8.5,
    **STRUCK,
    release=1.2,
    decay=Control(6, 0.1, 20, "s", "how long the lowest partial rings"),
)
def risset_bell(freq, velocity, decay):
    """The additive bell: eleven partials, the higher the shorter.

    Ratios, levels and durations: Jean-Claude Risset, An Introductory Catalogue of Computer Synthesized
    Sounds (1969), no. 430, as tabulated in the Amsterdam Catalogue of Csound Computer Instruments. The
    nominal is 2 times the note.
    """
    table = (
        (0.56, 0, 1.0, 1.0),
        (0.56, 1.0, 0.67, 0.9),
        (0.92, 0, 1.35, 0.65),
        (0.92, 1.7, 1.8, 0.55),
        (1.19, 0, 2.67, 0.325),
        (1.7, 0, 1.67, 0.35),
        (2.0, 0, 1.46, 0.25),
        (2.74, 0, 1.33, 0.2),
        (3.0, 0, 1.33, 0.15),
        (3.75, 0, 0.75, 0.1),
        (4.07, 0, 1.33, 0.075),
    )
    force = 0.4 + velocity * 0.75
    return (
        mix(
            [
                SinOsc.ar(freq * ratio + shift, ratio * 2)
                * perc(0, decay * time, -7)
                * level
                * (force if ratio > 2 else 1)
                * audible(freq * ratio, 18000, 2500)
                for ratio, shift, level, time in table
            ]
        )
        * 0.15
    )


@instrument(
    "chime",
    trim=-14.5,
    **STRUCK,
    release=0.8,
    aliases=("tubular", "tubularbell"),
    brightness=MALLET,
    decay=Control(4.5, 0.1, 16, "s", "how long the tube rings"),
)
def chime(freq, velocity, brightness, decay):
    """Tubular bells: the ear hears the note an octave below modes four, five, six (2 : 3 : 4.17)."""
    hard = lit(brightness, velocity, 0.9)
    rows = (
        (1.0, 0.22, 0.5, 0),
        (2.0, 0.8, 1.0, 0),
        (3.0, 0.55, 0.7, 0.1),
        (4.17, 0.45, 0.5, 0.3),
        (5.55, 0.3, 0.32, 0.6),
        (7.1, 0.2, 0.2, 0.8),
        (8.9, 0.13, 0.12, 1),
    )
    return modes(freq, rows, decay, hard) + modes(freq * 1.0008, rows[1:3], decay, hard) * 0.5


@instrument(
    "vibes",
    trim=-11.5,
    **STRUCK,
    release=0.35,
    channels=2,
    aliases=("vibraphone", "supervibe"),
    brightness=MALLET,
    decay=Control(3.5, 0.1, 12, "s", "how long the bar rings"),
    tremolorate=Control(5.2, 0, 12, "Hz", "speed of the motor"),
    tremolodepth=Control(0.3, 0, 1, meaning="depth of the motor"),
)
def vibes(freq, velocity, brightness, decay, tremolorate, tremolodepth):
    """A vibraphone with its motor on."""
    hard = lit(brightness, velocity, 0.8)
    rows = ((1, 1, 1, 0), (3.984, 0.3, 0.28, 0.6), (9.8, 0.18, 0.08, 1))
    tone = modes(freq, rows, decay * (500 / (freq + 250)).clip(0.5, 1.5), hard)
    swing = SinOsc.kr(tremolorate, Rand.ir(0, 6.28)) * tremolodepth
    wool = LPF.ar(BrownNoise.ar(), 800) * perc(0.0006, 0.02, -4) * 0.3 * hard
    return [(tone + wool) * (1 + swing), (tone + wool) * (1 - swing * 0.7)]


@instrument(
    "marimba",
    trim=-9.5,
    **STRUCK,
    release=0.2,
    brightness=MALLET,
    decay=Control(0.9, 0.05, 5, "s", "how long the bar rings"),
)
def marimba(freq, velocity, brightness, decay):
    """Rosewood bars over tubes, soft mallets."""
    hard = lit(brightness, velocity, 0.9)
    ring = decay * (330 / (freq + 130)).clip(0.3, 1.7)
    tone = modes(freq, ((1, 1, 1, 0), (3.99, 0.34, 0.3, 0.4), (9.9, 0.22, 0.1, 0.9)), ring, hard)
    wood = (
        BPF.ar(PinkNoise.ar(), (freq * 2.5).clip(300, 3500), 0.7)
        * perc(0.0004, 0.018, -4)
        * (0.35 + hard * 0.7)
    )
    return tone + wood


@instrument(
    "xylophone",
    trim=-9.5,
    **STRUCK,
    release=0.15,
    aliases=("xylo",),
    brightness=Control(0.65, 0, 1),
    decay=Control(0.5, 0.05, 4, "s", "how long the bar rings"),
)
def xylophone(freq, velocity, brightness, decay):
    """Hard bars, hard mallets, a twelfth in the overtones."""
    hard = lit(brightness, velocity, 0.9)
    ring = decay * (800 / (freq + 350)).clip(0.4, 1.5)
    tone = modes(
        freq, ((1, 1, 1, 0), (3.0, 0.4, 0.4, 0.4), (6.0, 0.3, 0.2, 0.7), (10.2, 0.12, 0.1, 1)), ring, hard
    )
    return tone + HPF.ar(WhiteNoise.ar(), 2000) * perc(0.0003, 0.008, -3) * (0.2 + hard * 0.5)


@instrument(
    "glockenspiel",
    trim=-12,
    **STRUCK,
    release=0.6,
    aliases=("glock",),
    brightness=Control(0.6, 0, 1),
    decay=Control(2.2, 0.1, 10, "s", "how long the bar rings"),
)
def glockenspiel(freq, velocity, brightness, decay):
    """Free steel bars."""
    hard = lit(brightness, velocity, 0.9)
    rows = ((1, 1, 1, 0), (2.756, 0.4, 0.4, 0.4), (5.404, 0.3, 0.2, 0.7), (8.933, 0.16, 0.1, 1))
    return (
        modes(freq, rows, decay * (1200 / (freq + 600)).clip(0.4, 1.5), hard)
        + HPF.ar(WhiteNoise.ar(), 5000) * perc(0.0002, 0.005, -3) * hard * 0.4
    )


@instrument(
    "kalimba",
    trim=-10.5,
    **STRUCK,
    release=0.25,
    aliases=("thumbpiano", "mbira"),
    brightness=MALLET,
    decay=Control(1.4, 0.1, 6, "s", "how long the tongue rings"),
    buzz=Control(0.2, 0, 1, meaning="shells that rattle"),
)
def kalimba(freq, velocity, brightness, decay, buzz):
    """Plucked tongues on a box: clamped-bar modes over a wooden knock."""
    hard = lit(brightness, velocity, 0.8)
    tone = modes(
        freq,
        ((1, 1, 1, 0), (2.0, 0.12, 0.5, 0.2), (6.267, 0.25, 0.16, 0.6), (17.55, 0.08, 0.06, 1)),
        decay,
        hard,
    )
    box = rung(LPF.ar(WhiteNoise.ar(), 1500) * perc(0, 0.004, -3), [(180, 0.12, 0.06), (390, 0.08, 0.05)])
    rattle = HPF.ar((tone * 5).clip2(0.6), 3500) * buzz * 0.3
    return tone + box * (0.3 + hard * 0.5) + rattle


@instrument(
    "steeldrum",
    trim=-11,
    **STRUCK,
    release=0.3,
    aliases=("steelpan",),
    brightness=MALLET,
    decay=Control(1.6, 0.1, 6, "s", "how long the pan rings"),
)
def steeldrum(freq, velocity, brightness, decay):
    """A steel pan: octave and twelfth hammered into tune, blooming after the stroke."""
    hard = lit(brightness, velocity, 0.9)
    bloom = EnvGen.ar(envelope=Envelope([0.2, 1, 0], [0.035, decay * 0.6], [2, -4]))
    low = SinOsc.ar(freq) * perc(0.001, decay, -4.5)
    high = (
        SinOsc.ar(freq * 2.003, 1) * 0.7
        + SinOsc.ar(freq * 3.01, 2) * 0.35 * (0.3 + hard)
        + SinOsc.ar(freq * 4.03, 3) * 0.2 * hard
    ) * bloom
    tick_ = BPF.ar(WhiteNoise.ar(), 2500, 0.8) * perc(0.0004, 0.014, -4) * (0.15 + hard * 0.4)
    return low * 0.8 + high + tick_


@instrument(
    "musicbox", trim=-13.5, **STRUCK, release=0.8, decay=Control(1.8, 0.1, 8, "s", "how long the tooth rings")
)
def musicbox(freq, velocity, decay):
    """The comb of a music box."""
    tone = modes(
        freq,
        ((1, 1, 1, 0), (2.01, 0.1, 0.6, 0), (6.267, 0.3, 0.22, 0.3), (17.55, 0.1, 0.08, 0.5)),
        decay,
        velocity,
    )
    pin = HPF.ar(WhiteNoise.ar(), 4000) * perc(0.0003, 0.006, -3) * 0.3
    return tone + pin + modes(freq * 1.002, ((1, 0.4, 0.8, 0),), decay, 1)


@instrument(
    "gong",
    aliases=("supergong",),
    trim=-11,
    **STRUCK,
    release=2.5,
    channels=2,
    brightness=Control(0.5, 0, 1),
    decay=Control(9, 0.3, 20, "s", "how long it rings"),
)
def gong(freq, velocity, brightness, decay):
    """A tam-tam: the low modes sound first, the high ones are fed by them and bloom."""
    hard = lit(brightness, velocity, 1.0)
    rows = (
        (1, 1),
        (1.48, 0.5),
        (1.93, 0.6),
        (2.31, 0.5),
        (2.87, 0.42),
        (3.45, 0.4),
        (4.12, 0.34),
        (4.93, 0.3),
        (5.71, 0.26),
        (6.83, 0.22),
        (7.97, 0.2),
        (9.6, 0.16),
    )
    voices = []
    for number, (ratio, level) in enumerate(rows):
        bloom = EnvGen.ar(
            envelope=Envelope([0.08, 1, 0], [0.012 + number * 0.055, decay / (1 + number * 0.16)], [2, -5])
        )
        drift = freq * ratio * (1 + LFNoise1.kr(0.7) * 0.0012 * (number > 0))
        voices.append(SinOsc.ar(drift, number * 1.7) * level * bloom * (1 if number < 3 else 0.25 + hard))
    wash = (
        BPF.ar(PinkNoise.ar(), (freq * 14).clip(800, 7000), 1.2)
        * EnvGen.ar(envelope=Envelope([0, 1, 0], [0.25, decay * 0.5], [2, -4]))
        * hard
        * 0.5
    )
    left, right = spread([voices[n] for n in (3, 1, 5, 7, 9, 0, 11, 2, 10, 8, 6, 4)], 0.8)
    return [left + wash, right + wash]


@instrument(
    "gamelan",
    trim=-11.5,
    **STRUCK,
    release=0.6,
    channels=2,
    aliases=("saron",),
    brightness=MALLET,
    decay=Control(2.6, 0.1, 10, "s", "how long the key rings"),
    detune=Control(0.5, 0, 1, meaning="beating of the pair, up to 8 a second"),
)
def gamelan(freq, velocity, brightness, decay, detune):
    """A Balinese pair of bronze keys, one tuned higher so that they shimmer (ombak)."""
    hard = lit(brightness, velocity, 0.9)
    rows = ((1, 1, 1, 0), (2.73, 0.4, 0.4, 0.3), (5.25, 0.26, 0.2, 0.6), (8.3, 0.15, 0.1, 1))
    beat = detune * 4
    return [modes(freq - beat, rows, decay, hard), modes(freq + beat, rows, decay, hard)]


@instrument(
    "glass",
    trim=-14,
    family="bells",
    attack=0.25,
    release=0.7,
    channels=2,
    aliases=("glassharmonica",),
    brightness=Control(0.3, 0, 1),
)
def glass(freq, velocity, brightness):
    """Wine glasses rubbed with a wet finger."""
    bright = lit(brightness, velocity)

    def rim(shift):
        pitch = freq * (1 + shift + LFNoise1.kr(2) * 0.0006)
        rub = 1 + LFNoise2.kr(5) * 0.12
        tone = (
            SinOsc.ar(pitch)
            + SinOsc.ar(pitch * 2.32, 1) * 0.12 * bright
            + SinOsc.ar(pitch * 4.25, 2) * 0.1 * bright
        )
        return tone * rub + BPF.ar(WhiteNoise.ar(), pitch.clip(100, 12000), 0.01) * 1.5

    return [rim(0.0004), rim(-0.0004)]


@instrument(
    "timpani",
    trim=-12.5,
    family="bells",
    shape="decay",
    attack=0,
    release=0.4,
    ring=10,
    aliases=("timp",),
    brightness=MALLET,
    decay=Control(1.8, 0.1, 8, "s", "how long the head rings"),
)
def timpani(freq, velocity, brightness, decay):
    """A kettledrum: preferred modes 1 : 1.5 : 1.98 : 2.44 of its note (Rossing, Sci. American, 1982)."""
    hard = lit(brightness, velocity, 0.9)
    rows = (
        (1, 1, 1, 0),
        (1.504, 0.55, 0.8, 0),
        (1.984, 0.34, 0.6, 0.3),
        (2.44, 0.2, 0.45, 0.6),
        (2.9, 0.12, 0.3, 0.8),
    )
    # A soft felt excites no click: phases start at zero so that the stroke swells.
    head = mix(
        [
            SinOsc.ar(freq * r) * perc(0.003, decay * t, -4.5) * a * (1 - n + n * hard * 1.5)
            for r, a, t, n in rows
        ]
    )
    thud = LPF.ar(BrownNoise.ar(), 250 + hard * 900) * perc(0.002, 0.07, -4) * (0.4 + hard)
    boom = SinOsc.ar(freq * 0.85) * perc(0.003, 0.12, -4) * 0.25
    return head + thud + boom
