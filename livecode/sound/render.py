"""Rendering a set to a sound file, far faster than it sounds, with the same desk and the same bytes as live.

    performance = perform("set.py", cycles=16)
    Renderer().render(performance.sends, performance.commands, performance.seconds, "set.wav")

No sound device is needed. The master chain is included; `stems` asks for each orbit besides.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from livecode.errors import FileProblem
from livecode.sound import layout
from livecode.sound.command import BufferLoad, Command, DefinitionLoad, GlobalEffect, Note, Sweep
from livecode.sound.encode import Encoder
from livecode.sound.engine.offline import play
from livecode.sound.mixer import Mixer
from livecode.sound.mixer_definitions import COPY
from livecode.sound.osc import bundle, message
from livecode.sound.record import convert, stem_path
from livecode.sound.tap import click

_TAIL = 1
_BUNDLE_LIMIT = 60_000


class Sent(Protocol):
    """What is sent at a time: seconds from the start, a note or effect, the tempo then."""

    @property
    def time(self) -> float: ...
    @property
    def note(self) -> Note | GlobalEffect | Sweep: ...
    @property
    def seconds_per_cycle(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished render: the file, its length, the stems asked for by orbit, and who played it."""

    path: Path
    seconds: float
    engine: str
    stems: dict[int, Path] = field(default_factory=dict)

    def peak(self) -> float:
        """The highest sample, 1.0 being full scale; NaN if one is not a number."""
        import numpy as np
        import soundfile

        highest = 0.0
        with soundfile.SoundFile(self.path) as sound:
            for block in sound.blocks(1 << 18, dtype="float32"):
                found = float(np.abs(block).max(initial=0.0))
                if not math.isfinite(found):
                    return math.nan
                highest = max(highest, found)
        return highest


class Renderer:
    """Renders offline. `engine` is "auto", "scsynth", "embedded" or a path; `sample_rate` in Hz."""

    def __init__(self, sample_rate: int = 48000, engine: str = "auto") -> None:
        self.sample_rate = sample_rate
        self.engine = engine

    def render(
        self,
        sends: Iterable[Sent],
        loads: Iterable[Command],
        seconds: float,
        path: str | Path,
        *,
        tail: float = 2.0,
        stems: Sequence[int] = (),
        gains: Iterable[tuple[float, int, float]] = (),
        sample_format: str = "float",
        taps: bool = False,
        outputs: int = 2,
    ) -> Rendered:
        """Renders `seconds` of music and `tail` seconds of its dying away to a .wav, .flac, .ogg or .mp3.

        `loads` may hold notes too, which are left out (`performance.commands` as it is); nothing is
        unloaded. `gains` are (time, slot, gain) changes. `stems` are orbits, each written to
        `NAME-orbit-N` beside the file.
        `outputs`: how many channels the file has, an even number up to 8 (see the control `channel`).
        `sample_format` is "float" or "int16" (for .wav). With `taps`, the file has the test tap's nine
        channels after the master's two, one click a note, numbered in the order of `sends`.
        """
        target = Path(path).expanduser().resolve()
        extra = [*range(layout.TAP_BUS, layout.REFERENCE_BUS + 1)] if taps else []
        for orbit in stems:
            extra += [layout.orbit_stem_bus(orbit), layout.orbit_stem_bus(orbit) + 1]
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".render-", dir=target.parent) as folder:
                score, raw = Path(folder, "score.osc"), Path(folder, "sound.wav")
                length = seconds + tail
                score.write_bytes(self.score(sends, loads, length, extra, gains, stems, taps, outputs))
                name = play(score, raw, self.sample_rate, outputs + len(extra), self.engine)
                first = outputs + layout.TAP_CHANNELS + 1 if taps else outputs
                made = _share(raw, target, stems, first, sample_format)
        except OSError as error:
            raise FileProblem(f"cannot write {target}: {error.strerror or error}") from None
        return Rendered(target, seconds + tail, name, made)

    def score(
        self,
        sends: Iterable[Sent],
        loads: Iterable[Command],
        seconds: float,
        extra: Sequence[int] = (),
        gains: Iterable[tuple[float, int, float]] = (),
        orbits: Sequence[int] = (),
        taps: bool = False,
        outputs: int = 2,
    ) -> bytes:
        """The score file: the desk, the loads, then every note at its time, as scsynth -N reads it.

        `extra` buses are copied to the channels after the `outputs`; `orbits` stand from the start.
        """
        encoder = Encoder()
        mixer = Mixer(encoder)
        mixer.outputs = outputs
        opening: list[bytes] = [message("/d_recv", each.data) for each in mixer.definitions()]
        for load in loads:
            if isinstance(load, DefinitionLoad):
                encoder.define(load)
                opening.append(message("/d_recv", load.data))
            elif isinstance(load, BufferLoad) and load.channels:
                encoder.stream(load)
            elif isinstance(load, BufferLoad):
                opening.append(message("/b_allocRead", load.number, load.path, load.start, load.frames))
        opening += mixer.tree(watched=False)
        for orbit in orbits:
            opening += mixer.ensure(0, orbit)
        for output, bus in enumerate(extra, outputs):
            opening.append(message("/s_new", COPY, -1, _TAIL, layout.MASTER_GROUP, "bus", bus, "out", output))
        packets = _packets(0.0, opening)
        changes = sorted(gains)
        clicks = 0
        for sent in sorted(sends, key=lambda sent: sent.time):
            what, time = sent.note, sent.time
            if time > seconds:
                break
            while changes and changes[0][0] <= time:
                packets += _gain(mixer, *changes.pop(0))
            if isinstance(what, Note):
                own = encoder.messages(what, sent.seconds_per_cycle)
                made = [*encoder.ahead(), *mixer.prepare(what), *own]
                if taps:
                    made.append(click(clicks))
                    clicks += 1
                time += what.nudge
            else:
                made = mixer.apply(what, sent.seconds_per_cycle)
            packets += _packets(max(time, 0.0), made)
        for change in changes:
            packets += _gain(mixer, *change)
        packets.sort(key=lambda packet: packet[8:16])
        # The embedded engine crashes at its end when a synth is still there.
        packets += _packets(seconds, [message("/g_freeAll", 0), message("/c_set", 0, 0.0)])
        return b"".join(len(packet).to_bytes(4, "big") + packet for packet in packets)


