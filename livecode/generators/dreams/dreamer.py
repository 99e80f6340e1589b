"""The dreaming net as a composer: the phrase it is given, as deep as it is asked to be."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any

import numpy as np

from livecode.errors import ControlError, GeneratorError
from livecode.generators.dreams.child import Descent, descend
from livecode.generators.dreams.score import Grid, Score
from livecode.generators.generator import Context, Spec
from livecode.generators.pool import composers
from livecode.language.notes import MIDI_C4
from livecode.language.scales import scale_of
from livecode.music.phrase import Phrase

STEPS_A_DEPTH = 6
DEEPEST = 8.0
DEPTH = 2.0
LEAD = 16
"""Sixteenths before a phrase that the net hears, so that its first bar is no beginning."""


@dataclass(frozen=True)
class Dreamer:
    """Dreams with one layer of a net. `weights` is the digest of its files, `shape` (voices, low, high) what
    it can sing; `towards` a packed phrase to drift to; `noise` a number, 0 for the straight way down."""

    net: str
    weights: str
    shape: tuple[int, int, int]
    layer: int = 3
    units: tuple[int, ...] = ()
    towards: dict[str, Any] | None = field(default=None, hash=False)
    noise: int = 0
    inside = True
    """It is asked in this process, and asks a process of its own that has torch."""

    def spec(self) -> Spec:
        """Plain data that makes it again."""
        return {
            "kind": "dream",
            "net": self.net,
            "weights": self.weights,
            "shape": list(self.shape),
            "layer": self.layer,
            "units": list(self.units),
            "towards": self.towards,
            "noise": self.noise,
        }

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """The phrase of `context.over`, each bar as deep as its parameter says."""
        source = context.over
        if source is None or not len(source):
            return Phrase.silence(length, context.metre)
        score, descent, depths = self.dreamt(context)
        bars = [descent.pieces[_step(depth, descent)] for depth in depths]
        return score.back([_grid(bar, len(score.grid)) for bar in bars], depths)

    def dreamt(self, context: Context) -> tuple[Score, Descent, list[float]]:
        """The phrase on its grid, the way down from it, and how deep each bar is asked to be."""
        assert context.over is not None
        source = context.over
        voices, low, high = self.shape
        score = Score.of(source, voices, low, high)
        depths = [_depth(context, number) for number in range(max(1, -(-source.length // source.bar)))]
        steps = ceil(max(depths) * STEPS_A_DEPTH)
        if steps == 0:
            return score, Descent(score.grid[None], np.zeros(1)), depths
        before = context.over_before
        lead = score.grid[-LEAD:]
        if before is not None and len(before):
            lead = Score.of(before, voices, low, high).grid[-LEAD:]
        piece = np.concatenate([lead, score.grid])
        request = {
            "net": self.net,
            "weights": self.weights,
            "layer": self.layer,
            "units": list(self.units),
            "piece": piece.tolist(),
            "lead": len(lead),
            "allowed": _allowed(context, low, high, score.shift),
            "towards": self._goal(),
            "noise": self.noise,
        }
        descent = descend(request, steps, self._tell)
        return score, Descent(descent.pieces[:, len(lead) :], descent.activations), depths

    def _tell(self, done: int, steps: int) -> None:
        if steps > STEPS_A_DEPTH and done % STEPS_A_DEPTH == 0:
            drawn = "#" * round(20 * done / steps)
            composers().notice(f"dreaming on layer {self.layer} [{drawn:.<20}] {done} of {steps} steps")

    def _goal(self) -> list[list[int]] | None:
        if self.towards is None:
            return None
        voices, low, high = self.shape
        found: list[list[int]] = Score.of(Phrase.unpack(self.towards), voices, low, high).grid.tolist()
        return found


def _depth(context: Context, number: int) -> float:
    depth = context.parameter(f"depth {number}", context.parameter("depth", DEPTH))
    return min(DEEPEST, max(0.0, depth))


def _step(depth: float, descent: Descent) -> int:
    return min(int(depth * STEPS_A_DEPTH), len(descent.pieces) - 1)


def _grid(piece: Grid, steps: int) -> Grid:
    return np.maximum(piece[:steps], 0)


def _allowed(context: Context, low: int, high: int, shift: int) -> list[int]:
    scale = context.constraints.get("in_scale")
    if scale is None:
        return []
    named = scale_of(str(scale))
    return [
        pitch
        for pitch in range(low, high + 1)
        if abs(named.nearest(float(pitch - shift - MIDI_C4)) - (pitch - shift - MIDI_C4)) < 0.25
    ]


def dreamer(net: str, **asked: Any) -> Dreamer:
    """A dreamer by its model's name; NameUnknown, ControlError or GeneratorError when that cannot be."""
    from livecode.generators.neural.build import composer, digest_of, model_folder

    folder = model_folder(net)
    made = composer(net)
    config = getattr(getattr(made, "net", None), "config", None)
    if config is None or not hasattr(config, "voices"):
        raise GeneratorError(f"{net!r} is a net of tunes, which do not dream: give net='chorale'")
    layer = asked.pop("layer", min(3, config.layers))
    if isinstance(layer, bool) or not isinstance(layer, int) or not 1 <= layer <= config.layers:
        raise ControlError(f"layer={layer!r}: {net} has layers 1 to {config.layers}")
    units = asked.pop("units", ())
    units = (units,) if isinstance(units, int) else tuple(units)
    known = range(4 * config.width)
    if any(isinstance(unit, bool) or unit not in known for unit in units):
        raise ControlError(f"units={units!r}: a layer of {net} has units 0 to {known[-1]}")
    shape = (config.voices, config.low, config.high)
    return Dreamer(net, digest_of(folder), shape, layer, units, noise=asked.pop("noise", 0))


def from_spec(spec: Spec) -> Dreamer:
    """The dreamer that a spec describes."""
    made = dreamer(
        str(spec["net"]), layer=int(spec["layer"]), units=tuple(spec["units"]), noise=int(spec["noise"])
    )
    if spec.get("weights") not in (None, made.weights):
        raise GeneratorError(f"the weights of {made.net!r} have changed since: evaluate the line again")
    return replace(made, towards=spec.get("towards"))
