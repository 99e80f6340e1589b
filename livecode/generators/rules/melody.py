"""Melodies by the textbook's rules, and by any a performer adds.

Mostly steps, leaps made good, one peak, no outline of a tritone or seventh, chord notes on the beats,
ornaments by step, an answer to every question: phrases end by turns open (on the dominant) and closed
(on the tonic). E. Toch, *The Shaping Forces in Music* (1948), and A. Schoenberg, *Fundamentals of
Musical Composition* (1967), on motive and period.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from livecode.errors import ControlError
from livecode.generators.generator import Context, Spec
from livecode.generators.markov.asked import Asked
from livecode.generators.rules.expressions import Expression
from livecode.generators.rules.harmoniser import allowed, key_for, note_outcome
from livecode.generators.rules.lines import LineNote, Style, add, write_lines
from livecode.generators.rules.slots import beat_of
from livecode.generators.rules.solver import Task
from livecode.generators.rules.steering import steered, taste
from livecode.generators.rules.theory import USUAL, Chord, Key, vocabulary
from livecode.language.notes import MIDI_C4
from livecode.language.scales import scale_of
from livecode.music.phrase import Phrase, bar_ticks, empty_notes

MELODY_STEPS = 3000
OWN_RANK = 8.0
PLAIN = {1: "I", 2: "ii", 3: "iii", 4: "IV", 5: "V", 6: "vi", 7: "vii°"}
PLAIN_MINOR = {1: "i", 2: "ii°", 3: "III", 4: "iv", 5: "V", 6: "VI", 7: "vii°"}


@dataclass(frozen=True)
class Melody:
    """One part by rules: `hard` ones hold, each of `soft` costs its weight where it does not hold."""

    key: str = ""
    hard: tuple[str, ...] = ()
    soft: tuple[tuple[str, float], ...] = ()

    def spec(self) -> Spec:
        """Plain data that makes it again."""
        return {
            "kind": "rules", "form": "melody", "key": self.key, "hard": list(self.hard),
            "soft": [list(pair) for pair in self.soft],
        }  # fmt: skip

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """A phrase of melody that goes on from the one before."""
        metre = context.metre
        key = key_for(self.key, context)
        asked = Asked.of(
            {k: v for k, v in context.constraints.items() if k in ("in_scale", "begins", "ends")}
        )
        draw = random.Random(seed)
        bar = bar_ticks(metre)
        scale = allowed(context) or frozenset(key.scale)
        tonal = set(key.scale) <= scale or len(scale & set(key.scale)) >= 6
        closed = context.position % 2 == 1
        chords = _plan(key, max(1, length // bar), closed, draw) if tonal else []
        motive = _motive(context, seed)
        spans = rhythm(length, metre, steered(context, "energy", 0.5), motive)
        line = [LineNote(0, on, off) for on, off in spans]
        low, high = 60, 79
        classes = [frozenset(chord.pitch_classes(key)) for chord in chords]

        def chord(time: int) -> frozenset[int] | None:
            if not classes:
                return None
            here = classes[min(time // bar, len(classes) - 1)]
            return here if here & scale else None

        def choices(note: LineNote) -> Sequence[int]:
            inside = set(scale)
            here = chord(note.onset)
            if (
                key.mode == "minor"
                and here is not None
                and key.leading_tone in here
                and "in_scale" not in context.constraints
            ):
                inside = (inside - {(key.tonic + 10) % 12}) | {key.leading_tone}
            found = [p for p in range(low, high + 1) if p % 12 in inside and p in asked.allowed]
            if note is line[-1]:
                end = {key.tonic} if closed else (here or inside)
                found = [p for p in found if p % 12 in end] or found
                if "ends" in context.constraints:
                    found = [p for p in range(24, 109) if p in asked.last]
                    found = [p for p in found if low - 12 <= p <= high + 12] or found
            if note is line[0]:
                if "begins" in context.constraints:
                    found = [p for p in range(24, 109) if p in asked.first]
                    found = [p for p in found if low - 12 <= p <= high + 12] or found
                elif context.previous is None and here is not None:
                    found = [p for p in found if p % 12 in here] or found
            return found or [p for p in range(128) if p in asked.allowed][:64]

        beat = beat_of(metre)
        style = Style(
            key, strict=False, chord=chord if classes else None, beat=beat, arch=0.15,
            peak=0.4 + 0.35 * draw.random(), temper=taste(context, 0.6),
        )  # fmt: skip
        style.extra.append(lambda task, parts: _motif(task, parts[0], bar))
        words = _Words(key, context, metre, length, chord)
        style.extra.append(lambda task, parts: self._own(task, parts[0], words))
        previous = context.previous
        before = [[int(p) for p in previous.voice(0).notes["pitch"][-2:]]] if previous is not None else []
        found = write_lines([line], choices, style, seed, MELODY_STEPS, before)
        return self._phrase(found, chords, key, length, metre, motive)

    def _own(self, task: Task, line: list[LineNote], words: _Words) -> None:
        for text in self.hard:
            rule = Expression.of(text)
            for index in range(rule.reach - 1, len(line)):
                notes = line[index - rule.reach + 1 : index + 1]
                # What a performer asks outranks the textbook: it gives way last.
                add(task, "hard", text, words.test(rule, line, index), notes, OWN_RANK)
        for text, weight in self.soft:
            rule = Expression.of(text)
            for index in range(rule.reach - 1, len(line)):
                test = words.test(rule, line, index)
                notes = line[index - rule.reach + 1 : index + 1]
                add(task, "soft", text, lambda *p, test=test: not test(*p), notes, weight)

    def _phrase(
        self, found: Any, chords: list[Chord], key: Key, length: int, metre: tuple[int, int], motive: int
    ) -> Phrase:
        bar = bar_ticks(metre)
        rows = found.parts[0]
        notes = empty_notes(len(rows))
        origins: list[dict[str, Any]] = []
        for index, (note, pitch) in enumerate(rows):
            notes[index]["onset"], notes[index]["duration"] = note.onset, note.end - note.onset
            notes[index]["pitch"], notes[index]["spelling"] = pitch, key.spelled(pitch)
            strong = note.onset % bar == 0
            notes[index]["velocity"] = 92 if strong else 80
            about: dict[str, Any] = {"key": key.name}
            if chords:
                chord = chords[min(note.onset // bar, len(chords) - 1)]
                inside = pitch % 12 in chord.pitch_classes(key)
                about["chord"] = chord.numeral
                about["sings"] = "chord note" if inside else "passing or neighbour note"
            origins.append(about)
        origins[0]["motive"] = motive
        note_outcome(origins, found.answer)
        return Phrase(notes, length, metre, key.name, origins)


def _plan(key: Key, bars: int, closed: bool, draw: random.Random) -> list[Chord]:
    """A chord for each bar: from the tonic by usual ways to a half or a full close."""
    names = PLAIN if key.mode == "major" else PLAIN_MINOR
    by = {chord.numeral: chord for chord in vocabulary(key.mode)}
    steps = [1]
    while len(steps) < bars:
        left = bars - len(steps)
        if closed and left == 1:
            steps.append(1)
        elif (closed and left == 2) or (not closed and left == 1):
            steps.append(5)
        else:
            often, sometimes, _ = USUAL[steps[-1]]
            steps.append(draw.choice([s for s in (*often, *often, *sometimes) if s != 7] or [4]))
    return [by[names[step]] for step in steps[:bars]]


def _motive(context: Context, seed: int) -> int:
    """The number that draws the rhythm: the same for a pair of phrases, so that the answer fits the.

    Question.
    """
    previous = context.previous
    if previous is not None and context.position % 2 == 1 and previous.provenance:
        kept = (previous.provenance[0] or {}).get("motive")
        if isinstance(kept, int):
            return kept
    return seed % 1_000_003


def rhythm(length: int, metre: tuple[int, int], energy: float, motive: int) -> list[tuple[int, int]]:
    """When the notes of a phrase begin and end: one bar's figure, taken up again, and a rest on a long note.

    >>> spans = rhythm(4 * 40320, (4, 4), 0.5, 1)
    >>> spans[0][0], spans[-1][1] == 4 * 40320
    (0, True)
    """
    beat, bar = beat_of(metre), bar_ticks(metre)
    draw = random.Random(motive)
    count = max(1, bar // beat)
    first, second = (_figure(count, energy, draw) for _ in range(2))
    spans: list[tuple[int, int]] = []
    bars = -(-length // bar)
    for number in range(bars):
        figure = second if number % 4 == 2 else first
        if number == bars - 1:
            figure = [2.0, *([1.0] * (count - 2))] if count >= 4 and energy > 0.3 else [float(count)]
            if count >= 4 and energy > 0.3:
                figure = [1.0, 1.0, float(count - 2)]
        at = number * bar
        for part in figure:
            end = at + round(part * beat)
            if at < length:
                spans.append((at, min(end, length)))
            at = end
        if at < min((number + 1) * bar, length):
            spans[-1] = (spans[-1][0], min((number + 1) * bar, length))
    return spans


def _figure(count: int, energy: float, draw: random.Random) -> list[float]:
    """The durations of one bar, in beats."""
    out: list[float] = []
    left = count
    while left > 0:
        roll = draw.random()
        if left >= 2 and roll < 0.30 - 0.2 * energy:
            out.append(2.0)
            left -= 2
        elif left >= 2 and roll < 0.42 - 0.1 * energy:
            out += [1.5, 0.5]
            left -= 2
        elif roll < 0.42 + 0.45 * energy:
            out += [0.5, 0.5] if draw.random() > 0.25 * energy else [0.25, 0.25, 0.5]
            left -= 1
        else:
            out.append(1.0)
            left -= 1
    return out


def _motif(task: Task, line: list[LineNote], bar: int) -> None:
    """The second bar takes up the first one's rise and fall, as its rhythm does."""
    first = [note for note in line if note.onset < bar]
    second = [note for note in line if bar <= note.onset < 2 * bar]
    for (a, b), (c, d) in zip(itertools.pairwise(first), itertools.pairwise(second)):
        add(task, "soft", "the motive comes again", _alike, (a, b, c, d), 0.35)


