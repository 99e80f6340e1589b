"""Attention over time in NumPy, with everything it has heard kept in a cache: what all the nets share.

Several pieces written side by side ("particles") share every read of the weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
ROOM = 512
"""Positions a cache has room for at first; it grows."""


def norm(x: Floats) -> Floats:
    """Root-mean-square norm along the last axis; gains are folded into the matrix that follows."""
    mean = np.einsum("...i,...i->...", x, x)[..., None] / np.float32(x.shape[-1])
    scaled: Floats = x / np.sqrt(mean + np.float32(1e-5))
    return scaled


def softmax(x: Floats) -> Floats:
    x = np.exp(x - x.max(axis=-1, keepdims=True))
    scaled: Floats = x / x.sum(axis=-1, keepdims=True)
    return scaled


def log_softmax(x: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Natural logarithms of probabilities, in double precision."""
    x = x.astype(np.float64)
    x -= x.max(axis=-1, keepdims=True)
    scaled: npt.NDArray[np.float64] = x - np.log(np.exp(x).sum(axis=-1, keepdims=True))
    return scaled


def turn(x: Floats, cosine: Floats, sine: Floats) -> Floats:
    half = x.shape[-1] // 2
    first, second = x[..., :half], x[..., half:]
    return np.concatenate([first * cosine - second * sine, first * sine + second * cosine], axis=-1)


def matrix(arrays: dict[str, Floats], name: str, gain: str | None = None) -> Floats:
    """A linear layer's weights laid out for rows from the left, the norm's gain before it folded in."""
    weight = arrays[f"{name}.weight"]
    if gain is not None:
        weight = weight * arrays[f"{gain}.gain"]
    return np.ascontiguousarray(weight.T)


class Residual:
    """Norm, widen, square what is positive, narrow, add: some layers one after another."""

    def __init__(self, arrays: dict[str, Floats], names: Sequence[str]) -> None:
        self.widen = [matrix(arrays, f"{name}.widen", f"{name}.norm") for name in names]
        self.narrow = [matrix(arrays, f"{name}.narrow") for name in names]

    def one(self, n: int, x: Floats) -> Floats:
        inner = np.maximum(norm(x) @ self.widen[n], 0)
        added: Floats = x + np.square(inner, out=inner) @ self.narrow[n]
        return added

    def all(self, x: Floats) -> Floats:
        for n in range(len(self.widen)):
            x = self.one(n, x)
        return x


class Cache:
    """Keys and values of every position so far: (layers, particles, heads, room, size)."""

    def __init__(self, layers: int, particles: int, heads: int, size: int) -> None:
        shape = (layers, particles, heads, ROOM, size)
        self.keys, self.values = np.zeros(shape, np.float32), np.zeros(shape, np.float32)

    def grow(self, positions: int) -> None:
        room = self.keys.shape[3]
        if positions > room:
            wider = [(0, 0)] * 3 + [(0, max(positions - room, room)), (0, 0)]
            self.keys, self.values = np.pad(self.keys, wider), np.pad(self.values, wider)

    def pick(self, which: npt.NDArray[np.integer]) -> None:
        self.keys, self.values = self.keys[:, which], self.values[:, which]


class Trunk:
    """Blocks of attention and residual layers, under the names that their arrays have."""

    def __init__(
        self, arrays: dict[str, Floats], width: int, layers: int, heads: int, prefix: str = ""
    ) -> None:
        self.width, self.layers, self.heads, self.size = width, layers, heads, width // heads
        names = [f"{prefix}attention.{n}" for n in range(layers)]
        self.mix = [
            np.ascontiguousarray(
                np.concatenate(
                    [matrix(arrays, f"{name}.{part}", f"{name}.norm") for part in ("ask", "key", "value")],
                    axis=1,
                )
            )
            for name in names
        ]
        self.out = [matrix(arrays, f"{name}.out") for name in names]
        self.layer = Residual(arrays, [f"{prefix}layer.{n}" for n in range(layers)])
        self.rates = (10000.0 ** (-np.arange(0, self.size, 2) / self.size)).astype(np.float32)

    def cache(self, particles: int = 1) -> Cache:
        return Cache(self.layers, particles, self.heads, self.size)

    def angles(self, positions: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
        turns = positions.astype(np.float32)[:, None] * self.rates
        return np.cos(turns), np.sin(turns)

    def whole(self, x: Floats, cache: Cache | None = None) -> Floats:
        """All positions (count, width) at once; fills a cache that is given, for every particle."""
        return norm(self.raw(x, cache))

    def raw(self, x: Floats, cache: Cache | None = None, causal: bool = True) -> Floats:
        """The same before the last norm, each position hearing all others when it is not `causal`."""
        count = len(x)
        cosine, sine = (part[:, None, :] for part in self.angles(np.arange(count)))
        later: Any = np.triu(np.full((count, count), -np.inf, np.float32), 1) if causal else 0.0
        if cache is not None:
            cache.grow(count)
        for n in range(self.layers):
            mixed = (norm(x) @ self.mix[n]).reshape(count, 3, self.heads, self.size)
            query, key, value = turn(mixed[:, 0], cosine, sine), turn(mixed[:, 1], cosine, sine), mixed[:, 2]
            if cache is not None:
                cache.keys[n, :, :, :count] = key.transpose(1, 0, 2)
                cache.values[n, :, :, :count] = value.transpose(1, 0, 2)
            scores = query.transpose(1, 0, 2) @ key.transpose(1, 2, 0) * np.float32(self.size**-0.5) + later
            heard = softmax(scores) @ value.transpose(1, 0, 2)
            x = self.layer.one(n, x + heard.transpose(1, 0, 2).reshape(count, -1) @ self.out[n])
        return x

    def step(self, x: Floats, cache: Cache, position: int) -> Floats:
        """The next position of every particle (particles, width)."""
        count = len(x)
        cache.grow(position + 1)
        cosine, sine = self.angles(np.array([position]))
        for n in range(self.layers):
            mixed = (norm(x) @ self.mix[n]).reshape(count, 3, self.heads, self.size)
            query, key = turn(mixed[:, 0], cosine, sine), turn(mixed[:, 1], cosine, sine)
            keys, values = cache.keys[n, :, :, : position + 1], cache.values[n, :, :, : position + 1]
            keys[:, :, position], values[:, :, position] = key, mixed[:, 2]
            scores = (keys @ query[..., None])[..., 0] * np.float32(self.size**-0.5)
            heard: Floats = softmax(scores)[:, :, None, :] @ values
            x = self.layer.one(n, x + heard.reshape(count, -1) @ self.out[n])
        return norm(x)
