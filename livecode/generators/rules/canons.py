"""Canons: one line that fits itself, later and higher or lower.

The follower sings the leader's line so many steps of the scale away and so much later; the leader is
chosen so that the two agree, by the strict rules between parts.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from livecode.errors import ControlError, called
from livecode.generators.generator import Context, Spec
from livecode.generators.rules import line_alone
from livecode.generators.rules.harmoniser import Row, key_for, written
from livecode.generators.rules.line_notes import LineNote, Lines, Style
from livecode.generators.rules.lines_together import pair
from livecode.generators.rules.melody import rhythm
from livecode.generators.rules.slots import beat_of
from livecode.generators.rules.solver import Task
from livecode.generators.rules.steering import steered, taste
from livecode.generators.rules.theory import Key
from livecode.language.scales import Scale, scale_of
from livecode.music.phrase import Phrase, bar_ticks

CANON_STEPS = 3000
STEPS = {
    "unison": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "seventh": 6, "octave": 7,
}  # fmt: skip
LOWEST, HIGHEST = 43, 86


@dataclass(frozen=True)
class Canon:
    """A leader and followers `interval` steps of the scale away (negative: below), each `distance` beats.

    Later.
    """

    interval: int = -7
    distance: float = 4.0
    parts: int = 2
    key: str = ""

    def spec(self) -> Spec:
        """Plain data that makes it again."""
        return {
            "kind": "rules", "form": "canon", "interval": self.interval, "distance": self.distance,
            "parts": self.parts, "key": self.key,
        }  # fmt: skip

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """Some bars of canon; the followers begin with what the leader sang at the end of the phrase.

        Before.
        """
        key = key_for(self.key or str(context.constraints.get("in_scale", "")), context)
        scale = _scale(context, self.key, key)
        beat, bar = beat_of(context.metre), bar_ticks(context.metre)
        delay = round(self.distance * beat)
        followers = self.parts - 1
        spans = rhythm(length, context.metre, steered(context, "energy", 0.5), seed)
        if followers and length > bar:
            # A canon does not come to rest together: the last bar moves on as the first does.
            spans = [span for span in spans if span[1] <= length - bar]
            spans += [(on + length - bar, off + length - bar) for on, off in spans if off <= bar]
        centre = 71 + (-self.interval * followers if self.interval < 0 else 0) * 6 // 7
        centre = min(76, centre) if self.interval <= 0 else 62
        heard = _degree_table(scale)
        task = Task(seed=seed, taste=taste(context, 0.4))
        leader: list[LineNote] = []
        for on, off in spans:
            note = LineNote(0, on, off)
            degrees = [
                d for d in heard
                if centre - 9 <= heard[d] <= centre + 8
                and all(LOWEST <= heard.get(d + self.interval * n, 0) <= HIGHEST for n in range(self.parts))
            ]  # fmt: skip
            note.variable = task.choose(f"beat {on / beat + 1:g}", degrees or [0])
            note.read = _reader(heard, 0)
            leader.append(note)
        past = _past(context, delay * followers)
        parts: list[list[LineNote]] = [leader]
        for number in range(1, self.parts):
            line = []
            shift = self.interval * number
            for onset, end, pitch in past:
                begin, stop = onset + delay * number, end + delay * number
                if stop > 0 and begin < length:
                    moved = _folded(heard.get(_degree_of(heard, pitch) + shift, pitch))
                    line.append(LineNote(number, max(0, begin), min(stop, length), moved))
            for note in leader:
                begin, stop = note.onset + delay * number, note.end + delay * number
                if begin < length:
                    reply = LineNote(number, begin, min(stop, length), None, False, note.variable)
                    reply.read = _reader(heard, shift)
                    line.append(reply)
            parts.append(line)
        if self.interval > 0:
            parts.reverse()
        style = Style(key, strict=True, beat=beat, leap_limit=9)
        style.peak = 0.35 + 0.4 * random.Random(seed).random()
        line_alone.melody(task, _with_past(past, leader), Style(key, strict=True, leap_limit=9, arch=0.0))
        for upper in range(self.parts):
            for lower in range(upper + 1, self.parts):
                pair(task, parts, upper, lower, style)
        answer = task.solve(steps=CANON_STEPS)
        found = Lines([[(note, _pitch(note, answer.values)) for note in line] for line in parts], answer)
        return self._phrase(found, key, length, context.metre)

    def _phrase(self, found: Lines, key: Key, length: int, metre: tuple[int, int]) -> Phrase:
        rows: list[Row] = []
        origins: list[dict[str, Any]] = []
        for voice, line in enumerate(found.parts):
            for note, pitch in line:
                rows.append((note.onset, note.end - note.onset, pitch, voice, key.spelled(pitch)))
                role = "leader" if note.part == 0 else f"follower, {abs(self.interval) * note.part} steps "
                role += "" if note.part == 0 else ("below" if self.interval < 0 else "above")
                origins.append({"sings": role, "key": key.name})
        return written(rows, origins, found.answer, key, length, metre)


def _scale(context: Context, said: str, key: Key) -> Scale:
    asked = context.constraints.get("in_scale") or context.constraints.get("key") or said
    if asked:
        text = " ".join(map(str, asked)) if isinstance(asked, list | tuple) else str(asked)
        return scale_of(" ".join(text.replace(":", " ").split()))
    return scale_of(key.name)


def _degree_table(scale: Scale) -> dict[int, int]:
    """From degrees of a scale to MIDI pitches, over nine octaves."""
    return {d: round(scale.note(d)) + 60 for d in range(-36, 37)}


def _reader(heard: dict[int, int], shift: int) -> Callable[[int], int]:
    highest = max(heard)
    return lambda degree: _folded(heard[max(-highest, min(highest, degree + shift))])


def _folded(pitch: int) -> int:
    """A pitch in the octaves that there are."""
    return pitch % 12 + 12 * min(9, max(0, pitch // 12))


def _degree_of(heard: dict[int, int], pitch: int) -> int:
    return min(heard, key=lambda degree: (abs(heard[degree] - pitch), degree))


def _pitch(note: LineNote, values: tuple[Any, ...]) -> int:
    if note.fixed is not None:
        return note.fixed
    assert note.read is not None
    return note.read(values[note.variable])


def _past(context: Context, reach: int) -> list[tuple[int, int, int]]:
    """What the leader sang at the end of the phrase before: times are negative."""
    previous = context.previous
    if previous is None:
        return []
    found = []
    for note, origin in zip(previous.notes, previous.provenance):
        end = int(note["onset"] + note["duration"]) - previous.length
        if origin and origin.get("sings") == "leader" and end > -reach:
            found.append((int(note["onset"]) - previous.length, end, int(note["pitch"])))
    return found


def _with_past(past: list[tuple[int, int, int]], leader: list[LineNote]) -> list[LineNote]:
    return [*(LineNote(0, on, off, pitch) for on, off, pitch in past[-2:]), *leader]


def checked(interval: Any, distance: Any, parts: Any) -> tuple[int, float, int]:
    """The interval in steps of the scale, the distance in beats, the parts; ControlError for anything.

    Else.
    """
    if isinstance(interval, str):
        name, below = interval.strip().lower(), True
        if name.endswith(" above"):
            name, below = name[:-6], False
        name = name.removesuffix(" below").strip()
        if name not in STEPS:
            raise ControlError(f"interval={interval!r}: say octave, fifth, fourth above, unison, ...")
        interval = -STEPS[name] if below else STEPS[name]
    if isinstance(interval, bool) or not isinstance(interval, int) or not -14 <= interval <= 14:
        raise ControlError(
            f"interval={called(interval)}: give -14 to 14 steps of the scale, or 'fifth', 'octave above'"
        )
    if isinstance(distance, bool) or not isinstance(distance, int | float) or not 0.5 <= distance <= 16:
        raise ControlError(f"distance={distance!r}: give 0.5 to 16 beats")
    if isinstance(parts, bool) or parts not in (2, 3):
        raise ControlError(f"parts={parts!r}: give 2 or 3")
    return interval, float(distance), int(parts)
