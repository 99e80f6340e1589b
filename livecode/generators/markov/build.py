"""From a corpus' name to a chain that has learnt it, made once in each process."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from livecode.errors import ControlError
from livecode.generators.generator import Spec
from livecode.music.corpus import ALIASES, Corpus, corpus

if TYPE_CHECKING:
    from livecode.generators.markov.chorus import Chorus
    from livecode.generators.markov.fixed import FixedChain

HIGHEST = 12


@lru_cache(maxsize=16)
def fixed(name: str, order: int) -> FixedChain:
    """The chain of fixed order that has learnt a corpus."""
    from livecode.generators.markov.fixed import FixedChain

    return FixedChain.learn(named(name), order)


@lru_cache(maxsize=4)
def chorus(name: str) -> Chorus:
    """The chain for four voices that has learnt the chorales."""
    from livecode.generators.markov.chorale import ChoraleModel
    from livecode.generators.markov.chorus import Chorus
    from livecode.sets import find

    return Chorus(name, ChoraleModel.load(find("models", "bach") / "chain.npz"), named(name))


def sings(name: str) -> bool:
    """Whether a corpus is one of chorales, with a chain for four voices."""
    return ALIASES.get(name.lower(), name.lower()) == "jsb"


@lru_cache(maxsize=8)
def named(name: str) -> Corpus:
    """A corpus, read once."""
    return corpus(name)


def checked_order(order: Any) -> int:
    """An order from 1 to 12; ControlError for anything else."""
    if isinstance(order, bool) or not isinstance(order, int) or not 1 <= order <= HIGHEST:
        raise ControlError(f"order={order!r}: give 1 to {HIGHEST} notes to look back, or leave it out")
    return order


def from_spec(spec: Spec) -> Any:
    """The chain that a spec describes."""
    name, order = str(spec["corpus"]), spec.get("order")
    return generator(name, order)


def generator(name: str, order: int | None) -> Any:
    """The chain for a corpus: of fixed order when one is given."""
    if order is None and sings(name):
        return chorus(name)
    return fixed(name, checked_order(3 if order is None else order))
