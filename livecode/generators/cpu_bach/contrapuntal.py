"""Inventions and fugues: the subject placed where the plan wants it, the other voices written around it.

Every bar stands on chords: those of the subject where it enters, a progression elsewhere. Placed
material is fixed; what is left free is chosen by the rules for lines over chords, so that parallels,
crossings and unprepared dissonances do not arise between any two voices. Where a rule gives way all the
same, episodes make room first, then other chords are drawn.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from livecode.generators.cpu_bach.filling import filled
from livecode.generators.cpu_bach.layout import ENTRIES, Layout, laid_out
from livecode.generators.cpu_bach.plan import Section
from livecode.generators.cpu_bach.progressions import Step
from livecode.generators.generator import Context
from livecode.generators.rules.harmoniser import Line
from livecode.generators.rules.lines import LineNote, Lines
from livecode.generators.rules.slots import beat_of
from livecode.generators.rules.solver import Answer
from livecode.generators.rules.steering import steered, taste
from livecode.music.phrase import bar_ticks

ATTEMPTS = 4
"""How often one layout is tried, what gave way taken out of it."""
LAYOUTS = 5
"""How many layouts are drawn until every rule holds."""


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
    metre = context.metre
    beat, bar = beat_of(metre), bar_ticks(metre)
    unit = beat * max(1, bar // beat // 2)
    energy = steered(context, "energy", 0.55)
    temper = taste(context, 0.5)
    best: tuple[Lines, dict[tuple[int, int], str], Layout] | None = None
    for drawn in range(LAYOUTS):
        # The first layout is the seed's own; others are drawn when no answer obeyed every rule.
        draw = random.Random(seed if not drawn else f"{seed} layout {drawn}")
        layout = laid_out(section, form, length, bar, unit, piece, metre, voices, draw, before, drawn > 0)
        for attempt in range(ATTEMPTS):
            parts, names = _score(
                layout, voices, length, bar, beat, energy, section, random.Random(seed + attempt)
            )
            tried = filled(layout, parts, section, beat, voices, seed, before, temper)
            if best is None or len(_broken(tried)) < len(_broken(best[0])):
                best = tried, names, Layout(layout.steps, layout.unit, list(layout.placed), layout.enters)
            if not _broken(tried) or not _eased(layout, _broken(tried), beat):
                break
        if best is not None and not _broken(best[0]):
            break
    assert best is not None
    found, told, layout = best
    lines: list[Line] = []
    for voice, row in enumerate(found.parts):
        line: Line = []
        for note, pitch in row:
            step = layout.at(note.onset)
            about: dict[str, Any] = {
                "sings": told.get((voice, note.onset), "free"),
                "chord": f"{step.chord.numeral} in {step.key.name}",
            }
            if step.role:
                about["harmony"] = step.role
            line.append(((note.onset, note.end - note.onset, pitch, step.key.spelled(pitch)), about))
        lines.append(line)
    answer = found.answer
    if found.given:
        answer = replace(answer, gave_way=_broken(found))
    return lines, answer, layout.steps, layout.unit


def _broken(found: Lines) -> tuple[str, ...]:
    """The rules that gave way, those that what is placed breaks by itself among them."""
    return (*found.answer.gave_way, *found.given)


def _eased(layout: Layout, broken: Sequence[str], beat: int) -> bool:
    """Take out what was placed where rules gave way, but for the subject; False when nothing is left."""
    times = [round((float(label.rpartition("beat ")[2].rstrip(")")) - 1) * beat) for label in broken]
    kept = [
        piece
        for piece in layout.placed
        if piece.what in ENTRIES
        or not any(piece.begin - 2 * beat <= time <= piece.end + beat for time in times)
    ]
    changed = len(kept) < len(layout.placed)
    layout.placed = kept
    return changed


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
