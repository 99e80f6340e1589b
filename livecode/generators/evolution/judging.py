"""Scoring a population: a fitness as plain data, for all songs at once, with what each term gave."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from livecode.errors import GeneratorError, one_line
from livecode.generators.evolution.arrays import Array
from livecode.generators.evolution.features import features
from livecode.generators.evolution.fitness import OWN, Plain
from livecode.generators.evolution.likelihood import chain_table, slow_likelihood
from livecode.generators.evolution.obedience import obedience
from livecode.generators.evolution.songs import Songs
from livecode.generators.evolution.terms import TERMS, likely

WEIGHED = 12
"""How many songs, the best by all other terms, a slow term is asked about in a generation."""
NEAREST = 8
COMPARED = 48
"""How many others a song is compared with to tell how new it is."""
CAUTION = 1.0
"""How much the doubt about a song takes from what it is believed to be worth."""
BLOCK = 2500
REMEMBERED = 4096


@dataclass
class Surroundings:
    """What a term may know besides the songs: `archive`, descriptors of songs that once were the best."""

    archive: list[Any] = field(default_factory=list)
    known: OrderedDict[Any, float] = field(default_factory=OrderedDict)


@dataclass(frozen=True)
class Share:
    """What one summand of a fitness gave a song: its text, its value, and its factors' values."""

    name: str
    value: float
    factors: tuple[tuple[str, float], ...] = ()


class Judge:
    """A fitness that is asked about songs.

    >>> from livecode.generators.evolution.fitness import in_key, small_leaps
    >>> Judge((in_key() + 2 * small_leaps()).at(0)).names
    ['in_key', 'small_leaps']
    """

    def __init__(self, plain: Plain) -> None:
        self.plain = plain
        self.leaves: list[tuple[str, dict[str, Any]]] = []
        _collect(plain, self.leaves)
        self.slow = [number for number, (name, given) in enumerate(self.leaves) if _is_slow(name, given)]

    @property
    def names(self) -> list[str]:
        """The terms by name."""
        return [name for name, _ in self.leaves]

    @property
    def relative(self) -> bool:
        """Whether a song's score hangs on the other songs."""
        return "novelty" in self.names or bool(self.slow)

    def score(self, songs: Songs, around: Surroundings | None = None, telling: bool = False) -> Any:
        """A number for each song, in NumPy.

        Large populations are scored a block at a time, so that what is worked out on the way stays in the
        processor's cache; with `telling` the songs' descriptors are found along with it.
        """
        around = around or Surroundings()
        if len(songs) <= 2 * BLOCK or self.relative:
            return self._scored(songs, around)[0]
        scores, told = [], []
        for begin in range(0, len(songs), BLOCK):
            block = songs.part(begin, begin + BLOCK)
            scores.append(self._scored(block, around)[0])
            if telling:
                told.append(block.told)
        if telling:
            songs.having_told(np.concatenate(told))
        return np.concatenate(scores)

    def shares(self, songs: Songs, row: int, around: Surroundings | None = None) -> list[Share]:
        """What each summand gave one of the songs."""
        _, values = self._scored(songs, around or Surroundings())
        at = [float(songs.xp.to_numpy(value)[row]) for value in values]
        return [self._share(part, iter_values) for part, iter_values in _summands(self.plain, at)]

    def _share(self, part: Plain, values: list[float]) -> Share:
        rest = iter(values)
        factors: list[tuple[str, float]] = []
        total = _number(part, rest, factors)
        if len(factors) == 1:
            return Share(factors[0][0], total)
        return Share(" × ".join(name for name, _ in factors) or "number", total, tuple(factors))

    def _scored(self, songs: Songs, around: Surroundings) -> tuple[Any, list[Array]]:
        values: list[Any] = [
            None if number in self.slow else self._value(songs, name, given, around)
            for number, (name, given) in enumerate(self.leaves)
        ]
        if self.slow:
            self._ask_slow(songs, values, around)
        total = self._total(songs, values)
        numbers = songs.xp.to_numpy(total).astype(np.float32)
        # The last bits differ between machines: they must not decide who lives.
        return np.round(np.nan_to_num(numbers, nan=-1e6, posinf=-1e6, neginf=-1e6), 5), values

    def _total(self, songs: Songs, values: list[Any]) -> Array:
        filled = [songs.count * 0 if value is None else value for value in values]
        total = _combined(self.plain, iter(filled))
        return total if not isinstance(total, float) else songs.count * 0 + total

    def _ask_slow(self, songs: Songs, values: list[Any], around: Surroundings) -> None:
        first = songs.xp.to_numpy(self._total(songs, values))
        best = np.argsort(-first, kind="stable")[:WEIGHED]
        genes = songs.numpy()
        for number in self.slow:
            name, given = self.leaves[number]
            question, told = _slow_question(name, given), {}
            for row in range(len(songs)):
                key = _genes(genes, row, name, given)
                if key in around.known:
                    told[row] = around.known[key]
                elif row in best:
                    told[row] = around.known[key] = float(question(genes, row))
            while len(around.known) > REMEMBERED:
                around.known.popitem(last=False)
            # Those nobody asked about get the least that was told: they must earn being asked.
            found = np.full(len(songs), min(told.values(), default=0.0), np.float32)
            found[list(told)] = list(told.values())
            values[number] = songs.xp.asarray(found)

    def _value(self, songs: Songs, name: str, given: dict[str, Any], around: Surroundings) -> Array:
        if name in TERMS:
            return TERMS[name](songs, **given)
        if name == "likely":
            table, usual = chain_table(given["under"])
            return likely(songs, table, usual)
        if name == "novelty":
            return songs.xp.asarray(newness(songs.told, around.archive))
        if name == "taste":
            return pleasure(songs, given)
        if name == "own":
            return own(songs, given)
        raise GeneratorError(f"nobody knows the term {name!r}: look at the fitness with print()")


