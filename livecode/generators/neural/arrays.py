"""The array operations of evolution in torch, for populations on a GPU: the twin of `evolution/arrays.py`."""

from __future__ import annotations

from typing import Any

import torch

from livecode.errors import GeneratorError

DTYPES = {
    "bool": torch.bool,
    "int8": torch.int8,
    "uint8": torch.uint8,
    "int16": torch.int16,
    "int32": torch.int32,
    "int64": torch.int64,
    "float32": torch.float32,
}


class TorchArrays:
    """The operations on a torch device; "torch" is its CPU."""

    name = "torch"

    def __init__(self, device: str) -> None:
        try:
            self.device = torch.device("cpu" if device == "torch" else device)
        except RuntimeError:
            raise GeneratorError(f"there is no device {device!r}: say cuda, or leave it out") from None
        if self.device.type == "cuda" and (self.device.index or 0) >= torch.cuda.device_count():
            raise GeneratorError(f"there is no device {device!r} here: leave it out")

    def asarray(self, values: Any, dtype: str | None = None) -> Any:
        if not isinstance(values, torch.Tensor):
            import numpy as np

            values = torch.from_numpy(np.array(values, dtype=dtype))
        values = values.to(self.device)
        return values if dtype is None else values.to(DTYPES[dtype])

    def to_numpy(self, array: Any) -> Any:
        return array.cpu().numpy() if isinstance(array, torch.Tensor) else array

    def cast(self, array: Any, dtype: str) -> Any:
        return array.to(DTYPES[dtype])

    def look_up(self, table: Any, index: Any) -> Any:
        table = self.asarray(table)
        return table[index.long() % 256]

    def rows(self, array: Any, index: Any) -> Any:
        return array[self.asarray(index).long()]

    def index(self, places: Any) -> Any:
        return torch.clamp(places, min=0).long()

    def along(self, array: Any, index: Any) -> Any:
        index = self.asarray(index).long()
        shape = torch.broadcast_shapes(array.shape[:-1], index.shape[:-1])  # type: ignore[no-untyped-call]
        index = index.expand(*shape, index.shape[-1])
        return torch.take_along_dim(array.expand(*shape, array.shape[-1]), index, -1)

    def put(self, array: Any, index: Any, values: Any) -> Any:
        return array.scatter(-1, index.long(), values)

    def where(self, condition: Any, yes: Any, no: Any) -> Any:
        condition = self.asarray(condition)
        like = yes if isinstance(yes, torch.Tensor) else no
        if not isinstance(yes, torch.Tensor):
            yes = torch.as_tensor(yes, dtype=like.dtype, device=self.device)
        if not isinstance(no, torch.Tensor):
            no = torch.as_tensor(no, dtype=like.dtype, device=self.device)
        return torch.where(condition, yes, no)

    def fill_forward(self, values: Any, known: Any) -> Any:
        place = torch.arange(values.shape[-1], device=self.device)
        last = torch.cummax(torch.where(known, place, torch.zeros_like(place)), -1).values
        return torch.take_along_dim(values, last, -1)

    def total(self, array: Any) -> Any:
        return array.reshape(len(array), -1).sum(-1, dtype=torch.int32).float()

    def pieces(self, array: Any, count: int) -> Any:
        return array.reshape(*array.shape[:-1], count, -1).sum(-1, dtype=torch.int32).float()

    def running_largest(self, array: Any) -> Any:
        return torch.cummax(array, -1).values

    def larger(self, one: Any, other: Any) -> Any:
        return torch.maximum(one, other)

    def octets(self, array: Any) -> Any:
        return array.contiguous().view(torch.uint8)

    def largest(self, array: Any, axis: int = -1) -> Any:
        return array.amax(axis)

    def argsort(self, array: Any) -> Any:
        return torch.argsort(array, dim=-1, stable=True)

    def clip(self, array: Any, low: float, high: float) -> Any:
        return torch.clamp(array, low, high)

    def concat(self, arrays: list[Any], axis: int = 0) -> Any:
        return torch.cat([self.asarray(array) for array in arrays], dim=axis)

    def sqrt(self, array: Any) -> Any:
        return torch.sqrt(array)

    def exp(self, array: Any) -> Any:
        return torch.exp(array)

    def assign(self, array: Any, rows: Any, values: Any) -> Any:
        out = array.clone()
        out[self.asarray(rows)] = values
        return out
