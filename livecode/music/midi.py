"""Phrases as standard MIDI files, format 1: a track with tempo and metre, then one for each voice."""

from __future__ import annotations

import io

import mido

from livecode.music.phrase import TICKS, Phrase

PROGRAMS = (73, 68, 71, 70)
"""Flute, oboe, clarinet and bassoon for parts that have several voices; one voice alone is a piano."""


def midi_bytes(phrase: Phrase, tempo: float = 100.0) -> bytes:
    """A MIDI file of a phrase, `tempo` in quarter notes a minute; times are exact, cents are left out.

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
        file.tracks.append(_track(phrase, voice))
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def _track(phrase: Phrase, voice: int) -> mido.MidiTrack:
    # Channel 10 is drums everywhere.
    channel = [number for number in range(16) if number != 9][voice % 15]
    program = PROGRAMS[voice % len(PROGRAMS)] if phrase.voices > 1 else 0
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("track_name", name=f"voice {voice + 1}", time=0))
    track.append(mido.Message("program_change", channel=channel, program=program, time=0))
    messages: list[tuple[int, int, int, int]] = []
    for note in phrase.voice(voice).notes:
        begin, pitch = int(note["onset"]), int(note["pitch"])
        messages.append((begin, 1, pitch, max(1, min(127, int(note["velocity"])))))
        messages.append((begin + int(note["duration"]), 0, pitch, 0))
    now = 0
    # Ends before beginnings, so that a repeated pitch is not cut off by the end of the one before.
    for time, on, pitch, velocity in sorted(messages):
        kind = "note_on" if on else "note_off"
        track.append(mido.Message(kind, channel=channel, note=pitch, velocity=velocity, time=time - now))
        now = time
    track.append(mido.MetaMessage("end_of_track", time=max(0, phrase.length - now)))
    return track
