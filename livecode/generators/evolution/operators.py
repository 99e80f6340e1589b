"""What happens to songs between generations: crossings of two, and changes of one, for many songs at once.

Each takes songs (and mates) and gives as many new ones. Times are cut at bars where a musician would cut,
and anywhere where the operator's name says so. The random numbers are NumPy's everywhere, so that a seed
means the same on every device.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from livecode.generators.evolution.arrays import Array
from livecode.generators.evolution.home import HIGHEST_LETTER, LOWEST_LETTER
from livecode.generators.evolution.songs import FIELDS, Songs

Random = np.random.Generator
Crossing = Callable[[Songs, Songs, Random], Songs]
Change = Callable[[Songs, Random, float], Songs]

LENGTHS = np.array([1, 2, 2, 3, 4, 4, 6, 8], np.uint8)


# Crossings.


def swap_phrase(songs: Songs, mates: Songs, random: Random) -> Songs:
    """Some bars of the mate, from wherever they stand in it, in place of as many of the song's own."""
    frame = songs.frame
    bars = max(1, frame.steps // frame.bar)
    lengths = np.minimum(random.choice([1, 1, 2, 4], len(songs)), max(1, bars // 2))
    into = (random.random(len(songs)) * (bars - lengths + 1)).astype(int)
    out_of = (random.random(len(songs)) * (bars - lengths + 1)).astype(int)
    place = np.arange(frame.steps)[None, None, :]
    begin, end = (into * frame.bar)[:, None, None], ((into + lengths) * frame.bar)[:, None, None]
    inside = (place >= begin) & (place < end)
    if frame.steps == bars * frame.bar:
        # Whole bars are moved as they are, which is quicker than step by step.
        bar = np.arange(bars)[None, None, :]
        from_bar = np.clip(bar + (out_of - into)[:, None, None], 0, bars - 1)
        part = np.arange(len(songs) * songs.voices).reshape(len(songs), songs.voices, 1)
        rows = (part * bars + from_bar).reshape(-1)
        shape = songs.note.shape
        moved = {
            name: songs.xp.rows(array.reshape(-1, frame.bar), rows).reshape(shape)
            for name, array in mates.fields.items()
        }
        return _mixed(songs, songs.having(**moved), inside)
    source = np.clip(place + ((out_of - into) * frame.bar)[:, None, None], 0, frame.steps - 1)
    return _mixed(songs, _moved(mates, source), inside)


def one_point(songs: Songs, mates: Songs, random: Random) -> Songs:
    """The song up to a step, its mate from there on."""
    steps = songs.frame.steps
    cut = random.integers(1, max(2, steps), len(songs))[:, None, None]
    return _mixed(songs, mates, np.arange(steps)[None, None, :] >= cut)


def two_points(songs: Songs, mates: Songs, random: Random) -> Songs:
    """The mate between two steps, the song outside."""
    steps = songs.frame.steps
    cuts = np.sort(random.integers(0, steps + 1, (len(songs), 2)), axis=1)
    place = np.arange(steps)[None, None, :]
    return _mixed(songs, mates, (place >= cuts[:, :1, None]) & (place < cuts[:, 1:, None]))


def exchange_voices(songs: Songs, mates: Songs, random: Random) -> Songs:
    """Some of the song's parts from its mate; of songs with one part, the mate's rhythm."""
    if songs.voices == 1:
        return songs.having(rest=mates.rest, duration=mates.duration)
    return _mixed(songs, mates, random.random((len(songs), songs.voices, 1)) < 0.5)


def alone(songs: Songs, mates: Songs, random: Random) -> Songs:
    """No crossing: the song goes on by itself."""
    return songs


CROSSINGS: dict[str, tuple[Crossing, float]] = {
    "phrase swap": (swap_phrase, 0.35),
    "one-point crossover": (one_point, 0.15),
    "two-point crossover": (two_points, 0.2),
    "exchange of voices": (exchange_voices, 0.1),
    "no crossing": (alone, 0.2),
}
"""Each with the share of children it makes."""


# Changes.


def change_notes(songs: Songs, random: Random, strength: float) -> Songs:
    """Here and there another letter near by, now and then another accidental."""
    xp, shape = songs.xp, songs.note.shape
    chosen = random.random(shape, dtype=np.float32) < 0.12 * strength
    steps = random.choice(np.array([-4, -2, -2, -1, -1, -1, 1, 1, 1, 2, 2, 4], np.int8), shape)
    note = _kept(songs, songs.note + xp.asarray(np.where(chosen, steps, 0).astype(np.int8)))
    bent = chosen & (random.random(shape, dtype=np.float32) < 0.3)
    accidental = random.choice(np.array([-1, 0, 0, 0, 0, 1], np.int8), shape)
    return songs.having(
        note=note, accidental=xp.where(xp.asarray(bent), xp.asarray(accidental), songs.accidental)
    )


def change_rhythm(songs: Songs, random: Random, strength: float) -> Songs:
    """Here and there a note more or less, longer or shorter, louder or softer; strong steps wake sooner."""
    xp, shape = songs.xp, songs.note.shape
    draw = random.random(shape, dtype=np.float32)
    wakes = xp.asarray(draw < (0.04 + 0.12 * songs.frame.weights) * strength)
    sleeps = xp.asarray(draw > 1 - (0.16 - 0.1 * songs.frame.weights) * strength)
    rest = (songs.rest & ~wakes) | (songs.struck & sleeps)
    timed = xp.asarray(random.random(shape, dtype=np.float32) < 0.1 * strength)
    duration = xp.where(timed, xp.asarray(random.choice(LENGTHS, shape)), songs.duration)
    louder = random.integers(-12, 13, shape).astype(np.int16) * (random.random(shape, dtype=np.float32) < 0.1)
    velocity = xp.clip(xp.cast(songs.velocity, "int16") + xp.asarray(louder, "int16"), 30, 120)
    return songs.having(rest=rest, duration=duration, velocity=xp.cast(velocity, "uint8"))


def transpose(songs: Songs, random: Random, strength: float) -> Songs:
    """Some bars of a part moved by steps of the scale."""
    xp = songs.xp
    inside, _, _ = _span(songs, random)
    steps = random.choice(np.array([-7, -4, -3, -2, -1, 1, 2, 3, 4, 7], np.int8), (len(songs), 1, 1))
    return songs.having(
        note=_kept(songs, songs.note + xp.asarray(np.where(inside, steps, 0).astype(np.int8)))
    )


def invert(songs: Songs, random: Random, strength: float) -> Songs:
    """Some bars of a part upside down, around their first note."""
    xp = songs.xp
    inside, begin, _ = _span(songs, random)
    axis = xp.along(songs.note, begin)
    mask = xp.asarray(inside)
    turned = xp.cast(xp.clip(xp.cast(axis, "int16") * 2 - xp.cast(songs.note, "int16"), -127, 127), "int8")
    note = xp.where(mask, turned, songs.note)
    return songs.having(
        note=_kept(songs, note), accidental=xp.where(mask, -songs.accidental, songs.accidental)
    )


def retrograde(songs: Songs, random: Random, strength: float) -> Songs:
    """Some bars of a part backwards, each note keeping its length."""
    inside, begin, end = _span(songs, random)
    place = np.arange(songs.frame.steps)[None, None, :]
    before = np.where(inside, begin + end - 1 - place, place)
    return backwards(songs, inside, before, begin, end)


def backwards(songs: Songs, inside: Array, before: Any, begin: Any, end: Any) -> Songs:
    """Notes that end at step `before` begin at each step inside."""
    xp = songs.xp
    place = xp.asarray(np.arange(songs.frame.steps)[None, None, :])
    sounding, struck = songs.sounding, songs.struck
    silent = ~sounding[..., 1:] | struck[..., 1:]
    last = xp.concat([silent, sounding[..., :1] | ~sounding[..., :1]], -1) | (place == xp.asarray(end) - 1)
    ends = sounding & last & (songs.last >= xp.asarray(begin, "int16"))
    there = xp.along(ends, before)
    source = xp.index(xp.along(songs.last, before))
    moved = {name: xp.along(array, source) for name, array in songs.fields.items()}
    lasts = xp.cast(xp.asarray(before) - source + 1, "uint8")
    moved["rest"], moved["duration"] = ~there, lasts
    return _mixed(songs, songs.having(**moved), inside)


def augment(songs: Songs, random: Random, strength: float) -> Songs:
    """The first half of some bars at half speed in place of the whole, or all at double speed, twice."""
    xp = songs.xp
    inside, begin, end = _span(songs, random)
    place = np.arange(songs.frame.steps)[None, None, :]
    slower = random.random((len(songs), 1, 1)) < 0.5
    away = place - begin
    size = np.maximum(1, end - begin)
    source = np.clip(begin + np.where(slower, away // 2, (away * 2) % size), 0, songs.frame.steps - 1)
    moved = _moved(songs, source)
    hidden = xp.asarray(slower & (away % 2 == 1))
    lasts = xp.cast(moved.duration, "int16")
    lasts = xp.clip(xp.where(xp.asarray(slower), lasts * 2, (lasts + 1) // 2), 1, 255)
    moved = moved.having(rest=moved.rest | hidden, duration=xp.cast(lasts, "uint8"))
    return _mixed(songs, moved, inside)


def sort(songs: Songs, random: Random, strength: float) -> Songs:
    """The notes of some bars of a part in rising or falling order, in the rhythm they had."""
    xp = songs.xp
    inside, _, _ = _span(songs, random)
    chosen = xp.asarray(inside) & songs.struck
    sign = xp.asarray(np.where(random.random((len(songs), 1, 1)) < 0.5, 1, -1).astype(np.int8))
    slots = xp.argsort(xp.where(chosen, xp.cast(songs.note * 0, "int8"), 1))
    ranked = xp.argsort(xp.where(chosen, songs.note * sign, 127))
    note = xp.put(songs.note, slots, xp.along(songs.note, ranked))
    return songs.having(
        note=note, accidental=xp.put(songs.accidental, slots, xp.along(songs.accidental, ranked))
    )


def slide(songs: Songs, random: Random, strength: float) -> Songs:
    """Here and there a note that is slid into from the one before, or no more."""
    xp = songs.xp
    chosen = xp.asarray(random.random(songs.note.shape, dtype=np.float32) < 0.06 * strength)
    return songs.having(slide=xp.where(chosen, 1 - abs(songs.slide), songs.slide))


CHANGES: dict[str, tuple[Change, float]] = {
    "note mutation": (change_notes, 0.3),
    "rhythm mutation": (change_rhythm, 0.2),
    "transposition": (transpose, 0.08),
    "inversion": (invert, 0.05),
    "retrograde": (retrograde, 0.05),
    "augmentation": (augment, 0.05),
    "sort": (sort, 0.05),
    "slide": (slide, 0.04),
    "splice": (lambda songs, random, strength: songs, 0.08),
    "no change": (lambda songs, random, strength: songs, 0.1),
}
"""Each with the share of children it changes; a splice takes its bars from a bank by `swap_phrase`."""


# How they are done.


def _mixed(songs: Songs, others: Songs, mask: Any) -> Songs:
    """The others' genes where the mask says so."""
    xp = songs.xp
    chosen = xp.asarray(mask)
    mine, theirs = songs.fields, others.fields
    return songs.having(**{name: xp.where(chosen, theirs[name], mine[name]) for name in FIELDS})


def _moved(songs: Songs, source: Any) -> Songs:
    """At each step the genes of another."""
    xp = songs.xp
    index = xp.index(xp.asarray(source))
    return songs.having(**{name: xp.along(array, index) for name, array in songs.fields.items()})


def _span(songs: Songs, random: Random) -> tuple[Any, Any, Any]:
    """Some whole bars of one part, or of all: where it holds, and each song's first and end step."""
    frame, count = songs.frame, len(songs)
    bars = max(1, frame.steps // frame.bar)
    length = (random.random(count) ** 2 * bars).astype(int) + 1
    first = (random.random(count) * (bars - length + 1)).astype(int)
    begin = (first * frame.bar)[:, None, None]
    end = np.minimum((first + length) * frame.bar, frame.steps)[:, None, None]
    part = random.integers(-1, songs.voices, count)[:, None, None]
    place = np.arange(frame.steps)[None, None, :]
    voice = np.arange(songs.voices)[None, :, None]
    return (place >= begin) & (place < end) & ((part < 0) | (voice == part)), begin, end


def _kept(songs: Songs, note: Array) -> Array:
    """Letters folded back into the compass of the instrument's notes by octaves."""
    xp = songs.xp
    note = xp.where(note > HIGHEST_LETTER - 3, note - 14, note)
    return xp.where(note < LOWEST_LETTER + 7, note + 14, note)
