"""What there is to learn: a net, the batches it sees, and what each costs it.

`train.py` knows how to train; a task knows what. Every task gives batches as tuples of arrays, and the sum
of the nats of a batch with the number of tokens it is for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from livecode.generators.markov.melody import Tune
from livecode.generators.neural.config import Config, EnsembleConfig
from livecode.generators.neural.data import Given, Pieces, Pitches, draw_given, pad
from livecode.generators.neural.features import describe as features
from livecode.generators.neural.features import overheard, recalled
from livecode.generators.neural.melodies import home_of
from livecode.generators.neural.model import ChoraleNet, EnsembleNet, TuneNet
from livecode.generators.neural.tunes import HEIGHTS, LOWEST, ROWS, TuneConfig, describe

Arrays = tuple[npt.NDArray[Any], ...]
UNTOLD = 0.2
"""Share of tunes whose kind is kept from a net that is learning."""


class Task(Protocol):
    """What a trainer needs to know of what it trains."""

    config: Any
    size: int
    """Pieces in all."""
    tokens: int
    """Tokens in a pass."""
    home: dict[str, Any]
    """What a composer must know of the pieces, kept with the weights."""

    @property
    def net(self) -> nn.Module: ...

    def epoch(self, count: int, random: np.random.Generator) -> Iterator[Arrays]:
        """Every piece once, `count` in a batch, like lengths together, batches in an order by chance."""
        ...

    def checks(self) -> Iterator[Arrays]:
        """Batches of the pieces by which weights are chosen."""
        ...

    def tokens_of(self, batch: Arrays) -> float:
        """How many tokens of a pass a batch holds, given ones too."""
        ...

    def loss(self, forward: Any, batch: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Sum of nats, and number of tokens; `forward` is the net, perhaps compiled."""
        ...


