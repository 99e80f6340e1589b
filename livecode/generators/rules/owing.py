"""What notes owe by the chord they make together, whatever made it: sevenths fall, leading tones rise.

After E. Aldwell and C. Schachter, *Harmony and Voice Leading* (1978), chapters 16 and 24. The examiner
(`livecode.music.checking`) has its own words for the same.
"""

from __future__ import annotations

from functools import lru_cache

TRIADS = ((0, 4, 7), (0, 3, 7), (0, 3, 6), (0, 4, 8))
SEVENTHS = ((0, 4, 7, 10), (0, 3, 7, 10), (0, 4, 7, 11), (0, 3, 6, 10), (0, 3, 6, 9))
DOMINANT, HALF_DIMINISHED = SEVENTHS[0], SEVENTHS[3]
DIMINISHED = TRIADS[2]


@lru_cache(maxsize=4096)
def owed(classes: frozenset[int]) -> tuple[frozenset[int], frozenset[int]]:
    """The sevenths and the leading tones among some pitch classes, by every reading of them.

    >>> owed(frozenset((7, 11, 5))), owed(frozenset((0, 4, 7)))
    ((frozenset({5}), frozenset({11})), (frozenset(), frozenset()))
    """
    sevenths, leading = set(), set()
    for root in classes:
        steps = {(pitch - root) % 12 for pitch in classes}
        if tuple(sorted(steps)) in TRIADS:
            return frozenset(), frozenset({root} if tuple(sorted(steps)) == DIMINISHED else ())
        for shape in SEVENTHS:
            if steps <= set(shape) and {shape[1], shape[3]} <= steps and len(steps) >= 3:
                sevenths.add((root + shape[3]) % 12)
                if shape == DOMINANT:
                    leading.add((root + 4) % 12)
                elif shape == HALF_DIMINISHED and 6 in steps:
                    leading.add(root)
    return frozenset(sevenths), frozenset(leading)


@lru_cache(maxsize=4096)
def _ambiguous(classes: frozenset[int]) -> bool:
    """Whether some pitch classes make no chord until one is heard as an ornament."""
    return len(classes) > 2 and not any(
        {(pitch - root) % 12 for pitch in classes} <= set(shape)
        for root in classes
        for shape in (*TRIADS, *SEVENTHS)
    )


def heard(pitches: tuple[int, ...]) -> tuple[frozenset[int], frozenset[int]]:
    """What some pitches owe together: the first is asked about, one of the others may be an ornament."""
    classes = frozenset([pitch % 12 for pitch in pitches])
    if len(pitches) < 4 or not _ambiguous(classes):
        return owed(classes)
    found = [
        owed(frozenset([pitch % 12 for place, pitch in enumerate(pitches) if place != left]))
        for left in range(1, len(pitches))
    ]
    return (
        frozenset().union(*(sevenths for sevenths, _ in found)),
        frozenset().union(*(leading for _, leading in found)),
    )


def is_chord(*pitches: int) -> bool:
    """Whether some pitches are a consonance, a triad or a seventh chord, which may lack its fifth.

    >>> is_chord(60, 64, 67), is_chord(60, 64, 70), is_chord(60, 65, 67), is_chord(59, 65)
    (True, True, False, False)
    """
    classes = frozenset([pitch % 12 for pitch in pitches])
    if len(classes) < 3:
        return (max(classes) - min(classes)) in (0, 3, 4, 5, 7, 8, 9)
    for root in classes:
        steps = {(pitch - root) % 12 for pitch in classes}
        for shape in (*TRIADS, *SEVENTHS):
            if steps <= set(shape) and {0, shape[1], *shape[3:]} <= steps:
                return True
    return False


def leads_once(*pitches: int) -> bool:
    """Whether a dominant has its leading tone once."""
    leading = heard(pitches)[1]
    return not leading or all(sum(pitch % 12 == tone for pitch in pitches) < 2 for tone in leading)


def no_bare_tritone(*pitches: int) -> bool:
    """Whether there is more to hear than a tritone."""
    classes = {pitch % 12 for pitch in pitches}
    return len(classes) != 2 or (max(classes) - min(classes)) != 6


def owes_nothing(note: int, *others: int) -> bool:
    """Whether the first note is neither a seventh nor a leading tone."""
    sevenths, leading = heard((note, *others))
    return note % 12 not in sevenths and note % 12 not in leading


def seventh_falls(note: int, after: int, *others: int) -> bool:
    """Whether the first note falls or stays where it is a seventh."""
    return note - after in (0, 1, 2) or note % 12 not in heard((note, *others))[0]


def passes_or_falls(earlier: int, note: int, after: int, *others: int) -> bool:
    """Whether the second note passes by step between its neighbours, or falls where it is a seventh."""
    if 1 <= abs(note - earlier) <= 2 and abs(note - after) <= 2:
        return True
    return seventh_falls(note, after, *others)


def leading_rises(note: int, after: int, *others: int) -> bool:
    """Whether the first note rises or stays where it is a leading tone."""
    return after - note in (0, 1) or note % 12 not in heard((note, *others))[1]
