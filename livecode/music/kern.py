"""Phrases as **kern, the format of the Humdrum collections: one spine a voice, the lowest at the left."""

from __future__ import annotations

from fractions import Fraction

from livecode.music.measures import Sign, measures
from livecode.music.phrase import Phrase
from livecode.music.spelling import key_signature, name_of

REST = "r"


def kern_bytes(phrase: Phrase, tempo: float = 100.0) -> bytes:
    """A **kern file of a phrase; chords become one spine's double stops, notes over bar lines are tied.

    >>> kern_bytes(Phrase.of([60]), 60).decode().split()[:2]
    ['**kern', '*clefG2']
    """
    parts = [measures(phrase, voice) for voice in reversed(range(max(1, phrase.voices)))]
    width = len(parts)
    numerator, denominator = phrase.metre
    rows = [["**kern"] * width]
    rows.append([_clef(part) for part in parts])
    rows.append([_signature(phrase.key)] * width)
    rows.append([f"*M{numerator}/{denominator}"] * width)
    rows.append([f"*MM{tempo:g}"] * width)
    for bar in range(phrase.bars):
        rows.append([f"={bar + 1}"] * width)
        rows.extend(_bar([part[bar] for part in parts]))
    rows += [["=="] * width, ["*-"] * width]
    return ("\n".join("\t".join(row) for row in rows) + "\n").encode()


def _bar(columns: list[list[Sign]]) -> list[list[str]]:
    times = sorted({sign.begin for column in columns for sign in column})
    rows = []
    for time in times:
        row = []
        for column in columns:
            found = [sign for sign in column if sign.begin == time]
            row.append(_token(found[0]) if found else ".")
        rows.append(row)
    return rows


def _token(sign: Sign) -> str:
    length = _recip(sign.length)
    if not sign.pitches:
        return length + REST
    begin = "[" if sign.tied_to and not sign.tied_from else ""
    end = "_" if sign.tied_to and sign.tied_from else "]" if sign.tied_from else ""
    return " ".join(
        f"{begin}{length}{_name(pitch, fifths)}{end}" for pitch, fifths in zip(sign.pitches, sign.spellings)
    )


def _recip(length: Fraction) -> str:
    """A length in quarter notes as **kern's reciprocal: 4 a quarter, 4. dotted, 12 a triplet's eighth.

    >>> [_recip(Fraction(*each)) for each in ((1, 1), (3, 2), (1, 3), (4, 1), (5, 4), (8, 1))]
    ['4', '4.', '12', '1', '16%5', '0']
    """
    for dots, factor in (("", Fraction(1)), (".", Fraction(3, 2)), ("..", Fraction(7, 4))):
        whole = 4 / (length / factor)
        if whole.denominator == 1:
            return f"{whole.numerator}{dots}"
        if whole == Fraction(1, 2):
            return f"0{dots}"
    whole = 4 / length
    return f"{whole.numerator}%{whole.denominator}"


def _name(pitch: int, fifths: int) -> str:
    name = name_of(fifths)
    letter, marks = name[0], name[1:].replace("b", "-")
    sharps = marks.count("#") - marks.count("-")
    octave = (pitch - sharps) // 12 - 1
    letters = letter * (octave - 3) if octave >= 4 else letter.upper() * (4 - octave)
    return letters + marks


def _clef(part: list[list[Sign]]) -> str:
    pitches = [pitch for bar in part for sign in bar for pitch in sign.pitches]
    low = bool(pitches) and sum(pitches) / len(pitches) < 60
    return "*clefF4" if low else "*clefG2"


def _signature(key: str) -> str:
    sharps = max(-7, min(7, key_signature(key)))
    names = "f#c#g#d#a#e#b#"[: 2 * sharps] if sharps >= 0 else "b-e-a-d-g-c-f-"[: -2 * sharps]
    return f"*k[{names}]"
