"""Organs: drawbars, combo, pipes, harmonium."""

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *

# Footage of each drawbar as a multiple of the 8' tone. Tone wheels are tuned in equal temperament, so the
# quints and the tierce are semitones of it, not pure: 16', 5 1/3', 8', 4', 2 2/3', 2', 1 3/5', 1 1/3', 1'.
DRAWBARS = (0.5, 2 ** (7 / 12), 1.0, 2.0, 2 ** (19 / 12), 4.0, 2 ** (28 / 12), 2 ** (31 / 12), 8.0)
FOOTAGES = ("16'", "5 1/3'", "8'", "4'", "2 2/3'", "2'", "1 3/5'", "1 1/3'", "1'")
REGISTRATION = (8, 6, 8, 4, 2, 3, 0, 0, 2)


def drawbar(pulled):
    """The level of a drawbar pulled 0 to 8: each step is 3 dB."""
    return (pulled * 3 - 24).db_to_amplitude() * pulled.clip(0, 1)


@instrument(
    "organ",
    trim=-10.5,
    family="organs",
    attack=0.004,
    release=0.025,
    aliases=("hammond", "superhammond"),
    **{
        f"drawbar{number + 1}": Control(pulled, 0, 8, "", f"drawbar {footage}")
        for number, (pulled, footage) in enumerate(zip(REGISTRATION, FOOTAGES))
    },
    percussion=Control(0.4, 0, 1, meaning="how loud the decaying harmonic of the attack is"),
    click=Control(0.35, 0, 1, meaning="how loud the key contacts click"),
    leak=Control(0.15, 0, 1, meaning="neighbouring wheels that bleed through"),
)
def organ(
    freq,
    velocity,
    percussion,
    click,
    leak,
    drawbar1,
    drawbar2,
    drawbar3,
    drawbar4,
    drawbar5,
    drawbar6,
    drawbar7,
    drawbar8,
    drawbar9,
):
    """A tone-wheel organ by nine sine waves, with drawbars, percussion and key click (Hammond, US 1956350,
    1934).
    """
    pulled = (drawbar1, drawbar2, drawbar3, drawbar4, drawbar5, drawbar6, drawbar7, drawbar8, drawbar9)
    tones = []
    for ratio, bar in zip(DRAWBARS, pulled):
        # The top of the wheels folds back by octaves instead of vanishing.
        pitch = freq * ratio
        folded = pitch / (1 + (pitch > 6300) + (pitch > 12600) * 2)
        tones.append(SinOsc.ar(folded, Rand.ir(0, 6.28)) * drawbar(bar))
    wheel = mix(tones) * 0.5
    strike = SinOsc.ar(freq * 2) * perc(0.001, 0.22, -4) * percussion * (velocity * 0.6)
    contact = BPF.ar(WhiteNoise.ar(), (freq * 6).clip(900, 5000), 1.2) * perc(0.0005, 0.007, -3) * click
    bleed = (
        SinOsc.ar(freq * 2 ** (1 / 12) * 4) * 0.006 * leak
        + SinOsc.ar(freq * 2 ** (-1 / 12) * 2) * 0.008 * leak
    )
    return centred((wheel + strike + contact + bleed).softclip())


@instrument(
    "combo",
    trim=-7.5,
    family="organs",
    attack=0.003,
    release=0.03,
    aliases=("farfisa",),
    brightness=Control(0.55, 0, 1, meaning="from flute to reed stop"),
    vib=Control(6.2, 0, 12, "Hz", "speed of the vibrato"),
    vibmod=Control(0.12, 0, 2, "semitones", "depth of the vibrato"),
)
def combo(freq, velocity, brightness, vib, vibmod):
    """A transistor organ of the sixties: divided-down squares through tab filters."""
    swung = freq * (SinOsc.kr(vib) * vibmod).semitones_to_ratio()
    tabs = Pulse.ar(swung, 0.5) + Pulse.ar(swung * 2, 0.5) * 0.6 + Pulse.ar(swung * 4, 0.5) * 0.3
    bright = lit(brightness, velocity, 0.2)
    flute = LPF.ar(tabs, freq * 3)
    reed = HPF.ar(Saw.ar(swung) + Pulse.ar(swung * 2, 0.3) * 0.5, freq * 1.5)
    return centred(LPF.ar(flute * (1 - bright * 0.6) + reed * bright, 9000))


@instrument(
    "pipe",
    trim=-12.5,
    family="organs",
    attack=0.05,
    release=0.14,
    channels=2,
    aliases=("pipeorgan", "church"),
    brightness=Control(0.45, 0, 1, meaning="how many ranks are drawn"),
    chiff=Control(0.5, 0, 1, meaning="how much the pipes speak"),
)
def pipe(freq, velocity, brightness, chiff):
    """A church organ: principals at 16', 8', 4', 2' and a mixture, each pipe a little apart from the
    others.
    """
    bright = lit(brightness, velocity, 0.25)
    ranks = (
        (0.5, 0.35, 5),
        (1.0, 1.0, 6),
        (2.0, 0.3 + bright * 0.5, 5),
        (4.0, bright * 0.55, 4),
        (6.0, bright * 0.3, 3),
        (8.0, bright * 0.25, 2),
    )
    spectrum = ((1, 1), (2, 0.42), (3, 0.2), (4, 0.11), (5, 0.06), (6, 0.03))

    def rank(number):
        ratio, level, partials = ranks[number]
        wind = freq * ratio * (1 + LFNoise1.kr(3) * 0.0006)
        return additive(wind, spectrum[:partials]) * level

    breath = BPF.ar(PinkNoise.ar(), (freq * 3).clip(200, 9000), 0.4) * (
        perc(0.006, 0.09, -3) * 1.6 * chiff + 0.02
    )
    return spread([rank(number) + breath * 0.4 for number in (2, 5, 0, 1, 3, 4)], 0.5)


@instrument(
    "harmonium",
    trim=-12.5,
    family="organs",
    attack=0.06,
    release=0.09,
    channels=2,
    aliases=("reedorgan",),
    brightness=Control(0.4, 0, 1, meaning="how wide the swell is open"),
    detune=Control(0.3, 0, 1, meaning="how far the second reed is out of tune"),
)
def harmonium(freq, velocity, brightness, detune):
    """Free reeds in pairs, pumped by a bellows that is never quite steady."""
    bellows = 1 + LFNoise1.kr(1.7) * 0.06
    apart = 0.0003 + detune * 0.003

    def side(sign):
        reeds = (
            Pulse.ar(freq * (1 + apart * sign), 0.28) + Pulse.ar(freq * (1 - apart * sign * 0.6), 0.21) * 0.7
        )
        reeds = reeds + Pulse.ar(freq * 2 * (1 + apart * sign * 0.5), 0.3) * 0.25
        cutoff = (freq * 3 + 500 + lit(brightness, velocity) * 5000).clip(200, 12000)
        return LPF.ar(BPeakEQ.ar(centred(reeds), 900, 1, 4), cutoff) * bellows

    return [side(1), side(-1)]
