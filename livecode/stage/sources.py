"""Sources on stage: `ndef("fog", lambda cutoff=800: LPF.ar(PinkNoise.ar(), cutoff) * 0.2)`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from numbers import Real
from typing import TYPE_CHECKING, Any

from livecode.errors import ControlError, NameUnknown
from livecode.sound.layout import ORBITS
from livecode.sound.sources import FADE, Source, build
from livecode.stage.evaluation import calling_text
from livecode.stage.scene import Draft, Standing

if TYPE_CHECKING:
    from livecode.stage.machinery import Machinery

HIDDEN = ("out", "gate")


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
    """What a performer does to the sources of a session: wishes, as everything else in an evaluation."""

    def __init__(self, session: Machinery) -> None:
        self._session = session

    def place(
        self, name: str, what: Any, fade: float | None, orbit: int, controls: Mapping[str, Any]
    ) -> Ndef:
        """Starts a source, replaces one, or only changes the controls of one (`what` is None)."""
        if what is None:
            given = dict(controls) if fade is None else {**controls, "fade": fade}
            self.change(name, given)
            return Ndef(name, self)
        resolver: Any = self._session._preparer.resolver
        if isinstance(what, str):
            catalogue = resolver.catalogue
            what = catalogue.function_of(catalogue.instrument(what))
        source = build(name, what)
        before = self._standing.get(name)
        lasting = fade if fade is not None else before.settings["fade"] if before else FADE
        settings = _checked(source, {**controls, "fade": lasting})
        place = int(orbit) % ORBITS
        if before is not None and (before.source.load.name, before.orbit) == (source.load.name, place):
            settings = {**before.settings, **settings}
        # Now already, for what is said of it in the same block.
        resolver.source(source, place)
        self._session._ship([source.load])
        text, since, file = calling_text(), self._session.now(), self._session._file()
        standing = Standing(source, place, settings, text, since, file)
        self._session._wish(Draft(sources={name: standing}))
        return Ndef(name, self)

    def change(self, name: str, controls: Mapping[str, Any]) -> None:
        """Sets controls of a source that sounds. Raises NameUnknown when there is none of that name."""
        known = self._known(name)
        settings = {**known.settings, **_checked(known.source, controls)}
        self._session._wish(Draft(sources={name: replace(known, settings=settings)}))

    def stop(self, name: str, fade: float | None = None) -> None:
        """Lets a source end."""
        known = self._known(name)
        lasting = known.settings["fade"] if fade is None else _checked(known.source, {"fade": fade})["fade"]
        self._session._wish(Draft(sources={name: None}, fades={name: lasting}))

    def described(self, name: str) -> str:
        """A source and its controls in a line."""
        found = self._standing.get(name)
        if found is None:
            return f"ndef {name!r}: stopped"
        own = ", ".join(key for key in found.source.controls if key not in HIDDEN)
        return f"ndef {name!r} on orbit {found.orbit}, fades in {found.settings['fade']:g} s: {own}"

    @property
    def _standing(self) -> Mapping[str, Standing]:
        return self._session._wished().sources

    def _known(self, name: str) -> Standing:
        found = self._standing.get(name)
        if found is None:
            raise NameUnknown("source", name, self._standing, "start one: ndef('fog', lambda: ...)")
        return found


def _checked(source: Source, controls: Mapping[str, Any]) -> dict[str, float]:
    found = {}
    for key, value in controls.items():
        control = source.controls.get(key)
        if control is None or key in HIDDEN:
            known = [each for each in source.controls if each not in HIDDEN]
            raise NameUnknown(f"control of source {source.name!r}", key, known)
        if not isinstance(value, Real) or not math.isfinite(float(value)):
            raise ControlError(f"{key} of source {source.name!r} needs a number, not {value!r:.40}")
        found[key] = control.clip(float(value))
    return found
