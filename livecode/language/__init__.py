"""Patterns: exact time, events, the mini-notation and the functions that transform them.

Everything a performer types comes from here: `from livecode.language import mini, every, rev, fast`.
"""

from __future__ import annotations

import importlib

from livecode.language.exact import Fraction
from livecode.language.fuel import fuel
from livecode.language.mini import mini
from livecode.language.pattern import VARIES, Pattern, nothing, pure, silence, steady
from livecode.language.registry import REGISTRY, Entry, exports
from livecode.language.reify import reify
from livecode.language.time import Event, Span, to_time

MODULES = (
    "combine",
    "joins",
    "transform",
    "chance",
    "euclid",
    "operators",
    "values",
    "signals",
    "modulation",
    "controls",
    "pitch",
    "harmony",
    "arpeggios",
    "timing",
    "rhythm",
    "stepwise",
    "picking",
    "repeating",
    "samples",
    "sometimes",
    "forms",
    "intensity",
    "growth",
    "loops",
    "following",
    "weaving",
    "layering",
    "placing",
    "cycles",
    "measures",
    "methods",
)
"""The modules whose functions make up the language; each registers its own."""

for _module in MODULES:
    importlib.import_module(f"livecode.language.{_module}")

globals().update(exports())

__all__ = [
    "REGISTRY",
    "VARIES",
    "Entry",
    "Event",
    "Fraction",
    "Pattern",
    "Span",
    "fuel",
    "mini",
    "nothing",
    "pure",
    "reify",
    "silence",
    "steady",
    "to_time",
]
__all__ += sorted(exports())
