"""From what a performer types to an evolution: seeds sorted out, settings checked."""

from __future__ import annotations

from typing import Any

from livecode.errors import ControlError, GeneratorError, nearest
from livecode.generators.evolution.composer import MOST_GENERATIONS, Evolution
from livecode.generators.evolution.evolving import Evolving
from livecode.generators.evolution.fitness import Fitness, Weight, fitness_of, in_key, rhythm, small_leaps
from livecode.generators.evolution.founders import Source as Seed
from livecode.generators.evolution.home import home_of
from livecode.generators.evolution.songs import GRIDS
from livecode.generators.plan import Source
from livecode.generators.stream import Stream
from livecode.music.corpus import Corpus, exists, names, pack
from livecode.music.phrase import Phrase

PARAMETERS = ("temperature", "generations", "among")
OF_PITCH = frozenset({"in_key", "small_leaps", "chords", "compass", "contour", "novelty", "obeys"})
"""Terms that say nothing of when notes begin and how long they last."""
SETTINGS = ("population", "islands", "voices", "grid", "key", "device")


def evolving(seeds: Any, fitness: Any, asked: dict[str, Any]) -> Evolving:
    """The stream that `evolve` gives."""
    bars, seed = asked.pop("bars", 4), asked.pop("seed", 0)
    settings = {name: asked.pop(name) for name in SETTINGS if name in asked}
    for given in asked:
        if given not in PARAMETERS:
            near = nearest(given, (*PARAMETERS, *SETTINGS, "bars", "seed", "fitness"))
            cure = f"did you mean {near!r}?" if near else f"it has {', '.join((*PARAMETERS, *SETTINGS))}"
            raise ControlError(f"evolution has no parameter called {given!r}: {cure}")
    wanted = _in_time(fitness_of(fitness) if fitness is not None else in_key() + small_leaps())
    sources, parts, name = _seeds(seeds)
    evolution = Evolution(
        sources,
        wanted.at(0),
        _whole("population", settings.get("population", 256), 16, 100_000),
        _whole("islands", settings.get("islands", 4), 1, 64),
        8,
        _whole("voices", settings.get("voices", 1), 1, 8),
        _grid(settings.get("grid", 4)),
        _key(settings.get("key", ""), wanted),
        str(settings.get("device", "cpu")),
        fitness=wanted,
        parts=parts,
    )
    generations = asked.get("generations")
    if isinstance(generations, int) and not isinstance(generations, bool):
        _whole("generations", generations, 0, MOST_GENERATIONS)
    return Evolving(evolution, bars=bars, seed=seed, name=f"evolve {name}", **asked)


def _in_time(wanted: Fitness) -> Fitness:
    """The fitness, and a sturdy rhythm where it asks for nothing in time: three perfect notes are no song."""
    if all(getattr(leaf, "name", "") in OF_PITCH or isinstance(leaf, Weight) for leaf in wanted.leaves()):
        return wanted + rhythm()
    return wanted


def _seeds(seeds: Any) -> tuple[list[Seed], list[Source], str]:
    """Where the founders come from, as plain data; slots and patterns apart; and a name for it all."""
    if seeds is None:
        seeds = []
    if not isinstance(seeds, list | tuple):
        seeds = [seeds]
    sources: list[Seed] = []
    parts: list[Source] = []
    told: list[str] = []
    for each in seeds:
        if isinstance(each, str) and each == "chance":
            told.append("chance")
        elif isinstance(each, Corpus):
            if not len(each):
                raise GeneratorError(f"the corpus {each.name!r} is empty: give one with music in it")
            sources.append({"pieces": pack(each.pieces)})
            told.append(each.name)
        elif isinstance(each, str):
            sources.append(_corpus(each))
            told.append(each)
        elif isinstance(each, Phrase):
            sources.append({"phrases": [each.pack()]})
            told.append("a phrase")
        elif isinstance(each, Stream):
            sources.append({"composer": each.plan.generator.spec()})
            told.append(each.plan.name)
        else:
            parts.append(Source(each))
            number = getattr(each, "number", None)
            told.append(f"d{number}" if isinstance(number, int) else "a pattern")
    return sources, parts, " and ".join(told) or "chance"


def _corpus(name: str) -> Seed:
    lowered = exists(name)
    if lowered in names() or lowered == "essen":
        return {"corpus": name}
    # A folder is read here, with a bar to watch: a worker has not the time.
    from livecode.music.corpus import corpus

    return {"pieces": pack(corpus(name).pieces)}


def _key(given: Any, fitness: Fitness) -> str:
    """Where songs are at home: what was said, or else the first scale that the fitness names."""
    if given:
        home_of(str(given))
        return str(given)
    for leaf in fitness.leaves():
        scale = getattr(leaf, "parameters", {}).get("scale", "")
        if getattr(leaf, "name", "") == "in_key" and scale:
            plain = leaf.at(0)[2]["scale"]
            return str(plain).replace(":", " ")
    return ""


def _whole(name: str, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ControlError(f"{name}={value!r}: give a whole number from {low} to {high}")
    return value


def _grid(value: Any) -> int:
    if isinstance(value, bool) or value not in GRIDS:
        raise ControlError(f"grid={value!r}: give {', '.join(map(str, GRIDS))} steps to a quarter note")
    return int(value)
