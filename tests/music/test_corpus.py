"""Corpora: what ships, its provenance, and families."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from livecode.errors import CorpusError, NameUnknown
from livecode.music.corpus import Piece, corpus, pack, unpack
from livecode.music.families import families
from livecode.music.key import find_key
from livecode.music.phrase import TICKS, Phrase
from livecode.music.songs import read_songs


def test_foster_holds_eleven_songs_or_more_each_with_its_source() -> None:
    songs = corpus("foster")
    assert len(songs) >= 11
    assert all("github.com/kgoess/foster-abc abc-src/" in song.source for song in songs)
    assert len({song.name for song in songs}) == len(songs)


def test_every_foster_song_is_in_the_key_it_says() -> None:
    assert [song.name for song in corpus("foster") if find_key(song.phrase) != song.phrase.key] == []


def test_oh_susanna_is_oh_susanna() -> None:
    song = corpus("foster")[0]
    # I come from Alabama with my banjo on my knee
    assert song.phrase.notes["pitch"].tolist()[:16] == [
        67, 69, 71, 74, 74, 76, 74, 71, 67, 69, 71, 71, 69, 67, 69, 67,
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "least"), [("foster", 18), ("folk", 4000), ("bach chorales", 229)])
def test_a_corpus_that_ships_opens_at_once(name: str, least: int) -> None:
    begin = time.process_time()
    music = corpus(name)
    assert time.process_time() - begin < 1.0
    assert len(music) >= least
    for piece in list(music)[::50]:
        piece.phrase.check()
        assert piece.source and piece.family


def test_no_family_is_on_both_sides_of_a_split() -> None:
    train, held = corpus("folk").split(0.1)
    assert len(train) + len(held) == len(corpus("folk"))
    assert not {piece.family for piece in train} & {piece.family for piece in held}
    assert 0.05 < len(held) / len(train) < 0.2


def test_a_tune_in_another_key_is_family() -> None:
    random = np.random.default_rng(0)
    tunes = [Phrase.of(60 + np.cumsum(random.integers(-3, 4, 60)).clip(-20, 20)) for _ in range(4)]
    assert families([*tunes, tunes[2].transpose(3)]) == [0, 1, 2, 3, 2]


def test_packing_pieces_changes_nothing() -> None:
    pieces = list(corpus("foster"))[:3]
    again = unpack(pack(pieces))
    assert [(p.name, p.source, p.phrase) for p in again] == [(p.name, p.source, p.phrase) for p in pieces]
    assert pack(pieces) == pack([Piece(p.phrase, p.name, p.source, p.family, p.kind) for p in pieces])


@pytest.mark.parametrize("data", [b"", b"PK", b"abc" * 100, pack([])[:-30]])
def test_damaged_bytes_are_no_corpus(data: bytes) -> None:
    with pytest.raises(CorpusError):
        unpack(data)


def test_an_unknown_corpus_is_named_with_the_nearest() -> None:
    with pytest.raises(NameUnknown, match="did you mean 'foster'"):
        corpus("fosster")


@pytest.mark.parametrize(("tune", "word"), [("c4:x", "c4:x"), ("h4", "h4"), ("c4:1/0", "c4:1/0")])
def test_a_bad_song_names_the_note(tune: str, word: str) -> None:
    with pytest.raises(CorpusError, match=word):
        read_songs(f"title: t\nmetre: 4/4\n  {tune}")


def test_a_pickup_begins_late_in_its_bar() -> None:
    song = read_songs("title: t\nmetre: 4/4\npickup: 1\n  c4:1 | e4:2 _:1 -")[0]
    assert song.phrase.notes["onset"].tolist() == [3 * TICKS, 4 * TICKS]
    assert song.phrase.notes["duration"].tolist() == [TICKS, 3 * TICKS]


def test_at_the_prompt_a_corpus_is_one_line_and_what_was_skipped(tmp_path: Path) -> None:
    import livecode

    (tmp_path / "good.abc").write_text("X:1\nT:One\nM:4/4\nL:1/4\nK:C\nCDEF|GABc|cBAG|FEDC|\n")
    (tmp_path / "bad.mid").write_bytes(b"MThd nonsense")
    found = livecode.corpus(str(tmp_path))
    assert repr(found).startswith(f"{tmp_path.name}: 1 pieces, 16 notes (One)")
    assert "skipped bad.mid: " in repr(found)
    assert len(repr(livecode.corpus("folk"))) < 300
