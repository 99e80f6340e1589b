"""What a performer asks for as sets of pitches: in a scale, beginning or ending on a note."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.errors import GeneratorError
from livecode.generators.neural.features import Shape
from livecode.language.notes import MIDI_C4, as_note
from livecode.language.scales import scale_of

Mask = npt.NDArray[np.bool_]


def everything(shape: Shape) -> Mask:
    """Every pitch, no rest."""
    allowed = np.ones(shape.size, bool)
    allowed[0] = False
    return allowed


def scale_mask(shape: Shape, scale: Any) -> Mask:
    """The pitches of a scale: its name ("d dorian"), or semitones from c in any octave.

    >>> shape = Shape()
    >>> [int(n) + shape.low - 1 for n in np.flatnonzero(scale_mask(shape, "c major"))][:4]
    [33, 35, 36, 38]
    """
    pitches = np.arange(shape.low, shape.high + 1) - MIDI_C4
    if isinstance(scale, str):
        named = scale_of(scale)
        inside = [bool(abs(named.nearest(float(pitch)) - pitch) < 0.25) for pitch in pitches]
    else:
        numbers = scale if isinstance(scale, (list, tuple)) else [scale]
        try:
            members = {int(number) % 12 for number in numbers}
        except (TypeError, ValueError):
            raise GeneratorError(f"{scale!r} is no scale: write in_scale('d dorian')") from None
        inside = [int(pitch) % 12 in members for pitch in pitches]
    return np.array([False, *inside])


def note_mask(shape: Shape, note: Any) -> Mask:
    """One note: "d" in every octave, "d5" or a number of semitones from c4 just there.

    >>> int(note_mask(Shape(), "d").sum()), int(note_mask(Shape(), "d5").sum())
    (4, 1)
    """
    pitches = np.arange(shape.low, shape.high + 1) - MIDI_C4
    if isinstance(note, str) and not note.strip().lstrip("-").isdigit():
        number = as_note(note.strip())
        anywhere = not note.strip()[-1].isdigit()
        inside = pitches % 12 == number % 12 if anywhere else pitches == number
    else:
        try:
            inside = pitches == round(float(note))
        except (TypeError, ValueError):
            raise GeneratorError(
                f"{note!r} is no note: write 'd', 'd5' or a number of semitones from c4"
            ) from None
    return np.concatenate([[False], inside])


def together(first: Mask, second: Mask, asked: str) -> Mask:
    """Pitches in both; GeneratorError when there are none."""
    both = first & second
    if not both.any():
        raise GeneratorError(f"no note fits {asked}: loosen one of them")
    return both
