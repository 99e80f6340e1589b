"""The mixer's own SynthDefs: strips, orbits, reverb, delay, the master chain, recorders and the test tap.

They are compiled once, through supriya, in a process of their own, and kept on disk, so that the sender
never loads supriya:

    python -m livecode.sound.mixer_definitions

    compiled()["lc-master"]      the bytes for /d_recv

The master chain is bad-value guard, clip at +12 dB, LeakDC (7.6 Hz, so that basses stay), Limiter 0.95,
clip 0.95, in this order: a limiter alone lets NaN through and 1e6 out at 7.5. The same guard stands in every
strip and before every reverb and delay, because a NaN in a feedback loop stays for ever.

Sources: SuperCollider's help of Limiter, LeakDC, Sanitize, FreeVerb2 (Schroeder/Moorer after Jezar).
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from livecode.errors import EngineError
from livecode.sound import ear_definition
from livecode.sound.sealed import sealed, unsealed

STRIP = "lc-strip"
SEND = "lc-send"
ORBIT = "lc-orbit"
REVERB = "lc-reverb"
DELAY = "lc-delay"
DUCK = "lc-duck"
MASTER = "lc-master"
TAP = "lc-tap"
COPY = "lc-copy"
GATE = "lc-gate"
SWEEP = "lc-sweep"
SCOPE = "lc-scope"
RECORD = "lc-record-"
RECORD_CHANNELS = range(1, 25)
UNMETERED = "-unmetered"
"""How strips, orbits and masters are called where nobody reads their meters; the sound is the same."""

CEILING = 0.95
LOOKAHEAD = 0.002
HEADROOM = 4.0
ABSURD = 64.0
LEAK = 0.999
LONGEST_DELAY = 6.0
_COMPILE_TIMEOUT = 60.0


def compiled() -> dict[str, bytes]:
    """Every SynthDef of the mixer by name, from the cache or compiled now (1-2 s, once).

    Raises EngineError when they cannot be compiled.
    """
    path = _cache_file()
    data = _read(path)
    if data is None:
        said = _compile_to(path)
        data = _read(path)
    if data is None:
        # Nothing can be kept there, the disk is full perhaps: that is no reason not to play.
        with tempfile.TemporaryDirectory(prefix="livecode-") as folder:
            said = _compile_to(Path(folder, path.name))
            data = _read(Path(folder, path.name))
    if data is None:
        raise EngineError(f"the mixer's definitions do not compile: {said}")
    return dict(_unpacked(data))


def _compile_to(path: Path) -> str:
    """In a process of its own, because supriya is heavy; its last words."""
    done = subprocess.run(
        [sys.executable, "-m", "livecode.sound.mixer_definitions", str(path)],
        capture_output=True,
        text=True,
        timeout=_COMPILE_TIMEOUT,
        check=False,
    )
    return (done.stderr.strip().splitlines() or ["it said nothing"])[-1]


def _read(path: Path) -> bytes | None:
    try:
        return unsealed(path.read_bytes())
    except OSError:
        return None


def write(path: Path) -> None:
    """Compiles every definition into one file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    parts: list[bytes] = []
    for definition in build():
        name, data = str(definition.effective_name).encode(), definition.compile()
        parts.append(len(name).to_bytes(4, "big") + name + len(data).to_bytes(4, "big") + data)
    beside.write_bytes(sealed(b"".join(parts)))
    beside.replace(path)


def build() -> Iterator[Any]:
    """Each definition as a supriya SynthDef."""
    u: Any = import_module("supriya.ugens")
    for metered in (True, False):
        yield _strip(u, metered)
        yield _orbit(u, metered)
        yield _master(u, metered)
    yield _send(u)
    yield _reverb(u)
    yield _delay(u)
    yield _duck(u)
    yield _tap(u)
    yield _copy(u)
    yield _gate(u)
    yield _sweep(u)
    yield _scope(u)
    yield from ear_definition.build(u)
    for channels in RECORD_CHANNELS:
        yield _record(u, channels)


