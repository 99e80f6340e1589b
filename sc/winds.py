"""Reeds, flutes and brass."""

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *

BREATH = Control(0.25, 0, 1, meaning="how much breath is heard")
VIB = {
    "vib": Control(5, 0, 12, "Hz", "speed of the vibrato"),
    "vibmod": Control(0.12, 0, 2, "semitones", "depth of the vibrato, once it has begun"),
}


def player(freq, vib, vibmod, after=0.35, drift=0.0008):
    """A pitch with a player's vibrato and small unsteadiness."""
    swung = swing(vib, after, 0.5)
    return freq * (swung * vibmod).semitones_to_ratio() * (1 + LFNoise1.kr(4) * drift)


def breath_noise(freq, level, low=2.0):
    return BPF.ar(PinkNoise.ar(), (freq * low).clip(300, 9000), 0.6) * level


@instrument(
    "reed",
    trim=-8.5,
    family="winds",
    attack=0.03,
    release=0.07,
    brightness=Control(0.45, 0, 1),
    breath=BREATH,
    **VIB,
)
def reed(freq, velocity, brightness, breath, vib, vibmod):
    """A warm double reed between oboe and melodica: narrow pulses through two fixed resonances."""
    pitch = player(freq, vib, vibmod)
    bright = lit(brightness, velocity)
    source = Pulse.ar(pitch, 0.18 + LFNoise1.kr(2) * 0.02) * 0.7 + Saw.ar(pitch) * 0.4
    low = LPF.ar(source, (freq * 2.5 + 700 + bright * 5200).clip(300, 14000))
    voiced = BPeakEQ.ar(BPeakEQ.ar(low, 1050, 0.6, 6), 2900, 0.5, 4 + bright * 5)
    return centred(voiced * bend(0.6, 0.06, 1, 0.3, 0.85)) + breath_noise(freq, breath * 0.3)


@instrument(
    "clarinet",
    trim=-13.5,
    family="winds",
    attack=0.035,
    release=0.08,
    brightness=Control(0.45, 0, 1),
    breath=BREATH,
    **VIB,
)
def clarinet(freq, velocity, brightness, breath, vib, vibmod):
    """A cylinder closed at one end: odd partials up to a cutoff, even ones only above it (Benade, 1976)."""
    pitch = player(freq, vib, vibmod * 0.4)
    bright = lit(brightness, velocity)
    odd = [(n, n ** (-1.6 + bright * 0.9)) for n in range(1, 18, 2)]
    even = [(n, 0.035 * n ** (-0.4 + bright * 0.5)) for n in range(2, 13, 2)]
    tone = additive(pitch, odd + even) * bend(0.7, 0.05, 1, 0.2, 0.9)
    cutoff = (1500 + bright * 3500 + freq * 2).clip(800, 15000)
    return LPF.ar(tone, cutoff) + breath_noise(freq, breath * (0.15 + breath * 0.7), 3)


@instrument(
    "oboe",
    trim=-7,
    family="winds",
    attack=0.03,
    release=0.07,
    brightness=Control(0.55, 0, 1),
    breath=BREATH,
    **VIB,
)
def oboe(freq, velocity, brightness, breath, vib, vibmod):
    """A cone with a double reed: strong partials about 1.1 and 2.8 kHz."""
    pitch = player(freq, vib, vibmod)
    bright = lit(brightness, velocity)
    source = HPF.ar(Pulse.ar(pitch, 0.09) * 0.9 + Saw.ar(pitch) * 0.3, (freq * 0.8).clip(60, 2000))
    low = LPF.ar(source, (freq * 3 + 1500 + bright * 6500).clip(500, 15000))
    voiced = low * 0.5 + BPF.ar(low, 1150, 0.35) * 1.4 + BPF.ar(low, 2850, 0.3) * (0.5 + bright)
    return centred(voiced) + breath_noise(freq, breath * 0.2, 3)


