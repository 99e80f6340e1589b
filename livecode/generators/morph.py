"""Two composers in one: somewhere between them, and moving.

After G. Weinberg's Shimon, which drifts between the habits of two players. Nothing heavy is imported here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from livecode.generators.stream import Stream

__all__ = ["blend", "morph"]


def morph(one: Any, other: Any, amount: Any = 0.5) -> Stream:
    """From one composer to another: 0 is the first, 1 the second, read at each phrase's start.

    ```python
    morph(markov("bach"), markov("foster"), sine.slow(16)).bars(2)
    ```

    What was asked of the first (bars, seed, constraints, parameters) holds for both. At 0 and at 1 the notes
    are those of the first and of the second.
    """
    from livecode.generators.between import between

    return between(one, other, amount)


def blend(one: Any, other: Any, amount: Any = 0.5) -> Stream:
    """A mixture of two composers: so much of the second, 0 to 1.

    ```python
    blend(markov("folk"), markov("foster"), 0.3)
    ```
    """
    return morph(one, other, amount)
