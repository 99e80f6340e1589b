"""What the performer did to an evolution while it played, and the phrase each deed takes effect from.

A deed is kept with its cycle, so that all streams made of one `evolve(...)` heed it, and a replay of the
journal that does the same at the same cycles gives the same songs.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field
from typing import Any

LOOK_AHEAD = 4.0
"""Seconds that the stage may have asked ahead: no deed changes what may have been handed out already."""


@dataclass(frozen=True)
class Deed:
    """One deed: the first cycle it may change, its name and argument, and the cycle that sounded."""

    cycle: int
    name: str
    argument: Any
    heard: float

    def phrase(self, bars: int) -> int:
        """The first phrase of so many bars that it changes."""
        return -(-self.cycle // bars)


def first_changed(now: float | None, cps: float) -> int:
    """The first cycle that a deed done now may change; 0 when nothing plays yet."""
    if now is None:
        return 0
    return math.floor(now) + 1 + max(1, math.ceil(LOOK_AHEAD * cps))


@dataclass
class Steering:
    """The deeds done so far."""

    deeds: list[Deed] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def do(self, name: str, argument: Any, now: float | None, cps: float) -> Deed:
        """One more."""
        with self.lock:
            deed = Deed(first_changed(now, cps), name, argument, now if now is not None else 0.0)
            self.deeds = [*self.deeds, deed]
            return deed

    def played(self, number: int, bars: int) -> tuple[int, bool]:
        """Which phrase of the evolution plays as phrase `number`, and whether time stands still there.

        While frozen the phrase that sounded goes on; afterwards evolution goes on where it stood.
        """
        lost, frozen_at, frozen = 0, 0, None
        for deed in self.deeds:
            if deed.name != "freeze":
                continue
            at = deed.phrase(bars)
            if at > number:
                break
            if deed.argument and frozen is None:
                frozen, frozen_at = max(0, math.floor(deed.heard) // bars - lost), at
            elif not deed.argument and frozen is not None:
                lost += at - frozen_at
                frozen = None
        return (frozen, True) if frozen is not None else (max(0, number - lost), False)

    def real(self, played: int, bars: int) -> int:
        """The first phrase as which a phrase of the evolution plays."""
        last = max([deed.phrase(bars) for deed in self.deeds], default=0)
        for number in range(played, last + 1):
            if self.played(number, bars) == (played, False):
                return number
        # After the last deed one phrase follows the other.
        return max(played, last + played - self.played(last, bars)[0])

    def at(self, number: int, bars: int) -> list[tuple[str, Any]]:
        """What takes effect in a phrase of the stream; what was done in a frozen one waits for the thaw."""
        found = []
        for deed in self.deeds:
            first = deed.phrase(bars)
            if deed.name in ("freeze", "taste") or first > number:
                continue
            if first == number or all(self.played(each, bars)[1] for each in range(first, number)):
                found.append((deed.name, deed.argument))
        return found

    def taste(self, number: int, bars: int) -> Any:
        """The weights of taste in force in a phrase, None when they have not changed since the beginning."""
        known = [deed for deed in self.deeds if deed.name == "taste" and deed.phrase(bars) <= number]
        return known[-1].argument if known else None
