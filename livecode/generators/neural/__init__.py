"""Nets that compose: trained with torch, played with NumPy.

```python
d4 >> neural("chorale", temperature=0.9).over(d3).synth("reed")
```

Nothing heavy is imported here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from livecode.generators.stream import Stream

__all__ = ["ensemble", "neural"]


def neural(name: str = "chorale", **asked: Any) -> Stream:
    """What a trained net composes: bars in as many voices as it has learned, new ones for ever.

    ```python
    neural("chorale", temperature=sine.slow(8).range(0.8, 1.2)).in_scale("d dorian").bars(2)
    ```

    `name` is a model in `models/`, or a path to its folder. Numbers, or patterns of them: `temperature` (0.8;
    1 as trained) and `top_p` (0.9 leaves out the rarest tenth; 1 nothing) say where a voice goes when it
    moves, `density` how often it does (above 1 oftener), `register` how many semitones higher, `mode` 1 for
    major and -1 for minor, `tension` 0 to 1, `learned` how much of what it learned on stage is heard (1),
    `candidates` how many versions are weighed when it plays `.over()` another part (6). `style` is a kind of
    tune, or a pattern of kinds, for nets that tell kinds apart:

    ```python
    neural("tiny", style="<jig reel slip:jig chorale>").synth("pluck")
    ```

    `bars` and `seed` are numbers; `device="cuda"` composes on a GPU. Raises NameUnknown for a model that is
    not there, FileProblem for a damaged one, GeneratorError for a device that is not there, ControlError for
    a style that it has not learned.
    """
    from livecode.generators.neural.build import Trained
    from livecode.generators.neural.styles import checked_style
    from livecode.generators.stream import Stream

    bars, seed, device = asked.pop("bars", 4), asked.pop("seed", 0), asked.pop("device", "")
    style = asked.pop("style", None)
    net = Trained.of(name, device)
    made = Stream(net, bars=bars, seed=seed, name=f"neural {name}", **checked(asked))
    return (
        made
        if style is None
        else made.constrained(style=checked_style(net.styles, style, Path(str(name)).name))
    )


def ensemble(
    soprano: Any = None,
    alto: Any = None,
    tenor: Any = None,
    bass: Any = None,
    *,
    name: str = "ensemble",
    **asked: Any,
) -> Stream:
    """A net for each voice and a deeper one that combines them; any voice can be another composer's.

    ```python
    ensemble(soprano=neural("folk"), temperature=0.9).in_scale("d major").bars(2)
    ```

    A voice is a net of one voice by its name, heard by the deeper net, or any composer (`markov("folk")`),
    which makes its line first; the others sing around it. Evaluated again with another one, the voice changes
    at the next phrase. `name` is a model trained with `--members`; the rest is as for `neural`. Raises
    ControlError for a member that is no composer, NameUnknown for a net that is not there.
    """
    from livecode.generators.neural.gathering import gathered
    from livecode.generators.stream import Stream

    bars, seed = asked.pop("bars", 4), asked.pop("seed", 0)
    members = {"soprano": soprano, "alto": alto, "tenor": tenor, "bass": bass}
    return Stream(gathered(name, members), bars=bars, seed=seed, name=name, **checked(asked))


def checked(asked: dict[str, Any]) -> dict[str, Any]:
    """What was asked of a net by name; ControlError for what it does not have."""
    from livecode.errors import ControlError, nearest

    for given in asked:
        if given not in PARAMETERS:
            near = nearest(given, PARAMETERS)
            cure = f"did you mean {near!r}?" if near else f"it has {', '.join(PARAMETERS)}"
            raise ControlError(f"a net has no parameter called {given!r}: {cure}")
    return asked


PARAMETERS = ("temperature", "top_p", "density", "register", "mode", "tension", "learned", "candidates")
"""What may be asked of a net by number or pattern."""
