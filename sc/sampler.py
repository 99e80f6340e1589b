"""What plays samples: a buffer of one or of two channels, or a long file that is read while it plays."""

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *

SAMPLE = {
    "family": "samples",
    "shape": "one-shot",
    "pitched": False,
    "attack": 0.001,
    "release": 0.002,
    "ring": 3600,
    "hidden": True,
    "trim": 0.0,
    "buffer": Control(0, 0, 1e6, "buffer", "number of the buffer"),
    "note": Control(0, -96, 96, "semitones", "transposes by changing the rate"),
    "speed": Control(1, -64, 64, "", "playback rate; below 0 it plays backwards from `end`"),
    "begin": Control(0, 0, 1, "of the sample", "where playing starts"),
    "end": Control(1, 0, 1, "of the sample", "where playing ends"),
    "span": Control(0, 0, 1e6, "s", "seconds the whole sample is made to last at speed 1; 0 leaves its own"),
    "accelerate": Control(0, -64, 64, "", "how much is added to the rate by the end: 1 doubles it"),
    "loop": Control(1, 0, 1e6, "", "how often the part is played"),
    "sustain": Control(1e6, 0, 1e6, "s", "cut after so long; else it plays to its end"),
}


def sample(channels, tuning, buffer, speed, begin, end, span, accelerate, loop, sustain):
    """Reads a part of a buffer at a rate that may change evenly, and says how long that takes.

    With accelerate a the rate at time t of a sound that would last T is speed * (1 + a t / T), so the
    part is over when t + a t^2 / (2T) = T, at T (sqrt(1 + 2a) - 1) / a; below a = -0.5 it would stop
    before its end and is left to run for 2 T.

    PlayBuf keeps its place to the precision of doubles, so long samples sound as clean as short ones; each
    turn of a loop starts it afresh.
    """
    frames, whole = BufFrames.kr(buffer), BufDur.kr(buffer)
    fitted = Select.kr(span > 0, [DC.kr(1), whole / span.max(1e-4)])
    rate = tuning * speed * fitted
    part = (end - begin).max(0)
    plain = (loop.max(0) * whole * part / abs(rate).max(1e-4)).min(3600)
    root = (1 + accelerate * 2).max(0).sqrt()
    exact = Select.kr(
        abs(accelerate) < 0.001, [(root - 1) / (accelerate + (abs(accelerate) < 0.001)), DC.kr(1)]
    )
    length = plain * Select.kr(accelerate <= -0.5, [exact, DC.kr(2)])
    passed = Sweep.ar(0, 1)
    bend = passed * accelerate / plain.max(1e-4)
    # How many turns of the part have been played; a new one begins at its start, or backwards at its end.
    turns = abs(rate) * passed * (1 + bend * 0.5) / (whole * part).max(1e-5)
    again = HPZ1.ar((turns + 1e-6).truncate(1))
    start = Select.kr(rate < 0, [begin * frames, (end * frames - 1).max(0)])
    sound = PlayBuf.ar(
        buffer_id=buffer,
        rate=BufRateScale.kr(buffer) * rate * (1 + bend),
        trigger=again,
        start_position=start,
        loop=1,
        channel_count=channels,
    )
    sounding = (part > 0) * (frames > 0) * (loop > 0)
    FreeSelf.kr(sounding <= 0)
    cut = sustain.min(length)
    return sound, (cut - 0.002).max(0.001) * sounding


@instrument("sample_mono", **SAMPLE)
def sample_mono(tuning, buffer, speed, begin, end, span, accelerate, loop, sustain):
    """A sample of one channel."""
    sound, length = sample(1, tuning, buffer, speed, begin, end, span, accelerate, loop, sustain)
    return sound, length


@instrument("sample_stereo", **SAMPLE, channels=2)
def sample_stereo(tuning, buffer, speed, begin, end, span, accelerate, loop, sustain):
    """A sample of two channels."""
    sound, length = sample(2, tuning, buffer, speed, begin, end, span, accelerate, loop, sustain)
    return [sound[0], sound[1]], length


STREAM = {name: knob for name, knob in SAMPLE.items() if name not in ("accelerate", "loop")} | {
    "speed": Control(1, 0, 8, "", "playback rate"),
    "filerate": Control(48000, 1, 1e6, "Hz", "rate of the file"),
    "fileframes": Control(0, 0, 1e9, "frames", "length of the file"),
}


def stream(channels, tuning, buffer, speed, begin, end, span, filerate, fileframes, sustain):
    """Reads a file from where it was opened on (`begin` is the encoder's affair), and says how long."""
    whole = fileframes / filerate
    fitted = Select.kr(span > 0, [DC.kr(1), whole / span.max(1e-4)])
    rate = (tuning * speed * fitted).clip(1e-3, 16)
    length = whole * (end - begin).max(0) / rate
    sound = VDiskIn.ar(
        buffer_id=buffer, rate=rate * filerate / SampleRate.ir(), loop=0, send_id=0, channel_count=channels
    )
    return sound, (sustain.min(length) - 0.002).max(0.001)


@instrument("stream_mono", **STREAM)
def stream_mono(tuning, buffer, speed, begin, end, span, filerate, fileframes, sustain):
    """A long file of one channel."""
    return stream(1, tuning, buffer, speed, begin, end, span, filerate, fileframes, sustain)


@instrument("stream_stereo", **STREAM, channels=2)
def stream_stereo(tuning, buffer, speed, begin, end, span, filerate, fileframes, sustain):
    """A long file of two channels."""
    sound, length = stream(2, tuning, buffer, speed, begin, end, span, filerate, fileframes, sustain)
    return [sound[0], sound[1]], length
