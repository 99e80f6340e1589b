"""Learning on stage: a copy of a net whose last layer has been tuned on music heard a moment ago.

What the net makes of the music (its states) stays; only the matrix that turns states into chances moves, by
full gradients in NumPy, pulled back to where it was. Sixty rounds take tens of milliseconds in the worker,
where phrases are composed ahead, so nothing that sounds waits for it; the net itself is never changed.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from livecode.generators.markov.melody import STEPS, WIDEST, Tune
from livecode.generators.neural.decode import Net
from livecode.generators.neural.features import Classes, describe
from livecode.generators.neural.trunk import Floats, norm, softmax
from livecode.generators.neural.tunes import HEIGHTS, LOWEST
from livecode.generators.neural.tunes import describe as describe_tunes
from livecode.generators.neural.tunesmith import TuneSmith
from livecode.music.phrase import Phrase


@dataclass(frozen=True)
class How:
    """How much is learned: rounds of full gradients, their rate, and the pull back to where it was."""

    rounds: int = 40
    rate: float = 1e-4
    pull: float = 0.1


ON_STAGE = How()
MOST = 512
"""Notes at the end of what was heard that are learned from."""

Kind = TypeVar("Kind", Net, TuneSmith)
Ints = npt.NDArray[np.int64]
Spread = Callable[[Floats], Floats]


def tuned(
    states: Floats,
    weight: Floats,
    bias: Floats,
    goal: Ints,
    spread: Spread,
    gather: Spread,
    how: How = ON_STAGE,
) -> tuple[Floats, Floats]:
    """A last layer moved towards what was heard: weight (width, outputs) and bias.

    `states` (notes, width) and `goal` (notes): which class came; `spread` makes logits of outputs, `gather`
    takes the slope of logits back to outputs. Adam (Kingma and Ba, 2015), the move kept small.
    """
    # One matrix: the bias is the weight of a state that is always 1.
    inputs = np.concatenate([states, np.ones((len(states), 1), np.float32)], axis=1)
    base = np.concatenate([weight, bias[None]], axis=0)
    moved = np.zeros_like(base)
    mean, square = np.zeros_like(base), np.zeros_like(base)
    here = np.arange(len(goal))
    for number in range(1, how.rounds + 1):
        slope = softmax(spread(inputs @ (base + moved)))
        slope[here, goal] -= 1.0
        gradient = inputs.T @ gather(slope) / np.float32(len(goal)) + np.float32(how.pull) * moved
        mean += 0.1 * (gradient - mean)
        square += 0.02 * (gradient**2 - square)
        rate = how.rate / (1 - 0.9**number)
        moved -= (rate * mean / (np.sqrt(square / (1 - 0.98**number)) + 1e-6)).astype(np.float32)
    found: Floats = base + moved
    return np.ascontiguousarray(found[:-1]), found[-1]


def between(net: Kind, learned: Kind, amount: float) -> Kind:
    """So much of what was learned: 0 the net, 1 the one that has learned, beyond 1 more than that."""
    made = copy.copy(learned)
    for name in ("time", "time_bias", "logit", "bias"):
        if hasattr(net, name):
            old, new = getattr(net, name), getattr(learned, name)
            setattr(made, name, (old + np.float32(amount) * (new - old)).astype(np.float32))
    return made


@lru_cache(maxsize=8)
def _adapted(smith: TuneSmith, packed: bytes) -> TuneSmith:
    tune = _heard(packed)
    return adapted_to(smith, [tune]) if len(tune) > 1 else smith


def adapted(smith: TuneSmith, phrase: Phrase) -> TuneSmith:
    """A net of tunes that has learned from the top line of a phrase."""
    from livecode.music.corpus import Piece, pack

    return _adapted(smith, pack([Piece(phrase, "heard")]))


def _heard(packed: bytes) -> Tune:
    from livecode.music.corpus import unpack

    return Tune.of(unpack(packed)[0].phrase)


def adapted_to(smith: TuneSmith, tunes: Sequence[Tune], how: How = ON_STAGE) -> TuneSmith:
    """A net of tunes that has learned from some tunes."""
    states, rows, before, times, steps = ([] for _ in range(5))
    for tune in tunes:
        trunk, head, these, those = describe_tunes([tune], bool(smith.config.styles))
        x = norm(smith.trunk_table[trunk].sum(axis=1)) * smith.enter
        states.append((smith.over_time.whole(x) * smith.leave)[-MOST:])
        rows.append(head[-MOST:])
        before.append(np.concatenate([[0], tune.heights[:-1]])[-MOST:])
        times.append(these[-MOST:])
        steps.append(those[-MOST:])
    state = np.concatenate(states)
    made = copy.copy(smith)

    def same(values: Floats) -> Floats:
        return values

    made.time, made.time_bias = tuned(
        state, smith.time, smith.time_bias, np.concatenate(times), same, same, how
    )
    finished = norm(smith.head.all(state + smith.head_table[np.concatenate(rows)].sum(axis=1)))
    moves = np.arange(-WIDEST, WIDEST + 1) - LOWEST
    places = np.clip(np.concatenate(before)[:, None] + moves, 0, HEIGHTS - 1)

    def spread(found: Floats) -> Floats:
        logits: Floats = found[:, :STEPS] + np.take_along_axis(found[:, STEPS:], places, axis=1)
        return logits

    def gather(slope: Floats) -> Floats:
        out = np.zeros((len(slope), STEPS + HEIGHTS), np.float32)
        out[:, :STEPS] = slope
        np.add.at(out, (np.arange(len(slope))[:, None], STEPS + places), slope)
        return out

    made.logit, made.bias = tuned(
        finished, smith.logit, smith.bias, np.concatenate(steps), spread, gather, how
    )
    return made


def adapted_net(net: Net, pieces: Sequence[Classes], lines: int | None = None, how: How = ON_STAGE) -> Net:
    """A net on a grid that has learned from pieces (steps, voices) of its classes.

    `lines`: how many of its voices, from the top, were heard; of the others nothing is learned.
    """
    config = net.config
    heard = np.arange(config.voices) < (lines or config.voices)
    finished, around, goals, besides = ([] for _ in range(4))
    for piece in pieces:
        piece = piece[-MOST:]
        piece = piece[: len(piece) // config.frame * config.frame]
        if not len(piece):
            continue
        _, head, sounding = describe(config, piece)
        states = (net.states_of(piece) @ net.state).reshape(-1, 1, config.head_width)
        x = net.head_table[head].sum(axis=2) + states
        finished.append(norm(net.head.all(x))[:, heard].reshape(-1, config.head_width))
        around.append(sounding[:, heard].reshape(-1, config.voices))
        goals.append(piece[:, heard].ravel())
        more = net.besides(piece)
        if more is not None:
            besides.append(more[:, heard].reshape(-1, config.size))
    made = copy.copy(net)
    if not goals:
        return made
    sounds = np.concatenate(around)
    picks = config.size + net.picks[sounds, np.arange(config.voices)]  # (notes, voices, classes)
    added: Floats | float = np.concatenate(besides) if besides else 0.0

    def spread(found: Floats) -> Floats:
        logits: Floats = net.spread(found, sounds) + added
        return logits

    def gather(slope: Floats) -> Floats:
        out = np.zeros((len(slope), config.outputs), np.float32)
        out[:, : config.size] = slope
        rows = np.arange(len(slope))[:, None]
        for voice in range(config.voices):
            np.add.at(out, (rows, picks[:, voice]), slope)
        return out

    made.logit, made.bias = tuned(
        np.concatenate(finished), net.logit, net.bias, np.concatenate(goals), spread, gather, how
    )
    return made
