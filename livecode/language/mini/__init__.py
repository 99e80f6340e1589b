"""The mini-notation: rhythm written as text.

Text is read (`parser`) into a tree (`tree`), weighed before anything is built (`measure`) and made a pattern
(`interpreter`).
"""

from __future__ import annotations

import gc
from zlib import crc32

from livecode.errors import PatternError
from livecode.language.mini.interpreter import Interpreter
from livecode.language.mini.parser import parse
from livecode.language.pattern import Pattern

_LONG = 500


def mini(text: str, source: int | None = None, *, filled: bool = False) -> Pattern:
    """A pattern written in mini-notation.

    >>> mini("bd [hh sn]*2").first_cycle()
    [(0..1/2) 'bd', (1/2..5/8) 'hh', (5/8..3/4) 'sn', (3/4..7/8) 'hh', (7/8..1) 'sn']

    Every event knows the characters it came from; `source` is the number of the text in those locations, made
    from the text itself when none is given. `filled` has `t(3,8)` be false where it rests. Raises
    NotationError with the column of what cannot be read.
    """
    if not isinstance(text, str):
        raise PatternError(f"mini-notation is text, not {text!r}: write mini('bd sn')")
    interpreter = Interpreter(source_of(text) if source is None else source, filled)
    if len(text) < _LONG or not gc.isenabled():
        return interpreter.pattern(parse(text))
    # Thousands of small objects made at once, all kept: collecting in between costs more than the reading.
    gc.disable()
    try:
        return interpreter.pattern(parse(text))
    finally:
        gc.enable()


def source_of(text: str) -> int:
    """The number that stands for a text in locations: the same in every process."""
    return crc32(text.encode("utf-8", "surrogatepass"))


__all__ = ["mini", "parse", "source_of"]
