"""Renders synths offline for tests: a score of OSC bundles, played by the embedded engine in a child
process.
"""

from __future__ import annotations

import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile

RATE = 48000
_RENDER = """
import os, sys
from nanosynth import _scsynth
from nanosynth.scsynth import find_ugen_plugins_path

def complain(text):
    if any(word in text for word in ("rror", "FAIL", "exception")):
        sys.stderr.write(text)

_scsynth.set_print_func(complain)
_scsynth.world_nrt_render(
    cmd_filename=sys.argv[1], output_filename=sys.argv[2], sample_rate=int(sys.argv[3]), header_format="WAV",
    sample_format="float", num_output_bus_channels=int(sys.argv[4]), num_input_bus_channels=0, block_size=64,
    num_buffers=64, max_nodes=8192, max_graph_defs=4096, realtime_memory_size=1 << 19, verbosity=-1,
    ugen_plugins_path=str(find_ugen_plugins_path()), num_audio_bus_channels=1024, max_wire_bufs=2048,
)
# The engine's threads outlive the interpreter and would call back into it.
sys.stderr.flush()
os._exit(0)
"""


def same_chance() -> bytes:
    """A synth that seeds the server's chance, so that what follows is the same in every render; ends."""
    from supriya import SynthDefBuilder
    from supriya.ugens import Line, RandSeed

    with SynthDefBuilder(seed=1) as builder:
        RandSeed.ir(trigger=1, seed=builder["seed"])
        Line.kr(start=0, stop=1, duration=0.01, done_action=2)
    return bytes(builder.build(name="same-chance").compile())


class Offline:
    """A score under construction."""

    def __init__(self, channels: int = 2) -> None:
        self.channels = channels
        self.errors = ""
        self._bundles: list[tuple[float, int, list[bytes]]] = []
        self.define(same_chance())
        self.play(0.0, "same-chance")

    def define(self, data: bytes) -> None:
        self.send(0.0, "/d_recv", data)

    def play(
        self, time: float, name: str, node: int = -1, group: int = 0, at: int = 0, **controls: float
    ) -> None:
        rows = [item for key, value in controls.items() for item in (key, float(value))]
        self.send(time, "/s_new", name, node, at, group, *rows)

    def send(self, time: float, address: str, *arguments: str | int | float | bytes) -> None:
        self._bundles.append((time, len(self._bundles), [message(address, *arguments)]))

    def render(self, seconds: float) -> np.ndarray:
        """Float samples, one row a frame, one column a channel."""
        rows = sorted(self._bundles, key=lambda row: row[:2])
        # The embedded engine crashes at its end when synths with delay lines are still there.
        rows.append((seconds, len(rows), [message("/g_freeAll", 0)]))
        rows.append((seconds + 0.01, len(rows), [message("/c_set", 0, 0.0)]))
        with tempfile.TemporaryDirectory() as folder:
            score, sound = Path(folder, "score.osc"), Path(folder, "sound.wav")
            with score.open("wb") as file:
                for time, _, messages in rows:
                    data = bundle(time, messages)
                    file.write(struct.pack(">i", len(data)) + data)
            ended = subprocess.run(
                [sys.executable, "-c", _RENDER, str(score), str(sound), str(RATE), str(self.channels)],
                capture_output=True,
                text=True,
                timeout=300,
            )
            self.errors = ended.stderr
            assert ended.returncode == 0, ended.stderr[-2000:]
            samples, rate = soundfile.read(sound, dtype="float32", always_2d=True)
        assert rate == RATE
        return samples


def message(address: str, *arguments: str | int | float | bytes) -> bytes:
    tags, parts = ",", []
    for argument in arguments:
        if isinstance(argument, str):
            tags += "s"
            parts.append(_padded(argument.encode() + b"\0"))
        elif isinstance(argument, bytes):
            tags += "b"
            parts.append(struct.pack(">i", len(argument)) + _padded(argument))
        elif isinstance(argument, int):
            tags += "i"
            parts.append(struct.pack(">i", argument))
        else:
            tags += "f"
            parts.append(struct.pack(">f", argument))
    return _padded(address.encode() + b"\0") + _padded(tags.encode() + b"\0") + b"".join(parts)


def bundle(time: float, messages: list[bytes]) -> bytes:
    head = b"#bundle\0" + struct.pack(">Q", round(time * (1 << 32)))
    return head + b"".join(struct.pack(">i", len(data)) + data for data in messages)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
