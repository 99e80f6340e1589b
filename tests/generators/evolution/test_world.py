"""Worlds of songs: fitness rises, variety stays, the family tree leads back to a founder."""

from __future__ import annotations

import numpy as np
import pytest

from livecode.generators.evolution.fitness import (
    chords,
    contour,
    in_key,
    novelty,
    returns,
    rhythm,
    small_leaps,
)
from livecode.generators.evolution.founders import founders, home_among
from livecode.generators.evolution.home import home_of
from livecode.generators.evolution.judging import Judge
from livecode.generators.evolution.songs import Frame, chance
from livecode.generators.evolution.world import Settings, World
from livecode.generators.markov import markov
from livecode.music.phrase import TICKS, Phrase

FRAME = Frame.of(16 * TICKS, (4, 4), 4, home_of("d dorian"))
JUDGE = Judge((in_key() + small_leaps() + chords("<dm7 g7>") + contour() + rhythm() + returns()).at(0))


def world(count: int = 128, seed: int = 1, judge: Judge = JUDGE, voices: int = 1) -> World:
    return World.begin(chance(count, voices, FRAME, np.random.default_rng(seed)), seed, judge)


def evolved(steps: int = 40, judge: Judge = JUDGE, **more: object) -> World:
    made = world(judge=judge, **more)  # type: ignore[arg-type]
    for _ in range(steps):
        made.step(judge, Settings())
    return made


def test_fitness_rises_and_the_best_is_never_lost() -> None:
    made, best = world(), []
    for _ in range(40):
        made.step(JUDGE, Settings())
        best.append(float(made.scores.max()))
    assert best == sorted(best)
    founding = world()
    assert best[-1] > founding.scores.max() + founding.scores.std()
    assert made.scores.mean() > founding.scores.mean() + founding.scores.std()


def test_the_population_does_not_collapse() -> None:
    made = evolved(120)
    assert made.distinct() > 0.8
    assert made.diversity() > 0.6 * world().diversity()


def test_scores_are_those_of_the_songs() -> None:
    made = evolved(10)
    assert np.allclose(made.scores, JUDGE.score(made.songs, made.around), atol=1e-4)


def test_the_same_seed_gives_the_same_world() -> None:
    one, other = evolved(12), evolved(12)
    assert (one.songs.note == other.songs.note).all() and (one.scores == other.scores).all()
    assert not np.array_equal(one.songs.note, evolved(12, seed=2).songs.note)


def test_a_copy_goes_on_by_itself() -> None:
    made = evolved(5)
    before = made.songs.note.copy()
    copy = made.copy()
    copy.step(JUDGE, Settings())
    assert (made.songs.note == before).all() and made.generation == 5 and copy.generation == 6


def test_every_winner_descends_from_a_founder() -> None:
    made = evolved(70)
    line = made.lineage.ancestors(made.best)
    assert line[-1].how == "founder" and line[-1].generation == 0
    assert [each.generation for each in line] == sorted((each.generation for each in line), reverse=True)
    assert line[0].score == pytest.approx(float(made.scores.max()), abs=1e-4)
    for each in line:
        song = each.songs.take(np.array([each.place]))
        assert JUDGE.score(song)[0] == pytest.approx(each.score, abs=1e-4)


def test_the_family_tree_forgets_who_has_no_descendants() -> None:
    made = evolved(64)
    kept = sum(len(generation.rows) for generation in made.lineage.generations)
    assert kept < 0.5 * 128 * 65


def test_what_is_disliked_is_avoided() -> None:
    one, other = evolved(20), evolved(20)
    song = one.songs.take(np.array([one.best]))
    other.dislike(song)
    for each in (one, other):
        for _ in range(15):
            each.step(JUDGE, Settings())
    from livecode.generators.evolution.features import descriptors

    def away(made: World) -> float:
        here = descriptors(made.songs.take(np.array([made.best])))
        return float(np.abs(here - descriptors(song)).sum())

    assert away(other) > away(one)


def test_shaking_gives_another_best() -> None:
    made = evolved(20)
    former = made.songs.phrase(made.best)
    made.shake(JUDGE, 1.0)
    assert made.songs.phrase(made.best) != former
    assert len(made.songs) == 128


def test_newcomers_stay_and_the_size_does_not_change() -> None:
    made = evolved(5)
    newcomers = chance(16, 1, FRAME, np.random.default_rng(99))
    made.bring_in(JUDGE, newcomers)
    assert len(made.songs) == 128
    from livecode.generators.evolution.world import genomes

    assert set(genomes(newcomers)) <= set(genomes(made.songs))


def test_novelty_alone_spreads_the_population() -> None:
    judge = Judge(novelty().at(0))
    assert evolved(30, judge).diversity() > world().diversity()


def test_a_fitness_that_changes_is_heeded_at_once() -> None:
    made = evolved(10)
    other = Judge((rhythm("1 ~ ~ ~") * 5).at(0))
    made.step(other, Settings())
    assert np.allclose(made.scores, other.score(made.songs), atol=1e-4)


@pytest.mark.parametrize("voices", [1, 4])
def test_founders_come_from_corpora_moved_home(voices: int) -> None:
    songs, bank = founders([{"corpus": "folk"}], 64, voices, FRAME, 3)
    assert len(songs) == 64 and bank is not None and bank.voices == voices
    assert Judge(in_key().at(0)).score(bank).mean() > 0.85
    again, _ = founders([{"corpus": "folk"}], 64, voices, FRAME, 3)
    assert (songs.note == again.note).all()


def test_founders_come_from_composers_and_phrases() -> None:
    composer = {"composer": markov("foster", order=2).plan.generator.spec()}
    mine = {"phrases": [Phrase.of([60, 64, 67, 72] * 4, key="c major").pack()]}
    songs, bank = founders([composer, mine], 40, 1, FRAME, 0)
    assert len(songs) == 40 and bank is not None and len(bank) > 16
    assert home_among([mine]).name == "c major"
