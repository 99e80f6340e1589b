"""Checkpoints: what is written comes back; what is wrong is one line."""

import json
import pickle

import numpy as np
import pytest

from livecode.errors import FileProblem
from livecode.generators.neural import checkpoint
from livecode.generators.neural.build import composer, from_spec, model_folder


@pytest.fixture
def folder(tmp_path, config, arrays):
    checkpoint.save(tmp_path / "net", config, arrays, {"epoch": 3})
    return tmp_path / "net"


def complaint(call, *arguments):
    with pytest.raises(FileProblem) as caught:
        call(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_weights_come_back_in_half_precision(folder, config, arrays):
    loaded = checkpoint.load(folder)
    assert loaded.config == config and loaded.trained == {"epoch": 3}
    for name, array in arrays.items():
        assert np.array_equal(loaded.arrays[name], array.astype(np.float16).astype(np.float32))


@pytest.mark.parametrize("name", ["net.pt", "net.pth", "net.pkl", "net.ckpt"])
def test_pickles_are_refused_unread(tmp_path, name):
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("a pickle was opened",))

    (tmp_path / name).write_bytes(pickle.dumps(Trap()))
    for call in (checkpoint.load, model_folder):
        assert "is a pickle, which can run code" in complaint(call, tmp_path / name)


def test_damaged_weights_are_one_line(folder):
    path = folder / checkpoint.WEIGHTS
    whole = path.read_bytes()
    for broken in (whole[:-100], whole[: len(whole) // 2], b"", b"\xff" * 64, b"\x80\x04" + whole[2:]):
        path.write_bytes(broken)
        assert "is damaged" in complaint(checkpoint.load, folder)


def test_values_that_are_not_finite_are_refused(folder, config, arrays):
    checkpoint.save(folder, config, {**arrays, "leave.gain": np.full(config.width, np.nan)})
    assert "not finite" in complaint(checkpoint.load, folder)


@pytest.mark.parametrize("change", [{"width": 64}, {"layers": 1}, {"layers": 9}, {"high": 90}])
def test_weights_of_other_sizes_are_refused_before_they_are_read(folder, change):
    about = json.loads((folder / checkpoint.CONFIG).read_text())
    about["config"] |= change
    (folder / checkpoint.CONFIG).write_text(json.dumps(about))
    assert checkpoint.CONFIG in complaint(checkpoint.load, folder)


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"kind": "other"}', '{"kind": "chorale net", "version": 2, "config": {"width": 1e9}}'],
)
def test_a_config_that_makes_no_sense_is_one_line(folder, text):
    (folder / checkpoint.CONFIG).write_text(text)
    assert checkpoint.CONFIG in complaint(checkpoint.load, folder)


@pytest.mark.parametrize(
    "wrong", [{"width": -4}, {"heads": 0}, {"heads": 5}, {"width": True}, {"width": "32"}, {"low": 90}]
)
def test_impossible_sizes_are_refused(config, wrong):
    with pytest.raises(ValueError):
        type(config).from_dict({**config.to_dict(), **wrong})


def test_a_spec_means_these_weights(folder):
    made = composer(str(folder))
    assert from_spec(made.spec()) is made
    from livecode.errors import GeneratorError

    with pytest.raises(GeneratorError, match="have changed"):
        from_spec({**made.spec(), "weights": "0" * 16})


def test_an_unknown_model_names_the_nearest():
    from livecode.errors import NameUnknown

    with pytest.raises(NameUnknown, match="did you mean 'chorale'"):
        model_folder("choral")
