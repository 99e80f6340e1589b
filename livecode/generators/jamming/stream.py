"""A composer that plays with somebody: whose turn it is, when it makes up its mind, what it answers.

What is known beforehand (a slot, a recording) is answered as any stream composes: the same for the same
seed, offline and live. A player is answered at the last moment: shortly before the bar line the phrase that
was heard goes to the composer, and what it answers takes the place of the silence that was held there.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from livecode.errors import ControlError, LivecodeError, one_line
from livecode.generators.explain import Explanation
from livecode.generators.generator import Context
from livecode.generators.heard import note_heard
from livecode.generators.jamming.answering import CALL, Answering, echo, heard_in_words
from livecode.generators.jamming.heard import Listener, LiveListener, Practice
from livecode.generators.plan import HEARD_CYCLES, PHRASES_PER_CHAPTER, Source
from livecode.generators.pool import composers, digest
from livecode.generators.stream import CONTEXTS_KEPT, Planned, Stream, listening
from livecode.language.moment import Moment, moment
from livecode.music.phrase import TICKS, Phrase, bar_ticks

ANSWERS = ("call", "together")
SILENCES = ("alone", "rest")
ANSWER, LISTEN, ALONE = "answers", "listens", "plays alone"
OWN = TICKS // 4
"""Ticks about one of our own notes within which the same pitch is taken for it, come back."""
UNASKED = 4
"""Cycles beyond what was asked for after which nobody seems to play it any more."""
SOON = 0.1
"""Cycles from now from which on what plays can still be changed."""
LEAD = 0.22
"""Seconds before a bar line at which an answer must be on its way."""
SLOWEST = 1.2
"""Seconds more that a slow composer may be given: what is played in them belongs to the next phrase."""


@dataclass
class Decided:
    """What was made up for a phrase: the role, what was heard, and the phrase once it is there."""

    role: str
    call: Phrase
    phrase: Phrase | None = None
    late: bool = False


class Jam(Stream):
    """A stream whose phrases answer those of a listener. See `jam`."""

    chapter = 1

    def __init__(self, generator: Any, *, heard: Listener, answer: str, silence: str, **more: Any) -> None:
        super().__init__(generator, **more)
        self.heard = heard
        self.answer = answer
        self.silence = silence
        self._decided: dict[int, Decided] = {}
        self._again: Any = None
        self._now: Any = None
        self._slow = 0.4
        self._wanted_until = -1

    def asking(self, **changes: Any) -> Self:
        """A new jam whose plan differs in some fields."""
        if "generator" in changes and not isinstance(changes["generator"], Answering):
            changes["generator"] = Answering(changes["generator"])
        return type(self)(
            self.plan.generator,
            heard=self.heard,
            answer=self.answer,
            silence=self.silence,
            plan=replace(self.plan, **changes),
        )

    def explain(self, cycle: int | None = None) -> Explanation:
        """What was heard, what was answered, and why these notes; without a cycle, in the one that sounds."""
        if cycle is None:
            cycle = math.floor(self._now()) if self._now is not None else 0
        number, bar = divmod(int(cycle), self.plan.bars)
        metre = moment_metre()
        if self.heard.live and self._again is not None:
            decided = self._decided.get(number)
            if decided is None:
                decided = Decided(LISTEN, self._call(number, metre))
            phrase = decided.phrase or Phrase.silence(self.plan.bars * bar_ticks(metre), metre)
            role, call = decided.role, decided.call
        else:
            role, call = self._role(number, metre), self._call(number, metre)
            phrase = self._made(number, metre)
        who = f"{self.plan.name} {role} {self.heard.name} ({heard_in_words(call)})"
        return Explanation.of(phrase, who, int(cycle), bar)

    def forget(self) -> None:
        """Keep what was planned: what it was planned from will not be heard again."""
        with self._lock:
            self._values.clear()

    def phrase_decided(self, number: int) -> Phrase | None:
        """What has been made up for a phrase while a player is listened to; None where it is his turn."""
        decided = self._decided.get(number)
        return decided.phrase if decided is not None else None

    # Whose turn it is.

    def _call(self, number: int, metre: tuple[int, int]) -> Phrase:
        """What was heard in the phrase before this one."""
        bars = self.plan.bars
        begin = (number - 1) * bars
        if begin < 0:
            return Phrase.silence(bars * bar_ticks(metre), metre)
        heard = self.heard.phrase(begin, begin + bars, metre)
        made_up = self._decided.get(number - 1)
        own = made_up.phrase if made_up is not None else None
        return heard if own is None else without(heard, own)

    def _role(self, number: int, metre: tuple[int, int]) -> str:
        """Whose turn a phrase is: by what was heard in the sixteen before it, and no more."""
        rest = ALONE if self.silence == "alone" else LISTEN
        if self.answer == "together":
            known = self._call(number + 1, metre) if not self.heard.live else self._call(number, metre)
            return ANSWER if len(known) else rest
        role = LISTEN
        for each in range(max(0, number - PHRASES_PER_CHAPTER), number + 1):
            made_up = self._decided.get(each)
            if made_up is not None and each < number:
                role = made_up.role
            elif len(self._call(each, metre)):
                role = LISTEN if role == ANSWER else ANSWER
            else:
                # After an answer it is the player's turn; who says nothing then leaves the stage.
                role = LISTEN if role == ANSWER else rest
        return role

    # What is composed.

    def _context(self, number: int, metre: tuple[int, int], role: str) -> Context:
        plan, bars = self.plan, self.plan.bars
        cycle = number * bars
        constraints = plan.constraints_at(cycle)
        call: Phrase | None = None
        learnt: Phrase | None = None
        over = None
        if role == ANSWER:
            # A player's next bars are not known: who accompanies takes them to be as the last ones.
            ahead = self.answer == "together" and not self.heard.live
            call = self._call(number + 1 if ahead else number, metre)
            constraints[CALL] = "together" if self.answer == "together" else "after"
            since = max(0, cycle - HEARD_CYCLES)
            if cycle:
                learnt = self.heard.phrase(since, cycle, metre)
        if plan.over is not None:
            over = plan.over.phrase(cycle, cycle + bars, metre)
        return Context(
            previous=call if call is not None and len(call) else None,
            over=over,
            heard=learnt if learnt is not None and len(learnt) else None,
            position=number,
            constraints=constraints,
            parameters=plan.parameters_at(cycle),
            metre=metre,
        )

    def _plan(self, number: int, metre: tuple[int, int], before: bytes) -> Planned:
        planned = self._already(number, metre)
        if planned is not None:
            return planned
        listened = self._listened(metre)
        with listening(self):
            context = self._context(number, metre, self._role(number, metre))
        planned = self._planned_of(number, context, listened)
        with self._lock:
            self._planned[number] = planned
            while len(self._planned) > CONTEXTS_KEPT:
                self._planned.popitem(last=False)
        return planned

    def _planned_of(self, number: int, context: Context, listened: tuple[Any, ...]) -> Planned:
        seed = int.from_bytes(digest(self.plan.seed, number)[:8], "little")
        key = digest(b"jam", self._model, self.plan.bars, seed, context.pack())
        return Planned(listened, context, seed, key)

    def _listened(self, metre: tuple[int, int]) -> tuple[Any, ...]:
        playing = getattr(self.heard, "playing", None)
        return (*super()._listened(metre), playing)

    def _made(self, number: int, metre: tuple[int, int]) -> Phrase:
        """The phrase: silence where it is the player's turn."""
        if self._role(number, metre) == LISTEN:
            return Phrase.silence(self.plan.bars * bar_ticks(metre), metre)
        planned = self._plan(number, metre, b"")
        return self._composed(planned, metre)

    def _composed(self, planned: Planned, metre: tuple[int, int]) -> Phrase:
        # A copy, because what a composer may look at now and not a moment later goes to it as it is.
        previous = planned.context.previous
        phrase = composers().phrase(
            planned.key, self.plan.generator, self._model, planned.context, self.plan.bars * bar_ticks(metre),
            planned.seed,
        )  # fmt: skip
        planned.context.previous = previous
        return phrase

    # Live.

    def _phrase_at(self, number: int, cycle: int) -> Phrase | None:
        now = moment()
        if not self.heard.live:
            if now is not None and not now.offline and self._role(number, now.metre) == LISTEN:
                note_heard(self, cycle, now)
                return Phrase.silence(self.plan.bars * bar_ticks(now.metre), now.metre)
            return super()._phrase_at(number, cycle)
        if now is None or now.offline:
            return self._made(number, now.metre if now is not None else (4, 4))
        note_heard(self, cycle, now)
        now.momentary = True
        self._wanted_until = max(cycle, self._wanted_until)
        self._attend(now)
        decided = self._decided.get(number)
        return decided.phrase if decided is not None else None

    def _attend(self, now: Moment) -> None:
        """Ask to be told of time, by which answers are made up, and wake the composer before it is needed."""
        if now.again is not None:
            if self._again is None:
                planned = self._planned_of(0, self._context(0, now.metre, ALONE), ())
                self._behind(lambda: self._composed(planned, now.metre), now.notice)
            self._again, self._now = now.again, now.now
            self._metre = now.metre
            self._notice = now.notice
            if isinstance(self.heard, LiveListener):
                self.heard.answered_by(self)

    def turn(self, cycle: float, cps: float) -> None:
        """Time has come to a cycle: make up what comes next when its bar line is near."""
        bars = self.plan.bars
        if cycle > self._wanted_until + UNASKED:
            # It plays in no slot any more; when one asks again, it attends again.
            if isinstance(self.heard, LiveListener):
                self.heard.left_by(self)
            return
        ahead = (LEAD + min(SLOWEST, self._slow)) * cps
        number = math.floor((cycle + ahead) / bars)
        if number not in self._decided:
            self._decide(number, self._metre, max(cycle + 0.12 * cps, number * bars))
        decided = self._decided.get(number)
        deadline = number * bars - LEAD * cps
        if decided is None or decided.role == LISTEN or decided.phrase is not None or decided.late:
            return
        if cycle >= deadline:
            decided.late = True
            if decided.role == ANSWER and cycle < number * bars:
                # The beat does not wait, so the call comes back as an echo.
                decided.phrase = echo(decided.call, bars * bar_ticks(self._metre))
                self._again(float(number * bars))
            if decided.role == ANSWER or self._last is not None:
                self._notice(composers().missed(self.plan.name, number * bars))

    def _decide(self, number: int, metre: tuple[int, int], begin: float) -> None:
        decided = Decided(self._role(number, metre), self._call(number, metre))
        self._decided[number] = decided
        for old in [each for each in self._decided if each < number - 64]:
            del self._decided[old]
        if decided.role == LISTEN:
            return
        planned = self._planned_of(number, self._context(number, metre, decided.role), ())

        def make() -> None:
            began = time.monotonic()
            phrase = self._composed(planned, metre)
            took = time.monotonic() - began
            self._slow = max(took * 1.3, 0.9 * self._slow)
            if decided.phrase is None:
                # Later than the bar line it comes in where the music is by then.
                decided.phrase = self._last = phrase
                with suppress(Exception):
                    self._again(max(begin, self._now() + SOON))

        self._behind(make, self._notice)

    def _behind(self, work: Callable[[], Any], notice: Callable[[str], None]) -> None:
        """Compose behind the beat; what goes wrong is said in a line."""

        def run() -> None:
            try:
                work()
            except LivecodeError as problem:
                notice(one_line(problem))

        threading.Thread(target=run, name=f"{self.plan.name} answers", daemon=True).start()

    def __repr__(self) -> str:
        return f"{self.plan.name} and {self.heard!r}"


