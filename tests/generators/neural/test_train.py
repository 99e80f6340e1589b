"""Training: it learns, goes on where it was, and keeps the best."""

import argparse
import json

import numpy as np
import pytest
from small_nets import SMALL, walk

from livecode.errors import CorpusError, FileProblem, LivecodeError
from livecode.generators.neural import checkpoint
from livecode.generators.neural.data import Pieces, free_shifts, read_jsb, read_splits
from livecode.generators.neural.features import Shape
from livecode.music.phrase import TICKS

pytest.importorskip("torch")
SIZES = [word for name, value in SMALL.items() for word in (f"--{name.replace('_', '-')}", str(value))]


@pytest.fixture
def data(tmp_path):
    pieces = [walk(seed, 40).tolist() for seed in range(8)]
    path = tmp_path / "walks.json"
    path.write_text(json.dumps({"train": pieces[:6], "valid": pieces[6:]}))
    return path


def train(*words):
    from livecode.generators.neural.train import main

    assert main([str(word) for word in words]) == 0


def log(folder):
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def test_it_learns_and_leaves_a_model(data, tmp_path, capsys):
    out = tmp_path / "net"
    train(data, "-o", out, "--epochs", 6, "--batch", 2, "--check", 2, "--warm", 2, *SIZES)
    entries = log(out)
    assert entries[-1]["train"] < entries[0]["train"] and entries[-1]["valid"] < 3.9
    loaded = checkpoint.load(out)
    assert loaded.trained["best_valid"] == min(entry["valid"] for entry in entries)
    assert (out / "curve.png").read_bytes()[:4] == b"\x89PNG"
    assert "about" in capsys.readouterr().err


def test_going_on_gives_what_one_run_gives(data, tmp_path):
    plan = ["--batch", 2, "--check", 1, "--warm", 2, "--dropout", 0, "--forget", 0, "--cool", 0.2, *SIZES]
    train(data, "-o", tmp_path / "whole", "--epochs", 5, *plan)
    train(data, "-o", tmp_path / "parts", "--epochs", 5, "--stop", 2, *plan)
    train(data, "-o", tmp_path / "parts", "--epochs", 5, "--resume", *plan)
    whole, parts = (checkpoint.load(tmp_path / name) for name in ("whole", "parts"))
    for name, array in whole.arrays.items():
        assert np.allclose(array, parts.arrays[name], atol=1e-2), name
    assert [entry["epoch"] for entry in log(tmp_path / "parts")] == [1, 2, 3, 4, 5]


def test_what_it_reports_is_what_the_saved_weights_give(data, tmp_path):
    from livecode.generators.neural.decode import Net
    from livecode.generators.neural.scoring import score_pieces

    out = tmp_path / "net"
    train(data, "-o", out, "--epochs", 2, "--batch", 2, "--check", 1, *SIZES)
    loaded = checkpoint.load(out)
    found = score_pieces(Net(loaded.config, loaded.arrays), read_splits([data], Shape())[1])
    # Training measures in bfloat16.
    assert found["nats_per_token"] == pytest.approx(loaded.trained["best_valid"], abs=0.02)


@pytest.mark.parametrize("data", [[[[60, 50], [60, 50]]], {"test": [[[60, 50]]]}, [[60, 50], [62, 50]]])
def test_every_form_of_the_json_is_read(data):
    (piece,) = read_jsb(data)
    assert piece.shape[1] == 2


@pytest.mark.parametrize("data", [{}, 3, {"test": 5}, [[[60, 50], [60]]], [[["c", "d"]]], [[]]])
def test_json_that_is_no_music_is_one_line(data):
    with pytest.raises(CorpusError) as caught:
        read_jsb(data)
    assert "\n" not in str(caught.value)


def test_transpositions_keep_every_voice_in_its_range():
    pieces = [walk(seed, 40) for seed in range(5)]
    for voice in range(4):
        sounding = np.concatenate([piece[:, voice][piece[:, voice] > 0] for piece in pieces])
        for piece, shifts in zip(pieces, free_shifts(pieces)):
            line = piece[:, voice][piece[:, voice] > 0]
            assert 0 in shifts
            assert line.min() + min(shifts) >= sounding.min()
            assert line.max() + max(shifts) <= sounding.max()


def test_a_transposed_piece_is_described_as_if_it_were_written_there():
    shape = Shape()
    pieces = Pieces(shape, [walk(3, 60)])
    moved, memory = pieces.moved(0, 4)
    from livecode.generators.neural.features import describe

    for known, fresh in zip(describe(shape, moved, memory), describe(shape, moved)):
        assert np.array_equal(known, fresh)


def tunes_in(folder, count=10):
    """A folder of ABC tunes by chance, one of them damaged."""
    random = np.random.default_rng(3)
    folder.mkdir()
    for number in range(count):
        bars = ["".join(random.choice(list("GABcdefg"), 8)) for _ in range(8)]
        (folder / f"tune{number}.abc").write_text(
            f"X:1\nT:Tune {number}\nM:4/4\nL:1/8\nK:G\n{'|'.join(bars)}|\n"
        )
    (folder / "broken.mid").write_bytes(b"MThd nothing")
    return folder


