"""Ears: a small net of sound that learned, from our own instruments, to hear what comes next.

    python -m livecode.generators.neural.ears models/ears      renders every instrument, then trains

Eleven frames of a spectrogram (0.09 s) go through one layer of 512 filters; from what these hear, the
spectrum of the twelve frames that follow is guessed. Good guesses need filters for attacks, decays, partials
and noise, and those are what `style(..., features="trained")` compares. Nothing but sounds rendered from
`sc/` is learned from.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from livecode.errors import FileProblem
from livecode.generators.neural.sounds import RATE, WINDOW

MODEL = "ears"
FILTERS, KERNEL, AHEAD = 512, 11, 12
BINS = WINDOW // 2 + 1
STEPS, BATCH, LENGTH = 700, 8, 96

Floats = npt.NDArray[np.float32]


@lru_cache(maxsize=1)
def filters() -> Floats:
    """The filters of the trained ears: (filters, bins, KERNEL)."""
    from safetensors import SafetensorError, safe_open

    from livecode.sets import find

    place = find("models", MODEL) / "weights.safetensors"
    try:
        with safe_open(place, framework="numpy") as store:
            found = np.asarray(store.get_tensor("hear.weight"), np.float32)
    except (SafetensorError, OSError) as problem:
        raise FileProblem(
            f"models/{MODEL} is damaged ({problem}): restore it, or say features='random'"
        ) from None
    if found.shape != (FILTERS, BINS, KERNEL) or not np.isfinite(found).all():
        raise FileProblem(f"models/{MODEL} holds {found.shape}: restore it, or say features='random'")
    return found


def rendered(folder: Path) -> Floats:
    """Every factory instrument, four times over, as one sound at RATE."""
    import soundfile
    import soxr

    from livecode.sets import listing

    names = _instruments(listing("sc"))
    sounds = []
    for number, notes in enumerate(("0 7", "-12 3 12", "[0,4,9] ~", "5 0 -5 10")):
        order = np.random.default_rng(number).permutation(names)
        pattern = folder / f"instruments{number}.py"
        pattern.write_text(
            f"from livecode import *\ncps(0.8)\nd1 >> note({notes!r}).s('<{' '.join(order)}>')\n",
            encoding="utf-8",
        )
        sound = folder / f"{number}.wav"
        command = [sys.executable, "-m", "livecode.cli", "render", str(pattern), "-o", str(sound)]
        subprocess.run([*command, "--cycles", str(len(names))], check=True, capture_output=True)
        data, rate = soundfile.read(sound, dtype="float32", always_2d=True)
        sounds.append(soxr.resample(data.mean(axis=1), rate, RATE))
    return np.concatenate(sounds)


def _instruments(files: dict[str, Path]) -> list[str]:
    """The names declared in the sc/ files, read from their source."""
    import re

    found: list[str] = []
    for path in files.values():
        if path.suffix == ".py" and not path.name.startswith("fx_"):
            text = path.read_text(encoding="utf-8")
            found += re.findall(r"@instrument\(\s*\"(\w+)\"", text) if path.stem != "sampler" else []
    return sorted(set(found))


def train(folder: Path, seed: int = 0) -> list[float]:
    """Train the ears and write them to a folder with the log of their learning; gives the losses."""
    import torch
    from safetensors.numpy import save
    from torch import nn
    from torch.nn import functional

    from livecode.generators.neural.painting import spectrum

    torch.manual_seed(seed)
    with tempfile.TemporaryDirectory() as place:
        sound = rendered(Path(place))
    level = float(np.sqrt(np.mean(sound**2)))
    data = torch.log1p(torch.from_numpy(spectrum((sound * 0.1 / level).astype(np.float32))[0])).float()
    mean = data.mean(dim=1, keepdim=True)
    hear = nn.Conv1d(BINS, FILTERS, KERNEL, bias=False)
    guess = nn.Conv1d(FILTERS, BINS, 1)
    optimiser = torch.optim.AdamW([*hear.parameters(), *guess.parameters()], lr=1e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=STEPS)
    last = data.shape[1] - LENGTH - AHEAD
    held = int(0.95 * last)
    random = np.random.default_rng(seed)
    losses: list[float] = []

    def lost(begins: npt.NDArray[np.int64]) -> torch.Tensor:
        some = torch.stack([data[:, at : at + LENGTH + AHEAD] for at in begins.tolist()])
        heard = functional.relu(hear(some[:, :, :LENGTH]))
        wanted = functional.avg_pool1d(some[:, :, KERNEL:], AHEAD, 1)[:, :, : heard.shape[2]]
        return functional.mse_loss(guess(heard[:, :, : wanted.shape[2]]) + mean[None], wanted)

    for _ in range(STEPS):
        loss = lost(random.integers(0, held, BATCH))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        losses.append(float(loss.detach()))
    with torch.no_grad():
        held_out = np.arange(held, last, LENGTH)
        valid = float(lost(held_out))
        some = torch.stack([data[:, at : at + LENGTH + AHEAD] for at in held_out.tolist()])
        wanted = functional.avg_pool1d(some[:, :, KERNEL:], AHEAD, 1)
        plain = float(functional.mse_loss(mean[None].expand_as(wanted), wanted))
        stays = functional.avg_pool1d(some[:, :, : LENGTH + AHEAD - KERNEL], KERNEL, 1)
        width = min(stays.shape[2], wanted.shape[2])
        same = float(functional.mse_loss(stays[:, :, :width], wanted[:, :, :width]))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "weights.safetensors").write_bytes(save({"hear.weight": hear.weight.detach().half().numpy()}))
    about = {
        "kind": "ears", "filters": FILTERS, "kernel": KERNEL, "bins": BINS, "rate": RATE, "window": WINDOW,
        "trained": {
            "seconds of sound": round(len(sound) / RATE), "steps": STEPS, "seed": seed,
            "held out": valid, "held out, the mean spectrum": plain, "held out, what was goes on": same,
        },
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return losses


if __name__ == "__main__":
    train(Path(sys.argv[1] if len(sys.argv) > 1 else "models/ears"))
