"""From a model's name to a composer: found in the set's `models/`, checked, loaded once."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from livecode.errors import FileProblem, GeneratorError, NameUnknown
from livecode.generators.generator import Spec
from livecode.sets import listing

if TYPE_CHECKING:
    from livecode.generators.neural.compose import NeuralComposer

WEIGHTS, CONFIG = "weights.safetensors", "config.json"


def model_folder(name: str) -> Path:
    """The folder of a net: a name in the set's `models/`, or a path to a folder.

    Raises NameUnknown with the nearest name, FileProblem for a file that is no model.
    """
    text = str(name)
    path = Path(text)
    if path.suffix.lower() in {".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin"}:
        raise FileProblem(f"{path.name} is a pickle, which can run code: give a folder with {WEIGHTS}")
    if ("/" in text or "\\" in text) and path.is_dir():
        return path
    nets = {n: folder for n, folder in listing("models").items() if (folder / WEIGHTS).is_file()}
    if text in nets:
        return nets[text]
    raise NameUnknown(
        "neural model", text, nets, f"there are {', '.join(sorted(nets)) or 'none yet: livecode train'}"
    )


def digest_of(folder: Path) -> str:
    """Which weights a folder holds, as sixteen hex digits."""
    found = blake2b(digest_size=8)
    for part in (CONFIG, WEIGHTS):
        try:
            found.update((folder / part).read_bytes())
        except OSError:
            raise FileProblem(f"no {part} in {folder.name}: restore it or train the model again") from None
    return found.hexdigest()


@lru_cache(maxsize=4)
def _composer(folder: Path, name: str, weights: str) -> NeuralComposer:
    from livecode.generators.neural import checkpoint
    from livecode.generators.neural.compose import NeuralComposer
    from livecode.generators.neural.decode import Net

    loaded = checkpoint.load(folder)
    return NeuralComposer(Net(loaded.config, loaded.arrays), name, weights)


def composer(name: str) -> NeuralComposer:
    """The composer of a model, loaded now."""
    folder = model_folder(name)
    return _composer(folder, str(name), digest_of(folder))


def from_spec(spec: Spec) -> NeuralComposer:
    """The composer that a spec describes, in a worker; GeneratorError when its weights are not here."""
    made = composer(str(spec.get("name", "")))
    wanted = spec.get("weights")
    if wanted and wanted != made.weights:
        raise GeneratorError(
            f"the weights of {made.name!r} have changed since (were {wanted}): evaluate the line again"
        )
    return made
