"""Counterpoint in the five species against a cantus, in two to four parts, after J. J. Fux.

First species sets note against note, the second two notes, the third four, the fourth ties over the beat
so that suspensions arise, the fifth mixes them all (*Gradus ad Parnassum*, 1725; A. Mann's translation,
1943). In three and four parts one part carries the species, the others sing with the cantus note against
note.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from livecode.errors import ControlError, GeneratorError
from livecode.generators.generator import Context, Spec
from livecode.generators.markov.asked import Asked, scale_pitches
from livecode.generators.rules.harmoniser import Row, key_for, written
from livecode.generators.rules.lines import LineNote, Lines, Style, add, write_lines
from livecode.generators.rules.solver import Task
from livecode.generators.rules.steering import taste
from livecode.generators.rules.theory import Key
from livecode.language.scales import scale_of
from livecode.music.phrase import TICKS, Phrase

SPECIES_STEPS = 2500
FLORID = (
    (0.5, 0.5), (0.5, 0.25, 0.25), (0.25, 0.25, 0.25, 0.25), (0.25, 0.25, 0.5), (0.5, 0.25, 0.125, 0.125),
    (0.25, 0.125, 0.125, 0.5), (0.75, 0.25), (0.25, 0.25, 0.25, 0.25),
)  # fmt: skip
"""How a cantus note's time may be divided in the fifth species; one that ends long may be tied over."""
SHORTEST = TICKS // 8
WIDEST = 30
WHERE = ("bass", "middle", "top")


@dataclass(frozen=True)
class Species:
    """Parts against what another part plays, or against a cantus of its own."""

    species: int = 1
    parts: int = 2
    place: str = "bass"
    key: str = ""
    own: bool = False
    led: ClassVar[bool] = True

    def spec(self) -> Spec:
        """Plain data that makes it again."""
        return {
            "kind": "rules", "form": "counterpoint", "species": self.species, "parts": self.parts,
            "place": self.place, "key": self.key, "own": self.own,
        }  # fmt: skip

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """The added parts; with a cantus of its own the cantus too."""
        if self.own:
            cantus = own_cantus(context, length, seed, self.key)
        elif context.over is None:
            raise GeneratorError("counterpoint() has no cantus: give it a slot, counterpoint(cantus=d1)")
        else:
            cantus = Phrase(context.over.monophonic().notes, length, context.metre).slice(0, length)
        if not len(cantus):
            return Phrase.silence(length, context.metre)
        key = Key.of(cantus.key) if self.own else key_for(self.key, context)
        asked = Asked.of(
            {k: v for k, v in context.constraints.items() if k in ("in_scale", "begins", "ends")}
        )
        said = str(context.constraints.get("key") or self.key)
        scale = _scale(context, key, cantus, said)
        found, order = against(
            cantus, self.species, self.parts, self.place, key, scale, seed, context, self.own, asked
        )
        return _phrase(found, order, self.species, cantus, key, length, context.metre, self.own)


def _scale(context: Context, key: Key, cantus: Phrase, said: str) -> frozenset[int]:
    """The pitch classes in use: the scale asked for, or the key's, its raised seventh left to the cadence."""
    if "in_scale" in context.constraints:
        pitches, _ = scale_pitches(context.constraints["in_scale"])
        return frozenset(pitch % 12 for pitch in pitches)
    if said:
        named = scale_of(" ".join(said.replace(":", " ").split()))
        if len(named.steps) == 7 and named.name not in ("major", "minor"):
            return frozenset(round(named.tonic + step) % 12 for step in named.steps)
    classes = set(key.scale)
    sung = {int(pitch) % 12 for pitch in cantus.notes["pitch"]}
    if key.mode == "minor" and key.leading_tone in sung and (key.tonic + 10) % 12 not in sung:
        classes = (classes - {(key.tonic + 10) % 12}) | {key.leading_tone}
    if key.mode == "minor" and (key.tonic + 9) % 12 in sung and (key.tonic + 8) % 12 not in sung:
        classes = (classes - {(key.tonic + 8) % 12}) | {(key.tonic + 9) % 12}
    return frozenset(classes)


