"""Factory sets played by a real scsynth, recorded, and held against what the same set gives offline.

    python benchmarks/sets.py                       16 cycles of each
    python benchmarks/sets.py dorian_rain --whole   one from its beginning to its end
    python benchmarks/sets.py --cycles 4 my_set.py  of one of yours

A click one sample long goes with every note (`benchmarks/timing.py`): each must stand where `livecode events`
says, and what was sent must be what a render sends.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import timing

from livecode.sound.command import Note
from livecode.stage.offline import perform

SETS = sorted((Path(__file__).parent.parent / "patterns").glob("*.py"))
TAIL = 2.0
"""Seconds that are heard after the last cycle."""


@dataclass
class Heard:
    """A set as it was heard, and where that differs from the same set offline."""

    name: str
    cycles: int
    measured: timing.Measured
    unlike: int
    """Notes that only one of the two had."""

    def faults(self) -> list[str]:
        """What is wrong with it, in words; empty when it was heard as it should be."""
        measured = self.measured
        counts = {
            "lost": measured.lost,
            "dropped": measured.missing,
            "late": measured.late,
            "repeated": measured.looped,
            "unlike the render": self.unlike,
        }
        wrong = [f"{count} {word}" for word, count in counts.items() if count]
        if measured.p99 > 2.0:
            wrong.append(f"p99 {measured.p99:.1f} samples")
        if measured.peak > 0.95001:
            wrong.append(f"peak {measured.peak:.3f}")
        if measured.bad_values:
            wrong.append("bad values")
        return wrong

    def __str__(self) -> str:
        verdict = ", ".join(self.faults()) or "as it should be"
        head = f"{self.name:20} {self.cycles:4} cycles {self.measured.events:6} notes"
        return f"{head}  p99 {self.measured.p99:.2f} samples  peak {self.measured.peak:.3f}  {verdict}"


def hear(path: Path, cycles: int | None = None) -> Heard:
    """Play so many cycles of a set (all of it), record them, and compare with what it gives offline."""
    offline = perform(path) if cycles is None else perform(path, cycles=cycles)
    seconds = offline.cycles / offline.cps + TAIL
    measured, sent = timing.measure_and_keep("idle", "", seconds, str(path))
    live = Counter(
        played(each.note) for each in sent if isinstance(each.note, Note) if each.note.begin < offline.cycles
    )
    rendered = Counter(played(each.note) for each in offline.sends if isinstance(each.note, Note))
    unlike = ((live - rendered) + (rendered - live)).total()
    return Heard(path.stem, offline.cycles, measured, unlike)


def played(note: Note) -> tuple[Any, ...]:
    """What makes a note the same live and offline: all of it but numbers that floats may round."""
    controls = ((name, round(value, 4)) for name, value in note.controls if not name.startswith("buffer"))
    return (round(note.begin, 6), round(note.length, 6), note.slot, note.definition, tuple(controls))


def main() -> int:
    """Hear each set and print a line; 1 when one was not as it should be."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("sets", nargs="*", metavar="SET", help="a factory set or a file (all factory sets)")
    parser.add_argument("--cycles", type=int, default=16)
    parser.add_argument("--whole", action="store_true", help="from beginning to end")
    options = parser.parse_args()
    known = {path.stem: path for path in SETS}
    good = True
    for path in [known.get(name, Path(name)) for name in options.sets] or SETS:
        if not path.is_file():
            parser.error(f"no set called {path}: there are {', '.join(known)}")
        heard = hear(path, None if options.whole else options.cycles)
        print(heard, flush=True)
        good &= not heard.faults()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
