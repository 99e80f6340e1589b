"""A line by itself: what can be sung, how leaps are made good, how it rises to one peak."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

from livecode.generators.rules.line_notes import LineNote, Style, add
from livecode.generators.rules.solver import Task
from livecode.generators.rules.theory import Key

LEAPS = (1.2, 0.0, 0.0, 0.5, 0.6, 1.0, 9.0, 1.3, 2.2, 2.4, 9.0, 9.0, 1.8)
"""What a melodic interval of so many semitones costs."""


@lru_cache(maxsize=256)
def singable(key: Key) -> frozenset[tuple[int, int]]:
    """The melodic intervals that a line may take in a key: nothing augmented, no sevenths, an octave at most.

    Pairs are (pitch class left, signed semitones).
    """
    allowed = set()
    for start in range(12):
        for step in range(-12, 13):
            turn = key.spelled(start + step) - key.spelled(start)
            augmented = (step > 1 and turn >= 6) or (step < -1 and turn <= -6)
            if not augmented and abs(step) not in (6, 10, 11):
                allowed.add((start, step))
    return frozenset(allowed)


def _leap(first: int, second: int) -> float:
    size = abs(second - first)
    return LEAPS[size] if size <= 12 else 20.0


def _after_leap(first: int, second: int, third: int) -> float:
    """A leap is made good by going back, best by step."""
    leap, onward = second - first, third - second
    if abs(leap) <= 4:
        # Two thirds the one way spell a chord; more than that is a run of leaps.
        return 0.6 if abs(leap) > 2 and abs(onward) > 2 and leap * onward > 0 else 0.0
    if leap * onward < 0:
        return 0.0 if abs(onward) <= 2 else 0.4
    return 0.8 if onward == 0 else (1.0 if abs(onward) <= 2 else 2.5)


def _outline(first: int, second: int, third: int) -> bool:
    """Two leaps one way do not add up to a dissonance or more than an octave."""
    one, two = second - first, third - second
    if abs(one) <= 2 or abs(two) <= 2 or one * two < 0:
        return True
    return abs(one + two) <= 12 and abs(one + two) not in (10, 11, 6)


def _bad_outline(first: int, second: int, third: int) -> float:
    return 0.0 if _outline(first, second, third) else 1.0


def _trill(first: int, second: int, third: int, fourth: int) -> float:
    return 1.0 if first == third and second == fourth else 0.0


def melody(task: Task, line: list[LineNote], style: Style) -> None:
    """The rules for one line."""
    count = len(line)
    for index in range(count - 1):
        first, second = line[index], line[index + 1]
        key = style.scale_at(second.onset) if style.scale_at is not None else style.key
        table = singable(key)
        limit = style.leap_limit
        add(
            task, "hard", "a melodic interval that can be sung",
            _sung(table, limit, style.strict and not first.plain and not second.plain), (first, second),
        )  # fmt: skip
        add(task, "soft", "steps rather than leaps", _leap, (first, second), style.smooth)
    for index in range(count - 2):
        three = line[index : index + 3]
        if style.strict:
            add(task, "hard", "no dissonant outline", _outline, three)
        else:
            add(task, "soft", "no dissonant outline", _bad_outline, three, 3.0)
        add(task, "soft", "a leap is made good", _after_leap, three)
    for index in range(count - 3):
        add(task, "soft", "no trill", _trill, line[index : index + 4])
    free = [note for note in line if note.fixed is None]
    if style.arch and len(free) > 3:
        _arched(task, free, style)


@lru_cache(maxsize=512)
def _sung(table: frozenset[tuple[int, int]], limit: int, moving: bool) -> Callable[[int, int], bool]:
    def allowed(first: int, second: int) -> bool:
        step = second - first
        return (first % 12, step) in table and abs(step) <= limit and (step != 0 or not moving)

    return allowed


def _arched(task: Task, free: list[LineNote], style: Style) -> None:
    """Draw a line to a curve that rises to one peak and falls back."""
    begin, end = free[0].onset, free[-1].end
    for note in free:
        domain = task.domains[note.variable]
        low, high = min(domain), max(domain)
        place = (note.onset - begin) / max(1, end - begin)
        bent = place / style.peak if place < style.peak else (1 - place) / (1 - style.peak)
        goal = low + (high - low) * (0.28 + 0.5 * math.sin(math.pi / 2 * max(0.0, bent)))
        add(task, "soft", "the line has one arch", _near(round(goal)), (note,), style.arch)


@lru_cache(maxsize=512)
def _near(goal: int) -> Callable[[int], float]:
    return lambda pitch: max(0, abs(pitch - goal) - 2)
