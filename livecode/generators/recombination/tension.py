"""How tense each beat of a piece is, and its label: statement, preparation, extension, antecedent or
consequent.

The labels are D. Cope's (SPEAC; *Computers and Musical Style*, 1991), after H. Schenker's ranking of what
depends on what. The numbers are ours: how rough the intervals above the bass are, how far the chord lies from
the key on the line of fifths, how weak the beat is, and how much moves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

ROUGH = np.array([0.0, 1.0, 0.75, 0.3, 0.2, 0.5, 0.85, 0.05, 0.3, 0.2, 0.7, 0.9])
"""How rough an interval above the bass is, by its semitones mod 12."""
LABELS = "SPEAC"
FALL, RISE = 0.06, 0.06


def tensions(chords: Sequence[Sequence[int]], places: Sequence[int], home: Sequence[int]) -> Floats:
    """The tension of each beat, 0 to 1, from the pitches that sound in it and its place in the bar.

    `home` are the pitch classes of the key, the tonic's first.

    >>> calm, tense = tensions([[60, 64, 67], [59, 65, 67, 74]], [0, 1], [0, 2, 4, 5, 7, 9, 11])
    >>> bool(calm < tense)
    True
    """
    tonic = home[0]
    triad = {tonic, home[2], home[4]}
    out = np.zeros(len(chords))
    for number, (chord, place) in enumerate(zip(chords, places)):
        if not len(chord):
            continue
        pitches = np.unique(np.asarray(chord))
        bass = int(pitches[0])
        rough = float(ROUGH[(pitches[1:] - bass) % 12].mean()) if len(pitches) > 1 else 0.1
        classes = {int(pitch) % 12 for pitch in pitches}
        foreign = len(classes - set(home)) / len(classes)
        away = len(classes - triad) / len(classes)
        inverted = 0.0 if bass % 12 in (tonic, home[4]) else 1.0
        out[number] = 0.35 * rough + 0.3 * foreign + 0.22 * away + 0.08 * inverted + 0.05 * (place % 2)
    return np.clip(out, 0.0, 1.0)


def labels(chords: Sequence[Sequence[int]], tense: Floats) -> str:
    """A letter for each beat.

    E where the harmony stays; C where tension falls to rest; A where it is high and falls after; S where it
    is low on its own; P for what leads on.

    >>> labels([[60, 64, 67], [60, 64, 67], [55, 59, 65], [60, 64, 67]], np.array([0.1, 0.1, 0.6, 0.1]))
    'SEAC'
    """
    made = []
    middle = float(np.median(tense)) if len(tense) else 0.0
    for number in range(len(chords)):
        classes = {int(pitch) % 12 for pitch in chords[number]}
        before = {int(pitch) % 12 for pitch in chords[number - 1]} if number else set()
        fell = number > 0 and tense[number] < tense[number - 1] - FALL
        falls = number + 1 < len(chords) and tense[number + 1] < tense[number] - FALL
        if number and classes == before:
            made.append("E")
        elif fell and tense[number] <= middle:
            made.append("C")
        elif falls and tense[number] > middle:
            made.append("A")
        elif tense[number] <= middle:
            made.append("S")
        else:
            made.append("P")
    return "".join(made)
