"""Chords played one note after another: in an order of Tidal's, by number, or rolled like a guitar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from livecode.errors import NameUnknown
from livecode.language.combine import stack
from livecode.language.harmony import _with_chords
from livecode.language.joins import inner_join
from livecode.language.pattern import Pattern
from livecode.language.registry import function
from livecode.language.reify import reify
from livecode.language.time import Event, Fraction, Span, intersection, to_time

T = TypeVar("T")


def converge(notes: Sequence[T]) -> list[T]:
    """Outer notes first: lowest, highest, next lowest, next highest and so inwards.

    >>> converge([1, 2, 3, 4, 5])
    [1, 5, 2, 4, 3]
    """
    return [notes[index // 2] if index % 2 == 0 else notes[-1 - index // 2] for index in range(len(notes))]


def _there_and_back(notes: Sequence[T]) -> list[T]:
    return [*notes[:-1], *reversed(notes[1:])]


def _back_and_there(notes: Sequence[T]) -> list[T]:
    return [*reversed(notes[1:]), *notes[:-1]]


def _pinky(notes: Sequence[T]) -> list[T]:
    return [note for low in notes[:-1] for note in (low, notes[-1])]


def _thumb(notes: Sequence[T]) -> list[T]:
    return [note for high in notes[1:] for note in (notes[0], high)]


ORDERS: dict[str, Callable[[Sequence[object]], list[object]]] = {
    "up": list,
    "down": lambda notes: list(reversed(notes)),
    "updown": _there_and_back,
    "downup": _back_and_there,
    "up&down": lambda notes: [*notes, *reversed(notes)],
    "down&up": lambda notes: [*reversed(notes), *notes],
    "converge": converge,
    "diverge": lambda notes: converge(notes)[::-1],
    "disconverge": lambda notes: [*converge(notes), *converge(notes)[::-1][1:]],
    "pinkyup": _pinky,
    "pinkyupdown": lambda notes: _there_and_back(_pinky(notes)),
    "thumbup": _thumb,
    "thumbupdown": lambda notes: _there_and_back(_thumb(notes)),
}


def _spread_out(group: list[Any], whole: Span, part: Span) -> list[Event]:
    """Values one after another over a whole, equally long, as far as they are seen in a part."""
    length = whole.length / len(group)
    out = []
    for place, event in enumerate(group):
        span = Span(whole.begin + place * length, whole.begin + (place + 1) * length)
        seen = intersection(span, part)
        if seen is not None:
            out.append(Event(span, seen, event.value, event.locations))
    return out


def _ordered(pattern: Pattern, order: str) -> Pattern:
    arrange = ORDERS.get(order)
    if arrange is None:
        raise NameUnknown("arpeggio", order, ORDERS)

    def play(group: list[Event]) -> list[Event]:
        whole = group[0].whole
        assert whole is not None
        arranged: list[Any] = arrange(group)
        return _spread_out(arranged, whole, group[0].part) if arranged else []

    return _with_chords(pattern, play)


def _indexed(pattern: Pattern, indices: Pattern) -> Pattern:
    def choose(group: list[Event]) -> Pattern:
        return indices.with_value(lambda index: group[int(index) % len(group)])

    collected = _with_chords(pattern, lambda group: [group[0].with_value(lambda _: group)])
    chosen = inner_join(collected.with_value(choose))
    return chosen.with_value(lambda event: event.value)


@function(family="notes", plain=("order",))
def arp(pattern: Pattern, order: Any) -> Pattern:
    """Play the notes of chords one after another: `up`, `down`, `updown`, `converge`..., or by their numbers.

    >>> note("c'maj").arp("updown").first_cycle()
    [(0..1/4) {'note': 0}, (1/4..1/2) {'note': 4}, (1/2..3/4) {'note': 7}, (3/4..1) {'note': 4}]
    >>> [event.value for event in mini("[0,4,7]").arp("0 [0,2] 1").first_cycle()]
    [0, 0, 7, 4]

    Orders: up, down, updown, downup, up&down, down&up, converge, diverge, disconverge, pinkyup, pinkyupdown,
    thumbup, thumbupdown. Numbers count the chord's notes from 0 in a rhythm of their own.
    """
    if isinstance(order, str) and order in ORDERS:
        return _ordered(pattern, order)
    orders = reify(order)
    names = orders.filter_values(lambda value: isinstance(value, str))
    numbers = orders.filter_values(lambda value: not isinstance(value, str))
    by_name = inner_join(names.with_value(lambda name: _ordered(pattern, name)))
    return stack(by_name, _indexed(pattern, numbers)).with_steps(pattern.steps)


@function(family="notes", aliases=("arpg",))
def arpeggiate(pattern: Pattern) -> Pattern:
    """Play the notes of chords one after another, upwards, within the chord's time.

    >>> mini("[0,4,7]").arpeggiate().first_cycle()
    [(0..1/3) 0, (1/3..2/3) 4, (2/3..1) 7]
    """
    return _ordered(pattern, "up")


@function(family="notes")
def arp_with(pattern: Pattern, function: Any) -> Pattern:
    """Play the notes of chords one after another, in the order that a function of the list of them answers.

    >>> mini("[0,4,7]").arp_with(lambda notes: notes[::-1]).first_cycle()
    [(0..1/3) 7, (1/3..2/3) 4, (2/3..1) 0]
    """

    def play(group: list[Event]) -> list[Event]:
        whole = group[0].whole
        assert whole is not None
        first = group[0]
        ordered = function([event.value for event in group])
        return _spread_out(
            [Event(first.whole, first.part, value, first.locations) for value in ordered], whole, first.part
        )

    return _with_chords(pattern, play)


@function(family="notes")
def rolled_by(pattern: Pattern, part: Any) -> Pattern:
    """Roll chords like a guitar: the notes start one after another within a part of the chord's time.

    >>> mini("[0,4]").rolled_by(1/2).first_cycle()
    [(0..1) 0, (1/4..1) 4]

    Below 0 the roll goes from the last note to the first.
    """
    amount = to_time(part)

    def roll(group: list[Event]) -> list[Event]:
        ordered = group if amount > 0 else group[::-1]
        out = []
        for place, event in enumerate(ordered):
            whole = event.whole
            assert whole is not None
            begin = whole.begin + place * whole.length * abs(amount) / len(group)
            span = Span(begin, whole.end)
            seen = intersection(span, event.part)
            if seen is not None:
                out.append(Event(span, seen, event.value, event.locations))
        return out

    return pattern if amount == 0 else _with_chords(pattern, roll)


@function(family="notes")
def rolled(pattern: Pattern) -> Pattern:
    """Roll chords like a guitar, over the first quarter of their time.

    >>> mini("[0,4]").rolled().first_cycle()
    [(0..1) 0, (1/8..1) 4]
    """
    return rolled_by(pattern, Fraction(1, 4))
