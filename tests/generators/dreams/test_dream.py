"""Dreams of a score: the activation rises, depth 0 is the input, the same line gives the same notes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from livecode.errors import ControlError, GeneratorError, LivecodeError, NameUnknown
from livecode.generators.dreams import dream
from livecode.generators.dreams.child import descend
from livecode.generators.dreams.score import Score
from livecode.language import note
from livecode.music.phrase import SIXTEENTH, TICKS, Phrase

TUNE = "0 2 4 7 9 7 4 2"


def sounding(events: list[Any]) -> list[tuple[Any, Any, Any]]:
    return sorted((event.whole.begin, event.whole.end, event.value["note"]) for event in events)


def test_what_the_trunk_reads_of_a_sure_piece_is_what_it_reads_of_the_piece() -> None:
    torch = pytest.importorskip("torch")
    from livecode.generators.neural.dreaming import opened
    from livecode.generators.neural.features import describe
    from livecode.generators.neural.relaxing import SoftPiece

    net = opened("chorale")
    random = np.random.default_rng(0)
    piece = np.repeat(random.integers(0, net.config.size, (16, 4)), 2, axis=0)
    soft = SoftPiece(net)
    silent = np.zeros((net.config.frame, 4), np.int64)
    trunk, _, _ = describe(net.config, np.concatenate([piece, silent]))
    wanted = net.gather(net.trunk_table, torch.from_numpy(trunk)[None])
    assert torch.allclose(soft.entered(soft.sure(piece), piece), wanted, atol=1e-5)


def test_a_dream_begins_as_its_input_and_rises_step_by_step() -> None:
    dreamt = dream(note(TUNE), depth="<0 1 2>", bars=3)
    plain = note(TUNE)
    assert sounding(dreamt.query(0, 1)) == sounding(plain.query(0, 1))
    rise = dreamt.rise()
    assert len(rise) == 2 * 6 + 1
    assert all(later >= earlier for earlier, later in pairwise(rise))
    assert rise[6] > rise[0] and rise[12] > rise[6]
    assert sounding(dreamt.query(2, 3)) != sounding(plain.query(2, 3))
    # It hallucinates: voices that nobody wrote have come in.
    assert len({event.value["pan"] for event in dreamt.query(2, 3)}) > 1


def test_the_same_line_gives_the_same_notes_and_a_seed_others() -> None:
    one, same = (dream(note(TUNE), depth=1, bars=1).phrase(0) for _ in range(2))
    other = dream(note(TUNE), depth=1, bars=1, seed=3).phrase(0)
    assert one == same
    assert one != other


def test_a_scale_holds_for_what_is_dreamt() -> None:
    made = dream(note(TUNE), depth=1.5, in_scale="c major", bars=1).phrase(0)
    assert {int(pitch) % 12 for pitch in made.notes["pitch"]} <= {0, 2, 4, 5, 7, 9, 11}


@pytest.mark.long
def test_every_depth_is_music() -> None:
    made = dream(note("[0,4,7] ~ [2,5,9]*2 [0,4,9]"), depth=8)
    phrase = made.phrase(0)
    phrase.check()
    assert 8 < len(phrase) < 400
    for voice in range(phrase.voices):
        notes = phrase.voice(voice).notes
        ends = notes["onset"] + notes["duration"]
        assert (ends[:-1] <= notes["onset"][1:]).all()


def test_it_drifts_to_where_other_music_is_heard() -> None:
    rise = dream(note(TUNE), depth=0.5, bars=1, towards="[c4,e4,g4]*4").rise()
    assert -1 <= rise[0] < rise[-1] <= 1


def test_it_tells_what_was_dreamt() -> None:
    told = [reason.origin for reason in dream(note(TUNE), depth=1, bars=1).explain(0)]
    assert {"itself", "silence"} & {origin["was"] for origin in told}
    assert all(origin["dreamt at depth"] == 1.0 for origin in told)


@pytest.mark.parametrize(
    "make, kind, words",
    [
        (lambda: dream("c e", layer=9), ControlError, "layers 1 to"),
        (lambda: dream("c e", units=[99999]), ControlError, "units 0 to"),
        (lambda: dream("c e", net="chorle"), NameUnknown, "did you mean 'chorale'"),
        (lambda: dream("c e", dept=3), ControlError, "did you mean 'depth'"),
        (lambda: dream("c e", depth="x").query(0, 1), ControlError, "depth is 'x'"),
        (lambda: dream("nothing.wav"), LivecodeError, "nothing.wav is not there"),
        (lambda: dream("~ bd"), GeneratorError, "no pitches"),
    ],
)  # fmt: skip
def test_what_cannot_be_dreamt_is_one_line(make: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as caught:
        make()
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_damaged_memory_of_a_dream_is_dreamt_again(cache: Any) -> None:
    request = {
        "net": "chorale", "weights": "any", "layer": 2, "units": [], "piece": [[60, 0, 0, 0]] * 16, "lead": 0,
        "allowed": [], "towards": None, "noise": 0,
    }  # fmt: skip
    first = descend(request, 2)
    for file in (cache / "livecode" / "dreams").glob("*.npz"):
        file.write_bytes(b"no dream")
    assert np.array_equal(descend(request, 2).pieces, first.pieces)


def test_a_low_tune_is_sung_by_the_bass_and_comes_back_where_it_was() -> None:
    tune = Phrase.of([24, 26, 28, 29], TICKS)
    score = Score.of(tune, 4, 33, 84)
    assert score.shift == 12 and score.grid[0].tolist() == [0, 0, 0, 36]
    assert score.back([score.grid], [1.0]) == Phrase.of([24, 26, 28, 29], TICKS, voice=3)


def test_notes_off_the_grid_stay_where_they_were_played() -> None:
    onset = [0, TICKS - 300, 2 * TICKS + 200]
    tune = Phrase.of([60, 62, 64], TICKS // 2, onset, velocity=[50, 90, 110], length=4 * TICKS)
    score = Score.of(tune, 4, 33, 84)
    back = score.back([score.grid], [2.0])
    assert back.notes["onset"].tolist() == onset
    assert back.notes["velocity"].tolist() == [50, 90, 110]
    assert SIXTEENTH * len(score.grid) == tune.length


def test_on_stage_a_dream_that_is_not_there_plays_its_input_and_says_so_once() -> None:
    from livecode.generators.pool import composers
    from livecode.language.moment import MOMENT, Moment

    made = dream(note("5 3 1 0"), depth=6, bars=8)
    token = MOMENT.set(Moment(offline=False, deadline=0.0))
    try:
        voices = [made.voice(0).query(0, 1), made.voice(1).query(0, 1)]
    finally:
        MOMENT.reset(token)
        made.cancel()
    assert [event.value["note"] for event in voices[0]] == [5, 3, 1, 0] and not voices[1]
    said = [line for line in composers().notices if "is on its way" in line]
    assert said == ["dream of a pattern is on its way: till then it plays as it was put in"]
