"""A piece of music made soft: at each step each voice is a cloud of pitches, so that it has a slope.

A net reads a piece as rows of a table picked by whole numbers; nothing can be climbed there. Here what sounds
is a distribution over the classes (a rest and every pitch), step by step: a note begins where the cloud
changes and lasts while it stays, so pitch, onset and duration all move by small amounts. What the trunk reads
of it (what sounded, how each voice moved, how far it is from the others) is the mean of the rows over those
clouds. For a piece that is sure of every note it is exactly what the net reads of the piece (a test holds the
two together).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from livecode.generators.neural.config import Config
from livecode.generators.neural.features import OPENING, Classes, held_and_left, starts
from livecode.generators.neural.model import ChoraleNet


def relations(config: Config, one: Tensor, other: Tensor) -> Tensor:
    """How likely each relation between two clouds is: (..., classes + 1) twice -> (..., intervals)."""
    reach, low, high = config.reach, one[..., 1 : config.size], other[..., 1 : config.size]
    pitches = config.size - 1
    padded = functional.pad(high, (pitches - 1, pitches - 1))
    near = torch.einsum("...ip,...p->...i", padded.unfold(-1, pitches, 1), low)
    middle = pitches - 1
    if middle > reach:
        below = near[..., : middle - reach + 1].sum(-1, keepdim=True)
        above = near[..., middle + reach :].sum(-1, keepdim=True)
        near = torch.cat([below, near[..., middle - reach + 1 : middle + reach], above], dim=-1)
    else:
        near = functional.pad(near, (reach - middle, reach - middle))
    sung, sounds = low.sum(-1, keepdim=True), high.sum(-1, keepdim=True)
    rest, silent = 1 - sung, 1 - sounds
    return torch.cat([near, sung * silent, rest * sounds, rest * silent], dim=-1)


class SoftPiece:
    """What a net's trunk reads of the clouds (steps, voices, classes) of a piece."""

    def __init__(self, net: ChoraleNet) -> None:
        self.net, self.config = net, net.config
        self.device = net.trunk_table.device
        self.sizes = net.config.trunk_sizes
        self.offsets = starts(self.sizes)

    def sure(self, piece: Classes) -> Tensor:
        """The clouds of a piece that is sure of every note, filled up to whole frames."""
        frames = -(-len(piece) // self.config.frame)
        full = np.zeros((frames * self.config.frame, self.config.voices), np.int64)
        full[: len(piece)] = piece
        clouds: Tensor = functional.one_hot(torch.from_numpy(full), self.config.size).float()
        return clouds.to(self.device)

    def entered(self, clouds: Tensor, hard: Classes) -> Tensor:
        """What enters the trunk (1, frames + 1, width): frame by frame the frame before, the last one too.

        `hard` is the piece nearest to the clouds: how long its notes are held is not soft.
        """
        config, table = self.config, self.net.trunk_table
        steps, voices, _ = clouds.shape
        frames = steps // config.frame
        known = functional.pad(clouds, (0, 1))
        nobody = torch.zeros(config.frame + 1, voices, config.size + 1, device=clouds.device)
        nobody[..., config.before] = 1.0
        old = torch.cat([nobody, known])
        now, was = old[1:], old[:-1]
        first, second = np.triu_indices(voices, 1)
        moved = relations(config, was, now)
        between = relations(config, now[:, first], now[:, second])
        notes = config.frame * voices
        pairs = config.frame * len(first)
        width = table.shape[1]

        def rows(begin: int, count: int, size: int) -> Tensor:
            at = int(self.offsets[begin])
            return table[at : at + count * size].view(count, size, width)

        def read(weights: Tensor, field: int, count: int, size: int) -> Tensor:
            by_frame = weights.reshape(frames + 1, count, size)
            return torch.einsum("fcs,csw->fw", by_frame, rows(field, count, size))

        total = read(now, 0, notes, config.size + 1)
        total = total + read(moved, notes, notes, config.intervals)
        total = total + read(between, 2 * notes, pairs, config.intervals)
        return (total + table[self._places(hard, frames)].sum(1))[None]

    def _places(self, hard: Classes, frames: int) -> Tensor:
        """Rows of what is not soft: how long notes have been held, and the place in the bar and the piece."""
        config = self.config
        full = np.zeros((frames * config.frame, config.voices), np.int64)
        full[: len(hard)] = hard
        held, _ = held_and_left(full, config.before)
        begins = np.arange(frames + 1) * config.frame
        fields = np.concatenate(
            [
                held[begins],
                (begins % 16 // config.frame)[:, None],
                (begins % 12 // config.frame)[:, None],
                np.minimum(begins // config.frame, OPENING - 1)[:, None],
            ],
            axis=1,
        )
        first = len(self.sizes) - fields.shape[1]
        return torch.from_numpy(fields + self.offsets[first:]).to(self.device)


class Listening:
    """Hears what the units of one layer of the trunk do while it runs: (frames, units), never negative."""

    def __init__(self, net: ChoraleNet, layer: int) -> None:
        self.heard: Tensor | None = None
        widen: Any = net.layer[layer - 1].widen
        self._hook = widen.register_forward_hook(self._hear)

    def _hear(self, _module: Any, _given: Any, result: Tensor) -> None:
        self.heard = functional.relu(result[0]) ** 2

    def close(self) -> None:
        self._hook.remove()

    def of(self, soft: SoftPiece, clouds: Tensor, hard: Classes) -> tuple[Tensor, Tensor]:
        """The units' activations at every frame that hears something, and the states above them."""
        states = soft.net.climb(soft.entered(clouds, hard))
        assert self.heard is not None
        return self.heard[1:], states
