"""Reverbs and delays of an orbit, and what may sit on a whole orbit."""

from livecode.sound import Control, effect
from livecode.sound.blocks import *
from livecode.sound.layout import orbit_stem_bus
from livecode.sound.plugins import has
from livecode.sound.ugens import *

SIZE = Control(0.5, 0, 1, meaning="how large the room is")
DAMP = Control(0.4, 0, 1, meaning="how soon the highs die")

# Lengths of the eight delay lines in seconds, at size 0.5: mutually prime in samples at 48 kHz.
LINES = (1433, 1601, 1867, 2053, 2251, 2399, 2617, 2797)


@effect(
    "reverb",
    kind="send",
    size=SIZE,
    damp=DAMP,
    predelay=Control(0.012, 0, 0.2, "s", "silence before the first echo"),
    roomlp=Control(11000, 200, 20000, "Hz", "what lies above does not enter"),
)
def reverb(signal, size, damp, predelay, roomlp):
    """A feedback delay network of eight lines: a room from a booth to a cathedral.

    Structure: Jot and Chaigne, "Digital Delay Networks for Designing Artificial Reverberators", AES 90
    (1991): lossless Householder feedback, each line attenuated for one common decay time; diffusion by
    Schroeder's all-passes (1962).
    """
    # What loops sees only finite numbers: the frame guards the signal, this the controls, once a block each.
    size, damp, predelay, roomlp = (Sanitize.kr(control) for control in (size, damp, predelay, roomlp))
    # A room whose size changes must not chirp.
    large = Lag.kr(size.clip(0, 1), 0.4)
    decay = 0.35 * octaves(large * 4.6)
    scale = 0.55 + large * 0.95
    # One block of feedback delay comes with LocalIn.
    block = ControlDur.ir()
    back = LocalIn.ar(channel_count=8)
    fed = []
    for side, channel in enumerate(signal):
        early = HPF.ar(LPF.ar(DelayN.ar(channel, 0.25, predelay.clip(0, 0.2)), roomlp.clip(200, 18000)), 70)
        for number, time in enumerate((0.0047, 0.0073, 0.0109, 0.0151)):
            early = AllpassN.ar(early, 0.03, (time + side * 0.0009) * (0.6 + number * 0.1), 0.09)
        fed.append(early)
    mean = mix([back[n] for n in range(8)]) * 0.25
    entering = [channel * 0.35 - mean for channel in fed]
    dulled = 0.12 + damp.clip(0, 1) * 0.62
    taps, lines = [], []
    for number, samples in enumerate(LINES):
        time = samples / 48000 * scale
        loss = 0.001 ** (time / decay)
        # Slow, small movement of two lines keeps metal out of the tail.
        drift = SinOsc.kr(0.31 + 0.13 * number, number) * 0.00035 if number % 4 == 1 else 0
        source = entering[number % 2] + back[number]
        delayed = (DelayC if number % 4 == 1 else DelayL).ar(source, 0.12, time - block + drift)
        dull = OnePole.ar(delayed, dulled)
        lines.append((dull * loss).clip(-4, 4))
        taps.append(dull)
    LocalOut.ar(lines)
    left = taps[0] - taps[2] + taps[4] - taps[6] + taps[1] * 0.4
    right = taps[1] - taps[3] + taps[5] - taps[7] + taps[0] * 0.4
    return [left * 0.75 + fed[0] * 0.12, right * 0.75 + fed[1] * 0.12]


@effect(
    "delay",
    kind="send",
    delaytime=Control(0.25, 0, 8, "s", "time between two echoes"),
    delayfeedback=Control(0.5, 0, 0.99, meaning="how much of an echo comes back"),
    delaytone=Control(0.6, 0, 1, meaning="from dark to clear repeats"),
    pingpong=Control(1, 0, 1, meaning="1 lets the echoes change sides"),
)
def delay(signal, delaytime, delayfeedback, delaytone, pingpong):
    """Tape-like echoes that darken, never explode, and may jump from side to side."""
    block = ControlDur.ir()
    time = (Lag.kr(delaytime.clip(0.005, 8), 0.12) - block).max(0)
    back = LocalIn.ar(channel_count=2)
    feedback = delayfeedback.clip(0, 0.98)
    echoes = []
    for side in (0, 1):
        crossed = back[side] * (1 - pingpong) + back[1 - side] * pingpong
        heard = DelayC.ar(signal[side] + crossed * feedback, 8.1, time)
        dark = LPF.ar(HPF.ar(heard, 70), 1200 * octaves(delaytone * 3.6))
        echoes.append(Sanitize.ar((dark * 0.8).tanh() * 1.25))
    LocalOut.ar(echoes)
    return echoes


@effect("plate", kind="send", size=SIZE, damp=DAMP)
def plate(signal, size, damp):
    """A bright, dense plate: two tanks in a figure of eight (after Dattorro, JAES 45:9, 1997)."""
    # Half the figure takes a third of a second; it rings 0.6 to 7 s.
    decay = 0.001 ** (0.33 / (0.6 * octaves(size.clip(0, 1) * 3.55)))
    back = LocalIn.ar(channel_count=2)
    entry = LPF.ar(HPF.ar(mix(signal) * 0.5, 90), 12000)
    for time, amount in ((0.0043, 0.05), (0.0031, 0.05), (0.0113, 0.07), (0.0083, 0.07)):
        entry = AllpassC.ar(entry, 0.02, time, amount)
    tanks = []
    for side, (long, diffuse, tail) in enumerate(((0.1371, 0.0603, 0.1147), (0.1291, 0.0887, 0.0961))):
        first = AllpassC.ar(
            entry + back[1 - side] * decay,
            0.05,
            0.0216 + side * 0.0063 + SinOsc.kr(0.7 + side * 0.31) * 0.00025,
            -0.12,
        )
        dull = OnePole.ar(DelayN.ar(first, 0.2, long), 0.08 + damp.clip(0, 1) * 0.6)
        dense = AllpassC.ar(dull, 0.1, diffuse, 0.14)
        tanks.append(Sanitize.ar(DelayN.ar(dense, 0.15, tail).clip(-4, 4)))
    LocalOut.ar([HPF.ar(tank, 30) for tank in tanks])
    return [
        tanks[0] - DelayN.ar(tanks[1], 0.05, 0.0181) * 0.5,
        tanks[1] - DelayN.ar(tanks[0], 0.05, 0.0233) * 0.5,
    ]


