"""Playing with somebody: a composer listens to a musician, learns, and answers within the bar.

After F. Pachet's Continuator (*The Continuator: Musical interaction with style*, 2003) and G. Weinberg's
Shimon, who listen to a phrase and answer it in the manner of the one who played. Nothing heavy is imported
here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from livecode.generators.jamming.stream import Jam

__all__ = ["jam"]


def jam(
    heard: Any,
    with_: Any = None,
    answer: str = "call",
    bars: int | None = None,
    silence: str = "alone",
    seed: int | None = None,
    follow: Any = False,
) -> Jam:
    """Jam with somebody: a composer hears what is played, learns it, and answers in the next phrase.

    ```python
    d2 >> jam(note("0 2 [4 7] 9"), with_=markov("foster"), bars=1).synth("pluck")
    ```

    `heard` is `listen()`, another slot or a pattern. `with_` is any composer. `answer` is "call" (two bars
    you, two bars me; `bars` says how many) or "together" (it accompanies what is heard). When the player is
    silent it goes on by itself (`silence="alone"`) or waits ("rest"). The answer lies in the key, the
    register and the density of the call; a scale that was asked of the composer goes first. `follow=True`
    lets the set's tempo follow the player, gently and within 15 %; `follow=(90, 140)` within these bounds.
    `.explain()` says what was heard and what was answered. Raises ControlError for what is no composer.
    """
    from livecode.generators.jamming.stream import jammed

    return jammed(heard, with_, answer, bars, silence, seed, follow)
