"""Figured bass: four parts over a bass whose figures say what sounds above it.

Plain notes carry a third and a fifth; 6, 64, 7, 65, 43, 42 (or 2) the intervals they name, # and b after
the figure a raised or lowered third. After C. P. E. Bach's *Versuch* (1762, part 2) as far as the
figures go; the parts move by the same rules as everywhere here.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from livecode.errors import ControlError, NotationError
from livecode.generators.generator import Context, Spec
from livecode.generators.rules.harmoniser import key_for, last_chord, sung_phrase
from livecode.generators.rules.harmony import Harmony, Sung, arrival
from livecode.generators.rules.slots import Slot
from livecode.generators.rules.solver import Task
from livecode.generators.rules.steering import taste
from livecode.generators.rules.theory import QUALITIES, Chord, Key, vocabulary
from livecode.generators.rules.voicing import RANGES, Voicings, moves, voicings
from livecode.language.notes import note_number
from livecode.music.phrase import Phrase

FIGURES: dict[str, tuple[int, ...]] = {
    "": (3, 5), "53": (3, 5), "5": (3, 5), "6": (3, 6), "63": (3, 6), "64": (4, 6), "7": (3, 5, 7),
    "65": (3, 5, 6), "43": (3, 4, 6), "42": (2, 4, 6), "2": (2, 4, 6),
}  # fmt: skip
FIGURED_STEPS = 4000


@dataclass(frozen=True)
class Figured:
    """Four parts over a bass: `bass` are (pitch, figure) one a beat, or a bass is played by another part."""

    bass: tuple[tuple[int, str], ...] = ()
    figures: tuple[str, ...] = ()
    key: str = ""
    beats: float = 2.0
    led: ClassVar[bool] = True

    def spec(self) -> Spec:
        """Plain data that makes it again."""
        return {
            "kind": "rules", "form": "figured_bass", "bass": [list(pair) for pair in self.bass],
            "figures": list(self.figures), "key": self.key, "beats": self.beats,
        }  # fmt: skip

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """The bass and three parts above it (or those three alone when another part plays the bass)."""
        rows, sounded = self._rows(context, length)
        if not rows:
            return Phrase.silence(length, context.metre)
        heard = Phrase.of([pitch for _, _, pitch, _ in rows], [off - on for on, off, _, _ in rows])
        key = key_for(self.key, context, heard)
        chords = [realised(key, pitch, figure) for _, _, pitch, figure in rows]
        before = None if sounded else last_chord(context, True, 0)
        found = voiced(rows, chords, key, seed, taste(context, 0.3), before)
        voices = (0, 1, 2) if sounded else (0, 1, 2, 3)
        return sung_phrase(found, [(None,) * 4 for _ in rows[1:]], length, context.metre, key, 0, voices)

    def _rows(self, context: Context, length: int) -> tuple[list[tuple[int, int, int, str]], bool]:
        if context.over is not None and len(context.over):
            notes = Phrase(context.over.notes, length, context.metre).slice(0, length).monophonic().notes
            rows = []
            for index, note in enumerate(notes):
                figure = self.figures[index % len(self.figures)] if self.figures else ""
                rows.append(
                    (int(note["onset"]), int(note["onset"] + note["duration"]), int(note["pitch"]), figure)
                )
            return rows, True
        from livecode.generators.rules.slots import beat_of

        step = round(self.beats * beat_of(context.metre))
        count = -(-length // step)
        start = context.position * count
        rows = []
        for number in range(count if self.bass else 0):
            pitch, figure = self.bass[(start + number) % len(self.bass)]
            rows.append((number * step, min(length, (number + 1) * step), pitch, figure))
        return rows, False


def realised(key: Key, bass: int, figure: str) -> tuple[Chord, int]:
    """The chord, and its inversion, that a figure makes over a bass note.

    >>> chord, inversion = realised(Key.of("c major"), 52, "6")
    >>> chord.numeral, inversion
    ('I', 1)
    """
    raised = figure.count("#") - figure.count("b")
    intervals = FIGURES[figure.replace("#", "").replace("b", "")]
    scale = key.scale
    if bass % 12 in scale:
        place = scale.index(bass % 12)
    elif key.mode == "minor" and bass % 12 == key.leading_tone:
        place = 6
    else:
        place = min(range(7), key=lambda n: abs((scale[n] - bass + 6) % 12 - 6))
    classes = {bass % 12}
    for interval in intervals:
        pitch = scale[(place + interval - 1) % 7]
        if interval == 3:
            pitch += raised
        classes.add(pitch % 12)
    for chord in vocabulary(key.mode):
        found = chord.pitch_classes(key)
        if set(found) == classes:
            return chord, found.index(bass % 12)
    for root in classes:
        steps = tuple(sorted((pitch - root) % 12 for pitch in classes))
        for quality, shape in QUALITIES.items():
            if steps == shape:
                chord = Chord(f"{quality} chord", (root - key.tonic) % 12, quality, 1)
                return chord, chord.pitch_classes(key).index(bass % 12)
    # A bass foreign to the key under a figure that makes no chord there: it leads on as a diminished one.
    passing = Chord("passing vii°7", (bass - key.tonic) % 12, "diminished seventh", 1)
    return passing, 0


def voiced(
    rows: list[tuple[int, int, int, str]],
    chords: list[tuple[Chord, int]],
    key: Key,
    seed: int,
    taste: float,
    before: tuple[int, int, int, int] | None = None,
) -> Harmony:
    """Every way to sing the chords over the bass, and the cheapest chain of them."""
    task = Task(seed=seed, taste=taste)
    blocks: list[list[Voicings]] = []
    for number, ((_, _, bass, _), (chord, inversion)) in enumerate(zip(rows, chords)):
        found = _ways(key, chord, inversion, bass)
        blocks.append(found)
        rows_of = np.concatenate([ways.pitches for ways in found])
        comfort = np.abs(rows_of[:, 0] - 71) * 0.05
        task.choose(f"chord {number + 1}", range(len(rows_of)))
        prices = np.concatenate([ways.prices for ways in found]) + comfort
        if not number and before is not None:
            prices = prices + arrival(before, rows_of, chord, True)
        task.price("how it is sung", prices, number)
    for number in range(1, len(blocks)):
        table = np.vstack(
            [
                np.hstack([moves(a, b, None, True) + _soprano(a, b) for b in blocks[number]])
                for a in blocks[number - 1]
            ]
        )
        task.prices("voice leading", table, number - 1, number)
    answer = task.solve(steps=FIGURED_STEPS)
    beats = []
    for (on, off, _, _), found, value in zip(rows, blocks, answer.values):
        index = int(value)
        for ways in found:
            if index < len(ways.prices):
                break
            index -= len(ways.prices)
        pitches = tuple(int(p) for p in ways.pitches[index])
        slot = Slot(on, off - on, pitches[0], [(on, off - on, pitches[0])])
        beats.append(
            Sung(
                slot,
                ways.chord,
                ways.inversion,
                pitches,  # type: ignore[arg-type]
                tuple(int(m) for m in ways.members[index]),
                tuple(int(p) for p in ways.places[index]),
                key,
            )
        )
    return Harmony(beats, answer)


def _ways(key: Key, chord: Chord, inversion: int, bass: int) -> list[Voicings]:
    """The voicings over one bass note, whatever the soprano."""
    low, high = RANGES[3]
    while bass < low:
        bass += 12
    while bass > high:
        bass -= 12
    found = []
    for soprano in range(62, 80):
        ways = voicings(key, chord, inversion, soprano)
        if ways is None:
            continue
        fits = ways.pitches[:, 3] == bass
        if fits.any():
            found.append(
                Voicings(
                    chord,
                    inversion,
                    ways.pitches[fits],
                    ways.places[fits],
                    ways.members[fits],
                    ways.prices[fits],
                )
            )
    if not found:
        raise ControlError(f"nothing can be sung over {bass}: give a bass between {low - 60} and {high - 60}")
    return found


def _soprano(first: Voicings, second: Voicings) -> Any:
    """The soprano's own line: steps, and no augmented intervals."""
    step = second.pitches[None, :, 0] - first.pitches[:, None, 0]
    turn = second.places[None, :, 0] - first.places[:, None, 0]
    size = np.abs(step)
    wrong = (
        ((step > 1) & (turn >= 6)) | ((step < -1) & (turn <= -6)) | (size > 12) | (size == 10) | (size == 11)
    )
    return np.where(wrong, np.inf, 0.15 * size + 0.8 * (size > 4) + 0.5 * (size == 0))


