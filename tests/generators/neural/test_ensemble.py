"""Nets of one voice each, the deeper net over them, and nets that hear what is given beforehand."""

import numpy as np
import pytest

from livecode.errors import ControlError, FileProblem, NameUnknown
from livecode.generators.generator import Context, build
from livecode.generators.neural import ensemble, neural
from livecode.generators.neural.choir import Ensemble
from livecode.generators.neural.config import Config, EnsembleConfig
from livecode.generators.neural.decode import Net
from livecode.generators.neural.features import describe, overheard
from livecode.generators.neural.gathering import gathered
from livecode.generators.neural.trunk import log_softmax
from livecode.language.reify import reify
from livecode.music.phrase import TICKS

BAR = 4 * TICKS
SIZES = {"layers": 2, "heads": 2, "head_width": 24, "head_hidden": 40, "head_blocks": 1}


def arrays_of(config: Config, seed: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {name: random.normal(0, 0.15, s).astype(np.float32) for name, s in config.shapes().items()}


@pytest.fixture(scope="module")
def alone():
    return Config(voices=1, width=32, **SIZES)


@pytest.fixture(scope="module")
def whole():
    return EnsembleConfig(width=48, member_width=32, **SIZES)


@pytest.fixture(scope="module")
def choir(alone, whole):
    members = [Net(alone, arrays_of(alone, seed)) for seed in range(4)]
    return Ensemble(whole, arrays_of(whole, 9), members)


@pytest.fixture(scope="module")
def classes(whole, piece):
    return whole.classes(np.where(piece > 0, np.clip(piece, whole.low, whole.high), 0))


def test_the_ensemble_that_plays_is_the_one_that_was_trained(alone, whole, choir, classes):
    torch = pytest.importorskip("torch")
    from livecode.generators.neural.model import ChoraleNet, EnsembleNet

    net = EnsembleNet(whole).eval()
    assert {name: tuple(value.shape) for name, value in net.named_parameters()} == whole.shapes()
    net.load_state_dict({name: torch.from_numpy(array) for name, array in arrays_of(whole, 9).items()})
    states, chances = [], []
    with torch.no_grad():
        for seed in range(4):
            member = ChoraleNet(alone).eval()
            member.load_state_dict({n: torch.from_numpy(a) for n, a in arrays_of(alone, seed).items()})
            rows = describe(alone, classes[:, seed : seed + 1])
            trunk, head, sounding = (torch.from_numpy(part)[None] for part in rows)
            states.append(member.states(trunk))
            own = member.name(states[-1], head, sounding)[:, : len(classes), 0]
            chances.append(own.log_softmax(-1))
        _, head, sounding = (torch.from_numpy(part)[None] for part in describe(whole, classes))
        wanted = net(torch.stack(states, 2), torch.stack(chances, 2), head, sounding)[0].numpy()
    assert np.abs(choir.logits_of(classes) - wanted).max() < 1e-4
    writer = choir.write(2)
    writer.hear(classes[:20])
    for step in range(20, len(classes)):
        for voice in range(4):
            assert np.abs(writer.logits()[1] - wanted[step, voice]).max() < 1e-4
            writer.choose([int(classes[step, voice])] * 2)
        writer.pick(np.array([1, 0]))


def test_a_member_it_was_not_trained_with_keeps_its_chances(alone, whole, choir, classes):
    stranger = Net(alone, arrays_of(alone, 77))
    swapped = Ensemble(whole, arrays_of(whole, 9), [stranger, *choir.members[1:]], [False, True, True, True])
    assert not np.allclose(swapped.logits_of(classes), choir.logits_of(classes), atol=1e-3)
    assert np.allclose(swapped.chances_of(classes)[:, 1:], choir.chances_of(classes)[:, 1:])


@pytest.mark.parametrize("heard", [0, 10])
def test_ears_hear_what_is_given_and_nothing_else(piece, heard):
    torch = pytest.importorskip("torch")
    from livecode.generators.neural.model import ChoraleNet

    config = Config(width=32, ears=2, **SIZES)
    classes = config.classes(np.where(piece > 0, np.clip(piece, config.low, config.high), 0))
    arrays = arrays_of(config, 3)
    net, plays = ChoraleNet(config).eval(), Net(config, arrays)
    assert {name: tuple(value.shape) for name, value in net.named_parameters()} == config.shapes()
    net.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()})
    given = np.zeros(classes.shape, bool)
    given[:, 0] = given[:24] = given[60:] = True

    def logits(notes: np.ndarray) -> np.ndarray:
        rows = (*describe(config, notes, given=given), overheard(config, notes, given))
        with torch.no_grad():
            return net(*(torch.from_numpy(part)[None] for part in rows))[0].numpy()[: len(notes)]

    wanted = logits(classes)
    assert np.abs(plays.logits_of(classes, given) - wanted).max() < 1e-4
    writer = plays.write(2)
    writer.expect(classes, given)
    if heard:
        writer.hear(classes[:heard])
    for step in range(heard, len(classes)):
        for voice in range(4):
            found = writer.logits()
            if not given[step, voice]:
                assert np.abs(found[1] - wanted[step, voice]).max() < 1e-4, (step, voice)
            writer.choose([int(classes[step, voice])] * 2)
    # A note that is not given must not matter to any before it; one that is given may.
    changed = classes.copy()
    changed[50, 2] = changed[50, 2] % (config.size - 1) + 1
    free = ~given[:50]
    assert np.abs(logits(changed)[:50] - wanted[:50])[free].max() < 1e-5
    changed = classes.copy()
    changed[70, 0] = changed[70, 0] % (config.size - 1) + 1
    assert np.abs(logits(changed)[:50] - wanted[:50])[free].max() > 1e-4


