"""Where songs are at home: a scale and how its notes are written on the seven letters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.language.notes import MIDI_C4, note_number
from livecode.language.scales import scale_of

LETTERS = "cdefgab"
NATURALS = (0, 2, 4, 5, 7, 9, 11)
LETTER_FIFTHS = (0, 2, 4, -1, 1, 3, 5)
LOWEST_LETTER, HIGHEST_LETTER = -28, 27
"""From c0 to b7, in letters from c4."""


@dataclass(frozen=True)
class Home:
    """A scale: its name, the pitch class of its tonic, its pitch classes, and an accidental for each letter.

    >>> home_of("d major").signature
    (1, 0, 0, 1, 0, 0, 0)
    """

    name: str
    tonic: int
    classes: tuple[int, ...]
    signature: tuple[int, ...]

    @cached_property
    def pitches(self) -> npt.NDArray[np.int8]:
        """The MIDI number of each letter from c4, for `look_up`: negative letters stand at the end."""
        table = np.zeros(256, np.int8)
        for letter in range(-128, 128):
            octave, place = divmod(max(LOWEST_LETTER, min(HIGHEST_LETTER, letter)), 7)
            table[letter % 256] = MIDI_C4 + 12 * octave + NATURALS[place] + self.signature[place]
        return table

    @cached_property
    def inside(self) -> npt.NDArray[np.float32]:
        """1 for each MIDI number in the scale, 0 outside, for `look_up`."""
        return np.array([pitch % 12 in self.classes for pitch in range(256)], np.float32)

    @cached_property
    def snap(self) -> npt.NDArray[np.int8]:
        """The nearest MIDI number in the scale, the lower of two, for `look_up`."""
        table = np.arange(256, dtype=np.int16)
        for pitch in range(128):
            for away in (0, -1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6, 6):
                if (pitch + away) % 12 in self.classes and 0 <= pitch + away < 128:
                    table[pitch] = pitch + away
                    break
        return table.astype(np.uint8).view(np.int8)

    @cached_property
    def names(self) -> tuple[tuple[int, int], ...]:
        """For each pitch class a letter and the accidental that it has beyond the signature.

        The scale's own letters come first; between them a raised letter is preferred to a lowered one where
        the scale has sharps or nothing, the other way round where it has flats.
        """
        sharp = sum(self.signature) >= 0
        found = []
        for wanted in range(12):
            choices = []
            for place in range(7):
                beyond = (wanted - NATURALS[place] - self.signature[place] + 6) % 12 - 6
                if abs(beyond) <= 2:
                    choices.append((abs(beyond), (beyond > 0) != sharp, place, beyond))
            _, _, place, beyond = min(choices)
            found.append((place, beyond))
        return tuple(found)

    def letters_of(self, pitches: Any) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
        """MIDI numbers as letters from c4 and accidentals."""
        pitch = np.asarray(pitches).astype(np.int16)
        table = np.array(self.names, np.int16)
        place, beyond = table[pitch % 12, 0], table[pitch % 12, 1]
        natural = np.array(NATURALS, np.int16)[place] + np.array(self.signature, np.int16)[place] + beyond
        # b sharp and c flat sound in the octave beside the one they are written in.
        octave = (pitch - MIDI_C4 - natural) // 12
        letters = 7 * octave + place
        return np.clip(letters, LOWEST_LETTER, HIGHEST_LETTER).astype(np.int8), beyond.astype(np.int8)


@lru_cache(maxsize=256)
def home_of(name: str) -> Home:
    """The home that a scale's name such as "d dorian" means; NameUnknown or ControlError when none does."""
    scale = scale_of(name.replace(":", " "))
    tonic = round(scale.tonic) % 12
    classes = tuple(dict.fromkeys(round(step + scale.tonic) % 12 for step in scale.steps))
    first = name.replace(":", " ").split()[0].lower()
    letter = LETTERS.find(first[0]) if note_number(first) is not None else 0
    signature = [0] * 7
    for degree in range(7):
        place = (letter + degree) % 7
        if len(classes) == 7:
            bend = (classes[degree] - NATURALS[place] + 6) % 12 - 6
        else:
            bends = [bend for bend in (0, -1, 1) if (NATURALS[place] + bend) % 12 in classes]
            bend = bends[0] if bends else 0
        signature[place] = bend
    return Home(name, tonic, classes, tuple(signature))
