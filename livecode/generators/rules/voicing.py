"""Chords in four parts: every way to sing one, and what it costs to go from one to the next.

The rules are those of the textbooks on part-writing (W. Piston, *Harmony*, 1941; E. Aldwell and C. Schachter,
*Harmony and Voice Leading*, 1978), worked out for all pairs of voicings at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.generators.rules.theory import Chord, Key

RANGES = ((60, 81), (55, 74), (48, 67), (40, 62))
"""Soprano c4-a5, alto g3-d5, tenor c3-g4, bass e2-d4."""
COMFORT = ((64, 76), (58, 71), (52, 64), (43, 57))
PAIRS = tuple((upper, lower) for upper in range(4) for lower in range(upper + 1, 4))
FORBIDDEN = float("inf")

Table = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Voicings:
    """Ways to sing one chord: `pitches`, and for each voice `places` (line of fifths) and `members`.

    A member is 0 the root, 1 the third, 2 the fifth, 3 the seventh. `prices` is what each costs by itself.
    """

    chord: Chord
    inversion: int
    pitches: Table
    places: Table
    members: Table
    prices: npt.NDArray[np.float64]


@lru_cache(maxsize=4096)
def voicings(key: Key, chord: Chord, inversion: int, soprano: int) -> Voicings | None:
    """Every way to sing a chord under a note of the soprano, None when there is none."""
    classes = chord.pitch_classes(key)
    if soprano % 12 not in classes:
        return None
    places = chord.places(key)
    bass_class = classes[inversion]
    needed = {0, 1} if len(classes) == 3 else {0, 1, 3}
    if inversion == 2 or (len(classes) == 3 and chord.quality == "diminished"):
        needed = set(range(len(classes)))
    if len(classes) == 4 and inversion:
        needed = {0, 1, 2, 3}
    rows: list[tuple[int, int, int, int]] = []
    members: list[tuple[int, ...]] = []
    prices: list[float] = []
    top = classes.index(soprano % 12)
    where = {pitch: index for index, pitch in enumerate(classes)}
    for bass in range(RANGES[3][0], min(RANGES[3][1], soprano) + 1):
        if bass % 12 != bass_class:
            continue
        for tenor in range(max(RANGES[2][0], bass), min(RANGES[2][1], soprano) + 1):
            third = where.get(tenor % 12)
            if third is None or tenor - bass > 19:
                continue
            for alto in range(max(RANGES[1][0], tenor, soprano - 12), min(RANGES[1][1], soprano) + 1):
                second = where.get(alto % 12)
                if second is None or alto - tenor > 12:
                    continue
                row = (top, second, third, inversion)
                if not needed <= set(row):
                    continue
                price = _doubling(chord, row)
                if price == FORBIDDEN:
                    continue
                pitches = (soprano, alto, tenor, bass)
                rows.append(pitches)
                members.append(row)
                prices.append(price + _spacing(pitches))
    if not rows:
        return None
    table = np.array(members)
    return Voicings(chord, inversion, np.array(rows), np.array(places)[table], table, np.array(prices))


def _doubling(chord: Chord, row: tuple[int, ...]) -> float:
    """What is doubled, and what it costs: never a leading tone or a seventh, best the root."""
    counts = [row.count(member) for member in range(4)]
    if counts[3] > 1 or (chord.leading is not None and counts[chord.leading] > 1):
        return FORBIDDEN
    price = 0.0
    if chord.quality == "diminished":
        # The third is the one note without a tendency.
        if counts[0] > 1:
            return FORBIDDEN
        price += 0.0 if counts[1] == 2 else 1.0
    elif counts[1] > 1:
        price += 0.8 if chord.degree in (2, 3, 6) else 1.6
    if counts[2] > 1:
        price += 0.5 if row[3] != 2 else -0.0
    if counts[2] == 0:
        price += 0.8
    if counts[0] > 2:
        price += 0.6
    return price


def _spacing(pitches: tuple[int, ...]) -> float:
    price = 0.0
    for pitch, (low, high) in zip(pitches[1:], COMFORT[1:]):
        price += 0.25 * max(0, low - pitch, pitch - high)
    soprano, alto, tenor, bass = pitches
    price += 0.6 * (soprano == alto) + 0.6 * (alto == tenor) + 0.6 * (tenor == bass)
    if tenor - bass < 5 and bass < 48:
        price += 0.5
    return price + 0.15 * max(0, tenor - bass - 12)


def moves(
    first: Voicings, second: Voicings, sung: Any = None, bass_given: bool = False
) -> npt.NDArray[np.float64]:
    """What it costs to go from each way to sing one chord to each of the next; infinite is forbidden.

    `sung` is the last note the soprano sings over the first chord when it has moved on from it; a bass that
    is given is not asked how it leaps.
    """
    before, after = first.pitches[:, None, :], second.pitches[None, :, :]
    step = after - before
    size = np.abs(step)
    bad = np.zeros(step.shape[:2], bool)
    price = np.zeros(step.shape[:2])
    bad |= _parallel(before, after)
    outer = (after[..., 0] - after[..., 3]) % 12
    if sung is not None:
        early = first.pitches.copy()
        early[:, 0] = sung
        bad |= _parallel(early[:, None, :], after)
        late = after[..., 0] - sung
        bad |= (late * step[..., 3] > 0) & ((outer == 0) | (outer == 7)) & (np.abs(late) > 2)
    similar = step[..., 0] * step[..., 3] > 0
    bad |= similar & ((outer == 0) | (outer == 7)) & (size[..., 0] > 2)
    price += 0.3 * (similar & ((outer == 0) | (outer == 7)))
    for upper in range(3):
        low = upper + 1
        overlap = (after[..., low] > before[..., upper]) | (after[..., upper] < before[..., low])
        price += 2.5 * overlap
    turn = second.places[None, :, :] - first.places[:, None, :]
    for voice in (1, 2) if bass_given else (1, 2, 3):
        wide = size[..., voice]
        augmented = ((step[..., voice] > 0) & (turn[..., voice] >= 6)) | (
            (step[..., voice] < 0) & (turn[..., voice] <= -6)
        )
        bad |= augmented & (wide > 1)
        price += 0.4 * (augmented & (wide == 1))
        diminished = (np.abs(turn[..., voice]) >= 6) & ~augmented & (wide > 1)
        price += 1.5 * diminished
        if voice < 3:
            bad |= wide > 9
            price += 0.12 * wide + 1.2 * (wide > 5) + 0.35 * (wide > 2)
        else:
            bad |= (wide > 12) | (wide == 10) | (wide == 11)
            price += 0.05 * wide + 0.5 * (wide == 8) + 0.5 * (wide == 9) + 0.6 * (wide == 6)
            price += 0.2 * (wide == 0)
    # All four the same way sounds like one block that slides.
    same = (step > 0).all(axis=-1) | (step < 0).all(axis=-1)
    price += 1.0 * same
    price += _tendencies(first, second, step, bad)
    return np.where(bad, FORBIDDEN, price)


def _parallel(before: Table, after: Table) -> npt.NDArray[np.bool_]:
    """Where two voices that move keep a fifth or an octave, in the same or in contrary motion."""
    bad = np.zeros(np.broadcast_shapes(before.shape, after.shape)[:2], bool)
    for upper, lower in PAIRS:
        old = (before[..., upper] - before[..., lower]) % 12
        new = (after[..., upper] - after[..., lower]) % 12
        kept = ((old == 7) & (new == 7)) | ((old == 0) & (new == 0))
        if kept.any():
            moved = (after[..., upper] != before[..., upper]) & (after[..., lower] != before[..., lower])
            bad |= kept & moved
    return bad


def _tendencies(
    first: Voicings, second: Voicings, step: Table, bad: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Leading tones rise, sevenths fall; what breaks it is marked in `bad`."""
    price = np.zeros(bad.shape)
    resolves = first.chord.goal is not None and second.chord.root == first.chord.goal
    same_root = second.chord.root == first.chord.root
    for voice in range(4):
        move = step[..., voice]
        if len(first.chord.steps) == 4:
            seventh = (first.members[:, voice] == 3)[:, None]
            resolved = (move == -1) | (move == -2) | (move == 0)
            if same_root:
                # Within one harmony the seventh may pass to another voice, at a price.
                price += 3.0 * (seventh & ~resolved)
            else:
                bad |= seventh & ~resolved
                price += 0.8 * (seventh & (move == 0))
        if resolves:
            leading = (first.members[:, voice] == first.chord.leading)[:, None]
            if voice in (0, 3):
                bad |= leading & (move != 1) & (move != 0)
            price += 1.2 * (leading & (move != 1))
            if first.chord.quality == "diminished":
                # The fifth of a diminished chord falls.
                fifth = (first.members[:, voice] == 2)[:, None]
                price += 0.8 * (fifth & (move >= 0))
        if len(second.chord.steps) == 4 and not same_root:
            prepared = (second.members[:, voice] == 3)[None, :]
            price += 0.6 * (prepared & (np.abs(move) > 2))
    return price
