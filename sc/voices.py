"""Voices. Vowels by the formants of Peterson and Barney, "Control Methods Used in a Study of the
Vowels", JASA 24 (1952), averages for men; the singer's formant near 2.9 kHz after Sundberg, JASA 55
(1974)."""

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *

# a (father), e (bet), i (heed), o (hawed), u (who'd): F1, F2, F3 in Hz and their levels.
VOWELS = (
    ((730, 1.0), (1090, 0.6), (2440, 0.16)),
    ((530, 1.0), (1840, 0.4), (2480, 0.22)),
    ((270, 1.0), (2290, 0.3), (3010, 0.26)),
    ((570, 1.0), (840, 0.65), (2410, 0.08)),
    ((300, 1.0), (870, 0.32), (2240, 0.06)),
)
SPOKEN = {
    "vowel": Control(0, 0, 4, "", "a 0, e 1, i 2, o 3, u 4; between them it glides"),
    "formant": Control(1, 0.5, 2, "", "size of the throat: 1 a man, 1.17 a woman, 1.35 a child"),
}


def between(vowel, values):
    """The value of the vowel asked for, in a straight line from one vowel to the next."""
    value = values[0]
    for number in range(1, len(values)):
        value = value + (vowel - (number - 1)).clip(0, 1) * (values[number] - values[number - 1])
    return value


def throat(source, freq, vowel, formant, ring=0.35):
    """A glottal source through the formants of a vowel; a formant never lies below the note, as singers
    tune theirs.
    """
    voiced = 0
    for peak in range(3):
        centre = (
            (between(vowel, [row[peak][0] for row in VOWELS]) * formant)
            .max(freq * (1 + peak))
            .clip(80, 14000)
        )
        level = between(vowel, [row[peak][1] for row in VOWELS])
        voiced = voiced + BPF.ar(source, centre, ((70 + 25 * peak) / centre * 1.5).max(0.06)) * level * (
            3 + peak
        )
    voiced = voiced * (600 / (freq + 340)).clip(0.3, 1)
    return voiced + BPF.ar(source, (2900 * formant).clip(80, 14000), 0.12) * ring + LPF.ar(source, 500) * 0.06


@instrument(
    "voice",
    trim=-9.5,
    family="voices",
    attack=0.05,
    release=0.12,
    aliases=("vox",),
    **SPOKEN,
    breath=Control(0.2, 0, 1, meaning="how much breath is heard"),
    brightness=Control(0.5, 0, 1),
    vib=Control(5.3, 0, 12, "Hz", "speed of the vibrato"),
    vibmod=Control(0.2, 0, 2, "semitones", "depth of the vibrato"),
)
def voice(freq, velocity, vowel, formant, breath, brightness, vib, vibmod):
    """A solo singer on a vowel."""
    swung = swing(vib, 0.25, 0.5)
    pitch = freq * (swung * vibmod).semitones_to_ratio() * (1 + LFNoise1.kr(5) * 0.0015)
    effort = lit(brightness, velocity)
    glottis = LPF.ar(Pulse.ar(pitch, 0.12), freq + 1200 + effort * 5000) + Saw.ar(pitch) * 0.25
    air = HPF.ar(PinkNoise.ar(), 1000) * breath * (0.22 + breath * 1.1)
    sung = throat(glottis + air, freq, vowel, formant, 0.3 + effort)
    return centred(sung) + SinOsc.ar(pitch) * 0.12


@instrument(
    "choir",
    trim=-14,
    family="voices",
    attack=0.25,
    release=0.6,
    channels=2,
    **SPOKEN,
    brightness=Control(0.4, 0, 1),
    detune=Control(0.4, 0, 1, meaning="how far the singers are apart"),
)
def choir(freq, velocity, vowel, formant, brightness, detune):
    """A choir on a vowel, six singers on two sides."""
    effort = lit(brightness, velocity)
    apart = 0.001 + detune * 0.006
    settled = EnvGen.kr(envelope=Envelope([0, 1], [0.6], [0])) * 0.14

    def singer(number):
        swing = SinOsc.kr(4.6 + number * 0.27, Rand.ir(0, 6.28)) * settled
        return Saw.ar(
            freq
            * (1 + apart * (number / 2.5 - 1))
            * swing.semitones_to_ratio()
            * (1 + LFNoise1.kr(4) * 0.002)
        )

    def voiced(side):
        # A saw without itself a little later is a pulse: one delay a side for what would be six pulses.
        return LPF.ar(
            side * 1.2 - DelayL.ar(side, 0.02, (0.14 / freq).min(0.019)), freq + 1000 + effort * 4500
        )

    breath = PinkNoise.ar() * 0.03
    sides = [voiced(side) for side in spread([singer(number) for number in (0, 4, 2, 3, 1, 5)], 0.9)]
    return [
        centred(throat(side + air, freq, vowel, formant * scale, 0.25 + effort * 0.5))
        + LPF.ar(side, freq * 1.2) * 0.1
        for side, air, scale in zip(sides, (breath, DelayN.ar(breath, 0.02, 0.017)), (1.015, 0.985))
    ]


@instrument(
    "talkbox",
    trim=-10.5,
    family="voices",
    attack=0.01,
    release=0.08,
    **SPOKEN,
    rate=Control(2.5, 0, 12, "Hz", "how fast the mouth moves"),
    brightness=Control(0.6, 0, 1),
)
def talkbox(freq, velocity, vowel, formant, rate, brightness):
    """A synthesiser in a mouth that will not keep still."""
    source = Saw.ar(freq * 0.9987) + Pulse.ar(freq * 1.0013, 0.3) * 0.6
    moving = (vowel + SinOsc.kr(rate, -1.57) * 1.2 + 1.2).clip(0, 4)
    return centred((throat(source, freq, moving, formant, 0.3 + lit(brightness, velocity)) * 1.4).tanh())


@instrument(
    "whistle",
    trim=-14,
    family="voices",
    attack=0.04,
    release=0.09,
    breath=Control(0.3, 0, 1, meaning="how much breath is heard"),
    vib=Control(5.5, 0, 12, "Hz", "speed of the vibrato"),
    vibmod=Control(0.25, 0, 2, "semitones", "depth of the vibrato"),
)
def whistle(freq, velocity, breath, vib, vibmod):
    """Somebody whistling."""
    swung = swing(vib, 0.2, 0.4)
    pitch = freq * (swung * vibmod).semitones_to_ratio() * octaves(-0.07 * perc(0.0005, 0.08, -3))
    return (
        SinOsc.ar(pitch)
        + BPF.ar(WhiteNoise.ar(), pitch.clip(60, 15000), 0.06) * breath * 2
        + SinOsc.ar(pitch * 2) * 0.03 * velocity
    )
