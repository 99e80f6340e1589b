"""What holds for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def the_interpreter_stays_whole() -> Iterator[None]:
    """A C library once rewrote the byte that ends every OSC string (livecode/language/exact.py)."""
    yield
    assert [bytes([number])[0] for number in range(256)] == list(range(256))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that ask for more than the usual time begin first, so that none is left alone at the end."""
    items.sort(key=lambda item: item.get_closest_marker("timeout") is None)
