"""Tunes begin after an upbeat that is thought and not played."""

from itertools import pairwise

import numpy as np
import pytest

from livecode.errors import FileProblem
from livecode.generators.generator import Context
from livecode.generators.markov.melody import Tune
from livecode.generators.neural import neural
from livecode.generators.neural.build import composer
from livecode.generators.neural.melodies import checked_home
from livecode.generators.neural.upbeats import upbeat_place, upbeats_of
from livecode.music.phrase import TICKS, Phrase

BAR = 4 * TICKS


def tune(onset, metre=(4, 4)):
    return Tune.of(
        Phrase.of([62, 67, 69], TICKS, onset=[onset, onset + TICKS, onset + 2 * TICKS], metre=metre)
    )


def test_shares_of_upbeats_are_those_of_the_tunes():
    tunes = [tune(0)] * 6 + [tune(3 * TICKS)] * 12 + [tune(0, (6, 8))] * 3
    # Of three tunes in 6/8 nothing can be said.
    assert upbeats_of(tunes, ()) == {"": {"4/4": [[0, pytest.approx(1 / 3, abs=1e-3)], [36, 0.6667]]}}


def test_a_style_has_its_own_upbeats_and_goes_by_all_where_they_are_unknown():
    upbeats = {"": {"4/4": [[36, 1.0]]}, "reel": {"4/4": [[42, 1.0]]}}
    random = np.random.default_rng(0)
    assert upbeat_place(upbeats, "reel", (4, 4), random) == 42
    assert upbeat_place(upbeats, "jig", (4, 4), random) == 36
    assert upbeat_place(upbeats, "reel", (3, 4), random) == 0
    assert upbeat_place({}, "", (4, 4), random) == 0


@pytest.mark.parametrize("name", ["folk", "tiny"])
def test_a_first_phrase_has_its_length_and_no_note_of_the_upbeat(name):
    made = composer(name)
    assert made.home["upbeats"][""]["4/4"]
    for seed in range(6):
        phrase = made.compose(Context(), 4 * BAR, seed)
        assert phrase.length == 4 * BAR and phrase.notes["onset"][0] == 0
        assert phrase == made.compose(Context(), 4 * BAR, seed)


def test_what_is_asked_of_the_first_note_holds_after_an_upbeat():
    stream = neural("folk").begins("a").ends("d").in_scale("d dorian")
    for seed in range(4):
        pitches = stream.seed(seed).phrase(0).notes["pitch"] % 12
        assert pitches[0] == 9 and pitches[-1] == 2 and set(pitches.tolist()) <= {2, 4, 5, 7, 9, 11, 0}


def test_rhythm_is_as_various_as_in_its_tunes():
    made = composer("tiny")
    alike = []
    for seed in range(24):
        onsets = made.compose(Context(), 16 * BAR, seed).notes["onset"]
        bars = [set((onsets[onsets // BAR == bar] % BAR).tolist()) for bar in range(16)]
        alike += [len(a & b) / len(a | b) for a, b in pairwise(bars)]
    # Real ones: 0.61 in the mean; it was 0.78 when the likely times alone were drawn.
    assert 0.45 < np.mean(alike) < 0.72


@pytest.mark.parametrize(
    "wrong", [{"": {"4/4": []}}, {"": {"4/4": [[-1, 1.0]]}}, {"": {"4/4": [[0, 2]]}}, [1], {"": 3}]
)
def test_a_config_with_impossible_upbeats_is_refused(wrong):
    home = {**composer("folk").home, "upbeats": wrong}
    with pytest.raises((ValueError, FileProblem)):
        checked_home(home)
