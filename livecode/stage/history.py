"""Undo and redo: every evaluation leaves a step, and one can walk back and forth over them.

>>> history = History(Scene())
>>> step = history.add("tempo(90)", Scene(bpm=90.0), 0.0)
>>> history.back().bpm, history.forth().bpm, history.forth() is None
(120.0, 90.0, True)
"""

from __future__ import annotations

from dataclasses import dataclass

from livecode.stage.scene import Scene, Take

MOST_STEPS = 1000


@dataclass(frozen=True)
class Step:
    """One evaluation: its number, its text, the cycle at which it was made, whether it is in force."""

    number: int
    source: str
    at_cycle: float
    scene: Scene
    current: bool = False


class History:
    """The scenes of a set in the order they were made, with a finger on the present one.

    A new step after some undoing forgets the steps that were undone, as in an editor.
    """

    def __init__(self, first: Scene) -> None:
        self._steps = [Step(0, "", 0.0, first)]
        self._at = 0
        self._number = 0

    @property
    def present(self) -> Scene:
        """The scene under the finger."""
        return self._steps[self._at].scene

    def add(self, source: str, scene: Scene, at_cycle: float) -> Step:
        """A new scene after the present one."""
        self._number += 1
        step = Step(self._number, source, at_cycle, scene)
        del self._steps[self._at + 1 :]
        self._steps.append(step)
        if len(self._steps) > MOST_STEPS:
            del self._steps[0]
        self._at = len(self._steps) - 1
        return step

    def back(self) -> Scene | None:
        """One step back; None at the beginning."""
        if self._at == 0:
            return None
        self._at -= 1
        return self.present

    def forth(self) -> Scene | None:
        """One step forward again; None at the end."""
        if self._at + 1 >= len(self._steps):
            return None
        self._at += 1
        return self.present

    def steps(self) -> list[Step]:
        """Every step, the oldest first."""
        return [
            Step(step.number, step.source, step.at_cycle, step.scene, place == self._at)
            for place, step in enumerate(self._steps)
            if step.number
        ]


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
        del self._takes[:-MOST_STEPS]
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
