"""A net with weights drawn by chance, and a chorale-like piece, for tests that need no trained model."""

import numpy as np
import pytest

from livecode.generators.neural.config import Config
from livecode.generators.neural.decode import Net

SMALL = {"width": 32, "layers": 2, "heads": 2, "head_width": 24, "head_hidden": 40, "head_blocks": 2}


@pytest.fixture(scope="session")
def config():
    return Config(**SMALL)


@pytest.fixture(scope="session")
def arrays(config):
    random = np.random.default_rng(5)
    made = {name: random.normal(0, 0.15, shape) for name, shape in config.shapes().items()}
    return {name: array.astype(np.float32) for name, array in made.items()}


@pytest.fixture(scope="session")
def net(config, arrays):
    return Net(config, arrays)


def walk(seed: int, steps: int) -> np.ndarray:
    """Four voices that hold, step, leap, rest now and then, and repeat their first third at the end."""
    random = np.random.default_rng(seed)
    piece = np.empty((steps, 4), np.int64)
    piece[0] = 72, 67, 62, 50
    for step in range(1, steps):
        moved = np.where(random.random(4) < 0.35, random.integers(-5, 6, 4), 0)
        piece[step] = np.clip(piece[step - 1] + moved, 40, 80)
    piece[random.integers(1, steps, 3), random.integers(0, 4, 3)] = -1
    third = steps // 3
    piece[-third:] = piece[:third]
    return piece


@pytest.fixture(scope="session")
def piece():
    return walk(1, 78)
