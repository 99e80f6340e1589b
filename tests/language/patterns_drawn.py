"""Patterns for hypothesis to try the laws on: notation by chance, then a few functions on top."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import strategies

from livecode.language import Event, Fraction, Pattern, fast, mini, rev

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "benchmarks" / "oracle"))
from strings import sequence

Change = Callable[[Pattern], Pattern]

CHANGES: list[tuple[str, Change]] = [
    ("fast 2", lambda p: p.fast(2)),
    ("fast 3/2", lambda p: p.fast(Fraction(3, 2))),
    ("fast <1 2>", lambda p: p.fast("<1 2>")),
    ("slow 3", lambda p: p.slow(3)),
    ("early 1/3", lambda p: p.early(Fraction(1, 3))),
    ("late 5/4", lambda p: p.late(Fraction(5, 4))),
    ("rev", lambda p: p.rev()),
    ("compress", lambda p: p.compress(0.25, 0.75)),
    ("zoom", lambda p: p.zoom(0.25, 0.75)),
    ("fastgap 2", lambda p: p.fastgap(2)),
    ("every 3 rev", lambda p: p.every(3, rev)),
    ("every <2 3> fast 2", lambda p: p.every("<2 3>", fast(2))),
    ("off 1/8", lambda p: p.off(Fraction(1, 8), rev)),
    ("superimpose fast 2", lambda p: p.superimpose(fast(2))),
    ("ply 2", lambda p: p.ply(2)),
    ("ply <2 3>", lambda p: p.ply("<2 3>")),
    ("iter 4", lambda p: p.iter(4)),
    ("chunk 4", lambda p: p.chunk(4, fast(2))),
    ("struct", lambda p: p.struct("t ~ t(3,8)")),
    ("mask", lambda p: p.mask("1 0 1")),
    ("euclid", lambda p: p.euclid(3, 8)),
    ("degrade", lambda p: p.degrade_by(0.3)),
    ("linger", lambda p: p.linger(0.25)),
    ("inside 2 rev", lambda p: p.inside(2, rev)),
    ("palindrome", lambda p: p.palindrome()),
    ("swing", lambda p: p.swing_by(Fraction(1, 3), 4)),
    ("squeeze", lambda p: mini("x ~ x").with_value(lambda _: p).squeeze_join()),
    ("reset", lambda p: mini("x <x ~>").with_value(lambda _: p).reset_join()),
    ("restart", lambda p: mini("x <x ~>").with_value(lambda _: p).restart_join()),
    ("outer", lambda p: mini("x x x").with_value(lambda _: p).outer_join()),
    ("mix", lambda p: p.app_both(mini("0 1 2"), lambda one, two: (repr(one), two))),
]


@strategies.composite
def texts(draw: Any, chance: bool = True) -> str:
    """Mini-notation, with `?` and `|` in it when `chance`."""
    text = sequence(random.Random(draw(strategies.integers(0, 10**9))), draw(strategies.integers(1, 2)))
    if chance and draw(strategies.booleans()):
        text = f"[{text}]? c*4?0.3 [[{text}] | d e]"
    return text


@strategies.composite
def patterns(draw: Any, chance: bool = True, most: int = 3) -> tuple[str, list[str]]:
    """A text and the names of the functions laid on it: plain data, so that failures can be read."""
    allowed = [name for name, _ in CHANGES if chance or name != "degrade"]
    return draw(texts(chance)), draw(strategies.lists(strategies.sampled_from(allowed), max_size=most))


def build(drawn: tuple[str, list[str]]) -> Pattern:
    """The pattern a drawn description stands for."""
    text, names = drawn
    pattern = mini(text)
    changes = dict(CHANGES)
    for name in names:
        pattern = changes[name](pattern)
    return pattern


def times() -> Any:
    """Moments in the first cycles, on and off the grid."""
    return strategies.builds(
        Fraction, strategies.integers(0, 96), strategies.sampled_from([1, 2, 3, 5, 8, 24])
    )


Row = tuple[str, Any, Any, Any, Any]


def rows(events: list[Event]) -> list[Row]:
    """Events as sortable rows, exactly as they were cut."""
    return sorted(row(event) for event in events)


def row(event: Event) -> Row:
    whole = event.whole
    begin, end = (Fraction(-1), Fraction(-1)) if whole is None else (whole.begin, whole.end)
    return repr(event.value), begin, end, event.part.begin, event.part.end


def joined(events: list[Event]) -> list[Row]:
    """Events as rows, touching fragments of one event put together."""
    ends: dict[tuple[Any, ...], list[Fraction]] = {}
    for *which, first, last in rows(events):
        open_ends = ends.setdefault((*which, first), [])
        begin = open_ends.pop() if open_ends else first
        ends.setdefault((*which, last), []).append(begin)
    return sorted((*which, begin, last) for (*which, last), begins in ends.items() for begin in begins)


def cut(events: list[Event], begin: Fraction, end: Fraction) -> list[Row]:
    """Events cut to a span, as rows, fragments put together."""
    kept = []
    for event in events:
        first, last = max(event.part.begin, begin), min(event.part.end, end)
        if first < last:
            span = type(event.part)(first, last)
            kept.append(Event(event.whole, span, event.value))
    return joined(kept)
