"""What the net composes: the same for a seed, in time, and as asked."""

import numpy as np
import pytest

from livecode.errors import ControlError, GeneratorError
from livecode.generators.generator import Context
from livecode.generators.neural import neural
from livecode.generators.neural.build import composer
from livecode.generators.neural.compose import NeuralComposer, Taste
from livecode.generators.neural.page import given_part
from livecode.music.phrase import TICKS, Phrase

BAR = 4 * TICKS


@pytest.fixture(scope="module")
def chorale():
    return composer("chorale")


@pytest.fixture(scope="module")
def rough(net):
    """Weights drawn by chance: asks for everything, so that constraints are what holds it."""
    return NeuralComposer(net, "rough")


def pitches(phrase, voice=None):
    notes = phrase.notes if voice is None else phrase.voice(voice).notes
    return notes["pitch"].tolist()


def test_the_same_seed_gives_the_same_notes(chorale):
    first, again = (chorale.compose(Context(), 2 * BAR, 7) for _ in range(2))
    assert first == again
    assert first != chorale.compose(Context(), 2 * BAR, 8)


@pytest.mark.parametrize("metre, bars", [((4, 4), 2), ((3, 4), 3), ((7, 8), 1), ((5, 16), 1), ((6, 8), 2)])
def test_a_phrase_fills_its_bars(rough, metre, bars):
    length = bars * 4 * TICKS * metre[0] // metre[1]
    phrase = rough.compose(Context(metre=metre), length, 1)
    phrase.check()
    assert phrase.length == length and phrase.metre == metre
    assert phrase.voices == 4 and len(phrase.provenance) == len(phrase)


def test_four_voices_sound_without_a_gap(chorale):
    phrase = chorale.compose(Context(), 4 * BAR, 3)
    assert (phrase.grid() > 0).all()
    assert all(0.0 < origin["probability"] <= 1.0 for origin in phrase.provenance)


def test_a_phrase_grows_out_of_the_one_before(chorale):
    first = chorale.compose(Context(), 2 * BAR, 1)
    other = chorale.compose(Context(), 2 * BAR, 2)
    after = [chorale.compose(Context(previous=previous), 2 * BAR, 5) for previous in (first, other)]
    assert after[0] != after[1]
    joins = np.abs(after[0].grid()[0].astype(int) - first.grid()[-1])
    assert joins.max() <= 12


@pytest.mark.parametrize("scale", ["d dorian", "c major pentatonic", [0, 2, 4, 5, 7, 9, 11]])
def test_in_scale_holds_always(rough, scale):
    from livecode.language.scales import scale_of

    inside = {0, 2, 4, 5, 7, 9, 11} if isinstance(scale, list) else None
    if inside is None:
        named = scale_of(scale)
        inside = {int(named.tonic + step) % 12 for step in named.steps}
    for seed in range(5):
        phrase = rough.compose(Context(constraints={"in_scale": scale}), BAR, seed)
        assert {pitch % 12 for pitch in pitches(phrase)} <= inside


def test_begins_and_ends_hold_always(rough):
    for seed in range(8):
        phrase = rough.compose(Context(constraints={"begins": "d", "ends": "a4"}), BAR, seed)
        top = pitches(phrase, 0)
        assert top[0] % 12 == 2 and top[-1] == 69


def test_constraints_that_contradict_are_one_line(rough):
    asked = {"in_scale": "c major", "ends": "cs"}
    with pytest.raises(GeneratorError, match="no note fits ends"):
        rough.compose(Context(constraints=asked), BAR, 0)


def test_cold_is_greedy_and_hot_is_not():
    logits = np.log(np.array([[0.1, 0.5, 0.4]], np.float32))
    random, last, allowed = np.random.default_rng(0), np.array([3]), np.ones(3, bool)
    cold = {int(Taste(temperature=0.01).draw(logits, last, allowed, random)[0]) for _ in range(100)}
    hot = {int(Taste(temperature=3.0).draw(logits, last, allowed, random)[0]) for _ in range(100)}
    assert cold == {1} and hot == {0, 1, 2}


def test_density_makes_more_notes(chorale):
    counts = [
        sum(
            len(chorale.compose(Context(parameters={"density": density}), 4 * BAR, seed)) for seed in range(3)
        )
        for density in (0.3, 1.0, 4.0)
    ]
    assert counts[0] < counts[1] < counts[2]


def test_top_p_leaves_out_the_rare():
    logits = np.log(np.array([[0.02, 0.5, 0.3, 0.18]], np.float32))
    random = np.random.default_rng(0)
    taste, last = Taste(top_p=0.75), np.array([4])
    allowed = np.ones(4, bool)
    drawn = {int(taste.draw(logits, last, allowed, random)[0]) for _ in range(200)}
    assert drawn == {1, 2}
    counts = np.bincount(
        [int(Taste().draw(logits, last, allowed, random)[0]) for _ in range(4000)], minlength=4
    )
    assert np.abs(counts / 4000 - [0.02, 0.5, 0.3, 0.18]).max() < 0.03


