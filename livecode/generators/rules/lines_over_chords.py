"""A line over chords: what is not in the chord is an ornament, and comes and goes by step."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from livecode.generators.rules.line_notes import LineNote, Style, add
from livecode.generators.rules.solver import Task


def over_chords(task: Task, line: list[LineNote], style: Style) -> None:
    """What is struck on a beat is in the chord; what is not in the chord comes and goes by step."""
    assert style.chord is not None
    for index, note in enumerate(line):
        classes = style.chord(note.onset)
        if classes is None:
            continue
        strong = note.onset % style.beat == 0 and not style.accents
        first, last = index == 0, index == len(line) - 1
        if strong or first or last:
            add(task, "hard", "chord notes on the beat", _member(classes), (note,), 1.2)
        else:
            three = (line[index - 1], note, line[index + 1])
            add(task, "hard", "what is foreign to the chord passes", _foreign(classes), three, 1.2)
            add(task, "soft", "chord notes rather than others", _member_price(classes), (note,), 0.15)
        # Held into the next chord: it belongs there too, or falls.
        change = next(
            (t for t in range((note.onset // style.beat + 1) * style.beat, note.end, style.beat)
             if style.chord(t) not in (None, classes)),
            None,
        )  # fmt: skip
        if change is not None and not last:
            later = style.chord(change)
            assert later is not None
            add(task, "hard", "what is held fits or falls", _held(later), (note, line[index + 1]), 1.2)


@lru_cache(maxsize=1024)
def _member(classes: frozenset[int]) -> Callable[[int], bool]:
    return lambda pitch: pitch % 12 in classes


@lru_cache(maxsize=1024)
def _member_price(classes: frozenset[int]) -> Callable[[int], float]:
    return lambda pitch: 0.0 if pitch % 12 in classes else 1.0


@lru_cache(maxsize=1024)
def _foreign(classes: frozenset[int]) -> Callable[[int, int, int], bool]:
    def passes(before: int, note: int, after: int) -> bool:
        return note % 12 in classes or (1 <= abs(note - before) <= 2 and 1 <= abs(after - note) <= 2)

    return passes


@lru_cache(maxsize=1024)
def _held(classes: frozenset[int]) -> Callable[[int, int], bool]:
    return lambda note, after: note % 12 in classes or 1 <= note - after <= 2
