"""The net in NumPy: one thread, no torch, everything it has heard kept in a cache. This is what plays.

Several copies of a piece ("particles") can be written side by side: they share every read of the weights,
so eight cost little more than one. `sample.py` uses them to fit notes to a part that is given.

>>> from livecode.generators.neural.config import Config, SIZES
>>> config = Config(**SIZES["tiny"])
>>> random = np.random.default_rng(0)
>>> arrays = {name: random.normal(0, 0.05, shape) for name, shape in config.shapes().items()}
>>> writer = Net(config, {name: array.astype(np.float32) for name, array in arrays.items()}).write()
>>> logits = writer.logits()
>>> logits.shape, writer.place
((1, 53), (0, 0))
>>> writer.choose([40])
>>> writer.place
(0, 1)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from livecode.generators.neural.config import Config
from livecode.generators.neural.features import (
    LONGEST,
    OPENING,
    TONALITY,
    Classes,
    Memory,
    classes_heard,
    describe,
    starts,
    tonality,
)

Floats = npt.NDArray[np.float32]
FRAMES = 512
"""Frames a writer has room for at first; it grows."""


def norm(x: Floats) -> Floats:
    """Root-mean-square norm along the last axis; gains are folded into the matrix that follows."""
    mean = np.einsum("...i,...i->...", x, x)[..., None] / np.float32(x.shape[-1])
    scaled: Floats = x / np.sqrt(mean + np.float32(1e-5))
    return scaled


def softmax(x: Floats) -> Floats:
    x = np.exp(x - x.max(axis=-1, keepdims=True))
    scaled: Floats = x / x.sum(axis=-1, keepdims=True)
    return scaled


def log_softmax(x: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Natural logarithms of probabilities, in double precision."""
    x = x.astype(np.float64)
    x -= x.max(axis=-1, keepdims=True)
    scaled: npt.NDArray[np.float64] = x - np.log(np.exp(x).sum(axis=-1, keepdims=True))
    return scaled


