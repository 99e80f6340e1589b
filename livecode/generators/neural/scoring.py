"""How likely a net finds given music: nats a token and nats a note.

The likelihood is exact: the net names the tokens one after another (one a voice and 16th step, soprano to
bass, a held note repeated), and the logarithms of what it gave each, knowing all before it, are added up.

>>> found = score("chorale", "models/jsb/jsb16.json.gz", limit=1)
>>> found["split"], found["pieces"], 0.1 < found["nats_per_token"] < 1.0
('valid', 1, True)
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from livecode.errors import CorpusError
from livecode.generators.markov.melodist import Melodist
from livecode.generators.markov.melody import Tune
from livecode.generators.neural.data import SPLITS, Pitches, load_json, read_jsb
from livecode.generators.neural.decode import Net
from livecode.music.phrase import SIXTEENTH, Phrase


def score(model: str, path: str | Path, limit: int | None = None) -> dict[str, Any]:
    """What `livecode score MODEL FILE` prints, as plain data.

    `path` is JSON in the form of the JSB splits (a list of pieces, or `test`, `valid`, `train`: the first of
    these that is there is scored), or any music file or folder that livecode reads. `limit`: pieces at most.
    A piece of other voices or beyond the net's range raises CorpusError.
    """
    from livecode.generators.neural.build import composer

    path = Path(path)
    made: Any = composer(model)
    if isinstance(made, Melodist):
        return {"model": model, "file": path.name, **score_tunes(made, path, limit)}
    split, pieces = read_pieces(path)
    net = made.net
    return {"model": model, "file": path.name, "split": split, **score_pieces(net, pieces[:limit])}


def score_tunes(made: Melodist, path: Path, limit: int | None) -> dict[str, Any]:
    """The same of a net of tunes, on the top lines: two tokens a note, its time and its step."""
    if path.name.endswith((".json", ".json.gz")):
        named = load_json(path)
        split = next((name for name in SPLITS if isinstance(named, dict) and name in named), "")
        phrases = [Phrase.from_grid(piece) for piece in read_jsb(named)]
    else:
        from livecode.music.corpus import corpus

        split, phrases = "", [piece.phrase for piece in corpus(path)]
    tunes = [Tune.of(phrase) for phrase in phrases[:limit]]
    nats = made.model.nats_of(tunes)
    if not len(nats):
        raise CorpusError(f"nothing to score in {path.name}: give JSON, MIDI, **kern, ABC or MusicXML")
    total, notes = float(nats.sum()), len(nats)
    return {
        "split": split,
        "pieces": len(tunes),
        "tokens": 2 * notes,
        "notes": notes,
        "nats_per_token": total / (2 * notes),
        "nats_per_note": total / notes,
    }


def read_pieces(path: Path) -> tuple[str, list[Pitches]]:
    """The split's name ("" where there is none) and the pieces of a file."""
    if path.name.endswith((".json", ".json.gz")):
        data = load_json(path)
        named = isinstance(data, dict)
        return next((name for name in SPLITS if named and name in data), ""), read_jsb(data)
    from livecode.music.corpus import corpus

    pieces = [piece.phrase.grid(SIXTEENTH).astype(np.int64) for piece in corpus(path)]
    if not pieces:
        raise CorpusError(f"nothing to score in {path.name}: give JSON, MIDI, **kern, ABC or MusicXML")
    return "", pieces


def score_pieces(net: Net, pieces: Iterable[Pitches]) -> dict[str, Any]:
    """Tokens, notes, pieces, and nats a token and a note, of a net on pieces of MIDI pitches.

    A note is a pitch that was not there the step before; its nats are those of all its tokens.
    """
    nats, tokens, notes, count = 0.0, 0, 0, 0
    for piece in pieces:
        try:
            classes = net.config.classes(piece)
        except ValueError as error:
            raise CorpusError(f"piece {count + 1}: {error}") from None
        nats -= float(net.score(classes).sum())
        begun = np.ones_like(piece, dtype=bool)
        begun[1:] = piece[1:] != piece[:-1]
        tokens, notes, count = tokens + piece.size, notes + int((begun & (piece > 0)).sum()), count + 1
    return {
        "pieces": count,
        "tokens": tokens,
        "notes": notes,
        "nats_per_token": nats / max(tokens, 1),
        "nats_per_note": nats / max(notes, 1),
    }
