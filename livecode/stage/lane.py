"""A lane: what one slot is going to play, as the sender holds it.

The front fills it cycle by cycle, the sender takes from its head what is due. When the front falls behind
or is gone, the lane repeats its last cycle; when the front comes back, what was repeated but not yet sent
makes way for the real thing.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Iterable
from math import ceil, inf

from msgspec.structs import replace

from livecode.sound.command import Note
from livecode.stage.protocol import Hold, Playable

ROUNDING = 1e-6
"""Cycles by which a time may be off after it was seconds."""


class Lane:
    """Notes of one slot in order of time, and up to which cycle they are known.

    >>> lane = Lane()
    >>> lane.hold(Hold(1, 1, 0.0, 1.0, [Note(0.0, 0.5, "x", 1), Note(0.5, 0.5, "x", 1)]))
    >>> [note.begin for note in lane.take(0.25)]
    [0.0]
    >>> [note.begin for note in lane.take(1.75)]
    [0.5, 1.0, 1.5]
    """

    __slots__ = (
        "_ahead", "_past", "due", "epoch", "held", "looped", "playing", "repeats", "replaced", "taken",
    )  # fmt: skip

    def __init__(self) -> None:
        self.due = inf
        """The cycle at which it next has something to give: a note held, or a cycle to repeat."""
        self.taken = -inf
        """The cycle up to which all has been taken."""
        self.epoch = 0
        self.held = inf
        self.playing = False
        self.looped = 0
        self.replaced = 0
        self.repeats: list[tuple[float, float, float]] = []
        self._ahead: deque[Playable] = deque()
        self._past: deque[Playable] = deque()

    def __len__(self) -> int:
        return len(self._ahead)

    def hold(self, hold: Hold) -> None:
        """Take in what the front has prepared.

        What comes for a time that has gone is not played late, but it is what will be repeated if need be.
        """
        if hold.epoch < self.epoch:
            return
        behind = self.playing and hold.begin < self.taken
        if hold.epoch > self.epoch or hold.begin < self.held:
            # Whatever waits from here on belongs to an older pattern, or is only a repetition.
            self._cut(hold.begin)
            self._forget_repeats(max(hold.begin, self.taken))
        self.epoch = hold.epoch
        self.held = hold.end
        self.playing = hold.end != inf or bool(hold.notes)
        if not behind:
            self.add(hold.notes)
            return
        gone = [note for note in hold.notes if note.begin < self.taken]
        self.replaced += len(gone)
        kept = [note for note in self._past if note.begin < hold.begin]
        self._past = deque([*kept, *sorted(gone, key=_begin)])
        self.add([note for note in hold.notes if note.begin >= self.taken])

    def add(self, notes: Iterable[Playable]) -> None:
        """More notes, in any order."""
        ahead = self._ahead
        for note in sorted(notes, key=_begin):
            if not ahead or ahead[-1].begin <= note.begin:
                ahead.append(note)
            else:
                kept = list(ahead)
                insort(kept, note, key=_begin)
                ahead = self._ahead = deque(kept)
        self._settle()

    def take(self, until: float) -> list[Playable]:
        """The notes before a cycle, oldest first; they leave the lane.

        Where the lane is known only up to an earlier cycle, its last cycle is repeated to get there.
        """
        if 0 < until - self.held < ROUNDING:
            # Seconds made cycles and back: nothing is missing yet; what begins right here is to come.
            until = self.held
        while self.held < until and self.playing:
            self._loop(until)
        self.taken = max(self.taken, until)
        ahead = self._ahead
        if not ahead or ahead[0].begin >= until:
            self._settle()
            return []
        taken: list[Playable] = []
        while ahead and ahead[0].begin < until:
            taken.append(ahead.popleft())
        past = self._past
        past.extend(taken)
        oldest = min(self.held, until) - 4.0
        while past and past[0].begin < oldest:
            past.popleft()
        self._settle()
        return taken

    def clear(self) -> None:
        """Hold nothing, play nothing."""
        self._ahead.clear()
        self._past.clear()
        self.held = inf
        self.playing = False
        self._forget_repeats(self.taken)
        self._settle()

    def repeated(self) -> list[tuple[float, float, float]]:
        """Repetitions that have been sent since last asked: (begin, end, how many cycles earlier)."""
        if not self.repeats:
            return []
        done = [each for each in self.repeats if each[1] <= self.taken]
        self.repeats = [each for each in self.repeats if each[1] > self.taken]
        return done

    def _settle(self) -> None:
        begin = self._ahead[0].begin if self._ahead else inf
        self.due = self.held if self.playing and self.held < begin else begin

    def _forget_repeats(self, begin: float) -> None:
        if self.repeats:
            kept = [(first, min(last, begin), by) for first, last, by in self.repeats]
            self.repeats = [each for each in kept if each[0] < each[1]]

    def _cut(self, begin: float) -> None:
        ahead = self._ahead
        while ahead and ahead[-1].begin >= begin:
            ahead.pop()

    def _loop(self, until: float) -> None:
        """Repeat the cycle before `held`; a lane far behind goes on near `until`, on the grid."""
        end = self.held
        cycle = [note for note in (*self._past, *self._ahead) if end - 1.0 <= note.begin < end]
        by = float(max(1, ceil(until - end)))
        moved = [replace(note, begin=note.begin + by) for note in cycle]
        moved = [note for note in moved if note.begin >= self.taken]
        self.add(moved)
        self.looped += len(moved)
        self.repeats.append((max(end + by - 1.0, self.taken), end + by, by))
        self.held = end + by


def _begin(note: Playable) -> float:
    """When a note is due in the lane; a negative nudge asks for it earlier."""
    return note.begin


__all__ = ["Lane", "Note"]
