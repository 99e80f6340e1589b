"""From a music21 score to a phrase. music21 is imported by whoever has the score."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from livecode.errors import CorpusError
from livecode.music.phrase import TICKS, UNSPELT, Phrase, bar_ticks, empty_notes
from livecode.music.spelling import fifths_of

LONGEST = 1 << 29
"""Ticks a piece may last: about fourteen hours at 60 beats a minute."""
MOST_NOTES = 200_000


def phrase_of_score(score: Any) -> Phrase:
    """The notes of a score: each part a voice, ties joined, grace notes and chord names left out.

    A pickup begins late in its bar, so that bar lines stay multiples of the bar.
    """
    parts = list(score.parts) if hasattr(score, "parts") and len(score.parts) else [score]
    rows: list[tuple[int, int, int, int, int]] = []
    metre = _metre(score)
    bar = bar_ticks(metre)
    shift = _pickup(parts[0], bar)
    for voice, part in enumerate(parts[:255]):
        for element in part.stripTies().flatten().notes:
            if element.duration.isGrace or "ChordSymbol" in element.classes or "NoChord" in element.classes:
                continue
            onset = round(Fraction(element.offset) * TICKS) + shift
            duration = round(Fraction(element.duration.quarterLength) * TICKS)
            if duration <= 0 or onset < 0 or onset + duration > LONGEST:
                continue
            for pitch in getattr(element, "pitches", ()):
                if 0 <= pitch.midi <= 127:
                    rows.append((onset, duration, pitch.midi, voice, _fifths(pitch)))
        if len(rows) > MOST_NOTES:
            raise CorpusError(f"more than {MOST_NOTES} notes: cut the piece up")
    notes = empty_notes(len(rows))
    for name, column in zip(("onset", "duration", "pitch", "voice", "spelling"), zip(*rows)):
        notes[name] = column
    end = int((notes["onset"] + notes["duration"]).max()) if rows else 0
    return Phrase(notes, -(-end // bar) * bar, metre, _key(score)).sorted()


def _metre(score: Any) -> tuple[int, int]:
    for signature in score.recurse().getElementsByClass("TimeSignature"):
        numerator, denominator = signature.numerator, signature.denominator
        if 0 < numerator <= 64 and denominator in (1, 2, 4, 8, 16, 32):
            return int(numerator), int(denominator)
    return 4, 4


def _key(score: Any) -> str:
    for signature in score.recurse().getElementsByClass("KeySignature"):
        tonic, mode = getattr(signature, "tonic", None), getattr(signature, "mode", None)
        if tonic is not None and mode in ("major", "minor"):
            return f"{tonic.name.lower().replace('-', 'b')} {mode}"
    return ""


def _pickup(part: Any, bar: int) -> int:
    for measure in part.getElementsByClass("Measure"):
        length = round(Fraction(measure.highestTime) * TICKS)
        return bar - length if 0 < length < bar else 0
    return 0


def _fifths(pitch: Any) -> int:
    place = fifths_of(pitch.step) + 7 * round(pitch.alter)
    return place if -16 <= place <= 18 else UNSPELT
