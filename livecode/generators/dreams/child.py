"""The process in which nets dream: one for all dreams, with room for torch, its answers kept on disk."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.config import folder
from livecode.errors import GeneratorError
from livecode.generators.pool import digest
from livecode.music.process import Child, ChildLost, RemoteError

MEMORY = 12 << 30
"""Bytes of data it may hold."""
NICENESS = 10
LONGEST = 120.0
KEPT = 256
"""Dreams kept on disk; the oldest go first."""
CHUNK = 3

Progress = Callable[[int, int], None]


class Called(GeneratorError):
    """A dream that was called off."""


@cache
def process() -> Child:
    """The process, which starts when it is first asked."""
    made = Child(MEMORY, NICENESS)
    atexit.register(made.stop)
    return made


def asked(function: str, argument: Any, seconds: float = LONGEST) -> Any:
    """What a function of the nets gives in that process; GeneratorError in one line when it cannot."""
    try:
        return process().call(function, argument, seconds)
    except RemoteError as problem:
        if problem.kind in ("ModuleNotFoundError", "ImportError") and "torch" in str(problem):
            raise GeneratorError("dreaming needs torch, which is not installed: pip install torch") from None
        if problem.kind == "MemoryError":
            process().stop()
            raise GeneratorError("the dream ran out of memory: ask for fewer bars") from None
        raise GeneratorError(str(problem)) from None
    except ChildLost as lost:
        raise GeneratorError(f"the dreaming process was lost ({lost}): evaluate the line again") from None


class Descent:
    """What a net makes of a piece, step by step: pieces (steps, time, voices) and their activations."""

    def __init__(self, pieces: npt.NDArray[np.int64], activations: npt.NDArray[np.float64]) -> None:
        self.pieces, self.activations = pieces, activations


_called_off = threading.Event()


def call_off() -> None:
    """End every dream that is being dreamt; the music goes on with what there is."""
    _called_off.set()
    process().kill()


def descend(request: dict[str, Any], steps: int, progress: Progress | None = None) -> Descent:
    """The dream of a request down to so many steps: from disk, or dreamt now, a few steps at a time."""
    key = digest(request).hex()
    place = folder("cache") / "dreams" / f"{key}.npz"
    kept = _read(place)
    if kept is not None and len(kept.pieces) > steps:
        return kept
    _called_off.clear()
    done = 0
    answer: dict[str, Any] = {}
    while done < steps or not answer:
        done = min(steps, done + CHUNK)
        try:
            answer = asked(
                "livecode.generators.neural.dreaming:ascend", {**request, "key": key, "steps": done}
            )
        except GeneratorError:
            if _called_off.is_set():
                raise Called("the dream was called off") from None
            raise
        if _called_off.is_set():
            raise Called("the dream was called off")
        if progress is not None:
            progress(done, steps)
    made = Descent(np.array(answer["pieces"], np.int64), np.array(answer["activations"], np.float64))
    _write(place, made)
    return made


def _read(place: Any) -> Descent | None:
    try:
        with np.load(place, allow_pickle=False) as kept:
            pieces, activations = kept["pieces"].astype(np.int64), kept["activations"].astype(np.float64)
    except (OSError, ValueError, KeyError, EOFError):
        return None
    return Descent(pieces, activations) if pieces.ndim == 3 and len(pieces) == len(activations) else None


def _write(place: Any, made: Descent) -> None:
    part = place.with_name(f".{place.stem}.{os.getpid()}.{threading.get_ident()}.npz")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(part, pieces=made.pieces.astype(np.int16), activations=made.activations)
        part.replace(place)
        old = sorted(place.parent.glob("*.npz"), key=lambda each: each.stat().st_mtime)
        for each in old[:-KEPT]:
            each.unlink(missing_ok=True)
    except OSError:
        part.unlink(missing_ok=True)
