"""What an event costs the sender: from the frame that brings it to the bytes for scsynth, in CPU time.

python benchmarks/sender.py
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

from livecode.sound.command import DefinitionLoad, Note
from livecode.sound.encode import Encoder
from livecode.sound.mixer import Mixer
from livecode.stage.clock import VirtualClock, WallClock
from livecode.stage.player import Player
from livecode.stage.protocol import TO_SENDER, Frames, Hold, Load, Start, frame
from livecode.stage.scsynth import ScsynthTransport
from livecode.stage.sender import LONGEST_SLEEP, TICK

CONTROLS = ("freq", "gain", "pan", "attack", "release", "cutoff")
DECLARED = ("out", "sustain", *CONTROLS)


class Nowhere:
    """An engine that counts bytes."""

    def __init__(self) -> None:
        self.packets = self.bytes = 0

    def load(self, *_loads: Any) -> None:
        """Nothing to load into."""

    def send_many(self, packets: list[bytes]) -> None:
        """Joined as the stream would have them."""
        self.packets += len(packets)
        self.bytes += len(b"".join(packets))


def measure(a_second: int, together: int, cycles: int = 10) -> dict[str, float]:
    """Microseconds an event at so many events a second, `together` of them at the same moment."""
    clock, engine, encoder = VirtualClock(), Nowhere(), Encoder()
    player = Player(clock, 0.12)
    transport = ScsynthTransport(engine, encoder, Mixer(encoder, definitions={}), WallClock().wall)  # type: ignore[arg-type]
    player.handle(Load([DefinitionLoad("lc-x", b"", DECLARED)]))
    player.engine_up(transport)
    transport.load(list(player.loads.values()))
    player.handle(Start(0.0, 1.0, lead=0.0))
    frames, found = Frames(), []
    for cycle in range(cycles):
        for slot in range(1, 17):
            share = a_second // 16
            controls = tuple((control, 1.0) for control in CONTROLS)
            begins = [cycle + (n - n % together) / share for n in range(share)]
            notes = [Note(begin, 0.01, "lc-x", slot, 0, controls) for begin in begins]
            found.append(frame([Hold(slot, 1, float(cycle), cycle + 1.0, list(notes))]))
    spent = time.process_time()
    for each in found:
        for message in frames.feed(each, TO_SENDER):
            player.handle(message)
    taken_in = time.process_time() - spent
    ticks = 0
    spent = time.process_time()
    while clock.now() < cycles:
        player.advance()
        # As the sender sleeps: to the next note, a tick at least, a tenth of a second at most.
        clock.move(min(max(player.next_due() - clock.now(), TICK), LONGEST_SLEEP))
        ticks += 1
    sent_out = time.process_time() - spent
    count = max(1, player.counts.sent)
    return {
        "events_a_second": a_second,
        "together": together,
        "sent": count,
        "in_us": round(taken_in / count * 1e6, 2),
        "out_us": round(sent_out / count * 1e6, 2),
        "total_us": round((taken_in + sent_out) / count * 1e6, 2),
        "core_per_cent": round((taken_in + sent_out) / cycles * 100, 2),
        "packets": engine.packets,
        "ticks": ticks,
    }


def main() -> int:
    """A line for each density."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    for a_second, together in ((128, 1), (1024, 1), (1024, 4), (10_000, 1), (10_000, 8)):
        print(json.dumps(measure(a_second, together)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
