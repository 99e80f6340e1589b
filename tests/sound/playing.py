"""Music whose notes are known, as sound, to measure what the ear hears: sums of sines and noise, made here.

    sound, notes = melody("pluck", tempo=112, seed=1, drums=True)

`notes` are (second, seconds, MIDI pitch). Kinds: "pluck" (a string that dies away), "vibrato" (a wind that
wavers by a third of a semitone, 5.5 times a second), "legato" (a wind whose notes touch).
"""

from __future__ import annotations

from typing import Any

import numpy as np

RATE = 48000
Heard = list[tuple[float, float, int]]
RHYTHMS = (
    (1, 1, 1, 1),
    (0.5, 0.5, 1, 0.5, 0.5, 1),
    (1.5, 0.5, 1, 1),
    (0.5, 0.5, 0.5, 0.5, 2),
    (0.25, 0.25, 0.5, 1, 2),
)
SCALE = (0, 2, 3, 5, 7, 8, 10, 12, 14, 15, 17, 19)


def melody(
    kind: str,
    tempo: float = 112.0,
    seed: int = 1,
    bars: int = 8,
    drums: bool = False,
    low: int = 57,
    lead: float = 0.5,
) -> tuple[Any, Heard]:
    """A melody in a minor key, alone or with drums; the first note comes after `lead` seconds."""
    random = np.random.default_rng(seed)
    beat = 60 / tempo
    notes: Heard = []
    degree, at = 4, lead
    for _ in range(bars):
        for length in RHYTHMS[int(random.integers(len(RHYTHMS)))]:
            degree = int(np.clip(degree + random.integers(-2, 3), 0, len(SCALE) - 1))
            if random.random() < 0.92:
                share = 1.0 if kind == "legato" else 0.85
                notes.append((at, length * beat * share, low + SCALE[degree]))
            at += length * beat
    sound = np.zeros(int((at + 1.0) * RATE))
    for begin, length, pitch in notes:
        loud = 0.22 + 0.12 * random.random()
        add(sound, begin, tone(kind, pitch, length, loud, random))
    if drums:
        for number in range(int((at - lead) / (beat / 2))):
            begin = lead + number * beat / 2
            add(sound, begin, hat(random) * 0.05)
            if number % 4 == 0:
                add(sound, begin, kick() * 0.22)
            if number % 4 == 2:
                add(sound, begin, snare(random) * 0.10)
    return sound.astype(np.float32), notes


def tone(kind: str, pitch: int, length: float, loud: float, random: Any) -> Any:
    """One note."""
    hertz = 440 * 2 ** ((pitch - 69) / 12)
    if kind == "pluck":
        time = np.arange(int((length + 0.08) * RATE)) / RATE
        partials = range(1, max(2, min(14, int(9000 / hertz))))
        wave = sum(
            np.sin(2 * np.pi * hertz * n * np.sqrt(1 + 0.00008 * n * n) * time + random.random() * 6)
            * np.exp(-time * (1.6 + 0.9 * n))
            / n**1.1
            for n in partials
        )
        wave = wave + random.standard_normal(len(time)) * np.exp(-time / 0.003) * 0.25
        edge = np.minimum(1, time / 0.0015) * np.clip((length + 0.08 - time) / 0.06, 0, 1)
    else:
        time = np.arange(int(length * RATE)) / RATE
        depth = 0.33 if kind == "vibrato" else 0.06
        bent = 2 ** (depth * np.sin(2 * np.pi * 5.5 * time) * np.clip(time / 0.15, 0, 1) / 12)
        phase = 2 * np.pi * np.cumsum(hertz * bent) / RATE
        wave = sum(np.sin(n * phase) / n**1.4 for n in range(1, 7))
        wave = wave + random.standard_normal(len(time)) * 0.01
        edge = np.minimum(1, time / 0.02) * np.clip((length - time) / 0.03, 0, 1)
    return wave * edge * loud


def kick() -> Any:
    """A bass drum."""
    time = np.arange(int(0.25 * RATE)) / RATE
    return np.sin(2 * np.pi * (48 * time + 30 * (1 - np.exp(-time * 30)) / 3)) * np.exp(-time * 14)


def snare(random: Any) -> Any:
    """A snare drum."""
    time = np.arange(int(0.2 * RATE)) / RATE
    return random.standard_normal(len(time)) * np.exp(-time * 22) + np.sin(2 * np.pi * 190 * time) * np.exp(
        -time * 25
    )


def hat(random: Any) -> Any:
    """A closed hi-hat."""
    time = np.arange(int(0.06 * RATE)) / RATE
    noise = np.diff(random.standard_normal(len(time) + 1))
    return noise * np.exp(-time * 80)


def add(sound: Any, begin: float, wave: Any) -> None:
    """A note laid into the whole."""
    first = int(begin * RATE)
    last = min(len(sound), first + len(wave))
    sound[first:last] += wave[: last - first]
