"""A movement of a control heard in a real performance: recorded from scsynth and measured."""

from __future__ import annotations

import math
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.config import Config
from livecode.sound.command import Sweep
from livecode.stage.offline import perform
from livecode.stage.session import Session
from livecode.stage.transport import read_transcript

pytestmark = pytest.mark.sound

SET = 'tempo(240)\nd1 >> note("c").slow(4).s("organ").pan(saw.slow(4).lfo())'


def test_a_held_note_moves_across_the_room_as_in_a_render(tmp_path: Path) -> None:
    transcript, take = tmp_path / "sent.jsonl", tmp_path / "take.wav"
    session = Session("live", config=Config(device="dummy"), journal=None, transcript=transcript)
    try:
        session.wait(20.0)
        recording = session.record(take)
        session.evaluate(SET)
        while session.now() < 3.9:
            time.sleep(0.02)
        recording.stop()
    finally:
        session.close()
    sound, rate = soundfile.read(take)
    first = int(np.argmax(np.abs(sound).max(axis=1) > 0.01))
    size = rate // 10
    for second in np.arange(0.4, 3.4, 0.4):
        left, right = np.sqrt(np.mean(np.square(sound[first + int(second * rate) :][:size]), axis=0))
        assert 2 / math.pi * math.atan2(right, left) == pytest.approx((second + 0.05) / 4, abs=0.02)
    live = [each.note for each in read_transcript(transcript) if isinstance(each.note, Sweep)]
    offline = [each.note for each in perform(source=SET, cycles=4).sends if isinstance(each.note, Sweep)]
    assert live[: len(offline)] == offline
