"""Dreams: feed a net something, a tune or a recording of anything, and it sees music in it.

```python
d2 >> dream(d1, layer=3, depth="<0 1 2 3>").synth("glass")
```

Nothing heavy is imported here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from livecode.generators.dreams.stream import Dream

__all__ = ["dream"]


def dream(source: Any, net: str = "chorale", **asked: Any) -> Dream:
    """What a net dreams of a slot, a pattern or a recording: the same music, led to where the net hears most.

    ```python
    dream("0 2 4 7 9 7 4 2", layer=3, depth="<0 1 2 3>").synth("glass")
    ```

    `source` is a slot (`d1`), a pattern of notes, or a sound file ("washing.wav", also FLAC, OGG and MP3):
    then its rhythm, pitches and bands become the music that is dreamt of, looped in its own length. `depth`
    (2) is a number or a pattern, 0 to 8, read at each cycle: 0 is the source itself. `layer` (3) is the layer
    of the net that is to answer louder, counted from 1, `units` a list of its units (all), `towards` other
    music to drift to, `bars` (4) how much is dreamt at once, `seed` another dream. Needs torch. Raises
    NameUnknown for a net that is not there, FileProblem for a file that cannot be heard.

    After A. Mordvintsev, C. Olah and M. Tyka, "Inceptionism" (2015).
    """
    from livecode.generators.dreams.stream import dreaming

    return dreaming(source, net, **asked)
