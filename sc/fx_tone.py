"""Effects on a note's tone: drive, filters, vowels, bits. They are fused into the note."""

from livecode.sound import Control, effect
from livecode.sound.blocks import *
from livecode.sound.ugens import *


def narrow(resonance):
    """A resonance of 0 to 1 as the reciprocal of Q, evenly heard."""
    return 0.01 ** resonance.clip(0, 1)


@effect("shape", order=10, shape=Control(0, 0, 1, meaning="from clean to square"))
def shape(signal, shape):
    """Wave shaping that keeps soft signals and squares loud ones."""
    amount = shape.clip(0, 0.99)
    k = amount * 2 / (1 - amount)
    return signal * (1 + k) / (1 + abs(signal) * k) * (1 - amount * 0.45)


@effect("distort", order=11, distort=Control(0, 0, 100, meaning="distortion"))
def distort(signal, distort):
    """Distortion with a tone that stays: driven hard, then rounded."""
    push = 1 + distort.clip(0, 100) * 12
    dirty = (signal * push).distort()
    return LPF.ar(dirty, 9000) * 0.6 / (1 + distort * 0.02).sqrt()


@effect("drive", order=12, drive=Control(0, 0, 100, meaning="overdrive"))
def drive(signal, drive):
    """Warm overdrive, a little one-sided as valves are."""
    push = 1 + drive * 6
    return centred((signal * push + 0.08).tanh() - 0.0798) * level_of(push)


def level_of(push):
    """What brings a saturated signal back to the level it came with, however hard it is pushed."""
    return 0.45 / (push * 0.45).tanh()


@effect("triode", order=13, triode=Control(0, 0, 100, meaning="valve distortion"))
def triode(signal, triode):
    """A single valve: one half of the wave is squashed more than the other."""
    push = 1 + triode * 4
    hot = signal * push
    return centred(hot.max(0).tanh() + (hot.min(0) * 0.5).tanh() * 1.3) * level_of(push)


@effect(
    "krush",
    order=14,
    krush=Control(0, 0, 100, meaning="bass and bit distortion"),
    kcutoff=Control(5000, 20, 20000, "Hz", "its filter"),
)
def krush(signal, krush, kcutoff):
    """Sonic crush: companded to a power, folded and filtered."""
    bent = abs(signal).max(1e-6) ** (1 / (1 + krush.clip(0, 20)))
    return LPF.ar(Select.ar(signal < 0, [bent, -bent]) * 0.6 + signal * 0.4, kcutoff)


@effect("fold", order=15, fold=Control(1, 1, 30, meaning="drive into the folder"))
def fold(signal, fold):
    """Wave folding, as of west-coast synthesisers."""
    return (signal * fold).sin() * 0.7


@effect("waveloss", order=16, waveloss=Control(0, 0, 100, "%", "how many of a hundred waves are dropped"))
def waveloss(signal, waveloss):
    """Drops waves at random, between two crossings of zero."""
    kept = Latch.ar(WhiteNoise.ar() * 0.5 + 0.5, signal) > waveloss * 0.01
    return signal * Lag.ar(kept, 0.0002)


@effect(
    "octer",
    order=17,
    keys=("octer", "octersub", "octersubsub"),
    octer=Control(0, 0, 10, meaning="octave above"),
    octersub=Control(0, 0, 10, meaning="octave below"),
    octersubsub=Control(0, 0, 10, meaning="two octaves below"),
)
def octer(signal, octer, octersub, octersubsub):
    """Octaves above and below, as of an analogue octave pedal."""
    above = centred(abs(signal)) * 2
    halved = ToggleFF.ar(LPF.ar(signal, 800)) * 2 - 1
    quartered = ToggleFF.ar(halved) * 2 - 1
    loud = Amplitude.ar(signal, 0.005, 0.05)
    low = LPF.ar(signal * halved, 1200) * octersub + LPF.ar(loud * halved * quartered, 300) * octersubsub
    added = octer * octer + octersub * octersub + octersubsub * octersubsub
    return (signal + above * octer + low) / (1 + added).sqrt()


