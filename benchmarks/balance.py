"""How loud the slots of a set are beside each other, and whether the whole clips, is silent, or is crushed.

    python benchmarks/balance.py                    every factory set, whole
    python benchmarks/balance.py SET --cycles 32

Each slot is rendered alone through the same master. A slot's level is the loudness of the seconds in which it
sounds (median of their RMS, dB), its peak the loudest sample; "over" tells how many dB the sum of the slots
would peak above the limiter's ceiling; "pressed" is how much of the time the limiter works by more than 3 dB.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from livecode.sound.render import Renderer
from livecode.stage.offline import Performance, perform

ROOT = Path(__file__).parent.parent
CEILING = 0.95
RATE = 48000
SILENT_DB = -60.0
AUDIBLE_DB = -50.0


def decibels(level: float) -> float:
    return float(20 * np.log10(max(float(level), 1e-9)))


def seconds_of(sound: np.ndarray) -> np.ndarray:
    """RMS in dB of each second."""
    whole = sound[: len(sound) // RATE * RATE].reshape(-1, RATE * sound.shape[1])
    return 10 * np.log10(np.maximum(np.square(whole, dtype=np.float64).mean(axis=1), 1e-18))


def rendered(performance: Performance, slots: set[int] | None, folder: Path) -> np.ndarray:
    sends = [sent for sent in performance.sends if slots is None or sent.note.slot in slots]
    gains = [(0.0, slot, gain) for slot, gain in performance.levels.items()]
    made = Renderer(RATE).render(
        sends, performance.loads, performance.seconds, folder / "sound.wav", gains=gains, tail=0.5
    )
    sound, _ = soundfile.read(made.path, dtype="float32", always_2d=True)
    return sound


def longest_silence(levels: np.ndarray) -> int:
    longest = run = 0
    for level in levels:
        run = run + 1 if level < SILENT_DB else 0
        longest = max(longest, run)
    return longest


@dataclass(frozen=True)
class Slot:
    """How loud a slot is while it sounds (dB: low, middle, high), its peak, for how long, and what plays."""

    number: int
    low: float
    level: float
    high: float
    peak: float
    seconds: int
    sounds: str


@dataclass(frozen=True)
class Whole:
    """The set: its level and peak in dB, what its slots would peak above the ceiling, and what is ugly."""

    slots: list[Slot]
    level: float
    peak: float
    over: float
    pressed: float
    silence: int
    finite: bool


def measure(performance: Performance) -> Whole:
    """Renders a performance whole, and each of its slots alone."""
    numbers = sorted({sent.note.slot for sent in performance.sends})
    slots = []
    with tempfile.TemporaryDirectory() as folder:
        whole = rendered(performance, None, Path(folder))
        total = np.zeros_like(whole)
        for number in numbers:
            alone = rendered(performance, {number}, Path(folder))
            size = min(len(alone), len(total))
            total[:size] += alone[:size]
            levels = seconds_of(alone)
            sounding = levels[levels > AUDIBLE_DB]
            low, middle, high = np.percentile(sounding, (10, 50, 90)) if len(sounding) else (SILENT_DB,) * 3
            used = {each.instrument for each in performance.events if each.slot == number}
            peak = decibels(np.abs(alone).max())
            slots.append(Slot(number, low, middle, high, peak, len(sounding), ", ".join(sorted(used))))
    levels = seconds_of(whole)
    blocks = np.abs(total[: len(total) // 480 * 480]).reshape(-1, 960).max(axis=1)
    return Whole(
        slots, float(np.median(levels[levels > SILENT_DB])), decibels(np.abs(whole).max()),
        decibels(np.abs(total).max() / CEILING), float(np.mean(blocks > CEILING * 1.41)),
        longest_silence(levels), bool(np.isfinite(whole).all()),
    )  # fmt: skip


def report(path: Path, cycles: int | None) -> None:
    performance = perform(path, cycles=cycles)
    print(f"{path.stem}: {performance.seconds:.0f} s, {len(performance.events)} events")
    found = measure(performance)
    for slot in found.slots:
        print(
            f"  d{slot.number:<3} level {slot.level:6.1f} dB ({slot.low:.1f} to {slot.high:.1f})  peak "
            f"{slot.peak:6.1f} dB  sounds {slot.seconds:3d} s  {slot.sounds}"
        )
    print(
        f"  all  level {found.level:6.1f} dB  peak {found.peak:.2f} dB  over {found.over:+.1f} dB"
        f"  pressed {found.pressed:.2%}  longest silence {found.silence} s  finite {found.finite}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET", help="pattern files (every factory set)")
    parser.add_argument("--cycles", type=int)
    options = parser.parse_args()
    for path in [Path(each) for each in options.sets] or sorted((ROOT / "patterns").glob("*.py")):
        report(path, options.cycles)


if __name__ == "__main__":
    main()
