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


def test_a_chapter_is_written_there_note_for_note(net, there):
    ours, theirs = NeuralComposer(net, "test"), NeuralComposer(there, "test")
    mine = other = None
    for number in range(4):
        asked = {"temperature": 1.3, "top_p": 0.8 if number % 2 else 1.0, "density": 1.0 + number / 4}
        rules = {"in_scale": "d dorian", "ends": "a"} if number == 3 else {}
        mine = ours.compose(Context(previous=mine, parameters=asked, constraints=rules), 8 * TICKS, number)
        other = theirs.compose(
            Context(previous=other, parameters=asked, constraints=rules), 8 * TICKS, number
        )
        assert mine.notes.tolist() == other.notes.tolist()
        one, two = ([origin["probability"] for origin in phrase.provenance] for phrase in (mine, other))
        assert np.allclose(one, two, atol=1e-4)


def test_what_repeats_is_found_there_as_here(net, there, config):
    from livecode.generators.neural.compose import Taste, write
    from livecode.generators.neural.device_page import runs_of

    random = np.random.default_rng(5)
    bar = random.integers(20, 30, (16, config.voices))
    piece = np.concatenate([bar, bar[:8], bar, bar])
    ours, theirs = net.write(2), there.write(2)
    for writer in (ours, theirs):
        writer.hear(piece)
    runs = runs_of(np.stack([piece, piece]))[0]
    assert runs[len(piece) - 16] >= 16 and runs.max() < len(piece)
    # The first of these repeat on, the rest are free: candidates are weighed and doubled on the way.
    given = np.full((24, config.voices), -1)
    given[:10] = bar[:10]
    masks = [[np.ones(config.size, bool)] * config.voices] * 24
    taste = Taste(away=np.linspace(0.0, 1.0, config.size))
    found = [write(each, given, masks, taste, np.random.default_rng(1)) for each in (ours, theirs)]
    assert (found[0][0] == found[1][0]).all() and np.allclose(found[0][1], found[1][1], atol=1e-4)
    # And both go on alike from there, note by note.
    assert ours.place == theirs.place
    for _ in range(3 * config.voices):
        assert np.abs(ours.logits() - theirs.logits()).max() < 1e-4
        for writer in (ours, theirs):
            writer.choose([25])


def test_a_page_is_recorded_once_and_its_trials_leave_no_trace(monkeypatch):
    """The recorder itself, with a stand-in for the card's graphs: a replay runs what was recorded."""
    from contextlib import nullcontext
    from types import SimpleNamespace

    from livecode.generators.neural.device import Recorded

    runs = []

    class Graph:
        def replay(self):
            step()

    stream = SimpleNamespace(wait_stream=lambda other: None)
    monkeypatch.setattr(torch.cuda, "Stream", lambda device: stream)
    monkeypatch.setattr(torch.cuda, "stream", lambda stream: nullcontext())
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: stream)
    monkeypatch.setattr(torch.cuda, "CUDAGraph", Graph)
    monkeypatch.setattr(torch.cuda, "graph", lambda graph: nullcontext())
    count = torch.zeros(1)

    def step():
        runs.append(1)
        count.add_(1)
        return count

    recorded = Recorded(step, SimpleNamespace(type="cuda"), [count])
    for expected in (1, 2, 3):
        assert float(recorded()) == expected
    assert len(runs) == 4 + 3


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
