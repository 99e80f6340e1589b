"""Trained nets on disk: arrays in safetensors, everything else in JSON, nothing that can run code.

A model is a folder with `weights.safetensors` (half precision) and `config.json`:
`{"kind": "chorale net", "version": 2, "config": {...}, "vocabulary": {...}, "trained": {...}}`.
Sizes are checked against the config before an array is read; pickles (.pt, .pth, .pkl, .ckpt) are refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.errors import FileProblem
from livecode.generators.neural.config import LARGEST, Config, EnsembleConfig, half_bytes
from livecode.generators.neural.tunes import TuneConfig

VERSION = 2
Settings = Config | TuneConfig
KINDS: dict[str, type[Settings]] = {
    "chorale net": Config,
    "tune net": TuneConfig,
    "ensemble": EnsembleConfig,
}
WEIGHTS, CONFIG = "weights.safetensors", "config.json"
Arrays = dict[str, npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Checkpoint:
    """A net's config, its arrays in single precision, and what was written down about its training.

    `home` is what a composer of tunes must know of what the net learned from.
    """

    config: Settings
    arrays: Arrays
    trained: dict[str, Any] = field(default_factory=dict)
    home: dict[str, Any] = field(default_factory=dict)


def save(
    folder: str | Path,
    config: Settings,
    arrays: Arrays,
    trained: dict[str, Any] | None = None,
    home: dict[str, Any] | None = None,
) -> None:
    """Write a model in half precision; each file is complete before it takes its name.

    FileProblem for a net whose file would be larger than any should be.
    """
    from safetensors.numpy import save as to_bytes

    checked_size(config)

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    half = {name: np.ascontiguousarray(array, dtype=np.float16) for name, array in arrays.items()}
    about = {
        "kind": config.kind,
        "version": VERSION,
        "config": config.to_dict(),
        "vocabulary": config.vocabulary(),
        "trained": trained or {},
        **({"home": home} if home else {}),
    }
    for name, content in ((WEIGHTS, to_bytes(half)), (CONFIG, (json.dumps(about, indent=1) + "\n").encode())):
        fresh = folder / (name + ".new")
        fresh.write_bytes(content)
        fresh.replace(folder / name)


def checked_size(config: Settings) -> None:
    """FileProblem for a net whose file would be too large."""
    size = half_bytes(config)
    if size > LARGEST:
        raise FileProblem(
            f"a net of {size / 2e6:.1f} million numbers takes {size / 1e6:.0f} MB in half precision, "
            f"{LARGEST // 10**6} at most: give a smaller --width or fewer --layers"
        )


def load(folder: str | Path, weights: bool = True) -> Checkpoint:
    """Read a model. Anything missing, damaged, of another kind or of other sizes raises FileProblem.

    Without `weights` names and shapes of the arrays are checked and none is read.
    """
    folder = Path(folder)
    if folder.suffix.lower() in {".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin"}:
        raise FileProblem(f"{folder.name} is a pickle, which can run code: give a folder with {WEIGHTS}")
    try:
        about = json.loads((folder / CONFIG).read_bytes())
    except OSError:
        raise FileProblem(f"no model in {folder}: it has no {CONFIG}") from None
    except ValueError:
        raise FileProblem(
            f"{folder.name}/{CONFIG} is not JSON: restore it or train the model again"
        ) from None
    if not isinstance(about, dict) or about.get("kind") not in KINDS or about.get("version") != VERSION:
        raise FileProblem(
            f"{folder.name}/{CONFIG} is not a {' or '.join(KINDS)} of version {VERSION}: train it again"
        )
    try:
        config = KINDS[about["kind"]].from_dict(about["config"])
    except (KeyError, TypeError, ValueError) as error:
        raise FileProblem(f"{folder.name}/{CONFIG} does not fit: {error}") from None
    return Checkpoint(
        config,
        read_arrays(folder / WEIGHTS, config, weights),
        about.get("trained") or {},
        about.get("home") or {},
    )


def read_arrays(path: Path, config: Settings, weights: bool = True) -> Arrays:
    """The arrays of a checkpoint, each of the shape the config asks for and finite; only checked if not."""
    from safetensors import SafetensorError, safe_open

    where = f"{path.parent.name}/{path.name}"
    if not path.is_file():
        raise FileProblem(f"no weights at {where}: run the recipe in the model's README")
    wanted = config.shapes()
    arrays: Arrays = {}
    try:
        with safe_open(path, framework="numpy") as store:
            names = set(store.keys())
            for name in sorted(names ^ set(wanted)):
                problem = "lacks" if name in wanted else "has an unknown array"
                raise FileProblem(f"{where} {problem} {name!r}: its {CONFIG} is for other weights")
            for name, shape in wanted.items():
                found = tuple(store.get_slice(name).get_shape())
                if found != shape:
                    raise FileProblem(f"{where}: {name!r} is {found}, its {CONFIG} says {shape}")
            for name in wanted if weights else ():
                arrays[name] = np.asarray(store.get_tensor(name), dtype=np.float32)
    except SafetensorError as error:
        raise FileProblem(f"{where} is damaged ({error}): restore it or train the model again") from None
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise FileProblem(f"{where}: {name!r} holds values that are not finite: train the model again")
    return arrays
