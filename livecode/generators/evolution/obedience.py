"""How well a song keeps the rules of the textbooks, by the examiner in `music/checking.py`."""

from __future__ import annotations

from livecode.generators.evolution.songs import Songs
from livecode.music.checking import SATB, check

SOFT = 0.3
"""What a fault that is only discouraged counts beside one that is forbidden."""


def obedience(songs: Songs, row: int) -> float:
    """1 for a song without faults, a half for one hard fault a bar, nearing 0 for more.

    Four parts are held to the ranges of a choir; fewer or more may lie anywhere. No cadence is asked for.
    """
    phrase = songs.phrase(row)
    phrase.key = songs.frame.home.name
    faults = check(phrase, whole=False, ranges=SATB if songs.voices == 4 else None)
    weight = sum(1.0 if fault.hard else SOFT for fault in faults)
    return 1.0 / (1.0 + weight / max(1, phrase.bars))
