"""The chain for several voices: for each voice and sixteenth, first whether it moves, then whereto.

Both are drawn from mixtures of many contexts (`mixing.py`): the voice's own past, what the other voices sing
at this moment, the degree in the key, the place in the beat. On the JSB chorales' validation split it needs
about 0.40 nats a token, where the plain chain on the voice's own past needs 0.757 and published nets 0.32 to
0.34 (`benchmarks/composers.py`).

    python -m livecode.generators.markov.chorale jsb16_train_valid.json models/bach
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.errors import CorpusError
from livecode.generators.markov.choir import (
    ORDER,
    SILENT,
    SYMBOLS,
    UNISON,
    VIEWS,
    VOICES,
    Choir,
    symbol_of,
)
from livecode.generators.markov.mixing import (
    Attentive,
    Contexts,
    Floats,
    Mixture,
    pack_mixture,
    softmax,
    unpack_mixture,
)
from livecode.music.corpus import DAMAGED

ALL = "near0 near1 near2 near3"
KNOWN = "known0 known1 known2 known3"
HEARD = "heard0 heard1 heard2 heard3"
MOVES = "move0 move1 move2 move3"

HOLDING = Contexts(
    "chorale holds",
    VIEWS,
    (
        "voice beat length silent",
        "voice bar length moves",
        "voice beat moves length9 first",
        "voice half moves other0 other1 other2 length5",
        "voice beat last1 last2 length moves",
        "voice beat moves near0 near3",
        f"voice beat moves {ALL}",
        f"voice beat moves length5 {KNOWN}",
        "voice beat bits8 moves",
        "voice beat bits0 bits1 bits2 bits3 moves",
        "voice beat moves bits16",
        "voice beat degree mode moves length5",
        f"voice beat degree mode moves {HEARD}",
        "voice beat moves since",
        "voice beat moves step1 length5",
        "voice beat moves step1 step2 length5",
        f"voice beat {MOVES} length5",
        "voice beat moves length5 known0 degree mode",
        f"voice beat {MOVES} {KNOWN}",
        f"voice beat moves silent {HEARD} tone0 tone1 tone2 tone3 mode",
    ),
)
"""What tells whether a voice moves."""

MOVING = Contexts(
    "chorale moves",
    VIEWS,
    (
        "voice step1 silent",
        "voice step1 step2",
        "voice step1 step2 step3",
        "voice step1 beat length",
        "voice degree mode",
        "voice degree mode step1",
        "voice own",
        "voice own tonic mode",
        f"voice {KNOWN}",
        "voice at0 at1 at2 at3",
        f"voice {ALL}",
        f"voice {MOVES} {KNOWN}",
        f"voice {MOVES} beat",
        f"voice degree mode {HEARD}",
        f"voice degree mode {HEARD} beat moves",
        "voice degree mode tone0 tone1 tone2 tone3",
        "voice near0 near3 moves",
        "voice near0 near3 moves degree mode",
        "voice first silent at0 at1 at2 at3",
        f"voice beat moves step1 {KNOWN}",
        "voice last1 length step1 half",
        "voice step1 degree mode heard0 heard3",
        "voice own abs0 abs1 abs2 abs3",
        "voice own pc0 pc1 pc2 pc3",
        "voice above below",
        "voice above below step1",
        "voice own above below",
        "voice above below degree mode",
    ),
)
"""What tells whereto."""


@dataclass
class Moments:
    """Every decision of some chorales: its views, whether the voice moved, whereto, in which piece."""

    views: npt.NDArray[np.int64]
    moved: npt.NDArray[np.int64]
    symbols: npt.NDArray[np.int64]
    pieces: npt.NDArray[np.int64]

    @classmethod
    def of(cls, grids: Iterable[Any]) -> Moments:
        """Read from tables of 16th steps by four voices, 0 or less for silence."""
        views, moved, symbols, pieces = [], [], [], []
        for piece, grid in enumerate(grids):
            table = np.maximum(np.asarray(grid, int), 0)
            if table.ndim != 2 or table.shape[1] != VOICES:
                raise CorpusError(f"piece {piece} is no table of four voices but of shape {table.shape}")
            choir = Choir()
            for chord in table.tolist():
                now: dict[int, int] = {}
                for place, voice in enumerate(ORDER):
                    pitch = chord[voice]
                    views.append(choir.views(place, now))
                    moved.append(choir.time == 0 or pitch != choir.held(voice))
                    symbols.append(symbol_of(pitch, choir.pitches[voice]))
                    pieces.append(piece)
                    now[voice] = pitch
                choir.advance(chord)
        width = len(VIEWS)
        return cls(
            np.array(views, np.int64).reshape(-1, width),
            np.array(moved, np.int64),
            np.array(symbols, np.int64),
            np.array(pieces, np.int64),
        )

    @property
    def voices(self) -> npt.NDArray[np.int64]:
        """The voice of each decision."""
        return self.views[:, 0]


@dataclass
class ChoraleModel:
    """Two mixtures: does the voice move, and whereto."""

    holding: Mixture
    moving: Mixture

    @classmethod
    def learn(cls, grids: Iterable[Any], epochs: int = 12) -> ChoraleModel:
        """Counted and weighed on some chorales; a minute for 229."""
        found = Moments.of(grids)
        holding = Mixture.count(HOLDING, found.views, found.moved, found.voices, 2, 0.4)
        holding.train(found.views, found.moved, found.voices, found.pieces, epochs)
        some = found.moved == 1
        views, symbols, voices = found.views[some], found.symbols[some], found.voices[some]
        moving = Mixture.count(MOVING, views, symbols, voices, SYMBOLS, 1.0)
        moving.train(views, symbols, voices, found.pieces[some], epochs)
        return cls(holding, moving)

    def having_heard(self, grid: Any) -> ChoraleModel:
        """The same chain with half its mind on four voices that it heard on stage, step by step."""
        found = Moments.of([grid])
        some = found.moved == 1
        some &= found.views[:, VIEWS.index("first")] == 0
        return ChoraleModel(
            Attentive.of(self.holding, found.views, found.moved, found.voices),
            Attentive.of(self.moving, found.views[some], found.symbols[some], found.voices[some]),
        )

    def nats(self, grids: Iterable[Any]) -> npt.NDArray[np.float64]:
        """Minus the log-probability of each token (a voice at a 16th) of some chorales."""
        found = Moments.of(grids)
        out = self.holding.nats(found.views, found.voices, found.moved)
        # The first step has nothing to hold: that it begins is given.
        out[found.views[:, VIEWS.index("first")] == 1] = 0
        some = np.flatnonzero(found.moved)
        for start in range(0, len(some), 8192):
            rows = some[start : start + 8192]
            chances = softmax(self.whereto(found.views[rows]))
            out[rows] -= np.log(np.maximum(chances[np.arange(len(rows)), found.symbols[rows]], 1e-30))
        return out

    def moves(self, views: Any) -> Floats:
        """The log-odds that each voice moves."""
        table = np.asarray(views)
        logits = self.holding.logits(table, table[:, 0])
        odds: Floats = logits[:, 1] - logits[:, 0]
        return odds

    def whereto(self, views: Any) -> Floats:
        """Log-weights of where each voice goes when it moves; a singing voice does not go where it is."""
        table = np.asarray(views)
        logits = self.moving.logits(table, table[:, 0])
        logits[table[:, VIEWS.index("silent")] == 0, UNISON] = -np.inf
        logits[table[:, VIEWS.index("silent")] == 1, SILENT] = -np.inf
        return logits

    def pack(self) -> bytes:
        """The model as the bytes of an npz file."""
        out = io.BytesIO()
        np.savez_compressed(
            out, **pack_mixture(self.holding, "holding"), **pack_mixture(self.moving, "moving")
        )
        return out.getvalue()

    @classmethod
    def load(cls, path: Path) -> ChoraleModel:
        """The model in a file; CorpusError when it is damaged."""
        try:
            with np.load(path, allow_pickle=False) as file:
                return cls(
                    unpack_mixture(file, "holding", HOLDING, 0.4), unpack_mixture(file, "moving", MOVING, 1.0)
                )
        except DAMAGED as problem:
            raise CorpusError(f"{path.name} is no chorale chain ({problem}): make it again") from None


def main(arguments: list[str]) -> None:
    """Learn the `train` pieces of a JSB file and write the model."""
    source, target = Path(arguments[0]), Path(arguments[1])
    music = json.loads(source.read_text())
    model = ChoraleModel.learn(music["train"])
    sys.stderr.write(f"valid: {model.nats(music['valid']).mean():.4f} nats a token\n")
    target.mkdir(parents=True, exist_ok=True)
    (target / "chain.npz").write_bytes(model.pack())


if __name__ == "__main__":
    main(sys.argv[1:])
