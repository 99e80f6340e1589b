"""Every factory instrument, played once for all tests, in one offline render."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from offline import RATE, Offline

from livecode.sound.catalogue import Catalogue
from livecode.sound.declare import Instrument
from livecode.sound.definitions import Definitions
from livecode.sound.frame import _units

FACTORY = Path(__file__).parents[2] / "sc"
OCTAVES = tuple(32.7032 * 2**octave for octave in range(7))
MIDDLE = 261.6256
# What makes a pitch move or beat on purpose is turned off where pitch is measured.
STEADY = dict.fromkeys(("detune", "vibmod", "slide", "sweep", "scatter", "tremolodepth", "buzz"), 0.0)
# A filter that moves turns the phase of what it passes, which measures as a bend.
STEADY_FILTER = {
    "stab": {"decay": 5.0},
    "sweep": {"rate": 0.01, "resonance": 0.0},
    "tremolo_strings": {"rate": 1.0},
    "talkbox": {"rate": 0.0},
}


@dataclass(frozen=True)
class Take:
    """One note: how it was asked for, and what was heard."""

    held: float
    release: float
    sound: np.ndarray
    left_over: int

    @property
    def left(self) -> np.ndarray:
        return self.sound[:, 0]

    @property
    def middle(self) -> np.ndarray:
        """The note after its attack and before its release."""
        return self.sound[int(0.1 * RATE) : int(self.held * RATE)]


def probe() -> bytes:
    """A synth that writes how many synths there are to the third channel, and ends."""
    u: Any = _units()
    with u.SynthDefBuilder() as builder:
        u.Out.ar(bus=2, source=u.K2A.ar(source=u.NumRunningSynths.ir()))
        u.Line.kr(start=0, stop=1, duration=0.01, done_action=2)
    return bytes(builder.build(name="probe").compile())


class Orchestra:
    """Notes to be rendered together, fetched afterwards by key."""

    def __init__(self, cache: Path, seed: int = 1) -> None:
        self.catalogue = Catalogue([FACTORY], cache=cache)
        assert not self.catalogue.problems, self.catalogue.problems
        self.definitions = Definitions(self.catalogue)
        self._score = Offline(channels=3)
        self._score.define(probe())
        self._seed = seed
        self._at = 0.1
        self._defined: set[str] = set()
        self._plan: dict[Any, tuple[float, float, float, float]] = {}
        self._takes: dict[Any, Take] = {}

    def names(self) -> list[str]:
        return sorted({item.name for item in self.catalogue.instruments.values() if not item.hidden})

    def play(
        self,
        key: Any,
        name: str,
        held: float = 1.2,
        effects: tuple[str, ...] = (),
        cut: float | None = None,
        room: float | None = None,
        **controls: float,
    ) -> None:
        """Adds a note; `cut` sets its gate to 0 after so many seconds."""
        item = self.catalogue.instrument(name)
        definition = self.definitions.for_note(name, frozenset(effects))
        if definition.name not in self._defined:
            self._defined.add(definition.name)
            self._score.define(definition.data)
        if item.shape != "one-shot":
            controls.setdefault("sustain", held)
        # Notes begin on whole samples, but not on whole blocks.
        start = round(self._at * RATE) / RATE
        node = 2000 + len(self._plan)
        # Each note has chance of its own, always the same, whatever plays before it.
        self._score.play(start - 128 / RATE, "same-chance", seed=self._seed)
        self._score.play(start, definition.name, node=node, **controls)
        if cut is not None:
            self._score.send(start + cut, "/n_set", node, "gate", 0.0)
        release = controls.get("release", item.release)
        lasting = longest(item, held, release) if room is None else room
        self._score.play(start + lasting, "probe", at=1)
        if room is not None:
            self._score.send(start + lasting + 0.02, "/g_freeAll", 0)
        self._plan[key] = (start, held, release, lasting)
        self._at = start + lasting + 0.05

    def perform(self) -> None:
        sound = self._score.render(self._at + 0.2)
        assert not self._score.errors, self._score.errors[:500]
        for key, (start, held, release, lasting) in self._plan.items():
            first, last = round(start * RATE), round((start + lasting) * RATE)
            count = sound[last - 1 : last + 480, 2].max()
            self._takes[key] = Take(held, release, sound[first:last, :2], round(float(count)) - 1)

    def __getitem__(self, key: Any) -> Take:
        return self._takes[key]


def longest(item: Instrument, held: float, release: float) -> float:
    """How long a note may last at most."""
    if item.shape == "one-shot":
        return item.ring + release + 0.15
    return held + release + 0.15
