"""A small composer for tests that needs no model."""

from __future__ import annotations

from typing import Any

import numpy as np

from livecode.generators.generator import Context, Spec
from livecode.music.phrase import TICKS, Phrase


class Walker:
    """Quarter notes that go on from where the phrase before ended; counts how often it composes."""

    def __init__(self, step: int = 2) -> None:
        self.step = step
        self.composed: list[Context] = []

    def spec(self) -> Spec:
        return {"kind": "livecode.testing:walker", "step": self.step}

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        self.composed.append(context)
        random = np.random.default_rng(seed)
        pitch = int(context.previous.notes["pitch"][-1]) if context.previous else 60
        pitches = []
        for _ in range(length // TICKS):
            pitch = min(90, max(30, pitch + int(random.integers(-self.step, self.step + 1))))
            pitches.append(pitch)
        return Phrase.of(pitches, TICKS, length=length, metre=context.metre)


def pitches(events: list[Any]) -> list[Any]:
    return [event.value["note"] for event in events]
