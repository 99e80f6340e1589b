"""Where what enters: the chords of a contrapuntal section, its subject, countersubject and episodes placed.

What is placed has other places it could take (an octave higher, upside down): the first that agrees with
everything placed before it is taken, and what agrees nowhere is left out. Entries of the subject choose
first.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from livecode.generators.cpu_bach.plan import Section
from livecode.generators.cpu_bach.progressions import STEPS, Step, named, progression
from livecode.generators.cpu_bach.subject import Subject, countersubject_of, subject_of
from livecode.generators.rules.lines import LineNote, not_parallel, singable, together
from livecode.generators.rules.theory import Key

COMPASS: dict[int, tuple[tuple[int, int], ...]] = {
    2: ((60, 82), (38, 62)),
    3: ((63, 82), (53, 75), (38, 60)),
    4: ((64, 82), (57, 75), (48, 67), (36, 59)),
}
"""Low and high of each voice, by how many there are."""
ENTRIES = ("subject", "answer", "inverted subject")
BEYOND = 5
"""Semitones that what is placed may go beyond its voice's compass."""
FAR_BEYOND = 10
"""How far a subject may go to follow what was sung before, when no nearer place will do."""

Notes = list[tuple[int, int, int]]
"""(onset, end, pitch) of each note."""


@dataclass
class Placed:
    """Some material in a voice: its notes, what it is, and where else it could stand."""

    voice: int
    notes: Notes
    what: str
    key: Key
    others: list[Notes] = field(default_factory=list)

    @property
    def begin(self) -> int:
        """When it enters."""
        return self.notes[0][0]

    @property
    def end(self) -> int:
        """When it is over."""
        return self.notes[-1][1]


