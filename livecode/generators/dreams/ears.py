"""What is heard in a recording: its loudness in perceptual bands, onsets, beat, pitches. Runs in a worker.

Bands are E. Zwicker's 24 critical bands ("Subdivision of the audible frequency range into critical bands",
1961), the division on which MP3's masking rests; loudness is S. S. Stevens' power law. Four groups of bands
become four voices. One-voiced pitch is SwiftF0's (a small net in the package of that name); where it is not
sure, the strongest partial of each group is taken, refined between the bins.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.errors import FileProblem

Floats = npt.NDArray[np.float64]

RATE = 22050
HOP = 256
WINDOW = 2048
LONGEST = 600.0
"""Seconds of the longest recording that is heard."""
SHORTEST = 0.1
QUIET = 10 ** (-70 / 20)
EDGES = (
    20, 100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720, 2000, 2320, 2700, 3150, 3700, 4400,
    5300, 6400, 7700, 9500, 11000,
)  # fmt: skip
"""Edges of the critical bands in Hz, as far as the rate reaches."""
GROUPS = ((17, 24), (10, 17), (4, 10), (0, 4))
"""Which critical bands each voice is heard in, the top voice first."""
VOICED = 0.6
LEAD = 8
"""Frames of silence put before a recording."""
TONE = 6.0
"""How many times louder than what lies around it a partial must be."""
MOVING = 1.0
"""Semitones by which the pitch of a melody spreads; what spreads less is a hum."""
SLOWEST, FASTEST, USUAL = 60.0, 180.0, 110.0
"""Beats a minute that are looked for, and what is thought likely when several fit."""


def read(path: str) -> tuple[Floats, float]:
    """A recording as one channel at RATE, level, and its length in seconds; FileProblem in one line."""
    import soundfile
    import soxr

    name = Path(path).name
    try:
        about = soundfile.info(path)
    except (soundfile.LibsndfileError, OSError) as problem:
        reason = "there is no such file" if not Path(path).exists() else f"it is no sound file ({problem})"
        raise FileProblem(f"{name} cannot be heard: {' '.join(reason.split())}") from None
    if about.duration > LONGEST:
        minutes = about.duration / 60
        raise FileProblem(
            f"{name} lasts {minutes:.0f} minutes: cut out a part of at most {LONGEST / 60:.0f} to dream of"
        )
    try:
        sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError, MemoryError) as problem:
        raise FileProblem(f"{name} is damaged: {' '.join(str(problem).split())}") from None
    mono = np.nan_to_num(sound.mean(axis=1), nan=0.0, posinf=0.0, neginf=0.0)
    if len(mono) < SHORTEST * rate:
        raise FileProblem(f"{name} lasts {1000 * len(mono) / rate:.0f} ms: give at least a tenth of a second")
    mono = soxr.resample(mono, rate, RATE) if rate != RATE else mono
    level = mono.astype(np.float64) - mono.mean()
    peak = float(np.abs(level).max())
    if peak < QUIET:
        raise FileProblem(f"{name} is silent: record it louder, or give another file")
    return level / peak, len(level) / RATE


def spectrogram(sound: Floats) -> Floats:
    """Magnitudes (frames, bins), a frame every HOP samples."""
    padded = np.pad(sound, (WINDOW // 2, WINDOW // 2))
    frames = 1 + (len(padded) - WINDOW) // HOP
    window = np.hanning(WINDOW)
    found = np.empty((frames, WINDOW // 2 + 1), np.float32)
    for begin in range(0, frames, 512):
        some = np.arange(begin, min(begin + 512, frames))
        cut = padded[some[:, None] * HOP + np.arange(WINDOW)]
        found[some] = np.abs(np.fft.rfft(cut * window, axis=1))
    return found.astype(np.float64)


def loudness(magnitudes: Floats) -> Floats:
    """How loud each critical band is in each frame (frames, bands), in units that add up."""
    frequencies = np.fft.rfftfreq(WINDOW, 1 / RATE)
    bins = np.searchsorted(frequencies, EDGES)
    power = np.stack([(magnitudes[:, a : max(a + 1, b)] ** 2).sum(axis=1) for a, b in pairwise(bins)], axis=1)
    # What is strong masks its neighbours: about 25 dB a band downwards and 10 upwards (Zwicker).
    spread = power.copy()
    spread[:, 1:] = np.maximum(spread[:, 1:], power[:, :-1] * 0.1)
    spread[:, :-1] = np.maximum(spread[:, :-1], power[:, 1:] * 0.003)
    heard = np.where(power >= spread * 0.5, power, 0.0)
    found: Floats = heard**0.23
    return found


def onsets(envelope: Floats, least: float = 0.06) -> npt.NDArray[np.int64]:
    """The frames at which something begins, from how much loudness rises; at least `least` seconds apart."""
    smooth = np.convolve(envelope, np.ones(3) / 3, mode="same")
    rise = np.maximum(0, smooth - np.concatenate([smooth[:1].repeat(3), smooth[:-3]]))
    if not rise.any():
        return np.zeros(0, np.int64)
    width = round(0.4 * RATE / HOP)
    around = np.convolve(np.pad(rise, width, mode="edge"), np.ones(2 * width + 1) / (2 * width + 1), "valid")
    threshold = 1.4 * around + 0.06 * float(np.quantile(rise, 0.995))
    gap = max(1, round(least * RATE / HOP))
    found: list[int] = []
    for frame in np.flatnonzero(rise > threshold):
        peak = rise[max(0, frame - 2) : frame + 3].max()
        if rise[frame] < peak:
            continue
        if found and frame - found[-1] < gap:
            continue
        found.append(int(frame))
    # The rise is seen three frames late, its peak about two after the beginning.
    return np.maximum(np.array(found, np.int64) - 2, 0)


def beat(envelope: Floats) -> tuple[float, float]:
    """Beats a minute and how sure that is, 0 to 1, from how the onsets repeat."""
    rise = np.maximum(0, np.diff(envelope, prepend=envelope[:1]))
    rise = rise - rise.mean()
    if len(rise) < 64 or not rise.any():
        return USUAL, 0.0
    size = 1 << (2 * len(rise) - 1).bit_length()
    spectrum = np.fft.rfft(rise, size)
    repeated = np.fft.irfft(np.abs(spectrum) ** 2)[: len(rise)]
    # What is far away has fewer chances to agree.
    repeated = repeated / np.maximum(len(rise) - np.arange(len(rise)), len(rise) / 4)
    per_minute = 60 * RATE / HOP
    lags = np.arange(max(2, round(per_minute / FASTEST)), min(len(rise) - 1, round(per_minute / SLOWEST)) + 1)
    if len(lags) < 3:
        return USUAL, 0.0
    tempos = per_minute / lags
    likely = np.exp(-0.5 * (np.log2(tempos / USUAL) / 0.7) ** 2)
    double = np.minimum(2 * lags, len(repeated) - 1)
    scores = (repeated[lags] + 0.5 * repeated[double]) * likely
    best = int(scores.argmax())
    sure = float(np.clip(repeated[lags[best]] / max(repeated[0], 1e-12), 0, 1))
    lag = float(lags[best])
    if 0 < best < len(lags) - 1:
        a, b, c = scores[best - 1 : best + 2]
        lag += 0.5 * (a - c) / (a - 2 * b + c) if a - 2 * b + c else 0.0
    return per_minute / lag, sure


def melody(sound: Floats) -> tuple[Floats, Floats]:
    """Pitch in MIDI numbers and how sure it is, frame by frame; nothing is sure without the net."""
    frames = 1 + len(sound) // HOP
    try:
        import soxr
        from swift_f0 import SwiftF0
    except ImportError:
        return np.zeros(frames), np.zeros(frames)
    low = soxr.resample(sound.astype(np.float32), RATE, 16000)
    heard = SwiftF0(threads=1).detect(low, 16000)
    times = np.arange(frames) * HOP / RATE
    place = np.clip(np.searchsorted(heard.timestamps, times), 0, len(heard.timestamps) - 1)
    hertz = np.asarray(heard.pitch_hz, np.float64)[place]
    sure = np.asarray(heard.confidence, np.float64)[place]
    pitch = 69 + 12 * np.log2(np.maximum(hertz, 1e-3) / 440)
    return np.where(hertz > 0, pitch, 0.0), np.where(hertz > 0, sure, 0.0)


def partial(spectrum: Floats, low: float, high: float) -> tuple[float, float]:
    """The strongest partial between two frequencies: its MIDI number, and how far it stands out."""
    frequencies = np.fft.rfftfreq(WINDOW, 1 / RATE)
    first, last = np.searchsorted(frequencies, (low, high))
    here = spectrum[first : max(first + 3, last)]
    place = int(here.argmax())
    around = float(np.median(spectrum[max(0, first + place - 10) : first + place + 11]))
    if around <= 0:
        return 0.0, 0.0
    at = float(first + place)
    if 0 < place < len(here) - 1:
        a, b, c = np.log(here[place - 1 : place + 2] + 1e-12)
        at += float(0.5 * (a - c) / (a - 2 * b + c)) if a - 2 * b + c else 0.0
    hertz = max(at, 0.5) * RATE / WINDOW
    return 69 + 12 * float(np.log2(hertz / 440)), float(here[place]) / around


def analyse(request: dict[str, Any]) -> dict[str, Any]:
    """Everything that is heard, as plain data.

    `seconds`, `bpm` and `sure` (of the beat), `first` (seconds, the first onset), `melodic` (how much of it
    has one sure pitch), and `notes`: voice, begin and end in seconds, pitch in MIDI numbers (0 where it is
    noise), `height` (0 to 1, where in its bands the sound lies), loudness 0 to 1.
    """
    sound, seconds = read(str(request["path"]))
    # Silence before it, so that what begins at once is seen to begin.
    sound = np.concatenate([np.zeros(LEAD * HOP), sound])
    magnitudes = spectrogram(sound)
    bands = loudness(magnitudes)
    total = bands.sum(axis=1)
    bpm, sure = beat(total)
    pitch, voiced = melody(sound)
    frames = len(total)
    pitch, voiced = (np.pad(each, (0, max(0, frames - len(each))))[:frames] for each in (pitch, voiced))
    audible = total > 0.15 * total.max()
    melodic = float((voiced[audible] > VOICED).mean()) if audible.any() else 0.0
    notes: list[dict[str, float]] = []
    sure_pitch = pitch[audible & (voiced > VOICED)]
    if not len(sure_pitch) or float(sure_pitch.std()) < MOVING:
        melodic = 0.0
    sung = _sung(pitch, voiced, total) if melodic > 0.35 else []
    for voice, (low, high) in enumerate(GROUPS):
        if sung and voice == 0:
            notes += [{**note, "voice": 0} for note in sung]
            continue
        edges = EDGES[low], EDGES[min(high, len(EDGES) - 1)]
        notes += _struck(voice, bands[:, low:high], magnitudes, edges)
    if not notes:
        name = Path(str(request["path"])).name
        raise FileProblem(f"nothing begins in {name}: it is one steady sound, give one that changes")
    plain = [{name: float(value) for name, value in note.items()} for note in notes]
    for note in plain:
        note["begin"] -= LEAD * HOP / RATE
        note["end"] -= LEAD * HOP / RATE
    first = min(note["begin"] for note in plain)
    return {
        "seconds": float(seconds), "bpm": float(bpm), "sure": float(sure), "melodic": melodic,
        "first": first, "notes": plain,
    }  # fmt: skip


def _sung(pitch: Floats, voiced: Floats, total: Floats) -> list[dict[str, float]]:
    """Notes of one voice: where a sure pitch stays within a semitone, cut where it is struck again."""
    per_second = RATE / HOP
    struck = set(onsets(total).tolist())
    found: list[dict[str, float]] = []
    begin, kept = -1, [0.0]
    loudest = float(total.max())

    def close(end: int) -> None:
        if begin >= 0 and end - begin >= 5:
            loud = float(total[begin:end].max()) / loudest
            found.append(
                {"begin": begin / per_second, "end": end / per_second, "pitch": float(np.median(kept)),
                 "height": 0.5, "loudness": loud}
            )  # fmt: skip

    for frame in range(len(pitch)):
        sure = voiced[frame] > VOICED
        moved = begin >= 0 and abs(pitch[frame] - np.median(kept[-12:])) > 0.8
        again = frame in struck and begin >= 0 and frame - begin > 5
        if begin >= 0 and (not sure or moved or again):
            close(frame)
            begin = -1
        if sure and begin < 0:
            begin, kept = frame, [float(pitch[frame])]
        elif sure:
            kept.append(float(pitch[frame]))
    close(len(pitch))
    return found


def _struck(
    voice: int, bands: Floats, magnitudes: Floats, edges: tuple[float, float]
) -> list[dict[str, float]]:
    """Notes of a group of bands: from each onset until it has faded or the next begins."""
    envelope = bands.sum(axis=1)
    loudest = float(envelope.max())
    if loudest <= 0:
        return []
    per_second = RATE / HOP
    begins = onsets(envelope)
    if not len(begins) and envelope.mean() > 0.3 * loudest:
        begins = np.array([int((envelope > 0.2 * loudest).argmax())])
    found: list[dict[str, float]] = []
    weights = np.arange(bands.shape[1]) + 0.5
    for begin, following in zip(begins, [*begins[1:], len(envelope)]):
        peak = float(envelope[begin : begin + 8].max())
        if peak < 0.12 * loudest:
            continue
        faded = np.flatnonzero(envelope[begin + 4 : following] < 0.4 * peak)
        end = int(begin + 4 + faded[0]) if len(faded) else int(following)
        end = max(end, int(begin) + 5)
        spectrum = magnitudes[begin : min(end, begin + 24)].mean(axis=0)
        pitch, tone = partial(spectrum, *edges)
        energy = bands[begin:end].mean(axis=0)
        height = float((energy * weights).sum() / max(energy.sum(), 1e-12) / bands.shape[1])
        found.append(
            {"voice": voice, "begin": begin / per_second, "end": end / per_second,
             "pitch": pitch if tone > TONE else 0.0, "height": height, "loudness": peak / loudest}
        )  # fmt: skip
    return found
