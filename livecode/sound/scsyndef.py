"""Read the names and controls of compiled .scsyndef files made by others.

Format: SuperCollider's "Synth Definition File Format", versions 1 and 2: "SCgf", version (int32), number of
definitions (int16), then each definition. Version 1 has 16-bit counts where version 2 has 32-bit ones.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from livecode.errors import DefinitionError


@dataclass(frozen=True)
class Compiled:
    """One compiled definition: its name, its controls with defaults, and the unit generators it needs."""

    name: str
    controls: dict[str, float]
    units: tuple[str, ...]


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.wide = data, 0, True

    def take(self, form: str) -> int | float:
        (value,) = struct.unpack_from(">" + form, self.data, self.at)
        self.at += struct.calcsize(">" + form)
        return value  # type: ignore[no-any-return]

    def count(self) -> int:
        number = int(self.take("i" if self.wide else "h"))
        if not 0 <= number <= len(self.data):
            raise ValueError(number)
        return number

    def text(self) -> str:
        length = int(self.take("B"))
        self.at += length
        return self.data[self.at - length : self.at].decode("ascii")


def read(data: bytes) -> list[Compiled]:
    """What is in a .scsyndef file; raises DefinitionError when it is none or is damaged."""
    try:
        return _read(data)
    except (struct.error, ValueError, IndexError, UnicodeDecodeError) as error:
        raise DefinitionError("this is no compiled SynthDef, or it is damaged: write it again") from error


def _read(data: bytes) -> list[Compiled]:
    if data[:4] != b"SCgf":
        raise ValueError(data[:4])
    reader = _Reader(data)
    reader.at = 4
    version = reader.take("i")
    if version not in (1, 2):
        raise ValueError(version)
    reader.wide = version == 2
    return [_definition(reader) for _ in range(int(reader.take("h")))]


def _definition(reader: _Reader) -> Compiled:
    name = reader.text()
    for _ in range(reader.count()):
        reader.take("f")
    defaults = [float(reader.take("f")) for _ in range(reader.count())]
    names = [(reader.text(), reader.count()) for _ in range(reader.count())]
    units = tuple(_unit(reader) for _ in range(reader.count()))
    for _ in range(int(reader.take("h"))):
        reader.text()
        for _ in defaults:
            reader.take("f")
    return Compiled(name, {name: defaults[index] for name, index in names}, units)


def _unit(reader: _Reader) -> str:
    name = reader.text()
    reader.take("b")
    inputs, outputs = reader.count(), reader.count()
    reader.take("h")
    for _ in range(inputs):
        reader.take("i" if reader.wide else "h")
        reader.take("i" if reader.wide else "h")
    for _ in range(outputs):
        reader.take("b")
    return name
