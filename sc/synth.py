"""Electronic tones and leads: plain waves, detuned stacks, hard sync, phase distortion."""

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *

BRIGHT = Control(0.5, 0, 1, meaning="how far the filter opens")


def tracked(freq, bright, low=1.5, reach=24):
    """A cutoff that follows the pitch, so that every octave has the same colour."""
    return (freq * low + freq * reach * bright * bright + bright * 1500).clip(60, 18000)


@instrument("sine", trim=-14, family="synth", attack=0.008, release=0.08)
def sine(freq):
    """A pure tone."""
    return SinOsc.ar(freq)


@instrument(
    "tri", trim=-14, family="synth", attack=0.005, release=0.08, aliases=("triangle", "triangle_wave")
)
def tri(freq):
    """A triangle wave: soft, hollow, odd partials."""
    partials = [(n, (1 if n % 4 == 1 else -1) / (n * n)) for n in range(1, 16, 2)]
    return mix([SinOsc.ar(freq * n) * a * audible(freq * n) for n, a in partials])


@instrument(
    "saw",
    trim=-6,
    family="synth",
    attack=0.005,
    release=0.1,
    brightness=BRIGHT,
    aliases=("sawtooth",),
)
def saw(freq, velocity, brightness):
    """A sawtooth through a gentle low-pass."""
    return LPF.ar(Saw.ar(freq), tracked(freq, lit(brightness, velocity), 4, 40))


@instrument(
    "square", aliases=("supersquare",), trim=-11, family="synth", attack=0.005, release=0.1, brightness=BRIGHT
)
def square(freq, velocity, brightness):
    """A square wave through a gentle low-pass."""
    return LPF.ar(centred(Pulse.ar(freq, 0.5)), tracked(freq, lit(brightness, velocity), 4, 40))


@instrument(
    "pulse",
    aliases=("superpwm",),
    trim=-9,
    family="synth",
    attack=0.005,
    release=0.1,
    brightness=BRIGHT,
    width=Control(0.25, 0.02, 0.98, meaning="width of the pulse"),
    sweep=Control(0.15, 0, 0.45, meaning="how far the width moves"),
)
def pulse(freq, velocity, brightness, width, sweep):
    """A pulse wave whose width wanders."""
    moved = (width + SinOsc.kr(0.37, Rand.ir(0, 6.28)) * sweep).clip(0.02, 0.98)
    return LPF.ar(centred(Pulse.ar(freq, moved)), tracked(freq, lit(brightness, velocity), 3, 40))


@instrument(
    "supersaw",
    trim=-12.5,
    family="synth",
    attack=0.01,
    release=0.25,
    channels=2,
    brightness=Control(0.6, 0, 1),
    detune=Control(0.3, 0, 1, meaning="how far the seven voices are apart"),
    panspread=Control(0.8, 0, 1, meaning="how wide they stand"),
)
def supersaw(freq, velocity, brightness, detune, panspread):
    """Seven sawtooths, the middle one in tune, the others around it (spacing after Szabo, 2010)."""
    offsets = (-0.110, -0.063, -0.0195, 0.0, 0.0199, 0.0622, 0.1074)
    apart = detune * detune * 0.35 + detune * 0.03
    left, right = [], []
    for number, offset in enumerate(offsets):
        level = 0.8 if offset == 0 else 0.45
        voice = (
            LFSaw.ar(freq * (1 + offset * apart), Rand.ir(0, 2))
            if number % 2
            else Saw.ar(freq * (1 + offset * apart))
        )
        side = (number / 3 - 1) * panspread
        left.append(voice * level * (1 - side).sqrt())
        right.append(voice * level * (1 + side).sqrt())
    cutoff = tracked(freq, lit(brightness, velocity), 4, 40)
    return [HPF.ar(LPF.ar(mix(side), cutoff), freq * 0.7) for side in (left, right)]


