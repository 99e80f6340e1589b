"""Records what leaves a JACK server's clients, whoever they are and however often they are restarted.

    JACK_DEFAULT_SERVER=livecode-3 python benchmarks/faults/recorder.py OUT.npz

A JACK client called "recorder" with two inputs. It writes OUT.npz when its standard input is closed: `sound`
(frames by two), and for each block of it the monotonic second (`seconds`) at which it came. scsynth finds it
by SC_JACK_DEFAULT_OUTPUTS=recorder. (JACK's own time of a block is filtered, and wrong by 0.2 s at first.)
"""

from __future__ import annotations

import ctypes
import select
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

AUDIO = b"32 bit float mono audio"
NO_START, INPUT = 0x01, 0x1


def record(target: Path) -> None:
    """Until standard input ends, or the server does."""
    jack = ctypes.CDLL("libjack.so.0")
    jack.jack_client_open.restype = ctypes.c_void_p
    jack.jack_port_register.restype = ctypes.c_void_p
    jack.jack_port_get_buffer.restype = ctypes.c_void_p
    jack.jack_port_get_buffer.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
    status = ctypes.c_int()
    client = jack.jack_client_open(b"recorder", NO_START, ctypes.byref(status))
    if not client:
        raise SystemExit(f"no JACK server (status {status.value})")
    client = ctypes.c_void_p(client)
    ports = [
        ctypes.c_void_p(jack.jack_port_register(client, f"in_{number}".encode(), AUDIO, INPUT, 0))
        for number in (1, 2)
    ]
    blocks: list[tuple[float, bytes, bytes]] = []

    def process(count: int, _argument: Any) -> int:
        now = time.monotonic()
        left, right = (ctypes.string_at(jack.jack_port_get_buffer(port, count), count * 4) for port in ports)
        blocks.append((now, left, right))
        return 0

    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint32, ctypes.c_void_p)(process)
    jack.jack_set_process_callback(client, callback, None)
    jack.jack_activate(client)
    print("recording", flush=True)
    while not select.select([sys.stdin], [], [], 0.02)[0]:
        # A scsynth that was here before us has not found us.
        for number in (1, 2):
            ports_of = f"SuperCollider:out_{number}".encode(), f"recorder:in_{number}".encode()
            jack.jack_connect(client, *ports_of)
    jack.jack_deactivate(client)
    jack.jack_client_close(client)
    left = np.frombuffer(b"".join(block[1] for block in blocks), dtype=np.float32)
    right = np.frombuffer(b"".join(block[2] for block in blocks), dtype=np.float32)
    np.savez(
        target,
        sound=np.stack([left, right], axis=1),
        seconds=np.array([block[0] for block in blocks], dtype=np.float64),
    )


if __name__ == "__main__":
    record(Path(sys.argv[1]))
