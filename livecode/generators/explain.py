"""Why a note: what the composer can tell of the notes of a cycle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from livecode.language.notes import MIDI_C4, note_name
from livecode.music.phrase import TICKS, Phrase


@dataclass(frozen=True)
class Reason:
    """One note and where it came from: `beat` in quarter notes from the bar's start, `origin` as told.

    What a composer notes down for itself has a name that begins with _ and is not shown.
    """

    beat: float
    note: str
    voice: int
    origin: dict[str, Any]

    def __str__(self) -> str:
        told = ", ".join(f"{name} {_shown(value)}" for name, value in self.origin.items() if name[0] != "_")
        return f"{self.beat:6.2f}  {self.note:<4} {told or 'nothing is known'}"


@dataclass(frozen=True)
class Explanation:
    """What can be told of a cycle; shows as a list at the prompt."""

    name: str
    cycle: int
    reasons: tuple[Reason, ...]

    @classmethod
    def of(cls, phrase: Phrase, name: str, cycle: int, bar: int) -> Explanation:
        """The reasons for the notes that begin in one bar of a phrase.

        >>> tune = Phrase.of([62], provenance=[{"order": 2, "probability": 0.25}])
        >>> print(Explanation.of(tune, "markov foster", 0, 0))
        cycle 0 of markov foster
          0.00  d4   order 2, probability 0.25
        """
        reasons = []
        told = list(phrase.provenance) or [None] * len(phrase)
        for note, origin in zip(phrase.notes, told):
            onset = int(note["onset"]) - bar * phrase.bar
            if 0 <= onset < phrase.bar:
                shown = note_name(int(note["pitch"]) - MIDI_C4)
                reasons.append(Reason(onset / TICKS, shown, int(note["voice"]), dict(origin or {})))
        return cls(name, cycle, tuple(reasons))

    def __str__(self) -> str:
        return "\n".join([f"cycle {self.cycle} of {self.name}", *map(str, self.reasons)])

    __repr__ = __str__

    def __iter__(self) -> Any:
        return iter(self.reasons)

    def __len__(self) -> int:
        return len(self.reasons)


def _shown(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
