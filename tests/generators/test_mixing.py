"""The mixture: counts are counts, and one moment alone is predicted as among many."""

from __future__ import annotations

import numpy as np
import pytest

from livecode.generators.markov.mixing import (
    Contexts,
    Counts,
    Mixture,
    delta_bytes,
    from_delta_bytes,
    softmax,
)

CONTEXTS = Contexts("test", ("a", "b", "kind"), ("a kind", "b", "a b kind"))


@pytest.fixture
def moments() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    views = np.stack(
        [random.integers(0, 4, 3000), random.integers(0, 6, 3000), random.integers(0, 2, 3000)], 1
    )
    symbols = (views[:, 0] + (random.random(3000) < 0.2) * views[:, 1]) % 5
    return views, symbols, views[:, 2], np.arange(3000) // 100


def test_counts_are_those_of_a_dictionary() -> None:
    random = np.random.default_rng(1)
    keys, symbols = random.integers(0, 50, (400, 1)).astype(np.uint64), random.integers(0, 7, 400)
    counts = Counts.of(keys, symbols)
    wanted = np.zeros((60, 7))
    np.add.at(wanted, (keys[:, 0].astype(int), symbols), 1)
    assert (counts.dense(np.arange(60, dtype=np.uint64), 7) == wanted).all()
    assert (Counts.of(keys[:0], symbols[:0]).dense(keys[:3, 0], 7) == 0).all()


def test_one_alone_is_as_among_many(moments: tuple[np.ndarray, ...]) -> None:
    views, symbols, kinds, pieces = moments
    mixture = Mixture.count(CONTEXTS, views, symbols, kinds, 5)
    mixture.train(views, symbols, kinds, pieces, epochs=1)
    unmet = np.array([[9, 9, 0], [9, 9, 1]])
    rows, of = np.concatenate([views[:40], unmet]), np.concatenate([kinds[:40], [0, 1]])
    together = mixture.probabilities(rows, of)
    alone = np.concatenate([softmax(mixture.logits(rows[n : n + 1], of[n : n + 1])) for n in range(42)])
    assert alone == pytest.approx(together, abs=1e-5)


def test_learning_the_weights_makes_it_likelier(moments: tuple[np.ndarray, ...]) -> None:
    views, symbols, kinds, pieces = moments
    train, test = slice(0, 2000), slice(2000, 3000)
    mixture = Mixture.count(CONTEXTS, views[train], symbols[train], kinds[train], 5)
    before = mixture.nats(views[test], kinds[test], symbols[test]).mean()
    mixture.train(views[train], symbols[train], kinds[train], pieces[train], epochs=40)
    after = mixture.nats(views[test], kinds[test], symbols[test]).mean()
    assert after < before


def test_a_symbol_never_met_never_comes(moments: tuple[np.ndarray, ...]) -> None:
    views, symbols, kinds, _ = moments
    mixture = Mixture.count(CONTEXTS, views, symbols, kinds, 8)
    assert (mixture.probabilities(views[:10], kinds[:10])[:, 5:] == 0).all()
    assert np.isneginf(mixture.logits(views[:1], kinds[:1])[0, 5:]).all()


def test_small_keys_come_back() -> None:
    keys = np.unique(np.random.default_rng(2).integers(0, 1 << 40, 500).astype(np.uint64))
    assert (from_delta_bytes(delta_bytes(keys)) == keys).all()