def _alike(a: int, b: int, c: int, d: int) -> float:
    one, two = b - a, d - c
    return 0.0 if abs(one - two) <= 1 else (0.5 if one * two > 0 else 1.5)


@dataclass
class _Words:
    """What the words of a rule mean at a note of a line."""

    key: Key
    context: Context
    metre: tuple[int, int]
    length: int
    chord: Any

    def test(self, rule: Expression, line: list[LineNote], index: int) -> Any:
        """The rule at one note, as a function of the pitches it looks at."""
        note = line[index]
        beat, bar = beat_of(self.metre), bar_ticks(self.metre)
        here = self.chord(note.onset)
        degrees = _degrees(self.key, str(self.context.constraints.get("in_scale", "")))
        fixed = {
            "beat": note.onset % bar / beat + 1,
            "bar": note.onset // bar + 1,
            "length": (note.end - note.onset) / beat,
            "strong": note.onset % beat == 0,
            "weak": note.onset % beat != 0,
            "first": index == 0,
            "last": index == len(line) - 1,
        }

        def holds(*pitches: int) -> Any:
            now = pitches[-1]
            words = {
                **fixed,
                "note": now - MIDI_C4,
                "degree": degrees.get(now % 12, 0),
                "octave": now // 12 - 1,
                "chord": here is None or now % 12 in here,
            }
            if len(pitches) > 1:
                words["before"] = pitches[-2] - MIDI_C4
                words["leap"] = now - pitches[-2]
            if len(pitches) > 2:
                words["leap_before"] = pitches[-2] - pitches[-3]
            return rule.value(words)

        return holds


@lru_cache(maxsize=64)
def _degrees(key: Key, scale: str) -> dict[int, int]:
    if scale:
        found = scale_of(scale.replace(":", " "))
        return {round(found.tonic + step) % 12: n + 1 for n, step in enumerate(found.steps)}
    return {pitch: n + 1 for n, pitch in enumerate(key.scale)}


def checked_rules(hard: Sequence[Any], soft: Any) -> tuple[tuple[str, ...], tuple[tuple[str, float], ...]]:
    """The rules that were typed, read once to find mistakes."""
    texts = tuple(Expression.of(text).text for text in hard)
    if soft is None:
        return texts, ()
    if isinstance(soft, str):
        soft = {soft: 1.0}
    if not isinstance(soft, dict):
        raise ControlError(f'soft={soft!r}: give rules with weights, such as {{"leap != 0": 2}}')
    pairs = []
    for text, weight in soft.items():
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= 100:
            raise ControlError(f"a weight of {weight!r} for {text!r}: give 0 to 100")
        pairs.append((Expression.of(text).text, float(weight)))
    return texts, tuple(pairs)
