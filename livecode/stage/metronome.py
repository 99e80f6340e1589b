"""The metronome: a pattern of clicks, one a beat, the first of the bar higher and louder."""

from __future__ import annotations

from quicktions import Fraction

from livecode.language.pattern import Pattern
from livecode.language.time import Event, Span, ceiling, floor
from livecode.stage.tempo import Metre

INSTRUMENT = "rim"
FIRST = {"s": INSTRUMENT, "note": 7, "gain": 1.0}
OTHERS = {"s": INSTRUMENT, "note": 0, "gain": 0.8}


def clicks(metre: Metre) -> Pattern:
    """One click a beat.

    >>> [float(event.part.begin) for event in clicks(Metre(3, 4)).query(0, 1)]
    [0.0, 0.3333333333333333, 0.6666666666666666]
    """
    beats = metre.beats

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        events = []
        for beat in range(floor(begin * beats), ceiling(end * beats)):
            whole = Span(Fraction(beat, beats), Fraction(beat + 1, beats))
            part = whole.intersection(Span(begin, end))
            if part is not None:
                events.append(Event(whole, part, dict(OTHERS if beat % beats else FIRST)))
        return events

    return Pattern(query, steps=Fraction(beats), period=1)
