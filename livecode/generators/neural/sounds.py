"""Sound files in and out for nets of sound, and how far two sounds are apart in their statistics."""

from __future__ import annotations

import os
import struct
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from livecode.errors import FileProblem

RATE = 32000
WINDOW, HOP = 1024, 256
LOUD = 0.1
"""The RMS that sounds are brought to before a net hears them."""
SEAM = 0.06
"""Seconds over which the end of a sound is faded into its beginning, so that it loops."""
BANDS, MODULATIONS = 24, (2.0, 4.0, 8.0, 16.0, 32.0, 64.0)

Floats = npt.NDArray[np.float32]


def read(path: str, longest: float) -> Floats:
    """A sound file as one channel at RATE, at most so many seconds; FileProblem in one line."""
    import soundfile
    import soxr

    name = Path(path).name
    try:
        with soundfile.SoundFile(path) as file:
            sound = file.read(
                min(file.frames, round(longest * file.samplerate)), dtype="float32", always_2d=True
            )
            rate = file.samplerate
    except (soundfile.LibsndfileError, OSError) as problem:
        reason = "there is no such file" if not Path(path).exists() else f"it is no sound file ({problem})"
        raise FileProblem(f"{name} cannot be heard: {' '.join(reason.split())}") from None
    mono = np.nan_to_num(sound.mean(axis=1), nan=0.0, posinf=0.0, neginf=0.0)
    if len(mono) < 0.2 * rate:
        raise FileProblem(f"{name} lasts {1000 * len(mono) / rate:.0f} ms: give at least 0.2 seconds")
    mono = soxr.resample(mono, rate, RATE) if rate != RATE else mono
    level = float(np.sqrt(np.mean(mono**2)))
    if level < 1e-5:
        raise FileProblem(f"{name} is silent: record it louder, or give another file")
    brought: Floats = (mono * (LOUD / level)).astype(np.float32)
    return brought


def loop(sound: Floats) -> tuple[Floats, tuple[int, int]]:
    """The sound with its end faded into its beginning, and the frames between which it loops: all of it."""
    seam = min(round(SEAM * RATE), len(sound) // 4)
    rising = np.sin(np.linspace(0, np.pi / 2, seam, dtype=np.float32))
    body = sound[:-seam].copy()
    body[:seam] = body[:seam] * rising + sound[-seam:] * rising[::-1]
    return body, (0, len(body) - 1)


def write(path: str, sound: Floats, edges: tuple[int, int]) -> None:
    """A float WAV with its loop points ("smpl" chunk), whole or not at all."""
    import soundfile

    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.stem}.{os.getpid()}.wav")
    peak = float(np.abs(sound).max()) or 1.0
    soundfile.write(str(part), sound * min(1.0, 0.89 / peak) if peak > 0.89 else sound, RATE, subtype="FLOAT")
    data = bytearray(part.read_bytes())
    sampled = struct.pack("<9I", 0, 0, round(1e9 / RATE), 60, 0, 0, 0, 1, 0)
    sampled += struct.pack("<6I", 0, 0, edges[0], edges[1], 0, 0)
    data += b"smpl" + struct.pack("<I", len(sampled)) + sampled
    data[4:8] = struct.pack("<I", len(data) - 8)
    part.write_bytes(bytes(data))
    part.replace(place)


def statistics(sound: Floats) -> npt.NDArray[np.float64]:
    """What a texture sounds like: level and spread of each band in dB, how neighbours go together, how fast
    each moves. After J. McDermott and E. Simoncelli, "Sound texture perception via statistics" (2011)."""
    window = np.hanning(WINDOW)
    frames = max(2, 1 + (len(sound) - WINDOW) // HOP)
    padded = np.pad(sound, (0, max(0, WINDOW + (frames - 1) * HOP - len(sound))))
    cut = padded[np.arange(frames)[:, None] * HOP + np.arange(WINDOW)]
    power = np.abs(np.fft.rfft(cut * window, axis=1)) ** 2
    edges = np.searchsorted(np.fft.rfftfreq(WINDOW, 1 / RATE), np.geomspace(60, 15000, BANDS + 1))
    bands = np.stack([power[:, a : max(a + 1, b)].mean(axis=1) for a, b in pairwise(edges)], axis=1)
    level = 10 * np.log10(bands + 1e-9)
    centred = level - level.mean(axis=0)
    spread = centred.std(axis=0)
    together = (centred[:, 1:] * centred[:, :-1]).mean(axis=0) / (spread[1:] * spread[:-1] + 1e-6)
    moving = np.abs(np.fft.rfft(centred * np.hanning(frames)[:, None], axis=0)) ** 2
    speeds = np.fft.rfftfreq(frames, HOP / RATE)
    fast = [
        np.log10(moving[(speeds >= low) & (speeds < 2 * low)].mean(axis=0) + 1e-3)
        if ((speeds >= low) & (speeds < 2 * low)).any()
        else np.zeros(BANDS)
        for low in MODULATIONS
    ]
    # Each kind of statistic counts alike: 10 dB of level, 5 of spread, a whole of agreement, a factor of ten.
    return np.concatenate([level.mean(axis=0) / 10, spread / 5, together, *fast])


def distance(one: Floats, other: Floats) -> float:
    """How far two sounds are apart in their statistics, loudness left aside."""
    brought = [sound / (float(np.sqrt(np.mean(sound**2))) or 1.0) * LOUD for sound in (one, other)]
    return float(np.sqrt(np.mean((statistics(brought[0]) - statistics(brought[1])) ** 2)))
