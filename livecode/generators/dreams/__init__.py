"""Dreams: feed a net something, a tune or a recording of anything, and it sees music in it.

```python
d2 >> dream(d1, layer=3, depth="<0 1 2 3>").synth("glass")
```

Nothing heavy is imported here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from livecode.generators.dreams.bank import Bank
    from livecode.generators.dreams.stream import Dream

__all__ = ["dream", "style"]


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


def style(source: Any = None, like: Any = None, **asked: Any) -> Bank:
    """A sound in the style of another, as samples: a voice that is rain, a texture without end, a dream.

    ```python
    d1 >> style("voice.wav", like="rain.wav").chop(8)
    ```

    `source` and `like` are sound files (WAV, FLAC, OGG, MP3). Without `source` it is a texture out of noise
    that sounds as `like` does, without end: its end leads to its beginning (loop points are in the file).
    Without `like` the features that answer in `source` grow, which is a dream. `seconds` (those of `source`,
    at most 6; 3 for a texture; 0.5 to 20), `keep` (0.05; more keeps more of `source`), `features` ("random",
    or "trained": those of models/ears), `seed`. It is made behind the music and plays as far as it is;
    `.wait()`, `.cancel()`, `.progress` and `.name` (for `s(...)`) are what one would think. Needs torch.
    Raises FileProblem for a file that cannot be heard, ControlError for a number out of its range.

    After D. Ulyanov and V. Lebedev, "Audio texture synthesis and style transfer" (2016).
    """
    from livecode.generators.dreams.bank import bank

    return bank(source, like, **asked)
