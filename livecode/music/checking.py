"""A strict examiner of part-writing: what a teacher would underline in four parts, note by note.

Written from the textbooks (W. Piston, *Harmony*, 1941; E. Aldwell and C. Schachter, *Harmony and Voice
Leading*, 1978) and from nothing else: no composer that follows rules imports it (evolution asks it what
songs are worth), and it imports no composer. It reads the notes alone; chords, ornaments and cadences it
works out for itself.

Faults are hard (a textbook forbids them outright) or soft (discouraged). Bach commits both; how often is
printed by `benchmarks/rules.py`.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from livecode.language.notes import MIDI_C4, note_name
from livecode.music.key import find_key
from livecode.music.phrase import TICKS, Phrase, pitch_class
from livecode.music.spelling import spell

SATB = ((60, 81), (53, 76), (47, 69), (36, 64))
"""The widest ranges that choral textbooks give: soprano c4-a5, alto f3-e5, tenor b2-a4, bass c2-e4."""

HARD = {
    "parallel fifths": "two parts move from a perfect fifth to a perfect fifth",
    "parallel octaves": "two parts move from an octave or unison to another",
    "hidden fifths": "soprano and bass leap in the same direction into a fifth, the soprano by leap",
    "hidden octaves": "soprano and bass leap in the same direction into an octave, the soprano by leap",
    "range": "a part sings outside its range",
    "crossing": "a lower part sings above a higher one",
    "spacing": "more than an octave between soprano and alto, or alto and tenor",
    "augmented leap": "a part leaps an augmented interval",
    "wide leap": "a part leaps a seventh, or more than an octave",
    "doubled leading tone": "the leading tone of a dominant is sung twice",
    "unresolved leading tone": "the leading tone in an outer part does not rise as its dominant resolves",
    "unresolved seventh": "the seventh of a chord neither falls by step nor stays",
    "untreated dissonance": "a dissonant note that is no ornament a textbook knows",
    "no cadence": "the end is not a tonic in root position after a dominant or subdominant",
}
SOFT = {
    "overlap": "a part moves past where its neighbour just was",
    "hidden in inner parts": "inner parts move in the same direction into a fifth or octave",
    "third missing": "a chord without its third",
    "tritone leap": "a diminished fifth leapt and not turned back",
    "two leaps": "two leaps in one direction that add up to more than an octave",
    "leap to dissonance": "an accented dissonance that is leapt to, or an escape",
    "six-four": "a second inversion that is neither cadential, passing nor pedal",
}

TRIADS: dict[tuple[int, ...], str] = {
    (0, 4, 7): "major",
    (0, 3, 7): "minor",
    (0, 3, 6): "diminished",
    (0, 4, 8): "augmented",
}
SEVENTHS: dict[tuple[int, ...], str] = {
    (0, 4, 7, 10): "dominant seventh",
    (0, 3, 7, 10): "minor seventh",
    (0, 4, 7, 11): "major seventh",
    (0, 3, 6, 10): "half-diminished seventh",
    (0, 3, 6, 9): "diminished seventh",
}
KNOWN: dict[tuple[int, ...], str] = {**TRIADS, **SEVENTHS}


@dataclass(frozen=True)
class Fault:
    """One thing underlined: which rule, where (tick), between which parts (0 the top), in words."""

    rule: str
    onset: int
    voices: tuple[int, ...]
    text: str

    @property
    def hard(self) -> bool:
        """Whether a textbook forbids it outright."""
        return self.rule in HARD

    def __str__(self) -> str:
        return f"beat {self.onset / TICKS + 1:g}: {self.rule}, {self.text}"


@dataclass(frozen=True)
class Sung:
    """A note with its neighbours in its own part."""

    onset: int
    end: int
    pitch: int
    place: int
    before: int | None
    after: int | None
    place_after: int | None


@dataclass(frozen=True)
class Moment:
    """What sounds at a time something is struck: each part's note or None."""

    onset: int
    notes: tuple[Sung | None, ...]

    def struck(self, voice: int) -> bool:
        """Whether a part begins its note here."""
        note = self.notes[voice]
        return note is not None and note.onset == self.onset


