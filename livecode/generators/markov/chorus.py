"""A choir that sings what might have been in Bach's chorales, under what is asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.errors import GeneratorError
from livecode.generators.attributes import Tilt
from livecode.generators.generator import Context, Spec
from livecode.generators.markov.asked import Asked
from livecode.generators.markov.choir import ORDER, REST, SILENT, UNISON, VOICES, WIDEST, Choir
from livecode.generators.markov.chorale import ChoraleModel
from livecode.generators.markov.copying import Copied
from livecode.music.corpus import Corpus
from livecode.music.phrase import SIXTEENTH, Phrase, bar_ticks

RANGES = ((57, 81), (50, 76), (45, 70), (36, 64))
"""The lowest and highest note of soprano, alto, tenor and bass in the chorales."""
APPROACH = 12
"""Sixteenths before the last note in which the soprano makes for it."""
LAST_NOTE = 4
"""Sixteenths that the last note of a phrase lasts at least when it was asked for."""
ATTEMPTS = 8
LONGEST_QUOTED = 6
LEARNT_FROM = 256
"""Sixteenths of what it has heard that it can take in between two phrases."""
FAINTEST = 0.1
"""A note less likely than this share of the likeliest is not sung: one such slip would lead to the next."""
PLAIN = 0.8
"""The temperature when none is asked for: as many moves and leaps as in the corpus. At 1 small slips add up,
each leading to a place the chorales never visit."""
CROWDED = 0.1
"""How much less a note is wanted that crosses the next voice."""


@dataclass
class Chorus:
    """The chain for four voices as a composer."""

    name: str
    model: ChoraleModel
    corpus: Corpus
    tilts = True

    def spec(self) -> Spec:
        """What rebuilds it in a worker."""
        return {"kind": "markov", "corpus": self.name, "order": None}

    def _learnt(self, heard: Phrase | None) -> ChoraleModel:
        """What it knows, with what it has heard; only four parts can teach it anything."""
        if heard is None or heard.voices != VOICES:
            return self.model
        return self.model.having_heard(heard.grid(SIXTEENTH, VOICES)[-LEARNT_FROM:])

    def likelihood(self, phrase: Phrase) -> float:
        """Nats a note that it needs for four voices."""
        return float(self.model.nats([phrase.grid(SIXTEENTH, VOICES)]).sum()) / max(1, len(phrase))

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """Four voices for exactly `length` ticks; three when it sings with a part it is given."""
        random = np.random.default_rng(seed)
        asked = Asked.of(context.constraints)
        for attempt in range(ATTEMPTS):
            try:
                return self._composed(context, length, asked, random)
            except GeneratorError:
                # Sung step by step, a voice may be led where nothing is allowed: another time it is not.
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def _composed(self, context: Context, length: int, asked: Asked, random: np.random.Generator) -> Phrase:
        steps = -(-length // SIXTEENTH)
        given, role = _given(context.over, steps)
        choir = Choir()
        if context.previous is not None:
            _remember(choir, context, role)
        temperature = min(10.0, max(0.05, context.parameter("temperature", PLAIN)))
        model = self._learnt(context.heard)
        singers = _Singers(self, model, asked, random, temperature, Tilt.of(context, _home(asked)))
        grid = np.zeros((steps, VOICES), np.int64)
        struck: dict[tuple[int, int], dict[str, Any]] = {}
        before = singers.tracks(choir, context.previous)
        first = 0
        bar = max(1, bar_ticks(context.metre) // SIXTEENTH)
        for step in range(steps):
            now: dict[int, int] = {}
            for place, voice in enumerate(ORDER):
                if voice == role:
                    now[voice] = int(given[step])
                    continue
                if voice == 0 and asked.middle:
                    raise GeneratorError("a choir knows contour('rise') and contour('fall') only")
                allowed = self._allowed(asked, voice, step, steps, first)
                if voice == 0 and asked.rhymes:
                    allowed = self._rhymed(asked, allowed, grid[:step, 0], step, steps, bar)
                now[voice], origin = singers.sing(choir, place, now, allowed, before[voice], step == 0)
                if origin is not None and now[voice] != REST:
                    struck[step, voice] = origin
                    before[voice].append(now[voice])
            if step == 0:
                first = now[0]
            chord = [now[voice] for voice in range(VOICES)]
            grid[step] = chord
            choir.advance(chord)
        if role is not None:
            grid[:, role] = REST
        phrase = Phrase.from_grid(grid, metre=context.metre)
        if phrase.length != length:
            phrase = phrase.slice(0, length)
        phrase.provenance = [
            struck.get((int(note["onset"]) // SIXTEENTH, int(note["voice"])), {"because": "it goes on"})
            for note in phrase.notes
        ]
        return phrase

    def _allowed(
        self, asked: Asked, voice: int, step: int, steps: int, first: int
    ) -> npt.NDArray[np.float64] | None:
        """Weights of the pitches 0..127 for a voice at a step, None when anything goes."""
        plain = asked.tonic is None
        if voice != 0:
            return None if plain else self._mask(asked.allowed)
        if step == 0 and asked.first != asked.allowed:
            return self._mask(asked.first)
        last = asked.last
        if asked.contour and step:
            last = frozenset(p for p in last if (p - first) * asked.contour > 0)
            if not last:
                raise GeneratorError(
                    "no phrase can begin and end there with that contour: change begins or ends"
                )
        left = steps - step
        if last != asked.allowed and left <= LAST_NOTE:
            return self._mask(last)
        if last != asked.allowed and left <= LAST_NOTE + APPROACH:
            # The nearer the end, the nearer to a note it may end on.
            distance = self._distance(last)
            width = 1.0 + (left - LAST_NOTE) * 0.9
            weights = self._mask(asked.allowed) * np.exp(-((distance / width) ** 2))
            return np.maximum(weights, 1e-9 * self._mask(asked.allowed))
        return None if plain else self._mask(asked.allowed)

    def _rhymed(
        self,
        asked: Asked,
        allowed: npt.NDArray[np.float64] | None,
        sung: npt.NDArray[np.int64],
        step: int,
        steps: int,
        bar: int,
    ) -> npt.NDArray[np.float64] | None:
        """The soprano's last beat in a bar that rhymes is that of the first bar of its kind."""
        other = asked.rhymes_with(step // bar)
        left = (step // bar + 1) * bar - step
        if other is None:
            closing = asked.rhymes_with((steps - 1) // bar) == step // bar and asked.last != asked.allowed
            return self._mask(asked.last) if closing and left <= LAST_NOTE else allowed
        goal = int(sung[(other + 1) * bar - 1])
        if goal == REST:
            return allowed
        if left <= LAST_NOTE:
            return self._mask(frozenset({goal}))
        near = np.exp(-((np.abs(np.arange(128) - goal) / (1.0 + left)) ** 2))
        weights = near if allowed is None else allowed * near
        return np.maximum(weights, 1e-9 * (1.0 if allowed is None else (allowed > 0)))

    def _mask(self, pitches: frozenset[int]) -> npt.NDArray[np.float64]:
        key = ("mask", pitches)
        if key not in self._kept:
            mask = np.zeros(128)
            mask[list(pitches)] = 1
            self._kept[key] = mask
        found: npt.NDArray[np.float64] = self._kept[key]
        return found

    def _distance(self, pitches: frozenset[int]) -> npt.NDArray[np.float64]:
        key = ("distance", pitches)
        if key not in self._kept:
            near = np.array(sorted(pitches))
            self._kept[key] = np.abs(np.arange(128)[:, None] - near[None]).min(1).astype(float)
        found: npt.NDArray[np.float64] = self._kept[key]
        return found

    @cached_property
    def _kept(self) -> dict[Any, Any]:
        return {}

    @cached_property
    def lines(self) -> list[tuple[str, list[int]]]:
        """Each voice of each piece: the piece's name and the voice's pitches."""
        return [
            (piece.name, piece.phrase.voice(voice).notes["pitch"].tolist())
            for piece in self.corpus
            for voice in range(VOICES)
        ]

    def copied(self, longest: int) -> Copied | None:
        """The runs that must not come, None when nothing was asked."""
        if not longest:
            return None
        key = ("runs", longest)
        if key not in self._kept:
            self._kept[key] = Copied([pitches for _, pitches in self.lines], longest)
        found: Copied = self._kept[key]
        return found

    @cached_property
    def quotations(self) -> dict[tuple[int, ...], str]:
        """For each run of up to six intervals the piece it was first met in."""
        found: dict[tuple[int, ...], str] = {}
        for name, pitches in self.lines:
            intervals = np.diff(pitches).tolist()
            for end in range(1, len(intervals) + 1):
                for size in range(2, min(LONGEST_QUOTED, end) + 1):
                    found.setdefault(tuple(intervals[end - size : end]), name)
        return found

    def source(self, track: Sequence[int], pitch: int) -> dict[str, Any]:
        """Which piece the end of a voice is found in, and over how many notes."""
        notes = [*track[-LONGEST_QUOTED:], pitch]
        steps = tuple(np.diff(notes).tolist())
        for size in range(len(steps), 1, -1):
            name = self.quotations.get(steps[-size:])
            if name is not None:
                return {"from": name, "notes alike": size + 1}
        return {}


@dataclass
class _Singers:
    """The voices drawing their notes."""

    chorus: Chorus
    model: ChoraleModel
    asked: Asked
    random: np.random.Generator
    temperature: float
    tilt: Tilt | None = None

    def tracks(self, choir: Choir, previous: Phrase | None) -> list[list[int]]:
        """What each voice has sung, note by note."""
        if previous is None:
            return [[] for _ in range(VOICES)]
        return [previous.voice(voice).notes["pitch"].tolist() for voice in range(VOICES)]

    def sing(
        self,
        choir: Choir,
        place: int,
        now: dict[int, int],
        allowed: npt.NDArray[np.float64] | None,
        track: Sequence[int],
        struck_anyway: bool,
    ) -> tuple[int, dict[str, Any] | None]:
        """The voice's pitch and, when it is a new note, why."""
        voice = ORDER[place]
        views = np.array([choir.views(place, now)], np.int64)
        held = choir.held(voice)
        staying = 0.0
        banned = held != REST and (
            (allowed is not None and allowed[held] == 0) or (struck_anyway and self._copies(track, held))
        )
        if choir.time and not banned:
            odds = float(self.model.moves(views)[0]) / self.temperature
            if self.tilt is not None and self.tilt.timely:
                odds += self._eager(choir)
            staying = float(1.0 / (1.0 + np.exp(np.clip(odds, -50, 50))))
        if self.random.random() < staying:
            because = {"because": "held on", "probability": staying} if struck_anyway else None
            return held, because
        weights = self._weights(choir, voice, now, views, allowed, track)
        total = weights.sum()
        if total <= 0:
            if held != REST and staying > 0:
                return held, {"because": "nothing else is allowed"} if struck_anyway else None
            raise GeneratorError(f"no note fits what is asked of voice {voice}: ask for less")
        sums = np.cumsum(weights)
        symbol = min(int(np.searchsorted(sums, self.random.random() * total, "right")), len(weights) - 1)
        if symbol == SILENT:
            return REST, None
        pitch = choir.pitches[voice] + symbol - WIDEST
        chance = (1.0 - staying) * float(weights[symbol] / total)
        beat = choir.time / 4 % 4 + 1
        return pitch, {"probability": chance, "beat": beat, **self.chorus.source(track, pitch)}

    def _weights(
        self,
        choir: Choir,
        voice: int,
        now: dict[int, int],
        views: npt.NDArray[np.int64],
        allowed: npt.NDArray[np.float64] | None,
        track: Sequence[int],
    ) -> npt.NDArray[np.float64]:
        logits = self.model.whereto(views)[0].astype(float) / self.temperature
        if self.tilt is not None:
            before = choir.pitches[voice]
            home = self.tilt.home or choir.home
            added = replace(self.tilt, home=home).pitches(before, before + np.arange(SILENT) - WIDEST)
            logits[:SILENT] += added
        weights: npt.NDArray[np.float64] = np.exp(logits - logits.max())
        weights[weights < FAINTEST] *= 1e-6
        own = choir.pitches[voice]
        pitches = own + np.arange(SILENT) - WIDEST
        low, high = RANGES[voice]
        # A voice that has been left outside its range may come back step by step.
        inside = ((pitches >= min(low, own)) & (pitches <= max(high, own))) | (pitches == own)
        weights[:SILENT] *= inside
        for other, crossing in self._neighbours(voice, choir, now):
            weights[:SILENT] *= np.where((pitches - other) * crossing > 0, CROWDED, 1.0)
        if allowed is not None:
            weights[SILENT] = 0
            weights[:SILENT] *= allowed[np.clip(pitches, 0, 127)]
        self._uncopied(weights, track, own)
        if allowed is not None and weights.sum() <= 0:
            # Nothing usual: whatever is allowed, the nearest first.
            weights[:SILENT] = allowed[np.clip(pitches, 0, 127)] * np.exp(-np.abs(pitches - own) / 3.0)
            weights[:SILENT] *= (pitches >= 0) & (pitches <= 127)
            weights[UNISON] = 0 if choir.singing[voice] else weights[UNISON]
            self._uncopied(weights, track, own)
        return weights

    def _uncopied(self, weights: npt.NDArray[np.float64], track: Sequence[int], own: int) -> None:
        """Rule out notes that end a run longer than may be copied."""
        if self.asked.max_copy:
            for symbol in np.flatnonzero(weights[:SILENT]).tolist():
                if self._copies(track, own + symbol - WIDEST):
                    weights[symbol] = 0

    def _eager(self, choir: Choir) -> float:
        """How much more a voice wants to move here, in nats: oftener, more seldom, or between the beats."""
        assert self.tilt is not None
        asked = self.tilt.wanted
        off = asked.get("offbeats", 0.0) * (1.0 if choir.time % 4 else -1.0)
        return asked.get("density", 0.0) - asked.get("length", 0.0) + off

    def _neighbours(self, voice: int, choir: Choir, now: dict[int, int]) -> list[tuple[int, int]]:
        """The next voices' pitches, decided or before, and on which side this voice would cross each."""
        found = []
        for other, crossing in ((voice - 1, 1), (voice + 1, -1)):
            if 0 <= other < VOICES and (choir.time or other in now):
                found.append((now.get(other) or choir.pitches[other], crossing))
        return found

    def _copies(self, track: Sequence[int], pitch: int) -> bool:
        copied = self.chorus.copied(self.asked.max_copy)
        return copied is not None and copied.forbids(track, pitch)


def _home(asked: Asked) -> frozenset[int]:
    """The pitch classes of the scale asked for; none when the choir is to say which key it is in."""
    return frozenset(pitch % 12 for pitch in asked.allowed) if asked.tonic is not None else frozenset()


def _given(over: Phrase | None, steps: int) -> tuple[npt.NDArray[np.int16], int | None]:
    """What it sings with, step by step, and as which voice: the top when it lies high, else the bottom."""
    if over is None or not len(over):
        return np.zeros(steps, np.int16), None
    line = over.monophonic()
    centre = float(np.average(line.notes["pitch"], weights=line.notes["duration"]))
    role = 0 if centre >= 57 else 3
    low, high = RANGES[role]
    octaves = 12 * round(((low + high) / 2 - centre) / 12)
    grid = line.grid(SIXTEENTH, 1)[:steps, 0]
    column = np.zeros(steps, np.int16)
    column[: len(grid)] = np.where(grid > 0, grid + octaves, REST)
    return column, role


def _remember(choir: Choir, context: Context, role: int | None) -> None:
    """Sing the phrase before again in silence."""
    previous = context.previous
    assert previous is not None
    grid = previous.grid(SIXTEENTH, VOICES)
    if role is not None and context.over_before is not None:
        grid[:, role] = _given(context.over_before, len(grid))[0]
    for chord in grid.tolist():
        choir.advance(chord)
