"""Where tunes begin: most on an upbeat, which a stage has no room for. So it is thought and not played.

A net that begins its first phrase on the first beat of a bar goes on like those few tunes of its corpus that
do so, plainer ones than most. It does better to imagine an upbeat, as its tunes have one, and to begin after
it: the same is done for nets of chorales (`page.py`).

>>> from livecode.music.phrase import Phrase
>>> tunes = [Tune.of(Phrase.of([62, 67], [5040, 10080], onset=[35280, 40320]))] * 12
>>> upbeats_of(tunes, ())
{'': {'4/4': [[42, 1.0]]}}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from livecode.generators.markov.melody import Tune

USUAL = 0.02
"""An upbeat that fewer tunes have is not drawn."""
FEWEST = 10
"""Tunes in a metre from which its upbeats are known."""

Upbeats = dict[str, dict[str, list[list[float]]]]


def upbeats_of(tunes: Sequence[Tune], styles: Sequence[str]) -> Upbeats:
    """For all tunes ("") and each style, in each metre: the places in twelfths of a quarter at which tunes
    begin in their first bar, with their shares."""
    told: Upbeats = {}
    for number, style in enumerate(["", *styles]):
        mine = [tune for tune in tunes if len(tune) and number in (0, tune.style)]
        metres = Counter(tune.metre for tune in mine)
        rows = {}
        for metre, count in metres.items():
            if count < FEWEST:
                continue
            begins = Counter(int(tune.places[0]) % tune.bar for tune in mine if tune.metre == metre)
            usual = {place: many for place, many in begins.items() if many >= USUAL * count}
            whole = sum(usual.values())
            rows[f"{metre // 64}/{metre % 64}"] = [
                [place, round(many / whole, 4)] for place, many in sorted(usual.items())
            ]
        if rows:
            told[style] = rows
    return told


def checked_upbeats(found: Any) -> Upbeats:
    """The same from a file; ValueError for anything else."""
    for rows in found.values():
        for begins in rows.values():
            if not begins or not all(0 <= int(place) < 1024 and 0 <= share <= 1 for place, share in begins):
                raise ValueError
    checked: Upbeats = found
    return checked


def upbeat_place(upbeats: Upbeats, style: str, metre: tuple[int, int], random: np.random.Generator) -> int:
    """Where a tune may begin in a bar before its first, in twelfths of a quarter; 0 without an upbeat."""
    named = f"{metre[0]}/{metre[1]}"
    begins = upbeats.get(style, {}).get(named) or upbeats.get("", {}).get(named)
    if not begins:
        return 0
    places, shares = np.array(begins).T
    return int(random.choice(places, p=shares / shares.sum()))
