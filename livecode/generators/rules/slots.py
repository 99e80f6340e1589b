"""A melody cut into beats: what is sung at each, where phrases end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from livecode.music.phrase import TICKS, Phrase


@dataclass
class Slot:
    """One beat: `notes` are (onset, duration, pitch) of what is sung, the first perhaps held over.

    `core` is the pitch the chord is chosen for, `weight` 2 on a downbeat, 1 on another strong beat, 0 else;
    `ends` is true where a phrase of the melody comes to rest, `final` from there on in the last one.
    """

    onset: int
    length: int
    core: int
    notes: list[tuple[int, int, int]] = field(default_factory=list)
    weight: int = 0
    ends: bool = False
    silent: bool = False
    final: bool = False

    @property
    def last(self) -> int:
        """The last note sung in it."""
        return self.notes[-1][2] if self.notes else self.core


def beat_of(metre: tuple[int, int]) -> int:
    """Ticks in a beat: a quarter, or three eighths in compound time.

    >>> beat_of((4, 4)) == TICKS, beat_of((6, 8)) == 3 * TICKS // 2
    (True, True)
    """
    count, unit = metre
    if unit >= 8 and count % 3 == 0:
        return TICKS * 4 * 3 // unit
    return TICKS if unit >= 4 and TICKS * 4 * count // unit % TICKS == 0 else TICKS * 4 // unit


def slots_of(melody: Phrase, final: bool = True) -> list[Slot]:
    """The beats of a melody of one part; a beat in which nothing is sung keeps the last pitch, silent."""
    beat = beat_of(melody.metre)
    rows = [(int(n["onset"]), int(n["duration"]), int(n["pitch"])) for n in melody.notes]
    slots: list[Slot] = []
    held = rows[0][2] if rows else 72
    per_bar = max(1, melody.bar // beat)
    for number, onset in enumerate(range(0, melody.length, beat)):
        end = min(onset + beat, melody.length)
        sung = [row for row in rows if row[0] < end and row[0] + row[1] > onset]
        place = number % per_bar
        weight = 2 if place == 0 else (1 if per_bar == 4 and place == 2 else 0)
        core = sung[0][2] if sung else held
        slots.append(Slot(onset, end - onset, core, sung, weight, False, not sung))
        held = sung[-1][2] if sung else held
    _mark_ends(slots, rows, beat, final)
    return slots


def _mark_ends(slots: list[Slot], rows: Sequence[tuple[int, int, int]], beat: int, final: bool) -> None:
    """A phrase comes to rest on a long note, or before a rest; never within four beats of the last one."""
    if not rows:
        return
    usual = sorted(row[1] for row in rows)[len(rows) // 2]
    last = -4 * beat
    for number, (onset, duration, _) in enumerate(rows):
        follows = rows[number + 1][0] if number + 1 < len(rows) else slots[-1].onset + slots[-1].length
        rest = follows - onset - duration
        if ((duration >= 2 * usual and duration >= 2 * beat) or rest >= beat) and onset - last >= 4 * beat:
            last = onset
            _slot_at(slots, onset).ends = True
    if final:
        first = slots.index(_slot_at(slots, rows[-1][0]))
        slots[first].ends = True
        for slot in slots[first:]:
            slot.final = True


def _slot_at(slots: list[Slot], onset: int) -> Slot:
    return next(slot for slot in reversed(slots) if slot.onset <= onset)
