"""What the net is told about a piece: small whole numbers, each naming a row of an embedding table.

A piece is an array of classes, one row per 16th step, one column per voice (soprano first): class 0 is a
rest, class 1 the lowest pitch of the vocabulary, and so on; one class more stands for "before the piece
began". Two steps make a frame. The trunk of the net sees the frames before the present one; its head
then names the frame's notes one by one, step after step, soprano to bass, each knowing all earlier ones.

Everything said about a note depends only on notes before it in that order, which is what makes the sum of
the head's log probabilities an exact likelihood. Most of it is relative (how far each voice moved, how far
it is from the others, how long it has been held), so what is learned in one key holds in every key.

>>> shape = Shape()
>>> piece = shape.classes([[72, 67, 64, 48], [72, 67, 64, 48], [74, 67, 65, 47], [74, 67, 65, 47]])
>>> trunk, head, sounding = describe(shape, piece)
>>> trunk.shape[0], head.shape[:2], sounding.shape
(2, (4, 4), (4, 4, 4))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Classes = npt.NDArray[np.int64]

LONGEST = 16  # steps a note may be held before the net stops counting
RECALL_LENGTHS = (8, 12, 16, 24, 32)  # steps of an earlier passage that must agree before it is recalled
OPENING = 32  # frames from the start that are told apart
TONALITY = 32  # steps over which the pitch classes heard are counted
WEIGHTS = np.array([1, 3, 11])  # counts from which a pitch class is rare, common, ruling


@dataclass(frozen=True)
class Shape:
    """The vocabulary and the layout of the two embedding tables.

    `low`, `high`: MIDI pitches; `voices`: parts; `frame`: 16th steps in a frame; `reach`: semitones up to
    which intervals are told apart.
    """

    low: int = 33
    high: int = 84
    voices: int = 4
    frame: int = 2
    reach: int = 24

    @property
    def size(self) -> int:
        """Number of classes a note may be: a rest and every pitch."""
        return self.high - self.low + 2

    @property
    def before(self) -> int:
        """The class that stands for "the piece has not begun"."""
        return self.size

    @property
    def intervals(self) -> int:
        """Number of relations between two classes."""
        return 2 * self.reach + 4

    @cached_property
    def relation(self) -> npt.NDArray[np.int64]:
        """`relation[a, b]`: the interval from class a to class b, as a number from 0 on."""
        classes = np.arange(self.size + 1)
        pitched = (classes > 0) & (classes < self.before)
        table: npt.NDArray[np.int64] = (
            np.clip(classes[None, :] - classes[:, None], -self.reach, self.reach) + self.reach
        )
        table[pitched[:, None] & ~pitched[None, :]] = 2 * self.reach + 1
        table[~pitched[:, None] & pitched[None, :]] = 2 * self.reach + 2
        table[~pitched[:, None] & ~pitched[None, :]] = 2 * self.reach + 3
        return table

    def classes(self, piece: Sequence[Sequence[int]] | npt.NDArray[np.integer]) -> Classes:
        """MIDI pitches (0 or less for a rest) as classes; a pitch out of range raises ValueError."""
        pitches = np.asarray(piece, dtype=np.int64)
        if pitches.ndim != 2 or pitches.shape[1] != self.voices:
            raise ValueError(f"a piece is a list of steps of {self.voices} pitches, not {pitches.shape}")
        sounding = pitches[pitches > 0]
        if sounding.size and (sounding.min() < self.low or sounding.max() > self.high):
            wrong = sounding[(sounding < self.low) | (sounding > self.high)][0]
            raise ValueError(f"pitch {wrong} is outside the net's range {self.low} to {self.high}")
        return np.where(pitches > 0, pitches - self.low + 1, 0)

    def pitches(self, classes: Classes) -> npt.NDArray[np.int64]:
        """Classes as MIDI pitches, -1 for a rest."""
        return np.where(classes > 0, classes + self.low - 1, -1)

    @cached_property
    def trunk_sizes(self) -> tuple[int, ...]:
        """Rows of each field that the trunk reads about one frame, in the order `describe` writes them."""
        notes, pairs = self.frame * self.voices, self.voices * (self.voices - 1) // 2
        return (
            *[self.size + 1] * notes,  # what sounded
            *[self.intervals] * notes,  # how each voice moved there
            *[self.intervals] * (self.frame * pairs),  # intervals between the voices
            *[LONGEST + 1] * self.voices,  # how long each note has been held
            16 // self.frame,  # place in a bar of four beats
            12 // self.frame,  # place in a bar of three
            OPENING,
        )

    @cached_property
    def head_sizes(self) -> tuple[int, ...]:
        """Rows of each field that the head reads about one note, before it is told which voice it is."""
        return (
            *[self.size + 1] * self.voices,  # what sounds now, voices not yet chosen as they were
            *[self.intervals] * self.voices,  # from this voice's last note to each of those
            *[self.intervals + 1] * self.voices,  # how the voices chosen already moved
            *[LONGEST + 1] * self.voices,  # how long each voice's last note has been held
            *[self.intervals] * self.voices,  # from this voice's last note to the others' last notes
            *[len(WEIGHTS) + 2] * 12,  # how much was heard of each pitch class, counted up from that note
            self.intervals,  # this voice's last leap
            16,  # step in the bar
            12,
            self.intervals + 1,  # where the recalled passage went
            2 * (len(RECALL_LENGTHS) + 1),  # how long it agreed, and whether it still does
        )

    @cached_property
    def ear_sizes(self) -> tuple[int, ...]:
        """Rows of each field that the ears read about one frame: its given notes and its place."""
        return (
            *[self.size + 1] * (self.frame * self.voices),  # what is given; the last row: nothing is
            16 // self.frame,
            12 // self.frame,
        )

    @property
    def ear_rows(self) -> int:
        return sum(self.ear_sizes)

    @property
    def trunk_rows(self) -> int:
        return sum(self.trunk_sizes)

    @property
    def head_rows(self) -> int:
        return self.voices * sum(self.head_sizes)


def starts(sizes: Sequence[int]) -> npt.NDArray[np.int64]:
    """First row of each field when the fields are laid one after another."""
    return np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)


def held_and_left(piece: Classes, before: int) -> tuple[Classes, Classes]:
    """For each step: how long each voice's *previous* note had been held, and what it had come from."""
    steps, voices = piece.shape
    held = np.zeros((steps + 1, voices), np.int64)
    left = np.full((steps + 1, voices), before, np.int64)
    last = np.full(voices, before, np.int64)
    for step in range(steps):
        same = piece[step] == last
        held[step + 1] = np.where(same, np.minimum(held[step] + 1, LONGEST), 1)
        left[step + 1] = np.where(same, left[step], last)
        last = piece[step]
    return held, left


