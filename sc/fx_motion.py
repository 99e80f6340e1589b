"""Effects that move: pitch, tremolo, phaser, chorus, ring modulation, loudness. They are fused into the
note.
"""

from livecode.sound import Control, effect
from livecode.sound.blocks import *
from livecode.sound.ugens import *


@effect(
    "hold", kind="time", hold=Control(0.1, 0, 60, "s", "time at full loudness, whatever the note's length")
)
def hold(attack, hold):
    """Sets how long a note stays at full loudness."""
    return attack + hold


@effect(
    "accelerate",
    kind="pitch",
    order=10,
    accelerate=Control(0, -64, 64, "", "how much is added to the pitch by the end: 1 doubles it"),
)
def accelerate(freq, sustain, accelerate):
    """The pitch rises, or falls below 0, over the note."""
    return freq * (1 + accelerate * Line.kr(0, 1, sustain.clip(0.01, 3600))).max(0.001)


@effect(
    "slide",
    kind="pitch",
    order=20,
    slide=Control(0, -16, 16, "", "how far the pitch slides by the end, in parts of itself"),
)
def slide(freq, sustain, slide):
    """The pitch slides evenly, in octaves, to (1 + slide) times itself."""
    return freq * (1 + slide).max(0.001) ** Line.kr(0, 1, sustain.clip(0.01, 3600))


@effect(
    "glide",
    kind="pitch",
    order=30,
    glide=Control(0, 0, 30, "s", "how long the pitch takes to arrive"),
    glidefrom=Control(-2, -96, 96, "semitones", "where it comes from"),
)
def glide(freq, glide, glidefrom):
    """The note arrives from another pitch."""
    return freq * (glidefrom * Line.kr(1, 0, glide.max(0.001))).semitones_to_ratio()


@effect(
    "penv",
    kind="pitch",
    order=40,
    penv=Control(0, -120, 120, "semitones", "where the pitch is thrown to"),
    pattack=Control(0, 0, 60, "s", "time to get there"),
    pdecay=Control(0.15, 0.001, 60, "s", "time to return"),
)
def penv(freq, penv, pattack, pdecay):
    """An envelope on the pitch."""
    thrown = EnvGen.ar(envelope=Envelope([pattack <= 0, 1, 0], [pattack, pdecay], [0, -3]))
    return freq * (penv * thrown).semitones_to_ratio()


@effect(
    "vibrato",
    kind="pitch",
    order=50,
    keys=("vib", "vibmod"),
    vib=Control(5.5, 0, 50, "Hz", "speed of the vibrato"),
    vibmod=Control(0.5, 0, 24, "semitones", "depth of the vibrato"),
)
def vibrato_(freq, vib, vibmod):
    """Vibrato, from the first moment."""
    return freq * (SinOsc.kr(vib) * vibmod).semitones_to_ratio()


@effect(
    "adsr",
    order=5,
    keys=("decay", "sustainlevel"),
    decay=Control(0.1, 0.001, 60, "s", "time from full loudness to the sustain level"),
    sustainlevel=Control(0, 0, 1, meaning="loudness after the decay"),
)
def adsr(signal, attack, decay, sustainlevel):
    """Decay and sustain level for a note that would stay at full loudness."""
    return signal * EnvGen.ar(envelope=Envelope([1, 1, sustainlevel], [attack, decay], [0, -3]))


@effect(
    "tremolo",
    order=62,
    keys=("tremolorate", "tremolodepth"),
    tremolorate=Control(4, 0, 100, "Hz", "speed of the tremolo"),
    tremolodepth=Control(0.5, 0, 1, meaning="depth of the tremolo"),
)
def tremolo(signal, tremolorate, tremolodepth):
    """The loudness swings."""
    return signal * (1 - tremolodepth.clip(0, 1) * (0.5 - SinOsc.ar(tremolorate, 1.5708) * 0.5))


@effect(
    "phaser",
    order=63,
    keys=("phaserrate", "phaserdepth"),
    phaserrate=Control(0.5, 0, 100, "Hz", "speed of the phaser"),
    phaserdepth=Control(0.75, 0, 1, meaning="depth of the phaser"),
)
def phaser(signal, phaserrate, phaserdepth):
    """Six all-pass filters swept together: notches that wander."""
    swing = SinOsc.kr(phaserrate) * 0.5 + 0.5
    shifted = signal
    for number in range(6):
        centre = (180 + 120 * number) * octaves(swing * 3)
        shifted = BAllPass.ar(shifted, centre.clip(20, 16000), 1.4)
    return signal * (1 - phaserdepth * 0.5) + shifted * phaserdepth * 0.6


@effect(
    "ring",
    order=64,
    ring=Control(0, 0, 1, meaning="how much is ring-modulated"),
    ringf=Control(200, 0, 20000, "Hz", "by what"),
    ringdf=Control(0, -20000, 20000, "Hz", "how far that slides"),
)
def ring(signal, sustain, ring, ringf, ringdf):
    """Ring modulation."""
    modulator = SinOsc.ar(abs(ringf + ringdf * Line.kr(0, 1, sustain.clip(0.01, 3600))))
    return signal * (1 - ring) + signal * modulator * ring * 1.4


