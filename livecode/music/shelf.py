"""Music to learn from, by name or from a folder. Nothing heavy is imported here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from livecode.music.corpus import Corpus

__all__ = ["corpus"]


def corpus(name: Any) -> Corpus:
    """Music to learn from: "foster", "folk", "bach chorales", "essen", or all that lies in a folder.

    ```python
    tunes = corpus("~/tunes")
    markov(tunes, order=3).learn(d1)
    recombine(tunes)
    ```

    A folder may hold MIDI, **kern, ABC and MusicXML, in folders of their own too; files are read once, with a
    bar to watch, and kept. What cannot be read is named, with the reason, in `tunes.skipped`. Raises
    NameUnknown for a name or a folder that is not there, CorpusError when nothing in it can be read.
    """
    from livecode.music.corpus import corpus as read

    return read(name)
