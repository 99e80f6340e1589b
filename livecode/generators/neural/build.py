"""From a model's name to a composer: found in the set's `models/`, checked, loaded once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from livecode.errors import FileProblem, GeneratorError, NameUnknown
from livecode.generators.generator import Context, Spec
from livecode.music.phrase import Phrase
from livecode.sets import listing

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
    composing = [name for name, folder in nets.items() if _composes(folder)]
    raise NameUnknown(
        "neural model",
        text,
        composing,
        f"there are {', '.join(sorted(composing)) or 'none yet: livecode train'}",
    )


def _composes(folder: Path) -> bool:
    """Whether a folder is of a net that writes music: there are others, which hear."""
    try:
        return bool(json.loads((folder / CONFIG).read_bytes())["kind"] != "ears")
    except (OSError, ValueError, KeyError, TypeError):
        return False


def digest_of(folder: Path) -> str:
    """Which weights a folder holds, as sixteen hex digits."""
    found = blake2b(digest_size=8)
    for part in (CONFIG, WEIGHTS):
        try:
            found.update((folder / part).read_bytes())
        except OSError:
            raise FileProblem(f"no {part} in {folder.name}: restore it or train the model again") from None
    return found.hexdigest()


Composer = Any
"""A NeuralComposer for a net on a grid, a TuneComposer for a net of tunes."""


@lru_cache(maxsize=8)
def _composer(folder: Path, name: str, weights: str, device: str = "") -> Composer:
    from livecode.generators.neural import checkpoint
    from livecode.generators.neural.config import Config, EnsembleConfig

    loaded = checkpoint.load(folder)
    if isinstance(loaded.config, EnsembleConfig):
        from livecode.generators.neural.gathering import gathered

        return gathered(name)
    if isinstance(loaded.config, Config):
        from livecode.generators.neural.compose import NeuralComposer
        from livecode.generators.neural.decode import Net

        if not device:
            return NeuralComposer(Net(loaded.config, loaded.arrays), name, weights)
        from livecode.generators.neural.device import DeviceNet

        return NeuralComposer(DeviceNet(loaded.config, loaded.arrays, device), name, weights, device)
    return _of_tunes(folder, name, weights, loaded)


def _of_tunes(folder: Path, name: str, weights: str, loaded: Any) -> Composer:
    from livecode.generators.neural.melodies import NetTunes, TuneComposer, checked_home
    from livecode.generators.neural.tunesmith import TuneSmith
    from livecode.music.corpus import Corpus

    try:
        home = checked_home(loaded.home, loaded.config.styles)
    except ValueError as problem:
        raise FileProblem(f"{folder.name}/{CONFIG}: {problem}: train it again") from None
    spec = {"kind": "neural", "name": name, "weights": weights}
    model = NetTunes(TuneSmith(loaded.config, loaded.arrays))
    return TuneComposer(Corpus(home["corpus"], []), model, spec, home, folder)


def composer(name: str, device: str = "") -> Composer:
    """The composer of a model, loaded now; `device` is one of torch's ("cuda"), "" for NumPy.

    Nets on a grid alone run on another device: melodies are too short a work for it.
    """
    folder = model_folder(name)
    return _composer(folder, str(name), digest_of(folder), str(device))


@dataclass(frozen=True)
class Trained:
    """A net by name: its files are checked at once, its weights read where it composes, in a worker."""

    name: str
    weights: str
    device: str = ""
    tilts = True

    @classmethod
    def of(cls, name: str, device: str = "") -> Trained:
        """NameUnknown when there is none, FileProblem if damaged, GeneratorError without that device."""
        from livecode.generators.neural import checkpoint

        folder = model_folder(name)
        checkpoint.load(folder, weights=False)
        if device:
            if find_spec("torch") is None:
                raise GeneratorError(f"device={device!r} needs torch, which is missing: pip install torch")
            from livecode.generators.neural.device import device_named

            device_named(device)
        return cls(str(name), digest_of(folder), device)

    @property
    def styles(self) -> tuple[str, ...]:
        """The kinds of tunes that it tells apart."""
        from livecode.generators.neural import checkpoint

        config = checkpoint.load(model_folder(self.name), weights=False).config
        return tuple(getattr(config, "styles", ()))

    def spec(self) -> Spec:
        """Plain data that makes it again."""
        made: Spec = {"kind": "neural", "name": self.name, "weights": self.weights}
        return {**made, "device": self.device} if self.device else made

    @property
    def made(self) -> Composer:
        """The net itself, which is read now if it has not been."""
        return from_spec(self.spec())

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """A phrase by the net."""
        phrase: Phrase = self.made.compose(context, length, seed)
        return phrase

    def likelihood(self, phrase: Phrase) -> float:
        """Nats a note that the net needs for a phrase."""
        return float(self.made.likelihood(phrase))


def from_spec(spec: Spec) -> Composer:
    """The composer that a spec describes, in a worker; GeneratorError when its weights are not here."""
    made = composer(str(spec.get("name", "")), str(spec.get("device", "")))
    wanted = spec.get("weights")
    if wanted and wanted != made.spec().get("weights", wanted):
        raise GeneratorError(
            f"the weights of {spec['name']!r} have changed since (were {wanted}): evaluate the line again"
        )
    return made