@dataclass(frozen=True)
class Sonority:
    """A chord recognised: root pitch class, what kind, the pitch classes left out of it as ornaments."""

    root: int
    kind: str
    left_out: frozenset[int] = frozenset()


def check(
    phrase: Phrase,
    given: Collection[int] = (),
    whole: bool = True,
    ranges: Iterable[tuple[int, int]] | None = SATB,
) -> list[Fault]:
    """Everything that a textbook objects to in some bars of part-writing, in order of time.

    >>> five = Phrase.of([67, 69, 60, 62], onset=[0, TICKS, 0, TICKS], voice=[0, 0, 1, 1])
    >>> [fault.rule for fault in check(five, whole=False, ranges=None)]
    ['parallel fifths']

    `given` are the parts that somebody else wrote: what they do alone is not held against anyone.
    `whole` is false for bars out of the middle, where no cadence is due. `ranges` are low and high of each
    part, None for instruments.
    """
    moments = _moments(phrase)
    faults: list[Fault] = []
    faults += _motion(moments, given)
    faults += _placing(moments, given, tuple(ranges) if ranges is not None else ())
    faults += _melody(moments, given)
    if phrase.voices >= 3:
        faults += _chords(moments, given)
        if whole:
            faults += _cadence(moments, phrase)
    return sorted(set(faults), key=lambda fault: (fault.onset, fault.rule, fault.voices))


def _moments(phrase: Phrase) -> list[Moment]:
    if not phrase.key:
        from dataclasses import replace

        phrase = replace(phrase, key=find_key(phrase))
    notes = spell(phrase).notes
    parts: list[list[Sung]] = []
    for voice in range(phrase.voices):
        rows = sorted(
            (int(n["onset"]), int(n["onset"] + n["duration"]), int(n["pitch"]), int(n["spelling"]))
            for n in notes[notes["voice"] == voice]
        )
        part = []
        for index, (onset, end, pitch, place) in enumerate(rows):
            # A rest of a beat or more breaks a line: nothing follows from what came before it.
            earlier = rows[index - 1] if index and onset - rows[index - 1][1] < TICKS else None
            later = rows[index + 1] if index + 1 < len(rows) and rows[index + 1][0] - end < TICKS else None
            part.append(
                Sung(
                    onset,
                    end,
                    pitch,
                    place,
                    earlier[2] if earlier else None,
                    later[2] if later else None,
                    later[3] if later else None,
                )
            )
        parts.append(part)
    times = sorted({note.onset for part in parts for note in part})
    cursor = [0] * len(parts)
    found = []
    for time in times:
        sounding: list[Sung | None] = []
        for voice, part in enumerate(parts):
            while cursor[voice] < len(part) and part[cursor[voice]].end <= time:
                cursor[voice] += 1
            here = part[cursor[voice]] if cursor[voice] < len(part) else None
            sounding.append(here if here is not None and here.onset <= time else None)
        found.append(Moment(time, tuple(sounding)))
    return found


def _named(pitch: int) -> str:
    return note_name(pitch - MIDI_C4)


PARTS = ("soprano", "alto", "tenor", "bass")


def _part(voice: int, voices: int) -> str:
    return PARTS[voice] if voices == 4 else f"part {voice + 1}"


def _motion(moments: list[Moment], given: Collection[int]) -> list[Fault]:
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
                between = f"{_part(upper, voices)} and {_part(lower, voices)}"
                said = f"{between} {_named(old_high.pitch)}/{_named(old_low.pitch)} to "
                said += f"{_named(high.pitch)}/{_named(low.pitch)}"
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


