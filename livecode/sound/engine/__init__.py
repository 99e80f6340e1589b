"""The sound engine: finding, starting, watching and ending scsynth (or the embedded engine)."""

from __future__ import annotations

from livecode.sound.engine.booting import boot
from livecode.sound.engine.options import EngineOptions
from livecode.sound.engine.server import Engine, Status

__all__ = ["Engine", "EngineOptions", "Status", "boot"]
