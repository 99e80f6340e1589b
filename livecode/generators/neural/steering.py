"""How a net on a grid is steered as it writes: nats added to what it would do, note by note.

`reward`, `suppress` and sliders (`attributes.Tilt`), `register` (semitones up or down from where its voices
lie), `mode` (1 major, -1 minor) and `tension` (0 as trained, 1 tense: chromatic notes, leaps, dissonance).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from livecode.generators.attributes import Tilt
from livecode.generators.generator import Context
from livecode.generators.neural.decode import Writer
from livecode.generators.neural.features import Shape
from livecode.generators.neural.page import CENTRES
from livecode.music.phrase import Phrase

Nats = npt.NDArray[np.float64]

TENSION = {"leaps": 1.0, "chromatic": 2.0, "height": 1.0, "offbeats": 1.0}
"""What tension is made of, in nats at 1, besides dissonance."""
DISSONANCE = {1: 1.0, 2: 0.5, 6: 0.7, 10: 0.4, 11: 0.9}
"""How tense an interval is, in semitones within the octave."""
WIDTH = 6.0
"""Semitones around the middle of a register that are not yet far from it."""
MAJOR_NOTES, MINOR_NOTES = (4, 9, 11), (3, 8, 10)
CLEAR = 2.0
"""Nats by which the thirds, sixths and sevenths of a mode are favoured at 1."""


def tense(context: Context) -> Context:
    """The same context with tension put in terms of attributes, and density for composers of tunes."""
    amount = context.parameter("tension", 0.0)
    if not amount:
        return context
    asked = dict(context.parameters)
    for name, weight in TENSION.items():
        asked["more " + name] = asked.get("more " + name, 0.0) + weight * amount
    return replace(context, parameters=asked)


@dataclass
class Steering:
    """What is asked of a page; `wanted` says what that means for the next note."""

    shape: Shape
    tilt: Tilt | None = None
    register: float | None = None
    mode: float = 0.0
    tension: float = 0.0
    tonic: int = 2

    @classmethod
    def of(cls, context: Context, shape: Shape, begun: Sequence[int] = ()) -> Steering | None:
        """From a context, and the pitches of the chord on which a first phrase begins, the bass the last.

        None when nothing is asked.
        """
        from livecode.generators.attributes import MAJOR, key_classes
        from livecode.generators.markov.asked import scale_pitches
        from livecode.music.key import find_key
        from livecode.music.phrase import pitch_class

        before = context.previous
        if before is None and begun:
            # Of a chord the bass says most.
            before = Phrase.of([*begun, begun[-1]])
        key = before.key or find_key(before) if before is not None else ""
        tonic = pitch_class(key.split()[0]) if key else 2
        home = key_classes(key) if key else frozenset((tonic + degree) % 12 for degree in MAJOR)
        scale = context.constraints.get("in_scale")
        if isinstance(scale, str):
            inside, tonic = scale_pitches(scale)
            home = frozenset(pitch % 12 for pitch in inside)
        elif scale is not None:
            numbers = scale if isinstance(scale, (list, tuple)) else [scale]
            home = frozenset(int(number) % 12 for number in numbers)
            tonic = int(numbers[0]) % 12 if numbers else tonic
        tilt = Tilt.of(tense(context), home)
        register = context.parameters.get("register")
        mode, tension = context.parameter("mode", 0.0), context.parameter("tension", 0.0)
        if tilt is None and register is None and not mode and not tension:
            return None
        return cls(shape, tilt, register, max(-1.0, min(1.0, mode)), tension, tonic)

    def wanted(self, writer: Writer, voice: int) -> Nats:
        """Nats to add for each particle and class (particles, classes) of the next note."""
        shape = self.shape
        pitches = np.arange(shape.low, shape.high + 1)
        last = writer.last[:, voice]
        added = np.zeros((len(last), shape.size))
        added[:, 1:] += self._everywhere(pitches, voice)
        if self.tilt is not None:
            known: dict[int, Nats] = {}
            for row, before in enumerate(last.tolist()):
                if before not in known:
                    pitch = before + shape.low - 1 if 0 < before < shape.before else None
                    known[before] = self._moved(pitch, pitches, writer.step)
                added[row, 1:] += known[before]
                if 0 < before < shape.before:
                    # What it holds is no new note: attributes are of notes.
                    added[row, before] -= known[before][before - 1]
        if self.tension:
            for other in range(voice):
                sounding = writer.now[:, other] + shape.low - 1
                apart = np.abs(pitches[None, :] - sounding[:, None]) % 12
                harsh = sum(weight * (apart == size) for size, weight in DISSONANCE.items())
                added[:, 1:] += self.tension * np.where((writer.now[:, other] > 0)[:, None], harsh, 0.0)
        return added

    def _everywhere(self, pitches: npt.NDArray[np.int64], voice: int) -> Nats:
        added = np.zeros(len(pitches))
        if self.register is not None:
            centre = CENTRES[min(voice, len(CENTRES) - 1)] + self.register
            added -= 0.5 * ((pitches - centre) / WIDTH) ** 2
        if self.mode:
            degrees = (pitches - self.tonic) % 12
            added += CLEAR * self.mode * (np.isin(degrees, MAJOR_NOTES) * 1.0 - np.isin(degrees, MINOR_NOTES))
        return added

    def _moved(self, before: int | None, pitches: npt.NDArray[np.int64], step: int) -> Nats:
        """What a new note is worth after one of pitch `before`, at a step."""
        assert self.tilt is not None
        wanted = self.tilt.wanted
        added = self.tilt.pitches(before, pitches)
        oftener = wanted.get("density", 0.0) - wanted.get("length", 0.0)
        off = wanted.get("offbeats", 0.0) * (1.0 if step % 4 else -1.0)
        return added + oftener + off
