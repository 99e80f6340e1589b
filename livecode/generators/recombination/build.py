"""From a corpus' name to a recombiner, made once in each process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from livecode.errors import ControlError, GeneratorError, NameUnknown, nearest
from livecode.generators.explain import Explanation
from livecode.generators.generator import Context, Generator, Spec
from livecode.generators.recombination.recombiner import Recombiner
from livecode.generators.recombination.report import Report
from livecode.generators.recombination.works import CHORALES, KEYBOARD, Work, names, of_corpus, works
from livecode.generators.stream import Stream
from livecode.music.corpus import Corpus, exists, pack, unpack
from livecode.music.phrase import Phrase
from livecode.music.reading import shown

PARAMETERS = ("temperature",)
CONSTRAINTS = ("shaped_by", "max_copy", "in_scale", "begins", "ends")


@dataclass(frozen=True)
class Cutter:
    """A recombiner by name: it cuts its works up when it first composes, mostly in a worker."""

    corpus: str
    pieces: bytes | None = None

    def spec(self) -> Spec:
        """Plain data that makes it again."""
        made: Spec = {"kind": "recombine", "corpus": self.corpus}
        return made if self.pieces is None else {**made, "pieces": self.pieces}

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """A phrase by the recombiner."""
        return self.recombiner.compose(context, length, seed)

    @property
    def recombiner(self) -> Recombiner:
        """The recombiner itself, which reads its works now if it has not."""
        return _recombiner(self)


@lru_cache(maxsize=4)
def _recombiner(cutter: Cutter) -> Recombiner:
    return Recombiner(cutter.corpus, _works(cutter), made_from=cutter.spec())


def _works(cutter: Cutter) -> list[Work]:
    if cutter.pieces is not None:
        return of_corpus(Corpus(cutter.corpus, unpack(cutter.pieces)))
    return works(cutter.corpus)


class Recombination(Stream):
    """What a recombiner plays."""

    def max_copy(self, beats: Any) -> Self:
        """The longest run of beats that may stand in a work: 2 to 64, 0 for any length.

        ```python
        recombine("bach chorales").max_copy(4)
        ```
        """
        return self.constrained(max_copy=beats)

    def shaped_by(self, work: Any) -> Self:
        """The work whose phrases, length and tension are followed; its name, or a pattern of names.

        ```python
        recombine("bach chorales").shaped_by("BWV 269")
        ```
        """
        return self.constrained(shaped_by=work)

    def works(self) -> list[str]:
        """The names of the works it is made of."""
        return [work.name for work in self._recombiner().works]

    def report(self, cycles: int = 16) -> Report:
        """From which works the first cycles come, how often they are joined, and the longest run copied."""
        phrases = [self.phrase(number) for number in range(-(-int(cycles) // self.plan.bars))]
        return Report.of(phrases, self._recombiner().fragments(phrases[0].metre))

    def explain(self, cycle: int = 0) -> Explanation:
        """Which work and beat each note of a cycle is from, and after which beat it was joined."""
        return super().explain(cycle)

    def _recombiner(self) -> Recombiner:
        generator: Any = self.plan.generator
        inner = getattr(generator, "one", generator)
        found: Recombiner = inner.recombiner if isinstance(inner, Cutter) else inner
        return found


def recombination(corpus: Any, **asked: Any) -> Recombination:
    """The stream that `recombine` gives."""
    bars, seed = asked.pop("bars", 4), asked.pop("seed", 0)
    constraints = {name: asked.pop(name) for name in CONSTRAINTS if asked.get(name) is not None}
    asked.pop("shaped_by", None)
    for given in asked:
        if given not in PARAMETERS:
            known = (*PARAMETERS, *CONSTRAINTS, "bars", "seed")
            near = nearest(given, known)
            cure = f"did you mean {near!r}?" if near else f"it has {', '.join(known)}"
            raise ControlError(f"a recombination has no parameter called {given!r}: {cure}")
    cutter = _cutter(corpus)
    plan = constraints.get("shaped_by")
    if isinstance(plan, str) and not set(plan) & set("<>[]{}|*!,~?"):
        known_works = [work.name for work in cutter.recombiner.works]
        if plan not in known_works:
            raise NameUnknown("work", plan, known_works, f"recombine({cutter.corpus!r}).works() lists them")
    made = Recombination(cutter, bars=bars, seed=seed, name=f"recombine {cutter.corpus}", **asked)
    return made.constrained(**constraints) if constraints else made


def _cutter(corpus: Any) -> Cutter:
    if isinstance(corpus, Corpus):
        if not len(corpus):
            raise GeneratorError(f"the corpus {corpus.name!r} is empty: give one with music in it")
        return Cutter(corpus.name, pack(corpus.pieces))
    text = str(corpus).strip()
    if text.lower() in CHORALES:
        # Read here the first time, with a bar to watch: a worker has not the time.
        works("bach chorales", shown)
        return Cutter("bach chorales")
    if text.lower() in KEYBOARD:
        return Cutter(text.lower())
    try:
        exists(text)
    except NameUnknown:
        listing = f"say {', '.join(names())}, or a folder"
        raise NameUnknown("corpus", text, [*names(), *CHORALES], listing) from None
    from livecode.generators.markov.build import named

    read = named(text)
    return Cutter(read.name, pack(read.pieces))


def from_spec(spec: Spec) -> Generator:
    """The recombiner that a spec describes."""
    return Cutter(str(spec["corpus"]), spec.get("pieces")).recombiner
