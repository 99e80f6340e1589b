"""Samples: cut into pieces, reordered and stretched to fit, with SuperDirt's meaning.

`begin` and `end` are places in the sample from 0 to 1, `speed` is its playback rate; with `unit` set to `"c"`
speed 1 plays the whole sample in one cycle, whatever the tempo.
"""

from __future__ import annotations

from typing import Any

from livecode.errors import PatternError
from livecode.language.combine import cat, fastcat
from livecode.language.fuel import EVENTS_PER_CYCLE, too_dense
from livecode.language.joins import inner_join, squeeze_join
from livecode.language.operators import arithmetic
from livecode.language.pattern import Pattern, both_periods, pure, silence
from livecode.language.registry import constructor, function
from livecode.language.reify import reify
from livecode.language.time import Event, Fraction, to_time
from livecode.language.transform import slow

Controls = dict[str, Any]
_multiply = arithmetic("mul", lambda one, two: one * two)


def _controls(value: Any) -> Controls:
    if type(value) is dict:
        return value
    if isinstance(value, str):
        return {"s": value}
    raise PatternError(f'a sample is needed here, not {value!r}: write s("break") first')


def _pieces(count: Any) -> int:
    pieces = int(count)
    if pieces > EVENTS_PER_CYCLE:
        raise too_dense(pieces)
    return pieces


def _piece(value: Any, begin: float, end: float) -> Controls:
    """A piece of what is played already: within its own begin and end, where it has them."""
    controls = _controls(value)
    first, last = controls.get("begin", 0), controls.get("end", 1)
    length = last - first
    return {**controls, "begin": first + begin * length, "end": first + end * length}


@function(family="samples")
def chop(pattern: Pattern, count: Any) -> Pattern:
    """Cut each sample into so many pieces and play them one after another in its own time.

    >>> [event.value["begin"] for event in s("break").chop(4).first_cycle()]
    [0.0, 0.25, 0.5, 0.75]
    """
    pieces = _pieces(count)
    if pieces < 1:
        return silence

    def cut(value: Any) -> Pattern:
        return fastcat(
            *(pure(_piece(value, place / pieces, (place + 1) / pieces)) for place in range(pieces))
        )

    steps = None if pattern.steps is None else pattern.steps * pieces
    return squeeze_join(pattern.with_value(cut)).with_steps(steps)


@function(family="samples")
def striate(pattern: Pattern, count: Any) -> Pattern:
    """Cut samples into so many pieces and interlace them: first pieces of all, then second pieces of all.

    >>> [(event.value["s"], event.value["begin"]) for event in s("a b").striate(2).first_cycle()]
    [('a', 0.0), ('b', 0.0), ('a', 0.5), ('b', 0.5)]
    """
    return _striated(pattern, _pieces(count), 0.0)


@function(family="samples")
def striate_by(pattern: Pattern, count: Any, length: Any) -> Pattern:
    """Like `striate`, with pieces of a given length, a part of the sample, that may overlap.

    >>> [(event.value["begin"], event.value["end"]) for event in s("a").striate_by(2, 0.5).first_cycle()]
    [(0.0, 0.5), (0.25, 0.75)]
    """
    return _striated(pattern, _pieces(count), float(length))


def _striated(pattern: Pattern, pieces: int, length: float) -> Pattern:
    if pieces < 1:
        return silence
    size = length or 1 / pieces
    gap = (1 - size) / pieces if length else size

    def piece(at: float) -> Pattern:
        return pattern.with_value(lambda value: _piece(value, at, at + size))

    parts = [piece(place * gap) for place in range(pieces)]
    steps = None if pattern.steps is None else pattern.steps * pieces
    return fastcat(*parts).with_steps(steps)


def _sliced(pattern: Pattern, count: Any, indices: Pattern, fill: bool = False) -> Pattern:
    """Slices in the rhythm of the indices, each knowing where it begins and ends in its sample.

    With `fill`, each is played at the speed that makes it last as long as its index.
    """
    if isinstance(count, (list, tuple)):
        cuts = [float(to_time(each)) for each in count]
        edges = [(one, two) for one, two in zip(cuts, [*cuts[1:], 1.0])]
    else:
        whole = _pieces(count)
        if whole < 1:
            return silence
        edges = [(place / whole, (place + 1) / whole) for place in range(whole)]
    ask = pattern.ask

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        out = []
        for index in indices.ask(begin, end):
            first, last = edges[int(index.value) % len(edges)]
            speed = (last - first) / float(index.length) if fill else 1.0
            for event in ask(index.part.begin, index.part.end):
                part = event.part
                controls = {"begin": first, "end": last, **_controls(event.value)}
                if fill:
                    controls.update(speed=controls.get("speed", 1) * speed, unit="c")
                out.append(Event(index.whole, part, controls, index.locations + event.locations))
        return out

    return Pattern(query, steps=indices.steps, period=both_periods(pattern, indices))


