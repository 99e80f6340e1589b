"""The notes of lines and the rules over them: what every way of writing lines shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from livecode.generators.rules.solver import Answer, Task
from livecode.generators.rules.theory import Key


@dataclass(eq=False)
class LineNote:
    """A note of a line: its part (0 the top), when it sounds, and its pitch once known.

    `plain` parts carry the counterpoint (whole notes), others decorate; `fixed` is a pitch that is given.
    `read` makes a pitch of what is chosen, for a part that answers another's choice (a canon).
    """

    part: int
    onset: int
    end: int
    fixed: int | None = None
    plain: bool = False
    variable: int = -1
    read: Callable[[int], int] | None = None


@dataclass
class Style:
    """How lines are to go: the key, whether strictly, over which chords, and how they should rise and fall.

    `chord` gives the pitch classes in force at a time, or None; `arch` is how strongly a line is drawn to
    a curve with one peak; `given` judges the notes that are given too.
    """

    key: Key
    strict: bool = True
    chord: Callable[[int], frozenset[int] | None] | None = None
    beat: int = 10080
    arch: float = 0.12
    peak: float = 0.6
    leap_limit: int = 12
    neighbours: bool = True
    cadence: bool = True
    smooth: float = 1.0
    temper: float = 0.4
    accents: bool = False
    hidden: bool = True
    scale_at: Callable[[int], Key] | None = None
    given: bool = False
    extra: list[Callable[[Task, list[list[LineNote]]], None]] = field(default_factory=list)


@dataclass
class Lines:
    """What was chosen, each part's (note, pitch); what the search says; the rules that given notes break."""

    parts: list[list[tuple[LineNote, int]]]
    answer: Answer
    given: tuple[str, ...] = ()


@dataclass
class LineTask(Task):
    """A task over notes; when `judged`, rules that given notes break by themselves are kept in `broken`."""

    beat: int = 10080
    judged: bool = False
    broken: list[str] = field(default_factory=list)


def label(note: LineNote, beat: int) -> str:
    """Where a note is, in words."""
    return f"part {note.part + 1}, beat {note.onset / beat + 1:g}"


def add(
    task: Task, kind: str, name: str, test: Callable[..., Any], notes: Sequence[LineNote], weight: float = 1.0
) -> None:
    """A rule over notes, some of them given: it becomes one over those that are chosen."""
    scope: list[int] = []
    for note in notes:
        if note.fixed is None and note.variable not in scope:
            scope.append(note.variable)
    if not scope:
        if kind == "hard" and isinstance(task, LineTask) and task.judged:
            last = max(notes, key=_onset)
            # What the phrase before did is past.
            if last.onset >= 0 and not test(*(note.fixed for note in notes)):
                task.broken.append(f"{name} ({label(last, task.beat)})")
        return
    if len(scope) == len(notes) and all(note.read is None for note in notes):
        wrapped: Callable[..., Any] = test
    else:
        places = [scope.index(note.variable) if note.fixed is None else None for note in notes]
        fixed = [note.fixed for note in notes]
        reads = [note.read for note in notes]

        def wrapped(*values: int) -> Any:
            heard = []
            for place, given, read in zip(places, fixed, reads):
                value: Any = given if place is None else values[place]
                heard.append(read(value) if read is not None and place is not None else value)
            return test(*heard)

    if kind == "hard":
        task.hard(name, wrapped, *scope, rank=weight)
    else:
        task.soft(name, wrapped, *scope, weight=weight)


def _onset(note: LineNote) -> int:
    return note.onset
