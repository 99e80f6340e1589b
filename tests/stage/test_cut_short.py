"""Recordings that end badly: what there is can be read, one line says so, and the music plays on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import soundfile

from livecode.config import Config
from livecode.stage.session import Session

pytestmark = [pytest.mark.sound, pytest.mark.long, pytest.mark.timeout(120)]


def wait_for(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not happen"
        time.sleep(0.02)


class Set:
    """A session that plays in two orbits, and what it said."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.said: list[str] = []
        session.listen(lambda notice: self.said.append(notice.text))
        session.wait(20.0)
        session.evaluate('d1 >> s("bd*8")\nd2 >> s("hh*8").orbit(3)')
        wait_for(lambda: session.now() > 0.5)

    def plays_on(self) -> None:
        """Strokes go out, none lost or dropped."""
        before = self.session.status()
        wait_for(lambda: self.session.status().sent >= before.sent + 8)
        assert (self.session.status().lost, self.session.status().dropped) == (before.lost, before.dropped)

    def about(self, word: str) -> list[str]:
        return [text for text in self.said if word in text]


@pytest.fixture
def playing() -> Iterator[Set]:
    with Session("live", config=Config(device="dummy"), journal=None) as session:
        yield Set(session)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of three megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)]
    if not sys.platform.startswith("linux") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize("ending", ["wav", "flac"])
def test_a_disk_that_gets_full_ends_the_recording_and_not_the_music(
    playing: Set, small_disk: Path, ending: str
) -> None:
    take = playing.session.record(small_disk / f"take.{ending}", stems=True)
    wait_for(lambda: not take.running, 25.0)
    assert playing.about("take") == ["take.wav was cut short after 2.7 s: no space left on the disk"]
    playing.plays_on()
    files = sorted(small_disk.iterdir())
    assert [file.name for file in files] == ["take-orbit-0.wav", "take-orbit-3.wav", "take.wav"]
    for file in files:
        sound, rate = soundfile.read(file)
        assert len(sound) > 2 * rate and abs(sound).max() > 0.01
    again = playing.session.record(small_disk / "again.wav")
    wait_for(lambda: not again.running)
    assert len(playing.about("again.wav: no space left on the disk")) == 1
    files[0].unlink()
    files[1].unlink()
    third = playing.session.record(small_disk / "third.wav")
    wait_for(lambda: third.seconds > 1.5)
    assert soundfile.info(third.stop()).duration > 0.8


@pytest.mark.parametrize("victim", ["scsynth", "sender"])
@pytest.mark.parametrize("ending", ["wav", "flac"])
def test_what_was_recorded_before_a_crash_can_be_read(
    playing: Set, tmp_path: Path, victim: str, ending: str
) -> None:
    take = playing.session.record(tmp_path / f"take.{ending}", stems=True)
    wait_for(lambda: take.seconds > 5.0)
    ready, link = playing.session._ready, playing.session._link
    assert ready is not None and link is not None
    os.kill(ready.process if victim == "scsynth" else link.process_id, signal.SIGKILL)
    wait_for(lambda: not take.running)
    assert len(playing.about("was cut short after")) == 1
    for name in ("take.wav", "take-orbit-0.wav", "take-orbit-3.wav"):
        sound, rate = soundfile.read(tmp_path / name)
        assert len(sound) >= 2.5 * rate and abs(sound).max() > 0.01
    wait_for(lambda: playing.session.status().state == "sounding")
    again_at = playing.session.now()
    wait_for(lambda: playing.session.now() > again_at + 0.5)
    playing.plays_on()
    again = playing.session.record(tmp_path / "again.wav")
    wait_for(lambda: again.seconds > 2.5)
    assert soundfile.info(again.stop()).duration > 0.8
