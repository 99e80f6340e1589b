"""Where the tests of dreams keep what they hear and dream."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from recordings_made import RATE, SOUNDS


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("recordings")
    found = {}
    for name, make in SOUNDS.items():
        sound = make()
        found[name] = folder / f"{name}.wav"
        soundfile.write(found[name], 0.5 * sound / np.abs(sound).max(), RATE)
    return found


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is dreamt and heard is kept in a folder of the test session's own."""
    place = tmp_path_factory.getbasetemp() / "cache-of-dreams"
    monkeypatch.setenv("XDG_CACHE_HOME", str(place))
    return place
