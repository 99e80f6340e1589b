"""What operators do to songs: laws that hold for each of them."""

from __future__ import annotations

import numpy as np
import pytest

from livecode.generators.evolution import operators
from livecode.generators.evolution.breeding import breed, told
from livecode.generators.evolution.home import HIGHEST_LETTER, LOWEST_LETTER, home_of
from livecode.generators.evolution.operators import CHANGES, CROSSINGS, backwards
from livecode.generators.evolution.songs import Frame, Songs, chance, songs_of
from livecode.music.phrase import TICKS, Phrase

FRAME = Frame.of(16 * TICKS, (4, 4), 4, home_of("c major"))


def some(count: int = 200, voices: int = 2, seed: int = 0) -> Songs:
    return chance(count, voices, FRAME, np.random.default_rng(seed))


def heard(songs: Songs) -> np.ndarray:
    """What sounds: the pitch at each step, 0 in silence, negative where a note begins."""
    sounding = np.where(songs.sounding, songs.line, 0).astype(int)
    return np.where(songs.struck, -sounding, sounding)


@pytest.mark.parametrize("name", CROSSINGS)
def test_a_crossing_invents_nothing(name: str) -> None:
    one, other = some(seed=1), some(seed=2)
    child = CROSSINGS[name][0](one, other, np.random.default_rng(3))
    for song in range(len(child)):
        for voice in range(2):
            both = set(one.note[song, voice].tolist()) | set(other.note[song, voice].tolist())
            assert set(child.note[song, voice].tolist()) <= both


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_leaves_songs_that_can_be_played(name: str) -> None:
    songs = some()
    for seed in range(5):
        songs = CHANGES[name][0](songs, np.random.default_rng(seed), 2.0)
    assert songs.note.min() >= LOWEST_LETTER and songs.note.max() <= HIGHEST_LETTER
    assert songs.duration.min() >= 1
    for song in range(20):
        songs.phrase(song).check()


@pytest.mark.parametrize("name", [name for name in CHANGES if name not in ("splice", "no change")])
def test_a_change_changes_something_but_not_everything(name: str) -> None:
    songs = some()
    changed = CHANGES[name][0](songs, np.random.default_rng(0), 1.0)
    same = [
        all((getattr(songs, f)[i] == getattr(changed, f)[i]).all() for f in songs.fields) for i in range(200)
    ]
    assert 200 - sum(same) > 0
    if name not in ("slide", "note mutation", "rhythm mutation"):
        kept = (songs.note == changed.note) & (songs.rest == changed.rest)
        assert kept.reshape(200, -1).mean() > 0.2


def test_phrases_are_swapped_at_bar_lines() -> None:
    one = songs_of([Phrase.of([60] * 16)], 1, FRAME).take(np.zeros(50, int))
    other = songs_of([Phrase.of([72] * 16)], 1, FRAME).take(np.zeros(50, int))
    child = operators.swap_phrase(one, other, np.random.default_rng(0))
    bars = (child.pitch[:, 0] == 72).reshape(50, 4, 16)
    assert (bars.all(2) | ~bars.any(2)).all()
    assert bars.any((1, 2)).all() and not bars.all((1, 2)).any()


def test_retrograde_twice_is_what_was_heard_before() -> None:
    songs = some(voices=1)
    place = np.arange(64)[None, None, :]
    begin, end = np.zeros((len(songs), 1, 1), int), np.full((len(songs), 1, 1), 64)
    inside = np.ones(songs.note.shape, bool)
    once = backwards(songs, inside, 63 - place, begin, end)
    assert (np.abs(heard(once)) == np.abs(heard(songs))[..., ::-1]).all()
    twice = backwards(once, inside, 63 - place, begin, end)
    assert (heard(twice) == heard(songs)).all()


def test_inversion_turns_intervals_round() -> None:
    tune = songs_of([Phrase.of([60, 62, 64, 65] * 4)], 1, FRAME).take(np.zeros(40, int))
    turned = operators.invert(tune, np.random.default_rng(0), 1.0)
    inside = (turned.note != tune.note)[:, 0]
    for song in range(40):
        bars = np.flatnonzero(inside[song].reshape(4, 16).any(1))
        first = bars[0] * 16
        steps = np.diff(turned.note[song, 0, first : first + 16 : 4].astype(int))
        assert steps.tolist() == [-1, -1, -1]


def test_sorting_keeps_the_rhythm_and_the_notes() -> None:
    songs = some()
    done = operators.sort(songs, np.random.default_rng(1), 1.0)
    assert (done.rest == songs.rest).all()
    assert (np.sort(done.note, -1) == np.sort(songs.note, -1)).all()


def test_augmentation_at_half_speed_doubles_lengths() -> None:
    tune = songs_of([Phrase.of([60, 62, 64, 65] * 4)], 1, FRAME).take(np.zeros(60, int))
    done = operators.augment(tune, np.random.default_rng(2), 1.0)
    gaps = {int(gap) for song in range(60) for gap in np.diff(np.flatnonzero(done.struck[song, 0]))}
    assert {2, 8} <= gaps


def test_breeding_is_the_same_for_the_same_draws() -> None:
    songs = some()
    pairs = np.random.default_rng(0).integers(0, 200, (100, 2))
    one, other = (breed(songs, pairs, np.random.default_rng(9), songs) for _ in range(2))
    assert (one.songs.note == other.songs.note).all() and (one.marks == other.marks).all()
    assert {told(mark) for mark in one.marks.tolist()} >= {"phrase swap, note mutation"}
    assert set(map(tuple, one.parents.tolist())) == set(map(tuple, pairs.tolist()))
