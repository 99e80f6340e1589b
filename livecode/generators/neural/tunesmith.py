"""The net of tunes in NumPy: what plays. It names a note's time, then its step, and remembers the rest.

>>> from livecode.generators.neural.tunes import TuneConfig
>>> config = TuneConfig(width=16, layers=1, heads=2, head_hidden=16)
>>> random = np.random.default_rng(0)
>>> arrays = {name: random.normal(0, 0.1, shape) for name, shape in config.shapes().items()}
>>> smith = TuneSmith(config, {name: array.astype(np.float32) for name, array in arrays.items()})
>>> writer = smith.write(TuneWalk(bar=48, metre=4 * 64 + 4, mode=0, tonic=62))
>>> times = writer.times(0)
>>> steps = writer.steps(5)
>>> writer.add(0, 5, 0)
>>> times.shape, steps.shape
((48,), (49,))
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from livecode.generators.markov.melody import STEPS, WIDEST, Tune
from livecode.generators.neural.trunk import Floats, Residual, Trunk, log_softmax, matrix, norm
from livecode.generators.neural.tunes import HEIGHTS, LOWEST, TuneConfig, TuneWalk, describe

_MOVES = np.arange(-WIDEST, WIDEST + 1)
LONGEST = 1024
"""Notes a writer looks back at most; then it begins a fresh page."""


class TuneSmith:
    """A net's arrays laid out for rows of numbers, and what they make of tunes."""

    def __init__(self, config: TuneConfig, arrays: dict[str, Floats]) -> None:
        self.config = config
        self.trunk_table, self.head_table = arrays["trunk_table"], arrays["head_table"]
        self.enter = arrays["enter.gain"]
        self.over_time = Trunk(arrays, config.width, config.layers, config.heads)
        self.leave = arrays["leave.gain"]
        self.time, self.time_bias = matrix(arrays, "time"), arrays["time.bias"]
        self.head = Residual(arrays, [f"head.{n}" for n in range(config.head_blocks)])
        self.logit, self.bias = matrix(arrays, "logit", "finish"), arrays["logit.bias"]

    def write(self, walk: TuneWalk) -> TuneWriter:
        """A writer on a page that may have been begun."""
        return TuneWriter(self, walk)

    def times_of(self, states: Floats) -> Floats:
        """States (notes, width) -> logits of times."""
        found: Floats = states @ self.time + self.time_bias
        return found

    def steps_of(self, states: Floats, head: npt.NDArray[np.int64], before: npt.NDArray[np.int64]) -> Floats:
        """States, the head's rows and the heights before -> logits of steps (notes, steps)."""
        x = states + self.head_table[head].sum(axis=1)
        found = norm(self.head.all(x)) @ self.logit + self.bias
        goal = np.clip(before[:, None] + _MOVES - LOWEST, 0, HEIGHTS - 1)
        logits: Floats = found[:, :STEPS] + np.take_along_axis(found[:, STEPS:], goal, axis=1)
        return logits

    def chances(self, tune: Tune) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Log probabilities (notes, times) and (notes, steps) all along a tune."""
        trunk, head, _, _ = describe([tune], bool(self.config.styles))
        x = norm(self.trunk_table[trunk].sum(axis=1)) * self.enter
        states = self.over_time.whole(x) * self.leave
        before = np.concatenate([[0], tune.heights[:-1]])
        return log_softmax(self.times_of(states)), log_softmax(self.steps_of(states, head, before))

    def nats_of(self, tunes: Sequence[Tune]) -> npt.NDArray[np.float64]:
        """Minus the log probability of every note of some tunes: of its time and its step."""
        found = []
        for tune in tunes:
            if not len(tune):
                continue
            times, steps = self.chances(tune)
            here = np.arange(len(tune))
            moved = np.diff(tune.heights, prepend=0).clip(-WIDEST, WIDEST) + WIDEST
            found.append(-times[here, tune.times] - steps[here, moved])
        return np.concatenate(found) if found else np.zeros(0)


class TuneWriter:
    """A tune being written: `times(place)`, then `steps(time)`, then `add` what was chosen."""

    def __init__(self, smith: TuneSmith, walk: TuneWalk) -> None:
        self.smith, self.walk = smith, walk
        self.cache, self.count = smith.over_time.cache(), 0
        self.place: int | None = None
        self.state = np.zeros((1, smith.config.width), np.float32)

    def times(self, place: int) -> Floats:
        """Logits of the time of the note that begins at a place, in twelfths of a quarter."""
        self._hear(place)
        found: Floats = self.smith.times_of(self.state)[0]
        return found

    def steps(self, time: int) -> Floats:
        """Logits of its step, its time being chosen."""
        assert self.place is not None, "times() first"
        head = self.walk.head_rows(self.place, time)[None]
        found: Floats = self.smith.steps_of(self.state, head, np.array([self.walk.height]))[0]
        return found

    def add(self, place: int, time: int, height: int) -> None:
        """Put a note at the end: where it begins, which of TIMES, its height above the tonic."""
        self._hear(place)
        self.walk.add(place, time, height)
        self.place = None

    def _hear(self, place: int) -> None:
        if self.place == place:
            return
        if self.place is not None:
            # Asked about another place before anything was put at the last: that position is written anew.
            self.count -= 1
        if self.count >= LONGEST:
            self.cache, self.count = self.smith.over_time.cache(), 0
        rows = self.walk.rows(place)
        x = norm(self.smith.trunk_table[rows].sum(axis=0)[None]) * self.smith.enter
        self.state = self.smith.over_time.step(x, self.cache, self.count) * self.smith.leave
        self.count, self.place = self.count + 1, place