@instrument(
    "lead",
    trim=-1,
    family="synth",
    attack=0.005,
    release=0.12,
    aliases=("mono",),
    brightness=BRIGHT,
    detune=Control(0.15, 0, 1, meaning="how far the two saws are apart"),
    resonance=Control(0.25, 0, 0.95, meaning="how much the filter rings"),
    suboctave=Control(0.3, 0, 1, meaning="square an octave below"),
)
def lead(freq, velocity, brightness, detune, resonance, suboctave):
    """A fat lead: two saws, a sub square, a ladder filter that speaks at each attack."""
    apart = detune * 0.012
    swung = vibrato(freq, 5.6, 0.004, 0.35)
    source = (
        Saw.ar(swung * (1 + apart)) + Saw.ar(swung * (1 - apart)) + Pulse.ar(swung * 0.5, 0.5) * suboctave
    )
    bright = lit(brightness, velocity)
    open_ = 0.55 + perc(0.003, 0.5, -4) * 0.6
    filtered = MoogFF.ar(
        source * 0.5, tracked(freq, bright * open_.clip(0, 1.2), 2, 30).min(16000), resonance * 3.4
    )
    return (filtered * 1.5).tanh()


@instrument(
    "sync",
    trim=-8,
    family="synth",
    attack=0.005,
    release=0.12,
    aliases=("syncsaw",),
    ratio=Control(2.3, 1, 12, meaning="frequency of the slave over that of the master"),
    sweep=Control(1.2, -3, 3, "octaves", "how far the slave falls at the attack"),
    brightness=Control(0.6, 0, 1),
)
def sync(freq, velocity, ratio, sweep, brightness):
    """Hard sync: a saw forced to restart by another, tearing as it sweeps."""
    slave = freq * ratio * octaves(sweep * perc(0.002, 0.6, -3) * (0.5 + velocity * 0.6))
    torn = SyncSaw.ar(freq, slave) * 0.6 + Saw.ar(freq) * 0.4
    return centred(LPF.ar(torn, tracked(freq, lit(brightness, velocity), 4, 35)))


@instrument(
    "chip",
    trim=-6.5,
    family="synth",
    attack=0.0,
    release=0.02,
    aliases=("gameboy", "superchip"),
    width=Control(0.5, 0.125, 0.875, meaning="width of the pulse, in eighths"),
    vib=Control(6, 0, 20, "Hz", "speed of the vibrato"),
    crush=Control(4, 1, 8, "bits", "steps of the volume"),
)
def chip(freq, width, vib, crush):
    """A pulse channel of an 8-bit console, with its stepped volume."""
    swung = freq * (1 + (LFPulse.kr(vib) * 2 - 1) * Line.kr(0, 0.003, 0.4))
    fade = line(1, 0.55, 0.35, -2)
    steps = 2**crush
    return centred(Pulse.ar(swung, (width * 8).round(1) / 8)) * (fade * steps).round(1) / steps


@instrument(
    "phasedist",
    trim=-14,
    family="synth",
    attack=0.004,
    release=0.15,
    aliases=("cz",),
    index=Control(0.6, 0, 1, meaning="how strongly the phase is bent"),
    decay=Control(0.7, 0.02, 8, "s", "how fast it straightens again"),
)
def phasedist(freq, velocity, index, decay):
    """Phase distortion: a cosine read faster, then slower (Casio's patent US 4658691, 1987)."""
    bent = (lit(index, velocity) * (0.25 + perc(0.002, decay, -3) * 0.75)).clip(0, 0.94)
    phase = LFSaw.ar(freq, 1) * 0.5 + 0.5
    knee = 0.5 - bent * 0.48
    warped = (phase / knee * 0.5).min(((phase - knee) / (1 - knee) * 0.5 + 0.5).max(phase * 0 + 0.5))
    return centred(LPF.ar((warped * 6.283185307).cos(), 15000))


@instrument(
    "stab",
    trim=-13.5,
    family="synth",
    shape="decay",
    attack=0.001,
    release=0.15,
    ring=6,
    brightness=BRIGHT,
    decay=Control(0.45, 0.03, 5, "s", "how fast the filter closes"),
    detune=Control(0.25, 0, 1, meaning="how far the saws are apart"),
)
def stab(freq, velocity, brightness, decay, detune):
    """A short filtered chord stab for house and dub."""
    apart = detune * 0.014
    source = mix([Saw.ar(freq * (1 + apart * k)) for k in (-1, 0, 1)]) + Pulse.ar(freq * 0.5, 0.4) * 0.5
    sweep = perc(0.001, decay, -4)
    cutoff = freq * 1.2 + (freq * 14 + 1200) * lit(brightness, velocity) * sweep
    return RLPF.ar(source, cutoff.clip(60, 16000), 0.45) * perc(0.001, decay * 2.2, -4)
