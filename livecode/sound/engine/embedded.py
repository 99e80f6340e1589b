"""The engine inside the nanosynth package, as a child process with its UDP and TCP ports open.

    python -m livecode.sound.engine.embedded PORT '{"outputs": 2, ...}'

Any client then drives it as it drives scsynth. It needs a sound device of its own; on a machine without
one, render offline. It ends when our standard input closes, that is, when its parent has died.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from livecode.sound.engine.options import LOOPBACK, EngineOptions
from livecode.sound.layout import AUDIO_BUSES, CONTROL_BUSES

WORDS = (
    "device", "sample_rate", "hardware_block", "outputs", "inputs", "nodes", "memory", "wires", "buffers",
    "definitions", "block",
)  # fmt: skip


def command(options: EngineOptions, port: int) -> list[str]:
    """The command line that runs the embedded engine with these options."""
    words: dict[str, Any] = {word: getattr(options, word) for word in WORDS}
    words["folder"] = None if options.folder is None else str(options.folder)
    return [sys.executable, "-m", "livecode.sound.engine.embedded", str(port), json.dumps(words)]


def world_arguments(options: dict[str, Any], port: int) -> dict[str, Any]:
    """nanosynth's `world_new` arguments for our options."""
    from nanosynth.scsynth import find_ugen_plugins_path

    plugins: Path | None = find_ugen_plugins_path()
    chosen: dict[str, Any] = {
        "num_audio_bus_channels": AUDIO_BUSES,
        "num_control_bus_channels": CONTROL_BUSES,
        "num_input_bus_channels": options["inputs"],
        "num_output_bus_channels": options["outputs"],
        "block_size": options["block"],
        "num_buffers": options["buffers"],
        "max_nodes": options["nodes"],
        "max_graph_defs": options["definitions"],
        "max_wire_bufs": options["wires"],
        "num_rgens": 256,
        "max_logins": 16,
        "realtime_memory_size": options["memory"],
        "load_graph_defs": 0,
        "realtime": True,
        "rendezvous": False,
        "verbosity": -1,
        "shared_memory_id": port,
        "preferred_sample_rate": options["sample_rate"],
        "preferred_hardware_buffer_size": options["hardware_block"],
    }
    if plugins is not None:
        chosen["ugen_plugins_path"] = str(plugins)
    if options["device"]:
        chosen["in_device_name"] = chosen["out_device_name"] = options["device"]
    if options["folder"]:
        chosen["restricted_path"] = options["folder"]
    return chosen


def main(words: list[str]) -> int:
    """Runs the engine until it is told to quit or the parent dies."""
    port, options = int(words[0]), json.loads(words[1])

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 1):
                pass
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
    from nanosynth import _scsynth

    try:
        world = _scsynth.world_new(**world_arguments(options, port))
    except RuntimeError as problem:
        sys.stdout.write(f"{problem}\n")
        return 2
    for open_port in (_scsynth.world_open_udp, _scsynth.world_open_tcp):
        if not open_port(world, LOOPBACK, port):
            sys.stdout.write(f"cannot bind port {port}\n")
            return 3
    sys.stdout.write("server ready\n")
    sys.stdout.flush()
    _scsynth.world_wait_for_quit(world, False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
