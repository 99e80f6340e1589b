"""Repetition: doing something every so often, in layers, in echoes and in stereo."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from livecode.errors import PatternError
from livecode.language.combine import cat, fastcat, stack, time_cat
from livecode.language.fuel import EVENTS_PER_CYCLE, too_dense
from livecode.language.joins import squeeze_join
from livecode.language.operators import align_in, arithmetic, is_true
from livecode.language.pattern import Pattern, pure, silence
from livecode.language.registry import constructor, function
from livecode.language.reify import reify
from livecode.language.time import Event, Fraction, Span, intersection, to_time
from livecode.language.timing import as_function, choose_cycle, transformed

_multiply = arithmetic("mul", lambda one, two: one * two)


@function(family="repetition", aliases=("first_of",))
def every(pattern: Pattern, count: Any, function: Any, offset: Any = 0) -> Pattern:
    """Apply a function in the first of every so many cycles.

    >>> [event.value for event in mini("0 1").every(2, rev).query(0, 2)]
    [1, 0, 0, 1]

    `offset` picks another cycle of them than the first. 0 or less: never. Here as everywhere a function may
    be a pattern of functions too, `every(2, cat(rev, fast(2)))`, or a list of them within the cycle.
    """
    return _every(pattern, count, function, int(offset))


def _every(pattern: Pattern, count: Any, function: Any, place: int) -> Pattern:
    turns = int(count)
    if turns <= 0:
        return pattern
    wanted = place % turns
    return choose_cycle(
        [pattern, transformed(function, pattern)], lambda cycle: 1 if cycle % turns == wanted else 0, turns
    )


@function(family="repetition")
def last_of(pattern: Pattern, count: Any, function: Any) -> Pattern:
    """Apply a function in the last of every so many cycles.

    >>> [event.value for event in mini("0 1").last_of(2, rev).query(0, 2)]
    [0, 1, 1, 0]
    """
    return _every(pattern, count, function, -1)


@function(family="repetition", plain=("counts", "function"))
def fold_every(pattern: Pattern, counts: Any, function: Any) -> Pattern:
    """Apply a function every so many cycles, for several numbers of cycles at once.

    >>> [event.value for event in mini("0").fold_every([2, 3], add(1)).query(0, 4)]
    [2, 0, 1, 1]
    """
    for count in reversed(counts):
        pattern = pattern.every(count, function)
    return pattern


@function(family="repetition", plain=("condition", "function"))
def when(pattern: Pattern, condition: Any, function: Any) -> Pattern:
    """Apply a function while a pattern is true, or in the cycles for whose number a test is true.

    >>> [event.value for event in mini("0 1").when("<1 0>", rev).query(0, 2)]
    [1, 0, 0, 1]
    >>> [event.value for event in mini("0 1").when(lambda cycle: cycle == 1, rev).query(0, 2)]
    [0, 1, 1, 0]
    """
    changed = transformed(function, pattern)
    if callable(condition):
        test: Callable[[int], Any] = condition
        return choose_cycle([pattern, changed], lambda cycle: 1 if test(cycle) else 0, None)
    chosen = reify(condition).with_value(lambda value: changed if is_true(value) else pattern)
    return chosen.inner_join().with_steps(pattern.steps)  # type: ignore[no-any-return]


@function(family="repetition", aliases=("whenmod",))
def when_mod(pattern: Pattern, period: Any, least: Any, function: Any) -> Pattern:
    """Apply a function in the cycles whose number, counted round a period, is at least so much.

    >>> [event.value for event in mini("0").when_mod(4, 2, add(1)).query(0, 4)]
    [0, 0, 1, 1]
    """
    turns = int(period)
    if turns <= 0:
        return pattern
    changed = transformed(function, pattern)
    return choose_cycle([pattern, changed], lambda cycle: 1 if cycle % turns >= least else 0, turns)


@function(family="repetition")
def off(pattern: Pattern, time: Any, function: Any) -> Pattern:
    """Play the pattern and, so many cycles later, a changed copy of it.

    >>> [event.value for event in mini("0 ~").off(1/4, add(7)).first_cycle()]
    [0, 7]
    """
    return stack(pattern, transformed(function, pattern.late(time))).with_steps(pattern.steps)


@function(family="repetition")
def superimpose(pattern: Pattern, *functions: Any) -> Pattern:
    """Play the pattern and changed copies of it at the same time.

    >>> [event.value for event in mini("0").superimpose(add(7)).first_cycle()]
    [0, 7]
    """
    return stack(pattern, *(transformed(each, pattern) for each in _functions(functions)))


@function(family="repetition")
def layer(pattern: Pattern, *functions: Any) -> Pattern:
    """Play changed copies of the pattern at the same time, without the pattern itself.

    >>> [event.value for event in mini("0").layer(add(4), add(7)).first_cycle()]
    [4, 7]
    """
    return stack(*(transformed(each, pattern) for each in _functions(functions)))


def _functions(functions: tuple[Any, ...]) -> tuple[Any, ...]:
    return (
        tuple(functions[0]) if len(functions) == 1 and isinstance(functions[0], (list, tuple)) else functions
    )


@function(family="repetition")
def jux_by(pattern: Pattern, width: Any, function: Any) -> Pattern:
    """Play the pattern on the left and a changed copy on the right, `width` apart: 1 is far apart.

    >>> [event.value["pan"] for event in s("bd").jux_by(0.5, rev).first_cycle()]
    [0.25, 0.75]
    """
    half = float(width) / 2
    right = transformed(function, _panned(pattern, half))
    return stack(_panned(pattern, -half), right).with_steps(pattern.steps)


def _panned(pattern: Pattern, shift: float) -> Pattern:
    def place(value: Any) -> Any:
        if type(value) is not dict:
            raise PatternError(f"jux needs controls, not {value!r}: write s(...) or note(...) first")
        return {**value, "pan": value.get("pan", 0.5) + shift}

    return pattern.with_value(place)


@function(family="repetition")
def jux(pattern: Pattern, function: Any) -> Pattern:
    """Play the pattern on the left and a changed copy on the right.

    >>> [event.value["pan"] for event in s("bd").jux(rev).first_cycle()]
    [0.0, 1.0]
    """
    return jux_by(pattern, 1, function)


def _count(times: Any) -> int:
    count = int(times)
    if count > EVENTS_PER_CYCLE:
        raise too_dense(count)
    return count


@function(family="repetition", aliases=("stut_with",))
def echo_with(pattern: Pattern, times: Any, time: Any, function: Any) -> Pattern:
    """Play the pattern so many times in all, each copy later than the last and changed once more.

    >>> [event.value for event in mini("0 ~ ~ ~").echo_with(3, 1/4, add(10)).first_cycle()]
    [0, 10, 20]

    A function of two takes the copy's number instead: `echo_with(3, 1/8, lambda p, i: p.add(i * 7))`.
    """
    delay = to_time(time)
    numbered = _takes_number(function)
    made: Any = function if numbered else as_function(function)
    copies: list[Pattern] = []
    for place in range(_count(times)):
        if numbered:
            copies.append(reify(made(pattern._late(delay * place), place)))
        else:
            copies.append(reify(made(copies[-1]._late(delay))) if copies else pattern)
    return stack(*copies).with_steps(pattern.steps) if copies else silence


def _takes_number(function: Any) -> bool:
    if isinstance(function, Pattern) or not callable(function):
        return False
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return False
    needed = [
        each for each in parameters if each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD
    ]
    return len(needed) == 2


@function(family="repetition")
def echo(pattern: Pattern, times: Any, time: Any, feedback: Any) -> Pattern:
    """Play the pattern so many times in all, each copy later by so many cycles and softer by a factor.

    >>> [event.value.get("gain") for event in s("bd ~ ~ ~").echo(3, 1/4, 0.5).first_cycle()]
    [None, 0.5, 0.25]
    """
    return echo_with(pattern, times, time, lambda copy: _softer(copy, float(feedback)))


def _softer(pattern: Pattern, factor: float) -> Pattern:
    return pattern.with_value(
        lambda value: _multiply(value, {"gain": factor}) if type(value) is dict else value
    )


@function(family="repetition")
def stut(pattern: Pattern, times: Any, feedback: Any, time: Any) -> Pattern:
    """Play the pattern so many times in all, later each time, its gain falling evenly.

    >>> [round(event.value.get("gain", 1), 2) for event in s("bd ~ ~ ~").stut(3, 0.5, 1/4).first_cycle()]
    [1, 0.83, 0.67]
    """
    count, delay, last = _count(times), to_time(time), float(feedback)
    copies = [pattern]
    for place in range(1, count):
        gain = last + (1 - last) * (count - place) / count
        copies.append(_softer(pattern, gain)._late(delay * place))
    return stack(*copies).with_steps(pattern.steps) if count > 0 else silence


@function(family="repetition")
def stutter(pattern: Pattern, times: Any, time: Any) -> Pattern:
    """Play the pattern so many times in all, each copy later by so many cycles.

    >>> [event.part.begin for event in mini("a ~ ~ ~").stutter(2, 1/8).first_cycle()]
    [Fraction(0, 1), Fraction(1, 8)]
    """
    return echo_with(pattern, times, time, lambda copy: copy)


@function(family="repetition", aliases=("ply_for_each",))
def ply_with(pattern: Pattern, times: Any, function: Any) -> Pattern:
    """Repeat each event so many times within its own time, changed once more each time.

    >>> mini("0 1").ply_with(2, add(10)).first_cycle()
    [(0..1/4) 0, (1/4..1/2) 10, (1/2..3/4) 1, (3/4..1) 11]

    A function of two takes the repetition's number instead.
    """
    count = _count(times)
    numbered = _takes_number(function)
    made: Any = function if numbered else as_function(function)

    def repeated(value: Any) -> Pattern:
        copies = [pure(value)]
        for place in range(1, count):
            copies.append(reify(made(copies[0], place) if numbered else made(copies[-1])))
        return fastcat(*copies)

    if count < 1:
        return silence
    steps = None if pattern.steps is None else pattern.steps * count
    return squeeze_join(pattern.with_value(repeated)).with_steps(steps)


@function(family="repetition")
def ghost(pattern: Pattern, time: Any = 0.125, function: Any = None) -> Pattern:
    """Add ghost notes: soft, short, higher copies around each event.

    >>> len(s("sn ~ ~ ~").ghost().first_cycle())
    4

    `time` is the distance between them in cycles, `function` what makes a ghost of the pattern.
    """
    distance = to_time(time)
    made = as_function(function) if function is not None else _as_ghost
    copies = [transformed(made, pattern)._late(distance * step) for step in (Fraction(3, 2), Fraction(5, 2))]
    twice = transformed(made, copies[1])._late(distance * Fraction(3, 2))
    return stack(pattern, *copies, twice).with_steps(pattern.steps)


def _as_ghost(pattern: Pattern) -> Pattern:
    def faint(value: Any) -> Any:
        if type(value) is not dict:
            return value
        return {**_multiply(value, {"gain": 0.7, "speed": 1.25}), "end": 0.2}

    return pattern.with_value(faint)


@constructor(family="repetition", aliases=("ncat",))
def arrange(*sections: Any) -> Pattern:
    """Play sections one after another, each for so many cycles, and round again.

    >>> [event.value for event in arrange((2, "a"), (1, "b")).query(0, 4)]
    ['a', 'a', 'b', 'a']
    """
    parts = []
    for section in sections:
        if not isinstance(section, (tuple, list)) or len(section) != 2:
            raise PatternError(
                f'arrange needs (cycles, pattern) pairs, not {section!r}: try arrange((4, "a b"))'
            )
        cycles = to_time(section[0])
        if cycles > 0:
            parts.append((cycles, reify(section[1])._fast(cycles)))
    if not parts:
        return silence
    total = sum((cycles for cycles, _ in parts), Fraction(0))
    return time_cat(*parts)._fast(1 / total).with_steps(total)


@constructor(family="repetition")
def seq_p(*sections: Any) -> Pattern:
    """Play patterns between given cycles: (from, to, pattern), once.

    >>> [event.value for event in seq_p((0, 1, "a"), (1, 3, "b")).query(0, 4)]
    ['a', 'b', 'b']
    """
    parts = [
        (Span(to_time(begin), to_time(end)), reify(thing)._late(to_time(begin)))
        for begin, end, thing in sections
    ]

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        out = []
        for span, part in parts:
            seen = intersection(Span(begin, end), span)
            if seen is not None:
                out += part.ask(seen.begin, seen.end)
        return out

    return Pattern(query)


@constructor(family="repetition")
def seq_p_loop(*sections: Any) -> Pattern:
    """Play patterns between given cycles: (from, to, pattern), and begin again after the last.

    >>> [event.value for event in seq_p_loop((0, 1, "a"), (1, 2, "b")).query(0, 3)]
    ['a', 'b', 'a']
    """
    first = min((to_time(section[0]) for section in sections), default=Fraction(0))
    last = max((to_time(section[1]) for section in sections), default=Fraction(0))
    if last <= first:
        return silence
    return seq_p(*sections).ribbon(first, last - first)  # type: ignore[no-any-return]


@function(family="repetition", plain=("condition",), aliases=("ifp",))
def if_(pattern: Pattern, condition: Callable[[int], Any], yes: Any, no: Any = lambda same: same) -> Pattern:
    """Apply one function in the cycles for whose number a test is true, and another one in all the others.

    >>> [event.value for event in mini("0").if_(lambda cycle: cycle % 2, add(1), add(5)).query(0, 2)]
    [5, 1]
    """
    choices = [transformed(no, pattern), transformed(yes, pattern)]
    return choose_cycle(choices, lambda cycle: 1 if condition(cycle) else 0, None)


@function(family="repetition", aliases=("mute_while",))
def bypass(pattern: Pattern, muted: Any) -> Pattern:
    """Silence the pattern while another one is true.

    >>> mini("a b").bypass("0 1").first_cycle()
    [(0..1/2) 'a']
    """
    return silence if is_true(muted) else pattern


@function(family="repetition")
def soak(pattern: Pattern, cycles: Any, function: Any) -> Pattern:
    """Apply a function once more each cycle, for so many cycles, then start afresh.

    >>> [event.value for event in mini("1").soak(3, mul(2)).query(0, 4)]
    [1, 2, 4, 1]
    """
    return cat(*_iterated(pattern, cycles, function)).with_steps(pattern.steps)


@function(family="repetition")
def snowball(pattern: Pattern, cycles: Any, function: Any) -> Pattern:
    """Apply a function once more each cycle and pile the results up, for so many cycles, then start afresh.

    >>> [event.value for event in mini("1").snowball(3, mul(2)).query(0, 3)]
    [1, 1, 2, 1, 2, 4]
    """
    rounds = _iterated(pattern, cycles, function)
    return cat(*(stack(*rounds[: count + 1]) for count in range(len(rounds)))).with_steps(pattern.steps)


def _iterated(pattern: Pattern, cycles: Any, function: Any) -> list[Pattern]:
    rounds = [pattern]
    for _ in range(1, _count(cycles)):
        rounds.append(transformed(function, rounds[-1]))
    return rounds


@function(family="repetition")
def play_for(pattern: Pattern, begin: Any, end: Any) -> Pattern:
    """Play the pattern only between two times, counted in cycles since the beginning.

    >>> len(mini("a").play_for(2, 4).query(0, 8))
    2
    """
    first, last, ask = to_time(begin), to_time(end), pattern.ask

    def query(start: Fraction, stop: Fraction) -> list[Event]:
        one, two = max(start, first), min(stop, last)
        if one > two or (one == two and start < stop):
            return []
        return ask(one, two)

    return Pattern(query, steps=pattern.steps)


@function(family="repetition", plain=("position", "other"))
def xfade(pattern: Pattern, position: Any, other: Any) -> Pattern:
    """Fade from the pattern (position 0) to another one (1); both sound fully in the middle.

    >>> [event.value["gain"] for event in s("a").xfade(0.75, s("b")).first_cycle()]
    [0.5, 1.0]
    """
    place = reify(position)

    def faded(one: Pattern, level: Callable[[float], float]) -> Pattern:
        def soften(value: Any, at: Any) -> Any:
            return _multiply(value, {"gain": min(max(level(at), 0.0), 1.0)}) if type(value) is dict else value

        return align_in(one, place, soften)

    return stack(faded(pattern, lambda at: (1.0 - at) * 2), faded(reify(other), lambda at: at * 2.0))