def test_the_ensemble_that_ships_beats_its_members_and_their_average():
    from livecode.generators.neural.data import load_json, read_jsb
    from livecode.sets import find

    pieces = read_jsb(load_json(find("models", "jsb") / "jsb16.json.gz"), "valid")[:3]
    made = gathered("ensemble").net
    nats = {"ensemble": 0.0, "members": 0.0, "average": 0.0}
    for piece in pieces:
        grid = made.config.classes(piece)
        nats["ensemble"] -= made.score(grid).sum()
        # Each member on its own voice is the best there is; the average is of what all say of every voice.
        every = [[log_softmax(m.logits_of(grid[:, n : n + 1]))[:, 0] for m in made.members] for n in range(4)]
        for n in range(4):
            took = np.arange(len(grid)), grid[:, n]
            nats["members"] -= every[n][n][took].sum()
            nats["average"] -= np.log(np.mean([np.exp(each[took]) for each in every[n]], axis=0)).sum()
    assert nats["ensemble"] < 0.9 * nats["members"]
    assert nats["ensemble"] < 0.9 * nats["average"]


def test_voices_are_swapped_by_name_and_by_composer():
    usual = ensemble(bars=1).phrase(0)
    guest = ensemble(soprano=neural("folk"), bars=1)
    phrase = guest.phrase(0)
    assert phrase.voices == 4
    assert guest.plan.generator.spec() == build(guest.plan.generator.spec()).spec()
    top = phrase.where(phrase.notes["voice"] == 0).notes
    assert top["pitch"].tolist() != usual.where(usual.notes["voice"] == 0).notes["pitch"].tolist()
    assert neural("ensemble", bars=1).phrase(0).pack() == usual.pack()
    assert ensemble(bass="bass", bars=1).phrase(0).pack() == usual.pack()


def test_members_that_are_none_are_refused():
    with pytest.raises(ControlError, match="soprano=3"):
        ensemble(soprano=3)
    with pytest.raises(NameUnknown, match="soprano"):
        ensemble(soprano="sopran")
    with pytest.raises(FileProblem, match="no ensemble"):
        ensemble(name="chorale")


def test_only_the_empty_bars_are_filled():
    gap = reify("<[0 2 4 5] ~ ~ [2 4 7 4]>")
    made = neural("parts", bars=4).infill(gap)
    for number in range(2):
        notes = made.phrase(number).notes
        assert len(notes)
        bars = set((notes["onset"] // BAR).tolist())
        assert bars <= {1, 2}
        assert (notes["onset"] + notes["duration"] <= 3 * BAR).all()


def test_what_is_given_is_not_played_again():
    phrase = neural("parts", bars=2).over(reify("<[14 16 17 19] [19 17 16 14]>")).phrase(0)
    assert set(phrase.notes["voice"].tolist()) == {1, 2, 3}


def test_a_net_of_one_voice_goes_on_beside_another_part():
    assert len(neural("soprano", bars=1).over(reify("c5 e5")).phrase(0))


def test_what_was_heard_moves_a_net_on_a_grid():
    made = gathered("ensemble")
    heard = made.compose(Context(), 2 * BAR, 5)
    plain = made.compose(Context(), 2 * BAR, 1)
    learned = made.compose(Context(heard=heard), 2 * BAR, 1)
    none = made.compose(Context(heard=heard, parameters={"learned": 0.0}), 2 * BAR, 1)
    assert none.pack() == plain.pack()
    assert learned.length == plain.length
