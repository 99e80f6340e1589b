"""Which instrument or sample an event means: `s`, `n`, `bank`, and words that only samples know.

voices = Voices(catalogue, samples, kit, names)
voices.voice({"s": "bd", "speed": -1})          ("", ("", the factory kit's bd.wav))
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livecode.errors import ControlError, NameUnknown
from livecode.sound.command import Command
from livecode.sound.reading import PITCH, finite, needs_memory, shown

if TYPE_CHECKING:
    from livecode.sound.catalogue import Catalogue
    from livecode.sound.kit import Kit
    from livecode.sound.samples import Sample, Samples

DEFAULT_INSTRUMENT = "pluck"
_LOOK_EVERY = 0.5
_SAMPLE_ONLY = frozenset({"begin", "end", "speed", "loop", "unit"})


class Voices:
    """Finds what plays, and remembers it. `names()` is what an unknown name is compared with."""

    def __init__(
        self, catalogue: Catalogue, samples: Samples, kit: Kit, names: Callable[[], list[str]]
    ) -> None:
        self._catalogue = catalogue
        self._samples = samples
        self._kit = kit
        self._names = names
        self._found: dict[tuple[str, int, bool], tuple[str, tuple[str, Path | int] | None]] = {}
        self._searched = -math.inf

    def clear(self) -> None:
        """Forgets what names meant."""
        self._found.clear()

    def voice(self, value: Mapping[str, Any]) -> tuple[str, tuple[str, Path | int] | None]:
        """The instrument that plays, or the sample: ("", (bank, number)) or ("", ("", path of the kit))."""
        said = value.get("s")
        if said is None:
            if not value.keys() & (PITCH | {"n"}):
                raise ControlError(f"{shown(value)} does not say what sounds: add .s('bd') or .s('pluck')")
            said = DEFAULT_INSTRUMENT
        number = value.get("n", 0)
        if isinstance(said, str) and ":" in said:
            said, _, tail = said.partition(":")
            number = number or (int(tail) if tail.lstrip("-").isdigit() else 0)
        if "bank" in value:
            said = self._banked(str(said), str(value["bank"]))
        as_sample = not _SAMPLE_ONLY.isdisjoint(value)
        key = (str(said), math.floor(finite("n", number)), as_sample)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._find_voice(*key)
        return found

    def _banked(self, said: str, bank: str) -> str:
        """A sound of a bank, however its names are put together; by itself where the bank has none."""
        number = "".join(filter(str.isdigit, bank))
        tried = (f"{bank}_{said}", f"{said}{bank}", f"{bank}{said}", f"{said}{number}", f"{number}_{said}")
        known = (name for name in tried if name in self._catalogue.instruments or name in self._samples)
        return next(known, said)

    def _find_voice(
        self, said: str, number: int, as_sample: bool
    ) -> tuple[str, tuple[str, Path | int] | None]:
        item = self._catalogue.instruments.get(said)
        # A hidden one serves others, as sample players do: nobody plays it by name.
        if item is not None and not item.hidden:
            name = self._catalogue.variant(said, number) if item.variants else item.name
            own = self._catalogue.instrument(name)
            if not as_sample or own.pitched or own.shape == "sustain":
                return name, None
            return "", ("", self._kit.path(name))
        if said in self._samples or self._found_on_disk(said):
            return "", (said, number)
        raise NameUnknown("sound", said, self._names(), "look at the names with Tab at the prompt")

    def _found_on_disk(self, said: str) -> bool:
        """Whether a sound that nobody knew has been put among the samples meanwhile."""
        now = time.monotonic()
        if now - self._searched < _LOOK_EVERY:
            return False
        self._searched = now
        self._samples.refresh()
        return said in self._samples

    def sample(
        self, source: tuple[str, Path | int], value: Mapping[str, Any]
    ) -> tuple[Sample, list[Command]]:
        """The sample of a voice, and what loads it where it was not given out before."""
        bank, place = source
        path = place if isinstance(place, Path) else self._samples.path(bank, place)
        streamed = self._samples.is_long(path) and not needs_memory(value)
        sample, loads = self._samples.stream(path) if streamed else self._samples.file(path)
        return sample, [*loads]
