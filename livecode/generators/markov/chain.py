"""A Markov chain as a stream: what may be asked of chains beyond what every composer takes."""

from __future__ import annotations

from typing import Any, Self

from livecode.errors import ControlError, GeneratorError, nearest
from livecode.generators.markov.build import Learner, checked_order
from livecode.generators.markov.fixed import FixedChain
from livecode.generators.markov.table import Table
from livecode.generators.stream import Stream

PARAMETERS = ("temperature",)
CONSTRAINTS = ("max_copy", "in_scale", "begins", "ends", "contour", "rhymes")


class Chain(Stream):
    """What a Markov chain plays."""

    def max_copy(self, notes: Any) -> Self:
        """The longest run of notes that may stand in the corpus, in any key and rhythm: 3 to 64, 0 for any.

        ```python
        markov("bach").max_copy(8)
        ```
        """
        return self.constrained(max_copy=notes)

    def contour(self, shape: Any) -> Self:
        """The line of every phrase: it ends above where it begins ("rise") or below ("fall"); or it stands
        higher half way than at both ends ("arch"), or lower ("valley").
        """
        return self.constrained(contour=shape)

    def rhymes(self, scheme: Any) -> Self:
        """Bars of one letter have one rhythm and end on the same two notes; - is a free bar.

        ```python
        markov("foster", order=3).rhymes("abab").bars(4)
        ```
        """
        return self.constrained(rhymes=scheme)

    def table(self) -> Table:
        """What follows what, for a chain of fixed order.

        ```python
        markov("foster", order=2).table()["d4 e4"]
        ```
        """
        learner = self.plan.generator
        generator = learner.chain if isinstance(learner, Learner) else learner
        if not isinstance(generator, FixedChain):
            raise GeneratorError(
                f"{self.plan.name} has no one table: give an order, as in markov(..., order=2)"
            )
        return Table.of(generator.memory)


def chain(corpus: Any, order: int | None, **asked: Any) -> Chain:
    """The chain that `markov` gives."""
    bars, seed = asked.pop("bars", 4), asked.pop("seed", 0)
    constraints = {name: asked.pop(name) for name in CONSTRAINTS if name in asked}
    for given in asked:
        if given not in PARAMETERS:
            near = nearest(given, (*PARAMETERS, *CONSTRAINTS, "order", "bars", "seed"))
            cure = f"did you mean {near!r}?" if near else f"it has {', '.join((*PARAMETERS, *CONSTRAINTS))}"
            raise ControlError(f"a chain has no parameter called {given!r}: {cure}")
    composer = Learner.of(corpus, checked_order(order))
    name = composer.corpus
    made = Chain(composer, bars=bars, seed=seed, name=f"markov {name}", **asked)
    return made.constrained(**constraints) if constraints else made
