"""Notes: scales, chords, voicings, arpeggios, tunings and transposition of patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from livecode.errors import ControlError, NameUnknown, PatternError
from livecode.language.arpeggios import ORDERS
from livecode.language.chords import chord_symbol, voiced
from livecode.language.combine import stack
from livecode.language.joins import inner_join
from livecode.language.notes import as_note, note_number
from livecode.language.operators import align_in
from livecode.language.pattern import Pattern, pure
from livecode.language.registry import constructor, function
from livecode.language.reify import reify
from livecode.language.scales import Scale, degree_number, find_scale, scale_of
from livecode.language.time import Event, Fraction, Span, intersection, to_time
from livecode.language.tunings import tuning_of


def _scale_pattern(name: Any) -> Pattern:
    """Scales as they are typed: one name, spaces and all, or mini-notation such as `<c:major d:minor>`."""
    if isinstance(name, Scale):
        return pure(name)
    if isinstance(name, str):
        found = find_scale(name)
        if found is None and re.fullmatch(r"[\w\s#'\-]+", name):
            words = name.split()
            if not all(find_scale(word) for word in words):
                scale_of(name)
        elif found is not None:
            return _scale_pattern(found)
    return reify(name).with_value(_one_scale)


def _one_scale(value: Any) -> Scale:
    if isinstance(value, Scale):
        return value
    if isinstance(value, list):
        return scale_of(" ".join(map(str, value)))
    return scale_of(str(value))


def _on_pitch(value: Any, function: Callable[[Any], Any]) -> Any:
    """A function of a pitch applied to a bare value or to the n or note among controls, giving a note."""
    if type(value) is dict:
        for key in ("n", "note"):
            if key in value:
                rest = {name: each for name, each in value.items() if name not in ("n", "note")}
                return {**rest, "note": function(value[key])}
        raise ControlError('there is no n or note to turn into a pitch: write n("0 2 4") first')
    return function(value)


def _in_scale(value: Any, scale: Scale) -> Any:
    if isinstance(value, str):
        number = note_number(value)
        if number is not None:
            return scale.nearest(number)
    degree, shift = degree_number(value)
    return scale.note(degree) + shift


@function(family="notes", plain=("name",))
def scale(pattern: Pattern, name: Any) -> Pattern:
    """Read numbers as degrees of a scale: 0 is its first note, 7 that note an octave up (in scales of seven).

    >>> n("0 2 -1").scale("d dorian").first_cycle()
    [(0..1/3) {'note': 2}, (1/3..2/3) {'note': 5}, (2/3..1) {'note': 0}]
    >>> mini("0 2 4").scale("<c:major c:minor>").first_cycle()
    [(0..1/3) 0, (1/3..2/3) 4, (2/3..1) 7]

    The tonic may have an octave (`"D3:minor"`); without one it is octave 4, without a tonic it is c.
    Degrees may be sharpened (`"2#"`), and fractions lie between two degrees. Note names go to the nearest
    note of the scale.
    """
    return align_in(
        pattern, _scale_pattern(name), lambda value, s: _on_pitch(value, lambda p: _in_scale(p, s))
    )


@function(family="notes", plain=("steps",))
def to_scale(pattern: Pattern, steps: Any) -> Pattern:
    """Read numbers as degrees of a scale given by its steps in semitones.

    >>> mini("0 1 2 3").to_scale([0, 2, 7]).first_cycle()
    [(0..1/4) 0, (1/4..1/2) 2, (1/2..3/4) 7, (3/4..1) 12]
    """
    if isinstance(steps, str):
        steps = [event.value for event in reify(steps).first_cycle()]
    made = Scale("steps", 0, tuple(steps))
    if not made.steps:
        raise PatternError("a scale needs a step: try to_scale([0, 2, 4, 7, 9])")
    return pattern.with_value(lambda value: _on_pitch(value, lambda pitch: _in_scale(pitch, made)))


@function(family="notes", plain=("name",))
def tuning(pattern: Pattern, name: Any) -> Pattern:
    """Read numbers as degrees of a tuning: `just`, `19edo`, ratios or the path of a Scala file.

    >>> [round(event.value["note"], 2) for event in n("0 4 7").tuning("just").first_cycle()]
    [0.0, 3.86, 7.02]

    With twelve degrees to the octave it retunes notes; with others, count its degrees from c4.
    """
    made = name if isinstance(name, Scale) else tuning_of(str(name))
    return pattern.with_value(lambda value: _on_pitch(value, lambda pitch: _in_scale(pitch, made)))


_INTERVALS = {
    "1P": 0, "2m": 1, "2M": 2, "3m": 3, "3M": 4, "4P": 5, "4A": 6, "5d": 6,
    "5P": 7, "5A": 8, "6m": 8, "6M": 9, "7m": 10, "7M": 11, "8P": 12,
}  # fmt: skip


def _interval(value: Any) -> Any:
    """Semitones of a number or an interval's name, such as `5P` or `-3m`."""
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"(-?)(\d+)([PMmAd])|(-?)([PMmAd])(\d+)", value)
    if found:
        sign, number, quality = (found[1], found[2], found[3]) if found[2] else (found[4], found[6], found[5])
        octaves, step = divmod(int(number) - 1, 7)
        semitones = _INTERVALS.get(f"{step + 1}{quality}")
        if semitones is not None:
            return (-1 if sign else 1) * (semitones + 12 * octaves)
    raise NameUnknown("interval", value, _INTERVALS)


