"""From the events of a pattern to a phrase, and from a phrase to the values of events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from livecode.language.notes import MIDI_C4
from livecode.language.sounding import sounding
from livecode.language.time import Event
from livecode.music.phrase import Phrase, bar_ticks, empty_notes


def phrase_of_events(
    events: Iterable[Event], begin: int, cycles: int, metre: tuple[int, int] = (4, 4)
) -> Phrase:
    """The notes that some events play, as a phrase of so many bars from cycle `begin`.

    >>> from quicktions import Fraction
    >>> from livecode.language.time import Span
    >>> span = Span(Fraction(0), Fraction(1, 2))
    >>> phrase_of_events([Event(span, span, {"note": 4})], 0, 1).notes["pitch"].tolist()
    [64]

    Events without an onset or a note (drums, silence) are passed over. Of notes struck together the highest
    is voice 0.
    """
    bar = bar_ticks(metre)
    rows: list[tuple[int, float, int, float]] = []
    for event in events:
        if event.whole is None or not event.has_onset():
            continue
        pitch = pitch_of(event.value)
        if pitch is None:
            continue
        onset = round((event.whole.begin - begin) * bar)
        duration = round((event.whole.end - event.whole.begin) * bar)
        loud = event.value.get("velocity", 0.8) if isinstance(event.value, Mapping) else 0.8
        velocity = float(loud) if isinstance(loud, int | float) else 0.8
        if 0 <= onset < cycles * bar and duration > 0:
            rows.append((onset, pitch, min(duration, cycles * bar - onset), velocity))
    rows.sort(key=lambda row: (row[0], -row[1]))
    notes = empty_notes(len(rows))
    struck_at, voice = -1, 0
    for index, (onset, pitch, duration, velocity) in enumerate(rows):
        voice = voice + 1 if onset == struck_at else 0
        struck_at = onset
        whole = round(pitch)
        notes[index]["onset"], notes[index]["duration"] = onset, duration
        notes[index]["pitch"] = min(127, max(0, whole))
        notes[index]["cents"] = round((pitch - whole) * 100)
        notes[index]["velocity"] = min(127, max(1, round(velocity * 100)))
        notes[index]["voice"] = min(voice, 255)
    return Phrase(notes, cycles * bar, metre).sorted()


def pitch_of(value: Any) -> float | None:
    """The MIDI number of a value, microtones included, or None when it is no note.

    >>> pitch_of({"note": 0}), pitch_of("e4"), pitch_of(7), pitch_of({"s": "bd"})
    (60.0, 64.0, 67.0, None)
    """
    return sounding(value if isinstance(value, Mapping) else {"note": value})


def note_values(phrase: Phrase) -> list[dict[str, Any]]:
    """For each note the controls an event carries: note, velocity, and a place in the room for parts.

    >>> note_values(Phrase.of([64], velocity=100))
    [{'note': 4, 'velocity': 1.0}]

    With several voices the top one stands a little left, the bottom one a little right.
    """
    voices = phrase.voices
    values: list[dict[str, Any]] = []
    for note in phrase.notes:
        pitch: int | float = int(note["pitch"]) - MIDI_C4
        if note["cents"]:
            pitch = pitch + int(note["cents"]) / 100
        value: dict[str, Any] = {"note": pitch, "velocity": min(1.0, int(note["velocity"]) / 100)}
        if voices > 1:
            value["pan"] = round(0.3 + 0.4 * int(note["voice"]) / (voices - 1), 4)
        values.append(value)
    return values