@instrument(
    "sax",
    trim=-11.5,
    family="winds",
    attack=0.03,
    release=0.09,
    aliases=("saxophone",),
    brightness=Control(0.5, 0, 1),
    breath=Control(0.4, 0, 1),
    pressure=Control(0.3, 0, 1, meaning="growl"),
    **VIB,
)
def sax(freq, velocity, brightness, breath, pressure, vib, vibmod):
    """A tenor saxophone: a wide cone, a soft reed, some growl."""
    pitch = player(freq, vib, vibmod * 1.4, 0.25) * (1 - perc(0.001, 0.06, -3) * 0.012)
    bright = lit(brightness, velocity)
    growl = 1 + SinOsc.ar(freq * 0.25 + 38) * pressure * 0.3
    source = (Saw.ar(pitch) * 0.8 + Pulse.ar(pitch, 0.3) * 0.4) * growl
    low = LPF.ar(source, (freq * 2 + 900 + bright * 6000 * bend(0.4, 0.07, 1, 0.4, 0.7)).clip(400, 14000))
    voiced = BPeakEQ.ar(BPeakEQ.ar(low, 640, 0.8, 5), 1600, 0.7, 4)
    return centred((voiced * 1.4).tanh()) + breath_noise(freq, breath * (0.15 + breath * 1.6), 3)


@instrument(
    "flute",
    trim=-14.5,
    family="winds",
    attack=0.05,
    release=0.1,
    brightness=Control(0.35, 0, 1),
    breath=Control(0.4, 0, 1),
    **VIB,
)
def flute(freq, velocity, brightness, breath, vib, vibmod):
    """A concert flute: few partials, breath in every one, a vibrato of loudness."""
    pitch = player(freq, vib, vibmod * 0.5) * (1 - perc(0.001, 0.07, -3) * 0.006)
    bright = lit(brightness, velocity)
    tone = additive(
        pitch,
        ((1, 1), (2, 0.2 + bright * 0.5), (3, 0.06 + bright * 0.3), (4, bright * 0.14), (5, bright * 0.06)),
    )
    throb = 1 + SinOsc.kr(vib, Rand.ir(0, 6.28)) * 0.1 * EnvGen.kr(
        envelope=Envelope([0, 0, 1], [0.3, 0.4], [0])
    )
    air = (
        BPF.ar(WhiteNoise.ar(), pitch.clip(100, 9000), 0.12) * 1.4
        + BPF.ar(PinkNoise.ar(), (freq * 2 + 1800).clip(300, 9000), 0.7) * 0.5
    )
    chiff = BPF.ar(WhiteNoise.ar(), (freq * 3).clip(300, 9000), 0.4) * perc(0.008, 0.06, -3)
    return tone * throb + (air * 0.3 + chiff * 0.7) * breath


@instrument(
    "panflute",
    trim=-12,
    family="winds",
    attack=0.04,
    release=0.14,
    aliases=("pan_flute",),
    breath=Control(0.6, 0, 1),
)
def panflute(freq, velocity, breath):
    """A stopped pipe blown across: odd partials in a gust of air."""
    tone = additive(freq * (1 + LFNoise1.kr(5) * 0.001), ((1, 1), (3, 0.16), (5, 0.04)))
    air = (
        BPF.ar(WhiteNoise.ar(), freq.clip(80, 9000), 0.08) * 2.2
        + BPF.ar(WhiteNoise.ar(), (freq * 3).clip(80, 12000), 0.1) * 0.7
    )
    puff = perc(0.012, 0.12, -3)
    return tone * 0.8 + air * breath * (0.35 + puff * (0.5 + velocity))


def brassy(pitch, freq, velocity, bright, attack, formant):
    """Brass by its one rule: the louder, the brighter, partial after partial (Risset and Mathews, Physics
    Today, 1969).
    """
    push = bend(0.12, attack, 1.08, 0.08, 0.9, 0.6, 0.8)
    reach = (freq * 1.6 + formant * (0.5 + bright * 2.6) * push).clip(150, 15000)
    source = Saw.ar(pitch) * 0.8 + Pulse.ar(pitch, 0.36) * 0.25
    return centred(BPeakEQ.ar(LPF.ar(LPF.ar(source, reach), reach * 1.4), formant, 1.2, 4))