def test_a_folder_of_tunes_becomes_a_composer_in_one_line(tmp_path, capsys, monkeypatch):
    from livecode.generators.neural import neural

    (tmp_path / "set" / "sc").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "set")
    train(tunes_in(tmp_path / "tunes"), "-o", "mine", "--epochs", 2, "--batch", 4)
    said = capsys.readouterr().err
    assert "about" in said
    assert "neural('mine')" in said
    out = tmp_path / "set" / "models" / "mine"
    assert {"README.md", "config.json", "curve.png", "tunes.npz", "weights.safetensors"} <= {
        path.name for path in out.iterdir()
    }
    assert neural("mine").plan.generator.name == "mine"
    # By its path: workers that other tests started know nothing of this set.
    phrase = neural(str(out), bars=2).constrained(max_copy=6).phrase(0)
    assert len(phrase) and phrase.length == 8 * TICKS


def test_a_net_with_ears_and_an_ensemble_are_trained_alike(data, tmp_path):
    ears = tmp_path / "ears"
    train(data, "-o", ears, "--epochs", 2, "--batch", 2, "--ears", 1, *SIZES)
    assert checkpoint.load(ears).config.ears == 1
    names = []
    for voice in range(4):
        names.append(tmp_path / f"voice{voice}")
        train(data, "-o", names[-1], "--epochs", 1, "--batch", 2, "--voice", voice, *SIZES)
    train(data, "-o", tmp_path / "choir", "--epochs", 1, "--batch", 2, "--members", *names, *SIZES)
    loaded = checkpoint.load(tmp_path / "choir")
    assert loaded.config.kind == "ensemble"
    assert loaded.home["members"] == [path.name for path in names]


def test_it_stops_when_nothing_is_gained(data, tmp_path):
    out = tmp_path / "net"
    # A rate of nothing gains nothing: the second measure is as good as the first at best.
    train(data, "-o", out, "--epochs", 30, "--batch", 3, "--rate", 1e-12, "--patience", 2, *SIZES)
    assert len(log(out)) < 30


@pytest.mark.long
def test_two_processes_learn_together(data, tmp_path):
    import os
    import subprocess
    import sys

    out = tmp_path / "net"
    words = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    words += ["-m", "livecode.generators.neural.train", data, "-o", out, "--epochs", 2, "--batch", 2, *SIZES]
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [entry["epoch"] for entry in log(out)] == [1, 2]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--epochs", "-3"], "--epochs -3"),
        (["--batch", "0"], "--batch 0"),
        (["--rate", "nan"], "--rate nan"),
        (["--width", "7"], "width 7 is not a multiple"),
        (["--size", "base", "--layers", "12"], "MB in half precision, 40 at most"),
        (["--resume"], "no run to go on with"),
    ],
)
def test_what_cannot_be_trained_is_one_line(data, tmp_path, words, said):
    from livecode.generators.neural.train import main

    with pytest.raises(LivecodeError) as caught:
        main([str(data), "-o", str(tmp_path / "net"), *words])
    assert said in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("spoiled", ["cut", "other"])
def test_a_run_that_is_damaged_is_not_gone_on_with(data, tmp_path, spoiled):
    from safetensors.numpy import save_file

    from livecode.generators.neural.train import main

    out = tmp_path / "net"
    train(data, "-o", out, "--epochs", 1, "--batch", 2, *SIZES)
    state = out / "run" / "state.safetensors"
    if spoiled == "cut":
        state.write_bytes(state.read_bytes()[:5000])
    else:
        save_file(
            {"net.enter.gain": np.zeros(3, np.float32)}, state, {"about": "{}", "log": "[]", "config": "{}"}
        )
    with pytest.raises(FileProblem, match=r"leave out --resume|trained with other sizes"):
        main([str(data), "-o", str(out), "--epochs", "2", "--resume", "--batch", "2", *map(str, SIZES)])


@pytest.mark.parametrize(("ears", "voices"), [(0, 4), (2, 4), (0, 8), (3, 8)])
def test_no_file_of_a_size_is_larger_than_40_megabytes(ears, voices):
    from livecode.generators.neural.config import SIZES as ALL
    from livecode.generators.neural.config import Config, half_bytes
    from livecode.generators.neural.train import fitting

    for name, sizes in ALL.items():
        asked = Config(**sizes, ears=ears, voices=voices)
        made = fitting(asked, argparse.Namespace(layers=None))
        assert half_bytes(made) <= 40_000_000
        assert name == "base" or made == asked


def test_a_net_that_is_too_large_is_not_written(tmp_path):
    from livecode.generators.neural.config import Config

    with pytest.raises(FileProblem, match="40 at most"):
        checkpoint.save(tmp_path / "huge", Config(width=1024, layers=12, heads=8), {})
    assert not (tmp_path / "huge").exists()


def test_few_pieces_are_split_somehow():
    from livecode.generators.neural.data import apart
    from livecode.music.corpus import Corpus, Piece
    from livecode.music.phrase import Phrase

    for count in range(2, 14):
        pieces = [Piece(Phrase.of([60]), str(n), family=str(n)) for n in range(count)]
        for seed in range(4):
            kept, held = apart(Corpus("x", pieces), 0.05, seed)
            assert len(kept) and len(held) and len(kept) + len(held) == count
