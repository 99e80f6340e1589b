"""Chains: the table is the corpus', the constraints hold, nothing long is copied."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest

from livecode.errors import ControlError, GeneratorError, NameUnknown
from livecode.generators.generator import Context
from livecode.generators.markov import markov
from livecode.generators.markov.build import Learner
from livecode.generators.markov.copying import Copied
from livecode.generators.markov.memory import START, Memory
from livecode.generators.pool import Composers
from livecode.language.notes import as_note
from livecode.music.corpus import Corpus, Piece, corpus
from livecode.music.phrase import TICKS, Phrase
from livecode.sets import find

BAR = 4 * TICKS


@pytest.fixture(autouse=True)
def _here(here: Composers) -> None:
    pass


def counted_from_the_file(order: int) -> dict[tuple[int, ...], Counter[int]]:
    """The Foster table again, from the text alone, without livecode's reader, key finder or chain."""
    shifts = {"c": 2, "d": 0, "eb": -1, "e": -2, "f": -3, "g": -5, "a": 5, "bb": 4}
    letters = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
    table: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for song in (find("models", "foster") / "songs.txt").read_text().split("\n\n")[1:]:
        key = next(line.split()[1] for line in song.splitlines() if line.startswith("key:"))
        words = (
            " ".join(line for line in song.splitlines() if line.startswith("  ")).replace("|", " ").split()
        )
        tune = []
        for word in words:
            name = word.split(":")[0]
            if name not in ("-", "_"):
                sharp = name.count("#") - name[1:].count("b")
                tune.append(12 * int(name[-1]) + 12 + letters[name[0]] + sharp + shifts[key])
        for place in range(order, len(tune)):
            table[tuple(tune[place - order : place])][tune[place]] += 1
    return table


@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_table_is_the_one_counted_independently(order: int) -> None:
    table = markov("foster", order=order).table()
    counted = counted_from_the_file(order)
    assert len(table) == len(counted)
    for names, row in table.rows.items():
        wanted = counted[tuple(as_note(name) + 60 for name in names)]
        total = sum(wanted.values())
        assert {as_note(name) + 60: chance for name, chance in row.items()} == pytest.approx(
            {pitch: count / total for pitch, count in wanted.items()}
        )


def test_the_output_follows_the_table() -> None:
    chain = Learner.of("foster", 2).chain
    table = counted_from_the_file(2)
    met: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for seed in range(60):
        pitches = chain.compose(Context(), 32 * BAR, seed).notes["pitch"].tolist()
        for place in range(2, len(pitches)):
            met[tuple(pitches[place - 2 : place])][pitches[place]] += 1
    checked = 0
    for context, row in met.items():
        drawn = sum(row.values())
        if drawn < 300 or context not in table:
            continue
        total = sum(table[context].values())
        for pitch, count in table[context].items():
            chance = count / total
            # Four and a half standard errors, over a few hundred comparisons.
            assert abs(row[pitch] / drawn - chance) < 4.5 * np.sqrt(chance * (1 - chance) / drawn) + 1e-9
            checked += 1
    assert checked > 50


def test_low_temperature_takes_the_likeliest() -> None:
    memory = Memory.of([[0, 1, 0, 1, 0, 2]], 1)
    chances = memory.chances(0.05)[memory.entries(memory.state([0]))]
    assert chances.max() > 0.99
    flat = memory.chances(10.0)[memory.entries(memory.state([0]))]
    assert flat.max() < 0.55


def test_belief_propagation_is_exact() -> None:
    memory = Memory.of([[0, 1, 2, 0, 2, 1, 0, 0, 1]], 1)
    unary = np.ones((3, 3))
    unary[2] = [0, 0, 1]
    chances = memory.chances()
    messages = memory.backward(chances, unary, 0)

    def total(state: int, place: int) -> float:
        if place == 3:
            return 1.0
        part = memory.entries(state)
        return sum(
            chances[entry]
            * unary[place][memory.symbols[entry]]
            * total(int(memory.following[entry]), place + 1)
            for entry in range(part.start, part.stop)
            if memory.symbols[entry] != START
        )

    states = range(len(memory.contexts))
    for place in range(3):
        exact = np.array([total(state, place) for state in states])
        assert messages[place] == pytest.approx(exact / exact.max())


