"""Our net of chorales as a Hugging Face model: `generate` with its own cache, over the very same weights.

No architecture that comes with transformers is ours (frames of a grid, a head for every note, squared ReLU,
tables of many fields), so this is our module as a `PreTrainedModel` with `GenerationMixin`: its loop, its
samplers, its `DynamicCache`, its eager kernels. What the net is told of a note is worked out by the same code
as everywhere (`decode.Writer`), so that a comparison is of caches, kernels and loops, not of features.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from transformers import GenerationConfig, GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.cache_utils import DynamicCache
from transformers.modeling_outputs import CausalLMOutputWithPast

from livecode.generators.neural.checkpoint import Checkpoint
from livecode.generators.neural.config import Config
from livecode.generators.neural.decode import Net, Writer
from livecode.generators.neural.features import Classes
from livecode.generators.neural.model import Attention, ChoraleNet, filled, rotary, turn
from livecode.generators.neural.trunk import Cache, Floats, Trunk


class GridConfig(PretrainedConfig):
    """What transformers must know of a net on a grid; `net` has its own sizes."""

    model_type = "livecode_grid"

    def __init__(self, net: dict[str, Any] | None = None, **more: Any) -> None:
        self.net = net or {}
        if net:
            sizes = Config.from_dict(net)
            more |= {
                "vocab_size": sizes.size + 1,
                "hidden_size": sizes.width,
                "num_hidden_layers": sizes.layers,
                "num_attention_heads": sizes.heads,
            }
        super().__init__(**more)


class CachedTrunk(Trunk):
    """Attention over time by torch's modules, keys and values in the cache that `generate` hands over."""

    def __init__(self, plain: Trunk, net: ChoraleNet) -> None:
        self.__dict__.update(plain.__dict__)
        self.net, self.past = net, DynamicCache()
        cosine, sine = rotary(4096, net.config.width // net.config.heads)
        device = net.trunk_table.device
        self.cosine, self.sine = cosine.to(device), sine.to(device)

    def cache(self, particles: int = 1) -> Cache:
        """An empty one of NumPy's, which nobody fills: the keys are in `past`."""
        return super().cache(1)

    def step(self, x: Floats, cache: Cache, position: int) -> Floats:
        """The next position of every piece (pieces, width)."""
        there = torch.from_numpy(x).to(self.cosine.device)[:, None]
        for n, (attention, layer) in enumerate(zip(self.net.attention, self.net.layer)):
            there = layer(self._attended(attention, there, n, position))
        found: Floats = functional.rms_norm(there[:, 0], (there.shape[-1],), None, 1e-5).cpu().numpy()
        return found

    def _attended(self, attention: Any, x: Tensor, n: int, position: int) -> Tensor:
        assert isinstance(attention, Attention)
        pieces, _, width = x.shape
        y = attention.norm(x)
        shape = (pieces, 1, attention.heads, width // attention.heads)
        query, key, value = (
            part(y).view(shape).transpose(1, 2) for part in (attention.ask, attention.key, attention.value)
        )
        here = slice(position, position + 1)
        query = turn(query, self.cosine[here], self.sine[here])
        key = turn(key, self.cosine[here], self.sine[here])
        keys, values = self.past.update(key, value, n)
        mixed = functional.scaled_dot_product_attention(query, keys, values)
        out: Tensor = x + attention.out(mixed.transpose(1, 2).reshape(pieces, 1, width))
        return out


class EagerNet(Net):
    """Our net whose matrices are torch's modules, run as they stand."""

    def __init__(self, config: Config, arrays: dict[str, Floats], net: ChoraleNet) -> None:
        super().__init__(config, arrays)
        self.module = net
        self.over_time: CachedTrunk = CachedTrunk(self.over_time, net)

    def named(self, rows: Classes, states: Floats, sounding: Classes) -> Floats:
        """Logits (pieces, classes) of the next note."""
        net, device = self.module, self.module.trunk_table.device
        there = torch.from_numpy(np.ascontiguousarray(rows)).to(device)
        x = functional.embedding(there, net.head_table).sum(1)
        x = x + torch.from_numpy(np.ascontiguousarray(states)).to(device)
        for layer in net.head:
            x = layer(x)
        found = net.logit(net.finish(x))
        picks = (net.relation[torch.from_numpy(sounding).to(device)] + net.get_buffer("offsets")).flatten(1)
        near = found[:, self.config.size :].gather(1, picks).view(len(found), -1, self.config.size)
        logits: Floats = (found[:, : self.config.size] + near.sum(1)).cpu().numpy()
        return logits


class GridModel(PreTrainedModel, GenerationMixin):
    """The net as transformers takes it: token ids are classes, and one more that begins every piece."""

    config_class = GridConfig
    main_input_name = "input_ids"
    _supports_sdpa = True

    def __init__(self, config: GridConfig) -> None:
        super().__init__(config)
        self.sizes = Config.from_dict(config.net)
        self.inner = ChoraleNet(self.sizes)
        self.arrays: dict[str, Floats] = {}
        self.eager: EagerNet | None = None
        self.writer: Writer | None = None

    @classmethod
    def of(cls, loaded: Checkpoint, device: str) -> GridModel:
        """With the weights of one of our checkpoints, on a device."""
        assert isinstance(loaded.config, Config)
        model = cls(GridConfig(net=loaded.config.to_dict()))
        filled(model.inner, loaded.arrays)
        model.arrays = dict(loaded.arrays)
        return model.to(device).eval()

    def begin(self, pieces: int) -> None:
        """Empty pages, so many."""
        self.eager = EagerNet(self.sizes, self.arrays, self.inner)
        self.writer = self.eager.write(pieces)

    def prepare_inputs_for_generation(self, input_ids: Tensor, **given: Any) -> dict[str, Any]:
        """The newest token of every piece, and the cache."""
        return {"input_ids": input_ids[:, -1:], "past_key_values": given.get("past_key_values")}

    def forward(
        self, input_ids: Tensor, past_key_values: Any = None, **ignored: Any
    ) -> CausalLMOutputWithPast:
        """Logits (pieces, 1, ids) of the next token of every piece."""
        assert self.writer is not None and self.eager is not None, "begin() first"
        if past_key_values is not None:
            self.eager.over_time.past = past_key_values
        chosen = input_ids[:, -1]
        if int(chosen[0]) < self.sizes.size:
            self.writer.choose(chosen.cpu().numpy())
        logits = torch.from_numpy(self.writer.logits()).to(input_ids.device)
        never = torch.full((len(logits), 1), float("-inf"), device=logits.device)
        return CausalLMOutputWithPast(
            logits=torch.cat([logits, never], 1)[:, None], past_key_values=past_key_values
        )

    def pages(self, count: int) -> Generator[Any, Any, None]:
        """Logits (pieces, classes) note after note; send what was chosen. The way of `generate`, by hand."""
        past = DynamicCache()
        chosen = np.full(count, self.sizes.size)
        logits: Any = None
        while True:
            said = yield logits
            chosen = chosen if said is None else said
            ids = torch.from_numpy(np.asarray(chosen, np.int64))[:, None].to(self.device)
            with torch.no_grad():
                found = self(ids, past_key_values=past).logits
            logits = found[:, -1, :-1].cpu().numpy()

    def pieces(self, count: int, tokens: int) -> Tensor:
        """So many pieces of so many tokens, drawn at temperature 1 by `generate`."""
        self.begin(count)
        first = torch.full((count, 1), self.sizes.size, dtype=torch.int64, device=self.device)
        how = GenerationConfig(
            do_sample=True, top_k=0, max_new_tokens=tokens, use_cache=True, pad_token_id=0, eos_token_id=None
        )
        with torch.no_grad():
            found: Tensor = self.generate(first, generation_config=how)[:, 1:]
        return found
