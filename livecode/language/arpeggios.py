"""Orders in which the notes of a chord can be played, under Tidal's names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def converge(notes: Sequence[T]) -> list[T]:
    """Outer notes first: lowest, highest, next lowest, next highest and so inwards.

    >>> converge([1, 2, 3, 4, 5])
    [1, 5, 2, 4, 3]
    """
    return [notes[index // 2] if index % 2 == 0 else notes[-1 - index // 2] for index in range(len(notes))]


def _there_and_back(notes: Sequence[T]) -> list[T]:
    return [*notes[:-1], *reversed(notes[1:])]


def _back_and_there(notes: Sequence[T]) -> list[T]:
    return [*reversed(notes[1:]), *notes[:-1]]


def _pinky(notes: Sequence[T]) -> list[T]:
    return [note for low in notes[:-1] for note in (low, notes[-1])]


def _thumb(notes: Sequence[T]) -> list[T]:
    return [note for high in notes[1:] for note in (notes[0], high)]


ORDERS: dict[str, Callable[[Sequence[object]], list[object]]] = {
    "up": list,
    "down": lambda notes: list(reversed(notes)),
    "updown": _there_and_back,
    "downup": _back_and_there,
    "up&down": lambda notes: [*notes, *reversed(notes)],
    "down&up": lambda notes: [*reversed(notes), *notes],
    "converge": converge,
    "diverge": lambda notes: converge(notes)[::-1],
    "disconverge": lambda notes: [*converge(notes), *converge(notes)[::-1][1:]],
    "pinkyup": _pinky,
    "pinkyupdown": lambda notes: _there_and_back(_pinky(notes)),
    "thumbup": _thumb,
    "thumbupdown": lambda notes: _there_and_back(_thumb(notes)),
}