class ChoraleTask:
    """Pieces on a grid, for `ChoraleNet`."""

    def __init__(
        self,
        config: Config,
        train: list[Pitches],
        valid: list[Pitches],
        *,
        dropout: float = 0.0,
        forget: float = 0.0,
        shuffled: float = 0.0,
        beyond: int = 0,
    ) -> None:
        self.config, self.shuffled = config, shuffled
        self.net = ChoraleNet(config, dropout, forget)
        self.train, self.valid = Pieces(config, train, beyond), Pieces(config, valid)
        self.size, self.tokens = len(self.train), self.train.notes
        self.home: dict[str, Any] = {}

    def epoch(self, count: int, random: np.random.Generator) -> Iterator[Arrays]:
        for batch in self.train.epoch(count, random, self.shuffled):
            yield batch.arrays

    def checks(self) -> Iterator[Arrays]:
        for batch in self.valid.plain(16):
            yield batch.arrays

    def tokens_of(self, batch: Arrays) -> float:
        return float(batch[4].sum())

    def loss(self, forward: Any, batch: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        trunk, head, sounding, target, weight = batch
        logits = forward(trunk, head, sounding)
        each = functional.cross_entropy(logits.flatten(0, 2), target.flatten(), reduction="none")
        return (each * weight.flatten()).sum(), weight.sum()


class PartsTask(ChoraleTask):
    """Pieces of which part is given: some voices, all but a few bars, or nothing; for a net with ears.

    Only the notes that are not given count. Half of the pieces are cut, since on stage no page is a piece.
    """

    CHECKED: tuple[Given, ...] = ("nothing", "voices", "bars")

    def epoch(self, count: int, random: np.random.Generator) -> Iterator[Arrays]:
        lengths = np.array([len(piece) for piece in self.train.pieces])
        groups = _groups(np.argsort(lengths * random.uniform(0.9, 1.1, len(lengths))), count)
        for group in random.permutation(len(groups)):
            yield self.batch(self.train, groups[group], random)

    def checks(self) -> Iterator[Arrays]:
        for kind in self.CHECKED:
            random = np.random.default_rng(0)
            for group in _groups(np.argsort([len(piece) for piece in self.valid.pieces]), 16):
                yield self.batch(self.valid, group, random, kind)

    def batch(
        self,
        pieces: Pieces,
        numbers: npt.NDArray[Any],
        random: np.random.Generator,
        kind: Given | None = None,
    ) -> Arrays:
        """Some pieces, in another key and cut when `kind` is left to chance."""
        rows: list[Arrays] = []
        for number in numbers:
            shift = 0 if kind else int(random.choice(pieces.shifts[number]))
            piece, memory = pieces.moved(int(number), shift)
            if kind is None and random.random() < 0.5 and len(piece) > 96:
                begin = 16 * int(random.integers(0, (len(piece) - 80) // 16))
                piece = piece[begin : begin + int(random.integers(80, 193))]
                memory = recalled(self.config, piece)
            given = draw_given(piece.shape, random, kind)
            ear = overheard(self.config, piece, given)
            weight = (~given).astype(np.float32)
            there = np.ones(len(ear), bool)
            rows.append((*features(self.config, piece, memory, None, given), piece, weight, ear, there))
        frames = max(len(row[0]) for row in rows)
        long = frames * self.config.frame
        lengths = (frames, long, long, long, long, frames, frames)
        return tuple(pad([row[n] for row in rows], length) for n, length in enumerate(lengths))

    def tokens_of(self, batch: Arrays) -> float:
        # Cut pieces are shorter than a pass is long: by voices and steps, free or not.
        return float(batch[3].size)

    def loss(self, forward: Any, batch: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        trunk, head, sounding, target, weight, ear, there = batch
        logits = forward(trunk, head, sounding, ear, there)
        each = functional.cross_entropy(logits.flatten(0, 2), target.flatten(), reduction="none")
        return (each * weight.flatten()).sum(), weight.sum()


class EnsembleTask(ChoraleTask):
    """Pieces on a grid, for the net that combines nets of one voice each, which stay as they are."""

    def __init__(
        self,
        config: EnsembleConfig,
        members: Sequence[ChoraleNet],
        train: list[Pitches],
        valid: list[Pitches],
        *,
        dropout: float = 0.0,
        forget: float = 0.0,
        missing: float = 0.15,
    ) -> None:
        super().__init__(config, train, valid)
        self.net: EnsembleNet = EnsembleNet(config, dropout, forget, missing)
        self.members = [member.eval() for member in members]
        self.lines = {
            id(pieces): [
                Pieces(member.config, [piece[:, n : n + 1] for piece in given])
                for n, member in enumerate(members)
            ]
            for pieces, given in ((self.train, train), (self.valid, valid))
        }

    def epoch(self, count: int, random: np.random.Generator) -> Iterator[Arrays]:
        lengths = np.array([len(piece) for piece in self.train.pieces])
        groups = _groups(np.argsort(lengths * random.uniform(0.9, 1.1, len(lengths))), count)
        for group in random.permutation(len(groups)):
            shifts = [int(random.choice(self.train.shifts[n])) for n in groups[group]]
            yield self.batch(self.train, groups[group], shifts)

    def checks(self) -> Iterator[Arrays]:
        for group in _groups(np.argsort([len(piece) for piece in self.valid.pieces]), 16):
            yield self.batch(self.valid, group, [0] * len(group))

    def batch(self, pieces: Pieces, numbers: npt.NDArray[Any], shifts: list[int]) -> Arrays:
        """The whole pieces and each of their lines, moved by so many semitones."""
        chosen = list(zip(numbers.tolist(), shifts))
        whole = pieces.batch(chosen)
        parts: list[npt.NDArray[Any]] = [whole.head, whole.sounding, whole.target, whole.weight]
        for line in self.lines[id(pieces)]:
            alone = line.batch(chosen)
            parts += [alone.trunk, alone.head, alone.sounding]
        return tuple(parts)

    def heard(self, batch: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """States (batch, frames, voices, width) of the members and the logarithms of their chances."""
        states, chances = [], []
        with torch.no_grad():
            for n, member in enumerate(self.members):
                trunk, head, sounding = batch[3 * n : 3 * n + 3]
                member.to(trunk.device)
                states.append(member.states(trunk))
                chances.append(member.name(states[-1], head, sounding)[:, :, 0].log_softmax(-1))
        return torch.stack(states, dim=2), torch.stack(chances, dim=2)

    def tokens_of(self, batch: Arrays) -> float:
        return float(batch[3].sum())

    def loss(self, forward: Any, batch: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        head, sounding, target, weight = batch[:4]
        logits = forward(*self.heard(batch[4:]), head, sounding)
        each = functional.cross_entropy(logits.flatten(0, 2), target.flatten(), reduction="none")
        return (each * weight.flatten()).sum(), weight.sum()


class TuneTask:
    """Melodies, for `TuneNet`. A token here is a note: the nats of its time and of its step together."""

    def __init__(
        self,
        config: TuneConfig,
        train: list[Tune],
        valid: list[Tune],
        *,
        dropout: float = 0.0,
        forget: float = 0.0,
        name: str = "",
    ) -> None:
        self.config, self.home = config, home_of(train, name, config.styles)
        self.net = TuneNet(config, dropout, forget)
        styled = bool(config.styles)
        self.train, self.valid = Melodies(train, styled), Melodies(valid, styled)
        self.size, self.tokens = len(train), int(self.train.sizes.sum())

    def epoch(self, count: int, random: np.random.Generator) -> Iterator[Arrays]:
        lengths = self.train.sizes * random.uniform(0.9, 1.1, len(self.train.sizes))
        groups = _groups(np.argsort(lengths), count)
        for group in random.permutation(len(groups)):
            batch = self.train.batch(groups[group])
            if self.config.styles:
                # Now and then a tune of a kind is any tune: the net must also go without being told.
                batch[0][random.random(len(batch[0])) < UNTOLD, :, -1] = ROWS
            yield batch

    def checks(self) -> Iterator[Arrays]:
        for group in _groups(np.argsort(self.valid.sizes), 32):
            yield self.valid.batch(group)

    def tokens_of(self, batch: Arrays) -> float:
        return float(batch[5].sum())

    def loss(self, forward: Any, batch: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        trunk, head, before, times, steps, weight = batch
        found = forward(trunk, head, before)
        each = sum(
            functional.cross_entropy(logits.flatten(0, 1), target.flatten(), reduction="none")
            for logits, target in zip(found, (times, steps))
        )
        return (each * weight.flatten()).sum(), weight.sum()


def _groups(order: npt.NDArray[Any], count: int) -> list[npt.NDArray[Any]]:
    return [order[begin : begin + count] for begin in range(0, len(order), count)]


class Melodies:
    """Tunes described once: nothing that the net is told changes with the key."""

    def __init__(self, tunes: list[Tune], styled: bool = False) -> None:
        self.sizes = np.array([len(tune) for tune in tunes])
        self.ends = np.cumsum(self.sizes)
        trunk, head, self.times, self.steps = describe(tunes, styled)
        self.trunk, self.head = trunk.astype(np.int32), head.astype(np.int32)
        before = [np.concatenate([[0], tune.heights[:-1]]) for tune in tunes]
        self.before = np.clip(np.concatenate(before), LOWEST, LOWEST + HEIGHTS - 1)

    def batch(self, numbers: npt.NDArray[Any]) -> Arrays:
        """Some tunes, padded to the longest; the weight is 0 where there is no note."""
        longest = int(self.sizes[numbers].max())
        spans = [slice(self.ends[n] - self.sizes[n], self.ends[n]) for n in numbers]
        whole = (self.trunk, self.head, self.before, self.times, self.steps)
        padded = [pad([array[span] for span in spans], longest).astype(np.int64) for array in whole]
        weight = pad([np.ones(span.stop - span.start, np.float32) for span in spans], longest)
        return (*padded, weight)


def to_tensors(batch: Arrays, device: torch.device) -> list[Tensor]:
    """The arrays of a batch where the net is."""
    return [torch.from_numpy(array).to(device, non_blocking=True) for array in batch]
