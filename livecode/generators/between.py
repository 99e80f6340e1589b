"""How two composers are mixed.

Chains of variable order and nets of tunes are mixed at every note, the chances of one with the chances of the
other; any others take turns by the bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.errors import ControlError, called
from livecode.generators.generator import Context, Generator, Spec, build
from livecode.generators.markov.build import Learner
from livecode.generators.markov.melodist import Melodist
from livecode.generators.markov.melody import WIDEST, Tune, Walk
from livecode.generators.markov.mixing import Floats, softmax
from livecode.generators.markov.variable import Hand, TuneModel
from livecode.generators.neural.build import Trained
from livecode.generators.neural.melodies import TuneComposer
from livecode.generators.neural.styles import in_metre
from livecode.generators.stream import Stream
from livecode.music.phrase import Phrase, bar_ticks, concat

OTHERS = "style of the other"
"""The constraint that says in which style the second of two is to compose."""


def between(one: Any, other: Any, amount: Any) -> Stream:
    """The stream that `morph` gives."""
    for each in (one, other):
        if not isinstance(each, Stream):
            raise ControlError(
                f"{called(each)} is no composer: give two such as markov('folk') and neural('chorale')"
            )
    generator = Morph(one.plan.generator, other.plan.generator)
    parameters = {**other.plan.parameters, **one.plan.parameters, "morph": amount}
    constraints = {**other.plan.constraints, **one.plan.constraints}
    # A style is each one's own: the way from a jig to a reel lies between the two.
    constraints.pop("style", None)
    for key, each in (("style", one), (OTHERS, other)):
        if "style" in each.plan.constraints:
            constraints[key] = each.plan.constraints["style"]
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
        here, there = _sides(context)
        if amount == 0.0:
            return self.one.compose(here, length, seed)
        if amount == 1.0:
            return self.other.compose(there, length, seed)
        first, second = _told(_learnt(self.one), here), _told(_learnt(self.other), there)
        if isinstance(first, Melodist) and isinstance(second, Melodist):
            mixed = _between(first, second, amount)
            nearer = first if amount < 0.5 else second
            metre = nearer.metre_in(context) if isinstance(nearer, TuneComposer) else context.metre
            plain = _asked(context, None)
            return in_metre(metre, plain, length, lambda now, long: mixed.compose(now, long, seed))
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
            for distant in ("contour", "rhymes"):
                asked.pop(distant, None)
            over = context.over.slice(begin, begin + width) if context.over is not None else None
            here = replace(context, previous=previous, over=over, over_before=None, constraints=asked)
            phrase = chosen.compose(_sides(here)[chosen is self.other], width, int(random.integers(1 << 62)))
            bars.append(phrase)
            previous = concat([previous, phrase]) if previous is not None else phrase
            previous = previous.slice(max(0, previous.length - 4 * bar), previous.length)
        return concat(bars)


def _asked(context: Context, style: Any) -> Context:
    """The same context, of one style or of none."""
    constraints = {
        name: value for name, value in context.constraints.items() if name not in ("style", OTHERS)
    }
    return replace(context, constraints=constraints | ({} if style is None else {"style": style}))


def _sides(context: Context) -> tuple[Context, Context]:
    """The context as the first composer sees it, and as the second does."""
    one, other = (_asked(context, context.constraints.get(key)) for key in ("style", OTHERS))
    return one, other


def _told(generator: Generator, context: Context) -> Generator:
    return generator.told(context) if isinstance(generator, TuneComposer) else generator


def _learnt(generator: Generator) -> Generator:
    if isinstance(generator, Learner):
        return generator.chain
    if isinstance(generator, Trained):
        made: Generator = generator.made
        return made
    return generator


def _between(one: Melodist, other: Melodist, amount: float) -> Melodist:
    """A composer whose chances lie between those of two; key and compass are those of the nearer one."""
    nearer = one if amount < 0.5 else other
    # A copy that keeps what the nearer one has found out about its corpus, which takes longest.
    _ = nearer.classes, nearer.common, nearer.compass, nearer.sources
    mixed = copy(nearer)
    mixed.model = MixedTunes(one.model, other.model, amount)
    return mixed


@dataclass(frozen=True)
class MixedTunes:
    """Two models of tunes, chains or nets, whose chances are averaged at every note.

    The likelihood is that of the average itself: `amount` (0 to 1) of the second, for time and for step.
    """

    one: TuneModel
    other: TuneModel
    amount: float

    def hand(self, walk: Walk, tonic: int) -> Hand:
        """What the two think of a tune in the making, averaged."""
        return _MixedHand(self.one.hand(walk, tonic), self.other.hand(walk, tonic), self.amount)

    def having_heard(self, phrase: Phrase) -> MixedTunes:
        """The same, both having heard a phrase."""
        return replace(self, one=self.one.having_heard(phrase), other=self.other.having_heard(phrase))

    def nats_of(self, tunes: Sequence[Tune]) -> npt.NDArray[np.float64]:
        """Minus the log-probability of each note of some tunes, note by note as on stage."""
        nats = []
        for tune in tunes:
            walk = Walk(tune.bar, tune.metre, tune.mode)
            hand = self.hand(walk, tune.tonic)
            before = 0
            for place, time, height in zip(tune.places.tolist(), tune.times.tolist(), tune.heights.tolist()):
                step = min(max(height - before, -WIDEST), WIDEST) + WIDEST
                timely = softmax(hand.times(place))[time]
                nats.append(-np.log(timely) - np.log(softmax(hand.steps(place, time))[step]))
                walk.add(place, time, height)
                before = height
        return np.array(nats)


@dataclass(frozen=True)
class _MixedHand:
    one: Hand
    other: Hand
    amount: float

    def times(self, place: int) -> Floats:
        return self._mixed(self.one.times(place), self.other.times(place))

    def steps(self, place: int, time: int) -> Floats:
        return self._mixed(self.one.steps(place, time), self.other.steps(place, time))

    def _mixed(self, first: Floats, second: Floats) -> Floats:
        chances = (1 - self.amount) * softmax(first) + self.amount * softmax(second)
        mixed: Floats = np.log(chances + 1e-30).astype(np.float32)
        return mixed


def from_spec(spec: Spec) -> Morph:
    """The morph that a spec describes, in a worker."""
    return Morph(build(spec["one"]), build(spec["other"]))
