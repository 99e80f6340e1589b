"""The stream of a composer by rules: says aloud which rule gave way."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from livecode.errors import ControlError
from livecode.generators.pool import composers
from livecode.generators.rules.spoken import NOTATION
from livecode.generators.rules.theory import Key
from livecode.generators.stream import Stream
from livecode.music.phrase import Phrase


class Ruled(Stream):
    """What a composer by rules plays.

    ```python
    d2 >> harmonise(d1).energy(0.7).key("<d:minor f:major>/8").synth("choir")
    ```
    """

    _told: Phrase | None = None

    def energy(self, amount: Any) -> Self:
        """How much moves, 0 (calm) to 1 (busy): a number or a pattern, read at each phrase's start."""
        return self.setting(energy=amount)

    def key(self, name: Any) -> Self:
        """The key, such as "d minor", or a pattern of keys such as "<d:minor f:major>/8"."""
        if isinstance(name, str) and not NOTATION & set(name):
            Key.of(name)
        return self.constrained(key=name)

    def _made(self, number: int, metre: tuple[int, int]) -> Phrase:
        phrase = super()._made(number, metre)
        if self._told is not phrase:
            self._told = phrase
            for origin in phrase.provenance:
                if origin and "search" in origin:
                    bar = number * self.plan.bars + 1
                    composers().notice(f"{self.plan.name}, from bar {bar}: {origin['search']}")
                    break
        return phrase


def ruled(generator: Any, name: str, asked: dict[str, Any]) -> Ruled:
    """The stream of a generator with what was asked by keyword: bars, seed, key, energy, temperature."""
    return asked_of(Ruled, generator, name, asked)


KNOWN = ("bars", "seed", "temperature", "energy", "key", "texture")
Kind = TypeVar("Kind", bound=Ruled)


def asked_of(kind: type[Kind], generator: Any, name: str, asked: dict[str, Any]) -> Kind:
    """A stream of some kind with what was asked by keyword; ControlError for what nobody knows."""
    for word in asked:
        if word not in KNOWN:
            raise ControlError(f"{name}({word}=...): nothing is asked so, give {', '.join(KNOWN)}")
    bars, seed = asked.pop("bars", 4), asked.pop("seed", 0)
    key = asked.pop("key", None)
    stream = kind(generator, bars=bars, seed=seed, name=name)
    if asked:
        stream = stream.setting(**{word: value for word, value in asked.items() if value is not None})
    return stream if key is None else stream.key(key)
