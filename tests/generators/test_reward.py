"""Reward and suppress: the attribute moves as asked, and the change is kept with the model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from walkers import Walker

from livecode.errors import ControlError, FileProblem, GeneratorError, NameUnknown
from livecode.generators.attributes import MEANINGS, measure
from livecode.generators.markov import markov
from livecode.generators.pool import Composers
from livecode.generators.rerank import kept, rerank
from livecode.generators.stream import Stream
from livecode.language import mini
from livecode.music.phrase import TICKS, Phrase


@pytest.fixture(autouse=True)
def _here(here: Composers, monkeypatch: pytest.MonkeyPatch) -> None:
    from livecode.generators import choosing

    monkeypatch.setattr(choosing, "composers", lambda: here)


def mean(stream: Stream, name: str, count: int) -> float:
    """An attribute over some phrases, each of a seed of its own."""
    return float(np.mean([measure(stream.seed(seed).phrase(0), name) for seed in range(count)]))


@pytest.mark.parametrize("name", [name for name in MEANINGS if name != "chromatic"])
@pytest.mark.parametrize("corpus", ["foster 3", "folk"])
def test_an_attribute_moves_as_asked(corpus: str, name: str) -> None:
    music, _, order = corpus.partition(" ")
    plain = markov(music, order=int(order) if order else None).bars(2)
    less, usual, more = (
        mean(stream, name, 8) for stream in (plain.suppress(name), plain, plain.reward(name))
    )
    assert less <= usual <= more
    assert less < more


@pytest.mark.long
@pytest.mark.parametrize("name", list(MEANINGS))
@pytest.mark.parametrize("corpus", ["foster 3", "folk", "bach"])
def test_over_500_phrases_it_moves_by_more_than_chance(corpus: str, name: str) -> None:
    if (corpus, name) == ("bach", "repeats"):
        pytest.skip("the grid of the JSB chorales joins repeated notes: there are none to draw")
    music, _, order = corpus.partition(" ")
    count = 60 if corpus == "bach" else 500
    plain = markov(music, order=int(order) if order else None).bars(2)
    found = [
        np.array([measure(stream.seed(seed).phrase(0), name) for seed in range(count)])
        for stream in (plain.suppress(name), plain, plain.reward(name))
    ]
    for lower, upper in ((0, 1), (1, 2)):
        gap = found[upper].mean() - found[lower].mean()
        error = np.sqrt(found[upper].var() / count + found[lower].var() / count)
        # Where there is next to none of something, there cannot be less.
        assert gap > 3 * error or (lower == 0 and found[1].mean() < 0.02 and gap >= 0)


def test_any_composer_can_be_steered_by_choosing_among_its_phrases() -> None:
    plain = Stream(Walker(step=7), bars=2, name="walker")
    assert mean(plain.suppress("leaps"), "leaps", 12) < mean(plain.reward("leaps"), "leaps", 12)
    assert plain.sliders(leaps=0).phrase(0) == plain.phrase(0)


def test_sliders_are_patterns() -> None:
    stream = markov("folk").bars(1).sliders(leaps=mini("<-8 8>"))
    low = [measure(stream.phrase(number), "leaps") for number in range(0, 16, 2)]
    high = [measure(stream.phrase(number), "leaps") for number in range(1, 16, 2)]
    assert np.mean(low) < np.mean(high)


def test_what_was_liked_comes_again() -> None:
    stream = markov("folk", seed=3)
    liked = stream.phrase(0)
    again = stream.reward()
    runs = {tuple(np.diff(liked.notes["pitch"].astype(int))[i : i + 4]) for i in range(len(liked) - 4)}

    def shared(other: Stream) -> float:
        steps = [np.diff(other.seed(seed).phrase(0).notes["pitch"].astype(int)) for seed in range(10, 22)]
        return float(np.mean([tuple(s[i : i + 4]) in runs for s in steps for i in range(len(s) - 3)]))

    assert shared(again) > 2 * shared(stream)


def test_a_choir_learns_from_what_was_liked() -> None:
    stream = markov("bach", seed=2).bars(2)
    liked = stream.phrase(0)
    again = stream.reward().reward()
    chain = stream.plan.generator.chain  # type: ignore[attr-defined]
    grid = liked.grid()
    assert chain.model.having_heard(grid).nats([grid]).mean() < 0.6 * chain.model.nats([grid]).mean()
    assert again.phrase(0) != liked and again.phrase(0).voices == 4


def test_the_change_is_kept_with_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVECODE_SET", str(tmp_path))
    stream = markov("folk").suppress("leaps", 4).in_scale("d dorian").bars(2).reward()
    stream.keep("calm folk")
    again = kept("calm folk")
    assert again.phrase(0) == stream.phrase(0) and again.phrase(3) == stream.phrase(3)
    assert again.seed(1).max_copy(6).phrase(0).bars == 2  # type: ignore[attr-defined]
    with pytest.raises(NameUnknown, match="calm folk"):
        kept("calm fol")
    for broken in (b"", b"\x81\xa4spec\x01", b"\xff" * 50):
        (tmp_path / "models" / "calm folk" / "composer.msgpack").write_bytes(broken)
        with pytest.raises(FileProblem, match="damaged"):
            kept("calm folk")


def test_a_kept_file_cannot_name_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import msgspec

    monkeypatch.setenv("LIVECODE_SET", str(tmp_path))
    folder = tmp_path / "models" / "bad"
    folder.mkdir(parents=True)
    spec = {"kind": "choice", "one": {"kind": "livecode.cli:main"}, "candidates": 2}
    data = {"spec": spec, "liked": [], "parameters": {}, "constraints": {}, "bars": 4, "seed": 0}
    (folder / "composer.msgpack").write_bytes(msgspec.msgpack.encode(data))
    with pytest.raises(FileProblem, match="no composer of kind"):
        kept("bad")


@pytest.mark.parametrize("name", ["", "../x", "a/b", "x" * 99])
def test_names_that_cannot_be_kept(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVECODE_SET", str(tmp_path))
    with pytest.raises(FileProblem, match="give a name"):
        markov("foster").keep(name)


def test_the_best_of_several_is_played() -> None:
    plain = markov("folk").bars(2)
    assert mean(rerank(plain, by="-leaps"), "leaps", 8) < mean(plain, "leaps", 8)
    judge = markov("folk")
    likely = rerank(markov("foster", order=1).bars(2), by=judge, candidates=6)
    nats = judge.plan.generator.likelihood  # type: ignore[attr-defined]
    before = [nats(markov("foster", order=1, seed=seed).bars(2).phrase(0)) for seed in range(8)]
    assert np.mean([nats(likely.seed(seed).phrase(0)) for seed in range(8)]) < np.mean(before)


def test_a_function_may_choose() -> None:
    def ends_low(phrase: Phrase) -> float:
        return -float(phrase.notes["pitch"][-1])

    plain = markov("foster", order=2).bars(1)
    low = rerank(plain, by=ends_low, candidates=16)
    pairs = [(low.seed(s).phrase(0), plain.seed(s).phrase(0)) for s in range(6)]
    assert all(int(a.notes["pitch"][-1]) <= int(b.notes["pitch"][-1]) for a, b in pairs)
    with pytest.raises(GeneratorError, match="cannot be kept"):
        low.keep("low")
    with pytest.raises(GeneratorError, match="the function given to rerank stopped"):
        rerank(plain, by=lambda phrase: 1 / 0).phrase(0)


@pytest.mark.parametrize("wrong", ["leeps", "", 7])
def test_unknown_attributes_are_named(wrong: object) -> None:
    with pytest.raises(NameUnknown, match="attribute"):
        markov("foster").suppress(wrong)


def test_amounts_and_judges_are_checked() -> None:
    with pytest.raises(ControlError, match="amount"):
        markov("foster").reward("leaps", None)
    with pytest.raises(ControlError, match="cannot say how likely"):
        rerank(markov("foster"), by=Stream(Walker(), name="walker"))
    with pytest.raises(ControlError, match="give 2 to 64"):
        rerank(markov("foster"), by="leaps", candidates=1)


def test_measures_are_as_said() -> None:
    tune = Phrase.of([60, 60, 62, 67, 66], [TICKS, TICKS // 2, TICKS // 2, TICKS, TICKS], key="c major")
    wanted = {"leaps": 0.25, "steps": 0.5, "repeats": 0.25, "rises": 0.25, "chromatic": 0.2, "offbeats": 0.2}
    assert {name: measure(tune, name) for name in wanted} == pytest.approx(wanted)
