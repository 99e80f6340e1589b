"""What followed what: an automaton whose states are the last few symbols, as far back as was ever met.

A state is a context of at most `order` symbols with something that followed it. After a symbol the chain is
in the longest such context that ends the past, so it backs off by itself where the corpus has no more to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

START = -1
"""Stands before the first symbol of a piece."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass
class Memory:
    """The contexts of a chain and what followed each.

    >>> memory = Memory.of([[0, 1, 0, 2]], order=1)
    >>> state = memory.state([0])
    >>> memory.row(state)
    {1: 0.5, 2: 0.5}

    State `s` owns the entries `starts[s]` to `starts[s + 1]` of `symbols`, `counts`, `following` (the state
    that each leads to) and `pieces` (where it was first met).
    """

    order: int
    contexts: list[tuple[int, ...]]
    starts: Ints
    symbols: Ints
    counts: Floats
    following: Ints
    pieces: Ints
    index: dict[tuple[int, ...], int]

    @classmethod
    def of(cls, sequences: Iterable[Sequence[int]], order: int) -> Memory:
        """Counted from some sequences of symbols."""
        met: dict[tuple[int, ...], dict[int, list[int]]] = {(): {}}
        for piece, sequence in enumerate(sequences):
            padded = [START, *sequence]
            for place in range(1, len(padded)):
                symbol = padded[place]
                for length in range(min(order, place) + 1):
                    row = met.setdefault(tuple(padded[place - length : place]), {})
                    entry = row.get(symbol)
                    if entry is None:
                        row[symbol] = [1, piece]
                    else:
                        entry[0] += 1
        contexts = list(met)
        index = {context: number for number, context in enumerate(contexts)}
        symbols, counts, following, pieces, starts = [], [], [], [], [0]
        for context in contexts:
            for symbol, (count, piece) in met[context].items():
                symbols.append(symbol)
                counts.append(count)
                pieces.append(piece)
                following.append(_longest(index, (*context, symbol), order))
            starts.append(len(symbols))
        return cls(
            order,
            contexts,
            np.array(starts, np.int64),
            np.array(symbols, np.int64),
            np.array(counts, np.float64),
            np.array(following, np.int64),
            np.array(pieces, np.int64),
            index,
        )

    def state(self, past: Sequence[int]) -> int:
        """Where the chain is after some symbols; [START] at a piece's beginning."""
        return _longest(self.index, tuple(past), self.order)

    def entries(self, state: int) -> slice:
        """Where a state's entries lie."""
        return slice(int(self.starts[state]), int(self.starts[state + 1]))

    def row(self, state: int) -> dict[int, float]:
        """What follows in a state, with probabilities."""
        part = self.entries(state)
        counts = self.counts[part]
        return {int(s): float(c) for s, c in zip(self.symbols[part], counts / counts.sum())}

    def chances(self, temperature: float = 1.0) -> Floats:
        """The probability of every entry within its state, sharpened below temperature 1, flattened above."""
        owners = np.repeat(np.arange(len(self.contexts)), np.diff(self.starts))
        if temperature == 1.0:
            powers = self.counts
        else:
            tops = np.maximum.reduceat(self.counts, self.starts[:-1]) if len(self.counts) else self.counts
            powers = (self.counts / tops[owners]) ** (1.0 / temperature)
        sums = np.bincount(owners, powers, len(self.contexts))
        chances: Floats = powers / sums[owners]
        return chances

    def backward(self, chances: Floats, unary: Floats, low: int) -> Floats:
        """How likely each state is to meet what is asked of the rest of a phrase: (positions + 1, states).

        Belief propagation on the chain: `unary` (positions, pitches from `low` up) weighs each symbol at each
        position, 0 forbids. Each row is scaled to a highest value of 1; a row of 0 means it cannot be done.

        F. Pachet, P. Roy and G. Barbieri, "Finite-length Markov processes with constraints" (2011).
        """
        states = len(self.contexts)
        messages = np.ones((len(unary) + 1, states))
        columns = self.symbols - low
        inside = (columns >= 0) & (columns < unary.shape[1])
        columns = np.clip(columns, 0, unary.shape[1] - 1)
        for place in range(len(unary) - 1, -1, -1):
            value = chances * messages[place + 1][self.following] * unary[place][columns] * inside
            sums = np.add.reduceat(value, self.starts[:-1]) if len(value) else np.zeros(states)
            high = sums.max(initial=0.0)
            messages[place] = sums / high if high > 0 else sums
        return messages


def _longest(index: dict[tuple[int, ...], int], past: tuple[int, ...], order: int) -> int:
    for length in range(min(order, len(past)), 0, -1):
        found = index.get(past[-length:])
        if found is not None:
            return found
    return index[()]
