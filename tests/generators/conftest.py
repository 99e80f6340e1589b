"""Pools of composers that end with the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from walkers import Walker

from livecode.generators import stream
from livecode.generators.pool import Composers


@pytest.fixture
def walker() -> Walker:
    return Walker()


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Composers:
    """A pool that composes in this process."""
    pool = Composers(workers=0)
    monkeypatch.setattr(stream, "composers", lambda: pool)
    return pool


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Composers]:
    """A pool of one real worker process."""
    pool = Composers(workers=1, longest=20.0)
    monkeypatch.setattr(stream, "composers", lambda: pool)
    yield pool
    pool.stop()
