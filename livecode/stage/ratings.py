"""Ratings: `+` and `-` typed while something plays, handed to whoever asked for them.

A composer that learns what the performer likes listens here; the prompt, an editor or a notebook speaks.

>>> ratings = Ratings(lambda: 4.25)
>>> ratings.listen(lambda rating: print(rating.value, rating.cycle))
>>> ratings.give(1)
1 4.25
True
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from livecode.errors import ControlError, one_line


@dataclass(frozen=True, slots=True)
class Rating:
    """One judgement: `value` +1 or -1, the cycle that sounded, and the monotonic second of the key."""

    value: int
    cycle: float
    at: float = field(default_factory=time.monotonic)


Listener = Callable[[Rating], str | None]
"""Called with each rating, in the thread of the key: be quick. A text that it returns is shown."""


class Ratings:
    """Passes ratings on. `write` keeps each in the journal, `say` shows a line."""

    def __init__(
        self,
        now: Callable[[], float],
        write: Callable[[Rating], None] | None = None,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self._now, self._write, self._say = now, write, say
        self._listeners: list[Listener] = []
        self._guard = threading.Lock()

    @property
    def wanted(self) -> bool:
        """Whether anybody listens; where nobody does, `+` and `-` are letters like any other."""
        return bool(self._listeners)

    def listen(self, callback: Listener) -> None:
        """Call back with every rating to come."""
        with self._guard:
            if callback not in self._listeners:
                self._listeners.append(callback)

    def unlisten(self, callback: Listener) -> None:
        """Stop calling back."""
        with self._guard:
            if callback in self._listeners:
                self._listeners.remove(callback)

    def give(self, value: int) -> bool:
        """Rate what sounds now: +1 for more of this, -1 for less. False when nobody listens.

        Raises ControlError for other numbers.
        """
        if isinstance(value, bool) or value not in (1, -1):
            raise ControlError(f"a rating is 1 or -1, not {value!r}: + says more of this, - less")
        with self._guard:
            listeners = list(self._listeners)
        if not listeners:
            return False
        rating = Rating(int(value), self._now())
        if self._write is not None:
            self._write(rating)
        for callback in listeners:
            try:
                said = callback(rating)
            except Exception as error:
                said = f"a rating was not taken: {one_line(error)}"
            if said and self._say is not None:
                self._say(said)
        return True
