"""The modulators of SoundFonts: how velocity, key, controllers, pressure and bend move generators of a note.

    playing = Playing(key=60, velocity=100, controllers={1: 64.0})
    moved = total([*DEFAULTS], playing)
    moved[ATTENUATION]                      centibels that a velocity of 100 takes away

A note's sources are read when it begins; a pattern gives them as `velocity`, `ccn` with `ccv`, `miditouch`
(pressure) and `midibend`. The defaults for what other words of a pattern do (a channel's volume, expression
and pan, its sends to reverb and chorus) are left to these: gain, pan, room, chorus.

Source: SoundFont Technical Specification 2.04 (E-mu Systems / Creative, 2006), sections 8.2 to 8.4 and 9.5.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

CUTOFF, ATTENUATION = 8, 48
_PITCH = 52
_VIBRATO = 6
_NONE, _VELOCITY, _KEY, _KEY_PRESSURE, _PRESSURE, _BEND, _BEND_RANGE, _LINK = 0, 2, 3, 10, 13, 14, 16, 127
# What a channel's controllers are before anybody moved them (RP-015, and full volume: gain is the pattern's).
_AT_REST = {7: 127.0, 8: 64.0, 10: 64.0, 11: 127.0}
_BEND_SEMITONES = 2.0
_ABSOLUTE = 2


class Modulator(NamedTuple):
    """`source` and `by` are the format's 16-bit words; `amount` in units of the generator `to`."""

    source: int
    to: int
    amount: int
    by: int
    transform: int

    @property
    def identity(self) -> tuple[int, int, int, int]:
        """Two modulators alike in this are the same: the nearer one counts."""
        # Version 2.01 wrote a second source into its default from velocity to filter, and banks made with it
        # switch that one off.
        by = 0 if (self.source, self.to) == (_word(_VELOCITY, falls=True), CUTOFF) else self.by
        return self.source, self.to, by, self.transform


def _word(
    index: int, controller: bool = False, falls: bool = False, both: bool = False, curve: int = 0
) -> int:
    return index | controller << 7 | falls << 8 | both << 9 | curve << 10


_CONCAVE = 1
DEFAULTS = (
    Modulator(_word(_VELOCITY, falls=True, curve=_CONCAVE), ATTENUATION, 960, 0, 0),
    Modulator(_word(_VELOCITY, falls=True), CUTOFF, -2400, 0, 0),
    Modulator(_word(_PRESSURE), _VIBRATO, 50, 0, 0),
    Modulator(_word(1, controller=True), _VIBRATO, 50, 0, 0),
    Modulator(_word(_BEND, both=True), _PITCH, 12700, _word(_BEND_RANGE), 0),
)


@dataclass(frozen=True)
class Playing:
    """How a note is played: key and velocity 0 to 127, controllers by number (0 to 127), pressure 0 to 127,
    bend -1 to 1.
    """

    key: int
    velocity: int
    controllers: Mapping[int, float] = field(default_factory=dict)
    pressure: float = 0.0
    bend: float = 0.0

    def struck(self, velocity: int) -> Playing:
        """The same with another velocity."""
        return Playing(self.key, velocity, self.controllers, self.pressure, self.bend)


def merged(*levels: Iterable[Modulator]) -> list[Modulator]:
    """Modulators of several levels, of which a later one takes the place of its like."""
    found: dict[tuple[int, int, int, int], Modulator] = {}
    for level in levels:
        for each in level:
            found[each.identity] = each
    return list(found.values())


def total(modulators: Iterable[Modulator], playing: Playing) -> dict[int, float]:
    """What all of them add to each generator."""
    moved: dict[int, float] = defaultdict(float)
    for each in modulators:
        if _index(each.source) == (False, _LINK) or each.to & 0x8000:
            # A modulator of a modulator (a link): the format allows it, no bank we saw has one.
            continue
        value = each.amount * mapped(each.source, playing) * mapped(each.by, playing)
        moved[each.to] += abs(value) if each.transform == _ABSOLUTE else value
    return moved


def by_velocity(modulator: Modulator) -> bool:
    """Whether the note's velocity has a part in it."""
    return (False, _VELOCITY) in (_index(modulator.source), _index(modulator.by))


def mapped(word: int, playing: Playing) -> float:
    """A source's value as its word maps it: 0 to 1, or -1 to 1 where both ways are asked for."""
    index = _index(word)
    if index == (False, _NONE):
        return 1.0
    value = _raw(index, playing)
    if word & 0x100:
        value = 1.0 - value
    curve = word >> 10
    if not word & 0x200:
        return _curved(value, curve)
    sign = value * 2 - 1
    if curve == 3:
        return 1.0 if sign >= 0 else -1.0
    return math.copysign(_curved(abs(sign), curve), sign)


def _index(word: int) -> tuple[bool, int]:
    return bool(word & 0x80), word & 0x7F


def _raw(index: tuple[bool, int], playing: Playing) -> float:
    """Where a source stands between its ends, 0 to 1."""
    controller, number = index
    if controller:
        return min(max(playing.controllers.get(number, _AT_REST.get(number, 0.0)), 0.0), 127.0) / 127
    if number == _BEND:
        return (min(max(playing.bend, -1.0), 1.0) + 1) / 2
    known = {
        _VELOCITY: float(playing.velocity),
        _KEY: float(playing.key),
        _KEY_PRESSURE: playing.pressure,
        _PRESSURE: playing.pressure,
        # Two semitones in units of 127: an amount of 12700 cents is then worth 200.
        _BEND_RANGE: _BEND_SEMITONES,
    }
    return min(max(known.get(number, 0.0), 0.0), 127.0) / 127


def _curved(value: float, curve: int) -> float:
    """Linear, concave, convex or switch, of a value 0 to 1 (section 9.5.3: 96 dB from end to end)."""
    if curve == 0:
        return value
    if curve == 3:
        return 1.0 if value >= 0.5 else 0.0
    if curve == _CONCAVE:
        return 1.0 if value >= 1 else min(-40 / 96 * math.log10(1 - value), 1.0)
    return 0.0 if value <= 0 else max(1 + 40 / 96 * math.log10(value), 0.0)