@instrument(
    "brass",
    trim=-11,
    family="winds",
    attack=0.02,
    release=0.1,
    channels=2,
    brightness=Control(0.5, 0, 1),
    detune=Control(0.25, 0, 1, meaning="how far the players are apart"),
    **VIB,
)
def brass(freq, velocity, brightness, detune, vib, vibmod):
    """A section of brass, four players on two sides."""
    bright = lit(brightness, velocity, 0.9)
    apart = 0.0006 + detune * 0.005
    voices = [
        brassy(
            player(freq * (1 + apart * k), vib, vibmod * 0.6)
            * (1 - perc(0.001, 0.05 + n * 0.008, -3) * 0.02),
            freq,
            velocity,
            bright,
            0.05 + n * 0.012,
            1300,
        )
        for n, k in enumerate((-1, 0.4, -0.4, 1))
    ]
    return spread(staggered(voices, freq), 0.7)


@instrument(
    "horn",
    trim=-10,
    family="winds",
    attack=0.04,
    release=0.14,
    aliases=("frenchhorn",),
    brightness=Control(0.35, 0, 1),
    **VIB,
)
def horn(freq, velocity, brightness, vib, vibmod):
    """A French horn: round, dark, with the hand in the bell."""
    bright = lit(brightness, velocity, 0.9)
    tone = brassy(player(freq, vib, vibmod * 0.3), freq, velocity, bright * 0.7, 0.09, 560)
    return LPF.ar(tone, 1200 + freq * 2 + bright * 3500) + SinOsc.ar(freq) * 0.12


@instrument(
    "trombone",
    trim=-8.5,
    family="winds",
    attack=0.03,
    release=0.1,
    brightness=Control(0.45, 0, 1),
    slide=Control(0.04, -1, 1, "octaves", "how far the note slides in from below"),
    **VIB,
)
def trombone(freq, velocity, brightness, slide, vib, vibmod):
    """A trombone that slides into its notes."""
    pitch = player(freq, vib, vibmod) * octaves(-slide * perc(0.0005, 0.11, -3))
    return brassy(pitch, freq, velocity, lit(brightness, velocity, 0.9), 0.06, 800)


@instrument(
    "trumpet",
    trim=-19,
    family="winds",
    attack=0.004,
    release=0.07,
    aliases=("moorer_trumpet",),
    brightness=Control(0.5, 0, 1),
    **VIB,
)
def trumpet(freq, velocity, brightness, vib, vibmod):
    """A trumpet by twelve sines, each with its own line segments: high partials come later and leave sooner.

    Levels of the partials: G. J. Sandell's SHARC (1994), trumpet in C, g4, measured from McGill University's
    Master Samples. The way: one line-segment envelope of level and one of frequency a partial (Moorer and
    Grey, "Lexicon of Analyzed Tones, Part 3: The Trumpet", Computer Music Journal 2:2, 1978, the tone Charles
    Petzold rebuilt); their breakpoints we could not see, so the times are ours. `risset_brass` has
    published breakpoints.
    """
    bright = lit(brightness, velocity, 0.9)
    pitch = player(freq, vib, vibmod * 0.7, 0.4)
    measured = (2091, 2325, 3268, 2229, 1124, 534.0, 340.6, 297.3, 138.9, 73.1, 34.3, 41.4)
    levels = [level / 3268 for level in measured]
    lean = (bright * 2.1 + 0.02).min(1.6)
    # Half of what the lean takes from the level is given back: a dark trumpet is softer, not gone.
    power = mix([level * level * lean ** (number / 2.5) for number, level in enumerate(levels, 1)])
    even = (sum(level * level for level in levels) / power) ** 0.3
    voices = []
    for number, level in enumerate(levels, 1):
        rise = 0.012 + 0.0048 * number
        shape = EnvGen.ar(
            envelope=Envelope(
                [0, 0.25, 1.12, 0.82, 0.9, 0.86], [rise * 0.6, rise * 0.5, 0.06, 0.25, 0.9], [0]
            )
        )
        # The lips find the note: partials start flat and a little apart from each other.
        start = 1 - EnvGen.ar(envelope=Envelope([0.03 / number + 0.004, 0], [0.035 + 0.002 * number], [-3]))
        tilt = lean ** (number / 5)
        high = freq * number
        voices.append(
            SinOsc.ar(pitch * start * number, Rand.ir(0, 6.28))
            * shape
            * level
            * tilt
            * audible(high, 19000, 3000)
        )
    lips = BPF.ar(PinkNoise.ar(), (freq * 2.5).clip(300, 6000), 0.8) * (perc(0.004, 0.05, -3) * 0.25 + 0.01)
    return mix(voices) * even + lips


