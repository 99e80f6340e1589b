"""Learning what a listener prefers from few judgements, and knowing what is still unsure.

A song is a point in the features; what pleases is a sum over features and their squares (too little and too
much of a thing), with a weight for each that is not known but believed to lie within bounds. Each
judgement, a choice between two songs or a plain yes or no to one, narrows the belief: Bayesian logistic
regression by Laplace's approximation. How wide the bounds are is learnt for each feature from the
judgements (automatic relevance determination, D. J. C. MacKay, 1994), since most listeners mind but a few
things. Which pair to ask about is decided by expected information (BALD: N. Houlsby and others, "Bayesian
active learning for classification and preference learning", 2011).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from livecode.generators.evolution.features import COUNT

SIZE = 1 + 2 * COUNT
"""A constant (how easily anything pleases), the features, their squares."""
PRIOR = np.concatenate([[0.5], np.full(COUNT, 0.3), np.full(COUNT, 0.1)])
"""The variance of each weight before anybody has judged."""
ROUNDS, NEWTON = 12, 8
TRUST = 0.2
"""How much the prior variance weighs beside what the judgements say of it."""
NARROWEST, WIDEST = 0.01, 20.0
DOUBTS = 12
_C = float(np.sqrt(np.pi * np.log(2) / 2))


def basis(features: Any) -> Any:
    """Features (songs, n) as the columns that weights stand for: 1, each feature, each square less one."""
    table = np.atleast_2d(np.asarray(features, np.float32))
    return np.concatenate([np.ones((len(table), 1), np.float32), table, table**2 - 1], 1)


@dataclass(frozen=True)
class Judgement:
    """A song preferred to another, or liked (`other` None and `liked` True), or not.

    `sure` is how much the judgement counts, 1 for a listener who is fresh.
    """

    song: Any
    other: Any = None
    liked: bool = True
    sure: float = 1.0

    def about_the_same(self, other: Judgement) -> bool:
        """Whether two judgements are about the same song, or the same two."""
        mine, theirs = _about(self), _about(other)
        return len(mine) == len(theirs) and all(np.allclose(a, b, atol=1e-3) for a, b in zip(mine, theirs))

    @property
    def row(self) -> Any:
        """What it says, as a row on whose side of zero the weights should lie."""
        told = basis(self.song)[0]
        if self.other is not None:
            told = told - basis(self.other)[0]
        return told if self.liked else -told


def _about(judgement: Judgement) -> list[Any]:
    songs = [each for each in (judgement.song, judgement.other) if each is not None]
    return sorted(songs, key=lambda each: each.tolist())


@dataclass(frozen=True)
class Belief:
    """What is believed of the weights: their mean and covariance.

    >>> unknown = Belief.of([])
    >>> unknown.prefers(np.ones(COUNT), np.zeros(COUNT))
    0.5
    """

    mean: Any
    covariance: Any

    @classmethod
    def of(cls, judgements: Sequence[Judgement]) -> Belief:
        """Belief after some judgements."""
        variance = PRIOR.copy()
        if not judgements:
            return cls(np.zeros(SIZE), np.diag(variance))
        rows = np.stack([each.row for each in judgements]).astype(np.float64)
        sure = np.array([each.sure for each in judgements])
        mean = np.zeros(SIZE)
        for _ in range(ROUNDS):
            mean, covariance = _laplace(rows, sure, variance, mean)
            # A weight that the judgements leave near zero is believed the more to be zero.
            found = mean**2 + np.diag(covariance)
            variance = np.clip((found + TRUST * PRIOR) / (1 + TRUST), NARROWEST * PRIOR, WIDEST * PRIOR)
        return cls(mean, covariance)

    def told(self, doubts: int = DOUBTS) -> Any:
        """The mean of the weights, and the directions of greatest doubt as rows below it, for `pleasure`."""
        values, vectors = np.linalg.eigh(self.covariance)
        chosen = np.argsort(-values)[:doubts]
        return np.vstack([self.mean, (vectors[:, chosen] * np.sqrt(np.maximum(values[chosen], 0))).T])

    def worth(self, features: Any) -> tuple[Any, Any]:
        """The mean and the spread of what songs are worth to the listener."""
        table = basis(features)
        return table @ self.mean, np.sqrt(np.einsum("ij,jk,ik->i", table, self.covariance, table))

    def prefers(self, one: Any, other: Any) -> float:
        """The chance that the first of two songs is preferred."""
        row = basis(one)[0] - basis(other)[0]
        spread = float(row @ self.covariance @ row)
        return float(_sigmoid(row @ self.mean / np.sqrt(1 + np.pi * spread / 8)))

    def information(self, rows: Any) -> Any:
        """How much each of some comparisons would tell, in bits: 0 for what is known or mere chance."""
        # The logistic curve is taken for a normal one of the same slope, for which this has a closed form.
        mean = rows @ self.mean / 1.7
        spread = np.einsum("ij,jk,ik->i", rows, self.covariance, rows) / 1.7**2
        chance = _normal(mean / np.sqrt(1 + spread))
        doubt = _C / np.sqrt(spread + _C**2) * np.exp(-(mean**2) / (2 * (spread + _C**2)))
        return np.maximum(0.0, _entropy(chance) - doubt)


def _laplace(rows: Any, sure: Any, variance: Any, mean: Any) -> tuple[Any, Any]:
    for _ in range(NEWTON):
        chance = _sigmoid(rows @ mean)
        slope = rows.T @ (sure * (1 - chance)) - mean / variance
        curve = (rows * (sure * chance * (1 - chance))[:, None]).T @ rows + np.diag(1 / variance)
        step = np.linalg.solve(curve, slope)
        mean = mean + step
        if np.abs(step).max() < 1e-6:
            break
    chance = _sigmoid(rows @ mean)
    curve = (rows * (sure * chance * (1 - chance))[:, None]).T @ rows + np.diag(1 / variance)
    return mean, np.linalg.inv(curve)


def _sigmoid(value: Any) -> Any:
    return 1 / (1 + np.exp(-np.clip(value, -30, 30)))


def _normal(value: Any) -> Any:
    """The normal distribution function, to 1e-3."""
    return _sigmoid(1.702 * value)


def _entropy(chance: Any) -> Any:
    kept = np.clip(chance, 1e-9, 1 - 1e-9)
    return -(kept * np.log2(kept) + (1 - kept) * np.log2(1 - kept))
