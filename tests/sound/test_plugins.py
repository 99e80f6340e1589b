"""sc3-plugins: used where present, never required."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from measuring import RATE, rms

from livecode.sound import plugins
from livecode.sound.catalogue import Catalogue
from livecode.sound.definitions import Definitions, frame_version
from livecode.sound.render import Renderer
from livecode.sound.scsyndef import read
from livecode.stage.offline import perform

FACTORY = Path(__file__).parents[2] / "sc"


@pytest.fixture(autouse=True)
def afresh() -> None:
    plugins.libraries.cache_clear()
    frame_version.cache_clear()
    yield  # type: ignore[misc]
    plugins.libraries.cache_clear()
    frame_version.cache_clear()


def units(tmp_path: Path) -> tuple[str, ...]:
    made = Definitions(Catalogue([FACTORY], cache=tmp_path)).for_orbit("jpverb")
    return read(made.data)[0].units


def test_without_the_plugin_the_hall_is_built_of_what_every_scsynth_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugins, "folders", list)
    assert "JPverbRaw" not in units(tmp_path)
    assert "AllpassN" in units(tmp_path)


def test_with_the_plugin_it_is_used_and_compiled_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugins, "folders", list)
    before = frame_version()
    (tmp_path / "plugins" / "SC3plugins").mkdir(parents=True)
    (tmp_path / "plugins" / "SC3plugins" / "JPverb.so").touch()
    monkeypatch.setattr(plugins, "folders", lambda: [tmp_path / "plugins"])
    monkeypatch.setattr("livecode.sound.engine.finding.find", lambda name="scsynth": Path("/usr/bin/scsynth"))
    plugins.libraries.cache_clear()
    frame_version.cache_clear()
    assert frame_version() != before
    assert "JPverbRaw" in units(tmp_path / "cache")


@pytest.mark.parametrize("word", ["plate", "jpverb"])
def test_another_reverb_takes_the_orbits_place_and_rings(tmp_path: Path, word: str) -> None:
    performance = perform(source=f'cps(1)\nd1 >> s("sn").room(0.8).size(0.8).{word}(1).slow(4)', cycles=2)
    assert not performance.notices
    target = tmp_path / "heard.wav"
    Renderer().render(performance.sends, performance.commands, 2.0, target, tail=0.1)
    sound, _ = soundfile.read(target, dtype="float32", always_2d=True)
    assert rms(np.asarray(sound)[int(1.2 * RATE) : int(1.4 * RATE)]) > -60
    loaded = [load.name for load in performance.loads if hasattr(load, "data")]
    assert any(word in name for name in loaded)


@pytest.mark.skipif(not plugins.has("JPverb"), reason="sudo apt install sc3-plugins-server")
def test_our_declaration_of_the_plugin_is_the_one_it_has(tmp_path: Path) -> None:
    """A wrong order of inputs would make it ring for ever, or not at all, or crash."""
    performance = perform(source='cps(1)\nd1 >> s("rim").room(1).size(0.5).jpverb(1).slow(8)', cycles=4)
    target = tmp_path / "heard.wav"
    Renderer(engine="scsynth").render(performance.sends, performance.commands, 4.0, target, tail=0.1)
    sound, _ = soundfile.read(target, dtype="float32", always_2d=True)
    early, late = (rms(np.asarray(sound)[int(at * RATE) : int((at + 0.2) * RATE)]) for at in (0.3, 3.5))
    assert early > -60
    assert late < early - 30
