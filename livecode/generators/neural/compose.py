"""A trained net as a composer: bars of as many voices as it has learned, from nothing or to a given part.

Without a given part, notes are drawn one by one. With one (`.over(d3)`) several versions are written side
by side; each is weighed by how well the given notes follow from it, the unlikely are dropped and the likely
doubled as they go (a particle filter), so that the harmony prepares what the given part will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.errors import GeneratorError
from livecode.generators.generator import Context, Spec
from livecode.generators.neural.decode import Net, Writer, log_softmax
from livecode.generators.neural.features import Classes
from livecode.generators.neural.masks import Mask, everything, note_mask, scale_mask, together
from livecode.music.phrase import SIXTEENTH, Phrase

Probabilities = npt.NDArray[np.float64]

FREE = -1
"""In a table of given classes: the net may choose."""

UPBEAT = 4
"""Chorales mostly begin with an upbeat of one beat; so does every page here, and it is not played."""

HEARD_STEPS = 128
TEMPERATURE, TOP_P = 0.8, 0.9
CANDIDATES = 6
GAP = 16
"""Steps of silence in a given part through which its last note is taken to sound on."""

CENTRES = (71, 66, 60, 52)
NAMES = ("soprano", "alto", "tenor", "bass")
LOUDNESS = (88, 74, 76, 82)


@dataclass(frozen=True)
class Taste:
    """How notes are drawn: `temperature`, `top_p`, and `density` (above 1 more notes begin, below fewer).

    Temperature and top-p choose where a voice goes once it moves; whether it moves is drawn as the net has
    it, or low temperatures would end in one held chord. At temperature 1 a small net's rare slips lead it
    into places it never learned from, so what is played without a word is a little cooler.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    density: float = 1.0

    def truncated(self, scores: Probabilities) -> Probabilities:
        """The likeliest that make up `top_p`, scaled to what all made up."""
        if self.top_p >= 1.0:
            return scores
        order = np.argsort(-scores, axis=1)
        ranked = np.take_along_axis(scores, order, axis=1)
        whole = ranked.sum(axis=1, keepdims=True)
        ranked[np.cumsum(ranked, axis=1) - ranked >= self.top_p * whole] = 0.0
        ranked *= whole / np.maximum(ranked.sum(axis=1, keepdims=True), 1e-300)
        kept = np.empty_like(scores)
        np.put_along_axis(kept, order, ranked, axis=1)
        return kept

    @classmethod
    def of(cls, context: Context) -> Taste:
        return cls(
            min(max(context.parameter("temperature", TEMPERATURE), 0.01), 10.0),
            min(max(context.parameter("top_p", TOP_P), 0.01), 1.0),
            min(max(context.parameter("density", 1.0), 0.01), 100.0),
        )

    def draw(
        self, logits: npt.NDArray[np.float32], last: Classes, allowed: Mask, random: np.random.Generator
    ) -> Classes:
        """One class for each row of logits; `last` is what the voice sounded before."""
        scores = logits.astype(np.float64)
        rows = np.flatnonzero(last < scores.shape[1])
        same = last[rows]
        scores[rows, same] -= np.log(self.density)
        scores[:, ~allowed] = -np.inf
        scores = exponential(scores)
        held = scores[rows, same].copy()
        scores[rows, same] = 0.0
        moved = scores.sum(axis=1, keepdims=True)
        with np.errstate(divide="ignore"):
            where = self.truncated(exponential(np.log(scores) / self.temperature, moved > 0))
        scores = where * moved
        scores[rows, same] = held
        marks = np.cumsum(scores, axis=1)
        drawn = (marks < (random.random(len(scores)) * marks[:, -1])[:, None]).sum(axis=1)
        chosen: Classes = np.minimum(drawn, scores.shape[1] - 1)
        return chosen


def exponential(logs: Probabilities, some: Any = True) -> Probabilities:
    """Probabilities (rows add up to 1) from logarithms; zeros in the rows where there are not some."""
    top = np.where(some, logs.max(axis=1, keepdims=True), 0.0)
    raised = np.exp(logs - top)
    scaled: Probabilities = raised / np.where(some, raised.sum(axis=1, keepdims=True), 1.0)
    return scaled


