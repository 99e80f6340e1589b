"""A voice as a written part: bars of notes, chords and rests that fill them exactly, tied where cut."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from livecode.music.phrase import TICKS, Phrase
from livecode.music.spelling import spell

WRITABLE = tuple(
    sorted(
        (
            Fraction(base) * factor
            for base in (4, 2, 1, Fraction(1, 2), Fraction(1, 4), Fraction(1, 8), Fraction(1, 16))
            for factor in (1, Fraction(3, 2))
        ),
        reverse=True,
    )
)
"""Lengths in quarter notes that one note head with at most one dot can have."""


@dataclass(frozen=True)
class Sign:
    """A note, a chord or (without pitches) a rest: times in quarter notes from the bar line."""

    begin: Fraction
    length: Fraction
    pitches: tuple[int, ...]
    spellings: tuple[int, ...]
    tied_from: bool = False
    tied_to: bool = False


def measures(phrase: Phrase, voice: int) -> list[list[Sign]]:
    """The bars of one voice. Where notes of a voice overlap, the earlier ends when the later begins.

    >>> [len(bar) for bar in measures(Phrase.of([60, 62], [3 * TICKS, 3 * TICKS]), 0)]
    [2, 2]
    """
    part = spell(phrase).voice(voice)
    groups: dict[int, list[tuple[int, int, int]]] = {}
    for note in part.notes:
        row = (int(note["pitch"]), int(note["spelling"]), int(note["duration"]))
        groups.setdefault(int(note["onset"]), []).append(row)
    bars: list[list[Sign]] = [[] for _ in range(phrase.bars)]
    onsets = sorted(groups)
    now = 0
    for number, onset in enumerate(onsets):
        _put(bars, phrase.bar, now, onset, (), ())
        chord = sorted(set(groups[onset]))
        until = onsets[number + 1] if number + 1 < len(onsets) else phrase.length
        end = min(onset + max(duration for *_, duration in chord), until)
        pitches = tuple(dict.fromkeys(pitch for pitch, *_ in chord))
        names = {pitch: spelling for pitch, spelling, _ in chord}
        _put(bars, phrase.bar, onset, end, pitches, tuple(names[pitch] for pitch in pitches))
        now = end
    _put(bars, phrase.bar, now, phrase.bars * phrase.bar, (), ())
    return bars


def _put(
    bars: list[list[Sign]], bar: int, begin: int, end: int, pitches: tuple[int, ...], names: tuple[int, ...]
) -> None:
    pieces: list[tuple[int, Fraction, Fraction]] = []
    while begin < end:
        number = begin // bar
        stop = min(end, (number + 1) * bar)
        place = Fraction(begin - number * bar, TICKS)
        for length in written(Fraction(stop - begin, TICKS)):
            pieces.append((number, place, length))
            place += length
        begin = stop
    for index, (number, place, length) in enumerate(pieces):
        tied = bool(pitches)
        sign = Sign(place, length, pitches, names, tied and index > 0, tied and index < len(pieces) - 1)
        bars[number].append(sign)


def written(length: Fraction) -> list[Fraction]:
    """A length as the lengths of note heads that make it up; one that no heads make stays as it is.

    >>> written(Fraction(5, 4)), written(Fraction(1, 3))
    ([Fraction(1, 1), Fraction(1, 4)], [Fraction(1, 3)])
    """
    if (length * 16).denominator != 1:
        return [length]
    parts = []
    while length > 0:
        head = next(each for each in WRITABLE if each <= length)
        parts.append(head)
        length -= head
    return parts