def _transposed(value: Any, semitones: Any) -> Any:
    if type(value) is dict:
        key = "note" if "note" in value or "n" not in value else "n"
        if key not in value:
            raise ControlError('there is no note to transpose: write note("c e g") first')
        return {**value, key: value[key] + semitones}
    return (as_note(value) if isinstance(value, str) else value) + semitones


@function(family="notes", plain=("semitones",), aliases=("trans",))
def transpose(pattern: Pattern, semitones: Any) -> Pattern:
    """Move notes up by so many semitones, or down below 0; intervals such as `5P` and `-3m` will do too.

    >>> note("c e g").transpose(12).first_cycle()
    [(0..1/3) {'note': 12}, (1/3..2/3) {'note': 16}, (2/3..1) {'note': 19}]
    """
    return align_in(pattern, reify(semitones).with_value(_interval), _transposed)


def _together(events: Iterable[Event]) -> list[list[Event]]:
    """Events of one whole, in the order in which they were found."""
    groups: dict[Any, list[Event]] = {}
    for event in events:
        key = event.whole if event.whole is None else (event.whole.begin, event.whole.end)
        groups.setdefault(key, []).append(event)
    return list(groups.values())


def _with_chords(pattern: Pattern, function: Callable[[list[Event]], list[Event]]) -> Pattern:
    """Every group of events that sound together changed by a function; continuous ones are left out."""

    def change(events: list[Event]) -> list[Event]:
        discrete = [event for event in events if event.whole is not None]
        return [made for group in _together(discrete) for made in function(group)]

    return pattern.with_events(change)


def _symbols(symbols: Any) -> Pattern:
    if isinstance(symbols, str) and re.fullmatch(r"[A-G][^\s<>\[\]{}~*,|!]*", symbols):
        return pure(symbols)
    return reify(symbols)


@constructor(family="notes")
def chord(symbols: Any) -> Pattern:
    """The notes of chord symbols, in root position: `Am7`, `F#m7b5`, `C^7`, `Bb7`, `C/E`.

    >>> chord("<Am7 Dm>").first_cycle()
    [(0..1) {'note': 9}, (0..1) {'note': 12}, (0..1) {'note': 16}, (0..1) {'note': 19}]
    >>> n("0 1 2 3").chord("Am").first_cycle()
    [(0..1/4) {'note': 4}, (1/4..1/2) {'note': 9}, (1/2..3/4) {'note': 12}, (3/4..1) {'note': 16}]

    `.voicing()` lays them out so that one leads smoothly to the next. As a method it gives the notes of a
    voiced chord to the numbers that `n` says, counted upwards.
    """

    def notes(events: list[Event]) -> list[Event]:
        out = []
        for event in events:
            root, steps, bass = chord_symbol(_text(event.value))
            pitches = [root + step for step in steps]
            if bass is not None:
                pitches.insert(0, bass - 12 if bass >= pitches[0] else bass)
            for pitch in pitches:
                out.append(Event(event.whole, event.part, {"note": pitch}, event.locations))
        return out

    return _symbols(symbols).with_events(notes)


