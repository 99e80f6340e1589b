"""The stream of CPU Bach: its plan can be read ahead, its texture steered."""

from __future__ import annotations

from typing import Any, Self

from livecode.generators.rules.ruled import Ruled


class Bach(Ruled):
    """What CPU Bach plays.

    ```python
    d1 >> cpu_bach("chorale").texture("<2 4>/4").energy(0.8).synth("organ")
    ```
    """

    def texture(self, parts: Any) -> Self:
        """How many parts sound, 2 to 4 (1 leaves the top one): a number or a pattern of them."""
        return self.setting(texture=parts)
