"""A jam with a player who is heard: what scsynth plays goes back into its own input, through JACK."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from playing import RATE, melody

from livecode.config import Config
from livecode.errors import EngineError
from livecode.stage.offline import perform_journal
from livecode.stage.session import Session
from livecode.stage.transport import read_transcript

pytestmark = [pytest.mark.sound, pytest.mark.long]

TUNE = 'note("[0 2 4 5 7 5 4 2] [0 4 7 12 9 ~ 7 ~] ~ ~").slow(4)'


class Room:
    """A session whose first output is plugged into its first input."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.transcript, self.journal = folder / "sent.jsonl", folder / "set.jsonl"
        self.told: list[str] = []
        samples = folder / "samples"
        (samples / "player").mkdir(parents=True)
        config = Config(device="dummy", samples=(str(samples),))
        self.session = Session("live", config=config, journal=self.journal, transcript=self.transcript)
        self.names = self.session.namespace()
        self.session.listen(lambda notice: self.told.append(notice.text))
        self.session.boot()
        self.session.wait(20)
        self.plug()

    def plug(self) -> None:
        """Output 1 into input 1."""
        ready = self.session._ready
        assert ready is not None
        words = Path(f"/proc/{ready.process}/environ").read_text().split("\0")
        self.environment = {**os.environ, **dict(word.split("=", 1) for word in words if "JACK" in word)}
        clients = self.jack("jack_lsp").split()
        mine = [port.partition(":")[0] for port in clients if port.endswith(":out_1")]
        for client in mine:
            self.jack("jack_connect", f"{client}:out_1", f"{client}:in_1")

    def jack(self, *words: str) -> str:
        return subprocess.run(words, env=self.environment, capture_output=True, text=True).stdout

    def type(self, line: str) -> Any:
        return self.session.evaluate(line, namespace=self.names)

    def until(self, cycle: float) -> None:
        while self.session.now() < cycle:
            time.sleep(0.02)

    def notes(self, slot: int) -> list[tuple[float, float]]:
        found = read_transcript(self.transcript) if self.transcript.exists() else []
        return [(e.note.begin, dict(e.note.controls).get("freq", 0.0)) for e in found if e.note.slot == slot]


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = Room(tmp_path)
    yield made
    made.session.close()


def errors(room: Room, since: float, until: float) -> tuple[list[float], int, int, int]:
    """Milliseconds by which notes of d1 were heard off their place; pitches wrong, notes missed, too many."""
    heard = list(room.names["heard"].notes(since - 0.05, until - 0.05))
    pattern = room.session.slots[1].pattern
    assert pattern is not None
    cps = room.session.cps()
    off, wrong, missed = [], 0, 0
    for cycle in range(int(since), int(until)):
        for event in pattern.query(cycle, cycle + 1):
            if not event.has_onset():
                continue
            begin = float(event.whole_or_part.begin)
            near = [note for note in heard if abs(note.cycle - begin) / cps < 0.06]
            if near:
                heard.remove(near[0])
                off.append((near[0].cycle - begin) / cps * 1000)
                wrong += round(near[0].pitch) != event.value["note"] + 60
            else:
                missed += 1
    return off, wrong, missed, len(heard)


def test_a_player_is_heard_on_the_grid_and_answered_from_the_next_bar_on(room: Room) -> None:
    room.type("tempo(132)")
    latency = room.names["listen"].calibrate()
    assert 0.005 < latency < 0.1, "one period of JACK at least"
    begin = int(np.ceil(room.session.now() / 4 + 0.5)) * 4
    room.until(begin - 1.5)
    room.type(f'd1.quant(4) >> {TUNE}.synth("pluck").legato(0.8)')
    room.type('heard = listen()\nplayer = jam(heard, with_=markov("foster"), silence="rest")')
    room.type('d2 >> player.synth("flute").gain(0.0001)')
    room.until(begin + 3.5)
    told = str(room.names["player"].explain(begin + 2))
    assert "answers input 1" in told and "c4 to c5 in c major" in told
    room.until(begin + 13)
    off, wrong, missed, extra = errors(room, begin, begin + 12)
    assert wrong == 0 and missed == 0 and extra == 0
    assert abs(float(np.median(off))) < 5 and max(map(abs, off)) < 10
    assert abs(room.names["heard"].beat.bpm / 132 - 1) < 0.01
    played = [cycle for cycle, _ in room.notes(2)]
    for call in (begin, begin + 4, begin + 8):
        answer = [cycle for cycle in played if call + 2 <= cycle < call + 4]
        assert len(answer) >= 3 and answer[0] < call + 3, "within the next bar"
        assert not [cycle for cycle in played if call <= cycle < call + 2], "not into the player's phrase"
    assert room.session.status().dropped == 0 and "input 1" in room.session.status().hearing
    assert not [line for line in room.told if "not ready" in line]
    length = begin + 12
    room.session.close()
    again = perform_journal(room.journal, config=Config(samples=(str(room.folder / "samples"),)))
    replayed = [
        (sent.note.begin, dict(sent.note.controls).get("freq", 0.0))
        for sent in again.sends
        if sent.note.slot == 2
    ]
    live = [each for each in room.notes(2) if each[0] < length]
    assert live == [each for each in replayed if each[0] < length]


def test_after_a_crash_it_hears_again(room: Room) -> None:
    room.type(
        f'tempo(160)\nheard = listen()\nd1 >> {TUNE}.fast(2).synth("pluck")\n'
        'd2 >> jam(heard, with_=markov("foster"))'
    )
    _wait(lambda: len(room.names["heard"].notes(0, 100)) > 4)
    first = room.session._ready.process  # type: ignore[union-attr]
    os.kill(first, signal.SIGKILL)
    _wait(lambda: room.session._ready is not None and room.session._ready.process != first)
    time.sleep(0.5)
    room.plug()
    now = room.session.now()
    _wait(lambda: len(room.names["heard"].notes(now + 0.5, 100)) > 6)


def test_the_set_follows_a_player_and_nothing_jumps(room: Room) -> None:
    sound, played = melody("pluck", 118, seed=3, bars=10, lead=0.0)
    soundfile.write(room.folder / "samples" / "player" / "take.wav", sound, RATE, subtype="FLOAT")
    room.type('tempo(110)\nheard = listen(latency=0.022)\nonce(s("player"))')
    room.type('d2 >> jam(heard, with_=markov("foster"), follow=True, silence="rest").gain(0.0001)')
    tempi = []
    begun = time.monotonic()
    while time.monotonic() - begun < 17:
        tempi.append(room.session.tempo())
        time.sleep(0.1)
    steps = [abs(after / before - 1) for before, after in pairwise(tempi)]
    assert max(steps) < 0.065, "no jump"
    assert abs(tempi[-1] / 118 - 1) < 0.01
    assert room.session._scene.bpm <= 110 * 1.18 and played


def test_clicks_that_do_not_come_back_are_a_line(room: Room) -> None:
    for client in {
        port.partition(":")[0] for port in room.jack("jack_lsp").split() if port.endswith(":in_1")
    }:
        room.jack("jack_disconnect", f"{client}:out_1", f"{client}:in_1")
    with pytest.raises(EngineError, match=r"input 1 heard 0 of 8 clicks .*turn the loudspeakers up"):
        room.names["listen"].calibrate()


def _wait(condition: Callable[[], Any], seconds: float = 15.0) -> None:
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, "it did not happen"
        time.sleep(0.02)
