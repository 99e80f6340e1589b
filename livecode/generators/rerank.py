"""The best of several phrases, and composers kept from another day. Nothing heavy is imported here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from livecode.generators.stream import Stream

__all__ = ["kept", "rerank"]


def rerank(composer: Any, by: Any, candidates: int = 8) -> Stream:
    """Let a composer make several phrases and play the best of them.

    ```python
    d3 >> rerank(markov("folk"), by="-leaps").synth("flute")
    d4 >> rerank(markov("foster", order=3), by=markov("folk"))
    ```

    `by` is an attribute ("leaps", "height", "density", ...; "-leaps" for the fewest), several with weights
    ({"leaps": -1, "height": 0.5}), another composer (the phrase it finds likeliest), or a function of a
    phrase that gives a number. `candidates` is 2 to 64. Raises ControlError for anything else.
    """
    from livecode.generators.choosing import chosen

    return chosen(composer, by, candidates)


def kept(name: str) -> Stream:
    """A composer that was kept with `.keep(name)`: its model and all that was asked of it.

    ```python
    d3 >> kept("calm folk").synth("flute")
    ```

    Raises NameUnknown for a name that nothing was kept under.
    """
    from livecode.generators.keeping import opened

    return opened(name)
