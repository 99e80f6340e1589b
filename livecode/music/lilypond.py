"""Phrases as LilyPond source: a staff for each voice."""

from __future__ import annotations

from fractions import Fraction

from livecode.music.measures import Sign, measures
from livecode.music.phrase import Phrase
from livecode.music.spelling import name_of

VERSION = "2.22.0"


def lilypond_bytes(phrase: Phrase, tempo: float = 100.0) -> bytes:
    """LilyPond source of a phrase, in absolute pitch with Dutch note names.

    >>> "c'4 d'4 e'2" in lilypond_bytes(Phrase.of([60, 62, 64], [10080, 10080, 20160])).decode()
    True
    """
    numerator, denominator = phrase.metre
    lines = [f'\\version "{VERSION}"', "\\score {", "  <<"]
    for voice in range(max(1, phrase.voices)):
        bars = measures(phrase, voice)
        pitches = [pitch for bar in bars for sign in bar for pitch in sign.pitches]
        low = bool(pitches) and sum(pitches) / len(pitches) < 60
        lines.append(f"    \\new Staff {{ \\clef {'bass' if low else 'treble'}")
        lines.append(f"      {_key(phrase.key)} \\time {numerator}/{denominator} \\tempo 4 = {round(tempo)}")
        lines += [f"      {' '.join(map(_sign, bar))} |" for bar in bars]
        lines.append('      \\bar "|." }')
    lines += ["  >>", "  \\layout { }", "  \\midi { }", "}"]
    return ("\n".join(lines) + "\n").encode()


def _sign(sign: Sign) -> str:
    length = _length(sign.length)
    tie = "~" if sign.tied_to else ""
    if not sign.pitches:
        return f"r{length}"
    names = [_name(pitch, fifths) for pitch, fifths in zip(sign.pitches, sign.spellings)]
    body = names[0] if len(names) == 1 else f"<{' '.join(names)}>"
    return f"{body}{length}{tie}"


def _length(length: Fraction) -> str:
    """A length in quarter notes as LilyPond writes it; what no note head has is a scaled quarter.

    >>> _length(Fraction(3, 2)), _length(Fraction(1, 3)), _length(Fraction(6))
    ('4.', '4*1/3', '1.')
    """
    for dot, factor in (("", Fraction(1)), (".", Fraction(3, 2))):
        whole = 4 / (length / factor)
        if whole.denominator == 1 and whole.numerator & (whole.numerator - 1) == 0:
            return f"{whole.numerator}{dot}"
    return f"4*{length.numerator}/{length.denominator}"


def _name(pitch: int, fifths: int) -> str:
    name = name_of(fifths)
    sharps = name.count("#") - name[1:].count("b")
    letters = name[0] + ("is" * sharps if sharps >= 0 else "es" * -sharps)
    octave = (pitch - sharps) // 12 - 4
    return letters + ("'" * octave if octave >= 0 else "," * -octave)


def _key(key: str) -> str:
    tonic, _, mode = key.partition(" ")
    if not tonic or mode not in ("major", "minor"):
        return "\\key c \\major"
    return f"\\key {tonic[0]}{tonic[1:].replace('#', 'is').replace('b', 'es')} \\{mode}"
