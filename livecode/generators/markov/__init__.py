"""Markov chains that learn from a corpus and play what might have been in it.

```python
d3 >> markov("foster", order=2).synth("organ")
```

Nothing heavy is imported here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from livecode.generators.markov.chain import Chain

__all__ = ["markov"]


def markov(corpus: Any = "folk", order: int | None = None, **asked: Any) -> Chain:
    """A melody that might have been in a corpus: each note drawn by what followed the notes before it.

    ```python
    markov("foster", order=2).seed(3)
    markov("bach", max_copy=8).begins("d").ends("a").in_scale("d minor")
    ```

    `corpus` is a name ("foster", "folk", "bach"), a folder of music, or a pattern or slot, whose first 32
    cycles are learnt. `order` is how many notes back the table looks, 1 to 12. `max_copy` is the longest run
    of notes that may stand in the corpus, in any key; `temperature` (1 as learnt), `bars` and `seed` are as
    for every composer.
    """
    from livecode.generators.markov.chain import chain

    return chain(corpus, order, **asked)
