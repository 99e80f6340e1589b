"""Train a model on music: `livecode train --help` lists what the trainer takes (it needs torch)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from livecode.errors import GeneratorError


def handle(words: Sequence[str]) -> int:
    """Give the words after `train` to the trainer, which describes them itself."""
    if find_spec("torch") is None:
        raise GeneratorError("training needs torch, which is not installed: pip install torch")
    from livecode.generators.neural.train import main

    return main(list(words))
