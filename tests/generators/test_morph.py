"""Morphs: the parents at the ends, something else between."""

from __future__ import annotations

import numpy as np
import pytest

from livecode.errors import ControlError
from livecode.generators.markov import markov
from livecode.generators.morph import blend, morph
from livecode.generators.pool import Composers
from livecode.language import mini


@pytest.fixture(autouse=True)
def _here(here: Composers) -> None:
    pass


PAIRS = [(("foster", None), ("bach", 2)), (("foster", 2), ("bach", None))]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_at_the_ends_it_is_the_parents(one: tuple[str, int], other: tuple[str, int]) -> None:
    first, second = markov(one[0], order=one[1]), markov(other[0], order=other[1])
    assert morph(first, second, 0).phrase(0) == first.phrase(0)
    assert morph(first, second, 1).phrase(0) == second.phrase(0)


def test_the_amount_is_a_pattern() -> None:
    first, second = markov("foster", order=1), markov("foster", order=3)
    stream = morph(first, second, mini("<0 1>")).bars(1)
    assert stream.phrase(0) == first.bars(1).phrase(0)
    previous = first.bars(1).phrase(0)
    assert stream.phrase(1) != first.bars(1).phrase(1) or len(previous) == 0


def test_between_it_has_of_both() -> None:
    from livecode.generators.markov.build import Learner
    from livecode.music.corpus import Corpus, Piece
    from livecode.music.phrase import Phrase

    up = Corpus("up", [Piece(Phrase.of([60, 62, 64, 65, 67, 69, 71, 72] * 20, key="c major"), "up")])
    leaps = Corpus("leaps", [Piece(Phrase.of([60, 67, 60, 72, 67] * 20, key="c major"), "leaps")])
    one, other = markov(up), markov(leaps)
    assert isinstance(one.plan.generator, Learner)

    def leaping(stream: object) -> float:
        phrases = [stream.seed(seed).phrase(0) for seed in range(8)]  # type: ignore[attr-defined]
        steps = np.concatenate([np.abs(np.diff(phrase.notes["pitch"].astype(int))) for phrase in phrases])
        return float((steps >= 5).mean())

    shares = [leaping(blend(one, other, amount)) for amount in (0.0, 0.5, 1.0)]
    assert shares[0] < shares[1] < shares[2]


def test_only_composers_can_be_morphed() -> None:
    with pytest.raises(ControlError, match="is no composer"):
        morph(markov("foster"), "bach", 0.5)
