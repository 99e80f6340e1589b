"""Chords as patterns: their notes, how they are laid out, turned over and put into one list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from livecode.errors import ControlError
from livecode.language.chords import chord_symbol
from livecode.language.notes import as_note
from livecode.language.operators import align_in, take_right
from livecode.language.pattern import Pattern, pure
from livecode.language.pitch import _on_pitch
from livecode.language.registry import constructor, function
from livecode.language.reify import reify
from livecode.language.time import Event
from livecode.language.voices import Voice, without_voice


def _together(events: Iterable[Event]) -> list[list[Event]]:
    """Events of one whole, in the order in which they were found.

    Fragments of one whole that follow one another do not sound together: otherwise the answer would depend on
    how much of the cycle is asked for.
    """
    groups: dict[Any, list[Event]] = {}
    for event in events:
        whole, part = event.whole, event.part
        key = None if whole is None else (whole.begin, whole.end, part.begin, part.end)
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
    voiced chord to the numbers that `n` says, counted upwards; what `voicing` is told it may be told too.
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


def _chord_of(
    pattern: Pattern,
    symbols: Any,
    anchor: Any = None,
    mode: Any = None,
    offset: Any = None,
    octaves: Any = None,
    dictionary: Any = None,
) -> Pattern:
    """The method `chord`: numbers become notes of a voiced chord."""
    said = Voice.said(anchor, mode, offset, octaves, dictionary)

    def tone(value: Any, symbol: Any) -> Any:
        root, steps, bass = chord_symbol(_text(symbol))
        voice = said.told_by(value)
        laid = voice.lay(root, steps, bass)

        def number(index: Any) -> Any:
            octave, place = divmod(int(index), len(laid))
            return laid[place] + 12 * octave * voice.octaves

        return _on_pitch(without_voice(value), number)

    return align_in(pattern, _symbols(symbols), tone)


setattr(Pattern, "chord", _chord_of)  # noqa: B010


def _text(value: Any) -> str:
    return ":".join(map(str, value)) if isinstance(value, list) else str(value)


@function(family="notes", plain=("dictionary",))
def voicing(
    pattern: Pattern,
    anchor: Any = None,
    mode: Any = None,
    offset: Any = None,
    octaves: Any = None,
    dictionary: Any = None,
) -> Pattern:
    """Lay chords out close to a note, so that each leads smoothly to the next.

    >>> [event.value["note"] for event in chord("<F G>").voicing().query(0, 2)]
    [5, 9, 12, 2, 7, 11]
    >>> [event.value["note"] for event in chord("Dm7").voicing(dictionary="lefthand").first_cycle()]
    [0, 4, 5, 9]
    >>> [event.value["note"] for event in chord("C").anchor("e4").mode("root").voicing().first_cycle()]
    [0, 4, 7]

    It takes the notes that sound together. `anchor` is the note to keep to, c5 when not said: a name or
    semitones from c4. `mode` says how: `below` (no note above it), `duck` (below, and not the anchor itself),
    `above` (no note under it) or `root` (the root at the bottom, next below it). `offset` takes the next
    layouts up or down. `octaves` is how far a number runs on when `n` asks for more notes than there are.
    `dictionary` is `close`, `triads`, `guidetones` (third and seventh), `lefthand` (a pianist's, without the
    root), or layouts of your own: `{"m7": ["3m 5P 7m 9M", [10, 14, 15, 19]]}`. All can be said as methods
    before: `.anchor("g4").mode("duck").dict("lefthand").voicing()`.
    """
    said = Voice.said(anchor, mode, offset, octaves, dictionary)

    def lay_out(group: list[Event]) -> list[Event]:
        values = [event.value for event in group]
        if len(group) == 1 and not isinstance(values[0], str):
            return [group[0].with_value(without_voice)]
        if len(group) == 1:
            base, steps, bass = chord_symbol(values[0])
            pitches: list[Any] = [base + step for step in steps]
            first = group[0].with_value(lambda _: {"note": 0})
            group = [first] * len(pitches)
        else:
            pitches, bass = [_pitch(value) for value in values], None
        root = pitches[0]
        laid = said.told_by(values[0]).lay(root, [pitch - root for pitch in pitches], bass)
        spare = [*group, *[group[-1]] * len(laid)]
        return [
            Event(event.whole, event.part, _with_pitch(without_voice(event.value), pitch), event.locations)
            for event, pitch in zip(spare, laid)
        ]

    return _with_chords(pattern, lay_out)


def _said(pattern: Pattern, name: str, value: Any) -> Pattern:
    told = reify(value) if isinstance(value, (str, Pattern, list)) else pure(value)
    return align_in(pattern, told.with_value(lambda each: {name: each}), take_right)


@function(family="notes", plain=("note",))
def anchor(pattern: Pattern, note: Any) -> Pattern:
    """The note that `voicing` keeps chords close to, a name or semitones from c4.

    >>> [event.value["note"] for event in chord("C").anchor("g4").voicing().first_cycle()]
    [0, 4, 7]
    """
    return _said(pattern, "anchor", note)


@function(family="notes", plain=("way",))
def mode(pattern: Pattern, way: Any) -> Pattern:
    """How `voicing` keeps to its anchor: `below`, `duck`, `above` or `root`.

    >>> [event.value["note"] for event in chord("C").mode("above").voicing().first_cycle()]
    [12, 16, 19]
    """
    return _said(pattern, "mode", way)


@function(family="notes", plain=("count",))
def offset(pattern: Pattern, count: Any) -> Pattern:
    """Let `voicing` take the next layout up, so many times, or down below 0.

    >>> [event.value["note"] for event in chord("C").offset(1).voicing().first_cycle()]
    [7, 12, 16]
    """
    return _said(pattern, "offset", count)


@function(family="notes", plain=("count",))
def octaves(pattern: Pattern, count: Any) -> Pattern:
    """How many octaves up a chord goes on when `n` asks for more notes than it has.

    >>> [event.value["note"] for event in n("0 3").octaves(2).chord("C").first_cycle()]
    [4, 28]
    """
    return _said(pattern, "octaves", count)


@function(family="notes", plain=("name",))
def dict_(pattern: Pattern, name: Any) -> Pattern:
    """The layouts that `voicing` chooses from: `close`, `triads`, `guidetones`, `lefthand` or your own.

    >>> [event.value["note"] for event in chord("Am7").dict("guidetones").voicing().first_cycle()]
    [7, 12]
    """
    return _said(pattern, "dict", name)


@function(family="notes")
def collect(pattern: Pattern) -> Pattern:
    """Put the values that sound together into one list.

    >>> mini("[0,4,7]").collect().first_cycle()
    [(0..1) [0, 4, 7]]
    """
    return _with_chords(pattern, lambda group: [group[0].with_value(lambda _: [e.value for e in group])])


def _pitch(value: Any) -> Any:
    if type(value) is dict:
        if "note" not in value:
            raise ControlError('voicing needs notes: write chord("<Am7 Dm7>") or note("c\'maj") first')
        return value["note"]
    return as_note(value) if isinstance(value, str) else value


def _with_pitch(value: Any, pitch: Any) -> Any:
    return {**value, "note": pitch} if type(value) is dict else pitch


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
