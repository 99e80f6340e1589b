"""The values of an event as numbers: pitch, level, and one line of error for what is none.

>>> pitch({"note": 9}, "freq"), gain({"amp": 0.4})
(440.0, 1.0)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from typing import Any

from livecode.errors import ControlError
from livecode.language.modulation import Modulation

MIDDLE_C = 261.6255653005986
DEFAULT_OCTAVE = 4
DEFAULT_AMP = 0.4
PITCH = frozenset({"note", "midinote", "freq", "octave"})
LEVEL = frozenset({"gain", "amp", "postgain", "overgain"})


def pitch(value: Mapping[str, Any], control: str) -> float:
    """What `control` of an instrument hears: hertz for "freq", semitones from c4 for "note"."""
    if "freq" in value and control == "freq":
        return min(max(finite("freq", value["freq"]), 1.0), 20000.0)
    if "note" in value:
        note = finite("note", value["note"])
    elif "midinote" in value:
        note = finite("midinote", value["midinote"]) - 60
    else:
        note = finite("n", value["n"]) if control == "freq" and "n" in value else 0.0
    note += 12 * (number(value, "octave", DEFAULT_OCTAVE) - DEFAULT_OCTAVE)
    if control == "note":
        return min(max(note, -120.0), 120.0)
    return min(max(MIDDLE_C * 2 ** (min(max(note, -120.0), 120.0) / 12), 1.0), 20000.0)


def needs_memory(value: Mapping[str, Any]) -> bool:
    """Whether a sample cannot be read from disk as it plays: backwards, repeated, or at a bent speed."""
    speed, bent, loop = value.get("speed", 1), value.get("accelerate", 0), value.get("loop", 1)
    if not all(isinstance(each, Real) for each in (speed, bent, loop)):
        return True
    return bool(speed < 0 or bent != 0 or loop != 1)


def gain(value: Mapping[str, Any]) -> float:
    """What the frame's `gain` is: of `gain`, `overgain`, `postgain` and `amp` together."""
    loudness = max(number(value, "gain", 1.0) + number(value, "overgain", 0.0), 0.0)
    factor = max(number(value, "postgain", 1.0), 0.0)
    if "amp" in value:
        factor *= max(finite("amp", value["amp"]), 0.0) / DEFAULT_AMP
    return float(loudness * factor**0.25)


def number(value: Mapping[str, Any], key: str, default: float) -> float:
    """A word's value as a finite number, or what holds without it."""
    return finite(key, value[key]) if key in value else default


def finite(key: str, given: Any) -> float:
    """A value as a finite float. Raises ControlError with one line for anything else."""
    if isinstance(given, Real):
        found = float(given)
        if math.isfinite(found):
            return found
        raise ControlError(f"{key} is {given}, which cannot be played: give a finite number")
    if type(given) is Modulation:
        raise ControlError(f"{key} cannot move while a note sounds: leave .lfo() out to read it at each note")
    text = repr(given)
    text = text if len(text) <= 40 else f"{text[:37]}..."
    raise ControlError(f"{key} needs a number, not {text}")


def plain(given: Any) -> Any:
    """A value as one would read it: numbers of odd kinds as floats."""
    return given if isinstance(given, (bool, int, str)) or not isinstance(given, Real) else float(given)


def shown(value: Mapping[str, Any]) -> str:
    """The first words of an event, for an error."""
    return ", ".join(f"{key} {each}" for key, each in list(value.items())[:3]) or "an empty event"
