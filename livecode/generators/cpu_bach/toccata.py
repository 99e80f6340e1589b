"""Preludes in the manner of a toccata: chords in four parts, broken by a figure, with runs before the
cadences.

The voice leading is that of the four parts; the figure only says in which order and how fast they are
touched.
"""

from __future__ import annotations

import random
from typing import Any

from livecode.generators.cpu_bach.chorale import soprano, voiced
from livecode.generators.cpu_bach.plan import Section
from livecode.generators.cpu_bach.progressions import Step, progression
from livecode.generators.generator import Context
from livecode.generators.rules.harmoniser import Line
from livecode.generators.rules.harmony import Sung
from livecode.generators.rules.slots import beat_of
from livecode.generators.rules.solver import Answer
from livecode.generators.rules.steering import steered, taste

# Which part each note touches: 0 soprano .. 3 bass; two rows of one figure are its two halves.
FIGURES: tuple[tuple[int, ...], ...] = (
    (3, 2, 1, 0, 1, 0, 2, 1),
    (3, 2, 1, 0, 1, 2, 1, 0),
    (3, 1, 2, 0, 1, 2, 1, 0),
    (0, 1, 2, 3, 2, 1, 0, 1),
    (3, 0, 1, 2, 1, 0, 2, 1),
    (3, 2, 0, 1, 2, 0, 1, 0),
)


def prelude(
    context: Context,
    section: Section,
    length: int,
    seed: int,
    piece: int,
    before: tuple[int, int, int, int] | None,
) -> tuple[list[Line], Answer, list[Step], list[tuple[int, int, int, int]]]:
    """The figured notes as one line a part, the search's word, the chords, and the four parts behind them."""
    draw = random.Random(seed)
    beat = beat_of(context.metre)
    bar = beat * max(1, round(10080 * 4 * context.metre[0] / context.metre[1] / beat))
    energy = steered(context, "energy", 0.6)
    # Calm preludes change their chord by the bar, lively ones by the half bar.
    unit = bar if energy < 0.35 or bar // beat % 2 else bar // 2
    count = max(1, length // unit)
    hold = min(count, max(1, bar // unit)) if section.cadence == "final" else 1
    steps = progression(section, max(1, count - hold + 1), draw)
    steps += [steps[-1]] * (count - len(steps))
    slots = soprano(steps, unit, length, bar, hold, seed, before)
    for slot in slots:
        # What is broken into figures has no passing notes of its own.
        slot.notes = slot.notes[:1]
    found = voiced(slots, steps, seed, taste(context, 0.5), before)
    choice = random.Random(f"figure {piece} {section.number // 4}")
    figure = choice.choice(FIGURES)
    lines: list[Line] = [[], [], [], []]
    rate = _rate(energy, beat)
    for number, sung in enumerate(found.beats):
        onset, end = number * unit, min(length, (number + 1) * unit)
        last = number == len(found.beats) - 1
        if last and section.cadence == "final":
            _chord(lines, sung, onset, length)
            break
        running = section.role in ("run", "close") and number == len(found.beats) - 2 - (hold - 1)
        following = found.beats[number + 1] if not last else None
        if running and following is not None:
            _run(lines, sung, following, onset, end, rate)
        else:
            _broken(lines, sung, figure, onset, end, rate)
    return lines, found.answer, steps, [sung.pitches for sung in found.beats]


def _rate(energy: float, beat: int) -> int:
    """Ticks of one figured note: eighths, triplets, sixteenths, sextuplets or thirty-seconds."""
    for limit, parts in ((0.2, 2), (0.35, 3), (0.8, 4), (0.92, 6)):
        if energy < limit:
            return beat // parts
    return beat // 8


def _broken(lines: list[Line], sung: Sung, figure: tuple[int, ...], onset: int, end: int, rate: int) -> None:
    """One chord touched note by note; what is touched sounds until its part is touched again."""
    times = list(range(onset, end, rate))
    touched: dict[int, list[int]] = {0: [], 1: [], 2: [], 3: []}
    for index, time in enumerate(times):
        touched[figure[index % len(figure)]].append(time)
    for voice, starts in touched.items():
        if not starts:
            starts = [onset]
        for index, time in enumerate(starts):
            stop = starts[index + 1] if index + 1 < len(starts) else end
            if voice != 3:
                stop = min(stop, time + 2 * rate)
            lines[voice].append(
                ((time, stop - time, sung.pitches[voice], sung.places[voice]), _about(sung, "figure"))
            )


def _run(lines: list[Line], sung: Sung, following: Sung, onset: int, end: int, rate: int) -> None:
    """A scale from one soprano note to the next over a held chord."""
    count = max(2, (end - onset) // rate)
    goal = following.pitches[0]
    # Straight, or with one turn on the way: whichever begins nearest to where the soprano is.
    ways = [
        _scale_to(goal, count, upwards, turn, sung)
        for turn in range(count, count // 2 - 1, -1)
        for upwards in (True, False)
    ]
    path = min(ways, key=lambda way: abs(way[-1] - sung.pitches[0]))
    notes = list(reversed(path[1:]))
    for index, pitch in enumerate(notes[:count]):
        time = onset + index * rate
        about = _about(sung, "run")
        lines[0].append(((time, min(rate, end - time), pitch, sung.key.spelled(pitch)), about))
    top = min(notes)
    for voice in (1, 2, 3):
        if sung.pitches[voice] < top:
            lines[voice].append(
                ((onset, end - onset, sung.pitches[voice], sung.places[voice]), _about(sung, "held"))
            )


def _scale_to(goal: int, count: int, upwards: bool, turn: int, sung: Sung) -> list[int]:
    """A scale backwards from its goal, the other way from its `turn`-th note on.

    In minor it climbs with the raised sixth and seventh and falls with the natural ones.
    """
    tonic = sung.key.tonic
    natural = set(sung.key.scale)
    raised = (natural - {(tonic + 8) % 12, (tonic + 10) % 12}) | {(tonic + 9) % 12, (tonic + 11) % 12}
    path = [goal]
    while len(path) <= count:
        climbs = upwards == (len(path) <= turn)
        scale = raised if climbs and sung.key.mode == "minor" else natural
        away = -1 if climbs else 1
        path.append(next(p for p in (path[-1] + away * step for step in (1, 2, 3)) if p % 12 in scale))
    return path


def _chord(lines: list[Line], sung: Sung, onset: int, end: int) -> None:
    for voice in range(4):
        row = (onset, end - onset, sung.pitches[voice], sung.places[voice])
        lines[voice].append((row, _about(sung, "last chord")))


def _about(sung: Sung, what: str) -> dict[str, Any]:
    return {"chord": sung.figure, "sings": what}
