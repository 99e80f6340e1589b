"""A tempo that follows a pattern: `tempo(sine.slow(16).range(110, 130))`, `tempo("<120 140>")`.

The conductor asks it a cycle at a time, as it asks the slots, and tells the sender how to get through it.
What moves smoothly is followed point by point, evenly in time between two; steps are steps.

>>> from livecode.language.mini import mini
>>> points(mini("<120 90> 60"), 1, Metre())
[(0.0, 0.375), (0.5, 0.375), (0.5, 0.25)]
"""

from __future__ import annotations

from typing import Any

from livecode.errors import TempoError
from livecode.language.pattern import Pattern
from livecode.stage.tempo import Metre, check_bpm, check_cps

POINTS = 16
"""Places in a cycle at which something smooth is looked at."""
MOST_STEPS = 32
CURE = "let it answer quarter notes a minute, as in tempo(sine.slow(16).range(110, 130))"


def points(course: Pattern, cycle: int, metre: Metre) -> list[tuple[float, float]]:
    """The way through a cycle, for `TempoMap.plan`: (cycles from its beginning, cycles a second).

    Empty where the pattern is silent: the tempo stays. Raises TempoError for what is no tempo.
    """
    events = sorted(course.query(cycle, cycle + 1), key=lambda event: event.part.begin)
    if not events:
        return []
    if any(event.whole is None for event in events):
        places = [number / POINTS for number in range(POINTS + 1)]
        return [(place, _value_at(course, cycle, place, metre)) for place in places]
    if len(events) > MOST_STEPS:
        raise TempoError(f"the tempo's pattern has {len(events)} steps in a cycle: {MOST_STEPS} are the most")
    found: list[tuple[float, float]] = []
    for event in events:
        begin, speed = float(event.part.begin) - cycle, _speed(event.value, metre)
        if found:
            found.append((begin, found[-1][1]))
        found.append((begin, speed))
    return found


def _value_at(course: Pattern, cycle: int, place: float, metre: Metre) -> float:
    begin = cycle + place
    events = course.query(begin, begin + 1 / 1024)
    if not events:
        raise TempoError(f"the tempo's pattern says nothing at cycle {begin:g}: {CURE}")
    return _speed(events[0].value, metre)


def _speed(value: Any, metre: Metre) -> float:
    try:
        return check_cps(metre.cps(check_bpm(value)))
    except TempoError:
        raise TempoError(f"the tempo's pattern answers {str(value)[:40]!r}: {CURE}") from None
