"""The factory chorale net: its figure, from the shipped weights, on the split nobody trained on."""

import json

import pytest

from livecode.errors import CorpusError, FileProblem
from livecode.generators.neural.scoring import score
from livecode.sets import factory

JSB = factory() / "models" / "jsb" / "jsb16.json.gz"


def test_the_chorale_net_reaches_its_figure():
    found = score("chorale", JSB)
    assert found["split"] == "valid" and found["pieces"] == 76 and found["tokens"] == 73632
    assert found["nats_per_token"] <= 0.37


def test_the_card_says_what_the_weights_give():
    found = score("chorale", JSB)
    card = (factory() / "models" / "chorale" / "README.md").read_text()
    assert f"{found['nats_per_token']:.4f}" in card


def test_a_missing_or_foreign_file_is_one_line(tmp_path):
    with pytest.raises(FileProblem, match="no file"):
        score("chorale", tmp_path / "none.json")
    strange = tmp_path / "strange.json"
    strange.write_text(json.dumps([[[60, 50]]]))
    with pytest.raises(CorpusError, match="4 pitches"):
        score("chorale", strange)
