"""A composer as a pattern: phrase after phrase, any cycle in bounded time, the same for the same seed.

Sixteen phrases are a chapter. Within it each phrase grows out of the one before; every chapter starts
afresh from the seed and its number, so cycle 100 000 costs no more than sixteen phrases.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import Any, Self

from quicktions import Fraction

from livecode.errors import ControlError, GeneratorError, LivecodeError, one_line
from livecode.generators.attributes import wanted
from livecode.generators.explain import Explanation
from livecode.generators.generator import Context, Generator
from livecode.generators.heard import note_heard
from livecode.generators.placed import Placed
from livecode.generators.plan import HEARD_CYCLES, PHRASES_PER_CHAPTER, Plan, Source
from livecode.generators.pool import composers, digest
from livecode.language.forgetting import remembers
from livecode.language.moment import MOMENT, Moment, moment
from livecode.language.pattern import Pattern
from livecode.language.time import Event
from livecode.music.phrase import Phrase, bar_ticks, concat

CONTEXTS_KEPT = 64
PLACED_KEPT = 8
PHRASES_AHEAD = 2
LIKED_KEPT = 16
SHORTEST_WAIT = 0.02
"""Seconds a query may hold up the other slots for a phrase that is not there yet."""


@dataclass
class Planned:
    """One phrase before it is composed: its context, and the digest of all it depends on."""

    listened: tuple[Any, ...]
    context: Context
    seed: int
    key: bytes


class Stream(Pattern):
    """What a composer plays, four bars at a time.

    ```python
    d3 >> markov("foster", order=3).bars(8).seed(2).temperature("<0.8 1.2>").synth("organ")
    ```

    Every method that asks something of the composer gives a new stream; every function of the algebra works
    on a stream and gives a pattern, so ask first and transform after. Values are dicts with `note` (semitones
    from c4), `velocity`, and `pan` when there are several voices. Offline a query waits until the phrase is
    composed; on stage it never does: it plays the last phrase again and counts the miss.
    """

    chapter = PHRASES_PER_CHAPTER
    """Phrases that grow out of one another; 1 where none needs the one before."""

    def __init__(self, generator: Generator, *, bars: int = 4, seed: int = 0, name: str = "", **asked: Any):
        plan = asked.pop("plan", None)
        if plan is None:
            named = name or str(generator.spec().get("kind", "composer"))
            plan = Plan(generator, named, bars=bars, seed=seed, parameters=asked)
        super().__init__(self._events_between)
        self.plan: Plan = plan
        self._model = digest(plan.generator.spec())
        self._planned: OrderedDict[int, Planned] = OrderedDict()
        self._values: OrderedDict[int, Placed] = OrderedDict()
        self.asked = False
        self._ahead: dict[int, threading.Thread] = {}
        self._fallen: dict[int, Phrase] = {}
        self._last: Phrase | None = None
        self._problem: LivecodeError | None = None
        self._failing = ""
        self.clock: tuple[Callable[[], float] | None, float] = (None, 0.5)
        self._lock = threading.RLock()

    def asking(self, **changes: Any) -> Self:
        """A new stream whose plan differs in some fields."""
        return type(self)(self.plan.generator, plan=replace(self.plan, **changes))

    def bars(self, count: int) -> Self:
        """Compose phrases of so many bars, 1 to 64.

        ```python
        markov("folk").bars(8)
        ```
        """
        return self.asking(bars=count)

    def seed(self, number: int) -> Self:
        """Another piece of the same kind: the same number always gives the same notes."""
        return self.asking(seed=number)

    def setting(self, **parameters: Any) -> Self:
        """Numbers, or patterns of numbers, that steer the composer; read at each phrase's start."""
        return self.asking(parameters={**self.plan.parameters, **parameters})

    def temperature(self, amount: Any) -> Self:
        """How daring: below 1 the likely becomes likelier, above 1 the rare comes oftener. 0.01 to 10.

        ```python
        neural("chorale").temperature(sine.slow(8).range(0.8, 1.2))
        ```
        """
        return self.setting(temperature=amount)

    def constrained(self, **constraints: Any) -> Self:
        """Things that must hold in every phrase, each a value or a pattern of values."""
        return self.asking(constraints={**self.plan.constraints, **constraints})

    def in_scale(self, scale: Any) -> Self:
        """Only notes of a scale.

        ```python
        markov("bach").in_scale("<d:dorian a:minor>")
        ```
        """
        return self.constrained(in_scale=scale)

    def begins(self, note: Any) -> Self:
        """Every phrase begins on this note: "d" in any octave, "d5" or a number of semitones just there."""
        return self.constrained(begins=note)

    def ends(self, note: Any) -> Self:
        """Every phrase ends on this note: "a" in any octave, "a4" or a number of semitones just there."""
        return self.constrained(ends=note)

    def reward(self, attribute: Any = None, amount: Any = 2.0) -> Self:
        """More of something: "leaps", "steps", "repeats", "rises", "height", "chromatic", "length", "density"
        or "offbeats"; without a word, more like the phrase that plays now.

        ```python
        markov("folk").reward("steps").reward("density", "<0 2 4>")
        ```

        `amount` (2) is in nats, a number or a pattern: each unit makes such notes 2.7 times likelier. What is
        asked belongs to the stream: `.keep("my folk")` keeps it with the model.
        """
        if attribute is None:
            phrase = self._last if self._last is not None else self.phrase(0)
            return self.asking(liked=(*self.plan.liked, replace(phrase, provenance=()))[-LIKED_KEPT:])
        return self.sliders(**{str(attribute): amount})

    def suppress(self, attribute: Any, amount: Any = 2.0) -> Self:
        """Less of something, in the words of `reward`.

        ```python
        markov("folk").suppress("leaps")
        ```
        """
        return self._tilting().setting(**wanted(attribute, amount, -1.0))

    def sliders(self, **amounts: Any) -> Self:
        """Several attributes at once, above 0 for more of it, below for less; numbers or patterns.

        ```python
        neural("folk").sliders(leaps=-2, height=sine.slow(16).range(-1, 1))
        ```
        """
        asked: dict[str, Any] = {}
        for name, amount in amounts.items():
            asked |= wanted(name, amount)
        return self._tilting().setting(**asked)

    def _tilting(self) -> Self:
        """This stream, its composer one that heeds attributes: by itself, or by choosing among phrases."""
        if getattr(self.plan.generator, "tilts", False):
            return self
        from livecode.generators.choosing import Choice

        return self.asking(generator=Choice(self.plan.generator))

    def keep(self, name: str) -> Self:
        """Keep the composer with all that was asked of it, as a model of your set: `kept("my folk")` is it.

        ```python
        markov("folk").suppress("leaps").in_scale("d dorian").keep("calm folk")
        ```
        """
        from livecode.generators.keeping import keep

        keep(self, name)
        return self

    def finetune(self, name: str) -> Stream:
        """Make a habit of what is asked: a net of your set that does by itself what this one is asked to.

        ```python
        neural("folk").suppress("leaps").finetune("calm folk")
        ```

        Some seconds behind the music, half a minute with four voices: the old weights play on, lines at the
        prompt say how far it is, then the new net plays, as `neural("calm folk")` does any time. What is
        given back has `.progress`, `.ready`, `.wait()` and `.cancel()`; offline it waits.
        Raises GeneratorError for a composer that is no net, FileProblem without a set to keep it in.
        """
        from livecode.generators.neural.tuning import tuning

        return tuning(self, str(name))

    def over(self, other: Any) -> Self:
        """Compose against what another slot or pattern plays in the same bars.

        ```python
        d4 >> neural("chorale").over(d3)
        ```
        """
        return self.asking(over=Source(other))

    def infill(self, other: Any) -> Self:
        """Fill the bars that another slot or pattern leaves empty, from what it played to what it plays next.

        ```python
        d4 >> neural("parts").infill("[0 2 4 7] ~ ~ [7 4 2 0]").synth("reed")
        ```

        The bars in which it plays are kept silent here: play both. For composers that know what comes
        (`neural("parts")`); others go on from what was.
        """
        return self.asking(over=Source(other), constraints={**self.plan.constraints, "infill": True})

    def learn(self, other: Any) -> Self:
        """Learn from what another slot or pattern has played in the 32 cycles before each phrase."""
        return self.asking(learn=Source(other))

    def voice(self, number: int) -> Self:
        """One part alone, 0 the top."""
        if isinstance(number, bool) or not isinstance(number, int) or number < 0:
            raise ControlError(f"voice {number!r}: give 0 for the top part, 1 for the next below, ...")
        return self.asking(voice=number)

    def phrase(self, number: int) -> Phrase:
        """Phrase `number`, from 0, composed if need be; waits."""
        return self._made(number, _metre())

    def heard_at(self, cycle: float) -> Phrase | None:
        """The phrase that has been played at a cycle, None when none has."""
        with self._lock:
            placed = self._values.get(math.floor(cycle) // self.plan.bars)
        return placed.phrase if placed is not None else None

    def explain(self, cycle: int = 0) -> Explanation:
        """Why the notes of a cycle are what they are: what the composer knew, and what it drew."""
        number, bar = divmod(int(cycle), self.plan.bars)
        phrase = self._made(number, _metre())
        return Explanation.of(phrase, self.plan.name, int(cycle), bar)

    def _events_between(self, begin: Fraction, end: Fraction) -> list[Event]:
        bars = self.plan.bars
        events: list[Event] = []
        cycle = math.floor(begin)
        while cycle < end or (cycle == begin == end):
            number = cycle // bars
            upto = min(end, Fraction((number + 1) * bars))
            start = max(begin, Fraction(cycle))
            events.extend(self._events_of(number, start, upto))
            cycle = (number + 1) * bars
        return events

    def _events_of(self, number: int, begin: Fraction, end: Fraction) -> list[Event]:
        phrase = self._phrase_at(number, math.floor(begin))
        if phrase is None:
            return []
        with self._lock:
            self.asked = True
            kept = self._values.get(number)
            if kept is None or kept.phrase is not phrase:
                kept = self._values[number] = Placed.of(phrase, number * self.plan.bars, self.plan.voice)
                remembers(self)
                while len(self._values) > PLACED_KEPT:
                    self._values.popitem(last=False)
        return kept.between(begin, end)

    def forget(self) -> None:
        """Keep nothing that can be worked out again."""
        with self._lock:
            self._values.clear()
            self._planned.clear()
            self._ahead = {number: thread for number, thread in self._ahead.items() if thread.is_alive()}

    def _phrase_at(self, number: int, cycle: int) -> Phrase | None:
        now = moment()
        if now is not None:
            note_heard(self, cycle, now)
            if getattr(self.plan.generator, "momentary", False):
                now.momentary = True
        metre = now.metre if now is not None else (4, 4)
        if now is None or now.offline:
            return self._made(number, metre)
        planned = self._already(number, metre)
        phrase = composers().kept(planned.key) if planned is not None else None
        if phrase is None:
            wait = max(0.0, now.deadline - time.monotonic())
            if not now.first:
                wait = min(wait, SHORTEST_WAIT)
            phrase = self._awaited(number, metre, wait, now)
        for following in range(number + 1, number + 1 + PHRASES_AHEAD):
            self._prepare(following, metre)
        if phrase is None:
            return self._fallback(number, cycle, metre, now)
        self._last, self._failing = phrase, ""
        return phrase

    def _awaited(self, number: int, metre: tuple[int, int], seconds: float, now: Moment) -> Phrase | None:
        thread = self._prepare(number, metre)
        if thread is not None:
            thread.join(seconds)
        problem, self._problem = self._problem, None
        if problem is not None and self._last is None:
            raise problem
        if problem is not None and one_line(problem) != self._failing:
            self._failing = one_line(problem)
            now.notice(self._failing)
        planned = self._already(number, metre)
        return composers().kept(planned.key) if planned is not None else None

    def _prepare(self, number: int, metre: tuple[int, int]) -> threading.Thread | None:
        """Compose a phrase behind the beat; the thread that does it, None when it is there already."""
        with self._lock:
            planned = self._already(number, metre)
            if planned is not None and composers().kept(planned.key) is not None:
                return None
            working = self._ahead.get(number)
            if working is not None and working.is_alive():
                return working

            now = moment()

            def make() -> None:
                # The same slot asks, but behind the beat there is time to wait.
                MOMENT.set(Moment(offline=True, metre=metre, slot=now.slot if now is not None else 0))
                try:
                    self._made(number, metre)
                except LivecodeError as problem:
                    self._problem = problem
                except Exception as problem:
                    self._problem = GeneratorError(f"{self.plan.name} stopped: {one_line(problem)}")

            # In the asker's context: slots note there who follows whom.
            run = copy_context().run
            name = f"{self.plan.name} phrase {number}"
            thread = threading.Thread(target=run, args=(make,), name=name, daemon=True)
            self._ahead = {key: other for key, other in self._ahead.items() if other.is_alive()}
            self._ahead[number] = thread
            thread.start()
            return thread

    def _fallback(self, number: int, cycle: int, metre: tuple[int, int], now: Moment) -> Phrase | None:
        """The last phrase again; what a phrase fell back to once it keeps for all its bars."""
        now.momentary = True
        missed = composers().missed(self.plan.name, cycle)
        if not self._failing:
            # Why there is no phrase has been said otherwise, once.
            now.notice(missed)
        fallen = self._fallen.get(number, self._last)
        if fallen is None or fallen.metre != metre:
            return None
        self._fallen = {number: fallen}
        return fallen

    def _made(self, number: int, metre: tuple[int, int]) -> Phrase:
        """The phrase, composed with the ones of its chapter that it grows out of."""
        chapter = number - number % self.chapter
        plans: list[Planned] = []
        for each in range(chapter, number + 1):
            plans.append(self._plan(each, metre, plans[-1].key if plans else b""))
        kept = composers().kept(plans[-1].key)
        if kept is not None:
            return kept
        length = self.plan.bars * bar_ticks(metre)
        done, previous = len(plans) - 1, None
        while done > 0 and previous is None:
            previous = composers().kept(plans[done - 1].key)
            done -= previous is None
        for planned in plans[done:]:
            planned.context.previous = previous
            previous = composers().phrase(
                planned.key, self.plan.generator, self._model, planned.context, length, planned.seed
            )
        assert previous is not None
        return previous

    def _already(self, number: int, metre: tuple[int, int]) -> Planned | None:
        """What is planned for a phrase, unless the parts it listens to have changed since."""
        with self._lock:
            planned = self._planned.get(number)
        if planned is None:
            return None
        now = self._listened(metre)
        same = planned.listened[0] == now[0] and all(a is b for a, b in zip(planned.listened[1:], now[1:]))
        return planned if same else None

    def _listened(self, metre: tuple[int, int]) -> tuple[Any, ...]:
        parts = (self.plan.over, self.plan.learn)
        return (metre, *(None if part is None else part.playing for part in parts))

    def _plan(self, number: int, metre: tuple[int, int], before: bytes) -> Planned:
        planned = self._already(number, metre)
        if planned is not None:
            return planned
        plan = self.plan
        listened = self._listened(metre)
        cycle = number * plan.bars
        fresh = number % self.chapter == 0
        heard_from = max(0, cycle - HEARD_CYCLES)
        over, learn = plan.over, plan.learn
        with listening(self):
            now = None if over is None else over.phrase(cycle, cycle + plan.bars, metre)
            if over is not None and not len(now or ()) and getattr(plan.generator, "led", False):
                over.must_have_notes(cycle, cycle + plan.bars)
            before_now = None if over is None or fresh else over.phrase(cycle - plan.bars, cycle, metre)
            heard = learn.phrase(heard_from, cycle, metre) if learn is not None and cycle else None
            liked = [phrase for phrase in plan.liked if phrase.metre == metre]
            context = Context(
                over=now,
                over_before=before_now,
                heard=concat([*liked, *([heard] if heard is not None else [])]) if liked else heard,
                position=number,
                constraints=plan.constraints_at(cycle),
                parameters=plan.parameters_at(cycle),
                metre=metre,
            )
        seed = int.from_bytes(digest(plan.seed, number)[:8], "little")
        key = digest(before, self._model, plan.bars, seed, context.pack())
        planned = Planned(listened, context, seed, key)
        with self._lock:
            self._planned[number] = planned
            while len(self._planned) > CONTEXTS_KEPT:
                self._planned.popitem(last=False)
        return planned


_listening = threading.local()


class listening:
    """While a stream listens to another: two that listen to each other are told so instead of looping."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream

    def __enter__(self) -> None:
        busy: list[Stream] = getattr(_listening, "streams", [])
        if any(other is self.stream for other in busy):
            raise GeneratorError(
                f"{self.stream.plan.name} listens to a part that listens to it: take out an over() or learn()"
            )
        _listening.streams = [*busy, self.stream]

    def __exit__(self, *_: object) -> None:
        _listening.streams = _listening.streams[:-1]


def _metre() -> tuple[int, int]:
    now = moment()
    return now.metre if now is not None else (4, 4)


def with_parameters(stream: Stream, parameters: Mapping[str, Any]) -> Stream:
    """The stream with those parameters that somebody gave."""
    given = {name: value for name, value in parameters.items() if value is not None}
    return stream.setting(**given) if given else stream