def read_bass(text: str, figures: tuple[str, ...] = ()) -> tuple[tuple[int, str], ...]:
    """Bass notes with their figures: "c3 d3:6 g2:7 c3"; notes without one take the others' turn.

    >>> read_bass("c3 g2:7")
    ((48, ''), (43, '7'))
    >>> read_bass("c3 e3 g2:7 c3", ("5", "6"))
    ((48, '5'), (52, '6'), (43, '7'), (48, '5'))
    """
    others = itertools.cycle(figures)
    found = []
    column = 0
    for word in text.split():
        column = text.index(word, column)
        name, _, figure = word.partition(":")
        number = note_number(name)
        plain = figure.replace("#", "").replace("b", "").replace("/", "")
        if number is None:
            raise NotationError(text, column, f"no note is called {name!r}", "write c3, eb3:6, g2:7")
        if plain not in FIGURES:
            raise NotationError(
                text, column, f"no figure {figure!r}", "write 6, 64, 7, 65, 43, 42, with # or b"
            )
        pitch = round(number) + 60
        if not name[-1].isdigit():
            pitch -= 12
        found.append((pitch, figure.replace("/", "") if figure or not figures else next(others)))
        column += len(word)
    if not found:
        raise NotationError(text, 0, "there is no bass", "write notes with figures, c3 d3:6 g2:7 c3")
    return tuple(found)


def read_figures(text: str) -> tuple[str, ...]:
    """Figures for a bass that another part plays: "5 6 7 5", one a note, over and over."""
    found = []
    for word in text.split():
        plain = word.replace("#", "").replace("b", "").replace("/", "")
        if plain not in FIGURES:
            raise NotationError(
                text, text.index(word), f"no figure {word!r}", "write 5, 6, 64, 7, 65, 43, 42"
            )
        found.append(word.replace("/", ""))
    return tuple(found)
