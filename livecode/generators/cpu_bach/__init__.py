"""Music in Bach's manner, planned from the top down and without end.

```python
d1 >> cpu_bach("invention", seed=4).energy(sine.slow(16)).synth("harpsichord")
```

Nothing heavy is imported here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from livecode.generators.cpu_bach.stream import Bach

__all__ = ["cpu_bach"]


def cpu_bach(form: str = "chorale", voices: int | None = None, **asked: Any) -> Bach:
    """Chorales, inventions, preludes and fugues in Bach's manner, composed as they play, for hours.

    ```python
    cpu_bach("fugue", key="g minor", seed=3)
    cpu_bach("toccata").energy(sine.slow(32)).key("<d:minor f:major>/16").texture(3)
    ```

    `form` is "chorale", "invention", "toccata" or "fugue". Sixteen phrases make a piece with a plan of keys
    and cadences, which `.explain()` tells; then the next piece begins. `energy` (0 to 1: how many notes,
    how loud), `key` (home) and `texture` (how many parts, 2 to 4) steer it as it plays.
    `.in_scale("d minor")` is the home key too: pieces go to other keys and come back, with the notes of
    those keys on the way. After S. Meier and J. L. Briggs, US patent 5,496,962 (1996).
    """
    from livecode.generators.cpu_bach.composer import CpuBach, checked_form, checked_voices
    from livecode.generators.cpu_bach.stream import Bach
    from livecode.generators.rules.ruled import asked_of
    from livecode.generators.rules.spoken import plain_key

    name = checked_form(form)
    made = CpuBach(name, plain_key(asked), checked_voices(voices))
    return asked_of(Bach, made, f"cpu bach {name}", asked)
