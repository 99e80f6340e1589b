"""Rendering a set to a sound file, far faster than it sounds, with the same desk and the same bytes as live.

    performance = perform("set.py", cycles=16)
    Renderer().render(performance.sends, performance.commands, performance.seconds, "set.wav")

No sound device is needed. The master chain is included; `stems` asks for each orbit besides.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from livecode.errors import FileProblem
from livecode.sound import layout
from livecode.sound.command import Command
from livecode.sound.engine.offline import play
from livecode.sound.engine.shared import can_be_shared, play_shared
from livecode.sound.record import convert, stem_path
from livecode.sound.score import Sent, divided, helpers_score, score


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
    """Renders offline. `engine` is "auto", "scsynth", "embedded" or a path; `sample_rate` in Hz.

    With 2 `processes` (0: where the machine has two cores) scsynth's work is divided: see
    `livecode.sound.score`.
    """

    def __init__(self, sample_rate: int = 48000, engine: str = "auto", processes: int = 0) -> None:
        self.sample_rate = sample_rate
        self.engine = engine
        self.processes = processes

    def _may_share(self) -> bool:
        return (self.processes or processors()) > 1 and can_be_shared(self.engine)

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
                raw = Path(folder, "sound.wav")
                length, channels = seconds + tail, outputs + len(extra)
                sends, loads, gains = list(sends), list(loads), list(gains)
                share = None if taps or not self._may_share() else divided(sends, loads, length, channels)
                written = Path(folder, "score.osc")
                written.write_bytes(score(sends, loads, length, extra, gains, stems, taps, outputs, share))
                if share is None:
                    name = play(written, raw, self.sample_rate, channels, self.engine)
                else:
                    helper = Path(folder, "helper.osc")
                    helper.write_bytes(helpers_score(sends, loads, length, share, gains))
                    name = play_shared(
                        written, helper, raw, self.sample_rate, channels, share.channels, self.engine
                    )
                first = outputs + layout.TAP_CHANNELS + 1 if taps else outputs
                made = _share_out(raw, target, stems, first, sample_format)
        except OSError as error:
            raise FileProblem(f"cannot write {target}: {error.strerror or error}") from None
        return Rendered(target, seconds + tail, name, made)


def processors() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _share_out(
    raw: Path, target: Path, stems: Sequence[int], first: int, sample_format: str
) -> dict[int, Path]:
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
