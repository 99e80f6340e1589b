"""Constraints between distant notes: contour and rhymes, for a chain that can only see its neighbours.

A first walk along the chain shows where it would go. What it did at one place then narrows what is allowed at
another, and the chain walks again under that; belief propagation makes sure that it can be met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from livecode.errors import GeneratorError
from livecode.generators.markov.asked import RHYMING, Asked
from livecode.generators.markov.memory import Floats
from livecode.generators.markov.rhythm import Bar
from livecode.music.phrase import Phrase

Narrow = Callable[[list[int]], bool]
"""Given a walk as columns of the table of what is allowed, narrows the table; whether it did."""


def rhythms(bars: list[Bar], asked: Asked) -> list[Bar]:
    """The bars, those that rhyme with the rhythm of the first of their kind."""
    made: list[Bar] = []
    for number, bar in enumerate(bars):
        other = asked.rhymes_with(number)
        made.append(bar if other is None else made[other])
    return made


def holds(phrase: Phrase, asked: Asked) -> bool:
    """Whether contour and rhymes are as asked in a melody.

    >>> holds(Phrase.of([60, 62, 64, 60]), Asked.of({"contour": "arch"}))
    True
    """
    notes = phrase.notes
    if not (asked.contour or asked.middle or asked.rhymes) or len(notes) < 2:
        return True
    pitches, onsets = notes["pitch"].astype(int).tolist(), notes["onset"].tolist()
    if asked.contour and (pitches[-1] - pitches[0]) * asked.contour <= 0:
        return False
    if asked.middle:
        middle = pitches[half_way(onsets, phrase.length)] * asked.middle
        if middle <= pitches[0] * asked.middle or middle <= pitches[-1] * asked.middle:
            return False
    bars: dict[int, list[int]] = {}
    for pitch, onset in zip(pitches, onsets):
        bars.setdefault(onset // phrase.bar, []).append(pitch)
    for number, bar in bars.items():
        first = asked.rhymes_with(number)
        other = bars.get(first, []) if first is not None else []
        # A bar that ends before the other does cannot end like it: a phrase that is no whole bars.
        whole = (number + 1) * phrase.bar <= phrase.length
        if other and whole and bar[-RHYMING:] != other[-RHYMING:]:
            return False
    return True


def half_way(onsets: Sequence[int], length: int) -> int:
    """Which note stands half way: the first that begins in the second half, or the last one."""
    return next((n for n, onset in enumerate(onsets) if 2 * onset >= length), len(onsets) - 1)


def shaped(
    unary: Floats, onsets: Sequence[int], length: int, bar: int, asked: Asked, random: np.random.Generator
) -> Iterator[Narrow]:
    """Steps that narrow `unary` (notes, pitches) until contour and rhymes hold, each after another walk."""
    if len(onsets) < 2:
        return
    if asked.contour:
        yield lambda walk: _ends_apart(unary, walk[0], asked.contour, random)
    if asked.middle:
        middle = half_way(onsets, length)
        if 0 < middle < len(onsets) - 1:
            yield lambda walk: _stands_out(unary, walk, middle, asked.middle)
    if asked.rhymes:
        yield lambda walk: _rhymed(unary, walk, onsets, bar, asked)


def _ends_apart(unary: Floats, first: int, contour: int, random: np.random.Generator) -> bool:
    """Keep the first note and allow last notes above it (contour 1) or below (-1) only.

    A first note that leaves no such last note gives way to one that does, drawn evenly.
    """
    columns = np.arange(unary.shape[1])
    ends = columns[unary[-1] > 0]
    furthest = ends.max() if contour > 0 else ends.min()
    if (furthest - first) * contour <= 0:
        possible = columns[(unary[0] > 0) & ((furthest - columns) * contour > 0)]
        if not len(possible):
            raise GeneratorError("no phrase can begin and end there with that contour: change begins or ends")
        first = int(possible[int(random.random() * len(possible))])
    unary[0] *= columns == first
    unary[-1] *= (columns - first) * contour > 0
    return True


def _stands_out(unary: Floats, walk: list[int], middle: int, side: int) -> bool:
    """Allow notes in the middle on one side of both ends only: above (1) or below (-1)."""
    columns = np.arange(unary.shape[1])
    reach = columns[unary[middle] > 0] * side
    if not len(reach):
        return False
    summit = int(reach.max())
    for place in (0, -1):
        # An end that leaves no room gives way; nearest to where the walk was.
        fits = (unary[place] > 0) & (columns * side < summit)
        if not fits.any():
            raise GeneratorError("no phrase can begin and end there with that contour: change begins or ends")
        nearest = columns[fits][np.argmin(np.abs(columns[fits] - walk[place]))]
        unary[place] *= columns == nearest
    outer = max(int(columns[unary[place] > 0][0]) * side for place in (0, -1))
    unary[middle] *= columns * side > outer
    return True


def _rhymed(unary: Floats, walk: list[int], onsets: Sequence[int], bar: int, asked: Asked) -> bool:
    """Let bars that rhyme end on the notes on which the last of their kind ended in the walk."""
    bars: dict[int, list[int]] = {}
    for number, onset in enumerate(onsets):
        bars.setdefault(onset // bar, []).append(number)
    kinds: dict[int, list[int]] = {}
    for number in bars:
        first = asked.rhymes_with(number)
        kinds.setdefault(number if first is None else first, []).append(number)
    columns = np.arange(unary.shape[1])
    narrowed = False
    for alike in kinds.values():
        if len(alike) < 2:
            continue
        # The last one of a kind may be the phrase's last, and has to end as asked.
        goal = [walk[number] for number in bars[alike[-1]][-RHYMING:]]
        for other in alike:
            for number, column in zip(bars[other][-len(goal) :], goal):
                if number or unary[0][column] > 0:
                    unary[number] *= columns == column
                    narrowed = True
    return narrowed
