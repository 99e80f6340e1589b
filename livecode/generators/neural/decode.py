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
    overheard,
    starts,
    tonality,
)
from livecode.generators.neural.trunk import (
    Cache,
    Floats,
    Residual,
    Trunk,
    log_softmax,
    matrix,
    norm,
)


class Net:
    """A net's arrays laid out for multiplying rows of numbers from the left."""

    writes_pages = False

    def __init__(self, config: Config, arrays: dict[str, Floats]) -> None:
        self.config = config

        self.head_table = arrays["head_table"]
        if "trunk_table" in arrays:
            self.trunk_table = arrays["trunk_table"]
        self.enter, self.leave = arrays["enter.gain"], arrays["leave.gain"]
        self.over_time = Trunk(arrays, config.width, config.layers, config.heads)
        self.state = matrix(arrays, "state", "leave")
        self.head = Residual(arrays, [f"head.{n}" for n in range(config.head_blocks)])
        self.logit = matrix(arrays, "logit", "finish")
        self.bias = arrays["logit.bias"]
        if config.ears:
            self.ear_table, self.ear_enter = arrays["ear_table"], arrays["ear_enter.gain"]
            self.ears = Trunk(arrays, config.width, config.ears, config.heads, "ear_")
            self.ear_leave = matrix(arrays, "ear_leave")
        self.trunk_starts, self.head_starts = starts(config.trunk_sizes), starts(config.head_sizes)
        self.head_rows = sum(config.head_sizes)
        first = (np.arange(config.voices) * config.intervals)[:, None]
        self.picks = config.relation[:, : config.size][:, None, :] + first  # (class, voice, class)

    def write(self, particles: int = 1) -> Writer:
        """A writer with an empty page."""
        return Writer(self, particles)

    def hidden(self, x: Floats) -> Floats:
        """What the head makes of a note's sum of embeddings: (..., head width) -> (..., outputs)."""
        found: Floats = norm(self.head.all(x)) @ self.logit + self.bias
        return found

    def spread(self, found: Floats, sounding: Classes) -> Floats:
        """Outputs (n, outputs) and what sounds (n, voices) -> logits (n, classes)."""
        size, voices = self.config.size, np.arange(self.config.voices)
        picks = self.picks[sounding, voices]
        near = found[:, size:][np.arange(len(found))[:, None, None], picks]
        logits: Floats = found[:, :size] + near.sum(axis=1)
        return logits

    def named(self, rows: Classes, states: Floats, sounding: Classes) -> Floats:
        """Logits (particles, classes) of the next note: the head's rows, the frame's states, what sounds."""
        return self.spread(self.hidden(self.head_table[rows].sum(axis=1) + states), sounding)

    def listen(self, piece: Classes, given: npt.NDArray[np.bool_]) -> Floats:
        """What the ears make of the given notes of a whole page: (frames, width)."""
        x = norm(self.ear_table[overheard(self.config, piece, given)].sum(axis=1)) * self.ear_enter
        heard: Floats = self.ears.raw(x, causal=False) @ self.ear_leave
        return heard

    def trunk(self, rows: Classes, cache: Cache | None = None, heard: Floats | None = None) -> Floats:
        """States (frames, width) of a whole piece at once; fills a cache that is given."""
        x = norm(self.trunk_table[rows].sum(axis=1)) * self.enter
        return self.over_time.whole(x if heard is None else x + heard, cache)

    def states_of(
        self, piece: Classes, given: npt.NDArray[np.bool_] | None = None, cache: Cache | None = None
    ) -> Floats:
        """States (frames, width) of a whole piece, `given` being heard beforehand by a net with ears."""
        heard = None
        if self.config.ears:
            heard = self.listen(piece, np.zeros(piece.shape, bool) if given is None else given)
        return self.trunk(describe(self.config, piece)[0], cache, heard)

    def besides(self, piece: Classes) -> Floats | None:
        """What is added to the logits (steps, voices, classes) of a piece besides its own, if anything."""
        return None

    def logits_of(self, piece: Classes, given: npt.NDArray[np.bool_] | None = None) -> Floats:
        """Logits (steps, voices, classes) of every note of a piece given all before it.

        A net with ears also hears what is `given`, of which what it says counts for nothing.
        """
        config = self.config
        _, head, sounding = describe(config, piece, given=given)
        states = (self.states_of(piece, given) @ self.state).reshape(-1, 1, config.head_width)
        x = self.head_table[head].sum(axis=2) + states[: len(piece)]
        found = self.hidden(x.reshape(-1, config.head_width))
        logits = self.spread(found, sounding.reshape(-1, config.voices))
        shaped: Floats = logits.reshape(*piece.shape, config.size)
        more = self.besides(piece)
        return shaped if more is None else shaped + more

    def score(self, piece: Classes, given: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.float64]:
        """Log probabilities (steps, voices), in nats, of every note of a piece given all before it."""
        logs = log_softmax(self.logits_of(piece, given))
        return np.take_along_axis(logs, piece[..., None], axis=-1)[..., 0]


