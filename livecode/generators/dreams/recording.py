"""A recording as music: its onsets on the beat it seems to have, its bands as four voices.

```python
d1 >> dream("washing.wav").orchestra("glass", "reed", "strings", "cello")
```

What has a pitch keeps it, moved by octaves into its voice's compass; what is noise takes its height in its
bands for a height in the scale that the pitches of the recording fit best.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from livecode.config import folder
from livecode.errors import FileProblem, GeneratorError
from livecode.generators.dreams.child import asked
from livecode.generators.plan import Source
from livecode.language.pattern import Pattern
from livecode.language.time import Event, Fraction, Span
from livecode.music.events import note_values
from livecode.music.key import find_key
from livecode.music.phrase import TICKS, Phrase, concat, pitch_class
from livecode.music.reading import shown
from livecode.sets import folders

VERSION = "1"
COMPASS = ((64, 84), (55, 74), (48, 67), (36, 57))
"""Lowest and highest pitch of each voice, the top one first."""
MOST_BARS = 32
BARS_SHOWN = 10
MELODIC = 0.35
"""From which share of sure pitches on a recording is heard as one voice."""
BAR = 4 * TICKS
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}


@dataclass(frozen=True)
class Recording:
    """What was heard: the phrase it became, beats a minute, and how sure those are (0 to 1)."""

    name: str
    phrase: Phrase
    seconds: float
    bpm: float
    sure: float
    melodic: float

    def pattern(self) -> RecordedPart:
        """The phrase, looped, as a part to be listened to."""
        return RecordedPart(self.phrase, self.name)

    def __str__(self) -> str:
        beat = f"{self.bpm:.0f} beats a minute" if self.sure > 0.1 else "no clear beat"
        kind = "one voice" if self.melodic > MELODIC else "bands"
        notes = f"{len(self.phrase)} notes in {self.phrase.bars} bars"
        return f"{self.name}: {self.seconds:.1f} s, {beat}, {self.phrase.key}, {notes}, heard as {kind}"


class RecordedPart(Pattern):
    """A looped phrase whose voices are known to those who listen."""

    __slots__ = ("_looped", "name")

    def __init__(self, phrase: Phrase, name: str) -> None:
        self._looped, self.name = phrase, name
        values = note_values(phrase)
        bars = phrase.bars
        placed = []
        for note, value in zip(phrase.notes, values):
            begin = Fraction(int(note["onset"]), BAR)
            placed.append((begin, begin + Fraction(int(note["duration"]), BAR), value))

        def query(begin: Any, end: Any) -> list[Event]:
            events = []
            turn = int(begin // bars)
            while turn * bars < end or turn * bars == begin == end:
                for first, last, value in placed:
                    whole = Span(first + turn * bars, last + turn * bars)
                    if whole.end > begin and whole.begin < end:
                        part = Span(max(begin, whole.begin), min(end, whole.end))
                        events.append(Event(whole, part, dict(value)))
                turn += 1
            return events

        super().__init__(query, period=bars)

    def phrase(self, begin: int, end: int, metre: tuple[int, int]) -> Phrase:
        """Some bars of the loop, as the phrase they are."""
        bars, found = self._looped.bars, []
        while begin < end:
            at = begin % bars
            upto = min(bars, at + end - begin)
            found.append(self._looped.slice(at * BAR, upto * BAR))
            begin += upto - at
        return concat(found)


class RecordedSource(Source):
    """A recording to listen to: its voices stay what they are."""

    def __init__(self, part: RecordedPart) -> None:
        super().__init__(part)
        self._recorded = part

    def phrase(self, begin: int, end: int, metre: tuple[int, int]) -> Phrase:
        """What it plays from one cycle to another."""
        return self._recorded.phrase(begin, end, metre)


def heard(path: str | Path) -> Recording:
    """Listen to a sound file, in a worker, with a bar to watch; the same file is heard once only.

    Raises FileProblem for a file that is missing, damaged, silent, or longer than ten minutes.
    """
    place = found(path)
    name = place.name
    try:
        data = place.read_bytes() if place.stat().st_size < 1 << 30 else b""
    except OSError:
        raise FileProblem(f"{name} is not there: give a sound file, as in dream('washing.wav')") from None
    if not data:
        raise FileProblem(f"{name} is empty or larger than a gigabyte: give a shorter recording")
    stamp = blake2b(data, digest_size=12, person=VERSION.encode()).hexdigest()
    kept = folder("cache") / "heard" / f"{stamp}.json"
    try:
        told = json.loads(kept.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        shown(0, BARS_SHOWN, name)
        try:
            told = asked("livecode.generators.dreams.ears:analyse", {"path": str(place.resolve())})
        except GeneratorError as problem:
            raise FileProblem(str(problem)) from None
        finally:
            shown(BARS_SHOWN, BARS_SHOWN, name)
        _keep(kept, told)
    return music(name, told)


def found(path: str | Path) -> Path:
    """A sound file by its path, or by its name alone in a set's `models/recordings`."""
    place = Path(path).expanduser()
    if not place.exists() and place.name == str(path):
        for folder_of_models in folders("models"):
            kept = folder_of_models / "recordings" / place.name
            if kept.is_file():
                return kept
    return place


