"""Structure: which rhythm carries the values, and where in the cycle a function takes hold."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from livecode.language.combine import cat, fastcat, stack, weighted
from livecode.language.euclid import bjorklund, euclid, turned
from livecode.language.fuel import counted
from livecode.language.joins import inner_join, squeeze_join
from livecode.language.operators import DROPPED, align_out, align_reset, align_restart, is_true, keep_if
from livecode.language.pattern import Pattern, both_periods, pure, silence
from livecode.language.registry import function
from livecode.language.reify import filled, reify
from livecode.language.time import ONE, Event, Fraction, Span, ceiling, to_time
from livecode.language.timing import as_function, choose_cycle, ribbon, transformed, within
from livecode.language.transform import compress, zoom


def _kept(pattern: Pattern) -> Pattern:
    return pattern.filter_values(lambda value: value is not DROPPED)


@function(family="structure", plain=("rhythm",))
def struct(pattern: Pattern, rhythm: Any) -> Pattern:
    """Take the rhythm of a pattern of true and false values (t f, 1 0, x ~) for the values of this one.

    >>> mini("a b").struct("t f [t t] t").first_cycle()
    [(0..1/4) 'a', (1/2..5/8) 'b', (5/8..3/4) 'b', (3/4..1) 'b']
    """
    return _kept(align_out(pattern, reify(rhythm), keep_if))


@function(family="structure", plain=("rhythm",))
def struct_all(pattern: Pattern, rhythm: Any) -> Pattern:
    """Like `struct`, but all the values within a step of the rhythm sound together there.

    >>> mini("0 1").struct_all("1").first_cycle()
    [(0..1) 0, (0..1) 1]
    """
    rhythms = reify(rhythm).filter_values(is_true)
    ask = pattern.ask

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        out = []
        for step in rhythms.ask(begin, end):
            reach = step.whole_or_part
            for event in ask(reach.begin, reach.end):
                out.append(Event(step.whole, step.part, event.value, event.locations + step.locations))
        return out

    return Pattern(query, steps=rhythms.steps, period=both_periods(pattern, rhythms))


@function(family="structure", plain=("rhythm",))
def mask(pattern: Pattern, rhythm: Any) -> Pattern:
    """Let events through while another pattern is true (t, 1), and silence them while it is false (f, 0).

    >>> mini("a b c d").mask("1 0").first_cycle()
    [(0..1/4) 'a', (1/4..1/2) 'b']
    """
    return _kept(pattern.app_left(reify(rhythm), keep_if))


@function(family="structure", plain=("rhythm",))
def reset(pattern: Pattern, rhythm: Any) -> Pattern:
    """Start the pattern's cycle anew at each event of another one.

    >>> mini("a b").reset("1 1").first_cycle()
    [(0..1/2) 'a', (1/2..1) 'a']
    """
    return _kept(align_reset(pattern, reify(rhythm), keep_if))


@function(family="structure", plain=("rhythm",))
def restart(pattern: Pattern, rhythm: Any) -> Pattern:
    """Start the pattern from its very first cycle at each event of another one.

    >>> mini("<a b>").restart("1").query(1, 2)
    [(1..2) 'a']
    """
    return _kept(align_restart(pattern, reify(rhythm), keep_if))


@function(family="structure", aliases=("inv",))
def invert(pattern: Pattern) -> Pattern:
    """Turn true into false and false into true.

    >>> mini("t f").inv().first_cycle()
    [(0..1/2) False, (1/2..1) True]
    """
    return pattern.with_value(lambda value: not is_true(value))


@function(family="structure", plain=("yes", "no"))
def sew(pattern: Pattern, yes: Any, no: Any) -> Pattern:
    """Switch between two patterns: the first is heard while this one is true, the second while it is false.

    >>> mini("t f").sew("0 1 2 3", "10 20 30 40").first_cycle()
    [(0..1/4) 0, (1/4..1/2) 1, (1/2..3/4) 30, (3/4..1) 40]
    """
    return stack(mask(reify(yes), pattern), mask(reify(no), invert(pattern)))


@function(family="structure", plain=("yes", "no"))
def stitch(pattern: Pattern, yes: Any, no: Any) -> Pattern:
    """Play this rhythm with two patterns: values of the first where it is true, of the second where false.

    >>> mini("t f t t").stitch("a", "b").first_cycle()
    [(0..1/4) 'a', (1/4..1/2) 'b', (1/2..3/4) 'a', (3/4..1) 'a']
    """
    return stack(struct(reify(yes), pattern), struct(reify(no), invert(pattern)))


@function(family="structure", plain=("bools", "function"))
def while_(pattern: Pattern, bools: Any, function: Any) -> Pattern:
    """Apply a function while another pattern is true.

    >>> [event.value for event in mini("0 1 2 3").while_("1 0", add(10)).first_cycle()]
    [10, 11, 2, 3]
    >>> [event.value for event in mini("0*8").while_("1(3,8)", add(10)).first_cycle()]
    [10, 0, 0, 10, 0, 0, 10, 0]

    Between the onsets of `1(3,8)` it is false, as in Tidal; in a rest nothing is heard.
    """
    return sew(filled(bools), transformed(function, pattern), pattern)


@function(family="structure")
def euclid_inv(pattern: Pattern, onsets: Any, steps: Any, rotation: Any = 0) -> Pattern:
    """Play the steps that a Euclidean rhythm leaves out.

    >>> [event.part.begin for event in mini("hh").euclid_inv(3, 4).first_cycle()]
    [Fraction(3, 4)]
    """
    rests = tuple(not step for step in bjorklund(int(onsets), counted(steps)))
    return turned(pattern, rests, int(rotation))


@function(family="structure", plain=("other",))
def euclid_full(pattern: Pattern, onsets: Any, steps: Any, other: Any) -> Pattern:
    """Play the pattern on the onsets of a Euclidean rhythm and another one on the steps in between.

    >>> [event.value for event in mini("bd").euclid_full(3, 4, "hh").first_cycle()]
    ['bd', 'bd', 'bd', 'hh']
    """
    return stack(euclid(pattern, onsets, steps), euclid_inv(reify(other), onsets, steps))


@function(family="structure", aliases=("euclid_off", "eoff"))
def euclid_rot(pattern: Pattern, onsets: Any, steps: Any, rotation: Any) -> Pattern:
    """Play a Euclidean rhythm rotated to the left by so many steps.

    >>> [event.part.begin for event in mini("bd").euclid_rot(3, 8, 2).first_cycle()]
    [Fraction(1, 8), Fraction(1, 2), Fraction(3, 4)]
    """
    return euclid(pattern, onsets, steps, rotation)


@function(family="structure", plain=("other",), aliases=("eoff_full",))
def euclid_off_full(pattern: Pattern, onsets: Any, steps: Any, rotation: Any, other: Any) -> Pattern:
    """Play the pattern on the onsets of a rotated Euclidean rhythm and another one in between.

    >>> [event.value for event in mini("bd").euclid_off_full(1, 4, 1, "hh").first_cycle()]
    ['hh', 'hh', 'hh', 'bd']
    """
    return stack(euclid(pattern, onsets, steps, rotation), euclid_inv(reify(other), onsets, steps, rotation))


@function(family="structure")
def euclid_legato(pattern: Pattern, onsets: Any, steps: Any, rotation: Any = 0) -> Pattern:
    """Play a Euclidean rhythm in which each onset is held until the next.

    >>> mini("a").euclid_legato(3, 8).first_cycle()
    [(0..3/8) 'a', (3/8..3/4) 'a', (3/4..1) 'a']
    """
    rhythm = bjorklund(int(onsets), counted(steps))
    if not any(rhythm):
        return silence
    places = [place for place, step in enumerate(rhythm) if step]
    lengths = [after - place for place, after in pairwise([*places, len(rhythm) + places[0]])]
    held = weighted([(Fraction(length), pure(True)) for length in lengths])
    turned = held._late(Fraction(places[0] - int(rotation), len(rhythm)))
    return struct(pattern, turned).with_steps(Fraction(len(rhythm)))


@function(family="structure")
def euclid_legato_rot(pattern: Pattern, onsets: Any, steps: Any, rotation: Any) -> Pattern:
    """Play a held Euclidean rhythm rotated to the left by so many steps.

    >>> mini("a").euclid_legato_rot(1, 4, 1).first_cycle()
    [-1/4-(0..3/4) 'a', (3/4..1)-7/4 'a']
    """
    return euclid_legato(pattern, onsets, steps, rotation)


@function(family="structure", aliases=("eish",))
def euclidish(pattern: Pattern, onsets: Any, steps: Any, evenness: Any = 0.5) -> Pattern:
    """Play something between a Euclidean rhythm (0) and the same number of onsets equally far apart (1).

    >>> [event.part.begin for event in mini("a").euclidish(3, 8, 1).first_cycle()]
    [Fraction(0, 1), Fraction(1, 3), Fraction(2, 3)]
    """
    rhythm = bjorklund(int(onsets), counted(steps))
    places = [Fraction(place, len(rhythm)) for place, step in enumerate(rhythm) if step]
    even = to_time(evenness)
    shown = []
    for count, place in enumerate(places):
        begin = place + (Fraction(count, len(places)) - place) * even
        shown.append(compress(pure(True), begin, min(begin + Fraction(1, len(rhythm)), ONE)))
    return struct(pattern, stack(*shown)).with_steps(Fraction(len(rhythm))) if shown else silence


@function(family="structure", plain=("indices",))
def bite(pattern: Pattern, count: Any, indices: Any) -> Pattern:
    """Cut the cycle into so many slices and play them in the order and rhythm of a pattern of numbers.

    >>> [event.value for event in mini("0 1 2 3").bite(4, "3 2 1 0").first_cycle()]
    [3, 2, 1, 0]
    """
    whole = counted(count)
    if whole < 1:
        return silence
    slices = [zoom(pattern, Fraction(place, whole), Fraction(place + 1, whole)) for place in range(whole)]
    return squeeze_join(reify(indices).with_value(lambda index: slices[int(index) % whole]))


def _chunked(pattern: Pattern, count: int, function: Callable[[Pattern], Any], order: list[int]) -> Pattern:
    pieces = [
        within(pattern, Fraction(place, count), Fraction(place + 1, count), function) for place in order
    ]
    return cat(*pieces).with_steps(pattern.steps)


@function(family="structure", aliases=("slowchunk", "slow_chunk"))
def chunk(pattern: Pattern, count: Any, function: Any) -> Pattern:
    """Cut the cycle into so many parts and apply a function to one of them each cycle, from left to right.

    >>> [event.value for event in mini("0 1 2 3").chunk(4, add(10)).query(1, 2)]
    [0, 11, 2, 3]

    The pattern itself goes on to its next cycle when all parts have had their turn; `fastchunk` does not
    wait. A negative number goes from right to left.
    """
    parts = counted(count)
    if parts < 0:
        return chunk_back(pattern, -parts, function)
    if parts == 0:
        return pattern
    return _chunked(pattern, parts, as_function(function), list(range(parts)))


@function(family="structure")
def chunk_back(pattern: Pattern, count: Any, function: Any) -> Pattern:
    """Like `chunk`, from right to left, the pattern going on to its next cycle every cycle, as in Tidal.

    >>> [event.value for event in mini("0 1 2 3").chunk_back(4, add(10)).first_cycle()]
    [0, 1, 2, 13]
    """
    parts = counted(count)
    return _chunk_by_cycle(pattern, parts, function, lambda cycle: parts - 1 - cycle % parts)


@function(family="structure", aliases=("fast_chunk",))
def fastchunk(pattern: Pattern, count: Any, function: Any) -> Pattern:
    """Like `chunk`, the pattern going on to its next cycle every cycle.

    >>> [event.value for event in mini("<0 1>*2").fastchunk(2, add(10)).query(1, 2)]
    [0, 11]
    """
    parts = counted(count)
    return _chunk_by_cycle(pattern, parts, function, lambda cycle: cycle % parts)


def _chunk_by_cycle(pattern: Pattern, parts: int, function: Any, which: Callable[[int], int]) -> Pattern:
    """The part of each cycle that a function of its number names, changed."""
    if parts <= 0:
        return pattern
    made = as_function(function)
    pieces = [within(pattern, Fraction(p, parts), Fraction(p + 1, parts), made) for p in range(parts)]
    return choose_cycle(pieces, which, parts)


@function(family="structure")
def chunk_into(pattern: Pattern, count: Any, function: Any) -> Pattern:
    """Cut the cycle into so many parts and apply a function to one of them each cycle, looped by itself.

    >>> [event.value for event in mini("0 1 2 3").chunk_into(2, rev).first_cycle()]
    [1, 0, 2, 3]
    """
    parts = counted(count)
    return (
        into(pattern, fastcat(True, *[False] * (parts - 1)).iter_back(parts), function)
        if parts > 0
        else pattern
    )


@function(family="structure")
def chunk_back_into(pattern: Pattern, count: Any, function: Any) -> Pattern:
    """Like `chunk_into`, from right to left.

    >>> [event.value for event in mini("0 1 2 3").chunk_back_into(2, rev).first_cycle()]
    [0, 1, 3, 2]
    """
    parts = counted(count)
    first = fastcat(True, *[False] * (parts - 1)).iter(parts)._late(-1) if parts > 0 else silence
    return into(pattern, first, function) if parts > 0 else pattern


@function(family="structure", plain=("bools", "function"))
def into(pattern: Pattern, bools: Any, function: Any) -> Pattern:
    """Loop each piece of the pattern where another one is true, and apply a function to it there.

    >>> [event.value for event in mini("0 1 2 3").into("1 0", rev).first_cycle()]
    [1, 0, 2, 3]
    """
    made = as_function(function)
    flags = reify(bools)

    def piece(event: Event) -> Event:
        span = event.whole_or_part
        if not is_true(event.value):
            return event.with_value(lambda _: pattern)
        looped = reify(made(ribbon(pattern, span.begin, span.length)))
        return event.with_value(lambda _: looped)

    pieces = flags.with_event(piece)
    pieces.forget_period()
    return inner_join(pieces).with_steps(pattern.steps)


@function(family="structure", plain=("steps",))
def beat(pattern: Pattern, steps: Any, division: Any) -> Pattern:
    """Play the pattern on some of the steps of a cycle divided into so many.

    >>> [event.part.begin for event in mini("bd").beat("0,7,10", 16).first_cycle()]
    [Fraction(0, 1), Fraction(7, 16), Fraction(5, 8)]
    """
    count = to_time(division)

    def on(step: Any) -> Pattern:
        begin = to_time(step) % count / count
        end = min(begin + 1 / count, ONE)
        return inner_join(pattern.with_value(lambda value: compress(pure(value), begin, end)))

    return inner_join(reify(steps).with_value(on))


@function(family="structure", plain=("condition", "function", "otherwise"))
def contrast(pattern: Pattern, condition: Any, function: Any, otherwise: Any) -> Pattern:
    """Apply one function to the events that have certain controls and another one to all the others.

    >>> n("0 1").contrast(n(1), gain(2), gain(0.5)).first_cycle()
    [(0..1/2) {'n': 0, 'gain': 0.5}, (1/2..1) {'n': 1, 'gain': 2}]
    """
    wanted = reify(condition)
    ask = pattern.ask

    def split(matching: bool) -> Pattern:
        def query(begin: Fraction, end: Fraction) -> list[Event]:
            return [event for event in ask(begin, end) if _matches(event, wanted) == matching]

        return Pattern(query, steps=pattern.steps, period=both_periods(pattern, wanted))

    return stack(transformed(function, split(True)), transformed(otherwise, split(False)))


def _matches(event: Event, wanted: Pattern) -> bool:
    moment = event.whole_or_part.begin
    value = event.value
    for condition in wanted.ask(moment, moment):
        asked = condition.value
        if type(asked) is dict and type(value) is dict:
            if all(name in value and value[name] == each for name, each in asked.items()):
                return True
        elif asked == value:
            return True
    return False


@function(family="structure", plain=("condition", "function"))
def fix(pattern: Pattern, condition: Any, function: Any) -> Pattern:
    """Apply a function only to the events that have certain controls.

    >>> s("bd sn").fix(s("bd"), gain(2)).first_cycle()
    [(0..1/2) {'s': 'bd', 'gain': 2}, (1/2..1) {'s': 'sn'}]
    """
    return contrast(pattern, condition, function, lambda same: same)


@function(family="structure")
def fill(pattern: Pattern) -> Pattern:
    """Let each event last until the next one begins.

    >>> mini("a ~ ~ b").fill().first_cycle()
    [(0..3/4) 'a', (3/4..1) 'b']

    It looks two cycles ahead at most.
    """
    ask = pattern.ask

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        first = begin.numerator // begin.denominator - 1
        last = max(ceiling(end), first + 2) + 1
        around = [event for event in ask(Fraction(first), Fraction(last)) if event.has_onset()]
        starts = sorted({event.part.begin for event in around})
        out = []
        for event in around:
            start = event.part.begin
            after = next((each for each in starts if each > start), event.whole_or_part.end)
            whole = Span(start, after)
            seen_from, seen_to = max(start, begin), min(after, end)
            if seen_from < seen_to or (seen_from == seen_to == begin == end):
                out.append(Event(whole, Span(seen_from, seen_to), event.value, event.locations))
        return out

    return Pattern(query, steps=pattern.steps, period=pattern._late_period())
