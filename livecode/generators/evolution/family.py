"""What evolution tells of a song: its ancestors, each of which can be played, and what each term gave it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from livecode.generators.looped import Looped
from livecode.music.phrase import Phrase


class Ancestor(Looped):
    """A song of a family, a pattern that goes round: its generation, how it was made, and its score."""

    def __init__(self, phrase: Phrase, generation: int, how: str, score: float) -> None:
        super().__init__(phrase)
        self.generation, self.how, self.score = generation, how, score

    @classmethod
    def of(cls, told: dict[str, Any]) -> Ancestor:
        """From a worker's answer."""
        return cls(
            Phrase.unpack(told["phrase"]), int(told["generation"]), str(told["how"]), float(told["score"])
        )

    def __repr__(self) -> str:
        return f"generation {self.generation:4d}  {self.score:7.3f}  {self.how}".rstrip()


@dataclass(frozen=True)
class Family(Sequence[Ancestor]):
    """Songs that belong together; shows as a list at the prompt."""

    name: str
    songs: list[Ancestor]

    def __len__(self) -> int:
        return len(self.songs)

    def __getitem__(self, index: Any) -> Any:
        return self.songs[index]

    def __iter__(self) -> Iterator[Ancestor]:
        return iter(self.songs)

    def __repr__(self) -> str:
        return "\n".join([self.name, *(f"{number:3d}  {song!r}" for number, song in enumerate(self.songs))])


@dataclass(frozen=True)
class Verdict:
    """What each term gave a song; shows as a table at the prompt."""

    name: str
    cycle: int
    generation: int
    fitness: float
    terms: tuple[tuple[str, float], ...]
    how: str
    ancestors: int

    @classmethod
    def of(cls, phrase: Phrase, name: str, cycle: int) -> Verdict:
        """Read from what a phrase tells of itself."""
        told: dict[str, Any] = {}
        for origin in phrase.provenance:
            if origin and "terms" in origin:
                told = origin
        terms = []
        for term, value, factors in told.get("terms", []):
            text = " × ".join(f"{factor} {number:.3g}" for factor, number in factors) if factors else term
            terms.append((text, float(value)))
        return cls(
            name,
            cycle,
            int(told.get("generation", 0)),
            float(told.get("fitness", 0.0)),
            tuple(terms),
            str(told.get("made by", "")),
            int(told.get("ancestors", 0)),
        )

    @property
    def shares(self) -> dict[str, float]:
        """The part of the whole that each term gave, 0 to 1 when all give something."""
        whole = sum(value for _, value in self.terms) or 1.0
        return {name: value / whole for name, value in self.terms}

    def __repr__(self) -> str:
        lines = [
            f"cycle {self.cycle} of {self.name}: generation {self.generation}, fitness {self.fitness:.3f}",
            *(f"  {value:7.3f}  {self.shares[name]:5.0%}  {name}" for name, value in self.terms),
            f"  made by {self.how or 'chance'}, {self.ancestors} ancestors back to its founder",
        ]
        return "\n".join(lines)

    __str__ = __repr__
