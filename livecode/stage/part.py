"""A part: what the front knows of one slot's future, and what it has played."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass, field
from math import inf

from livecode.stage.history import SlotHistory
from livecode.stage.prepare import Heard, Prepared
from livecode.stage.scene import Take

KEPT_LIT = 512
SEEN_CYCLES = 8.0
"""Cycles for which what has been played can be looked at."""


@dataclass
class Part:
    """What the front knows of one slot's future.

    `plan` lists (cycle, take) in order, a take holding from its cycle on; `held` is the cycle up to which the
    sender has been told; `epoch` rises with each change, so that answers to older questions are recognised;
    `momentary`: what it last answered may come out differently at another moment.
    """

    slot: int
    plan: list[tuple[float, Take | None]] = field(default_factory=lambda: [(-inf, None)])
    held: float = inf
    epoch: int = 0
    takes: SlotHistory = field(default_factory=SlotHistory)
    ready: dict[tuple[int, int], Prepared] = field(default_factory=dict)
    lit: deque[tuple[float, float, Heard]] = field(default_factory=lambda: deque(maxlen=KEPT_LIT))
    said: set[str] = field(default_factory=set)
    density: int = 0
    momentary: bool = False

    def take_at(self, cycle: float) -> Take | None:
        """The take that holds at a cycle."""
        return self.plan[max(0, bisect_right(self.plan, cycle, key=_from) - 1)][1]

    def next_change(self, cycle: float) -> float:
        """The first cycle after this one at which another take begins, `inf` when none does."""
        place = bisect_right(self.plan, cycle, key=_from)
        return self.plan[place][0] if place < len(self.plan) else inf

    def swap(self, plan: list[tuple[float, Take | None]]) -> None:
        """Play other takes, each from its cycle on."""
        begin = plan[0][0]
        kept = [entry for entry in self.plan if entry[0] < begin]
        self.plan = [*(kept[-8:] or [(-inf, None)]), *plan]
        self.renew(begin)

    def renew(self, cycle: float) -> None:
        """Ask again for everything from a cycle on."""
        self.epoch += 1
        self.held = min(self.held, cycle)
        self.said.clear()
        while self.lit and self.lit[-1][0] >= cycle:
            self.lit.pop()

    def forget(self, cycle: float) -> None:
        """Let go of what was over long before a cycle."""
        while self.lit and self.lit[0][1] < cycle - SEEN_CYCLES:
            self.lit.popleft()
        for key in [key for key in self.ready if key[1] < cycle - SEEN_CYCLES]:
            del self.ready[key]


def _from(entry: tuple[float, Take | None]) -> float:
    return entry[0]