def _gain(mixer: Mixer, seconds: float, slot: int, gain: float) -> list[bytes]:
    return _packets(max(seconds, 0.0), mixer.set_gain(slot, gain))


def _packets(seconds: float, messages: Sequence[bytes]) -> list[bytes]:
    tag = round(seconds * 4294967296.0)
    packets: list[bytes] = []
    held: list[bytes] = []
    size = 0
    for each in messages:
        if held and size + len(each) > _BUNDLE_LIMIT:
            packets.append(bundle(tag, held))
            held, size = [], 0
        held.append(each)
        size += len(each) + 4
    if held:
        packets.append(bundle(tag, held))
    return packets


def _share(raw: Path, target: Path, stems: Sequence[int], first: int, sample_format: str) -> dict[int, Path]:
    """Puts the master where it belongs, and each stem beside it."""
    if not stems:
        if target.suffix == ".wav" and sample_format == "float":
            raw.replace(target)
        else:
            convert(raw, target, sample_format)
        return {}
    import soundfile

    made = {orbit: stem_path(target, orbit) for orbit in stems}
    parts = {target: slice(0, first)}
    for position, orbit in enumerate(stems):
        parts[made[orbit]] = slice(first + 2 * position, first + 2 * position + 2)
    for path, columns in parts.items():
        part = raw.with_name(f"part-{path.stem}.wav")
        with soundfile.SoundFile(raw) as whole:
            channels = columns.stop - columns.start
            with soundfile.SoundFile(part, "w", whole.samplerate, channels, subtype="FLOAT") as file:
                for block in whole.blocks(1 << 16, dtype="float32", always_2d=True):
                    file.write(block[:, columns])
        if path.suffix == ".wav" and sample_format == "float":
            part.replace(path)
        else:
            convert(part, path, sample_format)
    return made
