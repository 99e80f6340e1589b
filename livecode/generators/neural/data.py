"""Pieces for the net: read, checked, transposed, put into batches.

>>> pieces = read_jsb({"train": [[[60, 55, 52, 48]] * 4], "valid": []}, "train")
>>> len(pieces), pieces[0].shape
(1, (4, 4))
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha1
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from livecode.errors import CorpusError, FileProblem, LivecodeError
from livecode.generators.markov.melody import Tune
from livecode.generators.neural.features import Classes, Shape, describe, recalled
from livecode.generators.neural.tunes import MOST_LETTERS, MOST_STYLES
from livecode.music.corpus import SHOWN, Corpus, together
from livecode.sets import find

if TYPE_CHECKING:
    from livecode.music.corpus import Piece

Given = Literal["nothing", "voices", "bars", "both"]
KINDS: tuple[Given, ...] = ("nothing", "voices", "bars", "both")
Pitches = npt.NDArray[np.int64]
SPLITS = ("test", "valid", "train")
OF_A_KIND = 10
"""Tunes of a kind that a net needs to tell it from others."""


def load_json(path: str | Path) -> Any:
    """A JSON file, gzipped or not."""
    path = Path(path)
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
        return json.loads(raw)
    except FileNotFoundError:
        raise FileProblem(f"no file {path}: check the path") from None
    except (OSError, EOFError, ValueError) as error:
        raise CorpusError(f"{path.name} is not JSON that can be read ({error}): export it again") from None


def read_jsb(data: Any, split: str | None = None) -> list[Pitches]:
    """Pieces of a JSB-style JSON value: a list of pieces, or splits by name.

    Each piece is a list of steps, each step a list of MIDI pitches, 0 or -1 for a rest. Without `split`,
    a dictionary with one split gives that; with several, `test`, else `valid`, else `train`.
    """
    if isinstance(data, dict):
        if split is None:
            split = next((name for name in SPLITS if name in data), next(iter(data), None))
        if split not in data:
            raise CorpusError(f"no split {split!r} in the file: it has {', '.join(map(str, data)) or 'none'}")
        data = data[split]
    if not isinstance(data, list):
        raise CorpusError(
            "the file holds no list of pieces: give steps of pitches, [[[72, 67, 64, 48], ...], ...]"
        )
    if data and isinstance(data[0], list) and data[0] and isinstance(data[0][0], (int, float)):
        data = [data]
    pieces = []
    for number, piece in enumerate(data):
        try:
            array = np.array([[max(int(pitch), -1) for pitch in step] for step in piece], dtype=np.int64)
        except (TypeError, ValueError):
            array = np.zeros(0, np.int64)
        if array.ndim != 2 or array.size == 0:
            raise CorpusError(f"piece {number + 1} is not a list of steps of equally many pitches")
        pieces.append(array)
    return pieces


def read_splits(
    sources: Sequence[str | Path],
    shape: Shape,
    seed: int = 0,
    say: Callable[[str], None] = lambda line: None,
) -> tuple[list[Pitches], list[Pitches]]:
    """Pieces to learn from and pieces to choose by, all of as many voices.

    A source is JSON with `train` and `valid` (without `valid` every tenth piece is kept apart), or a corpus:
    its name or a folder of music files, split by tune family; several go together. Of a corpus the
    pieces with the commonest number of voices (8 at most) that lie in the range of `shape` are taken, on a
    grid of 16th notes. `say` hears what was left out.
    """
    tables = [source for source in sources if str(source).endswith((".json", ".json.gz"))]
    if tables and len(sources) > 1:
        raise CorpusError(f"{tables[0]} is JSON, which is learned alone: leave out the rest")
    if tables:
        data = load_json(tables[0])
        train = read_jsb(data, "train" if isinstance(data, dict) else None)
        if isinstance(data, dict) and "valid" in data:
            return train, read_jsb(data, "valid")
        chosen = np.random.default_rng(seed).permutation(len(train)) < max(1, len(train) // 10)
        splits = [p for p, v in zip(train, chosen) if not v], [p for p, v in zip(train, chosen) if v]
    else:
        whole = together(sources)
        common = Counter(piece.phrase.voices for piece in whole if piece.phrase.voices <= 8).most_common(1)
        voices = common[0][0] if common else 0

        def grids(pieces: Iterable[Any]) -> list[Pitches]:
            tables = (p.phrase.grid().astype(np.int64) for p in pieces if p.phrase.voices == voices)
            return [
                t for t in tables if t.max(initial=0) <= shape.high and t[t > 0].min(initial=127) >= shape.low
            ]

        usable = [piece for piece in without_chorales(whole.pieces) if grids([piece])]
        _say_skipped(whole, len(whole) - len(usable), say)
        kept, held = apart(Corpus(whole.name, usable), 0.1, seed)
        splits = grids(kept), grids(held)
    if not splits[0] or not splits[1]:
        raise CorpusError(
            f"{given_as(sources)} has too few pieces to learn from and to choose by: "
            "give at least two that are no variants of one another"
        )
    return splits


def apart(whole: Corpus, share: float, seed: int) -> tuple[Corpus, Corpus]:
    """A corpus split by families, the share to choose by larger where so small a one would be of nothing."""
    kept, held = whole.split(share, seed)
    while not len(held) and share < 1:
        share = min(1.0, 2 * share)
        kept, held = whole.split(share, seed)
    if not len(kept) and len({piece.family for piece in whole}) > 1:
        last = whole[-1].family
        kept, held = (
            Corpus(whole.name, [piece for piece in whole if (piece.family == last) is here])
            for here in (False, True)
        )
    return kept, held


def _say_skipped(whole: Corpus, unfit: int, say: Callable[[str], None]) -> None:
    for file, reason in whole.skipped[:SHOWN]:
        say(f"skipped {file}: {reason}")
    if len(whole.skipped) > SHOWN:
        say(f"... and {len(whole.skipped) - SHOWN} files more")
    if unfit:
        say(
            f"{unfit} of {len(whole)} pieces left out: other numbers of voices, beyond the range, "
            "or chorales on which nets are tested"
        )


def given_as(sources: Sequence[str | Path]) -> str:
    """What was given to learn from, as one name."""
    return " + ".join(Path(source).name for source in sources)


def one_voice(pieces: list[Pitches], voice: int) -> list[Pitches]:
    """One part of every piece, where it sounds at all."""
    if not 0 <= voice < pieces[0].shape[1]:
        raise CorpusError(f"there is no voice {voice}: the pieces have 0 to {pieces[0].shape[1] - 1}")
    lines = [piece[:, voice : voice + 1] for piece in pieces]
    return [line for line in lines if (line > 0).any()]


def read_tunes(
    sources: Sequence[str | Path],
    seed: int = 0,
    most: int = MOST_STYLES,
    say: Callable[[str], None] = lambda line: None,
) -> tuple[list[Tune], list[Tune], tuple[str, ...]] | None:
    """Melodies to learn from, melodies to choose by, and their styles; None where most have several voices.

    Where a corpus has a `heldout.txt` the tunes named there are in neither; the twentieth part, whole tune
    families, is kept to choose by. At most `most` kinds are told apart; `say` hears what was skipped.
    """
    if any(str(source).endswith((".json", ".json.gz")) for source in sources):
        return None
    whole = together(sources)
    if not len(whole) or Counter(piece.phrase.voices for piece in whole).most_common(1)[0][0] > 1:
        return None
    kept_apart = set().union(*(heldout(str(source)) for source in sources))
    # A family of which one tune is held out is held out, whichever corpus the others are in.
    gone = {piece.family for piece in whole if piece.source in kept_apart}
    usable = without_chorales([piece for piece in whole if piece.family not in gone])
    _say_skipped(whole, 0, say)
    # Not the seed that chose what is held out: the lots it drew below a twentieth are gone.
    kept, held = apart(Corpus(whole.name, usable), 0.05, seed + 1)
    names = styles_of(kept.pieces)[:most]
    names = names if len(names) > 1 else ()
    splits = melodies(kept, names), melodies(held, names)
    if not splits[0] or not splits[1]:
        raise CorpusError(
            f"{whole.name} has too few tunes to learn from and to choose by: "
            "give at least two that are no variants of one another"
        )
    return *splits, names


def styles_of(pieces: Iterable[Piece]) -> tuple[str, ...]:
    """The kinds of which there are enough pieces to learn from, the commonest first."""
    found = Counter(piece.kind[:MOST_LETTERS] for piece in pieces if piece.kind)
    return tuple(kind for kind, count in found.most_common(MOST_STYLES) if count >= OF_A_KIND)


def melodies(pieces: Iterable[Piece], styles: Sequence[str] = ()) -> list[Tune]:
    """The top lines of some pieces, those of two notes and more, each with the number of its style."""
    numbers = {style: number for number, style in enumerate(styles, 1)}
    tunes = [replace(Tune.of(p.phrase), style=numbers.get(p.kind[:MOST_LETTERS], 0)) for p in pieces]
    return [tune for tune in tunes if len(tune) > 1]


def keep_tunes(sources: Sequence[str | Path], folder: Path) -> str:
    """The name by which a net's tunes are found again: the corpora's, or the folder they are now put in."""
    from livecode.music.corpus import ALIASES, names, pack

    known = [*names(), *ALIASES]
    if all(str(source) in known for source in sources):
        return " + ".join(map(str, sources))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tunes.npz").write_bytes(pack(together(sources).pieces))
    return folder.name


def without_chorales(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces whose top line is not one of the chorale melodies on which nets are tested.

    A piece is left out when more than 30 % of its runs of ten intervals are in `exclude_melodies.txt` of
    `models/jsb`.
    """
    known = set((find("models", "jsb") / "exclude_melodies.txt").read_text("utf-8").split())

    def share(piece: Piece) -> float:
        line = piece.phrase.where(piece.phrase.notes["voice"] == 0).notes["pitch"].astype(int)
        steps = np.diff(line)
        steps = steps[steps != 0]
        marks = [
            sha1(",".join(map(str, steps[n : n + 10])).encode()).hexdigest()[:10]
            for n in range(len(steps) - 9)
        ]
        return sum(mark in known for mark in marks) / max(1, len(marks))

    return [piece for piece in pieces if share(piece) <= 0.3]


