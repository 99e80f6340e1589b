"""A corpus: pieces of music to learn from, by name or from a folder."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from livecode.errors import CorpusError, NameUnknown
from livecode.music.phrase import NOTE, Phrase
from livecode.sets import find, listing


@dataclass(frozen=True)
class Piece:
    """One piece: its notes, its name, where it was found, the tune family it belongs to, its kind.

    The kind is a word such as "jig", where its book or its file names one.
    """

    phrase: Phrase
    name: str
    source: str = ""
    family: str = ""
    kind: str = ""


SHOWN = 8
"""Skipped files that a corpus names when it is shown."""


@dataclass(frozen=True, repr=False)
class Corpus:
    """Pieces of one kind.

    >>> foster = corpus("foster")
    >>> len(foster), foster[0].name
    (18, 'Oh! Susanna')

    `skipped` names each file that could not be read, with the reason.
    """

    name: str
    pieces: Sequence[Piece]
    skipped: Sequence[tuple[str, str]] = field(default=())

    def __len__(self) -> int:
        return len(self.pieces)

    def __iter__(self) -> Iterator[Piece]:
        return iter(self.pieces)

    def __getitem__(self, index: int) -> Piece:
        return self.pieces[index]

    @property
    def notes(self) -> int:
        """How many notes there are in all pieces."""
        return sum(len(piece.phrase) for piece in self.pieces)

    def __repr__(self) -> str:
        names = ", ".join(piece.name for piece in self.pieces[:3])
        more = ", ..." if len(self) > 3 else ""
        lines = [f"{self.name}: {len(self)} pieces, {self.notes} notes ({names}{more})"]
        lines += [f"skipped {file}: {reason}" for file, reason in self.skipped[:SHOWN]]
        if len(self.skipped) > SHOWN:
            lines.append(f"... and {len(self.skipped) - SHOWN} files more")
        return "\n".join(lines)

    def split(self, held_out: float = 0.1, seed: int = 0) -> tuple[Corpus, Corpus]:
        """Two corpora without a tune family in common: to learn from, and to be tested on.

        >>> train, held = corpus("foster").split(0.2)
        >>> len(train) + len(held), bool({p.family for p in train} & {p.family for p in held})
        (18, False)
        """
        from hashlib import blake2b

        def draw(family: str) -> float:
            mark = blake2b(f"{seed}/{family}".encode(), digest_size=8).digest()
            return int.from_bytes(mark, "big") / 2**64

        held = {p.family for p in self.pieces if draw(p.family) < held_out}
        return (
            Corpus(self.name, [p for p in self.pieces if p.family not in held]),
            Corpus(self.name, [p for p in self.pieces if p.family in held]),
        )


DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)
"""What opening an npz file raises when it is none."""

ALIASES = {
    "bach": "jsb",
    "bach chorales": "jsb",
    "chorales": "jsb",
    "chorale": "jsb",
    "stephen foster": "foster",
}


def corpus(name: str | Path) -> Corpus:
    """The corpus of a name ("foster", "folk", "bach chorales"), or all the music in a folder.

    ```python
    markov(corpus("~/tunes"))
    ```

    A folder may hold MIDI, **kern, ABC and MusicXML; what cannot be read is named in `skipped`.
    """
    text = str(name).strip()
    lowered = exists(text)
    if lowered == "essen":
        from livecode.music.collections import essen

        return essen()
    if lowered in names():
        return load(find("models", lowered), text.lower())
    from livecode.music.reading import read_folder

    return read_folder(Path(text).expanduser())


def together(sources: Sequence[str | Path]) -> Corpus:
    """One corpus of several, each piece with its kind: what its book says, else the corpus it is of.

    >>> both = together(["foster", "bach chorales"])
    >>> both.name, len(both), both[0].kind, both[-1].kind
    ('foster + bach chorales', 247, 'song', 'chorale')

    Tune families go across the corpora.
    """
    from livecode.music.families import families
    from livecode.music.kinds import kind_of

    read = [corpus(source) for source in sources]
    several = len(read) > 1
    pieces = [
        replace(p, kind=p.kind or kind_of(p.name, p.source) or (each.name if several else ""))
        for each in read
        for p in each
    ]
    if several:
        numbers = families([piece.phrase.voice(0) for piece in pieces])
        pieces = [replace(piece, family=str(numbers[i])) for i, piece in enumerate(pieces)]
    skipped = [each for whole in read for each in whole.skipped]
    return Corpus(" + ".join(each.name for each in read), pieces, skipped)


def exists(text: str) -> str:
    """The corpus that a name or its alias means, or the path; NameUnknown for neither."""
    lowered = ALIASES.get(text.strip().lower(), text.strip().lower())
    known = [*names(), "essen"]
    if lowered in known or Path(text).expanduser().exists():
        return lowered
    cure = "say folk, foster, blues, monk, bach chorales or a folder"
    raise NameUnknown("corpus", text, [*known, *ALIASES], cure)


def names() -> list[str]:
    """The corpora that lie in models/ folders: those with tunes.npz or songs.txt inside."""
    return [name for name, path in listing("models").items() if _is_corpus(path)]


def _is_corpus(folder: Path) -> bool:
    return (folder / "tunes.npz").is_file() or (folder / "songs.txt").is_file()


def load(folder: Path, name: str = "") -> Corpus:
    """The corpus in a folder of models/."""
    if (folder / "songs.txt").is_file():
        from livecode.music.songs import read_songs

        return Corpus(name or folder.name, read_songs((folder / "songs.txt").read_text("utf-8")))
    return Corpus(name or folder.name, unpack((folder / "tunes.npz").read_bytes()))


def pack(pieces: Sequence[Piece]) -> bytes:
    """Pieces as the bytes of an npz file, the same bytes for the same pieces."""
    notes = [piece.phrase.notes for piece in pieces]
    about = [
        [p.name, p.source, p.family, p.phrase.length, list(p.phrase.metre), p.phrase.key]
        + ([p.kind] if p.kind else [])
        for p in pieces
    ]
    columns: dict[str, Any] = {
        name: np.concatenate([n[name] for n in notes]) if notes else np.zeros(0, NOTE[name])
        for name in ("onset", "duration", "pitch", "velocity", "voice", "spelling", "cents")
    }
    out = io.BytesIO()
    np.savez_compressed(
        out,
        counts=np.array([len(n) for n in notes], np.int32),
        about=np.frombuffer(json.dumps(about, separators=(",", ":")).encode(), np.uint8),
        **columns,
    )
    return out.getvalue()


def unpack(data: bytes) -> list[Piece]:
    """The pieces that `pack` wrote; CorpusError when these bytes are no such file."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            about = json.loads(bytes(file["about"]))
            counts = file["counts"].tolist()
            notes = np.zeros(sum(counts), NOTE)
            for name in ("onset", "duration", "pitch", "velocity", "voice", "spelling", "cents"):
                notes[name] = file[name]
    except DAMAGED as problem:
        raise CorpusError(
            f"these {len(data)} bytes are no packed corpus ({problem}): make it again"
        ) from None
    pieces, start = [], 0
    for (name, source, family, length, metre, key, *kind), count in zip(about, counts):
        phrase = Phrase(notes[start : start + count], length, (metre[0], metre[1]), key)
        pieces.append(Piece(phrase, name, source, family, *kind))
        start += count
    return pieces
