"""What a composer tells of each note, folded small: hundreds of phrases are kept, few are ever asked why."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

import msgspec

Origin = dict[str, Any] | None


class Origins(Sequence[Origin]):
    """A sequence of plain dicts, one a note, unfolded each time it is read.

    >>> told = Origins([{"order": 2}, None])
    >>> len(told), told[0], list(told)
    (2, {'order': 2}, [{'order': 2}, None])
    """

    __slots__ = ("_count", "_folded")

    def __init__(self, told: Iterable[Origin]) -> None:
        origins = list(told)
        self._count = len(origins)
        self._folded = zlib.compress(msgspec.msgpack.encode(origins), 1)

    def _unfolded(self) -> list[Origin]:
        origins: list[Origin] = msgspec.msgpack.decode(zlib.decompress(self._folded))
        return origins

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Origin: ...
    @overload
    def __getitem__(self, place: slice) -> list[Origin]: ...
    def __getitem__(self, place: int | slice) -> Origin | list[Origin]:
        return self._unfolded()[place]

    def __iter__(self) -> Iterator[Origin]:
        return iter(self._unfolded())

    def __repr__(self) -> str:
        return repr(self._unfolded())
