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
from pathlib import Path

import numpy as np
import soundfile

from livecode.sound.render import Renderer
from livecode.stage.offline import Performance, perform

ROOT = Path(__file__).parent.parent
CEILING = 0.95
RATE = 48000
SILENT_DB = -60.0


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


def report(path: Path, cycles: int | None) -> None:
    performance = perform(path, cycles=cycles)
    slots = sorted({sent.note.slot for sent in performance.sends})
    print(f"{path.stem}: {performance.seconds:.0f} s, {len(performance.events)} events")
    with tempfile.TemporaryDirectory() as folder:
        whole = rendered(performance, None, Path(folder))
        total = np.zeros_like(whole)
        for slot in slots:
            alone = rendered(performance, {slot}, Path(folder))
            size = min(len(alone), len(total))
            total[:size] += alone[:size]
            levels = seconds_of(alone)
            sounding = levels[levels > -50]
            if not len(sounding):
                print(f"  d{slot:<3} silent")
                continue
            low, middle, high = np.percentile(sounding, (10, 50, 90))
            name = performance.notices[0] if performance.notices else ""
            used = ", ".join(sorted({each.instrument for each in performance.events if each.slot == slot}))
            print(
                f"  d{slot:<3} level {middle:6.1f} dB ({low:.1f} to {high:.1f})  peak "
                f"{decibels(np.abs(alone).max()):6.1f} dB  sounds {len(sounding):3d} s  {used}{name}"
            )
    levels = seconds_of(whole)
    blocks = np.abs(total[: len(total) // 480 * 480]).reshape(-1, 960).max(axis=1)
    print(
        f"  all  level {np.median(levels[levels > SILENT_DB]):6.1f} dB"
        f"  peak {decibels(np.abs(whole).max()):.2f} dB"
        f"  over {decibels(np.abs(total).max() / CEILING):+.1f} dB"
        f"  pressed {np.mean(blocks > CEILING * 1.41):.2%}  longest silence {longest_silence(levels)} s"
        f"  finite {bool(np.isfinite(whole).all())}"
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
