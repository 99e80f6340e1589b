"""What tests measure of a sound: level, pitch, spectrum."""

from __future__ import annotations

import numpy as np

RATE = 48000


def decibels(value: float) -> float:
    return 20 * np.log10(max(float(value), 1e-9))


def rms(signal: np.ndarray) -> float:
    """Root mean square in dB over all channels."""
    return decibels(np.sqrt(np.mean(np.square(signal, dtype=np.float64)))) if len(signal) else -180.0


def peak(signal: np.ndarray) -> float:
    return decibels(np.abs(signal).max()) if len(signal) else -180.0


def loudest(signal: np.ndarray, seconds: float = 0.1) -> float:
    """The level of the loudest stretch of so many seconds, in dB."""
    size = int(seconds * RATE)
    return max(rms(signal[start : start + size]) for start in range(0, max(1, len(signal) - size), size // 2))


def partial(signal: np.ndarray, freq: float, window: float = 0.35) -> tuple[float, float]:
    """How far a partial near `freq` lies from it, in cents, and its level in dB.

    Demodulates by `freq` and follows the phase from one window to the next, which resolves hundredths
    of a cent where an FFT of the same length would not resolve a semitone.
    """
    size, hop = int(window * RATE), int(0.05 * RATE)
    shape = np.hanning(size)
    kernel = shape * np.exp(-2j * np.pi * freq * np.arange(size) / RATE)
    starts = np.arange(0, len(signal) - size, hop)
    # einsum and not @: a threaded product of small things waits for its threads.
    windows = np.lib.stride_tricks.sliding_window_view(signal, size)[starts]
    frames = np.einsum("ij,j->i", windows, kernel)
    seen = frames * np.exp(-2j * np.pi * freq * starts / RATE) * 2 / shape.sum()
    turn = np.angle(np.sum(seen[1:] * np.conj(seen[:-1]))) / (2 * np.pi * hop / RATE)
    return 1200 * np.log2(max(freq + turn, 1e-6) / freq), decibels(np.abs(seen).max())


def spectrum(signal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies in Hz and amplitudes."""
    # Powers of two: an FFT of a prime length takes a hundred times as long.
    size = 1 << (len(signal) - 1).bit_length()
    found = np.abs(np.fft.rfft(signal * np.hanning(len(signal)), size)) * 4 / len(signal)
    return np.fft.rfftfreq(size, 1 / RATE), found


def brightness(signal: np.ndarray, seconds: float = 0.4) -> float:
    """The middle of the spectrum of a sound's first moments, in Hz."""
    freqs, found = spectrum(signal[: int(seconds * RATE)])
    heard = (freqs > 20) & (freqs < 16000)
    return float((freqs * found)[heard].sum() / max(found[heard].sum(), 1e-20))


def level_at(signal: np.ndarray, freq: float, width: float = 0.01) -> float:
    """The strongest component within `width` (a fraction) of a frequency, in dB."""
    freqs, found = spectrum(signal)
    near = np.abs(freqs - freq) <= max(freq * width, 1.5 * RATE / len(signal))
    return decibels(found[near].max())


def share_above(signal: np.ndarray, freq: float) -> float:
    """The part of the power above a frequency, 0 to 1."""
    freqs, found = spectrum(signal)
    power = found**2
    return float(power[freqs >= freq].sum() / power.sum())