CHAINS = [("foster", 1, 60), ("foster", 3, 60), ("foster", None, 40), ("bach", None, 12), ("bach", 2, 40)]


@pytest.mark.parametrize(("name", "order", "phrases"), CHAINS)
def test_what_is_asked_holds_in_every_phrase(name: str, order: int | None, phrases: int) -> None:
    learner = Learner.of(name, order)
    chain = learner.chain
    voices = 4 if (name, order) == ("bach", None) else 1
    lines = [
        line
        for piece in learner.music()
        for line in (
            [piece.phrase.voice(voice).notes["pitch"].tolist() for voice in range(4)]
            if voices == 4
            else [piece.phrase.monophonic().notes["pitch"].tolist()]
        )
    ]
    copied = Copied(lines, 6)
    asked = {"in_scale": "d minor", "begins": "d", "ends": "a", "max_copy": 6}
    previous = None
    for seed in range(phrases):
        phrase = chain.compose(Context(previous=previous, constraints=asked), 2 * BAR, seed)
        phrase.check()
        assert {pitch % 12 for pitch in phrase.notes["pitch"].tolist()} <= {2, 4, 5, 7, 9, 10, 0}
        top = phrase.voice(0).notes["pitch"].tolist()
        assert (top[0] % 12, top[-1] % 12) == (2, 9)
        for voice in range(voices):
            before = previous.voice(voice).notes["pitch"].tolist()[-7:] if previous is not None else []
            assert copied.longest_run(before + phrase.voice(voice).notes["pitch"].tolist()) <= 6
        previous = phrase


@pytest.mark.parametrize(("name", "order"), [("foster", 2), ("foster", None), ("bach", None)])
@pytest.mark.parametrize(("shape", "sign"), [("rise", 1), ("fall", -1)])
def test_a_contour_holds(name: str, order: int | None, shape: str, sign: int) -> None:
    chain = Learner.of(name, order).chain
    for seed in range(12):
        phrase = chain.compose(Context(constraints={"contour": shape}), 2 * BAR, seed).voice(0)
        assert (int(phrase.notes["pitch"][-1]) - int(phrase.notes["pitch"][0])) * sign > 0


def test_a_note_in_an_octave_is_just_that_note() -> None:
    phrase = markov("foster", order=2).begins("a4").ends(2).phrase(0)
    assert (phrase.notes["pitch"][0], phrase.notes["pitch"][-1]) == (69, 62)


def test_what_cannot_be_is_said() -> None:
    with pytest.raises(GeneratorError, match="ends 'c#' is not in the scale"):
        markov("foster", order=2).in_scale("d minor").ends("c#").phrase(0)
    with pytest.raises(GeneratorError, match="its tunes lie between"):
        markov("foster", order=2).begins("c8").phrase(0)
    with pytest.raises(NameUnknown, match="did you mean 'dorian'"):
        markov("foster", order=2).in_scale("d doriann").phrase(0)


@pytest.mark.parametrize(
    "wrong", [{"order": 0}, {"order": 13}, {"order": 1.5}, {"max_copi": 8}, {"bars": 0}, {"depth": 2}]
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ControlError):
        markov("foster", **wrong)  # type: ignore[arg-type]


def test_an_unknown_corpus_is_refused_when_typed() -> None:
    with pytest.raises(NameUnknown, match="did you mean 'foster'"):
        markov("fosterr")


