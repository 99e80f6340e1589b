"""What the ear in the server has heard, read from shared memory or from a sound file rendered without time.

    reader = EarReader(levels, 0)
    reader.read()           frames since the last call, a row each, in the order of FEATURES

`heard_in(sound, rate)` lets a scsynth without a device hear a whole recording at once: the same definition,
faster than time.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecode.errors import EngineError
from livecode.sound import layout
from livecode.sound.ear_definition import FEATURES, PROBE
from livecode.sound.levels import Levels

Frames = NDArray[np.float64]

BLOCK = 64
HOP = BLOCK * layout.EAR_BLOCKS
"""Samples in a frame."""


class EarReader:
    """Frames as they come; `lost` counts those that were overwritten before anybody read them."""

    def __init__(self, levels: Levels, number: int) -> None:
        self.levels = levels
        self.number = number
        self.lost = 0
        self._next: int | None = None

    def read(self) -> Frames:
        """Whole frames since the last call: a row each, in the order of FEATURES; none while none come."""
        newest = int(self.levels.read(layout.EAR_PLACE_BUS + self.number)[0])
        if self._next is None or not 0 <= (newest - self._next) % layout.EAR_LAST < layout.EAR_LAST // 2:
            self._next = newest
        count = (newest - self._next) % layout.EAR_LAST
        if count > layout.EAR_FRAMES - 8:
            self.lost += count - (layout.EAR_FRAMES - 8)
            self._next = (newest - (layout.EAR_FRAMES - 8)) % layout.EAR_LAST
            count = layout.EAR_FRAMES - 8
        if not count:
            return np.zeros((0, len(FEATURES)))
        width = len(FEATURES)
        values = self.levels.read(layout.ear_bus(self.number), layout.EAR_FRAMES * width)
        ring = np.array(values, np.float64).reshape(layout.EAR_FRAMES, width)
        numbers = (self._next + np.arange(count)) % layout.EAR_LAST
        found = ring[numbers % layout.EAR_FRAMES]
        self._next = newest
        whole: Frames = np.nan_to_num(found[found[:, 0] == numbers])
        return whole


def heard_in(sound: Any, rate: int, cps: float = 0.5, engine: str = "auto") -> Frames:
    """The frames of a recording (one channel), as the ear would have heard it from cycle 0 on.

    Raises EngineError when there is no scsynth to hear it.
    """
    import soundfile

    from livecode.sound.engine.offline import play
    from livecode.sound.mixer_definitions import compiled
    from livecode.sound.osc import message

    sound = np.asarray(sound, np.float32)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        soundfile.write(folder / "in.wav", sound, rate, subtype="FLOAT")
        channels = len(FEATURES) - 1
        loads = [message("/d_recv", compiled()[PROBE])]
        first = [
            message("/c_set", layout.CPS_BUS, float(cps)),
            message("/s_new", PROBE, 1000, 1, 0, "bus", channels),
        ]
        score = _score([(0.0, loads), (0.0, first), (len(sound) / rate, [message("/n_free", 1000)])])
        (folder / "score.osc").write_bytes(score)
        play(folder / "score.osc", folder / "out.wav", rate, channels, engine, folder / "in.wav")
        found, _ = soundfile.read(folder / "out.wav", dtype="float64", always_2d=True)
    if not len(found):
        raise EngineError("the sound engine has heard nothing: livecode doctor tells more")
    # K2A glides from one block's value to the next: at the first sample of a block stands that of the last.
    rows = found[HOP::HOP]
    return np.column_stack([np.arange(len(rows)), rows])


def _score(moments: list[tuple[float, list[bytes]]]) -> bytes:
    written = b""
    for second, messages in moments:
        whole, part = int(second), int((second % 1.0) * 2**32)
        body = b"#bundle\0" + whole.to_bytes(4, "big") + part.to_bytes(4, "big")
        for each in messages:
            body += len(each).to_bytes(4, "big") + each
        written += len(body).to_bytes(4, "big") + body
    return written
