"""How likely the chains find given music: what `livecode score` asks of a chain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from livecode.generators.markov.build import Learner
from livecode.generators.markov.chorus import Chorus
from livecode.generators.markov.fixed import FixedChain
from livecode.generators.markov.melodist import Melodist
from livecode.generators.markov.melody import Tune
from livecode.generators.neural.data import SPLITS, load_json, read_jsb
from livecode.music.corpus import Piece, corpus
from livecode.music.phrase import SIXTEENTH, Phrase


def score(name: str, path: str | Path, limit: int | None = None) -> dict[str, Any]:
    """Nats a token and a note of the chain that has learnt corpus `name`, on the music in a file."""
    return score_chain(Learner.of(name, None), name, path, limit)


def score_chain(learner: Learner, name: str, path: str | Path, limit: int | None = None) -> dict[str, Any]:
    """Nats a token and a note of a chain on the music in a file.

    The chorales' chain counts a token a voice and sixteenth, as published figures do; other chains two
    tokens a note, its time and its step, on the top line; a chain of fixed order knows pitches only, one
    token a note. JSON is in the form of the JSB splits, of which
    the first of test, valid and train that is there is taken. Raises CorpusError for music it cannot score.
    """
    path = Path(path)
    split, pieces = _pieces(path)
    pieces = pieces[:limit]
    chain = learner.chain
    told: dict[str, Any] = {"model": name, "file": path.name, "split": split, "pieces": len(pieces)}
    if isinstance(chain, Chorus):
        grids = [piece.phrase.grid(SIXTEENTH, 4) for piece in pieces]
        nats = chain.model.nats(grids)
        notes = sum(len(piece.phrase) for piece in pieces)
        tokens = len(nats)
    elif isinstance(chain, Melodist):
        nats = chain.model.nats_of([Tune.of(piece.phrase) for piece in pieces])
        notes, tokens = len(nats), 2 * len(nats)
    else:
        assert isinstance(chain, FixedChain)
        found = [chain.nats(piece.phrase) for piece in pieces]
        nats = np.concatenate(found) if found else np.zeros(0)
        notes = tokens = len(nats)
    total = float(np.sum(nats))
    per = {"nats_per_token": total / max(tokens, 1), "nats_per_note": total / max(notes, 1)}
    return {**told, "tokens": tokens, "notes": notes, **per}


def _pieces(path: Path) -> tuple[str, list[Piece]]:
    if not path.name.endswith((".json", ".json.gz")):
        return "", list(corpus(path))
    data = load_json(path)
    split = next((name for name in SPLITS if name in data), "") if isinstance(data, dict) else ""
    return split, [Piece(Phrase.from_grid(grid), path.name) for grid in read_jsb(data)]
