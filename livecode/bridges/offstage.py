"""What plays now, rendered to a file beside the performance."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from livecode.errors import FileProblem, PatternError

SOUNDS = (".wav", ".flac")
MOST_CYCLES = 1024


def render(session: Any, path: Path, cycles: int, stems: Any = None) -> float:
    """Write the first `cycles` cycles of what the slots play now to a .wav or .flac file; gives its seconds.

    The patterns, tempo, metre, gains, mutes and solos are those of this moment; the performance goes on.
    Raises PatternError when nothing plays, FileProblem for a file that cannot be written.
    """
    from livecode.sound.render import Renderer
    from livecode.stage.offline import perform
    from livecode.stage.scene import Draft

    if path.suffix.lower() not in SOUNDS:
        raise FileProblem(f"cannot write {path}: its name must end in {' or '.join(SOUNDS)}")
    if not path.parent.is_dir():
        raise FileProblem(f"no folder {path.parent} for {path.name}: make it first")
    if not 1 <= cycles <= MOST_CYCLES:
        raise PatternError(f"{cycles} cycles cannot be rendered: give 1 to {MOST_CYCLES}")
    scene = session._scene
    if not scene.takes:
        raise PatternError("nothing plays that could be rendered: d1 >> a pattern first")

    def setup(other: Any) -> None:
        with other.evaluation("what plays now"):
            for slot, take in scene.takes.items():
                other.slots[slot] >> take.pattern
            other._wish(
                Draft(
                    gains=dict(scene.gains), muted=dict.fromkeys(scene.muted, True),
                    soloed=dict.fromkeys(scene.soloed, True), bpm=scene.bpm, metre=scene.metre,
                )
            )  # fmt: skip

    config = replace(session.config, tempo=scene.bpm)
    performance = perform(setup=setup, cycles=cycles, config=config)
    engine = config.engine if config.engine in ("scsynth", "embedded") else "auto"
    renderer = Renderer(config.sample_rate or 48000, engine)
    gains = [(0.0, slot, gain) for slot, gain in performance.levels.items()]
    renderer.render(performance.sends, performance.commands, performance.seconds, path, gains=gains)
    return performance.seconds


def usual_name(folder: Path) -> Path:
    """A new file's place: its name is the moment."""
    return folder / f"livecode-{time.strftime('%H%M%S')}.wav"
