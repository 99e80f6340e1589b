"""Time inside the cycle and across cycles: repeating, shifting, swinging, zooming out and in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from livecode.errors import PatternError
from livecode.language.combine import cat, fastcat, stack, weighted
from livecode.language.fuel import counted
from livecode.language.joins import focus as focus_on
from livecode.language.joins import squeeze_join
from livecode.language.operators import arithmetic
from livecode.language.pattern import Pattern, by_cycles, pure, silence
from livecode.language.period import LONGEST, together
from livecode.language.registry import function, of_functions
from livecode.language.time import Event, Fraction, Span, floor, intersection, moved, to_time
from livecode.language.transform import compress, fast, rev, slow, zoom

Transform = Callable[[Pattern], Any]


def as_function(thing: Any) -> Transform:
    """A transformation as it is typed: a function, or a pattern of controls to be set.

    >>> as_function(lambda p: p.fast(2))(mini("a")).first_cycle()
    [(0..1/2) 'a', (1/2..1) 'a']
    """
    if isinstance(thing, Pattern):
        return lambda pattern: pattern.set(thing)
    if callable(thing):
        function: Transform = thing
        return function
    raise PatternError(
        f"a function is needed here, such as rev, fast(2) or lambda p: p.fast(2), not {thing!r}"
    )


def transformed(function: Any, pattern: Pattern) -> Pattern:
    """A pattern passed through a transformation, or through those that a pattern of functions has in turn."""
    from livecode.language.reify import reify

    if isinstance(function, Pattern | list) and of_functions(function):
        chosen = reify(function).with_value(lambda each: transformed(each, pattern))
        return chosen.inner_join().with_steps(pattern.steps)  # type: ignore[no-any-return]
    return reify(as_function(function)(pattern))


def choose_cycle(patterns: list[Pattern], which: Callable[[int], int], period: int | None) -> Pattern:
    """Each cycle played by one of the patterns, all of them counting the same cycles."""
    asks = [pattern.ask for pattern in patterns]

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        return asks[which(floor(begin))](begin, end)

    def common() -> int | None:
        if period is None:
            return None
        return together((period, *(pattern.period for pattern in patterns)))

    return Pattern(by_cycles(query), steps=patterns[0].steps, period=common)


@function(family="time")
def ply(pattern: Pattern, times: Any) -> Pattern:
    """Repeat each event so many times within its own time.

    >>> mini("bd sn").ply(2).first_cycle()
    [(0..1/4) 'bd', (1/4..1/2) 'bd', (1/2..3/4) 'sn', (3/4..1) 'sn']
    """
    count = to_time(times)
    if count <= 0:
        return silence
    if count.denominator != 1:
        return squeeze_join(pattern.with_value(lambda value: pure(value)._fast(count)))
    return _repeated(pattern, counted(count))


def _repeated(pattern: Pattern, count: int) -> Pattern:
    from livecode.language.fuel import spend

    def query(events: list[Event]) -> list[Event]:
        out = []
        for event in events:
            whole, part = event.whole, event.part
            if whole is None:
                continue
            length = whole.length / count
            spend(count)
            for place in range(count):
                span = Span(whole.begin + place * length, whole.begin + (place + 1) * length)
                seen = intersection(span, part)
                if seen is not None:
                    out.append(Event(span, span if seen == span else seen, event.value, event.locations))
        return out

    steps = None if pattern.steps is None else pattern.steps * count
    return pattern.with_events(query, steps=steps)


@function(family="time")
def inside(pattern: Pattern, factor: Any, function: Any) -> Pattern:
    """Apply a function to the pattern slowed down by a factor, then speed the result up again.

    >>> mini("0 1 2 3").inside(2, rev).first_cycle()
    [(0..1/4) 1, (1/4..1/2) 0, (1/2..3/4) 3, (3/4..1) 2]
    """
    exact = to_time(factor)
    return fast(transformed(function, slow(pattern, exact)), exact)


@function(family="time")
def outside(pattern: Pattern, factor: Any, function: Any) -> Pattern:
    """Apply a function to the pattern sped up by a factor, then slow the result down again.

    >>> mini("<0 1 2 3>").outside(4, rev).query(0, 2)
    [(0..1) 3, (1..2) 2]
    """
    exact = to_time(factor)
    return slow(transformed(function, fast(pattern, exact)), exact)


@function(family="time")
def hurry(pattern: Pattern, factor: Any) -> Pattern:
    """Play a pattern faster and its samples too.

    >>> s("bd sn").hurry(2).query(0, "1/4")
    [(0..1/4) {'s': 'bd', 'speed': 2}]
    """
    by = arithmetic("mul", lambda one, two: one * two)
    plain = factor if isinstance(factor, int) else float(factor)
    return fast(pattern, factor).with_value(
        lambda value: by(value, {"speed": plain}) if type(value) is dict else value
    )


@function(family="time")
def swing_by(pattern: Pattern, amount: Any, count: Any) -> Pattern:
    """Delay the events in the second half of each of so many slices of the cycle, by a part of a slice.

    >>> [event.part.begin for event in mini("hh*8").swing_by(1/6, 4).query(0, 1/2) if event.has_onset()]
    [Fraction(0, 1), Fraction(1, 6), Fraction(1, 4), Fraction(5, 12)]

    Two notes in a slice swing like triplets at 1/6; 0 is straight.
    """
    exact = to_time(amount)
    return inside(pattern, count, lambda slowed: within(slowed, Fraction(1, 2), 1, lambda p: p._late(exact)))


@function(family="time")
def swing(pattern: Pattern, count: Any) -> Pattern:
    """Swing hard: the second half of each of so many slices of the cycle comes a third of a slice later.

    >>> mini("hh*8").swing(4).first_cycle() == mini("hh*8").swing_by(1/3, 4).first_cycle()
    True
    """
    return swing_by(pattern, Fraction(1, 3), count)


@function(family="time")
def press_by(pattern: Pattern, amount: Any) -> Pattern:
    """Let events begin later, by a part of their own time, and end where they did.

    >>> mini("bd sn").press_by(1/4).first_cycle()
    [(1/8..1/2) 'bd', (5/8..1) 'sn']
    """
    exact = to_time(amount)
    return squeeze_join(pattern.with_value(lambda value: compress(pure(value), exact, 1)))


@function(family="time")
def press(pattern: Pattern) -> Pattern:
    """Let every event begin half-way through its time: off-beats.

    >>> mini("bd sn").press().first_cycle()
    [(1/4..1/2) 'bd', (3/4..1) 'sn']
    """
    return press_by(pattern, Fraction(1, 2))


@function(family="time")
def brak(pattern: Pattern) -> Pattern:
    """Squeeze every other cycle into its half and shift it by a quarter: a break beat.

    >>> mini("bd sn").brak().query(1, 2)
    [(5/4..3/2) 'bd', (3/2..7/4) 'sn']
    """
    broken = fastcat(pattern, silence)._late(Fraction(1, 4))
    return choose_cycle([pattern, broken], lambda cycle: cycle % 2, 2)


@function(family="time")
def palindrome(pattern: Pattern) -> Pattern:
    """Play each cycle forwards and then, in the next one, backwards.

    >>> [event.value for event in mini("a b").palindrome().query(0, 2)]
    ['a', 'b', 'b', 'a']
    """
    return cat(pattern, rev(pattern))


@function(family="time")
def iter_(pattern: Pattern, count: Any) -> Pattern:
    """Divide the cycle into so many parts and start each cycle a part further on than the last.

    >>> [event.value for event in mini("0 1 2 3").iter(4).query(1, 2)]
    [1, 2, 3, 0]
    """
    return _iterated(pattern, counted(count), 1)


@function(family="time")
def iter_back(pattern: Pattern, count: Any) -> Pattern:
    """Divide the cycle into so many parts and start each cycle a part further back than the last.

    >>> [event.value for event in mini("0 1 2 3").iter_back(4).query(1, 2)]
    [3, 0, 1, 2]
    """
    return _iterated(pattern, counted(count), -1)


def _iterated(pattern: Pattern, count: int, direction: int) -> Pattern:
    if count < 0:
        count, direction = -count, -direction
    if count == 0:
        return pattern
    turns = [pattern._late(Fraction(-direction * turn, count)) for turn in range(count)]
    return cat(*turns).with_steps(pattern.steps)


@function(family="time")
def linger(pattern: Pattern, part: Any) -> Pattern:
    """Play only the first part of each cycle, over and over until the cycle is full.

    >>> [event.value for event in mini("0 1 2 3").linger(1/4).first_cycle()]
    [0, 0, 0, 0]
    >>> [event.value for event in mini("0 1 2 3").linger(-1/2).first_cycle()]
    [3, 2, 3, 2]

    Below 0 it is the last part, and backwards, as in Tidal.
    """
    exact = to_time(part)
    if exact == 0:
        return silence
    piece = zoom(pattern, 0, exact) if exact > 0 else zoom(pattern, exact + 1, 1)
    return fast(piece, 1 / exact).with_steps(pattern.steps)


@function(family="time")
def trunc(pattern: Pattern, part: Any) -> Pattern:
    """Play only the first part of each cycle, and nothing after it.

    >>> mini("0 1 2 3").trunc(1/2).first_cycle()
    [(0..1/4) 0, (1/4..1/2) 1]
    """
    exact = to_time(part)

    def keep(events: list[Event]) -> list[Event]:
        out = []
        for event in events:
            cycle = floor(event.part.begin)
            seen = intersection(event.part, Span(Fraction(cycle), cycle + exact))
            if seen is not None:
                out.append(Event(event.whole, seen, event.value, event.locations))
        return out

    if exact <= 0:
        return silence
    return pattern.split_queries().with_events(keep)


@function(family="time", aliases=("rib",))
def ribbon(pattern: Pattern, offset: Any, cycles: Any) -> Pattern:
    """Loop a piece of a pattern: so many cycles, from a time on.

    >>> [event.value for event in mini("<0 1 2 3>").ribbon(1, 2).query(0, 4)]
    [1, 2, 1, 2]

    With `rand` and its like it makes a phrase out of chance.
    """
    length = to_time(cycles)
    if length <= 0:
        return silence
    from livecode.language.joins import restart_join

    started = pattern._late(-to_time(offset))
    looped = restart_join(pure(started)._fast(1 / length))
    if length.denominator == 1 and length <= LONGEST:
        looped._set_period(int(length))
    return looped.with_steps(pattern.steps)


@function(family="time")
def repeat_cycles(pattern: Pattern, times: Any) -> Pattern:
    """Play each cycle so many times before going on to the next.

    >>> [event.value for event in mini("<a b>").repeat_cycles(2).query(0, 4)]
    ['a', 'a', 'b', 'b']
    """
    count = to_time(times)
    if count <= 0:
        return silence
    ask = pattern.ask

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        cycle = floor(begin)
        offset = cycle - floor(cycle / count)
        return moved(ask(begin - offset, end - offset), offset)

    def period() -> int | None:
        inner = pattern.period
        cycles = None if inner is None else int(inner * count.numerator)
        return cycles if cycles is not None and cycles <= LONGEST else None

    return Pattern(by_cycles(query), steps=pattern.steps, period=period)


@function(family="time", aliases=("within_arc",))
def within(pattern: Pattern, begin: Any, end: Any, function: Any) -> Pattern:
    """Apply a function to the events that begin in a part of the cycle, and leave the others as they are.

    >>> [event.value for event in mini("0 1 2 3").within(0, 1/2, add(10)).first_cycle()]
    [10, 11, 2, 3]
    """
    first, last = to_time(begin), to_time(end)

    def is_in(event: Event) -> bool:
        start = event.whole_or_part.begin
        return bool(first <= start - floor(start) < last)

    changed = transformed(function, pattern).filter_events(is_in)
    return stack(changed, pattern.filter_events(lambda event: not is_in(event))).with_steps(pattern.steps)


@function(family="time")
def rot(pattern: Pattern, steps: Any) -> Pattern:
    """Move the values so many events to the left within each cycle, the rhythm staying as it is.

    >>> mini("a b ~ c").rot(1).first_cycle()
    [(0..1/4) 'b', (1/4..1/2) 'c', (3/4..1) 'a']

    Below 0 they move to the right.
    """
    count = counted(steps)
    ask = pattern.ask

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        cycle = floor(begin)
        events = [e for e in ask(Fraction(cycle), Fraction(cycle + 1)) if e.whole is not None]
        events.sort(key=lambda event: event.whole_or_part.begin)
        onsets = [event for event in events if event.has_onset()]
        if not onsets:
            return []
        turn = count % len(onsets)
        values = onsets[turn:] + onsets[:turn]
        out = []
        for event, source in zip(onsets, values):
            part = intersection(event.part, Span(begin, end))
            if part is not None:
                out.append(Event(event.whole, part, source.value, source.locations))
        return out

    return Pattern(by_cycles(query), steps=pattern.steps, period=pattern._late_period())


@function(family="time", plain=("other",))
def wedge(pattern: Pattern, part: Any, other: Any) -> Pattern:
    """Squeeze the pattern into the first part of the cycle and another one into the rest.

    >>> mini("a").wedge(1/4, "b c").first_cycle()
    [(0..1/4) 'a', (1/4..5/8) 'b', (5/8..1) 'c']
    """
    from livecode.language.reify import reify

    exact = to_time(part)
    if exact <= 0:
        return reify(other)
    if exact >= 1:
        return pattern
    return weighted([(exact, pattern), (1 - exact, reify(other))])


@function(family="time", aliases=("focus_span",))
def focus(pattern: Pattern, begin: Any, end: Any) -> Pattern:
    """Let a cycle fill the time from `begin` to `end`, and the cycles around it the time around.

    >>> mini("a b").focus(0, 1/2).first_cycle() == mini("a b").fast(2).first_cycle()
    True
    """
    first, last = to_time(begin), to_time(end)
    return silence if last <= first else focus_on(pattern, Span(first, last))


@function(family="time")
def apply(pattern: Pattern, function: Any) -> Pattern:
    """Pass the pattern through a function.

    >>> mini("a b").apply(rev).first_cycle() == mini("b a").first_cycle()
    True
    """
    return transformed(function, pattern)


@function(family="time")
def humanise(pattern: Pattern, amount: Any = 0.01, loudness: Any = 0.1, seed: Any = 0) -> Pattern:
    """Play like a hand: each note a little early or late, a little louder or softer.

    >>> played = note("c*4").humanise(0.02).first_cycle()
    >>> all(abs(event.value["nudge"]) <= 0.02 for event in played)
    True

    `amount` is the widest `nudge` in seconds, `loudness` how far `gain` strays, as a part of it.
    """
    from livecode.language.random import draws, sub_seed

    own = sub_seed(401, int(seed))

    def play(event: Event) -> Event:
        if type(event.value) is not dict:
            return event
        # Two notes of a chord must not stray together, so the value takes part in the draw.
        late, loud = draws(sub_seed(own, *_letters(event.value)), event.whole_or_part.begin, 2)
        controls = dict(event.value)
        controls["nudge"] = controls.get("nudge", 0) + (2 * late - 1) * float(amount)
        controls["gain"] = controls.get("gain", 1) * (1 + (2 * loud - 1) * float(loudness))
        return Event(event.whole, event.part, controls, event.locations)

    played = pattern.with_event(play)
    played.forget_period()
    return played


def _letters(controls: dict[str, Any]) -> bytes:
    return repr([(name, controls.get(name)) for name in ("s", "n", "note")]).encode()