def _keep(place: Path, told: dict[str, Any]) -> None:
    part = place.with_name(f".{place.stem}.{os.getpid()}.json")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(told), encoding="utf-8")
        part.replace(place)
    except OSError:
        part.unlink(missing_ok=True)


def music(name: str, told: dict[str, Any]) -> Recording:
    """The phrase that what was heard becomes."""
    notes = told["notes"]
    bpm, seconds = float(told["bpm"]), float(told["seconds"])
    first = float(told["first"])
    bar_seconds = 240 / bpm
    bars = int(min(MOST_BARS, max(1, round((seconds - first) / bar_seconds))))
    key = _key(notes)
    heights = _heights(notes)
    octave = _octave(notes) if told["melodic"] > MELODIC else None
    rows = []
    for note, height in zip(notes, heights):
        onset = round((note["begin"] - first) / bar_seconds * BAR)
        if not 0 <= onset < bars * BAR:
            continue
        length = max(TICKS // 8, round((note["end"] - note["begin"]) / bar_seconds * BAR))
        voice = int(note["voice"])
        if octave is not None and voice == 0:
            pitch = min(127, max(0, round(note["pitch"]) + octave))
        else:
            pitch = _pitch(note, height, voice, key)
        loud = 38 + round(86 * min(1.0, note["loudness"]) ** 0.7)
        rows.append((onset, min(length, bars * BAR - onset), pitch, voice, loud))
    rows.sort()
    kept = _one_at_a_time(rows)
    if not kept:
        raise FileProblem(f"nothing in {name} could be made a note: give another recording")
    onsets, lengths, pitches, voices, louds = zip(*kept)
    phrase = Phrase.of(pitches, lengths, onsets, louds, voices, length=bars * BAR, key=key)
    return Recording(name, phrase, seconds, bpm, float(told["sure"]), float(told["melodic"]))


def _one_at_a_time(rows: list[tuple[int, int, int, int, int]]) -> list[tuple[int, int, int, int, int]]:
    """Each voice sings one note at a time, on no finer a grid than 32nds."""
    grid = TICKS // 8
    last: dict[int, int] = {}
    found: list[tuple[int, int, int, int, int]] = []
    for onset, length, pitch, voice, loud in rows:
        before = last.get(voice)
        if before is not None:
            began, lasted, *rest = found[before]
            if onset - began < grid:
                continue
            found[before] = (began, min(lasted, onset - began), rest[0], rest[1], rest[2])
        last[voice] = len(found)
        found.append((onset, length, pitch, voice, loud))
    return found


def _key(notes: list[dict[str, Any]]) -> str:
    pitched = [note for note in notes if note["pitch"] > 0]
    if len(pitched) < 3:
        return "d minor"
    lengths = [max(1, round((note["end"] - note["begin"]) * TICKS)) for note in pitched]
    pitches = [min(127, max(0, round(note["pitch"]))) for note in pitched]
    return find_key(Phrase.of(pitches, lengths)) or "d minor"


def _octave(notes: list[dict[str, Any]]) -> int:
    """By how many octaves a melody moves, all of it, to lie in the top voice's compass: its contour stays."""
    pitches = np.array([note["pitch"] for note in notes if note["voice"] == 0])
    low, high = COMPASS[0]
    return round(((low + high) / 2 - float(np.median(pitches))) / 12) * 12


def _heights(notes: list[dict[str, Any]]) -> list[float]:
    """How high each note lies in its bands, beside the others of its voice: what hardly moves is made to."""
    found = [0.5] * len(notes)
    for voice in range(len(COMPASS)):
        own = [index for index, note in enumerate(notes) if int(note["voice"]) == voice]
        if own:
            heights = np.array([notes[index]["height"] for index in own])
            spread = max(float(heights.std()), 0.001)
            for index, height in zip(own, heights):
                found[index] = float(np.clip(0.5 + (height - heights.mean()) / (4 * spread), 0.0, 1.0))
    return found


def _pitch(note: dict[str, Any], height: float, voice: int, key: str) -> int:
    """A note's pitch in its voice's compass: its own by octaves, or its height on the scale."""
    low, high = COMPASS[voice]
    if note["pitch"] > 0:
        pitch: int = round(note["pitch"])
        while pitch < low:
            pitch += 12
        while pitch > high:
            pitch -= 12
        return pitch
    tonic, _, mode = key.partition(" ")
    root = pitch_class(tonic)
    steps = SCALES.get(mode, SCALES["minor"])
    inside = [p for p in range(low, high + 1) if (p - root) % 12 in steps]
    return inside[min(len(inside) - 1, int(height * len(inside)))]


__all__ = ["RecordedPart", "RecordedSource", "Recording", "heard", "music"]
