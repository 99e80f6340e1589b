"""Signals: values at every moment, without beginnings, to be sampled by the rhythm of something else.

A signal is read in the middle of the time asked for, as in Tidal: `sine.segment(4)` gives the sine at 1/8,
3/8, 5/8 and 7/8 of the cycle. Those that run from 0 to 1 have a twin from -1 to 1 with a 2 in its name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from livecode.errors import PatternError
from livecode.language.combine import cat, fastcat
from livecode.language.fuel import EVENTS_PER_CYCLE, too_dense
from livecode.language.joins import inner_join
from livecode.language.pattern import Pattern, pure, silence
from livecode.language.random import draw, sub_seed
from livecode.language.registry import REGISTRY, Entry, constructor, function
from livecode.language.reify import reify
from livecode.language.time import Event, Fraction, Span, ceiling, floor, to_time


@constructor(family="signals", aliases=("sig",))
def signal(of_time: Callable[[Fraction], Any], period: int | None = None) -> Pattern:
    """Any function of time, in cycles, as a signal.

    >>> signal(lambda time: time * 2).segment(2).first_cycle()
    [(0..1/2) Fraction(1, 2), (1/2..1) Fraction(3, 2)]

    Give the `period`, in cycles, of a function that repeats.
    """
    return Pattern(
        lambda begin, end: [Event(None, Span(begin, end), of_time((begin + end) / 2))], period=period
    )


def _phase(time: Fraction) -> float:
    numerator, denominator = time.numerator, time.denominator
    return float((numerator % denominator) / denominator)


def _sine(phase: float) -> float:
    return (math.sin(2 * math.pi * phase) + 1) / 2


def _cosine(phase: float) -> float:
    return (math.cos(2 * math.pi * phase) + 1) / 2


def _tri(phase: float) -> float:
    return 2 * phase if phase < 0.5 else 2 - 2 * phase


_SHAPES: dict[str, tuple[Callable[[float], float], str]] = {
    "saw": (lambda phase: phase, "A ramp that rises over each cycle"),
    "isaw": (lambda phase: 1 - phase, "A ramp that falls over each cycle"),
    "sine": (_sine, "A sine wave, once a cycle, from the middle upwards"),
    "cosine": (_cosine, "A cosine wave, once a cycle, from the top downwards"),
    "tri": (_tri, "A triangle wave, up in the first half of each cycle and down in the second"),
    "itri": (lambda phase: 1 - _tri(phase), "A triangle wave that starts at the top of each cycle"),
    "square": (lambda phase: 0 if phase < 0.5 else 1, "A square wave, low in the first half of each cycle"),
}


def _shaped(shape: Callable[[float], float]) -> Pattern:
    return signal(lambda time: shape(_phase(time)), period=1)


def _bipolar(shape: Callable[[float], float]) -> Pattern:
    return signal(lambda time: 2 * shape(_phase(time)) - 1, period=1)


saw, isaw, sine, cosine, tri, itri, square = (_shaped(shape) for shape, _ in _SHAPES.values())
saw2, isaw2, sine2, cosine2, tri2, itri2, square2 = (_bipolar(shape) for shape, _ in _SHAPES.values())
elapsed = signal(lambda now: now)
envelope = signal(lambda now: min(max(float(now), 0.0), 1.0))

_RAND, _RAND2, _BRAND = 101, 102, 103

rand = signal(lambda now: draw(_RAND, now))
rand2 = signal(lambda now: 2 * draw(_RAND2, now) - 1)
brand = signal(lambda now: draw(_BRAND, now) < 0.5)


def _smooth(seed: int) -> Callable[[Fraction], float]:
    """Noise that glides from one drawn value a cycle to the next (K. Perlin 1985, with his later curve)."""

    def at(now: Fraction) -> float:
        cycle = floor(now)
        part = float(now - cycle)
        curve = part * part * part * (part * (part * 6 - 15) + 10)
        one, two = draw(seed, Fraction(cycle)), draw(seed, Fraction(cycle + 1))
        return one + (two - one) * curve

    return at


_PERLIN, _BERLIN = 104, 105
perlin = signal(_smooth(_PERLIN))


def _ridge(now: Fraction) -> float:
    cycle = floor(now)
    one = draw(_BERLIN, Fraction(cycle)) / 2
    return one + float(now - cycle) * draw(_BERLIN, Fraction(cycle + 1)) / 2


berlin = signal(_ridge)

_NAMED: dict[str, tuple[Pattern, str]] = {
    **{name: (globals()[name], f"{meaning}, from 0 to 1.") for name, (_, meaning) in _SHAPES.items()},
    **{
        f"{name}2": (globals()[f"{name}2"], f"{meaning}, from -1 to 1.")
        for name, (_, meaning) in _SHAPES.items()
    },
    "elapsed": (elapsed, "The time itself, in cycles since the beginning."),
    "envelope": (envelope, "A rise from 0 to 1 over the first cycle, then 1; `.slow(8)` takes eight."),
    "rand": (rand, "A random number from 0 to 1, another one at every moment."),
    "rand2": (rand2, "A random number from -1 to 1, another one at every moment."),
    "brand": (brand, "True or false at random, half of the time each."),
    "perlin": (perlin, "Random numbers from 0 to 1 that glide, one a cycle."),
    "berlin": (berlin, "Random ramps from 0 to 1, a new one every cycle."),
}  # fmt: skip


def _name_signals() -> None:
    for name, (pattern, meaning) in _NAMED.items():
        doc = f"{meaning}\n\n```python\nlpf({name}.range(200, 2000))\n```"
        REGISTRY[name] = Entry(
            name=name, method=None, family="signals", aliases=(), signature=name, meaning=meaning, doc=doc,
            definition=lambda: None, exported=pattern,  # type: ignore[arg-type]
        )  # fmt: skip


_name_signals()


@constructor(family="signals")
def irand(below: Any) -> Pattern:
    """A random whole number from 0 up to but not including a number, another one at every moment.

    >>> {event.value for event in irand(3).segment(64).first_cycle()} == {0, 1, 2}
    True
    """
    return inner_join(reify(below).with_value(lambda top: rand.with_value(lambda value: int(value * top))))


@constructor(family="signals")
def brand_by(chance: Any) -> Pattern:
    """True with a chance from 0 to 1, else false, drawn again at every moment.

    >>> [event.value for event in brand_by(1).segment(2).first_cycle()]
    [True, True]
    """
    return inner_join(reify(chance).with_value(lambda part: rand.with_value(lambda value: value < part)))


@function(family="chance")
def seed(pattern: Pattern, number: Any) -> Pattern:
    """Other random numbers: the signal as it runs far away in time.

    >>> rand.seed(1).segment(4).first_cycle() != rand.seed(2).segment(4).first_cycle()
    True

    Rhythms that repeat within 16 cycles stay as they are. `degrade_by` and its like take a `seed=` of their
    own.
    """
    offset = sub_seed(7, int(number)) % 65536 * 720720
    ask = pattern.ask

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        found = ask(begin + offset, end + offset)
        return [event.with_span(lambda span: span.with_time(lambda now: now - offset)) for event in found]

    return Pattern(query, steps=pattern.steps)


@constructor(family="signals", patternable=("begin", "end", "cycles"))
def line(begin: Any = 0, end: Any = 1, cycles: Any = 1) -> Pattern:
    """A straight line from one value to another over so many cycles, staying there afterwards.

    >>> [event.value for event in line(0, 8, 2).segment(2).query(0, 3)]
    [1.0, 3.0, 5.0, 7.0, 8.0, 8.0]
    """
    length = to_time(cycles)
    if length <= 0:
        raise PatternError(f"a line takes more than {length} cycles: try line(0, 1, 4)")

    def at(now: Fraction) -> float:
        part = float(min(max(now / length, Fraction(0)), Fraction(1)))
        return float(begin + (end - begin) * part)

    return signal(at)


@constructor(family="signals", aliases=("linvar",))
def ramp(values: Any, cycles: Any = 4) -> Pattern:
    """Values over time, gliding from each to the next and round again, so many cycles each.

    >>> [event.value for event in ramp([0, 4], 2).segment(1).query(0, 4)]
    [1.0, 3.0, 3.0, 1.0]

    `cycles` may be a list, one length for each value. (FoxDot's linvar.)
    """
    return _over_time(values, cycles, lambda one, two, part: one + (two - one) * part)


@constructor(family="signals", aliases=("expvar",))
def expramp(values: Any, cycles: Any = 4) -> Pattern:
    """Values over time, gliding from each to the next ever faster, so many cycles each. (FoxDot's expvar.)

    >>> [event.value for event in expramp([0, 4], 2).segment(1).query(0, 2)]
    [0.25, 2.25]
    """
    return _over_time(values, cycles, lambda one, two, part: one + (two - one) * part * part)


@constructor(family="signals", aliases=("sinvar",))
def sineramp(values: Any, cycles: Any = 4) -> Pattern:
    """Values over time, easing out of each and into the next, so many cycles each. (FoxDot's sinvar.)

    >>> [round(event.value, 2) for event in sineramp([0, 1], 2).segment(1).query(0, 2)]
    [0.15, 0.85]
    """
    return _over_time(
        values, cycles, lambda one, two, part: one + (two - one) * (1 - math.cos(math.pi * part)) / 2
    )


@constructor(family="signals")
def timevar(values: Any, cycles: Any = 4) -> Pattern:
    """Values over time, each staying for so many cycles. (FoxDot's var.)

    >>> [event.value for event in timevar([0, 5], [3, 1]).segment(1).query(0, 4)]
    [0, 0, 0, 5]
    """
    return _over_time(values, cycles, lambda one, _two, _part: one)


def _over_time(values: Any, cycles: Any, between: Callable[[Any, Any, float], Any]) -> Pattern:
    points = _numbers(values)
    lengths = [to_time(number) for number in _numbers(cycles)]
    if not points or any(length <= 0 for length in lengths):
        raise PatternError(
            f"values over time need values and lengths above 0, not {values!r} over {cycles!r}"
        )
    count = math.lcm(len(points), len(lengths))
    stations = [(points[index % len(points)], lengths[index % len(lengths)]) for index in range(count)]
    total = Fraction(sum(length for _, length in stations))

    def at(now: Fraction) -> Any:
        rest = now % total
        for index, (value, length) in enumerate(stations):
            if rest < length:
                following = stations[(index + 1) % count][0]
                return between(value, following, float(rest / length))
            rest -= length
        return stations[-1][0]

    return signal(at, period=int(total) if total.denominator == 1 else None)


def _numbers(values: Any) -> list[Any]:
    if isinstance(values, str):
        return [event.value for event in reify(values).first_cycle()]
    return list(values) if isinstance(values, Sequence) else [values]


@function(family="signals", aliases=("seg", "discretise"))
def segment(pattern: Pattern, count: Any) -> Pattern:
    """Sample a pattern so many times a cycle, each sample an event of its own.

    >>> saw.segment(2).first_cycle()
    [(0..1/2) 0.25, (1/2..1) 0.75]
    """
    return (
        pure(None)._fast(to_time(count)).app_left(pattern, lambda _, value: value).with_steps(to_time(count))
    )


@constructor(family="signals")
def run(count: Any) -> Pattern:
    """The numbers from 0 up to but not including a number, one after another within the cycle.

    >>> run(3).first_cycle()
    [(0..1/3) 0, (1/3..2/3) 1, (2/3..1) 2]
    """
    return inner_join(reify(count).with_value(_run)) if not isinstance(count, int) else _run(count)


def _run(count: Any) -> Pattern:
    last = ceiling(to_time(count))
    if last > EVENTS_PER_CYCLE:
        raise too_dense(last)
    return fastcat(*range(last)) if last > 0 else silence


@constructor(family="signals")
def scan(count: Any) -> Pattern:
    """Like `run`, one step longer each cycle: 0, then 0 1, then 0 1 2, up to the number and round again.

    >>> [event.value for event in scan(3).query(0, 3)]
    [0, 0, 1, 0, 1, 2]
    """

    def scanned(top: Any) -> Pattern:
        return cat(*(_run(length) for length in range(1, int(top) + 1)))

    return inner_join(reify(count).with_value(scanned))