@pytest.mark.parametrize("metre", [(3, 4), (7, 8), (5, 4), (12, 8), (2, 4)])
@pytest.mark.parametrize(("name", "order"), [("foster", 2), ("foster", None), ("bach", None)])
def test_any_metre_is_filled(name: str, order: int | None, metre: tuple[int, int]) -> None:
    length = 2 * TICKS * 4 * metre[0] // metre[1]
    phrase = Learner.of(name, order).chain.compose(Context(metre=metre), length, 1)
    phrase.check()
    assert phrase.length == length and len(phrase)


@pytest.mark.parametrize(("name", "order"), [("foster", 2), ("foster", None)])
def test_what_is_heard_is_learnt(name: str, order: int | None) -> None:
    chain = Learner.of(name, order).chain
    # A figure no Foster song has: rising by tritones and falling back.
    heard = Phrase.of([62, 68, 74, 68] * 40, TICKS, key="d major")
    figure = (6, 6, -6, -6)

    def share(context: Context) -> float:
        met = notes = 0
        for seed in range(20):
            steps = np.diff(chain.compose(context, 4 * BAR, seed).notes["pitch"].astype(int)).tolist()
            met += sum(step in figure for step in steps)
            notes += len(steps)
        return met / notes

    assert share(Context(heard=heard)) > share(Context()) + 0.1


@pytest.mark.parametrize(("name", "order"), [("foster", 2), ("foster", None)])
def test_over_another_part_it_clashes_less(name: str, order: int | None) -> None:
    from livecode.generators.markov.consonance import clashes

    chain = Learner.of(name, order).chain
    drone = Phrase.of([50, 54, 57], 4 * BAR, [0, 0, 0])
    bad = clashes(drone, 0)

    def share(over: Phrase | None) -> float:
        notes = np.concatenate(
            [chain.compose(Context(over=over), 4 * BAR, seed).notes["pitch"] for seed in range(12)]
        )
        return float(bad[notes].mean())

    assert share(drone) < 0.7 * share(None)


def test_a_corpus_made_here_can_be_learnt() -> None:
    scale = Piece(Phrase.of([60, 62, 64, 65, 64, 62] * 4, key="c major"), "scale")
    stream = markov(Corpus("mine", [scale]), order=1)
    assert set(np.diff(stream.phrase(0).notes["pitch"].astype(int)).tolist()) <= {-2, -1, 1, 2}
    assert "from scale" in str(stream.explain(0))


def test_explanations_say_order_probability_and_piece() -> None:
    for stream in (markov("foster", order=3), markov("foster"), markov("bach")):
        reasons = list(stream.explain(1))
        assert reasons
        told = [reason.origin for reason in reasons]
        assert all(0 < origin["probability"] <= 1 for origin in told if "probability" in origin)
        assert any("from" in origin for origin in told)
    names = {song.name for song in corpus("foster")}
    assert {r.origin["from"] for r in markov("foster", order=3).explain(0)} <= names


def test_the_variable_chain_beats_plain_ppm_on_foster() -> None:
    import sys

    sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
    try:
        import ppm
    finally:
        sys.path.pop(0)
    from livecode.generators.markov.variable import MelodyModel, moments_of

    songs = list(corpus("foster"))
    train, test = moments_of(songs[:14]), moments_of(songs[14:])
    ours = MelodyModel.learn(song.phrase for song in songs[:14]).nats(test).mean()
    assert ours < 0.95 * ppm.nats(train, test).mean()


def test_views_note_by_note_are_those_of_whole_tunes() -> None:
    from livecode.generators.markov.melody import Moments, Tune, Walk

    tunes = [Tune.of(song.phrase) for song in corpus("foster")]
    found = Moments.of(tunes)
    row = 0
    for tune in tunes:
        walk = Walk(tune.bar, tune.metre, tune.mode)
        for place, time, height in zip(tune.places.tolist(), tune.times.tolist(), tune.heights.tolist()):
            assert walk.views(place) == found.timing[row].tolist()
            assert walk.views(place, time) == found.stepping[row].tolist()
            walk.add(place, time, height)
            row += 1
