"""What a net is given before it writes: the bars before, and what another part plays in the same bars.

A table of given classes holds a class where a note is set and `FREE` where the net may choose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt

from livecode.errors import GeneratorError
from livecode.generators.generator import Context
from livecode.generators.neural.config import Config
from livecode.generators.neural.features import Classes
from livecode.music.phrase import SIXTEENTH, Phrase

FREE = -1

UPBEAT = 4
"""Chorales mostly begin with an upbeat of one beat; so does every page here, and it is not played."""

HEARD_STEPS = 128
GAP = 16
"""Steps of silence in a given part through which its last note is taken to sound on."""

CENTRES = (71, 66, 60, 52)
"""Where the voices of a choir lie."""


@dataclass(frozen=True)
class Page:
    """`given` (steps, voices); `taken`: voices that another part sings; `before`: what the net has heard.

    `mine` (steps, voices): the notes that the net is to play. `infill`: only bars that the part leaves empty.
    """

    given: Classes
    taken: tuple[int, ...]
    before: Classes | None
    mine: npt.NDArray[np.bool_]
    infill: bool = False

    def singing(self, voice: int, line: Phrase, config: Config) -> Page:
        """The same with a line set in a voice that belongs to what is played."""
        table, _ = given_part(line, len(self.given), config.voices, config.low, config.high, (voice,))
        given = self.given.copy()
        given[:, voice] = np.where(table[:, voice] == FREE, 0, table[:, voice])
        return replace(self, given=given, taken=tuple(sorted({*self.taken, voice})))

    @classmethod
    def of(cls, context: Context, config: Config, steps: int) -> Page:
        """From a context, for so many steps."""
        infill = bool(context.constraints.get("infill"))
        given, taken = given_part(
            context.over, steps, config.voices, config.low, config.high, bridge=0 if infill else GAP
        )
        mine = np.ones(given.shape, bool)
        if infill and taken:
            bar = max(1, context.over.bar // SIXTEENTH) if context.over is not None else 16
            for begin in range(0, steps, bar):
                here = given[begin : begin + bar, list(taken)]
                if (here != FREE).any():
                    # A bar with something in it is kept as it is, its rests too.
                    given[begin : begin + bar, list(taken)] = np.where(here == FREE, 0, here)
                    mine[begin : begin + bar] = False
            mine[:, [voice for voice in range(config.voices) if voice not in taken]] = False
        else:
            mine[:, list(taken)] = False
        return cls(given, taken, heard_before(context, config, taken, infill), mine, infill)


def heard_before(
    context: Context, config: Config, taken: Sequence[int], infill: bool = False
) -> Classes | None:
    """An upbeat and the end of the previous phrase as classes, with what the given part played to it."""
    previous = context.previous
    if previous is None:
        return None
    steps = previous.length // SIXTEENTH
    table = previous.grid(SIXTEENTH, config.voices)[:steps].astype(np.int64)
    if taken:
        other, also = given_part(
            context.over_before, steps, config.voices, config.low, config.high, taken, 0 if infill else GAP
        )
        if list(also) != list(taken):
            return None
        columns = list(taken)
        theirs = np.where(other[:, columns] > 0, other[:, columns] + config.low - 1, 0)
        table[:, columns] = np.where(theirs > 0, theirs, table[:, columns]) if infill else theirs
    bar = max(1, previous.bar // SIXTEENTH)
    kept = min(steps, max(bar, HEARD_STEPS // bar * bar))
    table = table[steps - kept :]
    table = table[len(table) % config.frame :]
    if len(table) < config.frame:
        return None
    inside = np.where((table >= config.low) & (table <= config.high), table, 0)
    classes = config.classes(inside)
    return np.concatenate([np.repeat(classes[:1], UPBEAT, axis=0), classes])


def given_part(
    over: Phrase | None,
    steps: int,
    voices: int,
    low: int,
    high: int,
    places: Sequence[int] | None = None,
    bridge: int = GAP,
) -> tuple[Classes, tuple[int, ...]]:
    """What another part plays, as classes in the voices it fits best; those voices' numbers.

    One line goes to the voice whose register it lies in, several lines to several voices in order; a chordal
    part of as many voices as the net has gives its top line alone. Notes beyond the range move by octaves;
    a short silence is bridged, in a long one the net may write that voice as it likes.
    """
    table = np.full((steps, voices), FREE, np.int64)
    if over is None or not len(over.notes) or voices == 1:
        # A net of one voice has none to spare for another part.
        return table, ()
    grid = over.grid(SIXTEENTH)[:steps].astype(np.int64)
    grid = np.pad(grid, ((0, steps - len(grid)), (0, 0)))
    lines = [grid[:, n] for n in range(grid.shape[1]) if (grid[:, n] > 0).any()]
    if len(lines) >= voices:
        lines = lines[:1]
    if places is None:
        means = [float(line[line > 0].mean()) for line in lines]
        centres = [CENTRES[n] if n < len(CENTRES) else 52 for n in range(voices)]
        places = min(
            combinations(range(voices), len(lines)),
            key=lambda chosen: sum(abs(centres[v] - m) for v, m in zip(chosen, means)),
        )
    elif len(places) != len(lines):
        return table, ()
    for place, line in zip(places, lines):
        last, silence = 0, 0
        for step, pitch in enumerate(line.tolist()):
            silence = 0 if pitch > 0 else silence + 1
            last = pitch if pitch > 0 else last
            if last and silence <= bridge:
                table[step, place] = within(last, low, high) - low + 1
    return table, tuple(places)


def within(pitch: int, low: int, high: int) -> int:
    """A pitch moved by octaves into a range."""
    while pitch < low:
        pitch += 12
    while pitch > high:
        pitch -= 12
    if pitch < low:
        raise GeneratorError(f"a net with a range of {high - low} semitones cannot take any part")
    return pitch
