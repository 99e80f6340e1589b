"""Commands about music rather than sound: compose, corpus, train."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import livecode.cli as cli


@pytest.fixture(autouse=True)
def a_place_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIVECODE_SET", "")


def compose(name: str, out: str, *words: str) -> int:
    return cli.main(["compose", name, "--bars", "6", "-o", out, *words])


@pytest.mark.parametrize(
    "name", ["foster", "chorale", "recombine", 'markov("foster", order=2).in_scale("d:dorian")']
)
def test_any_generator_writes_a_file(name, capsys):
    assert compose(name, "tune.mid", "--seed", "2", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["bars"] == 6 and said["notes"] > 6
    assert notes_in("tune.mid") == said["notes"]


def test_the_same_seed_gives_the_same_file_and_another_seed_another():
    assert compose("foster", "a.mid", "--seed", "5") == compose("foster", "b.mid", "--seed", "5") == 0
    assert compose("foster", "c.mid", "--seed", "6") == 0
    assert Path("a.mid").read_bytes() == Path("b.mid").read_bytes() != Path("c.mid").read_bytes()


@pytest.mark.parametrize(
    "name, out, said",
    [
        ("fooster", "a.mid", "no generator called 'fooster': did you mean 'foster'?"),
        ("xyzzy", "a.mid", "no generator called 'xyzzy': there are"),
        ("foster", "a.xyz", "'.xyz'"),
        ("foster", "no/a.mid", "no folder no for a.mid"),
        ("sine.fast(2)", "a.mid", "is no generator"),
        ('markof("foster")', "a.mid", "no name 'markof': did you mean 'markov'?"),
        ('markov("fostr")', "a.mid", "did you mean 'foster'?"),
        ("markov(", "a.mid", "was never closed"),
        ("kept", "a.mid", "kept needs name"),
    ],
)
def test_what_cannot_be_composed_is_one_line(name, out, said, capsys):
    assert compose(name, out) == 1
    err = capsys.readouterr().err
    assert said in err and err.count("\n") == 1
    assert not list(Path().iterdir())


def test_too_many_bars_are_refused(capsys):
    assert cli.main(["compose", "foster", "--bars", "0", "-o", "a.mid"]) == 1
    assert "--bars 0: give 1 to 4096" in capsys.readouterr().err


def test_a_corpus_is_listed_piece_by_piece(capsys):
    assert cli.main(["corpus", "foster"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    susanna = next(row for row in rows if row["name"] == "Oh! Susanna")
    assert (susanna["parts"], susanna["metre"], susanna["key"]) == (1, "4/4", "g major")
    assert all(row["notes"] > 10 for row in rows)


def test_a_composed_file_is_read_back_and_a_damaged_one_is_named(capsys):
    compose("foster", "tune.mid", "--seed", "1")
    Path("broken.mid").write_bytes(b"MThd nonsense")
    capsys.readouterr()
    assert cli.main(["corpus", "tune.mid", "broken.mid", "missing.mid"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[0]["notes"] == notes_in("tune.mid")
    assert all(row["skipped"] for row in rows[1:]) and len(rows) == 3


def test_nothing_readable_at_all_exits_with_one(capsys):
    assert cli.main(["corpus", "missing.mid"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["file"] == "missing.mid" and err.count("\n") == 1


def test_training_without_torch_says_what_to_type(capsys, monkeypatch):
    import livecode.commands.train as train

    monkeypatch.setattr(train, "find_spec", lambda name: None)
    assert cli.main(["train", "foster"]) == 1
    assert "pip install torch" in capsys.readouterr().err


def notes_in(file: str) -> int:
    import mido

    messages = (message for track in mido.MidiFile(file).tracks for message in track)
    return sum(message.type == "note_on" and message.velocity > 0 for message in messages)


def test_a_model_scores_music(capsys):
    from livecode.sets import find

    chorales = find("models", "jsb") / "jsb16.json.gz"
    assert cli.main(["score", "chorale", str(chorales), "--limit", "1", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["pieces"] == 1 and 0.05 < said["nats_per_token"] < 1.2
    assert said["nats_per_note"] > said["nats_per_token"]


@pytest.mark.parametrize(
    "words, said",
    [
        (["chrale", "x.mid"], "no model called 'chrale': did you mean 'chorale'?"),
        (["chorale", "x.mid"], "no file x.mid"),
        (["chorale", "x.mid", "--limit", "0"], "--limit 0"),
    ],
)
def test_what_cannot_be_scored_is_one_line(words, said, capsys):
    assert cli.main(["score", *words]) == 1
    err = capsys.readouterr().err
    assert said in err and err.count("\n") == 1


@pytest.mark.parametrize("model", ["bach", "foster", 'markov("foster")'])
def test_a_chain_scores_music_too(model, capsys):
    from livecode.sets import find

    chorales = find("models", "jsb") / "jsb16.json.gz"
    assert cli.main(["score", model, str(chorales), "--limit", "1", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["pieces"] == 1 and 0.05 < said["nats_per_token"] < 12
    assert said["nats_per_note"] > said["nats_per_token"]


def test_a_chain_of_fixed_order_scores_pitches(capsys):
    compose("foster", "tune.mid")
    compose("bach", "other.mid")
    capsys.readouterr()
    assert cli.main(["score", 'markov("foster", order=2)', "tune.mid", "other.mid", "--json"]) == 0
    near, far = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert near["nats_per_note"] == near["nats_per_token"] < far["nats_per_note"]
