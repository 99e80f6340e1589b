"""A JACK of our own: started by name, found again after it was killed however often."""

from __future__ import annotations

import os
import signal
import time

import pytest

from livecode.sound.engine.jack import start_jack
from livecode.sound.engine.options import EngineOptions

pytestmark = pytest.mark.sound


def test_servers_that_were_killed_leave_room_for_the_next() -> None:
    for _ in range(10):
        way = start_jack(EngineOptions(), "dummy")
        assert way.server is not None
        os.kill(way.server.process_id, signal.SIGKILL)
        limit = time.monotonic() + 5
        while way.server.running() and time.monotonic() < limit:
            time.sleep(0.01)
        assert not way.server.running()
        way.end()


def test_two_at_once_have_names_of_their_own() -> None:
    one, two = start_jack(EngineOptions(), "dummy"), start_jack(EngineOptions(), "dummy")
    try:
        assert one.environment["JACK_DEFAULT_SERVER"] != two.environment["JACK_DEFAULT_SERVER"]
    finally:
        one.end()
        two.end()
