"""Granular, wavetable, noise and weather."""

from math import floor, pi, sin

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *

NOISE = {"family": "textures", "pitched": False}


@instrument(
    "grains",
    trim=-12.5,
    family="granular",
    attack=0.05,
    release=0.4,
    channels=2,
    aliases=("granular",),
    rate=Control(28, 1, 200, "Hz", "grains a second"),
    length=Control(0.09, 0.005, 1, "s", "how long a grain lasts"),
    scatter=Control(0.25, 0, 1, meaning="how far grains stray: pitch, place, moment"),
    brightness=Control(0.4, 0, 1),
)
def grains(freq, velocity, rate, length, scatter, brightness):
    """A stream of sine grains and their octaves (Gabor, 1947; Roads, Microsound, 2001)."""
    trigger = Impulse.ar(rate) * (1 - scatter) + Dust.ar(rate) * scatter
    trigger = (trigger > 0.05) * 1
    partial = TChoose(trigger, (1, 1, 1, 2, 2, 3, 4), lit(brightness, velocity))
    stray = TRand.ar(-0.35, 0.35, trigger) * scatter
    pitch = (freq * partial * stray.semitones_to_ratio()).min(15000)
    place = TRand.ar(-1, 1, trigger) * (0.3 + scatter * 0.7)
    even = crowd(rate * length, 28 * 0.09)
    return [side * even for side in GrainSin.ar(trigger, length, pitch, place, -1, 256, channel_count=2)]


def crowd(density, usual):
    """A factor that keeps the level where it usually is while grains or drops get denser or rarer."""
    return (usual / density).sqrt().clip(0.05, 2)


def TChoose(trigger, values, reach):
    """One of the values at each trigger; `reach` 0 to 1 opens the list from its start."""
    index = TRand.ar(0, 1, trigger) * (1 + reach * (len(values) - 1.01))
    return Select.ar(index, [K2A.ar(value) for value in values])


@instrument(
    "cloud",
    trim=-11.5,
    family="granular",
    attack=0.5,
    release=1.5,
    channels=2,
    rate=Control(14, 1, 120, "Hz", "grains a second"),
    length=Control(0.35, 0.02, 2, "s", "how long a grain lasts"),
    index=Control(1.6, 0, 12, meaning="modulation inside a grain"),
    ratio=Control(2, 0.25, 8, meaning="its ratio"),
)
def cloud(freq, velocity, rate, length, index, ratio):
    """A slow cloud of frequency-modulated grains."""
    trigger = Dust.ar(rate) + Impulse.ar(0)
    stray = TRand.ar(-0.12, 0.12, trigger)
    high = TIRand.kr(0, 1, T2K(trigger)) + 1
    pitch = (freq * high * stray.semitones_to_ratio()).min(12000)
    even = crowd(rate * length, 14 * 0.35)
    grains_ = GrainFM.ar(
        trigger,
        length,
        pitch,
        pitch * ratio,
        index * velocity * TRand.ar(0.2, 1.2, trigger),
        TRand.ar(-1, 1, trigger),
        -1,
        256,
        channel_count=2,
    )
    return [side * even for side in grains_]


def T2K(trigger):
    """An audio trigger as a control trigger."""
    return Trig1.kr(A2K.kr(Trig1.ar(trigger, 2 * 64 / 48000)), 0.003)


def wave(partials, size=256):
    """One period of a wave given by the levels of its partials."""
    values = [
        sum(level * sin(2 * pi * number * step / size) for number, level in enumerate(partials, 1))
        for step in range(size)
    ]
    peak = max(abs(value) for value in values)
    return [value / peak for value in values]


TABLE = (
    wave([1]),
    wave([1, 0.5, 0.1, 0.3, 0.02, 0.1]),
    wave([1, 0, 0.6, 0, 0.5, 0, 0.35, 0, 0.3, 0, 0.2]),
    wave([0.6, 0.3, 0.2, 0.8, 0.9, 0.3, 0.5, 0.7, 0.2, 0.1, 0.4, 0.3, 0.2, 0.25, 0.2, 0.15]),
)


