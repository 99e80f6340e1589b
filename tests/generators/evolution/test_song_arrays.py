"""Songs as arrays: to and from phrases, and the same in NumPy and torch."""

from __future__ import annotations

import numpy as np
import pytest

from livecode.errors import ControlError
from livecode.generators.evolution.arrays import arrays_on
from livecode.generators.evolution.breeding import breed
from livecode.generators.evolution.features import descriptors, features, features_of
from livecode.generators.evolution.fitness import (
    chords,
    compass,
    contour,
    in_key,
    returns,
    rhythm,
    small_leaps,
)
from livecode.generators.evolution.home import home_of
from livecode.generators.evolution.judging import Judge
from livecode.generators.evolution.songs import FIELDS, Frame, Songs, chance, songs_of
from livecode.music.corpus import corpus
from livecode.music.phrase import TICKS, Phrase

FOUR_BARS = 16 * TICKS


def frame(scale: str = "d dorian", **more: object) -> Frame:
    return Frame.of(FOUR_BARS, (4, 4), 4, home_of(scale), **more)  # type: ignore[arg-type]


def some(count: int = 64, voices: int = 1, scale: str = "d dorian", seed: int = 0) -> Songs:
    return chance(count, voices, frame(scale), np.random.default_rng(seed))


@pytest.mark.parametrize(
    "name", ["c major", "d dorian", "eb minor", "f# major", "a minor pentatonic", "c blues"]
)
def test_every_pitch_has_a_letter_and_an_accidental_that_give_it_again(name: str) -> None:
    home = home_of(name)
    pitches = np.arange(24, 100)
    letters, accidentals = home.letters_of(pitches)
    assert (home.pitches[letters.view(np.uint8)] + accidentals == pitches).all()


def test_a_chorale_goes_through_songs_unchanged() -> None:
    phrase = corpus("jsb")[3].phrase.slice(0, FOUR_BARS)
    again = songs_of([phrase], 4, frame("c major")).phrase(0)
    for field in ("onset", "duration", "pitch", "velocity", "voice"):
        assert (again.notes[field] == phrase.notes[field]).all()


def test_spelling_follows_the_home_scale() -> None:
    tune = Phrase.of([63, 70], length=FOUR_BARS)
    assert songs_of([tune], 1, frame("eb major")).phrase(0).notes["spelling"].tolist() == [-3, -2]
    assert songs_of([tune], 1, frame("b major")).phrase(0).notes["spelling"].tolist() == [9, 10]


def test_a_strict_frame_keeps_every_note_in_the_scale() -> None:
    songs = some(scale="c major").within(frame("a minor pentatonic", strict=True))
    assert set((songs.pitch % 12).reshape(-1).tolist()) <= set(home_of("a minor pentatonic").classes)
    for row in range(8):
        songs.phrase(row).check()


@pytest.mark.parametrize("grid", [0, 5, 7, 24, "4"])
def test_a_grid_that_does_not_fit_is_refused(grid: object) -> None:
    with pytest.raises(ControlError, match="grid"):
        Frame.of(FOUR_BARS, (4, 4), grid, home_of("c major"))  # type: ignore[arg-type]


def test_torch_breeds_and_scores_the_same_songs() -> None:
    pytest.importorskip("torch")
    songs = some(voices=2)
    there = songs.on(arrays_on("torch"))
    pairs = np.random.default_rng(1).integers(0, len(songs), (50, 2))
    here_bred = breed(songs, pairs, np.random.default_rng(2), songs).songs
    there_bred = breed(there, pairs, np.random.default_rng(2), there).songs
    for name in FIELDS:
        assert (getattr(here_bred, name) == getattr(there_bred, name).numpy()).all()
    judge = Judge(
        (in_key() + small_leaps() + chords("<dm7 g7>") + contour() + compass() + rhythm() + returns()).at(0)
    )
    assert np.allclose(judge.score(here_bred), judge.score(there_bred), atol=2e-5)
    assert np.allclose(features(here_bred), features(there_bred).numpy(), atol=1e-4)
    assert np.allclose(descriptors(here_bred), descriptors(there_bred).numpy(), atol=1e-4)


def test_features_of_a_phrase_are_numbers_whatever_its_metre_and_length() -> None:
    for piece in list(corpus("folk"))[:40]:
        told = features_of(piece.phrase)
        assert np.isfinite(told).all() and np.abs(told).max() <= 3
    assert np.isfinite(features_of(Phrase.of([60], duration=10, length=100 * TICKS))).all()
