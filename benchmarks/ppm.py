"""The baseline for tunes: a plain PPM of order 9, method C with exclusion.

J. G. Cleary and I. H. Witten (1984); A. Moffat, "Implementing the PPM data compression scheme" (1990). A note
is two tokens, its time and its step; the context is the last nine tokens.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from livecode.generators.markov.melody import STEPS, TIMES, Moments
from livecode.generators.markov.mixing import HASH_BITS, Counts

ORDER = 9
Floats = npt.NDArray[np.float64]


def tokens(found: Moments) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Times and steps in turn, and for each token its place in its piece."""
    stream = np.empty(2 * len(found.times), np.int64)
    stream[0::2], stream[1::2] = found.times, found.steps + 64
    pieces = np.repeat(found.pieces, 2)
    first = np.flatnonzero(np.append(True, pieces[1:] != pieces[:-1]))
    sizes = np.diff(np.append(first, len(pieces)))
    return stream, np.arange(len(stream)) - np.repeat(first, sizes)


def keys(stream: npt.NDArray[np.int64], number: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """For each token a number for its context of each order, 0 to 9; a piece's start is part of it."""
    columns = []
    mark = np.full(len(stream), 7, np.uint64) + (np.arange(len(stream)) % 2).astype(np.uint64)
    columns.append(mark)
    for back in range(1, ORDER + 1):
        token = np.where(number >= back, np.roll(stream, back), 500 + np.minimum(back - number, 1))
        mark = (mark ^ token.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        mark ^= mark >> np.uint64(29)
        columns.append(mark + np.uint64(back))
    mixed = np.stack(columns, 1) * np.uint64(0xBF58476D1CE4E5B9)
    found: npt.NDArray[np.uint64] = (mixed ^ (mixed >> np.uint64(31))) >> np.uint64(64 - HASH_BITS)
    return found


def nats(train: Moments, test: Moments) -> Floats:
    """Minus the log-probability of each note of `test` after learning `train`."""
    stream, number = tokens(train)
    counts = Counts.of(keys(stream, number), stream % 64)
    stream, number = tokens(test)
    contexts = keys(stream, number)
    out = np.zeros(len(stream))
    for start in range(0, len(stream), 4096):
        part = slice(start, start + 4096)
        symbols = stream[part] % 64
        sizes = np.where(stream[part] >= 64, STEPS, len(TIMES))
        dense = counts.dense(contexts[part].ravel(), 64).reshape(len(symbols), ORDER + 1, 64)
        out[part] = -np.log(_probability(dense.astype(float), symbols, sizes))
    return out[0::2] + out[1::2]


def _probability(dense: Floats, symbols: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64]) -> Floats:
    rows = np.arange(len(symbols))
    escaped = np.ones(len(symbols))
    chance = np.zeros(len(symbols))
    done = np.zeros(len(symbols), bool)
    excluded = np.zeros((len(symbols), 64), bool)
    for order in range(ORDER, -1, -1):
        seen = np.where(excluded, 0, dense[:, order])
        total, distinct = seen.sum(1), (seen > 0).sum(1)
        room = total + distinct
        here = (seen[rows, symbols] > 0) & ~done
        chance[here] = escaped[here] * seen[rows, symbols][here] / room[here]
        done |= here
        escaped = np.where(room > 0, escaped * distinct / np.maximum(room, 1), escaped)
        excluded |= seen > 0
    left = sizes - excluded.sum(1)
    chance[~done] = (escaped / np.maximum(left, 1))[~done]
    return chance