@instrument(
    "wavetable",
    trim=-12,
    family="wavetable",
    attack=0.02,
    release=0.25,
    channels=2,
    aliases=("ppg",),
    position=Control(0.35, 0, 1, meaning="where in the table: from a sine to glass"),
    sweep=Control(0.4, -1, 1, "", "how far the position moves after the attack"),
    decay=Control(1.2, 0.02, 8, "s", "how long it takes to come back"),
    detune=Control(0.2, 0, 1),
)
def wavetable(freq, velocity, position, sweep, decay, detune):
    """Four drawn waves in a row, read between (after Wolfgang Palm's wavetables of 1979)."""
    size = len(TABLE[0])
    buffer = LocalBuf.ir(1, size * len(TABLE))
    filled = [
        SetBuf.ir(buffer, start, len(part), part)
        for start, part in (
            (row * size + at, TABLE[row][at : at + 128])
            for row in range(len(TABLE))
            for at in range(0, size, 128)
        )
    ]
    place = (position + sweep * perc(0.004, decay, -3) * velocity * 1.25).clip(0, 0.999) * (len(TABLE) - 1)
    row = floor(place)
    part = place - row

    def read(apart):
        phase = LFSaw.ar(freq * (1 + apart), 1) * 0.5 + 0.5
        # The table wraps inside each row: interpolation by hand keeps one row from leaking into the next.
        at = phase * size
        low = floor(at)
        between_ = at - low

        def point(line_, step):
            return BufRd.ar(buffer, line_ * size + ((low + step) % size), 0, 1, channel_count=1)

        def line_of(line_):
            return point(line_, 0) * (1 - between_) + point(line_, 1) * between_

        return line_of(row) * (1 - part) + line_of((row + 1).min(len(TABLE) - 1)) * part

    spread_ = 0.0002 + detune * 0.003
    return [centred(LPF.ar(read(spread_), 14000)) + filled[0] * 0, centred(LPF.ar(read(-spread_), 14000))]


@instrument(
    "noise",
    aliases=("supernoise", "white"),
    trim=-5.5,
    **NOISE,
    attack=0.005,
    release=0.1,
    tone=Control(0.5, 0, 1, meaning="from dark to white"),
)
def noise(tuning, velocity, tone):
    """Noise from dark to white."""
    bright = lit(tone, velocity, 0.3)
    return LPF.ar(WhiteNoise.ar(), 200 * octaves(bright * 6.6) * tuning) * (1.6 - bright)


@instrument(
    "wind",
    trim=2.5,
    **NOISE,
    attack=1.0,
    release=1.5,
    channels=2,
    rate=Control(0.25, 0.01, 4, "Hz", "how often it gusts"),
    resonance=Control(0.6, 0, 1, meaning="how much it howls"),
)
def wind(tuning, rate, resonance):
    """Wind round a house."""
    gust = LFNoise2.kr(rate) * 0.5 + 0.5

    def side():
        centre = (300 + (gust + LFNoise2.kr(rate * 2) * 0.2).max(0) * 900) * tuning
        howl = RLPF.ar(PinkNoise.ar(), centre, (1 - resonance * 0.9).clip(0.08, 1)) * (0.4 + gust)
        return centred(howl * 0.7) + HPF.ar(PinkNoise.ar(), 2500) * gust * 0.12

    return [side(), side()]


@instrument(
    "rain",
    trim=-5.5,
    **NOISE,
    attack=0.8,
    release=1.2,
    channels=2,
    rate=Control(120, 5, 1500, "Hz", "drops a second"),
    tone=Control(0.5, 0, 1, meaning="from leaves to tin"),
)
def rain(tuning, rate, tone):
    """Rain on leaves or tin."""

    def side():
        drops = Dust.ar(rate)
        small = Decay.ar(drops, 0.004) * WhiteNoise.ar()
        pitch = TExpRand.ar(900, 6000, drops) * tuning
        ring = SinOsc.ar(pitch) * Decay2.ar(drops, 0.0006, 0.006 + tone * 0.03)
        near = HPF.ar(small, 1500) * 0.6 + ring * (0.15 + tone * 0.4) * (0.021 / (0.006 + tone * 0.03)).sqrt()
        return near * crowd(rate, 120) ** 0.8 + HPF.ar(PinkNoise.ar(), 1800) * 0.1

    return [side(), side()]


