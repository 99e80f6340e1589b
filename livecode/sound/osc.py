"""Open Sound Control, as much of it as scsynth speaks: messages and bundles to bytes and back.

This is the general way, for messages sent now and then; notes go through `livecode.sound.encode`.

>>> message("/n_set", 300, "slot_gain", 0.5)[:8]
b'/n_set\\x00\\x00'
>>> parse(message("/n_set", 300, "slot_gain", 0.5))
('/n_set', [300, 'slot_gain', 0.5])

Sources: the OSC 1.0 specification; SuperCollider's Server Command Reference.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

Argument = int | float | str | bytes | None
BUNDLE_HEAD = b"#bundle\x00"
IMMEDIATELY = 1
MAXIMUM_PACKET = 8192

_int32 = struct.Struct(">i")
_float32 = struct.Struct(">f")
_bundle_head = struct.Struct(">8sQ")


def padded(text: str | bytes) -> bytes:
    """A string as OSC has it: ended by a zero, filled up to four bytes.

    >>> padded("bus"), padded("gain")
    (b'bus\\x00', b'gain\\x00\\x00\\x00\\x00')
    """
    raw = text.encode() if isinstance(text, str) else text
    return raw + b"\0" * (4 - len(raw) % 4)


def message(address: str, *arguments: Argument) -> bytes:
    """One OSC message. Integers are 32-bit, floats single precision, bytes a blob, None is nil.

    Raises TypeError for anything else (numpy scalars included: `float(x)` them first).
    """
    tags = [","]
    parts: list[bytes] = []
    for argument in arguments:
        if isinstance(argument, int):
            tags.append("i")
            parts.append(_int32.pack(argument))
        elif isinstance(argument, float):
            tags.append("f")
            parts.append(_float32.pack(argument))
        elif isinstance(argument, str):
            tags.append("s")
            parts.append(padded(argument))
        elif isinstance(argument, bytes):
            tags.append("b")
            parts.append(_int32.pack(len(argument)) + argument + b"\0" * (-len(argument) % 4))
        elif argument is None:
            tags.append("N")
        else:
            raise TypeError(f"OSC cannot carry {argument!r}: give an int, a float, a str or bytes")
    return padded(address) + padded("".join(tags)) + b"".join(parts)


def bundle(timetag: int, messages: Iterable[bytes]) -> bytes:
    """Messages that happen together at one NTP time tag (see `livecode.sound.encode.timetag`).

    >>> len(bundle(IMMEDIATELY, [message("/status")]))
    32
    """
    parts = [_bundle_head.pack(BUNDLE_HEAD, timetag)]
    for data in messages:
        parts.append(_int32.pack(len(data)))
        parts.append(data)
    return b"".join(parts)


def bundles(timetag: int, messages: Iterable[bytes], limit: int = MAXIMUM_PACKET) -> list[bytes]:
    """The same, split so that no packet is longer than `limit` bytes (one longer message goes alone)."""
    packets: list[bytes] = []
    held: list[bytes] = []
    size = 16
    for data in messages:
        if held and size + 4 + len(data) > limit:
            packets.append(bundle(timetag, held))
            held, size = [], 16
        held.append(data)
        size += 4 + len(data)
    if held:
        packets.append(bundle(timetag, held))
    return packets


def parse(data: bytes) -> tuple[str, list[Argument]]:
    """One message back from bytes. Raises ValueError for bytes that are no OSC message."""
    try:
        address, at = _read_string(data, 0)
        if at >= len(data):
            return address, []
        tags, at = _read_string(data, at)
        values: list[Argument] = []
        for tag in tags[1:]:
            if tag == "i":
                values.append(_int32.unpack_from(data, at)[0])
                at += 4
            elif tag == "f":
                values.append(_float32.unpack_from(data, at)[0])
                at += 4
            elif tag == "d":
                values.append(struct.unpack_from(">d", data, at)[0])
                at += 8
            elif tag == "s":
                text, at = _read_string(data, at)
                values.append(text)
            elif tag == "b":
                size = _int32.unpack_from(data, at)[0]
                if size < 0 or at + 4 + size > len(data):
                    raise ValueError("a blob longer than its packet")
                values.append(data[at + 4 : at + 4 + size])
                at += 4 + size + (-size % 4)
            elif tag == "N":
                values.append(None)
            elif tag in "TF":
                values.append(int(tag == "T"))
            else:
                raise ValueError(f"unknown type tag {tag!r}")
        return address, values
    except (struct.error, UnicodeDecodeError, IndexError) as error:
        raise ValueError(f"not an OSC message: {error}") from None


def _read_string(data: bytes, at: int) -> tuple[str, int]:
    end = data.find(b"\0", at)
    if end < 0:
        raise ValueError("not an OSC message: a string without its end")
    return data[at:end].decode(), (end + 4) & ~3
