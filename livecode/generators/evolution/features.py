"""What can be said of a song in two dozen numbers: for telling songs apart, and for learning what pleases.

All are worked out for whole populations at once, by the same passes over small integers as the terms of
fitness.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from livecode.errors import GeneratorError
from livecode.generators.evolution.arrays import Array
from livecode.generators.evolution.home import home_of
from livecode.generators.evolution.songs import Frame, Songs, songs_of
from livecode.generators.evolution.terms import bar_histogram, likeness_of_bars
from livecode.music.key import TEMPERLEY, find_key
from livecode.music.phrase import TICKS, Phrase

NAMES: tuple[tuple[str, float, float], ...] = (
    ("height", 0.55, 0.10),
    ("spread", 0.38, 0.14),
    ("busyness", 0.42, 0.20),
    ("mean step", 0.25, 0.08),
    ("steps", 0.42, 0.18),
    ("repeated notes", 0.14, 0.12),
    ("leaps", 0.20, 0.13),
    ("rising", 0.43, 0.11),
    ("ends higher", 0.0, 0.45),
    ("arch", 0.0, 0.30),
    ("syncopation", 0.58, 0.08),
    ("on the beat", 0.40, 0.14),
    ("long notes", 0.27, 0.10),
    ("silence", 0.25, 0.16),
    ("chromatic", 0.03, 0.06),
    ("major", 0.05, 0.12),
    ("at rest", 0.42, 0.12),
    ("chordal", 0.75, 0.09),
    ("repeats itself", 0.58, 0.18),
    ("even rhythm", 0.70, 0.13),
    ("loudness", 0.63, 0.05),
    ("slides", 0.05, 0.10),
)
"""Each feature with the mean and spread it has in folk tunes and songs of chance, half and half."""
COUNT = len(NAMES)
CUT = 256
"""Steps of a long piece that are looked at."""
NICHES = 4
"""How many numbers `descriptors` gives."""


def features(songs: Songs) -> Array:
    """(songs, features), each about -3 to 3 and 0 for what is usual."""
    xp = songs.xp
    frame = songs.frame
    count = songs.count
    struck = xp.cast(songs.struck, "float32")
    places = float(frame.steps * songs.voices)
    inner = xp.cast(songs.inner, "float32")
    intervals = xp.clip(inner.sum(-1).sum(-1), 1.0, 1e9)

    def told(table: Any, index: Array, weight: Array, by: Array) -> Array:
        return (xp.look_up(xp.asarray(table), index) * weight).sum(-1).sum(-1) / by

    height = told(_HEIGHT, songs.pitch, struck, count)
    square = told(_HEIGHT**2, songs.pitch, struck, count)
    halves = xp.cast(songs.line[:, 0], "float32")
    quarter = max(1, frame.steps // 4)
    opening = halves[:, :quarter].sum(-1) / quarter
    middle = halves[:, quarter : 3 * quarter].sum(-1) / max(1, 2 * quarter)
    closing = halves[:, -quarter:].sum(-1) / quarter
    off = told_weight(songs, struck, 1.0 - frame.weights) / count
    on = told_weight(songs, struck, (frame.weights >= 0.6).astype(np.float32)) / count
    sounding = xp.cast(songs.sounding, "float32").sum(-1).sum(-1)
    inside = told(frame.home.inside, songs.pitch, struck, count)
    rest = _rest_table(frame.home.tonic)
    heard = bar_histogram(songs)
    fits = xp.largest(heard @ xp.asarray(_TRIADS)).sum(-1) / xp.clip(heard.sum(-1).sum(-1), 1.0, 1e9)
    alike = count * 0 + 0.5
    if frame.steps > frame.bar:
        same = songs.struck[..., frame.bar :] == songs.struck[..., : -frame.bar]
        alike = xp.cast(same.sum(-1).sum(-1), "float32") / float((frame.steps - frame.bar) * songs.voices)
    loud = (xp.cast(songs.velocity, "float32") * struck).sum(-1).sum(-1) / count / 127.0
    slides = (xp.cast(songs.slide != 0, "float32") * struck).sum(-1).sum(-1) / count
    columns = [
        height,
        xp.sqrt(xp.clip(square - height * height, 0.0, 1e9)) * 5.0,
        count / places * (frame.grid / 4.0),
        told(_SIZE, songs.interval, inner, intervals),
        told(_STEP, songs.interval, inner, intervals),
        told(_SAME, songs.interval, inner, intervals),
        told(_LEAP, songs.interval, inner, intervals),
        told(_RISE, songs.interval, inner, intervals),
        (closing - opening) / 12.0,
        (middle - (opening + closing) * 0.5) / 12.0,
        off,
        on,
        xp.clip(sounding / count * (4.0 / frame.grid) / 8.0, 0.0, 2.0),
        1.0 - sounding / places,
        1.0 - inside,
        _majorness(songs, heard),
        told(rest, songs.pitch, struck, count),
        fits,
        likeness_of_bars(songs),
        alike,
        loud,
        slides,
    ]
    table = xp.concat([column.reshape(-1, 1) for column in columns], -1)
    return xp.clip((table - xp.asarray(_MEANS)) / xp.asarray(_SPREADS), -3.0, 3.0)


def attribute_columns(songs: Songs, more: dict[str, float]) -> Array:
    """The attributes of `generators/attributes.py` by their nearest features, weighed and added."""
    table = features(songs)
    total = songs.count * 0
    for name, amount in more.items():
        column, sign = ATTRIBUTES[name]
        total = total + table[:, column] * (ASKED * sign * amount)
    return total


ASKED = 0.15
"""What one unit of an attribute asked for weighs beside terms from 0 to 1."""
ATTRIBUTES = {
    "leaps": (6, 1.0),
    "steps": (4, 1.0),
    "repeats": (5, 1.0),
    "rises": (7, 1.0),
    "height": (0, 1.0),
    "chromatic": (14, 1.0),
    "length": (12, 1.0),
    "density": (2, 1.0),
    "offbeats": (11, -1.0),
}


def descriptors(songs: Songs) -> Array:
    """(songs, 4): height, busyness, mean step, syncopation, on the scale of `features`; cheap."""
    xp, frame = songs.xp, songs.frame
    struck = xp.cast(songs.struck, "uint8")
    height = xp.total(xp.look_up(xp.asarray(_HEIGHT_BYTES), songs.pitch) * struck) / (240 * songs.count)
    busy = songs.count / float(frame.steps * songs.voices) * (frame.grid / 4.0)
    size = xp.total(xp.look_up(xp.asarray(_SIZE_BYTES), songs.interval)) / (12 * songs.intervals)
    weak = xp.asarray(np.rint(20 * (1 - frame.weights)).astype(np.uint8))
    off = xp.total(struck * weak) / (20 * songs.count)
    table = xp.concat([column.reshape(-1, 1) for column in (height, busy, size, off)], -1)
    chosen = [0, 2, 3, 10]
    return xp.clip((table - xp.asarray(_MEANS[chosen])) / xp.asarray(_SPREADS[chosen]), -3.0, 3.0)


def told_weight(songs: Songs, struck: Array, weights: Any) -> Array:
    """The sum of a weight for each step over the notes struck."""
    return (struck * songs.xp.asarray(weights, "float32")).sum(-1).sum(-1)


def features_of(phrase: Phrase) -> Any:
    """The features of any phrase, a row of numbers; GeneratorError for one without notes."""
    if not len(phrase):
        raise GeneratorError("there are no notes in what should be judged")
    key = phrase.key or find_key(phrase)
    grid = 4
    bar = phrase.bar * grid // TICKS
    longest = max(bar, CUT // bar * bar) * TICKS // grid
    part = phrase if phrase.length <= longest else phrase.slice(0, longest)
    if not len(part):
        part = phrase.slice(int(phrase.notes["onset"][0]), phrase.length)
    frame = Frame.of(max(part.length, TICKS), part.metre, grid, home_of(key))
    return features(songs_of([part], max(1, min(part.voices, 8)), frame))[0]


_SIGNED = (np.arange(256) + 128) % 256 - 128
_HEIGHT = ((np.arange(256) - 36) / 60).astype(np.float32)
_HEIGHT_BYTES = np.clip((np.arange(256) - 36) * 4, 0, 255).astype(np.uint8)
_SIZE_BYTES = np.minimum(np.abs(_SIGNED), 12).astype(np.uint8)
_SIZE = (np.minimum(np.abs(_SIGNED), 12) / 12).astype(np.float32)
_STEP = ((np.abs(_SIGNED) <= 2) & (_SIGNED != 0)).astype(np.float32)
_SAME = (_SIGNED == 0).astype(np.float32)
_LEAP = (np.abs(_SIGNED) >= 5).astype(np.float32)
_RISE = (_SIGNED > 0).astype(np.float32)
_MEANS = np.array([mean for _, mean, _ in NAMES], np.float32)
_SPREADS = np.array([spread for _, _, spread in NAMES], np.float32)
_TRIADS = np.zeros((12, 24), np.float32)
for _root in range(12):
    for _third in (3, 4):
        _TRIADS[[_root, (_root + _third) % 12, (_root + 7) % 12], _root * 2 + _third - 3] = 1.0


def _majorness(songs: Songs, heard: Array) -> Array:
    """How much better the best major key fits the pitch classes than the best minor key, in correlation."""
    xp = songs.xp
    weights = heard.sum(1)
    centred = weights - (weights.sum(-1) / 12.0)[:, None]
    size = xp.sqrt((centred * centred).sum(-1)) + 1e-6
    fits = centred @ xp.asarray(_KEYS)
    return (xp.largest(fits[:, :12]) - xp.largest(fits[:, 12:])) / size


def _key_columns() -> Any:
    columns = []
    for profile in TEMPERLEY:
        centred = np.array(profile) - np.mean(profile)
        columns += [np.roll(centred / np.sqrt((centred**2).sum()), tonic) for tonic in range(12)]
    return np.stack(columns, 1).astype(np.float32)


_KEYS = _key_columns()


@lru_cache(maxsize=16)
def _rest_table(tonic: int) -> Any:
    """How much at rest each MIDI number is, in a key with this tonic."""
    above = (np.arange(256) - tonic) % 12
    rest = np.select([above == 0, above == 7, above == 4, above == 3], [1.0, 0.7, 0.6, 0.6], 0.0)
    return rest.astype(np.float32)
