"""What is left free in a contrapuntal section: lines over chords that owe nothing.

Beside the rules for lines (`livecode.generators.rules.lines`) stand those for what three voices or more make
together, wherever any of them moves: a seventh falls or stays, whatever made it, a dominant's leading tone is
sung once and rises in the outer voices. After E. Aldwell and C. Schachter, *Harmony and Voice Leading*
(1978), chapters 16 and 24.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from livecode.generators.cpu_bach.layout import COMPASS, Layout
from livecode.generators.cpu_bach.plan import Section
from livecode.generators.rules.lines import LineNote, Lines, Style, add, write_lines
from livecode.generators.rules.owing import (
    leading_rises,
    leads_once,
    no_bare_tritone,
    owes_nothing,
    passes_or_falls,
    seventh_falls,
)
from livecode.generators.rules.solver import Task
from livecode.generators.rules.theory import Key

FILL_STEPS = 4000
KEY_PLAIN = {"major": 0.6, "minor": 0.7}
"""How much the notes of the tonic chord are preferred; minor is easily taken for its relative major."""


def filled(
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
        step = layout.at(note.onset)
        low, high = compass[note.part]
        classes = set(step.key.scale)
        chord = step.chord.pitch_classes(step.key)
        if step.key.mode == "minor" and step.key.leading_tone in chord:
            classes = (classes - {(step.key.tonic + 10) % 12}) | {step.key.leading_tone}
        classes |= set(chord)
        bottom = note.part == voices - 1
        first = note.onset % layout.unit == 0
        if step.role == "dominant" and layout.at(note.onset + beat).role == "final cadence":
            # Nothing blurs the last dominant: its own notes and the seventh.
            classes = {*chord, (step.key.tonic + 5) % 12}
        if bottom and first and (step.role.endswith("cadence") or step.role == "dominant"):
            classes = {chord[0]}
        elif note.part == 0 and note.onset >= close and step.role in ("perfect cadence", "final cadence"):
            classes = {chord[0], chord[1]} if step.role == "perfect cadence" else {chord[0]}
        elif step.chord.quality == "diminished" and bottom and first:
            classes = {chord[1]}
        found = [pitch for pitch in range(low, high + 1) if pitch % 12 in classes]
        return found or [pitch for pitch in range(low, high + 1) if pitch % 12 in chord]

    style = Style(
        section.key, strict=False, chord=lambda time: layout.at(time).classes, beat=beat, arch=0.05,
        leap_limit=12, temper=temper, scale_at=lambda time: layout.at(time).key, given=True,
    )  # fmt: skip
    style.extra.append(lambda task, score: _sonorous(task, score, layout, beat))
    style.extra.append(lambda task, score: _plain_key(task, score, layout, beat))
    style.extra.append(lambda task, score: _owing(task, score, layout, beat))
    return write_lines(parts, choices, style, seed, FILL_STEPS, before)


def _plain_key(task: Task, parts: list[list[LineNote]], layout: Layout, beat: int) -> None:
    """Of what a chord offers, the notes that tell the key are sung longest: those of its tonic chord."""
    for part in parts:
        for note in part:
            if note.fixed is None:
                key = layout.at(note.onset).key
                weight = KEY_PLAIN[key.mode] * min(2.0, (note.end - note.onset) / beat)
                add(task, "soft", "the key is plain", _telling(key), (note,), weight)


@lru_cache(maxsize=64)
def _telling(key: Key) -> Callable[[int], float]:
    third = 4 if key.mode == "major" else 3
    prices = {0: 0.0, third: 0.2, 7: 0.2}
    return lambda pitch: prices.get((pitch - key.tonic) % 12, 1.0)


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
            after = layout.steps[number + 1].role if number + 1 < len(layout.steps) else ""
            if len(heard) > 2 and step.role == "dominant" and after == "final cadence":
                last = (number + 1) * layout.unit - beat
                final = [next((n for n in part if n.onset <= last < n.end), None) for part in parts]
                closing = [note for note in final if note is not None]
                add(task, "hard", "the last dominant keeps its third", _has(third), closing)
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
            step, onward = layout.at(first.onset), layout.at(second.onset)
            if step.chord.leading is None or step.chord == onward.chord or second.onset % layout.unit:
                continue
            tone = step.chord.pitch_classes(step.key)[step.chord.leading]
            add(task, "soft", "the leading tone rises", _falls_from(tone), (first, second), 2.0)


def _lacks(third: int) -> Any:
    return lambda *pitches: 0.0 if any(pitch % 12 == third for pitch in pitches) else 1.0


def _has(third: int) -> Any:
    return lambda *pitches: any(pitch % 12 == third for pitch in pitches)


def _not_both(tone: int) -> Any:
    return lambda one, other: not (one % 12 == other % 12 == tone)


def _is(tone: int) -> Any:
    return lambda pitch: 1.0 if pitch % 12 == tone else 0.0


def _falls_from(tone: int) -> Any:
    return lambda one, other: 1.0 if one % 12 == tone and other - one != 1 else 0.0


# ---- what three voices owe


def _owing(task: Task, parts: list[list[LineNote]], layout: Layout, beat: int) -> None:
    """Sevenths and leading tones wherever three voices sound together."""
    cursor = [0] * len(parts)
    for time in sorted({note.onset for part in parts for note in part}):
        sounding: list[tuple[int, int]] = []
        for voice, part in enumerate(parts):
            while cursor[voice] < len(part) and part[cursor[voice]].end <= time:
                cursor[voice] += 1
            if cursor[voice] < len(part) and part[cursor[voice]].onset <= time:
                sounding.append((voice, cursor[voice]))
        if len(sounding) < 3:
            continue
        heard = [parts[voice][index] for voice, index in sounding]
        add(task, "hard", "a leading tone is sung once", leads_once, heard)
        add(task, "hard", "no bare tritone", no_bare_tritone, heard)
        several = len(heard) < 4
        add(task, "hard", "ornaments leave a chord", _leave_chord(layout.at(time).classes, several), heard)
        for voice, index in sounding:
            part, note = parts[voice], parts[voice][index]
            others = [other for other in heard if other is not note]
            if index + 1 == len(part):
                add(task, "hard", "nothing is owed at the end", owes_nothing, (note, *others))
                continue
            after = part[index + 1]
            if after.onset - note.end >= beat:
                continue
            earlier = part[index - 1] if index else None
            passes = note.onset == time and note.end - time <= beat and earlier is not None
            if passes and earlier is not None and time - earlier.end < beat:
                scope = (earlier, note, after, *others)
                add(task, "hard", "a seventh falls", passes_or_falls, scope)
            else:
                add(task, "hard", "a seventh falls", seventh_falls, (note, after, *others))
            if voice in (0, len(parts) - 1):
                add(task, "hard", "the leading tone rises", leading_rises, (note, after, *others))


@lru_cache(maxsize=256)
def _leave_chord(chord: frozenset[int], several: bool) -> Callable[..., bool]:
    """What is in the chord makes no bare tritone; one note at most is foreign to it, or `several`."""

    def holds(*pitches: int) -> bool:
        inside = [pitch for pitch in pitches if pitch % 12 in chord]
        return (several or len(inside) >= len(pitches) - 1) and no_bare_tritone(*inside)

    return holds