def classes_heard(shape: Shape, piece: Classes) -> Classes:
    """How often each pitch class sounds in some steps: (..., steps, voices) -> (..., steps, 12)."""
    pitches = (piece + shape.low - 1) % 12
    hit = (pitches[..., None] == np.arange(12)) & ((piece > 0) & (piece < shape.before))[..., None]
    heard: Classes = hit.sum(axis=-2)
    return heard


def tonality(shape: Shape, counts: Classes, own: Classes) -> Classes:
    """Counts (..., 12) seen from a voice's last note (...): 0 unheard to 3 ruling, 4 when it was silent."""
    levels = np.searchsorted(WEIGHTS, counts, side="right")
    from_own = (own[..., None] + shape.low - 1 + np.arange(12)) % 12
    seen = np.take_along_axis(levels, from_own, axis=-1)
    silent = (own == 0) | (own == shape.before)
    return np.where(silent[..., None], len(WEIGHTS) + 1, seen)


class Memory:
    """Remembers where each passage went on, so that a repeat is recognised as one.

    `add(step)` after each step; `recall()` gives (position, rank): the latest earlier place preceded by
    the same notes as now, and which of RECALL_LENGTHS agreed there (0: none, position -1).
    """

    def __init__(self) -> None:
        self.steps: list[tuple[int, ...]] = []
        self.places: dict[tuple[tuple[int, ...], ...], int] = {}
        self.pending: list[tuple[tuple[tuple[int, ...], ...], int]] = []

    def add(self, step: tuple[int, ...]) -> None:
        self.steps.append(step)
        length = len(self.steps)
        for key, place in self.pending:
            self.places[key] = place
        self.pending = [
            (tuple(self.steps[-wanted:]), length) for wanted in RECALL_LENGTHS if length >= wanted
        ]

    def copy(self) -> Memory:
        other = Memory()
        other.steps, other.places, other.pending = self.steps.copy(), self.places.copy(), self.pending
        return other

    def recall(self) -> tuple[int, int]:
        for key, _ in reversed(self.pending):
            place = self.places.get(key)
            if place is not None:
                return place, RECALL_LENGTHS.index(len(key)) + 1
        return -1, 0


def recalled(shape: Shape, piece: Classes) -> tuple[Classes, Classes]:
    """For every step, the notes that a recalled passage would bring (-1: none), and its rank."""
    steps = len(piece)
    notes = np.full((steps, shape.voices), -1, np.int64)
    rank = np.zeros(steps, np.int64)
    memory = Memory()
    rows = [tuple(row) for row in piece.tolist()]
    for begin in range(0, steps, shape.frame):
        place, found = memory.recall()
        end = min(begin + shape.frame, steps)
        if found:
            for step in range(begin, end):
                if place + step - begin < begin:
                    notes[step] = piece[place + step - begin]
                    rank[step] = found
        for step in range(begin, end):
            memory.add(rows[step])
    return notes, rank


