"""What parts make together: chords and their ornaments, leading tones, sevenths, cadences."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from livecode.music.checking_notes import Fault, Moment, Sung, named, part_name
from livecode.music.phrase import TICKS, Phrase

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
class Sonority:
    """A chord recognised: root pitch class, what kind, the pitch classes left out of it as ornaments."""

    root: int
    kind: str
    left_out: frozenset[int] = frozenset()


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


def chords(moments: list[Moment], given: Collection[int]) -> list[Fault]:
    """Chords, what is doubled in them, how their leading tones and sevenths go on."""
    faults = []
    read = [explained(now) for now in moments]
    for index, (now, (chord, ornaments)) in enumerate(zip(moments, read)):
        voices = len(now.notes)
        if chord is None:
            struck = [voice for voice in range(voices) if now.struck(voice)]
            text = " ".join(named(note.pitch) for note in now.notes if note is not None)
            if set(struck) - set(given):
                faults.append(Fault("untreated dissonance", now.onset, tuple(struck), text))
            continue
        for voice in ornaments:
            note = now.notes[voice]
            if note is None or voice in given or note.onset != now.onset:
                continue
            if ornament(note, now.onset) in DOUBTFUL:
                text = f"{part_name(voice, voices)} {named(note.pitch)}"
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
        text = f"{part_name(voice, voices)} {named(note.pitch)} to {named(note.after)}"
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
    return " and ".join(named(note.pitch) for note in notes if note is not None)


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
        text = f"{part_name(voice, voices)} {named(note.pitch)} to {named(note.after)}"
        faults.append(Fault("unresolved seventh", now.onset, (voice,), text))
    return faults


def cadence(moments: list[Moment], phrase: Phrase) -> list[Fault]:
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
