"""Rhythms out of a few numbers, letters or words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from livecode.errors import PatternError
from livecode.language.combine import cat, fastcat, weighted
from livecode.language.euclid import bjorklund
from livecode.language.fuel import EVENTS_PER_CYCLE, too_dense
from livecode.language.joins import squeeze_join
from livecode.language.operators import is_true
from livecode.language.pattern import VARIES, Pattern, by_cycles, pure, silence
from livecode.language.random import draws, sub_seed
from livecode.language.registry import constructor, function
from livecode.language.reify import reify
from livecode.language.signals import segment
from livecode.language.time import Event, Fraction, floor, to_time

_STRUCT, _CHAIN = 404, 405
_MOST_ORDERS = 20000


@constructor(family="structure")
def step(sound: Any, text: str) -> Pattern:
    """A step sequencer in letters: `x` plays the sound, a digit its sample of that number, others rest.

    >>> step("bd", "x~~2").first_cycle()
    [(0..1/4) 'bd', (3/4..1) ['bd', 2]]
    >>> step(["bd", "sn"], "x~1~").first_cycle()
    [(0..1/4) 'bd', (1/2..3/4) 'sn']

    Of a list of sounds `x` is the first, and digits choose among them.
    """
    listed = list(sound) if isinstance(sound, (list, tuple)) else None
    if listed is not None and not listed:
        raise PatternError('step needs a sound: try step("bd", "x~~x")')

    def at(letter: str) -> Pattern:
        if letter == "x":
            return pure(sound if listed is None else listed[0])
        if not letter.isdecimal():
            return silence
        if listed is None:
            return pure([sound, int(letter)])
        return pure(listed[int(letter)]) if int(letter) < len(listed) else silence

    return fastcat(*map(at, text)).with_steps(Fraction(len(text))) if text else silence


@constructor(family="structure")
def ascii_(text: Any) -> Pattern:
    """The bits of letters as a rhythm, eight for each letter: for `struct` and `mask`.

    >>> [event.value for event in ascii_("a").first_cycle()]
    [False, True, True, False, False, False, False, True]
    """

    def bits(word: Any) -> Pattern:
        return fastcat(
            *(pure(bool(ord(letter) >> bit & 1)) for letter in str(word) for bit in range(7, -1, -1))
        )

    spelled: Pattern = squeeze_join(reify(text).with_value(bits))
    return spelled


@constructor(family="combine")
def from_list(things: Iterable[Any]) -> Pattern:
    """A pattern of the values of a list, one a cycle; None is a rest.

    >>> from_list(["a", None, "b"]).query(0, 3)
    [(0..1) 'a', (2..3) 'b']
    """
    return cat(*(silence if each is None else pure(each) for each in things))


@constructor(family="combine", aliases=("list_to_pat",))
def fast_from_list(things: Iterable[Any]) -> Pattern:
    """A pattern of the values of a list, all within a cycle; None is a rest.

    >>> fast_from_list([1, None, 2]).first_cycle()
    [(0..1/3) 1, (2/3..1) 2]
    """
    return fastcat(*(silence if each is None else pure(each) for each in things))


@constructor(family="structure", patternable=("count",))
def permstep(count: Any, things: Sequence[Any], where: Any) -> Pattern:
    """Spread a list over so many steps, in one of all the ways there are, ordered from the evenest.

    >>> [event.value for event in permstep(4, ["a", "b"], 0).first_cycle()]
    ['a', 'a', 'b', 'b']

    `where` goes from 0, each value for as many steps, to 1, as unequal as can be: a number or a pattern.
    """
    steps, listed = int(count), list(things)
    if not 1 <= len(listed) <= steps:
        raise PatternError(
            f"permstep needs between 1 and {steps} things for {steps} steps, not {len(listed)}"
        )
    orders = _orders(len(listed), steps)

    def chosen(number: Any) -> Pattern:
        order = orders[max(0, min(int(float(number) * (len(orders) - 1)), len(orders) - 1))]
        return fastcat(*(reify(thing) for repeats, thing in zip(order, listed) for _ in range(repeats)))

    joined: Pattern = segment(reify(where), 1).with_value(chosen).mix_join()
    return joined.with_steps(Fraction(steps))


@lru_cache(maxsize=32)
def _orders(parts: int, total: int) -> tuple[tuple[int, ...], ...]:
    """All ways to cut a number into so many parts of at least 1, those nearest to equal first."""

    def cuts(left: int, rest: int) -> Iterable[tuple[int, ...]]:
        if left == 1:
            yield (rest,)
            return
        for first in range(1, rest - left + 2):
            for others in cuts(left - 1, rest - first):
                yield (first, *others)

    made: list[tuple[int, ...]] = []
    for order in cuts(parts, total):
        made.append(order)
        if len(made) > _MOST_ORDERS:
            raise PatternError(f"{parts} things have too many orders in {total} steps: take fewer of either")
    return tuple(sorted(made, key=lambda order: sum(abs(total / parts - each) for each in order)))


@function(family="structure", plain=("counts",))
def distrib(pattern: Pattern, counts: Sequence[int]) -> Pattern:
    """Spread onsets evenly over onsets that are spread evenly: `[2, 5, 16]` is two of the five in sixteen.

    >>> mini("bd").distrib([2, 5, 16]).first_cycle()
    [(0..1/16) 'bd', (3/8..7/16) 'bd']

    The numbers may be patterns, each by itself.
    """
    given = [reify(each) for each in counts]
    if any(each.constant is VARIES for each in given):
        together = pure(())
        for each in given:
            together = together.app_both(each, lambda known, number: (*known, number))
        joined: Pattern = together.with_value(lambda numbers: distrib(pattern, numbers)).inner_join()
        return joined
    numbers = [int(each.constant) for each in given]
    if len(numbers) < 2 or any(each < 1 for each in numbers):
        raise PatternError(f"distrib needs two or more numbers above 0, not {counts!r}: try distrib([3, 8])")
    rhythm = [True] * numbers[0]
    for onsets, steps in pairwise(numbers):
        inner = iter(rhythm)
        rhythm = [next(inner, False) if step else False for step in bjorklund(onsets, steps)]
    struct: Pattern = fast_from_list(rhythm).filter_values(bool)
    return pattern.app_both(struct, lambda value, _: value)


@function(family="structure", plain=("gaps",))
def space_out(pattern: Pattern, gaps: Sequence[Any]) -> Pattern:
    """Play the pattern again and again, squeezed into one length after another, in cycles.

    >>> mini("a").space_out([1, 1/2, 1/2]).query(0, 2)
    [(0..1) 'a', (1..3/2) 'a', (3/2..2) 'a']
    """
    lengths = [to_time(each) for each in gaps]
    if not lengths or any(each <= 0 for each in lengths):
        raise PatternError(f"space_out needs lengths above 0, not {gaps!r}: try space_out([1, 1/2, 1/4])")
    total = sum(lengths, Fraction(0))
    return weighted([(length, pattern) for length in lengths])._fast(1 / total)


@function(family="structure")
def flatpat(pattern: Pattern) -> Pattern:
    """Play the members of lists at the same time.

    >>> pure([0, 4, 7]).flatpat().first_cycle()
    [(0..1) 0, (0..1) 4, (0..1) 7]
    """
    return pattern.with_events(
        lambda events: [
            Event(event.whole, event.part, each, event.locations)
            for event in events
            for each in (event.value if isinstance(event.value, (list, tuple)) else [event.value])
        ]
    )


@function(family="structure", aliases=("eoff_bool",))
def euclid_off_bool(pattern: Pattern, onsets: Any, steps: Any, rotation: Any = 0) -> Pattern:
    """Turn true and false round wherever a Euclidean rhythm rests.

    >>> [event.value for event in mini("t").euclid_off_bool(3, 8).first_cycle()]
    [True, False, False, True, False, False, True, False]
    """
    of = int(steps)
    if of < 1:
        return silence
    rhythm = fast_from_list(list(bjorklund(int(onsets), of)))
    turned = rhythm.app_both(pattern, lambda one, two: is_true(two) == one)
    return turned._late(-Fraction(int(rotation), of))


@function(family="structure", plain=("table",))
def swap(pattern: Pattern, table: Mapping[Any, Any]) -> Pattern:
    """Put other values in place of values, as a table says; values that are not in it fall silent.

    >>> mini("a b c").swap({"a": 0, "b": 7}).first_cycle()
    [(0..1/3) 0, (1/3..2/3) 7]
    """
    if not isinstance(table, Mapping):
        raise PatternError(f'swap needs a table of values: try swap({{"a": 0, "b": 7}}), not {table!r}')
    return pattern.filter_values(lambda value: _hashed(value) in table).with_value(
        lambda value: table[_hashed(value)]
    )


def _hashed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@constructor(family="chance", patternable=("count", "seed"))
def rand_struct(count: Any, seed: Any = 0) -> Pattern:
    """So many steps of random lengths, another rhythm each cycle; the values count them from 0.

    >>> [event.value for event in rand_struct(4).first_cycle()]
    [0, 1, 2, 3]
    """
    steps, own = int(count), sub_seed(_STRUCT, int(seed))
    if steps < 1:
        return silence
    if steps > EVENTS_PER_CYCLE:
        raise too_dense(steps)

    def cycle(begin: Fraction, end: Fraction) -> list[Event]:
        lengths = draws(own, Fraction(floor(begin)), steps)
        # Whole thousandths: times stay exact and no step is nothing.
        weights = [Fraction(1 + int(each * 999)) for each in lengths]
        return weighted([(weight, pure(place)) for place, weight in enumerate(weights)]).ask(begin, end)

    return Pattern(by_cycles(cycle))


@constructor(family="chance", patternable=("steps", "start", "seed"))
def markov_pat(steps: Any, start: Any, chances: Sequence[Sequence[float]], seed: Any = 0) -> Pattern:
    """Numbers that follow one another by chance: row 2 of the table says how likely each comes after a 2.

    >>> [event.value for event in markov_pat(4, 0, [[0, 1], [1, 0]]).first_cycle()]
    [0, 1, 0, 1]

    Every cycle begins with `start` and has so many steps. `markov` learns such a table from music.
    """
    count, first, own = int(steps), int(start), sub_seed(_CHAIN, int(seed))
    rows = [[float(chance) for chance in row] for row in chances]
    if not rows or any(len(row) != len(rows) or sum(row) <= 0 or min(row) < 0 for row in rows):
        raise PatternError("markov_pat needs a square table of chances: try [[0.5, 0.5], [1, 0]]")
    if not 0 <= first < len(rows):
        raise PatternError(f"markov_pat starts from a row between 0 and {len(rows) - 1}, not {first}")
    if count > EVENTS_PER_CYCLE:
        raise too_dense(count)
    if count < 1:
        return silence

    def cycle(begin: Fraction, end: Fraction) -> list[Event]:
        states = [first]
        for drawn in draws(own, Fraction(floor(begin)), count - 1):
            states.append(_next(rows[states[-1]], drawn))
        return fast_from_list(states).ask(begin, end)

    return Pattern(by_cycles(cycle), steps=Fraction(count))


def _next(row: list[float], drawn: float) -> int:
    left = drawn * sum(row)
    for place, chance in enumerate(row):
        left -= chance
        if left < 0:
            return place
    return max(place for place, chance in enumerate(row) if chance > 0)


@function(family="structure", plain=("rhythm",))
def mask_all(pattern: Pattern, rhythm: Any) -> Pattern:
    """Let events through wherever another pattern has an event, whatever its value.

    >>> mini("a b").mask_all("0 ~").first_cycle()
    [(0..1/2) 'a']
    """
    masked: Pattern = pattern.keep(reify(rhythm).with_value(lambda _: True))
    return masked


@function(family="structure", plain=("rhythm",))
def reset_all(pattern: Pattern, rhythm: Any) -> Pattern:
    """Start the pattern's cycle anew at each event of another one, whatever its value.

    >>> [event.value for event in mini("a b c d").reset_all("0 0").first_cycle()]
    ['a', 'b', 'a', 'b']
    """
    return pattern.reset(reify(rhythm).with_value(lambda _: True))  # type: ignore[no-any-return]


@function(family="structure", plain=("rhythm",))
def restart_all(pattern: Pattern, rhythm: Any) -> Pattern:
    """Start the pattern from its first cycle at each event of another one, whatever its value.

    >>> [event.value for event in mini("<a b>").restart_all("0").query(0, 2)]
    ['a', 'a']
    """
    return pattern.restart(reify(rhythm).with_value(lambda _: True))  # type: ignore[no-any-return]
