"""A phrase where it is played: the span and the value of each note, ready to be cut into events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from quicktions import Fraction

from livecode.language.time import Event, Span
from livecode.music.events import note_values
from livecode.music.phrase import Phrase


@dataclass
class Placed:
    """A phrase with the whole span and the value of each of its notes, in cycles."""

    phrase: Phrase
    wholes: list[Span]
    values: list[dict[str, Any]]

    @classmethod
    def of(cls, phrase: Phrase, first: int, voice: int | None) -> Placed:
        values = note_values(phrase)
        wholes, chosen = [], []
        for note, value in zip(phrase.notes, values):
            if voice is None or note["voice"] == voice:
                begin = first + Fraction(int(note["onset"]), phrase.bar)
                wholes.append(Span(begin, begin + Fraction(int(note["duration"]), phrase.bar)))
                chosen.append(value)
        return cls(phrase, wholes, chosen)

    def between(self, begin: Fraction, end: Fraction) -> list[Event]:
        events = []
        for whole, value in zip(self.wholes, self.values):
            if whole.begin >= end and not whole.begin == begin == end:
                break
            if whole.end > begin:
                inside = whole.begin >= begin and whole.end <= end
                part = whole if inside else Span(max(whole.begin, begin), min(whole.end, end))
                events.append(Event(whole, part, dict(value)))
        return events
