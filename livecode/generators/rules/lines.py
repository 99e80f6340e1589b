"""Lines against lines: pitches for the notes of one or more parts whose rhythm is known.

Some notes are given (a cantus, a subject), the others are chosen. Two ways to hear them: strict, where
intervals between the parts decide what is dissonant (J. J. Fux, *Gradus ad Parnassum*, 1725); and over
chords, where what is not in the chord is an ornament and must come and go by step.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from livecode.generators.rules.solver import Answer, Task
from livecode.generators.rules.theory import Key

CONSONANT = frozenset((0, 3, 4, 7, 8, 9))
PERFECT = (0, 7)
LEAPS = (1.2, 0.0, 0.0, 0.5, 0.6, 1.0, 9.0, 1.3, 2.2, 2.4, 9.0, 9.0, 1.8)
"""What a melodic interval of so many semitones costs."""


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
    a curve with one peak; `parts` may sing unisons only at ends when strict.
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
    extra: list[Callable[[Task, list[list[LineNote]]], None]] = field(default_factory=list)


@dataclass
class Lines:
    """What was chosen: each part's (note, pitch), and what the search says."""

    parts: list[list[tuple[LineNote, int]]]
    answer: Answer


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


def consonant(upper: int, lower: int, over_bass: bool = True) -> bool:
    """Whether two notes are a consonance; a fourth is one only between upper parts.

    >>> consonant(67, 60), consonant(65, 60), consonant(65, 60, over_bass=False), consonant(62, 60)
    (True, False, True, False)
    """
    interval = abs(upper - lower) % 12
    return interval in CONSONANT or (interval in (5, 6) and not over_bass)


def write_lines(
    parts: list[list[LineNote]],
    choices: Callable[[LineNote], Sequence[int]],
    style: Style,
    seed: int = 0,
    steps: int = 4000,
    before: Sequence[Sequence[int]] = (),
) -> Lines:
    """Pitches for every note that has none. `choices` gives what each may be, `before` the last pitches.

    Of each part.
    """
    task = Task(seed=seed, taste=style.temper)
    free = sorted(
        (note for part in parts for note in part if note.fixed is None),
        key=lambda note: (note.onset, not note.plain, -note.part),
    )
    for note in free:
        note.variable = task.choose(_label(note, style), choices(note))
    longer = [[*_earlier(before, number), *part] for number, part in enumerate(parts)]
    for part in longer:
        _melody(task, part, style)
    for upper in range(len(parts)):
        for lower in range(upper + 1, len(parts)):
            _pair(task, longer, upper, lower, style)
    if style.chord is not None:
        for part in parts:
            _over_chords(task, part, style)
    for rule in style.extra:
        rule(task, parts)
    if not free:
        return Lines([[(n, int(n.fixed or 0)) for n in part] for part in parts], Answer((), 0.0, (), 0, True))
    answer = task.solve(steps=steps)
    found = [
        [(note, note.fixed if note.fixed is not None else answer.values[note.variable]) for note in part]
        for part in parts
    ]
    return Lines(found, answer)


def _earlier(before: Sequence[Sequence[int]], number: int) -> list[LineNote]:
    """The last two notes of a part in the phrase before, at times before the first."""
    pitches = before[number][-2:] if number < len(before) else ()
    start = -len(pitches)
    return [LineNote(number, start + n, start + n + 1, pitch) for n, pitch in enumerate(pitches)]


def _label(note: LineNote, style: Style) -> str:
    return f"part {note.part + 1}, beat {note.onset / style.beat + 1:g}"


def add(
    task: Task, kind: str, name: str, test: Callable[..., Any], notes: Sequence[LineNote], weight: float = 1.0
) -> None:
    """A rule over notes, some of them given: it becomes one over those that are chosen."""
    scope: list[int] = []
    for note in notes:
        if note.fixed is None and note.variable not in scope:
            scope.append(note.variable)
    if not scope:
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


# ---- one line by itself


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


def _melody(task: Task, line: list[LineNote], style: Style) -> None:
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


# ---- two lines


def _moments(parts: list[list[LineNote]], upper: int, lower: int) -> list[tuple[int, int, int]]:
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


def _pair(task: Task, parts: list[list[LineNote]], upper: int, lower: int, style: Style) -> None:
    high, low = parts[upper], parts[lower]
    bass = lower == len(parts) - 1
    outer = bass and upper == 0
    moments = _moments(parts, upper, lower)
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
            add(task, "hard", "no parallel fifths or octaves", _not_parallel, four, 2.0)
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


def _not_parallel(a: int, b: int, c: int, d: int) -> bool:
    if a == c or b == d:
        return True
    old, new = (a - b) % 12, (c - d) % 12
    return not (old == new and old in PERFECT)


def _parallel_price(a: int, b: int, c: int, d: int) -> float:
    return 0.0 if _not_parallel(a, b, c, d) else 1.0


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


# ---- lines over chords


def _over_chords(task: Task, line: list[LineNote], style: Style) -> None:
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
