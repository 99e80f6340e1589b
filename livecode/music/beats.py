"""The beat of what somebody plays: tempo and phase from onsets.

    find_beat([0.0, 0.5, 1.0, 1.52, 2.0])       Beat(bpm=119.7, second=0.0, sure=0.9)

A comb of periods is laid over the onsets (how well they stand on the beats and their halves and quarters), a
gentle preference for walking speed, or for a tempo that is known, settles between a beat and its double, and
a straight line through the onsets on their grid makes it exact. After M. E. P. Davies and M. D. Plumbley,
*Context-dependent beat tracking of musical audio* (2007), and the resonance curve of L. van Noorden and
D. Moelants, *Resonance in the perception of musical pulse* (1999).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SLOWEST, FASTEST = 50.0, 220.0
LEAST = 5
"""Onsets from which on a beat can be spoken of."""
WIDTH = 0.42
"""Octaves within which a tempo is as good as the preferred one."""
SLACK = 0.06
"""Share of a beat by which an onset may be off its grid and count fully."""
GRID = 4


class Beat(NamedTuple):
    """Quarter notes a minute, the second of a beat, and how sure that is, 0 to 1."""

    bpm: float
    second: float
    sure: float

    def at(self, second: float) -> float:
        """Where a second is, in beats from the one known."""
        return (second - self.second) * self.bpm / 60


def find_beat(
    onsets: Sequence[float], strengths: Sequence[float] | None = None, near: float | None = None
) -> Beat | None:
    """The beat of some onsets in seconds, None for too few; `near` is a tempo it is likely to be close to.

    >>> beat = find_beat([0.5 * number for number in range(12)])
    >>> round(beat.bpm, 1), round(beat.sure, 1)
    (120.0, 1.0)
    """
    times = np.asarray(onsets, float)
    if len(times) < LEAST or times[-1] - times[0] < 1.0:
        return None
    weights = np.ones(len(times)) if strengths is None else 0.3 + np.asarray(strengths, float)
    weights = weights / weights.sum()
    wanted = near or 112.0
    tempi = np.geomspace(SLOWEST, FASTEST, 900)
    turns = times[None, :] * tempi[:, None] / 60
    score = np.zeros(len(tempi))
    for level, share in ((1, 0.5), (2, 0.3), (4, 0.2)):
        score += share * np.abs((weights * np.exp(2j * np.pi * turns * level)).sum(axis=1))
    octaves = np.log2(tempi / wanted)
    prior = np.exp(-0.5 * (octaves / (WIDTH if near is None else WIDTH / 2)) ** 2)
    best = int(np.argmax(score * (0.25 + 0.75 * prior)))
    found = _refined(times, weights, float(tempi[best]))
    return found if found is not None and SLOWEST * 0.9 <= found.bpm <= FASTEST * 1.1 else None


def _refined(times: NDArray[np.float64], weights: NDArray[np.float64], bpm: float) -> Beat | None:
    """The tempo made exact by a line through the onsets, each on its nearest quarter of a beat."""
    period = 60 / bpm
    turn = np.angle((weights * np.exp(2j * np.pi * times * GRID / period)).sum()) / (2 * np.pi)
    start = turn * period / GRID
    for _ in range(4):
        steps = np.rint((times - start) / period * GRID)
        off = (times - start) / period - steps / GRID
        trust = weights * np.exp(-0.5 * (off / SLACK) ** 2)
        total = trust.sum()
        mean_step, mean_time = (trust * steps).sum() / total, (trust * times).sum() / total
        spread = (trust * (steps - mean_step) ** 2).sum()
        if spread <= 0:
            return None
        slope = (trust * (steps - mean_step) * (times - mean_time)).sum() / spread
        if not 0.8 * period < slope * GRID < 1.25 * period:
            return None
        period, start = slope * GRID, mean_time - slope * mean_step
    # Which of the four quarters is the beat: the one on which most falls, its half counted too.
    places = np.rint((times - start) / period * GRID).astype(int) % GRID
    load = np.bincount(places, weights, minlength=GRID)
    beat = int(np.argmax(load + 0.4 * np.roll(load, -2)))
    steps = np.rint((times - start) / period * GRID)
    off = np.abs((times - start) / period - steps / GRID)
    sure = float(np.clip(1 - (weights * off).sum() / (0.25 / GRID), 0, 1))
    return Beat(float(60 / period), float(start + beat * period / GRID), sure)
