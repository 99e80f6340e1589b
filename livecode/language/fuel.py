"""Fuel: a query that would make more events than the beat can carry is refused before it is made.

Two counts. `limit` is how many events a query may answer, 2000 a cycle unless the caller says otherwise.
`left` is how much work may be done on the way there, counted where events are first made: layers, masks and
filters need more events than they answer, so it is a multiple of the limit.

```python
with fuel(2000 * cycles):
    events = pattern.query(begin, begin + cycles)
```
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import Any

from livecode.errors import QueryTooDense

EVENTS_PER_CYCLE = 2000
WORK_PER_EVENT = 16
LOOKS = 400
"""How many events of patterns of patterns one query looks at to find out how long it takes to repeat."""


class Tank(threading.local):
    """What is left for the query this thread is answering; endless outside a query."""

    limit: float = inf
    left: float = inf
    looks: float = inf


tank = Tank()


def spend(amount: int) -> None:
    """Take fuel for `amount` events, before they are made. Raises QueryTooDense when it does not suffice."""
    left = tank.left - amount
    if left < 0:
        raise too_dense(max(amount, tank.limit * WORK_PER_EVENT - tank.left + amount))
    tank.left = left


def counted(amount: Any) -> int:
    """A number of parts, times or steps as a whole number. Raises QueryTooDense for more than 2000.

    >>> counted(4.0)
    4
    """
    number = int(amount)
    if abs(number) > EVENTS_PER_CYCLE:
        raise too_dense(abs(number))
    return number


def too_dense(events: float) -> QueryTooDense:
    """The error for a query that makes so many events."""
    limit = tank.limit if tank.limit != inf else EVENTS_PER_CYCLE
    return QueryTooDense(
        f"this makes {_number(events)} events where {_number(limit)} are allowed "
        f"({EVENTS_PER_CYCLE} a cycle): use a smaller fast, ply or *"
    )


def _number(amount: float) -> str:
    return f"{int(amount)}" if amount < 10_000_000 else f"{float(amount):.0e}"


@contextmanager
def fuel(limit: int) -> Iterator[None]:
    """Allow the queries made inside to answer `limit` events at most, in all the work on the way."""
    before = tank.limit, tank.left, tank.looks
    tank.limit, tank.left, tank.looks = limit, limit * WORK_PER_EVENT, LOOKS
    try:
        yield
    finally:
        tank.limit, tank.left, tank.looks = before