def _cache_file() -> Path:
    from livecode.config import folder

    here = Path(__file__)
    texts = (here, here.with_name("layout.py"), here.with_name("ear_definition.py"))
    text = b"".join(each.read_bytes() for each in texts) + metadata.version("supriya").encode()
    return folder("cache") / "definitions" / f"mixer-{hashlib.sha256(text).hexdigest()[:16]}.bin"


def _unpacked(data: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0

    def take() -> bytes:
        nonlocal at
        size = int.from_bytes(data[at : at + 4], "big")
        at += 4 + size
        return data[at - size : at]

    while at < len(data):
        name = take().decode()
        yield name, take()


def _guarded(u: Any, signal: Any) -> Any:
    """Without NaN, infinities and absurd levels: these become silence, what is merely too loud is clipped."""
    sane = u.Sanitize.ar(source=signal)
    return (sane * (abs(sane) < ABSURD)).clip(-HEADROOM, HEADROOM)


def _meter(u: Any, bus: Any, signal: Any) -> None:
    """Writes peak left, right, RMS left, right to four control buses."""
    peaks = [u.Amplitude.kr(source=each, attack_time=0.0005, release_time=0.4) for each in signal]
    levels = [u.A2K.kr(source=u.LPF.ar(source=each * each, frequency=4)).max(0).sqrt() for each in signal]
    u.Out.kr(bus=bus, source=[*peaks, *levels])


def _strip(u: Any, metered: bool) -> Any:
    with u.SynthDefBuilder(
        dry_in=0, dry_out=0, meter=0, slot_gain=1.0, slot_pan=0.0, slot_width=1.0, slot_lag=0.005
    ) as builder:  # fmt: skip
        signal = _through(u, builder["dry_in"], builder["dry_out"], *_fader(u, builder))
        if metered:
            _meter(u, builder["meter"], signal)
    return builder.build(name=STRIP if metered else STRIP + UNMETERED)


def _send(u: Any) -> Any:
    """A slot's share of an orbit's reverb or of its delay."""
    with u.SynthDefBuilder(
        heard=0, out=0, slot_gain=1.0, slot_pan=0.0, slot_width=1.0, slot_lag=0.005
    ) as builder:  # fmt: skip
        _through(u, builder["heard"], builder["out"], *_fader(u, builder))
    return builder.build(name=SEND)


def _fader(u: Any, builder: Any) -> tuple[Any, Any, Any]:
    gain = u.Lag.kr(source=builder["slot_gain"], lag_time=builder["slot_lag"])
    # Balance2 is 0.707 in the middle; the square root of two keeps a centred strip at its level.
    pan, width = (u.Lag.kr(source=builder[f"slot_{each}"], lag_time=0.02) for each in ("pan", "width"))
    return gain * 2**0.5, pan, width


def _through(u: Any, heard: Any, out: Any, gain: Any, pan: Any, width: Any) -> Any:
    left, right = u.In.ar(bus=heard, channel_count=2)
    left, right = _guarded(u, left), _guarded(u, right)
    # What both sides share stays; what they differ in is the width.
    shared, apart = (left + right) * 0.5, (left - right) * 0.5 * width
    left, right = shared + apart, shared - apart
    signal = u.Balance2.ar(left=left, right=right, position=pan, level=gain)
    u.Out.ar(bus=out, source=signal)
    return signal


def _orbit(u: Any, metered: bool) -> Any:
    with u.SynthDefBuilder(bus=0, stem=0, out=0, meter=0, orbit_gain=1.0) as builder:
        gain = u.Lag.kr(source=builder["orbit_gain"], lag_time=0.005)
        signal = [each * gain for each in u.In.ar(bus=builder["bus"], channel_count=2)]
        if metered:
            _meter(u, builder["meter"], signal)
        u.Out.ar(bus=builder["stem"], source=signal)
        u.Out.ar(bus=builder["out"], source=signal)
    return builder.build(name=ORBIT if metered else ORBIT + UNMETERED)


def _reverb(u: Any) -> Any:
    """Two FreeVerbs of slightly different size, fed crosswise, with a pre-delay and a warm top."""
    with u.SynthDefBuilder(in_bus=0, out=0, size=0.7, damp=0.4, gate=1.0) as builder:
        left, right = u.In.ar(bus=builder["in_bus"], channel_count=2)
        size = u.Lag.kr(source=builder["size"].clip(0, 1), lag_time=0.1)
        damp = builder["damp"].clip(0, 1)
        envelope = u.EnvGen.kr(envelope=u.Envelope.asr(0.01, 1, 0.05), gate=builder["gate"], done_action=2)
        wet = []
        for near, far, stretch, before in ((left, right, 1.0, 0.013), (right, left, 0.97, 0.019)):
            fed = u.HPF.ar(source=_guarded(u, near * 0.8 + far * 0.35), frequency=90)
            fed = u.DelayN.ar(source=fed, maximum_delay_time=0.05, delay_time=before)
            rung = u.FreeVerb.ar(source=fed, mix=1, room_size=size * stretch * 0.98, damping=damp)
            wet.append(_guarded(u, u.LPF.ar(source=rung, frequency=9000)) * envelope * 1.6)
        u.Out.ar(bus=builder["out"], source=wet)
    return builder.build(name=REVERB)


def _delay(u: Any) -> Any:
    """A stereo echo whose repeats cross sides; `lock`ed times arrive in seconds like all others."""
    with u.SynthDefBuilder(in_bus=0, out=0, delaytime=0.375, delayfeedback=0.5, gate=1.0) as builder:
        left, right = u.In.ar(bus=builder["in_bus"], channel_count=2)
        seconds = (
            u.Lag.kr(source=builder["delaytime"].clip(0.005, LONGEST_DELAY), lag_time=0.1) - u.ControlDur.ir()
        )
        feedback = builder["delayfeedback"].clip(0, 0.98)
        envelope = u.EnvGen.kr(envelope=u.Envelope.asr(0.01, 1, 0.05), gate=builder["gate"], done_action=2)
        back_left, back_right = u.LocalIn.ar(channel_count=2)
        fed = [_guarded(u, left) + back_right * feedback, _guarded(u, right) + back_left * feedback]
        echoes = [
            u.DelayC.ar(source=each, maximum_delay_time=LONGEST_DELAY, delay_time=seconds) for each in fed
        ]
        echoes = [
            _guarded(u, u.LPF.ar(source=u.HPF.ar(source=each, frequency=60), frequency=7000))
            for each in echoes
        ]
        u.LocalOut.ar(source=echoes)
        u.Out.ar(bus=builder["out"], source=[each * envelope for each in echoes])
    return builder.build(name=DELAY)


def _duck(u: Any) -> Any:
    """Sits on an orbit; at each trigger its level goes down within `onset` seconds and back in `attack`."""
    rate = import_module("supriya").ParameterRate.TRIGGER
    with u.SynthDefBuilder(in_bus=0, out=0, depth=1.0, onset=0.003, attack=0.2, gate=1.0) as builder:
        trigger = builder.add_parameter(name="trigger", value=0.0, rate=rate)
        down = 1 - builder["depth"].clip(0, 1)
        dip = u.EnvGen.ar(
            gate=trigger,
            envelope=u.Envelope(
                [1, down, 1], [builder["onset"].max(0.001), builder["attack"].max(0.001)], [0, 0]
            ),
        )
        u.EnvGen.kr(envelope=u.Envelope.asr(0.001, 1, 0.01), gate=builder["gate"], done_action=2)
        signal = u.In.ar(bus=builder["out"], channel_count=2)
        u.ReplaceOut.ar(bus=builder["out"], source=[each * dip for each in signal])
    return builder.build(name=DUCK)


def _master(u: Any, metered: bool) -> Any:
    with u.SynthDefBuilder(bus=0, out=0, meter=0, master_gain=1.0, master_lag=0.02) as builder:
        gain = u.Lag.kr(source=builder["master_gain"], lag_time=builder["master_lag"])
        signal = [_guarded(u, each) * gain for each in u.In.ar(bus=builder["bus"], channel_count=2)]
        signal = [u.LeakDC.ar(source=each, coefficient=LEAK) for each in signal]
        signal = [u.Limiter.ar(source=each, level=CEILING, duration=LOOKAHEAD) for each in signal]
        signal = [each.clip(-CEILING, CEILING) for each in signal]
        if metered:
            _meter(u, builder["meter"], signal)
        u.ReplaceOut.ar(bus=builder["out"], source=signal)
    return builder.build(name=MASTER if metered else MASTER + UNMETERED)


def _tap(u: Any) -> Any:
    """One sample of a given height, for measuring where an event was heard."""
    with u.SynthDefBuilder(out=0, height=0.0) as builder:
        u.Line.kr(start=0, stop=1, duration=0.005, done_action=2)
        u.OffsetOut.ar(bus=builder["out"], source=u.Impulse.ar(frequency=0) * builder["height"])
    return builder.build(name=TAP)


def _copy(u: Any) -> Any:
    with u.SynthDefBuilder(bus=0, out=0) as builder:
        u.Out.ar(bus=builder["out"], source=u.In.ar(bus=builder["bus"], channel_count=1))
    return builder.build(name=COPY)


def _gate(u: Any) -> Any:
    """1 on a control bus for `sustain` seconds, then 0: closes the gate of a synth that has no length."""
    with u.SynthDefBuilder(bus=0, sustain=1.0) as builder:
        passed = u.Line.kr(start=0, stop=1, duration=builder["sustain"])
        u.Line.kr(start=0, stop=1, duration=builder["sustain"] + 0.05, done_action=2)
        u.Out.kr(bus=builder["bus"], source=passed < 1)
    return builder.build(name=GATE)


def _sweep(u: Any) -> Any:
    """One straight piece of a movement on a control bus, which keeps its last value."""
    with u.SynthDefBuilder(bus=0, start=0.0, stop=0.0, duration=0.1) as builder:
        moved = u.Line.kr(
            start=builder["start"], stop=builder["stop"], duration=builder["duration"], done_action=2
        )
        u.ReplaceOut.kr(bus=builder["bus"], source=moved)
    return builder.build(name=SWEEP)


def _scope(u: Any) -> Any:
    """Writes each block of a stereo bus to a ring of control buses, where any process can read it.

    A control bus takes one value a block, so 64 delayed copies of a channel give its 64 samples.
    """
    from livecode.sound import layout

    with u.SynthDefBuilder(bus=0) as builder:
        frames, block = layout.SCOPE_FRAMES, layout.SCOPE_BLOCK
        place = u.Phasor.kr(trigger=0, rate=block, start=0, stop=frames, reset_pos=0)
        for side, channel in enumerate(u.In.ar(bus=builder["bus"], channel_count=2)):
            heard = [channel]
            while len(heard) < block:
                heard.append(u.Delay1.ar(source=heard[-1]))
            samples = [u.A2K.kr(source=each) for each in reversed(heard)]
            u.Out.kr(bus=layout.SCOPE_BUS + side * frames + place, source=samples)
        u.Out.kr(bus=layout.SCOPE_PLACE_BUS, source=place)
    return builder.build(name=SCOPE)


def _record(u: Any, channels: int) -> Any:
    with u.SynthDefBuilder(buffer=0, **{f"bus_{number}": 0 for number in range(channels)}) as builder:
        heard = [u.In.ar(bus=builder[f"bus_{number}"], channel_count=1) for number in range(channels)]
        u.DiskOut.ar(buffer_id=builder["buffer"], source=heard)
    return builder.build(name=f"{RECORD}{channels}")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else _cache_file())
