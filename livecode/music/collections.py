"""How the corpora in models/ were made, and those of music21 that may be used but not passed on.

```
python -m livecode.music.collections folk models/folk
python -m livecode.music.collections jsb PATH/jsb16_train_valid.json models/jsb
```
"""

from __future__ import annotations

import json
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from livecode.config import folder
from livecode.errors import CorpusError, one_line
from livecode.music.corpus import Corpus, Piece, pack, unpack
from livecode.music.families import families
from livecode.music.key import find_key
from livecode.music.phrase import Phrase
from livecode.music.scores import phrase_of_score

FOLK = {
    "ryansMammoth": "Ryan's Mammoth Collection (Boston, 1883)",
    "oneills1850": "O'Neill's Music of Ireland (Chicago, 1903)",
    "airdsAirs": "Aird's Selection of Airs (Glasgow, 1778-1801)",
}
SHORTEST = 12
"""Notes a tune must have to be worth learning from."""


def tunes(collections: dict[str, str], kept: Any = None) -> tuple[list[Piece], list[tuple[str, str]]]:
    """The tunes of some of music21's collections, and those that could not be read with the reason."""
    pieces: list[Piece] = []
    skipped: list[tuple[str, str]] = []
    for collection, title in collections.items():
        for path, number, text in _abc_tunes(_music21_corpus() / collection):
            name = _field(text, "T") or f"{path.stem} {number}"
            try:
                piece = _tune(text, name, f"{title}: {path.name} X:{number}")
            except Exception as problem:
                skipped.append((f"{collection}/{path.name} X:{number} {name}", one_line(problem)))
                continue
            if len(piece.phrase) >= SHORTEST:
                pieces.append(piece)
    numbers = families([piece.phrase for piece in pieces])
    marked = [replace(piece, family=f"{numbers[i]}") for i, piece in enumerate(pieces)]
    return marked, skipped


def essen() -> Corpus:
    """The Essen folk songs that come with the installed music21, read once and kept in the cache.

    They may be used but not passed on for money (see music21's `corpus/essenFolksong/license.txt`), so they
    are not in models/.
    """
    import music21

    cache = folder("cache") / "corpora" / f"essen-music21-{music21.__version__}.npz"
    if not cache.is_file():
        pieces, _ = tunes({"essenFolksong": "Essen folk song collection"})
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.with_suffix(".part").write_bytes(pack(pieces))
        cache.with_suffix(".part").replace(cache)
    return Corpus("essen", unpack(cache.read_bytes()))


def chorales(grids: Iterable[Any]) -> list[Piece]:
    """Bach's chorales from tables of 16th steps by four voices."""
    pieces = []
    for number, grid in enumerate(grids, 1):
        phrase = Phrase.from_grid(grid)
        phrase.key = find_key(phrase)
        pieces.append(Piece(phrase, f"chorale {number}", f"JSB chorales, train {number}"))
    numbers = families([piece.phrase.voice(0) for piece in pieces])
    return [replace(piece, family=str(numbers[i])) for i, piece in enumerate(pieces)]


def _music21_corpus() -> Path:
    import music21

    return Path(music21.__file__).parent / "corpus"


def _abc_tunes(place: Path) -> Iterator[tuple[Path, str, str]]:
    for path in sorted(place.glob("*.abc")):
        text = path.read_text("utf-8", errors="replace")
        for chunk in re.split(r"(?m)^(?=X:)", text):
            if chunk.startswith("X:"):
                yield path, chunk[2 : chunk.find("\n")].strip(), chunk


def _field(text: str, letter: str) -> str:
    found = re.search(rf"(?m)^{letter}:\s*(.+?)\s*$", text)
    return found.group(1) if found else ""


def _tune(text: str, name: str, source: str) -> Piece:
    from music21 import converter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        score = converter.parseData(text, format="abc")
    phrase = phrase_of_score(score).monophonic()
    if not len(phrase):
        raise CorpusError("no notes in it")
    if not phrase.key:
        phrase.key = find_key(phrase)
    return Piece(phrase, name.strip().rstrip(".").title(), source)


def main(arguments: list[str]) -> None:
    """Make the files of a corpus in models/."""
    kind, *rest = arguments
    target = Path(rest[-1])
    target.mkdir(parents=True, exist_ok=True)
    if kind == "jsb":
        pieces = chorales(json.loads(Path(rest[0]).read_text())["train"])
    else:
        pieces, skipped = tunes(FOLK)
        sys.stderr.write("".join(f"skipped {name}: {reason}\n" for name, reason in skipped))
    (target / "tunes.npz").write_bytes(pack(pieces))
    sys.stderr.write(f"{len(pieces)} pieces, {sum(len(p.phrase) for p in pieces)} notes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
