"""What a chain of variable order knows: two mixtures, one for times and one for steps.

The weights were learnt once, on the folk tunes (`models/folk/weights.npz`), and serve every corpus; to learn
a corpus is to count it. Counts of a large one are kept in the cache folder.

    python -m livecode.generators.markov.variable models/folk
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from livecode.errors import CorpusError
from livecode.generators.markov.melody import STEPPING, STEPS, TIMES, TIMING, Moments, Tune, Walk
from livecode.generators.markov.mixing import Attentive, Floats, Mixture
from livecode.music.corpus import DAMAGED, Corpus, corpus
from livecode.music.phrase import Phrase
from livecode.sets import find

SMOOTHING = (0.6, 1.0)


class Hand(Protocol):
    """What a model thinks of a tune in the making, a note at a time: logits of `TIMES`, then of the steps."""

    def times(self, place: int) -> Floats:
        """For the note that begins at a place, in twelfths of a quarter."""
        ...

    def steps(self, place: int, time: int) -> Floats:
        """For the same note, its time being chosen."""
        ...


class TuneModel(Protocol):
    """Whatever says how tunes go on, note by note, on the vocabulary of times and steps."""

    def hand(self, walk: Walk, tonic: int) -> Hand:
        """To a tune in the making, which the asker goes on with."""
        ...

    def nats_of(self, tunes: Sequence[Tune]) -> npt.NDArray[np.float64]:
        """Minus the log-probability of each note."""
        ...

    def having_heard(self, phrase: Phrase) -> TuneModel:
        """The same with a part of its mind on a phrase that it heard on stage."""
        ...


@dataclass
class MelodyModel:
    """The mixture for a note's time and the one for its step."""

    timing: Mixture
    stepping: Mixture

    @classmethod
    def count(cls, found: Moments) -> MelodyModel:
        """Counted; the weights are plain."""
        kinds = np.zeros(len(found.times), np.int64)
        return cls(
            Mixture.count(TIMING, found.timing, found.times, kinds, len(TIMES), SMOOTHING[0]),
            Mixture.count(STEPPING, found.stepping, found.steps, kinds, STEPS, SMOOTHING[1]),
        )

    @classmethod
    def learn(cls, phrases: Iterable[Phrase]) -> MelodyModel:
        """Counted on some melodies, with the weights that ship."""
        model = cls.count(Moments.of(Tune.of(phrase) for phrase in phrases))
        model.weigh(weights())
        return model

    def train(self, found: Moments, epochs: int = 6) -> None:
        """Learn the weights on what was counted, each note predicted without its own piece."""
        kinds = np.zeros(len(found.times), np.int64)
        self.timing.train(found.timing, found.times, kinds, found.pieces, epochs)
        self.stepping.train(found.stepping, found.steps, kinds, found.pieces, epochs)

    def weigh(self, given: dict[str, Floats]) -> None:
        """Take over weights learnt elsewhere; what a corpus never does stays possible, if rare."""
        for mixture, name in ((self.timing, "timing"), (self.stepping, "stepping")):
            mixture.weights = given[f"{name}_weights"]
            mixture.bias = given[f"{name}_bias"]
            elsewhere = given[f"{name}_base"]
            base = mixture.base * 0.999 + elsewhere * 0.001
            mixture.base = (base / base.sum(1, keepdims=True)).astype(np.float32)

    def pack_weights(self) -> bytes:
        """The weights as the bytes of an npz file."""
        out = io.BytesIO()
        np.savez_compressed(
            out,
            **{
                f"{name}_{part}": getattr(mixture, part)
                for mixture, name in ((self.timing, "timing"), (self.stepping, "stepping"))
                for part in ("weights", "bias", "base")
            },
        )
        return out.getvalue()

    def nats(self, found: Moments) -> npt.NDArray[np.float64]:
        """Minus the log-probability of each note: of its time and its step."""
        kinds = np.zeros(len(found.times), np.int64)
        return self.timing.nats(found.timing, kinds, found.times) + self.stepping.nats(
            found.stepping, kinds, found.steps
        )

    def hand(self, walk: Walk, tonic: int) -> Hand:
        """What the chain thinks of a tune in the making; it knows the tonic by the walk."""
        return _ChainHand(self, walk)

    def nats_of(self, tunes: Sequence[Tune]) -> npt.NDArray[np.float64]:
        """Minus the log-probability of each note of some tunes."""
        return self.nats(Moments.of(tunes))

    def having_heard(self, phrase: Phrase) -> MelodyModel:
        """The same chain with half its mind on a phrase that it heard on stage."""
        found = Moments.of([Tune.of(phrase)])
        kinds = np.zeros(len(found.times), np.int64)
        return MelodyModel(
            Attentive.of(self.timing, found.timing, found.times, kinds),
            Attentive.of(self.stepping, found.stepping, found.steps, kinds),
        )


@dataclass
class _ChainHand:
    model: MelodyModel
    walk: Walk

    def times(self, place: int) -> Floats:
        return self._logits(self.model.timing, self.walk.views(place))

    def steps(self, place: int, time: int) -> Floats:
        return self._logits(self.model.stepping, self.walk.views(place, time))

    def _logits(self, mixture: Mixture, views: list[int]) -> Floats:
        logits: Floats = mixture.logits(np.array([views], np.int64), np.zeros(1, np.int64))[0]
        return logits


@lru_cache(maxsize=1)
def weights() -> dict[str, Floats]:
    """The weights that ship, learnt on the folk tunes."""
    path = find("models", "folk") / "weights.npz"
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except DAMAGED as problem:
        raise CorpusError(f"{path.name} of models/folk is damaged ({problem}): restore it") from None


def held_out(pieces: Corpus) -> tuple[Corpus, Corpus]:
    """The folk tunes to learn from and the tenth to be tested on, by family, as frozen in a file."""
    names = set((find("models", "folk") / "heldout.txt").read_text("utf-8").splitlines())
    return (
        Corpus(pieces.name, [piece for piece in pieces if piece.source not in names]),
        Corpus(pieces.name, [piece for piece in pieces if piece.source in names]),
    )


def moments_of(pieces: Sequence[Any] | Corpus) -> Moments:
    """The moments of the pieces of a corpus."""
    return Moments.of(Tune.of(piece.phrase) for piece in pieces)


def main(arguments: list[str]) -> None:
    """Freeze the split when there is none, learn the weights on the rest, and say what the held-out cost."""
    folder = Path(arguments[0])
    folk = corpus("folk")
    if not (folder / "heldout.txt").is_file():
        _, held = folk.split(0.1)
        (folder / "heldout.txt").write_text("".join(f"{piece.source}\n" for piece in held), "utf-8")
    train, held = held_out(folk)
    found = moments_of(train)
    model = MelodyModel.count(found)
    model.train(found)
    (folder / "weights.npz").write_bytes(model.pack_weights())
    sys.stderr.write(f"{len(train)} tunes, {len(held)} held out: {model.nats(moments_of(held)).mean():.4f}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
