"""Recordings made for the tests: a machine, a drum loop, a melody, each by arithmetic alone."""

from __future__ import annotations

import numpy as np

RATE = 22050
MELODY = (60, 62, 64, 65, 67, 69, 71, 72, 72, 67, 64, 60, 62, 65, 59, 60)


def struck(sound: np.ndarray, at: float, made: np.ndarray) -> None:
    begin = round(at * RATE)
    room = min(len(made), len(sound) - begin)
    sound[begin : begin + room] += made[:room]


def machine() -> np.ndarray:
    """Ten seconds of something that turns, hums and thumps 1.7 times a second."""
    random = np.random.default_rng(1)
    time = np.arange(10 * RATE) / RATE
    sound = 0.05 * random.standard_normal(len(time)) * (1 + np.sin(2 * np.pi * 1.7 * time))
    sound += 0.2 * np.sin(2 * np.pi * 100 * time) * (0.6 + 0.4 * np.sin(2 * np.pi * 0.85 * time))
    short = np.arange(4000)
    for at in np.arange(0.2, 9.9, 1 / 1.7):
        struck(sound, at, 0.7 * np.exp(-short / 750) * np.sin(2 * np.pi * 70 * short / RATE))
    return sound


def drums() -> np.ndarray:
    """Sixteen beats at 120 a minute: kick, snare and eighths of hat."""
    random = np.random.default_rng(2)
    sound = np.zeros(8 * RATE)
    for eighth in range(32):
        short = np.arange(4500)
        if eighth % 4 == 0:
            swept = np.cumsum(50 + 80 * np.exp(-short / 300)) / RATE
            struck(sound, eighth / 4, np.exp(-short / 1250) * np.sin(2 * np.pi * swept))
        if eighth % 4 == 2:
            struck(sound, eighth / 4, 0.6 * np.exp(-short / 750) * random.standard_normal(len(short)))
        hiss = np.diff(np.exp(-short[:900] / 150) * random.standard_normal(900), prepend=0)
        struck(sound, eighth / 4, 0.3 * hiss)
    return sound


def melody() -> np.ndarray:
    """Sixteen notes of half a second with five partials."""
    sound = np.zeros(8 * RATE)
    time = np.arange(round(0.48 * RATE)) / RATE
    shape = np.minimum(1, np.minimum(time / 0.01, (0.48 - time) / 0.03))
    for number, pitch in enumerate(MELODY):
        hertz = 440 * 2 ** ((pitch - 69) / 12)
        made = sum(np.sin(2 * np.pi * hertz * partial * time) / partial for partial in range(1, 6))
        struck(sound, number / 2, made * shape)
    return sound


def speech() -> np.ndarray:
    """Four seconds of syllables: a gliding voice through two moving formants, with breaths between."""
    random = np.random.default_rng(3)
    sound = np.zeros(4 * RATE)
    at = 0.1
    while at < 3.7:
        length = random.uniform(0.12, 0.3)
        time = np.arange(round(length * RATE)) / RATE
        hertz = random.uniform(110, 150) * (1 - 0.2 * time / length)
        phase = 2 * np.pi * np.cumsum(hertz) / RATE
        first, second = random.uniform(300, 800), random.uniform(900, 2200)
        made = np.zeros(len(time))
        for partial in range(1, 30):
            here = partial * hertz.mean()
            weight = np.exp(-(((here - first) / 150) ** 2)) + 0.6 * np.exp(-(((here - second) / 250) ** 2))
            made += weight * np.sin(partial * phase)
        struck(sound, at, made * np.sin(np.pi * time / length))
        struck(sound, at + length, 0.15 * random.standard_normal(900) * np.hanning(900))
        at += length + random.uniform(0.04, 0.15)
    return sound


SOUNDS = {"machine": machine, "drums": drums, "melody": melody, "speech": speech}
