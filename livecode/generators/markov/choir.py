"""What four voices have sung so far, put into views: the small numbers a chorale chain predicts from.

A step is a sixteenth. Within a step the voices are decided in the order soprano, bass, alto, tenor, each
knowing what the ones before it sing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from livecode.music.key import TEMPERLEY

ORDER: Final = (0, 3, 1, 2)
"""Soprano, bass, alto, tenor."""
VOICES: Final = 4
OPENING: Final = (70, 65, 60, 52)
"""What the voices are taken to have sung before the first step."""
REST: Final = 0
WIDEST: Final = 24
"""Semitones of the widest leap."""
UNISON: Final = WIDEST
SILENT: Final = 2 * WIDEST + 1
SYMBOLS: Final = SILENT + 1

_PROFILES = np.array([np.roll(TEMPERLEY[mode], tonic) for mode in range(2) for tonic in range(12)])
_PROFILES = _PROFILES - _PROFILES.mean(1, keepdims=True)
_PROFILES /= np.sqrt((_PROFILES**2).sum(1, keepdims=True))

_PLAIN: Final = """
voice beat half bar length length9 length5 moves first silent other0 other1 other2 last1 last2
degree mode bits8 bits16 since step1 step2 step3 own tonic above below
"""
_OF_EACH: Final = ("near", "known", "at", "tone", "heard", "move", "bits", "abs", "pc")

VIEWS: Final = (*_PLAIN.split(), *(f"{name}{voice}" for name in _OF_EACH for voice in range(VOICES)))
"""The names of the views.

Of the voice to be decided: which it is, the place in beat, half bar and bar, how long its note has lasted,
which of the voices decided before it move now, whether this is the first step and whether it is silent, how
long the others have held, the lengths of its last notes, its degree in the key and the key's mode, in which
of the last steps it moved, steps since all voices rested on a long chord, its last intervals, its pitch, the
tonic, and how far above and below it the next voices are.

Of each voice: `near`, semitones above this voice mod 12; `known`, the same once it is decided; `at`, not mod
12; `tone`, its degree; `heard`, its degree once decided; `move`, its step once decided; `bits`, in which of
the last four steps it moved; `abs`, its pitch once decided; `pc`, its pitch class."""

_UNKNOWN = 99


class Choir:
    """Four voices step by step.

    >>> choir = Choir()
    >>> row = choir.views(0, {})
    >>> len(row) == len(VIEWS)
    True
    >>> choir.advance([72, 67, 64, 48])
    >>> choir.pitches
    [72, 67, 64, 48]
    """

    def __init__(self) -> None:
        self.time = 0
        self.pitches = list(OPENING)
        self.singing = [False] * VOICES
        self._lengths = [0] * VOICES
        self._last = [(0, 0)] * VOICES
        self._steps = [(_UNKNOWN, _UNKNOWN, _UNKNOWN)] * VOICES
        self._bits = [0] * VOICES
        self._since = 0
        self._classes = np.zeros(12)
        self._tonic, self._mode = 0, 2

    def views(self, place: int, now: dict[int, int]) -> list[int]:
        """The views for the voice at a place of `ORDER`; `now` holds the pitches (or REST) decided so far."""
        voice = ORDER[place]
        own, tonic, time = self.pitches[voice], self._tonic, self.time
        length = self._lengths[voice]
        sounds: list[int] = []
        moves = 0
        near, known, at, tone, heard, move, absolute = [], [], [], [], [], [], []
        for other in range(VOICES):
            before = self.pitches[other]
            if other in now:
                pitch = now[other] or before
                silent_now = now[other] == REST
                known.append((pitch - own) % 12)
                at.append(pitch - own)
                heard.append((pitch - tonic) % 12)
                move.append(pitch - before if not silent_now else 50)
                absolute.append(pitch)
            else:
                pitch = before
                known.append(12)
                at.append(_UNKNOWN)
                heard.append(12)
                move.append(_UNKNOWN)
                absolute.append(_UNKNOWN)
            near.append((pitch - own) % 12)
            tone.append((pitch - tonic) % 12)
            sounds.append(pitch % 12)
        for other in ORDER[:place]:
            moves = moves * 2 + self._moves(other, now[other])
        others = [min(self._lengths[other], 6) for other in range(VOICES) if other != voice]
        silent = 2 if time == 0 else 0 if self.singing[voice] else 1
        last1, last2 = self._last[voice]
        step1, step2, step3 = self._steps[voice]
        bits = self._bits
        sung = [now.get(other) or self.pitches[other] for other in range(VOICES)]
        above = min(max(sung[voice - 1] - own, -9), 20) if voice else _UNKNOWN
        below = min(max(own - sung[voice + 1], -9), 20) if voice < VOICES - 1 else _UNKNOWN
        return [
            voice, time % 4, time % 8, time % 16, min(length, 17), min(length, 9), min(length, 5), moves,
            time == 0, silent, *others, min(last1, 17), min(last2, 17), (own - tonic) % 12, self._mode,
            bits[voice] & 0xFF, bits[voice], min(self._since, 40), step1, step2, step3, own, tonic,
            above, below,
            *near, *known, *at, *tone, *heard, *move, *(each & 0xF for each in bits), *absolute, *sounds,
        ]  # fmt: skip

    def _moves(self, voice: int, pitch: int) -> bool:
        if self.time == 0:
            return True
        return pitch != (self.pitches[voice] if self.singing[voice] else REST)

    @property
    def home(self) -> frozenset[int]:
        """The pitch classes of the key it is in, as far as that can be heard."""
        degrees = {0: (0, 2, 4, 5, 7, 9, 11), 1: (0, 2, 3, 5, 7, 8, 9, 10, 11)}.get(self._mode, range(12))
        return frozenset((self._tonic + degree) % 12 for degree in degrees)

    def held(self, voice: int) -> int:
        """The pitch that goes on when the voice does not move, REST when it is silent."""
        return self.pitches[voice] if self.singing[voice] else REST

    def advance(self, chord: Sequence[int]) -> None:
        """Take a step: the pitch of each voice, REST for silence."""
        for voice in range(VOICES):
            pitch = int(chord[voice])
            moved = self._moves(voice, pitch)
            self._bits[voice] = (self._bits[voice] << 1 | moved) & 0xFFFF
            if moved:
                after = pitch or self.pitches[voice]
                self._last[voice] = (self._lengths[voice], self._last[voice][0])
                self._steps[voice] = (after - self.pitches[voice], *self._steps[voice][:2])
                self._lengths[voice] = 1
                self.pitches[voice] = after
                self.singing[voice] = pitch != REST
            else:
                self._lengths[voice] += 1
        self._since = 0 if min(self._lengths) >= 8 else self._since + 1
        self._classes *= 0.985
        for pitch in chord:
            if pitch != REST:
                self._classes[int(pitch) % 12] += 1
        centred = self._classes - self._classes.mean()
        key = int((_PROFILES @ centred).argmax())
        self._mode, self._tonic = (2, 0) if not centred.any() else divmod(key, 12)
        self.time += 1


def symbol_of(pitch: int, before: int) -> int:
    """A voice's new pitch as a step from its last one, or SILENT."""
    return SILENT if pitch == REST else min(max(pitch - before, -WIDEST), WIDEST) + WIDEST
