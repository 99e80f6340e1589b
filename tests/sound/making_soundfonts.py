"""Small SoundFonts, made by the tests themselves: RIFF chunks from Python values."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

RATE = 32000
KEYS, VELOCITIES, SAMPLE, INSTRUMENT = 43, 44, 53, 41
Generators = Sequence[tuple[int, int]]


@dataclass
class Wave:
    """A sample: floats, its key, and where it loops, in frames from its start."""

    sound: np.ndarray
    key: int = 60
    loop: tuple[int, int] = (0, 0)
    cents: int = 0
    rate: int = RATE


@dataclass
class Sound:
    """A preset: zones of (generators, instrument), instruments being zones of (generators, sample)."""

    name: str
    program: int
    bank: int = 0
    zones: list[tuple[Generators, int | None]] = field(default_factory=list)


def sine(freq: float, seconds: float, level: float = 0.5) -> np.ndarray:
    return level * np.sin(2 * np.pi * freq * np.arange(round(seconds * RATE)) / RATE)


def span(low: int, high: int) -> int:
    return low | high << 8


def write(
    path: Path,
    waves: Sequence[Wave],
    instruments: Sequence[Sequence[tuple[Generators, int | None]]],
    presets: Sequence[Sound],
) -> Path:
    """A zone without a sample (or instrument) is global. Ranges must come first, as the format has it."""
    silence = np.zeros(46, "<i2").tobytes()
    smpl, headers, at = b"", b"", 0
    for number, wave in enumerate(waves):
        data = (np.clip(wave.sound, -1, 1) * 32767).astype("<i2")
        start, stop = at, at + len(data)
        loop = (start + wave.loop[0], start + wave.loop[1])
        headers += struct.pack(
            "<20sIIIIIBbHH",
            f"wave {number}".encode(),
            start,
            stop,
            *loop,
            wave.rate,
            wave.key,
            wave.cents,
            0,
            1,
        )
        smpl += data.tobytes() + silence
        at = stop + 46
    headers += struct.pack("<20sIIIIIBbHH", b"EOS", 0, 0, 0, 0, 0, 0, 0, 0, 0)
    inst, ibag, igen = _tables([("an instrument", zones) for zones in instruments], SAMPLE)
    preset_names, pbag, pgen = _tables([(each.name, each.zones) for each in presets], INSTRUMENT)
    phdr = b""
    for name, bag, preset in zip(*preset_names, [*presets, Sound("EOP", 0)]):
        phdr += struct.pack("<20sHHHIII", name.encode(), preset.program, preset.bank, bag, 0, 0, 0)
    instruments_data = b"".join(struct.pack("<20sH", name.encode(), bag) for name, bag in zip(*inst))
    no_modulator = bytes(10)
    tables = _chunk(b"phdr", phdr) + _chunk(b"pbag", pbag) + _chunk(b"pmod", no_modulator)
    tables += _chunk(b"pgen", pgen) + _chunk(b"inst", instruments_data) + _chunk(b"ibag", ibag)
    tables += _chunk(b"imod", no_modulator) + _chunk(b"igen", igen) + _chunk(b"shdr", headers)
    body = b"sfbk" + _chunk(b"LIST", b"INFO" + _chunk(b"ifil", struct.pack("<HH", 2, 4)))
    body += _chunk(b"LIST", b"sdta" + _chunk(b"smpl", smpl)) + _chunk(b"LIST", b"pdta" + tables)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_chunk(b"RIFF", body))
    return path


def _tables(
    named: Sequence[tuple[str, Sequence[tuple[Generators, int | None]]]], last: int
) -> tuple[tuple[list[str], list[int]], bytes, bytes]:
    names, bags, bag, generators, count, zones_so_far = [], [], b"", b"", 0, 0
    for name, zones in [*named, ("END", [])]:
        names.append(name)
        bags.append(zones_so_far)
        for own, target in zones:
            bag += struct.pack("<HH", count, 0)
            rows = [*own, *([(last, target)] if target is not None else [])]
            generators += b"".join(struct.pack("<HH", number, value & 0xFFFF) for number, value in rows)
            count += len(rows)
            zones_so_far += 1
    bag += struct.pack("<HH", count, 0)
    return (names, bags), bag, generators + bytes(4)


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
