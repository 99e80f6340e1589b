"""The family tree: for every song that lives, its parents and how it came from them, back to the founders.

Generations are kept as arrays; of those long past only the songs that somebody living descends from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from livecode.generators.evolution.breeding import COPIED, FOUNDER, KEPT, told
from livecode.generators.evolution.songs import Songs

PRUNED_EVERY = 16


@dataclass
class Generation:
    """The songs of one generation that are remembered.

    `rows` are their numbers in the whole generation, in order; `parents` (two for each) are numbers in the
    generation before, -1 for none.
    """

    number: int
    rows: Any
    songs: Songs
    parents: Any
    marks: Any
    scores: Any

    def find(self, row: int) -> int:
        """Where a song of the whole generation stands among those remembered; -1 when it is forgotten."""
        place = int(np.searchsorted(self.rows, row))
        return place if place < len(self.rows) and self.rows[place] == row else -1


@dataclass(frozen=True)
class Ancestor:
    """A song on the way from a founder to the winner: its generation, what made it, its score."""

    generation: int
    row: int
    how: str
    score: float
    songs: Songs
    place: int


class Lineage:
    """The generations of one population."""

    def __init__(self) -> None:
        self.generations: list[Generation] = []

    def copy(self) -> Lineage:
        """Another that goes on by itself; what lies behind is shared."""
        made = Lineage()
        made.generations = list(self.generations)
        return made

    def add(self, number: int, songs: Songs, parents: Any, marks: Any, scores: Any) -> None:
        """One more generation."""
        rows = np.arange(len(songs))
        self.generations.append(Generation(number, rows, songs, parents, marks, scores))
        if len(self.generations) % PRUNED_EVERY == 0:
            self._prune()

    def ancestors(self, row: int) -> list[Ancestor]:
        """The direct line of a song of the newest generation, itself first, back to its founder.

        Of two parents the line follows the one that gave the song its frame, the first.
        """
        return list(self._walk(row))

    def _walk(self, row: int) -> Iterator[Ancestor]:
        for generation in reversed(self.generations):
            place = generation.find(row)
            if place < 0:
                return
            mark = int(generation.marks[place])
            if mark not in (KEPT, COPIED):
                yield Ancestor(
                    generation.number,
                    row,
                    told(mark),
                    float(generation.scores[place]),
                    generation.songs,
                    place,
                )
            if mark == FOUNDER or generation.parents[place, 0] < 0:
                return
            row = int(generation.parents[place, 0])

    def _prune(self) -> None:
        """Forget who has no descendants."""
        needed: Any = None
        for index in range(len(self.generations) - 1, -1, -1):
            generation = self.generations[index]
            if needed is not None:
                kept = np.flatnonzero(np.isin(generation.rows, needed))
                if len(kept) < len(generation.rows):
                    generation = Generation(
                        generation.number,
                        generation.rows[kept],
                        generation.songs.take(kept),
                        generation.parents[kept],
                        generation.marks[kept],
                        generation.scores[kept],
                    )
                    self.generations[index] = generation
            found = generation.parents.reshape(-1)
            needed = np.unique(found[found >= 0])
