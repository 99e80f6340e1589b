"""An examiner of species counterpoint, from J. J. Fux's rules (*Gradus ad Parnassum*, 1725) and nothing else.

It looks at finished notes: one part is the cantus, another carries the species, others go note against note.
"""

from __future__ import annotations

from itertools import combinations, pairwise

from livecode.music.checking import Fault
from livecode.music.phrase import TICKS, Phrase
from livecode.music.spelling import spell

PER_NOTE = {1: 1, 2: 2, 3: 4, 4: 1}
"""How many notes a species sets against each of the cantus."""

Row = tuple[int, int, int, int]
"""Onset, end, pitch, place on the line of fifths."""


def check_species(phrase: Phrase, species: int, cantus: int, florid: int, whole: bool = True) -> list[Fault]:
    """What Fux would strike out, in order of time.

    >>> bad = Phrase.of([67, 69, 60, 62], onset=[0, TICKS, 0, TICKS], voice=[0, 0, 1, 1])
    >>> [fault.rule for fault in check_species(bad, 1, cantus=1, florid=0, whole=False)]
    ['parallel fifths']

    `cantus` and `florid` are the parts that hold the cantus and carry the species; `whole` asks for a
    beginning and an end.
    """
    notes = spell(phrase).notes
    parts: list[list[Row]] = [
        sorted(
            (int(n["onset"]), int(n["onset"] + n["duration"]), int(n["pitch"]), int(n["spelling"]))
            for n in notes[notes["voice"] == voice]
        )
        for voice in range(phrase.voices)
    ]
    faults: list[Fault] = []
    for voice, line in enumerate(parts):
        if voice != cantus:
            faults += _line(line, voice, species if voice == florid else 1)
    for upper, lower in combinations(range(len(parts)), 2):
        faults += _two(parts[upper], parts[lower], upper, lower, len(parts))
        over_bass = lower == len(parts) - 1
        if florid in (upper, lower):
            still = lower if florid == upper else upper
            faults += _against(parts[florid], parts[still], florid, still, over_bass)
        else:
            faults += _struck(parts[upper], parts[lower], upper, lower, over_bass)
    faults += _count(parts[florid], parts[cantus], species, florid)
    if whole:
        faults += _edges(parts, cantus, florid)
    return sorted(set(faults), key=lambda fault: (fault.onset, fault.rule, fault.voices))


def _consonance(one: int, other: int, over_bass: bool) -> bool:
    """Unison, thirds, fifth, sixths, octave; between upper parts fourths and tritones too."""
    interval = abs(one - other) % 12
    return interval not in (1, 2, 5, 6, 10, 11) or (not over_bass and interval in (5, 6))


def _at(line: list[Row], time: int) -> Row | None:
    return next((row for row in line if row[0] <= time < row[1]), None)


def _line(line: list[Row], voice: int, species: int) -> list[Fault]:
    faults = []
    for first, second in pairwise(line):
        step, turn = second[2] - first[2], second[3] - first[3]
        text = f"{first[2]} to {second[2]}"
        if (
            abs(step) in (6, 10, 11)
            or abs(step) > 12
            or (abs(step) > 1 and turn * step > 0 and abs(turn) >= 6)
        ):
            faults.append(Fault("wide leap", second[0], (voice,), text))
        if step == 0 and species in (2, 3):
            faults.append(Fault("repeated note", second[0], (voice,), text))
    return faults


def _two(high: list[Row], low: list[Row], upper: int, lower: int, parts: int) -> list[Fault]:
    """Crossings, parallels, and in two parts direct motion into perfect consonances."""
    faults = []
    times = sorted({row[0] for row in high} | {row[0] for row in low})
    before: tuple[Row, Row] | None = None
    pair = (upper, lower)
    for time in times:
        a, b = _at(high, time), _at(low, time)
        if a is None or b is None:
            before = None
            continue
        if a[2] < b[2]:
            faults.append(Fault("crossing", time, pair, f"{a[2]} under {b[2]}"))
        if before is not None and a[0] == b[0] == time:
            up, down = a[2] - before[0][2], b[2] - before[1][2]
            old, new = (before[0][2] - before[1][2]) % 12, (a[2] - b[2]) % 12
            text = f"{before[0][2]}/{before[1][2]} to {a[2]}/{b[2]}"
            if up and down and old == new == 7:
                faults.append(Fault("parallel fifths", time, pair, text))
            elif up and down and old == new == 0:
                faults.append(Fault("parallel octaves", time, pair, text))
            elif parts == 2 and up * down > 0 and new in (0, 7):
                faults.append(Fault("hidden fifths" if new else "hidden octaves", time, pair, text))
        before = (a, b)
    return faults


