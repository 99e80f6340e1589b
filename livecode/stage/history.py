"""Undo and redo: every evaluation leaves a step, and one can walk back and forth over them.

>>> history = History(Scene())
>>> step = history.add("tempo(90)", Scene(bpm=90.0), 0.0)
>>> history.back().bpm, history.forth().bpm, history.forth() is None
(120.0, 90.0, True)
>>> history.back().bpm, history.add("tempo(70)", Scene(bpm=70.0), 1.0).parent, history.go(1).bpm
(120.0, 0, 90.0)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from livecode.stage.scene import Scene, Take

MOST_STEPS = 1000
MOST_TAKES = 128
"""How far back one slot can be taken by itself."""


@dataclass(frozen=True)
class Step:
    """One evaluation: its number, its text, the cycle at which it was made, whether it is in force.

    `parent` is the step it was made after: 0 the beginning.
    """

    number: int
    source: str
    at_cycle: float
    scene: Scene
    current: bool = False
    parent: int = 0

    def __str__(self) -> str:
        mark = "*" if self.current else " "
        after = "" if self.parent == self.number - 1 else f", after step {self.parent}"
        text = " ".join(self.source.split())
        text = text if len(text) <= 60 else text[:57] + "..."
        return f"{mark}{self.number:4d}  {text}  (cycle {self.at_cycle:.2f}{after})"


class History:
    """The scenes of a set as a tree, with a finger on the present one.

    A new step after some undoing grows a branch; what was undone stays where it was and can be reached by its
    number.
    """

    def __init__(self, first: Scene) -> None:
        self._steps = {0: Step(0, "", 0.0, first)}
        self._next: dict[int, int] = {}
        self._at = 0
        self._number = 0

    @property
    def present(self) -> Scene:
        """The scene under the finger."""
        return self._steps[self._at].scene

    def add(self, source: str, scene: Scene, at_cycle: float) -> Step:
        """A new scene after the present one."""
        self._number += 1
        step = Step(self._number, source, at_cycle, scene, parent=self._at)
        self._steps[step.number] = step
        self._next[self._at] = self._at = step.number
        if len(self._steps) > MOST_STEPS:
            oldest = next(iter(self._steps))
            del self._steps[oldest]
            self._next.pop(oldest, None)
        return step

    def back(self) -> Scene | None:
        """One step back; None at the beginning."""
        parent = self._steps[self._at].parent
        if self._at == 0 or parent not in self._steps:
            return None
        self._next[parent] = self._at
        self._at = parent
        return self.present

    def forth(self) -> Scene | None:
        """One step forward again, on the branch last walked; None at the end."""
        following = self._next.get(self._at)
        if following not in self._steps:
            return None
        self._at = following
        return self.present

    def go(self, number: int) -> Scene | None:
        """To any step, on whatever branch; None when there is none of this number."""
        if number not in self._steps:
            return None
        self._at = number
        return self.present

    def step(self, number: int) -> Step | None:
        """The step of this number."""
        return self._steps.get(number)

    def steps(self) -> list[Step]:
        """Every step, the oldest first."""
        steps = [step for step in self._steps.values() if step.number]
        return [replace(step, current=step.number == self._at) for step in steps]


class SlotHistory:
    """What one slot has played, for `d1.undo()`."""

    def __init__(self) -> None:
        self._takes: list[Take | None] = [None]
        self._at = 0

    def add(self, take: Take | None) -> None:
        """The slot plays something else now."""
        if take is self._takes[self._at]:
            return
        del self._takes[self._at + 1 :]
        self._takes.append(take)
        del self._takes[:-MOST_TAKES]
        self._at = len(self._takes) - 1

    def show(self, take: Take | None) -> None:
        """The slot plays a take again that it has played before, because the whole set was undone."""
        for place, each in enumerate(self._takes):
            if each is take:
                self._at = place
                return
        self.add(take)

    def back(self) -> tuple[bool, Take | None]:
        """Whether there was an earlier take, and which."""
        if self._at == 0:
            return False, None
        self._at -= 1
        return True, self._takes[self._at]

    def forth(self) -> tuple[bool, Take | None]:
        """Whether there was a later take, and which."""
        if self._at + 1 >= len(self._takes):
            return False, None
        self._at += 1
        return True, self._takes[self._at]

    def good_before(self, take: Take) -> Take | None:
        """The last take before this one that has not failed, None for silence."""
        place = next((n for n, each in enumerate(self._takes) if each is take), len(self._takes))
        for each in reversed(self._takes[:place]):
            if each is not None and each.fault is None:
                return each
        return None
