"""The ear's SynthDef: what it hears of an input, frame by frame, in a ring of control buses.

Every `layout.EAR_BLOCKS` blocks a frame of eight numbers is written (`FEATURES`), so that any process of this
machine can read what was heard from shared memory, as it reads meters: no message, nothing lost when the
reader is busy for two seconds. Pitch by autocorrelation (`Pitch`), onsets by rectified complex deviations of
a short FFT (`Onsets`: D. Stowell, M. Plumbley, *Adaptive whitening for improved real-time audio onset
detection*, 2007). The place in the music comes from the sender's ticks (`layout.CYCLE_BUS`), taken in the
server itself: no clock has to be compared with another.
"""

from __future__ import annotations

from typing import Any

from livecode.sound import layout

EAR = "lc-ear"
PROBE = "lc-ear-probe"
FEATURES = ("frame", "cycle", "level", "frequency", "clarity", "age", "tone", "hiss")
"""Of each frame: its number; the cycle modulo `EAR_CYCLES`; the input's level; its pitch in Hz and how
clear that is (0..1); the seconds since the last onset; the level around the pitch; the level above 4 kHz."""
LOWEST, HIGHEST = 60.0, 2100.0
FFT_FRAMES = 512
THRESHOLD = 0.35


def build(u: Any) -> list[Any]:
    """The ear, and a probe that writes what it hears to audio outputs, for measuring without time."""
    with u.SynthDefBuilder(bus=0, ring=layout.EAR_BUS, place=layout.EAR_PLACE_BUS) as builder:
        blocks = u.Phasor.kr(trigger=0, rate=1, start=0, stop=layout.EAR_LAST * layout.EAR_BLOCKS)
        frame = (blocks - (blocks % layout.EAR_BLOCKS)) / layout.EAR_BLOCKS
        heard = features(u, u.In.ar(bus=builder["bus"], channel_count=1))
        at = (frame % layout.EAR_FRAMES) * len(FEATURES)
        u.Out.kr(bus=builder["ring"] + at, source=[frame, *heard])
        u.Out.kr(bus=builder["place"], source=frame)
    with u.SynthDefBuilder(bus=0, out=0) as prober:
        heard = features(u, u.In.ar(bus=prober["bus"], channel_count=1))
        u.Out.ar(bus=prober["out"], source=[u.K2A.ar(source=each) for each in heard])
    return [builder.build(name=EAR), prober.build(name=PROBE)]


def features(u: Any, sound: Any) -> list[Any]:
    """All of a frame but its number."""
    sane = u.Sanitize.ar(source=sound).clip(-4, 4)
    sane = u.HPF.ar(source=u.LeakDC.ar(source=sane), frequency=45)
    cycle, cps = u.In.kr(bus=layout.CYCLE_BUS), u.In.kr(bus=layout.CPS_BUS)
    since = u.Sweep.kr(trigger=abs(cycle - u.Delay1.kr(source=cycle)) > 1e-6, rate=1)
    place = cycle + since * cps
    level = follower(u, sane, 0.002, 0.25)
    # Without what lies below the lowest note: a bass drum would draw the pitch an octave down.
    dull = u.LPF.ar(source=sane, frequency=2500)
    for _ in range(2):
        dull = u.HPF.ar(source=dull, frequency=1.3 * LOWEST)
    frequency, clarity = u.Pitch.kr(
        source=dull, initial_frequency=220, min_frequency=LOWEST, max_frequency=HIGHEST, exec_frequency=150,
        max_bins_per_octave=24, median=1, amplitude_threshold=0.003, peak_threshold=0.45,
        down_sample_factor=2, clarity=1,
    )  # fmt: skip
    chain = u.FFT.kr(buffer_id=u.LocalBuf.ir(channel_count=1, frame_count=FFT_FRAMES), source=sane, hop=0.5)
    struck = u.Onsets.kr(
        pv_chain=chain, threshold=THRESHOLD, odftype=3, relaxtime=0.3, floor_=0.05, mingap=6, medianspan=11,
        whtype=1, rawodf=0,
    )  # fmt: skip
    age = u.Sweep.kr(trigger=struck, rate=1)
    around = u.BPF.ar(source=sane, frequency=frequency.clip(LOWEST, HIGHEST), reciprocal_of_q=0.3)
    tone = follower(u, around, 0.004, 0.2)
    hiss = follower(u, u.HPF.ar(source=sane, frequency=4000), 0.0005, 0.05)
    return [place, level, frequency, clarity, age, tone, hiss]


def follower(u: Any, sound: Any, attack: float, release: float) -> Any:
    """The level of a sound; at audio rate, because at control rate the times are not what they say."""
    return u.A2K.kr(source=u.Amplitude.ar(source=sound, attack_time=attack, release_time=release))
