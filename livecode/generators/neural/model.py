"""The nets, whole: a transformer over time, and a small head that names the notes.

    trunk   rows about what was -> sum of embeddings -> `layers` blocks of causal attention with rotary
            positions and a squared-ReLU layer -> one state
    head    that state + rows about the very note -> `head_blocks` residual layers -> logits

`ChoraleNet` goes by frames of a grid: attention runs once a frame (8 notes of four voices), the head once a
note; its logits go by pitch, plus by interval from what each voice sounds: a shared row for "a third under
the soprano" or "stays where it was" serves all keys. `TuneNet` goes by notes of a melody: the state names
the note's time, the head, told that, its step, by size and by where in the key it leads.

See `features.py` and `tunes.py` for what they read and why the product of their probabilities is an exact
likelihood. `decode.py` is the same function in NumPy, which is what plays; tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from livecode.generators.markov.melody import STEPS, TIMES, WIDEST
from livecode.generators.neural.config import Config, EnsembleConfig
from livecode.generators.neural.tunes import FIELDS as TUNE_FIELDS
from livecode.generators.neural.tunes import HEAD_FIELDS, HEIGHTS, LOWEST, TuneConfig
from livecode.generators.neural.tunes import HEAD_ROWS as TUNE_HEAD_ROWS


def rotary(positions: int, size: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines (positions, size / 2) that turn pairs of a query or key by its place."""
    rates = 10000.0 ** (-torch.arange(0, size, 2, dtype=torch.float32) / size)
    angles = torch.arange(positions, dtype=torch.float32)[:, None] * rates
    return angles.cos(), angles.sin()


def turn(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cosine - second * sine, first * sine + second * cosine], dim=-1)


class Norm(nn.Module):
    """Root-mean-square norm with a gain."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return functional.rms_norm(x, (x.shape[-1],), self.gain.to(x.dtype), 1e-5)


class Layer(nn.Module):
    """Norm, widen, square what is positive, narrow, add."""

    def __init__(self, width: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.norm = Norm(width)
        self.widen = nn.Linear(width, hidden, bias=False)
        self.narrow = nn.Linear(hidden, width, bias=False)
        self.drop = nn.Dropout(dropout)
        nn.init.zeros_(self.narrow.weight)

    def forward(self, x: Tensor) -> Tensor:
        hidden = functional.relu(self.widen(self.norm(x)))
        added: Tensor = self.drop(self.narrow(hidden * hidden))
        return x + added


class Attention(nn.Module):
    """Self-attention with rotary positions, to what was or (not `causal`) to everything that is there."""

    def __init__(self, width: int, heads: int, dropout: float, causal: bool = True) -> None:
        super().__init__()
        self.heads, self.causal = heads, causal
        self.norm = Norm(width)
        self.ask = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.drop = nn.Dropout(dropout)
        nn.init.zeros_(self.out.weight)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor, there: Tensor | None = None) -> Tensor:
        batch, length, width = x.shape
        y = self.norm(x)
        shape = (batch, length, self.heads, width // self.heads)
        query, key, value = (part(y).view(shape).transpose(1, 2) for part in (self.ask, self.key, self.value))
        query, key = turn(query, cosine, sine), turn(key, cosine, sine)
        mixed = functional.scaled_dot_product_attention(
            query, key, value, attn_mask=there, is_causal=self.causal
        )
        added: Tensor = self.drop(self.out(mixed.transpose(1, 2).reshape(batch, length, width)))
        return x + added


def gather(table: Tensor, rows: Tensor, forget: float = 0.0) -> Tensor:
    """Sum of a table's rows, a share of them left out: (..., fields) -> (..., width)."""
    flat, keep = rows.flatten(0, -2), None
    if forget:
        keep = (torch.rand(flat.shape, device=flat.device) >= forget) / (1.0 - forget)
    found = functional.embedding_bag(flat, table, mode="sum", per_sample_weights=keep)
    return found.view(*rows.shape[:-1], -1)


