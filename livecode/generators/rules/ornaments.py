"""What moves between the beats: passing notes, neighbours and suspensions in the lower parts.

At every change of beat each part may be plain, pass through a third, touch a neighbour, or hold its note over
into the next chord and then fall. A choice is one such way for all parts together; rules look at the half
beats that result.
"""

from __future__ import annotations

from itertools import combinations, pairwise, product

from livecode.generators.rules.harmony import Sung
from livecode.generators.rules.owing import is_chord, leading_rises, leads_once, seventh_falls
from livecode.generators.rules.solver import Task
from livecode.generators.rules.theory import Key

Move = tuple[str, int]
"""What a part does at a change of beat and the pitch it takes: ("pass", 62)."""
Way = tuple[Move | None, ...]

PLAIN = 0.9
MOST_MOVING = 2


def ornamented(beats: list[Sung], energy: float, seed: int, steps: int = 3000) -> list[Way]:
    """What alto, tenor and bass do at each change of beat; `energy` 0 to 1 says how much."""
    if len(beats) < 2 or energy <= 0:
        return [(None,) * 4 for _ in beats[1:]]
    task = Task(seed=seed + 1, taste=0.35)
    choices = [_ways(first, second) for first, second in pairwise(beats)]
    wish = min(1.0, energy)
    for number, ways in enumerate(choices):
        task.choose(f"after beat {number + 1}", ways)
        first, second = beats[number], beats[number + 1]
        sung = any(onset > first.slot.onset for onset, _, _ in first.slot.notes)
        task.soft(
            "the eighths flow",
            lambda way, sung=sung: _stillness(way, sung, wish),
            number,
        )
        task.hard("no parallels at the half beat", lambda way, a=first, b=second: _clean(a, b, way), number)
    task.hard("no parallels within the beat", lambda way, b=beats[0]: _clean_within(b, (None,) * 4, way), 0)
    for number in range(1, len(choices)):
        second = beats[number]
        task.hard(
            "no parallels within the beat",
            lambda one, two, b=second: _clean_within(b, one, two),
            number - 1,
            number,
        )
    return list(task.solve(steps=steps).values)


def _stillness(way: Way, sung: bool, wish: float) -> float:
    moving = sum(move is not None for move in way) + sung
    if moving == 0:
        return 3.0 * wish
    price = 0.0
    for move in way:
        if move is not None:
            # What is not wished for costs as much as stillness does where movement is.
            price += {"pass": 0.2, "neighbour": 2.4, "suspend": 0.5, "skip": 0.9}[move[0]] + 1.5 * (1 - wish)
    return price + (0.7 * (moving - 1) if moving > 1 else 0.0)


def _ways(first: Sung, second: Sung) -> list[Way]:
    options: list[list[Move | None]] = [[None]]
    if first.slot.ends or first.slot.final:
        # A phrase comes to rest: nothing moves on its last chord.
        return [(None, None, None, None)]
    for voice in (1, 2, 3):
        found: list[Move | None] = [None]
        here, there = first.pitches[voice], second.pitches[voice]
        step = there - here
        if abs(step) in (3, 4):
            middle = _between(first.key, here, there, second)
            if middle is not None:
                found.append(("pass", middle))
        elif step == 0 and voice != 3:
            touched = _neighbour(first.key, here)
            if touched is not None:
                found.append(("neighbour", touched))
        if voice == 3:
            found += [("skip", pitch) for pitch in _skips(first, second)]
        if step in (-1, -2) and _suspends(first, second, voice):
            found.append(("suspend", here))
        options.append(found)
    ways = [way for way in product(*options) if sum(move is not None for move in way) <= MOST_MOVING]
    return [way for way in ways if sum(move is not None and move[0] == "suspend" for move in way) <= 1]


