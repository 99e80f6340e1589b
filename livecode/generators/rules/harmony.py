"""Four parts under a melody: first which chords, then how they are sung, then what moves between them.

Coarse to fine. The cheapest chain of chords is found for the melody alone, with what each beat's other chords
would cost at best; those not much dearer go on to be voiced. Every way to sing them is weighed against every
way to sing the next, and the search of `solver.py` picks; when that cannot obey every rule, more chords
are let in, and when that does not help either, rules give way and the answer says which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.generators.rules.chords import MARGINS, Given, Row, choices_of, linked
from livecode.generators.rules.slots import Slot
from livecode.generators.rules.solver import Answer, Task
from livecode.generators.rules.theory import Chord, Key, symbols
from livecode.generators.rules.voicing import FORBIDDEN, RANGES, Voicings, moves, voicings

MOST_WAYS = (70, 140, 240, 480)
"""The most ways to sing one beat, at each try."""


@dataclass
class Sung:
    """One beat sung: its chord and inversion, pitches soprano to bass, the member and place of each."""

    slot: Slot
    chord: Chord
    inversion: int
    pitches: tuple[int, int, int, int]
    members: tuple[int, ...]
    places: tuple[int, ...]
    key: Key

    @property
    def figure(self) -> str:
        """The chord as in "V7 in d minor, first inversion"."""
        turned = ("", ", first inversion", ", second inversion", ", third inversion")[self.inversion]
        return f"{self.chord.numeral} in {self.key.name}{turned}"


@dataclass
class Harmony:
    """The beats sung, and what the search says of them."""

    beats: list[Sung]
    answer: Answer


def harmonised(
    slots: list[Slot],
    keys: list[Key],
    seed: int = 0,
    taste: float = 0.25,
    steps: int = 6000,
    given: Given = Given(),
    plan: list[dict[Any, float]] | None = None,
) -> Harmony:
    """Chords and three lower parts for a melody's beats; `keys` is the key of each beat.

    `plan`, where a composer has one, holds for each beat the prices of (numeral, inversion) pairs or
    numerals; a chord it does not name costs much.
    """
    choices = choices_of(slots, keys, given, plan, seed, taste)
    levels = [_first_level(slot, key, options) for slot, key, options in zip(slots, keys, choices)]
    ways = [
        _ways(slot, key, _near(options, level), MOST_WAYS[level])
        for slot, key, options, level in zip(slots, keys, choices, levels)
    ]
    tables: list[Row | None] = [None] * len(slots)
    while True:
        for number in range(1, len(slots)):
            if tables[number] is None:
                tables[number] = _step(ways, slots, keys, number, plan is not None)
        first = ways[0][1] if given.before is None else ways[0][1] + _arrived(given.before, ways[0][0])
        stuck = _stuck(first, tables, ways)
        if stuck is None:
            break
        # More chords are let in around the beat where every way ends.
        near = [
            n for n in range(max(0, stuck - 2), min(len(slots), stuck + 2)) if levels[n] < len(MARGINS) - 1
        ]
        if not near:
            break
        for number in near:
            levels[number] += 1
            level = levels[number]
            options = _near(choices[number], level)
            ways[number] = _ways(slots[number], keys[number], options, MOST_WAYS[level])
            tables[number] = None
            if number + 1 < len(slots):
                tables[number + 1] = None
    task = Task(seed=seed, taste=taste)
    for number, (_, base) in enumerate(ways):
        task.choose(f"beat {number + 1}", range(len(base)))
        task.price("how it is sung", first if number == 0 else base, number)
    for number in range(1, len(ways)):
        task.prices("voice leading", tables[number], number - 1, number)
    answer = task.solve(steps=steps)
    beats = []
    for slot, key, (found, _), value in zip(slots, keys, ways, answer.values):
        block, row = _located(found, int(value))
        beats.append(
            Sung(
                slot,
                block.chord,
                block.inversion,
                tuple(int(p) for p in block.pitches[row]),  # type: ignore[arg-type]
                tuple(int(m) for m in block.members[row]),
                tuple(int(p) for p in block.places[row]),
                key,
            )
        )
    return Harmony(beats, answer)


def _near(options: list[tuple[int, float, float]], level: int) -> list[tuple[int, float]]:
    """The chords not much dearer than the cheapest chain, by how far the search has had to go."""
    return [(index, price) for index, price, more in options if more <= MARGINS[level]]


def _first_level(slot: Slot, key: Key, options: list[tuple[int, float, float]]) -> int:
    """How far to go for a chord that can be sung at all."""
    for level in range(len(MARGINS)):
        _, prices = _blocks(slot, key, _near(options, level), MOST_WAYS[level])
        if any(np.isfinite(row).any() for row in prices):
            return level
    return 0


def _step(
    ways: list[tuple[Blocks, Row]], slots: list[Slot], keys: list[Key], number: int, planned: bool
) -> Row:
    """Progression and voice leading from all ways to sing one beat to all of the next."""
    before, here = ways[number - 1][0], ways[number][0]
    link = linked(slots[number - 1], slots[number], keys[number - 1], keys[number], planned)
    return _table(before, here, slots[number - 1]) + _between(before, here, link)


def _stuck(first: Row, tables: list[Row | None], ways: list[tuple[Blocks, Row]]) -> int | None:
    """The first beat that no allowed way leads to; None when the end is reached."""
    alive = np.isfinite(first)
    for number in range(1, len(ways)):
        table = tables[number]
        assert table is not None
        alive = np.isfinite(table)[alive].any(axis=0) & np.isfinite(ways[number][1])
        if not alive.any():
            return number
    return None


# ---- how they are sung

Blocks = list[tuple[Voicings, int, int]]


def _ways(slot: Slot, key: Key, options: list[tuple[int, float]], most: int) -> tuple[Blocks, Row]:
    """The voicings of a beat's chords, cheapest chords first, and the price of each."""
    blocks, prices = _blocks(slot, key, options, most)
    return (blocks, np.concatenate(prices)) if blocks else (_foreign(slot, key), np.zeros(1))