def test_over_a_melody_it_writes_the_other_voices(chorale):
    melody = Phrase.of([67, 69, 71, 72, 74, 72, 71, 67], TICKS)
    phrase = chorale.compose(Context(over=melody), 2 * BAR, 4)
    assert sorted({int(voice) for voice in phrase.notes["voice"]}) == [1, 2, 3]
    assert phrase == chorale.compose(Context(over=melody), 2 * BAR, 4)
    below = phrase.grid(voices=4)[:, 1:].max(axis=1)
    assert (below <= melody.grid()[:, 0]).mean() > 0.9


def test_over_a_melody_fits_it_better_than_chance(chorale):
    """The net finds melody plus its own harmony likelier than melody plus harmony written to another one."""
    net, config = chorale.net, chorale.net.config
    tunes = [[67, 69, 71, 72, 74, 72, 71, 67], [70, 68, 67, 65, 63, 65, 62, 63]]
    melodies = [Phrase.of(tune, TICKS) for tune in tunes]

    def nats(melody, harmony):
        table = harmony.grid(voices=4).astype(np.int64)
        table[:, 0] = melody.grid()[:, 0]
        return -net.score(config.classes(table)).mean()

    made = [
        [chorale.compose(Context(over=melody), 2 * BAR, seed) for seed in range(3)] for melody in melodies
    ]
    right = np.mean([nats(melodies[n], phrase) for n in (0, 1) for phrase in made[n]])
    wrong = np.mean([nats(melodies[1 - n], phrase) for n in (0, 1) for phrase in made[n]])
    assert right < wrong - 0.1


def test_over_goes_on_from_the_phrase_before(chorale):
    melody = Phrase.of([67, 69, 71, 72, 74, 72, 71, 67], TICKS)
    first = chorale.compose(Context(over=melody), 2 * BAR, 4)
    other = chorale.compose(Context(over=melody), 2 * BAR, 5)
    after = [
        chorale.compose(Context(previous=previous, over=melody, over_before=melody, position=1), 2 * BAR, 6)
        for previous in (first, other)
    ]
    assert after[0] != after[1]
    assert {int(voice) for voice in after[0].notes["voice"]} == {1, 2, 3}


def test_a_stream_listens_to_a_bass_and_writes_what_lies_above():
    from livecode import note

    phrase = neural("chorale", bars=1, seed=2).over(note("-12 -17 -15 -12")).phrase(0)
    assert {int(voice) for voice in phrase.notes["voice"]} == {0, 1, 2}
    lowest = phrase.grid(voices=3).min(axis=1)
    assert (lowest >= 43).all()


def test_a_given_part_goes_where_it_lies():
    bass = Phrase.of([48, 43, 45, 48], TICKS)
    table, taken = given_part(bass, 16, 4, 33, 84)
    assert taken == (3,) and (table[:, 3] > 0).all() and (table[:, :3] == -1).all()
    high = Phrase.of([96, 98], 2 * TICKS)
    table, taken = given_part(high, 16, 4, 33, 84)
    assert taken == (0,) and table[0, 0] == 84 - 33 + 1


def test_a_long_silence_is_left_to_the_net():
    sparse = Phrase.of([72], TICKS, onset=[0], length=4 * BAR)
    table, _ = given_part(sparse, 64, 4, 33, 84)
    assert (table[:20, 0] > 0).all() and (table[24:, 0] == -1).all()


def test_a_stream_from_the_prompt_gives_notes():
    stream = neural("chorale", temperature=0.9, bars=2, seed=11)
    assert stream.phrase(0) == neural("chorale", temperature=0.9).bars(2).seed(11).phrase(0)
    values = [event.value for event in stream.query(0, 2)]
    assert len(values) > 8 and all(-27 <= value["note"] <= 24 for value in values)


def test_a_parameter_nobody_knows_names_the_nearest():
    with pytest.raises(ControlError, match="did you mean 'temperature'"):
        neural("chorale", temprature=1)


def test_a_chapter_comes_home_to_the_key_in_which_it_began(monkeypatch):
    from livecode.generators.attributes import key_classes
    from livecode.generators.neural import compose

    made = composer("chorale")

    def strayed() -> float:
        outside = []
        for seed in range(3):
            previous, home = None, ""
            for position in range(4):
                context = Context(previous=previous, position=position)
                previous = made.compose(context, 4 * BAR, 4 * seed + position)
                home = home or previous.key
                assert home and previous.key == home
                inside = key_classes(home)
                outside += [int(pitch) % 12 not in inside for pitch in previous.notes["pitch"]]
        return float(np.mean(outside))

    at_home = strayed()
    monkeypatch.setattr(compose, "HOME", 0.0)
    assert at_home < 0.8 * strayed()


def test_the_pull_home_gives_way_to_a_scale_and_to_a_given_part(monkeypatch):
    from livecode.generators.neural import compose

    made = composer("chorale")
    first = made.compose(Context(), 2 * BAR, 0)
    asked = Context(previous=first, position=1, constraints={"in_scale": "d minor"})
    over = Context(previous=first, position=1, over=first.voice(0))
    with_pull = [made.compose(context, 2 * BAR, 1) for context in (asked, over)]
    monkeypatch.setattr(compose, "HOME", 5.0)
    assert with_pull == [made.compose(context, 2 * BAR, 1) for context in (asked, over)]
