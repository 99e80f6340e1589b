"""MIDI as it comes down the wire."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest

from livecode.errors import EngineError, NameUnknown
from livecode.stage.ears import Keyboard
from livecode.stage.midi import MidiStream, port_named
from livecode.stage.session import Session


def heard(*pieces: bytes) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    stream = MidiStream(
        lambda second, pitch, velocity, channel: found.append(("on", pitch, round(velocity, 2), channel)),
        lambda second, pitch, channel: found.append(("off", pitch, channel)),
    )
    for number, piece in enumerate(pieces):
        stream.feed(piece, float(number))
    return found


def test_notes_with_running_status_clocks_between_and_velocity_nought() -> None:
    assert heard(bytes([0x90, 60, 127, 62, 64, 0xF8, 60]), bytes([0, 0x82, 1, 2, 0x90, 62, 0])) == [
        ("on", 60, 1.0, 1), ("on", 62, 0.5, 1), ("off", 60, 1), ("off", 62, 1),
    ]  # fmt: skip


def test_exclusive_messages_and_nonsense_are_passed_over() -> None:
    exclusive = bytes([0xF0, 0x43, 0x90, 0x10]) + bytes(200) + bytes([0xF7])
    assert heard(
        bytes([5, 6, 7]), exclusive[:3], exclusive[4:], bytes([0xE3, 1, 2, 0xC5, 9, 0x95, 70, 100])
    ) == [("on", 70, 0.79, 6)]
    noise = os.urandom(4000)
    heard(noise, bytes(reversed(noise)))


def test_a_key_struck_again_and_all_notes_off_end_what_sounds() -> None:
    assert heard(bytes([0x90, 60, 64, 60, 64, 62, 64, 0xB0, 123, 0]))[-2:] in (
        [("off", 60, 1), ("off", 62, 1)], [("off", 62, 1), ("off", 60, 1)],
    )  # fmt: skip


def test_a_stream_through_a_pipe_becomes_notes_in_the_music() -> None:
    with Session("offline") as session:
        listener = session.ears.listen("midi")
        keyboard = Keyboard("midi", 2, listener, session)  # type: ignore[arg-type]
        reading, writing = os.pipe()

        def read() -> None:
            second = 1.0
            while data := os.read(reading, 3):
                second += 0.25
                session._timeline.clock.move(second)  # type: ignore[attr-defined]
                keyboard.stream.feed(data, second)

        thread = threading.Thread(target=read)
        thread.start()
        session.evaluate("tempo(120)\nd1 >> note('0')")
        os.write(writing, bytes([0x91, 64, 100, 0x91, 67, 100, 0x81, 64, 0, 0x90, 30, 99, 0x81, 67, 0]))
        os.close(writing)
        thread.join()
        os.close(reading)
        found = listener.notes(-1, 100)  # type: ignore[attr-defined]
        assert [round(note.pitch) for note in found] == [64, 67]
        assert all(note.until is not None for note in found)
        keyboard.look()
        assert "midi" in str(listener)


def test_ports_are_found_by_a_part_of_their_name() -> None:
    names = ["Midi Through:Midi Through Port-0 14:0", "Keystation 49:Keystation 49 20:0", "microKEY 24:0"]
    assert port_named("", names) == 1 and port_named("micro", names) == 2
    with pytest.raises(NameUnknown, match=r"there are .*Keystation"):
        port_named("piano", names)
    with pytest.raises(EngineError, match="plug in a keyboard"):
        port_named("", [])
