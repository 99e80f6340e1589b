"""How parts move: parallels, hidden parallels, ranges, crossings, distances, leaps."""

from __future__ import annotations

import itertools
from collections.abc import Collection

from livecode.music.checking_notes import Fault, Moment, Sung, named, part_name


def motion(moments: list[Moment], given: Collection[int]) -> list[Fault]:
    """Two parts that arrive together: parallels and hidden parallels."""
    faults = []
    for earlier, now in itertools.pairwise(moments):
        voices = len(now.notes)
        for upper in range(voices):
            for lower in range(upper + 1, voices):
                if upper in given and lower in given:
                    continue
                if not (now.struck(upper) and now.struck(lower)):
                    continue
                high, low = now.notes[upper], now.notes[lower]
                old_high, old_low = earlier.notes[upper], earlier.notes[lower]
                if high is None or low is None or old_high is None or old_low is None:
                    continue
                up, down = high.pitch - old_high.pitch, low.pitch - old_low.pitch
                if not up or not down:
                    continue
                interval, before = (high.pitch - low.pitch) % 12, (old_high.pitch - old_low.pitch) % 12
                between = f"{part_name(upper, voices)} and {part_name(lower, voices)}"
                said = f"{between} {named(old_high.pitch)}/{named(old_low.pitch)} to "
                said += f"{named(high.pitch)}/{named(low.pitch)}"
                pair = (upper, lower)
                if (
                    interval == before == 7
                    and _perfect_fifth(high, low)
                    and _perfect_fifth(old_high, old_low)
                ):
                    faults.append(Fault("parallel fifths", now.onset, pair, said))
                elif interval == before == 0:
                    faults.append(Fault("parallel octaves", now.onset, pair, said))
                elif up * down > 0 and interval in (0, 7):
                    outer = upper == 0 and lower == voices - 1
                    if outer and abs(up) > 2:
                        name = "hidden octaves" if interval == 0 else "hidden fifths"
                        faults.append(Fault(name, now.onset, pair, said))
                    elif not outer and abs(up) > 2 and abs(down) > 2:
                        faults.append(Fault("hidden in inner parts", now.onset, pair, said))
    return faults


def _perfect_fifth(high: Sung, low: Sung) -> bool:
    return high.place - low.place == 1


def placing(
    moments: list[Moment], given: Collection[int], ranges: tuple[tuple[int, int], ...]
) -> list[Fault]:
    """Ranges, crossings, distances, overlaps."""
    faults = []
    earlier: Moment | None = None
    for now in moments:
        voices = len(now.notes)
        for voice, note in enumerate(now.notes):
            if note is None:
                continue
            if now.struck(voice) and voice < len(ranges) and voice not in given:
                low, high = ranges[voice]
                if not low <= note.pitch <= high:
                    text = f"{part_name(voice, voices)} sings {named(note.pitch)}"
                    faults.append(Fault("range", now.onset, (voice,), text))
            below = now.notes[voice + 1] if voice + 1 < voices else None
            if below is None or not (now.struck(voice) or now.struck(voice + 1)):
                continue
            pair = (voice, voice + 1)
            between = f"{part_name(voice, voices)} {named(note.pitch)}, "
            between += f"{part_name(voice + 1, voices)} {named(below.pitch)}"
            if below.pitch > note.pitch:
                faults.append(Fault("crossing", now.onset, pair, between))
            elif ranges and voices == 4 and voice < 2 and note.pitch - below.pitch > 12:
                faults.append(Fault("spacing", now.onset, pair, between))
            old = earlier.notes if earlier is not None else (None,) * voices
            old_high, old_low = old[voice], old[voice + 1]
            if old_high is not None and now.struck(voice + 1) and below.pitch > old_high.pitch:
                faults.append(Fault("overlap", now.onset, pair, between))
            if old_low is not None and now.struck(voice) and note.pitch < old_low.pitch:
                faults.append(Fault("overlap", now.onset, pair, between))
        earlier = now
    return faults


def melody(moments: list[Moment], given: Collection[int]) -> list[Fault]:
    """What each part does by itself."""
    faults = []
    for voice in range(len(moments[0].notes) if moments else 0):
        if voice in given:
            continue
        line = [m.notes[voice] for m in moments if m.struck(voice)]
        notes = [note for note in line if note is not None]
        voices = len(moments[0].notes)
        for index, note in enumerate(notes):
            if note.after is None or note.place_after is None:
                continue
            step, turn = note.after - note.pitch, note.place_after - note.place
            said = f"{part_name(voice, voices)} {named(note.pitch)} to {named(note.after)}"
            if (step > 1 and turn >= 6) or (step < -1 and turn <= -6):
                faults.append(Fault("augmented leap", note.end, (voice,), said))
            elif abs(step) in (10, 11) or abs(step) > 12:
                faults.append(Fault("wide leap", note.end, (voice,), said))
            third = notes[index + 1].after if index + 1 < len(notes) else None
            if third is None:
                continue
            again = third - note.after
            if abs(step) == 6 and again * step > 0:
                faults.append(Fault("tritone leap", note.end, (voice,), said))
            if abs(step) > 4 and abs(again) > 4 and again * step > 0 and abs(step + again) > 12:
                faults.append(Fault("two leaps", note.end, (voice,), said))
    return faults
