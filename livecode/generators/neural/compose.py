"""A trained net as a composer: bars of as many voices as it has learned, from nothing or to a given part.

Without a given part, notes are drawn one by one. With one (`.over(d3)`) several versions are written side
by side; each is weighed by how well the given notes follow from it, the unlikely are dropped and the likely
doubled as they go (a particle filter), so that the harmony prepares what the given part will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.generators.attributes import key_classes
from livecode.generators.generator import Context, Spec
from livecode.generators.neural.config import Config
from livecode.generators.neural.decode import Net, Writer
from livecode.generators.neural.features import Classes
from livecode.generators.neural.masks import Mask, everything, note_mask, scale_mask, together
from livecode.generators.neural.page import FREE, UPBEAT, Page
from livecode.generators.neural.steering import Steering
from livecode.generators.neural.trunk import log_softmax
from livecode.music.key import find_key
from livecode.music.phrase import SIXTEENTH, Phrase

Probabilities = npt.NDArray[np.float64]

TEMPERATURE, TOP_P = 0.7, 0.85
DENSITY = 1.35
"""Left to itself a net of few pieces dwells on what it holds: by so much it moves oftener, as Bach does."""
HOME = 0.4
"""Nats taken from notes outside the key in which a chapter began: a net hears four bars back, and strays."""
STRICT = 4.0
"""Nats taken from a note moving in parallel fifths or octaves, which nets draw ten times too often."""
CANDIDATES = 6
NAMES = ("soprano", "alto", "tenor", "bass")
LOUDNESS = (88, 74, 76, 82)


@dataclass(frozen=True)
class Taste:
    """How notes are drawn: `temperature`, `top_p`, and `density` (above 1 more notes begin, below fewer).

    `away`, when given, is what is taken from each class, in nats, for being far from home.
    Temperature and top-p choose where a voice goes once it moves; whether it moves is drawn as the net has
    it, or low temperatures would end in one held chord. At temperature 1 a small net's rare slips lead it
    into places it never learned from, so what is played without a word is a little cooler.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    density: float = 1.0
    away: Probabilities | None = None

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
            DENSITY * min(max(context.parameter("density", 1.0), 0.01), 100.0),
        )

    def draw(
        self,
        logits: npt.NDArray[np.float32],
        last: Classes,
        allowed: Mask,
        random: np.random.Generator,
        wanted: Probabilities | None = None,
    ) -> Classes:
        """One class for each row of logits; `last` is what the voice sounded before, `wanted` nats to add."""
        scores = logits.astype(np.float64)
        if self.away is not None:
            scores -= self.away
        if wanted is not None:
            scores += wanted
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


