"""Two lines against each other: parallels, hidden parallels, and what is dissonant in strict style."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import lru_cache

from livecode.generators.rules.line_notes import LineNote, Style, add
from livecode.generators.rules.solver import Task

CONSONANT = frozenset((0, 3, 4, 7, 8, 9))
PERFECT = (0, 7)


def consonant(upper: int, lower: int, over_bass: bool = True) -> bool:
    """Whether two notes are a consonance; a fourth is one only between upper parts.

    >>> consonant(67, 60), consonant(65, 60), consonant(65, 60, over_bass=False), consonant(62, 60)
    (True, False, True, False)
    """
    interval = abs(upper - lower) % 12
    return interval in CONSONANT or (interval in (5, 6) and not over_bass)


def together(parts: list[list[LineNote]], upper: int, lower: int) -> list[tuple[int, int, int]]:
    """Times at which either part is struck while both sound: (time, index above, index below)."""
    high, low = parts[upper], parts[lower]
    found = []
    i = j = 0
    for time in sorted({note.onset for note in high} | {note.onset for note in low}):
        while i < len(high) and high[i].end <= time:
            i += 1
        while j < len(low) and low[j].end <= time:
            j += 1
        if i < len(high) and j < len(low) and high[i].onset <= time and low[j].onset <= time:
            found.append((time, i, j))
    return found


def pair(task: Task, parts: list[list[LineNote]], upper: int, lower: int, style: Style) -> None:
    """The rules for two lines, strict or over chords."""
    high, low = parts[upper], parts[lower]
    bass = lower == len(parts) - 1
    outer = bass and upper == 0
    moments = together(parts, upper, lower)
    for number, (time, i, j) in enumerate(moments):
        a, b = high[i], low[j]
        struck_a, struck_b = a.onset == time, b.onset == time
        edge = number == 0 or number == len(moments) - 1
        meet = edge or not style.strict or len(parts) > 3
        add(task, "hard", "parts do not cross", _above if meet else _strictly_above, (a, b))
        if style.strict:
            _vertical(task, high, low, i, j, struck_a, struck_b, bass, style)
        elif struck_a and struck_b and style.chord is not None:
            add(task, "soft", "no bare clash on the beat", _clash, (a, b), 1.5)
        if number and struck_a and struck_b:
            _, before_i, before_j = moments[number - 1]
            four = (high[before_i], low[before_j], a, b)
            add(task, "hard", "no parallel fifths or octaves", not_parallel, four, 2.0)
            if style.strict and len(parts) == 2:
                add(task, "hard", "no direct motion into a perfect consonance", _not_direct, four)
            elif outer and style.hidden:
                add(task, "hard", "no hidden fifths or octaves in the outer parts", _not_hidden, four)
            add(task, "soft", "contrary motion", _same_way, four, 0.25)
    if style.strict and len(moments) > 2:
        downs = [m for m in moments if high[m[1]].onset == m[0] and low[m[2]].onset == m[0]]
        for (_, i, j), (_, k, l) in itertools.pairwise(downs):
            if k - i > 1 or l - j > 1:
                four = (high[i], low[j], high[k], low[l])
                add(task, "soft", "no fifths from downbeat to downbeat", _parallel_price, four, 3.0)


def _above(upper: int, lower: int) -> bool:
    return upper >= lower


def _strictly_above(upper: int, lower: int) -> bool:
    return upper > lower


def _clash(upper: int, lower: int) -> float:
    return 1.0 if (upper - lower) % 12 in (1, 11) else (0.3 if (upper - lower) % 12 in (2, 10, 5, 6) else 0.0)


def not_parallel(a: int, b: int, c: int, d: int) -> bool:
    """Whether two parts that go from a over b to c over d avoid parallel fifths and octaves."""
    if a == c or b == d:
        return True
    old, new = (a - b) % 12, (c - d) % 12
    return not (old == new and old in PERFECT)


def _parallel_price(a: int, b: int, c: int, d: int) -> float:
    return 0.0 if not_parallel(a, b, c, d) else 1.0


def _not_direct(a: int, b: int, c: int, d: int) -> bool:
    return not ((c - a) * (d - b) > 0 and (c - d) % 12 in PERFECT)


def _not_hidden(a: int, b: int, c: int, d: int) -> bool:
    return not ((c - a) * (d - b) > 0 and (c - d) % 12 in PERFECT and abs(c - a) > 2)


def _same_way(a: int, b: int, c: int, d: int) -> float:
    return 1.0 if (c - a) * (d - b) > 0 else 0.0


def _vertical(
    task: Task,
    high: list[LineNote],
    low: list[LineNote],
    i: int,
    j: int,
    struck_a: bool,
    struck_b: bool,
    bass: bool,
    style: Style,
) -> None:
    """Dissonance in strict style: none where both are struck; ornaments and suspensions elsewhere."""
    a, b = high[i], low[j]
    if struck_a and struck_b:
        add(task, "hard", "consonance on the beat", _consonance(bass), (a, b), 1.5)
        add(task, "soft", "thirds and sixths rather than fifths and octaves", _bare, (a, b), 0.35)
        return
    moving, line, index, still = (a, high, i, b) if struck_a else (b, low, j, a)
    if moving.plain and not still.plain:
        # The decorating part holds over into this: a consonance, or a suspension that falls.
        held_line, place = (high, i) if still is a else (low, j)
        above = still is a
        if place + 1 < len(held_line):
            three = (still, moving, held_line[place + 1])
            add(task, "hard", "a suspension falls by step", _suspension(above, bass), three, 1.5)
            add(task, "soft", "suspensions where they can be", _tied(bass), (still, moving), 0.8)
        else:
            add(task, "hard", "consonance on the beat", _consonance(bass), (a, b), 1.5)
        return
    if 0 < index < len(line) - 1:
        four = (line[index - 1], moving, line[index + 1], still)
        add(task, "hard", "a dissonance passes", _ornament(bass, style.neighbours), four, 1.5)
    else:
        add(task, "hard", "consonance at an end", _consonance(bass), (a, b), 1.5)


@lru_cache(maxsize=2)
def _consonance(bass: bool) -> Callable[[int, int], bool]:
    return lambda upper, lower: consonant(upper, lower, bass)


def _bare(upper: int, lower: int) -> float:
    return 1.0 if (upper - lower) % 12 in PERFECT else 0.0


@lru_cache(maxsize=4)
def _suspension(above: bool, bass: bool) -> Callable[[int, int, int], bool]:
    def falls(held: int, struck: int, after: int) -> bool:
        if consonant(held, struck, bass):
            return True
        interval = (held - struck) % 12 if above else (struck - held) % 12
        # 4-3, 7-6, 9-8 above; 2-3, 4-5 below. A seventh below would fall into an octave.
        known = (1, 2, 5, 6, 10, 11) if above else (1, 2, 5, 6)
        return interval in known and 1 <= held - after <= 2 and consonant(after, struck, bass)

    return falls


@lru_cache(maxsize=2)
def _tied(bass: bool) -> Callable[[int, int], float]:
    return lambda held, struck: 1.0 if consonant(held, struck, bass) else 0.0


@lru_cache(maxsize=4)
def _ornament(bass: bool, neighbours: bool) -> Callable[[int, int, int, int], bool]:
    def passes(before: int, note: int, after: int, still: int) -> bool:
        if consonant(note, still, bass):
            return True
        came, goes = note - before, after - note
        if not (1 <= abs(came) <= 2 and 1 <= abs(goes) <= 2):
            return False
        return came * goes > 0 or neighbours

    return passes
