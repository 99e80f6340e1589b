"""Damaged and hostile files of every kind: each is read or named and skipped, none brings anything down."""

from __future__ import annotations

import io
import random
import re
import resource
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from livecode.music.corpus import corpus
from livecode.music.kern import kern_bytes
from livecode.music.midi import midi_bytes
from livecode.music.musicxml import musicxml_bytes
from livecode.music.phrase import Phrase
from livecode.music.reading import read_files

KINDS = (".mid", ".krn", ".abc", ".musicxml", ".mxl")
MANY = 1000

ABC = b"X:1\nT:A tune\nM:6/8\nL:1/8\nK:D\nDED F2A|d2f ecA|G2B F2A|E2F G3|DED F2A|dfe d2A|BAF EDE|D3 D3:|\n"


def zipped(contents: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("score.xml", contents)
    return out.getvalue()


def sound_file(kind: str, phrase: Phrase) -> bytes:
    """A good file of a kind."""
    if kind == ".mid":
        return midi_bytes(phrase)
    if kind == ".krn":
        return kern_bytes(phrase)
    if kind == ".abc":
        return ABC
    return zipped(musicxml_bytes(phrase)) if kind == ".mxl" else musicxml_bytes(phrase)


def truncated(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(1, len(data))]


def noisy(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(chance.choice((1, 4, 40))):
        out[chance.randrange(len(out))] = chance.randrange(256)
    return bytes(out)


def binary(data: bytes, chance: random.Random) -> bytes:
    return data[:8] + chance.randbytes(chance.choice((0, 10, 1000, 20_000)))


def huge(data: bytes, chance: random.Random) -> bytes:
    """Numbers become enormous, in text; in MIDI the lengths of chunks."""
    if data[:4] == b"MThd":
        place = data.find(b"MTrk", chance.randrange(len(data)))
        place = data.find(b"MTrk") if place < 0 else place
        return data[: place + 4] + b"\xff\xff\xff\xf0" + data[place + 8 :]
    numbers = list(re.finditer(rb"\d+", data))
    if not numbers:
        return data
    found = chance.choice(numbers)
    return data[: found.start()] + b"9" * chance.choice((4, 9, 30, 400)) + data[found.end() :]


def doubled(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + data[place : place + 2000] * chance.choice((2, 20)) + data[place:]


def shuffled(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines)


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    truncated, noisy, binary, huge, doubled, shuffled,
)  # fmt: skip


def damaged(kind: str, count: int, folder: Path) -> list[Path]:
    phrases = [piece.phrase.slice(0, piece.phrase.bar * 4) for piece in corpus("foster").pieces[:4]]
    phrases.append(corpus("bach chorales")[0].phrase.slice(0, 4 * 40320))
    chance = random.Random(f"{kind} {count}")
    files = []
    for number in range(count):
        good = sound_file(kind, chance.choice(phrases))
        path = folder / f"{number:04}{kind}"
        path.write_bytes(chance.choice(DAMAGES)(good, chance))
        files.append(path)
    return files


def check(files: list[Path]) -> None:
    begin = time.monotonic()
    pieces, skipped = read_files(files)
    named = {piece.source for piece in pieces} | {name for name, _ in skipped}
    assert named == {path.name for path in files}
    assert all(reason and "\n" not in reason and len(reason) < 400 for _, reason in skipped)
    assert all(len(piece.phrase) for piece in pieces)
    assert time.monotonic() - begin < 31 * len(files)
    # The reading itself happens elsewhere: this process has not grown.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 << 20


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files_are_read_or_named(kind: str, tmp_path: Path) -> None:
    check(damaged(kind, 60 if kind == ".mid" else 5, tmp_path))


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_damaged_files_are_read_or_named(kind: str, tmp_path: Path) -> None:
    check(damaged(kind, MANY, tmp_path))


def lol() -> bytes:
    entities = b"".join(
        b'<!ENTITY b%d "%s">' % (n, b"&b%d;" % (n - 1) * 10 if n else b"&b;" * 10) for n in range(9)
    )
    score = b"]><score-partwise><work><work-title>&b8;</work-title></work></score-partwise>"
    return b'<!DOCTYPE a [<!ENTITY b "' + b"x" * 1000 + b'">' + entities + score


def outside() -> bytes:
    return b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><score-partwise>&b;</score-partwise>'


def deep() -> bytes:
    return b"<a>" * 200_000


def zeros() -> bytes:
    """Zeros pack a thousandfold: sixty-six megabytes in a small file."""
    return zipped(b"<score-partwise>" + b"\x00" * (66 << 20))


HEAD, EMPTY_TRACK = b"MThd\x00\x00\x00\x06", b"MTrk\x00\x00\x00\x04\x00\xff\x2f\x00"

BOMBS: dict[str, Callable[[], bytes]] = {
    "lol.musicxml": lol,
    "lol.mxl": lambda: zipped(lol()),
    "outside.musicxml": outside,
    "empty.mid": lambda: b"",
    "ticks.mid": lambda: HEAD + b"\x00\x00\x00\x01\x00\x00" + EMPTY_TRACK,
    "smpte.mid": lambda: HEAD + b"\x00\x00\x00\x01\xe7\x28" + EMPTY_TRACK,
    "tracks.mid": lambda: HEAD + b"\x00\x01\xff\xff\x01\xe0" + EMPTY_TRACK * 60_000,
}
SLOW: dict[str, Callable[[], bytes]] = {
    "deep.musicxml": deep,
    "deep.mxl": lambda: zipped(deep()),
    "zeros.mxl": zeros,
    "tunes.abc": lambda: b"X:1\nK:C\nC\n" * 6000,
    "long.krn": lambda: b"**kern\n" + b"4c\n" * 400_000 + b"*-\n",
    "wide.krn": lambda: b"\t".join([b"**kern"] * 5000) + b"\n" + b"\t".join([b"4c"] * 5000) + b"\n",
    "eternal.krn": lambda: b"**kern\n0%999999999c\n4c\n*-\n",
    "notes.abc": lambda: b"X:1\nK:C\n" + b"C" * 300_000 + b"\n",
}


def test_bombs_are_refused_quickly(tmp_path: Path) -> None:
    files = []
    for name, make in BOMBS.items():
        files.append(tmp_path / name)
        files[-1].write_bytes(make())
    pieces, skipped = read_files(files)
    assert not pieces and [name for name, _ in skipped] == list(BOMBS)
    assert all("\n" not in reason for _, reason in skipped)


@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", SLOW)
def test_huge_files_take_bounded_time(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(SLOW[name]())
    begin = time.monotonic()
    pieces, skipped = read_files([path])
    # Read, or given up after two minutes by the process that reads: 40 s on a quiet machine.
    assert len(pieces) + len(skipped) == 1 and time.monotonic() - begin < 130