def _placing(
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
                    text = f"{_part(voice, voices)} sings {_named(note.pitch)}"
                    faults.append(Fault("range", now.onset, (voice,), text))
            below = now.notes[voice + 1] if voice + 1 < voices else None
            if below is None or not (now.struck(voice) or now.struck(voice + 1)):
                continue
            pair = (voice, voice + 1)
            between = f"{_part(voice, voices)} {_named(note.pitch)}, "
            between += f"{_part(voice + 1, voices)} {_named(below.pitch)}"
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


def _melody(moments: list[Moment], given: Collection[int]) -> list[Fault]:
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
            said = f"{_part(voice, voices)} {_named(note.pitch)} to {_named(note.after)}"
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


def sonority(classes: Iterable[int], bass: int | None = None) -> Sonority | None:
    """The chord that some pitch classes make, or could make with its fifth added; None when they make none.

    >>> sonority({7, 11, 2, 5}), sonority({0, 2, 5})
    (Sonority(root=7, kind='dominant seventh', left_out=frozenset()), None)
    """
    heard = frozenset(pitch % 12 for pitch in classes)
    best: tuple[int, int, str] | None = None
    for root in heard:
        steps = {(pitch - root) % 12 for pitch in heard}
        for shape, kind in KNOWN.items():
            if not steps <= set(shape) or not ({3, 4} & steps):
                continue
            missing = len(shape) - len(steps)
            if missing > 1 or (len(shape) == 4 and shape[3] not in steps):
                continue
            if missing and shape[2] in steps and len(steps) < 3 and len(heard) > 2:
                continue
            rank = missing * 4 + (len(shape) == 4) + (kind == "augmented") * 2
            rank -= bass is not None and bass % 12 == root
            if best is None or (rank, root) < best[:2]:
                best = (rank, root, kind)
    if best is None:
        return None
    return Sonority(best[1], best[2])


def bare(classes: Iterable[int]) -> bool:
    """Whether they are a consonance of one or two notes: unison, third, sixth, fifth."""
    heard = sorted({pitch % 12 for pitch in classes})
    return len(heard) == 1 or (len(heard) == 2 and (heard[1] - heard[0]) in (3, 4, 5, 7, 8, 9))


def ornament(note: Sung, now: int) -> str | None:
    """What kind of ornament a note could be, by its neighbours in its own part; None when by none.

    Passing, neighbour, suspension, retardation, anticipation; "appoggiatura" (leapt to, left by step) and
    "escape" (left by leap) are the doubtful ones.
    """
    if note.onset == now and note.end - note.onset > TICKS:
        # What lasts is no ornament.
        return None
    came = None if note.before is None else note.pitch - note.before
    goes = None if note.after is None else note.after - note.pitch
    held = note.onset < now
    if held or came == 0:
        if goes is not None and -2 <= goes <= -1:
            return "suspension"
        if goes is not None and 1 <= goes <= 2:
            return "retardation"
        if held and goes is None:
            return None
    if came is not None and goes is not None:
        if 1 <= abs(came) <= 2 and 1 <= abs(goes) <= 2:
            return "passing" if came * goes > 0 else "neighbour"
        if goes == 0 and 1 <= abs(came) <= 2:
            return "anticipation"
        if 1 <= abs(goes) <= 2:
            return "appoggiatura"
        if 1 <= abs(came) <= 2:
            return "escape"
    elif goes is not None and 1 <= abs(goes) <= 2:
        return "appoggiatura"
    return None


MOST_ORNAMENTS = 2
DOUBTFUL = ("appoggiatura", "escape")


def explained(now: Moment) -> tuple[Sonority | None, tuple[int, ...]]:
    """The chord of a moment and the parts that sing ornaments against it; no chord when nothing explains it.

    The fewest ornaments that leave a chord are taken, doubtful kinds last.
    """
    singing = [(voice, note) for voice, note in enumerate(now.notes) if note is not None]
    bass = singing[-1][1].pitch if singing else None
    whole = sonority((note.pitch for _, note in singing), bass)
    if whole is not None and whole.kind == "diminished seventh":
        # Four equal thirds: only the spelling tells the root, the sharpest of the four.
        whole = Sonority(max((note.place, note.pitch % 12) for _, note in singing)[1], whole.kind)
    if whole is not None or bare(note.pitch for _, note in singing):
        return whole or Sonority(-1, "bare"), ()
    kinds = {voice: ornament(note, now.onset) for voice, note in singing}
    movable = [voice for voice, kind in kinds.items() if kind is not None]
    best: tuple[float, tuple[int, ...], Sonority] | None = None
    for choice in range(1, 1 << len(movable)):
        out = tuple(voice for bit, voice in enumerate(movable) if choice >> bit & 1)
        if len(out) > MOST_ORNAMENTS:
            continue
        left = [note for voice, note in singing if voice not in out]
        if not left:
            continue
        rest = sonority((note.pitch for note in left), left[-1].pitch)
        if rest is None:
            if not bare(note.pitch for note in left):
                continue
            rest = Sonority(-1, "bare")
        price = len(out) + 2.0 * sum(kinds[voice] in DOUBTFUL for voice in out) + 0.5 * (rest.root < 0)
        if best is None or price < best[0]:
            best = (price, out, rest)
    if best is None:
        return None, ()
    return best[2], best[1]


def _chords(moments: list[Moment], given: Collection[int]) -> list[Fault]:
    """Chords, what is doubled in them, how their leading tones and sevenths go on."""
    faults = []
    read = [explained(now) for now in moments]
    for index, (now, (chord, ornaments)) in enumerate(zip(moments, read)):
        voices = len(now.notes)
        if chord is None:
            struck = [voice for voice in range(voices) if now.struck(voice)]
            text = " ".join(_named(note.pitch) for note in now.notes if note is not None)
            if set(struck) - set(given):
                faults.append(Fault("untreated dissonance", now.onset, tuple(struck), text))
            continue
        for voice in ornaments:
            note = now.notes[voice]
            if note is None or voice in given or note.onset != now.onset:
                continue
            if ornament(note, now.onset) in DOUBTFUL:
                text = f"{_part(voice, voices)} {_named(note.pitch)}"
                faults.append(Fault("leap to dissonance", now.onset, (voice,), text))
        if chord.root < 0:
            continue
        members = {
            voice: (note.pitch - chord.root) % 12
            for voice, note in enumerate(now.notes)
            if note is not None and voice not in ornaments
        }
        following = _next_chord(moments, read, index)
        faults += _leading(moments, read, index, chord, members, following, given)
        if chord.kind in SEVENTHS.values():
            faults += _sevenths(moments, read, index, chord, members, given)
    return faults


def _next_chord(
    moments: list[Moment], read: list[tuple[Sonority | None, tuple[int, ...]]], index: int
) -> Sonority | None:
    """The next chord with another root."""
    here = read[index][0]
    assert here is not None
    for chord, _ in read[index + 1 : index + 5]:
        if chord is not None and chord.root >= 0 and chord.root != here.root:
            return chord
    return None


def _leading(
    moments: list[Moment],
    read: list[tuple[Sonority | None, tuple[int, ...]]],
    index: int,
    chord: Sonority,
    members: dict[int, int],
    following: Sonority | None,
    given: Collection[int],
) -> list[Fault]:
    """The leading tone of a chord that resolves as a dominant does: once, and upwards in outer parts.

    A plain triad whose root falls a fifth may be a tonic on its way to the subdominant: only chords with
    a seventh, and diminished ones, are certain to be dominants.
    """
    if following is None or following.kind not in GOALS:
        return []
    step = (following.root - chord.root) % 12
    if chord.kind == "dominant seventh" and step == 5:
        tone = 4
    elif chord.kind in ("diminished", "half-diminished seventh", "diminished seventh") and step == 1:
        tone = 0
    else:
        return []
    now = moments[index]
    voices = len(now.notes)
    sung = [voice for voice, member in members.items() if member == tone]
    faults = []
    if len(sung) > 1 and set(sung) - set(given):
        faults.append(Fault("doubled leading tone", now.onset, tuple(sung), _all(now, sung)))
    for voice in sung:
        note = now.notes[voice]
        if voice not in (0, voices - 1) or note is None or voice in given or note.after is None:
            continue
        if note.after - note.pitch in (0, 1) or _goes_on(moments, read, index, note, chord):
            continue
        text = f"{_part(voice, voices)} {_named(note.pitch)} to {_named(note.after)}"
        faults.append(Fault("unresolved leading tone", now.onset, (voice,), text))
    return faults


GOALS = ("major", "minor", "dominant seventh", "minor seventh", "major seventh")


def _goes_on(
    moments: list[Moment],
    read: list[tuple[Sonority | None, tuple[int, ...]]],
    index: int,
    note: Sung,
    chord: Sonority,
) -> bool:
    """Whether the chord still sounds when a note ends, so that what it owes may come later."""
    for later in range(index + 1, len(moments)):
        if moments[later].onset >= note.end:
            found = read[later][0]
            return found is not None and found.root == chord.root
    return True


def _all(now: Moment, voices: Iterable[int]) -> str:
    notes = [now.notes[voice] for voice in voices]
    return " and ".join(_named(note.pitch) for note in notes if note is not None)


def _sevenths(
    moments: list[Moment],
    read: list[tuple[Sonority | None, tuple[int, ...]]],
    index: int,
    chord: Sonority,
    members: dict[int, int],
    given: Collection[int],
) -> list[Fault]:
    """The seventh of a chord falls by step or stays, unless the chord only goes on."""
    now = moments[index]
    voices = len(now.notes)
    seventh = {"dominant seventh": 10, "minor seventh": 10, "half-diminished seventh": 10}.get(
        chord.kind, 11 if chord.kind == "major seventh" else 9
    )
    faults = []
    for voice, member in members.items():
        note = now.notes[voice]
        if member != seventh or note is None or voice in given or note.after is None:
            continue
        step = note.after - note.pitch
        if step in (0, -1, -2):
            continue
        if ornament(note, now.onset) in ("passing", "neighbour") and abs(step) <= 2:
            continue
        if _goes_on(moments, read, index, note, chord):
            continue
        text = f"{_part(voice, voices)} {_named(note.pitch)} to {_named(note.after)}"
        faults.append(Fault("unresolved seventh", now.onset, (voice,), text))
    return faults


def _cadence(moments: list[Moment], phrase: Phrase) -> list[Fault]:
    """The last chord and the one before it."""
    read = [explained(now)[0] for now in moments]
    last = read[-1] if read else None
    bass = next((note for note in reversed(moments[-1].notes) if note is not None), None) if moments else None
    if last is None or bass is None:
        return [Fault("no cadence", moments[-1].onset if moments else 0, (), "there is no last chord")]
    if last.kind not in ("major", "minor", "bare") or (last.root >= 0 and bass.pitch % 12 != last.root):
        return [Fault("no cadence", moments[-1].onset, (), f"it ends on {last.kind}, not in root position")]
    root = last.root if last.root >= 0 else bass.pitch % 12
    for chord in reversed(read[:-1]):
        if chord is None or chord.root in (-1, root):
            continue
        if (chord.root - root) % 12 in (7, 11, 5, 2):
            return []
        return [Fault("no cadence", moments[-1].onset, (), "no dominant or subdominant before the end")]
    return [Fault("no cadence", moments[-1].onset, (), "one chord alone")]


def tonic_of_end(phrase: Phrase) -> int:
    """The pitch class of the last bass note."""
    last = phrase.notes[phrase.notes["voice"] == phrase.voices - 1]
    return int(last["pitch"][-1]) % 12 if len(last) else pitch_class(phrase.key or "c")
