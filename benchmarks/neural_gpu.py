"""Tokens a second of a net on a GPU beside Hugging Face's `generate` with the same weights on the same card.

    python benchmarks/neural_gpu.py [--model chorale] [--device cuda] [--tokens 1600]
    python benchmarks/neural_gpu.py --device cpu --tokens 64        # the code, without a card

At batch 1 and 64, and NumPy on one thread of this machine. Before anything is timed the logits of all three
must agree within 1e-4, note after note. The limit is the bytes of weights and cache that a token must read,
over the card's bandwidth (measured here by a copy). `generate` needs transformers: pip install the extra
"peers".
Without a GPU its figures are missing, and this says so.
"""

from __future__ import annotations

import argparse
import time
from importlib.util import find_spec
from typing import Any

import numpy as np

from livecode.generators.neural import checkpoint
from livecode.generators.neural.build import model_folder
from livecode.generators.neural.checkpoint import Checkpoint
from livecode.generators.neural.compose import Taste, write
from livecode.generators.neural.config import Config
from livecode.generators.neural.decode import Net, Writer
from livecode.generators.neural.page import FREE
from livecode.generators.neural.trunk import softmax

MISSING = "no GPU here: figure missing"
AGREE = 1e-4
BATCHES = (1, 64)
WARM = 8
"""Steps before the clock starts: graphs are recorded in them, libraries set themselves up."""


def drawn(logits: Any, random: np.random.Generator) -> Any:
    """One class for each row, by its chances: what `generate` does too."""
    marks = np.cumsum(softmax(logits), axis=1)
    return (marks < (random.random(len(logits)) * marks[:, -1])[:, None]).sum(axis=1)


def tokens_a_second(net: Net, batch: int, tokens: int) -> float:
    """Of pieces written side by side, notes drawn by their chances."""
    random = np.random.default_rng(0)
    writer = net.write(batch)
    voices = net.config.voices
    steps, begun = max(1, tokens // voices), 0.0
    for step in range(steps + WARM):
        if step == WARM:
            begun = time.perf_counter()
        for _ in range(voices):
            writer.choose(drawn(writer.logits(), random))
    return batch * voices * steps / (time.perf_counter() - begun)


def written(net: Net, batch: int, tokens: int) -> float:
    """The same on the device as on stage: whole steps of all pieces at once, rules of taste included."""
    voices, random = net.config.voices, np.random.default_rng(0)
    steps = max(1, tokens // voices)
    masks = [[np.ones(net.config.size, bool)] * voices] * steps
    free = np.full((steps, voices), FREE)
    # The first page records the graphs that the second one plays.
    write(net.write(batch), free, masks, Taste(), random)
    begun = time.perf_counter()
    write(net.write(batch), free, masks, Taste(), random)
    return batch * voices * steps / (time.perf_counter() - begun)


def by_generate(loaded: Checkpoint, device: str, batch: int, tokens: int) -> float:
    """The same by Hugging Face's loop over the same weights."""
    from hugging import GridModel

    model = GridModel.of(loaded, device)
    model.pieces(batch, WARM)
    begun = time.perf_counter()
    model.pieces(batch, tokens)
    return batch * tokens / (time.perf_counter() - begun)


def farthest(loaded: Checkpoint, nets: list[Net], device: str, batch: int = 3, tokens: int = 160) -> float:
    """The largest difference of a logit, of the nets given and of Hugging Face's model where it is."""
    assert isinstance(loaded.config, Config)
    random, worst = np.random.default_rng(1), 0.0
    plain = Net(loaded.config, loaded.arrays)
    ours: Writer = plain.write(batch)
    others = [net.write(batch) for net in nets]
    generated = None
    if find_spec("transformers"):
        from hugging import GridModel

        model = GridModel.of(loaded, device)
        model.begin(batch)
        generated = model.pages(batch)
        next(generated)
    said: Any = None
    for _ in range(tokens):
        logits = ours.logits()
        found = [other.logits() for other in others]
        if generated is not None:
            found.append(generated.send(said))
        worst = max([worst, *(float(np.abs(each - logits).max()) for each in found)])
        said = drawn(logits, random)
        for writer in (ours, *others):
            writer.choose(said)
    return worst


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


def bytes_a_step(loaded: Checkpoint, batch: int, tokens: int) -> float:
    """Bytes that a token of every piece must read: the head's weights, and its share of a frame's trunk.

    The trunk runs once a frame, over weights and the keys and values of half the page on average.
    """
    config = loaded.config
    assert isinstance(config, Config)
    sizes = {name: 4 * array.size for name, array in loaded.arrays.items() if "table" not in name}
    head = sum(size for name, size in sizes.items() if name.startswith(("head.", "logit", "finish")))
    trunk = sum(sizes.values()) - head
    frame = config.frame * config.voices
    cache = 2 * 4 * batch * config.layers * config.width * (tokens / frame / 2)
    return head + (trunk + cache) / frame


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="chorale")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--tokens", type=int, default=1600, help="of each piece")
    chosen = parser.parse_args()
    loaded = checkpoint.load(model_folder(chosen.model))
    if not isinstance(loaded.config, Config) or loaded.config.ears:
        raise SystemExit(f"{chosen.model} is no net on a grid that goes by the past alone: give chorale")
    plain = tokens_a_second(Net(loaded.config, loaded.arrays), 1, min(chosen.tokens, 400))
    print(f"NumPy, one thread, batch 1: {plain:.0f} tokens a second")
    import torch

    torch.set_num_threads(1)
    on_card = chosen.device.startswith("cuda")
    if on_card and not torch.cuda.is_available():
        print(MISSING)
        return
    from livecode.generators.neural.device import DeviceNet

    net = DeviceNet(loaded.config, loaded.arrays, chosen.device)
    apart = farthest(loaded, [net], chosen.device)
    print(f"logits apart from NumPy's by {apart:.1e} at most")
    if apart > AGREE:
        raise SystemExit(f"more than {AGREE:g}: these are not the same nets, so nothing is timed")
    name = torch.cuda.get_device_name(net.device) if on_card else "this CPU, one thread"
    for batch in BATCHES:
        found = written(net, batch, chosen.tokens)
        noted = tokens_a_second(net, batch, min(chosen.tokens, 400))
        line = f"{name}, batch {batch}: {found:.0f} tokens a second (asked note by note {noted:.0f})"
        if find_spec("transformers"):
            theirs = by_generate(loaded, chosen.device, batch, chosen.tokens)
            line += f", generate {theirs:.0f}, ratio {found / theirs:.2f}"
        else:
            line += ', generate: transformers is missing (the extra "peers")'
        if on_card:
            limit = batch * bandwidth(net.device) / bytes_a_step(loaded, batch, chosen.tokens)
            line += f", {found / limit:.4f} of what memory allows"
        print(line)
    if not on_card:
        print(f"beside generate on a card, and the fraction of its memory's limit: {MISSING}")


if __name__ == "__main__":
    main()
