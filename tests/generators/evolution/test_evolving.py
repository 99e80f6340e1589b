"""Evolution as a stream: the same live and offline, steered while it plays, explained."""

from __future__ import annotations

from pathlib import Path

import pytest
from walkers import pitches

from livecode.errors import ControlError, GeneratorError, LivecodeError, NameUnknown
from livecode.generators import stream as streams
from livecode.generators.evolution import evolve, evolving
from livecode.generators.evolution.composer import ERA
from livecode.generators.evolution.fitness import (
    chords,
    contour,
    in_key,
    resembles,
    returns,
    rhythm,
    small_leaps,
)
from livecode.generators.generator import Context, build
from livecode.generators.morph import morph
from livecode.generators.pool import Composers
from livecode.language import mini
from livecode.language.scales import scale_of
from livecode.music.corpus import Corpus
from livecode.music.phrase import TICKS, Phrase

FITNESS = in_key("d dorian") + small_leaps() + chords("<dm7 g7>") + 0.5 * contour() * returns()
SMALL = {"population": 48, "generations": 3}


@pytest.fixture(autouse=True)
def pool(monkeypatch: pytest.MonkeyPatch) -> Composers:
    """Everything composed in this process."""
    made = Composers(workers=0)
    monkeypatch.setattr(streams, "composers", lambda: made)
    monkeypatch.setattr(evolving, "composers", lambda: made)
    return made


def breeding(**more: object) -> evolving.Evolving:
    return evolve(["foster"], fitness=FITNESS, **{**SMALL, **more})  # type: ignore[arg-type]


def test_any_cycle_is_the_same_however_it_is_reached(pool: Composers) -> None:
    few = {"population": 32, "generations": 1}
    forwards = [pitches(breeding(**few).query(cycle, cycle + 4)) for cycle in range(0, 16, 4)]
    pool.forget()
    g = breeding(**few)
    assert [pitches(g.query(cycle, cycle + 4)) for cycle in reversed(range(0, 16, 4))] == forwards[::-1]
    assert forwards[0] != pitches(breeding(seed=1, **few).query(0, 4))


def test_later_phrases_are_fitter_within_an_era() -> None:
    g = breeding()
    told = [g.explain(4 * number) for number in (0, 5, 12)]
    assert [each.generation for each in told] == [19, 34, 55]
    assert told[0].fitness <= told[1].fitness <= told[2].fitness and told[2].fitness > told[0].fitness


def test_a_new_era_has_new_founders() -> None:
    g = breeding(generations=1)
    assert g.explain(4 * ERA).generation == 17
    assert g.phrase(0) != g.phrase(ERA)


def test_explain_shows_what_each_term_gave() -> None:
    told = breeding().explain(0)
    assert [name for name, _ in told.terms][:3] == ["in_key", "small_leaps", "chords"]
    assert "contour" in told.terms[3][0] and "returns" in told.terms[3][0]
    assert sum(value for _, value in told.terms) == pytest.approx(told.fitness, abs=1e-3)
    assert sum(told.shares.values()) == pytest.approx(1)
    assert "fitness" in repr(told) and "founder" in repr(told)


def test_the_winner_is_what_explain_says() -> None:
    g = breeding()
    phrase = g.phrase(3)
    classes = {round(step + 2) % 12 for step in scale_of("d dorian").steps}
    share = sum(int(p) % 12 in classes for p in phrase.notes["pitch"]) / len(phrase)
    assert dict(g.explain(12).terms)["in_key"] == pytest.approx(share, abs=1e-3)


def test_each_ancestor_can_be_walked_to_and_played() -> None:
    g = breeding()
    family = g.ancestors(8)
    assert family[0].phrase == g.phrase(2)
    assert family[-1].how == "founder" and family[-1].generation == 0
    for song in family:
        assert song.query(0, 4)
    assert pitches(family[-1].query(4, 8)) == pitches(family[-1].query(0, 4))
    assert "founder" in repr(family)


def test_weights_may_be_patterns() -> None:
    wanted = evolve("foster", fitness=rhythm("1 ~ ~ ~") * "<1 0>/4" + rhythm("1*8") * "<0 1>/4", **SMALL)
    sparse, busy = (len(wanted.phrase(number)) for number in (6, 7))
    assert sparse < busy


def test_a_scale_that_is_asked_for_holds_always() -> None:
    g = breeding().in_scale("<a:minor:pentatonic c:blues>/4").begins("a").ends("c")
    for number, name in enumerate(("a minor pentatonic", "c blues")):
        scale = scale_of(name)
        classes = {round(step + scale.tonic) % 12 for step in scale.steps}
        if number == 0:
            phrase = g.phrase(number)
            assert {int(p) % 12 for p in phrase.notes["pitch"]} <= classes
            assert int(phrase.notes["pitch"][0]) % 12 == 9 and int(phrase.notes["pitch"][-1]) % 12 == 0


