"""What an examiner of part-writing looks at: notes with their neighbours, moment by moment; its faults."""

from __future__ import annotations

from dataclasses import dataclass, replace

from livecode.language.notes import MIDI_C4, note_name
from livecode.music.key import find_key
from livecode.music.phrase import TICKS, Phrase
from livecode.music.spelling import spell

HARD = {
    "parallel fifths": "two parts move from a perfect fifth to a perfect fifth",
    "parallel octaves": "two parts move from an octave or unison to another",
    "hidden fifths": "soprano and bass leap in the same direction into a fifth, the soprano by leap",
    "hidden octaves": "soprano and bass leap in the same direction into an octave, the soprano by leap",
    "range": "a part sings outside its range",
    "crossing": "a lower part sings above a higher one",
    "spacing": "more than an octave between soprano and alto, or alto and tenor",
    "augmented leap": "a part leaps an augmented interval",
    "wide leap": "a part leaps a seventh, or more than an octave",
    "doubled leading tone": "the leading tone of a dominant is sung twice",
    "unresolved leading tone": "the leading tone in an outer part does not rise as its dominant resolves",
    "unresolved seventh": "the seventh of a chord neither falls by step nor stays",
    "untreated dissonance": "a dissonant note that is no ornament a textbook knows",
    "no cadence": "the end is not a tonic in root position after a dominant or subdominant",
}
SOFT = {
    "overlap": "a part moves past where its neighbour just was",
    "hidden in inner parts": "inner parts move in the same direction into a fifth or octave",
    "third missing": "a chord without its third",
    "tritone leap": "a diminished fifth leapt and not turned back",
    "two leaps": "two leaps in one direction that add up to more than an octave",
    "leap to dissonance": "an accented dissonance that is leapt to, or an escape",
    "six-four": "a second inversion that is neither cadential, passing nor pedal",
}


@dataclass(frozen=True)
class Fault:
    """One thing underlined: which rule, where (tick), between which parts (0 the top), in words."""

    rule: str
    onset: int
    voices: tuple[int, ...]
    text: str

    @property
    def hard(self) -> bool:
        """Whether a textbook forbids it outright."""
        return self.rule in HARD

    def __str__(self) -> str:
        return f"beat {self.onset / TICKS + 1:g}: {self.rule}, {self.text}"


@dataclass(frozen=True)
class Sung:
    """A note with its neighbours in its own part."""

    onset: int
    end: int
    pitch: int
    place: int
    before: int | None
    after: int | None
    place_after: int | None


@dataclass(frozen=True)
class Moment:
    """What sounds at a time something is struck: each part's note or None."""

    onset: int
    notes: tuple[Sung | None, ...]

    def struck(self, voice: int) -> bool:
        """Whether a part begins its note here."""
        note = self.notes[voice]
        return note is not None and note.onset == self.onset


def moments_of(phrase: Phrase) -> list[Moment]:
    """The moments of some parts: what sounds whenever something is struck."""
    if not phrase.key:
        phrase = replace(phrase, key=find_key(phrase))
    notes = spell(phrase).notes
    parts: list[list[Sung]] = []
    for voice in range(phrase.voices):
        rows = sorted(
            (int(n["onset"]), int(n["onset"] + n["duration"]), int(n["pitch"]), int(n["spelling"]))
            for n in notes[notes["voice"] == voice]
        )
        part = []
        for index, (onset, end, pitch, place) in enumerate(rows):
            # A rest of a beat or more breaks a line: nothing follows from what came before it.
            earlier = rows[index - 1] if index and onset - rows[index - 1][1] < TICKS else None
            later = rows[index + 1] if index + 1 < len(rows) and rows[index + 1][0] - end < TICKS else None
            part.append(
                Sung(
                    onset,
                    end,
                    pitch,
                    place,
                    earlier[2] if earlier else None,
                    later[2] if later else None,
                    later[3] if later else None,
                )
            )
        parts.append(part)
    times = sorted({note.onset for part in parts for note in part})
    cursor = [0] * len(parts)
    found = []
    for time in times:
        sounding: list[Sung | None] = []
        for voice, part in enumerate(parts):
            while cursor[voice] < len(part) and part[cursor[voice]].end <= time:
                cursor[voice] += 1
            here = part[cursor[voice]] if cursor[voice] < len(part) else None
            sounding.append(here if here is not None and here.onset <= time else None)
        found.append(Moment(time, tuple(sounding)))
    return found


def named(pitch: int) -> str:
    """A pitch by name."""
    return note_name(pitch - MIDI_C4)


PARTS = ("soprano", "alto", "tenor", "bass")


def part_name(voice: int, voices: int) -> str:
    """What a part is called."""
    return PARTS[voice] if voices == 4 else f"part {voice + 1}"
