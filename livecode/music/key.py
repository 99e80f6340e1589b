"""Finding the key of some notes.

Each pitch class is weighed by how long it sounds and compared with 24 profiles: C. L. Krumhansl and E. J.
Kessler's ratings (1982, in Krumhansl, *Cognitive Foundations of Musical Pitch*, 1990), whose minor profile is
known to lean to the dominant, or D. Temperley's (*Music and Probability*, 2007), the default.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.music.phrase import Phrase

KRUMHANSL_KESSLER = (
    (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
)
TEMPERLEY = (
    (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400),
    (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330),
)
MAJOR_TONICS = ("c", "db", "d", "eb", "e", "f", "f#", "g", "ab", "a", "bb", "b")
MINOR_TONICS = ("c", "c#", "d", "eb", "e", "f", "f#", "g", "g#", "a", "bb", "b")


def key_correlations(weights: Any, profiles: Any = TEMPERLEY) -> npt.NDArray[np.float64]:
    """How well 12 weights of pitch classes fit each key: a table of major and minor by tonic, -1 to 1."""
    heard = np.asarray(weights, float)
    heard = heard - heard.mean()
    scale = np.sqrt((heard**2).sum())
    out = np.zeros((2, 12))
    if scale == 0:
        return out
    for mode in range(2):
        profile = np.asarray(profiles[mode], float)
        profile = profile - profile.mean()
        for tonic in range(12):
            out[mode, tonic] = (heard * np.roll(profile, tonic)).sum()
        out[mode] /= scale * np.sqrt((profile**2).sum())
    return out


def pitch_class_weights(phrase: Phrase) -> npt.NDArray[np.float64]:
    """How long each of the 12 pitch classes sounds, in ticks."""
    notes = phrase.notes
    return np.bincount(notes["pitch"] % 12, notes["duration"], minlength=12).astype(float)


def find_key(phrase: Phrase, profiles: Any = TEMPERLEY) -> str:
    """The name of the key that fits best, "" for no notes.

    >>> find_key(Phrase.of([60, 62, 64, 65, 67, 69, 71, 72]))
    'c major'
    """
    if not len(phrase):
        return ""
    table = key_correlations(pitch_class_weights(phrase), profiles)
    mode, tonic = divmod(int(table.argmax()), 12)
    return f"{MAJOR_TONICS[tonic]} major" if mode == 0 else f"{MINOR_TONICS[tonic]} minor"
