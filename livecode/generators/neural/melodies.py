"""A net of tunes as a composer: everything a chain of tunes can be asked for can be asked of it.

It sits where the chain of variable order sits (`markov/melodist.py`): same vocabulary, same constraints, and
`morph(neural("folk"), markov("folk"), 0.2)` averages the chances of both at every note.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from livecode.generators.generator import Context
from livecode.generators.markov.melodist import Home, Melodist
from livecode.generators.markov.melody import GRID, Tune, Walk
from livecode.generators.markov.sources import Sources
from livecode.generators.markov.variable import Hand, TuneModel
from livecode.generators.neural.adapter import adapted, between
from livecode.generators.neural.steering import tense
from livecode.generators.neural.styles import (
    checked_metres,
    in_metre,
    metre_for,
    metres_of,
    number_of,
    stretched,
)
from livecode.generators.neural.trunk import Floats
from livecode.generators.neural.tunes import TuneWalk
from livecode.generators.neural.tunesmith import TuneSmith, TuneWriter
from livecode.generators.neural.upbeats import checked_upbeats, upbeat_place, upbeats_of
from livecode.music.corpus import Corpus, load, together
from livecode.music.phrase import Phrase, bar_ticks

COOL = 0.9
"""Temperature of steps when none is asked for: at 1 a small net's rare slips lead it where it never learned.
Times are drawn as it has them, the rare ones too, or every bar would have the rhythm of the one before."""
FAINTEST_TIME = 0.0005
REMEMBERED = 256
"""Notes of what came before that the net hears."""


@dataclass(frozen=True)
class NetTunes:
    """What a net knows of tunes, as the chains' composer asks for it; `style` is the number of a kind."""

    smith: TuneSmith
    style: int = 0

    def hand(self, walk: Walk, tonic: int) -> Hand:
        """To a tune in the making."""
        return _NetHand(self.smith, walk, tonic, self.style)

    def nats_of(self, tunes: Sequence[Tune]) -> npt.NDArray[np.float64]:
        """Minus the log-probability of each note of some tunes."""
        return self.smith.nats_of(tunes)

    def having_heard(self, phrase: Phrase) -> TuneModel:
        """The same net with an adapter tuned on a phrase that it heard on stage."""
        return replace(self, smith=adapted(self.smith, phrase))


class _NetHand:
    """Follows a walk: hears what has been put at its end since it was last asked."""

    def __init__(self, smith: TuneSmith, walk: Walk, tonic: int, style: int) -> None:
        self.walk, self.heard = walk, 0
        told = style if smith.config.styles else None
        self.writer: TuneWriter = smith.write(TuneWalk(walk.bar, walk.metre, walk.mode, tonic, told))

    def times(self, place: int) -> Floats:
        walk = self.walk
        for number in range(max(self.heard, len(walk.places) - REMEMBERED), len(walk.places)):
            self.writer.add(walk.places[number], walk.times[number], walk.heights[number])
        self.heard = len(walk.places)
        return self.writer.times(place)

    def steps(self, place: int, time: int) -> Floats:
        return self.writer.steps(time)


