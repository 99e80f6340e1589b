"""Chorale strophes: a soprano over the planned chords, four parts by the rules, ornaments between the.

Beats.
"""

from __future__ import annotations

import random

from livecode.generators.cpu_bach.plan import Section
from livecode.generators.cpu_bach.progressions import Step, progression
from livecode.generators.generator import Context
from livecode.generators.rules.chords import Given
from livecode.generators.rules.harmoniser import Line, _line, _tied
from livecode.generators.rules.harmony import Harmony, harmonised
from livecode.generators.rules.lines import LineNote, Style, write_lines
from livecode.generators.rules.ornaments import disturbed, ornamented
from livecode.generators.rules.slots import Slot, beat_of
from livecode.generators.rules.solver import Answer
from livecode.generators.rules.steering import steered, taste
from livecode.generators.rules.theory import Key

SOPRANO_STEPS = 1500
HARMONY_STEPS = 3000


def strophe(
    context: Context, section: Section, length: int, seed: int, before: tuple[int, int, int, int] | None
) -> tuple[list[Line], Answer, list[Step]]:
    """The four parts of a strophe, what the search says, and its chords by beat."""
    draw = random.Random(seed)
    beat = beat_of(context.metre)
    bar = beat * max(1, round(_bar(context) / beat))
    count = max(1, length // beat)
    hold = _hold(section, count, bar // beat)
    steps = progression(section, max(1, count - hold + 1), draw)
    steps += [steps[-1]] * (count - len(steps))
    slots = soprano(steps, beat, length, bar, hold, seed, before)
    found = voiced(slots, steps, seed, taste(context, 0.5), before)
    for number in disturbed(found.beats):
        slots[number].notes = [(slots[number].onset, slots[number].length, slots[number].notes[0][2])]
    ways = ornamented(found.beats, steered(context, "energy", 0.75), seed)
    lines = [_tied(found.beats, _line(found.beats, ways, voice)) for voice in (1, 2, 3)]
    return [_top(slots, found), *lines], found.answer, steps


def _bar(context: Context) -> int:
    count, unit = context.metre
    return 10080 * 4 * count // unit


def _hold(section: Section, count: int, per_bar: int) -> int:
    """How many beats the last chord lasts: two, the last of all a bar."""
    if section.cadence == "final":
        return min(per_bar, max(1, count - 2))
    return min(2, max(1, count // 4))


def soprano(
    steps: list[Step],
    beat: int,
    length: int,
    bar: int,
    hold: int,
    seed: int,
    before: tuple[int, int, int, int] | None,
) -> list[Slot]:
    """A melody of one note a beat over some chords, and here and there a passing eighth."""
    draw = random.Random(seed + 11)
    count = len(steps)
    line = [LineNote(0, n * beat, min(length, (n + 1) * beat)) for n in range(count - hold)]
    line.append(LineNote(0, (count - hold) * beat, length))

    def chord(time: int) -> frozenset[int]:
        return steps[min(time // beat, count - 1)].classes

    def choices(note: LineNote) -> list[int]:
        step = steps[min(note.onset // beat, count - 1)]
        classes = set(step.classes)
        if step.role in ("perfect cadence", "final cadence", "deceptive cadence"):
            classes = {step.key.tonic}
        elif step.role == "dominant":
            # The melody closes by step: from the second or the seventh step of the key.
            classes = {(step.key.tonic + 2) % 12, step.key.leading_tone}
        if step.chord.quality == "diminished":
            # Its root leads upwards, wherever the chord goes: no melody note leaps from it.
            classes.discard(step.chord.pitch_classes(step.key)[0])
        found = [p for p in range(62, 78) if p % 12 in classes]
        return found or [p for p in range(60, 80) if p % 12 in step.classes]

    keys = [step.key for step in steps]
    style = Style(
        steps[0].key,
        strict=False,
        chord=chord,
        beat=beat,
        arch=0.18,
        peak=0.35 + 0.4 * draw.random(),
        leap_limit=9,
        temper=0.5,
        smooth=1.2,
        scale_at=lambda time: keys[min(max(time, 0) // beat, count - 1)],
    )
    earlier = [[before[0]]] if before is not None else []
    found = write_lines([line], choices, style, seed, SOPRANO_STEPS, earlier)
    slots = []
    pitches = [pitch for _, pitch in found.parts[0]]
    for number in range(count):
        onset, end = number * beat, min(length, (number + 1) * beat)
        note, pitch = found.parts[0][min(number, len(pitches) - 1)]
        place = onset % bar // beat
        weight = 2 if place == 0 else (1 if place * 2 == bar // beat else 0)
        sung = [(note.onset, note.end - note.onset, pitch)]
        slots.append(Slot(onset, end - onset, pitch, sung, weight, number == count - hold))
    for slot in slots[count - hold :]:
        slot.final = True
    _passing(slots, keys, pitches, draw, count - hold)
    return slots


def _passing(slots: list[Slot], keys: list[Key], pitches: list[int], draw: random.Random, last: int) -> None:
    """Fill some thirds of the soprano with the note between."""
    for number in range(last):
        slot = slots[number]
        here = pitches[min(number, len(pitches) - 1)]
        there = pitches[min(number + 1, len(pitches) - 1)]
        if abs(there - here) not in (3, 4) or draw.random() > 0.45 or len(slot.notes) > 1:
            continue
        scale = keys[number].scale
        inside = [
            p for p in range(min(here, there) + 1, max(here, there))
            if p % 12 in scale and abs(p - here) <= 2 and abs(there - p) <= 2
        ]  # fmt: skip
        if inside:
            half = slot.length // 2
            slot.notes = [(slot.onset, half, here), (slot.onset + half, slot.length - half, inside[0])]


def voiced(
    slots: list[Slot],
    steps: list[Step],
    seed: int,
    taste: float,
    before: tuple[int, int, int, int] | None,
) -> Harmony:
    """The planned chords in four parts; where the plan cannot be sung, the nearest that can."""
    plan = []
    for step in steps:
        asked: dict[object, float] = {"": 25.0, step.chord.numeral: 0.0}
        if step.inversion is not None:
            firm = step.role == "dominant" or step.role.endswith("cadence")
            asked[step.chord.numeral] = 15.0 if firm else 1.5
            asked[step.chord.numeral, step.inversion] = 0.0
        plan.append(asked)
    return harmonised(
        slots, [step.key for step in steps], seed, taste, HARMONY_STEPS, Given(before=before), plan
    )


def _top(slots: list[Slot], found: Harmony) -> Line:
    """The soprano's notes with what they are over their chords."""
    line: Line = []
    seen: set[int] = set()
    for beat in found.beats:
        for index, (onset, duration, pitch) in enumerate(beat.slot.notes):
            if onset in seen:
                continue
            seen.add(onset)
            inside = pitch % 12 in beat.chord.pitch_classes(beat.key)
            about = {"chord": beat.figure, "sings": "melody" if inside and not index else "passing note"}
            line.append(((onset, duration, pitch, beat.key.spelled(pitch)), about))
    return line
