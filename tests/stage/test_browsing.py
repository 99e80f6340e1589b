"""samples("kick"): looking for sounds, and hearing them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.errors import NameUnknown
from livecode.sound.command import BufferLoad
from livecode.sound.resolve import Resolver
from livecode.sound.samples import Samples
from livecode.stage.session import Session


@pytest.fixture
def session(tmp_path: Path) -> Session:
    for name in ("mykick/a.wav", "mykick/b.wav", "voices/la.wav"):
        path = tmp_path / "samples" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, np.zeros(480), 48000)

    def resolver() -> Resolver:
        samples = Samples([tmp_path / "samples"], tmp_path / "cache")
        return Resolver(samples=samples, cache=tmp_path / "cache")

    return Session("offline", journal=None, resolver=resolver)


def test_everything_whose_name_or_meaning_has_the_text_is_found(session: Session) -> None:
    found = session.samples("kick")
    assert "mykick" in found.names
    assert "bd" in found.names, "its description says that it is a kick"
    assert "voices" not in found.names
    assert len(session.samples()) > 100
    assert "samples" in repr(found)


def test_a_folder_named_exactly_shows_its_files(session: Session) -> None:
    found = session.samples("mykick")
    assert [(each.name, each.meaning) for each in found] == [("mykick:0", "a.wav"), ("mykick:1", "b.wav")]


def test_what_is_found_is_heard(session: Session) -> None:
    session.evaluate('samples("mykick").play()')
    loads = session._link.collector.loads  # type: ignore[union-attr]
    assert [Path(load.path).name for load in loads if isinstance(load, BufferLoad)] == ["a.wav", "b.wav"]
    session.evaluate('samples("pluck").play(0)')
    with pytest.raises(NameUnknown, match="nothing"):
        session.evaluate('samples("nothing").play()')


def test_nothing_found_is_said(session: Session) -> None:
    assert "nothing here sounds like 'zzz'" in repr(session.samples("ZZZ"))
