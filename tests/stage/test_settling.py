"""Looking at a server's clock: what others have left in the bus, or are writing there, is not believed."""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

import pytest

from livecode.sound.encode import NTP_EPOCH, wall_offset
from livecode.sound.osc import parse
from livecode.stage.settling import Settling, measure
from livecode.stage.supervisor import Supervisor

if TYPE_CHECKING:
    from livecode.sound.engine.server import Engine

LEAD = 0.03


class Server:
    """One control bus that changes as time tags ask, always so much too early; in it what was left there."""

    available = True

    def __init__(self, left: float) -> None:
        self.offset = wall_offset()
        self.changes: list[tuple[float, float]] = [(0.0, left)]
        self.lock = threading.Lock()

    def meters(self) -> Server:
        return self

    def send_many(self, packets: Iterable[bytes]) -> None:
        with self.lock:
            for packet in packets:
                if packet.startswith(b"#bundle"):
                    tag = struct.unpack(">Q", packet[8:16])[0]
                    due = (tag >> 32) - NTP_EPOCH + (tag & 0xFFFFFFFF) / 2**32 - self.offset - LEAD
                    value = parse(packet[20:])[1][1]
                else:
                    due, value = time.monotonic(), parse(packet)[1][1]
                self.changes.append((due, float(value)))  # type: ignore[arg-type]
            self.changes.sort()

    def read(self, _bus: int) -> list[float]:
        now = time.monotonic()
        with self.lock:
            return [[value for due, value in self.changes if due <= now][-1]]


@pytest.mark.parametrize("left", [0.0, 40.0, 65.0])
def test_what_an_earlier_look_left_is_not_believed(left: float) -> None:
    found = measure(Server(left))  # type: ignore[arg-type]
    assert found is not None
    # One that is held up says less.
    assert LEAD - 0.02 < found[1] < LEAD + 0.001


def test_two_looks_at_once_do_not_take_each_others_numbers_for_their_own() -> None:
    server = Server(0.0)
    found: list[tuple[float, float] | None] = []
    looks = [threading.Thread(target=lambda: found.append(measure(server))) for _ in range(2)]  # type: ignore[arg-type]
    for number, look in enumerate(looks):
        time.sleep(0.02 * number)
        look.start()
    for look in looks:
        look.join()
    leads = [each[1] for each in found if each is not None]
    assert leads and max(leads) < LEAD + 0.001


def taken_over(monkeypatch: pytest.MonkeyPatch, *looks: tuple[float, float] | None) -> float:
    """What is taken from the time tags of an engine that took over a settled one, after two more looks."""
    supervisor = Supervisor({}, lambda: None, lambda engine, again: None, lambda why, final: None)
    supervisor._first = Settling(0.0, 0.06)
    supervisor.settling = Settling(0.0, 0.06)
    supervisor.engine = engine = cast("Engine", object())
    found = iter(looks)
    monkeypatch.setattr("livecode.stage.supervisor.measure", lambda _: next(found))
    supervisor._look_again(engine)
    return supervisor.shift(1000.0)


def test_a_clock_that_is_thrown_after_it_took_over_is_put_right(monkeypatch: pytest.MonkeyPatch) -> None:
    assert taken_over(monkeypatch, (1000.0, 0.0702), (1000.0, 0.07)) == pytest.approx(0.0102)


@pytest.mark.parametrize(
    "looks",
    [
        ((1000.0, 0.0603), (1000.0, 0.0598)),
        ((1000.0, 0.052), (1000.0, 0.0601)),
        ((1000.0, 0.052), (1000.0, 0.057)),
        ((1000.0, 0.07), None),
        (None, None),
    ],
    ids=["as it should be", "one held up", "two held up", "one failed", "nothing to look at"],
)
def test_looks_that_do_not_agree_move_nothing(
    monkeypatch: pytest.MonkeyPatch, looks: tuple[tuple[float, float] | None, ...]
) -> None:
    assert taken_over(monkeypatch, *looks) == 0.0


def test_an_engine_that_is_gone_meanwhile_moves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    supervisor = Supervisor({}, lambda: None, lambda engine, again: None, lambda why, final: None)
    supervisor.settling = clock = Settling(0.0, 0.06)
    monkeypatch.setattr("livecode.stage.supervisor.measure", lambda _: (1000.0, 0.07))
    supervisor._look_again(cast("Engine", object()))
    assert supervisor.settling is clock
