"""Notices that the sound engine cannot keep up, because thousands of notes sound at once.

scsynth says nothing then: it falls behind, everybody's notes break up or stay away, and it answers all the
while. What gives it away is a counter that the scope moves on with each block of sound, read from shared
memory: when it moves much slower than time does and hundreds of synths are there, some slot plays too much.
(A machine that stops for a moment makes the counter slow too, but not with hundreds of synths.)

>>> overload = Overload()
>>> overload.look(0.0, 0.0, 3000)
False
>>> any(overload.look(n / 50, n * 64.0, 3000) for n in range(1, 40))
True
"""

from __future__ import annotations

from collections.abc import Sequence

from livecode.sound.layout import SCOPE_FRAMES

LONGEST_GAP = 0.06
"""Seconds between two looks above which the counter may have gone round unseen."""
WATCHED = 0.3
SLOW = 0.75
CROWD = 400
"""Synths below which no pattern is blamed."""
SHARE, LEAST = 0.1, 100.0


class Overload:
    """`look` often, with the second, the counter and the number of synths; True when it is too much."""

    def __init__(self, rate: float = 48000.0) -> None:
        self._rate = rate
        self._second = self._place = -1.0
        self._watched = self._moved = 0.0

    def look(self, second: float, place: float, synths: int) -> bool:
        """Whether too little sound has been made in the last third of a second."""
        gap = second - self._second
        known = 0.0 <= gap <= LONGEST_GAP and self._second >= 0
        moved = (place - self._place) % SCOPE_FRAMES
        self._second, self._place = second, place
        if not known or synths < CROWD:
            self._watched = self._moved = 0.0
            return False
        self._watched += gap
        self._moved += moved
        if self._watched < WATCHED:
            return False
        slow = self._moved < SLOW * self._watched * self._rate
        self._watched = self._moved = 0.0
        return slow


def greedy(weights: Sequence[float]) -> list[int]:
    """The slots that play so much more than others that they are to blame.

    >>> greedy([0.0, 4.0, 9000.0, 2000.0])
    [2, 3]
    """
    most = max(weights, default=0.0)
    return [slot for slot, weight in enumerate(weights) if weight > max(LEAST, SHARE * most)]
