"""Kinds of tunes that a net tells apart, and the metre each is danced in.

`style="<jig reel>"` is read at each phrase's start. A jig stays in 6/8 whatever the stage counts: its bar is
stretched over the cycle, so that six quavers stand where eight would.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from livecode.errors import ControlError, nearest
from livecode.generators.generator import PHRASES, Context
from livecode.generators.markov.melody import Tune
from livecode.generators.plan import value_at
from livecode.music.phrase import Phrase, bar_ticks

Metre = tuple[int, int]
USUAL = 0.1
"""Share of a style's tunes in a metre from which it counts as one of its own."""
LOOKED_AHEAD = 16
"""Cycles of a pattern of styles that are read as it is typed."""


def number_of(styles: Sequence[str], asked: Any, name: str) -> int:
    """Which of a net's styles is meant, 0 for any; ControlError for one that it does not know.

    >>> number_of(("jig", "slip jig"), "Slip Jig", "tiny"), number_of(("jig", "reel"), "any", "tiny")
    (2, 0)
    """
    if isinstance(asked, list | tuple):
        asked = " ".join(map(str, asked))
    if not isinstance(asked, str):
        numeric = isinstance(asked, int | float) and not isinstance(asked, bool)
        more = f"; how much is heard of what it learned on stage: learned={asked}" if numeric else ""
        raise ControlError(f"style is {asked!r}: give a kind of tune such as 'jig'{more}")
    if not styles:
        raise ControlError(f"{name} tells no styles apart: neural('tiny', style={asked!r}) does")
    word = _plain(asked)
    if word in ("", "any"):
        return 0
    plain = [_plain(style) for style in styles]
    if word in plain:
        return plain.index(word) + 1
    near = nearest(word, plain)
    meant = f"did you mean {styles[plain.index(near)]!r}? " if near else ""
    raise ControlError(f"{name} has learned no style called {asked!r}: {meant}it knows {', '.join(styles)}")


def _plain(word: str) -> str:
    return "".join(letter for letter in word.lower() if letter.isalnum())


def checked_style(styles: Sequence[str], asked: Any, name: str) -> Any:
    """What was asked, after every style of the first cycles of a pattern was found to be known."""
    for cycle in range(LOOKED_AHEAD):
        found = value_at(asked, cycle)
        if found is not None:
            number_of(styles, found, name)
    return asked


def metres_of(tunes: Sequence[Tune], styles: Sequence[str]) -> dict[str, list[list[float]]]:
    """For each style its metres with their shares of its tunes, the commonest first."""
    told: dict[str, list[list[float]]] = {}
    for number, style in enumerate(styles, 1):
        counts = Counter(tune.metre for tune in tunes if tune.style == number)
        whole = max(1, counts.total())
        told[style] = [
            [metre // 64, metre % 64, round(count / whole, 4)]
            for metre, count in counts.most_common()
            if count >= USUAL * whole
        ]
    return told


def metre_for(metres: Sequence[Sequence[float]], stage: Metre) -> Metre:
    """The metre of a style's that is nearest to the stage's: the same, one of as long a bar, the commonest.

    >>> metre_for([[2, 2, 0.66], [2, 4, 0.3]], (4, 4)), metre_for([[6, 8, 0.9]], (4, 4))
    ((2, 2), (6, 8))
    """
    own = [(int(row[0]), int(row[1])) for row in metres]
    alike = [metre for metre in own if bar_ticks(metre) == bar_ticks(stage)]
    return stage if stage in own or not own else (alike or own)[0]


def in_metre(
    metre: Metre, context: Context, length: int, compose: Callable[[Context, int], Phrase]
) -> Phrase:
    """What is composed in another metre than the stage's, each bar stretched over one of the stage's."""
    inner, outer = bar_ticks(metre), bar_ticks(context.metre)
    if metre == context.metre:
        return compose(context, length)
    phrases: dict[str, Any] = {
        name: stretched(phrase, inner, outer, metre)
        for name in PHRASES
        if (phrase := getattr(context, name)) is not None
    }
    made = compose(replace(context, **phrases, metre=metre), -(-length * inner // outer))
    return stretched(made, outer, inner, context.metre).slice(0, length)


def stretched(phrase: Phrase, over: int, under: int, metre: Metre) -> Phrase:
    """A phrase whose time goes `over` / `under` times as slow, in another metre.

    >>> jig = Phrase.of([62, 66, 69] * 2, 5040, metre=(6, 8))
    >>> stretched(jig, 40320, 30240, (4, 4)).notes["onset"].tolist()
    [0, 6720, 13440, 20160, 26880, 33600]
    """

    def at(ticks: Any) -> Any:
        return (ticks * over + under // 2) // under

    notes = phrase.notes.copy()
    begin = notes["onset"].astype(np.int64)
    ends = at(begin + notes["duration"])
    notes["onset"] = at(begin)
    notes["duration"] = np.maximum(1, ends - notes["onset"])
    return replace(phrase, notes=notes, length=int(at(phrase.length)), metre=metre)


def checked_metres(found: Any, styles: Sequence[str]) -> Mapping[str, list[list[float]]]:
    """The same from a file; ValueError for anything else."""
    if not isinstance(found, dict) or set(found) != set(styles):
        raise ValueError
    for rows in found.values():
        for numerator, denominator, share in rows:
            if not (1 <= int(numerator) <= 64 and int(denominator) in (1, 2, 4, 8, 16, 32, 64)):
                raise ValueError
            if not 0 <= float(share) <= 1:
                raise ValueError
    return found