def test_over_fits_what_the_other_part_plays() -> None:
    drone = mini("[0,4,7]").with_value(lambda value: {"note": value})
    from livecode.generators.evolution.judging import Judge
    from livecode.generators.evolution.songs import songs_of
    from livecode.generators.plan import Source

    free, bound = breeding(), breeding().over(drone)
    other = {"notes": Source(drone).phrase(0, 4, (4, 4)).notes.tobytes()}
    judge = Judge(["term", "over", {"other": other}])
    from livecode.generators.evolution.home import home_of
    from livecode.generators.evolution.songs import Frame

    frame = Frame.of(16 * TICKS, (4, 4), 4, home_of("d dorian"))
    one, two = judge.score(songs_of([free.phrase(0), bound.phrase(0)], 1, frame))
    assert two > one


def test_before_it_plays_deeds_hold_from_the_start() -> None:
    plain, stepped = breeding(), breeding().step(20)
    assert stepped.explain(0).generation == plain.explain(0).generation + 20
    assert stepped.explain(4).generation == plain.explain(4).generation + 20


class Clock:
    """A performance whose cycle is set by hand."""

    def __init__(self, *streams: evolving.Evolving) -> None:
        self.cycle = 0.0
        for stream in streams:
            stream.clock = (lambda: self.cycle, 0.5)


def test_deeds_change_only_what_nobody_can_have_asked_for() -> None:
    g, other = breeding(), breeding()
    clock = Clock(g)
    for number in range(3):
        g.phrase(number)
    clock.cycle = 3.2
    g.step(30)
    # At cycle 3 the stage may have asked up to cycle 6: phrase 1 stays, phrase 2 is another.
    assert g.phrase(1) == other.phrase(1)
    assert g.explain(8).generation == other.explain(8).generation + 30


def test_deeds_hold_for_every_stream_made_of_it() -> None:
    g = breeding()
    twice = g.bars(2)
    g.step(20)
    assert twice.explain(0).generation == 19 + 20


def test_a_frozen_song_goes_round_and_evolution_goes_on_where_it_stood() -> None:
    g, other = breeding(), breeding()
    clock = Clock(g)
    clock.cycle = 5.0
    g.freeze()
    clock.cycle = 21.0
    g.freeze(False)
    assert [g.phrase(n) for n in range(2)] == [other.phrase(n) for n in range(2)]
    assert [g.phrase(n) for n in range(2, 6)] == [other.phrase(1)] * 4
    assert [g.phrase(n) for n in range(6, 10)] == [other.phrase(n) for n in range(2, 6)]


def test_mutate_gives_another_song_at_the_next_phrase() -> None:
    g = breeding(generations=0)
    before = g.phrase(2)
    g.phrase(1)
    clock = Clock(g)
    clock.cycle = 2.0
    g.mutate()
    assert g.phrase(2) != before


def test_children_of_two_parts_carry_what_they_play() -> None:
    low = Phrase.of([38, 41, 38, 43] * 4, key="d minor")
    high = Phrase.of([86, 89, 86, 91] * 4, key="d minor")
    g = evolve("chance", fitness=resembles(low), population=48, generations=0)
    before = g.explain(0).fitness
    g.breed(low, high)
    assert g.explain(0).fitness > before + 0.2
    family = [song.phrase.notes["pitch"] for song in g.rivals(12, 0)]
    assert any((pitches > 80).any() and (pitches < 50).any() for pitches in family)


def test_liking_fills_the_population_with_kin(monkeypatch: pytest.MonkeyPatch) -> None:
    g = breeding(generations=0)
    target = Phrase.of([50, 53, 57, 62] * 4, key="d minor")
    clock = Clock(g)
    clock.cycle = 0.5
    g.rated(target, 1, 0.5)
    family = g.rivals(12, 8)
    heights = [song.phrase.notes["pitch"].mean() for song in family]
    assert min(heights) < 62


def test_seeds_may_be_slots_patterns_and_corpora() -> None:
    part = mini("0 3 7 10").with_value(lambda value: {"note": value})
    g = evolve([part, "chance", "foster"], fitness=small_leaps(), **SMALL)
    assert g.plan.name == "evolve a pattern and chance and foster"
    assert len(g.phrase(0))


@pytest.mark.parametrize("metre", [(3, 4), (6, 8), (7, 8), (5, 4)])
def test_other_metres(metre: tuple[int, int]) -> None:
    g = breeding()
    phrase = g._made(0, metre)
    phrase.check()
    assert phrase.metre == metre and phrase.bars == 4


