"""Note names: `c4`, `eb`, `fs5`, `b-1` and back again.

Numbers count semitones from the c below the treble staff's a: c4 = 0 = MIDI 60.
"""

from __future__ import annotations

import re
from functools import lru_cache

from livecode.errors import ControlError

MIDI_C4 = 60
LETTERS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
SIGNS = {"#": 1, "s": 1, "♯": 1, "x": 2, "b": -1, "f": -1, "♭": -1, "n": 0}
SHARP_NAMES = ("c", "cs", "d", "ds", "e", "f", "fs", "g", "gs", "a", "as", "b")
FLAT_NAMES = ("c", "db", "d", "eb", "e", "f", "gb", "g", "ab", "a", "bb", "b")

_NOTE = re.compile(r"([a-gA-G])([#sbfnx♯♭]*)(-?\d+)?")


@lru_cache(maxsize=4096)
def note_number(name: str) -> int | None:
    """Semitones from c4 of a note name, or None when it is no note name.

    Sharps are `s` or `#`, flats `b` or `f`, doubled when doubled; the octave is 4 when left out.

    >>> [note_number(name) for name in ("c", "eb4", "c#5", "ef", "bb3", "a-1", "bd")]
    [0, 3, 13, 3, -2, -51, None]
    """
    found = _NOTE.fullmatch(name)
    if found is None:
        return None
    letter, signs, octave = found.groups()
    number = LETTERS[letter.lower()] + sum(SIGNS[sign] for sign in signs)
    return number + 12 * (int(octave) - 4 if octave else 0)


def as_note(name: str) -> int:
    """Semitones from c4 of a note name; an error that says how names are spelled otherwise.

    >>> as_note("a4")
    9
    """
    number = note_number(name)
    if number is None:
        raise ControlError(
            f"{name!r} is no note: write a letter a-g, then s or b, then an octave, like 'eb4'"
        )
    return number


def midi_number(name: str) -> int:
    """MIDI number of a note name.

    >>> midi_number("a4")
    69
    """
    return as_note(name) + MIDI_C4


def note_name(number: float, flats: bool = False) -> str:
    """Name of a number of semitones from c4, spelled with sharps unless `flats` is true.

    >>> note_name(3), note_name(3, flats=True), note_name(-1)
    ('ds4', 'eb4', 'b3')
    """
    octave, step = divmod(round(number), 12)
    return f"{(FLAT_NAMES if flats else SHARP_NAMES)[step]}{octave + 4}"


def frequency(number: float) -> float:
    """Hertz of a number of semitones from c4, in equal temperament with a4 = 440.

    >>> round(frequency(9), 3), round(frequency(0), 3)
    (440.0, 261.626)
    """
    return float(440.0 * 2.0 ** ((number - 9) / 12))


def semitones(hertz: float) -> float:
    """Semitones from c4 of a frequency in hertz, the inverse of `frequency`.

    >>> round(semitones(880.0), 6)
    21.0
    """
    from math import log2

    if hertz <= 0:
        raise ControlError(f"a frequency of {hertz:g} Hz has no pitch: give one above 0")
    return 9 + 12 * log2(hertz / 440.0)
