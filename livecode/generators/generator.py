"""What a composer is: a pure step from a context to a phrase, and plain data that rebuilds it elsewhere."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from livecode.errors import GeneratorError, NameUnknown
from livecode.music.phrase import Phrase

Spec = dict[str, Any]
"""Plain data (text, numbers, lists, bytes) with a "kind", enough to make a generator in another process."""

KINDS: dict[str, str] = {
    "choice": "livecode.generators.choosing:from_spec",
    "dream": "livecode.generators.dreams.dreamer:from_spec",
    "cpu_bach": "livecode.generators.cpu_bach.composer:from_spec",
    "evolution": "livecode.generators.evolution.composer:from_spec",
    "jam": "livecode.generators.jamming.answering:from_spec",
    "markov": "livecode.generators.markov.build:from_spec",
    "morph": "livecode.generators.between:from_spec",
    "ensemble": "livecode.generators.neural.gathering:from_spec",
    "neural": "livecode.generators.neural.build:from_spec",
    "recombine": "livecode.generators.recombination.build:from_spec",
    "rules": "livecode.generators.rules.build:from_spec",
}
"""Where each kind of generator is made from its spec; a spec's kind may also be such a "module:function"."""


PHRASES = ("previous", "over", "over_before", "heard")


@dataclass
class Context:
    """All that a composer may look at, besides its own model, the length and the seed.

    `previous` is the phrase before (None when a chapter starts afresh), `over` what another part plays in the
    same bars and `over_before` what it played in the bars of `previous`, `heard` what a chain is learning
    from, `position` the phrase's number, `constraints` what was asked of it ({"in_scale": "d dorian",
    "begins": "d", ...}), `parameters` the numbers in force at its start ({"temperature": 0.9}), `metre` and
    `key` what it should be in.
    """

    previous: Phrase | None = None
    over: Phrase | None = None
    over_before: Phrase | None = None
    heard: Phrase | None = None
    position: int = 0
    constraints: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, float] = field(default_factory=dict)
    metre: tuple[int, int] = (4, 4)
    key: str = ""

    def parameter(self, name: str, default: float) -> float:
        """A parameter's value here, or the default when nobody set it."""
        return float(self.parameters.get(name, default))

    def pack(self) -> dict[str, Any]:
        """Plain data for a frame to a worker."""
        return {
            **{name: _packed(getattr(self, name)) for name in PHRASES},
            "position": self.position,
            "constraints": dict(self.constraints),
            "parameters": dict(self.parameters),
            "metre": list(self.metre),
            "key": self.key,
        }

    @classmethod
    def unpack(cls, data: dict[str, Any]) -> Context:
        """The context that `pack` made plain."""
        phrases = {
            name: Phrase.unpack(data[name]) if data.get(name) is not None else None for name in PHRASES
        }
        numerator, denominator = data["metre"]
        return cls(
            **phrases,
            position=data["position"],
            constraints=data["constraints"],
            parameters=data["parameters"],
            metre=(numerator, denominator),
            key=data["key"],
        )


def _packed(phrase: Phrase | None) -> dict[str, Any] | None:
    return phrase.pack() if phrase is not None else None


@runtime_checkable
class Generator(Protocol):
    """A composer.

    `compose` is pure: the same context, length in ticks and seed give the same phrase, in any process.

    A composer may say more of itself by attributes: `tilts = True` when it heeds `attributes.Tilt` of its
    context (others have the best of several phrases chosen), `likelihood(phrase)`, in nats a note, when it
    can judge others' work, `led = True` when it cannot do without pitches in the part it listens to,
    `inside = True` when it cannot be sent to a worker,
    `momentary = True` when another day it would compose otherwise, so that the journal keeps what it did.
    """

    def spec(self) -> Spec:
        """Plain data from which `build` makes the same composer in another process."""
        ...

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """A phrase of exactly `length` ticks."""
        ...


def build(spec: Spec) -> Generator:
    """The composer that a spec describes.

    Modules outside `livecode` are refused: a spec comes from a frame or a file and must not choose code.
    """
    kind = str(spec.get("kind", ""))
    place = KINDS.get(kind, kind)
    module, _, function = place.partition(":")
    if not function or not module.startswith("livecode."):
        raise NameUnknown("kind of generator", kind, KINDS)
    made = getattr(importlib.import_module(module), function)(spec)
    if not isinstance(made, Generator):
        raise GeneratorError(f"{place} made a {type(made).__name__}: give one with spec() and compose()")
    return made
