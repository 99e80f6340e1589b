"""Playing a score file faster than time, by the machine's scsynth or the embedded engine.

The embedded one plays it in a child process: this module, run with the score, the sound file to write, the
rate and the number of channels.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from livecode.errors import EngineError
from livecode.sound.engine.finding import embedded_available, find, how_to_install
from livecode.sound.engine.options import EngineOptions
from livecode.sound.layout import AUDIO_BUSES, CONTROL_BUSES

# What scsynth prints when a score did not play as written; it goes on and exits with 0.
_WORDS = (
    "not found",
    "could not be opened",
    "alloc failed",
    "too many nodes",
    "exceeded",
    "exception",
    "ERROR",
)


def play(
    score: Path,
    sound: Path,
    sample_rate: int,
    channels: int,
    engine: str = "auto",
    heard: Path | None = None,
) -> str:
    """Renders a score file to a 32-bit float WAV; gives the engine's name.

    `heard` is a sound file that the engine hears at its first input meanwhile (by a scsynth program only).

    `engine` is "auto" (the machine's scsynth, else the embedded one), "scsynth", "embedded" or a path.
    Raises EngineError with one line when there is no engine, when it crashes or when it complains.
    """
    program = None if engine == "embedded" else find("scsynth" if engine == "auto" else engine)
    if program is not None:
        name = program.name
        command = offline_command(
            program, score, sound, sample_rate, channels, heard, 0 if heard is None else 1
        )
    elif heard is not None:
        raise EngineError(f"hearing a file needs scsynth: {how_to_install()}")
    elif engine in ("auto", "embedded") and embedded_available():
        name = "embedded engine"
        command = [sys.executable, "-m", "livecode.sound.engine.offline", str(score), str(sound)]
        command += [str(sample_rate), str(channels)]
    else:
        raise EngineError(f"{engine} is not on this machine: {how_to_install()}, or pip install nanosynth")
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    lines = [*done.stdout.splitlines(), *done.stderr.splitlines()]
    judge(name, done.returncode if sound.exists() else done.returncode or 1, lines)
    return name


def offline_command(
    program: Path,
    score: Path,
    sound: Path,
    sample_rate: int,
    channels: int,
    heard: Path | None = None,
    inputs: int = 0,
    form: str = "WAV",
) -> list[str]:
    """The command line with which scsynth plays a score, hearing the sound file `heard` at its inputs."""
    command = [str(program), "-N", str(score), "_" if heard is None else str(heard), str(sound)]
    command += [str(sample_rate), form, "float", *EngineOptions().limits()]
    return [*command, "-i", str(inputs), "-o", str(channels)]


def judge(name: str, code: int, lines: list[str]) -> None:
    """Raises EngineError with one line if an engine that played a score crashed or complained."""
    if code != 0:
        said = next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
        raise EngineError(f"the {name} crashed while rendering (code {code}): {said}")
    complaint = next((line.strip() for line in lines if any(word in line for word in _WORDS)), None)
    if complaint is not None:
        raise EngineError(f"the {name} could not play everything: {complaint}")


def main(words: list[str]) -> None:
    """Renders in this process with the embedded engine."""
    from nanosynth import _scsynth
    from nanosynth.scsynth import find_ugen_plugins_path

    def say(text: str) -> None:
        if any(word in text for word in _WORDS):
            sys.stderr.write(text)

    options = EngineOptions()
    _scsynth.set_print_func(say)
    _scsynth.world_nrt_render(
        cmd_filename=words[0],
        output_filename=words[1],
        sample_rate=int(words[2]),
        header_format="WAV",
        sample_format="float",
        num_output_bus_channels=int(words[3]),
        num_input_bus_channels=0,
        block_size=options.block,
        num_buffers=options.buffers,
        max_nodes=options.nodes,
        max_graph_defs=options.definitions,
        realtime_memory_size=options.memory,
        verbosity=-1,
        ugen_plugins_path=str(find_ugen_plugins_path()),
        num_audio_bus_channels=AUDIO_BUSES,
        num_control_bus_channels=CONTROL_BUSES,
        max_wire_bufs=options.wires,
        num_rgens=256,
    )
    sys.stderr.flush()
    # The engine's threads outlive the interpreter and would call back into it.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