@pytest.mark.parametrize("bars", [1, 16, 64])
def test_short_and_long_phrases(bars: int) -> None:
    phrase = evolve(["folk"], fitness=FITNESS, population=32, generations=0, bars=bars).phrase(0)
    phrase.check()
    assert phrase.bars == bars and phrase.notes["onset"].max() >= (bars - 4) * phrase.bar


def test_several_voices() -> None:
    g = evolve(["bach"], fitness=in_key() + chords(), voices=4, **SMALL)
    assert g.phrase(0).voices == 4
    assert {event.value["pan"] for event in g.query(0, 4)} == {0.3, 0.4333, 0.5667, 0.7}


def test_its_spec_rebuilds_it_and_can_be_mixed() -> None:
    g = breeding()
    built = build(g.plan.generator.spec())
    built.compose(Context(), 16 * TICKS, 0).check()
    assert built.spec() == g.plan.generator.spec()
    assert morph(g, breeding(seed=3), 0.5).query(0, 4)


def test_it_can_be_reranked_and_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from livecode.generators import keeping
    from livecode.generators.attributes import measure
    from livecode.generators.rerank import kept, rerank

    g = breeding()
    best, worst = (rerank(g, by=by, candidates=4) for by in ("leaps", "-leaps"))
    assert measure(best.phrase(0), "leaps") >= measure(worst.phrase(0), "leaps")
    assert best.explain(0).fitness > 0
    with pytest.raises(GeneratorError, match="evolve"):
        best.step(3)
    monkeypatch.setattr(keeping, "own", lambda: [tmp_path])
    monkeypatch.setattr(keeping, "listing", lambda kind: {"bred": tmp_path / "models" / "bred"})
    g.keep("bred")
    assert kept("bred").phrase(1) == g.phrase(1)


def test_more_of_an_attribute_is_bred() -> None:
    plain = [breeding(seed=n).phrase(2) for n in range(3)]
    more = [breeding(seed=n).reward("leaps", 6).phrase(2) for n in range(3)]
    from livecode.generators.attributes import measure

    assert sum(measure(p, "leaps") for p in more) > sum(measure(p, "leaps") for p in plain)


@pytest.mark.long
def test_torch_breeds_the_same_phrases() -> None:
    pytest.importorskip("torch")
    assert breeding(device="torch").phrase(1) == breeding().phrase(1)


@pytest.mark.parametrize("device", ["cuda:99", "gpu", "tpu"])
def test_a_device_that_is_not_there_is_named(device: str) -> None:
    with pytest.raises(GeneratorError, match="device"):
        breeding(device=device).phrase(0)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda: evolve(["flok"]), NameUnknown),
        (lambda: evolve(fitness=None, populaton=3), ControlError),
        (lambda: evolve(population=3), ControlError),
        (lambda: evolve(population=True), ControlError),
        (lambda: evolve(voices=0), ControlError),
        (lambda: evolve(grid=5), ControlError),
        (lambda: evolve(islands="four"), ControlError),
        (lambda: evolve(generations=100000), ControlError),
        (lambda: evolve(key="h moll"), LivecodeError),
        (lambda: evolve(fitness=in_key), ControlError),
        (lambda: evolve([Corpus("empty", [])]), GeneratorError),
        (lambda: evolve([None]), GeneratorError),
        (lambda: evolve().step(0), ControlError),
        (lambda: evolve().mutate("much"), ControlError),
        (lambda: evolve().breed(), ControlError),
        (lambda: evolve().breed("~"), GeneratorError),
        (lambda: evolve(bars=64, grid=12, **SMALL).phrase(0), ControlError),
        (lambda: evolve(fitness=lambda songs: None, **SMALL).phrase(0), GeneratorError),
        (lambda: evolve(**SMALL).temperature("hot").phrase(0), ControlError),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(wrong: object, error: type[LivecodeError]) -> None:
    with pytest.raises(error) as caught:
        wrong()  # type: ignore[operator]
    assert "\n" not in str(caught.value)


def test_a_worker_makes_the_same_songs_and_tells_the_same_ancestors(monkeypatch: pytest.MonkeyPatch) -> None:
    here = breeding()
    phrases, family = [here.phrase(n) for n in range(3)], repr(here.ancestors(8))
    workers = Composers(workers=1, longest=60)
    try:
        monkeypatch.setattr(streams, "composers", lambda: workers)
        monkeypatch.setattr(evolving, "composers", lambda: workers)
        there = breeding()
        assert [there.phrase(n) for n in range(3)] == phrases
        assert repr(there.ancestors(8)) == family
    finally:
        workers.stop()


def test_terms_of_pitch_alone_still_breed_songs_that_move() -> None:
    made = evolve(["foster"], fitness=in_key() + small_leaps() + chords(), population=64)
    phrase = made.phrase(0)
    assert len(phrase) >= 3 * phrase.bars
    assert "rhythm" in str(made.explain(0))
