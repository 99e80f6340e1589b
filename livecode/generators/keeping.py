"""Composers kept in a set's `models/`: a model with all that was asked of it, rewards included."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from livecode.errors import FileProblem, GeneratorError, NameUnknown
from livecode.generators.generator import KINDS, Spec, build
from livecode.generators.plan import Plan
from livecode.generators.stream import Stream
from livecode.music.phrase import Phrase
from livecode.sets import listing, own

FILE = "composer.msgpack"
LARGEST = 64 << 20


def keep(stream: Stream, name: str) -> Path:
    """Write a stream's composer to the performer's set; FileProblem when there is no set or it is full."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}", str(name)):
        raise FileProblem(f"a model called {name!r}: give a name of letters, digits, spaces, - and _")
    plan = stream.plan
    if getattr(plan.generator, "inside", False):
        raise GeneratorError(f"{plan.name}: a function chooses, and cannot be kept: rerank by attributes")
    sets = own()
    if not sets:
        raise FileProblem("no set of your own to keep it in: type livecode new FOLDER, and play from there")
    folder = sets[0] / "models" / str(name)
    if folder.exists() and not (folder / FILE).is_file():
        raise FileProblem(f"models/{name} is something else already: give another name")
    data = {
        "version": 1,
        "name": str(name),
        "spec": plan.generator.spec(),
        "bars": plan.bars,
        "seed": plan.seed,
        "parameters": plan.parameters_at(0),
        "constraints": plan.constraints_at(0),
        "liked": [phrase.pack() for phrase in plan.liked],
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / (FILE + ".part")
        part.write_bytes(msgspec.msgpack.encode(data))
        part.replace(folder / FILE)
    except OSError as problem:
        raise FileProblem(f"models/{name} cannot be written: {problem.strerror}") from None
    return folder


def opened(name: str) -> Stream:
    """The stream that was kept; NameUnknown with the nearest name, FileProblem for a damaged file."""
    known = names()
    if str(name) not in known:
        cure = f"there are {', '.join(known)}" if known else "none yet: markov('folk').keep('my folk')"
        raise NameUnknown("kept composer", str(name), known, cure)
    path = known[str(name)]
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"more than {LARGEST} bytes")
        data: dict[str, Any] = msgspec.msgpack.decode(path.read_bytes())
        spec: Spec = data["spec"]
        _check(spec)
        liked = tuple(Phrase.unpack(phrase) for phrase in data["liked"])
        parameters = {str(key): float(value) for key, value in data["parameters"].items()}
        constraints = {str(key): value for key, value in data["constraints"].items()}
        bars, seed = int(data["bars"]), int(data["seed"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, msgspec.DecodeError) as problem:
        raise FileProblem(f"models/{name} is damaged ({problem}): keep it again") from None
    kind, generator = _generator(spec)
    return kind(generator, plan=Plan(generator, str(name), bars, seed, constraints, parameters, liked=liked))


def _generator(spec: Spec) -> tuple[type[Stream], Any]:
    if spec["kind"] == "markov":
        from livecode.generators.markov.build import Learner, checked_order
        from livecode.generators.markov.chain import Chain

        return Chain, Learner(str(spec["corpus"]), checked_order(spec.get("order")), spec.get("pieces"))
    if spec["kind"] == "evolution":
        from livecode.generators.evolution.evolving import Evolving

        return Evolving, build(spec)
    return Stream, build(spec)


def _check(spec: Any) -> None:
    """A file may come from anywhere: it names kinds that we know, not code."""
    if isinstance(spec, dict):
        if "kind" in spec and spec["kind"] not in KINDS:
            raise ValueError(f"no composer of kind {spec['kind']!r}")
        for part in spec.values():
            _check(part)
    elif isinstance(spec, list):
        for part in spec:
            _check(part)


def names() -> dict[str, Path]:
    """The kept composers of the sets, by name."""
    return {name: path / FILE for name, path in listing("models").items() if (path / FILE).is_file()}
