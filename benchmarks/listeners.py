"""Ten listeners who do not exist: each hides what pleases it, and judges with noise.

What pleases them is worked out from the notes of a phrase, one by one, by other code than the features that
taste learns over. Some like a thing, some a middle of it, some two things at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from livecode.music.key import KRUMHANSL_KESSLER, key_correlations, pitch_class_weights
from livecode.music.phrase import TICKS, Phrase


def _line(phrase: Phrase) -> list[tuple[int, int, int]]:
    """Onset, length and pitch of each note of the top part, in order."""
    return [
        (int(note["onset"]), int(note["duration"]), int(note["pitch"]))
        for note in phrase.notes
        if note["voice"] == 0
    ]


def _steps(phrase: Phrase) -> list[int]:
    line = _line(phrase)
    return [after[2] - before[2] for before, after in pairwise(line)]


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _walker(phrase: Phrase) -> float:
    """Likes lines that move by step and minds every leap."""
    return _mean([1.0 if 1 <= abs(s) <= 2 else -1.5 if abs(s) > 5 else 0.0 for s in _steps(phrase)])


def _climber(phrase: Phrase) -> float:
    """Likes leaps and wide lines."""
    pitches = [pitch for _, _, pitch in _line(phrase)]
    return _mean([min(12, abs(s)) / 6 for s in _steps(phrase)]) + (max(pitches) - min(pitches)) / 24


def _dancer(phrase: Phrase) -> float:
    """Likes many notes, most of them on the beat."""
    line = _line(phrase)
    return len(line) * TICKS / phrase.length + _mean([1.0 if o % TICKS == 0 else 0.0 for o, _, _ in line])


def _sleeper(phrase: Phrase) -> float:
    """Likes few and long notes in a low place."""
    line = _line(phrase)
    return _mean([d / TICKS for _, d, _ in line]) - _mean([p / 12 for _, _, p in line]) * 0.5


def _moderate(phrase: Phrase) -> float:
    """Likes about six notes a bar: both fewer and more are wrong."""
    return -abs(len(_line(phrase)) / phrase.bars - 6.0)


def _bright(phrase: Phrase) -> float:
    """Likes it high, but not above b5."""
    mean = _mean([float(p) for _, _, p in _line(phrase)])
    return -abs(mean - 79) / 6


def _off(phrase: Phrase) -> float:
    """Likes what falls between the beats."""
    return _mean([1.0 if o % TICKS else 0.0 for o, _, _ in _line(phrase)])


def _minor(phrase: Phrase) -> float:
    """Likes what sounds more like minor than like major, by another key finder's profiles, and lies low."""
    weights = pitch_class_weights(phrase)
    table = key_correlations(weights, KRUMHANSL_KESSLER)
    return float(table[1].max() - table[0].max()) - 0.01 * _mean([float(p) for _, _, p in _line(phrase)])


def _builder(phrase: Phrase) -> float:
    """Likes phrases that end higher than they begin and get there steadily."""
    pitches = np.array([pitch for _, _, pitch in _line(phrase)], float)
    if len(pitches) < 3 or pitches.std() == 0:
        return 0.0
    return float(np.corrcoef(np.arange(len(pitches)), pitches)[0, 1])


def _ritual(phrase: Phrase) -> float:
    """Likes bars whose rhythm comes back, and small steps."""
    bars = [
        frozenset(o % phrase.bar for o, _, _ in _line(phrase) if o // phrase.bar == b)
        for b in range(phrase.bars)
    ]
    alike = _mean([len(a & b) / max(1, len(a | b)) for a, b in pairwise(bars)])
    return alike * 2 + _mean([1.0 if abs(s) <= 2 else 0.0 for s in _steps(phrase)])


KINDS: dict[str, Callable[[Phrase], float]] = {
    "walker": _walker, "climber": _climber, "dancer": _dancer, "sleeper": _sleeper, "moderate": _moderate,
    "bright": _bright, "offbeat": _off, "minor": _minor, "builder": _builder, "ritual": _ritual,
}  # fmt: skip


@dataclass
class Listener:
    """One of them. `noise` is in the spread of its own pleasure over ordinary phrases, about 0.25."""

    kind: str
    seed: int
    usual: float = 0.0
    spread: float = 1.0
    noise: float = 0.25

    def __post_init__(self) -> None:
        self.random = np.random.default_rng([self.seed, list(KINDS).index(self.kind)])

    @classmethod
    def among(cls, kind: str, seed: int, phrases: list[Phrase], noise: float = 0.25) -> Listener:
        """A listener who is used to some phrases."""
        found = [KINDS[kind](phrase) for phrase in phrases]
        return cls(kind, seed, float(np.mean(found)), float(np.std(found)) or 1.0, noise)

    def pleasure(self, phrase: Phrase) -> float:
        """What a phrase really is to it; never told."""
        return (KINDS[self.kind](phrase) - self.usual) / self.spread

    def likes(self, phrase: Phrase) -> bool:
        """Plus or minus."""
        return self.pleasure(phrase) + self.random.normal(0, self.noise) > 0

    def prefers(self, one: Phrase, other: Phrase) -> bool:
        """Whether this rather than that."""
        return self.pleasure(one) - self.pleasure(other) + self.random.normal(0, 1.414 * self.noise) > 0


def ordinary(count: int, seed: int) -> list[Phrase]:
    """Phrases as one meets them: folk tunes, chains, and songs of chance, four bars each."""
    from livecode.generators.evolution.home import home_of
    from livecode.generators.evolution.songs import Frame, chance
    from livecode.music.corpus import corpus

    random = np.random.default_rng(seed)
    frame = Frame.of(16 * TICKS, (4, 4), 4, home_of("c major"))
    wild = chance(count // 2, 1, frame, random)
    found: list[Any] = [wild.phrase(row) for row in range(len(wild))]
    for phrase in found:
        phrase.key = "c major"
    tunes = [piece.phrase for piece in corpus("folk") if piece.phrase.metre == (4, 4)]
    while len(found) < count:
        tune = tunes[int(random.integers(len(tunes)))]
        bars = max(1, tune.bars - 4)
        begin = int(random.integers(bars)) * tune.bar
        part = tune.slice(begin, begin + 4 * tune.bar)
        part.key = tune.key
        if len(part) >= 4:
            found.append(part)
    return [found[int(i)] for i in random.permutation(count)]


def taught(listener: Listener, songs: list[Phrase], told: Any, judgements: int, random: Any) -> Any:
    """What is believed of a listener after so many answers to this-or-that, each chosen to tell most."""
    from livecode.generators.evolution.preference import Belief, Judgement, basis

    known: list[Any] = []
    belief = Belief.of(known)
    for _ in range(judgements):
        pairs = random.integers(0, len(songs), (200, 2))
        rows = basis(told[pairs[:, 0]]) - basis(told[pairs[:, 1]])
        one, other = pairs[int(np.argmax(belief.information(rows)))]
        if not listener.prefers(songs[one], songs[other]):
            one, other = other, one
        known.append(Judgement(told[one], told[other]))
        belief = Belief.of(known)
    return belief


def foretold(
    listener: Listener, belief: Any, songs: list[Phrase], told: Any, count: int, random: Any
) -> float:
    """The share of choices between other songs, noise and all, that belief foretells."""
    right = 0
    for _ in range(count):
        one, other = random.choice(len(songs), 2, replace=False)
        right += (belief.prefers(told[one], told[other]) > 0.5) == listener.prefers(songs[one], songs[other])
    return right / count