def _between(key: Key, here: int, there: int, second: Sung) -> int | None:
    """The note of the key between two a third apart; in minor raised steps when they rise to the tonic."""
    low, high = min(here, there), max(here, there)
    inside = [pitch for pitch in range(low + 1, high) if pitch % 12 in key.scale]
    if key.mode == "minor":
        sixth, seventh = (key.tonic + 9) % 12, (key.tonic + 11) % 12
        if there > here and there % 12 == seventh:
            inside = [pitch for pitch in range(low + 1, high) if pitch % 12 == sixth] or inside
        if there > here and there % 12 == key.tonic:
            inside = [pitch for pitch in range(low + 1, high) if pitch % 12 == seventh] or inside
    # Where the coming chord alters a step, its own note passes, not the key's.
    classes = {p % 12 for p in second.pitches}
    inside = [p for p in inside if not ({(p + 1) % 12, (p - 1) % 12} & classes and p % 12 not in classes and (
        ((p + 1) % 12 in classes and (p + 1) % 12 not in key.scale)
        or ((p - 1) % 12 in classes and (p - 1) % 12 not in key.scale)
    ))]  # fmt: skip
    for pitch in inside:
        if 1 <= abs(pitch - here) <= 2 and 1 <= abs(there - pitch) <= 2:
            return pitch
    return None


def _skips(first: Sung, second: Sung) -> list[int]:
    """Where the bass may go, root to third or third to root, to reach its next note by step."""
    here, there = first.pitches[3], second.pitches[3]
    chord, key = first.chord, first.key
    if first.members[3] not in (0, 1) or here == there:
        return []
    classes = chord.pitch_classes(key)
    other = 1 - first.members[3]
    if other == chord.leading and any(member == other for member in first.members[:3]):
        return []
    found = []
    for pitch in range(max(40, here - 9), min(first.pitches[2], here + 9) + 1):
        if (
            pitch % 12 == classes[other]
            and 1 <= abs(there - pitch) <= 2
            and abs(pitch - here) in (3, 4, 8, 9)
        ):
            found.append(pitch)
    return found


def _neighbour(key: Key, here: int) -> int | None:
    scale = key.scale if key.mode == "major" else (*key.scale, key.leading_tone)
    for below in (1, 2):
        if (here - below) % 12 in scale:
            return here - below
    return None


def _suspends(first: Sung, second: Sung, voice: int) -> bool:
    """Whether a note held over is a dissonance that a textbook knows: 4-3, 7-6, 9-8, in the bass 2-3."""
    held = first.pitches[voice]
    if second.slot.weight == 0 or second.slot.ends:
        return False
    others = [pitch for other, pitch in enumerate(second.pitches) if other != voice]
    target = second.pitches[voice]
    if any(
        pitch % 12 == target % 12 for other, pitch in enumerate(second.pitches) if other not in (voice, 3)
    ):
        # The note of resolution is not to sound already.
        return False
    if len(second.slot.notes) > 1:
        return False
    clash = [abs(held - pitch) % 12 in (1, 2, 10, 11) for pitch in others]
    if voice == 3:
        return any(clash) and second.members[3] == 1
    over_bass = (held - second.pitches[3]) % 12
    return any(clash) and over_bass in (5, 10, 11, 2, 1) and over_bass != 1


