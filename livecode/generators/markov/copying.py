"""A guarantee against plagiarism: no run of notes longer than asked for stands in the corpus.

A run counts as copied when its intervals do, in any key and any rhythm; that is stricter than note for note.
After A. Papadopoulos, P. Roy and F. Pachet, "Avoiding plagiarism in Markov sequence generation" (2014).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

Run = tuple[int, ...]


class Copied:
    """All runs of `longest` intervals in a corpus, that is of `longest` + 1 notes.

    >>> copied = Copied([[60, 62, 64, 65]], 2)
    >>> copied.forbids([67, 69], 71), copied.forbids([67, 69], 72)
    (True, False)
    """

    def __init__(self, melodies: Iterable[Sequence[int]], longest: int) -> None:
        self.longest = longest
        self.runs: set[Run] = set()
        for melody in melodies:
            steps = [after - before for before, after in pairwise(melody)]
            for place in range(len(steps) - longest + 1):
                self.runs.add(tuple(steps[place : place + longest]))

    def forbids(self, past: Sequence[int], pitch: int) -> bool:
        """Whether this pitch after those makes a run of more than `longest` notes that is in the corpus."""
        if len(past) < self.longest:
            return False
        notes = [*past[-self.longest :], pitch]
        return tuple(after - before for before, after in pairwise(notes)) in self.runs

    def longest_run(self, melody: Sequence[int]) -> int:
        """`longest` + 1 when the melody holds a forbidden run, else at most `longest`: for checking."""
        for place in range(self.longest, len(melody)):
            if self.forbids(melody[:place], melody[place]):
                return self.longest + 1
        return min(len(melody), self.longest)
