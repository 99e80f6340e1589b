"""What a zone of a SoundFont makes of a note: sample, tuning, envelopes, oscillators, filter, in plain units.

Generators of preset and instrument add up, modulators add to both. Two readings of the format are ours: of
`initialAttenuation` four tenths count, as in E-mu's own synthesisers, for which banks were made; and the
velocity's effect on level is told apart (`Region.force`), since every instrument here has one of its own.

Source: SoundFont Technical Specification 2.04 (E-mu Systems / Creative, 2006), sections 8.1 and 9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from livecode.sound.soundfont_modulators import (
    ATTENUATION,
    CUTOFF,
    DEFAULTS,
    Modulator,
    Playing,
    by_velocity,
    merged,
    total,
)

SHARE_OF_ATTENUATION = 0.4
VORBIS = 0x10
_KEY_RANGE, _VELOCITY_RANGE, _VELOCITY = 43, 44, 47
_NOMINAL_VELOCITY = 102
_OPEN = 13000
# Generators that a preset may not have, because they name a place in a sample or the like (section 8.5).
_NOT_OF_PRESETS = {0, 1, 2, 3, 4, 12, 45, 46, 47, 50, 54, 57, 58}
# Number: value where neither zone says anything (section 8.1.3).
_DEFAULTS: dict[int, int] = {
    8: 13500, 21: -12000, 23: -12000, 25: -12000, 26: -12000, 27: -12000, 28: -12000, 30: -12000,
    33: -12000, 34: -12000, 35: -12000, 36: -12000, 38: -12000, 46: -1, 47: -1, 56: 100, 58: -1,
}  # fmt: skip


@dataclass(frozen=True)
class Zone:
    """The generators of a zone by number, and its modulators."""

    words: Mapping[int, int]
    modulators: tuple[Modulator, ...] = ()

    def covers(self, key: int, velocity: int) -> bool:
        """Whether a key struck so hard lies in its ranges."""
        for generator, value in ((_KEY_RANGE, key), (_VELOCITY_RANGE, velocity)):
            limits = self.words.get(generator)
            if limits is not None and not limits & 255 <= value <= limits >> 8:
                return False
        return True


@dataclass(frozen=True, slots=True)
class Sample:
    """A row of the font's table of samples."""

    start: int
    stop: int
    loop_start: int
    loop_stop: int
    rate: int
    key: int
    cents: int
    kind: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """Delay, attack, hold, decay and release in seconds; decay and release are times for the whole fall
    (100 dB of level). `sustain` is the level kept: dB below the top, or 0 to 1 of a modulation envelope.
    """

    delay: float
    attack: float
    hold: float
    decay: float
    sustain: float
    release: float


@dataclass(frozen=True, slots=True)
class Region:
    """One sample as one note plays it, with everything that key and velocity decide already worked out.

    `start`, `stop` and the `loop`'s ends are frames of the font's sample data; `loop` is None for a sample
    that is played once. `goes_on`: what follows the loop is heard after the note's end. `root` is the key, in
    fractions, at which it sounds at its own `rate` (Hz).
    `attenuation` in dB, `pan` -1 to 1, `cutoff` in Hz (None: no filter), `resonance` in dB. Depths of the
    envelope and oscillators are cents (`to_pitch`, `to_cutoff`) and dB (`to_level`). `force` is how much
    louder (dB) the velocity makes it than a velocity of 0.8 would.
    """

    sample: int
    start: int
    stop: int
    loop: tuple[int, int] | None
    goes_on: bool
    rate: int
    root: float
    cents_per_key: float
    attenuation: float
    pan: float
    volume: Envelope
    modulation: Envelope
    envelope_to_pitch: float
    envelope_to_cutoff: float
    cutoff: float | None
    resonance: float
    tremolo_delay: float
    tremolo_rate: float
    tremolo_to_pitch: float
    tremolo_to_cutoff: float
    tremolo_to_level: float
    vibrato_delay: float
    vibrato_rate: float
    vibrato_to_pitch: float
    exclusive: int
    force: float

    def rate_at(self, key: float) -> float:
        """How much faster than its own rate the sample is played for a key, which may be between two."""
        return float(2.0 ** ((key - self.root) * self.cents_per_key / 1200))

    @property
    def moving(self) -> bool:
        """Whether it needs more than its volume envelope: a filter, tremolo, a pitch that moves."""
        depths = (
            self.envelope_to_pitch, self.tremolo_to_pitch, self.tremolo_to_cutoff, self.tremolo_to_level,
            self.vibrato_to_pitch,
        )  # fmt: skip
        return self.cutoff is not None or any(depths)