def newness(told: Any, archive: list[Any]) -> Any:
    """How far each song is from its nearest others and from those that once were the best, 0 to 1.

    `told` are the songs' descriptors.
    """
    step = max(1, len(told) // COMPARED)
    others = np.concatenate([told[::step][:COMPARED], *archive[-16:]])
    products = told @ others.T
    away = (told**2).sum(1)[:, None] + (others**2).sum(1)[None] - 2 * products
    nearest = min(NEAREST + 1, away.shape[1])
    near = np.partition(np.maximum(away, 0), nearest - 1, axis=1)[:, :nearest]
    return np.tanh(np.sqrt(near).mean(1) / 2).astype(np.float32)


def pleasure(songs: Songs, given: dict[str, Any]) -> Array:
    """How much a listener would like each song, 0 to 1: 0.5 for all as long as nothing is known."""
    xp = songs.xp
    weights = np.asarray(given.get("weights", []), np.float32)
    if not len(weights):
        return songs.count * 0 + 0.5
    from livecode.generators.evolution.preference import SIZE, basis

    table = basis(xp.to_numpy(features(songs)))
    # The first row is what is believed, the others are how far that may be wrong: doubt is no recommendation.
    rows = weights.reshape(-1, SIZE)
    doubt = np.sqrt(((table @ rows[1:].T) ** 2).sum(1))
    worth = table @ rows[0] - CAUTION * doubt
    return xp.asarray((1 / (1 + np.exp(-np.clip(worth, -30, 30)))).astype(np.float32))


def own(songs: Songs, given: dict[str, Any]) -> Array:
    """What the performer's own function says; it gets the songs and gives a number for each."""
    function = OWN.get(given["mark"])
    name = given.get("name", "the function")
    if function is None:
        raise GeneratorError(f"{name} is a function of another process: type its line again")
    try:
        found = songs.xp.to_numpy(function(songs))
        if found is None:
            raise TypeError("it gives nothing back")
        numbers = np.asarray(found, np.float32)
    except Exception as problem:
        raise GeneratorError(f"{name} cannot score songs: {one_line(problem)}") from problem
    if numbers.ndim == 0:
        numbers = np.full(len(songs), numbers)
    if numbers.shape != (len(songs),):
        raise GeneratorError(
            f"{name} gives numbers of shape {numbers.shape} for {len(songs)} songs: give one each, "
            "as in (songs.pitch > 60).mean((1, 2))"
        )
    return songs.xp.asarray(numbers)


def _collect(plain: Plain, into: list[tuple[str, dict[str, Any]]]) -> None:
    if plain[0] == "term":
        into.append((plain[1], plain[2]))
    elif plain[0] in ("+", "*"):
        for part in plain[1:]:
            _collect(part, into)


def _combined(plain: Plain, values: Any) -> Any:
    if plain[0] == "term":
        return next(values)
    if plain[0] == "number":
        return float(plain[1])
    one, other = _combined(plain[1], values), _combined(plain[2], values)
    return one + other if plain[0] == "+" else one * other


def _summands(plain: Plain, values: list[float]) -> list[tuple[Plain, list[float]]]:
    """The parts that are added, each with the values of its own terms."""
    rest = iter(values)
    found: list[tuple[Plain, list[float]]] = []

    def walk(part: Plain) -> None:
        if part[0] == "+":
            walk(part[1])
            walk(part[2])
            return
        leaves: list[tuple[str, dict[str, Any]]] = []
        _collect(part, leaves)
        found.append((part, [next(rest) for _ in leaves]))

    walk(plain)
    return found


def _number(plain: Plain, values: Any, factors: list[tuple[str, float]]) -> float:
    if plain[0] == "term":
        value = float(next(values))
        name = plain[2].get("name", plain[1]) if plain[1] == "own" else plain[1]
        factors.append((name, value))
        return value
    if plain[0] == "number":
        return float(plain[1])
    one = _number(plain[1], values, factors)
    other = _number(plain[2], values, factors)
    return one + other if plain[0] == "+" else one * other


def _is_slow(name: str, given: dict[str, Any]) -> bool:
    return name == "obeys" or (name == "likely" and given["under"].get("kind") != "markov")


def _slow_question(name: str, given: dict[str, Any]) -> Callable[[Songs, int], float]:
    return obedience if name == "obeys" else slow_likelihood(given["under"])


def _genes(songs: Songs, row: int, name: str, given: dict[str, Any]) -> tuple[Any, ...]:
    """What a question about one song is remembered by."""
    return (
        name,
        str(given),
        songs.pitch[row].tobytes(),
        songs.rest[row].tobytes(),
        songs.duration[row].tobytes(),
    )
