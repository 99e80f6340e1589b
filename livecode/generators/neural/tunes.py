"""What the net of tunes is told about a melody: what the chain of variable order is, and bars more.

One step of the net is one note. For each, first its *time* is named (how long until the next note, and how
much of it sounds), then its *step* (semitones from the note before): the chain's own vocabulary
(`livecode.generators.markov.melody`), so that their likelihoods compare and their chances mix. The key and
the metre are given, as they are to the chain; everything else is looked up in the notes before.

>>> from livecode.music.phrase import Phrase
>>> timing, stepping, times, steps = describe([Tune.of(Phrase.of([62, 64, 66], key="d major"))])
>>> timing.shape == (3, len(FIELDS)), stepping.shape, [TIMES[n] for n in times], steps - WIDEST
(True, (3, 2), [(12, 12), (12, 12), (12, 12)], array([0, 2, 2]))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from livecode.generators.markov.melody import (
    BACK,
    NONE,
    STEPS,
    TIMES,
    VIEWS,
    WIDEST,
    Moments,
    Tune,
    Walk,
)
from livecode.generators.neural.config import layer_shapes

Ints = npt.NDArray[np.int64]

LAGS: Final = (1, 2, 4, 8, 16)
"""How many bars ago a passage may stand that the tune is just now repeating."""
AGREED: Final = 12
"""Notes of such a passage that are counted."""
METRES: Final = tuple(
    64 * a + b for a, b in ((4, 4), (2, 4), (2, 2), (6, 8), (3, 4), (9, 8), (12, 8), (3, 2))
)
LOWEST, HEIGHTS = -24, 73
MOST_STYLES, MOST_LETTERS = 64, 40
PLACES, BARS = 97, 48
LENGTHS: Final = np.array([length for length, _ in TIMES])

FIELDS: Final[dict[str, int]] = {
    **{f"time{n}": len(TIMES) + 1 for n in range(1, 5)},
    **{f"step{n}": STEPS + 1 for n in range(1, 6)},
    "place": PLACES,
    "beat": 12,
    "metre": len(METRES) + 1,
    "degree": 24,
    "height": HEIGHTS,
    "here": 2,
    **{f"timeago{n}": len(TIMES) + 1 for n in BACK},
    **{f"stepago{n}": 62 for n in BACK},
    "timematch": len(TIMES) + 1,
    "stepmatch": STEPS + 1,
    "matched": 9,
    **{f"agreed{n}": AGREED + 1 for n in LAGS},
    "bar": BARS,
    "bar of eight": 8,
    "tonic": 12,
}
"""What is told about each note before its time is chosen, and how many rows each has in the table."""
HEAD_FIELDS: Final[dict[str, int]] = {"time0": len(TIMES), "until": PLACES}
"""What is told besides when its step is chosen: the time just chosen, and where in the bar it ends."""
STARTS: Final = np.concatenate([[0], np.cumsum(list(FIELDS.values()))[:-1]]).astype(np.int64)
HEAD_STARTS: Final = np.concatenate([[0], np.cumsum(list(HEAD_FIELDS.values()))[:-1]]).astype(np.int64)
ROWS, HEAD_ROWS = sum(FIELDS.values()), sum(HEAD_FIELDS.values())
_COLUMN: Final = {name: column for column, name in enumerate(VIEWS)}


@dataclass(frozen=True)
class TuneConfig:
    """Sizes of a net of tunes. `width`: of the trunk; `head_*`: of the layers that choose the step.

    `styles`: the kinds of tunes that it tells apart; 0 stands for any, 1 for the first.

    >>> TuneConfig(width=128, layers=4).shapes()["time.weight"]
    (48, 128)
    """

    width: int = 160
    layers: int = 5
    heads: int = 5
    head_hidden: int = 320
    head_blocks: int = 1
    styles: tuple[str, ...] = ()

    kind = "tune net"

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "styles": list(self.styles)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TuneConfig:
        """A config from plain data; unknown or missing names and wrong values raise ValueError."""
        names = {field.name for field in fields(cls)}
        values = {"styles": (), **values}
        if set(values) != names:
            raise ValueError(f"a config has {', '.join(sorted(names))}, not {', '.join(sorted(values))}")
        styles = values.pop("styles")
        if not isinstance(styles, (list, tuple)) or not all(
            isinstance(style, str) and 0 < len(style) <= MOST_LETTERS for style in styles
        ):
            raise ValueError(f"its styles are {str(styles)[:60]!r}, not a list of words")
        if len(styles) > MOST_STYLES or len(set(styles)) < len(styles):
            raise ValueError(
                f"it has {len(styles)} styles: up to {MOST_STYLES} that differ can be told apart"
            )
        for name, value in values.items():
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 65536:
                raise ValueError(f"{name} is {value!r}, which no net has")
        config = cls(**values, styles=tuple(styles))
        if config.heads < 1 or config.width < 2 or config.width % (2 * config.heads):
            raise ValueError(f"width {config.width} is not a multiple of twice its {config.heads} heads")
        return config

    def vocabulary(self) -> dict[str, Any]:
        """What the numbers mean, in words a reader of the file understands."""
        return {
            "token": "two a note: its time, then its step",
            "times": [list(time) for time in TIMES],
            "unit of time": "twelfths of a quarter: until the next note, and how much of it sounds",
            "steps": f"{-WIDEST}..{WIDEST} semitones from the note before, the first from the tonic",
        }

    @property
    def rows(self) -> int:
        """Rows of the trunk's table: those of every net of tunes, and one a style."""
        return ROWS + (len(self.styles) + 1 if self.styles else 0)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of every array of the net."""
        wide = self.width
        shapes: dict[str, tuple[int, ...]] = {
            "trunk_table": (self.rows, wide),
            "head_table": (HEAD_ROWS, wide),
            "enter.gain": (wide,),
            "leave.gain": (wide,),
            "time.weight": (len(TIMES), wide),
            "time.bias": (len(TIMES),),
            "finish.gain": (wide,),
            "logit.weight": (STEPS + HEIGHTS, wide),
            "logit.bias": (STEPS + HEIGHTS,),
        }
        for n in range(self.layers):
            shapes |= layer_shapes(f"attention.{n}", f"layer.{n}", wide)
        for n in range(self.head_blocks):
            shapes[f"head.{n}.norm.gain"] = (wide,)
            shapes[f"head.{n}.widen.weight"] = (self.head_hidden, wide)
            shapes[f"head.{n}.narrow.weight"] = (wide, self.head_hidden)
        return shapes


def rows_of(views: Ints, agreed: Ints, bar: Ints, tonic: Ints) -> Ints:
    """Rows of the trunk's table (notes, fields) from the chain's views and what the net knows besides."""

    def view(name: str) -> Ints:
        column: Ints = views[:, _COLUMN[name]]
        return column

    def known(name: str, size: int, shift: int = 0) -> Ints:
        """A view in a field of so many rows, the last of which means that there is none."""
        values = view(name)
        return np.where(values == NONE, size - 1, np.clip(values + shift, 0, size - 2))

    columns = []
    for name, size in FIELDS.items():
        if name.startswith("stepago"):
            columns.append(known(name, size, 30))
        elif name.startswith(("time", "step")):
            columns.append(known(name, size))
        elif name.startswith("agreed"):
            columns.append(np.minimum(agreed[:, LAGS.index(int(name[6:]))], AGREED))
        elif name == "metre":
            metre = view(name)
            matches = metre[:, None] == np.array(METRES)
            columns.append(np.where(matches.any(axis=1), matches.argmax(axis=1), len(METRES)))
        elif name == "degree":
            columns.append(view("degree") + 12 * view("mode"))
        elif name == "height":
            columns.append(np.clip(view(name) - LOWEST, 0, size - 1))
        elif name == "bar":
            columns.append(np.clip(bar, 0, size - 1))
        elif name == "bar of eight":
            columns.append(bar % 8)
        elif name == "tonic":
            columns.append(tonic % 12)
        else:
            columns.append(np.minimum(view(name), size - 1))
    rows: Ints = np.stack(columns, axis=1) + STARTS
    return rows


def head_rows_of(times: Ints, places: Ints, bars: Ints) -> Ints:
    """Rows of the head's table (notes, fields): the time chosen, and where in its bar the note ends."""
    until = np.minimum((places + LENGTHS[times]) % bars, PLACES - 1)
    rows: Ints = np.stack([times, until], axis=1) + HEAD_STARTS
    return rows


