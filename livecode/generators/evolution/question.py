"""This or that: two songs in turn, and an answer from which taste learns most."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from quicktions import Fraction

from livecode.errors import ControlError, GeneratorError
from livecode.generators.evolution.features import features_of
from livecode.generators.evolution.preference import basis
from livecode.generators.heard import note_heard
from livecode.generators.looped import Looped
from livecode.generators.stream import Stream
from livecode.language.moment import moment
from livecode.language.pattern import Pattern
from livecode.language.time import Event
from livecode.music.phrase import Phrase

if TYPE_CHECKING:
    from livecode.generators.evolution.taste import Taste

CANDIDATES = 12


class Question(Pattern):
    """Two songs that play in turn until one is chosen: `q.this()`, `q.that()`, `q.neither()`, `+` or `-`."""

    chooses = True

    def __init__(self, taste: Taste, this: Phrase, that: Phrase, bits: float) -> None:
        super().__init__(self._events_between)
        self.songs = (this, that)
        self.bits = bits
        self.answer = ""
        self.clock: tuple[Any, float] = (None, 0.5)
        self.plan = SimpleNamespace(bars=this.bars, name="this or that")
        self._taste = taste
        self._loops = tuple(Looped(song) for song in self.songs)

    def this(self) -> str:
        """The first one is better."""
        return self._chosen(0)

    def that(self) -> str:
        """The second one is better."""
        return self._chosen(1)

    def neither(self) -> str:
        """Both are bad."""
        for song in self.songs:
            self._taste.rated(song, -1)
        self.answer = "neither"
        return "neither: noted"

    def heard_at(self, cycle: float) -> Phrase | None:
        """The one of the two that sounds at a cycle."""
        return self.songs[math.floor(cycle) // self.plan.bars % 2]

    def rated(self, phrase: Phrase, value: int, cycle: float) -> None:
        """A plus chooses the one that sounds, a minus the other."""
        number = 0 if phrase is self.songs[0] else 1
        self._chosen(number if value > 0 else 1 - number)

    def _chosen(self, number: int) -> str:
        self._taste.prefer(self.songs[number], self.songs[1 - number])
        self.answer = ("this", "that")[number]
        return f"{self.answer}: noted"

    def _events_between(self, begin: Fraction, end: Fraction) -> list[Event]:
        bars = self.plan.bars
        now = moment()
        if now is not None:
            note_heard(self, math.floor(begin), now)  # type: ignore[arg-type]
        events: list[Event] = []
        start = begin
        while start < end or start == begin == end:
            turn = math.floor(start) // bars
            upto = min(end, Fraction((turn + 1) * bars))
            events.extend(self._loops[turn % 2].query_function(start, upto))
            start = Fraction((turn + 1) * bars)
        return events

    def __repr__(self) -> str:
        return f"this or that? ({self.bits:.2f} bits) {self.answer}".rstrip()


def question(taste: Taste, composer: Any, cycle: int | None) -> Question:
    """The pair of a composer's songs whose answer promises most."""
    from livecode.generators.evolution.taste import WORTH_ASKING

    phrases = _candidates(composer, cycle)
    if len(phrases) < 2:
        raise GeneratorError("there are no two different songs to choose from: let it evolve, or give a list")
    told = np.stack([features_of(phrase) for phrase in phrases])
    pairs = [(i, j) for i in range(len(phrases)) for j in range(i + 1, len(phrases))]
    rows = np.stack([basis(told[i])[0] - basis(told[j])[0] for i, j in pairs])
    bits = taste.belief.information(rows)
    best = int(np.argmax(bits))
    if bits[best] < WORTH_ASKING:
        raise GeneratorError(
            f"nothing to ask: the best question would tell {bits[best]:.2f} bits, so taste is sure enough"
        )
    one, other = pairs[best]
    return Question(taste, phrases[one], phrases[other], float(bits[best]))


def _candidates(composer: Any, cycle: int | None) -> list[Phrase]:
    rivals = getattr(composer, "rivals", None)
    if callable(rivals):
        found = [ancestor.phrase for ancestor in rivals(CANDIDATES, cycle)]
        found += [ancestor.phrase for ancestor in composer.ancestors(cycle)]
    elif isinstance(composer, Stream):
        first = int(cycle or 0) // composer.plan.bars
        found = [composer.phrase(first + number) for number in range(CANDIDATES // 2)]
    elif isinstance(composer, list | tuple) and all(isinstance(each, Phrase) for each in composer):
        found = list(composer)
    else:
        raise ControlError(f"{composer!r} composes nothing: give a composer, as in taste.ask(g)")
    kept: list[Phrase] = []
    for phrase in found:
        if len(phrase) and all(phrase != other for other in kept):
            kept.append(replace(phrase, provenance=()))
    return kept