@effect("fshift", order=65, fshift=Control(0, -20000, 20000, "Hz", "how far every partial is moved"))
def fshift(signal, fshift):
    """Moves every partial by the same hertz: harmonic sounds turn to bells."""
    return FreqShift.ar(signal, fshift)


@effect("squiz", order=66, squiz=Control(1, 1, 64, meaning="how far the pitch is raised in chunks"))
def squiz(signal, squiz):
    """Raises the pitch of every few waves and leaves holes: a crackling squeeze.

    A stretch of sound between crossings of zero is read faster than it was written, so it is over too soon.
    """
    started = Trig1.ar(signal, 0.03)
    since = Sweep.ar(started, 1)
    late = (0.03 - since * (squiz - 1)).clip(0, 0.03)
    return DelayC.ar(signal, 0.05, late + 0.001) * (since * squiz < 0.06)


@effect("chorus", order=70, chorus=Control(0.5, 0, 1, meaning="how much chorus"))
def chorus(channels, chorus):
    """A wide chorus of three voices."""
    left, right = channels[0], channels[-1]

    def voices(signal, turn):
        return (
            mix(
                [
                    DelayC.ar(
                        signal, 0.04, 0.009 + 0.004 * n + SinOsc.kr(0.43 + 0.17 * n, turn + n * 2.1) * 0.0028
                    )
                    for n in range(3)
                ]
            )
            * 0.5
        )

    dry = 1 - chorus * 0.4
    return [left * dry + voices(left, 0) * chorus, right * dry + voices(right, 1.6) * chorus]


@effect(
    "leslie",
    order=71,
    leslie=Control(0, 0, 1, meaning="how much of the rotating loudspeaker"),
    lrate=Control(6.7, 0, 50, "Hz", "turns a second"),
    lsize=Control(0.3, 0.01, 3, "m", "radius of the horn"),
)
def leslie(channels, leslie, lrate, lsize):
    """A rotating loudspeaker: Doppler, throb and two ears."""
    signal = mix(channels) / len(channels)
    low, high = LPF.ar(signal, 800), HPF.ar(signal, 800)

    def ear(angle):
        turn = SinOsc.kr(lrate, angle)
        horn = DelayC.ar(high, 0.05, (0.004 + turn * lsize / 343 * 0.7).clip(0.0002, 0.045)) * (
            1 + turn * 0.35
        )
        drum = DelayC.ar(low, 0.05, 0.004 + SinOsc.kr(lrate * 0.83, angle) * 0.0002) * (
            1 + SinOsc.kr(lrate * 0.83, angle) * 0.15
        )
        return signal * (1 - leslie) + (horn + drum) * leslie

    return [ear(0), ear(2.2)]


@effect(
    "autopan",
    order=72,
    autopan=Control(0.5, 0, 1, meaning="how far it swings"),
    autopanrate=Control(1, 0, 50, "Hz", "how fast"),
)
def autopan(channels, autopan, autopanrate):
    """Swings from side to side."""
    swing = SinOsc.kr(autopanrate) * autopan
    return [channels[0] * (1 - swing).sqrt(), channels[-1] * (1 + swing).sqrt()]


@effect("width", order=73, widen=Control(0.5, 0, 1, meaning="how wide a sound becomes"))
def widen(channels, widen):
    """Makes a sound wide: the sides get different colours, the sum keeps its own."""
    middle = mix(channels) / len(channels)
    side = (channels[0] - channels[-1]) * 0.5
    colour = AllpassC.ar(HPF.ar(middle, 250), 0.05, 0.0113, 0.03) * widen * 0.6
    return [middle + side * (1 + widen) + colour, middle - side * (1 + widen) - colour]


@effect("compressor", order=80, compressor=Control(-20, -120, 0, "dB", "threshold"))
def compressor(signal, compressor):
    """Presses what is louder than the threshold, four to one."""
    # Below -50 dB there is nothing to press but noise, and nothing would be left of the sound.
    level = compressor.db_to_amplitude().max(0.00316)
    return Compander.ar(signal, signal, level, 1, 0.25, 0.004, 0.09) * level**-0.6


@effect(
    "gate",
    order=81,
    gater=Control(8, 0.1, 64, "Hz", "how often it opens"),
    gateduty=Control(0.5, 0.02, 0.98, meaning="how much of the time it is open"),
)
def gater(signal, gater, gateduty):
    """Chops the sound in time."""
    return signal * Lag.ar(LFPulse.ar(gater, 0, gateduty), 0.002)


@effect("amp", order=94, amp=Control(0.4, 0, 8, meaning="linear loudness; 0.4 changes nothing"))
def amp(signal, amp):
    """Linear loudness."""
    return signal * amp * 2.5


@effect("overgain", order=95, overgain=Control(0, -8, 8, meaning="loudness added to that of gain"))
def overgain(signal, overgain):
    """Loudness on top of gain."""
    return signal * (1 + overgain).max(0)


@effect("postgain", order=96, postgain=Control(1, 0, 8, meaning="loudness after all effects"))
def postgain(signal, postgain):
    """Loudness after all effects."""
    return signal * postgain
