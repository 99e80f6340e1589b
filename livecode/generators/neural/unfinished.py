"""What is made a little further at each call, and kept between calls: dreams and painted sounds."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

Thing = TypeVar("Thing")


class Unfinished(Generic[Thing]):
    """The last things that were begun, by the `key` of their request.

    >>> sums = Unfinished(lambda request: [request["first"]], kept=1)
    >>> sums.of({"key": "a", "first": 3}).append(4)
    >>> sums.of({"key": "a", "first": 3}), sums.of({"key": "b", "first": 1}), len(sums.things)
    ([3, 4], [1], 1)
    """

    def __init__(self, begin: Callable[[dict[str, Any]], Thing], kept: int) -> None:
        self.begin, self.kept = begin, kept
        self.things: OrderedDict[str, Thing] = OrderedDict()

    def of(self, request: dict[str, Any]) -> Thing:
        """What a request has begun, or begins now; those not asked for longest are dropped."""
        key = str(request["key"])
        found = self.things.pop(key, None)
        thing = self.begin(request) if found is None else found
        self.things[key] = thing
        while len(self.things) > self.kept:
            self.things.popitem(last=False)
        return thing