def _chord_of(pattern: Pattern, symbols: Any) -> Pattern:
    """The method `chord`: numbers become notes of a voiced chord."""

    def tone(value: Any, symbol: Any) -> Any:
        root, steps, bass = chord_symbol(_text(symbol))
        laid = voiced(root, steps, bass=bass)

        def number(index: Any) -> Any:
            octave, place = divmod(int(index), len(laid))
            return laid[place] + 12 * octave

        return _on_pitch(value, number)

    return align_in(pattern, _symbols(symbols), tone)


setattr(Pattern, "chord", _chord_of)  # noqa: B010


def _text(value: Any) -> str:
    return ":".join(map(str, value)) if isinstance(value, list) else str(value)


@function(family="notes")
def voicing(pattern: Pattern, anchor: Any = "c5") -> Pattern:
    """Lay chords out closely below a note, so that each leads smoothly to the next.

    >>> [event.value["note"] for event in chord("<F G>").voicing().query(0, 2)]
    [5, 9, 12, 2, 7, 11]

    It takes the notes that sound together; `anchor` is the highest note allowed, a name or semitones from c4.
    """
    top = as_note(anchor) if isinstance(anchor, str) else anchor

    def lay_out(group: list[Event]) -> list[Event]:
        values = [event.value for event in group]
        if len(group) == 1 and not isinstance(values[0], str):
            return group
        if len(group) == 1 and isinstance(values[0], str):
            base, steps, bass = chord_symbol(values[0])
            pitches: list[Any] = [base + step for step in steps]
            first = group[0].with_value(lambda _: {"note": 0})
            group, values = [first] * len(pitches), [{"note": pitch} for pitch in pitches]
        else:
            pitches, bass = [_pitch(value) for value in values], None
        root = pitches[0]
        laid = voiced(root, [pitch - root for pitch in pitches], top, bass)
        spare = [*group, *[group[-1]] * len(laid)]
        return [
            Event(event.whole, event.part, _with_pitch(event.value, pitch), event.locations)
            for event, pitch in zip(spare, laid)
        ]

    return _with_chords(pattern, lay_out)


def _pitch(value: Any) -> Any:
    if type(value) is dict:
        if "note" not in value:
            raise ControlError('voicing needs notes: write chord("<Am7 Dm7>") or note("c\'maj") first')
        return value["note"]
    return as_note(value) if isinstance(value, str) else value


def _with_pitch(value: Any, pitch: Any) -> Any:
    return {**value, "note": pitch} if type(value) is dict else pitch


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


@function(family="notes")
def inversions(pattern: Pattern, count: Any = 1) -> Pattern:
    """Invert chords: the lowest note goes up an octave, so many times (below 0 the highest comes down).

    >>> sorted(event.value for event in mini("[0,4,7]").inversions(1).first_cycle())
    [4, 7, 12]
    """

    def invert(group: list[Event]) -> list[Event]:
        ordered = sorted(group, key=lambda event: _pitch(event.value))
        pitches = [_pitch(event.value) for event in ordered]
        for _ in range(abs(int(count))):
            pitches = [*pitches[1:], pitches[0] + 12] if count > 0 else [pitches[-1] - 12, *pitches[:-1]]
        return [
            Event(event.whole, event.part, _with_pitch(event.value, pitch), event.locations)
            for event, pitch in zip(ordered, pitches)
        ]

    return _with_chords(pattern, invert)


@function(family="notes")
def root_notes(pattern: Pattern, octave: Any = 2) -> Pattern:
    """The roots of chords alone, in one octave: a bass line.

    >>> [event.value for event in chord("<Am7 Dm7>").root_notes(2).query(0, 2)]
    [{'note': -15}, {'note': -22}]

    The first note of those that sound together counts as the root, as it is before `voicing`.
    """
    low = 12 * (int(octave) - 4)

    def root(group: list[Event]) -> list[Event]:
        first = group[0]
        return [first.with_value(lambda value: _with_pitch(value, low + _pitch(value) % 12))]

    return _with_chords(pattern, root)
