"""Values that come from outside while the music plays: faders, sensors, other programs.

Whatever serves them (a MIDI or OSC bridge, a test) says how they are read. A pattern that reads one has no
period, and answers what the value is when it is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from livecode.language.moment import moment
from livecode.language.pattern import Pattern, pure
from livecode.language.time import Event, Fraction, Locations

Reader = Callable[[str], Any]

_readers: list[Reader] = []


def serve_controls(reader: Reader) -> Callable[[], None]:
    """Let `reader(name)` answer for live controls, None for those it does not know; returns how to stop it.

    >>> stop = serve_controls({"cutoff": 800}.get)
    >>> live_control("cutoff").first_cycle()
    [(0..1) 800]
    >>> stop()
    """
    _readers.append(reader)

    def stop() -> None:
        if reader in _readers:
            _readers.remove(reader)

    return stop


def live_value(name: str) -> Any:
    """What a live control stands at, or None when nobody serves it."""
    now = moment()
    for reader in reversed(_readers):
        value = reader(name)
        if value is not None:
            if now is not None:
                now.momentary = True
            return value
    return None


def live_control(name: str, locations: Locations = ()) -> Pattern:
    """A pattern of what a live control stands at, once a cycle; silent while nobody serves it."""

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        value = live_value(name)
        if value is None:
            return []
        pattern = value if isinstance(value, Pattern) else pure(value)
        return [
            Event(event.whole, event.part, event.value, event.locations + locations)
            for event in pattern.ask(begin, end)
        ]

    return Pattern(query, steps=Fraction(1))
