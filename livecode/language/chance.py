"""Events kept or dropped by chance, the same ones each time the same cycle is played."""

from __future__ import annotations

from typing import Any

from livecode.language.pattern import Pattern, silence
from livecode.language.random import draw
from livecode.language.registry import function
from livecode.language.time import Event


def dropped(pattern: Pattern, amount: float, seed: int) -> Pattern:
    """A pattern with each event dropped with a chance of `amount`, drawn where the event begins."""
    if amount <= 0:
        return pattern
    if amount >= 1:
        return silence.with_steps(pattern.steps)

    def keep(events: list[Event]) -> list[Event]:
        return [
            event
            for event in events
            if draw(seed, (event.part if event.whole is None else event.whole).begin) >= amount
        ]

    thinned = pattern.with_events(keep)
    thinned.forget_period()
    return thinned


def kept(pattern: Pattern, amount: float, seed: int) -> Pattern:
    """The events that `dropped` drops: the two together are the whole pattern."""
    if amount <= 0:
        return silence.with_steps(pattern.steps)
    if amount >= 1:
        return pattern

    def keep(events: list[Event]) -> list[Event]:
        return [
            event
            for event in events
            if draw(seed, (event.part if event.whole is None else event.whole).begin) < amount
        ]

    thinned = pattern.with_events(keep)
    thinned.forget_period()
    return thinned


@function(family="chance")
def degrade_by(pattern: Pattern, amount: Any = 0.5, seed: Any = 0) -> Pattern:
    """Drop events by chance: `amount` is how likely each one is to go, 0 none, 1 all.

    >>> len(mini("hh*64").degrade_by(0.5).first_cycle()) in range(16, 48)
    True
    >>> mini("hh*8").degrade_by(0).first_cycle() == mini("hh*8").first_cycle()
    True

    Another `seed` drops others.
    """
    return dropped(pattern, float(amount), int(seed))


@function(family="chance")
def undegrade_by(pattern: Pattern, amount: Any = 0.5, seed: Any = 0) -> Pattern:
    """Keep events by chance: `amount` is how likely each one is to stay, just those `degrade_by` drops.

    >>> len(mini("hh*64").undegrade_by(0.5).first_cycle()) in range(16, 48)
    True
    """
    return kept(pattern, float(amount), int(seed))
