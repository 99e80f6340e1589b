"""Levels, waveform and spectrum of an engine on this machine, read from its shared memory.

    levels = Levels(57110)               any process may ask: it needs the engine's port and nothing else
    levels.master().peak                 1.0 is full scale
    levels.slot(3).rms, levels.orbit(0).peak
    levels.waveform(0.02)                the last 20 ms of the master, two columns
    levels.spectrum(48)                  the level of 48 bands in dB, low to high

No message is sent and nothing waits: a level costs about 2 microseconds, the spectrum about 0.2 milliseconds.
scsynth keeps its control buses in a shared segment; where they lie in it is found by the signature that the
mixer writes there. `lc-scope` copies each block of the master into a ring of control buses beside it.

The segment is a file on Linux only; elsewhere `available` is False and everything reads as silence.
"""

from __future__ import annotations

import contextlib
import math
import mmap
import os
import struct
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from livecode.sound import layout

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SILENCE_DB = -120.0
LOOK_AGAIN = 0.5
STALLED = 0.5
WINDOW = 4096
READINGS = 8
"""Times the waveform is read until no block was written meanwhile."""
SIGNATURE = (1234.5, -0.0625, 8675309.0, 3.0517578125e-05, -77777.0, 0.15625, 4242.0, -1.5)
_NEEDLE = struct.pack(f"={len(SIGNATURE)}f", *SIGNATURE)


class Level(NamedTuple):
    """Peak and RMS of the left and the right channel, 1.0 being full scale. Peaks fall in about 0.4 s."""

    left_peak: float = 0.0
    right_peak: float = 0.0
    left_rms: float = 0.0
    right_rms: float = 0.0

    @property
    def peak(self) -> float:
        """The higher of the two peaks."""
        return max(self.left_peak, self.right_peak)

    @property
    def rms(self) -> float:
        """The louder of the two sides."""
        return max(self.left_rms, self.right_rms)

    @property
    def decibels(self) -> float:
        """The higher peak in dB: 0 is full scale, -120 is silence."""
        return decibels(self.peak)


def decibels(level: float) -> float:
    """A level in dB.

    >>> round(decibels(0.5), 1), decibels(0.0)
    (-6.0, -120.0)
    """
    return 20 * math.log10(level) if level > 1e-6 else SILENCE_DB


def segment(port: int) -> Path:
    """The shared memory of the server at a port, where the system shows it as a file."""
    return Path(f"/dev/shm/SuperColliderServer_{port}")


