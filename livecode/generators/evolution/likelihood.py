"""How likely songs are under a chain or a net.

A chain's corpus is counted once into a table of intervals after intervals, which whole populations are read
against at once. Anything else that can judge a phrase is asked about the best few.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np

from livecode.errors import GeneratorError
from livecode.generators.evolution.songs import Songs
from livecode.generators.generator import build
from livecode.generators.markov.build import Learner, checked_order

WIDEST = 12
SIZE = 2 * WIDEST + 1


def chain_table(spec: dict[str, Any]) -> tuple[Any, float]:
    """For a chain's spec: the logarithm of the chance of each interval after each other, and its usual mean.

    The table is flat, `previous * 25 + next`, intervals from -12 to 12 semitones. Each row is smoothed by how
    often each interval comes at all.
    """
    return _table(msgspec.msgpack.encode(spec, order="deterministic"))


@lru_cache(maxsize=16)
def _table(packed: bytes) -> tuple[Any, float]:
    spec = msgspec.msgpack.decode(packed)
    learner = Learner(str(spec["corpus"]), checked_order(spec.get("order")), spec.get("pieces"))
    counts = np.zeros((SIZE, SIZE))
    for piece in learner.music():
        line = piece.phrase.voice(0).monophonic().notes["pitch"].astype(int)
        steps = np.clip(np.diff(line), -WIDEST, WIDEST) + WIDEST
        # A first interval comes after none, for which a repeated note stands here as in the songs.
        before = np.concatenate([[WIDEST], steps[:-1]])[: len(steps)]
        np.add.at(counts, (before, steps), 1)
    if not counts.any():
        raise GeneratorError(f"there is nothing to learn likelihood from in {spec['corpus']!r}")
    plain = (counts.sum(0) + 0.5) / (counts.sum() + 0.5 * SIZE)
    table = np.log((counts + 8 * plain) / (counts.sum(1, keepdims=True) + 8))
    usual = float((counts * table).sum() / counts.sum())
    return table.reshape(-1).astype(np.float32), usual


def slow_likelihood(spec: dict[str, Any]) -> Callable[[Songs, int], float]:
    """For any other composer: how likely it finds one song, 0 to 1, e to the power of -nats/2 a note."""
    judge = _judge(msgspec.msgpack.encode(spec, order="deterministic"))

    def asked(songs: Songs, row: int) -> float:
        return float(np.exp(-max(0.0, float(judge(songs.phrase(row)))) / 2))

    return asked


@lru_cache(maxsize=4)
def _judge(packed: bytes) -> Any:
    spec = msgspec.msgpack.decode(packed)
    composer = build(spec)
    judge = getattr(composer, "likelihood", None)
    if not callable(judge):
        raise GeneratorError(
            f"a composer of kind {spec.get('kind')!r} cannot say how likely music is: give a chain or a net"
        )
    return judge
