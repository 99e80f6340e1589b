"""A net with weights drawn by chance, and a chorale-like piece, for tests that need no trained model."""

import numpy as np
import pytest
from small_nets import SMALL, walk

from livecode.generators.neural.config import Config
from livecode.generators.neural.decode import Net


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


@pytest.fixture(scope="session")
def piece():
    return walk(1, 78)
