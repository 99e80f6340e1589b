"""Lines against lines: pitches for the notes of one or more parts whose rhythm is known.

Some notes are given (a cantus, a subject), the others are chosen. Two ways to hear them: strict, where
intervals between the parts decide what is dissonant (J. J. Fux, *Gradus ad Parnassum*, 1725); and over
chords, where what is not in the chord is an ornament and must come and go by step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from livecode.generators.rules.line_alone import melody, singable
from livecode.generators.rules.line_notes import LineNote, Lines, LineTask, Style, add, label
from livecode.generators.rules.lines_over_chords import over_chords
from livecode.generators.rules.lines_together import consonant, not_parallel, pair, together
from livecode.generators.rules.solver import Answer

__all__ = [
    "LineNote", "Lines", "Style", "add", "consonant", "not_parallel", "singable", "together", "write_lines",
]  # fmt: skip


def write_lines(
    parts: list[list[LineNote]],
    choices: Callable[[LineNote], Sequence[int]],
    style: Style,
    seed: int = 0,
    steps: int = 4000,
    before: Sequence[Sequence[int]] = (),
) -> Lines:
    """Pitches for every note that has none. `choices` gives what each may be, `before` the last
    pitches of each part.
    """
    task = LineTask(seed=seed, taste=style.temper, beat=style.beat, judged=style.given)
    free = sorted(
        (note for part in parts for note in part if note.fixed is None),
        key=lambda note: (note.onset, not note.plain, -note.part),
    )
    for note in free:
        note.variable = task.choose(label(note, style.beat), choices(note))
    longer = [[*_earlier(before, number), *part] for number, part in enumerate(parts)]
    for part in longer:
        melody(task, part, style)
    for upper in range(len(parts)):
        for lower in range(upper + 1, len(parts)):
            pair(task, longer, upper, lower, style)
    if style.chord is not None:
        for part in parts:
            over_chords(task, part, style)
    for rule in style.extra:
        rule(task, parts)
    if not free:
        return Lines(
            [[(n, int(n.fixed or 0)) for n in part] for part in parts],
            Answer((), 0.0, (), 0, True),
            tuple(task.broken),
        )
    answer = task.solve(steps=steps)
    found = [
        [(note, note.fixed if note.fixed is not None else answer.values[note.variable]) for note in part]
        for part in parts
    ]
    return Lines(found, answer, tuple(task.broken))


def _earlier(before: Sequence[Sequence[int]], number: int) -> list[LineNote]:
    """The last two notes of a part in the phrase before, at times before the first."""
    pitches = before[number][-2:] if number < len(before) else ()
    start = -len(pitches)
    return [LineNote(number, start + n, start + n + 1, pitch) for n, pitch in enumerate(pitches)]
