"""Memories that nobody asks any more are let go.

Whatever a set has played can be brought back by undo, so its patterns live as long as the evening. What they
remember of their answers need not: it can be worked out again. A memory says `remembers(self)` when something
is put in it, and `forget_unasked()`, called every half minute while a set plays, empties those that
were not asked since the last time.
"""

from __future__ import annotations

from typing import Protocol
from weakref import WeakValueDictionary


class Memory(Protocol):
    """Something that remembers answers. `asked` becomes true with each question."""

    asked: bool

    def forget(self) -> None:
        """Let go of all answers; they come out the same when asked for again."""


_memories: WeakValueDictionary[int, Memory] = WeakValueDictionary()


def remembers(memory: Memory) -> None:
    """Something has been put in a memory."""
    _memories[id(memory)] = memory


def forget_unasked() -> int:
    """Empty the memories that were not asked since the last call; how many.

    >>> class Kept:
    ...     asked = True
    ...     def forget(self): print("forgotten")
    >>> kept = Kept()
    >>> remembers(kept)
    >>> first = forget_unasked()
    >>> forget_unasked() > 0
    forgotten
    True
    """
    emptied = 0
    # A list of references is made in one go: other threads put memories in meanwhile.
    for reference in _memories.valuerefs():
        memory = reference()
        if memory is None:
            continue
        if memory.asked:
            memory.asked = False
            continue
        _memories.pop(id(memory), None)
        memory.forget()
        emptied += 1
    return emptied