def heldout(name: str) -> set[str]:
    """The sources of the pieces of a corpus in `models/` that no net may see."""
    try:
        return set((find("models", name) / "heldout.txt").read_text("utf-8").splitlines())
    except (LivecodeError, OSError):
        return set()


def free_shifts(pieces: list[Pitches], beyond: int = 0) -> list[list[int]]:
    """For every piece, the transpositions that keep each voice within the range it has in all pieces.

    `beyond` widens every range by so many semitones on both sides.
    """
    sounding = [np.where(piece > 0, piece, 60) for piece in pieces]
    silent = [piece <= 0 for piece in pieces]
    lows = -beyond + np.min([np.where(s, 999, p).min(axis=0) for p, s in zip(sounding, silent)], axis=0)
    highs = beyond + np.max([np.where(s, -999, p).max(axis=0) for p, s in zip(sounding, silent)], axis=0)
    shifts = []
    for piece, rest in zip(sounding, silent):
        down = int((lows - np.where(rest, 999, piece).min(axis=0)).max())
        up = int((highs - np.where(rest, -999, piece).max(axis=0)).min())
        shifts.append(list(range(min(down, 0), max(up, 0) + 1)))
    return shifts


@dataclass
class Batch:
    """Rows of several pieces, padded to the longest; `weight` is 0 where nothing was."""

    trunk: npt.NDArray[np.int64]
    head: npt.NDArray[np.int64]
    sounding: npt.NDArray[np.int64]
    target: npt.NDArray[np.int64]
    weight: npt.NDArray[np.float32]

    @property
    def arrays(self) -> tuple[npt.NDArray[Any], ...]:
        return self.trunk, self.head, self.sounding, self.target, self.weight


