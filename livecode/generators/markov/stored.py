"""Counts of large corpora, kept in the cache folder so that they are made once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import numpy as np

from livecode.config import folder
from livecode.generators.markov.melody import STEPPING, STEPS, TIMES, TIMING
from livecode.generators.markov.mixing import Counts, Mixture
from livecode.generators.markov.variable import SMOOTHING, MelodyModel, weights
from livecode.music.corpus import DAMAGED, Corpus, pack

LARGE = 20_000
"""Notes from which on counting takes long enough to be kept."""
PARTS = ("keys", "starts", "symbols", "counts")
CORPORA_KEPT = 6


def melody_model(music: Corpus) -> MelodyModel:
    """The chain of variable order for a corpus, counted now or before."""
    if music.notes < LARGE:
        return MelodyModel.learn(piece.phrase for piece in music)
    place = folder("cache") / "chains" / _digest(music)
    model = _read(place)
    if model is None:
        model = MelodyModel.learn(piece.phrase for piece in music)
        # A cache that cannot be written costs time only.
        with contextlib.suppress(OSError):
            _write(model, place)
    return model


def _digest(music: Corpus) -> str:
    mark = blake2b(pack(music.pieces), digest_size=16)
    mark.update(repr((TIMING.groups, STEPPING.groups, TIMES, np.lib.format.MAGIC_PREFIX)).encode())
    return mark.hexdigest()


def _mixtures(model: MelodyModel) -> Iterator[tuple[str, Mixture]]:
    yield "timing", model.timing
    yield "stepping", model.stepping


def _write(model: MelodyModel, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    for old in sorted(place.parent.iterdir(), key=lambda each: each.stat().st_mtime)[: -CORPORA_KEPT + 1]:
        _remove(old)
    part = place.with_suffix(f".part{id(model)}")
    part.mkdir(exist_ok=True)
    for name, mixture in _mixtures(model):
        np.save(part / f"{name}_base.npy", mixture.base)
        for column in PARTS:
            np.save(part / f"{name}_{column}.npy", getattr(mixture.counts, column))
    try:
        part.rename(place)
    except OSError:
        # Another worker was quicker.
        _remove(part)


def _remove(place: Path) -> None:
    with contextlib.suppress(OSError):
        for file in place.iterdir():
            file.unlink()
        place.rmdir()


def _read(place: Path) -> MelodyModel | None:
    found = []
    try:
        for name, contexts, number, smoothing in (
            ("timing", TIMING, len(TIMES), SMOOTHING[0]),
            ("stepping", STEPPING, STEPS, SMOOTHING[1]),
        ):
            base = np.load(place / f"{name}_base.npy")
            if base.shape != (1, number):
                return None
            # Mapped, not read; as plain arrays, because numpy is slow with its own class for maps.
            columns = [np.asarray(np.load(place / f"{name}_{column}.npy", mmap_mode="r")) for column in PARTS]
            given = weights()
            found.append(
                Mixture(
                    contexts,
                    Counts(*columns),
                    base,
                    given[f"{name}_weights"],
                    given[f"{name}_bias"],
                    smoothing,
                )
            )
    except DAMAGED:
        return None
    return MelodyModel(found[0], found[1])
