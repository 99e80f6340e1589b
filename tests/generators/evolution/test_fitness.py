"""Terms of fitness: what each prefers, how they are joined, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from livecode.errors import ControlError, GeneratorError, LivecodeError, NameUnknown
from livecode.generators.evolution.fitness import (
    Fitness,
    chords,
    compass,
    contour,
    fitness_of,
    in_key,
    likely,
    novelty,
    obeys,
    resembles,
    returns,
    rhythm,
    small_leaps,
    tension_curve,
)
from livecode.generators.evolution.home import home_of
from livecode.generators.evolution.judging import Judge
from livecode.generators.evolution.songs import Frame, Songs, chance, songs_of
from livecode.language import mini
from livecode.music.corpus import corpus
from livecode.music.phrase import TICKS, Phrase

FRAME = Frame.of(16 * TICKS, (4, 4), 4, home_of("c major"))
SCALE = [60, 62, 64, 65, 67, 69, 71, 72]
HIGHER = [pitch + 12 for pitch in SCALE]


def songs(*phrases: Phrase) -> Songs:
    return songs_of(list(phrases), 1, FRAME)


def tune(*pitches: int, length: int = TICKS) -> Phrase:
    return Phrase.of(list(pitches), length, length=16 * TICKS)


def scores(fitness: Fitness, *phrases: Phrase, cycle: int = 0) -> list[float]:
    return [round(float(each), 4) for each in Judge(fitness.at(cycle)).score(songs(*phrases))]


STEADY = tune(*[60, 64, 67, 64] * 4)
PREFERS = [
    (in_key("c major"), tune(60, 62, 64, 65), tune(60, 61, 63, 66)),
    (in_key("<c:major f#:major>"), tune(60, 62, 64, 65), tune(61, 63, 66, 68)),
    (small_leaps(), tune(*SCALE), tune(60, 72, 61, 74)),
    (small_leaps(5), tune(60, 62, 64, 65), tune(60, 67, 60, 67)),
    (chords(), STEADY, tune(*[60, 62, 61, 65] * 4)),
    (chords("c f g c"), tune(60, 64, 67, 60), tune(62, 65, 69, 71)),
    (contour("rise"), tune(*SCALE, *HIGHER), tune(*HIGHER[::-1], *SCALE[::-1])),
    (contour([0, 5, 3]), tune(*[60] * 5, *[72] * 6, *[67] * 5), tune(*[72] * 5, *[60] * 6, *[67] * 5)),
    (compass("c4", "c5"), tune(*SCALE), tune(84, 86, 88, 36)),
    (rhythm("1 1 1 1"), STEADY, tune(*[60] * 32, length=TICKS // 2)),
    (rhythm(density=0.25), STEADY, tune(*[60] * 64, length=TICKS // 4)),
    (returns(1.0), STEADY, tune(60, 69, 62, 65, 71, 60, 64, 72, 59, 60, 71, 62, 67, 60, 65, 61)),
    (returns(0), tune(60, 69, 62, 65, 71, 60, 64, 72, 59, 60, 71, 62, 67, 60, 65, 61), STEADY),
    (tension_curve("rise"), tune(*[60] * 8, *[71, 78, 83, 87] * 2), tune(*[71, 78, 83, 87] * 2, *[60] * 8)),
    (likely("folk"), tune(62, 64, 66, 67, 69, 67, 66, 64), tune(60, 71, 61, 70, 59, 72, 60, 71)),
    (resembles(STEADY), STEADY, tune(*[60, 62, 61, 65] * 4)),
]  # fmt: skip


@pytest.mark.parametrize(("fitness", "better", "worse"), PREFERS, ids=lambda each: getattr(each, "text", ""))
def test_a_term_prefers_what_it_says(fitness: Fitness, better: Phrase, worse: Phrase) -> None:
    one, other = scores(fitness, better, worse)
    assert one > other + 0.05


def test_the_terms_lie_between_0_and_1() -> None:
    population = chance(300, 2, FRAME, np.random.default_rng(0))
    for fitness, _, _ in PREFERS:
        found = Judge(fitness.at(0)).score(population)
        assert found.min() >= -1e-4 and found.max() <= 1.0001, fitness


def test_an_exact_share_of_notes_in_key() -> None:
    assert scores(in_key("c major"), tune(60, 61, 62, 64), tune(61, 63), tune(60)) == [0.75, 0.0, 1.0]


def test_resembling_itself_is_1() -> None:
    assert scores(resembles(STEADY), STEADY) == [1.0]


def test_novelty_is_greatest_for_the_odd_one_out() -> None:
    crowd = [tune(60 + n % 3, 62, 64, 65) for n in range(30)]
    found = scores(novelty(), *crowd, tune(*[90, 40] * 8))
    assert max(found[:-1]) < found[-1]


def test_terms_add_and_multiply_with_numbers_and_patterns() -> None:
    both = 2 * in_key("c major") + small_leaps() * "<1 0>"
    one, other = (Judge(both.at(cycle)).score(songs(STEADY))[0] for cycle in (0, 1))
    alone = scores(small_leaps(), STEADY)[0]
    assert one == pytest.approx(2 + alone, abs=1e-4) and other == pytest.approx(2, abs=1e-4)
    product = in_key("c major") * small_leaps() - 0.5
    assert scores(product, STEADY)[0] == pytest.approx(alone - 0.5, abs=1e-4)
    assert str(both) == "2 * in_key('c major') + small_leaps() * '<1 0>'"
    assert str((in_key() + small_leaps()) * 2) == "(in_key() + small_leaps()) * 2"
    sine_weight = in_key("c major") * mini("0.25")
    assert scores(sine_weight, STEADY) == [0.25]


def test_a_function_over_arrays_is_a_term() -> None:
    def high(songs: Songs) -> object:
        return (songs.pitch > 70).mean((1, 2))

    judge = Judge((fitness_of(high) + in_key("c major")).at(0))
    assert judge.score(songs(tune(72, 72), tune(60, 60)))[0] > 1.0
    assert [share.name for share in judge.shares(songs(STEADY), 0)] == ["high", "in_key"]


@pytest.mark.parametrize(
    "wrong",
    [lambda songs: [1, 2, 3], lambda songs: 1 / 0, lambda songs: songs.nothing, lambda songs: "x", lambda: 1],
)
def test_a_function_that_gives_nonsense_is_told_so(wrong: object) -> None:
    with pytest.raises(GeneratorError, match="lambda"):
        Judge(fitness_of(wrong).at(0)).score(songs(STEADY))


def test_numbers_that_are_none_do_not_win() -> None:
    found = Judge(fitness_of(lambda songs: np.where(songs.count > 5, np.nan, 0)).at(0)).score(
        songs(STEADY, tune(60))
    )
    assert found.argmax() == 1


def test_shares_add_up_to_the_score() -> None:
    judge = Judge((in_key() + 0.5 * contour() * returns() + chords()).at(0))
    shares = judge.shares(songs(STEADY), 0)
    assert sum(share.value for share in shares) == pytest.approx(judge.score(songs(STEADY))[0], abs=1e-4)
    assert shares[1].name == "contour × returns" and len(shares[1].factors) == 2


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda: in_key("d dorain").at(0), NameUnknown),
        (lambda: contour("arhc").at(0), NameUnknown),
        (lambda: chords("hm7").at(0), ControlError),
        (lambda: compass("q9").at(0), ControlError),
        (lambda: likely("flok").at(0), NameUnknown),
        (lambda: rhythm("~ ~").at(0), ControlError),
        (lambda: resembles("~").at(0), GeneratorError),
        (lambda: fitness_of(None), ControlError),
        (lambda: fitness_of(in_key), ControlError),
        (lambda: fitness_of(Fitness), ControlError),
        (lambda: fitness_of(object()), ControlError),
        (lambda: (in_key() * "<loud>").at(0), ControlError),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(wrong: object, error: type[LivecodeError]) -> None:
    with pytest.raises(error) as caught:
        wrong()  # type: ignore[operator]
    assert "\n" not in str(caught.value)


def test_a_net_or_chain_is_asked_about_the_best_only() -> None:
    class Asked:
        count = 0

    population = chance(300, 1, FRAME, np.random.default_rng(0))
    judge = Judge(["+", ["term", "in_key", {}], ["term", "likely", {"under": {"kind": "test"}}]])
    from livecode.generators.evolution import judging

    def question(spec: object) -> object:
        def asked(songs: Songs, row: int) -> float:
            Asked.count += 1
            return 1.0 - row / 100

        return asked

    original = judging.slow_likelihood
    judging.slow_likelihood = question  # type: ignore[assignment]
    try:
        around = judging.Surroundings()
        first = judge.score(population, around)
        judge.score(population, around)
    finally:
        judging.slow_likelihood = original
    assert Asked.count <= judging.WEIGHED
    assert first.max() > 1.9


def test_parallel_fifths_are_punished() -> None:
    frame = FRAME
    bad = Phrase.of([67, 69, 71, 72, 60, 62, 64, 65], onset=[0, 1, 2, 3] * 2, voice=[0] * 4 + [1] * 4)
    good = Phrase.of([64, 65, 67, 64, 60, 57, 59, 60], onset=[0, 1, 2, 3] * 2, voice=[0] * 4 + [1] * 4)
    for phrase in (bad, good):
        phrase.notes["onset"] *= TICKS
        phrase.length = 16 * TICKS
    found = Judge(obeys().at(0)).score(songs_of([bad.sorted(), good.sorted()], 2, frame))
    assert found[1] > found[0] and found[1] == 1.0


def test_corpora_find_themselves_likelier_than_chance() -> None:
    found = [piece.phrase.slice(0, 16 * TICKS) for piece in list(corpus("foster"))[:10]]
    theirs = np.mean(scores(likely("foster"), *found))
    wild = Judge(likely("foster").at(0)).score(chance(100, 1, FRAME, np.random.default_rng(0))).mean()
    assert theirs > wild + 0.2