@instrument("risset_brass", trim=-8, family="winds", attack=0.002, release=0.06)
def risset_brass(freq, sustain, velocity):
    """Five partials of a high trumpet, each with the line segments of Risset's table, stretched over the
    note.

    Breakpoints: Jean-Claude Risset, An Introductory Catalogue of Computer Synthesized Sounds (1969), no.
    200, as tabulated in the Amsterdam Catalogue of Csound Computer Instruments; times in 1024ths of the
    note.
    """
    table = (
        (0.282, (20, 0.001), (32, 0.282), (28, 0.112), (778, 0.178), (88, 0.159), (54, 0.008), (24, 0.001)),
        (0.5, (38, 0.001), (830, 0.5), (40, 0.355), (72, 0.016), (44, 0.001)),
        (0.56, (46, 0.001), (824, 0.56), (144, 0.001)),
        (0.224, (20, 0.001), (18, 0.005), (798, 0.224), (26, 0.224), (54, 0.178), (108, 0.001)),
        (
            0.178,
            (20, 0.001),
            (22, 0.009),
            (24, 0.089),
            (24, 0.022),
            (56, 0.022),
            (306, 0.112),
            (76, 0.178),
            (162, 0.071),
            (246, 0.062),
            (88, 0.001),
        ),
    )
    voices = []
    for number, (_, *points) in enumerate(table, 1):
        times_ = [sustain * (count / 1024) for count, _ in points]
        shape = EnvGen.ar(envelope=Envelope([0.0, *(level for _, level in points)], times_, [0]))
        pitch = freq * number + LFNoise1.kr(20) * freq * 0.004
        force = 1 if number == 1 else (velocity * 1.25) ** (number * 0.25)
        voices.append(SinOsc.ar(pitch) * shape * force * audible(freq * number, 19000, 3000))
    return mix(voices)


@instrument(
    "accordion",
    trim=-13.5,
    family="winds",
    attack=0.03,
    release=0.06,
    channels=2,
    brightness=Control(0.55, 0, 1),
    detune=Control(0.45, 0, 1, meaning="from dry to musette"),
)
def accordion(freq, velocity, brightness, detune):
    """Three free reeds, two of them tuned apart: musette."""
    apart = detune * 3.2 / freq + detune * 0.0025
    reeds = [Pulse.ar(freq * (1 + apart * k), 0.2) + Saw.ar(freq * (1 + apart * k)) * 0.5 for k in (-1, 0, 1)]
    cutoff = (freq * 3 + 1200 + lit(brightness, velocity) * 6000).clip(400, 14000)
    shaken = [BPeakEQ.ar(LPF.ar(centred(reed), cutoff), 1500, 1, 3) for reed in reeds]
    return spread(staggered(shaken, freq), 0.6)


@instrument(
    "harmonica",
    trim=-4,
    family="winds",
    attack=0.025,
    release=0.07,
    brightness=Control(0.6, 0, 1),
    breath=BREATH,
    **VIB,
)
def harmonica(freq, velocity, brightness, breath, vib, vibmod):
    """A blues harp, with the bend into the note and the hands' wah."""
    pitch = player(freq, vib, vibmod) * octaves(-0.06 * perc(0.0005, 0.09, -3) * (1.2 - velocity))
    source = Pulse.ar(pitch, 0.13) + Pulse.ar(pitch * 2, 0.2) * 0.3
    hands = 1400 + SinOsc.kr(vib, Rand.ir(0, 6.28)) * 350 + lit(brightness, velocity) * 1800
    voiced = source * 0.35 + BPF.ar(source, hands.clip(300, 6000), 0.5) * 1.2
    return centred(voiced) + breath_noise(freq, breath * 0.25, 3)
