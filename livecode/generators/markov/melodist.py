"""A tune by a chain of variable order: each note's time, then its step, under what is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.errors import GeneratorError
from livecode.generators.attributes import MAJOR, MINOR, Tilt
from livecode.generators.generator import Context, Spec
from livecode.generators.markov.asked import RHYMING, Asked
from livecode.generators.markov.consonance import clashes
from livecode.generators.markov.copying import Copied
from livecode.generators.markov.melody import (
    GRID,
    STEPS,
    TIMES,
    WIDEST,
    Tune,
    Walk,
    time_of,
)
from livecode.generators.markov.shaping import holds
from livecode.generators.markov.sources import Sources
from livecode.generators.markov.variable import TuneModel
from livecode.language.notes import MIDI_C4, note_name
from livecode.music.corpus import Corpus
from livecode.music.phrase import Phrase, bar_ticks

FAINTEST = 0.02
"""A choice less likely than this share of the likeliest is left out."""
ATTEMPTS = 24
EIGHTH = 6
CLASHING = 0.12
"""How much less a note is wanted that clashes with what it is composed over."""

Weights = npt.NDArray[np.float64]
_LENGTHS = np.array([length for length, _ in TIMES])


@dataclass(frozen=True)
class Home:
    """The key a phrase is thought in: the tonic as a MIDI number, 0 for major and 1 for minor."""

    tonic: int
    mode: int


@dataclass
class Melodist:
    """The chain of variable order as a composer."""

    corpus: Corpus
    model: TuneModel
    made_from: Spec
    tilts = True
    faintest_time = FAINTEST

    def spec(self) -> Spec:
        """What rebuilds it in a worker."""
        return self.made_from

    def likelihood(self, phrase: Phrase) -> float:
        """Nats a note that it needs for the top line of a phrase."""
        tune = Tune.of(phrase)
        return float(self.model.nats_of([tune]).mean()) if len(tune) else float("inf")

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """A melody of exactly `length` ticks."""
        asked = Asked.of(context.constraints)
        random = np.random.default_rng(seed)
        home = self._home(asked)
        if context.parameters.get("mode"):
            home = Home(home.tonic, int(context.parameters["mode"] < 0))
        for attempt in range(ATTEMPTS):
            try:
                tune = _Tune(self, context, asked, home, random).composed(length)
                if not holds(tune, asked):
                    raise GeneratorError("no tune was found for all that is asked: ask for less")
                return tune
            except GeneratorError:
                # Drawn note by note, a tune may run into a corner: another one may not.
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    @cached_property
    def tunes(self) -> list[Tune]:
        """The corpus as columns."""
        return [Tune.of(piece.phrase) for piece in self.corpus]

    @cached_property
    def classes(self) -> list[Weights]:
        """The share of each degree (in semitones above the tonic), in major and in minor pieces."""
        shares = []
        for mode in range(2):
            heights = [tune.heights for tune in self.tunes if tune.mode == mode and len(tune)]
            counts = np.bincount(np.concatenate(heights) % 12, minlength=12) if heights else np.zeros(12)
            shares.append(counts / max(1, counts.sum()))
        return shares

    @cached_property
    def common(self) -> Home:
        """The key most of the corpus is in."""
        keys = Counter((tune.tonic, tune.mode) for tune in self.tunes if len(tune))
        tonic, mode = keys.most_common(1)[0][0]
        return Home(tonic, mode)

    @cached_property
    def compass(self) -> tuple[int, int]:
        """The pitches between which all but a hundredth of the notes lie."""
        pitches = np.concatenate([tune.heights + tune.tonic for tune in self.tunes])
        low, high = np.quantile(pitches, (0.005, 0.995))
        return int(low), int(high)

    @cached_property
    def sources(self) -> Sources:
        """Where runs of steps come from."""
        return Sources([tune.heights for tune in self.tunes], [piece.name for piece in self.corpus])

    @cached_property
    def _runs(self) -> dict[int, Copied]:
        return {}

    def copied(self, longest: int) -> Copied | None:
        """The runs that must not come, None when nothing was asked."""
        if not longest:
            return None
        if longest not in self._runs:
            self._runs[longest] = Copied([tune.heights.tolist() for tune in self.tunes], longest)
        return self._runs[longest]

    def _home(self, asked: Asked) -> Home:
        """The key whose usual notes are most in the scale asked for, its tonic's own if in doubt."""
        if asked.tonic is None:
            return self.common
        classes = {pitch % 12 for pitch in asked.allowed}
        known = [mode for mode in range(2) if self.classes[mode].any()]

        def fits(tonic: int, mode: int) -> float:
            inside = sum(self.classes[mode][d] for d in range(12) if (tonic + d) % 12 in classes)
            return float(inside) + 0.05 * (tonic == asked.tonic)

        tonic, mode = max(((t, m) for t in range(12) for m in known), key=lambda each: fits(*each))
        near = self.common.tonic
        return Home(near + (tonic - near + 5) % 12 - 5, mode)


