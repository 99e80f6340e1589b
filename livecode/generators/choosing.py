"""How the best of several phrases is found: by attributes, another composer's likelihood, or a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import numpy as np

from livecode.errors import ControlError, GeneratorError, called, one_line
from livecode.generators.attributes import Tilt, attribute, measure
from livecode.generators.generator import Context, Generator, Spec, build
from livecode.generators.pool import composers, digest
from livecode.generators.stream import Stream
from livecode.music.phrase import Phrase

MOST = 64
Function = Callable[[Phrase], float]
_numbers = count(1)


def chosen(stream: Any, by: Any, candidates: int) -> Stream:
    """The stream that `rerank` gives."""
    if not isinstance(stream, Stream):
        raise ControlError(f"{called(stream)} is no composer: give one such as markov('folk')")
    if isinstance(candidates, bool) or not isinstance(candidates, int) or not 2 <= candidates <= MOST:
        raise ControlError(f"candidates={candidates!r}: give 2 to {MOST}")
    one = stream.plan.generator
    made = Choice(one, candidates, *_judge(by))
    return stream.asking(generator=made, name=f"best of {candidates} of {stream.plan.name}")


def _judge(by: Any) -> tuple[Mapping[str, float], Generator | None, Function | None]:
    if isinstance(by, Stream):
        judge = by.plan.generator
        if not callable(getattr(judge, "likelihood", None)):
            raise ControlError(
                f"{by.plan.name} cannot say how likely a phrase is: give a chain of variable order or a net"
            )
        return {}, judge, None
    if isinstance(by, str):
        by = {by.lstrip("-"): -1.0 if by.startswith("-") else 1.0}
    if isinstance(by, Mapping):
        return {attribute(name): float(amount) for name, amount in by.items()}, None, None
    if callable(by):
        return {}, None, by
    raise ControlError(
        f"by={by!r}: give an attribute such as 'leaps' or '-leaps', a composer, or a function of a phrase"
    )


@dataclass(frozen=True)
class Choice:
    """A composer that makes several phrases and gives the best.

    Without any judge it goes by the attributes that the context asks for (`attributes.Tilt`): so that
    `reward` and `suppress` act on every composer.
    """

    one: Generator
    candidates: int = 8
    by: Mapping[str, float] = field(default_factory=dict)
    judge: Generator | None = None
    function: Function | None = None
    number: int = field(default_factory=lambda: next(_numbers), compare=False)
    tilts = True

    @property
    def inside(self) -> bool:
        """Whether it is asked in this process: a function cannot be sent to a worker, phrases can."""
        return self.function is not None

    @property
    def momentary(self) -> bool:
        """Whether it would choose otherwise another day: who judges goes on learning."""
        return bool(getattr(self.function, "momentary", False))

    def spec(self) -> Spec:
        """The composer's spec, and what the best is."""
        made: Spec = {"kind": "choice", "one": self.one.spec(), "candidates": self.candidates}
        if self.function is not None:
            return {**made, "function": self.number}
        return {**made, "by": dict(self.by), "judge": self.judge.spec() if self.judge is not None else None}

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """The best of several; the first one is what the composer alone would give."""
        tilt = None if self.by or self.judge or self.function else Tilt.of(context)
        if tilt is None and not (self.by or self.judge or self.function):
            return self.one.compose(context, length, seed)
        phrases = [
            self._candidate(context, length, seed if number == 0 else _seed(seed, number))
            for number in range(self.candidates)
        ]
        scores = self._scores(phrases, self.by if tilt is None else tilt.wanted)
        best = phrases[int(np.argmax(scores))]
        told = {"best of": self.candidates}
        origins = [{**(origin or {}), **told} for origin in best.provenance or [None] * len(best)]
        return replace(best, provenance=origins)

    def _candidate(self, context: Context, length: int, seed: int) -> Phrase:
        if not self.inside:
            return self.one.compose(context, length, seed)
        model = digest(self.one.spec())
        key = digest("candidate", model, length, seed, context.pack())
        return composers().phrase(key, self.one, model, context, length, seed)

    def _scores(self, phrases: list[Phrase], by: Mapping[str, float]) -> list[float]:
        if self.function is not None:
            return [_asked(self.function, phrase) for phrase in phrases]
        if self.judge is not None:
            return [-float(self.judge.likelihood(phrase)) for phrase in phrases]  # type: ignore[attr-defined]
        scores = np.zeros(len(phrases))
        for name, amount in by.items():
            found = np.array([measure(phrase, name) for phrase in phrases])
            spread = found.std()
            if spread > 0:
                scores += amount * (found - found.mean()) / spread
        return [float(score) for score in scores]


def _asked(function: Function, phrase: Phrase) -> float:
    try:
        return float(function(phrase))
    except Exception as problem:
        raise GeneratorError(f"the function given to rerank stopped: {one_line(problem)}") from problem


def _seed(seed: int, number: int) -> int:
    return int.from_bytes(digest(seed, number)[:7], "little")


def from_spec(spec: Spec) -> Choice:
    """The choice that a spec describes, in a worker."""
    if "function" in spec:
        raise GeneratorError("a function chooses here, and functions stay in their process")
    judge = build(spec["judge"]) if spec.get("judge") else None
    by = {attribute(name): float(amount) for name, amount in spec.get("by", {}).items()}
    return Choice(build(spec["one"]), min(MOST, max(1, int(spec["candidates"]))), by, judge)
