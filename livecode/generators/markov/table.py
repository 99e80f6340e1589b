"""The table of a chain, to read at the prompt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from livecode.generators.markov.memory import START, Memory
from livecode.language.notes import MIDI_C4, note_name

LINES = 40


@dataclass(frozen=True)
class Table:
    """What follows what: for each run of `order` notes the notes that came next, with probabilities.

    Rows are looked up by note names: `table["d4", "e4"]`, or `table["d4 e4"]`, gives {"f#4": 0.25, ...}.
    All tunes are moved to d. Shows its most used rows.
    """

    order: int
    rows: Mapping[tuple[str, ...], Mapping[str, float]]
    counts: Mapping[tuple[str, ...], int]

    @classmethod
    def of(cls, memory: Memory) -> Table:
        """The full-length contexts of a memory."""
        rows: dict[tuple[str, ...], dict[str, float]] = {}
        counts: dict[tuple[str, ...], int] = {}
        for state, context in enumerate(memory.contexts):
            if len(context) == memory.order and START not in context:
                names = tuple(note_name(pitch - MIDI_C4) for pitch in context)
                row = sorted(memory.row(state).items(), key=lambda item: (-item[1], item[0]))
                rows[names] = {note_name(pitch - MIDI_C4): chance for pitch, chance in row}
                counts[names] = int(memory.counts[memory.entries(state)].sum())
        return cls(memory.order, rows, counts)

    def __getitem__(self, notes: str | tuple[str, ...]) -> Mapping[str, float]:
        return self.rows[tuple(notes.split()) if isinstance(notes, str) else tuple(notes)]

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __str__(self) -> str:
        wanted = sorted(self.rows, key=lambda names: (-self.counts[names], names))
        lines = []
        for names in wanted[:LINES]:
            row = "  ".join(f"{name} {chance:.0%}" for name, chance in self.rows[names].items())
            lines.append(f"{' '.join(names):<{5 * self.order}} {self.counts[names]:5}   {row}")
        if len(wanted) > LINES:
            lines.append(f"... and {len(wanted) - LINES} rows more")
        return "\n".join(lines)

    __repr__ = __str__