class _Tune:
    """One phrase in the making."""

    def __init__(
        self, melodist: Melodist, context: Context, asked: Asked, home: Home, random: np.random.Generator
    ) -> None:
        self.melodist, self.context, self.asked, self.home, self.random = (
            melodist,
            context,
            asked,
            home,
            random,
        )
        self.temperature = min(10.0, max(0.05, context.parameter("temperature", 1.0)))
        timely = context.parameter("time temperature", self.temperature)
        self.time_temperature = min(10.0, max(0.05, timely))
        self.top_p = min(1.0, max(0.01, context.parameter("top_p", 1.0)))
        register = context.parameters.get("register")
        self.register = None if register is None else max(-127.0, min(127.0, register))
        model = melodist.model
        if context.heard is not None and len(context.heard):
            model = model.having_heard(context.heard)
        bar = bar_ticks(context.metre) // GRID
        self.walk = Walk(bar, context.metre[0] * 64 + context.metre[1], home.mode)
        self.hand = model.hand(self.walk, home.tonic)
        self.begin = 0
        previous = context.previous
        if previous is not None:
            self.begin = -(-previous.length // GRID)
            self._remember(previous)
        self.copied = melodist.copied(asked.max_copy)
        self.tilt = Tilt.of(context, _home_classes(home, asked))
        self.track = [height + home.tonic for height in self.walk.heights]
        self.first: int | None = None
        self.summit: int | None = None
        self.closing = False
        self.bars: dict[int, list[tuple[int, int, int, int]]] = {}

    def _remember(self, previous: Phrase) -> None:
        notes = previous.notes
        until = np.append(np.diff(notes["onset"]), previous.length - notes["onset"][-1:])
        for note, length in zip(notes, until.tolist()):
            sounding = min(int(note["duration"]), length)
            place = round(int(note["onset"]) / GRID)
            self.walk.add(place, time_of(length, sounding), int(note["pitch"]) - self.home.tonic)

    def composed(self, length: int) -> Phrase:
        end = -(-length // GRID)
        place = 0
        rows: list[tuple[int, int, int]] = []
        origins: list[dict[str, Any] | None] = []
        while place < end:
            drawn = self._as_rhymed(place) if self.asked.rhymes else None
            time, span, sounding, timely = drawn or self._time(place, self._limit(place, end))
            last = place + span >= end
            self.closing = place + span >= min(end, (place // self.walk.bar + 1) * self.walk.bar)
            pitch, origin = self._pitch(place, time, last, end)
            self.bars.setdefault(place // self.walk.bar, []).append((time, span, sounding, pitch))
            origin["probability"] = origin["probability"] * timely
            if self.first is None:
                self.first = pitch
            self.walk.add(self.begin + place, time, pitch - self.home.tonic)
            self.track.append(pitch)
            onset = place * GRID
            rows.append((onset, min(sounding * GRID, length - onset), pitch))
            origins.append(origin)
            place += span
        onsets, durations, pitches = zip(*rows)
        return Phrase.of(
            pitches, durations, onsets, length=length, metre=self.context.metre, provenance=origins
        )

    def _limit(self, place: int, end: int) -> int:
        """How far a note may last: to the end, or to the bar line where bars rhyme, three notes in each."""
        if not self.asked.rhymes:
            return end
        bar = place // self.walk.bar
        left = max(0, 2 - len(self.bars.get(bar, []))) * EIGHTH
        return min(end, max((bar + 1) * self.walk.bar - left, place + EIGHTH))

    def _rhyme(self, place: int) -> tuple[list[tuple[int, int, int, int]], int] | None:
        """The notes of the bar that this one rhymes with, and how many it has itself; None when free."""
        bar = place // self.walk.bar
        other = self.asked.rhymes_with(bar)
        if other is None or other not in self.bars:
            return None
        return self.bars[other], len(self.bars.get(bar, []))

    def _as_rhymed(self, place: int) -> tuple[int, int, int, float] | None:
        """The time of the note that stands here in the bar that this one rhymes with."""
        found = self._rhyme(place)
        if found is None or found[1] >= len(found[0]):
            return None
        time, span, sounding, _ = found[0][found[1]]
        return time, span, sounding, 1.0

    def _time(self, place: int, end: int) -> tuple[int, int, int, float]:
        """Which of `TIMES`, its length and sounding part here, and how likely it was."""
        logits = self.hand.times(self.begin + place).astype(float) / self.time_temperature
        if self.tilt is not None and self.tilt.timely:
            logits = logits + self.tilt.times(place * GRID, _LENGTHS * GRID)
        weights: Weights = np.exp(logits - logits.max())
        weights = _likeliest(weights, self.top_p, self.melodist.faintest_time)
        fitting = weights * (place + _LENGTHS <= end)
        if fitting.sum() <= 0:
            fitting = (place + _LENGTHS <= end).astype(float) * np.exp(logits - logits.max())
        if fitting.sum() <= 0:
            left = end - place
            return time_of(left * GRID, left * GRID), left, left, 1.0
        time, chance = _drawn(fitting, self.random)
        span, sounding = TIMES[time]
        return time, span, sounding, chance

    def _pitch(self, place: int, time: int, last: bool, end: int) -> tuple[int, dict[str, Any]]:
        logits = self.hand.steps(self.begin + place, time).astype(float) / self.temperature
        before = self.walk.heights[-1] + self.home.tonic if self.walk.heights else self.home.tonic
        pitches = before + np.arange(STEPS) - WIDEST
        if self.tilt is not None:
            logits = logits + self.tilt.pitches(before if self.track else None, pitches)
        low, high = self.melodist.compass
        if self.register is not None:
            # A pull to the middle of the register, felt from a fifth away.
            logits = logits - 0.5 * ((pitches - (low + high) / 2 - self.register) / 7) ** 2
            low, high = low + min(0, int(self.register)), high + max(0, int(self.register))
        weights: Weights = _likeliest(np.exp(logits - logits.max()), self.top_p)
        allowed = self._allowed(place, last, end)
        inside = (pitches >= min(low, before)) & (pitches <= max(high, before))
        wanted = weights * allowed[np.clip(pitches, 0, 127)] * inside * ((pitches >= 0) & (pitches <= 127))
        wanted = self._not_copied(wanted, pitches)
        because: dict[str, Any] = {}
        if wanted.sum() <= 0:
            # What the corpus would do is not allowed: the nearest notes that are.
            pitches = np.arange(128)
            wanted = self._not_copied(allowed * np.exp(-np.abs(pitches - before) / 2.5), pitches)
            because = {"because": "nothing usual is allowed here"}
        if wanted.sum() <= 0:
            if self.asked.max_copy:
                raise GeneratorError(
                    f"max_copy={self.asked.max_copy} leaves nothing to play: allow longer runs"
                )
            raise GeneratorError("no note fits all that is asked: ask for less")
        chosen, chance = _drawn(wanted, self.random)
        pitch = int(pitches[chosen])
        origin: dict[str, Any] = {"after": self._after(), "probability": chance, **because}
        origin |= self.melodist.sources.of([*self.track[-5:], pitch])
        return pitch, origin

    def _after(self) -> str:
        """As much of the last notes as the corpus knows, in words."""
        if not self.walk.steps:
            return "the beginning"
        return " ".join(note_name(pitch - MIDI_C4) for pitch in self.track[-5:])

    def _allowed(self, place: int, last: bool, end: int) -> Weights:
        asked = self.asked
        pitches = asked.first if self.first is None else asked.allowed
        goal = asked.last
        if asked.contour and self.first is not None:
            first = self.first
            goal = frozenset(pitch for pitch in goal if (pitch - first) * asked.contour > 0)
            if not goal:
                raise GeneratorError(
                    "no phrase can begin and end there with that contour: change begins or ends"
                )
        if asked.middle and self.summit is not None:
            top = self.at_summit()
            goal = frozenset(pitch for pitch in goal if (top - pitch) * asked.middle > 0)
            if not goal:
                raise GeneratorError("no phrase can end there with that contour: change ends")
        if last:
            pitches = pitches & goal if self.first is None else goal
            if not pitches:
                raise GeneratorError("a phrase of one note cannot begin and end on two: ask for more bars")
        middle = self._middle(place, end)
        if middle is not None:
            pitches = frozenset(pitches & middle)
        rhyme = self._rhyme(place) if asked.rhymes else None
        if rhyme is not None:
            notes, here = rhyme
            ending = notes[max(0, len(notes) - RHYMING) :]
            left = len(notes) - len(ending) - here
            if left <= 0:
                return (
                    _mask(frozenset({notes[here][3]})).copy() if here < len(notes) else _mask(pitches).copy()
                )
            # The nearer the rhyme, the nearer to its first note.
            distance = np.abs(np.arange(128) - ending[0][3])
            return _mask(pitches) * np.maximum(np.exp(-((distance / (2.0 + 3.0 * left)) ** 2)), 1e-9)
        if self._closes_rhyme(place, end):
            pitches = pitches & asked.last
        weights = _mask(pitches).copy()
        if not last and goal != asked.allowed and end - place <= self.walk.bar and self.first is not None:
            near = np.array(sorted(goal))
            distance = np.abs(np.arange(128)[:, None] - near[None]).min(1)
            width = 1.5 + 8.0 * (end - place) / self.walk.bar
            weights *= np.maximum(np.exp(-((distance / width) ** 2)), 1e-9)
        over = self.context.over
        if over is not None and len(over):
            weights *= np.where(clashes(over, place * GRID), CLASHING, 1.0)
        return weights

    def at_summit(self) -> int:
        """The pitch half way."""
        notes = [row for bar in sorted(self.bars) for row in self.bars[bar]]
        place = 0
        for _, span, _, pitch in notes:
            if place == self.summit:
                return pitch
            place += span
        return notes[-1][3]

    def _closes_rhyme(self, place: int, end: int) -> bool:
        """Whether the phrase's last bar will rhyme with this one, whose last notes must then be right."""
        asked, bar = self.asked, place // self.walk.bar
        final = (end - 1) // self.walk.bar
        rhymed = bool(asked.rhymes) and self.closing and asked.rhymes_with(final) == bar
        return rhymed and asked.last != asked.allowed

    def _middle(self, place: int, end: int) -> frozenset[int] | None:
        """What an arch or a valley allows here: room at the beginning, the far side half way, then back."""
        side = self.asked.middle
        if not side:
            return None
        low, high = self.melodist.compass
        if self.first is None:
            return frozenset(range(low, high - 2) if side > 0 else range(low + 3, high + 1))
        if self.summit is None and 2 * place >= end:
            self.summit = place
            ends = [self.first]
            other = self.asked.rhymes_with((end - 1) // self.walk.bar)
            if other is not None and other in self.bars:
                # The end is known already: that of the bar which it rhymes with.
                ends.append(self.bars[other][-1][3])
            return frozenset(p for p in range(low, high + 1) if all((p - e) * side > 0 for e in ends))
        return None

    def _not_copied(self, weights: Weights, pitches: Sequence[int] | npt.NDArray[np.int64]) -> Weights:
        if self.copied is None:
            return weights
        for number in np.flatnonzero(weights).tolist():
            if self.copied.forbids(self.track, int(pitches[number])):
                weights[number] = 0
        return weights


def _home_classes(home: Home, asked: Asked) -> frozenset[int]:
    """The pitch classes that count as belonging: of the scale asked for, else of the key."""
    if asked.tonic is not None:
        return frozenset(pitch % 12 for pitch in asked.allowed)
    return frozenset((home.tonic + degree) % 12 for degree in (MINOR if home.mode else MAJOR))


def _likeliest(weights: Weights, share: float, faintest: float = FAINTEST) -> Weights:
    """Without the faintest, and without those beyond the likeliest that make up a share of all."""
    kept = np.where(weights < faintest * weights.max(), 0.0, weights)
    if share < 1.0:
        order = np.argsort(-kept)
        sums = np.cumsum(kept[order])
        kept[order[sums - kept[order] >= share * sums[-1]]] = 0.0
    return kept


@lru_cache(maxsize=64)
def _mask(pitches: frozenset[int]) -> Weights:
    mask = np.zeros(128)
    mask[list(pitches)] = 1
    return mask


def _drawn(weights: Weights, random: np.random.Generator) -> tuple[int, float]:
    sums = np.cumsum(weights)
    number = min(int(np.searchsorted(sums, random.random() * sums[-1], "right")), len(weights) - 1)
    return number, float(weights[number] / sums[-1])
