"""Compiled bytes that are kept on disk, with a seal: damaged ones are noticed, not sent.

A synth definition with four wrong bytes makes scsynth crash each time it is loaded, and a cache is trusted
for ever; so what is read back has to be what was written.

>>> unsealed(sealed(b"SCgf")), unsealed(b"SCgf and nothing that fits")
(b'SCgf', None)
"""

from __future__ import annotations

from hashlib import blake2b

SIZE = 16


def sealed(data: bytes) -> bytes:
    """The bytes and, after them, what must be found of them again."""
    return data + blake2b(data, digest_size=SIZE).digest()


def unsealed(data: bytes) -> bytes | None:
    """The bytes that were sealed; None when they are not what they were."""
    inside = data[:-SIZE]
    return inside if sealed(inside) == data else None