@dataclass
class TuneComposer(Melodist):
    """A net of tunes; `home` holds what a composer must know of the tunes that the net learned from."""

    home: dict[str, Any]
    folder: Path
    faintest_time = FAINTEST_TIME

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """A melody of exactly `length` ticks."""
        told = self.told(context)
        return in_metre(
            told.metre_in(context), context, length, lambda here, long: told._composed(here, long, seed)
        )

    def told(self, context: Context) -> TuneComposer:
        """This composer, its net told which kind of tune is asked for; ControlError if it knows none such."""
        asked = context.constraints.get("style")
        if asked is None or not isinstance(self.model, NetTunes):
            return self
        number = number_of(self.styles, asked, self.folder.name)
        # A copy that keeps what has been found out about the corpus.
        made = copy(self)
        made.model = replace(self.model, style=number)
        return made

    def tune_of(self, phrase: Phrase, stage: tuple[int, int]) -> Tune:
        """The tune of a phrase as it was composed, before it was stretched to the stage's bars."""
        metre = self.metre_in(Context(metre=stage))
        if metre != stage:
            phrase = stretched(phrase, bar_ticks(metre), bar_ticks(stage), metre)
        style = self.model.style if isinstance(self.model, NetTunes) else 0
        return replace(Tune.of(phrase), style=style)

    @property
    def styles(self) -> tuple[str, ...]:
        """The kinds of tunes that the net tells apart."""
        assert isinstance(self.model, NetTunes)
        return self.model.smith.config.styles

    def metre_in(self, context: Context) -> tuple[int, int]:
        """The metre in which it composes for a stage's: that of the kind of tune asked for."""
        if not isinstance(self.model, NetTunes) or not self.model.style:
            return context.metre
        return metre_for(self.home["styles"][self.styles[self.model.style - 1]], context.metre)

    def _composed(self, context: Context, length: int, seed: int) -> Phrase:
        asked = {"temperature": COOL, **tense(context).parameters}
        asked["time temperature"] = context.parameter("temperature", 1.0)
        density = min(max(asked.pop("density", 1.0), 0.01), 100.0)
        if density != 1.0:
            asked["more density"] = asked.get("more density", 0.0) + 2.0 * float(np.log2(density))
        here = replace(context, parameters=asked)
        learned = context.parameter("learned", 1.0)
        silent = context.heard is None or not len(context.heard)
        if silent or learned == 1.0 or not isinstance(self.model, NetTunes):
            if context.previous is None:
                here = replace(here, previous=self._upbeat(here, seed))
            return super().compose(here, length, seed)
        assert context.heard is not None
        smith = between(self.model.smith, adapted(self.model.smith, context.heard), learned)
        made = copy(self)
        made.model = replace(self.model, smith=smith)
        return made._composed(replace(context, heard=None), length, seed)

    def _upbeat(self, context: Context, seed: int) -> Phrase | None:
        """A bar that ends with an upbeat for a tune to go on from, None where it has none."""
        random = np.random.default_rng([seed, 1])
        number = self.model.style if isinstance(self.model, NetTunes) else 0
        style = self.styles[number - 1] if number else ""
        begin = GRID * upbeat_place(self.home.get("upbeats", {}), style, context.metre, random)
        bar = bar_ticks(context.metre)
        if not 0 < begin < bar:
            return None
        scale = {name: asked for name, asked in context.constraints.items() if name == "in_scale"}
        silent = Phrase.silence(begin, context.metre)
        free = replace(context, previous=silent, constraints=scale, over=None, heard=None)
        made = super().compose(free, bar - begin, int(random.integers(2**32)))
        notes = made.notes.copy()
        notes["onset"] += begin
        return Phrase(notes, bar, context.metre)

    @cached_property
    def tunes(self) -> list[Tune]:
        """The tunes it learned from, when something asks which."""
        beside = (self.folder / "tunes.npz").is_file()
        music = load(self.folder) if beside else together(self.corpus.name.split(" + "))
        return [Tune.of(piece.phrase) for piece in music]

    @cached_property
    def classes(self) -> list[npt.NDArray[np.float64]]:
        """The share of each degree in major and in minor tunes."""
        return [np.array(row, float) for row in self.home["classes"]]

    @cached_property
    def common(self) -> Home:
        """The key most of the tunes are in."""
        tonic, mode = self.home["common"]
        return Home(int(tonic), int(mode))

    @cached_property
    def compass(self) -> tuple[int, int]:
        """The pitches between which all but a hundredth of the notes lie."""
        low, high = self.home["compass"]
        return int(low), int(high)

    @cached_property
    def sources(self) -> Sources:
        """A net does not know where it has its notes from."""
        return Sources([], [])


def home_of(tunes: list[Tune], name: str, styles: Sequence[str] = ()) -> dict[str, Any]:
    """What a composer must know of some tunes, for the config of a net that learned from them."""
    asker = Melodist(Corpus(name, []), cast(TuneModel, None), {})
    # Set where the composer would make them from its corpus, pieces and all.
    asker.__dict__["tunes"] = tunes
    return {
        "corpus": name,
        "classes": [[round(float(share), 6) for share in row] for row in asker.classes],
        "common": [asker.common.tonic, asker.common.mode],
        "compass": list(asker.compass),
        "upbeats": upbeats_of(tunes, styles),
        **({"styles": metres_of(tunes, styles)} if styles else {}),
    }


def checked_home(home: Any, styles: Sequence[str] = ()) -> dict[str, Any]:
    """The same from a file; ValueError for anything else."""
    try:
        classes = np.array(home["classes"], float)
        numbers = [int(number) for number in (*home["common"], *home["compass"])]
        if classes.shape != (2, 12) or not np.isfinite(classes).all() or (classes < 0).any():
            raise ValueError
        tonic, mode, low, high = numbers
        if not (0 <= low <= high <= 127 and 0 <= tonic <= 127 and mode in (0, 1)):
            raise ValueError
        if styles:
            checked_metres(home["styles"], styles)
        checked_upbeats(home.get("upbeats", {}))
        return {**home, "corpus": str(home["corpus"])}
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ValueError("what it says of the tunes it learned from is not to be understood") from None
