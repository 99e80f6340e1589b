"""Nets of one voice each, and the deeper net over their states, in NumPy.

Every member hears its own line only; the deeper net hears what the members make of theirs (the states of
their trunks), reads the notes as they are chosen, and adds what it thinks to the logarithm of each member's
own chances. A member that the deeper net was not trained with keeps its own chances, and its state counts as
unknown.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from livecode.generators.neural.config import EnsembleConfig
from livecode.generators.neural.decode import Net, Writer
from livecode.generators.neural.features import Classes
from livecode.generators.neural.trunk import Cache, Floats, log_softmax, matrix, norm


class Ensemble(Net):
    """The deeper net with its members, highest first; `known`: which of them it was trained with."""

    config: EnsembleConfig

    def __init__(
        self,
        config: EnsembleConfig,
        arrays: dict[str, Floats],
        members: Sequence[Net],
        known: Sequence[bool] | None = None,
    ) -> None:
        super().__init__(config, arrays)
        self.members = list(members)
        self.known = np.ones(config.voices, bool) if known is None else np.array(known, bool)
        self.join, self.lost, self.lean = matrix(arrays, "join"), arrays["lost"], arrays["lean"]

    def write(self, particles: int = 1) -> EnsembleWriter:
        """A writer with an empty page."""
        return EnsembleWriter(self, particles)

    def joined(self, states: Sequence[Floats]) -> Floats:
        """States of the members (rows, member width) each -> what enters the trunk (rows, width)."""
        heard = [
            state * member.leave if known else np.broadcast_to(lost, (len(state), len(lost)))
            for state, member, known, lost in zip(states, self.members, self.known, self.lost)
        ]
        entered: Floats = np.concatenate(heard, axis=1) @ self.join
        return entered

    def states_of(
        self, piece: Classes, given: npt.NDArray[np.bool_] | None = None, cache: Cache | None = None
    ) -> Floats:
        """States (frames, width) of a whole piece."""
        alone = [member.states_of(piece[:, n : n + 1]) for n, member in enumerate(self.members)]
        return self.over_time.whole(norm(self.joined(alone)) * self.enter, cache)

    def chances_of(self, piece: Classes) -> npt.NDArray[np.float64]:
        """The logarithms of the members' own chances (steps, voices, classes)."""
        alone = [
            log_softmax(member.logits_of(piece[:, n : n + 1]))[:, 0] for n, member in enumerate(self.members)
        ]
        return np.stack(alone, axis=1)

    def besides(self, piece: Classes) -> Floats:
        """The members' own chances, each leaned on as much as was learned."""
        added: Floats = (self.lean[:, None] * self.chances_of(piece)).astype(np.float32)
        return added


class EnsembleWriter(Writer):
    """A piece being written by an ensemble: every member writes its own line along."""

    net: Ensemble

    def __init__(self, net: Ensemble, particles: int = 1) -> None:
        super().__init__(net, particles)
        self.lines = [member.write(particles) for member in net.members]

    def logits(self) -> Floats:
        """What the ensemble expects next: (particles, classes)."""
        voice = self.voice
        if voice == 0:
            self.chances = [log_softmax(line.logits()) for line in self.lines]
        own: Floats = (self.net.lean[voice] * self.chances[voice]).astype(np.float32)
        return super().logits() + own

    def choose(self, chosen: Sequence[int] | npt.NDArray[np.integer]) -> None:
        """Set the next note: one class for each particle."""
        self.lines[self.voice].choose(chosen)
        super().choose(chosen)

    def pick(self, which: npt.NDArray[np.integer]) -> None:
        """Go on with these particles."""
        super().pick(which)
        for line in self.lines:
            line.pick(which)
        if self.voice:
            self.chances = [each[which] for each in self.chances]

    def _hear_frames(self, piece: Classes, count: int) -> None:
        self.net.states_of(piece, cache=self.cache)
        for n, line in enumerate(self.lines):
            line.hear(piece[:, n : n + 1])

    def _entering(self) -> Floats:
        # The members have been asked for this step before: their states are those of this frame.
        return self.net.joined([line.trunk_state for line in self.lines])