@effect("jpverb", kind="send", size=SIZE, damp=DAMP)
def jpverb(signal, size, damp):
    """A lush, chorused hall: JPverb of sc3-plugins where it is installed, else the network of `reverb`."""
    decay = 0.35 * octaves(size.clip(0, 1) * 4.6)
    if has("JPverb"):
        fed = [HPF.ar(channel, 70) for channel in signal]
        return JPverbRaw.ar(
            left=fed[0], right=fed[1], damp=damp * 0.7, size=0.6 + size * 2, time=decay, depth=0.2
        )
    return reverb.function(signal, size, damp, DC.kr(0.012), DC.kr(11000))


@effect("orbit_chorus", kind="orbit", chorus=Control(0.5, 0, 1, meaning="how much chorus"))
def orbit_chorus(signal, chorus):
    """A chorus on everything of an orbit."""

    def voices(channel, turn):
        return (
            mix(
                [
                    DelayC.ar(
                        channel, 0.04, 0.009 + 0.004 * n + SinOsc.kr(0.43 + 0.17 * n, turn + n * 2.1) * 0.0028
                    )
                    for n in range(3)
                ]
            )
            * 0.45
        )

    return [
        channel * (1 - chorus * 0.35) + voices(channel, turn) * chorus
        for channel, turn in zip(signal, (0, 1.6))
    ]


@effect(
    "orbit_compressor",
    kind="orbit",
    compressor=Control(-18, -60, 0, "dB", "threshold"),
    compratio=Control(4, 1, 20, meaning="how hard it presses"),
    compattack=Control(0.006, 0.0005, 0.5, "s", "how fast it presses"),
    comprelease=Control(0.12, 0.01, 3, "s", "how fast it lets go"),
)
def orbit_compressor(signal, compressor, compratio, compattack, comprelease):
    """Glues an orbit together; both channels are pressed alike."""
    loud = abs(signal[0]).max(abs(signal[1]))
    follow = Amplitude.ar(loud, compattack, comprelease).max(1e-5).amplitude_to_db()
    over = (follow - compressor).max(0)
    press = (over * (1 / compratio.max(1) - 1)).db_to_amplitude()
    makeup = (-compressor * (1 - 1 / compratio.max(1)) * 0.35).db_to_amplitude()
    return [channel * press * makeup for channel in signal]


@effect(
    "orbit_sidechain",
    kind="orbit",
    sidechain=Control(0, 0, 15, "orbit", "the one under whose sound this one is pressed"),
    sidethreshold=Control(-30, -80, 0, "dB", "its level from which this one is pressed"),
    sideratio=Control(6, 1, 20, meaning="how hard"),
    siderelease=Control(0.15, 0.01, 3, "s", "how soon it is let go"),
)
def orbit_sidechain(signal, sidechain, sidethreshold, sideratio, siderelease):
    """A compressor that listens to another orbit: pads that breathe with the drums."""
    other = InFeedback.ar(bus=orbit_stem_bus(0) + sidechain.round(1) * 8, channel_count=2)
    loud = Sanitize.ar(abs(other[0]).max(abs(other[1]))).clip(0, 8)
    follow = Amplitude.ar(loud, 0.002, siderelease).max(1e-5).amplitude_to_db()
    press = ((follow - sidethreshold).max(0) * (1 / sideratio.max(1) - 1)).db_to_amplitude()
    return [channel * press for channel in signal]


@effect("orbit_drive", kind="orbit", drive=Control(0.5, 0, 10, meaning="overdrive"))
def orbit_drive(signal, drive):
    """Tape-like saturation on a whole orbit."""
    push = 1 + drive * 4
    return [centred((channel * push).tanh()) / push.sqrt() * 1.2 for channel in signal]


@effect(
    "orbit_filter",
    kind="orbit",
    djf=Control(0.5, 0, 1, meaning="below 0.5 a low-pass, above it a high-pass filter"),
)
def orbit_filter(signal, djf):
    """A DJ's filter on a whole orbit."""
    place = Lag.kr(djf, 0.05)
    low = (20000 * octaves((place * 2).clip(0, 1) * 9 - 9)).clip(30, 20000)
    high = (10 * octaves((place * 2 - 1).clip(0, 1) * 9.6)).clip(10, 16000)
    return [RHPF.ar(RLPF.ar(channel, low, 0.6), high, 0.6) for channel in signal]


@effect(
    "orbit_flanger",
    kind="orbit",
    flanger=Control(0.6, 0, 1, meaning="how much"),
    flangerrate=Control(0.15, 0.005, 10, "Hz", "how fast"),
)
def orbit_flanger(signal, flanger, flangerrate):
    """A jet passing over an orbit."""
    out = []
    for channel, turn in zip(signal, (0, 1.2)):
        time = 0.0032 + SinOsc.kr(flangerrate, turn) * 0.0028
        out.append(channel * (1 - flanger * 0.3) + CombC.ar(channel, 0.02, time, 0.02) * flanger * 0.6)
    return out