class NeuralComposer:
    """Bars from a net.

    `name` is the model's, `weights` a digest of its files, so that a spec means these very weights.
    """

    def __init__(self, net: Net, name: str, weights: str = "") -> None:
        self.net, self.name, self.weights = net, name, weights

    def spec(self) -> Spec:
        return {"kind": "neural", "name": self.name, "weights": self.weights}

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """A phrase of `length` ticks; with `context.over`, the voices that the given part leaves free."""
        config = self.net.config
        random = np.random.default_rng(seed)
        steps = -(-length // SIXTEENTH)
        given, taken = given_part(context.over, steps, config.voices, config.low, config.high)
        masks = self._masks(context, steps, taken)
        taste = Taste.of(context)
        count = max(1, round(context.parameter("candidates", CANDIDATES if taken else 1)))
        writer = self._page(context, taken, min(count, 64), taste, random)
        notes, chances = write(writer, given, masks, taste, random)
        free = [voice for voice in range(config.voices) if voice not in taken]
        return self._phrase(notes, chances, free, length, context.metre)

    def _masks(self, context: Context, steps: int, taken: Sequence[int]) -> list[list[Mask]]:
        """For every step and voice, the classes that may be drawn."""
        config, asked = self.net.config, context.constraints
        everywhere = everything(config)
        if "in_scale" in asked:
            everywhere = together(
                everywhere, scale_mask(config, asked["in_scale"]), f"in_scale({asked['in_scale']!r})"
            )
        table = [[everywhere] * config.voices for _ in range(steps)]
        top = next((voice for voice in range(config.voices) if voice not in taken), 0)
        for name, places in (("begins", range(1)), ("ends", range(max(0, steps - 4), steps))):
            if name in asked:
                wanted = together(
                    everywhere, note_mask(config, asked[name]), f"{name}({asked[name]!r}) and in_scale"
                )
                for step in places:
                    table[step][top] = wanted
        return table

    def _page(
        self, context: Context, taken: Sequence[int], count: int, taste: Taste, random: np.random.Generator
    ) -> Writer:
        """A writer that has heard what came before, or has drawn an upbeat of its own."""
        config = self.net.config
        writer = self.net.write(count)
        before = self._before(context, taken)
        if before is not None and len(before) >= config.frame:
            upbeat = np.repeat(before[:1], UPBEAT, axis=0)
            writer.hear(np.concatenate([upbeat, before]))
            return writer
        free = np.full((UPBEAT, config.voices), FREE, np.int64)
        begun = Context(constraints={k: v for k, v in context.constraints.items() if k == "in_scale"})
        write(writer, free, self._masks(begun, UPBEAT, ()), taste, random)
        return writer

    def _before(self, context: Context, taken: Sequence[int]) -> Classes | None:
        """The end of the previous phrase as classes, with what the given part played to it."""
        config, previous = self.net.config, context.previous
        if previous is None:
            return None
        steps = previous.length // SIXTEENTH
        table = previous.grid(SIXTEENTH, config.voices)[:steps].astype(np.int64)
        if taken:
            other, also = given_part(
                context.over_before, steps, config.voices, config.low, config.high, taken
            )
            if list(also) != list(taken):
                return None
            table[:, list(taken)] = np.where(
                other[:, list(taken)] > 0, other[:, list(taken)] + config.low - 1, 0
            )
        bar = max(1, previous.bar // SIXTEENTH)
        kept = min(steps, max(bar, HEARD_STEPS // bar * bar))
        table = table[steps - kept :]
        table = table[len(table) % config.frame :]
        inside = np.where((table >= config.low) & (table <= config.high), table, 0)
        return config.classes(inside)

    def _phrase(
        self,
        notes: Classes,
        chances: npt.NDArray[np.float64],
        free: Sequence[int],
        length: int,
        metre: tuple[int, int],
    ) -> Phrase:
        pitches = self.net.config.pitches(notes)
        silent = [voice for voice in range(pitches.shape[1]) if voice not in free]
        pitches[:, silent] = -1
        phrase = Phrase.from_grid(pitches, SIXTEENTH, metre=metre).slice(0, length)
        origins: list[dict[str, Any] | None] = []
        for note in phrase.notes:
            step, voice = int(note["onset"]) // SIXTEENTH, int(note["voice"])
            note["velocity"] = LOUDNESS[voice % 4]
            named = NAMES[voice] if len(NAMES) > voice else f"voice {voice}"
            origins.append({"net": self.name, "voice": named, "probability": float(chances[step, voice])})
        phrase.provenance = origins
        return phrase


def write(
    writer: Writer, given: Classes, masks: list[list[Mask]], taste: Taste, random: np.random.Generator
) -> tuple[Classes, npt.NDArray[np.float64]]:
    """Write len(given) steps; the notes (steps, voices), and the probability with which each was drawn.

    Where `given` is a class it is set, where it is FREE one is drawn among those the masks allow.
    """
    steps, voices = given.shape
    count = writer.particles
    notes = np.zeros((count, steps, voices), np.int64)
    chances = np.zeros((count, steps, voices))
    weights = np.zeros(count)
    everyone = np.arange(count)
    for step in range(steps):
        for voice in range(voices):
            logits = writer.logits()
            logs = log_softmax(logits)
            if given[step, voice] == FREE:
                chosen = taste.draw(logits, writer.last[:, voice], masks[step][voice], random)
            else:
                chosen = np.full(count, given[step, voice])
                weights += logs[:, given[step, voice]]
            notes[:, step, voice] = chosen
            chances[:, step, voice] = np.exp(logs[everyone, chosen])
            writer.choose(chosen)
        if count > 1:
            shares = np.exp(weights - weights.max())
            shares /= shares.sum()
            if 1.0 / np.square(shares).sum() < count / 2:
                which = resampled(shares, random)
                writer.pick(which)
                notes, chances = notes[which], chances[which]
                weights = np.zeros(count)
    shares = np.exp(weights - weights.max())
    best = int(resampled(shares / shares.sum(), random)[0]) if count > 1 else 0
    if count > 1:
        writer.pick(np.array([best]))
    return notes[best], chances[best]


def resampled(shares: npt.NDArray[np.float64], random: np.random.Generator) -> npt.NDArray[np.int64]:
    """As many indices as shares, each about as often as its share says."""
    marks = (np.arange(len(shares)) + random.random()) / len(shares)
    return np.minimum(np.searchsorted(np.cumsum(shares), marks), len(shares) - 1)


def given_part(
    over: Phrase | None,
    steps: int,
    voices: int,
    low: int,
    high: int,
    places: Sequence[int] | None = None,
) -> tuple[Classes, tuple[int, ...]]:
    """What another part plays, as classes in the voices it fits best; those voices' numbers.

    One line goes to the voice whose register it lies in, several lines to several voices in order; a chordal
    part of as many voices as the net has gives its top line alone. Notes beyond the range move by octaves;
    a short silence is bridged, in a long one the net may write that voice as it likes.
    """
    table = np.full((steps, voices), FREE, np.int64)
    if over is None or not len(over.notes):
        return table, ()
    grid = over.grid(SIXTEENTH)[:steps].astype(np.int64)
    grid = np.pad(grid, ((0, steps - len(grid)), (0, 0)))
    lines = [grid[:, n] for n in range(grid.shape[1]) if (grid[:, n] > 0).any()]
    if len(lines) >= voices:
        lines = lines[:1]
    if places is None:
        means = [float(line[line > 0].mean()) for line in lines]
        centres = [CENTRES[n] if n < len(CENTRES) else 52 for n in range(voices)]
        places = min(
            combinations(range(voices), len(lines)),
            key=lambda chosen: sum(abs(centres[v] - m) for v, m in zip(chosen, means)),
        )
    elif len(places) != len(lines):
        return table, ()
    for place, line in zip(places, lines):
        last, silence = 0, 0
        for step, pitch in enumerate(line.tolist()):
            silence = 0 if pitch > 0 else silence + 1
            last = pitch if pitch > 0 else last
            if last and silence <= GAP:
                table[step, place] = within(last, low, high) - low + 1
    return table, tuple(places)


def within(pitch: int, low: int, high: int) -> int:
    """A pitch moved by octaves into a range."""
    while pitch < low:
        pitch += 12
    while pitch > high:
        pitch -= 12
    if pitch < low:
        raise GeneratorError(f"a net with a range of {high - low} semitones cannot take any part")
    return pitch