@instrument(
    "sea",
    trim=3.5,
    **NOISE,
    attack=1.5,
    release=2.5,
    channels=2,
    rate=Control(0.12, 0.02, 1, "Hz", "waves a second"),
)
def sea(tuning, rate):
    """Waves on a beach."""

    def side(late):
        swell = (SinOsc.kr(rate, late) * 0.5 + 0.5) ** 2.5
        wave_ = centred(LPF.ar(PinkNoise.ar(), (350 + swell * 6000) * tuning)) * (0.15 + swell)
        return wave_ + HPF.ar(WhiteNoise.ar(), 3500) * swell * 0.1

    return [side(-1.57), side(-1.2)]


@instrument(
    "vinyl",
    trim=-5.5,
    **NOISE,
    attack=0.2,
    release=0.3,
    channels=2,
    aliases=("crackle",),
    rate=Control(9, 0.5, 80, "Hz", "crackles a second"),
    noise=Control(0.4, 0, 1, meaning="surface noise"),
)
def vinyl(tuning, rate, noise):
    """An old record between the tracks."""
    rumble = LPF.ar(BrownNoise.ar(), 60 * tuning) * 0.5

    def side():
        specks = HPF.ar(Dust2.ar(rate) * 1.5 + Dust2.ar(rate * 12) * 0.2, 400)
        return (
            BPF.ar(specks, 2600 * tuning, 1.4) * 3
            + HPF.ar(PinkNoise.ar(), 700) * noise * 0.09
            + rumble * 0.25
        )

    return [side(), side()]


@instrument(
    "riser",
    trim=-2.5,
    **NOISE,
    attack=0.02,
    release=0.15,
    channels=2,
    sweep=Control(5, -8, 8, "octaves", "how far it rises; below 0 it falls"),
    resonance=Control(0.6, 0, 0.95, meaning="how much it whistles"),
)
def riser(tuning, sustain, sweep, resonance):
    """Noise that rises through the whole note: the way into the next section."""
    rise = Line.kr(0, 1, sustain)
    start = (sweep < 0) * -sweep
    centre = (180 * octaves(start + sweep * rise) * tuning).clip(40, 16000)

    def side():
        return centred(
            RLPF.ar(PinkNoise.ar() + WhiteNoise.ar() * 0.3, centre, (1 - resonance).clip(0.05, 1))
        ) * ((0.3 + rise * 0.9) * ((1 - resonance) / 0.4).sqrt().min(1.2))

    tone = centred(Saw.ar(centre * 0.25)) * 0.12 * rise
    return [side() + tone, side() + tone]


@instrument(
    "impact",
    trim=-11.5,
    family="textures",
    pitched=False,
    shape="one-shot",
    attack=0,
    release=0.3,
    ring=9,
    channels=2,
    decay=Control(3.0, 0.2, 9, "s", "how long it echoes"),
    tone=Control(0.4, 0, 1, meaning="from dark to bright"),
)
def impact(tuning, velocity, decay, tone):
    """A cinematic boom for the first beat of a section."""
    boom = SinOsc.ar(42 * tuning * octaves(1.5 * perc(0, 0.12, -4))) * perc(0.001, decay * 0.7, -4)
    body = (boom * 2).tanh()

    def side():
        dust = LPF.ar(
            BrownNoise.ar() * 2, 300 + lit(tone, velocity) * 5000 * perc(0, decay * 0.4, -4)
        ) * perc(0.001, decay, -5)
        crack = HPF.ar(WhiteNoise.ar(), 1500) * perc(0, 0.06, -5) * lit(tone, velocity)
        return body * 0.8 + dust * 0.5 + crack * 0.4

    return [side(), side()]
