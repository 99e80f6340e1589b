"""How parameters of terms, where they are more than numbers and texts, are read at a cycle as plain data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from livecode.errors import ControlError, GeneratorError
from livecode.generators.evolution.fitness import shown, value_of

MOST_CHORDS = 16
"""Bars after which a pattern of chords is taken to come round again."""


def _progression(value: Any, cycle: int) -> Any:
    """Chords, one a bar, as pitch classes."""
    if value in ("", None):
        return None
    from livecode.language.chords import chord_symbol
    from livecode.language.reify import reify

    pattern = reify(value) if isinstance(value, str) else value
    if isinstance(pattern, list | tuple):
        symbols = [str(each) for each in pattern]
    else:
        symbols = []
        for bar in range(MOST_CHORDS):
            events = pattern.query(bar, bar + 1)
            if events:
                symbols.append(str(events[0].value))
        symbols = _shortest_round(symbols)
        symbols = [symbols[(cycle + bar) % len(symbols)] for bar in range(len(symbols))]
    found = []
    for symbol in symbols:
        root, steps, _ = chord_symbol(symbol)
        found.append(sorted({round(root + step) % 12 for step in steps}))
    return {"progression": found}


def _shortest_round(items: list[Any]) -> list[Any]:
    for length in range(1, len(items) + 1):
        if all(item == items[place % length] for place, item in enumerate(items)):
            return items[:length]
    return items


def _onsets(value: Any, cycle: int) -> Any:
    """Where a pattern strikes, in bars from the phrase's start."""
    if value in ("", None):
        return None
    from livecode.language.reify import reify

    pattern = reify(value)
    rounds = 4
    events = [event for event in pattern.query(cycle, cycle + rounds) if event.whole and event.has_onset()]
    struck = [
        event.whole.begin - cycle
        for event in events
        if event.whole is not None and event.value not in (0, False, "f")
    ]
    onsets = sorted({float(begin) for begin in struck})
    if not onsets:
        raise ControlError(f"rhythm({value!r}): nothing is struck in it, write one such as '1 ~ 1 1'")
    return {"onsets": onsets, "cycles": rounds}


def _pitch(value: Any, cycle: int) -> Any:
    from livecode.language.notes import MIDI_C4, note_number

    found = value_of(value, cycle)
    number = note_number(found) if isinstance(found, str) else found
    if number is None:
        raise ControlError(f"compass({value!r}): no such note, write c4 or semitones from c4")
    return float(number) + MIDI_C4


def _low(value: Any, cycle: int) -> Any:
    return {"low": _pitch(value, cycle)}


def _high(value: Any, cycle: int) -> Any:
    return {"high": _pitch(value, cycle)}


def _shape(value: Any, cycle: int) -> Any:
    from livecode.errors import NameUnknown

    found = value_of(value, cycle)
    names = ("arch", "valley", "rise", "fall", "wave")
    if isinstance(found, str) and found not in names:
        raise NameUnknown("shape", found, names, f"say {', '.join(names)} or give heights such as [0, 5, 3]")
    return [float(each) for each in found] if isinstance(found, list | tuple) else found


def _contour(value: Any, cycle: int) -> Any:
    return {"shape": _shape(value, cycle)}


def _curve(value: Any, cycle: int) -> Any:
    return {"curve": _shape(value, cycle)}


def _target(value: Any, cycle: int) -> Any:
    """Some music as a packed phrase."""
    from livecode.generators.plan import Source
    from livecode.music.phrase import Phrase

    if isinstance(value, Phrase):
        phrase = value
    elif callable(getattr(value, "phrase", None)) and hasattr(value, "plan"):
        phrase = value.phrase(cycle // value.plan.bars)
    else:
        phrase = Source(value).phrase(cycle, cycle + 4, (4, 4))
    if not len(phrase):
        raise GeneratorError(f"resembles({shown(value)}): there are no notes in it")
    return {"target": {"notes": phrase.notes.tobytes(), "length": phrase.length}}


def _under(value: Any, cycle: int) -> Any:
    """A corpus or a composer as the plain data that makes it again."""
    if isinstance(value, dict):
        return {"under": value}
    generator = getattr(getattr(value, "plan", None), "generator", None)
    if generator is None:
        from livecode.generators.markov.build import Learner

        generator = Learner.of(value, None)
    return {"under": generator.spec()}


def _scale(value: Any, cycle: int) -> Any:
    from livecode.language.scales import scale_of

    found = value_of(value, cycle)
    if found:
        scale_of(str(found).replace(":", " "))
    return {"scale": str(found or "")}


READERS: dict[str, Callable[[Any, int], Any]] = {
    "chords.progression": _progression,
    "rhythm.like": _onsets,
    "compass.low": _low,
    "compass.high": _high,
    "contour.shape": _contour,
    "tension_curve.curve": _curve,
    "resembles.target": _target,
    "likely.under": _under,
    "in_key.scale": _scale,
}
