"""How two composers are mixed.

Chains of variable order are mixed at every note, the chances of one with the chances of the other; any others
take turns by the bar.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from livecode.errors import ControlError
from livecode.generators.generator import Context, Generator, Spec, build
from livecode.generators.markov.build import Learner
from livecode.generators.markov.melodist import Melodist
from livecode.generators.markov.mixing import Floats, Mixture, softmax
from livecode.generators.markov.variable import MelodyModel
from livecode.generators.stream import Stream
from livecode.music.phrase import Phrase, bar_ticks, concat


def between(one: Any, other: Any, amount: Any) -> Stream:
    """The stream that `morph` gives."""
    for each in (one, other):
        if not isinstance(each, Stream):
            raise ControlError(
                f"{each!r} is no composer: give two such as markov('folk') and neural('chorale')"
            )
    generator = Morph(one.plan.generator, other.plan.generator)
    parameters = {**other.plan.parameters, **one.plan.parameters, "morph": amount}
    constraints = {**other.plan.constraints, **one.plan.constraints}
    plan = replace(
        one.plan,
        generator=generator,
        name=f"{one.plan.name} to {other.plan.name}",
        parameters=parameters,
        constraints=constraints,
        over=one.plan.over or other.plan.over,
        learn=one.plan.learn or other.plan.learn,
    )
    return Stream(generator, plan=plan)


@dataclass(frozen=True)
class Morph:
    """Two composers and a parameter `morph` between them."""

    one: Generator
    other: Generator

    @property
    def tilts(self) -> bool:
        """Whether both heed what is wanted more or less of."""
        return bool(getattr(self.one, "tilts", False) and getattr(self.other, "tilts", False))

    def spec(self) -> Spec:
        """Both their specs."""
        return {"kind": "morph", "one": self.one.spec(), "other": self.other.spec()}

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """A phrase between the two."""
        amount = min(1.0, max(0.0, context.parameter("morph", 0.5)))
        if amount == 0.0:
            return self.one.compose(context, length, seed)
        if amount == 1.0:
            return self.other.compose(context, length, seed)
        first, second = _learnt(self.one), _learnt(self.other)
        if isinstance(first, Melodist) and isinstance(second, Melodist):
            return _between(first, second, amount).compose(context, length, seed)
        return self._in_turn(context, length, seed, amount)

    def _in_turn(self, context: Context, length: int, seed: int, amount: float) -> Phrase:
        """Bar by bar, the second as often as the amount says; only the last bar has to end as asked."""
        random = np.random.default_rng(seed)
        bar = bar_ticks(context.metre)
        bars: list[Phrase] = []
        previous = context.previous
        for begin in range(0, length, bar):
            width = min(bar, length - begin)
            chosen = self.other if random.random() < amount else self.one
            asked = dict(context.constraints)
            if begin:
                asked.pop("begins", None)
            if begin + width < length:
                asked.pop("ends", None)
            asked.pop("contour", None)
            over = context.over.slice(begin, begin + width) if context.over is not None else None
            here = replace(context, previous=previous, over=over, over_before=None, constraints=asked)
            phrase = chosen.compose(here, width, int(random.integers(1 << 62)))
            bars.append(phrase)
            previous = concat([previous, phrase]) if previous is not None else phrase
            previous = previous.slice(max(0, previous.length - 4 * bar), previous.length)
        return concat(bars)


def _learnt(generator: Generator) -> Generator:
    return generator.chain if isinstance(generator, Learner) else generator


def _between(one: Melodist, other: Melodist, amount: float) -> Melodist:
    """A chain whose chances lie between those of two; key and compass are those of the nearer one."""
    nearer = one if amount < 0.5 else other
    model = MelodyModel(
        _Between(one.model.timing, other.model.timing, amount),
        _Between(one.model.stepping, other.model.stepping, amount),
    )
    return replace(nearer, model=model)


class _Between(Mixture):
    """A mixture of mixtures."""

    def __init__(self, one: Mixture, other: Mixture, amount: float) -> None:
        super().__init__(one.contexts, one.counts, one.base, one.weights, one.bias, one.smoothing)
        self.one, self.other, self.amount = one, other, amount

    def logits(self, views: Any, kinds: Any) -> Floats:
        first = softmax(self.one.logits(views, kinds))
        second = softmax(self.other.logits(views, kinds))
        mixed: Floats = np.log((1 - self.amount) * first + self.amount * second + 1e-30)
        return mixed.astype(np.float32)


def from_spec(spec: Spec) -> Morph:
    """The morph that a spec describes, in a worker."""
    return Morph(build(spec["one"]), build(spec["other"]))
