"""Inventions and fugues: the subject placed where the plan wants it, the other voices written around it.

Every bar stands on chords: those of the subject where it enters, a progression elsewhere. Placed
material is fixed; what is left free is chosen by the rules for lines over chords, so that parallels,
crossings and unprepared dissonances do not arise between any two voices. Placed lines that do not agree
with each other are not both placed.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from livecode.generators.cpu_bach.plan import Section
from livecode.generators.cpu_bach.progressions import STEPS, Step, named, progression
from livecode.generators.cpu_bach.subject import Subject, countersubject_of, subject_of
from livecode.generators.generator import Context
from livecode.generators.rules.harmoniser import Line
from livecode.generators.rules.lines import (
    LineNote,
    Lines,
    Style,
    _moments,
    _not_parallel,
    add,
    singable,
    write_lines,
)
from livecode.generators.rules.slots import beat_of
from livecode.generators.rules.solver import Answer, Task
from livecode.generators.rules.steering import steered, taste
from livecode.generators.rules.theory import Key
from livecode.music.phrase import bar_ticks

FILL_STEPS = 4000
ATTEMPTS = 4
COMPASS: dict[int, tuple[tuple[int, int], ...]] = {
    2: ((60, 82), (38, 62)),
    3: ((63, 82), (53, 75), (38, 60)),
    4: ((64, 82), (57, 75), (48, 67), (36, 59)),
}
"""Low and high of each voice, by how many there are."""


@dataclass
class Placed:
    """Some material in a voice: its notes as (onset, end, pitch) and what it is."""

    voice: int
    notes: list[tuple[int, int, int]]
    what: str
    key: Key

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


def section_of(
    context: Context,
    section: Section,
    form: str,
    length: int,
    seed: int,
    piece: int,
    voices: int,
    before: Sequence[Sequence[int]],
) -> tuple[list[Line], Answer, list[Step], int]:
    """The voices of a section as lines, the search's word, the chords and the ticks of each."""
    draw = random.Random(seed)
    metre = context.metre
    beat, bar = beat_of(metre), bar_ticks(metre)
    unit = beat * max(1, bar // beat // 2)
    layout = laid_out(section, form, length, bar, unit, piece, metre, voices, draw, before)
    _agreeing(layout, voices)
    energy = steered(context, "energy", 0.55)
    temper = taste(context, 0.5)
    found: Lines | None = None
    told: dict[tuple[int, int], str] = {}
    for attempt in range(ATTEMPTS):
        drawn = random.Random(seed + attempt)
        parts, names = _score(layout, voices, length, bar, beat, energy, section, drawn)
        tried = _filled(layout, parts, section, beat, voices, seed, before, temper)
        if found is None or len(tried.answer.gave_way) < len(found.answer.gave_way):
            found, told = tried, names
        if not found.answer.gave_way or not _eased(layout, tried.answer, beat):
            break
    assert found is not None
    lines: list[Line] = []
    for voice, row in enumerate(found.parts):
        line: Line = []
        for note, pitch in row:
            step = _at(layout, note.onset)
            about: dict[str, Any] = {
                "sings": told.get((voice, note.onset), "free"),
                "chord": f"{step.chord.numeral} in {step.key.name}",
            }
            if step.role:
                about["harmony"] = step.role
            line.append(((note.onset, note.end - note.onset, pitch, step.key.spelled(pitch)), about))
        lines.append(line)
    return lines, found.answer, layout.steps, layout.unit


def _at(layout: Layout, time: int) -> Step:
    return layout.steps[min(max(0, time) // layout.unit, len(layout.steps) - 1)]


def _eased(layout: Layout, answer: Answer, beat: int) -> bool:
    """Take out what was placed where rules gave way, but for the subject; False when nothing is left."""
    times = [round((float(label.rpartition("beat ")[2].rstrip(")")) - 1) * beat) for label in answer.gave_way]
    kept = [
        piece
        for piece in layout.placed
        if piece.what in ENTRIES
        or not any(piece.begin - 2 * beat <= time <= piece.end + beat for time in times)
    ]
    changed = len(kept) < len(layout.placed)
    layout.placed = kept
    return changed


ENTRIES = ("subject", "answer", "inverted subject")


# ---- where what enters


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
) -> Layout:
    """The chords of a section and what is placed in it."""
    units = max(1, -(-length // unit))
    per_bar = max(1, bar // unit)
    bars = max(1, units // per_bar)
    subject, companion = subject_of(piece, metre), countersubject_of(piece, metre)
    if section.role == "inversion":
        subject = subject.inverted()
    entries = _entries(section, form, bars, voices, draw)
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
        low, high = COMPASS[voices][voice]
        turned = 1 << 30 if section.role == "inversion" else unit
        notes = subject.pitches(key, (low + high) // 2, turned)
        if number == 0 and voice < len(before) and len(before[voice]):
            notes = _reached(notes, int(before[voice][-1]), low, high, key)
        placed.append(Placed(voice, _moved(notes, start), what, key))
        if last_voice is not None and section.role != "inversion":
            low, high = COMPASS[voices][last_voice]
            answer = companion.pitches(key, (low + high) // 2, unit)
            placed.append(Placed(last_voice, _moved(answer, start), "countersubject", key))
        if section.role == "stretto" and voices > 1:
            other = (voice + 1) % voices
            low, high = COMPASS[voices][other]
            head = subject.head(unit).shifted(4).pitches(key, (low + high) // 2, 0)
            placed.append(Placed(other, _moved(head, start + unit), "stretto", key))
        last_voice = voice
    rest = units - len(steps)
    if rest > 0:
        key = entries[-1][1] if entries else section.key
        left = Section(section.number, section.role, key, section.goal, section.cadence)
        hold = per_bar if section.cadence == "final" and rest > per_bar else 1
        more = [_plain(step) for step in progression(left, max(1, rest - hold + 1), draw)]
        more += [more[-1]] * (rest - len(more))
        placed += _episode(more, len(steps) * unit, unit, hold, subject, voices, draw)
        steps += more
    return Layout(steps[:units], unit, placed, enters)


def _reached(
    notes: list[tuple[int, int, int]], last: int, low: int, high: int, key: Key
) -> list[tuple[int, int, int]]:
    """In the octave that the voice can reach from its last note, when there is one in its compass."""
    for lift in (0, 12, -12):
        moved = [(on, off, pitch + lift) for on, off, pitch in notes]
        inside = all(low - 3 <= pitch <= high + 3 for _, _, pitch in moved)
        if inside and _follows(last, moved[0][2], key):
            return moved
    return notes


def _moved(notes: list[tuple[int, int, int]], by: int) -> list[tuple[int, int, int]]:
    return [(on + by, off + by, pitch) for on, off, pitch in notes]


def _plain(step: Step) -> Step:
    """Without its seventh: few voices sing triads."""
    names = {"V7": "V", "ii7": "ii", "iiø7": "ii°"}
    numeral = names.get(step.chord.numeral)
    return step if numeral is None else named(step.key, numeral, step.inversion, step.role)


def _entries(
    section: Section, form: str, bars: int, voices: int, draw: random.Random
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
        order = [voices - 1, 0]
        return [(v, k, w) for v, k, w in zip(order, (dominant, key), ("answer", "subject"))][: max(0, room)]
    if section.role in ("entry", "inversion"):
        first = draw.randrange(voices)
        second = (first + 1 + draw.randrange(max(1, voices - 1))) % voices
        name = "subject" if section.role == "entry" else "inverted subject"
        return [(first, key, name), (second, key, name)][: max(0, min(room, 2 if bars > 2 else 1))]
    if section.role == "stretto":
        return [(draw.randrange(voices), key, "subject")][: max(0, room)]
    if section.role == "close":
        return [(voices - 1, key, "subject"), (0, key, "subject")][: max(0, room - 1)]
    return []


def _episode(
    steps: list[Step], start: int, unit: int, hold: int, subject: Subject, voices: int, draw: random.Random
) -> list[Placed]:
    """The subject's head on each chord by turns, until the cadence draws near."""
    head = subject.head(unit)
    placed = []
    turn = draw.randrange(voices)
    for number in range(len(steps) - hold - 2):
        step = steps[number]
        places = [i for i, n in enumerate(STEPS[step.key.mode]) if n == step.chord.numeral]
        if not places:
            continue
        voice = (turn + number) % voices
        low, high = COMPASS[voices][voice]
        from_dominant = 0 if step.chord.leading is not None else 1 << 30
        notes = head.shifted(places[0]).pitches(step.key, (low + high) // 2, from_dominant)
        placed.append(
            Placed(voice, _moved(notes, start + number * unit), "episode on the subject's head", step.key)
        )
    return placed


def _agreeing(layout: Layout, voices: int) -> None:
    """Keep what is placed in order, leaving out what breaks a rule with what is there already."""
    kept: list[Placed] = []
    for new in layout.placed:
        if all(_agree(new, old, voices) for old in kept):
            kept.append(new)
    layout.placed = kept


def _agree(one: Placed, other: Placed, voices: int) -> bool:
    if one.begin >= other.end or other.begin >= one.end:
        first, second = (one, other) if one.begin < other.begin else (other, one)
        if one.voice == other.voice and first.end == second.begin:
            return _follows(first.notes[-1][2], second.notes[0][2], second.key)
        return True
    if one.voice == other.voice:
        return False
    upper, lower = (one, other) if one.voice < other.voice else (other, one)
    parts = [
        [LineNote(n, on, off, pitch) for on, off, pitch in placed.notes]
        for n, placed in enumerate((upper, lower))
    ]
    moments = _moments(parts, 0, 1)
    previous: tuple[int, int] | None = None
    for time, i, j in moments:
        a, b = parts[0][i], parts[1][j]
        assert a.fixed is not None and b.fixed is not None
        if a.fixed <= b.fixed:
            return False
        if a.onset == b.onset == time and abs(a.fixed - b.fixed) % 12 in (1, 2, 10, 11):
            return False
        if previous is not None and a.onset == b.onset == time:
            c, d = parts[0][previous[0]].fixed, parts[1][previous[1]].fixed
            assert c is not None and d is not None
            if not _not_parallel(c, d, a.fixed, b.fixed):
                return False
        previous = (i, j)
    return True


def _follows(last: int, first: int, key: Key) -> bool:
    """Whether a voice can go on from one placed thing to the next."""
    return (last % 12, first - last) in singable(key)


# ---- what is left free


def _score(
    layout: Layout,
    voices: int,
    length: int,
    bar: int,
    beat: int,
    energy: float,
    section: Section,
    draw: random.Random,
) -> tuple[list[list[LineNote]], dict[tuple[int, int], str]]:
    """Each voice's notes, placed and free, and the name of what is placed."""
    names: dict[tuple[int, int], str] = {}
    parts: list[list[LineNote]] = []
    busy: list[list[tuple[int, int]]] = []
    for voice in range(voices):
        mine = sorted((p for p in layout.placed if p.voice == voice), key=lambda p: p.begin)
        notes = []
        for piece in mine:
            for on, off, pitch in piece.notes:
                if on < length:
                    notes.append(LineNote(voice, on, min(off, length), pitch))
                    names[voice, on] = piece.what
        parts.append(notes)
        busy.append([(p.begin, p.end) for p in mine])
    close = len(layout.steps) * layout.unit - layout.unit
    if section.cadence == "final":
        close = min(close, length - bar) if length > bar else close
    runner = draw.randrange(voices)
    for voice, notes in enumerate(parts):
        enters = layout.enters.get(voice, 0)
        for begin in range(0, length, beat):
            end = min(begin + beat, length)
            if begin < enters or begin >= close:
                continue
            free = [(begin, end)]
            for on, off in busy[voice]:
                free = [piece for span in free for piece in _without(span, on, off)]
            others = sum(
                1 for other, row in enumerate(parts) if other != voice
                for note in row if note.fixed is not None and begin <= note.onset < end
            )  # fmt: skip
            for on, off in free:
                if off - on < beat // 2 and any(off == placed for placed, _ in busy[voice]):
                    # What enters just after the beat enters after a rest.
                    continue
                count = _density(others, voice == runner, energy, off - on == beat, draw)
                if off - on < beat:
                    count = 1
                notes += [
                    LineNote(voice, on + (off - on) * n // count, on + (off - on) * (n + 1) // count)
                    for n in range(count)
                ]
        if close >= enters:
            free = [(close, length)]
            for on, off in busy[voice]:
                free = [piece for span in free for piece in _without(span, on, off)]
            notes += [LineNote(voice, on, off) for on, off in free]
        notes.sort(key=lambda note: note.onset)
    return parts, names


def _without(span: tuple[int, int], on: int, off: int) -> list[tuple[int, int]]:
    """What is left of a span of time when another is taken out."""
    begin, end = span
    if off <= begin or on >= end:
        return [span]
    return [piece for piece in ((begin, on), (off, end)) if piece[1] > piece[0]]


def _density(others: int, runs: bool, energy: float, whole: bool, draw: random.Random) -> int:
    """How many notes a free beat gets: few where another voice runs, many where nobody does."""
    if not whole:
        return 1
    if others >= 3:
        return 2 if draw.random() < 0.35 + 0.4 * energy else 1
    if runs and others == 0:
        return 4 if draw.random() < energy * 1.1 else 2
    return 2 if draw.random() < 0.3 + 0.55 * energy else 1


def _filled(
    layout: Layout,
    parts: list[list[LineNote]],
    section: Section,
    beat: int,
    voices: int,
    seed: int,
    before: Sequence[Sequence[int]],
    temper: float,
) -> Lines:
    """The free notes by the rules for lines over chords."""
    compass = COMPASS[voices]
    total = len(layout.steps) * layout.unit
    close = total - layout.unit

    def choices(note: LineNote) -> list[int]:
        step = _at(layout, note.onset)
        low, high = compass[note.part]
        classes = set(step.key.scale)
        chord = step.chord.pitch_classes(step.key)
        if step.key.mode == "minor" and step.key.leading_tone in chord:
            classes = (classes - {(step.key.tonic + 10) % 12}) | {step.key.leading_tone}
        classes |= set(chord)
        bottom = note.part == voices - 1
        first = note.onset % layout.unit == 0
        if bottom and first and (step.role.endswith("cadence") or step.role == "dominant"):
            classes = {chord[0]}
        elif note.part == 0 and note.onset >= close and step.role in ("perfect cadence", "final cadence"):
            classes = {chord[0], chord[1]} if step.role == "perfect cadence" else {chord[0]}
        elif step.chord.quality == "diminished" and bottom and first:
            classes = {chord[1]}
        found = [pitch for pitch in range(low, high + 1) if pitch % 12 in classes]
        return found or [pitch for pitch in range(low, high + 1) if pitch % 12 in chord]

    style = Style(
        section.key, strict=False, chord=lambda time: _at(layout, time).classes, beat=beat, arch=0.05,
        leap_limit=12, temper=temper, scale_at=lambda time: _at(layout, time).key,
    )  # fmt: skip
    style.extra.append(lambda task, score: _sonorous(task, score, layout, beat))
    return write_lines(parts, choices, style, seed, FILL_STEPS, before)


def _sonorous(task: Task, parts: list[list[LineNote]], layout: Layout, beat: int) -> None:
    """On every chord its third is heard, its leading tone once, and the bass is no fifth."""
    for number, step in enumerate(layout.steps):
        time = number * layout.unit
        chord = step.chord.pitch_classes(step.key)
        sounding = [next((n for n in part if n.onset <= time < n.end), None) for part in parts]
        heard = [note for note in sounding if note is not None]
        if len(heard) >= 2:
            third = chord[1]
            add(task, "soft", "the third is heard", _lacks(third), heard, 1.2)
        if step.chord.leading is not None:
            tone = chord[step.chord.leading]
            for i, one in enumerate(heard):
                for other in heard[i + 1 :]:
                    add(task, "hard", "one leading tone", _not_both(tone), (one, other))
        bass = sounding[-1]
        if bass is not None and bass.onset == time and len(heard) > 1:
            add(task, "soft", "no fifth in the bass", _is(chord[2]), (bass,), 2.5)
    for part in parts:
        for first, second in itertools.pairwise(part):
            step, after = _at(layout, first.onset), _at(layout, second.onset)
            if step.chord.leading is None or step.chord == after.chord or second.onset % layout.unit:
                continue
            tone = step.chord.pitch_classes(step.key)[step.chord.leading]
            add(task, "soft", "the leading tone rises", _falls_from(tone), (first, second), 2.0)


def _lacks(third: int) -> Any:
    return lambda *pitches: 0.0 if any(pitch % 12 == third for pitch in pitches) else 1.0


def _not_both(tone: int) -> Any:
    return lambda one, other: not (one % 12 == other % 12 == tone)


def _is(tone: int) -> Any:
    return lambda pitch: 1.0 if pitch % 12 == tone else 0.0


def _falls_from(tone: int) -> Any:
    return lambda one, other: 1.0 if one % 12 == tone and other - one != 1 else 0.0
