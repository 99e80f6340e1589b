"""Which chords a melody may have: what each costs by itself, after another, in which key.

The cheapest chain of chords is found for the melody alone (dynamic programming, forwards and backwards), and
for every beat how much dearer each other chord would be at best.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.generators.rules.slots import Slot
from livecode.generators.rules.theory import Chord, Key, progression, symbols
from livecode.generators.rules.usage import usage

Row = npt.NDArray[np.float64]
MARGINS = (1.5, 4.0, 9.0, 40.0)
"""How much dearer than the cheapest chain a chord may be and still be voiced, at each try."""
WEIGHTS = {"textbook": 0.3, "usage": 1.0, "melody": 1.0}
"""How much W. Piston's table, the chorales' counts and the melody's place in the chord weigh."""


@dataclass(frozen=True)
class Given:
    """What is asked of the chords: a bass (pitch classes by beat), the chords of each beat by numeral.

    `scale` are the only pitch classes allowed, `before` the pitches of the beat that came before.
    """

    bass: tuple[int | None, ...] = ()
    chords: tuple[frozenset[tuple[int, ...]] | None, ...] = ()
    scale: frozenset[int] | None = None
    before: tuple[int, int, int, int] | None = None
    close: bool = True


@lru_cache(maxsize=8)
def _progressions(mode: str) -> Row:
    """What it costs that one symbol follows another: the progression, and how the bass goes."""
    found = symbols(mode)
    table = np.zeros((len(found), len(found)))
    for row, (first, low) in enumerate(found):
        for column, (second, under) in enumerate(found):
            price = progression(first, second, mode)
            step = (second.root + second.steps[under] - first.root - first.steps[low]) % 12
            if first == second and low == under:
                price += 0.4
            elif step == 0:
                price += 0.7
            elif step == 6:
                price += 0.6
            elif step in (3, 4, 8, 9):
                price += 0.25
            if under == 2 and len(second.steps) == 3 and step not in (0, 1, 2, 10, 11, 5, 7):
                price += 3.0
            if low == 2 and len(first.steps) == 3:
                # A six-four chord is left by step, or its bass stays.
                price += 0.0 if step in (0, 1, 2, 10, 11) else 6.0
                if first.degree == 1 and step == 0 and not (second.degree == 5 and under == 0):
                    price += 3.0
            if low == 3 and step not in (10, 11):
                price += 5.0
            table[row, column] = price
    return WEIGHTS["textbook"] * table + WEIGHTS["usage"] * usage(mode).after


@lru_cache(maxsize=128)
def _classes(key: Key) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64], Row]:
    """For each symbol of a key: which pitch classes are in it, its bass, what it costs."""
    found = symbols(key.mode)
    inside = np.zeros((len(found), 12), bool)
    bass = np.zeros(len(found), np.int64)
    price = np.zeros(len(found))
    for index, (chord, inversion) in enumerate(found):
        classes = chord.pitch_classes(key)
        inside[index, list(classes)] = True
        bass[index] = classes[inversion]
        price[index] = (
            chord.price
            + (0.0, 0.35, 0.9, 0.6)[inversion]
            - 0.3 * (inversion == 1 and chord.quality in ("diminished", "dominant seventh", "minor seventh"))
        )
    price = WEIGHTS["textbook"] * price
    return inside, bass, price


