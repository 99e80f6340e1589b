"""How the sound engine is started: which one, on what device, with what limits.

>>> EngineOptions(outputs=4).arguments(57110)[:4]
['-u', '57110', '-t', '57110']

The limits are far above scsynth's own, because it says nothing when one is reached: 16384 nodes,
256 MB for delay lines and the like, 4096 buffers, 4096 definitions.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livecode.sound.layout import AUDIO_BUSES, CONTROL_BUSES

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What `boot` needs to know.

    - `engine`: "auto", "scsynth", "supernova", "embedded", a path to a scsynth, or "HOST:PORT" of a server
      that already runs.
    - `device`: "" is the system's; on Linux also "dummy" (a silent JACK), "pipewire", "jack", "jack:NAME" or
      an ALSA device as "hw:1"; on macOS a device's name.
    - `sample_rate` in Hz is asked for, not promised: read `Engine.sample_rate` back.
    - `hardware_block`: frames the sound card takes at once (0: its own choice; 1024 on the dummy).
    - `standby`: a second engine waits, to take over when the one that sounds has crashed (on JACK).
    - `folder`: the only folder the server may read and write files in (`-P`); None for no limit.
    """

    engine: str = "auto"
    device: str = ""
    sample_rate: int = 48000
    hardware_block: int = 0
    outputs: int = 2
    inputs: int = 2
    standby: bool = True
    folder: Path | None = None
    nodes: int = 16384
    memory: int = 262144
    wires: int = 2048
    buffers: int = 4096
    definitions: int = 4096
    block: int = 64
    threads: int = 0
    boot_timeout: float = 12.0

    @classmethod
    def from_config(cls, config: Any, folder: Path | None = None) -> EngineOptions:
        """The options a `livecode.config.Config` asks for."""
        return cls(
            engine=config.engine,
            device=config.device,
            sample_rate=config.sample_rate,
            hardware_block=config.block,
            outputs=config.outputs,
            standby=config.standby,
            folder=folder,
        )

    def arguments(self, port: int) -> list[str]:
        """scsynth's command line after its own name, for sound as it happens."""
        words = ["-u", str(port), "-t", str(port), "-B", LOOPBACK, "-R", "0", "-l", "16"]
        words += self.limits()
        words += ["-i", str(self.inputs), "-o", str(self.outputs)]
        if self.hardware_block:
            words += ["-Z", str(self.hardware_block)]
        if self.sample_rate:
            words += ["-S", str(self.sample_rate)]
        if self.folder is not None:
            words += ["-P", str(self.folder)]
        if self.threads:
            words += ["-T", str(self.threads)]
        return words

    def limits(self) -> list[str]:
        """The part of the command line that an offline render needs too."""
        return [
            "-a", str(AUDIO_BUSES), "-c", str(CONTROL_BUSES), "-z", str(self.block), "-b", str(self.buffers),
            "-n", str(self.nodes), "-d", str(self.definitions), "-m", str(self.memory), "-w", str(self.wires),
            "-r", "256", "-D", "0",
        ]  # fmt: skip
