"""A score played by two scsynths at once, one of which hears the other through a pipe: two cores, one file.

    play_shared(score, helpers_score, Path("sound.wav"), 48000, channels=2, helpers_channels=6)

What each of them plays is `livecode.sound.score`'s affair.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from livecode.errors import EngineError
from livecode.sound.engine.finding import find, how_to_install
from livecode.sound.engine.offline import judge, offline_command

_LOOK_EVERY = 0.01


def can_be_shared(engine: str) -> bool:
    """Whether this engine can be played twice at once: a scsynth program, on a system with named pipes."""
    program = None if engine == "embedded" else _program(engine)
    return hasattr(os, "mkfifo") and program is not None and "scsynth" in program.name


def play_shared(
    score: Path,
    helpers_score: Path,
    sound: Path,
    sample_rate: int,
    channels: int,
    helpers_channels: int,
    engine: str = "auto",
) -> str:
    """Renders as `livecode.sound.engine.offline.play` does; the helper's channels come after the outputs.

    Raises EngineError with one line when either of the two crashes or complains; neither outlives the other.
    """
    program = _program(engine)
    if program is None:
        raise EngineError(f"{engine} is not on this machine: {how_to_install()}")
    pipe = sound.with_name("helper.au")
    os.mkfifo(pipe)
    ours = offline_command(program, score, sound, sample_rate, channels, pipe, helpers_channels)
    # AU is the form that libsndfile writes and reads without going back.
    helpers = offline_command(program, helpers_score, pipe, sample_rate, helpers_channels, form="NeXT")
    said = [sound.with_name("said.txt"), sound.with_name("helper-said.txt")]
    running: list[subprocess.Popen[bytes]] = []
    killed: list[subprocess.Popen[bytes]] = []
    try:
        for command, words in zip((ours, helpers), said, strict=True):
            with words.open("wb") as file:
                running.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file))
        main, helper = running
        while main.poll() is None:
            if helper.poll() not in (None, 0, -signal.SIGPIPE):
                # Without the helper the other would wait for ever for its end of the pipe. SIGPIPE is no
                # failure: the other has heard enough and is about to end.
                break
            time.sleep(_LOOK_EVERY)
        if main.poll() == 0 and helper.poll() is None:
            helper.wait(timeout=10)
    except subprocess.TimeoutExpired:
        raise EngineError(f"half of {program.name} did not end: render with one process") from None
    finally:
        for each in running:
            if each.poll() is None:
                each.kill()
                each.wait()
                killed.append(each)
    lines = [words.read_text(errors="replace").splitlines() for words in said]
    # One that was ended because the other had failed has nothing to say of its own.
    unheard = main.returncode == 0 and helper.returncode == -signal.SIGPIPE
    if helper not in killed:
        judge(program.name, 0 if unheard else helper.returncode, lines[1])
    judge(program.name, main.returncode if sound.exists() else main.returncode or 1, lines[0])
    return program.name


def _program(engine: str) -> Path | None:
    return find("scsynth" if engine == "auto" else engine)