def _unary(slot: Slot, key: Key, slots: list[Slot], number: int, given: Given, plan: Any) -> Row:
    inside, bass, price = _classes(key)
    found = symbols(key.mode)
    sung = usage(key.mode).melody[:, (slot.core - key.tonic) % 12]
    row: Row = np.where(inside[:, slot.core % 12], price + WEIGHTS["melody"] * sung, np.inf)
    for index, (_onset, _duration, pitch) in enumerate(slot.notes):
        if index == 0:
            continue
        after = (
            slot.notes[index + 1][2]
            if index + 1 < len(slot.notes)
            else (slots[number + 1].core if number + 1 < len(slots) else pitch)
        )
        stepwise = abs(pitch - slot.notes[index - 1][2]) <= 2 and abs(after - pitch) <= 2
        extra = 0.3 if stepwise else 6.0
        row = row + np.where(inside[:, pitch % 12], 0.0, extra)
    if given.scale is not None:
        outside = [pitch for pitch in range(12) if pitch not in given.scale]
        row = np.where(inside[:, outside].any(axis=1), np.inf, row)
    if number < len(given.bass) and given.bass[number] is not None:
        row = np.where(bass == given.bass[number], row, np.inf)
    if number < len(given.chords) and given.chords[number] is not None:
        wanted = given.chords[number]
        assert wanted is not None
        fits = np.array([tuple(sorted(chord.pitch_classes(key))) in wanted for chord, _ in found])
        row = np.where(fits, row, np.inf)
    if plan is not None:
        asked = plan[number]
        row = row + np.array(
            [asked.get((c.numeral, inv), asked.get(c.numeral, asked.get("", 0.0))) for c, inv in found]
        )
    elif (slot.ends or slot.final) and given.close:
        row = row + np.array([_ending(chord, inv, key, slot.final) for chord, inv in found])
    if slot.weight == 2:
        row = row + np.array(
            [1.0 if inv == 2 and len(c.steps) == 3 and c.degree != 1 else 0.0 for c, inv in found]
        )
    elif plan is None:
        six_four = np.array([inv == 2 and len(c.steps) == 3 for c, inv in found])
        row = row + np.where(six_four & (slot.weight == 0), 0.6, 0.0)
    return row


def _ending(chord: Chord, inversion: int, key: Key, final: bool) -> float:
    """What a chord costs where a phrase comes to rest."""
    if len(chord.steps) > 3 or inversion or chord.quality == "diminished":
        return 40.0 if final else 6.0
    if chord.root == 0:
        return 0.0 if chord.numeral != "I" or key.mode == "major" or final else 2.0
    if final:
        return 12.0
    if chord.numeral in ("V", "III", "V/V", "vi", "V/vi"):
        return 0.4
    return 2.0


def choices_of(
    slots: list[Slot], keys: list[Key], given: Given, plan: Any, seed: int, taste: float
) -> list[list[tuple[int, float, float]]]:
    """For each beat the symbols worth voicing: number, price, how much dearer than the cheapest chain."""
    drawn = np.random.default_rng((seed, 1))
    rows = [_unary(slot, key, slots, n, given, plan) for n, (slot, key) in enumerate(zip(slots, keys))]
    for number, row in enumerate(rows):
        if not np.isfinite(row).any():
            rows[number] = row = _rescue(slots[number], keys[number], given, number)
        noise = drawn.gumbel(size=len(row)) * taste
        rows[number] = row + np.where(np.isfinite(row), noise - noise.min(), 0)
    tables = [
        linked(slots[n], slots[n + 1], keys[n], keys[n + 1], plan is not None) for n in range(len(slots) - 1)
    ]
    forward = [rows[0]]
    for number, table in enumerate(tables):
        forward.append((forward[-1][:, None] + table).min(axis=0) + rows[number + 1])
    backward = [np.zeros(len(rows[-1]))]
    for number in range(len(tables) - 1, -1, -1):
        backward.append((tables[number] + (rows[number + 1] + backward[-1])[None, :]).min(axis=1))
    backward.reverse()
    choices = []
    for ahead, behind, row in zip(forward, backward, rows):
        total = ahead + behind
        more = total - total.min()
        kept = np.flatnonzero(more <= MARGINS[-1])
        order = kept[np.argsort(more[kept], kind="stable")]
        choices.append([(int(index), float(row[index]), float(more[index])) for index in order])
    return choices


def _rescue(slot: Slot, key: Key, given: Given, number: int) -> Row:
    """When nothing fits what is asked, whatever holds the melody's note."""
    inside, bass, price = _classes(key)
    row: Row = np.where(inside[:, slot.core % 12], price + 20.0, np.inf)
    if number < len(given.bass) and given.bass[number] is not None:
        fits = row + np.where(bass == given.bass[number], 0.0, np.inf)
        row = fits if np.isfinite(fits).any() else row
    if not np.isfinite(row).any():
        # A note foreign to every chord of the key: any chord, the soprano is then a dissonance.
        row = price + 40.0
    return row


