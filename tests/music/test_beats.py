"""The beat that is found in onsets."""

from __future__ import annotations

import numpy as np
import pytest

from livecode.music.beats import find_beat

RHYTHM = (0, 1, 1.5, 2, 3, 3.25, 3.5, 4, 6, 6.5, 7, 8, 9, 9.5, 10, 11, 12, 14, 15)


@pytest.mark.parametrize("bpm", [72, 96, 120, 143, 168])
def test_tempo_and_phase_are_found_in_a_played_rhythm(bpm: float) -> None:
    random = np.random.default_rng(int(bpm))
    onsets = [5 + beat * 60 / bpm + 0.008 * random.standard_normal() for beat in RHYTHM]
    beat = find_beat(onsets, near=bpm * 1.08)
    assert beat is not None and abs(beat.bpm / bpm - 1) < 0.01
    place = beat.at(5.0) * 2
    assert abs(place - round(place)) < 0.1 and beat.sure > 0.3


def test_strays_and_gaps_do_no_harm() -> None:
    onsets = sorted([*(0.5 * number for number in range(16) if number not in (3, 7)), 1.13, 4.61])
    beat = find_beat(onsets)
    assert beat is not None and abs(beat.bpm - 120) < 1.2


def test_too_little_is_no_beat() -> None:
    assert find_beat([]) is None and find_beat([0, 0.5, 1.0]) is None and find_beat([0.0] * 8) is None
