"""Composers by rules: the examiner finds nothing in what they write, and what is asked of them holds."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from livecode.errors import ControlError, GeneratorError, LivecodeError, NameUnknown, NotationError
from livecode.generators.generator import Context, build
from livecode.generators.pool import Composers
from livecode.generators.rules import canon, counterpoint, figured_bass, harmonise, ruled, rules
from livecode.generators.rules.expressions import Expression
from livecode.generators.rules.harmoniser import Harmoniser
from livecode.generators.rules.species import Species, own_cantus
from livecode.language import note
from livecode.music.checking import check
from livecode.music.checking_species import check_species
from livecode.music.corpus import corpus
from livecode.music.phrase import TICKS, Phrase, merge

BAR = 4 * TICKS


@pytest.fixture(autouse=True)
def _here(here: Composers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ruled, "composers", lambda: here)


@pytest.mark.parametrize("number", range(0, 60, 10))
def test_a_chorale_melody_is_harmonised_without_a_hard_error(number: int) -> None:
    melody = list(corpus("bach chorales"))[number].phrase.voice(0)
    made = Harmoniser(whole=True, close=True).compose(Context(over=melody), melody.length, 1)
    made.check()
    assert [str(fault) for fault in check(made, given=(0,)) if fault.hard] == []
    assert made.voice(0).notes["pitch"].tolist() == melody.notes["pitch"].tolist()
    assert all(origin and origin["sings"] for origin in made.provenance)


@pytest.mark.parametrize("species", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("parts, place", [(2, "bass"), (2, "top"), (3, "bass"), (4, "bass")])
def test_counterpoint_passes_fuxs_examination(species: int, parts: int, place: str) -> None:
    for seed in range(3):
        key = ("d minor", "c major", "e minor")[seed]
        cantus = own_cantus(Context(), 4 * BAR, seed, key)
        made = Species(species, parts, place, key).compose(Context(over=cantus), 4 * BAR, seed)
        assert not any(origin and "search" in origin for origin in made.provenance)
        whole = merge([made, cantus] if place == "bass" else [cantus, made])
        whole.key = key
        at, florid = (parts - 1, 0) if place == "bass" else (0, parts - 1)
        assert [str(fault) for fault in check_species(whole, species, at, florid)] == []


def test_counterpoint_follows_what_a_part_plays() -> None:
    low = counterpoint(1, note("<0 5 7 0>"), key="c major").phrase(0)
    high = counterpoint(1, note("<0 5 7 0>").add(note(12)), key="c major").phrase(0)
    assert low.notes["onset"].tolist() == [0, BAR, 2 * BAR, 3 * BAR]
    assert (high.notes["pitch"] - low.notes["pitch"]).tolist() == [12] * 4
    assert counterpoint(3, note("<0 5 7 0>")).phrase(0).notes["onset"].tolist()[:5] == [
        0, TICKS, 2 * TICKS, 3 * TICKS, BAR,
    ]  # fmt: skip


def test_its_own_cantus_sounds_too_and_begins_and_ends_on_the_tonic() -> None:
    phrase = counterpoint(2, parts=3, key="d dorian", seed=5).phrase(0)
    assert phrase.voices == 3
    cantus = phrase.voice(2).notes["pitch"].tolist()
    assert len(cantus) == 4 and cantus[0] % 12 == cantus[-1] % 12 == 2
    assert {pitch % 12 for pitch in cantus} <= {2, 4, 5, 7, 9, 11, 0, 10}


def test_a_canon_is_one_line_twice() -> None:
    made = canon("octave", distance=4, key="g minor")
    first, second = made.phrase(0), made.phrase(1)
    leader = first.voice(0).then(second.voice(0))
    follower = first.voice(1).then(second.voice(1))
    onsets = [(int(n["onset"]) + BAR, int(n["pitch"]) - 12) for n in leader.notes]
    heard = [(int(n["onset"]), int(n["pitch"])) for n in follower.notes]
    assert heard == [pair for pair in onsets if pair[0] < leader.length]


def test_figures_are_realised_and_the_bass_stays_as_given() -> None:
    phrase = figured_bass("c3 b2:6 c3 f3 d3:43 e3:6 f3:65 g3:7", key="c major").phrase(0)
    assert phrase.voice(3).notes["pitch"].tolist() == [48, 47, 48, 53, 50, 52, 53, 55]
    chord = {int(n["pitch"]) % 12 for n in phrase.notes if n["onset"] == 14 * TICKS}
    assert chord == {7, 11, 2, 5}
    assert [str(f) for f in check(phrase, given=(3,), whole=False, ranges=None) if f.hard] == []


def test_rules_of_ones_own_hold() -> None:
    phrase = rules("melody", "abs(leap) <= 4", "degree in (1, 3, 5) or weak", key="c major").phrase(0)
    pitches = phrase.notes["pitch"].tolist()
    assert max(abs(b - a) for a, b in itertools.pairwise(pitches)) <= 4
    on_beats = [int(n["pitch"]) % 12 for n in phrase.notes if n["onset"] % TICKS == 0]
    assert set(on_beats) <= {0, 4, 7}


def test_a_soft_rule_of_ones_own_leans_but_does_not_force() -> None:
    def repeated(weight: float) -> int:
        heard = 0
        for seed in range(6):
            stream = rules("melody", soft={"leap == 0": weight}, key="c major", seed=seed)
            pitches = stream.phrase(0).notes["pitch"].tolist()
            heard += sum(a == b for a, b in itertools.pairwise(pitches))
        return heard

    assert repeated(20) > repeated(0) + 20


def test_what_gives_way_is_said(here: Composers) -> None:
    phrase = rules("melody", "leap > 0", "leap < 0", key="c major").phrase(0)
    assert len(phrase) > 4
    assert here.notices and "gave way: leap" in here.notices[-1]


def test_constraints_hold() -> None:
    stream = rules("melody", seed=2).in_scale("d dorian").begins("d5").ends("a")
    for number in range(4):
        pitches = stream.phrase(number).notes["pitch"].tolist()
        assert {pitch % 12 for pitch in pitches} <= {2, 4, 5, 7, 9, 11, 0}
        assert pitches[0] == 74 and pitches[-1] % 12 == 9


STREAMS: list[Any] = [
    lambda: rules("melody", "abs(leap) <= 7", key="d minor"),
    lambda: counterpoint(5, note("<0 5 7 0>")),
    lambda: counterpoint(4, parts=3, key="g minor"),
    lambda: harmonise(note("0 2 4 5"), whole=True),
    lambda: figured_bass("c3 f3 g3:7 c3", key="c major"),
    lambda: canon("fifth above", distance=2, parts=3, key="c major"),
]


@pytest.mark.parametrize("stream", STREAMS)
def test_a_seed_gives_the_same_notes_from_a_spec_and_explains_them(stream: Any) -> None:
    made = stream().seed(7)
    phrase = made.phrase(1)
    phrase.check()
    context = Context(previous=made.phrase(0), position=1)
    planned = made._plan(1, (4, 4), b"")
    context = planned.context
    context.previous = made.phrase(0)
    again = build(made.plan.generator.spec()).compose(context, phrase.length, planned.seed)
    assert again == phrase
    shown = str(made.explain(4))
    assert shown.count("\n") >= 1 and "nothing is known" not in shown


@pytest.mark.parametrize("metre", [(3, 4), (6, 8), (7, 8), (5, 4), (2, 2), (4, 4)])
def test_every_metre_is_composed(metre: tuple[int, int]) -> None:
    from livecode.generators.rules.build import FORMS

    bar = TICKS * 4 * metre[0] // metre[1]
    melody = Phrase.of([72, 74, 76, 72] * 2, bar // 2, length=4 * bar, metre=metre)
    for spec in (
        {"form": "melody"}, {"form": "harmonise"}, {"form": "canon"}, {"form": "counterpoint", "species": 3},
        {"form": "counterpoint", "species": 5, "own": True}, {"form": "figured_bass", "bass": [[48, ""]]},
    ):  # fmt: skip
        made = build({"kind": "rules", **spec})
        phrase = made.compose(Context(over=melody, metre=metre), 4 * bar, 3)
        phrase.check()
        assert phrase.length == 4 * bar and len(phrase) and spec["form"] in FORMS


@pytest.mark.parametrize(
    "wrong, kind",
    [
        (lambda: rules("symphony"), NameUnknown),
        (lambda: rules("melody", "__import__('os')"), NotationError),
        (lambda: rules("melody", "leep < 3"), NotationError),
        (lambda: rules("melody", "note ** note"), NotationError),
        (lambda: rules("melody", "note.real"), NotationError),
        (lambda: rules("melody", "(" * 200), NotationError),
        (lambda: rules("melody", soft={"leap": -1}), ControlError),
        (lambda: rules("melody", key="h minor"), ControlError),
        (lambda: rules("melody", colour=3), ControlError),
        (lambda: counterpoint(6), ControlError),
        (lambda: counterpoint(1, parts=9), ControlError),
        (lambda: counterpoint(1, place="left"), ControlError),
        (lambda: counterpoint(1, 3).phrase(0) and harmonise("bd*4").begins("c").phrase(0), LivecodeError),
        (lambda: Harmoniser().compose(Context(), BAR, 0), GeneratorError),
        (lambda: figured_bass("c3 x9"), NotationError),
        (lambda: figured_bass("c3:99"), NotationError),
        (lambda: figured_bass("  "), NotationError),
        (lambda: canon("ninth"), ControlError),
        (lambda: canon(distance=0), ControlError),
        (lambda: canon(parts=5), ControlError),
    ],
)
def test_what_cannot_be_is_one_line(wrong: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        wrong()
    assert len(str(caught.value).splitlines()) == 1


def test_silence_is_answered_with_silence() -> None:
    silent = Phrase.silence(4 * BAR)
    for made in (Harmoniser(), Species(3)):
        assert len(made.compose(Context(over=silent), 4 * BAR, 0)) == 0


@pytest.mark.parametrize(
    "pitches", [[0] * 16, [127] * 16, [0, 127] * 8, [60, 61] * 8, list(range(40, 104, 4))]
)
def test_melodies_no_choir_could_sing_are_answered(pitches: list[int]) -> None:
    melody = Phrase.of(pitches, TICKS)
    for made in (Harmoniser(whole=True), Species(5), Species(1, 4)):
        phrase = made.compose(Context(over=melody), melody.length, 0)
        phrase.check()
        assert len(phrase)


def test_numbers_that_are_none_and_scales_that_fit_nothing_are_answered() -> None:
    one = Phrase.of([62], 4 * TICKS)
    for value in (float("nan"), float("inf"), -5.0, 1e9):
        asked = {"energy": value, "temperature": value, "texture": value}
        for spec in (
            {"kind": "rules", "form": "melody"}, {"kind": "rules", "form": "harmonise"},
            {"kind": "rules", "form": "counterpoint", "species": 4, "parts": 3},
            {"kind": "rules", "form": "canon", "parts": 3, "interval": 11},
            {"kind": "rules", "form": "figured_bass", "figures": ["6", "7"]},
            {"kind": "cpu_bach", "form": "toccata"}, {"kind": "cpu_bach", "form": "fugue"},
        ):  # fmt: skip
            context = Context(over=one, parameters=asked, constraints={"in_scale": "c major triad"})
            build(spec).compose(context, BAR, 1).check()


def test_two_hundred_random_notes_are_answered_in_time() -> None:
    import random
    import time

    draw = random.Random(1)
    melody = Phrase.of([draw.randrange(128) for _ in range(200)], BAR // 50)
    begin = time.process_time()
    for made in (Harmoniser(), Species(1), Species(3, 4)):
        made.compose(Context(over=melody), melody.length, 0).check()
    assert time.process_time() - begin < 6


def test_a_rule_reads_only_its_words() -> None:
    assert Expression.of("abs(leap_before) > 4 and leap * leap_before < 0").reach == 3
    assert Expression.of("note % 0 == 1").value({"note": 3}) is False


def test_the_factory_table_of_chords_is_there() -> None:
    from livecode.generators.rules.usage import usage
    from livecode.sets import find

    assert Path(find("models", "harmony") / "usage.json").is_file()
    for mode in ("major", "minor"):
        assert usage(mode).after.shape[0] == usage(mode).after.shape[1] > 40


def test_no_module_takes_the_place_of_a_name() -> None:
    """A submodule called like a function would replace it as soon as it is imported."""
    import livecode.generators.cpu_bach as bach
    import livecode.generators.rules as package

    for stream in STREAMS:
        stream()
    for home in (package, bach):
        folder = Path(home.__file__).parent
        assert not {path.stem for path in folder.glob("*.py")} & set(home.__all__)
        assert all(callable(getattr(home, name)) for name in home.__all__)
