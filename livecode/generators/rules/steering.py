"""Numbers that steer a composer, kept within what it understands whatever a pattern says."""

from __future__ import annotations

import math

from livecode.generators.generator import Context


def steered(context: Context, name: str, default: float, low: float = 0.0, high: float = 1.0) -> float:
    """A parameter between two bounds; the default where it is no number.

    >>> steered(Context(parameters={"energy": 7.0}), "energy", 0.5)
    1.0
    """
    value = context.parameter(name, default)
    return default if math.isnan(value) else min(high, max(low, value))


def taste(context: Context, default: float) -> float:
    """The temperature: how much a search may prefer what is dearer, 0 to 4."""
    return steered(context, "temperature", default, 0.0, 4.0)