class Levels:
    """Reads the meters of the engine at `port` of this machine. Never raises; silence when there is none.

    The engine may come later, end, or be another one at the same port: it is looked for twice a second.
    """

    def __init__(self, port: int, rate: float = 48000.0) -> None:
        self.port = port
        self.rate = rate
        self._map: mmap.mmap | None = None
        self._start = 0
        self._identity: tuple[int, int] | None = None
        self._looked = -math.inf
        self._place = -1.0
        self._moved = -math.inf

    @property
    def available(self) -> bool:
        """Whether there is an engine to read."""
        self._look()
        return self._map is not None

    def read(self, bus: int, count: int = 1) -> tuple[float, ...]:
        """The values of `count` control buses from `bus` on; zeros when there is no engine."""
        self._look()
        if self._map is None:
            return (0.0,) * count
        return struct.unpack_from(f"={count}f", self._map, self._start + 4 * bus)

    def master(self, pair: int = 0) -> Level:
        """What leaves the master chain, by pairs of outputs."""
        return self._level(layout.master_meter(pair))

    def orbit(self, orbit: int) -> Level:
        """An orbit with its effects, before the master."""
        return self._level(layout.orbit_meter(orbit))

    def strip(self, slot: int, orbit: int = 0) -> Level:
        """A slot on its way to one orbit, after its gain."""
        return self._level(layout.strip_meter(slot, orbit))

    def slot(self, slot: int) -> Level:
        """A slot, after its gain: the loudest of its ways to the orbits."""
        values = self.read(layout.strip_meter(slot, 0), 4 * layout.ORBITS)
        return Level(*(max(_clean(each) for each in values[side::4]) for side in range(4)))

    def slots(self) -> list[Level]:
        """Every slot, from 0 (`once`) to 16."""
        return [self.slot(slot) for slot in range(layout.SLOTS)]

    def waveform(self, seconds: float = 0.02) -> NDArray[np.float32]:
        """The master's last moments, left and right in two columns, at most 84 ms of them."""
        import numpy as np

        frames = min(max(int(seconds * self.rate), 1), layout.SCOPE_FRAMES - layout.SCOPE_BLOCK)
        if not self._running():
            return np.zeros((frames, 2), np.float32)
        place, ring = self._ring()
        # The block at `place` is the newest; what comes after it is the oldest.
        newest = (place + layout.SCOPE_BLOCK) % layout.SCOPE_FRAMES
        found: NDArray[np.float32] = np.nan_to_num(np.roll(ring, -newest, axis=0)[-frames:])
        return found

    def _ring(self) -> tuple[int, NDArray[np.float32]]:
        """Where the newest block lies, and all blocks; again when the engine wrote while they were read."""
        import numpy as np

        for _ in range(READINGS):
            place = self.read(layout.SCOPE_PLACE_BUS)[0]
            values = np.array(self.read(layout.SCOPE_BUS, 2 * layout.SCOPE_FRAMES), np.float32)
            if self.read(layout.SCOPE_PLACE_BUS)[0] == place:
                break
        return int(place), values.reshape(2, layout.SCOPE_FRAMES).T

    def spectrum(self, bands: int = 48, low: float = 40.0, high: float = 16000.0) -> list[float]:
        """The level of each band in dB (a full-scale sine reads 0), bands equally wide in octaves.

        Left and right are averaged in power. Bands below 200 Hz or so are as wide as 4096 samples tell apart.
        """
        import numpy as np

        sound = self.waveform(WINDOW / self.rate)
        if not np.any(sound):
            return [SILENCE_DB] * bands
        window = np.hanning(len(sound)).astype(np.float32)
        power = np.abs(np.fft.rfft(sound * window[:, None], axis=0)) ** 2
        # By Parseval a full-scale sine leaves 3/32 of the squared length over the window's main lobe.
        power = power.mean(axis=1) * 32 / (3 * float(len(sound)) ** 2)
        edges = np.geomspace(low, high, bands + 1) * len(sound) / self.rate
        total = np.concatenate(([0.0], np.cumsum(power)))
        reached = np.interp(edges, np.arange(len(total)) - 0.5, total)
        found = 10 * np.log10(np.maximum(np.diff(reached), 10 ** (SILENCE_DB / 10)))
        return [float(each) for each in found]

    def close(self) -> None:
        """Lets the shared memory go."""
        if self._map is not None:
            self._map.close()
        self._map, self._identity = None, None

    def _level(self, bus: int) -> Level:
        return Level(*(_clean(each) for each in self.read(bus, 4)))

    def _running(self) -> bool:
        """Whether the scope has moved lately: an engine that hangs shows nothing, rather than its last."""
        place, now = self.read(layout.SCOPE_PLACE_BUS)[0], time.monotonic()
        if place != self._place:
            self._place, self._moved = place, now
        return self._map is not None and now - self._moved < STALLED

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked < LOOK_AGAIN:
            return
        self._looked = now
        try:
            state = os.stat(segment(self.port))
        except OSError:
            self.close()
            return
        if self._map is not None and self._identity == (state.st_dev, state.st_ino):
            return
        self.close()
        with contextlib.suppress(OSError, ValueError):
            self._find()

    def _find(self) -> None:
        with segment(self.port).open("rb") as file:
            state = os.fstat(file.fileno())
            seen = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        at = seen.find(_NEEDLE)
        if at < 4 * layout.SIGNATURE_BUS:
            seen.close()
            return
        self._map, self._start = seen, at - 4 * layout.SIGNATURE_BUS
        self._identity = (state.st_dev, state.st_ino)


def _clean(value: Any) -> float:
    return float(value) if math.isfinite(value) else 0.0
