"""Many short memories asked at once: counts in many contexts, mixed into one prediction.

A *view* is one small number that describes the moment (the beat, the last interval, what the bass plays). A
*context* is a few views together; for each context met in the corpus the chain has counted what came next.
To predict, every context gives its distribution, and these are multiplied together, each raised to a weight.
The weight depends on how often the context was met, which is what discounts by order do in Kneser and Ney's
smoothing and escapes in PPM, learnt here instead of fixed.

Sources: J. G. Cleary and I. H. Witten, "Data compression using adaptive coding and partial string matching"
(1984); D. Conklin and I. H. Witten, "Multiple viewpoint systems for music prediction" (1995); M. Mahoney,
"Adaptive weighing of context models for lossless data compression" (2005).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

SYMBOL_BITS = 6
SYMBOLS = 1 << SYMBOL_BITS
HASH_BITS = 40
BUCKETS = (0, 1, 2, 4, 8, 16, 39, 119)
"""Upper ends of the classes of how often a context was met; one more class for more often."""
CLASSES = 2 * (len(BUCKETS) + 1)
"""Classes of a context: by how often it was met, and whether always the same thing followed."""

Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float32]

_CLASS_OF = np.searchsorted(np.array(BUCKETS), np.arange(BUCKETS[-1] + 2)).astype(np.int64)


@dataclass(frozen=True)
class Contexts:
    """Which views belong to which context.

    >>> contexts = Contexts("doc", ("beat", "interval"), ("beat", "beat interval"))
    >>> contexts.keys(np.array([[0, 2], [0, 2], [0, 3]])).shape
    (3, 2)
    """

    name: str
    views: tuple[str, ...]
    groups: tuple[str, ...]
    _factors: Keys = field(init=False, repr=False, compare=False)
    _starts: Keys = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        factors = np.zeros((len(self.views), len(self.groups)), np.uint64)
        for column, group in enumerate(self.groups):
            for view in group.split():
                factors[self.views.index(view), column] = _random_odd(self.name, group, view)
        starts = [_random_odd(self.name, group, "") for group in self.groups]
        object.__setattr__(self, "_factors", factors)
        object.__setattr__(self, "_starts", np.array(starts, np.uint64))

    def keys(self, views: Any) -> Keys:
        """For each row of views (N, views) a number for each context (N, contexts), of `HASH_BITS` bits."""
        table = np.asarray(views).astype(np.uint64)
        mixed = table @ self._factors + self._starts
        mixed ^= mixed >> np.uint64(31)
        mixed *= np.uint64(0x9E3779B97F4A7C15)
        keys: Keys = mixed >> np.uint64(64 - HASH_BITS)
        return keys


def _random_odd(*words: str) -> int:
    mark = blake2b("/".join(words).encode(), digest_size=8).digest()
    return int.from_bytes(mark, "little") | 1


@dataclass
class Counts:
    """How often each symbol followed each context: a table by key, rows of (symbol, count).

    >>> counts = Counts.of(np.array([[7], [7], [9]], np.uint64), np.array([0, 2, 1]))
    >>> counts.dense(np.array([7, 8], np.uint64), 3).tolist()
    [[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]]
    """

    keys: Keys
    starts: npt.NDArray[np.int64]
    symbols: npt.NDArray[np.uint8]
    counts: npt.NDArray[np.uint16]

    @classmethod
    def of(cls, keys: Keys, symbols: Any) -> Counts:
        """Counted from the keys of N moments (N, contexts) and the symbol that followed each."""
        packed = (keys << np.uint64(SYMBOL_BITS)) | np.asarray(symbols).astype(np.uint64)[:, None]
        flat = np.sort(packed.ravel())
        if not len(flat):
            none = np.zeros(0, np.uint64)
            return cls(none, np.zeros(1, np.int64), none.astype(np.uint8), none.astype(np.uint16))
        first = np.flatnonzero(np.append(True, flat[1:] != flat[:-1]))
        met = np.diff(np.append(first, len(flat)))
        pairs = flat[first]
        contexts = pairs >> np.uint64(SYMBOL_BITS)
        begins = np.flatnonzero(np.append(True, contexts[1:] != contexts[:-1]))
        return cls(
            contexts[begins],
            np.append(begins, len(pairs)),
            (pairs & np.uint64(SYMBOLS - 1)).astype(np.uint8),
            np.minimum(met, 65535).astype(np.uint16),
        )

    def entries(self, keys: Keys) -> tuple[Ints, npt.NDArray[np.uint8], npt.NDArray[np.uint16], Ints]:
        """What was counted after some keys: place among them, symbol, count; and how many for each key."""
        if not len(self.keys):
            none = np.zeros(0, np.int64)
            return none, self.symbols, self.counts, np.zeros(len(keys), np.int64)
        rows = np.minimum(self.keys.searchsorted(keys), len(self.keys) - 1)
        begins = self.starts[rows]
        sizes = np.where(self.keys[rows] == keys, self.starts[rows + 1] - begins, 0)
        ends = sizes.cumsum()
        places = np.arange(len(keys)).repeat(sizes)
        chosen = np.arange(int(ends[-1]) if len(ends) else 0) + (begins - (ends - sizes))[places]
        return places, self.symbols[chosen], self.counts[chosen], sizes

    def dense(self, keys: Keys, symbols: int) -> Floats:
        """For each of some keys its counts of every symbol; zeros for a context never met."""
        out = np.zeros((len(keys), symbols), np.float32)
        places, found, counts, _ = self.entries(keys)
        out[places, found] = counts
        return out


@dataclass
class Mixture:
    """Contexts, their counts, and the weights that mix them.

    `kinds` is how many kinds of moments have weights of their own (the voices of a choir); `base` (kinds,
    symbols) is what each kind does on the whole, `weights` (kinds, contexts, classes), `bias` (kinds,
    symbols). A symbol whose base is 0 never comes.
    """

    contexts: Contexts
    counts: Counts
    base: Floats
    weights: Floats
    bias: Floats
    smoothing: float = 1.0

    @classmethod
    def count(
        cls, contexts: Contexts, views: Any, symbols: Any, kinds: Any, number: int, smoothing: float = 1.0
    ) -> Mixture:
        """Counted from N moments; the weights are plain until `train`. `number` is how many symbols."""
        symbols, kinds = np.asarray(symbols), np.asarray(kinds)
        many = int(kinds.max(initial=0)) + 1
        base = np.zeros((many, number), np.float32)
        np.add.at(base, (kinds, symbols), 1.0)
        base = np.where(base.sum(0) > 0, base + 0.1, 0)
        base /= base.sum(1, keepdims=True)
        weights = np.full((many, len(contexts.groups), CLASSES), 0.3, np.float32)
        weights[:, :, 0] = 0
        counts = Counts.of(contexts.keys(views), symbols)
        return cls(contexts, counts, base, weights, np.zeros_like(base), smoothing)

    def logits(self, views: Any, kinds: Any) -> Floats:
        """Unnormalised log-probabilities (N, symbols) for N moments."""
        keys = self.contexts.keys(views)
        if len(keys) == 1:
            return self._alone(keys[0], int(np.asarray(kinds)[0]))[None]
        moments, width = keys.shape
        dense = self.counts.dense(keys.ravel(), self.base.shape[1]).reshape(moments, width, -1)
        return self._mixed(dense, np.asarray(kinds))

    def _alone(self, keys: Keys, kind: int) -> Floats:
        """The logits of one moment, the quick way: only symbols that were met differ from the base.

        The same sums as `_mixed` but for a constant, which cancels when probabilities are made of them.
        """
        places, symbols, counts, sizes = self.counts.entries(keys)
        met = np.bincount(places, counts, len(keys))
        classes = _CLASS_OF[np.minimum(met, BUCKETS[-1] + 1).astype(np.int64)]
        classes = classes + (sizes == 1) * (len(BUCKETS) + 1)
        weights = self.weights[kind, np.arange(len(keys)), classes]
        prior = self.smoothing * self.base[kind] + 1e-13
        logs = np.log(prior)
        more = weights[places] * (np.log(counts + prior[symbols]) - logs[symbols])
        mixed = logs * weights.sum() + np.bincount(symbols, more, len(prior)) + self.bias[kind]
        return np.where(self.base[kind] > 0, mixed, -np.inf).astype(np.float32)

    def probabilities(self, views: Any, kinds: Any) -> Floats:
        """The distributions (N, symbols) for N moments."""
        return softmax(self.logits(views, kinds))

    def nats(self, views: Any, kinds: Any, symbols: Any, chunk: int = 8192) -> npt.NDArray[np.float64]:
        """Minus the log-probability of what followed each of N moments."""
        symbols, kinds = np.asarray(symbols), np.asarray(kinds)
        out = np.zeros(len(symbols))
        for start in range(0, len(symbols), chunk):
            piece = slice(start, start + chunk)
            given = self.probabilities(views[piece], kinds[piece])
            out[piece] = -np.log(np.maximum(given[np.arange(len(given)), symbols[piece]], 1e-30))
        return out

    def _evidence(self, dense: Floats, kinds: Ints) -> tuple[Floats, Ints]:
        """The log-distribution of each context, and its class."""
        met = dense.sum(2)
        prior = self.smoothing * self.base[kinds]
        # A symbol that never comes is ruled out once, at the end: -inf times a weight would be nan.
        logs = np.log(dense + (prior + 1e-13)[:, None, :]) - np.log(met + self.smoothing)[:, :, None]
        classes = _CLASS_OF[np.minimum(met, BUCKETS[-1] + 1).astype(np.int64)]
        steady = (met > 0) & (dense.max(2) == met)
        return logs, classes + steady * (len(BUCKETS) + 1)

    def _mixed(self, dense: Floats, kinds: Ints) -> Floats:
        logs, classes = self._evidence(dense, kinds)
        weights = self.weights[kinds[:, None], np.arange(logs.shape[1])[None], classes]
        mixed = np.matmul(weights[:, None, :], logs)[:, 0, :] + self.bias[kinds]
        return np.where(self.base[kinds] > 0, mixed, -np.inf).astype(np.float32)

    def train(
        self, views: Any, symbols: Any, kinds: Any, pieces: Any, epochs: int = 12, rate: float = 0.03
    ) -> None:
        """Learn the weights on the moments that were counted, each predicted without its own piece.

        Adam (Kingma and Ba, 2015) on the log-likelihood; `pieces` (N) says which piece a moment is of.
        """
        symbols, kinds = np.asarray(symbols), np.asarray(kinds)
        keys = self.contexts.keys(views)
        with np.errstate(over="ignore"):
            marks = np.asarray(pieces).astype(np.uint64)[:, None] * np.uint64(0x9E3779B97F4A7C15 >> 24)
        own_keys = (keys ^ marks) & np.uint64((1 << HASH_BITS) - 1)
        own = Counts.of(own_keys, symbols)
        number, batch = self.base.shape[1], 8192
        random = np.random.default_rng(1)
        state = [np.zeros_like(self.weights), np.zeros_like(self.weights)]
        state += [np.zeros_like(self.bias), np.zeros_like(self.bias)]
        step = 0
        columns = np.arange(keys.shape[1])[None]
        for epoch in range(epochs):
            pace = rate * (1.0 if epoch < epochs * 0.6 else 0.5 if epoch < epochs * 0.85 else 0.15)
            order = random.permutation(len(symbols))
            for start in range(0, len(order), batch):
                some = order[start : start + batch]
                step += 1
                dense = self.counts.dense(keys[some].ravel(), number)
                dense -= own.dense(own_keys[some].ravel(), number)
                dense = np.maximum(dense, 0).reshape(len(some), -1, number)
                logs, classes = self._evidence(dense, kinds[some])
                kind = kinds[some]
                weights = self.weights[kind[:, None], columns, classes]
                mixed = np.matmul(weights[:, None, :], logs)[:, 0, :] + self.bias[kind]
                wrong = softmax(np.where(self.base[kind] > 0, mixed, -np.inf).astype(np.float32))
                wrong[np.arange(len(some)), symbols[some]] -= 1
                wrong /= len(some)
                slope = np.zeros_like(self.weights)
                np.add.at(
                    slope, (kind[:, None], columns, classes), np.matmul(logs, wrong[:, :, None])[:, :, 0]
                )
                slope += 1e-4 * (self.weights - 0.1)
                tilt = np.zeros_like(self.bias)
                np.add.at(tilt, kind, wrong)
                tilt += 1e-4 * self.bias
                for values, gradient, (mean, square) in (
                    (self.weights, slope, state[:2]),
                    (self.bias, tilt, state[2:]),
                ):
                    mean += 0.1 * (gradient - mean)
                    square += 0.01 * (gradient**2 - square)
                    fitted = np.sqrt(square / (1 - 0.99**step)) + 1e-6
                    values -= pace * (mean / (1 - 0.9**step)) / fitted


class Attentive(Mixture):
    """A mixture of what was learnt from the corpus and what was heard a moment ago, half and half.

    The two are mixed as chances, not as counts: thirty notes heard would be lost among thousands.
    """

    lately: Mixture

    @classmethod
    def of(cls, learnt: Mixture, views: Any, symbols: Any, kinds: Any) -> Attentive:
        """Over what was learnt, having heard these symbols after these views, in moments of these kinds."""
        made = cls(learnt.contexts, learnt.counts, learnt.base, learnt.weights, learnt.bias, learnt.smoothing)
        lately = Mixture.count(learnt.contexts, views, symbols, kinds, learnt.base.shape[1], learnt.smoothing)
        base = learnt.base.copy()
        heard = np.where(learnt.base > 0, 0.2 * learnt.base, 0)[: len(lately.base)] + 0.8 * lately.base
        base[: len(heard)] = np.where(base[: len(heard)] > 0, heard, 0)
        lately.base, lately.weights, lately.bias = base, learnt.weights, np.zeros_like(base)
        made.lately = lately
        return made

    def logits(self, views: Any, kinds: Any) -> Floats:
        """The logarithm of the mean of both distributions."""
        learnt, lately = softmax(super().logits(views, kinds)), softmax(self.lately.logits(views, kinds))
        mixed: Floats = np.log(0.5 * learnt + 0.5 * lately + 1e-30)
        return mixed


def softmax(logits: Floats) -> Floats:
    """Log-probabilities made probabilities along the last axis."""
    high = logits.max(-1, keepdims=True)
    exponents = np.exp(logits - np.where(np.isfinite(high), high, 0))
    shares: Floats = exponents / exponents.sum(-1, keepdims=True)
    return shares


def delta_bytes(keys: Keys) -> npt.NDArray[np.uint8]:
    """Sorted keys as variable-length differences, a third of their size."""
    gaps = np.diff(keys, prepend=np.uint64(0))
    columns = [(gaps >> np.uint64(8 * place)).astype(np.uint8) for place in range(HASH_BITS // 8)]
    return np.concatenate(columns)


def from_delta_bytes(data: npt.NDArray[np.uint8]) -> Keys:
    """The keys that `delta_bytes` made small."""
    columns = data.reshape(HASH_BITS // 8, -1).astype(np.uint64)
    gaps = sum((columns[place] << np.uint64(8 * place) for place in range(len(columns))), np.uint64(0))
    return np.cumsum(gaps, dtype=np.uint64)


def pack_mixture(mixture: Mixture, prefix: str) -> dict[str, Any]:
    """The arrays of a mixture for an npz file."""
    counts = mixture.counts
    return {
        f"{prefix}_keys": delta_bytes(counts.keys),
        f"{prefix}_sizes": np.diff(counts.starts).astype(np.uint8),
        f"{prefix}_symbols": counts.symbols,
        f"{prefix}_counts": counts.counts,
        f"{prefix}_base": mixture.base,
        f"{prefix}_weights": mixture.weights.astype(np.float16),
        f"{prefix}_bias": mixture.bias,
    }


def unpack_mixture(file: Any, prefix: str, contexts: Contexts, smoothing: float) -> Mixture:
    """The mixture whose arrays `pack_mixture` gave."""
    sizes = file[f"{prefix}_sizes"].astype(np.int64)
    counts = Counts(
        from_delta_bytes(file[f"{prefix}_keys"]),
        np.append(0, np.cumsum(sizes)),
        file[f"{prefix}_symbols"],
        file[f"{prefix}_counts"],
    )
    weights = file[f"{prefix}_weights"].astype(np.float32)
    return Mixture(contexts, counts, file[f"{prefix}_base"], weights, file[f"{prefix}_bias"], smoothing)
