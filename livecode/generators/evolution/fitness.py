"""What songs are bred for: terms that add, multiply, may be patterns, and tell what each of them gave.

```python
evolve(["folk"], fitness=in_key("d dorian") + 2 * small_leaps() + chords("<dm7 g7>") * "<1 0.5>/8")
```

A term here is only a description. What it says of songs is worked out in `terms.py`, for all of them at once;
nothing heavy is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from livecode.errors import ControlError

__all__ = [
    "chords", "compass", "contour", "in_key", "likely", "novelty", "obeys", "resembles", "returns", "rhythm",
    "small_leaps", "tension_curve",
]  # fmt: skip

Plain = list[Any]
"""A fitness as plain data: ["term", name, {parameters}], ["number", x], ["+", a, b], ["*", a, b]."""

OWN: dict[str, Callable[..., Any]] = {}
"""Functions of the performer's own, by the mark they go under in plain data; they stay in this process."""


class Fitness:
    """Something to be bred for; adds and multiplies with others, with numbers and with patterns of numbers.

    >>> in_key() + 0.5 * small_leaps()
    in_key() + 0.5 * small_leaps()
    """

    def at(self, cycle: int) -> Plain:
        """It as plain data, its patterns read at a cycle."""
        raise NotImplementedError

    def leaves(self) -> list[Fitness]:
        """The terms and numbers that it is made of."""
        return [self]

    @property
    def text(self) -> str:
        """How it is typed."""
        raise NotImplementedError

    def __add__(self, other: Any) -> Fitness:
        return Joined("+", self, fitness_of(other))

    def __radd__(self, other: Any) -> Fitness:
        return Joined("+", fitness_of(other), self)

    def __mul__(self, other: Any) -> Fitness:
        return Joined("*", self, fitness_of(other))

    def __rmul__(self, other: Any) -> Fitness:
        return Joined("*", fitness_of(other), self)

    def __sub__(self, other: Any) -> Fitness:
        return self + -1 * fitness_of(other)

    def __neg__(self) -> Fitness:
        return -1 * self

    def __repr__(self) -> str:
        return self.text


class Term(Fitness):
    """One quality of songs, by name, with parameters that may be patterns."""

    def __init__(self, name: str, parameters: dict[str, Any] | None = None, shown: str = "") -> None:
        self.name, self.parameters, self.shown = name, parameters or {}, shown

    def at(self, cycle: int) -> Plain:
        plain: dict[str, Any] = {}
        from livecode.generators.evolution.readers import READERS

        for name, value in self.parameters.items():
            read = READERS.get(f"{self.name}.{name}", value_of)
            found = read(value, cycle)
            if found is not None:
                plain.update(found if isinstance(found, dict) and read is not value_of else {name: found})
        return ["term", self.name, plain]

    @property
    def text(self) -> str:
        return f"{self.name}({self.shown})"


class Weight(Fitness):
    """A number, or a pattern of numbers."""

    def __init__(self, amount: Any) -> None:
        self.amount = amount

    def at(self, cycle: int) -> Plain:
        value = value_of(self.amount, cycle)
        if value is None:
            return ["number", 0.0]
        try:
            return ["number", float(value)]
        except (TypeError, ValueError):
            raise ControlError(f"a weight of {value!r}: give a number or a pattern of numbers") from None

    @property
    def text(self) -> str:
        return repr(self.amount) if isinstance(self.amount, int | float | str) else "(a pattern)"


class Joined(Fitness):
    """Two of them added or multiplied."""

    def __init__(self, sign: str, one: Fitness, other: Fitness) -> None:
        self.sign, self.one, self.other = sign, one, other

    def at(self, cycle: int) -> Plain:
        return [self.sign, self.one.at(cycle), self.other.at(cycle)]

    def leaves(self) -> list[Fitness]:
        return [*self.one.leaves(), *self.other.leaves()]

    @property
    def text(self) -> str:
        parts = [self.one.text, self.other.text]
        if self.sign == "*":
            sums = [isinstance(each, Joined) and each.sign == "+" for each in (self.one, self.other)]
            parts = [f"({part})" if added else part for part, added in zip(parts, sums)]
        return f" {self.sign} ".join(parts)


class Own(Fitness):
    """A function of the performer's own: songs in, a number for each song out."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.mark = _mark(function)
        OWN[self.mark] = function

    def at(self, cycle: int) -> Plain:
        return ["term", "own", {"mark": self.mark, "name": self.function.__name__}]

    @property
    def text(self) -> str:
        return self.function.__name__


def fitness_of(thing: Any) -> Fitness:
    """A term, a number, a pattern of numbers or a function of your own as something to be bred for."""
    if isinstance(thing, Fitness):
        return thing
    if isinstance(thing, bool) or thing is None:
        raise ControlError(f"{thing!r} is nothing to breed for: give terms such as in_key() + small_leaps()")
    if isinstance(thing, type):
        raise ControlError(f"{thing.__name__} is a class: give a term such as in_key()")
    if isinstance(thing, int | float | str) or hasattr(thing, "query"):
        return Weight(thing)
    if thing in _MAKERS:
        raise ControlError(f"{thing.__name__} waits for its brackets: write {thing.__name__}()")
    if callable(thing):
        return Own(thing)
    raise ControlError(f"{thing!r} is nothing to breed for: give terms such as in_key() + small_leaps()")


def _mark(function: Callable[..., Any]) -> str:
    """A name that stays the same as long as the function's code does."""
    from hashlib import blake2b

    code = getattr(function, "__code__", None)
    told = repr(function) if code is None else f"{code.co_code!r}{code.co_consts!r}{code.co_names!r}"
    return blake2b(told.encode(), digest_size=8).hexdigest()


