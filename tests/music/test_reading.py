"""Reading: real files come back as they were, hostile ones cost a line."""

from __future__ import annotations

import io
import os
import struct
import time
import zipfile
from pathlib import Path

import pytest

from livecode.errors import CorpusError
from livecode.generators.generator import Context
from livecode.generators.markov import markov
from livecode.music.corpus import corpus
from livecode.music.phrase import Phrase
from livecode.music.reading import read_files, read_folder
from livecode.music.writing import write


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


def rows(phrase: Phrase) -> list[tuple[int, ...]]:
    return [tuple(int(note[name]) for name in ("onset", "duration", "pitch")) for note in phrase.notes]


def test_what_was_written_is_read(tmp_path: Path) -> None:
    tune = corpus("foster")[1].phrase
    for ending in (".mid", ".krn", ".musicxml"):
        write(tune, tmp_path / f"tune{ending}")
    (tmp_path / "two.abc").write_text(
        "X:1\nT:First\nM:3/4\nL:1/8\nK:G\nG2 A2 B2|c6|\n\nX:2\nT:Second\nM:2/4\nL:1/8\nK:D\nD|F2 A2|d4|]\n"
    )
    (tmp_path / "notes.txt").write_text("no music")
    music = read_folder(tmp_path)
    assert not music.skipped
    by_name = {piece.name: piece for piece in music}
    assert len(music) == 5
    assert by_name["First"].phrase.metre == (3, 4) and by_name["First"].phrase.key == "g major"
    assert by_name["Second"].phrase.notes["pitch"].tolist() == [62, 66, 69, 74]
    whole = [piece for piece in music if piece.source.startswith("tune")]
    assert [rows(piece.phrase) for piece in whole] == [rows(tune)] * 3
    assert len({piece.family for piece in whole}) == 1


def test_the_second_reading_comes_from_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(corpus("foster")[1].phrase, tmp_path / "tune.mid")
    first, _ = read_files([path])
    monkeypatch.setattr("livecode.music.process.Child.call", lambda *_: pytest.fail("read again"))
    again, _ = read_files([path])
    assert rows(again[0].phrase) == rows(first[0].phrase)


def midi(body: bytes, tracks: int = 1, division: int = 480) -> bytes:
    head = b"MThd" + struct.pack(">IHHH", 6, 1, tracks, division)
    return head + b"MTrk" + struct.pack(">I", len(body)) + body


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><score-partwise>&j;</score-partwise>"
)
HOSTILE = {
    "empty.mid": b"",
    "noise.mid": os.urandom(5000),
    "truncated.mid": midi(b"\x00\x90\x40\x40\x83\x60\x80\x40\x00\x00\xff\x2f\x00")[:-9],
    "lying.mid": b"MThd"
    + struct.pack(">IHHH", 6, 1, 1, 480)
    + b"MTrk"
    + struct.pack(">I", 1 << 31)
    + b"\x00",
    "smpte.mid": midi(b"\x00\x90\x40\x40\x60\x80\x40\x00\x00\xff\x2f\x00", division=0xE728),
    "nothing.mid": midi(b"\x00\xff\x2f\x00"),
    "noise.krn": os.urandom(5000),
    "words.krn": b"this is no kern at all\n" * 50,
    "header.krn": b"**kern\n",
    "noise.abc": os.urandom(5000),
    "words.abc": b"just some words\n",
    "open.abc": b"X:1\nT:Open\nK:C\n" + b"[" * 2000,
    "bomb.musicxml": BOMB,
    "noise.xml": os.urandom(5000),
    "cut.musicxml": b'<?xml version="1.0"?><score-partwise version="4.0"><part-list>',
    "noise.mxl": os.urandom(5000),
    "bomb.mxl": zipped("score.xml", b"\x20" * (80 << 20)),
    "other.mxl": zipped("readme.md", b"hello"),
    "deep.xml": b"<a>" * 100_000,
}


def test_hostile_files_are_named_and_skipped_in_time(tmp_path: Path) -> None:
    for name, data in HOSTILE.items():
        (tmp_path / name).write_bytes(data)
    write(corpus("foster")[1].phrase, tmp_path / "good.mid")
    begin = time.monotonic()
    music = read_folder(tmp_path)
    assert time.monotonic() - begin < 60
    assert [piece.source for piece in music] == ["good.mid"]
    assert {name for name, _ in music.skipped} == set(HOSTILE)
    assert all(reason and "\n" not in reason for _, reason in music.skipped)


def test_a_long_note_is_cut_or_refused(tmp_path: Path) -> None:
    (tmp_path / "long.mid").write_bytes(
        midi(
            b"\x00\x90\x40\x40"
            + b"\xff\xff\xff\x7f\x80\x40\x00"
            + b"\x00\x90\x41\x40\x60\x80\x41\x00\x00\xff\x2f\x00"
        )
    )
    pieces, skipped = read_files([tmp_path / "long.mid"])
    assert len(skipped) == 1 or pieces[0].phrase.length < 1 << 30


def test_a_folder_without_music_says_so(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no music in"):
        read_folder(tmp_path)
    (tmp_path / "bad.mid").write_bytes(b"bad")
    with pytest.raises(CorpusError, match=r"bad\.mid"):
        read_folder(tmp_path)


def test_one_line_learns_from_a_folder(tmp_path: Path) -> None:
    for number in range(3):
        write(corpus("foster")[number].phrase, tmp_path / f"{number}.mid")
    stream = markov(tmp_path, order=2)
    assert len(stream.table()) > 20
    assert len(stream.plan.generator.compose(Context(), 4 * 40320, 1)) > 4
