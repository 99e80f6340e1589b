"""Music that grows by rules: L-systems and cellular automata.

A. Lindenmayer, "Mathematical Models for Cellular Interactions in Development" (1968); P. Prusinkiewicz,
"Score Generation with L-systems" (1986); S. Wolfram, "Statistical Mechanics of Cellular Automata" (1983);
M. Gardner on Conway's game of life, *Scientific American* 223 (1970).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from livecode.errors import PatternError
from livecode.language.combine import fastcat
from livecode.language.fuel import EVENTS_PER_CYCLE, too_dense
from livecode.language.pattern import Pattern, by_cycles, pure, silence
from livecode.language.random import draw, sub_seed
from livecode.language.registry import constructor
from livecode.language.time import Event, Fraction, floor, to_time

_LONGEST_TEXT = 64 * EVENTS_PER_CYCLE
_CHAPTER = 256
_LIFE, _CELLS = 301, 302


def grown(axiom: str, rules: Mapping[str, str] | str, generations: int) -> str:
    """A text rewritten so many times, every letter by its rule at once.

    >>> grown("a", {"a": "ab", "b": "a"}, 4)
    'abaababa'
    >>> grown("a", "a:ab, b:a", 2)
    'aba'
    """
    table = dict(rules) if isinstance(rules, Mapping) else _read_rules(rules)
    if not isinstance(generations, int):
        raise PatternError(f"{generations!r} generations: give a number, as in lsystem('a', 'a:ab,b:a', 4)")
    text = axiom
    for _ in range(generations):
        text = "".join(table.get(letter, letter) for letter in text)
        if len(text) > _LONGEST_TEXT:
            raise too_dense(len(text))
    return text


def _read_rules(text: str) -> dict[str, str]:
    rules = {}
    for rule in text.split(","):
        letter, colon, becomes = rule.strip().partition(":")
        if len(letter) != 1 or not colon:
            raise PatternError(f"{rule.strip()!r} is no rule: write what a letter becomes, like 'a:ab'")
        rules[letter] = becomes
    return rules


@constructor(family="growth", aliases=("lindenmayer",), patternable=("generations", "steps"))
def lsystem(axiom: str, rules: Any, generations: int = 4, steps: Any = None) -> Pattern:
    """Letters grown from a first one by rules, as a sequence; `pick` turns them into music.

    >>> [event.value for event in lsystem("a", {"a": "ab", "b": "a"}, 3).first_cycle()]
    ['a', 'b', 'a', 'a', 'b']
    >>> lsystem("a", "a:ab,b:a", 5, steps=4).inhabit({"a": "0", "b": "7 12"}).query(0, 1/2)
    [(0..1/4) 0, (1/4..3/8) 7, (3/8..1/2) 12]

    `steps` letters go into a cycle; without it the whole text does. Raises QueryTooDense when it grows too
    long.
    """
    text = grown(axiom, rules, int(generations) if isinstance(generations, int | float) else generations)
    if not text:
        return silence
    per_cycle = to_time(len(text) if steps is None else steps)
    if per_cycle > EVENTS_PER_CYCLE:
        raise too_dense(int(per_cycle))
    if per_cycle <= 0:
        return silence
    letters = fastcat(*(pure(letter) for letter in text))
    return letters._fast(per_cycle / len(text)).with_steps(per_cycle)


@lru_cache(maxsize=32)
def _automaton(rule: int, start: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """The generations of a chapter, cells wrapping round at the ends."""
    rows = [start]
    count = len(start)
    for _ in range(_CHAPTER - 1):
        row = rows[-1]
        rows.append(
            tuple(
                rule >> (row[place - 1] << 2 | row[place] << 1 | row[(place + 1) % count]) & 1
                for place in range(count)
            )
        )
    return tuple(rows)


@constructor(family="growth", aliases=("cellular",), patternable=("rule", "cells", "seed"))
def automaton(rule: int = 30, cells: Any = 16, seed: int | None = None) -> Pattern:
    """A cellular automaton as a rhythm: a generation a cycle, its living cells 1 and the others 0.

    >>> [event.value for event in automaton(90, 8).query(1, 2)]
    [0, 0, 0, 1, 0, 1, 0, 0]
    >>> len(s("hh").struct(automaton(30, 16)).query(3, 4)) > 0
    True

    `rule` is Wolfram's number of an elementary automaton; `cells` how many there are, or the first
    generation as a list. It starts from one cell in the middle, or from random ones with a `seed`, and
    afresh every 256 cycles.
    """
    if not isinstance(rule, int | float) or not 0 <= rule <= 255:
        raise PatternError(f"there is no rule {rule!r}: give a number from 0 to 255, such as 30, 90 or 110")
    if isinstance(cells, (list, tuple)):
        start = tuple(1 if cell else 0 for cell in cells)
    elif seed is None:
        start = tuple(1 if place == int(cells) // 2 else 0 for place in range(int(cells)))
    else:
        own = sub_seed(_CELLS, int(seed))
        start = tuple(1 if draw(own, Fraction(place)) < 0.5 else 0 for place in range(int(cells)))
    if not 1 <= len(start) <= EVENTS_PER_CYCLE:
        raise PatternError(f"an automaton needs from 1 to {EVENTS_PER_CYCLE} cells, not {len(start)}")
    return _rows_by_cycle(lambda cycle: _row(_automaton(rule, start)[cycle % _CHAPTER]), len(start))


def _rows_by_cycle(row: Any, steps: int) -> Pattern:
    def query(begin: Fraction, end: Fraction) -> list[Event]:
        events: list[Event] = row(floor(begin)).ask(begin, end)
        return events

    return Pattern(by_cycles(query), steps=Fraction(steps))


@lru_cache(maxsize=1024)
def _row(cells: tuple[int, ...]) -> Pattern:
    return fastcat(*cells)


Board = tuple[tuple[int, ...], ...]


@lru_cache(maxsize=8)
def _life(board: Board) -> tuple[Board, ...]:
    height, width = len(board), len(board[0])
    boards = [board]
    for _ in range(_CHAPTER - 1):
        now = boards[-1]
        boards.append(
            tuple(
                tuple(_lives(now, row, column, height, width) for column in range(width))
                for row in range(height)
            )
        )
    return tuple(boards)


def _lives(board: Board, row: int, column: int, height: int, width: int) -> int:
    around = sum(
        board[(row + down) % height][(column + right) % width]
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
        if down or right
    )
    return 1 if around == 3 or (around == 2 and board[row][column]) else 0


@constructor(family="growth", patternable=("width", "height", "row", "seed"))
def life(width: int = 16, height: int = 8, row: int = 0, seed: int = 0) -> Pattern:
    """A row of Conway's game of life as a rhythm: a generation a cycle, living cells 1 and the others 0.

    >>> len(life(8, 8, row=3).first_cycle())
    8

    The board wraps round at its edges, starts from random cells of the `seed`, and afresh every 256 cycles;
    rows of one board, one to a drum, belong together.
    """
    if not all(isinstance(each, int | float) and 1 <= each <= 64 for each in (width, height)):
        raise PatternError(
            f"a board of {width!r} by {height!r} cells is not possible: give from 1 to 64 each way"
        )
    own = sub_seed(_LIFE, int(seed))
    board = tuple(
        tuple(1 if draw(own, Fraction(y * width + x)) < 0.4 else 0 for x in range(width))
        for y in range(height)
    )
    return _rows_by_cycle(lambda cycle: _row(_life(board)[cycle % _CHAPTER][row % height]), width)
