"""The net of tunes: what it is told, that it never looks ahead, and what it composes."""

import numpy as np
import pytest

from livecode.generators.between import MixedTunes
from livecode.generators.generator import Context
from livecode.generators.markov.melody import TIMES, WIDEST, Tune, Walk
from livecode.generators.neural.adapter import adapted_to
from livecode.generators.neural.build import composer
from livecode.generators.neural.trunk import log_softmax
from livecode.generators.neural.tunes import TuneConfig, TuneWalk, describe
from livecode.generators.neural.tunesmith import TuneSmith
from livecode.music.phrase import TICKS, Phrase

BAR = 4 * TICKS


def tune_of(seed: int, count: int = 60) -> Tune:
    """A tune by chance whose second half repeats its first."""
    random = np.random.default_rng(seed)
    half = count // 2
    pitches = np.cumsum(np.concatenate([[67], random.integers(-4, 5, half - 1)])).clip(50, 90)
    lengths = random.choice([TICKS // 2, TICKS, TICKS // 3], half)
    return Tune.of(Phrase.of(np.tile(pitches, 2), np.tile(lengths, 2), key="g major"))


@pytest.fixture(scope="module")
def config():
    return TuneConfig(width=24, layers=2, heads=2, head_hidden=32)


@pytest.fixture(scope="module")
def arrays(config):
    random = np.random.default_rng(5)
    made = {name: random.normal(0, 0.2, shape) for name, shape in config.shapes().items()}
    return {name: array.astype(np.float32) for name, array in made.items()}


@pytest.fixture(scope="module")
def smith(config, arrays):
    return TuneSmith(config, arrays)


@pytest.fixture(scope="module")
def folk():
    return composer("folk")


@pytest.mark.parametrize("seed", range(3))
def test_a_walk_is_told_what_a_whole_tune_is(seed):
    tune = tune_of(seed)
    trunk, head, times, _ = describe([tune_of(9), tune])
    trunk, head, times = trunk[60:], head[60:], times[60:]
    walk = TuneWalk.like(tune)
    for number, place in enumerate(tune.places.tolist()):
        assert (walk.rows(place) == trunk[number]).all()
        assert (walk.head_rows(place, int(times[number])) == head[number]).all()
        walk.add(place, int(times[number]), int(tune.heights[number]))


def test_nothing_told_of_a_note_depends_on_one_after_it():
    tune = tune_of(1)
    trunk = describe([tune])[0]
    changed = tune_of(1)
    changed.heights[30:] += 1
    changed.times[31:] = 0
    assert (describe([changed])[0][:31] == trunk[:31]).all()


def test_numpy_plays_what_torch_trained(config, arrays, smith):
    torch = pytest.importorskip("torch")
    from livecode.generators.neural.model import TuneNet

    net = TuneNet(config).eval()
    assert {name: tuple(value.shape) for name, value in net.named_parameters()} == config.shapes()
    net.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()})
    tune = tune_of(2)
    trunk, head, _, _ = describe([tune])
    before = np.concatenate([[0], tune.heights[:-1]])
    with torch.no_grad():
        found = net(*(torch.from_numpy(part)[None] for part in (trunk, head, before)))
    for theirs, ours in zip(found, smith.chances(tune)):
        assert np.abs(log_softmax(theirs[0].numpy()) - ours).max() < 1e-4


def test_note_by_note_costs_what_the_whole_tune_does(smith):
    tune = tune_of(3)
    writer = smith.write(TuneWalk.like(tune))
    nats = []
    for place, time, height in zip(tune.places.tolist(), tune.times.tolist(), tune.heights.tolist()):
        step = min(max(height - writer.walk.height, -WIDEST), WIDEST) + WIDEST
        timely = log_softmax(writer.times(place)[None])[0, time]
        nats.append(-timely - log_softmax(writer.steps(time)[None])[0, step])
        writer.add(place, time, height)
    assert np.allclose(nats, smith.nats_of([tune]), atol=1e-4)