class Net:
    """A net's arrays laid out for multiplying rows of numbers from the left."""

    def __init__(self, config: Config, arrays: dict[str, Floats]) -> None:
        self.config = config

        def matrix(name: str, gain: str | None = None) -> Floats:
            weight = arrays[f"{name}.weight"]
            if gain is not None:
                weight = weight * arrays[f"{gain}.gain"]
            return np.ascontiguousarray(weight.T)

        self.trunk_table, self.head_table = arrays["trunk_table"], arrays["head_table"]
        self.enter = arrays["enter.gain"]
        self.mix = [
            np.ascontiguousarray(
                np.concatenate(
                    [
                        matrix(f"attention.{n}.{part}", f"attention.{n}.norm")
                        for part in ("ask", "key", "value")
                    ],
                    axis=1,
                )
            )
            for n in range(config.layers)
        ]
        self.out = [matrix(f"attention.{n}.out") for n in range(config.layers)]
        self.widen = [matrix(f"layer.{n}.widen", f"layer.{n}.norm") for n in range(config.layers)]
        self.narrow = [matrix(f"layer.{n}.narrow") for n in range(config.layers)]
        self.state = matrix("state", "leave")
        self.head_widen = [matrix(f"head.{n}.widen", f"head.{n}.norm") for n in range(config.head_blocks)]
        self.head_narrow = [matrix(f"head.{n}.narrow") for n in range(config.head_blocks)]
        self.logit = matrix("logit", "finish")
        self.bias = arrays["logit.bias"]
        self.trunk_starts, self.head_starts = starts(config.trunk_sizes), starts(config.head_sizes)
        self.head_rows = sum(config.head_sizes)
        size = config.width // config.heads
        self.rates = (10000.0 ** (-np.arange(0, size, 2) / size)).astype(np.float32)
        first = (np.arange(config.voices) * config.intervals)[:, None]
        self.picks = config.relation[:, : config.size][:, None, :] + first  # (class, voice, class)

    def write(self, particles: int = 1) -> Writer:
        """A writer with an empty page."""
        return Writer(self, particles)

    def angles(self, positions: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
        turns = positions.astype(np.float32)[:, None] * self.rates
        return np.cos(turns), np.sin(turns)

    def hidden(self, x: Floats) -> Floats:
        """What the head makes of a note's sum of embeddings: (..., head width) -> (..., outputs)."""
        for widen, narrow in zip(self.head_widen, self.head_narrow):
            inner = np.maximum(norm(x) @ widen, 0)
            x = x + np.square(inner, out=inner) @ narrow
        found: Floats = norm(x) @ self.logit + self.bias
        return found

    def spread(self, found: Floats, sounding: Classes) -> Floats:
        """Outputs (n, outputs) and what sounds (n, voices) -> logits (n, classes)."""
        size, voices = self.config.size, np.arange(self.config.voices)
        picks = self.picks[sounding, voices]
        near = found[:, size:][np.arange(len(found))[:, None, None], picks]
        logits: Floats = found[:, :size] + near.sum(axis=1)
        return logits

    def trunk(self, rows: Classes, writer: Writer | None = None) -> Floats:
        """States (frames, width) of a whole piece at once; fills the cache of a writer that is given."""
        config = self.config
        count, size = len(rows), config.width // config.heads
        x = norm(self.trunk_table[rows].sum(axis=1)) * self.enter
        cosine, sine = (part[:, None, :] for part in self.angles(np.arange(count)))
        later = np.triu(np.full((count, count), -np.inf, np.float32), 1)
        for n in range(config.layers):
            mixed = (norm(x) @ self.mix[n]).reshape(count, 3, config.heads, size)
            query, key, value = turn(mixed[:, 0], cosine, sine), turn(mixed[:, 1], cosine, sine), mixed[:, 2]
            if writer is not None:
                writer.keys[n, :, :, :count] = key.transpose(1, 0, 2)
                writer.values[n, :, :, :count] = value.transpose(1, 0, 2)
            scores = query.transpose(1, 0, 2) @ key.transpose(1, 2, 0) * np.float32(size**-0.5) + later
            heard = softmax(scores) @ value.transpose(1, 0, 2)
            x = x + heard.transpose(1, 0, 2).reshape(count, -1) @ self.out[n]
            inner = np.maximum(norm(x) @ self.widen[n], 0)
            x = x + np.square(inner, out=inner) @ self.narrow[n]
        return norm(x)

    def score(self, piece: Classes) -> npt.NDArray[np.float64]:
        """Log probabilities (steps, voices), in nats, of every note of a piece given all before it."""
        config = self.config
        trunk, head, sounding = describe(config, piece)
        states = (self.trunk(trunk) @ self.state).reshape(-1, 1, config.head_width)[: len(piece)]
        x = self.head_table[head].sum(axis=2) + states
        found = self.hidden(x.reshape(-1, config.head_width))
        logits = self.spread(found, sounding.reshape(-1, config.voices))
        logs = log_softmax(logits)[np.arange(piece.size), piece.ravel()]
        return logs.reshape(piece.shape)


def turn(x: Floats, cosine: Floats, sine: Floats) -> Floats:
    half = x.shape[-1] // 2
    first, second = x[..., :half], x[..., half:]
    return np.concatenate([first * cosine - second * sine, first * sine + second * cosine], axis=-1)


class Writer:
    """A piece being written note by note, or several side by side.

    `logits()` says what the net expects of the next note, `choose()` sets it; `place` is the step and the
    voice that comes next.
    """

    def __init__(self, net: Net, particles: int = 1) -> None:
        config = net.config
        self.net, self.config, self.particles = net, config, particles
        room = (config.layers, particles, config.heads, FRAMES, config.width // config.heads)
        self.keys, self.values = np.zeros(room, np.float32), np.zeros(room, np.float32)
        self.step, self.voice, self.frames = 0, 0, 0
        shape = (particles, config.voices)
        self.last = np.full(shape, config.before, np.int64)  # the step before
        self.now = self.last.copy()  # this step, voices not yet chosen as they were
        self.held, self.left = np.zeros(shape, np.int64), np.full(shape, config.before, np.int64)
        self.recent = [self.last.copy() for _ in range(config.frame + 1)]
        self.heard = np.zeros((particles, TONALITY, 12), np.int64)  # pitch classes of the last steps
        self.counts = np.zeros((particles, 12), np.int64)
        self.memories = [Memory() for _ in range(particles)]
        self.whither = np.full((particles, config.frame, config.voices), -1, np.int64)
        self.rank = np.zeros((particles, config.frame), np.int64)
        self.agrees = np.ones(particles, bool)
        self.states = np.zeros((particles, config.frame, config.head_width), np.float32)
        self.pairs = np.triu_indices(config.voices, 1)

    @property
    def place(self) -> tuple[int, int]:
        return self.step, self.voice

    def hear(self, piece: Classes) -> None:
        """Take a beginning, whole frames of it, as written; only on an empty page."""
        config = self.config
        if self.step or self.voice or len(piece) % config.frame:
            raise ValueError("a beginning is whole frames, heard before anything is written")
        count = len(piece) // config.frame
        self._room(count)
        # The state after the last frame is made when the next note is asked for.
        self.net.trunk(describe(config, piece)[0], self)
        self.frames, self.step = count, len(piece)
        rows = [tuple(row) for row in piece.tolist()]
        for memory in self.memories:
            for row in rows:
                memory.add(row)
        for row in piece:
            same = row == self.last
            self.held = np.where(same, np.minimum(self.held + 1, LONGEST), 1)
            self.left = np.where(same, self.left, self.last)
            self.last = np.tile(row, (self.particles, 1))
            self.recent = [*self.recent[1:], self.last]
        for step, row in enumerate(piece):
            self.step = step
            self._count(np.tile(row, (self.particles, 1)))
        self.step = len(piece)
        self.now = self.last.copy()

    def logits(self) -> Floats:
        """What the net expects next: (particles, classes)."""
        config, voice, offset = self.config, self.voice, self.step % self.config.frame
        if offset == 0 and voice == 0 and self.frames * config.frame == self.step:
            self._frame()
        relation, own = config.relation, self.last[:, voice]
        width = config.voices
        rows = np.empty((self.particles, len(config.head_sizes)), np.int64)
        rows[:, :width] = self.now
        rows[:, width : 2 * width] = relation[own[:, None], self.now]
        moves = rows[:, 2 * width : 3 * width]
        moves[:, :voice] = relation[self.last[:, :voice], self.now[:, :voice]]
        moves[:, voice:] = config.intervals
        rows[:, 3 * width : 4 * width] = self.held
        rows[:, 4 * width : 5 * width] = relation[own[:, None], self.last]
        rows[:, 5 * width : 5 * width + 12] = tonality(config, self.counts, own)
        rest = rows[:, 5 * width + 12 :]
        rest[:, 0] = relation[self.left[:, voice], own]
        rest[:, 1] = self.step % 16
        rest[:, 2] = self.step % 12
        rank = self.rank[:, offset]
        goal = np.maximum(self.whither[:, offset, voice], 0)
        rest[:, 3] = np.where(rank > 0, relation[own, goal], config.intervals)
        rest[:, 4] = 2 * rank + ~self.agrees
        rows += self.net.head_starts + voice * self.net.head_rows
        x = self.net.head_table[rows].sum(axis=1) + self.states[:, offset]
        return self.net.spread(self.net.hidden(x), self.now)

    def choose(self, chosen: Sequence[int] | npt.NDArray[np.integer]) -> None:
        """Set the next note: one class for each particle."""
        offset = self.step % self.config.frame
        self.now[:, self.voice] = chosen
        known = self.rank[:, offset] > 0
        if known.any():
            self.agrees &= ~known | (self.whither[:, offset, self.voice] == self.now[:, self.voice])
        self.voice += 1
        if self.voice < self.config.voices:
            return
        same = self.now == self.last
        self.held = np.where(same, np.minimum(self.held + 1, LONGEST), 1)
        self.left = np.where(same, self.left, self.last)
        for memory, row in zip(self.memories, self.now.tolist()):
            memory.add(tuple(row))
        self._count(self.now)
        self.last = self.now
        self.recent = [*self.recent[1:], self.last]
        self.now = self.last.copy()
        self.step, self.voice = self.step + 1, 0

    def pick(self, which: npt.NDArray[np.integer]) -> None:
        """Go on with these particles, some perhaps twice, others not at all; between two notes."""
        self.keys, self.values = self.keys[:, which], self.values[:, which]
        for name in ("last", "now", "held", "left", "whither", "rank", "agrees", "states", "heard", "counts"):
            setattr(self, name, getattr(self, name)[which])
        self.recent = [past[which] for past in self.recent]
        self.memories = [self.memories[n].copy() for n in which]
        self.particles = len(which)

    def _count(self, notes: Classes) -> None:
        place = self.step % TONALITY
        fresh = classes_heard(self.config, notes)
        self.counts = self.counts + fresh - self.heard[:, place]
        self.heard[:, place] = fresh

    def _room(self, frames: int) -> None:
        room = self.keys.shape[3]
        if frames > room:
            wider = [(0, 0)] * 3 + [(0, max(frames - room, room)), (0, 0)]
            self.keys, self.values = np.pad(self.keys, wider), np.pad(self.values, wider)

    def _frame(self) -> None:
        """The state of the frame that begins now, from the frame just written and all before it."""
        config, net, count = self.config, self.net, self.particles
        relation = config.relation
        first, second = self.pairs
        now, was = np.stack(self.recent[1:], axis=1), np.stack(self.recent[:-1], axis=1)
        begin, position = self.step, self.frames
        place = np.array(
            [begin % 16 // config.frame, begin % 12 // config.frame, min(position, OPENING - 1)], np.int64
        )
        rows = np.concatenate(
            [
                now.reshape(count, -1),
                relation[was, now].reshape(count, -1),
                relation[now[:, :, first], now[:, :, second]].reshape(count, -1),
                self.held,
                np.tile(place, (count, 1)),
            ],
            axis=1,
        )
        x = norm(net.trunk_table[rows + net.trunk_starts].sum(axis=1)) * net.enter
        self._room(position + 1)
        size = config.width // config.heads
        cosine, sine = net.angles(np.array([position]))
        for n in range(config.layers):
            mixed = (norm(x) @ net.mix[n]).reshape(count, 3, config.heads, size)
            query, key = turn(mixed[:, 0], cosine, sine), turn(mixed[:, 1], cosine, sine)
            keys, values = self.keys[n, :, :, : position + 1], self.values[n, :, :, : position + 1]
            keys[:, :, position], values[:, :, position] = key, mixed[:, 2]
            scores = (keys @ query[..., None])[..., 0] * np.float32(size**-0.5)
            heard: Floats = softmax(scores)[:, :, None, :] @ values
            x = x + heard.reshape(count, -1) @ net.out[n]
            inner = np.maximum(norm(x) @ net.widen[n], 0)
            x = x + np.square(inner, out=inner) @ net.narrow[n]
        self.states = (norm(x) @ net.state).reshape(count, config.frame, config.head_width)
        self.frames = position + 1
        self._recall()

    def _recall(self) -> None:
        self.agrees[:] = True
        self.rank[:] = 0
        for particle, memory in enumerate(self.memories):
            place, found = memory.recall()
            if found:
                for offset, notes in enumerate(memory.steps[place : place + self.config.frame]):
                    self.whither[particle, offset] = notes
                    self.rank[particle, offset] = found
