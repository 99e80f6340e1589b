"""What can be kept of a recording that did not end well: the disk was full, the engine or the sender died.

The samples are in the file, but a WAV file says at its beginning how many there are, and that is written when
it is closed. `mend` writes it from the file's length, in place: that needs no room on the disk.

>>> import tempfile
>>> head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 0, b"WAVE", b"fmt ", 16, 3, 1, 8, 32, 4, 32, b"data", 0)
>>> with tempfile.TemporaryDirectory() as folder:
...     place = Path(folder, "take.wav")
...     _ = place.write_bytes(head + struct.pack("<4f", 0.0, 0.5, -0.5, 0.0))
...     mend(place)
0.5
"""

from __future__ import annotations

import contextlib
import glob
import os
import struct
from pathlib import Path
from typing import BinaryIO

_chunk = struct.Struct("<4sI")
_size = struct.Struct("<I")
_format = struct.Struct("<HHIIHH")
ROOM = 1 << 20
"""Bytes: with less free than this a disk counts as full."""
MOST_CHUNKS = 32


def mend(path: Path) -> float:
    """Makes the WAV file at `path` say how long it really is; its length in seconds, 0.0 when it is none."""
    with contextlib.suppress(OSError, struct.error), path.open("r+b") as file:
        return _mended(file, os.fstat(file.fileno()).st_size)
    return 0.0


def _mended(file: BinaryIO, size: int) -> float:
    if file.read(4) != b"RIFF" or file.seek(8) != 8 or file.read(4) != b"WAVE":
        return 0.0
    at, frame, rate, fact = 12, 0, 0, 0
    for _ in range(MOST_CHUNKS):
        file.seek(at)
        name, length = _chunk.unpack(file.read(8))
        if name == b"fmt ":
            _, _, rate, _, frame, _ = _format.unpack(file.read(16))
        elif name == b"fact":
            fact = at + 8
        elif name == b"data":
            break
        at += 8 + length + length % 2
    else:
        return 0.0
    if not frame or not rate:
        return 0.0
    begin = at + 8
    if length == 0 or begin + length > size or length % frame:
        length = (size - begin) // frame * frame
        for place, value in ((4, size - 8), (fact, length // frame), (at + 4, length)):
            if place:
                file.seek(place)
                file.write(_size.pack(min(value, 0xFFFFFFFF)))
    return float(length / frame / rate)


def why_not_written(folder: Path) -> str:
    """Why nothing more goes into the files of a folder, in words."""
    if not folder.is_dir():
        return f"{folder} is gone"
    return no_room(folder) or "the disk does not take it"


def no_room(folder: Path) -> str:
    """That the disk of a folder is full, in words; "" when it is not, or nobody can tell."""
    with contextlib.suppress(OSError, AttributeError):
        room = os.statvfs(folder)
        if room.f_bavail * room.f_frsize < ROOM:
            return "no space left on the disk"
    return ""


def raw_name(target: Path) -> Path:
    """Where the samples of a take go that is converted when it ends: hidden, beside it."""
    return target.with_name(f".{target.stem}.part.wav")


def plain(raw: Path) -> Path:
    """Brings such samples to light, as a WAV file of the take's name that nothing else has."""
    if not raw.name.endswith(".part.wav"):
        return raw
    stem = raw.name.removeprefix(".").removesuffix(".part.wav")
    shown, number = raw.with_name(f"{stem}.wav"), 1
    while shown.exists():
        number += 1
        shown = raw.with_name(f"{stem}-{number}.wav")
    with contextlib.suppress(OSError):
        return raw.rename(shown)
    return raw


def recover(target: Path) -> tuple[float, Path]:
    """What there is of the recording at `target` and its stems, made readable; the master's length and place.

    For a take whose engine has died.
    """
    converted = target.suffix != ".wav"
    stems = target.parent.glob(f"{'.' * converted}{glob.escape(target.stem)}-orbit-*.wav")
    found: list[tuple[float, Path]] = []
    for raw in [raw_name(target) if converted else target, *sorted(stems)]:
        if not converted or raw.name.endswith(".part.wav"):
            found.append((mend(raw), plain(raw) if raw.exists() else raw))
    return found[0]
