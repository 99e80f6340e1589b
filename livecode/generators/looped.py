"""A finished phrase as a pattern that goes round: how an ancestor, or one of two rivals, is heard."""

from __future__ import annotations

import math

from quicktions import Fraction

from livecode.errors import GeneratorError
from livecode.language.pattern import Pattern
from livecode.language.time import Event, Span
from livecode.music.events import note_values
from livecode.music.phrase import Phrase


class Looped(Pattern):
    """A phrase that begins again whenever its bars are over.

    >>> [event.value["note"] for event in Looped(Phrase.of([60, 62])).query(1, 2)]
    [0, 2]
    """

    def __init__(self, phrase: Phrase) -> None:
        if not phrase.bars:
            raise GeneratorError("a phrase of no bars: there is nothing to go round")
        super().__init__(self._events_between)
        self.phrase = phrase
        self._values = note_values(phrase)

    def _events_between(self, begin: Fraction, end: Fraction) -> list[Event]:
        bars, bar = self.phrase.bars, self.phrase.bar
        found = []
        last = math.ceil(end / bars) if end > begin else math.floor(begin / bars) + 1
        for turn in range(math.floor(begin / bars), last):
            start = turn * bars
            for note, value in zip(self.phrase.notes, self._values):
                onset = start + Fraction(int(note["onset"]), bar)
                whole = Span(onset, onset + Fraction(int(note["duration"]), bar))
                if whole.begin >= end and not whole.begin == begin == end:
                    break
                if whole.end > begin:
                    part = Span(max(whole.begin, begin), min(whole.end, end))
                    found.append(Event(whole, part, dict(value)))
        return found
