"""How a phrase is answered: any composer asked with what was heard, and its answers fitted to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from livecode.errors import GeneratorError
from livecode.generators.generator import Context, Generator, Spec, build
from livecode.generators.pool import digest
from livecode.music.key import find_key
from livecode.music.phrase import Phrase

CALL = "call"
"""The constraint that says an answer is asked for: "after" or "together"."""
LEAST_FOR_KEY = 4
QUICK = ("markov", "rules")
CANDIDATES = 5
"""Answers of a quick composer of which the one that fits best is played."""
LATE_BARS = 1.0


@dataclass(frozen=True)
class Answering:
    """A composer that answers: in the key, the register and about the density of what it has heard.

    `context.previous` is the phrase to be answered; with nothing heard the composer goes on by itself. What
    the performer asked of the composer (a scale, a first note) holds.
    """

    one: Generator

    @property
    def tilts(self) -> bool:
        """Whether the composer heeds what is wanted more of."""
        return bool(getattr(self.one, "tilts", False))

    @property
    def inside(self) -> bool:
        """Whether the composer must be asked in this process."""
        return bool(getattr(self.one, "inside", False))

    def spec(self) -> Spec:
        """The composer's spec."""
        return {"kind": "jam", "one": self.one.spec()}

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """The answer to the phrase before."""
        asked = dict(context.constraints)
        how = asked.pop(CALL, None)
        call = context.previous
        if how is None or call is None or not len(call):
            return self._asked(replace(context, constraints=asked), length, seed)
        key = context.key or key_of(call, context.heard)
        if key and "in_scale" not in asked:
            asked["in_scale"] = key
        call.key = call.key or key
        over = fitted_length(call, length) if how == "together" else None
        asked_of = replace(context, constraints=asked, key=key, over=over)
        kind = str(self.one.spec().get("kind", ""))
        count = CANDIDATES if kind in QUICK else 1
        found: list[Phrase] = []
        for number in range(count):
            here = seed if number == 0 else int.from_bytes(digest(seed, number)[:7], "little")
            found.append(in_register(self._asked(asked_of, length, here), call))
        best = min(found, key=lambda phrase: unlike(phrase, call))
        told: dict[str, Any] = {"answers": heard_in_words(call)}
        origins = [{**(origin or {}), **told} for origin in best.provenance or [None] * len(best)]
        return replace(best, provenance=origins)

    def _asked(self, context: Context, length: int, seed: int) -> Phrase:
        try:
            return self.one.compose(context, length, seed)
        except GeneratorError:
            # Counterpoint and harmony need a melody to go with: the one that was heard.
            if context.over is not None or context.previous is None:
                raise
            return self.one.compose(
                replace(context, over=fitted_length(context.previous, length)), length, seed
            )


def key_of(call: Phrase, heard: Phrase | None) -> str:
    """The key of a call, told by what was heard before it too when it is short; "" for next to nothing."""
    if heard is not None and len(heard) and len(call) < 3 * LEAST_FOR_KEY:
        both = [heard.notes[-4 * LEAST_FOR_KEY :], call.notes]
        notes = np.concatenate(both)
    else:
        notes = call.notes
    return find_key(Phrase(notes, call.length)) if len(notes) >= LEAST_FOR_KEY else ""


def fitted_length(phrase: Phrase, length: int) -> Phrase:
    """A phrase as long as wanted: repeated, or cut."""
    found = phrase
    while found.length < length:
        found = found.then(phrase)
    return found if found.length == length else found.slice(0, length)


def in_register(answer: Phrase, call: Phrase) -> Phrase:
    """The answer moved by octaves to where the call lay."""
    if not len(answer) or not len(call):
        return answer
    top = answer.notes["pitch"][answer.notes["voice"] == 0]
    away = float(np.median(call.notes["pitch"])) - float(
        np.median(top if len(top) else answer.notes["pitch"])
    )
    octaves = round(away / 12)
    lowest, highest = int(answer.notes["pitch"].min()), int(answer.notes["pitch"].max())
    while octaves > 0 and highest + 12 * octaves > 108:
        octaves -= 1
    while octaves < 0 and lowest + 12 * octaves < 28:
        octaves += 1
    return answer.transpose(12 * octaves) if octaves else answer


def unlike(answer: Phrase, call: Phrase) -> float:
    """How far an answer is from the density, the steps and the length of notes of a call; 0 is alike."""
    if not len(answer):
        return 1e9
    top = answer.notes[answer.notes["voice"] == 0]
    heard = call.notes[call.notes["voice"] == 0]
    density = abs(np.log2((len(top) / answer.bars + 0.5) / (len(heard) / call.bars + 0.5)))
    steps = abs(_leaps(top["pitch"]) - _leaps(heard["pitch"])) / 4
    waits = max(0.0, float(top["onset"][0]) / answer.bar - 0.25) * 4
    same = 2.0 if len(top) == len(heard) and bool((top["pitch"] == heard["pitch"]).all()) else 0.0
    return float(density + steps + waits + same)


def _leaps(pitches: Any) -> float:
    return float(np.abs(np.diff(pitches.astype(int))).mean()) if len(pitches) > 1 else 0.0


def echo(call: Phrase, length: int) -> Phrase:
    """The call itself as an answer, for when no composer is ready in time."""
    answered = fitted_length(call, length)
    told = {"answers": heard_in_words(call), "by": "an echo: the composer was not ready"}
    return replace(answered, provenance=[dict(told) for _ in range(len(answered))])


def heard_in_words(call: Phrase) -> str:
    """A call in a few words.

    >>> heard_in_words(Phrase.of([60, 64, 67, 72]))
    '4 notes c4 to c5 in c major'
    """
    if not len(call):
        return "silence"
    from livecode.language.notes import MIDI_C4, note_name

    low, high = (
        note_name(int(each) - MIDI_C4) for each in (call.notes["pitch"].min(), call.notes["pitch"].max())
    )
    key = call.key or find_key(call)
    return f"{len(call)} notes {low} to {high}" + (f" in {key}" if key else "")


def from_spec(spec: Spec) -> Answering:
    """The answering composer that a spec describes, in a worker."""
    return Answering(build(spec["one"]))
