"""Rhythm for chains that know pitches only: whole bars as they were found, one leading to the next."""

from __future__ import annotations

import math
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TypeVar

import numpy as np

from livecode.generators.attributes import Tilt
from livecode.music.phrase import TICKS, Phrase

T = TypeVar("T")

Bar = tuple[tuple[int, int], ...]
"""(onset, duration) of each note of a bar, in ticks from the bar line."""


@dataclass
class Rhythm:
    """Which bar followed which in a corpus, for each length of bar.

    >>> tune = Phrase.of([60, 62, 64], [TICKS * 2, TICKS * 2, TICKS * 4])
    >>> rhythm = Rhythm.of([tune])
    >>> rhythm.bars(TICKS * 4, 2, np.random.default_rng(0))
    [((0, 20160), (20160, 20160)), ((0, 40320),)]
    """

    following: dict[int, dict[Bar, Counter[Bar]]] = field(default_factory=dict)
    durations: Counter[int] = field(default_factory=Counter)

    @classmethod
    def of(cls, phrases: Iterable[Phrase]) -> Rhythm:
        """Learnt from melodies; bars of two are also read as one bar of twice the length."""
        made = cls()
        for phrase in phrases:
            made.durations.update(phrase.notes["duration"].tolist())
            for width in (phrase.bar, 2 * phrase.bar):
                bars = _bars(phrase, width)
                table = made.following.setdefault(width, defaultdict(Counter))
                before: Bar = ()
                for bar in bars:
                    if bar:
                        table[before][bar] += 1
                        table[()][bar] += 1
                    before = bar
        return made

    def bars(
        self,
        width: int,
        count: int,
        random: np.random.Generator,
        before: Bar = (),
        tilt: Tilt | None = None,
    ) -> list[Bar]:
        """So many bars of so many ticks; a metre the corpus does not know gets its note lengths.

        Where a tilt says something of lengths, any bar that the corpus has may follow any other, if rarely.
        """
        table = self.following.get(width)
        tilted = tilt is not None and tilt.timely
        if not table:
            return [self._filled(width, random, tilt) for _ in range(count)]
        made: list[Bar] = []
        for _ in range(count):
            row = table.get(before) or table[()]
            weights: list[float] = list(row.values())
            if tilted and tilt is not None:
                total = sum(table[()].values())
                mixed = {bar: row.get(bar, 0) + often / total for bar, often in table[()].items()}
                weights = [often * math.exp(_wanted(bar, width, tilt)) for bar, often in mixed.items()]
                before = draw(list(mixed), weights, random.random())
            else:
                before = draw(list(row), weights, random.random())
            made.append(before)
        return made

    def _filled(self, width: int, random: np.random.Generator, tilt: Tilt | None = None) -> Bar:
        lengths = sorted(self.durations) or [TICKS]
        notes, now = [], 0
        while now < width:
            fitting = [length for length in lengths if length <= width - now]
            if not fitting:
                notes.append((now, width - now))
                break
            weights: list[float] = [self.durations[each] for each in fitting]
            if tilt is not None and tilt.timely:
                more = np.exp(tilt.times(now, fitting)).tolist()
                weights = [often * factor for often, factor in zip(weights, more)]
            length = draw(fitting, weights, random.random())
            notes.append((now, length))
            now += length
        return tuple(notes)


def _wanted(bar: Bar, width: int, tilt: Tilt) -> float:
    """How much a bar is wanted, in nats: by how many notes begin in it, how long they are, and where."""
    count = max(0.5, len(bar))
    added = 2 * tilt.wanted.get("density", 0.0) * math.log2(count * TICKS / width)
    if bar:
        octaves = sum(math.log2(max(1, duration) / TICKS) for _, duration in bar) / count
        off = sum(onset % TICKS != 0 for onset, _ in bar) / count
        added += 2 * tilt.wanted.get("length", 0.0) * octaves + 2 * tilt.wanted.get("offbeats", 0.0) * off
    return added


def _bars(phrase: Phrase, width: int) -> list[Bar]:
    bars: list[list[tuple[int, int]]] = [[] for _ in range(-(-phrase.length // width))]
    for onset, duration in zip(phrase.notes["onset"].tolist(), phrase.notes["duration"].tolist()):
        number, place = divmod(onset, width)
        bars[number].append((place, min(duration, width - place)))
    return [tuple(bar) for bar in bars]


def bar_before(phrase: Phrase | None) -> Bar:
    """The last bar of a phrase, () for none."""
    if phrase is None or not phrase.length:
        return ()
    return _bars(phrase.where(phrase.notes["voice"] == 0), phrase.bar)[-1]


def draw(choices: Sequence[T], weights: Sequence[float], chance: float) -> T:
    """One of some choices by weight, where `chance` 0..1 falls among them.

    >>> draw(["a", "b"], [1, 3], 0.5)
    'b'
    """
    sums = list(accumulate(weights))
    return choices[min(bisect(sums, chance * sums[-1]), len(choices) - 1)]
