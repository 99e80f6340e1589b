"""The terms of fitness over whole populations: arrays of songs in, a number from 0 to 1 for each song out.

Each is a few passes over small integers: tables of 256 entries are read at every pitch or interval at once,
and what several terms need (intervals, the line that sounds, where notes begin) is worked out once by
`Songs`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from livecode.generators.evolution.arrays import Array
from livecode.generators.evolution.home import home_of
from livecode.generators.evolution.songs import Frame, Songs, songs_of
from livecode.music.phrase import Phrase

Term = Callable[..., Array]

TRIADS = [[(root + step) % 12 for step in steps] for steps in ((0, 4, 7), (0, 3, 7)) for root in range(12)]
OTHERS = [
    [(root + step) % 12 for step in steps] for steps in ((0, 4, 7, 10), (0, 3, 6)) for root in range(12)
]
STEPWISE = {
    0: 0.7,
    1: 1,
    2: 1,
    3: 0.85,
    4: 0.8,
    5: 0.6,
    6: 0.15,
    7: 0.5,
    8: 0.35,
    9: 0.3,
    10: 0.1,
    11: 0.05,
    12: 0.4,
}
"""How welcome an interval is in a melody that should not leap; wider ones not at all."""
FINE = 200
"""Parts of one in which tables of bytes count, so that sums of whole numbers do."""
DISSONANCE = np.array([0, 0.9, 0.5, 0.4, 0.2, 0.35, 1, 0.1, 0.6, 0.3, 0.6, 0.8], np.float32)
"""How far each pitch class stands from rest, above the tonic."""
SHAPES: dict[str, tuple[float, ...]] = {
    "arch": (0, 0.7, 1, 0.7, 0),
    "valley": (1, 0.3, 0, 0.3, 1),
    "rise": (0, 1),
    "fall": (1, 0),
    "wave": (0.5, 1, 0.5, 0, 0.5, 1, 0.5, 0, 0.5),
}


def in_key(songs: Songs, scale: str = "") -> Array:
    """The share of the notes that lie in a scale, the home one if none is named."""
    xp = songs.xp
    home = home_of(scale) if scale else songs.frame.home
    inside = xp.look_up(xp.asarray(home.inside.astype(np.uint8)), songs.pitch) * xp.cast(
        songs.struck, "uint8"
    )
    return xp.total(inside) / songs.count


def small_leaps(songs: Songs, widest: float = 12) -> Array:
    """How small the melody's intervals are: steps count most, what is wider than `widest` nothing."""
    table = _welcome(float(widest))
    # Where no interval ends there stands 0: count those too, and take them off again.
    welcome = songs.xp.total(songs.xp.look_up(songs.xp.asarray(table), songs.interval))
    nothing = float(table[0]) * (songs.frame.steps * songs.voices - songs.intervals)
    return songs.xp.clip((welcome - nothing) / (FINE * songs.intervals), 0.0, 1.0)


@lru_cache(maxsize=32)
def _welcome(widest: float) -> Any:
    table = np.zeros(256, np.uint8)
    for interval in range(-128, 128):
        # Another widest interval stretches the whole scale of welcome.
        size = abs(interval) if abs(interval) <= 2 else abs(interval) * 12 / max(3.0, widest)
        table[interval % 256] = round(FINE * STEPWISE.get(round(size), 0.0))
    return table


