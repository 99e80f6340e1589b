"""A recording of a player, heard by the ear as he would be on stage: notes on the beat that he played to."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

from livecode.errors import EngineError, FileProblem, one_line
from livecode.generators.dreams.recording import RecordedPart, RecordedSource, found, heard
from livecode.generators.jamming.heard import Practice, on_grid
from livecode.music.beats import Beat, find_beat
from livecode.music.transcribing import HeardNote, Transcriber
from livecode.sound.listening import HOP, heard_in

LONGEST = 600.0
FEWEST = 4
QUARTERS = 4
USUAL = 120.0


def listened(path: str | Path) -> Practice:
    """A recording as somebody to listen to: its melody, looped from its first beat on.

    What has no melody (a machine, a band) is heard as `dream` hears it: bands of noise as voices. Raises
    FileProblem for a file that is missing, damaged or longer than ten minutes.
    """
    place = found(path)
    if not place.is_file():
        raise FileProblem(f"{place.name} is not there: give a recording, as in listen('take.wav')")
    part = _melody(place, place.stat().st_mtime_ns)
    if part is None:
        part = heard(path).pattern()
    return Practice(place.name, RecordedSource(part))


@lru_cache(maxsize=16)
def _melody(place: Path, _changed: int) -> RecordedPart | None:
    """The melody in a sound file, None where there is none or no scsynth to hear it."""
    import soundfile

    try:
        sound, rate = soundfile.read(place, dtype="float32", always_2d=True)
    except Exception as problem:
        raise FileProblem(f"{place.name} cannot be read as sound: {one_line(problem)}") from None
    if len(sound) > LONGEST * rate:
        raise FileProblem(f"{place.name} lasts {len(sound) / rate:.0f} s: give ten minutes at most")
    ear = Transcriber(rate / HOP)
    try:
        ear.feed(heard_in(sound.mean(axis=1), int(rate)))
    except EngineError:
        return None
    if len(ear.notes) < FEWEST:
        return None
    beat = find_beat([stroke[0] for stroke in ear.strokes], [stroke[1] for stroke in ear.strokes])
    return _placed(place.name, ear.notes, beat or Beat(USUAL, ear.notes[0].begin, 0.0))


def _placed(name: str, notes: list[HeardNote], beat: Beat) -> RecordedPart:
    first = math.floor(beat.at(notes[0].begin) + 0.25)
    placed = []
    for note in notes:
        begin = (beat.at(note.begin) - first) / QUARTERS
        end = (beat.at(note.end) - first) / QUARTERS if note.end is not None else begin + 0.25
        placed.append(HeardNote(note.begin, begin, note.pitch, note.velocity, note.end, end))
    bars = max(1, math.ceil(placed[-1].cycle + 0.05))
    phrase = on_grid(placed, 0, bars, (4, 4))
    return RecordedPart(phrase, name)