def pad(arrays: list[npt.NDArray[Any]], length: int) -> npt.NDArray[Any]:
    out = np.zeros((len(arrays), length, *arrays[0].shape[1:]), arrays[0].dtype)
    for row, array in zip(out, arrays):
        row[: len(array)] = array
    return out


class Pieces:
    """A list of pieces ready to be described at any transposition."""

    def __init__(self, shape: Shape, pieces: list[Pitches], beyond: int = 0) -> None:
        self.shape = shape
        self.pieces = [shape.classes(piece) for piece in pieces]
        self.memories = [recalled(shape, piece) for piece in self.pieces]
        self.shifts = free_shifts(pieces, beyond)

    def __len__(self) -> int:
        return len(self.pieces)

    @property
    def notes(self) -> int:
        return sum(piece.size for piece in self.pieces)

    def moved(self, number: int, shift: int) -> tuple[Classes, tuple[Classes, Classes]]:
        piece = self.pieces[number]
        notes, rank = self.memories[number]
        return np.where(piece > 0, piece + shift, 0), (np.where(notes > 0, notes + shift, notes), rank)

    def batch(self, chosen: list[tuple[int, int]], orders: list[list[int] | None] | None = None) -> Batch:
        """A batch of (piece number, transposition in semitones), voices chosen in the orders given."""
        moved = [self.moved(number, shift) for number, shift in chosen]
        orders = orders or [None] * len(chosen)
        rows = [describe(self.shape, *each, order) for each, order in zip(moved, orders)]
        frames = max(len(trunk) for trunk, _, _ in rows)
        steps = frames * self.shape.frame
        return Batch(
            pad([trunk for trunk, _, _ in rows], frames),
            pad([head for _, head, _ in rows], steps),
            pad([sounding for _, _, sounding in rows], steps),
            pad([piece for piece, _ in moved], steps),
            pad([np.ones(piece.shape, np.float32) for piece, _ in moved], steps),
        )

    def epoch(self, size: int, random: np.random.Generator, shuffled: float = 0.0) -> Iterator[Batch]:
        """Every piece once, each in a key drawn by chance, pieces of like length together.

        In a share `shuffled` of the pieces the voices of a step are chosen in an order drawn by chance.
        """
        lengths = np.array([len(piece) for piece in self.pieces]) * random.uniform(0.9, 1.1, len(self.pieces))
        order = np.argsort(lengths)
        groups = [order[begin : begin + size] for begin in range(0, len(order), size)]
        for group in random.permutation(len(groups)):
            orders = [
                random.permutation(self.shape.voices).tolist() if random.random() < shuffled else None
                for _ in groups[group]
            ]
            yield self.batch([(int(n), int(random.choice(self.shifts[n]))) for n in groups[group]], orders)

    def plain(self, size: int) -> Iterator[Batch]:
        """Every piece once, as written."""
        order = np.argsort([len(piece) for piece in self.pieces])
        for begin in range(0, len(order), size):
            yield self.batch([(int(n), 0) for n in order[begin : begin + size]])


def draw_given(
    shape: tuple[int, ...], random: np.random.Generator, kind: Given | None = None
) -> npt.NDArray[np.bool_]:
    """Which notes of a piece (steps, voices) are given: none, whole voices, all but some bars, or of both."""
    steps, voices = shape
    given = np.zeros((steps, voices), bool)
    kind = kind or KINDS[int(random.choice(len(KINDS), p=(0.3, 0.3, 0.25, 0.15)))]
    if kind in ("voices", "both"):
        given[:, random.permutation(voices)[: int(random.integers(1, voices))]] = True
    if kind in ("bars", "both"):
        length = 16 * int(random.integers(1, 9))
        begin = int(random.integers(0, max(1, steps - length // 2)))
        here = np.zeros(steps, bool)
        here[begin : begin + length] = True
        given |= ~here[:, None]
    return given
