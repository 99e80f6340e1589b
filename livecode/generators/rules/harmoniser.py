"""A given melody in four parts, and a given bass with figures: composers that make phrases of harmony."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from livecode.errors import ControlError, GeneratorError
from livecode.generators.generator import Context, Spec
from livecode.generators.markov.asked import scale_pitches
from livecode.generators.rules.chords import Given, local_keys
from livecode.generators.rules.harmony import Harmony, Sung, harmonised
from livecode.generators.rules.ornaments import Way, ornamented
from livecode.generators.rules.slots import slots_of
from livecode.generators.rules.solver import Answer
from livecode.generators.rules.steering import steered, taste
from livecode.generators.rules.theory import Key
from livecode.generators.rules.voicing import RANGES
from livecode.music.key import key_correlations, pitch_class_weights
from livecode.music.phrase import Phrase, empty_notes

Row = tuple[int, int, int, int, int]
"""A note: onset, duration, pitch, voice, and its place on the line of fifths."""

HARMONY_STEPS = 6000
ORNAMENT_STEPS = 3000
END_ON_TONIC, END_ON_THIRD = 0.5, 0.25
"""How much a key gains when the melody ends on its tonic or third; correlations go from -1 to 1."""
MEMBERS = ("root", "third", "fifth", "seventh")
KINDS_OF_MOVE = {
    "pass": "passing note",
    "neighbour": "neighbour",
    "suspend": "suspension",
    "skip": "chord note",
}


@dataclass(frozen=True)
class Harmoniser:
    """Four parts over what another part plays; `whole` sounds the melody too, `close` ends with a cadence."""

    key: str = ""
    whole: bool = False
    close: bool = False
    led: ClassVar[bool] = True

    def spec(self) -> Spec:
        """Plain data that makes it again."""
        return {
            "kind": "rules", "form": "harmonise", "key": self.key, "whole": self.whole, "close": self.close,
        }  # fmt: skip

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """Alto, tenor and bass (and the soprano when `whole`) for the melody in `context.over`."""
        if context.over is None:
            raise GeneratorError("harmonise() has no melody: give it a slot, harmonise(d1), or notes")
        for name in ("begins", "ends", "contour"):
            if name in context.constraints:
                raise ControlError(f"harmonise() does not choose its melody: take out {name}()")
        melody = context.over.monophonic()
        melody = Phrase(melody.notes, length, context.metre).slice(0, length)
        if not len(melody):
            return Phrase.silence(length, context.metre)
        shift = octaves_to_soprano(melody)
        key = key_for(self.key, context, closing=self.close)
        slots = slots_of(melody.transpose(shift), self.close)
        scale = allowed(context)
        before = last_chord(context, self.whole, shift)
        given = Given(scale=scale, before=before)
        found = harmonised(
            slots,
            local_keys(slots, key, given),
            seed,
            taste(context, 0.25),
            HARMONY_STEPS,
            given,
        )
        ways = ornamented(found.beats, steered(context, "energy", 0.7), seed, ORNAMENT_STEPS)
        made = sung_phrase(found, ways, length, context.metre, key, shift=-shift)
        if self.whole:
            return with_melody(made, melody, key)
        return made


def allowed(context: Context) -> frozenset[int] | None:
    """The pitch classes of the scale asked for, None when any will do."""
    if "in_scale" not in context.constraints:
        return None
    pitches, _ = scale_pitches(context.constraints["in_scale"])
    return frozenset(pitch % 12 for pitch in pitches)


def key_for(said: str, context: Context, heard: Phrase | None = None, closing: bool = False) -> Key:
    """The key asked for, the scale's, or the one that is heard (in which it ends, when `closing`)."""
    asked = context.constraints.get("key") or said or context.key
    if asked:
        return Key.of(" ".join(asked) if isinstance(asked, list | tuple) else str(asked))
    if "in_scale" in context.constraints:
        pitches, tonic = scale_pitches(context.constraints["in_scale"])
        major = (tonic + 4) % 12 in {pitch % 12 for pitch in pitches}
        return Key.at(tonic, "major" if major else "minor")
    heard = heard if heard is not None else context.over
    if context.over_before is not None and heard is context.over and heard is not None:
        heard = context.over_before.then(heard)
    if heard is None or not len(heard):
        return Key.of("c major")
    fits = key_correlations(pitch_class_weights(heard))
    if closing:
        # Nineteen tunes of twenty end on their tonic; some on its third.
        last = int(heard.notes["pitch"][-1]) % 12
        for mode, third in ((0, 4), (1, 3)):
            fits[mode, last] += END_ON_TONIC
            fits[mode, (last - third) % 12] += END_ON_THIRD
            others = heard.notes["pitch"][heard.notes["pitch"] % 12 != last]
            # No dominant or subdominant holds the third of a key.
            fits[mode, (others[-1:] - third) % 12] -= END_ON_TONIC
    best = int(fits.argmax())
    return Key.at(best % 12, ("major", "minor")[best // 12])


def octaves_to_soprano(melody: Phrase) -> int:
    """How many semitones, in octaves, bring a melody best into the soprano's range."""
    pitches = melody.notes["pitch"].astype(int)
    low, high = RANGES[0]
    outside = {
        12 * octave: int(np.maximum(0, low - pitches - 12 * octave).sum())
        + int(np.maximum(0, pitches + 12 * octave - high).sum())
        for octave in range(-5, 6)
    }
    return min(outside, key=lambda shift: (outside[shift], abs(shift)))


def last_chord(context: Context, whole: bool, shift: int) -> tuple[int, int, int, int] | None:
    """What the four parts sang last in the phrase before, when that can be told."""
    previous = context.previous
    if previous is None or not len(previous):
        return None
    last = [previous.voice(voice).notes["pitch"][-1:].tolist() for voice in range(4)]
    if whole:
        pitches = [row[0] for row in last if row]
    else:
        top = context.over_before.monophonic().notes["pitch"][-1:].tolist() if context.over_before else []
        pitches = [*top, *(row[0] for row in last[:3] if row)]
    if len(pitches) != 4:
        return None
    soprano, alto, tenor, bass = (int(pitch) + shift for pitch in pitches)
    return soprano, alto, tenor, bass


def sung_phrase(
    found: Harmony,
    ways: list[Way],
    length: int,
    metre: tuple[int, int],
    key: Key,
    shift: int = 0,
    voices: tuple[int, ...] = (1, 2, 3),
) -> Phrase:
    """The notes of some voices with their ornaments; each note tells its chord and what it is in it."""
    rows: list[Row] = []
    origins: list[dict[str, Any]] = []
    for number, voice in enumerate(voices):
        for row, origin in _tied(found.beats, _line(found.beats, ways, voice)):
            onset, duration, pitch, place = row
            rows.append((onset, duration, pitch + shift, number, place))
            origins.append(origin)
    return written(rows, origins, found.answer, key, length, metre)


def written(
    rows: list[Row],
    origins: list[dict[str, Any]],
    answer: Answer,
    key: Key,
    length: int,
    metre: tuple[int, int],
) -> Phrase:
    """The phrase of these notes, each with its origin; the first tells what gave way."""
    note_outcome(origins, answer)
    notes = empty_notes(len(rows))
    for index, (onset, duration, pitch, voice, place) in enumerate(rows):
        notes[index]["onset"], notes[index]["duration"] = onset, duration
        notes[index]["pitch"] = min(127, max(0, pitch))
        notes[index]["voice"], notes[index]["spelling"] = voice, place
    return Phrase(notes, length, metre, key.name, origins).sorted()


def note_outcome(origins: list[dict[str, Any]], answer: Answer) -> None:
    """Let the first note tell which rules gave way, when some did."""
    if origins and (answer.gave_way or answer.stopped):
        origins[0]["search"] = str(answer)


def _line(beats: list[Sung], ways: list[Way], voice: int) -> Line:
    """One part: (onset, duration, pitch, place) and origin of each note."""
    line: Line = []
    for number, beat in enumerate(beats):
        came = ways[number - 1][voice] if number and ways[number - 1] else None
        goes = ways[number][voice] if number < len(ways) and ways[number] else None
        onset, end = beat.slot.onset, beat.slot.onset + beat.slot.length
        half = onset + beat.slot.length // 2
        origin: dict[str, Any] = {"chord": beat.figure, "sings": MEMBERS[beat.members[voice]]}
        pitch, place = beat.pitches[voice], beat.places[voice]
        if came is not None and came[0] == "suspend":
            (begun, lasted, held, spelled), about = line.pop()
            line.append(((begun, half - begun, held, spelled), {**about, "then": "suspension"}))
            del lasted
            line.append(((half, end - half, pitch, place), {**origin, "as": "resolution"}))
        elif goes is not None and goes[0] in ("pass", "neighbour", "skip"):
            line.append(((onset, half - onset, pitch, place), origin))
            told = {"chord": beat.figure, "sings": KINDS_OF_MOVE[goes[0]]}
            line.append(((half, end - half, goes[1], beat.key.spelled(goes[1])), told))
        else:
            line.append(((onset, end - onset, pitch, place), origin))
    return line


Line = list[tuple[tuple[int, int, int, int], dict[str, Any]]]


def _tied(beats: list[Sung], line: Line) -> Line:
    """Notes repeated while the melody holds its own and the chord stays are one."""
    struck = {onset for beat in beats for onset, _, _ in beat.slot.notes if onset == beat.slot.onset}
    out: Line = []
    for (onset, duration, pitch, place), origin in line:
        if (
            out
            and onset not in struck
            and out[-1][0][2] == pitch
            and out[-1][1].get("chord") == origin["chord"]
        ):
            (begun, lasted, _, _), about = out.pop()
            out.append(((begun, lasted + duration, pitch, place), about))
        else:
            out.append(((onset, duration, pitch, place), origin))
    return out


def with_melody(lower: Phrase, melody: Phrase, key: Key) -> Phrase:
    """The melody as voice 0 over the lower parts."""
    from livecode.music.phrase import merge
    from livecode.music.spelling import spell

    top = Phrase(
        melody.notes, melody.length, melody.metre, key.name, [{"sings": "melody"} for _ in melody.notes]
    )
    made = merge([spell(top), lower])
    return Phrase(made.notes, lower.length, lower.metre, key.name, made.provenance)