@effect(
    "hpf",
    order=20,
    hcutoff=Control(0, 0, 20000, "Hz", "what lies below is taken away"),
    hresonance=Control(0, 0, 1, meaning="how much the filter rings"),
)
def hpf(signal, hcutoff, hresonance):
    """High-pass filter, 12 dB an octave."""
    return RHPF.ar(signal, hcutoff.clip(10, 20000), narrow(hresonance))


@effect(
    "bpf",
    order=21,
    bandf=Control(1000, 20, 20000, "Hz", "the band's middle"),
    bandq=Control(1, 0.1, 100, meaning="how narrow it is"),
)
def bpf(signal, bandf, bandq):
    """Band-pass filter."""
    return BPF.ar(signal, bandf.clip(20, 20000), 1 / bandq.clip(0.1, 100)) * (1 + bandq.clip(0, 40) * 0.08)


@effect(
    "lpf",
    order=22,
    cutoff=Control(20000, 20, 20000, "Hz", "what lies above is taken away"),
    resonance=Control(0, 0, 1, meaning="how much the filter rings"),
    lpenv=Control(0, -10, 10, "octaves", "how far its envelope opens it"),
    lpattack=Control(0.005, 0, 60, "s", "attack of its envelope"),
    lpdecay=Control(0.3, 0.001, 60, "s", "decay of its envelope"),
)
def lpf(signal, cutoff, resonance, lpenv, lpattack, lpdecay):
    """Low-pass filter, 12 dB an octave, with an envelope of its own."""
    opened = cutoff * octaves(lpenv * EnvGen.kr(envelope=Envelope([0, 1, 0], [lpattack, lpdecay], [0, -4])))
    return RLPF.ar(signal, opened.clip(20, 20000), narrow(resonance))


@effect(
    "ladder",
    order=23,
    ladder=Control(20000, 20, 20000, "Hz", "cutoff of a 24 dB ladder filter"),
    resonance=Control(0, 0, 1, meaning="how much the filter rings"),
)
def ladder(signal, ladder, resonance):
    """Ladder low-pass filter, 24 dB an octave."""
    return MoogFF.ar(signal, ladder.clip(20, 20000), resonance * 3.6) * (1 + resonance * 1.5)


@effect("djf", order=24, djf=Control(0.5, 0, 1, meaning="below 0.5 a low-pass, above it a high-pass filter"))
def djf(signal, djf):
    """One knob from dark through clean to thin."""
    low = 20000 * octaves((djf * 2).clip(0, 1) * 9 - 9)
    high = 10 * octaves((djf * 2 - 1).clip(0, 1) * 9.6)
    return RHPF.ar(RLPF.ar(signal, low.clip(30, 20000), 0.6), high.clip(10, 16000), 0.6)


@effect(
    "notch",
    order=25,
    notch=Control(1000, 20, 20000, "Hz", "what is taken out"),
    notchq=Control(2, 0.1, 50, meaning="how narrow"),
)
def notch(signal, notch, notchq):
    """Takes one band out."""
    return BRF.ar(signal, notch.clip(20, 20000), 1 / notchq.clip(0.1, 50))


@effect("comb", order=30, comb=Control(0, 0, 1, meaning="comb filter: pitch and ring"))
def comb(signal, comb):
    """A comb filter, ringing from low to high."""
    time = 0.03 * octaves(comb.clip(0, 1) * -6)
    return signal * 0.6 + CombC.ar(signal, 0.05, time, 0.3 + comb) * 0.4


# First three formants of Peterson and Barney (JASA 24, 1952), averages for men, a e i o u.
FORMANTS = ((730, 530, 270, 570, 300), (1090, 1840, 2290, 840, 870), (2440, 2480, 3010, 2410, 2240))
LEVELS = ((1, 1, 1, 1, 1), (0.6, 0.45, 0.35, 0.65, 0.35), (0.25, 0.3, 0.35, 0.12, 0.1))


