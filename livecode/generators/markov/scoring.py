"""How likely the chains find given music: what `livecode score` asks of a chain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from livecode.errors import CorpusError
from livecode.generators.markov.build import Learner
from livecode.generators.markov.chorus import Chorus
from livecode.generators.markov.melodist import Melodist
from livecode.generators.markov.variable import moments_of
from livecode.music.corpus import Corpus, Piece, corpus
from livecode.music.phrase import SIXTEENTH, Phrase

SPLITS = ("test", "valid", "train")


def score(name: str, path: str | Path, limit: int | None = None) -> dict[str, Any]:
    """Nats a token and a note of the chain that has learnt corpus `name`, on the music in a file.

    The chorales' chain counts a token a voice and sixteenth, as published figures do; other chains two
    tokens a note, its time and its step, on the top line. JSON is in the form of the JSB splits, of which
    the first of test, valid and train that is there is taken. Raises CorpusError for music it cannot score.
    """
    path = Path(path)
    split, pieces = _pieces(path)
    pieces = pieces[:limit]
    chain = Learner.of(name, None).chain
    told: dict[str, Any] = {"model": name, "file": path.name, "split": split, "pieces": len(pieces)}
    if isinstance(chain, Chorus):
        grids = [piece.phrase.grid(SIXTEENTH, 4) for piece in pieces]
        nats = chain.model.nats(grids)
        notes = sum(len(piece.phrase) for piece in pieces)
        tokens = len(nats)
    elif isinstance(chain, Melodist):
        nats = chain.model.nats(moments_of(Corpus(name, pieces)))
        notes, tokens = len(nats), 2 * len(nats)
    else:
        raise CorpusError(f"the chain of {name!r} has no likelihood: leave its order out")
    total = float(np.sum(nats))
    per = {"nats_per_token": total / max(tokens, 1), "nats_per_note": total / max(notes, 1)}
    return {**told, "tokens": tokens, "notes": notes, **per}


def _pieces(path: Path) -> tuple[str, list[Piece]]:
    if path.suffix != ".json":
        return "", list(corpus(path))
    try:
        data = json.loads(path.read_text("utf-8"))
        split = next((name for name in SPLITS if name in data), "") if isinstance(data, dict) else ""
        grids = data[split] if split else data
        return split, [Piece(Phrase.from_grid(grid), path.name) for grid in grids]
    except (ValueError, KeyError, TypeError, IndexError, OSError) as problem:
        raise CorpusError(f"{path.name} is no JSON in the form of the JSB splits: {problem}") from None
