"""The SynthDef for a note: an instrument fused with just the effects and sends its event uses.

    definitions = Definitions(Catalogue())
    definition = definitions.for_note("pluck", frozenset({"lpf"}), frozenset({"room"}))
    definition.name, len(definition.data), definition.controls["cutoff"].default

Compiled bytes are kept on disk under the hash of everything they were made from: the files' texts, the
frame's, supriya's version and the combination. What was compiled once is never compiled again and
supriya stays unloaded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from threading import RLock
from typing import Any

from livecode.errors import DefinitionError
from livecode.sound.catalogue import Catalogue, write_whole
from livecode.sound.declare import SENDS, Control, Effect, Instrument, Shape
from livecode.sound.frame import build_note, build_orbit, note_controls, orbit_controls
from livecode.sound.plugins import signature
from livecode.sound.sealed import sealed, unsealed

_MADE_WITH = ("declare", "frame", "blocks", "ugens", "missing", "layout")
FUSED = ("time", "pitch", "insert")
_KEPT_IN_MEMORY = 4096


@dataclass(frozen=True, slots=True)
class Definition:
    """A compiled SynthDef: the name scsynth knows it by, its bytes, its controls.

    `gated` tells one that neither counts its own length nor ends by itself: it must be sent gate 0.
    """

    name: str
    data: bytes
    controls: Mapping[str, Control]
    shape: Shape = "sustain"
    gated: bool = False


class Definitions:
    """Makes and keeps the definitions of a catalogue. Safe to call from several threads."""

    def __init__(self, catalogue: Catalogue, cache: Path | None = None) -> None:
        self.catalogue = catalogue
        self.cache = catalogue.cache if cache is None else cache
        self.problems: dict[str, DefinitionError] = {}
        self._made: dict[tuple[str, frozenset[str], frozenset[str]], Definition] = {}
        self._last_good: dict[tuple[str, frozenset[str], frozenset[str]], Definition] = {}
        self._used: dict[tuple[str, frozenset[str]], frozenset[str]] = {}
        self._generation = catalogue.generation
        self._lock = RLock()

    def effects_for(self, instrument: str, controls: Iterable[str]) -> frozenset[str]:
        """The effects to fuse for an event that sets these controls.

        An effect is used when one of its keys is set, unless the instrument has a control of that name
        itself.
        """
        with self._lock:
            self._refresh()
            key = (instrument, frozenset(controls))
            found = self._used.get(key)
            if found is None:
                own = self.catalogue.instrument(instrument).controls
                found = frozenset(
                    effect.name
                    for effect in self.catalogue.effects.values()
                    if effect.kind in FUSED
                    and any(word in key[1] and word not in own for word in effect.keys)
                )
                _bound(self._used)
                self._used[key] = found
            return found

    def for_note(
        self, instrument: str, effects: frozenset[str] = frozenset(), sends: frozenset[str] = frozenset()
    ) -> Definition:
        """The definition of an instrument with these effects and sends ("room", "delay") fused in.

        When new code of the instrument does not build, the last good one is returned and the error is in
        `problems`; with no good one yet the error is raised.
        """
        key = (instrument, effects, sends)
        with self._lock:
            self._refresh()
            made = self._made.get(key)
            if made is None:
                made = self._make(key)
                _bound(self._made)
                self._made[key] = self._last_good[key] = made
            return made

    def for_orbit(self, effect: str) -> Definition:
        """The definition of an effect that stays on an orbit, such as "reverb" or "delay"."""
        with self._lock:
            item = self.catalogue.effect(effect)
            if item.kind not in ("send", "orbit"):
                raise DefinitionError(
                    f"effect {effect!r} belongs to notes, not to an orbit: use it in a pattern"
                )
            stamp = self._hash("orbit", item.name, self.catalogue.source_hash(item))
            name = f"lc-{item.name}-{stamp[:8]}"
            data = self._stored(stamp)
            if data is None:
                data = build_orbit(name, self.catalogue.effect_function_of(item))
                self._store(stamp, data)
            return Definition(name, data, orbit_controls(item))

    def warm(self) -> int:
        """Compiles every instrument, alone and with its room send; gives the number of definitions.

        Takes some ten seconds once and none later. Run it in a process of its own, so that a set starts
        without compiling: `python -m livecode.sound.definitions`.
        """
        done = 0
        for item in {item.name: item for item in self.catalogue.instruments.values()}.values():
            for sends in (frozenset[str](), frozenset({"room"})):
                try:
                    self.for_note(item.name, frozenset(), sends)
                except DefinitionError as error:
                    self.problems[item.name] = error
                else:
                    done += 1
        return done

    def _refresh(self) -> None:
        if self._generation != self.catalogue.generation:
            self._generation = self.catalogue.generation
            self._made.clear()
            self._used.clear()
            self.problems.clear()

    def _make(self, key: tuple[str, frozenset[str], frozenset[str]]) -> Definition:
        instrument, names, sends = key
        item = self.catalogue.instrument(instrument)
        foreign = self.catalogue.compiled_of(item)
        if foreign:
            gated = "gate" in item.controls and "sustain" not in item.controls
            return Definition(item.name, foreign, item.controls, item.shape, gated)
        try:
            return self._fused(item, names, sends)
        except DefinitionError as error:
            good = self._last_good.get(key)
            if good is None:
                raise
            self.problems[instrument] = error
            return good

    def _fused(self, item: Instrument, names: frozenset[str], sends: frozenset[str]) -> Definition:
        unknown = sends - SENDS.keys()
        if unknown:
            raise DefinitionError(f"no send called {min(unknown)!r}: there are {', '.join(SENDS)}")
        effects = sorted((self.catalogue.effect(name) for name in names if name != "cut"), key=_place)
        parts: tuple[Instrument | Effect, ...] = (item, *effects)
        sources = [self.catalogue.source_hash(part) for part in parts]
        stamp = self._hash(item.name, *(effect.name for effect in effects), *sorted(sends), *sources)
        name = f"lc-{item.name}-{stamp[:8]}"
        data = self._stored(stamp)
        if data is None:
            whole = self.catalogue.function_of(item)
            built = tuple(self.catalogue.effect_function_of(effect) for effect in effects)
            data = build_note(name, whole, built, sends)
            self._store(stamp, data)
        return Definition(name, data, note_controls(item, effects, sends), item.shape)

    def _hash(self, *parts: str) -> str:
        return hashlib.sha256("\n".join((frame_version(), *parts)).encode()).hexdigest()

    def _stored(self, stamp: str) -> bytes | None:
        try:
            return unsealed((self.cache / f"{stamp[:32]}.sealed").read_bytes())
        except OSError:
            return None

    def _store(self, stamp: str, data: bytes) -> None:
        try:
            write_whole(self.cache / f"{stamp[:32]}.sealed", sealed(data))
        except OSError:
            return


@cache
def frame_version() -> str:
    """The hash of what every definition is made with: the frame's text, supriya's version, plugins."""
    here = Path(__file__).parent
    texts = [(here / f"{name}.py").read_text() for name in _MADE_WITH]
    return hashlib.sha256("\n".join((*texts, metadata.version("supriya"), signature())).encode()).hexdigest()


def _place(effect: Effect) -> tuple[int, str]:
    return effect.order, effect.name


def _bound(kept: dict[Any, Any]) -> None:
    if len(kept) >= _KEPT_IN_MEMORY:
        kept.clear()


if __name__ == "__main__":
    Definitions(Catalogue()).warm()
