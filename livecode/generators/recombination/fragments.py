"""Works cut into beats: what sounds in each, and where every voice goes next.

After D. Cope, *Computers and Musical Style* (1991) and *Virtual Music* (2001): each beat remembers the
pitches at which the voices arrive in the following beat, so that another beat which begins with just these
may follow. All works are moved to one key, c major or a minor.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.generators.recombination.tension import labels, tensions
from livecode.generators.recombination.works import Work
from livecode.music.phrase import TICKS, pitch_class

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Note = tuple[int, int, int, int, bool]
"""Voice, pitch in the common key, begin and length in ticks from the beat, whether it goes on from before."""
Arrival = tuple[tuple[int, int, bool], ...]
"""Voice, pitch, whether it goes on from before: all that sounds at the beginning of a beat."""

MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (9, 11, 0, 2, 4, 5, 7)
FLAGS = ("opens", "closes", "first", "last")
END = -1
"""The arrival of a work's last beat."""
SIGNATURE = (3, 4, 5)
"""Beats of a signature."""
COMMON = 24
"""A pattern in more works than this is a commonplace of the style, not a signature."""


@dataclass
class Fragments:
    """The beats of some works, as columns; beat `i` is followed in its work by `i + 1` unless it is `last`.

    `place` is the beat's place in the bar of `beats` beats of `ticks`, `start` and `arrival` number what
    sounds at its beginning and at the beginning of the next, `shape` and `low` are what sounds in it from its
    lowest pitch up, `opens` and `closes` tell where phrases begin and end,
    `inside` whether it goes on within a signature, `enters` whether it may be come to from another work.
    """

    works: Sequence[Work]
    shifts: Sequence[int]
    ticks: int
    beats: int
    work: Ints
    beat: Ints
    place: Ints
    start: Ints
    arrival: Ints
    shape: Ints
    low: Ints
    opens: Bools
    closes: Bools
    first: Bools
    last: Bools
    inside: Bools
    enters: Bools
    tension: npt.NDArray[np.float64]
    label: npt.NDArray[np.str_]
    notes: list[tuple[Note, ...]]
    signatures: int
    states: int
    offsets: dict[str, int]
    elsewhere: list[tuple[list[int], list[int]]]

    @classmethod
    def of(cls, works: Iterable[Work], metre: tuple[int, int]) -> Fragments:
        """The beats of the works whose bars fit a metre; of those in the commonest metre when none do."""
        every = list(works)
        kept, ticks, beats = _fitting(every, metre)
        columns: dict[str, list[int]] = defaultdict(list)
        notes: list[tuple[Note, ...]] = []
        states: dict[Arrival, int] = {}
        shapes: dict[tuple[tuple[int, ...], ...], int] = {}
        tension: list[float] = []
        letters: list[str] = []
        offsets: dict[str, int] = {}
        shifts = [to_common_key(work.phrase.key) for work in kept]
        for number, (work, shift) in enumerate(zip(kept, shifts)):
            cut = beats_of(work, shift, ticks)
            if len(cut) < 4:
                continue
            offsets.setdefault(work.name, len(notes))
            arrivals = [states.setdefault(arrival_of(beat), len(states)) for beat in cut]
            ends = _end_beats(work, ticks, len(cut))
            places = [beat % beats for beat in range(len(cut))]
            chords = [[pitch for _, pitch, *_ in beat] for beat in cut]
            home = MAJOR if "major" in work.phrase.key else MINOR
            tense = tensions(chords, places, home)
            tension.extend(tense.tolist())
            letters.extend(labels(chords, tense))
            downbeat = next((b for b in range(0, len(cut), beats) if cut[b]), 0)
            for beat, sounding in enumerate(cut):
                columns["work"].append(number)
                columns["beat"].append(beat)
                columns["place"].append(places[beat])
                columns["start"].append(arrivals[beat])
                columns["arrival"].append(arrivals[beat + 1] if beat + 1 < len(cut) else END)
                shape, low = shaped(sounding)
                columns["low"].append(low)
                columns["shape"].append(shapes.setdefault(shape, len(shapes)))
                columns["opens"].append(beat == downbeat or (beat > 0 and beat - 1 in ends))
                columns["closes"].append(beat in ends)
                columns["first"].append(beat == downbeat)
                columns["last"].append(beat + 1 == len(cut))
            notes.extend(cut)
        fitting = {id(work) for work in kept}
        elsewhere = []
        for work in every:
            if id(work) not in fitting:
                told = [shaped(beat) for beat in beats_of(work, 0, ticks)]
                numbers = [shapes.setdefault(shape, len(shapes)) for shape, _ in told]
                elsewhere.append((numbers, [low for _, low in told]))
        arrays: dict[str, Any] = {name: np.array(column, np.int64) for name, column in columns.items()}
        flags: dict[str, Any] = {name: arrays.pop(name).astype(bool) for name in FLAGS}
        pieces = [work.piece for work in kept]
        # Of one piece alone its strains are the works.
        several = len(set(pieces)) > 1
        owners = [pieces.index(piece) if several else number for number, piece in enumerate(pieces)]
        inside, enters, count = _signatures(arrays["work"], owners, notes, flags["closes"])
        return cls(
            kept, shifts, ticks, beats, **arrays, **flags, inside=inside, enters=enters,
            tension=np.array(tension), label=np.array(letters), notes=notes, signatures=count,
            states=len(states), offsets=offsets, elsewhere=elsewhere,
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.notes)

    def name(self, fragment: int) -> str:
        """The work that a beat is from."""
        return self.works[int(self.work[fragment])].name

    def where(self, fragment: int) -> str:
        """Bar and beat of a fragment in its work, counted from 1."""
        bar, beat = divmod(int(self.beat[fragment]), self.beats)
        return f"bar {bar + 1} beat {beat + 1}"

    @cached_property
    def classes(self) -> Bools:
        """Which pitch classes sound in each beat: (beats, 12)."""
        return self._classes(False)

    @cached_property
    def struck(self) -> Bools:
        """Which pitch classes sound at the beginning of each beat: (beats, 12)."""
        return self._classes(True)

    def _classes(self, at_once: bool) -> Bools:
        table = np.zeros((len(self), 12), bool)
        for number, beat in enumerate(self.notes):
            for _, pitch, begin, *_ in beat:
                if not at_once or begin == 0:
                    table[number, pitch % 12] = True
        return table

    @cached_property
    def tops(self) -> Ints:
        """The first and the last pitch of the top part in each beat, -1 for none: (beats, 2)."""
        table = np.full((len(self), 2), -1)
        for number, beat in enumerate(self.notes):
            top = [row for row in beat if row[0] == 0]
            if top:
                ends = (top[0][2], top[-1][2])
                table[number] = [max(row[1] for row in top if row[2] == when) for when in ends]
        return table

    def runs(self, longest: int) -> set[tuple[int, ...]]:
        """All runs of so many beats that stand in a work, in any key: for each what `run` gives."""
        work = self.work.tolist()
        found = {
            self.run(range(begin, begin + longest))
            for begin in range(len(work) - longest + 1)
            if work[begin] == work[begin + longest - 1]
        }
        # Works in another metre are not played, but may not be quoted either.
        for shapes, lows in self.elsewhere:
            for begin in range(len(shapes) - longest + 1):
                found.add(_run(range(begin, begin + longest), shapes, lows))
        return found

    def run(self, fragments: Sequence[int]) -> tuple[int, ...]:
        """Beats in a row but for their key."""
        return _run(fragments, *self._columns)

    @cached_property
    def _columns(self) -> tuple[list[int], list[int]]:
        return self.shape.tolist(), self.low.tolist()


