"""Nets that compose: trained with torch, played with NumPy.

```python
d4 >> neural("chorale", temperature=0.9).over(d3).synth("reed")
```

Nothing heavy is imported here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from livecode.generators.stream import Stream

__all__ = ["neural"]


def neural(name: str = "chorale", **asked: Any) -> Stream:
    """What a trained net composes: bars in as many voices as it has learned, new ones for ever.

    ```python
    neural("chorale", temperature=sine.slow(8).range(0.8, 1.2)).in_scale("d dorian").bars(2)
    ```

    `name` is a model in `models/`, or a path to its folder. `temperature` (0.8; 1 as trained) and `top_p`
    (0.9 leaves out the rarest tenth; 1 nothing) say where a voice goes when it moves, `density` how
    often it does (above 1 oftener), `candidates` how many versions are weighed when it plays `.over()`
    another part (6): numbers, or patterns of them. `bars` and `seed` are numbers. Raises NameUnknown for a
    model that is not there, FileProblem for a damaged one.
    """
    from livecode.errors import ControlError, nearest
    from livecode.generators.neural.build import composer
    from livecode.generators.stream import Stream

    bars, seed = asked.pop("bars", 4), asked.pop("seed", 0)
    for given in asked:
        if given not in PARAMETERS:
            near = nearest(given, PARAMETERS)
            cure = f"did you mean {near!r}?" if near else f"it has {', '.join(PARAMETERS)}"
            raise ControlError(f"a net has no parameter called {given!r}: {cure}")
    return Stream(composer(name), bars=bars, seed=seed, name=f"neural {name}", **asked)


PARAMETERS = ("temperature", "top_p", "density", "register", "mode", "tension", "style", "candidates")
"""What may be asked of a net by number or pattern."""