def region(number: int, sample: Sample, inner: Zone, outer: Zone, playing: Playing, count: int) -> Region:
    """What a zone of an instrument, within one of a preset, makes of a note; the font has `count` frames."""
    said = inner.words.get(_VELOCITY, -1)
    if said >= 0:
        playing = playing.struck(min(said, 127))
    moved, force = _moved(inner, outer, playing)

    def named(generator: int) -> int:
        value = _DEFAULTS.get(generator, 0)
        if generator in inner.words:
            value = _signed(inner.words[generator])
        if generator in outer.words and generator not in _NOT_OF_PRESETS:
            value += _signed(outer.words[generator])
        return value

    def amount(generator: int) -> float:
        return named(generator) + moved.get(generator, 0.0)

    key = playing.key
    struck = named(46) if named(46) >= 0 else key
    root = named(58) if 0 <= named(58) <= 127 else sample.key if sample.key <= 127 else 60
    scale = amount(56)
    cents = amount(51) * 100 + amount(52) + sample.cents
    # The key at which the sample is played at its own rate; without a scale that is any key.
    tuned = root - cents / scale + key - struck if scale else key - cents / 100
    first, stop = sample.start, min(sample.stop, count)
    edges = (sample.loop_start, sample.loop_stop)
    begin = first + named(0) + 32768 * named(4)
    stop = stop + named(1) + 32768 * named(12)
    edges = (edges[0] + named(2) + 32768 * named(45), edges[1] + named(3) + 32768 * named(50))
    stop = min(stop, count)
    begin = min(max(begin, first), stop)
    turns = named(54) & 1 and begin <= edges[0] and edges[0] + 8 <= edges[1] <= count
    # Above 15 kHz a filter is as good as open: it is left out, as every soft note would need one.
    wide = amount(CUTOFF) >= _OPEN and not amount(11)
    cutoff = None if wide else _hertz(min(max(amount(CUTOFF), 1500), 13500))
    keyed = 60 - struck
    return Region(
        sample=number, start=begin, stop=stop, loop=edges if turns else None,
        goes_on=bool(turns) and named(54) & 3 == 3 and stop > edges[1], rate=sample.rate,
        root=tuned,
        cents_per_key=float(scale) if scale else 100.0,
        attenuation=(
            max(named(ATTENUATION), 0) * SHARE_OF_ATTENUATION + moved.get(ATTENUATION, 0.0)
        ) / 10,
        pan=min(max(amount(17) / 500, -1.0), 1.0),
        volume=Envelope(
            _seconds(amount(33)), _seconds(amount(34)), _seconds(amount(35) + amount(39) * keyed),
            _seconds(amount(36) + amount(40) * keyed), min(max(amount(37), 0), 1440) / 10,
            _seconds(amount(38)),
        ),
        modulation=Envelope(
            _seconds(amount(25)), _seconds(amount(26)), _seconds(amount(27) + amount(31) * keyed),
            _seconds(amount(28) + amount(32) * keyed), 1 - min(max(amount(29), 0), 1000) / 1000,
            _seconds(amount(30)),
        ),
        envelope_to_pitch=float(amount(7)), envelope_to_cutoff=float(amount(11)), cutoff=cutoff,
        resonance=min(max(amount(9), 0), 960) / 10,
        tremolo_delay=_seconds(amount(21)), tremolo_rate=_hertz(amount(22)),
        tremolo_to_pitch=float(amount(5)), tremolo_to_cutoff=float(amount(10)),
        tremolo_to_level=amount(13) / 10,
        vibrato_delay=_seconds(amount(23)), vibrato_rate=_hertz(amount(24)),
        vibrato_to_pitch=float(amount(6)),
        exclusive=named(57), force=force,
    )  # fmt: skip


def _moved(inner: Zone, outer: Zone, playing: Playing) -> tuple[dict[int, float], float]:
    """What modulators add to each generator; and the velocity's part in the level, dB above that of 0.8."""
    of_instrument = merged(DEFAULTS, inner.modulators)
    moved = total(of_instrument, playing)
    for generator, value in total(outer.modulators, playing).items():
        moved[generator] = moved.get(generator, 0.0) + value
    by_force = [each for each in (*of_instrument, *outer.modulators) if by_velocity(each)]
    struck = total(by_force, playing).get(ATTENUATION, 0.0)
    usual = total(by_force, playing.struck(_NOMINAL_VELOCITY)).get(ATTENUATION, 0.0)
    moved[ATTENUATION] = moved.get(ATTENUATION, 0.0) - struck
    return moved, (usual - struck) / 10


def _signed(value: int) -> int:
    return value - 65536 if value >= 32768 else value


def _seconds(timecents: float) -> float:
    return 0.0 if timecents <= -12000 else float(2.0 ** (min(timecents, 8000) / 1200))


def _hertz(cents: float) -> float:
    return float(8.176 * 2.0 ** (cents / 1200))
