"""What a recombination is made of: works, joins, and the longest run that stands in one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from livecode.generators.recombination.fragments import Fragments, Note, beats_of, shaped
from livecode.generators.recombination.works import Work
from livecode.music.phrase import Phrase, concat


@dataclass(frozen=True)
class Report:
    """`beats` in all, from how many `works`, `joins` from one work to another, and the longest run copied.

    The run is found in the notes alone, in any key, not in what the composer says of them: `longest` beats of
    `copied_from`.
    """

    beats: int
    works: int
    joins: int
    longest: int
    copied_from: str

    @classmethod
    def of(cls, phrases: Sequence[Phrase], fragments: Fragments) -> Report:
        """Of phrases that follow one another."""
        whole = concat(phrases)
        told = sorted({(int(note["onset"]) // fragments.ticks, *_source(origin or {}))
                       for note, origin in zip(whole.notes, whole.provenance)})  # fmt: skip
        joins = sum(
            one != other or second not in (first, first + 1)
            for (_, one, first), (_, other, second) in pairwise(told)
        )
        longest, source = longest_run(whole, fragments.works, fragments.ticks)
        names = {name for _, name, _ in told}
        return cls(-(-whole.length // fragments.ticks), len(names), joins, longest, source)

    def __str__(self) -> str:
        return (
            f"{self.beats} beats from {self.works} works, joined {self.joins} times; "
            f"the longest run found in one work is {self.longest} beats ({self.copied_from})"
        )

    __repr__ = __str__


def _source(origin: dict[str, Any]) -> tuple[str, int]:
    return str(origin.get("from", "")), int(origin.get("beat", -1))


def longest_run(phrase: Phrase, works: Iterable[Work], ticks: int) -> tuple[int, str]:
    """The most beats in a row that stand in one work with the same notes, in any key; and the work."""
    ours = _marks(beats_of(Work("", phrase, ()), 0, ticks))
    best, source = 0, ""
    for work in works:
        theirs = _marks(beats_of(work, 0, ticks))
        places: dict[Any, list[int]] = {}
        for number, mark in enumerate(theirs):
            if mark is not None:
                places.setdefault(mark[0], []).append(number)
        run: Counter[tuple[int, int]] = Counter()
        for mark in ours:
            now: Counter[tuple[int, int]] = Counter()
            for place in places.get(mark[0], []) if mark is not None else []:
                known = theirs[place]
                moved = mark[1] - known[1] if mark is not None and known is not None else 0
                length = run[place - 1, moved] + 1
                now[place, moved] = length
                if length > best:
                    best, source = length, work.name
            run = now
    return best, source


def _marks(beats: Sequence[Sequence[Note]]) -> list[tuple[Any, int] | None]:
    """What each beat is but for its key, and its lowest pitch; None for silence."""
    return [shaped(beat) if beat else None for beat in beats]
