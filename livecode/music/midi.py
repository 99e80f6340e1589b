"""Phrases as standard MIDI files, format 1: a track with tempo and metre, then one for each voice."""

from __future__ import annotations

import io
from collections.abc import Sequence

import mido

from livecode.music.phrase import TICKS, Phrase
from livecode.music.staves import Hit

DRUM_CHANNEL = 9
"""Channel 10, as MIDI counts, is drums everywhere."""
PROGRAMS = (73, 68, 71, 70)
"""Flute, oboe, clarinet and bassoon for parts that have several voices; one voice alone is a piano."""


def midi_bytes(
    phrase: Phrase, tempo: float = 100.0, drums: Sequence[Hit] = (), names: Sequence[str] = ()
) -> bytes:
    """A MIDI file of a phrase, `tempo` in quarter notes a minute; times are exact, cents are left out.

    `drums` get a track on channel 10, `names` name the tracks of the voices.

    >>> midi_bytes(Phrase.of([60, 64, 67]))[:4]
    b'MThd'
    """
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS)
    head = mido.MidiTrack()
    head.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo), time=0))
    numerator, denominator = phrase.metre
    head.append(mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator, time=0))
    head.append(mido.MetaMessage("end_of_track", time=phrase.length))
    file.tracks.append(head)
    for voice in range(phrase.voices):
        file.tracks.append(
            _track(phrase, voice, names[voice] if voice < len(names) else f"voice {voice + 1}")
        )
    if drums:
        rows = [(hit.onset, hit.onset + hit.duration, hit.key, hit.velocity) for hit in drums]
        file.tracks.append(_played("drums", DRUM_CHANNEL, 0, rows, phrase.length))
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def _track(phrase: Phrase, voice: int, name: str) -> mido.MidiTrack:
    channel = [number for number in range(16) if number != DRUM_CHANNEL][voice % 15]
    program = PROGRAMS[voice % len(PROGRAMS)] if phrase.voices > 1 else 0
    rows = [
        (
            int(note["onset"]),
            int(note["onset"]) + int(note["duration"]),
            int(note["pitch"]),
            int(note["velocity"]),
        )
        for note in phrase.voice(voice).notes
    ]
    return _played(name, channel, program, rows, phrase.length)


def _played(
    name: str, channel: int, program: int, rows: list[tuple[int, int, int, int]], length: int
) -> mido.MidiTrack:
    """A track of notes: when each begins and ends, its key and velocity."""
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("track_name", name=name.encode("ascii", "replace").decode(), time=0))
    track.append(mido.Message("program_change", channel=channel, program=program, time=0))
    messages: list[tuple[int, int, int, int]] = []
    for begin, end, key, velocity in rows:
        messages.append((begin, 1, key, max(1, min(127, velocity))))
        messages.append((end, 0, key, 0))
    now = 0
    # Ends before beginnings, so that a repeated pitch is not cut off by the end of the one before.
    for time, on, pitch, velocity in sorted(messages):
        kind = "note_on" if on else "note_off"
        track.append(mido.Message(kind, channel=channel, note=pitch, velocity=velocity, time=time - now))
        now = time
    track.append(mido.MetaMessage("end_of_track", time=max(0, length - now)))
    return track