def halves(beats: list[Sung], ways: list[Way], number: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What the four parts sing in the first and in the second half of a beat."""
    came = ways[number - 1] if number else (None,) * 4
    goes = ways[number] if number < len(ways) else (None,) * 4
    return _first_half(beats[number], came), _second_half(beats[number], goes)


def _first_half(beat: Sung, came: Way) -> tuple[int, ...]:
    pitches = list(beat.pitches)
    for voice, move in zip((1, 2, 3), came[-3:]):
        if move is not None and move[0] == "suspend":
            pitches[voice] = move[1]
    return tuple(pitches)


def _second_half(beat: Sung, goes: Way) -> tuple[int, ...]:
    pitches = list(beat.pitches)
    half = beat.slot.onset + beat.slot.length // 2
    for onset, duration, pitch in beat.slot.notes:
        if onset <= half < onset + duration:
            pitches[0] = pitch
    for voice, move in zip((1, 2, 3), goes[-3:]):
        if move is not None and move[0] != "suspend":
            pitches[voice] = move[1]
    return tuple(pitches)


def _clean(first: Sung, second: Sung, way: Way) -> bool:
    """From the second half of a beat into the next: no parallels, no crossing, ornaments agree."""
    before, after = _second_half(first, way), _first_half(second, way)
    if any(move is not None for move in way) and not _agree(first, before, way):
        return False
    if _crossed(before) or _crossed(after) or parallel(before, after):
        return False
    if any(move is not None for move in way) and not _paid(first, before, after, way):
        return False
    return not _hidden(before, after) and not _risen(first, second, before, way)


def _paid(first: Sung, before: tuple[int, ...], after: tuple[int, ...], way: Way) -> bool:
    """Whether what sounds at a half beat is a chord with ornaments, and what it owes comes in the next.

    A leading tone is sung once and rises in the outer parts, sevenths fall.
    """
    moved = [voice for voice, move in zip((1, 2, 3), way[-3:]) if move is not None and move[0] != "suspend"]
    if before[0] != first.pitches[0]:
        moved.append(0)
    left = [
        [p for v, p in enumerate(before) if v not in out] for n in (1, 2) for out in combinations(moved, n)
    ]
    if not any(is_chord(*pitches) for pitches in (before, *left)) or not leads_once(*before):
        return False
    for voice in range(4):
        note, onward = before[voice], after[voice]
        others = (*before[:voice], *before[voice + 1 :])
        if voice in (0, 3) and not leading_rises(note, onward, *others):
            return False
        steps = voice in moved and abs(note - first.pitches[voice]) <= 2 and abs(onward - note) <= 2
        if not steps and not seventh_falls(note, onward, *others):
            return False
    return True


def disturbed(beats: list[Sung]) -> list[int]:
    """The beats in which what the melody sings after the beat breaks a rule with the chords as they are."""
    still: Way = (None,) * 4
    found = []
    for number, (first, second) in enumerate(pairwise(beats)):
        before, after = _second_half(first, still), _first_half(second, still)
        if before == first.pitches:
            continue
        clean = _agree(first, before, still) and _paid(first, before, after, still)
        if not clean or parallel(before, after) or parallel(first.pitches, before) or _hidden(before, after):
            found.append(number)
    return found


def _hidden(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """Whether the outer parts go the same way into a fifth or octave, the soprano by leap."""
    up, down = after[0] - before[0], after[3] - before[3]
    return up * down > 0 and abs(up) > 2 and (after[0] - after[3]) % 12 in (0, 7)


def _risen(first: Sung, second: Sung, before: tuple[int, ...], way: Way) -> bool:
    """Whether an ornament makes a seventh of a note that then does not fall."""
    for voice, move in zip((1, 2, 3), way[-3:]):
        if move is None or move[0] in ("suspend", "skip"):
            continue
        for other in range(4):
            rises = second.pitches[other] - before[other] not in (0, -1, -2)
            if other != voice and rises and (before[other] - before[voice]) % 12 in (9, 10, 11):
                return True
    return False


def _clean_within(beat: Sung, came: Way, goes: Way) -> bool:
    first, second = _first_half(beat, came), _second_half(beat, goes)
    for one, two in zip(came[-3:], goes[-3:]):
        # A suspension needs its resolution to sound, so nothing may pass away from it.
        if one is not None and one[0] == "suspend" and two is not None:
            return False
    return not parallel(first, second)


def _agree(beat: Sung, pitches: tuple[int, ...], way: Way) -> bool:
    """Notes that move together are consonant; none clashes by a semitone with what is sung."""
    moved = [voice for voice, move in zip((1, 2, 3), way[-3:]) if move is not None and move[0] != "suspend"]
    if pitches[0] != beat.pitches[0]:
        moved.append(0)
    for one in moved:
        for other in range(4):
            if other == one:
                continue
            interval = abs(pitches[one] - pitches[other]) % 12
            if other in moved and interval not in (0, 3, 4, 5, 7, 8, 9):
                return False
            if interval == 1 and other not in moved:
                return False
    return True


def parallel(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """Whether two parts that both move keep a fifth or an octave."""
    for upper in range(len(before)):
        for lower in range(upper + 1, len(before)):
            if before[upper] == after[upper] or before[lower] == after[lower]:
                continue
            old, new = (before[upper] - before[lower]) % 12, (after[upper] - after[lower]) % 12
            if old == new and old in (0, 7):
                return True
    return False


def _crossed(pitches: tuple[int, ...]) -> bool:
    """Whether parts cross, or stand more than an octave apart above the bass."""
    if any(high < low for high, low in pairwise(pitches)):
        return True
    return pitches[0] - pitches[1] > 12 or pitches[1] - pitches[2] > 12
