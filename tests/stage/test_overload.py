"""More notes than the engine can carry: whose they are goes back to what it played, the others play on."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.config import Config
from livecode.sound.command import Note
from livecode.sound.layout import SCOPE_FRAMES
from livecode.stage.clock import VirtualClock
from livecode.stage.overload import CROWD, Overload
from livecode.stage.player import Player
from livecode.stage.protocol import Hold, Start
from livecode.stage.session import Session
from livecode.stage.transport import Collector


def looks(speed: float, synths: int, gap: float = 0.02) -> bool:
    """Whether two seconds of sound made at that speed are too little."""
    overload = Overload()
    seconds = (n * gap for n in range(int(2.0 / gap)))
    return any(overload.look(each, each * 48000 * speed % SCOPE_FRAMES, synths) for each in seconds)


@pytest.mark.parametrize(
    ("speed", "synths", "gap", "too_much"),
    [
        (1.0, 5000, 0.02, False),
        (0.3, 5000, 0.02, True),
        (0.3, CROWD - 1, 0.02, False),
        (0.3, 900, 0.1, False),
    ],
)
def test_an_engine_slower_than_time_with_a_crowd_of_synths_has_too_much(
    speed: float, synths: int, gap: float, too_much: bool
) -> None:
    assert looks(speed, synths, gap) == too_much


def test_a_slot_that_is_silenced_plays_only_what_comes_anew() -> None:
    clock, collector = VirtualClock(10.0), Collector()
    player = Player(clock, 0.1)
    player.engine_up(collector)
    player.handle(Start(0.0, 1.0, lead=0.0))
    for slot in (1, 2):
        player.handle(Hold(slot, 1, 0.0, 1.0, [Note(n / 4, 8.0, "x", slot) for n in range(4)]))
    player.advance()
    assert player.weigh()[1:3] == [8.0, 8.0]
    player.silence(2)
    player.handle(Hold(2, 2, 0.6, 1.0, [Note(0.75, 1.0, "y", 2)]))
    for _ in range(80):
        clock.move(0.01)
        player.advance()
    assert [sent.note.begin for sent in collector.sent if sent.note.slot == 1] == [0.0, 0.25, 0.5, 0.75]
    assert [sent.note.begin for sent in collector.sent if sent.note.slot == 2] == [0.0, 0.75]


@pytest.mark.sound
@pytest.mark.long
@pytest.mark.timeout(120)
def test_thousands_of_endless_notes_end_and_the_others_play_on(tmp_path: Path) -> None:
    def until(condition: Callable[[], bool]) -> None:
        limit = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < limit, said
            time.sleep(0.02)

    said: list[str] = []
    with Session("live", config=Config(device="dummy"), journal=None) as session:
        session.listen(lambda notice: said.append(notice.text))
        names = session.namespace()
        session.wait(20.0)
        session.evaluate('tempo(240)\nd1 >> s("rim*4")\nd3 >> s("hh*2")', namespace=names)
        until(lambda: session.now() > 1.0)
        take = session.record(tmp_path / "take.wav")
        much = 'note("[0,3,7,10]*64").s("organ").legato(2000).gain(0.01)'
        session.evaluate("\n".join(f"d{slot} >> {much}" for slot in range(3, 15)), namespace=names)
        until(lambda: len([text for text in said if "than the engine can carry" in text]) >= 12)
        assert "d3 plays on with what it had before" in "\n".join(said)
        until(lambda: 0 < session._state.synths < 100)
        status = session.status()
        assert (status.restarts, status.lost) == (0, 0)
        assert [slot.number for slot in status.slots if slot.fault] == list(range(3, 15))
        before = session.status().sent
        until(lambda: session.status().sent >= before + 12)
        sound, rate = soundfile.read(take.stop())
    loud = np.abs(sound).max(axis=1)
    assert len(loud) >= 2 * rate
    # Four rims a second all the while, in what the engine had the time to make.
    assert all(loud[begin : begin + rate].max() > 0.05 for begin in range(0, len(loud) - rate, rate // 2))
