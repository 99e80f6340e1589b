"""What plays samples: a buffer of one or of two channels."""

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
    # Time in the file, in seconds at the file's own rate, counted from where playing starts.
    passed = Sweep.ar(0, 1)
    steady = passed + accelerate * passed * passed / (plain.max(1e-4) * 2)
    moved = abs(rate) * steady
    wrapped = moved % (whole * part).max(1e-5)
    backwards = rate < 0
    place = Select.ar(backwards, [begin * whole + wrapped, end * whole - wrapped]) * (
        frames / whole.max(1e-6)
    )
    sound = BufRd.ar(buffer, place.clip(0, frames - 1), 0, 4, channel_count=channels)
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