def away_from(key: str, config: Config) -> Probabilities:
    """What is taken from each class for being outside a key, in nats.

    >>> away_from("c major", Config())[[0, 60 - 32, 61 - 32]].tolist()
    [0.0, 0.0, 0.4]
    """
    home = key_classes(key)
    outside = [(pitch % 12) not in home for pitch in range(config.low, config.high + 1)]
    nats = np.zeros(config.size)
    nats[1:] = HOME * np.array(outside)
    return nats


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

    tilts = True

    def __init__(self, net: Net, name: str, weights: str = "", device: str = "") -> None:
        self.net, self.name, self.weights, self.device = net, name, weights, device

    def spec(self) -> Spec:
        made: Spec = {"kind": "neural", "name": self.name, "weights": self.weights}
        return {**made, "device": self.device} if self.device else made

    def likelihood(self, phrase: Phrase) -> float:
        """Nats a note that the net needs for a phrase of as many voices as it has learned."""
        grid = phrase.grid(SIXTEENTH, self.net.config.voices).astype(np.int64)
        try:
            nats = -float(self.net.score(self.net.config.classes(grid)).sum())
        except ValueError:
            return float("inf")
        return nats / max(1, len(phrase))

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """A phrase of `length` ticks; with `context.over`, the voices that the given part leaves free.

        Asked to `infill`, it writes only the bars in which the given part is silent, knowing what follows.
        """
        random = np.random.default_rng(seed)
        steps = -(-length // SIXTEENTH)
        page = self._page(context, steps)
        masks = self._masks(context, steps, page.taken)
        home = context.previous.key if context.previous is not None else ""
        taste = Taste.of(context)
        if home and not page.taken and "in_scale" not in context.constraints:
            taste = replace(taste, away=away_from(home, self.net.config))
        net = self._learned(context)
        usual = CANDIDATES if page.taken and not net.config.ears else 1
        count = min(64, max(1, round(context.parameter("candidates", usual))))
        writer = self._begun(net, context, page, count, taste, random)
        upbeat = [int(pitch) for pitch in net.config.pitches(writer.last[:1])[0] if pitch > 0]
        steering = Steering.of(context, net.config, upbeat)
        notes, chances = write(writer, page.given, masks, taste, random, steering)
        phrase = self._phrase(notes, chances, page, length, context.metre)
        # Handed on from phrase to phrase: where the chapter began.
        phrase.key = home or (find_key(phrase) if len(phrase) else "")
        return phrase

    def _page(self, context: Context, steps: int) -> Page:
        """What is given."""
        return Page.of(context, self.net.config, steps)

    def _learned(self, context: Context) -> Net:
        """The net, or one that has learned from what it was given to hear."""
        if context.heard is None or not len(context.heard.notes):
            return self.net
        from livecode.generators.neural.adapter import adapted_net, between

        config = self.net.config
        grid = context.heard.grid(SIXTEENTH).astype(np.int64)
        lines = [n for n in range(grid.shape[1]) if (grid[:, n] > 0).any()][: config.voices]
        heard = np.zeros((len(grid), config.voices), np.int64)
        heard[:, : len(lines)] = grid[:, lines]
        inside = np.where((heard >= config.low) & (heard <= config.high), heard, 0)
        learned = adapted_net(self.net, [config.classes(inside)], lines=len(lines))
        amount = context.parameter("learned", 1.0)
        return learned if amount == 1.0 else between(self.net, learned, amount)

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

    def _begun(
        self,
        net: Net,
        context: Context,
        page: Page,
        count: int,
        taste: Taste,
        random: np.random.Generator,
    ) -> Writer:
        """A writer that has heard what came before, or has drawn an upbeat of its own."""
        config = net.config
        writer = net.write(count)
        before = page.before
        if config.ears and page.taken:
            begun = np.full((UPBEAT, config.voices), FREE) if before is None else before
            whole = np.concatenate([begun, page.given])
            known = whole != FREE
            if not page.infill:
                known[:, [v for v in range(config.voices) if v not in page.taken]] = False
            writer.expect(np.where(known, whole, 0), known)
        elif config.ears:
            length = (UPBEAT if before is None else len(before)) + len(page.given)
            writer.expect(
                np.zeros((length, config.voices), np.int64), np.zeros((length, config.voices), bool)
            )
        if before is not None:
            writer.hear(before)
            return writer
        free = np.full((UPBEAT, config.voices), FREE, np.int64)
        scale = Context(constraints={k: v for k, v in context.constraints.items() if k == "in_scale"})
        write(writer, free, self._masks(scale, UPBEAT, ()), taste, random)
        if count > 1 and not context.parameters.get("alone"):
            # An upbeat is one's choice: every candidate begins with it.
            writer.pick(np.zeros(count, np.int64))
        return writer

    def _phrase(
        self,
        notes: Classes,
        chances: npt.NDArray[np.float64],
        page: Page,
        length: int,
        metre: tuple[int, int],
    ) -> Phrase:
        pitches = np.where(page.mine, self.net.config.pitches(notes), -1)
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
    writer: Writer,
    given: Classes,
    masks: list[list[Mask]],
    taste: Taste,
    random: np.random.Generator,
    steering: Steering | None = None,
) -> tuple[Classes, npt.NDArray[np.float64]]:
    """Write len(given) steps; the notes (steps, voices), and the probability with which each was drawn.

    Where `given` is a class it is set, where it is FREE one is drawn among those the masks allow.
    """
    steps, voices = given.shape
    count = writer.particles
    whole = writer.voice == 0 and writer.step % writer.config.frame == 0 and not writer.config.ears
    if writer.net.writes_pages and steering is None and whole:
        from livecode.generators.neural.device_page import write_there

        return write_there(writer, given, masks, taste, random, STRICT)
    notes = np.zeros((count, steps, voices), np.int64)
    chances = np.zeros((count, steps, voices))
    weights = np.zeros(count)
    everyone = np.arange(count)
    for step in range(steps):
        for voice in range(voices):
            logits = writer.logits()
            logs = log_softmax(logits)
            if given[step, voice] == FREE:
                wanted = -STRICT * parallels(writer, voice)
                if steering is not None:
                    wanted += steering.wanted(writer, voice)
                chosen = taste.draw(logits, writer.last[:, voice], masks[step][voice], random, wanted)
            else:
                chosen = np.full(count, given[step, voice])
                if not writer.config.ears:
                    # A net with ears has heard it beforehand, and says nothing of how likely it was.
                    weights += logs[:, given[step, voice]]
            notes[:, step, voice] = chosen
            chances[:, step, voice] = np.exp(logs[everyone, chosen])
            writer.choose(chosen)
        if count > 1 and not writer.config.ears:
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


def parallels(writer: Writer, voice: int) -> Probabilities:
    """1 for each class (particles, classes) by which a voice would move in parallel fifths or octaves."""
    size, before = writer.config.size, writer.config.before
    made = np.zeros((writer.particles, size))
    last, now = writer.last, writer.now
    own = last[:, voice]
    for other in np.flatnonzero(writer.chosen()):
        there, moved = last[:, other], now[:, other]
        apart = own - there
        sung = (own > 0) & (own < before) & (there > 0) & (there < before) & (moved > 0) & (moved != there)
        target = moved + apart
        rows = np.flatnonzero(sung & np.isin(np.abs(apart) % 12, (0, 7)) & (target > 0) & (target < size))
        made[rows, target[rows]] = 1.0
    return made


def resampled(shares: npt.NDArray[np.float64], random: np.random.Generator) -> npt.NDArray[np.int64]:
    """As many indices as shares, each about as often as its share says."""
    marks = (np.arange(len(shares)) + random.random()) / len(shares)
    return np.minimum(np.searchsorted(np.cumsum(shares), marks), len(shares) - 1)