def value_of(thing: Any, cycle: int) -> Any:
    """A number, a text or a pattern as the plain value it has at a cycle."""
    if thing is None or isinstance(thing, int | float | dict | bytes):
        return thing
    from livecode.generators.plan import value_at

    value = value_at(thing, cycle)
    if hasattr(value, "numerator") and not isinstance(value, int):
        return float(value)
    return value


# The terms a performer types.


def in_key(scale: Any = "") -> Fitness:
    """Bred for notes of a scale: their share of all notes.

    ```python
    evolve(fitness=in_key("<d:dorian a:minor>/8") + small_leaps())
    ```

    Without a scale: the one the population is at home in.
    """
    return Term("in_key", {"scale": scale}, shown(scale))


def small_leaps(widest: Any = 12) -> Fitness:
    """Bred for lines that move by step: the wider an interval the less it counts, beyond `widest` nothing."""
    return Term("small_leaps", {"widest": widest}, "" if widest == 12 else shown(widest))


def chords(progression: Any = "") -> Fitness:
    """Bred for notes that outline chords: those of a progression, one a bar, or any of the scale's.

    ```python
    evolve("folk", fitness=chords("<dm7 g7 c a7>") + in_key("d dorian"))
    ```
    """
    return Term("chords", {"progression": progression}, shown(progression))


def contour(shape: Any = "arch") -> Fitness:
    """Bred for a shape of line: "arch", "valley", "rise", "fall", "wave", or heights such as [0, 5, 3]."""
    return Term("contour", {"shape": shape}, shown(shape))


def compass(low: Any = "c4", high: Any = "a5") -> Fitness:
    """Bred for notes between two: names such as "c4" or semitones from c4."""
    return Term("compass", {"low": low, "high": high}, f"{shown(low)}, {shown(high)}")


def rhythm(like: Any = "", density: Any = 0.45) -> Fitness:
    """Bred for a rhythm: that of a pattern such as "1(3,8) 1 1", or else a sturdy one.

    A sturdy one stands on strong beats, takes up its own figures, and strikes at `density` of the steps.
    """
    text = shown(like) if like != "" else ("" if density == 0.45 else f"density={shown(density)}")
    return Term("rhythm", {"like": like, "density": density}, text)


def returns(amount: Any = 0.7) -> Fitness:
    """Bred for bars that come back: so much of the material, 0 (ever new) to 1 (the same again)."""
    return Term("returns", {"amount": amount}, "" if amount == 0.7 else shown(amount))


def tension_curve(curve: Any = "arch") -> Fitness:
    """Bred for tension that rises and falls so: a shape's name or levels such as [0, 0.4, 1, 0.2].

    Tension is height, distance from the tonic's chord, and busyness, after M. M. Farbood, "A parametric,
    temporal model of musical tension" (2012), in its simplest form.
    """
    return Term("tension_curve", {"curve": curve}, shown(curve))


def likely(under: Any = "folk") -> Fitness:
    """Bred for what a chain or a net finds likely: a corpus' name, or a composer such as markov("bach").

    A net is asked about the best dozen songs only, for it takes its time.
    """
    return Term("likely", {"under": under}, shown(under))


def resembles(target: Any) -> Fitness:
    """Bred for nearness to some music: a slot, a pattern or a phrase; onsets and line count half each."""
    return Term("resembles", {"target": target}, shown(target))


def obeys() -> Fitness:
    """Bred for keeping the rules of the textbooks: fewer parallels, hidden fifths, wide leaps, bare chords.

    ```python
    evolve(["bach"], voices=4, fitness=in_key("d minor") + chords() + 2 * obeys())
    ```

    An examiner that knows nothing of evolution looks at the dozen best songs of each generation only.
    """
    return Term("obeys")


def novelty() -> Fitness:
    """Bred for being unlike the others, now and before: the distance from the nearest of them.

    After J. Lehman and K. O. Stanley, "Abandoning objectives" (2011).
    """
    return Term("novelty")


_MAKERS = (
    in_key,
    small_leaps,
    chords,
    contour,
    compass,
    rhythm,
    returns,
    tension_curve,
    likely,
    resembles,
    novelty,
    obeys,
)


def shown(thing: Any) -> str:
    """A parameter as it is typed, or the name of what it is."""
    if isinstance(thing, str):
        return repr(thing) if thing else ""
    if isinstance(thing, int | float | list | tuple):
        return repr(thing)
    number = getattr(thing, "number", None)
    name = getattr(getattr(thing, "plan", None), "name", "...")
    return f"d{number}" if isinstance(number, int) else str(name)
