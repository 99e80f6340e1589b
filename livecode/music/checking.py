"""A strict examiner of part-writing: what a teacher would underline in four parts, note by note.

Written from the textbooks (W. Piston, *Harmony*, 1941; E. Aldwell and C. Schachter, *Harmony and Voice
Leading*, 1978) and from nothing else: no composer that follows rules imports it (evolution asks it what
songs are worth), and it imports no composer. It reads the notes alone; chords, ornaments and cadences it
works out for itself.

Faults are hard (a textbook forbids them outright) or soft (discouraged). Bach commits both; how often is
printed by `benchmarks/rules.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from livecode.music.checking_chords import bare, cadence, chords, explained, ornament, sonority
from livecode.music.checking_motion import melody, motion, placing
from livecode.music.checking_notes import HARD, SOFT, Fault, moments_of
from livecode.music.phrase import Phrase, pitch_class

__all__ = [
    "HARD", "SATB", "SOFT", "Fault", "bare", "check", "explained", "moments_of", "ornament", "sonority",
    "tonic_of_end",
]  # fmt: skip

SATB = ((60, 81), (53, 76), (47, 69), (36, 64))
"""The widest ranges that choral textbooks give: soprano c4-a5, alto f3-e5, tenor b2-a4, bass c2-e4."""


def check(
    phrase: Phrase,
    given: Collection[int] = (),
    whole: bool = True,
    ranges: Iterable[tuple[int, int]] | None = SATB,
) -> list[Fault]:
    """Everything that a textbook objects to in some bars of part-writing, in order of time.

    >>> five = Phrase.of([67, 69, 60, 62], onset=[0, TICKS, 0, TICKS], voice=[0, 0, 1, 1])
    >>> [fault.rule for fault in check(five, whole=False, ranges=None)]
    ['parallel fifths']

    `given` are the parts that somebody else wrote: what they do alone is not held against anyone.
    `whole` is false for bars out of the middle, where no cadence is due. `ranges` are low and high of each
    part, None for instruments.
    """
    moments = moments_of(phrase)
    faults: list[Fault] = []
    faults += motion(moments, given)
    faults += placing(moments, given, tuple(ranges) if ranges is not None else ())
    faults += melody(moments, given)
    if phrase.voices >= 3:
        faults += chords(moments, given)
        if whole:
            faults += cadence(moments, phrase)
    return sorted(set(faults), key=lambda fault: (fault.onset, fault.rule, fault.voices))


def tonic_of_end(phrase: Phrase) -> int:
    """The pitch class of the last bass note."""
    last = phrase.notes[phrase.notes["voice"] == phrase.voices - 1]
    return int(last["pitch"][-1]) % 12 if len(last) else pitch_class(phrase.key or "c")
