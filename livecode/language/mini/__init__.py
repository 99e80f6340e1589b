"""The mini-notation: rhythm written as text."""

from __future__ import annotations

from livecode.language.combine import fastcat
from livecode.language.pattern import Pattern, pure


def mini(text: str) -> Pattern:
    """A pattern written in mini-notation."""
    return fastcat(*(pure(word) for word in text.split()))
