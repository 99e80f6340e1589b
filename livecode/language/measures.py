"""Signals that measure: how long the events are that sample them, how far a piece has come, what you say."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from livecode.errors import PatternError
from livecode.language.joins import inner_join
from livecode.language.pattern import Pattern
from livecode.language.random import draws, sub_seed
from livecode.language.registry import REGISTRY, Entry, constructor
from livecode.language.reify import reify
from livecode.language.signals import signal
from livecode.language.time import Event, Fraction, Span, to_time

_LIST = 406
_MOST_NUMBERS = 1024

Measure = Callable[[Fraction], Any]


def _measured(measure: Measure) -> Pattern:
    return Pattern(lambda begin, end: [Event(None, Span(begin, end), measure(end - begin))], period=1)


def _per(length: Fraction) -> Any:
    return 1 / length if length else Fraction(0)


def _perx(length: Fraction) -> float:
    return math.log2(1 / length) + 1 if length else 0.0


def _risen(time: Fraction) -> float:
    return min(1.0, max(0.0, float(time)))


_NAMED: dict[str, tuple[Pattern, tuple[str, ...], str]] = {
    "cycles_per": (
        _measured(lambda length: length), (), "How long the event is that it is read by, in cycles."
    ),
    "per": (
        _measured(_per), ("per_cycle",), "How short the event is that it is read by, in events a cycle."
    ),
    "perx": (
        _measured(_perx), (),
        "How short the event is that it is read by: 1 for a cycle, 2 for half of one, 3 for a quarter.",
    ),
    "env_l": (signal(_risen), (), "A rise from 0 to 1 over the first cycle, and 1 from then on."),
    "env_lr": (signal(lambda time: 1 - _risen(time)), (), "A fall from 1 to 0 over the first cycle."),
    "env_eq": (
        signal(lambda time: math.sqrt(math.sin(math.pi / 2 * (1 - _risen(time))))), (),
        "A fade-out of equal power over the first cycle, for cross-fades with `env_eqr`.",
    ),
    "env_eqr": (
        signal(lambda time: math.sqrt(math.cos(math.pi / 2 * (1 - _risen(time))))), (),
        "A fade-in of equal power over the first cycle, for cross-fades with `env_eq`.",
    ),
}  # fmt: skip


def _name_measures() -> None:
    for name, (pattern, aliases, meaning) in _NAMED.items():
        doc = f"{meaning}\n\n```python\nlpf({name}.range(200, 2000))\n```"
        REGISTRY[name] = Entry(
            name=name, method=None, family="signals", aliases=aliases, signature=name, meaning=meaning,
            doc=doc, definition=lambda: None, exported=pattern,  # type: ignore[arg-type]
        )  # fmt: skip


_name_measures()


@constructor(family="signals")
def ref(read: Callable[[], Any]) -> Pattern:
    """A value that is read when it is needed: of a variable, a file, a sensor; a function without arguments.

    >>> level = {"now": 0.5}
    >>> ref(lambda: level["now"]).first_cycle()
    [(0..1) 0.5]

    The function may answer a value or a pattern. What comes of it is not remembered and not in the journal.
    """
    if not callable(read):
        raise PatternError(f"ref needs a function that reads the value, not {read!r}: try ref(lambda: x)")

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        return reify(read()).ask(begin, end)

    return Pattern(query)


@constructor(family="signals")
def rand_l(count: Any, seed: Any = 0) -> Pattern:
    """A list of so many random numbers from 0 to 1, another one at every moment.

    >>> len(rand_l(4).segment(1).first_cycle()[0].value)
    4
    """

    def listed(number: Any) -> Pattern:
        many, own = int(number), sub_seed(_LIST, int(seed))
        if not 1 <= many <= _MOST_NUMBERS:
            raise PatternError(f"rand_l makes between 1 and {_MOST_NUMBERS} numbers, not {many}")
        return signal(lambda time: draws(own, time, many))

    return inner_join(reify(count).with_value(listed))


@constructor(family="signals")
def perlin_with(time: Any) -> Pattern:
    """Gliding random numbers from 0 to 1, read at the times that a pattern says.

    >>> perlin_with(saw * 4).segment(2).first_cycle() == perlin_with(saw * 4).segment(2).first_cycle()
    True
    """
    from livecode.language.signals import _PERLIN, _smooth

    glide = _smooth(_PERLIN)

    def read(now: Any) -> Any:
        known = isinstance(now, int | Fraction) or (isinstance(now, float) and math.isfinite(now))
        # For all else `to_time` says what is needed.
        return glide(Fraction(now) if known else to_time(now))

    return reify(time).with_value(read)
