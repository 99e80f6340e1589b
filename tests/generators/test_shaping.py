"""Contours and rhymes hold always, together with everything else that may be asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from livecode.errors import ControlError, GeneratorError
from livecode.generators.generator import Context
from livecode.generators.markov import markov
from livecode.generators.markov.build import Learner
from livecode.generators.markov.copying import Copied
from livecode.music.phrase import TICKS, Phrase

BAR = 4 * TICKS
CHAINS = [("foster", 3), ("folk", None)]


def composed(corpus: str, order: int | None, seed: int, bars: int = 4, **asked: Any) -> Phrase:
    return Learner.of(corpus, order).chain.compose(Context(constraints=asked), bars * BAR, seed)


def bar(phrase: Phrase, number: int) -> Phrase:
    notes = phrase.notes
    return phrase.where(notes["onset"] // BAR == number)


@pytest.mark.parametrize(("corpus", "order"), CHAINS)
@pytest.mark.parametrize("seed", range(12))
def test_bars_that_rhyme_end_alike(corpus: str, order: int | None, seed: int) -> None:
    phrase = composed(
        corpus, order, seed, rhymes="abab", in_scale="d major", begins="d", ends="a", max_copy=8
    )
    assert phrase.notes["pitch"][0] % 12 == 2 and phrase.notes["pitch"][-1] % 12 == 9
    for one, other in ((0, 2), (1, 3)):
        first, second = bar(phrase, one), bar(phrase, other)
        assert (first.notes["onset"] % BAR).tolist() == (second.notes["onset"] % BAR).tolist()
        count = min(2, len(first) - (one == 0))
        if count > 0:
            assert first.notes["pitch"][-count:].tolist() == second.notes["pitch"][-count:].tolist()
    assert set((phrase.notes["pitch"] % 12).tolist()) <= {2, 4, 6, 7, 9, 11, 1}


@pytest.mark.parametrize(("corpus", "order"), CHAINS)
@pytest.mark.parametrize("shape", ["arch", "valley", "rise", "fall"])
def test_contours_hold(corpus: str, order: int | None, shape: str) -> None:
    for seed in range(8):
        phrase = composed(corpus, order, seed, contour=shape)
        pitches = phrase.notes["pitch"].astype(int)
        first, last = pitches[0], pitches[-1]
        middle = pitches[int(np.argmax(2 * phrase.notes["onset"] >= phrase.length))]
        if shape in ("rise", "fall"):
            assert (last > first) == (shape == "rise") and last != first
        else:
            side = 1 if shape == "arch" else -1
            assert middle * side > max(first * side, last * side)


@pytest.mark.parametrize(("corpus", "order"), CHAINS)
def test_rhymes_and_arches_hold_together(corpus: str, order: int | None) -> None:
    asked = {"rhymes": "abab", "contour": "arch", "in_scale": "d major", "max_copy": 8}
    for seed in range(20):
        phrase = composed(corpus, order, seed, **asked)
        pitches = phrase.notes["pitch"].astype(int)
        middle = pitches[int(np.argmax(2 * phrase.notes["onset"] >= phrase.length))]
        assert middle > max(pitches[0], pitches[-1])
        for one, other in ((0, 2), (1, 3)):
            assert (
                bar(phrase, one).notes["pitch"][-2:].tolist()
                == bar(phrase, other).notes["pitch"][-2:].tolist()
            )


def test_a_choir_rhymes_in_its_top_part() -> None:
    for seed in range(3):
        top = composed("bach", None, seed, rhymes="aab-", in_scale="d minor").voice(0).grid()[:, 0]
        assert top[15] == top[31] != 0


def test_nothing_long_is_copied_under_rhymes() -> None:
    learner = Learner.of("folk", None)
    copied = Copied([p.phrase.monophonic().notes["pitch"].tolist() for p in learner.music()], 8)
    for seed in range(8):
        phrase = composed("folk", None, seed, rhymes="aabb", max_copy=8)
        assert copied.longest_run(phrase.notes["pitch"].tolist()) <= 8


def test_what_cannot_be_asked_is_said() -> None:
    with pytest.raises(ControlError, match="a letter for each bar"):
        composed("foster", 2, 0, rhymes="a1b")
    with pytest.raises(ControlError, match="'arch' or 'valley'"):
        composed("foster", 2, 0, contour="zigzag")
    with pytest.raises(GeneratorError, match="choir"):
        composed("bach", None, 0, contour="arch")
    assert markov("foster", order=2, rhymes="ab").rhymes("aa").plan.constraints == {"rhymes": "aa"}
