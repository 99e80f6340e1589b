"""Tokens a second of a net on a GPU, and how near that is to what its memory allows.

    python benchmarks/neural_gpu.py [--model chorale] [--device cuda] [--steps 400]

At batch 1 and 64, beside NumPy on one thread of this machine. The limit is the bytes of weights and cache
that a token must read, over the card's bandwidth (measured here by a copy). Without a GPU it says so.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np

from livecode.generators.neural import checkpoint
from livecode.generators.neural.build import model_folder
from livecode.generators.neural.decode import Net


def tokens_a_second(net: Net, batch: int, steps: int) -> float:
    """Of pieces written side by side, notes drawn by chance."""
    random = np.random.default_rng(0)
    writer = net.write(batch)
    voices = net.config.voices
    begun = 0.0
    for step in range(steps + 8):
        if step == 8:
            # The first steps record graphs and fill caches.
            begun = time.perf_counter()
        for _ in range(voices):
            writer.logits()
            writer.choose(random.integers(20, 40, batch))
    return batch * voices * steps / (time.perf_counter() - begun)


def bandwidth(device: Any) -> float:
    """Bytes a second that the card's memory moves, read and written."""
    import torch

    source = torch.empty(1 << 28, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    target.copy_(source)
    torch.cuda.synchronize(device)
    begun = time.perf_counter()
    for _ in range(20):
        target.copy_(source)
    torch.cuda.synchronize(device)
    return 20 * 2 * source.numel() / (time.perf_counter() - begun)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model", default="chorale")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--steps", type=int, default=400)
    chosen = parser.parse_args()
    loaded = checkpoint.load(model_folder(chosen.model))
    plain = tokens_a_second(Net(loaded.config, loaded.arrays), 1, min(chosen.steps, 100))
    print(f"NumPy, one thread, batch 1: {plain:.0f} tokens a second")
    import torch

    if chosen.device.startswith("cuda") and not torch.cuda.is_available():
        print("no GPU here: its figures are missing")
        return
    from livecode.generators.neural.device import DeviceNet

    net = DeviceNet(loaded.config, loaded.arrays, chosen.device)
    weights = 4 * sum(array.size for name, array in loaded.arrays.items() if "table" not in name)
    for batch in (1, 64):
        found = tokens_a_second(net, batch, chosen.steps)
        line = f"{chosen.device}, batch {batch}: {found:.0f} tokens a second"
        if chosen.device.startswith("cuda"):
            # Trunk once a frame, head once a token; the cache is small beside them.
            limit = batch * bandwidth(net.device) / weights
            line += f", {found / limit:.3f} of what memory allows"
        print(line)


if __name__ == "__main__":
    main()