def describe(
    shape: Shape,
    piece: Classes,
    memory: tuple[Classes, Classes] | None = None,
    order: Sequence[int] | None = None,
    given: npt.NDArray[np.bool_] | None = None,
) -> tuple[Classes, Classes, Classes]:
    """Everything the net reads about a whole piece.

    Returns rows of the trunk's table (frames, fields), rows of the head's table (steps, voices, fields)
    and what sounds as each note is chosen (steps, voices, voices). `memory`: what `recalled` gave for the
    same piece, where it is at hand (it is costly and moves with a transposition). `order`: the voices as
    they are chosen within a step, 0 1 2 3 when nothing is said; notes that are `given` (steps, voices) are
    there before any is chosen.
    """
    steps, voices = piece.shape
    frame, relation = shape.frame, shape.relation
    frames = -(-steps // frame)
    before = np.full((2, voices), shape.before, np.int64)
    held, left = held_and_left(piece, shape.before)

    # The trunk, at frame j, hears the frame before j.
    old = np.concatenate([np.full((frame + 1, voices), shape.before, np.int64), piece])[: frames * frame + 1]
    old = np.concatenate([old, np.full((frames * frame + 1 - len(old), voices), shape.before, np.int64)])
    now, was = old[1:], old[:-1]
    first, second = np.triu_indices(voices, 1)
    begins = np.arange(frames) * frame
    trunk = np.concatenate(
        [
            now.reshape(frames, -1),
            relation[was, now].reshape(frames, -1),
            relation[now[:, first], now[:, second]].reshape(frames, -1),
            held[begins],
            (begins % 16 // frame)[:, None],
            (begins % 12 // frame)[:, None],
            np.minimum(begins // frame, OPENING - 1)[:, None],
        ],
        axis=1,
    )
    trunk += starts(shape.trunk_sizes)

    previous = np.concatenate([before[:1], piece])[:steps]
    turns = np.arange(voices) if order is None else np.argsort(np.asarray(order))
    chosen = np.broadcast_to(turns[None, :] < turns[:, None], (steps, voices, voices))
    if given is not None:
        chosen = (chosen | given[:, None, :]) & ~np.eye(voices, dtype=bool)
    sounding = np.where(chosen, piece[:, None, :], previous[:, None, :])
    notes, rank = recalled(shape, piece) if memory is None else memory
    moves = np.where(chosen, relation[previous, piece][:, None, :], shape.intervals)
    known = rank > 0
    whither = np.where(known[:, None], relation[previous, np.maximum(notes, 0)], shape.intervals)
    agrees: npt.NDArray[np.bool_] = ~known[:, None] | (notes == piece)
    own: npt.NDArray[np.bool_] = np.asarray((~chosen | agrees[:, None, :]).all(axis=2))
    whole = np.asarray(agrees.all(axis=1))
    for offset in range(1, frame):
        for earlier in range(offset):
            own[offset::frame] &= whole[earlier::frame][: len(own[offset::frame]), None]
    total = np.concatenate([np.zeros((1, 12), np.int64), np.cumsum(classes_heard(shape, piece), axis=0)])
    here = np.arange(steps)
    counts = total[here] - total[np.maximum(here - TONALITY, 0)]
    head = np.concatenate(
        [
            sounding,
            relation[previous[:, :, None], sounding],
            moves,
            np.broadcast_to(held[:steps, None, :], (steps, voices, voices)),
            relation[previous[:, :, None], previous[:, None, :]],
            tonality(shape, np.repeat(counts[:, None, :], voices, axis=1), previous),
            relation[left[:steps], previous][:, :, None],
            np.broadcast_to((here % 16)[:, None, None], (steps, voices, 1)),
            np.broadcast_to((here % 12)[:, None, None], (steps, voices, 1)),
            whither[:, :, None],
            (2 * rank[:, None] + ~own)[:, :, None],
        ],
        axis=2,
    )
    head = head + starts(shape.head_sizes) + (np.arange(voices) * sum(shape.head_sizes))[:, None]
    return trunk, head, sounding


def overheard(shape: Shape, piece: Classes, given: npt.NDArray[np.bool_]) -> Classes:
    """What the ears read: the given notes of a whole piece, the end included, in rows (frames, fields).

    >>> shape = Shape(voices=1)
    >>> overheard(shape, np.array([[5], [7]]), np.array([[True], [False]]))[0, :2].tolist()
    [5, 106]
    """
    steps, voices = piece.shape
    frames = -(-steps // shape.frame)
    known = np.full((frames * shape.frame, voices), shape.before, np.int64)
    known[:steps] = np.where(given, piece, shape.before)
    begins = np.arange(frames) * shape.frame
    places = np.stack([begins % 16, begins % 12], axis=1) // shape.frame
    rows: Classes = np.concatenate([known.reshape(frames, -1), places], axis=1) + starts(shape.ear_sizes)
    return rows
