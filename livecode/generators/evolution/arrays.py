"""The few array operations that evolution is written in, so that one text runs in NumPy and in torch.

What both libraries call by the same name (arithmetic, comparison, `sum`, `reshape`, slices) is written
plainly; what they name or do differently goes through here. The torch twin lives in
`generators/neural/arrays.py`, the one place that may import it.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np

from livecode.errors import GeneratorError

Array = Any
"""An array of either library."""


@lru_cache(maxsize=64)
def blocks(size: int, count: int) -> Any:
    """A matrix that sums `count` equal pieces of `size` numbers."""
    return np.repeat(np.eye(count, dtype=np.float32), size // count, axis=0)


class NumpyArrays:
    """The operations on the CPU.

    >>> ARRAYS.fill_forward(np.array([[5, 0, 7]]), np.array([[True, False, True]])).tolist()
    [[5, 5, 7]]
    """

    name = "numpy"

    def asarray(self, values: Any, dtype: str | None = None) -> Array:
        """Values as an array where the others are."""
        return np.asarray(values, dtype=dtype)

    def to_numpy(self, array: Array) -> Any:
        """An array as NumPy's."""
        return array

    def cast(self, array: Array, dtype: str) -> Array:
        """The same numbers in another type."""
        return array.astype(dtype, copy=False)

    def look_up(self, table: Array, index: Array) -> Array:
        """A table of 256 entries read at small whole numbers; negative ones count from its end."""
        return np.take(table, index.view(np.uint8), mode="wrap")

    def rows(self, array: Array, index: Array) -> Array:
        """Some rows of an array."""
        return np.take(array, index, axis=0)

    def index(self, places: Array) -> Array:
        """Places along the last axis as an index for `along`, those before the beginning as the first."""
        return np.maximum(places, 0).astype(np.intp)

    def along(self, array: Array, index: Array) -> Array:
        """For each row its own choice of columns."""
        shape = np.broadcast_shapes(array.shape[:-1], index.shape[:-1])
        index = np.broadcast_to(index, (*shape, index.shape[-1])).astype(np.intp, copy=False)
        return np.take_along_axis(np.broadcast_to(array, (*shape, array.shape[-1])), index, -1)

    def put(self, array: Array, index: Array, values: Array) -> Array:
        """A copy in which each row has other values at its own choice of columns."""
        out = array.copy()
        np.put_along_axis(out, index.astype(np.intp), values, -1)
        return out

    def where(self, condition: Array, yes: Any, no: Any) -> Array:
        """One or the other, in the type of the second."""
        if not isinstance(yes, np.ndarray) and isinstance(no, np.ndarray):
            yes = no.dtype.type(yes)
        if not isinstance(no, np.ndarray) and isinstance(yes, np.ndarray):
            no = yes.dtype.type(no)
        return np.where(condition, yes, no)

    def fill_forward(self, values: Array, known: Array) -> Array:
        """Along the last axis, each place the last known value; before the first, what stands there."""
        place = np.arange(values.shape[-1], dtype=np.int16)
        last = np.maximum.accumulate(np.where(known, place, np.int16(0)), axis=-1)
        return np.take_along_axis(values, last.astype(np.intp), -1)

    def total(self, array: Array) -> Array:
        """The sum over everything but songs, of whole numbers or truths, as float32."""
        return array.reshape(len(array), -1).sum(-1, dtype=np.int32).astype(np.float32)

    def pieces(self, array: Array, count: int) -> Array:
        """The sums of so many equal pieces of the last axis, of whole numbers or truths, as float32."""
        # A product with a matrix of blocks is quicker than many short sums, and exact for whole numbers.
        return array.astype(np.float32) @ blocks(array.shape[-1], count)

    def running_largest(self, array: Array) -> Array:
        """Along the last axis, the largest so far."""
        return np.maximum.accumulate(array, axis=-1)

    def larger(self, one: Array, other: Array) -> Array:
        """The larger of two, place by place."""
        return np.maximum(one, other)

    def octets(self, array: Array) -> Array:
        """64-bit numbers as eight bytes each, the lowest first, along the last axis."""
        return np.ascontiguousarray(array).view(np.uint8)

    def largest(self, array: Array, axis: int = -1) -> Array:
        """The largest along an axis."""
        return array.max(axis)

    def argsort(self, array: Array) -> Array:
        """The order of each row, equals as they stand."""
        return np.argsort(array, axis=-1, kind="stable")

    def clip(self, array: Array, low: float, high: float) -> Array:
        """Numbers kept between two."""
        return np.clip(array, low, high)

    def concat(self, arrays: list[Array], axis: int = 0) -> Array:
        """Arrays one after another."""
        return np.concatenate(arrays, axis=axis)

    def sqrt(self, array: Array) -> Array:
        """Square roots."""
        return np.sqrt(array)

    def exp(self, array: Array) -> Array:
        """Exponentials."""
        return np.exp(array)

    def assign(self, array: Array, rows: Array, values: Array) -> Array:
        """A copy with some rows replaced."""
        out = array.copy()
        out[rows] = values
        return out


ARRAYS = NumpyArrays()


def arrays_on(device: str) -> Any:
    """The operations for a device: "cpu" is NumPy, "cuda" or "torch" (torch on the CPU) need torch."""
    if device in ("", "cpu", "numpy"):
        return ARRAYS
    try:
        module = import_module("livecode.generators.neural.arrays")
        return module.TorchArrays(device)
    except ImportError:
        raise GeneratorError(
            f"evolution on {device!r} needs torch: pip install torch, or leave the device out"
        ) from None
