"""Following: one pattern takes values from another, event by event.

FoxDot's `follow`: `d2 >> s("bass").follow(d1)` plays the notes that d1 plays, in d2's own rhythm.
"""

from __future__ import annotations

from typing import Any

from livecode.language.control_table import control_names
from livecode.language.pattern import Pattern
from livecode.language.registry import function
from livecode.language.reify import reify
from livecode.language.time import Event, Fraction


@function(family="combine", plain=("source", "controls"))
def follow(pattern: Pattern, source: Any, controls: Any = "note") -> Pattern:
    """Take values from another pattern or slot, as they are where each event begins: its notes, or others.

    >>> s("bass*4").follow(note("c e")).add(note(-12)).first_cycle()[2]
    (1/2..3/4) {'s': 'bass', 'note': -8}
    >>> s("hh*2").follow(s("bd").pan("0 1"), "pan").query(1/2, 1)
    [(1/2..1) {'s': 'hh', 'pan': 1}]

    `controls` are the names to take, in one string; a chord is taken whole. Where the other one is silent, or
    does not say them, an event stays as it is. `d2 >> s("bass").follow(d1)` listens to a slot.
    """
    names = [control_names().get(name, name) for name in str(controls).split()]
    ask = reify(source).ask

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        found: list[Event] = []
        for event in pattern.ask(begin, end):
            moment = event.whole_or_part.begin
            taken: list[dict[str, Any]] = []
            for other in ask(moment, moment):
                if type(other.value) is dict:
                    values = {name: other.value[name] for name in names if name in other.value}
                    if values and values not in taken:
                        taken.append(values)
            if not taken:
                found.append(event)
            found += [_with(event, values) for values in taken]
        return found

    return Pattern(query, steps=pattern.steps)


def _with(event: Event, taken: dict[str, Any]) -> Event:
    return event.with_value(lambda value: {**value, **taken} if type(value) is dict else taken)
