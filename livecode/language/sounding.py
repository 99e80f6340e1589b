"""The pitch at which an event sounds, for all that listen, draw and write down.

>>> sounding({"note": 4}), sounding({"midinote": 64.5}), sounding({"freq": 440})
(64.0, 64.5, 69.0)
>>> sounding({"note": 4, "octave": 3}), sounding({"s": "bd"})
(52.0, None)

`n` is a pitch for an instrument that has pitches, and the number of a sample for all others:

>>> pitched_are(["pluck"])
>>> sounding({"s": "pluck", "n": 2}), sounding({"n": 2}), sounding({"s": "bd", "n": 2})
(62.0, 62.0, None)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

from livecode.language.notes import MIDI_C4, note_number

MIDDLE_OCTAVE = 4
_pitched: frozenset[str] = frozenset({""})
"""Names of sounds with pitches; "" is that of an event that names none: the usual instrument plays it."""


def pitched_are(names: Iterable[str]) -> None:
    """Say which instruments have pitches: the catalogue of a set knows them, and says so when it is read."""
    global _pitched
    _pitched = frozenset(("", *names))


def sounding(value: Mapping[str, Any]) -> float | None:
    """The MIDI number at which controls sound, microtones included; None where they have no pitch."""
    hertz = _number(value.get("freq"))
    if hertz is not None and hertz > 0:
        return 69 + 12 * math.log2(hertz / 440)
    pitch = _number(value.get("note"), MIDI_C4)
    if pitch is None:
        pitch = _number(value.get("midinote"))
    if pitch is None and str(value.get("s", "")).partition(":")[0] in _pitched:
        pitch = _number(value.get("n"), MIDI_C4)
    if pitch is None:
        return None
    octave = _number(value.get("octave"))
    return pitch if octave is None else pitch + 12 * (octave - MIDDLE_OCTAVE)


def _number(value: Any, base: int = 0) -> float | None:
    if isinstance(value, str):
        value = note_number(value)
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        return None
    return float(value) + base
