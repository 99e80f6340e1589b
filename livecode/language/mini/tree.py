"""The syntax tree of the mini-notation: what was written, and at which characters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from quicktions import Fraction

PLAIN = Fraction(1)
"""The weight and the repeats of a step about which nothing was said."""


@dataclass(slots=True)
class Value:
    """A word or a number, with the characters it was read from."""

    value: Any
    begin: int
    end: int


@dataclass(slots=True)
class Rest:
    """`~` or `-`."""


@dataclass(slots=True)
class Control:
    """`^name`: the value of a live control."""

    name: str
    begin: int
    end: int


@dataclass(slots=True)
class Step:
    """One step of a sequence: how much of it it takes, and in how many equal repeats.

    `group` is the step inside whose repeats have become one group, because something follows them.
    """

    node: Node
    weight: Fraction = PLAIN
    repeats: Fraction = PLAIN
    begin: int = 0
    changes: int = 0
    group: Step | None = None


@dataclass(slots=True)
class Sequence:
    """`a b c`: steps one after another."""

    steps: list[Step] = field(default_factory=list)


@dataclass(slots=True)
class Stack:
    """`a, b`: parts at the same time."""

    parts: list[Sequence]


@dataclass(slots=True)
class Choice:
    """`a | b`: one of the parts each cycle, drawn with a seed of its own."""

    parts: list[Sequence]
    seed: int


@dataclass(slots=True)
class Alternation:
    """`<a b, c d e>`: one step a cycle, each part by its own length."""

    parts: list[Sequence]


@dataclass(slots=True)
class Polymeter:
    """`{a b c, d e}%n`: parts step against step; without `%` the first part says how many in a cycle."""

    parts: list[Sequence]
    steps: Node | None = None
    column: int = 0


@dataclass(slots=True)
class Speed:
    """`a*n` or, `slower`, `a/n`."""

    node: Node
    factor: Node
    slower: bool


@dataclass(slots=True)
class Euclid:
    """`a(k,n,r)`."""

    node: Node
    onsets: Node
    steps: Node
    rotation: Node | None


@dataclass(slots=True)
class Degrade:
    """`a?p`: each event dropped with chance p, drawn with a seed of its own."""

    node: Node
    amount: float
    seed: int


@dataclass(slots=True)
class Index:
    """`a:b`: a list of both values."""

    node: Node
    index: Node


@dataclass(slots=True)
class Run:
    """`a .. b`: every whole step from one number to another."""

    first: Node
    last: Node
    column: int


@dataclass(slots=True)
class Chord:
    """`a'b` where one of the two is a pattern: both joined to one word."""

    node: Node
    modifier: Node


Node: TypeAlias = (
    Value
    | Rest
    | Control
    | Sequence
    | Stack
    | Choice
    | Alternation
    | Polymeter
    | Speed
    | Euclid
    | Degrade
    | Index
    | Run
    | Chord
)
