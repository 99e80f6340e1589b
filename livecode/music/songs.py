"""Songs written down as text: the format of `models/foster/songs.txt`.

One song a paragraph: fields, then indented lines with the tune, bar by bar. A note is its name with the
octave and, after a colon, its length in quarter notes; without one it is as long as the note before. `-` is
a rest, `_` holds the note before.
"""

from __future__ import annotations

from fractions import Fraction

from livecode.errors import CorpusError
from livecode.language.notes import note_number
from livecode.music.corpus import Piece
from livecode.music.phrase import TICKS, Phrase, bar_ticks
from livecode.music.spelling import fifths_of


def read_songs(text: str) -> list[Piece]:
    """The songs in a text.

    >>> song = read_songs("title: Two notes\\nmetre: 2/4\\nkey: c major\\n  c4:1 e4 | g4:2")[0]
    >>> song.phrase.notes["pitch"].tolist(), song.phrase.bars
    ([60, 64, 67], 2)

    Raises CorpusError that names the song and the note which cannot be read.
    """
    pieces = []
    for paragraph in text.split("\n\n"):
        fields: dict[str, str] = {}
        tune: list[str] = []
        for line in paragraph.splitlines():
            if line.startswith("#") or not line.strip():
                continue
            if line[0].isspace():
                tune.append(line)
            else:
                name, _, value = line.partition(":")
                fields[name.strip()] = value.strip()
        if fields and tune:
            pieces.append(_song(fields, " ".join(tune)))
    return pieces


def _song(fields: dict[str, str], tune: str) -> Piece:
    title = fields.get("title", "a song without a title")
    numerator, _, denominator = fields.get("metre", "4/4").partition("/")
    metre = (int(numerator), int(denominator or 4))
    bar = bar_ticks(metre)
    pickup = Fraction(fields.get("pickup", "0"))
    now = (bar - round(pickup * TICKS)) % bar
    rows: list[tuple[int, int, int, int]] = []
    length = TICKS
    for word in tune.replace("|", " ").split():
        name, _, given = word.partition(":")
        if given:
            try:
                length = round(Fraction(given) * TICKS)
            except (ValueError, ZeroDivisionError):
                raise CorpusError(f"{title}: {word!r} has no such length: write c4:1/2") from None
        if name == "_" and rows:
            onset, duration, pitch, spelling = rows[-1]
            rows[-1] = (onset, duration + length, pitch, spelling)
        elif name != "-":
            number = note_number(name)
            if number is None:
                raise CorpusError(f"{title}: {word!r} is no note: write c4:1/2, - or _")
            rows.append((now, length, number + 60, fifths_of(name)))
        now += length
    onsets, durations, pitches, spellings = (list(column) for column in zip(*rows))
    phrase = Phrase.of(
        pitches,
        durations,
        onsets,
        spelling=spellings,
        length=-(-now // bar) * bar,
        metre=metre,
        key=fields.get("key", ""),
    )
    return Piece(phrase, title, fields.get("looked up", ""), title, "song")
