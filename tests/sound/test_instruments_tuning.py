"""Every pitched instrument over six octaves, with four different chances: within 3 cents in each."""

from __future__ import annotations

import pytest
from orchestra import OCTAVES, Orchestra
from test_instruments import FREE, PITCHED, cents_off, tune

from livecode.sound.declare import Instrument

pytestmark = pytest.mark.long
TUNED = [item for item in PITCHED if item.name not in FREE]


@pytest.fixture(scope="module", params=range(1, 5), ids=lambda seed: f"seed {seed}")
def band(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Orchestra:
    made = Orchestra(tmp_path_factory.mktemp("definitions"), request.param)
    for item in TUNED:
        tune(made, item, OCTAVES)
    made.perform()
    return made


@pytest.mark.parametrize("item", TUNED, ids=lambda item: item.name)
def test_is_in_tune_over_six_octaves(band: Orchestra, item: Instrument) -> None:
    off = cents_off(band, item, OCTAVES)
    assert max(abs(cents) for cents in off.values()) <= 3, off
