"""Where a run of notes comes from: the first piece of a corpus in which its intervals stand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

LONGEST, SHORTEST = 5, 2


class Sources:
    """The pieces of a corpus by runs of two to five intervals.

    >>> sources = Sources([np.array([0, 2, 4, 5])], ["A tune"])
    >>> sources.of([60, 62, 64])
    {'order': 2, 'from': 'A tune'}
    """

    def __init__(self, lines: Sequence[Any], names: Sequence[str]) -> None:
        self.names = names
        steps = [np.diff(line) for line in lines]
        pieces = np.repeat(np.arange(len(steps)), [len(each) for each in steps])
        number = np.concatenate([np.arange(len(each)) for each in steps]) if steps else np.zeros(0, int)
        flat = np.concatenate(steps).astype(np.int64) if steps else np.zeros(0, np.int64)
        self._tables: dict[int, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]] = {}
        marks = np.zeros(len(flat), np.int64)
        for size in range(1, LONGEST + 1):
            # Base 256 holds any interval; five of them fit in 40 bits.
            marks = marks + ((np.roll(flat, size - 1) + 128) << (8 * (size - 1)))
            if size >= SHORTEST:
                whole = number >= size - 1
                keys, first = np.unique(marks[whole], return_index=True)
                self._tables[size] = (keys, pieces[whole][first])

    def of(self, pitches: Sequence[int]) -> dict[str, Any]:
        """The longest run at the end of some pitches that is in the corpus: its order and the piece."""
        steps = [int(after) - int(before) for before, after in pairwise(pitches)]
        for size in range(min(LONGEST, len(steps)), SHORTEST - 1, -1):
            keys, pieces = self._tables[size]
            mark = sum((step + 128) << (8 * back) for back, step in enumerate(reversed(steps[-size:])))
            place = int(np.searchsorted(keys, mark))
            if place < len(keys) and keys[place] == mark:
                return {"order": size, "from": self.names[int(pieces[place])]}
        return {}
