"""What holds for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def the_interpreter_stays_whole() -> Iterator[None]:
    """A C library once rewrote the byte that ends every OSC string (livecode/language/exact.py)."""
    yield
    assert [bytes([number])[0] for number in range(256)] == list(range(256))