@function(family="samples", plain=("count", "indices"))
def slice_(pattern: Pattern, count: Any, indices: Any) -> Pattern:
    """Cut samples into so many slices and play them in the order and rhythm of a pattern of numbers.

    >>> [event.value["begin"] for event in s("break").slice(4, "0 2").first_cycle()]
    [0.0, 0.5]

    A list instead of a number says where the slices begin: `slice([0, 0.2, 0.7], "0 2 1")`.
    """
    return _by_count(pattern, count, indices, fill=False)


def _by_count(pattern: Pattern, count: Any, indices: Any, fill: bool) -> Pattern:
    order = reify(indices)
    if isinstance(count, (list, tuple, int, float)):
        return _sliced(pattern, count, order, fill)
    return inner_join(reify(count).with_value(lambda each: _sliced(pattern, each, order, fill)))


@function(family="samples", plain=("count", "indices"))
def splice(pattern: Pattern, count: Any, indices: Any) -> Pattern:
    """Like `slice`, each slice played at the speed that makes it fill its time.

    >>> s("break").splice(4, "0 2").query(0, 1/2)[0].value["speed"]
    0.5
    """
    return _by_count(pattern, count, indices, fill=True)


@function(family="samples")
def fit(pattern: Pattern) -> Pattern:
    """Play each sample at the speed that makes it fill its time.

    >>> s("bd sn").fit().query(0, 1/2)
    [(0..1/2) {'s': 'bd', 'speed': 2.0, 'unit': 'c'}]
    """

    def fill(event: Event) -> Event:
        controls = _controls(event.value)
        length = abs(controls.get("end", 1) - controls.get("begin", 0)) / float(event.length)
        return event.with_value(lambda _: {**controls, "speed": length, "unit": "c"})

    return pattern.with_event(fill)


@function(family="samples")
def loop_at(pattern: Pattern, cycles: Any) -> Pattern:
    """Stretch samples over so many cycles.

    >>> s("break").loop_at(2).query(0, 1)
    [(0..1)-2 {'s': 'break', 'speed': 0.5, 'unit': 'c'}]
    """
    exact = to_time(cycles)
    if exact <= 0:
        return silence
    speed = float(1 / exact)

    def stretch(value: Any) -> Controls:
        return {**_multiply(_controls(value), {"speed": speed}), "unit": "c"}

    return slow(pattern, exact).with_value(stretch)


@function(family="samples", plain=("indices",))
def chew(pattern: Pattern, count: Any, indices: Any) -> Pattern:
    """Like `bite`, samples sped up or slowed down with their slice.

    >>> [event.value["speed"] for event in s("a b c d").chew(4, "0 [1 2]").first_cycle()]
    [0.5, 1.0, 1.0]
    """
    pieces = _pieces(count)
    if pieces < 1:
        return silence
    choices = reify(indices)

    def resized(event: Event) -> Event:
        factor = float(1 / (event.length * pieces))
        return event.with_value(lambda index: _at_speed(pattern, factor).bite(pieces, pure(index)))

    return squeeze_join(choices.with_event(resized))


def _at_speed(pattern: Pattern, factor: float) -> Pattern:
    return pattern.with_value(lambda value: _multiply(_controls(value), {"speed": factor}))


@function(family="samples", plain=("parts",))
def smash(pattern: Pattern, count: Any, parts: Any) -> Pattern:
    """Striate, and play the result at several speeds in turn, a cycle each: 2 is twice as slow.

    >>> [float(event.part.begin) for event in s("a").smash(4, [1, 2]).query(0, 2)]
    [0.0, 0.25, 0.5, 0.75, 1.0, 1.5]
    """
    striated = striate(pattern, count)
    return cat(*(slow(striated, each) for each in parts))


@constructor(family="samples")
def grain(start: Any, width: Any) -> Pattern:
    """A piece of a sample: where it begins, and how long it is, as parts of the whole.

    >>> grain(0.25, 0.5).first_cycle()
    [(0..1) {'begin': 0.25, 'end': 0.75}]
    """
    begins, widths = reify(start), reify(width)
    return begins.app_both(widths, lambda one, two: {"begin": one, "end": one + two})