def without(heard: Phrase, own: Phrase) -> Phrase:
    """What was heard less what we played ourselves: loudspeakers that a microphone hears.

    >>> without(Phrase.of([60, 64, 67]), Phrase.of([60, 60, 67])).notes["pitch"].tolist()
    [64]
    """
    if not len(heard) or not len(own):
        return heard
    apart = np.abs(heard.notes["onset"][:, None].astype(int) - own.notes["onset"][None, :])
    same = heard.notes["pitch"][:, None] == own.notes["pitch"][None, :]
    return heard.where(~((apart <= OWN) & same).any(axis=1))


def moment_metre() -> tuple[int, int]:
    """The metre in force where somebody asks."""
    now = moment()
    return now.metre if now is not None else (4, 4)


def jammed(
    heard: Any, with_: Any, answer: str, bars: int | None, silence: str, seed: int | None, follow: Any
) -> Jam:
    """The stream that `jam` gives; ControlError for what cannot be jammed with."""
    if not isinstance(with_, Stream):
        raise ControlError(f"with_={with_!r}: give a composer, as in jam(listen(), with_=markov('folk'))")
    if answer not in ANSWERS:
        raise ControlError(f"answer={answer!r}: say 'call' to answer after, 'together' to accompany")
    if silence not in SILENCES:
        raise ControlError(f"silence={silence!r}: say 'alone' to go on without a player, 'rest' to wait")
    listener = heard if isinstance(heard, Listener) else Practice(_named(heard), Source(heard))
    if follow:
        if not isinstance(listener, LiveListener):
            raise ControlError(f"follow: {listener.name} keeps the set's time already: leave it out")
        listener.bounds = _bounds(follow)
    one = with_.plan
    plan = replace(
        one,
        generator=Answering(one.generator),
        name=f"{one.name} with {listener.name}",
        bars=bars if bars is not None else 2,
        seed=one.seed if seed is None else seed,
    )
    return Jam(plan.generator, heard=listener, answer=answer, silence=silence, plan=plan)


def _bounds(follow: Any) -> tuple[float, float]:
    if follow is True:
        return (0.85, 1.18)
    if (
        isinstance(follow, tuple)
        and len(follow) == 2
        and all(isinstance(each, int | float) for each in follow)
    ):
        low, high = float(follow[0]), float(follow[1])
        if 0 < low < high:
            return (low, high)
    raise ControlError(
        f"follow={follow!r}: say True, or give the slowest and the fastest tempo, as in (90, 140)"
    )


def _named(heard: Any) -> str:
    number = getattr(heard, "number", None)
    return f"d{number}" if isinstance(number, int) else "a pattern"


__all__ = ["Jam", "jammed"]
