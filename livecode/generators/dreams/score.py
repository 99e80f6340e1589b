"""Between a phrase and the grid a net dreams on: which voice sings what, and how notes come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from livecode.language.notes import MIDI_C4, note_name
from livecode.music.phrase import SIXTEENTH, Notes, Phrase, empty_notes

Grid = npt.NDArray[np.int64]
LOW_VOICE = 53
"""A tune whose mean pitch lies under this is sung by the lowest voice."""


@dataclass(frozen=True)
class Score:
    """A phrase laid on a grid: `grid` (steps, voices) of pitches, 0 for rests; `shift` semitones it was moved
    to lie within the net's compass; `kept` the notes that found no place and stay as they are."""

    source: Phrase
    grid: Grid
    laid: Notes
    kept: Notes
    shift: int

    @classmethod
    def of(cls, source: Phrase, voices: int, low: int, high: int) -> Score:
        """The phrase on a grid of so many voices with pitches from `low` to `high`.

        >>> Score.of(Phrase.of([60, 64]), 4, 33, 84).grid[:5, 0].tolist()
        [60, 60, 60, 60, 64]
        """
        steps = -(-source.length // SIXTEENTH)
        grid = np.zeros((steps, voices), np.int64)
        laid = source.notes.copy()
        laid["voice"] = _places(source, voices)[laid["voice"]] if len(laid) else 0
        shift = _shift(laid["pitch"], low, high)
        laid["pitch"] += shift
        fits = (laid["pitch"] >= low) & (laid["pitch"] <= high) & (laid["voice"] < voices)
        for note in laid[fits]:
            begin = round(int(note["onset"]) / SIXTEENTH)
            end = max(begin + 1, round((int(note["onset"]) + int(note["duration"])) / SIXTEENTH))
            grid[begin:end, note["voice"]] = note["pitch"]
        return cls(source, grid, laid[fits], source.notes[~fits], shift)

    def back(self, grids: Sequence[Grid], depths: Sequence[float]) -> Phrase:
        """The phrase whose bars are those of several grids; a bar of depth 0 has the notes of the source."""
        source, bar = self.source, self.source.bar
        rows, told = [], []
        origins = {
            (int(n["voice"]), round(int(n["onset"]) / SIXTEENTH)): index for index, n in enumerate(self.laid)
        }
        whole = self._together(grids)
        for note in Phrase.from_grid(whole, attacks=self._attacks(whole)).notes:
            number = min(int(note["onset"]) // bar, len(depths) - 1)
            if depths[number] <= 0:
                continue
            step = int(note["onset"]) // SIXTEENTH
            made = note.copy()
            made["velocity"] = self._loudness(step, origins)
            was = origins.get((int(note["voice"]), step))
            same = was is not None and self.laid[was]["pitch"] == note["pitch"]
            if was is not None and same:
                made["onset"], made["cents"] = self.laid[was]["onset"], self.laid[was]["cents"]
                if abs(int(self.laid[was]["duration"]) - int(note["duration"])) < SIXTEENTH:
                    made["duration"] = self.laid[was]["duration"]
            made["pitch"] -= self.shift
            before = int(self.grid[step, note["voice"]]) - self.shift
            rows.append(made)
            told.append(
                {
                    "dreamt at depth": float(depths[number]),
                    "was": "itself" if same else note_name(before - MIDI_C4) if before > 0 else "silence",
                }
            )
        for note in [*self._own(depths), *self.kept]:
            rows.append(note)
            told.append({"dreamt at depth": 0.0, "was": "itself"})
        notes = empty_notes(len(rows))
        for index, row in enumerate(rows):
            notes[index] = row
        notes["duration"] = np.minimum(notes["duration"], source.length - notes["onset"])
        made = Phrase(notes, source.length, source.metre, source.key, told)
        return made.where(notes["duration"] > 0).sorted()

    def _together(self, grids: Sequence[Grid]) -> Grid:
        steps = max(1, self.source.bar // SIXTEENTH)
        whole = self.grid.copy()
        for number, grid in enumerate(grids):
            here = slice(number * steps, None if number == len(grids) - 1 else (number + 1) * steps)
            whole[here] = grid[here]
        return whole

    def _attacks(self, whole: Grid) -> npt.NDArray[np.bool_]:
        """Where a note of the source is struck again at a pitch that still sounds there."""
        struck = np.zeros(whole.shape, bool)
        for note in self.laid:
            step = min(round(int(note["onset"]) / SIXTEENTH), len(whole) - 1)
            struck[step, note["voice"]] = whole[step, note["voice"]] == note["pitch"]
        return struck

    def _loudness(self, step: int, origins: dict[tuple[int, int], int]) -> int:
        """How loud the source is at this moment, a little less where it is silent."""
        if not len(self.laid):
            return 76
        begins = np.round(self.laid["onset"] / SIXTEENTH)
        near = np.abs(begins - step)
        loud = int(self.laid["velocity"][int(near.argmin())])
        return loud if near.min() == 0 else max(1, round(0.85 * loud))

    def _own(self, depths: Sequence[float]) -> Notes:
        """Notes of the source in bars that are not dreamt."""
        own = self.laid.copy()
        own["pitch"] -= self.shift
        return _in_bars(own, self.source.bar, [depth <= 0 for depth in depths])


def _in_bars(notes: Notes, bar: int, wanted: Sequence[bool]) -> Notes:
    numbers = np.minimum(notes["onset"] // bar, len(wanted) - 1)
    found: Notes = notes[np.array(wanted, bool)[numbers]] if len(notes) else notes
    return found


def _places(source: Phrase, voices: int) -> npt.NDArray[np.int64]:
    """Which of the net's voices sings each voice of the source: the outer ones first."""
    count = source.voices
    if count == 1:
        return np.array([voices - 1 if source.notes["pitch"].mean() < LOW_VOICE else 0])
    if count < voices:
        return np.array([*range(count - 1), voices - 1])
    return np.arange(count)


def _shift(pitches: npt.NDArray[np.integer], low: int, high: int) -> int:
    """By how many octaves the most notes lie inside."""
    if not len(pitches):
        return 0
    best = max(
        range(-60, 61, 12),
        key=lambda move: (int(((pitches + move >= low) & (pitches + move <= high)).sum()), -abs(move)),
    )
    return best
