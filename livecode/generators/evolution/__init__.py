"""Songs that evolve: thousands at once, bred for what the performer asks or the listener likes.

```python
g = evolve(["folk"], fitness=in_key("d dorian") + small_leaps() + chords("<dm7 g7>"))
d1 >> g.synth("flute")
```

After D. Horowitz ("Generating rhythms with genetic algorithms", 1994), J. A. Biles' GenJam (1994), and the
listener-rated songs that the seed of this project describes. Nothing heavy is imported here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from livecode.generators.evolution.evolving import Evolving

__all__ = ["evolve"]


def evolve(seeds: Any = None, fitness: Any = None, **asked: Any) -> Evolving:
    """Breed songs and play the best so far, phrase after phrase, while the others go on evolving.

    ```python
    evolve(["folk"], fitness=in_key("d dorian") + small_leaps() + chords())
    evolve(["foster", d2], fitness=taste + 0.5 * returns(), population=512).bars(4)
    ```

    `seeds`: corpora by name, composers, slots, patterns, phrases, or "chance" (as is nothing). `fitness`:
    terms such as `in_key()`, added and multiplied, with numbers or patterns as weights; a function of yours
    gets `songs` (arrays `pitch`, `struck`, `duration`, ... of songs x voices x steps) and gives a number for
    each song. Where none of it speaks of time, `rhythm()` is added. `generations` (8) between phrases,
    `temperature` (1) of the changes and `among` (1; 4 takes turns among the best of four niches) may be
    patterns; `population` (256), `islands` (4), `voices` (1), `grid` (4 steps to a quarter note), `key` and
    `device` ("cpu", or "cuda" with torch) are fixed.
    """
    from livecode.generators.evolution.build import evolving

    return evolving(seeds, fitness, asked)