def linked(first: Slot, second: Slot, key: Key, after: Key, planned: bool) -> Row:
    """Prices of chord after chord, with parallels between melody and bass forbidden."""
    if key == after:
        table = _progressions(key.mode).copy()
    else:
        table = _modulating(key, after)
    _, low, _ = _classes(key)
    _, under, _ = _classes(after)
    if first.core != second.core:
        moved = low[:, None] != under[None, :]
        old = (first.core - low) % 12
        new = (second.core - under) % 12
        bad = ((old[:, None] == 7) & (new[None, :] == 7)) | ((old[:, None] == 0) & (new[None, :] == 0))
        table[bad & moved] = np.inf
    if not planned:
        same = (
            np.array([[a == b for b, _ in symbols(after.mode)] for a, _ in symbols(key.mode)])
            if (key == after)
            else np.zeros(table.shape, bool)
        )
        # Harmony changes over the bar line.
        table = table + np.where(same, 0.0 if second.final else (0.3, 0.8, 1.6)[second.weight], 0.0)
    if second.final and not planned:
        leap = _roots(after)[None, :] - _roots(key)[:, None]
        # Into the last chord from its dominant or subdominant, then no further.
        prices = {0: 0.0} if first.final else {5: 0.0, 7: 0.5, 1: 0.5, 0: 20.0, 10: 3.0}
        table = table + np.array([prices.get(step, 30.0) for step in range(12)])[leap % 12]
    return table


@lru_cache(maxsize=128)
def _roots(key: Key) -> npt.NDArray[np.int64]:
    return np.array([(key.tonic + chord.root) % 12 for chord, _ in symbols(key.mode)])


@lru_cache(maxsize=256)
def _modulating(key: Key, after: Key) -> Row:
    """From a chord of one key to one of another: by the new key's ways where both hold the chord."""
    ours, theirs = symbols(key.mode), symbols(after.mode)
    home: dict[tuple[tuple[int, ...], int], int] = {}
    for index, (chord, inversion) in enumerate(theirs):
        home.setdefault((chord.pitch_classes(after), inversion), index)
    table = np.full((len(ours), len(theirs)), 4.0)
    within = _progressions(after.mode)
    for row, (chord, inversion) in enumerate(ours):
        same = home.get((chord.pitch_classes(key), inversion))
        if same is not None:
            table[row] = within[same]
        for column, (second, _) in enumerate(theirs):
            if same is None and second.dominant and second.target is None:
                table[row, column] = 2.0
    return table


KEY_CHANGE = 4.0
"""What it costs to go to another key, over and above the chords it takes."""
RELATED = {
    "major": ((7, "major"), (5, "major"), (9, "minor"), (2, "minor"), (4, "minor")),
    "minor": ((3, "major"), (7, "minor"), (5, "minor"), (10, "major"), (8, "major")),
}


def local_keys(slots: list[Slot], home: Key, given: Given = Given()) -> list[Key]:
    """The key of each beat: home, or one a step away, wherever the cheapest chain of chords leads.

    It begins and ends at home.
    """
    keys = [home, *(home.relative(step, mode) for step, mode in RELATED[home.mode])]
    starts = np.cumsum([0, *(len(symbols(key.mode)) for key in keys)])
    size = int(starts[-1])
    links = np.empty((size, size))
    for i, first in enumerate(keys):
        for j, second in enumerate(keys):
            block = _progressions(first.mode) if i == j else _modulating(first, second) + KEY_CHANGE
            links[starts[i] : starts[i + 1], starts[j] : starts[j + 1]] = block
    best: Row | None = None
    backs = []
    for number, slot in enumerate(slots):
        row = np.concatenate([_unary(slot, key, slots, number, given, None) for key in keys])
        if number == 0 or slot.final:
            row[starts[1] :] += 6.0
        row = np.where(np.isfinite(row), row, 1e6)
        if best is None:
            best = row
            continue
        total = best[:, None] + links
        backs.append(total.argmin(axis=0))
        best = total.min(axis=0) + row
    assert best is not None
    state = int(best.argmin())
    path = [state]
    for back in reversed(backs):
        state = int(back[state])
        path.append(state)
    path.reverse()
    return [keys[int(np.searchsorted(starts, state, side="right")) - 1] for state in path]
