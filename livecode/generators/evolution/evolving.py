"""Evolution as a stream, and what a performer does to it while it plays."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import Any, Self

from livecode.errors import ControlError, GeneratorError
from livecode.generators.evolution.composer import ERA, Evolution, Turn, turn_of
from livecode.generators.evolution.family import Ancestor, Family, Verdict
from livecode.generators.evolution.fitness import Fitness, Term
from livecode.generators.evolution.steering import Steering
from livecode.generators.generator import Context
from livecode.generators.looped import Looped
from livecode.generators.plan import Source
from livecode.generators.pool import composers, digest
from livecode.generators.stream import CONTEXTS_KEPT, Planned, Stream, listening
from livecode.language.moment import moment
from livecode.music.phrase import Phrase, bar_ticks

TURNS_KEPT = 4 * ERA


class Evolving(Stream):
    """What an evolving population plays: the best song so far, phrase after phrase.

    ```python
    g = evolve(["folk"], fitness=in_key("d dorian") + small_leaps() + chords("<dm7 g7>"))
    d1 >> g.synth("flute")
    g.mutate(); g.step(50); g.freeze(); g.freeze(False)
    ```

    What is done to it holds for every pattern made of it, from the next phrase that nobody has asked for yet.
    """

    chapter = 1

    def __init__(self, generator: Any, **more: Any) -> None:
        super().__init__(generator, **more)
        self._turns: OrderedDict[tuple[int, tuple[int, int]], Turn] = OrderedDict()
        self._deeds_known = 0
        self._first_taste: list[float] | None = None
        self._slots: dict[int, list[dict[str, Any]]] = {}

    # What a performer does.

    def step(self, generations: int = 10) -> Self:
        """So many generations more than usual before the next phrase.

        ```python
        g.step(50)
        ```
        """
        if isinstance(generations, bool) or not isinstance(generations, int) or not 1 <= generations <= 300:
            raise ControlError(f"step({generations!r}): give 1 to 300 generations")
        return self._do("step", generations)

    def freeze(self, on: bool = True) -> Self:
        """Let time stand still: the song that plays goes round until `freeze(False)`."""
        return self._do("freeze", bool(on))

    def mutate(self, amount: float = 1.0) -> Self:
        """Change everybody at once, the best song too; above 1 changes more."""
        if isinstance(amount, bool) or not isinstance(amount, int | float) or not 0 < amount <= 5:
            raise ControlError(f"mutate({amount!r}): give an amount above 0, 5 at most; 1 is as usual")
        return self._do("mutate", float(amount))

    def breed(self, *parents: Any) -> Self:
        """Let what other slots, patterns or phrases play have children together, in half of the population.

        ```python
        g.breed(d1, d2)
        ```
        """
        if not parents:
            raise ControlError(
                "breed() needs parents: give slots, patterns or phrases, as in g.breed(d1, d2)"
            )
        return self._do("breed", [self._heard(each).pack() for each in parents])

    def like(self, cycle: float | None = None) -> Self:
        """More like the song that plays: its kin take an eighth of the population, and taste learns."""
        return self._rate(1, cycle)

    def dislike(self, cycle: float | None = None) -> Self:
        """Less like the song that plays: those near it are worth less in this era, and taste learns."""
        return self._rate(-1, cycle)

    def ancestors(self, cycle: int | None = None) -> Family:
        """The family tree of the song at a cycle, from itself back to its founder; each can be played.

        ```python
        family = g.ancestors()
        d2 >> family[-1].synth("organ")
        ```
        """
        number = int(self._now() if cycle is None else cycle) // self.plan.bars
        told = self._question("ancestors", number)
        return Family(self.plan.name, [Ancestor.of(each) for each in told])

    def rivals(self, count: int = 8, cycle: int | None = None) -> Family:
        """The best songs of other niches at a cycle, the winner first; each can be played."""
        number = int(self._now() if cycle is None else cycle) // self.plan.bars
        told = self._question("rivals", number, count=max(1, min(64, int(count))))
        return Family(self.plan.name, [Ancestor.of(each) for each in told])

    def explain(self, cycle: int | None = None) -> Verdict:  # type: ignore[override]
        """What each term gave the song of a cycle (now, if none is said), and where the song comes from."""
        when = int(self._now() if cycle is None else cycle)
        return Verdict.of(self._made(when // self.plan.bars, self._metre_now()), self.plan.name, when)

    def __repr__(self) -> str:
        evolution = self._evolution
        bred = f", bred for {evolution.fitness}" if evolution is not None and evolution.fitness else ""
        return f"{self.plan.name}{bred}"

    def among(self, songs: Any) -> Self:
        """Take turns among the best of so many niches, instead of the best of all; may be a pattern."""
        return self.setting(among=songs)

    # What ratings and taste ask of it.

    def rated(self, phrase: Phrase, value: int, cycle: float) -> None:
        """Somebody has rated the phrase that sounded at a cycle."""
        if self._evolution is None:
            return
        now, cps = self.clock
        self._steering.do("like" if value > 0 else "dislike", [_bare(phrase)], cycle if now else None, cps)

    def taste_changed(self, weights: list[float]) -> None:
        """Taste has learnt: it holds from the next phrase that nobody has asked for."""
        self._do("taste", weights)

    # How it is done.

    @property
    def _evolution(self) -> Evolution | None:
        generator = self.plan.generator
        return generator if isinstance(generator, Evolution) else None

    @property
    def _steering(self) -> Steering:
        evolution = self._evolution
        if evolution is None:
            raise GeneratorError(f"{self.plan.name} does not evolve by itself: do this to its evolve(...)")
        return evolution.steering

    @property
    def fitness(self) -> Fitness:
        """What it is bred for."""
        evolution = self._evolution
        if evolution is None or evolution.fitness is None:
            raise GeneratorError(f"{self.plan.name} is chosen by something else than its fitness")
        return evolution.fitness

    def _do(self, name: str, argument: Any) -> Self:
        now, cps = self.clock
        self._steering.do(name, argument, now() if now is not None else None, cps)
        return self

    def _now(self) -> float:
        now, _ = self.clock
        return max(0.0, now()) if now is not None else 0.0

    def _metre_now(self) -> tuple[int, int]:
        with self._lock:
            return next(reversed(self._turns))[1] if self._turns else (4, 4)

    def _rate(self, value: int, cycle: float | None) -> Self:
        from livecode.generators.evolution.taste import taste

        when = self._now() if cycle is None else float(cycle)
        phrase = self._made(int(when) // self.plan.bars, self._metre_now())
        taste.rated(phrase, value)
        self.rated(phrase, value, when)
        return self

    def _heard(self, part: Any) -> Phrase:
        """What a part plays now, as a phrase of this stream's length."""
        if isinstance(part, Phrase):
            phrase = part
        elif isinstance(part, Looped):
            phrase = part.phrase
        else:
            begin = int(self._now()) // self.plan.bars * self.plan.bars
            phrase = Source(part).phrase(begin, begin + self.plan.bars, self._metre_now())
        if not len(phrase):
            raise GeneratorError(f"{part!r} plays no notes now that songs could be bred from")
        return replace(phrase, provenance=())

    def _question(self, question: str, number: int, **more: Any) -> list[dict[str, Any]]:
        evolution = self._evolution
        if evolution is None:
            raise GeneratorError(f"{self.plan.name} has no family tree: ask its evolve(...)")
        metre = self._metre_now()
        planned = self._plan(number, metre, b"")
        argument = {"context": planned.context.pack(), "length": self.plan.bars * bar_ticks(metre), **more}
        return composers().ask(evolution, self._model, question, argument)

    def _phrase_at(self, number: int, cycle: int) -> Phrase | None:
        now = moment()
        if now is not None and self._evolution is not None:
            # Taste, deeds and slots that were listened to once are not what the same line gives another day.
            deeds = any(deed.phrase(self.plan.bars) <= number for deed in self._steering.deeds)
            if deeds or self._evolution.parts or self._tasteful:
                now.momentary = True
        return super()._phrase_at(number, cycle)

    @property
    def _tasteful(self) -> bool:
        fitness = self._evolution.fitness if self._evolution is not None else None
        leaves = fitness.leaves() if fitness is not None else []
        return any(isinstance(leaf, Term) and leaf.name == "taste" for leaf in leaves)

    def _already(self, number: int, metre: tuple[int, int]) -> Planned | None:
        if self._evolution is not None:
            self._heed_deeds()
        return super()._already(number, metre)

    def _heed_deeds(self) -> None:
        """Forget what was planned for phrases that a new deed changes."""
        deeds = self._steering.deeds
        if len(deeds) == self._deeds_known:
            return
        with self._lock:
            first = min(deed.phrase(self.plan.bars) for deed in deeds[self._deeds_known :])
            self._deeds_known = len(deeds)
            for number in [each for each in self._planned if each >= first]:
                del self._planned[number]
            for key in [each for each in self._turns if each[0] >= first]:
                del self._turns[key]

    def _plan(self, number: int, metre: tuple[int, int], before: bytes) -> Planned:
        evolution = self._evolution
        if evolution is None:
            return super()._plan(number, metre, before)
        planned = self._already(number, metre)
        if planned is not None:
            return planned
        plan, steering = self.plan, evolution.steering
        listened = self._listened(metre)
        played, frozen = steering.played(number, plan.bars)
        era, place = divmod(played, ERA)
        with listening(self):
            turns = [
                self._turn(steering.real(era * ERA + each, plan.bars), metre) for each in range(place + 1)
            ]
            cycle = number * plan.bars
            over = None
            if plan.over is not None and not frozen:
                over = plan.over.phrase(cycle, cycle + plan.bars, metre)
            phrases = self._founding(steering.real(era * ERA, plan.bars) * plan.bars, era, metre)
        book: list[Turn] = []
        for turn in turns:
            if turn not in book:
                book.append(turn)
        context = Context(
            over=over,
            position=played,
            constraints={
                "turns": [book.index(turn) for turn in turns],
                "book": book,
                "era": {"seed": plan.seed, "number": era, "phrases": phrases},
            },
            metre=metre,
        )
        key = digest(self._model, plan.bars, context.pack())
        planned = Planned(listened, context, 0, key)
        with self._lock:
            self._planned[number] = planned
            while len(self._planned) > CONTEXTS_KEPT:
                self._planned.popitem(last=False)
        return planned

    def _turn(self, number: int, metre: tuple[int, int]) -> Turn:
        """What is asked in one phrase, decided when it is first planned."""
        with self._lock:
            known = self._turns.get((number, metre))
        if known is not None:
            return known
        plan, evolution = self.plan, self._evolution
        assert evolution is not None
        cycle = number * plan.bars
        turn = turn_of(
            self._fitness_at(number),
            plan.parameters_at(cycle),
            plan.constraints_at(cycle),
            evolution.generations,
            evolution.steering.at(number, plan.bars),
        )
        with self._lock:
            self._turns[number, metre] = turn
            while len(self._turns) > TURNS_KEPT:
                self._turns.popitem(last=False)
        return turn

    def _fitness_at(self, number: int) -> Any:
        evolution = self._evolution
        assert evolution is not None
        if evolution.fitness is None:
            return evolution.plain
        plain = evolution.fitness.at(number * self.plan.bars)
        if self._tasteful:
            plain = _tasteful(plain, self._taste_at(number))
        return plain

    def _taste_at(self, number: int) -> list[float]:
        """The weights of taste in a phrase: as they stood at first, and after each deed that changed them."""
        from livecode.generators.evolution.taste import taste

        if self._first_taste is None:
            taste.followed_by(self)
            self._first_taste = taste.weights()
        changed: list[float] | None = self._steering.taste(number, self.plan.bars)
        return self._first_taste if changed is None else changed

    def _founding(self, cycle: int, era: int, metre: tuple[int, int]) -> list[dict[str, Any]]:
        """What the slots among the seeds play when an era begins, listened to once."""
        evolution = self._evolution
        assert evolution is not None
        if not evolution.parts:
            return []
        if era not in self._slots:
            bars = self.plan.bars
            phrases = [part.phrase(cycle, cycle + bars, metre) for part in evolution.parts]
            self._slots[era] = [replace(phrase, provenance=()).pack() for phrase in phrases if len(phrase)]
        return self._slots[era]


def _tasteful(plain: Any, weights: list[float]) -> Any:
    if plain[0] == "term":
        return ["term", "taste", {"weights": weights}] if plain[1] == "taste" else plain
    return [plain[0], *(_tasteful(part, weights) if isinstance(part, list) else part for part in plain[1:])]


def _bare(phrase: Phrase) -> dict[str, Any]:
    return replace(phrase, provenance=()).pack()