def against(
    cantus: Phrase,
    species: int,
    parts: int,
    place: str,
    key: Key,
    scale: frozenset[int],
    seed: int,
    context: Context,
    whole: bool,
    asked: Asked = Asked(),
) -> tuple[Lines, int]:
    """The lines against a cantus, top to bottom, and the place of the cantus among them."""
    rows = [(int(n["onset"]), int(n["onset"] + n["duration"]), int(n["pitch"])) for n in cantus.notes]
    slot = {"bass": parts - 1, "middle": (parts - 1) // 2 if parts > 2 else parts - 1, "top": 0}[place]
    florid = 0 if slot != 0 else parts - 1
    ranges = _ranges(rows, parts, slot)
    last_pitch = rows[-1][2]
    rises = len(rows) > 1 and rows[-1][2] - rows[-2][2] in (-1, -2)
    previous = _before(context, parts, slot, whole)

    def choices(note: LineNote) -> Sequence[int]:
        low, high = ranges[note.part]
        last = note.end >= rows[-1][1]
        near_end = len(rows) > 1 and rows[-2][0] <= note.onset < rows[-1][0]
        classes = set(scale)
        if near_end and rises and last_pitch % 12 == key.tonic:
            classes = (classes - {(key.tonic - 2) % 12}) | {key.leading_tone}
        if last:
            keep = {last_pitch % 12} if parts == 2 else _final(last_pitch, note.part == parts - 1, key)
            classes = (classes & keep) or keep
        allowed = [p for p in range(low, high + 1) if p % 12 in classes and p in asked.allowed]
        if note.onset == rows[0][0] and note.part == florid and asked.first is not None:
            allowed = [p for p in allowed if p in asked.first] or allowed
        if last and note.part == florid:
            allowed = [p for p in allowed if p in asked.last] or allowed
        return allowed or [p for p in range(low, high + 1) if p % 12 in scale] or [(low + high) // 2]

    style = Style(
        key, strict=True, neighbours=species in (3, 5), peak=0.35 + 0.4 * random.Random(seed).random(),
        leap_limit=12 if species != 3 else 9, temper=taste(context, 0.4), beat=TICKS,
    )  # fmt: skip
    style.extra.append(_ends(rows, key, rises, bool(previous), florid, slot))
    best: Lines | None = None
    for drawn, broken in _tries(rows, species, seed):
        score = _score(rows, parts, slot, florid, species, drawn, broken)
        found = write_lines(score, choices, style, drawn, SPECIES_STEPS, previous)
        if best is None or len(found.answer.gave_way) < len(best.answer.gave_way):
            best = found
        if not best.answer.gave_way:
            break
    assert best is not None
    return best, slot


TRIES = 12
"""How often an exercise is tried anew when no answer obeys every rule."""


def _tries(rows: list[tuple[int, int, int]], species: int, seed: int) -> Iterator[tuple[int, frozenset[int]]]:
    """What to try in turn: the seed as it is, ties broken off one by one, then other seeds.

    Fux lets the fourth species be broken off where no ligature will do.
    """
    yield seed, frozenset()
    if species == 4:
        inner = [frozenset((number,)) for number in range(len(rows) - 2, 0, -1)]
        yield from ((seed, broken) for broken in inner[:TRIES])
        for number, broken in enumerate(inner[:TRIES]):
            yield seed + 1000 + number, broken
        return
    for number in range(1, 4):
        yield seed + 1000 * number, frozenset()


def _score(
    rows: list[tuple[int, int, int]],
    parts: int,
    slot: int,
    florid: int,
    species: int,
    seed: int,
    broken: frozenset[int],
) -> list[list[LineNote]]:
    """The notes of each part: the cantus is given, the others are to be chosen."""
    score: list[list[LineNote]] = []
    for part in range(parts):
        if part == slot:
            score.append([LineNote(part, on, off, pitch, True) for on, off, pitch in rows])
        elif part == florid and species > 1:
            spans = divided(rows, species, seed, broken)
            score.append([LineNote(part, on, off) for on, off in spans])
        else:
            score.append([LineNote(part, on, off, None, True) for on, off, _ in rows])
    return score


def _final(pitch: int, bass: bool, key: Key) -> set[int]:
    """What may end with a last cantus note in more than two parts: its triad, in the bass the note itself."""
    third = 4 if (pitch + 4) % 12 in key.scale or key.mode == "minor" else 3
    return {pitch % 12} if bass else {pitch % 12, (pitch + third) % 12, (pitch + 7) % 12}


def divided(
    rows: list[tuple[int, int, int]], species: int, seed: int, broken: frozenset[int] = frozenset()
) -> list[tuple[int, int]]:
    """When the notes of the decorating part begin and end; into notes `broken` of the cantus nothing is tied.

    >>> [on for on, _ in divided([(0, 4, 60), (4, 8, 62)], 2, 0)]
    [0, 2, 4]
    """
    spans: list[tuple[int, int]] = []
    draw = random.Random(seed * 7 + species)
    owed = False
    for number, (onset, end, _) in enumerate(rows):
        length = end - onset
        last = number == len(rows) - 1
        if last or length < 2:
            cuts = [(onset, end)]
        elif species == 2:
            cuts = _cut(onset, end, (1, 1) if length % 2 == 0 else (2, 1))
        elif species == 3:
            many = (
                4
                if (length // 4 >= min(SHORTEST, length // 4) and length >= 4 * SHORTEST) or length == 4
                else 2
            )
            cuts = _cut(onset, end, (1,) * many)
        elif species == 4:
            cuts = [(onset, onset + length // 2), (onset + length // 2, end)]
        else:
            usable = [cell for cell in FLORID if min(cell) * length >= SHORTEST]
            cell = draw.choice(usable or [(0.5, 0.5)])
            if owed and cell[0] < 0.25:
                cell = (0.5, 0.5)
            cuts = _cut(onset, end, cell)
        tie = False
        if species == 4:
            tie = number > 0 and number not in broken
            if number == 0 and not last:
                # The fourth species begins with a rest.
                cuts = cuts[1:]
        elif species == 5:
            tie = owed
        if tie and spans and cuts:
            begun, _ = spans.pop()
            # A note tied over is as long before the beat as after it, at least.
            spans.append((begun, cuts[0][1]))
            cuts = cuts[1:]
            if last:
                # The last note is struck afresh: what was tied ends where it begins.
                spans[-1] = (begun, onset)
                cuts = [(onset, end)]
        spans += cuts
        owed = (
            species == 5
            and not last
            and len(cuts) > 1
            and cuts[-1][1] - cuts[-1][0] >= length // 2
            and (draw.random() < 0.75)
        )
    return [(on, off) for on, off in spans if off > on]


def _cut(onset: int, end: int, cell: Sequence[float]) -> list[tuple[int, int]]:
    total, at, cuts = sum(cell), 0.0, []
    for part in cell:
        begin = onset + round((end - onset) * at / total)
        at += part
        cuts.append((begin, onset + round((end - onset) * at / total)))
    return cuts


def _ranges(rows: list[tuple[int, int, int]], parts: int, slot: int) -> list[tuple[int, int]]:
    """Low and high of each part: an octave and a half, those above the cantus above its middle."""
    low, high = min(row[2] for row in rows), max(row[2] for row in rows)
    ranges = []
    for part in range(parts):
        if part == slot:
            ranges.append((low, high))
        elif part < slot:
            lift = 5 * (slot - part - 1)
            ranges.append((low + lift, min(115, max(high + 9, low + 16) + lift)))
        else:
            drop = 5 * (part - slot - 1)
            ranges.append((max(12, min(low - 9, high - 16) - drop), high - drop))
    # Wider than two octaves and a half no part is, however wide the cantus.
    return [(bottom, min(top, bottom + WIDEST)) for bottom, top in ranges]


def _before(context: Context, parts: int, slot: int, whole: bool) -> list[list[int]]:
    """The last pitches of each part in the phrase before."""
    if context.previous is None or not len(context.previous):
        return []
    found: list[list[int]] = []
    number = 0
    for part in range(parts):
        if part == slot and not whole:
            found.append([])
            continue
        found.append([int(p) for p in context.previous.voice(number).notes["pitch"][-2:]])
        number += 1
    return found


def _ends(
    rows: list[tuple[int, int, int]], key: Key, rises: bool, goes_on: bool, florid: int, slot: int
) -> Any:
    """Begin on a perfect consonance; before the end the leading tone, when the cantus falls to the tonic."""

    def rule(task: Task, parts: list[list[LineNote]]) -> None:
        cantus = parts[slot]
        for number, line in enumerate(parts):
            if number == slot or not line:
                continue
            if not goes_on and len(parts) == 2:
                first = next((n for n in cantus if n.onset <= line[0].onset < n.end), cantus[0])
                below = number > slot
                add(task, "hard", "begins on a perfect consonance", _perfect(below), (line[0], first))
            if number == florid and rises and rows[-1][2] % 12 == key.tonic and len(line) > 1:
                add(task, "hard", "the leading tone before the end", _leads(key.leading_tone), (line[-2],))
        if len(parts) > 2 and len(rows) > 0:
            lasts = [line[-1] for line in parts]
            add(task, "soft", "the last chord has its third", _complete, lasts, 2.0)
            for index, _ in enumerate(cantus):
                struck = [note for line in parts for note in line if note.onset == cantus[index].onset]
                if len(struck) >= 3:
                    add(task, "soft", "full chords", _full, struck, 1.0)

    return rule


def _perfect(below: bool) -> Any:
    wanted = (0,) if below else (0, 7)
    return lambda note, cantus: abs(note - cantus) % 12 in wanted


def _leads(tone: int) -> Any:
    return lambda pitch: pitch % 12 == tone


def _complete(*pitches: int) -> float:
    root = pitches[-1]
    return 0.0 if any((pitch - root) % 12 in (3, 4) for pitch in pitches) else 1.0


def _full(*pitches: int) -> float:
    return float(max(0, min(3, len(pitches)) - len({pitch % 12 for pitch in pitches})))


def own_cantus(context: Context, length: int, seed: int, said: str) -> Phrase:
    """A cantus firmus by the rules for one: whole bars, steps and few leaps, one peak, from tonic to.

    Tonic.
    """
    bar = Phrase.silence(0, context.metre).bar
    count = max(1, length // bar)
    key = key_for(said, context, None) if said or context.constraints else Key.of("d minor")
    part = [LineNote(0, n * bar, (n + 1) * bar, None, True) for n in range(count)]
    tonic = 60 + key.tonic if key.tonic <= 6 else 48 + key.tonic
    inside = {pitch % 12 for pitch in key.scale}

    def choices(note: LineNote) -> Sequence[int]:
        if note is part[-1]:
            return [tonic]
        if note is part[0]:
            return [tonic] if context.previous is None else [tonic, tonic + 7, tonic + 12]
        if count > 2 and note is part[-2]:
            return [p for p in (tonic + 2, tonic + 1) if p % 12 in inside]
        return [p for p in range(tonic - 5, tonic + 13) if p % 12 in inside]

    style = Style(key, peak=0.3 + 0.4 * random.Random(seed).random(), leap_limit=9, arch=0.35)
    style.extra.append(_no_repeats)
    found = write_lines([part], choices, style, seed, 2000)
    pitches = [pitch for _, pitch in found.parts[0]]
    return Phrase.of(pitches, bar, length=length, metre=context.metre, key=key.name)


def _no_repeats(task: Task, parts: list[list[LineNote]]) -> None:
    for first, second in zip(parts[0], parts[0][1:]):
        add(task, "hard", "no note twice", lambda a, b: a != b, (first, second))


ROLES = {
    1: "note against note", 2: "two against one", 3: "four against one", 4: "syncopation", 5: "florid",
}  # fmt: skip


def _phrase(
    found: Lines,
    slot: int,
    species: int,
    cantus: Phrase,
    key: Key,
    length: int,
    metre: tuple[int, int],
    whole: bool,
) -> Phrase:
    """The notes with what each is to the cantus."""
    rows: list[Row] = []
    origins: list[dict[str, Any]] = []
    fixed = [(int(n["onset"]), int(n["onset"] + n["duration"]), int(n["pitch"])) for n in cantus.notes]
    number = 0
    for part, line in enumerate(found.parts):
        if part == slot and not whole:
            continue
        for note, pitch in line:
            rows.append((note.onset, note.end - note.onset, pitch, number, key.spelled(pitch)))
            under = next((p for on, off, p in fixed if on <= note.onset < off), None)
            about: dict[str, Any] = {
                "sings": "cantus" if part == slot else ROLES[1 if note.plain else species]
            }
            starts = any(on == note.onset for on, _, _ in fixed[1:-1])
            if species == 4 and part != slot and not note.plain and starts:
                about["sings"] = "two against one, the syncopation broken off"
            if part != slot and under is not None:
                about["interval"] = INTERVALS[abs(pitch - under) % 12]
                later = next((p for on, off, p in fixed if note.onset < on < note.end), None)
                if later is not None:
                    about["then"] = f"held over into a {INTERVALS[abs(pitch - later) % 12]}"
            origins.append(about)
        number += 1
    return written(rows, origins, found.answer, key, length, metre)


INTERVALS = (
    "unison or octave", "minor second", "major second", "minor third", "major third", "fourth", "tritone",
    "fifth", "minor sixth", "major sixth", "minor seventh", "major seventh",
)  # fmt: skip


def checked(species: Any, parts: Any, place: Any) -> tuple[int, int, str]:
    """Species 1 to 5, parts 2 to 4, where the cantus is; ControlError for anything else."""
    if isinstance(species, bool) or species not in (1, 2, 3, 4, 5):
        raise ControlError(f"species={species!r}: give 1 to 5")
    if isinstance(parts, bool) or parts not in (2, 3, 4):
        raise ControlError(f"parts={parts!r}: give 2 to 4, the cantus counted")
    if place not in WHERE:
        raise ControlError(f"place={place!r}: the cantus is in the 'bass', the 'middle' or the 'top'")
    return int(species), int(parts), str(place)
