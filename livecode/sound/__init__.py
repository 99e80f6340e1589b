"""Sound: SuperCollider's engine, instruments, samples, mixer, offline render and recording.

Nothing is loaded until it is asked for: `from livecode.sound import boot` loads the engine only.

>>> import livecode.sound
>>> livecode.sound.Note(0.0, 1.0, "lc-kick-0", 1).slot
1
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from livecode.sound.catalogue import Catalogue
    from livecode.sound.command import BufferFree, BufferLoad, DefinitionLoad, GlobalEffect, Note
    from livecode.sound.declare import Control, effect, instrument
    from livecode.sound.definitions import Definition, Definitions
    from livecode.sound.encode import Encoder, timetag
    from livecode.sound.engine import Engine, EngineOptions, boot
    from livecode.sound.levels import Levels
    from livecode.sound.mixer import Mixer
    from livecode.sound.record import Recorder
    from livecode.sound.render import Renderer
    from livecode.sound.resolve import Resolver
    from livecode.sound.samples import Samples

_HOMES = {
    "Catalogue": "catalogue",
    "BufferFree": "command",
    "BufferLoad": "command",
    "DefinitionLoad": "command",
    "GlobalEffect": "command",
    "Note": "command",
    "Control": "declare",
    "effect": "declare",
    "instrument": "declare",
    "Definition": "definitions",
    "Definitions": "definitions",
    "Encoder": "encode",
    "timetag": "encode",
    "boot": "engine",
    "Engine": "engine",
    "EngineOptions": "engine",
    "Levels": "levels",
    "Mixer": "mixer",
    "Recorder": "record",
    "Renderer": "render",
    "Resolver": "resolve",
    "Samples": "samples",
}

__all__ = [
    "BufferFree",
    "BufferLoad",
    "Catalogue",
    "Control",
    "Definition",
    "DefinitionLoad",
    "Definitions",
    "Encoder",
    "Engine",
    "EngineOptions",
    "GlobalEffect",
    "Levels",
    "Mixer",
    "Note",
    "Recorder",
    "Renderer",
    "Resolver",
    "Samples",
    "boot",
    "effect",
    "instrument",
    "timetag",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"livecode.sound has no name {name!r}")
    value = getattr(import_module(f"livecode.sound.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


class _Room(ModuleType):
    """The room can be called: `sound("bd")` is a word that performers type, and `from livecode import *`
    brings the room under this name once something of it is in use."""

    def __call__(self, *values: Any) -> Any:
        """Another name of `s`."""
        from livecode.language import REGISTRY

        return REGISTRY["s"].exported(*values)


sys.modules[__name__].__class__ = _Room