def between(place, values):
    value = values[0]
    for number in range(1, len(values)):
        value = value + (place - (number - 1)).clip(0, 1) * (values[number] - values[number - 1])
    return value


@effect("vowel", order=40, vowel=Control(0, 0, 4, "", "a 0, e 1, i 2, o 3, u 4; between them it glides"))
def vowel(signal, vowel):
    """A formant filter: makes any sound say a, e, i, o or u."""
    peaks = [
        BPF.ar(signal, between(vowel, row), 0.11) * between(vowel, levels)
        for row, levels in zip(FORMANTS, LEVELS)
    ]
    return mix(peaks) * 5 + signal * 0.04


@effect("crush", order=50, crush=Control(16, 1, 32, "bits", "how many bits are left"))
def crush(signal, crush):
    """Fewer bits."""
    step = 2 ** (1 - crush.clip(1, 24))
    return signal.round(step)


@effect("coarse", order=51, coarse=Control(1, 1, 256, meaning="how many samples are held"))
def coarse(signal, coarse):
    """A lower sample rate, with all its aliases."""
    return Latch.ar(signal, Impulse.ar(SampleRate.ir() / coarse.clip(1, 256)))


@effect("enhance", order=55, enhance=Control(0, -1, 100, meaning="strong partials get stronger"))
def enhance(signal, enhance):
    """Keeps the loudest partials of the spectrum."""
    chain = FFT.kr(LocalBuf.ir(1, 1024), signal)
    return IFFT.ar(PV_LocalMax.kr(chain, enhance.max(0) * 2))


@effect("smear", order=56, smear=Control(0, 0, 100, meaning="partials smeared over their neighbours"))
def smear(signal, smear):
    """Smears the spectrum."""
    chain = FFT.kr(LocalBuf.ir(1, 1024), signal)
    return IFFT.ar(PV_MagSmear.kr(chain, smear.clip(0, 100))) * (1 + smear.clip(0, 40) * 0.08)


@effect("scram", order=57, scram=Control(0, 0, 1, meaning="partials exchanged at random"))
def scram(signal, scram):
    """Scrambles the spectrum."""
    chain = FFT.kr(LocalBuf.ir(1, 1024), signal)
    return IFFT.ar(PV_BinScramble.kr(chain, scram.clip(0, 1), 0.2, Impulse.kr(8)))


@effect("binshift", order=58, binshift=Control(0, -10, 10, meaning="spectrum shifted"))
def binshift(signal, binshift):
    """Shifts and stretches the spectrum."""
    chain = FFT.kr(LocalBuf.ir(1, 1024), signal)
    return IFFT.ar(PV_BinShift.kr(chain, octaves(binshift * 0.2), binshift * 2))


@effect(
    "brick",
    order=59,
    keys=("lbrick", "hbrick"),
    lbrick=Control(0, 0, 1, meaning="how much of the top is cut"),
    hbrick=Control(0, 0, 1, meaning="how much of the bottom is cut"),
)
def brick(signal, lbrick, hbrick):
    """Spectral filters with walls for slopes."""
    chain = FFT.kr(LocalBuf.ir(1, 1024), signal)
    chain = PV_BrickWall.kr(chain, -(lbrick.clip(0, 0.99) ** 0.5))
    return IFFT.ar(PV_BrickWall.kr(chain, hbrick.clip(0, 0.99) ** 2))


@effect("freeze", order=60, freeze=Control(0, 0, 1, meaning="1 holds the spectrum"))
def freeze(signal, freeze):
    """Holds the spectrum of the moment."""
    chain = FFT.kr(LocalBuf.ir(1, 2048), signal)
    return IFFT.ar(PV_MagFreeze.kr(chain, freeze > 0.5))
