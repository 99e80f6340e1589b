"""Sources on stage: `ndef("fog", lambda cutoff=800: LPF.ar(PinkNoise.ar(), cutoff) * 0.2)`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any

from livecode.errors import ControlError, NameUnknown
from livecode.sound.command import GlobalEffect
from livecode.sound.layout import ORBITS
from livecode.sound.sources import EFFECT, FADE, Source, build

if TYPE_CHECKING:
    from livecode.sound.command import DefinitionLoad
    from livecode.sound.resolve import Resolver


class Ndef:
    """A source by its name: `.set(cutoff=400)`, `.fade(8)`, `.stop()`.

    `d5 >> source("fog").cutoff("<300 900>")` moves its controls by a pattern.
    """

    def __init__(self, name: str, sources: Sources) -> None:
        self.name = name
        self._sources = sources

    def set(self, **controls: float) -> Ndef:
        """Sets controls, smoothly."""
        self._sources.change(self.name, controls)
        return self

    def fade(self, seconds: float) -> Ndef:
        """How long the next replacement, or the end, takes."""
        self._sources.change(self.name, {"fade": seconds})
        return self

    def stop(self, fade: float | None = None) -> None:
        """Lets it fade out and end."""
        self._sources.stop(self.name, fade)

    def __repr__(self) -> str:
        return self._sources.described(self.name)


class Sources:
    """Every source of a session: what it was made of and where it stands.

    `ship` gets definitions, `send` the commands of an evaluation; `resolver()` knows instruments by name.
    """

    def __init__(
        self,
        resolver: Callable[[], Resolver],
        ship: Callable[[list[DefinitionLoad]], None],
        send: Callable[[list[GlobalEffect]], None],
    ) -> None:
        self._resolver, self._ship, self._send = resolver, ship, send
        self._made: dict[str, tuple[Source, int, float]] = {}

    def place(
        self, name: str, what: Any, fade: float | None, orbit: int, controls: Mapping[str, Any]
    ) -> Ndef:
        """Starts a source, replaces one, or only changes the controls of one (`what` is None)."""
        if what is None:
            given = dict(controls) if fade is None else {**controls, "fade": fade}
            self.change(name, given)
            return Ndef(name, self)
        if isinstance(what, str):
            catalogue = self._resolver().catalogue
            what = catalogue.function_of(catalogue.instrument(what))
        source = build(name, what)
        before = self._made.get(name)
        lasting = fade if fade is not None else before[2] if before else FADE
        settings = _checked(source, {**controls, "fade": lasting})
        place = int(orbit) % ORBITS
        if before is not None and before[1] != place:
            self.stop(name, lasting)
        self._made[name] = (source, place, lasting)
        self._resolver().source(source, place)
        self._ship([source.load])
        self._send([GlobalEffect(0.0, place, EFFECT + name, 0, settings, (), source.load.name)])
        return Ndef(name, self)

    def change(self, name: str, controls: Mapping[str, Any]) -> None:
        """Sets controls of a source that sounds. Raises NameUnknown when there is none of that name."""
        source, orbit, fade = self._known(name)
        settings = _checked(source, controls)
        self._made[name] = (source, orbit, dict(settings).get("fade", fade))
        self._send([GlobalEffect(0.0, orbit, EFFECT + name, 0, settings, (), source.load.name)])

    def stop(self, name: str, fade: float | None = None) -> None:
        """Lets a source end."""
        source, orbit, lasting = self._known(name)
        settings = (("fade", lasting if fade is None else float(fade)), ("gate", 0.0))
        del self._made[name]
        self._resolver().source(None, orbit, name)
        self._send([GlobalEffect(0.0, orbit, EFFECT + name, 0, settings, (), source.load.name)])

    def described(self, name: str) -> str:
        """A source and its controls in a line."""
        found = self._made.get(name)
        if found is None:
            return f"ndef {name!r}: stopped"
        own = [key for key in found[0].controls if key not in ("out", "gate")]
        return f"ndef {name!r} on orbit {found[1]}, fades in {found[2]:g} s: {', '.join(own)}"

    def _known(self, name: str) -> tuple[Source, int, float]:
        found = self._made.get(name)
        if found is None:
            raise NameUnknown("source", name, self._made, "start one: ndef('fog', lambda: ...)")
        return found


def _checked(source: Source, controls: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    found = []
    for key, value in controls.items():
        control = source.controls.get(key)
        if control is None or key in ("out", "gate"):
            known = [each for each in source.controls if each not in ("out", "gate")]
            raise NameUnknown(f"control of source {source.name!r}", key, known)
        if not isinstance(value, Real) or not math.isfinite(float(value)):
            raise ControlError(f"{key} of source {source.name!r} needs a number, not {value!r:.40}")
        found.append((key, control.clip(float(value))))
    return tuple(found)