def chords(songs: Songs, progression: Sequence[Sequence[int]] = ()) -> Array:
    """How well the notes outline chords: those of a progression (pitch classes), or any one a bar."""
    if len(progression):
        return _progression(songs, progression)
    xp, frame = songs.xp, songs.frame
    bars = max(1, frame.steps // frame.bar)
    size = min(frame.bar, frame.steps)
    line = xp.where(songs.sounding, songs.line, -1)[..., : bars * size]
    total = xp.clip(xp.total(songs.sounding[..., : bars * size]), 1.0, 1e9)
    best = None
    for table, weights in _chord_tables(frame.home.classes):
        # Eight chords at once: each has a byte in which the steps of a bar are counted that it has notes in.
        packed = xp.look_up(xp.asarray(table), line).reshape(len(songs), songs.voices, bars, size).sum(-1)
        counts = xp.octets(packed).reshape(len(songs), songs.voices, bars, 8)
        counts = counts[:, 0] if songs.voices == 1 else xp.cast(counts, "int32").sum(1)
        for place, weight in enumerate(weights):
            fits = xp.cast(counts[..., place], "float32") * weight
            best = fits if best is None else xp.larger(best, fits)
    assert best is not None
    return xp.clip((best.sum(-1) / total - 0.4) / 0.55, 0.0, 1.0)


def _progression(songs: Songs, progression: Sequence[Sequence[int]]) -> Array:
    xp, frame = songs.xp, songs.frame
    member = np.zeros((frame.steps, 12), np.float32)
    for step in range(frame.steps):
        member[step, list(progression[(step // frame.bar) % len(progression)])] = 1.0
    # A chord's note counts where it is struck, and the more the stronger the step.
    place = xp.asarray(np.arange(frame.steps) * 12, "int16")
    index = place + xp.cast(xp.look_up(xp.asarray(_CLASSES), songs.pitch), "int16")
    flat = xp.asarray(member.reshape(-1))
    weight = xp.asarray(0.25 + frame.weights) * xp.cast(songs.struck, "float32")
    inside = xp.rows(flat, index.reshape(-1)).reshape(index.shape) * weight
    return inside.sum(-1).sum(-1) / xp.clip(weight.sum(-1).sum(-1), 1e-6, 1e9)


_CLASSES = (np.arange(256) % 12).astype(np.int8)
# Six counts of ten bits in one number: two sums over a bar count all twelve pitch classes.
# The last entry of the table is for silence.
_LOW, _HIGH = (
    np.array(
        [1 << (10 * (p % 12 - 6 * half)) if p % 12 // 6 == half else 0 for p in range(255)] + [0], np.int64
    )
    for half in range(2)
)


def bar_histogram(songs: Songs) -> Array:
    """How many steps each pitch class sounds in each bar: (songs, bars, 12)."""
    xp, frame = songs.xp, songs.frame
    whole = frame.steps // frame.bar * frame.bar if frame.steps >= frame.bar else frame.steps
    bars = max(1, frame.steps // frame.bar)
    line = xp.where(songs.sounding, songs.line, -1)[..., :whole]
    parts = []
    for table in (_LOW, _HIGH):
        packed = xp.look_up(xp.asarray(table), line)
        sums = (packed[:, 0] if songs.voices == 1 else packed.sum(1)).reshape(len(songs), bars, -1).sum(-1)
        parts += [
            xp.cast((sums >> (10 * place)) & 1023, "float32").reshape(len(songs), bars, 1)
            for place in range(6)
        ]
    return xp.concat(parts, -1)


@lru_cache(maxsize=64)
def _chord_tables(classes: tuple[int, ...]) -> list[tuple[Any, list[float]]]:
    """For eight chords at a time: a table from pitches to bytes of 1, and the chords' weights.

    They are the chords of the scale, or all when it has none; a fourth note makes a chord no easier to
    fit. The last entry of a table is for silence.
    """
    chosen = [chord for chord in (*TRIADS, *OTHERS) if set(chord) <= set(classes)] or [*TRIADS, *OTHERS]
    found = []
    for first in range(0, len(chosen), 8):
        eight = chosen[first : first + 8]
        table = [
            sum(1 << (8 * place) for place, chord in enumerate(eight) if pitch % 12 in chord)
            for pitch in range(255)
        ]
        weights = [1.0 if len(chord) == 3 else 0.9 for chord in eight]
        packed = np.array([*table, 0], np.uint64).view(np.int64)
        found.append((packed, weights))
    return found


def contour(songs: Songs, shape: Any = "arch") -> Array:
    """How much the top line moves as a shape does: 0 for its opposite, 1 for the shape itself."""
    pieces = max(2, min(16, songs.frame.steps // songs.frame.beat))
    return _correlation(songs, _pieces(songs, songs.line[:, 0], pieces), shape)


def _pieces(songs: Songs, values: Array, pieces: int) -> Array:
    """The mean of each of so many pieces of time, of whole numbers."""
    size = songs.frame.steps // pieces
    return songs.xp.pieces(values[..., : size * pieces], pieces) / float(size)


def _correlation(songs: Songs, curve: Array, shape: Any) -> Array:
    xp = songs.xp
    points = SHAPES[shape] if isinstance(shape, str) else tuple(float(each) for each in shape)
    count = curve.shape[-1]
    wanted = np.interp(np.linspace(0, 1, count), np.linspace(0, 1, max(2, len(points))), _two(points))
    wanted = wanted - wanted.mean()
    size = float(np.sqrt((wanted**2).sum()))
    if size < 1e-6:
        # A level line is wanted: the less it moves the better.
        moved = curve - (curve.sum(-1) / count)[:, None]
        return xp.exp(-xp.sqrt((moved * moved).sum(-1) / count) / 3.0)
    moved = curve - (curve.sum(-1) / count)[:, None]
    spread = xp.sqrt((moved * moved).sum(-1)) + 1e-3
    return 0.5 + 0.5 * (moved @ xp.asarray(wanted / size, "float32")) / spread


def _two(points: tuple[float, ...]) -> tuple[float, ...]:
    return points if len(points) > 1 else points * 2


def compass(songs: Songs, low: float = 60, high: float = 81) -> Array:
    """How many notes lie between two MIDI numbers; those outside count less with their distance."""
    xp = songs.xp
    pitches = np.arange(256)
    away = np.maximum(np.maximum(low - pitches, pitches - high), 0)
    table = np.rint(240 * np.clip(1 - away / 12, 0, 1)).astype(np.uint8)
    inside = xp.look_up(xp.asarray(table), songs.pitch) * xp.cast(songs.struck, "uint8")
    return xp.total(inside) / (240 * songs.count)


def rhythm(songs: Songs, onsets: Sequence[float] = (), cycles: int = 1, density: float = 0.45) -> Array:
    """How near the onsets are to a pattern's (bars from the phrase's start), or how sturdy they are.

    By itself: near a density (notes a step), with notes on strong steps, and each bar akin to the one before.
    """
    xp, frame = songs.xp, songs.frame
    struck = songs.struck
    if len(onsets):
        wanted = np.zeros(frame.steps, bool)
        places = np.rint(np.array(onsets, float) * frame.bar).astype(int)
        for start in range(0, frame.steps, max(1, cycles * frame.bar)):
            inside = places + start
            wanted[inside[inside < frame.steps]] = True
        hits = xp.total(struck & xp.asarray(wanted))
        return 2.0 * hits / (songs.count + float(wanted.sum()) * songs.voices)
    share = songs.count / float(frame.steps * songs.voices)
    away = (share - density) / 0.2
    near = xp.exp(-away * away)
    weights = xp.asarray(np.rint(20 * frame.weights).astype(np.uint8))
    firm = xp.total(xp.cast(struck, "uint8") * weights) / (20 * songs.count)
    akin = near * 0 + 1.0
    if frame.steps > frame.bar:
        same = struck[..., frame.bar :] == struck[..., : -frame.bar]
        akin = xp.total(same) / float((frame.steps - frame.bar) * songs.voices)
    return near * 0.4 + xp.clip(firm * 1.8, 0.0, 1.0) * 0.3 + akin * 0.3


def returns(songs: Songs, amount: float = 0.7) -> Array:
    """How near the share of what comes back (a bar's rhythm and intervals) is to an amount, 0 to 1."""
    return 1.0 - abs(likeness_of_bars(songs) - amount) / max(amount, 1 - amount)


def likeness_of_bars(songs: Songs) -> Array:
    """How much each bar is like the likeliest of the bars 1, 2 and 4 before it, on average, 0 to 1."""
    xp, frame = songs.xp, songs.frame
    bars = frame.steps // frame.bar
    if bars < 2:
        return songs.count * 0 + 0.5
    size = bars * frame.bar
    # Rhythm and melody in one number a step: where nothing is struck a mark that is no interval.
    mark = xp.where(songs.struck, songs.interval, 100)[:, 0, :size]
    mark = mark.reshape(len(songs), bars, frame.bar)
    best: list[Any] = [None] * bars
    for lag in (1, 2, 4):
        if lag >= bars:
            break
        # The first interval of a bar hangs on the bar before: it does not count.
        same = mark[:, lag:, 1:] == mark[:, :-lag, 1:]
        likeness = xp.pieces(same, 1)[..., 0] / float(frame.bar - 1 or 1)
        for bar in range(lag, bars):
            here = likeness[:, bar - lag]
            known = best[bar]
            best[bar] = here if known is None else xp.where(here > known, here, known)
    total = best[1]
    for each in best[2:]:
        total = total + each
    return total / float(bars - 1)


def tension_curve(songs: Songs, curve: Any = "arch") -> Array:
    """How much tension rises and falls as a curve does: height, distance from the tonic's chord, notes."""
    xp, frame = songs.xp, songs.frame
    pieces = max(2, min(2 * frame.bars, frame.steps))
    table = _tension_table(frame.home.tonic)
    levels = (
        xp.cast(xp.look_up(xp.asarray(table), songs.line), "int16") + xp.cast(songs.struck, "int16") * 2500
    )
    return _correlation(songs, _pieces(songs, levels, pieces).sum(1) / 10000.0, curve)


@lru_cache(maxsize=16)
def _tension_table(tonic: int) -> Any:
    pitches = np.arange(256)
    height = np.clip((pitches - 48) / 36, 0, 1)
    return np.rint(10000 * (0.45 * height + 0.3 * DISSONANCE[(pitches - tonic) % 12])).astype(np.int16)


def likely(songs: Songs, table: Any, usual: float) -> Array:
    """The mean likelihood of an interval after the one before it, as a share of what is usual."""
    xp = songs.xp
    clipped = xp.clip(songs.interval, -12, 12) + 12
    before = xp.fill_forward(clipped, songs.inner)
    first = before[..., :1] * 0 + 12
    earlier = xp.concat([first, before[..., :-1]], -1)
    index = xp.cast(earlier, "int16") * 25 + xp.cast(clipped, "int16")
    nats = xp.rows(xp.asarray(table), index.reshape(-1)).reshape(index.shape) * xp.cast(
        songs.inner, "float32"
    )
    mean = nats.sum(-1).sum(-1) / songs.intervals
    return xp.clip(xp.exp(xp.clip(mean - usual, -8.0, 0.0)), 0.0, 1.0)


def resembles(songs: Songs, target: dict[str, Any]) -> Array:
    """How near a song is to a phrase: the same onsets, and the same line at each step."""
    xp = songs.xp
    other = _target(bytes(target["notes"]), int(target["length"]), songs.voices, songs.frame)
    wanted = xp.asarray(other.struck[0])
    hits = xp.total(songs.struck & wanted)
    onsets = 2.0 * hits / (songs.count + float(other.struck[0].sum()))
    near = xp.look_up(xp.asarray(_NEAR), songs.line - xp.asarray(other.line[0]))
    heard = xp.asarray(other.sounding[0].astype(np.float32))
    line = (near * heard).sum(-1).sum(-1) / max(1.0, float(other.sounding[0].sum()))
    return onsets * 0.5 + line * 0.5


_NEAR = np.exp(-np.abs((np.arange(256) + 128) % 256 - 128) / 2.0).astype(np.float32)


@lru_cache(maxsize=8)
def _target(notes: bytes, length: int, voices: int, frame: Frame) -> Songs:
    phrase = Phrase.unpack(
        {"notes": notes, "length": length, "metre": frame.metre, "key": "", "provenance": []}
    )
    return songs_of([phrase], voices, frame)


def over(songs: Songs, other: dict[str, Any]) -> Array:
    """How consonant the notes are with what another part plays at the same time."""
    xp = songs.xp
    heard = _sounding_classes(bytes(other["notes"]), songs.frame)
    if not heard.any():
        return songs.count * 0 + 1.0
    # For each step and pitch class how well it goes with what sounds there.
    welcome = np.zeros((songs.frame.steps, 12), np.float32)
    for away, good in enumerate((1, 0, 0.35, 0.9, 0.9, 0.75, 0.1, 1, 0.8, 0.85, 0.35, 0)):
        welcome += np.roll(heard, away, 1) * np.float32(good)
    welcome = np.where(heard.any(1)[:, None], welcome / np.maximum(1, heard.sum(1))[:, None], 1.0)
    place = xp.asarray(np.arange(songs.frame.steps) * 12, "int16")
    index = place + xp.cast(xp.look_up(xp.asarray(_CLASSES), songs.line), "int16")
    flat = xp.asarray(welcome.reshape(-1).astype(np.float32))
    weight = xp.cast(songs.sounding, "float32") * xp.asarray(0.3 + songs.frame.weights)
    good = xp.rows(flat, index.reshape(-1)).reshape(index.shape) * weight
    return good.sum(-1).sum(-1) / xp.clip(weight.sum(-1).sum(-1), 1e-6, 1e9)


@lru_cache(maxsize=8)
def _sounding_classes(notes: bytes, frame: Frame) -> Any:
    from livecode.music.phrase import NOTE

    found = np.zeros((frame.steps, 12), bool)
    for note in np.frombuffer(notes, NOTE):
        begin = round(int(note["onset"]) / frame.tick)
        end = max(begin + 1, round((int(note["onset"]) + int(note["duration"])) / frame.tick))
        found[begin:end, int(note["pitch"]) % 12] = True
    return found


def asked(songs: Songs, more: dict[str, float]) -> Array:
    """What `reward`, `suppress` and the sliders ask for: distances from what is usual, weighed."""
    from livecode.generators.evolution.features import attribute_columns

    return attribute_columns(songs, more)


TERMS: dict[str, Term] = {
    "asked": asked,
    "in_key": in_key,
    "small_leaps": small_leaps,
    "chords": chords,
    "contour": contour,
    "compass": compass,
    "rhythm": rhythm,
    "returns": returns,
    "tension_curve": tension_curve,
    "resembles": resembles,
    "over": over,
}
"""The terms that need nothing but the songs and plain parameters."""