class ChoraleNet(nn.Module):
    """Rows about a piece in, log probabilities of its notes out.

    While training, `dropout` is the share of every layer's result that is left out and `forget` the share
    of rows that are: the net learns not to lean on any single thing it is told.
    """

    relation: Tensor

    def __init__(self, config: Config, dropout: float = 0.0, forget: float = 0.0) -> None:
        super().__init__()
        self.config, self.forget = config, forget
        fields = len(config.trunk_sizes), len(config.head_sizes)
        self.trunk_table = nn.Parameter(torch.randn(config.trunk_rows, config.width) / fields[0] ** 0.5)
        self.head_table = nn.Parameter(torch.randn(config.head_rows, config.head_width) / fields[1] ** 0.5)
        self.enter = Norm(config.width)
        self.attention = nn.ModuleList(
            Attention(config.width, config.heads, dropout) for _ in range(config.layers)
        )
        self.layer = nn.ModuleList(
            Layer(config.width, 4 * config.width, dropout) for _ in range(config.layers)
        )
        self.leave = Norm(config.width)
        if config.ears:
            self.ear_table = nn.Parameter(
                torch.randn(config.ear_rows, config.width) / len(config.ear_sizes) ** 0.5
            )
            self.ear_enter = Norm(config.width)
            self.ear_attention = nn.ModuleList(
                Attention(config.width, config.heads, dropout, causal=False) for _ in range(config.ears)
            )
            self.ear_layer = nn.ModuleList(
                Layer(config.width, 4 * config.width, dropout) for _ in range(config.ears)
            )
            self.ear_leave = nn.Linear(config.width, config.width, bias=False)
        self.state = nn.Linear(config.width, config.frame * config.head_width, bias=False)
        self.head = nn.ModuleList(
            Layer(config.head_width, config.head_hidden, dropout) for _ in range(config.head_blocks)
        )
        self.finish = Norm(config.head_width)
        self.logit = nn.Linear(config.head_width, config.outputs)
        nn.init.normal_(self.logit.weight, std=0.02)
        nn.init.zeros_(self.logit.bias)
        self.drop = nn.Dropout(dropout)
        offsets = torch.arange(config.voices)[:, None, None] * config.intervals
        relation = torch.from_numpy(config.relation[:, : config.size])
        self.register_buffer("relation", relation, persistent=False)
        self.register_buffer("offsets", offsets[:, 0], persistent=False)

    def gather(self, table: Tensor, rows: Tensor) -> Tensor:
        return gather(table, rows, self.forget if self.training else 0.0)

    def listen(self, ear: Tensor, there: Tensor | None = None) -> Tensor:
        """Rows of what is given (batch, frames, fields) -> what the trunk hears of it in every frame.

        `there` (batch, frames) is false beyond the end of a piece.
        """
        x = self.drop(self.ear_enter(self.gather(self.ear_table, ear)))
        cosine, sine = self.turns(ear.shape[1], x.device)
        mask = None if there is None else there[:, None, None, :]
        for attention, layer in zip(self.ear_attention, self.ear_layer):
            x = layer(attention(x, cosine, sine, mask))
        heard: Tensor = self.ear_leave(x)
        return heard

    def turns(self, length: int, device: torch.device) -> tuple[Tensor, Tensor]:
        cosine, sine = rotary(length, self.config.width // self.config.heads)
        return cosine.to(device), sine.to(device)

    def states(self, trunk: Tensor, heard: Tensor | None = None) -> Tensor:
        """Rows (batch, frames, fields) -> state of every frame (batch, frames, width)."""
        return self.climb(self.gather(self.trunk_table, trunk), heard)

    def climb(self, entered: Tensor, heard: Tensor | None = None) -> Tensor:
        """What enters the trunk (batch, frames, width) -> state of every frame."""
        x = self.drop(self.enter(entered))
        if heard is not None:
            x = x + heard
        cosine, sine = self.turns(x.shape[1], x.device)
        for attention, layer in zip(self.attention, self.layer):
            x = layer(attention(x, cosine, sine))
        left: Tensor = self.leave(x)
        return left

    def forward(
        self,
        trunk: Tensor,
        head: Tensor,
        sounding: Tensor,
        ear: Tensor | None = None,
        there: Tensor | None = None,
    ) -> Tensor:
        """Logits (batch, steps, voices, classes) of every note given all before it.

        `trunk` (batch, frames, fields), `head` (batch, steps, voices, fields), `sounding`
        (batch, steps, voices, voices), as `features.describe` gives them; steps = frames * frame. A net with
        ears is given `ear` (batch, frames, fields), as `features.overheard` gives it, and `there`.
        """
        heard = None if ear is None else self.listen(ear, there)
        return self.name(self.states(trunk, heard), head, sounding)

    def name(self, states: Tensor, head: Tensor, sounding: Tensor) -> Tensor:
        """Logits of the notes of frames from the states of these."""
        batch, steps, voices, _ = head.shape
        state = self.state(states).view(batch, steps, 1, self.config.head_width)
        x = self.drop(state) + self.gather(self.head_table, head)
        for layer in self.head:
            x = layer(x)
        found = self.logit(self.finish(x)).float()
        absolute, relative = found.split([self.config.size, voices * self.config.intervals], dim=-1)
        picks = (self.relation[sounding] + self.get_buffer("offsets")).flatten(-2)
        near = relative.gather(-1, picks).view(batch, steps, voices, voices, self.config.size)
        logits: Tensor = absolute + near.sum(-2)
        return logits


Module = TypeVar("Module", bound=nn.Module)


def filled(net: Module, arrays: Mapping[str, npt.NDArray[np.float32]]) -> Module:
    """The net with the arrays of a checkpoint as its weights."""
    net.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()})
    return net


