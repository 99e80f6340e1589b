"""Recombination: new pieces out of beats of old ones, after David Cope.

```python
d3 >> recombine("bach chorales").synth("organ")
```

Nothing heavy is imported here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from livecode.generators.recombination.build import Recombination

__all__ = ["recombine"]


def recombine(corpus: Any = "bach chorales", **asked: Any) -> Recombination:
    """A new piece out of beats of old ones, every join one that their composer made.

    ```python
    d3 >> recombine("bach chorales", max_copy=4).voice(0).synth("reed")
    recombine("joplin", shaped_by="Maple Leaf Rag, bars 1 to 16")
    ```

    `corpus` is "bach chorales", "joplin", "polonaises", "dances" (the polonaises and a mazurka, in 3/4),
    "mozart quartets", or any corpus or folder of music in several parts. A beat may follow another when all
    its parts begin just where that one's own continuation goes, at the same place of the bar. `shaped_by`
    names the work whose phrases and tension are followed (another each time when none is named), `max_copy`
    the most beats in a row that may stand in a work (6; 0 for any); `temperature`, `bars` and `seed` are as
    for every composer. `.explain()` tells the work and beat of every note, `.report()` the longest run.
    Raises NameUnknown for a corpus or a work that is not there.

    After D. Cope, *Computers and Musical Style* (1991).
    """
    from livecode.generators.recombination.build import recombination

    return recombination(corpus, **asked)
