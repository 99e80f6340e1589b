"""The chain of fixed order: the next note hangs on the last few, by a table one can read.

After H. F. Olson and H. Belar, "Aid to music composition employing a random probability system" (1961): tunes
in one key, a table of what followed each pair of notes, rhythm drawn by itself.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from livecode.errors import GeneratorError
from livecode.generators.attributes import MAJOR, Tilt
from livecode.generators.generator import Context, Spec
from livecode.generators.markov.asked import Asked
from livecode.generators.markov.consonance import clashes
from livecode.generators.markov.copying import Copied
from livecode.generators.markov.memory import START, Floats, Memory
from livecode.generators.markov.rhythm import Rhythm, bar_before
from livecode.generators.markov.shaping import holds, rhythms, shaped
from livecode.language.notes import MIDI_C4, note_name
from livecode.music.corpus import Corpus
from livecode.music.phrase import Phrase, pitch_class

HOME = 2
"""Pitch class of the tonic that all tunes are moved to: d, as Olson and Belar did."""
ATTEMPTS = 24
PATIENCE = 4000
"""Notes tried for one phrase before the chain gives up on copying less."""
LEARNT_WITH = 6000
"""Notes of the corpus that are counted again with what was heard: more would take too long on stage."""
DISSONANT = 0.12
"""How much less a note is wanted that clashes with what it is composed over."""


@dataclass
class FixedChain:
    """A Markov chain over pitches, with rhythm by the bar.

    >>> from livecode.music.corpus import corpus
    >>> chain = FixedChain.learn(corpus("foster"), order=2)
    >>> chain.compose(Context(), 4 * 4 * 10080, seed=1).bars
    4
    """

    corpus: str
    made_from: Spec
    memory: Memory
    rhythm: Rhythm
    melodies: list[list[int]]
    names: list[str]
    metre: tuple[int, int] = (4, 4)
    tilts = True

    @classmethod
    def learn(cls, corpus: Corpus, order: int, made_from: Spec | None = None) -> FixedChain:
        """Count a corpus: the top line of each piece, moved to d major or d minor."""
        phrases = [piece.phrase.monophonic() for piece in corpus]
        melodies = [in_home_key(phrase) for phrase in phrases]
        kept = [number for number, melody in enumerate(melodies) if melody]
        if not kept:
            raise GeneratorError(f"there are no notes in {corpus.name!r}: give another corpus")
        return cls(
            corpus.name,
            made_from or {"kind": "markov", "corpus": corpus.name, "order": order},
            Memory.of([melodies[number] for number in kept], order),
            Rhythm.of(phrases[number] for number in kept),
            [melodies[number] for number in kept],
            [corpus[number].name for number in kept],
        )

    @property
    def order(self) -> int:
        """How many notes back it looks."""
        return self.memory.order

    def spec(self) -> Spec:
        """What rebuilds it in a worker."""
        return self.made_from

    def nats(self, phrase: Phrase) -> Floats:
        """Minus the log-probability of each pitch of the top line of a phrase, given those before it.

        A fiftieth is kept for what the table does not know, spread evenly over its compass.
        """
        low, high = min(map(min, self.melodies)), max(map(max, self.melodies))
        past = [START]
        found = []
        for pitch in in_home_key(phrase.monophonic()):
            known = self.memory.row(self.memory.state(past[-self.order :])).get(pitch, 0.0)
            found.append(-np.log(0.98 * known + 0.02 / (high - low + 1)))
            past.append(pitch)
        return np.array(found)

    def likelihood(self, phrase: Phrase) -> float:
        """Nats a note that it needs for the pitches of the top line of a phrase."""
        nats = self.nats(phrase)
        return float(nats.mean()) if len(nats) else float("inf")

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """A melody of exactly `length` ticks; GeneratorError when what is asked cannot be had."""
        random = np.random.default_rng(seed)
        asked = Asked.of(context.constraints)
        learnt = self._learnt(context)
        for _ in range(ATTEMPTS):
            # What ties distant notes together may not go with the rhythm drawn: another one may do.
            phrase = self._composed(context, length, asked, learnt, random)
            if holds(phrase, asked):
                return phrase
        raise GeneratorError("no rhythm goes with all that is asked: ask for less, or for more bars")

    def _composed(
        self,
        context: Context,
        length: int,
        asked: Asked,
        learnt: tuple[Memory, list[list[int]]],
        random: np.random.Generator,
    ) -> Phrase:
        memory, melodies = learnt
        shift = self._shift(asked)
        bar = _bar(context)
        tilt = Tilt.of(context, _home(asked, shift))
        bars = self.rhythm.bars(bar, -(-length // bar), random, bar_before(context.previous), tilt)
        bars = rhythms(bars, asked)
        times = [
            (number * bar + onset, duration)
            for number, notes in enumerate(bars)
            for onset, duration in notes
            if number * bar + onset < length
        ]
        if not times:
            return Phrase.silence(length, context.metre)
        temperature = min(10.0, max(0.01, context.parameter("temperature", 1.0)))
        past = _past(context.previous, shift)
        low, high = min(map(min, melodies)), max(map(max, melodies))
        unary = asked.unary(len(times), low + shift, high + shift)
        _over(unary, times, context.over, low + shift)
        free = context.over is None and not context.constraints
        if free:
            pitches, origins = self._roam(memory, past, len(times), temperature, random, tilt)
        else:
            chances = self._chances(memory, temperature, tilt)
            pitches, origins = self._walk(memory, past, unary, low, asked, chances, random, shift)
            for narrowed in shaped(unary, [onset for onset, _ in times], length, bar, asked, random):
                columns = narrowed([pitch - low for pitch in pitches])
                if columns:
                    pitches, origins = self._walk(memory, past, unary, low, asked, chances, random, shift)
        onsets, durations = zip(*times)
        cut = np.minimum(np.array(durations), length - np.array(onsets))
        phrase = Phrase.of(
            np.array(pitches) + shift, cut, onsets, length=length, metre=context.metre, provenance=origins
        )
        return phrase

    def _shift(self, asked: Asked) -> int:
        """How far to move the tunes so that most of their notes are in the scale, its tonic if in doubt."""
        if asked.tonic is None:
            return 0
        classes = {pitch % 12 for pitch in asked.allowed}
        weights = self.weights_of_classes

        def fits(shift: int) -> float:
            inside = sum(weights[pitch] for pitch in range(12) if (pitch + shift) % 12 in classes)
            return inside + 0.05 * ((HOME + shift) % 12 == asked.tonic)

        return max(range(-6, 6), key=lambda shift: (round(fits(shift), 9), -abs(shift)))

    @cached_property
    def weights_of_classes(self) -> list[float]:
        """The share of each pitch class in the tunes, in the home key."""
        counts = np.bincount(np.concatenate([np.array(each) % 12 for each in self.melodies]), minlength=12)
        shares: list[float] = (counts / counts.sum()).tolist()
        return shares

    @cached_property
    def _kept(self) -> dict[Any, Any]:
        return {}

    def _copied(self, longest: int) -> Copied | None:
        """The runs that must not come, None when nothing was asked."""
        if not longest:
            return None
        if ("runs", longest) not in self._kept:
            self._kept["runs", longest] = Copied(self.melodies, longest)
        found: Copied = self._kept["runs", longest]
        return found

    def _learnt(self, context: Context) -> tuple[Memory, list[list[int]]]:
        """What it knows with what it has heard on stage, which is a third of it."""
        if context.heard is None or not len(context.heard):
            return self.memory, self.melodies
        heard = in_home_key(context.heard.monophonic())
        known, notes = [], 0
        for melody in self.melodies:
            if notes > LEARNT_WITH:
                break
            known.append(melody)
            notes += len(melody)
        melodies = [*known, *[heard] * max(1, notes // (2 * max(1, len(heard))))]
        return Memory.of(melodies, self.order), melodies

    def _chances(self, memory: Memory, temperature: float, tilt: Tilt | None) -> Floats:
        """The probability of every entry of the table, tilted as asked."""
        chances = memory.chances(temperature)
        if tilt is None:
            return chances
        last = np.array([context[-1] if context else START for context in memory.contexts])
        owners = np.repeat(np.arange(len(memory.contexts)), np.diff(memory.starts))
        before = last[owners]
        added = tilt.pitches(None, memory.symbols)
        for pitch in np.unique(before[before != START]).tolist():
            here = before == pitch
            added[here] = tilt.pitches(pitch, memory.symbols[here])
        chances = chances * np.exp(added)
        tilted: Floats = chances / np.bincount(owners, chances, len(memory.contexts))[owners]
        return tilted

    def _roam(
        self,
        memory: Memory,
        past: Sequence[int],
        count: int,
        temperature: float,
        random: np.random.Generator,
        tilt: Tilt | None,
    ) -> tuple[list[int], list[dict[str, Any] | None]]:
        """Notes by the table alone, when nothing is asked of them."""
        known = self._kept if memory is self.memory else {}
        asked = (temperature, *sorted(tilt.wanted.items())) if tilt is not None else temperature
        if ("chances", asked) not in known:
            if len(known) > 64:
                known.clear()
            known["chances", asked] = self._chances(memory, temperature, tilt)
            known["rows", asked] = {}
        chances, rows = known["chances", asked], known["rows", asked]
        state = memory.state(past)
        pitches: list[int] = []
        origins: list[dict[str, Any] | None] = []
        for chance in random.random(count).tolist():
            row = rows.get(state)
            if row is None:
                part = memory.entries(state)
                row = rows[state] = (
                    np.cumsum(chances[part]).tolist(),
                    memory.symbols[part].tolist(),
                    memory.following[part].tolist(),
                    [
                        self._origin(memory, state, entry, float(chances[entry]), 0)
                        for entry in range(part.start, part.stop)
                    ],
                )
            sums, symbols, following, told = row
            chosen = min(bisect(sums, chance * sums[-1]), len(symbols) - 1)
            pitches.append(symbols[chosen])
            origins.append(told[chosen])
            state = following[chosen]
        return pitches, origins

    def _walk(
        self,
        memory: Memory,
        past: Sequence[int],
        unary: Floats,
        low: int,
        asked: Asked,
        chances: Floats,
        random: np.random.Generator,
        shift: int,
    ) -> tuple[list[int], list[dict[str, Any] | None]]:
        start = memory.state(past)
        messages = memory.backward(chances, unary, low)
        if messages[0][start] <= 0:
            start = memory.state([START])
        if messages[0][start] <= 0:
            # No tune of the corpus gets there in so many notes: start anywhere it can be done from.
            start = int(messages[0].argmax())
            if messages[0][start] <= 0:
                return self._bridged(memory, unary, low, asked, random, past)
        copied = self._copied(asked.max_copy)
        pitches: list[int] = []
        origins: list[dict[str, Any] | None] = []
        states, refused = [start], [set[int]()]
        before = [pitch for pitch in past if pitch != START]
        tries = 0
        while len(pitches) < len(unary):
            place = len(pitches)
            tries += 1
            state = states[-1]
            part = memory.entries(state)
            symbols = memory.symbols[part]
            weights = chances[part] * unary[place][np.clip(symbols - low, 0, unary.shape[1] - 1)]
            weights = weights * messages[place + 1][memory.following[part]]
            for number in np.flatnonzero(weights):
                symbol = int(symbols[number])
                if symbol in refused[-1] or (
                    copied is not None and copied.forbids([*before, *pitches], symbol)
                ):
                    weights[number] = 0
            total = weights.sum()
            if total <= 0:
                if not pitches or tries > PATIENCE:
                    return self._bridged(memory, unary, low, asked, random, past)
                states.pop()
                refused.pop()
                refused[-1].add(pitches.pop())
                origins.pop()
                continue
            sums = np.cumsum(weights)
            chosen = min(bisect(sums.tolist(), random.random() * total), len(weights) - 1)
            entry = part.start + chosen
            pitches.append(int(symbols[chosen]))
            origins.append(self._origin(memory, state, entry, weights[chosen] / total, shift))
            states.append(int(memory.following[entry]))
            refused.append(set())
        return pitches, origins

    def _bridged(
        self,
        memory: Memory,
        unary: Floats,
        low: int,
        asked: Asked,
        random: np.random.Generator,
        past: Sequence[int],
    ) -> tuple[list[int], list[dict[str, Any] | None]]:
        """Where the corpus leads nowhere: small steps to allowed notes, which can always be had.

        Every pitch may follow every other, nearer ones oftener; a run is abandoned before it is a copy.
        """
        width = unary.shape[1]
        distance = np.abs(np.arange(width)[:, None] - np.arange(width)[None])
        near = np.exp(-distance / 2.5) * np.where(distance == 0, 0.4, 1.0)
        copied = self._copied(asked.max_copy)
        messages = np.ones((len(unary) + 1, width))
        for place in range(len(unary) - 1, 0, -1):
            messages[place] = near @ (unary[place] * messages[place + 1])
            messages[place] /= messages[place].max() or 1.0
        before = [pitch for pitch in past if pitch != START]
        for _ in range(32):
            pitches: list[int] = []
            now = before[-1] - low if before else width // 2
            for place in range(len(unary)):
                weights = near[min(max(now, 0), width - 1)] * unary[place] * messages[place + 1]
                if copied is not None:
                    for number in np.flatnonzero(weights):
                        if copied.forbids([*before, *pitches], int(number) + low):
                            weights[number] = 0
                if weights.sum() <= 0:
                    break
                sums = np.cumsum(weights)
                now = min(bisect(sums.tolist(), random.random() * sums[-1]), width - 1)
                pitches.append(now + low)
            if len(pitches) == len(unary):
                return pitches, [{"order": 0, "because": "no tune leads here"} for _ in pitches]
        if unary.sum(1).min() <= 0:
            raise GeneratorError(
                f"no note of {self.corpus!r} fits what is asked: its tunes lie between "
                f"{note_name(low - MIDI_C4)} and {note_name(low + width - 1 - MIDI_C4)}"
            )
        raise GeneratorError(f"max_copy={asked.max_copy} leaves nothing to play: allow longer runs")

    def _origin(self, memory: Memory, state: int, entry: int, chance: float, shift: int) -> dict[str, Any]:
        context = memory.contexts[state]
        after = " ".join("|" if each == START else note_name(each + shift - MIDI_C4) for each in context)
        total = memory.counts[memory.entries(state)].sum()
        return {
            "after": after or "anything",
            "order": len(context),
            "count": f"{int(memory.counts[entry])} of {int(total)}",
            "probability": float(chance),
            "from": self.names[min(int(memory.pieces[entry]), len(self.names) - 1)],
        }


def _home(asked: Asked, shift: int) -> frozenset[int]:
    """The pitch classes that count as belonging, in the key all tunes were moved to."""
    if asked.tonic is not None:
        return frozenset((pitch - shift) % 12 for pitch in asked.allowed)
    return frozenset((HOME + degree) % 12 for degree in MAJOR)


def in_home_key(phrase: Phrase) -> list[int]:
    """The pitches of a melody, moved so that its tonic is d, by a tritone at most."""
    from livecode.music.key import find_key

    key = phrase.key or find_key(phrase)
    if not key:
        return []
    return [pitch + _up(pitch_class(key.split()[0]), HOME) for pitch in phrase.notes["pitch"].tolist()]


def _up(tonic: int, wanted: int) -> int:
    return (wanted - tonic + 5) % 12 - 5


def _bar(context: Context) -> int:
    from livecode.music.phrase import bar_ticks

    return bar_ticks(context.metre)


def _past(previous: Phrase | None, shift: int) -> list[int]:
    if previous is None or not len(previous):
        return [START]
    return [pitch - shift for pitch in previous.notes["pitch"].tolist()]


def _over(unary: Floats, times: Sequence[tuple[int, int]], other: Phrase | None, low: int) -> None:
    """Weigh notes down that clash with what another part plays at their onset."""
    if other is None or not len(other):
        return
    for place, (onset, _) in enumerate(times):
        bad = clashes(other, onset)[low : low + unary.shape[1]]
        unary[place] *= np.where(bad, DISSONANT, 1.0)
