"""How much is going on: a number from 0 to 1 that a game, a sensor or a hand moves, and who heeds it.

`energy(0.8)` at the prompt sets it (`livecode.stage`), a live control of the name "energy" does too; what
plays only within certain bounds of it says so with `at_energy`.
"""

from __future__ import annotations

from typing import Any

from livecode.errors import PatternError
from livecode.language.live import live_value
from livecode.language.moment import moment
from livecode.language.pattern import Pattern, by_cycles
from livecode.language.registry import constructor, function
from livecode.language.time import Event, Fraction, Span, floor

USUAL = 0.5
NAME = "energy"


def energy_at(cycle: Any) -> float:
    """The energy at a cycle: what the live control stands at, 0.5 while nobody has said.

    >>> energy_at(3)
    0.5
    """
    value = live_value(NAME)
    if isinstance(value, Pattern):
        # A course through time depends on the cycle only, but somebody may set another one.
        found = value.ask(Fraction(cycle), Fraction(cycle) + Fraction(1, 1024))
        value = found[0].value if found else None
    now = moment()
    if now is not None:
        now.momentary = True
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        return USUAL
    return min(1.0, max(0.0, float(value)))


@function(family="form")
def at_energy(pattern: Pattern, low: Any = 0.0, high: Any = 1.0) -> Pattern:
    """Play only in bars whose energy is at least `low` and below `high` (a `high` of 1 is no bound).

    >>> [event.value for event in mini("hh*2").at_energy(0.4).query(0, 1)]
    ['hh', 'hh']
    >>> mini("hh*2").at_energy(0.6).query(0, 1)
    []

    The energy is 0.5 until `energy(0.8)` or a live control of that name says otherwise; it is looked at when
    a bar begins.
    """
    least, most = float(low), float(high)
    if not 0.0 <= least <= 1.0 or not least <= most <= 1.0:
        raise PatternError(f"at_energy({low}, {high}): give two numbers from 0 to 1, the lower first")

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        level = energy_at(floor(begin))
        if level < least or (most < 1.0 and level >= most):
            return []
        return pattern.ask(begin, end)

    return Pattern(by_cycles(query))


@constructor(family="form")
def energy_level() -> Pattern:
    """The energy as a signal from 0 to 1, to steer a filter or a composer with.

    >>> energy_level().range(200, 1200).query(0, 1)[0].value
    700.0
    """

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        cycle = floor(begin)
        whole = Span(Fraction(cycle), Fraction(cycle + 1))
        return [Event(whole, Span(begin, end), energy_at(cycle))]

    return Pattern(by_cycles(query))
