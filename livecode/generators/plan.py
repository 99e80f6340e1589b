"""What was asked of a composer: everything a stream's phrases depend on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from quicktions import Fraction

from livecode.errors import ControlError, GeneratorError
from livecode.generators.generator import Generator
from livecode.language.pattern import Pattern
from livecode.language.reify import reify
from livecode.language.time import Event
from livecode.music.events import phrase_of_events, pitch_of
from livecode.music.phrase import Phrase

PHRASES_PER_CHAPTER = 16
HEARD_CYCLES = 32
"""How many cycles back a composer listens when it learns from another part."""

_NOTATION = set("<>[]{}|*!,~?")


@dataclass(frozen=True)
class Plan:
    """A composer with the bars, seed, constraints and parameters of one stream.

    `parameters` are numbers, or patterns of numbers read at each phrase's start; `constraints` may be
    patterns too. `over` and `learn` are other parts to listen to, `liked` phrases that were rewarded.
    """

    generator: Generator
    name: str
    bars: int = 4
    seed: int = 0
    constraints: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    over: Source | None = None
    learn: Source | None = None
    voice: int | None = None
    liked: tuple[Phrase, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.bars, bool) or not isinstance(self.bars, int) or not 1 <= self.bars <= 64:
            raise ControlError(f"a phrase of {self.bars!r} bars: give a whole number from 1 to 64")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int):
            raise ControlError(f"a seed of {self.seed!r}: give a whole number")
        if not -(1 << 63) <= self.seed < 1 << 63:
            raise ControlError(f"a seed of {len(str(abs(self.seed)))} digits: give one of 18 at most")

    def parameters_at(self, cycle: int) -> dict[str, float]:
        """The numbers in force at a cycle."""
        values: dict[str, float] = {}
        for name, thing in self.parameters.items():
            # A text with spaces only is a pattern of numbers here: nothing else can be meant.
            value = value_at(reify(thing) if isinstance(thing, str) else thing, cycle)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
                raise ControlError(
                    f"{name} is {value!r} in cycle {cycle}: give a number or a pattern of them"
                )
            values[name] = float(value)
            if not math.isfinite(values[name]):
                raise ControlError(f"{name} is {value} in cycle {cycle}: give a finite number")
        return values

    def constraints_at(self, cycle: int) -> dict[str, Any]:
        """What must hold in the phrase that begins at a cycle."""
        found = {name: value_at(thing, cycle) for name, thing in self.constraints.items()}
        return {name: value for name, value in found.items() if value is not None}


def value_at(thing: Any, cycle: int) -> Any:
    """What a number, a text or a pattern says at the beginning of a cycle; None where it is silent.

    >>> value_at("d dorian", 0), value_at(0.9, 3)
    ('d dorian', 0.9)

    A text without marks of the mini-notation stands for itself, spaces included; in one with marks, write
    `"<d:dorian a:minor>"`.
    """
    if isinstance(thing, str):
        if not _NOTATION & set(thing):
            return thing
        thing = reify(thing)
    if not isinstance(thing, Pattern):
        return list(thing) if isinstance(thing, tuple) else thing
    events = thing.query(cycle, cycle + Fraction(1, 1024))
    value = events[0].value if events else None
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        return " ".join(value)
    return value


class Source:
    """Another part to listen to: a slot, a pattern, or what is read as one.

    >>> Source("c e").query(0, 1)[0].value
    'c'
    """

    def __init__(self, part: Any) -> None:
        if isinstance(part, str | int | float | list | tuple) and not isinstance(part, bool):
            part = reify(part)
        if not callable(getattr(part, "query", None)):
            raise GeneratorError(f"nothing to listen to in {part!r}: give a slot such as d1, or a pattern")
        self.part = part

    @property
    def name(self) -> str:
        """How a performer calls it."""
        number = getattr(self.part, "number", None)
        return f"d{number}" if isinstance(number, int) else "a pattern"

    def must_have_notes(self, begin: int, end: int) -> None:
        """GeneratorError where what it plays now has nothing with a pitch; silence is no fault."""
        playing = self.playing
        events = self.query(begin, end) if playing is None else playing.query(begin, end)
        if events and all(pitch_of(event.value) is None for event in events):
            raise GeneratorError(f"{self.name} has no pitches to go by: give notes, as in note('c e g')")

    @property
    def playing(self) -> Any:
        """What it plays now: another object when a slot has been given something else."""
        return self.part if isinstance(self.part, Pattern) else getattr(self.part, "pattern", None)

    def query(self, begin: int, end: int) -> list[Event]:
        """Its events; a slot asked so knows who follows it."""
        events: list[Event] = self.part.query(begin, end)
        return events

    def phrase(self, begin: int, end: int, metre: tuple[int, int]) -> Phrase:
        """What it plays from one cycle to another."""
        return phrase_of_events(self.query(begin, end), begin, end - begin, metre)
