"""Kinds of tunes: learned where a book names them, asked for by a word, danced in their own metre."""

import numpy as np
import pytest

from livecode.errors import ControlError, CorpusError, FileProblem
from livecode.generators.generator import Context
from livecode.generators.morph import morph
from livecode.generators.neural import ensemble, neural
from livecode.generators.neural.build import composer
from livecode.generators.neural.data import melodies, styles_of
from livecode.generators.neural.styles import in_metre, metres_of
from livecode.generators.neural.tunes import ROWS, TuneConfig, TuneWalk, describe
from livecode.generators.neural.tunesmith import TuneSmith
from livecode.music.corpus import Piece, corpus, pack, together, unpack
from livecode.music.kinds import kind_of
from livecode.music.phrase import TICKS, Phrase

BAR = 4 * TICKS
SIZES = {"width": 24, "layers": 2, "heads": 2, "head_hidden": 32}


@pytest.fixture(scope="module")
def smith() -> TuneSmith:
    config = TuneConfig(**SIZES, styles=("jig", "reel"))
    random = np.random.default_rng(4)
    arrays = {n: random.normal(0, 0.2, shape).astype(np.float32) for n, shape in config.shapes().items()}
    return TuneSmith(config, arrays)


def tunes(*kinds: str):
    pitches = [62, 66, 69, 67, 66, 64, 62, 61, 62]
    pieces = [Piece(Phrase.of(pitches, TICKS // 2, key="d major"), "x", kind=kind) for kind in kinds]
    return melodies(pieces, ("jig", "reel"))


def test_the_net_is_told_the_kind_in_a_field_of_its_own(smith):
    jig, reel, other = tunes("jig", "reel", "polka")
    rows = describe([jig, reel, other], styled=True)[0]
    assert (rows[:, -1] - ROWS).tolist() == [1] * 9 + [2] * 9 + [0] * 9
    assert (rows[:9, :-1] == rows[9:18, :-1]).all()
    assert rows.max() < smith.config.rows == len(smith.trunk_table)
    one, two = (smith.nats_of([tune]) for tune in (jig, reel))
    assert not np.allclose(one, two)


def test_a_tune_in_the_making_is_told_it_too(smith):
    (jig,) = tunes("jig")
    writer, nats = smith.write(TuneWalk.like(jig, styled=True)), []
    from livecode.generators.markov.mixing import softmax

    before = 0
    for place, time, height in zip(jig.places.tolist(), jig.times.tolist(), jig.heights.tolist()):
        timely = softmax(writer.times(place))[time]
        nats.append(-np.log(timely) - np.log(softmax(writer.steps(time))[height - before + 24]))
        writer.add(place, time, height)
        before = height
    assert np.allclose(nats, smith.nats_of([jig]), atol=1e-4)


def test_torch_learns_what_numpy_plays(smith):
    torch = pytest.importorskip("torch")
    from livecode.generators.neural.model import TuneNet, filled
    from livecode.generators.neural.tasks import TuneTask

    config = smith.config
    net = filled(TuneNet(config), _arrays(smith)).eval()
    task = TuneTask(config, tunes("jig", "reel"), tunes("reel"))
    task.net = net
    (batch,) = task.checks()
    nats, _ = task.loss(net, [torch.from_numpy(array) for array in batch])
    assert float(nats.detach()) == pytest.approx(smith.nats_of(tunes("reel")).sum(), rel=1e-4)
    told = [batch[0][:, :, -1] - ROWS for _ in range(8) for batch in task.epoch(2, np.random.default_rng(_))]
    assert {int(value) for rows in told for value in rows.ravel()} == {0, 1, 2}


def _arrays(smith):
    random = np.random.default_rng(4)
    return {n: random.normal(0, 0.2, s).astype(np.float32) for n, s in smith.config.shapes().items()}


@pytest.mark.parametrize(
    "styles", [["jig", "jig"], "jig", [1], [""], ["x" * 41], [str(n) for n in range(65)], 3]
)
def test_styles_in_a_file_are_checked(styles):
    with pytest.raises(ValueError, match="styles"):
        TuneConfig.from_dict({**TuneConfig().to_dict(), "styles": styles})


def test_a_file_without_styles_is_one_of_a_net_without():
    plain = TuneConfig().to_dict()
    plain.pop("styles")
    assert TuneConfig.from_dict(plain) == TuneConfig()


@pytest.mark.parametrize(
    ("name", "source", "kind"),
    [
        ("X", "O'Neill's Music of Ireland (Chicago, 1903): 1101-1150.abc X:1115", "jig"),
        ("X", "O'Neill's Music of Ireland (Chicago, 1903): 1101-1150.abc X:1116", "slip jig"),
        (
            "The Devil'S Dream -- Reel",
            "Ryan's Mammoth Collection (Boston, 1883): DevilsDream.abc X:1",
            "reel",
        ),
        ("Quick Step 25Th Regt", "Aird's Selection of Airs (Glasgow, 1778-1801): book1.abc X:2", "quickstep"),
        ("The Lads Of The Village", "Aird's Selection of Airs (Glasgow, 1778-1801): book1.abc X:3", ""),
        ("Reelfoot", "", ""),
    ],
)
def test_kinds_as_the_books_name_them(name, source, kind):
    assert kind_of(name, source) == kind


def test_an_abc_file_says_its_kind_and_it_is_kept(tmp_path):
    head = "X:{}\nT:A\n{}M:6/8\nL:1/8\nK:D\n|:DFA AFD|GBd dBG|AFD EFG|FDD D3:|\n\n"
    (tmp_path / "a.abc").write_text(head.format(1, "R:Double Jig\n") + head.format(2, ""))
    for _ in range(2):
        assert [piece.kind for piece in corpus(tmp_path)] == ["jig", ""]
    assert [piece.kind for piece in unpack(pack(corpus(tmp_path).pieces))] == ["jig", ""]
    assert {piece.kind for piece in together([tmp_path, "foster"])} == {"jig", tmp_path.name, "song"}
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match="no music"):
        together([tmp_path / "empty"])


def test_styles_are_those_with_enough_tunes():
    pieces = [
        Piece(Phrase.of([60, 62]), "x", kind=kind) for kind in ["reel"] * 12 + ["jig"] * 10 + ["air"] * 9
    ]
    assert styles_of(pieces) == ("reel", "jig")
    assert metres_of(tunes("jig", "jig"), ("jig", "reel")) == {"jig": [[4, 4, 1.0]], "reel": []}


def test_a_jig_fills_the_bar_with_six_quavers():
    stage = Context(previous=Phrase.of([60, 62], BAR // 2, metre=(4, 4)), metre=(4, 4))
    seen = []

    def compose(context: Context, length: int) -> Phrase:
        seen.append((context.metre, length, context.previous.notes["duration"].tolist()))
        return Phrase.of([60 + n for n in range(12)], TICKS // 2, length=length, metre=context.metre)

    made = in_metre((6, 8), stage, 2 * BAR, compose)
    assert seen == [((6, 8), 6 * TICKS, [3 * TICKS // 2] * 2)]
    assert (made.metre, made.length) == ((4, 4), 2 * BAR)
    assert made.notes["onset"].tolist() == [BAR * n // 6 for n in range(12)]


@pytest.mark.parametrize(("style", "beats"), [("jig", 6), ("slip:jig", 9), ("reel", 8)])
def test_each_kind_has_its_own_beats(style, beats):
    made = neural("tiny", style=style, bars=4, seed=2)
    onsets = np.concatenate([made.phrase(n).notes["onset"] for n in range(2)])
    on_grid = np.mean([(onset * beats) % BAR == 0 for onset in onsets.tolist()])
    others = {6: 8, 9: 8, 8: 6}[beats]
    assert on_grid > 0.8 > np.mean([(onset * others) % BAR == 0 for onset in onsets.tolist()])


def test_a_style_is_a_pattern_read_at_each_phrase():
    made = neural("tiny", style="<jig reel>", bars=1, seed=5)
    jig, reel = (neural("tiny", style=style, bars=1, seed=5) for style in ("jig", "reel"))
    assert made.phrase(0).notes.tolist() == jig.phrase(0).notes.tolist()
    asked = Context(constraints={"style": "reel"}, previous=jig.phrase(0), position=1)
    net = composer("tiny")
    assert (
        net.compose(asked, BAR, 3).notes.tolist()
        != net.compose(
            Context(constraints={"style": "any"}, previous=jig.phrase(0), position=1), BAR, 3
        ).notes.tolist()
    )
    assert reel.plan.constraints == {"style": "reel"}


@pytest.mark.parametrize(
    ("net", "style", "said"),
    [
        ("tiny", "jigg", "did you mean 'jig'"),
        ("tiny", "<jig polka>", "it knows .*reel"),
        ("tiny", 0.5, "learned=0.5"),
        ("tiny", b"jig", "kind of tune"),
        ("chorale", "jig", "tells no styles apart"),
        ("folk", "reel", "neural\\('tiny', style='reel'\\)"),
    ],
)
def test_a_style_that_is_not_known_is_one_line(net, style, said):
    with pytest.raises(ControlError, match=said):
        neural(net, style=style)


def test_an_ensemble_has_no_styles():
    with pytest.raises(ControlError, match="style"):
        ensemble(style="jig")


def test_the_way_from_a_jig_to_a_reel():
    jig, reel = (neural("tiny", style=style, bars=1, seed=5) for style in ("jig", "reel"))
    assert morph(jig, reel, 0).phrase(0).notes.tolist() == jig.phrase(0).notes.tolist()
    assert morph(jig, reel, 1).phrase(0).notes.tolist() == reel.phrase(0).notes.tolist()
    between = morph(jig, reel, 0.4).phrase(0)
    assert between.length == BAR and (between.notes["onset"] * 6 % BAR == 0).mean() > 0.7


@pytest.mark.long
def test_the_card_says_what_the_weights_give():
    from dataclasses import replace

    from livecode.generators.markov.variable import held_out
    from livecode.sets import factory

    net = composer("tiny")
    _, held = held_out(corpus("folk"))
    told = melodies([replace(p, kind=kind_of(p.name, p.source)) for p in held], net.styles)
    card = (factory() / "models" / "tiny" / "README.md").read_text()
    assert f"**{net.model.smith.nats_of(told).mean():.3f}**" in card
    assert f"| {net.model.smith.nats_of([replace(tune, style=0) for tune in told]).mean():.3f} |" in card


def test_a_damaged_list_of_metres_is_one_line(tmp_path):
    import json
    import shutil

    from livecode.sets import find

    folder = tmp_path / "hurt"
    shutil.copytree(find("models", "tiny"), folder)
    about = json.loads((folder / "config.json").read_text())
    about["home"]["styles"]["jig"] = [[6, 0, 1.0]]
    (folder / "config.json").write_text(json.dumps(about))
    with pytest.raises(FileProblem, match="train it again"):
        composer(str(folder))
