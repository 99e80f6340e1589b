"""The same nets on a GPU: caches that never move, every step a recorded CUDA graph, many candidates at once.

What a net is told is worked out as on the CPU (`decode.py`), for all candidates together; the matrices run
here. The cache has room for a whole page from the start and is written in place, so that a step is the same
list of kernels each time: it is recorded once and replayed, which spares their launches. Where there is no
GPU the same functions run eagerly, which is how they are tested: notes and chances are those of NumPy.

    neural("chorale", device="cuda", candidates=64).over(d3)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from livecode.errors import GeneratorError
from livecode.generators.neural.config import Config
from livecode.generators.neural.decode import Net
from livecode.generators.neural.features import Classes
from livecode.generators.neural.trunk import Cache, Floats, Residual, Trunk

ROOM = 512
"""Positions a cache has room for; twice as many, recorded again, when a page is longer."""


def device_named(name: str) -> torch.device:
    """A device of torch that is there; GeneratorError for one that is not."""
    try:
        device = torch.device(name)
    except RuntimeError:
        raise GeneratorError(f"device={name!r}: write 'cuda', 'cuda:1' or 'cpu'") from None
    if device.type == "cuda" and not torch.cuda.is_available():
        raise GeneratorError(f"device={name!r}: torch finds no GPU here, leave device out to play on the CPU")
    if device.type not in ("cuda", "cpu"):
        raise GeneratorError(f"device={name!r}: write 'cuda', 'cuda:1' or 'cpu'")
    return device


class Recorded:
    """A function of tensors that stay where they are: a CUDA graph on a GPU, itself elsewhere.

    It is recorded when it is first called; `kept` are the tensors that it changes, put back after the
    trial runs that recording needs.
    """

    def __init__(
        self, function: Callable[[], Tensor], device: torch.device, kept: Sequence[Tensor] = ()
    ) -> None:
        self.function, self.device, self.kept = function, device, kept
        self.graph: torch.cuda.CUDAGraph | None = None
        self.result = torch.zeros(0)

    def __call__(self) -> Tensor:
        if self.device.type != "cuda":
            return self.function()
        if self.graph is None:
            self._record()
        assert self.graph is not None
        self.graph.replay()
        return self.result

    def _record(self) -> None:
        before = [tensor.clone() for tensor in self.kept]
        # Libraries set themselves up in the first calls, which must not be recorded.
        stream = torch.cuda.Stream(self.device)  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream(self.device))
        with torch.cuda.stream(stream):
            for _ in range(3):
                self.function()
        torch.cuda.current_stream(self.device).wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self.result = self.function()
        for tensor, old in zip(self.kept, before):
            tensor.copy_(old)
        self.graph = graph


def rms(x: Tensor) -> Tensor:
    return functional.rms_norm(x, (x.shape[-1],), None, 1e-5)


class DeviceResidual:
    """Norm, widen, square what is positive, narrow, add."""

    def __init__(self, layers: Residual, device: torch.device) -> None:
        self.widen = [torch.from_numpy(array).to(device) for array in layers.widen]
        self.narrow = [torch.from_numpy(array).to(device) for array in layers.narrow]

    def one(self, n: int, x: Tensor) -> Tensor:
        inner = functional.relu(rms(x) @ self.widen[n])
        return x + (inner * inner) @ self.narrow[n]

    def all(self, x: Tensor) -> Tensor:
        for n in range(len(self.widen)):
            x = self.one(n, x)
        return x


class DeviceCache(Cache):
    """Keys and values of so many particles on the device, and the step that reads and writes them."""

    def __init__(self, trunk: DeviceTrunk, particles: int, room: int = ROOM) -> None:
        self.trunk, self.particles = trunk, particles
        self._place(room)

    def _place(self, room: int) -> None:
        trunk, device = self.trunk, self.trunk.device
        shape = (trunk.layers, self.particles, trunk.heads, room, trunk.size)
        self.room = room
        self.key, self.value = torch.zeros(shape, device=device), torch.zeros(shape, device=device)
        self.entering = torch.zeros(self.particles, trunk.width, device=device)
        self.position = torch.zeros(1, dtype=torch.int64, device=device)
        self.step = Recorded(lambda: trunk.compute(self), device)

    def grow(self, positions: int) -> None:
        if positions > self.room:
            key, value = self.key, self.value
            self._place(max(positions, 2 * self.room))
            self.key[:, :, :, : key.shape[3]], self.value[:, :, :, : value.shape[3]] = key, value

    def pick(self, which: npt.NDArray[np.integer]) -> None:
        chosen = torch.from_numpy(np.asarray(which, np.int64)).to(self.trunk.device)
        key, value = self.key[:, chosen], self.value[:, chosen]
        if len(which) == self.particles:
            # In place: the recorded step reads these very tensors.
            self.key.copy_(key)
            self.value.copy_(value)
            return
        self.particles = len(which)
        self._place(self.room)
        self.key.copy_(key)
        self.value.copy_(value)


class DeviceTrunk(Trunk):
    """Attention over time on a device, with the interface of the one in NumPy."""

    def __init__(self, trunk: Trunk, device: torch.device) -> None:
        self.__dict__.update(trunk.__dict__)
        self.device, self.plain = device, trunk
        self.mixes = [torch.from_numpy(array).to(device) for array in trunk.mix]
        self.outs = [torch.from_numpy(array).to(device) for array in trunk.out]
        self.layers_there = DeviceResidual(trunk.layer, device)
        self.turns = torch.from_numpy(trunk.rates).to(device)

    def cache(self, particles: int = 1) -> Cache:
        return DeviceCache(self, particles)

    def raw(self, x: Floats, cache: Cache | None = None, causal: bool = True) -> Floats:
        """All positions at once: a beginning is short, so NumPy does it and the cache is copied over."""
        if cache is None:
            return self.plain.raw(x, None, causal)
        assert isinstance(cache, DeviceCache)
        whole = self.plain.cache(1)
        found = self.plain.raw(x, whole, causal)
        cache.grow(len(x))
        for there, here in ((cache.key, whole.keys), (cache.value, whole.values)):
            there[:, :, :, : len(x)] = torch.from_numpy(here[:, :, :, : len(x)]).to(self.device)
        return found

    def compute(self, cache: DeviceCache) -> Tensor:
        """One position of every particle, from what stands in the cache's own tensors."""
        x, count = cache.entering, cache.particles
        angles = cache.position.float() * self.turns
        cosine, sine = angles.cos(), angles.sin()
        seen = (torch.arange(cache.room, device=self.device) <= cache.position)[None, None, None]
        for n in range(self.layers):
            mixed = (rms(x) @ self.mixes[n]).view(count, 3, self.heads, self.size)
            query, key = self._turned(mixed[:, 0], cosine, sine), self._turned(mixed[:, 1], cosine, sine)
            cache.key[n].index_copy_(2, cache.position, key[:, :, None])
            cache.value[n].index_copy_(2, cache.position, mixed[:, 2][:, :, None])
            heard = functional.scaled_dot_product_attention(
                query[:, :, None], cache.key[n], cache.value[n], attn_mask=seen
            )
            x = self.layers_there.one(n, x + heard.reshape(count, -1) @ self.outs[n])
        return rms(x)

    def _turned(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        first, second = x.chunk(2, dim=-1)
        return torch.cat([first * cosine - second * sine, first * sine + second * cosine], dim=-1)

    def step(self, x: Floats, cache: Cache, position: int) -> Floats:
        """The next position of every particle (particles, width)."""
        assert isinstance(cache, DeviceCache)
        cache.grow(position + 1)
        cache.entering.copy_(torch.from_numpy(np.ascontiguousarray(x, np.float32)))
        cache.position.fill_(position)
        found: Floats = cache.step().cpu().numpy()
        return found


class DeviceNet(Net):
    """A net on a grid whose trunk and head run on a device; it can write a page there by itself."""

    writes_pages = True

    def __init__(self, config: Config, arrays: dict[str, Floats], device: str) -> None:
        super().__init__(config, arrays)
        self.device = device_named(device)
        self.over_time: DeviceTrunk = DeviceTrunk(self.over_time, self.device)
        self.blocks = DeviceResidual(self.head, self.device)
        self.heads_there: dict[int, Any] = {}
        self.pages: dict[tuple[int, int, float], Any] = {}

    def named(self, rows: Classes, states: Floats, sounding: Classes) -> Floats:
        """Logits (particles, classes) of the next note."""
        count = len(rows)
        if count not in self.heads_there:
            self.heads_there[count] = DeviceHead(self, count)
        found: Floats = self.heads_there[count](rows, states, sounding)
        return found


class DeviceHead:
    """The head for so many particles: rows, states and what sounds in, logits out."""

    def __init__(self, net: DeviceNet, count: int) -> None:
        config, device = net.config, net.device

        def there(array: npt.NDArray[Any]) -> Tensor:
            return torch.from_numpy(np.ascontiguousarray(array)).to(device)

        self.table, self.blocks = there(net.head_table), net.blocks
        self.logit, self.bias, self.picks = there(net.logit), there(net.bias), there(net.picks)
        self.size, self.voices = config.size, torch.arange(config.voices, device=device)
        self.rows = torch.zeros(count, len(config.head_sizes), dtype=torch.int64, device=device)
        self.states = torch.zeros(count, config.head_width, device=device)
        self.sounding = torch.zeros(count, config.voices, dtype=torch.int64, device=device)
        self.run = Recorded(self.compute, device)

    def compute(self) -> Tensor:
        x = self.blocks.all(functional.embedding(self.rows, self.table).sum(1) + self.states)
        found = rms(x) @ self.logit + self.bias
        picks = self.picks[self.sounding, self.voices].flatten(1)
        near = found[:, self.size :].gather(1, picks).view(len(found), -1, self.size)
        return found[:, : self.size] + near.sum(1)

    def __call__(self, rows: Classes, states: Floats, sounding: Classes) -> Floats:
        self.rows.copy_(torch.from_numpy(rows))
        self.states.copy_(torch.from_numpy(np.ascontiguousarray(states)))
        self.sounding.copy_(torch.from_numpy(np.ascontiguousarray(sounding)))
        logits: Floats = self.run().cpu().numpy()
        return logits