def _struck(one: list[Row], other: list[Row], upper: int, lower: int, over_bass: bool) -> list[Fault]:
    faults = []
    for row in one:
        under = _at(other, row[0])
        if under is not None and not _consonance(row[2], under[2], over_bass):
            faults.append(Fault("untreated dissonance", row[0], (upper, lower), f"{row[2]} with {under[2]}"))
    return faults


def _against(florid: list[Row], still: list[Row], mine: int, theirs: int, over_bass: bool) -> list[Fault]:
    """Each note of the decorating part against each it sounds with."""
    faults = []
    for index, row in enumerate(florid):
        before = florid[index - 1] if index else None
        after = florid[index + 1] if index + 1 < len(florid) else None
        for other in still:
            begin = max(row[0], other[0])
            if begin >= min(row[1], other[1]) or _consonance(row[2], other[2], over_bass):
                continue
            text = f"{row[2]} with {other[2]}"
            pair = (mine, theirs)
            if row[0] < other[0]:
                # Held into a dissonance: a suspension.
                if after is None or not 1 <= row[2] - after[2] <= 2:
                    faults.append(Fault("unresolved suspension", begin, pair, text))
            elif row[0] == other[0]:
                faults.append(Fault("untreated dissonance", begin, pair, text))
            else:
                came = before is not None and 1 <= abs(row[2] - before[2]) <= 2
                goes = after is not None and 1 <= abs(after[2] - row[2]) <= 2
                if not (came and goes):
                    faults.append(Fault("untreated dissonance", begin, pair, text))
    return faults


def _count(florid: list[Row], cantus: list[Row], species: int, voice: int) -> list[Fault]:
    if species not in PER_NOTE:
        return []
    faults = []
    left = len(cantus) // 8
    for row in cantus[:-1]:
        if (row[1] - row[0]) < TICKS // 2:
            continue
        begun = sum(row[0] <= note[0] < row[1] for note in florid)
        if species == 4 and begun == 2 and left:
            # Where no ligature will do, Fux breaks the syncopation off and goes on in the second species.
            left -= 1
        elif begun != PER_NOTE[species]:
            faults.append(Fault("not the species", row[0], (voice,), f"{begun} notes against one"))
    return faults


def _edges(parts: list[list[Row]], cantus: int, florid: int) -> list[Fault]:
    """Two parts begin and end in perfect consonances; a cantus that falls by step to its end gets a close."""
    faults: list[Fault] = []
    line, given = parts[florid], parts[cantus]
    if not line or not given:
        return faults
    end = abs(line[-1][2] - given[-1][2]) % 12
    if len(parts) == 2:
        first = _at(given, line[0][0])
        if first is not None and abs(line[0][2] - first[2]) % 12 not in (0, 7):
            faults.append(Fault("no beginning", line[0][0], (florid,), "it begins on no perfect consonance"))
        if end:
            faults.append(Fault("no cadence", line[-1][0], (florid,), "it ends on no octave or unison"))
        falls = len(given) > 1 and given[-2][2] - given[-1][2] in (1, 2)
        if falls and len(line) > 1 and abs(line[-1][2] - line[-2][2]) not in (1, 2):
            faults.append(Fault("no cadence", line[-1][0], (florid,), "it is not reached by step"))
    elif end not in (0, 3, 4, 5, 7, 8, 9):
        faults.append(Fault("no cadence", line[-1][0], (florid,), "the last chord is a dissonance"))
    return faults
