"""Tune families: which pieces share so much melody that one in the training set gives the other away.

Two pieces are of one family when more than 30 % of the runs of ten intervals of the shorter occur in the
other, repeated pitches merged, in any key.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha1

import numpy as np

from livecode.music.phrase import Phrase

RUN = 10
SHARED = 0.3
COMMON = 40
"""A run that is in more pieces than this is a commonplace and relates nobody."""


def runs(phrase: Phrase, length: int = RUN) -> set[str]:
    """The runs of ten intervals of a phrase's top line, each the first ten hex digits of its SHA-1.

    >>> len(runs(Phrase.of([60, 62, 64, 65, 67, 69, 71, 72, 74, 76, 77])))
    1
    """
    pitches = phrase.monophonic().notes["pitch"].astype(int)
    intervals = np.diff(pitches)
    intervals = intervals[intervals != 0].tolist()
    return {
        sha1(",".join(map(str, intervals[i : i + length])).encode()).hexdigest()[:10]
        for i in range(len(intervals) - length + 1)
    }


def families(phrases: Sequence[Phrase]) -> list[int]:
    """For each phrase the number of its family: the index of the family's first member.

    >>> tune = Phrase.of([60, 62, 64, 65, 67, 69, 71, 72, 74, 76, 77])
    >>> families([tune, Phrase.of([60, 61]), tune.transpose(5)])
    [0, 1, 0]
    """
    shingles = [runs(phrase) for phrase in phrases]
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for index, found in enumerate(shingles):
        for run in found:
            holders[run].append(index)
    shared: defaultdict[tuple[int, int], int] = defaultdict(int)
    for members in holders.values():
        if len(members) <= COMMON:
            for place, one in enumerate(members):
                for other in members[place + 1 :]:
                    shared[one, other] += 1
    root = list(range(len(phrases)))

    def find(index: int) -> int:
        while root[index] != index:
            root[index] = root[root[index]]
            index = root[index]
        return index

    for (one, other), count in sorted(shared.items()):
        if count > SHARED * min(len(shingles[one]), len(shingles[other])):
            first, second = sorted((find(one), find(other)))
            root[second] = first
    return [find(index) for index in range(len(phrases))]
