"""A resolver for tests of the stage: every event is one note of a definition named after its instrument."""

from __future__ import annotations

import math
from typing import Any

from livecode.errors import ControlError, NameUnknown
from livecode.language.time import Event
from livecode.sound.command import Command, DefinitionLoad, Note

INSTRUMENTS = ("bd", "sn", "hh", "cp", "rim", "pluck")


class PlainResolver:
    """Knows six instruments; takes numbers and words."""

    def __init__(self) -> None:
        self.given: dict[str, DefinitionLoad] = {}

    def resolve(self, event: Event, slot: int) -> list[Command]:
        value = event.value
        name = str(value.get("s", "pluck"))
        if name not in INSTRUMENTS:
            raise NameUnknown("instrument", name, INSTRUMENTS)
        controls: list[tuple[str, float]] = []
        for control, amount in value.items():
            if control in ("s", "nudge"):
                continue
            if not isinstance(amount, int | float) or not math.isfinite(amount):
                raise ControlError(f"{control} {amount!r} is no number: give one")
            controls.append((control, float(amount)))
        made: list[Command] = []
        definition = f"lc-{name}"
        if definition not in self.given:
            self.given[definition] = DefinitionLoad(definition, b"", ("out", "sustain"))
            made.append(self.given[definition])
        whole = event.whole_or_part
        nudge = float(value.get("nudge", 0.0))
        made.append(
            Note(float(whole.begin), float(whole.length), definition, slot, 0, tuple(controls), nudge=nudge)
        )
        return made

    def sweeps(self, movements: Any, slot: int) -> list[Any]:
        return []

    def loads(self) -> list[Command]:
        return list(self.given.values())


def notes(sends: Any) -> list[tuple[float, int, str]]:
    """(cycle, slot, instrument) of what was sent."""
    return [(sent.note.begin, sent.note.slot, sent.note.definition[3:]) for sent in sends]
