"""Chords: names, symbols and their notes.

`"c'maj7'i'o"` is a note, a chord's name and modifiers, as in Tidal; `"Am7"`, `"F#m7b5"` and `"C/E"` are chord
symbols as on a lead sheet. Both become lists of semitones from c4, or from the root.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from livecode.errors import ControlError, NameUnknown
from livecode.language.notes import as_note, note_number

Notes = tuple[float, ...]
_MOST_NOTES = 64

# Two names beside one another are the same chord. Names and notes are those of Tidal's table.
TABLE: dict[str, str] = {
    "major, maj, M": "0 4 7",
    "aug, plus, sharp5, augmented": "0 4 8",
    "six, 6, major6, maj6": "0 4 7 9",
    "sixNine, six9, sixby9, 6by9, 69, major69, maj69": "0 4 7 9 14",
    "major7, maj7": "0 4 7 11",
    "major9, maj9": "0 4 7 11 14",
    "add9, major add9": "0 4 7 14",
    "major11, maj11": "0 4 7 11 14 17",
    "add11": "0 4 7 17",
    "major13, maj13": "0 4 7 11 14 21",
    "add13": "0 4 7 21",
    "dom7": "0 4 7 10",
    "dom9": "0 4 7 14",
    "dom11": "0 4 7 17",
    "dom13": "0 4 7 21",
    "sevenFlat5, 7f5": "0 4 6 10",
    "sevenSharp5, 7s5": "0 4 8 10",
    "sevenFlat9, 7f9": "0 4 7 10 13",
    "nine": "0 4 7 10 14",
    "eleven, 11": "0 4 7 10 14 17",
    "thirteen, 13": "0 4 7 10 14 17 21",
    "minor, min, m": "0 3 7",
    "diminished, dim": "0 3 6",
    "minorSharp5, msharp5, mS5": "0 3 8",
    "minor6, min6, m6": "0 3 7 9",
    "minorSixNine, minor69, min69, minSixNine, m69, mSixNine, m6by9": "0 3 9 7 14",
    "minor7flat5, minor7f5, min7flat5, min7f5, m7flat5, m7f5": "0 3 6 10",
    "minor7, min7, m7": "0 3 7 10",
    "minor7sharp5, minor7s5, min7sharp5, min7s5, m7sharp5, m7s5": "0 3 8 10",
    "minor7flat9, minor7f9, min7flat9, min7f9, m7flat9, m7f9": "0 3 7 10 13",
    "minor7sharp9, minor7s9, min7sharp9, min7s9, m7sharp9, m7s9": "0 3 7 10 14",
    "diminished7, dim7": "0 3 6 9",
    "diminished9, dim9": "0 3 6 9 13",
    "minor9, min9, m9": "0 3 7 10 14",
    "minor11, min11, m11": "0 3 7 10 14 17",
    "minor13, min13, m13": "0 3 7 10 14 17 21",
    "minorMajor7, minMaj7, mmaj7": "0 3 7 11",
    "one, 1": "0",
    "five, 5": "0 7",
    "sus2": "0 2 7",
    "sus4": "0 5 7",
    "sevenSus2, 7sus2": "0 2 7 10",
    "sevenSus4, 7sus4": "0 5 7 10",
    "nineSus4, ninesus4, 9sus4": "0 5 7 10 14",
    "sevenFlat10, 7f10": "0 4 7 10 15",
    "nineSharp5, 9sharp5, 9s5": "0 1 13",
    "minor9sharp5, minor9s5, min9sharp5, min9s5, m9sharp5, m9s5": "0 1 14",
    "sevenSharp5flat9, 7s5f9": "0 4 8 10 13",
    "minor7sharp5flat9, m7sharp5flat9": "0 3 8 10 13",
    "elevenSharp, 11s": "0 4 7 10 14 18",
    "minor11sharp, m11sharp, m11s": "0 3 7 10 14 18",
}

# What a symbol's letters do, longest first: (spelling, third, fifth, seventh that a figure implies).
_QUALITIES: tuple[tuple[str, float, float, float], ...] = (
    ("minmaj", 3, 7, 11),
    ("minMaj", 3, 7, 11),
    ("mMaj", 3, 7, 11),
    ("mmaj", 3, 7, 11),
    ("mM", 3, 7, 11),
    ("m^", 3, 7, 11),
    ("-^", 3, 7, 11),
    ("-M", 3, 7, 11),
    ("mΔ", 3, 7, 11),
    ("-Δ", 3, 7, 11),
    ("maj", 4, 7, 11),
    ("Maj", 4, 7, 11),
    ("ma", 4, 7, 11),
    ("min", 3, 7, 10),
    ("dim", 3, 6, 9),
    ("dom", 4, 7, 10),
    ("aug", 4, 8, 10),
    ("mi", 3, 7, 10),
    ("M", 4, 7, 11),
    ("Δ", 4, 7, 11),
    ("^", 4, 7, 11),
    ("m", 3, 7, 10),
    ("-", 3, 7, 10),
    ("o", 3, 6, 9),
    ("°", 3, 6, 9),
    ("h", 3, 6, 10),
    ("ø", 3, 6, 10),
    ("+", 4, 8, 10),
    ("", 4, 7, 10),
)
_TENSIONS = {"2": 14, "3": 4, "4": 17, "5": 7, "6": 9, "7": 10, "9": 14, "10": 16, "11": 17, "13": 21}
_ALTERATION = re.compile(r"(sus24|sus2|sus4|sus|add|no|omit|alt|maj7|M7|[#b+s])(\d*)")


@lru_cache(maxsize=1)
def _table() -> dict[str, Notes]:
    return {
        name.strip(): tuple(int(step) for step in steps.split())
        for names, steps in TABLE.items()
        for name in names.split(",")
    }


def chord_names() -> list[str]:
    """Every chord's name, aliases too.

    >>> "m7f5" in chord_names()
    True
    """
    return list(_table())


@lru_cache(maxsize=1024)
def chord_steps(name: str) -> Notes:
    """Semitones above the root of a chord's name or of what follows the root in a symbol.

    >>> chord_steps("min7"), chord_steps("m7b5"), chord_steps("7#9"), chord_steps("")
    ((0, 3, 7, 10), (0, 3, 6, 10), (0, 4, 7, 10, 15), (0, 4, 7))
    """
    steps = _table().get(name)
    if steps is None:
        steps = _symbol_steps(name)
    if steps is None:
        raise NameUnknown("chord", name, chord_names())
    return steps


def _symbol_steps(text: str) -> Notes | None:
    text = re.sub(r"[(),\s]", "", text)
    # "ma9" is major, "madd9" minor: the first reading that leaves nothing over is the one meant.
    readings = (_read(text[len(row[0]) :], *row) for row in _QUALITIES if text.startswith(row[0]))
    return next((steps for steps in readings if steps is not None), None)


def _read(rest: str, letters: str, third: float, fifth: float, seventh: float) -> Notes | None:
    figure = re.match(r"6/?9|69|13|11|9|7|6|5|2|4", rest)
    steps: dict[int, float] = {1: 0, 3: third, 5: fifth}
    if figure:
        rest = rest[figure.end() :]
        _add_figure(steps, figure[0].replace("/", ""), seventh)
    elif letters in ("^", "Δ", "mΔ", "-Δ", "h", "ø"):
        steps[7] = seventh
    while rest:
        change = _ALTERATION.match(rest)
        if change is None or not _alter(steps, change[1], change[2]):
            return None
        rest = rest[change.end() :]
    return tuple(sorted(steps.values()))


def _add_figure(steps: dict[int, float], figure: str, seventh: float) -> None:
    if figure == "5":
        del steps[3]
    elif figure in ("2", "4"):
        steps[int(figure) + 7] = _TENSIONS[figure]
    elif figure in ("6", "69"):
        steps[6] = 9
        if figure == "69":
            steps[9] = 14
    else:
        steps[7] = seventh
        for tension in (9, 11, 13):
            # The eleventh is left out of thirteenths: it grates against the third.
            if tension <= int(figure) and not (figure == "13" and tension == 11):
                steps[tension] = _TENSIONS[str(tension)]


def _alter(steps: dict[int, float], sign: str, number: str) -> bool:
    if sign.startswith("sus"):
        steps.pop(3, None)
        if "2" in sign:
            steps[2] = 2
        if sign != "sus2":
            steps[4] = 5
    elif sign == "alt":
        steps.update({5: 6, 7: 10, 9: 13, 13: 20})
    elif sign in ("maj7", "M7"):
        steps[7] = 11
    elif sign in ("no", "omit"):
        steps.pop(int(number or 0), None)
    elif sign == "+" and not number:
        steps[5] = 8
    elif number not in _TENSIONS:
        return False
    else:
        shift = {"add": 0, "b": -1}.get(sign, 1)
        # Both `b9` and `#9` may stand in one chord.
        place = int(number) if shift >= 0 or int(number) != 9 else 8
        if shift and int(number) == 9 and steps.get(9) == 14:
            del steps[9]
        steps[place] = _TENSIONS[number] + shift
    return True


@lru_cache(maxsize=1024)
def chord_symbol(text: str) -> tuple[int, Notes, int | None]:
    """Root (semitones from c4), steps above it and bass note of a chord symbol.

    >>> chord_symbol("Am7"), chord_symbol("C/E"), chord_symbol("F#m7b5")
    ((9, (0, 3, 7, 10), None), (0, (0, 4, 7), 4), (6, (0, 3, 6, 10), None))
    """
    text = text.replace("6/9", "69")
    body, slash, bass = text.partition("/")
    found = re.match(r"[A-Ga-g](?:[#♯]+|[b♭]+|s(?!us))?", body)
    low = note_number(bass) if bass else None
    if found is None or (slash and low is None):
        raise ControlError(f"{text!r} is no chord symbol: write a root and a chord, like 'Am7' or 'F#m7b5'")
    return as_note(found[0]), chord_steps(body[found.end() :]), low


def chord_notes(text: str) -> list[float]:
    """The notes of `root'name'modifiers`, in Tidal's order.

    Modifiers: a number takes so many notes (running on into the next octave), `i` inverts once (`ii` twice),
    `o` opens the chord (first and third note an octave down), `d1` drops the highest note an octave.

    >>> chord_notes("c'maj7"), chord_notes("e'min7'ii"), chord_notes("c'major'o"), chord_notes("c'm'5")
    ([0, 4, 7, 11], [11, 14, 16, 19], [-12, -5, 4], [0, 3, 7, 12, 15])
    """
    head, *parts = text.split("'")
    root = float(head) if re.fullmatch(r"-?\d+(\.\d+)?", head) else as_note(head)
    root = int(root) if root == int(root) else root
    steps: Sequence[float] = chord_steps("major")
    if parts and (parts[0] in _table() or not _is_modifier(parts[0])):
        steps = chord_steps(parts.pop(0))
    notes = [root + step for step in steps]
    for part in parts:
        notes = modify(notes, part)
    return notes


def _is_modifier(text: str) -> bool:
    return re.fullmatch(r"i+|o|d\d+|\d+", text) is not None


def modify(notes: list[float], modifier: str) -> list[float]:
    """A chord's notes after one of Tidal's modifiers: a number, `i`, `o` or `d` with a number.

    >>> modify([0, 4, 7, 11], "d1"), modify([0, 4, 7], "i")
    ([-1, 0, 4, 7], [4, 7, 12])
    """
    if not _is_modifier(modifier):
        raise ControlError(f"{modifier!r} does nothing to a chord: write a number, 'i', 'o' or 'd1'")
    if modifier[0] == "i":
        if len(modifier) > _MOST_NOTES:
            raise ControlError(f"a chord is inverted at most {_MOST_NOTES} times, not {len(modifier)}")
        for _ in modifier:
            notes = [*notes[1:], notes[0] + 12]
        return notes
    if modifier == "o":
        return [notes[0] - 12, notes[2] - 12, notes[1], *notes[3:]] if len(notes) > 2 else notes
    if modifier[0] == "d":
        place = len(notes) - int(modifier[1:])
        if not 0 <= place < len(notes):
            return notes
        return [notes[place] - 12, *notes[:place], *notes[place + 1 :]]
    if int(modifier) > _MOST_NOTES:
        raise ControlError(f"a chord has at most {_MOST_NOTES} notes, not {modifier}")
    return [notes[index % len(notes)] + 12 * (index // len(notes)) for index in range(int(modifier))]


def voiced(root: float, steps: Sequence[float], anchor: float = 12, bass: float | None = None) -> list[float]:
    """A chord laid out closely below a note, so that one chord leads smoothly to the next.

    The inversion is the one whose top note comes nearest to `anchor` (semitones from c4) without passing it,
    passing over those with a semitone on top. The bass, if there is one, goes below all.

    >>> voiced(0, (0, 4, 7)), voiced(9, (0, 3, 7)), voiced(5, (0, 4, 7)), voiced(7, (0, 4, 7))
    ([4, 7, 12], [4, 9, 12], [5, 9, 12], [2, 7, 11])
    """
    tones = sorted({(root + step) % 12 for step in steps})
    layouts = [tones[index:] + [tone + 12 for tone in tones[:index]] for index in range(len(tones))]
    placed = [_below(layout, anchor) for layout in layouts]
    calm = [layout for layout in placed if len(layout) < 2 or layout[-1] - layout[-2] > 1] or placed
    best = max(calm, key=lambda layout: (layout[-1], layout[0]))
    if bass is None:
        return best
    low = bass % 12
    while low >= best[0]:
        low -= 12
    return [low, *best]


def _below(notes: list[float], anchor: float) -> list[float]:
    octaves = (anchor - notes[-1]) // 12
    return [note + 12 * octaves for note in notes]
