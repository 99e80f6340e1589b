"""Attributes of music that a performer may want more or less of: what each measures, how notes are tilted.

`reward("leaps")` and `suppress("leaps")` set one; `sliders(leaps=-1, height=sine)` sets several, as patterns.
A composer that draws its notes one by one adds the tilt to the logarithms of its chances (`Tilt`); one that
does not has several phrases made and the one that has most of it chosen (`rerank.py`).

Tilting the chances of a learnt model by features is the exponential family's oldest use; for music see
F. Pachet and P. Roy, "Markov constraints: steerable generation of Markov sequences" (2011).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.errors import ControlError, NameUnknown
from livecode.generators.generator import Context
from livecode.music.key import find_key
from livecode.music.phrase import TICKS, Phrase, pitch_class

Floats = npt.NDArray[np.float64]

PREFIX = "more "
"""A parameter of this name and an attribute's says how much more of it is wanted: "more leaps"."""
USUAL = 2.0
"""How strongly `reward` and `suppress` act when no amount is given, in nats."""
STRONGEST = 12.0
LEAP = 5
"""Semitones from which on a step is a leap: more than a major third."""
MAJOR, MINOR = frozenset({0, 2, 4, 5, 7, 9, 11}), frozenset({0, 2, 3, 5, 7, 8, 9, 10, 11})


def _leaps(steps: Floats) -> Floats:
    return (np.abs(steps) >= LEAP).astype(float)


def _small(steps: Floats) -> Floats:
    return ((np.abs(steps) >= 1) & (np.abs(steps) <= 2)).astype(float)


def _repeats(steps: Floats) -> Floats:
    same: Floats = (steps == 0).astype(float)
    return same


def _rises(steps: Floats) -> Floats:
    signs: Floats = np.sign(steps)
    return signs


STEPWISE: dict[str, Callable[[Floats], Floats]] = {
    "leaps": _leaps, "steps": _small, "repeats": _repeats, "rises": _rises,
}  # fmt: skip
"""Attributes of the interval from one note to the next."""

MEANINGS: dict[str, str] = {
    "leaps": "the share of intervals wider than a major third",
    "steps": "the share of intervals of one or two semitones",
    "repeats": "the share of notes that repeat the one before",
    "rises": "rising intervals less falling ones, as a share of all",
    "height": "the mean pitch, in octaves above middle c",
    "chromatic": "the share of notes outside the key",
    "length": "the mean length of a note, in octaves of quarter notes (-1 an eighth)",
    "density": "notes begun in a quarter note, in each part",
    "offbeats": "the share of notes that begin off the beat",
}
"""Every attribute and what `measure` gives for it."""

OPPOSITES = {"long": "length", "busy": "density", "high": "height", "syncopation": "offbeats"}
"""Other words for some of them."""


def attribute(name: Any) -> str:
    """The attribute of a name; NameUnknown with the nearest one.

    >>> attribute("syncopation")
    'offbeats'
    """
    text = str(name).strip().lower()
    text = OPPOSITES.get(text, text)
    if text not in MEANINGS:
        raise NameUnknown("attribute", str(name), [*MEANINGS, *OPPOSITES], f"there are {', '.join(MEANINGS)}")
    return text


def measure(phrase: Phrase, name: str) -> float:
    """How much of an attribute a phrase has; intervals are those within each part.

    >>> measure(Phrase.of([60, 67, 69]), "leaps")
    0.5
    """
    name = attribute(name)
    notes = phrase.notes
    if not len(notes):
        return 0.0
    if name in STEPWISE:
        pitches, voices = notes["pitch"].astype(float), notes["voice"]
        found = [np.diff(pitches[voices == voice]) for voice in np.unique(voices)]
        steps = np.concatenate(found)
        return float(STEPWISE[name](steps).mean()) if len(steps) else 0.0
    if name == "height":
        return float((notes["pitch"].astype(float) - 60).mean() / 12)
    if name == "chromatic":
        classes = key_classes(phrase.key or find_key(phrase))
        return float(np.mean([int(pitch) % 12 not in classes for pitch in notes["pitch"]]))
    if name == "length":
        return float(np.log2(notes["duration"] / TICKS).mean())
    if name == "density":
        return len(notes) * TICKS / max(1, phrase.length) / max(1, len(np.unique(notes["voice"])))
    return float((notes["onset"] % TICKS != 0).mean())


def key_classes(key: str) -> Collection[int]:
    """The pitch classes at home in a key ("d minor"): in minor both sixths and both sevenths."""
    tonic, _, mode = key.partition(" ")
    if not tonic:
        return frozenset(range(12))
    root = pitch_class(tonic)
    return frozenset((root + degree) % 12 for degree in (MINOR if mode == "minor" else MAJOR))


@dataclass(frozen=True)
class Tilt:
    """How much more of each attribute is wanted, in nats; `home` are the pitch classes of the key.

    >>> tilt = Tilt({"leaps": -2.0})
    >>> tilt.pitches(60, np.array([60, 62, 67])).tolist()
    [0.0, 0.0, -2.0]
    """

    wanted: Mapping[str, float]
    home: Collection[int] = field(default=frozenset(range(12)))

    @classmethod
    def of(cls, context: Context, home: Collection[int] = frozenset(range(12))) -> Tilt | None:
        """What a context asks for; None when nothing is."""
        wanted = {
            name.removeprefix(PREFIX): min(STRONGEST, max(-STRONGEST, float(value)))
            for name, value in context.parameters.items()
            if name.startswith(PREFIX) and value
        }
        return cls({attribute(name): value for name, value in wanted.items()}, home) if wanted else None

    @property
    def timely(self) -> bool:
        """Whether it says anything of when notes begin and how long they last."""
        return bool({"length", "density", "offbeats"} & self.wanted.keys())

    def pitches(self, before: int | None, pitches: Any) -> Floats:
        """What to add to the logarithm of the chance of each of some pitches after `before`."""
        notes = np.asarray(pitches, float)
        added = np.zeros(len(notes))
        for name, amount in self.wanted.items():
            if name in STEPWISE and before is not None:
                added += amount * STEPWISE[name](notes - before)
            elif name == "height":
                # An octave higher is one unit; squashed so that nothing runs off the keyboard.
                added += amount * np.tanh((notes - (60 if before is None else before)) / 12)
            elif name == "chromatic":
                added += amount * np.array([int(note) % 12 not in self.home for note in notes], float)
        return added

    def times(self, begin: int, lengths: Any) -> Floats:
        """What to add for each of some lengths (ticks) of a note that begins at a tick of the phrase."""
        ticks = np.asarray(lengths, float)
        octaves = np.log2(np.maximum(ticks, 1) / TICKS)
        added = (self.wanted.get("length", 0.0) - self.wanted.get("density", 0.0)) * octaves
        # The note itself begins where it must; its length decides where the next one begins.
        off = ((begin + ticks) % TICKS != 0).astype(float)
        added += self.wanted.get("offbeats", 0.0) * off
        return np.asarray(added, float)


def wanted(name: Any, amount: Any, sign: float = 1.0) -> dict[str, Any]:
    """The parameter by which an attribute is asked for; ControlError for an amount that is none."""
    parameter = PREFIX + attribute(name)
    if isinstance(amount, bool) or amount is None:
        raise ControlError(f"an amount of {amount!r}: give a number such as 2, or a pattern of numbers")
    if sign == 1.0:
        return {parameter: amount}
    if isinstance(amount, int | float):
        return {parameter: sign * amount}
    from livecode.language.reify import reify

    negative: Any = reify(amount)
    return {parameter: negative * sign}
