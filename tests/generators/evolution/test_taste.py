"""Taste: learnt from judgements, unsure where it should be, kept in a file, heeded by evolution."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import outside
import pytest

from livecode.errors import ControlError, GeneratorError
from livecode.generators import heard
from livecode.generators import stream as streams
from livecode.generators.evolution import evolve, evolving
from livecode.generators.evolution import taste as tastes
from livecode.generators.evolution.features import COUNT, features_of
from livecode.generators.evolution.fitness import in_key
from livecode.generators.evolution.preference import SIZE, Belief, Judgement, basis
from livecode.generators.evolution.taste import Taste
from livecode.generators.pool import Composers
from livecode.generators.rerank import rerank
from livecode.music.phrase import Phrase
from livecode.stage.session import Session

ROOT = Path(__file__).parents[3]


def listeners() -> ModuleType:
    """The simulated listeners of the benchmark."""
    return outside.module("benchmarks/listeners.py")


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Composers:
    made = Composers(workers=0)
    monkeypatch.setattr(streams, "composers", lambda: made)
    monkeypatch.setattr(evolving, "composers", lambda: made)
    return made


@pytest.fixture
def taste(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Taste]:
    """A taste that knows nothing, in place of the usual one."""
    made = Taste(tmp_path / "taste.msgpack")
    monkeypatch.setattr(tastes, "taste", made)
    yield made
    heard.JUDGES.clear()
    heard._playing.clear()


HIGH = Phrase.of([84, 86, 88, 91] * 4, key="c major")
LOW = Phrase.of([40, 41, 43, 45] * 4, key="c major")


def test_knowing_nothing_it_has_no_opinion(taste: Taste) -> None:
    assert taste(HIGH) == taste(LOW) == 0.5
    assert taste.weights() == []
    assert "knows nothing" in taste.explain()


def test_it_learns_from_pluses_and_minuses(taste: Taste) -> None:
    for semitones in range(5):
        taste.like(HIGH.transpose(semitones)).dislike(LOW.transpose(semitones))
    assert taste(HIGH) > 0.8 and taste(LOW) < 0.2
    assert "height" in taste.explain()


def test_it_learns_from_choices(taste: Taste) -> None:
    for semitones in range(4):
        taste.prefer(LOW.transpose(semitones), HIGH.transpose(-semitones))
    assert taste(LOW) > taste(HIGH)
    assert taste.belief.prefers(features_of(LOW), features_of(HIGH)) > 0.8


def test_the_same_judgement_twice_counts_once_and_the_newer_wins(taste: Taste) -> None:
    taste.like(HIGH).like(HIGH)
    assert len(taste.judgements) == 1
    taste.dislike(HIGH)
    assert len(taste.judgements) == 1 and taste(HIGH) < 0.5


def test_a_tired_listener_counts_less(taste: Taste) -> None:
    for number in range(70):
        taste.like(Phrase.of([60 + number % 20, 62 + number % 7, 64, 60 + number // 3] * 4, key="c major"))
    assert taste.judgements[0].sure == 1 and taste.judgements[-1].sure < 0.6


def test_it_is_carried_over(taste: Taste) -> None:
    taste.like(HIGH).dislike(LOW).prefer(HIGH, LOW)
    again = Taste(taste.path)
    assert len(again.judgements) == 3
    assert again.weights()[:SIZE] == pytest.approx(taste.weights()[:SIZE], abs=2e-3)
    assert os.listdir(taste.path.parent) == [taste.path.name]
    again.forget()
    assert Taste(taste.path).judgements == []


@pytest.mark.parametrize("data", [b"", b"\xff" * 100, b"\x81\xa1a\x01", b"x" * 10_000_000])
def test_a_damaged_file_is_a_fresh_start(taste: Taste, data: bytes) -> None:
    taste.path.write_bytes(data)
    assert taste.judgements == [] and taste(HIGH) == 0.5
    taste.like(HIGH)
    assert len(Taste(taste.path).judgements) == 1


def test_a_file_of_impossible_judgements_is_a_fresh_start(taste: Taste) -> None:
    import msgspec

    for song in ([float("nan")] * COUNT, [0.0] * 3, None):
        data = {"version": 1, "features": COUNT, "judgements": [[song, None, True, 1.0]]}
        taste.path.write_bytes(msgspec.msgpack.encode(data))
        assert Taste(taste.path).judgements == []


def test_a_folder_that_cannot_be_written_loses_nothing_now(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    made = Taste(tmp_path / "file" / "taste.msgpack")
    made.like(HIGH)
    assert made(HIGH) > 0.5


@pytest.mark.parametrize("wrong", [3, None, True, "~", object()])
def test_what_is_no_music_is_refused(taste: Taste, wrong: object) -> None:
    with pytest.raises((ControlError, GeneratorError)):
        taste.like(wrong)


def test_taste_with_brackets_is_told_to_do_without(taste: Taste) -> None:
    with pytest.raises(ControlError, match="without brackets"):
        evolve(["folk"], fitness=taste())


def test_what_was_learnt_narrows_the_belief_and_the_questions() -> None:
    random = np.random.default_rng(0)
    songs = random.normal(0, 1, (40, COUNT)).clip(-3, 3)
    judged = [Judgement(song, liked=bool(song[0] > 0)) for song in songs]
    before, after = Belief.of([]), Belief.of(judged)
    assert np.trace(after.covariance) < np.trace(before.covariance)
    rows = basis(songs[:20]) - basis(songs[20:])
    told = after.information(rows)
    assert told.mean() < before.information(rows).mean() and (told >= 0).all()
    # What it knows well is not worth a question.
    clear, unclear = np.zeros((2, SIZE))
    clear[1], unclear[2] = 4.0, 4.0
    assert before.information(clear[None])[0] == pytest.approx(before.information(unclear[None])[0])
    assert after.information(clear[None])[0] < after.information(unclear[None])[0]


def test_after_thirty_judgements_it_knows_hidden_preferences() -> None:
    simulated = listeners()
    songs, others = simulated.ordinary(120, 1), simulated.ordinary(80, 2)
    told, held = (np.stack([features_of(song) for song in some]) for some in (songs, others))
    found = []
    for kind in simulated.KINDS:
        listener = simulated.Listener.among(kind, 0, songs)
        belief = simulated.taught(listener, songs, told, 30, np.random.default_rng(0))
        found.append(simulated.foretold(listener, belief, others, held, 200, np.random.default_rng(1)))
    assert np.mean(found) >= 0.8


def test_it_steers_evolution(taste: Taste, pool: Composers) -> None:
    for semitones in range(6):
        taste.like(HIGH.transpose(semitones)).dislike(LOW.transpose(semitones))
    g = evolve(["chance"], fitness=taste, population=48, generations=4)
    other = evolve(["chance"], fitness=in_key("c major"), population=48, generations=4)
    assert taste(g.phrase(2)) > 0.8 and taste(g.phrase(2)) > taste(other.phrase(2))


def test_it_reranks_other_composers(taste: Taste, pool: Composers) -> None:
    from livecode.generators.markov import markov

    for semitones in range(6):
        taste.like(HIGH.transpose(semitones)).dislike(LOW.transpose(semitones))
    plain = markov("foster", order=2)
    chosen = rerank(plain, by=taste)
    one = np.mean([taste(plain.phrase(n)) for n in range(4)])
    two = np.mean([taste(chosen.phrase(n)) for n in range(4)])
    assert two > one


def test_what_it_learns_while_playing_holds_from_the_next_free_phrase(taste: Taste, pool: Composers) -> None:
    g = evolve(["chance"], fitness=taste, population=48, generations=4)
    g.clock = (lambda: 1.0, 0.5)
    before = [g.phrase(n) for n in range(3)]
    for semitones in range(6):
        taste.like(HIGH.transpose(semitones)).dislike(LOW.transpose(semitones))
    assert g.phrase(0) == before[0]
    assert taste(g.phrase(2)) > taste(before[2])


def test_a_question_is_the_one_that_tells_most(taste: Taste) -> None:
    songs = [HIGH, HIGH.transpose(1), LOW]
    asked = taste.ask(songs)
    assert {id(song) for song in asked.songs} != {id(HIGH), id(songs[1])}
    assert asked.bits > 0.12
    first, second = (asked.query(cycle, cycle + 4) for cycle in (0, 4))
    assert len(first) == len(asked.songs[0]) and len(second) == len(asked.songs[1])
    assert asked.that() == "that: noted"
    assert taste(asked.songs[1]) > taste(asked.songs[0])


def test_it_spares_the_listener_who_is_known(taste: Taste) -> None:
    for semitones in range(8):
        taste.prefer(HIGH.transpose(semitones), LOW.transpose(semitones))
    with pytest.raises(GeneratorError, match="sure enough"):
        taste.ask([HIGH.transpose(2), HIGH.transpose(3)])


def test_plus_and_minus_reach_what_sounds(taste: Taste, pool: Composers) -> None:
    with Session("offline", journal=None) as session:
        said: list[str] = []
        session.listen(lambda notice: said.append(notice.text))
        assert not session.ratings.wanted
        session.namespace()
        g = evolve(["foster"], fitness=taste + in_key(), population=48, generations=2)
        session.slots[1] >> g
        session._conductor.fill(8)
        assert session.ratings.give(1)
        assert len(taste.judgements) == 1 and taste.judgements[0].liked
        assert np.allclose(taste.judgements[0].song, features_of(g.phrase(0)))
        assert any("more like this" in text and "your first judgement" in text for text in said)
        assert [deed.name for deed in g._steering.deeds] == ["taste", "like"]


def test_a_stream_that_has_left_its_slot_is_not_rated(taste: Taste, pool: Composers) -> None:
    from livecode.language import mini

    with Session("offline", journal=None) as session:
        g = evolve(["foster"], fitness=taste, population=48, generations=2)
        session.slots[1] >> g
        session._conductor.fill(2)
        session.slots[1] >> mini("0 3").with_value(lambda value: {"note": value})
        session._conductor.fill(8)
        assert heard.sounding(6.0) == []


def test_a_plus_while_a_question_plays_chooses(taste: Taste, pool: Composers) -> None:
    with Session("offline", journal=None) as session:
        asked = taste.ask([HIGH, LOW])
        session.slots[1] >> asked
        session._conductor.fill(4)
        assert session.ratings.give(-1)
        assert asked.answer == "that"
        assert len(taste.judgements) == 1 and taste.judgements[0].other is not None
