"""From a corpus' name to a chain that has learnt it, made once in each process, where it composes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from livecode.errors import ControlError, GeneratorError
from livecode.generators.generator import Context, Generator, Spec
from livecode.generators.plan import HEARD_CYCLES, Source
from livecode.music.corpus import ALIASES, Corpus, Piece, corpus, exists, names, pack, unpack
from livecode.music.phrase import Phrase

if TYPE_CHECKING:
    from livecode.generators.markov.chorus import Chorus
    from livecode.generators.markov.fixed import FixedChain
    from livecode.generators.markov.melodist import Melodist

HIGHEST = 12


@dataclass(frozen=True)
class Learner:
    """A chain by name: it learns its corpus when it first composes, mostly in a worker.

    `order` None is the chain of variable order, or of four voices for chorales; `pieces` are packed pieces
    when the corpus is no file.
    """

    corpus: str
    order: int | None = None
    pieces: bytes | None = None
    tilts = True

    @classmethod
    def of(cls, music: Any, order: int | None) -> Learner:
        """For a corpus, its name, a folder, or a part that plays; NameUnknown when there is none."""
        if isinstance(music, Corpus):
            if not len(music):
                raise GeneratorError(f"the corpus {music.name!r} is empty: give one with music in it")
            return cls(music.name, order, pack(music.pieces))
        if callable(getattr(music, "query", None)):
            part = Source(music)
            part.must_have_notes(0, HEARD_CYCLES)
            # What a slot plays now, not what it has played.
            heard = Source(part.playing or part.part).phrase(0, HEARD_CYCLES, (4, 4))
            return cls(part.name, order, pack([Piece(heard, part.name)]))
        name = exists(str(music))
        if name in names() or name == "essen":
            return cls(str(music), order)
        # A folder is read here, with a bar to watch: a worker has not the time.
        read = named(str(music))
        return cls(read.name, order, pack(read.pieces))

    def spec(self) -> Spec:
        """Plain data that makes it again."""
        made: Spec = {"kind": "markov", "corpus": self.corpus, "order": self.order}
        return made if self.pieces is None else {**made, "pieces": self.pieces}

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """A phrase by the chain that has learnt."""
        return self.chain.compose(context, length, seed)

    def likelihood(self, phrase: Phrase) -> float:
        """Nats a note that the chain needs for a phrase; of a fixed order, for its pitches alone."""
        judge: Any = self.chain
        return float(judge.likelihood(phrase))

    @property
    def chain(self) -> Generator:
        """The chain itself, which learns now if it has not."""
        if self.order is not None:
            return fixed(self)
        return chorus(self) if self.pieces is None and sings(self.corpus) else melodist(self)

    def music(self) -> Corpus:
        """What it learns from."""
        if self.pieces is not None:
            return Corpus(self.corpus, unpack(self.pieces))
        return named(self.corpus)


@lru_cache(maxsize=16)
def fixed(learner: Learner) -> FixedChain:
    """The chain of fixed order."""
    from livecode.generators.markov.fixed import FixedChain

    assert learner.order is not None
    return FixedChain.learn(learner.music(), learner.order, learner.spec())


@lru_cache(maxsize=4)
def chorus(learner: Learner) -> Chorus:
    """The chain for four voices that has learnt the chorales."""
    from livecode.generators.markov.chorale import ChoraleModel
    from livecode.generators.markov.chorus import Chorus
    from livecode.sets import find

    return Chorus(learner.corpus, ChoraleModel.load(find("models", "bach") / "chain.npz"), learner.music())


@lru_cache(maxsize=8)
def melodist(learner: Learner) -> Melodist:
    """The chain of variable order."""
    from livecode.generators.markov.melodist import Melodist
    from livecode.generators.markov.stored import melody_model

    music = learner.music()
    if not music.notes:
        raise GeneratorError(f"there are no notes in {music.name!r}: give another corpus")
    return Melodist(music, melody_model(music), learner.spec())


def sings(name: str) -> bool:
    """Whether a corpus is one of chorales, with a chain for four voices."""
    return ALIASES.get(name.lower(), name.lower()) == "jsb"


@lru_cache(maxsize=8)
def named(name: str) -> Corpus:
    """A corpus, read once."""
    return corpus(name)


def checked_order(order: Any) -> int | None:
    """An order from 1 to 12, or None; ControlError for anything else."""
    if order is None:
        return None
    if isinstance(order, bool) or not isinstance(order, int) or not 1 <= order <= HIGHEST:
        raise ControlError(f"order={order!r}: give 1 to {HIGHEST} notes to look back, or leave it out")
    return order


def from_spec(spec: Spec) -> Generator:
    """The chain that a spec describes."""
    return Learner(str(spec["corpus"]), checked_order(spec.get("order")), spec.get("pieces")).chain
