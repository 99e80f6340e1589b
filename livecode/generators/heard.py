"""Which streams sound in which slots, so that a rating reaches what was heard when its key was pressed.

Every query by the stage leaves a note here. A stream that is not asked any more does not sound any more.
Ratings are wanted as long as one that learns from them is among those that sound.
"""

from __future__ import annotations

import math
import threading
import weakref
from typing import TYPE_CHECKING, Any

from livecode.language.moment import Moment

if TYPE_CHECKING:
    from livecode.generators.stream import Stream

MOST = 64
JUDGES: list[Any] = []
"""Those that learn from ratings of any stream: `taste`, once somebody has used it."""

_playing: dict[tuple[int, int], tuple[weakref.ref[Stream], int]] = {}
_guard = threading.Lock()


def note_heard(stream: Stream, cycle: int, now: Moment) -> None:
    """A slot has asked a stream for what it plays from a cycle on."""
    with _guard:
        key = (now.slot, id(stream))
        known = _playing.get(key)
        begin = cycle if known is None or known[0]() is not stream else max(cycle, known[1])
        _playing[key] = (weakref.ref(stream), begin)
        while len(_playing) > MOST:
            del _playing[next(iter(_playing))]
    if now.hear is not None:
        rated = getattr(stream, "rated", None)
        stream.clock = (now.now, now.cps)
        if rated is not None or JUDGES:
            now.hear(give)


def sounding(cycle: float) -> list[Stream]:
    """The streams that sound at a cycle, each once, in the order of their slots."""
    found: list[Stream] = []
    with _guard:
        for (slot, _), (reference, asked) in sorted(_playing.items(), key=lambda item: item[0]):
            stream = reference()
            alive = stream is not None and slot > 0 and asked >= math.floor(cycle)
            if alive and not any(stream is other for other in found):
                assert stream is not None
                found.append(stream)
    return found


def give(rating: Any) -> str | None:
    """Hand a rating to what sounds and to who learns from it; a line for the performer."""
    said: list[str] = []
    for stream in sounding(rating.cycle):
        phrase = stream.heard_at(rating.cycle)
        if phrase is None:
            continue
        for judge in () if getattr(stream, "chooses", False) else JUDGES:
            told = judge.rated(phrase, rating.value)
            if told and told not in said:
                said.append(told)
        rated = getattr(stream, "rated", None)
        if rated is not None:
            rated(phrase, rating.value, rating.cycle)
            if getattr(stream, "chooses", False):
                said.append("this or that: noted")
                continue
            said.append(f"{stream.plan.name}: {'more' if rating.value > 0 else 'less'} like this")
    return "; ".join(said) or None
