"""A tune as views: what a chain of variable order may know before it chooses a note's length and its pitch.

For each note two things are predicted: its *time* (how long until the next note begins, and how much of that
sounds), then its *step* (semitones from the note before). Some views look back further than any order: what
stood at the same place one, two, four or eight bars ago, and what followed when the tune was last here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from livecode.generators.markov.mixing import Contexts
from livecode.music.phrase import TICKS, Phrase, pitch_class

WIDEST: Final = 24
STEPS: Final = 2 * WIDEST + 1
GRID: Final = TICKS // 12
NONE: Final = 99
BACK: Final = (1, 2, 4, 8)
"""How many bars ago to look at the same place."""
MATCH: Final = 3
"""Notes that must be alike for the tune to count as having been here before."""

_LENGTHS = (3, 4, 6, 8, 9, 12, 16, 18, 24, 30, 36, 42, 48, 60, 72, 84, 96, 1, 2)
TIMES: Final = tuple((length, length) for length in _LENGTHS) + tuple(
    (length, sounding)
    for length, sounding in (
        (6, 3), (12, 6), (12, 9), (18, 6), (18, 12), (24, 6), (24, 12), (24, 18), (30, 6), (36, 6), (36, 12),
        (36, 18), (36, 24), (36, 30), (48, 12), (48, 24), (48, 36), (60, 36), (60, 24), (72, 24), (72, 36),
        (72, 48), (96, 48), (96, 72), (9, 6), (18, 9), (12, 3), (144, 144), (192, 192),
    )
)  # fmt: skip
"""The times a note may have, in twelfths of a quarter: until the next note, and how much of it sounds."""

_TIME_TABLE = np.array(TIMES)

VIEWS: Final = (
    *("time1", "time2", "time3", "time4", "step1", "step2", "step3", "step4", "step5"),
    *("place", "beat", "metre", "degree", "mode", "height", "shape", "here", "time0"),
    *(f"{name}{bars}" for name in ("timeago", "stepago") for bars in BACK),
    *("timematch", "stepmatch", "matched"),
)
"""The last times and steps; the place in the bar and beat, and the metre; the degree of the last pitch in the
key, its mode, and its height above the tonic; the directions of the last three steps; whether the tune begins
here; the time just chosen; what began at this place some bars ago and the step to its pitch; what followed
when the last notes came before, and how many of them were alike."""

TIMING: Final = Contexts(
    "melody times",
    VIEWS,
    (
        "time1",
        "time1 time2",
        "time1 time2 time3 beat",
        "time1 time2 time3 time4 place metre",
        "place metre",
        "place metre time1",
        "place metre time1 time2",
        "place metre timeago1",
        "place metre timeago1 timeago2",
        "timeago4 timeago2 beat",
        "timeago8 timeago4 timeago1",
        "timematch matched",
        "timematch timeago1 place",
        "step1 place metre",
        "degree mode beat time1",
    ),
)
STEPPING: Final = Contexts(
    "melody steps",
    VIEWS,
    (
        "step1",
        "step1 step2",
        "step1 step2 step3",
        "step1 step2 step3 step4",
        "step1 step2 step3 step4 step5",
        "degree mode",
        "degree mode step1",
        "degree mode step1 step2",
        "degree mode step1 step2 step3",
        "height mode step1",
        "height mode step1 step2 place",
        "degree mode place metre",
        "degree mode time0 beat",
        "step1 time0 time1",
        "stepago1 place metre",
        "stepago1 step1 degree",
        "stepago2 stepago4 beat",
        "stepago4 degree mode",
        "stepago8 stepago4 stepago1",
        "stepmatch matched",
        "stepmatch stepago1 degree",
        "shape degree mode",
        "here degree mode",
    ),
)

Ints = npt.NDArray[np.int64]


def time_of(length: int, sounding: int) -> int:
    """The nearest of `TIMES` to a length and a sounding part, in ticks."""
    distance = np.abs(_TIME_TABLE[:, 0] - length / GRID) * 8 + np.abs(_TIME_TABLE[:, 1] - sounding / GRID)
    return int(distance.argmin())


@dataclass
class Tune:
    """A melody as columns: where each note begins (twelfths of a quarter), its time, its height.

    `style` is the number a net has for its kind, 0 for none.

    >>> tune = Tune.of(Phrase.of([62, 64, 66], key="d major"))
    >>> tune.places.tolist(), tune.heights.tolist()
    ([0, 12, 24], [0, 2, 4])
    """

    places: Ints
    times: Ints
    heights: Ints
    bar: int
    metre: int
    mode: int
    tonic: int = 62
    style: int = 0

    @classmethod
    def of(cls, phrase: Phrase) -> Tune:
        """The top line of a phrase in its key."""
        from livecode.music.key import find_key

        line = phrase.monophonic()
        key = line.key or find_key(line) or "c major"
        tonic = 60 + pitch_class(key.split()[0])
        notes = line.notes
        places = np.round(notes["onset"] / GRID).astype(np.int64)
        until = np.append(np.diff(notes["onset"]), notes["duration"][-1:]) if len(notes) else np.zeros(0)
        pairs, inverse = np.unique(
            np.stack([until, np.minimum(notes["duration"], until)]).T, axis=0, return_inverse=True
        )
        known = np.array([time_of(int(a), int(b)) for a, b in pairs], np.int64)
        times = known[inverse.ravel()] if len(notes) else np.zeros(0, np.int64)
        return cls(
            places,
            times,
            notes["pitch"].astype(np.int64) - tonic,
            phrase.bar // GRID,
            phrase.metre[0] * 64 + phrase.metre[1],
            int("minor" in key),
            tonic,
        )

    def __len__(self) -> int:
        return len(self.places)


@dataclass
class Moments:
    """Every note of some tunes: views for its time and its step, what they were, which piece it is in."""

    timing: Ints
    stepping: Ints
    times: Ints
    steps: Ints
    pieces: Ints

    @classmethod
    def of(cls, tunes: Iterable[Tune]) -> Moments:
        """All notes of all tunes at once, without a loop over notes."""
        kept = [tune for tune in tunes if len(tune)]
        if not kept:
            none, empty = np.zeros((0, len(VIEWS)), np.int64), np.zeros(0, np.int64)
            return cls(none, none, empty, empty, empty)
        sizes = np.array([len(tune) for tune in kept])
        pieces = np.repeat(np.arange(len(kept)), sizes)

        def spread(values: Sequence[int]) -> Ints:
            return np.repeat(np.array(values, np.int64), sizes)

        places = np.concatenate([tune.places for tune in kept])
        times = np.concatenate([tune.times for tune in kept])
        heights = np.concatenate([tune.heights for tune in kept])
        bars, metres = spread([tune.bar for tune in kept]), spread([tune.metre for tune in kept])
        modes = spread([tune.mode for tune in kept])
        number = np.arange(len(places)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        before = np.where(number > 0, np.roll(heights, 1), 0)
        steps = np.clip(heights - before, -WIDEST, WIDEST) + WIDEST
        back = {f"step{k}": _shifted(steps, number, k) for k in range(1, 6)}
        # The first step of a tune is from the tonic, not from a note: it is no past of any later one.
        for k in range(1, 6):
            back[f"step{k}"] = np.where(number - k >= 1, back[f"step{k}"], NONE)
        back |= {f"time{k}": _shifted(times, number, k) for k in range(1, 5)}
        where = pieces * (1 << 32) + places
        ago: dict[str, Ints] = {}
        for count in BACK:
            wanted = where - count * bars
            found = np.minimum(np.searchsorted(where, wanted), len(where) - 1)
            hit = (where[found] == wanted) & (number > 0)
            ago[f"timeago{count}"] = np.where(hit, times[found], NONE)
            ago[f"stepago{count}"] = np.where(hit, np.clip(heights[found] - before, -30, 30), NONE)
        matches = _matches(steps, times, number, pieces)
        views = {
            **back,
            **ago,
            **matches,
            "place": places % bars,
            "beat": places % 12,
            "metre": metres,
            "degree": before % 12,
            "mode": modes,
            "height": before,
            "shape": _shape(back["step1"], back["step2"], back["step3"]),
            "here": (number == 0).astype(np.int64),
            "time0": np.full(len(places), NONE),
        }
        timing = np.stack([views[name] for name in VIEWS], 1)
        views["time0"] = times
        stepping = np.stack([views[name] for name in VIEWS], 1)
        return cls(timing, stepping, times, steps, pieces)


def _shifted(values: Ints, number: Ints, count: int) -> Ints:
    return np.where(number >= count, np.roll(values, count), NONE)


def _shape(first: Ints, second: Ints, third: Ints) -> Ints:
    parts = [np.where(each == NONE, 3, np.sign(each - WIDEST) + 1) for each in (first, second, third)]
    shape: Ints = parts[0] * 16 + parts[1] * 4 + parts[2]
    return shape


def _matches(steps: Ints, times: Ints, number: Ints, pieces: Ints) -> dict[str, Ints]:
    """What followed when the last `MATCH` (step, time) pairs of this tune were last the same."""
    mark = pieces.astype(np.uint64) + np.uint64(1)
    for count in range(1, MATCH + 1):
        pair = np.roll(steps, count) * 64 + np.roll(times, count)
        mark = (mark * np.uint64(0x9E3779B97F4A7C15)) ^ (pair + 77 * count).astype(np.uint64)
        mark ^= mark >> np.uint64(29)
    usable = np.flatnonzero(number > MATCH)
    order = usable[np.lexsort((usable, mark[usable]))]
    same = mark[order[1:]] == mark[order[:-1]]
    source = np.full(len(steps), -1)
    source[order[1:][same]] = order[:-1][same]
    matched = np.where(source >= 0, MATCH, 0)
    for count in range(MATCH + 1, 9):
        here, there = np.arange(len(steps)) - count, source - count
        alike = (source >= 0) & (matched == count - 1) & (number > count)
        rows = np.flatnonzero(alike)
        rows = rows[number[source[rows]] > count]
        equal = (steps[here[rows]] == steps[there[rows]]) & (times[here[rows]] == times[there[rows]])
        matched[rows[equal]] = count
    found = source >= 0
    return {
        "timematch": np.where(found, times[source], NONE),
        "stepmatch": np.where(found, steps[source], NONE),
        "matched": matched,
    }


class Walk:
    """A tune in the making: the same views, a note at a time.

    >>> walk = Walk(bar=48, metre=4 * 64 + 4, mode=0)
    >>> walk.add(0, 5, 4)
    >>> row = walk.views(12)
    >>> row[VIEWS.index("degree")], row[VIEWS.index("time1")]
    (4, 5)
    """

    def __init__(self, bar: int, metre: int, mode: int) -> None:
        self.bar, self.metre, self.mode = bar, metre, mode
        self.places: list[int] = []
        self.times: list[int] = []
        self.steps: list[int] = []
        self.heights: list[int] = []
        self._at: dict[int, int] = {}
        self._met: dict[tuple[int, ...], int] = {}

    def add(self, place: int, time: int, height: int) -> None:
        """Put a note at the end: where it begins, which of `TIMES`, its height above the tonic."""
        count = len(self.places)
        before = self.heights[-1] if count else 0
        if count > MATCH:
            self._met[self._recent()] = count
        self._at[place] = count
        self.places.append(place)
        self.times.append(time)
        self.steps.append(min(max(height - before, -WIDEST), WIDEST) + WIDEST)
        self.heights.append(height)

    def found(self, place: int) -> int | None:
        """The number of the note that begins at a place."""
        return self._at.get(place)

    def _recent(self) -> tuple[int, ...]:
        return (*self.steps[-MATCH:], *self.times[-MATCH:])

    def views(self, place: int, time0: int = NONE) -> list[int]:
        """The views for the note that begins at a place; `time0` is its time once chosen."""
        count = len(self.places)
        times, steps = self.times, self.steps
        before = self.heights[-1] if count else 0
        back = [steps[-k] if count - k >= 1 else NONE for k in range(1, 6)]
        signs = [3 if each == NONE else (each > WIDEST) - (each < WIDEST) + 1 for each in back[:3]]
        ago_times, ago_steps = [], []
        for bars in BACK:
            index = self._at.get(place - bars * self.bar) if count else None
            ago_times.append(NONE if index is None else times[index])
            ago_steps.append(NONE if index is None else min(max(self.heights[index] - before, -30), 30))
        source = self._met.get(self._recent()) if count > MATCH else None
        matched = 0
        if source is not None:
            matched = MATCH
            while (
                matched < 8
                and count > matched + 1
                and source > matched + 1
                and steps[count - matched - 1] == steps[source - matched - 1]
                and times[count - matched - 1] == times[source - matched - 1]
            ):
                matched += 1
        return [
            *(times[-k] if count >= k else NONE for k in range(1, 5)),
            *back,
            place % self.bar, place % 12, self.metre, before % 12, self.mode, before,
            signs[0] * 16 + signs[1] * 4 + signs[2], count == 0, time0,
            *ago_times, *ago_steps,
            NONE if source is None else times[source], NONE if source is None else steps[source], matched,
        ]  # fmt: skip
