"""Which notes clash with what another part plays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from livecode.music.phrase import Phrase

CONSONANT = frozenset({0, 3, 4, 5, 7, 8, 9})
"""Semitones, mod 12, that sound well together."""

_CLASHES = np.array([interval not in CONSONANT for interval in range(12)])


def clashes(other: Phrase, onset: int) -> npt.NDArray[np.bool_]:
    """For each MIDI number whether it clashes with what sounds in another part at a tick.

    >>> found = clashes(Phrase.of([60, 64], 10080, [0, 0]), 0)
    >>> found[67], found[66]
    (np.False_, np.True_)
    """
    begins = other.notes["onset"]
    sounding = other.notes["pitch"][(begins <= onset) & (begins + other.notes["duration"] > onset)]
    bad = np.zeros(128, bool)
    for pitch in {int(each) % 12 for each in sounding}:
        bad |= _CLASHES[(np.arange(128) - pitch) % 12]
    return bad
