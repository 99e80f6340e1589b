"""Notes: scales, chords, voicings, arpeggios, tunings and transposition of patterns."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from livecode.errors import ControlError, NameUnknown, PatternError
from livecode.language.notes import as_note, note_number
from livecode.language.operators import align_in
from livecode.language.pattern import VARIES, Pattern, pure
from livecode.language.registry import function
from livecode.language.reify import reify
from livecode.language.scales import Scale, degree_number, find_scale, scale_of
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
    return _read_in(pattern, _scale_pattern(name))


def _read_in(pattern: Pattern, scales: Pattern) -> Pattern:
    """Numbers read as degrees of the scales heard at their time, with a note of these scales."""
    if scales.constant is not VARIES:
        only = scales.constant
        read = pattern.with_value(lambda value: _on_pitch(value, lambda p: _in_scale(p, only)))
    else:
        read = align_in(pattern, scales, lambda value, s: _on_pitch(value, lambda p: _in_scale(p, s)))
    read.scaled = scales
    return read


@function(family="notes", plain=("steps", "name"), aliases=("scale_trans", "strans"))
def scale_transpose(pattern: Pattern, steps: Any, name: Any = None) -> Pattern:
    """Move notes by so many steps of the scale they were read in.

    >>> [event.value for event in mini("0 2 4").scale("c major").scale_transpose(1).first_cycle()]
    [2, 5, 9]
    >>> later = n("0").scale("a minor").off(1/2, lambda p: p.scale_transpose("<2 4>")).query(0, 1)
    >>> sorted(event.value["note"] for event in later)
    [9, 12, 12]

    The scale is the one of the last `scale`; give its `name` where there was none.
    """
    scales = pattern.scaled if name is None else _scale_pattern(name)
    if scales is None:
        raise PatternError(
            'scale_transpose needs a scale: write scale("c major") before it, or its name in it'
        )

    def move(value: Any, both: tuple[Any, Scale]) -> Any:
        count, scale = both

        def further(note: Any) -> Any:
            number = as_note(note) if isinstance(note, str) else note
            return scale.note(scale.degree(number) + count)

        return _on_pitch(value, further)

    counts = reify(steps).app_both(scales, lambda count, scale: (count, scale))
    return align_in(pattern, counts, move)


@function(family="notes", plain=("steps",))
def to_scale(pattern: Pattern, steps: Any) -> Pattern:
    """Read numbers as degrees of a scale given by its steps in semitones.

    >>> mini("0 1 2 3").to_scale([0, 2, 7]).first_cycle()
    [(0..1/4) 0, (1/4..1/2) 2, (1/2..3/4) 7, (3/4..1) 12]
    >>> [event.value for event in mini("1").to_scale("<0:2:7 0:3:7>").query(0, 2)]
    [2, 3]

    A pattern of steps has a colon between those of one scale.
    """
    if isinstance(steps, str):
        steps = reify(steps)
        listed = [event.value for event in steps.first_cycle()]
        if not any(isinstance(value, list) for value in listed):
            steps = listed
    scales = steps.with_value(_by_steps) if isinstance(steps, Pattern) else pure(_by_steps(steps))
    return _read_in(pattern, scales)


def _by_steps(steps: Any) -> Scale:
    if not steps:
        raise PatternError("a scale needs a step: try to_scale([0, 2, 4, 7, 9])")
    return Scale("steps", 0, tuple(steps) if isinstance(steps, (list, tuple)) else (steps,))


@function(family="notes", plain=("name",), aliases=("xen",))
def tuning(pattern: Pattern, name: Any) -> Pattern:
    """Read numbers as degrees of a tuning: `just`, `19edo`, ratios or the path of a Scala file.

    >>> [round(event.value["note"], 2) for event in n("0 4 7").tuning("just").first_cycle()]
    [0.0, 3.86, 7.02]

    With twelve degrees to the octave it retunes notes; with others, count its degrees from c4. Names may be
    a pattern: `tuning("<just 19edo>")`.
    """
    if isinstance(name, str) and _SEVERAL.search(name):
        name = reify(name)
    if isinstance(name, Pattern):
        return _read_in(pattern, name.with_value(_one_tuning))
    return _read_in(pattern, pure(_one_tuning(name)))


_SEVERAL = re.compile(r"[<>\[\]{}*|]")


def _one_tuning(name: Any) -> Scale:
    if isinstance(name, Scale):
        return name
    return tuning_of(":".join(map(str, name)) if isinstance(name, list) else str(name))


_INTERVALS = {
    "1P": 0, "2m": 1, "2M": 2, "3m": 3, "3M": 4, "4P": 5, "4A": 6, "5d": 6,
    "5P": 7, "5A": 8, "6m": 8, "6M": 9, "7m": 10, "7M": 11, "8P": 12,
}  # fmt: skip


def interval(value: Any) -> Any:
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
    return align_in(pattern, reify(semitones).with_value(interval), _transposed)
