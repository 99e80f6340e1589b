"""The moment of a query: who asks, and by when the answer is needed.

A pattern is a pure function of time and needs none of this. A composer that works in another process does:
offline it may wait for its phrase, on stage it must answer before the beat and play something else when
the phrase is not there. The stage sets `MOMENT` around each of its queries; a bare query, in a test or a
notebook, has none and counts as offline.

>>> moment() is None
True
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf
from typing import Any


def _nobody(_text: str) -> None:
    """For a query with nobody to tell."""


@dataclass(slots=True)
class Moment:
    """One query by the stage.

    - `offline`: wait as long as it takes. `deadline`: `time.monotonic()` seconds by which the answer is
      needed, `inf` offline. `first`: the performer has just pressed Enter and waits for errors, so waiting
      up to the deadline is welcome; otherwise every slot waits behind this query.
    - `slot` asks (0: nobody's), `cycle` is where the performance is now.
    - `cps` cycles a second, `metre` as (7, 8); `notice` tells the performer one line; `now()` is the cycle
      that sounds whenever it is called; `hear(callback)` asks to be told of every rating,
      `again(cycle)` to be asked once more from a cycle on.
    - `momentary` is set by whoever answers something that the same question may not give again (a phrase
      that was not ready, a live input), so that the journal keeps the answer itself.
    """

    offline: bool = True
    deadline: float = inf
    first: bool = False
    slot: int = 0
    cycle: float = 0.0
    cps: float = 0.5
    metre: tuple[int, int] = (4, 4)
    notice: Callable[[str], None] = _nobody
    momentary: bool = False
    now: Callable[[], float] | None = None
    hear: Callable[[Callable[[Any], str | None]], None] | None = None
    again: Callable[[float], None] | None = None


MOMENT: ContextVar[Moment | None] = ContextVar("livecode_moment", default=None)


def moment() -> Moment | None:
    """The moment of the query that is going on, None outside a performance."""
    return MOMENT.get()