def _blocks(slot: Slot, key: Key, options: list[tuple[int, float]], most: int) -> tuple[Blocks, list[Row]]:
    """The voicings of what can be sung of some chords."""
    blocks: Blocks = []
    prices: list[Row] = []
    count = 0
    found = symbols(key.mode)
    for index, price in options:
        chord, inversion = found[index]
        ways = voicings(key, chord, inversion, slot.core)
        if ways is None:
            continue
        blocks.append((ways, index, count))
        fits = np.ones(len(ways.prices), bool)
        for _, _, pitch in slot.notes[1:]:
            # What else the melody sings in this beat stays above the alto, and near it.
            over = pitch - ways.pitches[:, 1]
            fits &= (over >= 0) & (over <= 12)
        prices.append(np.where(fits, ways.prices + price, FORBIDDEN))
        count += len(ways.prices)
        if count >= most:
            break
    return blocks, prices


def _foreign(slot: Slot, key: Key) -> Blocks:
    """A melody note that no chord of the key holds, or out of every range: the tonic chord under it."""
    chord, inversion = symbols(key.mode)[0]
    best = min(
        (ways for pitch in range(*RANGES[0]) if (ways := voicings(key, chord, inversion, pitch)) is not None),
        key=lambda ways: abs(int(ways.pitches[0, 0]) - slot.core),
    )
    row = int(np.argmin(best.prices))
    pitches = best.pitches[row : row + 1].copy()
    pitches[:, 0] = slot.core
    one = Voicings(
        chord, inversion, pitches, best.places[row : row + 1], best.members[row : row + 1], np.array([30.0])
    )
    return [(one, 0, 0)]


def _located(blocks: Blocks, value: int) -> tuple[Voicings, int]:
    for ways, _, start in reversed(blocks):
        if value >= start:
            return ways, value - start
    raise AssertionError(value)


def _table(first: Blocks, second: Blocks, slot: Slot) -> Row:
    """The voice leading between all ways to sing two beats."""
    sung = slot.last if slot.last != slot.core else None
    return np.vstack([np.hstack([_moves(a, b, sung) for b, _, _ in second]) for a, _, _ in first])


_known: dict[tuple[int, int, int | None], tuple[Voicings, Voicings, Row]] = {}


def _moves(first: Voicings, second: Voicings, sung: int | None) -> Row:
    """`moves`, remembered: the same pair of chords under the same notes comes again and again."""
    key = (id(first), id(second), sung)
    kept = _known.get(key)
    if kept is not None and kept[0] is first and kept[1] is second:
        return kept[2]
    table = moves(first, second, sung)
    if len(_known) > 20000:
        _known.clear()
    _known[key] = (first, second, table)
    return table


def _between(first: Blocks, second: Blocks, linked: Row) -> Row:
    """The price of chord after chord between all ways to sing two beats."""
    rows = np.repeat([index for _, index, _ in first], [len(ways.prices) for ways, _, _ in first])
    columns = np.repeat([index for _, index, _ in second], [len(ways.prices) for ways, _, _ in second])
    # Two chords that only together are forbidden (melody and bass in parallels) the voicings forbid anyway.
    table: Row = linked[np.ix_(rows, columns)]
    return table


def arrival(
    before: tuple[int, int, int, int], rows: npt.NDArray[np.int64], chord: Chord, bass_given: bool = False
) -> Row:
    """What it costs to come from the beat before the first: no parallels, no wide leaps."""
    unknown = np.full(rows.shape, -1)
    places = np.zeros(rows.shape, int)
    first = Voicings(chord, 0, np.array([before]), places[:1], unknown[:1], np.zeros(1))
    second = Voicings(chord, 0, rows, places, unknown, np.zeros(len(rows)))
    arrivals: Row = moves(first, second, None, bass_given)[0]
    return arrivals


def _arrived(before: tuple[int, int, int, int], blocks: Blocks) -> Row:
    rows = np.concatenate([ways.pitches for ways, _, _ in blocks])
    return arrival(before, rows, blocks[0][0].chord)
