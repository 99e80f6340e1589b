"""The net, whole: a transformer over frames of a piece, and a small head that names the notes in each.

    trunk   rows about the frame before -> sum of embeddings -> `layers` blocks of causal attention with
            rotary positions and a squared-ReLU layer -> one state a frame
    head    that state + rows about the very note -> `head_blocks` residual layers -> logits
    logits  by pitch, plus by interval from what each voice sounds: a shared row for "a third under the
            soprano" or "stays where it was" serves all keys

Attention runs once a frame (8 notes of four voices), the head once a note. See `features.py` for what it
reads and why the product of its probabilities is an exact likelihood. `decode.py` is the same function in
NumPy, which is what plays; a test holds the two together.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from livecode.generators.neural.config import Config


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
    """Causal self-attention with rotary positions."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm = Norm(width)
        self.ask = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.drop = nn.Dropout(dropout)
        nn.init.zeros_(self.out.weight)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        batch, length, width = x.shape
        y = self.norm(x)
        shape = (batch, length, self.heads, width // self.heads)
        query, key, value = (part(y).view(shape).transpose(1, 2) for part in (self.ask, self.key, self.value))
        query, key = turn(query, cosine, sine), turn(key, cosine, sine)
        mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        added: Tensor = self.drop(self.out(mixed.transpose(1, 2).reshape(batch, length, width)))
        return x + added


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
        """Sum of a table's rows: (..., fields) -> (..., width)."""
        flat, keep = rows.flatten(0, -2), None
        if self.training and self.forget:
            keep = (torch.rand(flat.shape, device=flat.device) >= self.forget) / (1.0 - self.forget)
        found = functional.embedding_bag(flat, table, mode="sum", per_sample_weights=keep)
        return found.view(*rows.shape[:-1], -1)

    def states(self, trunk: Tensor) -> Tensor:
        """Rows (batch, frames, fields) -> state of every frame (batch, frames, width)."""
        length = trunk.shape[1]
        x = self.drop(self.enter(self.gather(self.trunk_table, trunk)))
        cosine, sine = rotary(length, self.config.width // self.config.heads)
        cosine, sine = cosine.to(x.device), sine.to(x.device)
        for attention, layer in zip(self.attention, self.layer):
            x = layer(attention(x, cosine, sine))
        left: Tensor = self.leave(x)
        return left

    def forward(self, trunk: Tensor, head: Tensor, sounding: Tensor) -> Tensor:
        """Logits (batch, steps, voices, classes) of every note given all before it.

        `trunk` (batch, frames, fields), `head` (batch, steps, voices, fields), `sounding`
        (batch, steps, voices, voices), as `features.describe` gives them; steps = frames * frame.
        """
        batch, steps, voices, _ = head.shape
        state = self.state(self.states(trunk)).view(batch, steps, 1, self.config.head_width)
        x = self.drop(state) + self.gather(self.head_table, head)
        for layer in self.head:
            x = layer(x)
        found = self.logit(self.finish(x)).float()
        absolute, relative = found.split([self.config.size, voices * self.config.intervals], dim=-1)
        picks = (self.relation[sounding] + self.get_buffer("offsets")).flatten(-2)
        near = relative.gather(-1, picks).view(batch, steps, voices, voices, self.config.size)
        logits: Tensor = absolute + near.sum(-2)
        return logits
