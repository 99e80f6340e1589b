"""The factory kit: every drum of ours as a sound file, rendered from its SynthDef when first asked for.

    kit = Kit(definitions, cache)
    kit.path("kick")          a float WAV at the server's rate

It is what plays when a drum is used as a sample: `s("bd*2").speed(-1)`, `.chop(8)`, `.begin(0.3)`. Nothing
is downloaded and nothing has a licence but ours.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from livecode.errors import EngineError
from livecode.sound.engine.offline import play
from livecode.sound.osc import bundle, message

if TYPE_CHECKING:
    from livecode.sound.definitions import Definitions

LONGEST = 6.0
_SILENCE = 10 ** (-70 / 20)


class Kit:
    """Renders instruments to files in `cache` and keeps them; `rate` in Hz is the server's."""

    def __init__(self, definitions: Definitions, cache: Path, rate: int = 48000) -> None:
        self._definitions = definitions
        self._cache = cache
        self._rate = rate

    def path(self, instrument: str) -> Path:
        """The file of an instrument, rendered now if it is not there yet (about 0.2 s, once).

        Raises EngineError when it cannot be rendered or makes no sound.
        """
        definition = self._definitions.for_note(instrument, frozenset(), frozenset())
        path = self._cache / "kit" / f"{definition.name}-{self._rate}.wav"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._render(instrument, definition.name, definition.data, path)
        return path

    def _render(self, instrument: str, name: str, data: bytes, path: Path) -> None:
        import numpy as np
        import soundfile

        opening = bundle(0, [message("/d_recv", data), message("/s_new", name, 1000, 0, 0, "out", 0)])
        closing = bundle(int(LONGEST * 4294967296), [message("/g_freeAll", 0), message("/c_set", 0, 0.0)])
        with tempfile.TemporaryDirectory(prefix=".kit-", dir=path.parent) as folder:
            score, raw = Path(folder, "score.osc"), Path(folder, "raw.wav")
            score.write_bytes(b"".join(len(each).to_bytes(4, "big") + each for each in (opening, closing)))
            play(score, raw, self._rate, 2)
            sound, rate = soundfile.read(raw, dtype="float32", always_2d=True)
            heard = np.flatnonzero(np.abs(sound).max(axis=1) > _SILENCE)
            if not len(heard):
                raise EngineError(f"instrument {instrument!r} makes no sound: it cannot be used as a sample")
            sound = sound[: heard[-1] + 1]
            # Panned to the middle each side is 3 dB down; the sample player will pan it again.
            if np.array_equal(sound[:, 0], sound[:, 1]):
                sound = sound[:, :1] * np.float32(2**0.5)
            part = path.with_name(f".{path.stem}.{os.getpid()}.wav")
            soundfile.write(part, sound, rate, subtype="FLOAT")
            part.replace(path)
