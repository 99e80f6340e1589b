"""Note names on the line of fifths, where b flat and a sharp are two places.

Spelling an unnamed pitch takes the name nearest to the key on that line, after D. Temperley, *The Cognition
of Basic Musical Structures* (2001), ch. 5, without its look-ahead.
"""

from __future__ import annotations

from livecode.music.phrase import UNSPELT, Phrase

LINE = "fcgdaeb"


def fifths_of(name: str) -> int:
    """The place of a note name on the line of fifths: f -1, c 0, g 1, f# 6, bb -2.

    >>> [fifths_of(name) for name in ("f", "c4", "f#5", "bb", "cs")]
    [-1, 0, 6, -2, 7]
    """
    letter, marks = name[0].lower(), name[1:].rstrip("0123456789-")
    return LINE.index(letter) - 1 + 7 * sum({"#": 1, "s": 1, "b": -1, "f": -1, "-": -1}[m] for m in marks)


def name_of(fifths: int) -> str:
    """The note name at a place on the line of fifths.

    >>> [name_of(place) for place in (-2, 0, 6, -8)]
    ['bb', 'c', 'f#', 'fb']
    """
    octave, place = divmod(fifths + 1, 7)
    return LINE[place] + ("#" * octave if octave > 0 else "b" * -octave)


def pitch_class_of(fifths: int) -> int:
    """The pitch class of a place on the line of fifths."""
    return fifths * 7 % 12


def key_signature(key: str) -> int:
    """How many sharps (above 0) or flats (below) a key has.

    >>> key_signature("eb major"), key_signature("c minor"), key_signature("a major")
    (-3, -3, 3)
    """
    tonic, _, mode = key.partition(" ")
    if not tonic:
        return 0
    sharps = fifths_of(tonic)
    lower = {
        "minor": 3,
        "aeolian": 3,
        "dorian": 2,
        "phrygian": 4,
        "mixolydian": 1,
        "lydian": -1,
        "locrian": 5,
    }
    return sharps - lower.get(mode.split(" ")[-1] if mode else "", 0)


def spell(phrase: Phrase) -> Phrase:
    """The phrase with a name for every note; notes that have one keep it.

    >>> from livecode.music.phrase import Phrase
    >>> [name_of(n) for n in spell(Phrase.of([61, 70], key="bb minor")).notes["spelling"].tolist()]
    ['db', 'bb']
    """
    from dataclasses import replace

    centre = key_signature(phrase.key) + 2
    notes = phrase.notes.copy()
    for index in range(len(notes)):
        if notes[index]["spelling"] == UNSPELT:
            sharpest = int(notes[index]["pitch"]) % 12 * 7 % 12
            # The places of one pitch class lie 12 apart: the one nearest to the key's middle.
            notes[index]["spelling"] = sharpest + 12 * round((centre - sharpest) / 12)
    return replace(phrase, notes=notes)
