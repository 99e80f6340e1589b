"""What a GPU would play is what NumPy plays: the same functions, run here without one."""

import numpy as np
import pytest

from livecode.errors import GeneratorError
from livecode.generators.generator import Context
from livecode.generators.neural.compose import NeuralComposer
from livecode.music.phrase import TICKS

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def there(config, arrays):
    from livecode.generators.neural.device import DeviceNet

    return DeviceNet(config, arrays, "cpu")


@pytest.mark.parametrize(("particles", "heard"), [(1, 0), (3, 20)])
def test_the_same_logits(net, there, config, piece, particles, heard):
    classes = config.classes(piece)
    ours, theirs = net.write(particles), there.write(particles)
    if heard:
        ours.hear(classes[:heard])
        theirs.hear(classes[:heard])
    random = np.random.default_rng(2)
    for _ in range(heard, 50):
        for _voice in range(config.voices):
            assert np.abs(ours.logits() - theirs.logits()).max() < 1e-4
            chosen = random.integers(1, config.size, particles)
            ours.choose(chosen)
            theirs.choose(chosen)
    which = np.arange(particles)[::-1].copy()
    ours.pick(which)
    theirs.pick(which)
    assert np.abs(ours.logits() - theirs.logits()).max() < 1e-4


def test_a_page_longer_than_its_room_is_given_more(net, there, config, monkeypatch):
    from livecode.generators.neural import device

    monkeypatch.setattr(device, "ROOM", 4)
    ours, theirs = net.write(2), there.write(2)
    theirs.cache = device.DeviceCache(there.over_time, 2, 4)
    random = np.random.default_rng(3)
    for _ in range(24):
        for _voice in range(config.voices):
            assert np.abs(ours.logits() - theirs.logits()).max() < 1e-4
            chosen = random.integers(1, config.size, 2)
            ours.choose(chosen)
            theirs.choose(chosen)


def test_many_candidates_compose_over_a_part(net, there):
    top = NeuralComposer(net, "test").compose(Context(), 4 * TICKS, 1).voice(0)
    context = Context(over=top, parameters={"candidates": 16})
    ours = NeuralComposer(net, "test").compose(context, 4 * TICKS, 5)
    theirs = NeuralComposer(there, "test").compose(context, 4 * TICKS, 5)
    assert ours.notes.tolist() == theirs.notes.tolist()


@pytest.mark.parametrize("name", ["cuda", "tpu", "meta"])
def test_a_device_that_is_not_there_is_one_line(config, arrays, name):
    from livecode.generators.neural.device import DeviceNet

    if name == "cuda" and torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(GeneratorError, match="device"):
        DeviceNet(config, arrays, name)


def test_a_stream_may_name_its_device():
    from livecode.generators.neural import neural

    plain, there = neural("soprano", bars=1), neural("soprano", bars=1, device="cpu")
    assert plain.phrase(0).notes.tolist() == there.phrase(0).notes.tolist()
    with pytest.raises(GeneratorError, match="device"):
        neural("soprano", device="abacus")