def with_style(rows: Ints, styles: npt.ArrayLike) -> Ints:
    """The trunk's rows (notes, fields) with one more field: the row of each note's style.

    >>> with_style(np.zeros((2, 3), np.int64), [0, 2])[:, 3] - ROWS
    array([0, 2])
    """
    column = np.broadcast_to(np.asarray(styles, np.int64), len(rows)) + ROWS
    more: Ints = np.concatenate([rows, column[:, None]], axis=1)
    return more


def describe(tunes: Sequence[Tune], styled: bool = False) -> tuple[Ints, Ints, Ints, Ints]:
    """Everything the net reads about some tunes, one after another, and what it is to say.

    `styled` for a net that tells kinds of tunes apart.

    Returns rows of the trunk's table (notes, fields), of the head's table (notes, 2), times and steps.
    """
    tunes = [tune for tune in tunes if len(tune)]
    found = Moments.of(tunes)
    sizes = [len(tune) for tune in tunes]
    places = np.concatenate([tune.places for tune in tunes])
    bars = np.repeat([tune.bar for tune in tunes], sizes)
    tonics = np.repeat([tune.tonic for tune in tunes], sizes)
    agreed = np.concatenate([_agreed(tune) for tune in tunes])
    timing = rows_of(found.timing, agreed, places // bars, tonics)
    if styled:
        timing = with_style(timing, np.repeat([tune.style for tune in tunes], sizes))
    return timing, head_rows_of(found.times, places, bars), found.times, found.steps


def _agreed(tune: Tune) -> Ints:
    """For each note and each of LAGS, how many notes just before it repeat the passage so many bars ago."""
    counts = np.zeros((len(tune), len(LAGS)), np.int64)
    for column, lag in enumerate(LAGS):
        wanted = tune.places - lag * tune.bar
        place = np.minimum(np.searchsorted(tune.places, wanted), len(tune) - 1)
        alike = (
            (tune.places[place] == wanted)
            & (tune.heights[place] == tune.heights)
            & (tune.times[place] == tune.times)
        )
        run = 0
        for number, same in enumerate(alike.tolist()):
            counts[number, column] = run
            run = min(run + 1, AGREED) if same else 0
    return counts


class TuneWalk:
    """A tune in the making, described a note at a time: the same rows as `describe` gives.

    >>> walk = TuneWalk(bar=48, metre=4 * 64 + 4, mode=0, tonic=62)
    >>> walk.add(0, 5, 0)
    >>> walk.rows(12).shape, walk.head_rows(12, 5).shape
    ((34,), (2,))
    """

    def __init__(self, bar: int, metre: int, mode: int, tonic: int, style: int | None = None) -> None:
        self.walk = Walk(bar, metre, mode)
        self.bar, self.tonic, self.style = bar, tonic, style
        self.agreed = [0] * len(LAGS)

    @classmethod
    def like(cls, tune: Tune, styled: bool = False) -> TuneWalk:
        """An empty page in the key and metre of a tune."""
        return cls(tune.bar, tune.metre, tune.mode, tune.tonic, tune.style if styled else None)

    @property
    def height(self) -> int:
        """Of the note before, above the tonic."""
        return self.walk.heights[-1] if self.walk.heights else 0

    def add(self, place: int, time: int, height: int) -> None:
        """Put a note at the end: where it begins, which of TIMES, its height above the tonic."""
        walk = self.walk
        for column, lag in enumerate(LAGS):
            index = walk.found(place - lag * self.bar)
            same = index is not None and walk.times[index] == time and walk.heights[index] == height
            self.agreed[column] = min(self.agreed[column] + 1, AGREED) if same else 0
        walk.add(place, time, height)

    def rows(self, place: int) -> Ints:
        """The trunk's rows for the note that begins at a place."""
        views = np.array([self.walk.views(place)])
        rows = rows_of(views, np.array([self.agreed]), np.array([place // self.bar]), np.array([self.tonic]))
        row: Ints = (rows if self.style is None else with_style(rows, self.style))[0]
        return row

    def head_rows(self, place: int, time: int) -> Ints:
        """The head's rows once the note's time is chosen."""
        row: Ints = head_rows_of(np.array([time]), np.array([place]), np.array([self.bar]))[0]
        return row