def _run(places: Sequence[int], shapes: Sequence[int], lows: Sequence[int]) -> tuple[int, ...]:
    first = lows[places[0]]
    return tuple(number for place in places for number in (shapes[place], lows[place] - first))


def shaped(beat: Sequence[Note]) -> tuple[tuple[tuple[int, ...], ...], int]:
    """What a beat is but for its key, and its lowest pitch.

    Whether a note goes on is left out: where a phrase begins it is struck again.
    """
    low = min((row[1] for row in beat), default=0)
    return tuple((row[0], row[1] - low, row[2], row[3]) for row in beat), low


def to_common_key(key: str) -> int:
    """Semitones from a key to c major or a minor, a tritone at most.

    >>> to_common_key("d major"), to_common_key("g minor"), to_common_key("f major")
    (-2, 2, -5)
    """
    tonic, _, mode = key.partition(" ")
    home = 0 if mode == "major" else 9
    return (home - pitch_class(tonic or "c") + 6) % 12 - 6


def beats_of(work: Work, shift: int, ticks: int) -> list[tuple[Note, ...]]:
    """What sounds in each beat of a work, moved by some semitones."""
    notes = work.phrase.notes
    end = int((notes["onset"].astype(np.int64) + notes["duration"]).max())
    cut: list[list[Note]] = [[] for _ in range(-(-end // ticks))]
    for note in notes:
        onset, stop = int(note["onset"]), int(note["onset"]) + int(note["duration"])
        for beat in range(onset // ticks, -(-stop // ticks)):
            begin, finish = max(onset, beat * ticks), min(stop, (beat + 1) * ticks)
            goes_on = onset < beat * ticks
            voice, pitch = int(note["voice"]), int(note["pitch"]) + shift
            cut[beat].append((voice, pitch, begin - beat * ticks, finish - begin, goes_on))
    return [tuple(sorted(beat, key=lambda row: (row[2], row[0], -row[1]))) for beat in cut]


def arrival_of(beat: Sequence[Note]) -> Arrival:
    """What sounds at the beginning of a beat."""
    return tuple(sorted((voice, pitch, goes_on) for voice, pitch, begin, _, goes_on in beat if begin == 0))


def _fitting(works: list[Work], metre: tuple[int, int]) -> tuple[list[Work], int, int]:
    def beat(of: tuple[int, int]) -> int:
        return TICKS * 3 // 2 if of[1] == 8 and of[0] % 3 == 0 else TICKS

    ticks = beat(metre)
    bar = TICKS * 4 * metre[0] // metre[1]
    fitting = [w for w in works if beat(w.phrase.metre) == ticks and bar % w.phrase.bar == 0]
    if fitting:
        common = Counter(work.phrase.bar for work in fitting).most_common(1)[0][0]
        kept = [work for work in fitting if work.phrase.bar == common]
        return kept, ticks, max(1, common // ticks)
    usual = Counter(work.phrase.metre for work in works).most_common(1)[0][0]
    kept = [work for work in works if work.phrase.metre == usual]
    return kept, beat(usual), max(1, kept[0].phrase.bar // beat(usual))


def _end_beats(work: Work, ticks: int, count: int) -> set[int]:
    """The last beat of every phrase."""
    ends = {min(count, -(-end // ticks)) - 1 for end in work.ends} | {count - 1}
    return {beat for beat in ends if beat + 1 not in ends}


def _signatures(
    work: Ints, owners: list[int], notes: list[tuple[Note, ...]], closes: Bools
) -> tuple[Bools, Bools, int]:
    """Which beats go on within a signature, which may be entered, and how many signatures there are.

    A signature is a pattern of three to five beats that ends a phrase and is found in two or more pieces, its
    outer voices the same in pitch and rhythm; the longest is taken. Where there are none, outer voices
    that stand on the same steps of the key at each beat are alike enough, as Cope lets a matcher be tuned
    (*Experiments in Musical Intelligence*, 1996, chapter 2). `owners` number the piece of each work.
    """
    closing = np.flatnonzero(closes).tolist()
    for likeness in (_outer, _outline):
        alike = [likeness(beat) for beat in notes]
        inside, enters = np.zeros(len(notes), bool), np.ones(len(notes), bool)
        found: set[tuple[object, ...]] = set()
        taken: set[int] = set()
        for length in sorted(SIGNATURE, reverse=True):
            places: dict[tuple[object, ...], list[int]] = defaultdict(list)
            for end in closing:
                begin = end - length + 1
                if begin >= 0 and work[begin] == work[end] and not any(closes[begin:end]):
                    places[tuple(alike[begin : end + 1])].append(end)
            for pattern, ends in places.items():
                if 2 <= len({owners[int(work[end])] for end in ends}) <= COMMON:
                    fresh = [end for end in ends if end not in taken]
                    if fresh:
                        found.add(pattern)
                    for end in fresh:
                        taken.add(end)
                        inside[end - length + 1 : end] = True
                        enters[end - length + 2 : end + 1] = False
        if found:
            break
    return inside, enters, len(found)


def _outer(beat: Sequence[Note]) -> tuple[Note, ...]:
    if not beat:
        return ()
    top, bottom = min(row[0] for row in beat), max(row[0] for row in beat)
    return tuple(row for row in beat if row[0] in (top, bottom))


def _outline(beat: Sequence[Note]) -> tuple[int, ...]:
    """The pitch classes of the outer voices where a beat begins."""
    struck = [(voice, pitch) for voice, pitch, begin, *_ in beat if begin == 0]
    if not struck:
        return ()
    return (max(pitch for _, pitch in struck) % 12, min(pitch for _, pitch in struck) % 12)