class EnsembleNet(ChoraleNet):
    """A deeper net over the states of nets of one voice each: what they sing together.

    It reads the states of its members' trunks where `ChoraleNet` reads rows, and its logits are added to the
    logarithms of each member's own chances. `missing` is the share of members whose state, or whose chances,
    are kept from it while it trains, so that a member may be another's.
    """

    def __init__(
        self, config: EnsembleConfig, dropout: float = 0.0, forget: float = 0.0, missing: float = 0.0
    ) -> None:
        super().__init__(config, dropout, forget)
        del self.trunk_table
        self.missing = missing
        self.join = nn.Linear(config.voices * config.member_width, config.width, bias=False)
        self.lost = nn.Parameter(torch.randn(config.voices, config.member_width))
        self.lean = nn.Parameter(torch.ones(config.voices))

    def together(
        self, states: Tensor, chances: Tensor, head: Tensor, sounding: Tensor, known: Tensor | None = None
    ) -> Tensor:
        """Logits (batch, steps, voices, classes) of every note given all before it.

        `states` (batch, frames, voices, member width) of the members' trunks, `chances`
        (batch, steps, voices, classes) the logarithms of theirs; `known` (batch, voices) is false where a
        member's state means nothing here. `head` and `sounding` as for `ChoraleNet`.
        """
        batch, voices = len(states), self.config.voices
        if known is None:
            known = torch.ones(batch, voices, dtype=torch.bool, device=states.device)
        if self.training and self.missing:
            known = known & (torch.rand(batch, voices, device=states.device) >= self.missing)
            heard = torch.rand(batch, voices, device=states.device) >= self.missing
            chances = chances * heard[:, None, :, None]
        states = torch.where(known[:, None, :, None], states, self.lost.to(states.dtype))
        frames = self.climb(self.join(states.flatten(2)))
        logits: Tensor = self.name(frames, head, sounding) + self.lean[:, None] * chances
        return logits

    def forward(self, *inputs: Tensor) -> Tensor:  # type: ignore[override]
        """`together`, so that it can be compiled."""
        return self.together(*inputs)


class TuneNet(nn.Module):
    """Rows about the notes of melodies in, logits of their times and of their steps out."""

    def __init__(self, config: TuneConfig, dropout: float = 0.0, forget: float = 0.0) -> None:
        super().__init__()
        self.config, self.forget = config, forget
        wide = config.width
        fields = len(TUNE_FIELDS) + bool(config.styles)
        self.trunk_table = nn.Parameter(torch.randn(config.rows, wide) / fields**0.5)
        self.head_table = nn.Parameter(torch.randn(TUNE_HEAD_ROWS, wide) / len(HEAD_FIELDS) ** 0.5)
        self.enter = Norm(wide)
        self.attention = nn.ModuleList(Attention(wide, config.heads, dropout) for _ in range(config.layers))
        self.layer = nn.ModuleList(Layer(wide, 4 * wide, dropout) for _ in range(config.layers))
        self.leave = Norm(wide)
        self.time = nn.Linear(wide, len(TIMES))
        self.head = nn.ModuleList(Layer(wide, config.head_hidden, dropout) for _ in range(config.head_blocks))
        self.finish = Norm(wide)
        self.logit = nn.Linear(wide, STEPS + HEIGHTS)
        for linear in (self.time, self.logit):
            nn.init.normal_(linear.weight, std=0.02)
            nn.init.zeros_(linear.bias)
        self.drop = nn.Dropout(dropout)

    def states(self, trunk: Tensor) -> Tensor:
        """Rows (batch, notes, fields) -> state before every note (batch, notes, width)."""
        x = self.drop(self.enter(gather(self.trunk_table, trunk, self.forget if self.training else 0.0)))
        cosine, sine = rotary(trunk.shape[1], self.config.width // self.config.heads)
        cosine, sine = cosine.to(x.device), sine.to(x.device)
        for attention, layer in zip(self.attention, self.layer):
            x = layer(attention(x, cosine, sine))
        left: Tensor = self.leave(x)
        return left

    def forward(self, trunk: Tensor, head: Tensor, before: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (batch, notes, times) and (batch, notes, steps) of every note given all before it.

        `trunk` (batch, notes, fields) and `head` (batch, notes, 2) as `tunes.describe` gives them, `before`
        (batch, notes) the height of the note before each.
        """
        state = self.states(trunk)
        times: Tensor = self.time(state).float()
        x = state + gather(self.head_table, head)
        for layer in self.head:
            x = layer(x)
        found = self.logit(self.finish(x)).float()
        steps, heights = found.split([STEPS, HEIGHTS], dim=-1)
        moves = torch.arange(-WIDEST, WIDEST + 1, device=before.device)
        goal = (before[..., None] + moves - LOWEST).clamp(0, HEIGHTS - 1)
        return times, steps + heights.gather(-1, goal)
