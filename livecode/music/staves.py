"""What a set has played as written music: a staff for each line of each slot, and the drums beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from quicktions import Fraction

from livecode.music.events import pitch_of
from livecode.music.phrase import Phrase, bar_ticks, empty_notes

MOST_STAVES = 250

DRUMS: dict[str, int] = {
    "bd": 36, "kick": 36, "bass": 36, "sn": 38, "snbrush": 38, "rs": 37, "rim": 37, "cp": 39, "clap": 39,
    "hh": 42, "ch": 42, "hhp": 44, "oh": 46, "ho": 46, "lt": 45, "mt": 47, "ht": 50, "cr": 49, "crash": 49,
    "rd": 51, "ride": 51, "cb": 56, "cl": 75, "clave": 75, "sh": 70, "shaker": 70, "ma": 70, "tamb": 54,
    "tb": 54, "lc": 64, "hc": 63, "bongo": 60, "agogo": 67, "guiro": 73, "wb": 76, "tri": 81, "snap": 39,
    "tick": 33,
}  # fmt: skip
"""Keys of the General MIDI percussion map for the usual names of drums."""


@dataclass(frozen=True)
class Hit:
    """A drum: `onset` and `duration` in ticks, a key of the General MIDI percussion map, velocity 1..127."""

    onset: int
    duration: int
    key: int
    velocity: int


@dataclass(frozen=True)
class Written:
    """The notes with their staves (voices, named in `staves`), the drums, and how many events are neither."""

    phrase: Phrase
    staves: Sequence[str]
    drums: Sequence[Hit]
    unwritten: int


def drum_key(instrument: str) -> int | None:
    """The General MIDI key of a drum's name; variants such as bd808 or sn_tight count as what they vary.

    >>> drum_key("bd808"), drum_key("hh"), drum_key("rain")
    (36, 42, None)
    """
    name = instrument.split(":")[0].lower()
    for size in range(len(name), 1, -1):
        rest = name[size:]
        known = not rest or not rest[0].isalpha() or rest in {"acoustic", "hard", "soft", "brush", "tight"}
        if known and name[:size] in DRUMS:
            return DRUMS[name[:size]]
    return None


def written(
    events: Iterable[Any], cycles: int, metre: tuple[int, int] = (4, 4), silent: Iterable[int] = ()
) -> Written:
    """The events of a performance (`cycle`, `length`, `slot`, `instrument`, `controls`) as written music.

    Notes that overlap within a slot are put on staves of their own; struck and ended together they are a
    chord. Slots in `silent` are left out. Events without a pitch that are no drums (rain, vinyl) are counted.
    """
    bar = bar_ticks(metre)
    hushed = set(silent)
    drums: list[Hit] = []
    rows: list[tuple[int, int, int, float, int, str]] = []
    unwritten = 0
    for event in events:
        if event.slot in hushed:
            continue
        onset = round(Fraction(event.cycle) * bar)
        duration = min(max(1, round(Fraction(event.length) * bar)), cycles * bar - onset)
        loud = event.controls.get("velocity", 0.8)
        velocity = min(127, max(1, round(100 * float(loud)))) if isinstance(loud, int | float) else 80
        pitch = pitch_of({**event.controls, "s": event.instrument})
        key = drum_key(event.instrument)
        if not 0 <= onset < cycles * bar:
            continue
        if key is not None:
            drums.append(Hit(onset, duration, key, velocity))
        elif pitch is None or not 0 <= round(pitch) <= 127:
            unwritten += 1
        else:
            rows.append((event.slot, onset, duration, pitch, velocity, event.instrument))
    phrase, staves = _staves(rows, cycles * bar, metre)
    from livecode.music.key import find_key

    return Written(replace(phrase, key=find_key(phrase)), staves, sorted(drums, key=_when), unwritten)


def _when(hit: Hit) -> tuple[int, int]:
    return hit.onset, hit.key


def _staves(
    rows: list[tuple[int, int, int, float, int, str]], length: int, metre: tuple[int, int]
) -> tuple[Phrase, list[str]]:
    rows.sort(key=lambda row: (row[0], row[1], -row[2], -row[3]))
    lines: dict[int, list[tuple[int, int]]] = {}
    names: dict[tuple[int, int], str] = {}
    placed: list[tuple[int, int]] = []
    for slot, onset, duration, _, _, instrument in rows:
        open_lines = lines.setdefault(slot, [])
        line = next(
            (
                n
                for n, (begin, end) in enumerate(open_lines)
                if end <= onset or (begin, end) == (onset, onset + duration)
            ),
            len(open_lines),
        )
        if line == len(open_lines):
            open_lines.append((0, 0))
        open_lines[line] = (onset, onset + duration)
        names.setdefault((slot, line), instrument)
        placed.append((slot, line))
    order = {place: number for number, place in enumerate(sorted(names))}
    notes = empty_notes(len(rows))
    for index, ((_, onset, duration, pitch, velocity, _), place) in enumerate(zip(rows, placed)):
        whole = round(pitch)
        notes[index]["onset"], notes[index]["duration"] = onset, duration
        notes[index]["pitch"], notes[index]["cents"] = whole, round((pitch - whole) * 100)
        notes[index]["velocity"] = velocity
        notes[index]["voice"] = min(order[place], MOST_STAVES)
    staves = [f"d{slot} {names[slot, line]}" for slot, line in sorted(names)]
    return Phrase(notes, length, metre).sorted(), staves
