"""Frames arrive whole, however the stream cuts them; what is not ours is refused."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode.sound.command import ONE_SHOT, DefinitionLoad, GlobalEffect, Note
from livecode.stage.protocol import TO_FRONT, TO_SENDER, Frames, Hello, Hold, Load, Map, State, frame
from livecode.stage.tempo import Stretch

MESSAGES = [
    Hello(1, {"device": "dummy", "folder": None}),
    Load([DefinitionLoad("lc-kick-0", b"\x00\xff", ("out", "freq"))]),
    Hold(3, 7, 1.5, 2.0, [Note(1.5, ONE_SHOT, "x", 3, 0, (("freq", 55.0),)), GlobalEffect(1.5, 0, "delay")]),
    Hold(3, 8, 2.0, float("inf"), []),
]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60))
def test_a_stream_may_be_cut_anywhere(sizes: list[int]) -> None:
    data = frame(MESSAGES[:2]) + frame(MESSAGES[2:])
    frames, found, at = Frames(), [], 0
    for size in [*sizes, len(data)]:
        found += frames.feed(data[at : at + size], TO_SENDER)
        at += size
    assert found == MESSAGES


def test_the_sender_answers_in_its_own_words() -> None:
    answers = [Map([Stretch(1.0, 0.0, 0.5)]), State(True, sent=3)]
    assert Frames().feed(frame(answers), TO_FRONT) == answers


@pytest.mark.parametrize(
    "data", [b"\xff\xff\xff\xff....", b"\x00\x00\x00\x02\xc1\xc1", frame([Map([])]), frame([["hold", 1]])]
)
def test_what_is_not_ours_is_refused(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        Frames().feed(data, TO_SENDER)