def test_asking_twice_about_a_note_changes_nothing(smith):
    once, twice = smith.write(TuneWalk(48, 260, 0, 62)), smith.write(TuneWalk(48, 260, 0, 62))
    for place, time, height in ((0, 5, 0), (12, 2, 4), (18, 2, 2)):
        twice.times(place + 48)
        assert np.allclose(once.times(place), twice.times(place), atol=1e-5)
        once.add(place, time, height)
        twice.add(place, time, height)


def test_a_mixture_averages_chances(smith, folk):
    from livecode.generators.neural.melodies import NetTunes

    mixed = MixedTunes(NetTunes(smith), folk.model, 0.25)
    tune = tune_of(4)
    hand = mixed.hand(Walk(tune.bar, tune.metre, tune.mode), tune.tonic)
    alone = [NetTunes(smith), folk.model]
    chances = [
        np.exp(log_softmax(each.hand(Walk(tune.bar, tune.metre, tune.mode), tune.tonic).times(0)[None]))
        for each in alone
    ]
    assert np.allclose(np.exp(hand.times(0)), 0.75 * chances[0][0] + 0.25 * chances[1][0], atol=1e-5)


def test_folk_is_better_than_the_chain_on_tunes_neither_has_seen(folk):
    from livecode.generators.markov.variable import MelodyModel, held_out
    from livecode.music.corpus import corpus

    train, held = held_out(corpus("folk"))
    tunes = [Tune.of(piece.phrase) for piece in list(held)[::20]]
    # A chain that has counted a quarter of the tunes; all of them in benchmarks/neural.py.
    chain = MelodyModel.learn(piece.phrase for piece in list(train)[::4])
    assert folk.model.nats_of(tunes).mean() < 0.9 * chain.nats_of(tunes).mean()


@pytest.mark.parametrize("metre", [(4, 4), (6, 8), (3, 4), (7, 8)])
def test_phrases_are_as_long_as_asked_and_the_same_for_the_same_seed(folk, metre):
    length = 2 * metre[0] * 4 * TICKS // metre[1]
    context = Context(metre=metre)
    phrase = folk.compose(context, length, 3)
    assert phrase.length == length
    assert len(phrase) > 2
    assert phrase.pack() == folk.compose(context, length, 3).pack()
    assert phrase.pack() != folk.compose(context, length, 4).pack()


def test_constraints_hold(folk):
    asked = Context(constraints={"in_scale": "d dorian", "begins": "d", "ends": "a", "max_copy": 8})
    for seed in range(6):
        phrase = folk.compose(asked, 2 * BAR, seed)
        classes = phrase.notes["pitch"] % 12
        assert set(classes.tolist()) <= {2, 4, 5, 7, 9, 11, 0}
        assert classes[0] == 2
        assert classes[-1] == 9


def test_what_was_heard_becomes_likelier(folk):
    smith = folk.model.smith
    tune = tune_of(6)
    before = smith.nats_of([tune])
    learned = adapted_to(smith, [tune])
    assert learned.nats_of([tune]).mean() < before.mean() - 0.1
    assert np.allclose(smith.nats_of([tune]), before)


@pytest.mark.parametrize(
    ("name", "low", "high"), [("register", -12, 12), ("density", 0.5, 2.0), ("mode", -1, 1)]
)
def test_steering_moves_what_it_names(folk, name, low, high):
    def measured(value: float) -> float:
        found = []
        for seed in range(8):
            phrase = folk.compose(Context(parameters={name: value}), 4 * BAR, seed)
            notes = phrase.notes["pitch"].astype(int)
            if name == "register":
                found.append(notes.mean())
            elif name == "density":
                found.append(len(notes))
            else:
                found.append(np.isin((notes - 67) % 12, (4, 9, 11)).mean())
        return float(np.mean(found))

    assert measured(low) < measured(high)


def test_times_are_those_of_the_chain():
    assert TuneConfig().shapes()["time.weight"][0] == len(TIMES)


@pytest.mark.long
def test_the_card_says_what_the_weights_give(folk):
    from livecode.generators.markov.variable import held_out
    from livecode.music.corpus import corpus
    from livecode.sets import factory

    _, held = held_out(corpus("folk"))
    found = folk.model.nats_of([Tune.of(piece.phrase) for piece in held]).mean()
    assert f"**{found:.3f}**" in (factory() / "models" / "folk" / "README.md").read_text()