@dataclass
class Layout:
    """A section laid out: its chords by unit, what is placed, and when each voice comes in."""

    steps: list[Step]
    unit: int
    placed: list[Placed] = field(default_factory=list)
    enters: dict[int, int] = field(default_factory=dict)

    def at(self, time: int) -> Step:
        """The chord in force at a time."""
        return self.steps[min(max(0, time) // self.unit, len(self.steps) - 1)]


def laid_out(
    section: Section,
    form: str,
    length: int,
    bar: int,
    unit: int,
    piece: int,
    metre: tuple[int, int],
    voices: int,
    draw: random.Random,
    before: Sequence[Sequence[int]] = (),
    anew: bool = False,
) -> Layout:
    """The chords of a section and what is placed in it.

    `anew`, other voices may have the subject, in other octaves.
    """
    units = max(1, -(-length // unit))
    per_bar = max(1, bar // unit)
    bars = max(1, units // per_bar)
    subject, companion = subject_of(piece, metre), countersubject_of(piece, metre)
    if section.role == "inversion":
        subject = subject.inverted()
    entries = _entries(section, form, bars, voices, draw, anew)
    steps: list[Step] = []
    placed: list[Placed] = []
    enters: dict[int, int] = {}
    if section.role == "exposition":
        enters = {voice: number * bar for number, (voice, _, _) in enumerate(entries)}
        for voice in range(voices):
            enters.setdefault(voice, len(entries) * bar)
    last_voice: int | None = None
    for number, (voice, key, what) in enumerate(entries):
        start = number * bar
        # Upside down, what outlined the dominant outlines the subdominant.
        second = STEPS[key.mode][3] if section.role == "inversion" else "V"
        chords = [named(key, STEPS[key.mode][0], None, what), named(key, second, None, what)]
        steps += (chords if per_bar == 2 else chords[:1] * per_bar)[:per_bar]
        turned = 1 << 30 if section.role == "inversion" else unit
        placed.append(_placed(subject, voice, start, what, key, turned, voices))
        if last_voice is not None and section.role != "inversion":
            placed.append(_placed(companion, last_voice, start, "countersubject", key, unit, voices))
        if section.role == "stretto" and voices > 1:
            other = (voice + 1) % voices
            head = subject.head(unit).shifted(4)
            placed.append(_placed(head, other, start + unit, "stretto", key, 0, voices))
        last_voice = voice
    rest = units - len(steps)
    if rest > 0:
        key = entries[-1][1] if entries else section.key
        left = Section(section.number, section.role, key, section.goal, section.cadence)
        hold = per_bar if section.cadence == "final" and rest > per_bar else 1
        more = [_plain(step) for step in progression(left, max(1, rest - hold + 1), draw)]
        more += [more[-1]] * (rest - len(more))
        placed += _episode(more, len(steps) * unit, unit, hold, (subject, companion), voices, draw)
        steps += more
    if anew:
        for entry in placed:
            if entry.others and draw.random() < 0.5:
                # Another octave may be the better one to come to.
                entry.others.append(entry.notes)
                entry.notes = entry.others.pop(0)
    layout = Layout(steps[:units], unit, placed, enters)
    layout.placed = list(_agreeing(placed, voices, before, unit // 2))
    return layout


def _placed(
    subject: Subject, voice: int, start: int, what: str, key: Key, dominant_from: int, voices: int
) -> Placed:
    """In the middle of a voice's compass; other octaves are kept in mind."""
    low, high = COMPASS[voices][voice]
    notes = _moved(subject.pitches(key, (low + high) // 2, dominant_from), start)
    others = list(_octaves(notes, low, high, BEYOND))
    if what in ENTRIES:
        others += [way for way in _octaves(notes, low, high, FAR_BEYOND) if way not in others]
    return Placed(voice, notes, what, key, others)


def _octaves(notes: Notes, low: int, high: int, beyond: int) -> Iterator[Notes]:
    """The same an octave higher or lower, where that is not far beyond a compass."""
    for lift in (12, -12):
        if all(low - beyond <= pitch + lift <= high + beyond for _, _, pitch in notes):
            yield [(on, off, pitch + lift) for on, off, pitch in notes]


def _moved(notes: Notes, by: int) -> Notes:
    return [(on + by, off + by, pitch) for on, off, pitch in notes]


def _plain(step: Step) -> Step:
    """Without its seventh: few voices sing triads."""
    names = {"V7": "V", "ii7": "ii", "iiø7": "ii°"}
    numeral = names.get(step.chord.numeral)
    return step if numeral is None else named(step.key, numeral, step.inversion, step.role)


def _entries(
    section: Section, form: str, bars: int, voices: int, draw: random.Random, anew: bool
) -> list[tuple[int, Key, str]]:
    """Which voice has the subject in which bar, in which key: at most all bars but one."""
    key = section.key
    # The answer in a fugue is at the fifth; an invention answers at the octave.
    dominant = key.relative(7, key.mode) if form == "fugue" else key
    room = bars - 1
    if section.role == "exposition":
        if form == "fugue" and voices > 2:
            order = [1, 0, 2] if voices == 3 else [2, 1, 0, 3]
        else:
            order = [0, voices - 1]
        kept = order[: max(1, min(room, voices))]
        return [
            (voice, key if n % 2 == 0 else dominant, "subject" if n % 2 == 0 or form != "fugue" else "answer")
            for n, voice in enumerate(kept)
        ]
    if section.role == "exposition 2":
        order = draw.sample(range(voices), 2) if anew else [voices - 1, 0]
        return [(v, k, w) for v, k, w in zip(order, (dominant, key), ("answer", "subject"))][: max(0, room)]
    if section.role in ("entry", "inversion"):
        first = draw.randrange(voices)
        second = (first + 1 + draw.randrange(max(1, voices - 1))) % voices
        name = "subject" if section.role == "entry" else "inverted subject"
        return [(first, key, name), (second, key, name)][: max(0, min(room, 2 if bars > 2 else 1))]
    if section.role == "stretto":
        return [(draw.randrange(voices), key, "subject")][: max(0, room)]
    if section.role == "close":
        first, second = draw.sample(range(voices), 2) if anew else (voices - 1, 0)
        return [(first, key, "subject"), (second, key, "subject")][: max(0, room - 1)]
    return []


def _episode(
    steps: list[Step],
    start: int,
    unit: int,
    hold: int,
    themes: tuple[Subject, Subject],
    voices: int,
    draw: random.Random,
) -> list[Placed]:
    """A motive on each chord by turns, until the cadence draws near.

    The motive is the head of the subject or of its companion, as it is or upside down, drawn for each
    episode; where it makes an interval that is not sung, another takes its place.
    """
    subject, companion = (theme.head(unit) for theme in themes)
    motives = [
        ("episode on the subject's head", subject),
        ("episode on the countersubject's head", companion),
        ("episode on the subject's head, inverted", themes[0].inverted().head(unit)),
    ]
    first = draw.choice((0, 0, 1, 2))
    motives = [motives[first], *motives[:first], *motives[first + 1 :]]
    placed = []
    turn = draw.randrange(voices)
    for number in range(len(steps) - hold - 2):
        step = steps[number]
        places = [i for i, n in enumerate(STEPS[step.key.mode]) if n == step.chord.numeral]
        if not places:
            continue
        voice = (turn + number) % voices
        from_dominant = 0 if step.chord.leading is not None else 1 << 30
        ways = [
            _placed(
                motive.shifted(places[0]), voice, start + number * unit, what, step.key, from_dominant, voices
            )
            for what, motive in motives
            if motive.notes
        ]
        sung = [way for way in ways if _sung(way.notes, way.key)]
        if sung:
            sung[0].others += [notes for way in sung[1:] for notes in (way.notes, *way.others)]
            placed.append(sung[0])
    return placed


def _agreeing(
    placed: list[Placed], voices: int, before: Sequence[Sequence[int]], gap: int
) -> Iterable[Placed]:
    """What can stand together, entries first; a rest shorter than `gap` does not break a line."""
    last = {voice: int(row[-1]) for voice, row in enumerate(before) if len(row)}
    kept: list[Placed] = []
    for new in sorted(placed, key=lambda piece: piece.what not in ENTRIES):
        ways = [new.notes, *new.others]
        for notes in ways:
            moved = Placed(new.voice, notes, new.what, new.key)
            heard = last.get(new.voice) if moved.begin < gap else None
            if heard is not None and not _follows(heard, notes[0][2], new.key):
                continue
            if all(_agree(moved, old, gap) for old in kept):
                kept.append(moved)
                break
        else:
            if new.what in ENTRIES:
                # The plan wants it here; what does not fit is written around it.
                kept.append(new)
    return kept


def _agree(one: Placed, other: Placed, gap: int) -> bool:
    if one.begin >= other.end or other.begin >= one.end:
        first, second = (one, other) if one.begin < other.begin else (other, one)
        if one.voice == other.voice and second.begin - first.end < gap:
            return _follows(first.notes[-1][2], second.notes[0][2], second.key)
        return True
    if one.voice == other.voice:
        return False
    upper, lower = (one, other) if one.voice < other.voice else (other, one)
    parts = [
        [LineNote(n, on, off, pitch) for on, off, pitch in placed.notes]
        for n, placed in enumerate((upper, lower))
    ]
    previous: tuple[int, int] | None = None
    for time, i, j in together(parts, 0, 1):
        a, b = parts[0][i], parts[1][j]
        assert a.fixed is not None and b.fixed is not None
        if a.fixed <= b.fixed:
            return False
        if a.onset == b.onset == time and abs(a.fixed - b.fixed) % 12 in (1, 2, 10, 11):
            return False
        if previous is not None and a.onset == b.onset == time:
            c, d = parts[0][previous[0]].fixed, parts[1][previous[1]].fixed
            assert c is not None and d is not None
            if not not_parallel(c, d, a.fixed, b.fixed):
                return False
        previous = (i, j)
    return True


def _sung(notes: Notes, key: Key) -> bool:
    """Whether a voice can sing it in its key."""
    return all(_follows(one[2], other[2], key) for one, other in itertools.pairwise(notes))


def _follows(last: int, first: int, key: Key) -> bool:
    """Whether a voice can go on from one note to another."""
    return (last % 12, first - last) in singable(key)
