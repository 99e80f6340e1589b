"""Small SoundFonts, made by the tests themselves: RIFF chunks from Python values."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from livecode.sound.render import Renderer
from livecode.sound.resolve import Resolver
from livecode.sound.samples import Samples
from livecode.stage.offline import perform

RATE = 32000
SERVER = 48000
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
    zones: list[Any] = field(default_factory=list)


def sine(freq: float, seconds: float, level: float = 0.5) -> np.ndarray:
    return level * np.sin(2 * np.pi * freq * np.arange(round(seconds * RATE)) / RATE)


def span(low: int, high: int) -> int:
    return low | high << 8


def write(
    path: Path,
    waves: Sequence[Wave],
    instruments: Sequence[Sequence[Any]],
    presets: Sequence[Sound],
) -> Path:
    """A zone is (generators, sample or instrument) or (generators, sample or instrument, modulators), and
    global without a sample (or instrument). Ranges must come first, as the format has it. A modulator is its
    five words.
    """
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
    inst, ibag, igen, imod = _tables([("an instrument", zones) for zones in instruments], SAMPLE)
    preset_names, pbag, pgen, pmod = _tables([(each.name, each.zones) for each in presets], INSTRUMENT)
    phdr = b""
    for name, bag, preset in zip(*preset_names, [*presets, Sound("EOP", 0)]):
        phdr += struct.pack("<20sHHHIII", name.encode(), preset.program, preset.bank, bag, 0, 0, 0)
    instruments_data = b"".join(struct.pack("<20sH", name.encode(), bag) for name, bag in zip(*inst))
    tables = _chunk(b"phdr", phdr) + _chunk(b"pbag", pbag) + _chunk(b"pmod", pmod)
    tables += _chunk(b"pgen", pgen) + _chunk(b"inst", instruments_data) + _chunk(b"ibag", ibag)
    tables += _chunk(b"imod", imod) + _chunk(b"igen", igen) + _chunk(b"shdr", headers)
    body = b"sfbk" + _chunk(b"LIST", b"INFO" + _chunk(b"ifil", struct.pack("<HH", 2, 4)))
    body += _chunk(b"LIST", b"sdta" + _chunk(b"smpl", smpl)) + _chunk(b"LIST", b"pdta" + tables)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_chunk(b"RIFF", body))
    return path


def heard(place: Path, tmp_path: Path, line: str, cycles: int = 1, tail: float = 1.0) -> np.ndarray:
    """A line of code at one cycle a second, rendered."""

    def resolver() -> Resolver:
        made = Resolver(samples=Samples([place], tmp_path / "cache"), cache=tmp_path / "cache")
        return made

    performance = perform(source=f"cps(1)\nd1 >> {line}", cycles=cycles, resolver=resolver)
    assert not performance.notices
    target = tmp_path / "heard.wav"
    Renderer().render(performance.sends, performance.commands, performance.seconds, target, tail=tail)
    sound, _ = soundfile.read(target, dtype="float32", always_2d=True)
    return np.asarray(sound)


def heard_each(place: Path, tmp_path: Path, *lines: str) -> list[np.ndarray]:
    """Lines of code, each a cycle of a second with a second of silence after it, from one render."""
    turns = ", ".join(f"{line}, silence" for line in lines)
    sound = heard(place, tmp_path, f"cat({turns})", cycles=2 * len(lines), tail=0.5)
    return [sound[2 * number * SERVER : 2 * (number + 1) * SERVER] for number in range(len(lines))]


def _tables(
    named: Sequence[tuple[str, Sequence[Any]]], last: int
) -> tuple[tuple[list[str], list[int]], bytes, bytes, bytes]:
    names, bags, bag, generators, modulators, count, zones_so_far = [], [], b"", b"", b"", 0, 0
    for name, zones in [*named, ("END", [])]:
        names.append(name)
        bags.append(zones_so_far)
        for own, target, *moves in zones:
            bag += struct.pack("<HH", count, len(modulators) // 10)
            modulators += b"".join(struct.pack("<HHhHH", *move) for each in moves for move in each)
            rows = [*own, *([(last, target)] if target is not None else [])]
            generators += b"".join(struct.pack("<HH", number, value & 0xFFFF) for number, value in rows)
            count += len(rows)
            zones_so_far += 1
    bag += struct.pack("<HH", count, len(modulators) // 10)
    return (names, bags), bag, generators + bytes(4), modulators + bytes(10)


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
