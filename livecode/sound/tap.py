"""The test tap: one click an event, one sample long, its height spelling the event's number.

The clicks go to spare buses, rotated so that neighbours never meet, and are recorded inside the server
together with the master. Reference clicks, sent long before they are due, map wall time to samples, so
what is left as error is the sender's own.

    take = record(engine, "take.wav")               # master, tap channels, reference
    engine.send_many(bundles(timetag(t), [..., click(7)]))
    clicks = read(take.stop())
    errors = clicks.errors({7: t}, references)      # in samples

>>> number(height(12345))
12345
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livecode.sound import layout
from livecode.sound.mixer_definitions import TAP
from livecode.sound.osc import message

if TYPE_CHECKING:
    from livecode.sound.engine import Engine
    from livecode.sound.record import Take

STEPS = 1 << 20
_TAIL = 1


def height(number: int) -> float:
    """The height of event `number`'s click, exact in 32-bit floats for 0..1048575."""
    return (number % STEPS + 1) / STEPS


def number(height: float) -> int:
    """The event's number from the height of its click."""
    return round(height * STEPS) - 1


def click(number: int, reference: bool = False) -> bytes:
    """The `/s_new` of event `number`'s click: put it in the bundle of the event's note."""
    bus = layout.REFERENCE_BUS if reference else layout.TAP_BUS + number % layout.TAP_CHANNELS
    return message("/s_new", TAP, -1, _TAIL, layout.SOURCES_GROUP, "out", bus, "height", height(number))


def record(engine: Engine, path: str | Path) -> Take:
    """Records master left and right, the tap's channels and the reference, in this order."""
    from livecode.sound.record import Recorder

    taps = range(layout.TAP_BUS, layout.TAP_BUS + layout.TAP_CHANNELS)
    return Recorder(engine).buses(path, (0, 1, *taps, layout.REFERENCE_BUS))


@dataclass(frozen=True)
class Clicks:
    """What a recording held: the sample of each event's click and of each reference, and the master.

    `doubled` lists numbers heard more than once, `strange` the samples of clicks whose height is no number.
    """

    samples: Mapping[int, int]
    references: Mapping[int, int]
    doubled: tuple[int, ...]
    strange: tuple[int, ...]
    master: Any
    sample_rate: int

    def errors(self, intended: Mapping[int, float], references: Mapping[int, float]) -> dict[int, float]:
        """Onset minus intended, in samples, for each number heard, less their median.

        `intended` and `references` give wall-clock seconds by number. Between references the wall clock
        is mapped to samples by straight lines. Raises ValueError with fewer than two references heard.
        """
        import numpy as np

        known = sorted(set(self.references) & set(references))
        if len(known) < 2:
            raise ValueError(f"{len(known)} reference clicks were heard: send at least two, 10 s early")
        start = references[known[0]]
        times = np.array([references[each] - start for each in known])
        places = np.array([self.references[each] for each in known], dtype=float)
        heard = sorted(set(self.samples) & set(intended))
        wanted = np.array([intended[each] - start for each in heard])
        expected = np.interp(wanted, times, places)
        rate = float(self.sample_rate)
        before, after = wanted < times[0], wanted > times[-1]
        expected[before] = places[0] + (wanted[before] - times[0]) * rate
        expected[after] = places[-1] + (wanted[after] - times[-1]) * rate
        found = np.array([self.samples[each] for each in heard], dtype=float) - expected
        found -= np.median(found) if len(found) else 0.0
        return dict(zip(heard, found.tolist()))


def read(path: str | Path) -> Clicks:
    """Reads a recording made by `record`."""
    import numpy as np
    import soundfile

    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    samples: dict[int, int] = {}
    references: dict[int, int] = {}
    doubled: list[int] = []
    strange: list[int] = []
    for channel in range(2, sound.shape[1]):
        found = references if channel == sound.shape[1] - 1 else samples
        for place in np.flatnonzero(sound[:, channel]):
            level = float(sound[place, channel])
            event = number(level)
            expected_channel = 2 + event % layout.TAP_CHANNELS
            misplaced = found is samples and channel != expected_channel
            if event < 0 or level > 1.0 or height(event) != level or misplaced:
                strange.append(int(place))
            elif event in found:
                doubled.append(event)
            else:
                found[event] = int(place)
    return Clicks(samples, references, tuple(doubled), tuple(strange), sound[:, :2], int(rate))
