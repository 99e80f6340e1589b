"""The net that plays is the net that was trained, and it never looks ahead."""

import sys

import numpy as np
import pytest

from livecode.generators.neural.features import describe, recalled
from livecode.generators.neural.trunk import log_softmax

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def reference(config, arrays):
    from livecode.generators.neural.model import ChoraleNet

    made = ChoraleNet(config).eval()
    made.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()})
    return made


def logits_of(reference, config, classes, order=None):
    rows = describe(config, classes, order=order)
    with torch.no_grad():
        return reference(*(torch.from_numpy(part)[None] for part in rows))[0].numpy()


def test_config_names_every_array_of_the_reference(reference, config):
    assert {n: tuple(v.shape) for n, v in reference.named_parameters()} == config.shapes()


def test_numpy_scores_as_the_reference_does(reference, net, config, piece):
    classes = config.classes(piece)
    logs = log_softmax(logits_of(reference, config, classes))
    wanted = np.take_along_axis(logs, classes[..., None], axis=-1)[..., 0]
    assert np.abs(net.score(classes) - wanted).max() < 1e-4


@pytest.mark.parametrize("heard", [0, 2, 30, 76])
def test_writing_note_by_note_gives_the_same_logits(reference, net, config, piece, heard):
    classes = config.classes(piece)
    wanted = logits_of(reference, config, classes)
    writer = net.write(2)
    if heard:
        writer.hear(classes[:heard])
    for step in range(heard, len(classes)):
        for voice in range(4):
            assert np.abs(writer.logits() - wanted[step, voice]).max() < 1e-4, (step, voice)
            writer.choose([classes[step, voice]] * 2)


def test_particles_go_their_own_ways_and_can_be_picked(net, config, piece):
    first = config.classes(piece)
    second = config.classes(np.where(piece > 0, piece + 1, piece))
    alone, both = net.write(), net.write(2)
    for row, other in zip(first, second):
        for a, b in zip(row, other):
            assert np.allclose(both.logits()[0], alone.logits()[0], atol=1e-4)
            both.choose([a, b])
            alone.choose([a])
    both.pick(np.array([1, 0, 0]))
    assert np.allclose(both.logits()[1], alone.logits()[0], atol=1e-4)
    assert not np.allclose(both.logits()[0], alone.logits()[0], atol=1e-4)


@pytest.mark.parametrize("order", [None, [3, 0, 1, 2], [2, 3, 1, 0]])
def test_no_note_depends_on_one_after_it(reference, config, piece, order):
    classes = config.classes(piece)
    line = list(range(4)) if order is None else order
    before = logits_of(reference, config, classes, order)
    random = np.random.default_rng(0)
    for _ in range(40):
        step, turn = int(random.integers(len(classes))), int(random.integers(4))
        changed = classes.copy()
        changed[step, line[turn:]] = random.integers(1, config.size, 4 - turn)
        changed[step, line[turn]] = classes[step, line[turn]] % (config.size - 1) + 1
        changed[step + 1 :] = random.integers(0, config.size, changed[step + 1 :].shape)
        after = logits_of(reference, config, changed, order)
        assert np.abs(before[:step] - after[:step]).max(initial=0) < 1e-5
        known = line[: turn + 1]
        assert np.abs(before[step, known] - after[step, known]).max() < 1e-5


def test_probabilities_of_a_note_add_up_to_one(net, config, piece):
    writer = net.write()
    writer.hear(config.classes(piece)[:20])
    assert np.exp(log_softmax(writer.logits())).sum() == pytest.approx(1.0)


def test_a_repeat_is_recognised_and_an_unheard_passage_is_not(config, piece):
    notes, rank = recalled(config, config.classes(piece))
    third = len(piece) // 3
    assert (rank[:third] == 0).all()
    assert rank[-4:].min() > 0
    assert (notes[-4:] == config.classes(piece)[-4:]).all()


def test_a_pitch_out_of_range_is_said(config):
    with pytest.raises(ValueError, match="pitch 99 is outside"):
        config.classes([[99, 60, 55, 40]])


def test_playing_needs_no_torch():
    import subprocess

    code = (
        "import sys; from livecode.generators.neural.build import composer;"
        "from livecode.generators.generator import Context; from livecode.music.phrase import TICKS;"
        "composer('chorale').compose(Context(), 4 * TICKS, 1); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