class Writer:
    """A piece being written note by note, or several side by side.

    `logits()` says what the net expects of the next note, `choose()` sets it; `place` is the step and the
    voice that comes next.
    """

    def __init__(self, net: Net, particles: int = 1) -> None:
        config = net.config
        self.net, self.config, self.particles = net, config, particles
        self.cache = net.over_time.cache(particles)
        self.heard_ahead: Floats | None = None
        self.given: npt.NDArray[np.bool_] | None = None
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
        self.trunk_state = np.zeros((particles, config.width), np.float32)
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
        # The state after the last frame is made when the next note is asked for.
        self._hear_frames(piece, count)
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

    def _hear_frames(self, piece: Classes, count: int) -> None:
        heard = None if self.heard_ahead is None else self.heard_ahead[:count]
        self.net.trunk(describe(self.config, piece)[0], self.cache, heard)

    def logits(self) -> Floats:
        """What the net expects next: (particles, classes)."""
        config, voice, offset = self.config, self.voice, self.step % self.config.frame
        if offset == 0 and voice == 0 and self.frames * config.frame == self.step:
            self._frame()
        if voice == 0:
            self._begin()
        relation, own = config.relation, self.last[:, voice]
        width = config.voices
        rows = np.empty((self.particles, len(config.head_sizes)), np.int64)
        rows[:, :width] = self.now
        rows[:, width : 2 * width] = relation[own[:, None], self.now]
        rows[:, 2 * width : 3 * width] = np.where(
            self.chosen(), relation[self.last, self.now], config.intervals
        )
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
        return self.net.named(rows, self.states[:, offset], self.now)

    def expect(self, piece: Classes, given: npt.NDArray[np.bool_]) -> None:
        """Say which notes of the page are given (steps, voices), also those to come; on an empty page."""
        self.heard_ahead = self.net.listen(piece, given)
        self.given, self.piece = given, piece

    def chosen(self) -> npt.NDArray[np.bool_]:
        """Which voices of this step are set as the next is chosen."""
        done = np.arange(self.config.voices) < self.voice
        if self.given is not None and self.step < len(self.given):
            done = done | self.given[self.step]
            done[self.voice] = False
        return done

    def _begin(self) -> None:
        """Set what is given of a step before any voice is chosen."""
        if self.given is None or self.step >= len(self.given):
            return
        here = self.given[self.step]
        self.now[:, here] = self.piece[self.step, here]
        self._agree(here)

    def _agree(self, voices: npt.NDArray[np.bool_]) -> None:
        """Compare what some voices do with what a recalled passage would bring."""
        offset = self.step % self.config.frame
        known = self.rank[:, offset] > 0
        if known.any():
            same = (self.whither[:, offset] == self.now)[:, voices].all(axis=1)
            self.agrees &= ~known | same

    def choose(self, chosen: Sequence[int] | npt.NDArray[np.integer]) -> None:
        """Set the next note: one class for each particle."""
        self.now[:, self.voice] = chosen
        self._agree(np.arange(self.config.voices) == self.voice)
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
        self.cache.pick(which)
        for name in (
            "last",
            "now",
            "held",
            "left",
            "whither",
            "rank",
            "agrees",
            "states",
            "heard",
            "counts",
            "trunk_state",
        ):
            setattr(self, name, getattr(self, name)[which])
        self.recent = [past[which] for past in self.recent]
        self.memories = [self.memories[n].copy() for n in which]
        self.particles = len(which)

    def _count(self, notes: Classes) -> None:
        place = self.step % TONALITY
        fresh = classes_heard(self.config, notes)
        self.counts = self.counts + fresh - self.heard[:, place]
        self.heard[:, place] = fresh

    def _entering(self) -> Floats:
        """What enters the trunk: the frame just written (particles, width)."""
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
        entering: Floats = net.trunk_table[rows + net.trunk_starts].sum(axis=1)
        return entering

    def _frame(self) -> None:
        """The state of the frame that begins now, from the frame just written and all before it."""
        config, net, count, position = self.config, self.net, self.particles, self.frames
        x = norm(self._entering()) * net.enter
        if self.heard_ahead is not None:
            x = x + self.heard_ahead[position]
        x = net.over_time.step(x, self.cache, position)
        self.trunk_state = x
        self.states = (x @ net.state).reshape(count, config.frame, config.head_width)
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
