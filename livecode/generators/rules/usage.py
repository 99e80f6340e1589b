"""How usual chords are: counted beat by beat in the chorales of the training split.

W. Piston's table says which roots follow which; these counts say how often, with which inversion, and which
note of the chord the melody takes. They turn the textbook's "sometimes" into a price.

    python -m livecode.generators.rules.usage jsb16_train_valid.json models/harmony
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.errors import CorpusError
from livecode.generators.rules.theory import Key, symbols
from livecode.music.key import key_correlations, pitch_class_weights
from livecode.music.phrase import Phrase
from livecode.sets import find

Row = npt.NDArray[np.float64]
BEAT = 4
"""Steps of the grid in a beat."""
SMOOTHING = 4.0


@dataclass(frozen=True)
class Usage:
    """Prices in nats: of a symbol, of a symbol after another, of the melody's step over a symbol."""

    alone: Row
    after: Row
    melody: Row


@lru_cache(maxsize=4)
def usage(mode: str) -> Usage:
    """The prices of a mode, from models/harmony; all nothing when that folder is not there."""
    found = symbols(mode)
    size = len(found)
    path = find("models", "harmony") / "usage.json"
    try:
        counted = json.loads(path.read_text("utf-8"))[mode]
        names = {f"{chord.numeral}/{inversion}": index for index, (chord, inversion) in enumerate(found)}
        pairs, melody = np.zeros((size, size)), np.zeros((size, 12))
        for one, other, count in counted["pairs"]:
            if one in names and other in names:
                pairs[names[one], names[other]] = count
        for name, row in counted["melody"].items():
            if name in names:
                melody[names[name]] = row
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise CorpusError(f"models/harmony/usage.json is damaged ({problem}): make it again") from None
    single = melody.sum(axis=1) + 0.5
    alone = single / single.sum()
    rows = pairs.sum(axis=1, keepdims=True)
    after = (pairs + SMOOTHING * alone[None, :]) / (rows + SMOOTHING)
    steps = np.zeros((size, 12))
    for index, (chord, _) in enumerate(found):
        inside = [(chord.root + step) % 12 for step in chord.steps]
        steps[index, inside] = 1.0
    sung = (melody + steps) / (melody + steps).sum(axis=1, keepdims=True)
    return Usage(-np.log(alone), -np.log(after), -np.log(np.maximum(sung, 1e-4)))


def read(grid: Any, keys: list[Key]) -> list[tuple[str, int] | None]:
    """For each beat of a chorale the symbol that its four parts sing and the melody's step; None where
    unclear.

    A beat that is no chord when struck (a suspension, a passing note on the beat) is read at its half.
    """
    beats: list[tuple[str, int] | None] = []
    for start, key in zip(range(0, len(grid), BEAT), keys):
        known = _names(key)
        found = None
        for step in (start, start + BEAT // 2):
            if step < len(grid) and found is None and min(grid[step]) > 0:
                name = known.get((frozenset(pitch % 12 for pitch in grid[step]), grid[step][3] % 12))
                if name is not None:
                    found = (name, (grid[start][0] - key.tonic) % 12)
        beats.append(found)
    return beats


@lru_cache(maxsize=64)
def _names(key: Key) -> dict[tuple[frozenset[int], int], str]:
    known: dict[tuple[frozenset[int], int], str] = {}
    for chord, inversion in reversed(symbols(key.mode)):
        classes = chord.pitch_classes(key)
        name = f"{chord.numeral}/{inversion}"
        known[frozenset(classes), classes[inversion]] = name
        if inversion != 2:
            known.setdefault((frozenset(classes) - {classes[2]}, classes[inversion]), name)
    return known


WINDOW = 6
"""Beats before and after one that say what key it is in."""
CHANGE = 0.25
"""What a change of key costs, in correlation; a key must fit that much better, summed over its beats."""


def keys_of(grid: Any) -> list[Key]:
    """The key of each beat of a chorale, by what sounds around it; seldom changing."""
    count = -(-len(grid) // BEAT)
    home = key_of(grid)
    rows = []
    for beat in range(count):
        near = [
            p
            for chord in grid[max(0, beat - WINDOW) * BEAT : (beat + WINDOW + 1) * BEAT]
            for p in chord
            if p > 0
        ]
        weights = np.bincount(np.array(near) % 12, minlength=12)
        rows.append(key_correlations(weights).reshape(-1))
    best, backs = rows[0].copy(), []
    own = home.tonic + (12 if home.mode == "minor" else 0)
    for row in rows[1:]:
        jump = best.max() - CHANGE * 4
        backs.append(np.where(best >= jump, np.arange(24), int(best.argmax())))
        best = np.maximum(best, jump) + row
    best[own] += 1.0
    state = int(best.argmax())
    path = [state]
    for back in reversed(backs):
        state = int(back[state])
        path.append(state)
    return [Key.at(state % 12, ("major", "minor")[state // 12]) for state in reversed(path)]


def key_of(grid: Any) -> Key:
    """A chorale's key: its last bass note, and the mode that fits what is sung better."""
    phrase = Phrase.from_grid(grid)
    tonic = int(grid[-1][3]) % 12
    major, minor = key_correlations(pitch_class_weights(phrase))[:, tonic]
    return Key.at(tonic, "major" if major >= minor else "minor")


def count(grids: list[Any]) -> dict[str, Any]:
    """The counts of some chorales, by mode."""
    out: dict[str, Any] = {}
    pairs: dict[str, dict[tuple[str, str], int]] = {"major": {}, "minor": {}}
    melody: dict[str, dict[str, list[int]]] = {"major": {}, "minor": {}}
    for grid in grids:
        keys = keys_of(grid)
        beats = read(grid, keys)
        for now, key in zip(beats, keys):
            if now is not None:
                melody[key.mode].setdefault(now[0], [0] * 12)[now[1]] += 1
        for first, second, key, after in zip(beats, beats[1:], keys, keys[1:]):
            if first is not None and second is not None and key == after:
                pair = (first[0], second[0])
                pairs[key.mode][pair] = pairs[key.mode].get(pair, 0) + 1
    for mode in ("major", "minor"):
        rows = [[*pair, times] for pair, times in sorted(pairs[mode].items())]
        out[mode] = {"pairs": rows, "melody": dict(sorted(melody[mode].items()))}
    return out


def main(arguments: list[str]) -> None:
    """Count the `train` pieces of a JSB file and write the table."""
    source, target = Path(arguments[0]), Path(arguments[1])
    counted = count(json.loads(source.read_text("utf-8"))["train"])
    target.mkdir(parents=True, exist_ok=True)
    (target / "usage.json").write_text(json.dumps(counted, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
