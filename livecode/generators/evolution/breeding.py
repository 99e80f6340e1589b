"""A generation's children: parents crossed, changed, and told apart by how it was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from livecode.generators.evolution.operators import CHANGES, CROSSINGS, Random, swap_phrase
from livecode.generators.evolution.songs import FIELDS, Songs

KEPT, FOUNDER, INJECTED = -1, -2, -3
"""Marks of songs that nobody bred: kept from before, there from the start, brought in by the performer."""

_crossings, _changes = list(CROSSINGS), list(CHANGES)
COPIED = _crossings.index("no crossing") * 100 + _changes.index("no change")


@dataclass(frozen=True)
class Children:
    """New songs, the two parents of each (as rows of the songs they came from), and a mark for how."""

    songs: Songs
    parents: Any
    marks: Any


def breed(
    songs: Songs, parents: Any, random: Random, bank: Songs | None = None, strength: float = 1.0
) -> Children:
    """A child of each pair of parents: one crossing, then one change.

    `strength` multiplies how much a change changes; `bank` holds songs to splice phrases from.
    """
    count = len(parents)
    crossing = random.choice(len(_crossings), count, p=_shares(CROSSINGS))
    change = random.choice(len(_changes), count, p=_shares(CHANGES))
    # Children made in one way stand together, so that each operator works on a block.
    order = np.argsort(crossing, kind="stable")
    parents, crossing, change = parents[order], crossing[order], change[order]
    crossed = []
    for number, name in enumerate(_crossings):
        rows = np.flatnonzero(crossing == number)
        if len(rows):
            one, other = songs.take(parents[rows, 0]), songs.take(parents[rows, 1])
            crossed.append(CROSSINGS[name][0](one, other, random))
    made = together(crossed)
    order = np.argsort(change, kind="stable")
    made, parents, crossing, change = made.take(order), parents[order], crossing[order], change[order]
    changed = []
    for number, name in enumerate(_changes):
        rows = np.flatnonzero(change == number)
        if not len(rows):
            continue
        block = made.take(rows)
        if name == "splice" and bank is not None and len(bank):
            block = swap_phrase(block, bank.take(random.integers(0, len(bank), len(rows))), random)
        else:
            block = CHANGES[name][0](block, random, strength)
        changed.append(block)
    return Children(together(changed), parents, crossing * 100 + change)


def told(mark: int) -> str:
    """What a mark means in words.

    >>> told(0), told(-2)
    ('phrase swap, note mutation', 'founder')
    """
    if mark < 0:
        return {KEPT: "kept", FOUNDER: "founder", INJECTED: "brought in"}[mark]
    crossing, change = divmod(int(mark), 100)
    names = [_crossings[crossing], _changes[change]]
    return ", ".join(name for name in names if not name.startswith("no ")) or "copied"


def together(parts: list[Songs]) -> Songs:
    """Songs of several populations as one."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    return first.having(**{name: first.xp.concat([getattr(part, name) for part in parts]) for name in FIELDS})


def _shares(table: dict[str, Any]) -> Any:
    shares = np.array([share for _, share in table.values()])
    return shares / shares.sum()
