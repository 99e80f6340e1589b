"""Recombination: every join is one the composer made, the plan is followed, runs are no longer than asked."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livecode.errors import ControlError, GeneratorError, LivecodeError, NameUnknown
from livecode.generators.pool import Composers
from livecode.generators.recombination import recombine
from livecode.generators.recombination.build import Cutter, Recombination
from livecode.generators.recombination.fragments import Fragments
from livecode.generators.recombination.report import longest_run
from livecode.generators.recombination.tension import tensions
from livecode.generators.recombination.works import Work, read_work, works
from livecode.generators.rerank import kept
from livecode.language import mini
from livecode.music.corpus import Corpus, Piece
from livecode.music.phrase import TICKS, Phrase, concat

BEAT = TICKS


@pytest.fixture(autouse=True)
def _here(here: Composers) -> None:
    pass


@pytest.fixture(scope="module")
def chorales() -> dict[str, Work]:
    return {work.name: work for work in works("bach chorales")}


def sounding(notes: Any, time: int) -> dict[tuple[int, int], bool]:
    """Straight from the notes: which voice sounds which pitch at a tick, and whether it began before."""
    found = {}
    for note in notes:
        onset = int(note["onset"])
        if onset <= time < onset + int(note["duration"]):
            found[int(note["voice"]), int(note["pitch"])] = onset < time
    return found


def beats(phrases: list[Phrase]) -> list[tuple[str, int, int]]:
    """The work, the beat in it and the transposition of every beat in which a note begins."""
    rows: dict[int, tuple[str, int, int]] = {}
    begin = 0
    for phrase in phrases:
        for note, origin in zip(phrase.notes, phrase.provenance):
            assert origin is not None
            place = (begin + int(note["onset"])) // BEAT
            told = (origin["from"], origin["beat"], origin["moved"])
            assert rows.setdefault(place, told) == told, "a beat comes from one work"
        begin += phrase.length
    return [rows[place] for place in sorted(rows)] if len(rows) == begin // BEAT else _holes(rows, begin)


def _holes(rows: dict[int, tuple[str, int, int]], end: int) -> list[tuple[str, int, int]]:
    return [rows.get(place, ("", -1, 0)) for place in range(end // BEAT)]


def first_downbeat(phrase: Phrase) -> int:
    """The first beat that begins a bar and has notes in it: where a piece begins here."""
    onsets, ends = phrase.notes["onset"], phrase.notes["onset"] + phrase.notes["duration"]
    beats = range(0, phrase.length // BEAT, phrase.bar // BEAT)
    return next(b for b in beats if ((onsets < (b + 1) * BEAT) & (ends > b * BEAT)).any())


def check_joins(phrases: list[Phrase], known: dict[str, Work]) -> tuple[int, int]:
    """Every beat begins as the work of the beat before goes on; joins, and those between pieces."""
    joins = between = 0
    told = beats(phrases)
    for (one, first, moved), (other, second, shifted) in pairwise(told):
        if not one or not other or (one == other and second == first + 1):
            continue
        anew = second == first_downbeat(known[other].phrase)
        arrives = {
            (voice, pitch + moved): on
            for (voice, pitch), on in sounding(known[one].phrase.notes, (first + 1) * BEAT).items()
        }
        starts = {
            (voice, pitch + shifted): on
            for (voice, pitch), on in sounding(known[other].phrase.notes, second * BEAT).items()
        }
        if arrives != starts:
            assert anew, f"{other} beat {second} does not begin as {one} goes on after beat {first}"
            continue
        joins += 1
        between += known[one].piece != known[other].piece
    return joins, between


JOINS, BETWEEN = (29, 20, 31), (29, 18, 31)


@pytest.mark.parametrize("seed", range(3))
def test_every_join_is_attested(seed: int, chorales: dict[str, Work]) -> None:
    stream = recombine("bach chorales", seed=seed)
    phrases = [stream.phrase(number) for number in range(4)]
    joins, between = check_joins(phrases, chorales)
    # The seeds are fixed and so are the notes: these floors are all the joins there are.
    assert joins >= JOINS[seed] and between >= BETWEEN[seed]
    again = recombine("bach chorales", seed=seed)
    assert check_joins([again.phrase(number) for number in range(4)], chorales) == (joins, between)


@pytest.mark.long
def test_every_join_is_attested_in_a_thousand_bars(chorales: dict[str, Work]) -> None:
    for seed in range(16):
        stream = recombine("bach chorales", seed=seed)
        joins, between = check_joins([stream.phrase(number) for number in range(16)], chorales)
        assert joins > 60 and between > 50


def test_the_notes_are_those_of_the_beats_they_are_from(chorales: dict[str, Work]) -> None:
    phrase = recombine("bach chorales", seed=4).phrase(0)
    for place, (name, beat, moved) in enumerate(beats([phrase])):
        if not name:
            continue
        theirs = {
            (int(n["onset"]) - beat * BEAT, int(n["pitch"]) + moved, int(n["voice"]))
            for n in chorales[name].phrase.notes
            if beat * BEAT <= int(n["onset"]) < (beat + 1) * BEAT
        }
        ours = {
            (int(n["onset"]) - place * BEAT, int(n["pitch"]), int(n["voice"]))
            for n in phrase.notes
            if place * BEAT <= int(n["onset"]) < (place + 1) * BEAT
        }
        # At a piece's beginning, a note that goes on from its upbeat is struck.
        assert theirs <= ours and {row[0] for row in ours - theirs} <= {0}


@pytest.mark.parametrize("longest", [2, 4, 8])
def test_no_run_is_longer_than_asked(longest: int, chorales: dict[str, Work]) -> None:
    stream = recombine("bach chorales", max_copy=longest, seed=2)
    whole = concat([stream.phrase(number) for number in range(6)])
    assert longest_run(whole, chorales.values(), BEAT)[0] <= longest


def test_the_longest_run_is_found_where_there_is_one(chorales: dict[str, Work]) -> None:
    work = chorales["BWV 269"]
    quoted = work.phrase.slice(8 * BEAT, 19 * BEAT).transpose(3)
    assert longest_run(quoted, chorales.values(), BEAT)[0] >= 10


def curve(phrase: Phrase, shift: int) -> np.ndarray:
    chords = [
        [p + shift for _, p in sounding(phrase.notes, beat * BEAT)] for beat in range(phrase.length // BEAT)
    ]
    return tensions(chords, list(range(len(chords))), (0, 2, 4, 5, 7, 9, 11))


def test_tension_and_phrases_follow_the_plan(chorales: dict[str, Work]) -> None:
    fragments = Cutter("bach chorales").recombiner.fragments()
    number = next(n for n, work in enumerate(fragments.works) if work.name == "BWV 2.6")
    first = int(np.flatnonzero(fragments.first & (fragments.work == number))[0])
    closes = fragments.closes[first : first + 32]
    wanted = fragments.tension[first : first + 32]
    other = np.roll(wanted, 5)
    near, far, met = [], [], []
    lookup = {(fragments.name(f), int(fragments.beat[f])): f for f in range(len(fragments))}
    for seed in range(6):
        stream = recombine("bach chorales", shaped_by="BWV 2.6", seed=seed).bars(8)
        taken = beats([stream.phrase(0)])
        ours = [lookup[name, beat] if name else -1 for name, beat, _ in taken][: len(wanted)]
        tense = np.array([fragments.tension[f] if f >= 0 else np.nan for f in ours])
        near.append(np.nanmean(np.abs(tense - wanted[: len(tense)])))
        far.append(np.nanmean(np.abs(tense - other[: len(tense)])))
        met.append(np.mean([fragments.closes[f] == close for f, close in zip(ours, closes) if f >= 0]))
    assert np.mean(near) < 0.5 * np.mean(far)
    assert np.mean(met) > 0.97


def test_signatures_are_found_in_two_works_and_kept_whole() -> None:
    fragments = Cutter("bach chorales").recombiner.fragments()
    assert fragments.signatures > 50 and fragments.inside.any()
    lookup = {(fragments.name(f), int(fragments.beat[f])): f for f in range(len(fragments))}
    stream = recombine("bach chorales", seed=1)
    told = beats([stream.phrase(number) for number in range(8)])
    entered = 0
    for (one, first, _), (other, second, _) in pairwise(told):
        if one and other and fragments.inside[lookup[one, first]]:
            entered += 1
            assert (other, second) == (one, first + 1)
    assert entered


def test_the_listing_names_work_and_beat() -> None:
    reasons = recombine("bach chorales").explain(1)
    assert len(reasons) and all(str(reason.origin["from"]).startswith("BWV") for reason in reasons)
    text = str(reasons)
    assert "at bar" in text and "_goes on" not in text


@pytest.mark.parametrize(
    ("name", "metre", "pieces"),
    [("joplin", (4, 4), 1), ("polonaises", (3, 4), 4), ("dances", (3, 4), 5), ("mozart quartets", (3, 4), 5)],
)
def test_other_music_is_recombined_too(name: str, metre: tuple[int, int], pieces: int) -> None:
    from livecode.language.moment import MOMENT, Moment

    known = {work.name: work for work in works(name)}
    token = MOMENT.set(Moment(offline=True, metre=metre))
    try:
        stream = recombine(name, seed=1)
        phrases = [stream.phrase(number) for number in range(6)]
        joins, between = check_joins(phrases, known)
        found = stream.report(24)
    finally:
        MOMENT.reset(token)
    assert joins >= 11 and found.longest <= 6 and found.works > 1
    assert len({work.piece for work in known.values() if work.phrase.metre == metre}) in (pieces, 0)
    assert between >= (pieces > 1)


def test_signatures_of_keyboard_music_are_found_in_two_pieces() -> None:
    """The dances are five pieces: what is kept whole ends alike in two of them at least."""
    fragments = Fragments.of(works("dances"), (3, 4))
    assert fragments.signatures >= 2
    ends = [f for f in range(len(fragments)) if fragments.closes[f] and f and fragments.inside[f - 1]]
    assert len({fragments.works[int(fragments.work[end])].piece for end in ends}) >= 2


def test_what_is_asked_holds() -> None:
    stream = recombine("bach chorales", seed=3).in_scale("d dorian").begins("a")
    for number in range(3):
        notes = stream.phrase(number).notes
        assert {int(pitch) % 12 for pitch in notes["pitch"]} <= {2, 4, 5, 7, 9, 11, 0}
        top = notes[notes["voice"] == 0]
        assert int(top["pitch"][0]) % 12 == 9
    with pytest.raises(LivecodeError):
        recombine("bach chorales").begins("c1").phrase(0)


def test_the_plan_may_change_and_the_same_seed_is_the_same_piece() -> None:
    stream = recombine("bach chorales", seed=5).shaped_by(mini("<a b>")).bars(2)
    with pytest.raises(NameUnknown, match="work of"):
        stream.phrase(0)
    assert recombine("bach chorales", seed=5).phrase(1) == recombine("bach chorales", seed=5).phrase(1)
    assert recombine("bach chorales", seed=5).phrase(1) != recombine("bach chorales", seed=6).phrase(1)


def test_other_metres_and_lengths() -> None:
    from livecode.language.moment import MOMENT, Moment

    token = MOMENT.set(Moment(offline=True, metre=(3, 4)))
    try:
        stream = recombine("bach chorales").bars(2)
        assert stream.phrase(0).metre == (3, 4) and len(stream.phrase(3))
    finally:
        MOMENT.reset(token)
    assert recombine("bach chorales").bars(1).phrase(5).length == 4 * TICKS


def test_a_corpus_of_ones_own() -> None:
    rows = [[72, 64, 60, 48], [74, 65, 59, 55], [72, 64, 60, 48], [71, 62, 55, 43]] * 6
    other = [[76, 67, 60, 48], [74, 65, 59, 55], [72, 64, 60, 48], [74, 65, 59, 55]] * 6
    pieces = [
        Piece(Phrase.from_grid(np.repeat(g, 4, axis=0), key="c major"), n)
        for g, n in ((rows, "a"), (other, "b"))
    ]
    stream = recombine(Corpus("mine", pieces), max_copy=0)
    assert isinstance(stream, Recombination) and len(stream.phrase(0)) > 20
    with pytest.raises(GeneratorError, match="empty"):
        recombine(Corpus("none", []))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: recombine("bach coral"), "did you mean"),
        (lambda: recombine("bach chorales", shaped_by="BWV 2699"), "did you mean"),
        (lambda: recombine("bach chorales", maxcopy=3), "did you mean 'max_copy'"),
        (lambda: recombine("bach chorales", max_copy=1).phrase(0), "give 2 to 64 beats"),
    ],
)
def test_what_cannot_be_had_is_one_line(call: Any, said: str) -> None:
    with pytest.raises((NameUnknown, ControlError), match=said):
        call()


def test_it_is_kept_and_steered_like_any_composer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVECODE_SET", str(tmp_path))
    stream = recombine("bach chorales", max_copy=4).suppress("leaps").keep("calm bach")
    assert kept("calm bach").phrase(0) == stream.phrase(0)


@pytest.mark.long
@pytest.mark.parametrize("number", ["bwv269", "bwv66.6", "bwv10.7", "bwv4.8"])
def test_works_are_read_as_music21_reads_them(number: str) -> None:
    import music21

    path = Path(music21.__file__).parent / "corpus" / "bach" / f"{number}.mxl"
    ours = read_work(path, number).phrase
    score = music21.converter.parse(path)
    theirs = []
    for voice, part in enumerate(score.parts):
        for note in part.stripTies().flatten().notes:
            for pitch in note.pitches:
                length = round(float(note.duration.quarterLength) * TICKS)
                theirs.append((voice, pitch.midi, round(float(note.offset) * TICKS), length))
    shift = int(ours.notes["onset"].min()) - min(row[2] for row in theirs)
    rows = sorted(
        (int(n["voice"]), int(n["pitch"]), int(n["onset"]) - shift, int(n["duration"])) for n in ours.notes
    )
    assert rows == sorted(theirs)


def test_a_file_without_notes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<score-partwise><part id='P1'><measure/></part></score-partwise>")
    with pytest.raises(LivecodeError, match="no notes"):
        read_work(path, "a")


def test_beats_cover_the_works() -> None:
    fragments = Fragments.of(works("joplin"), (4, 4))
    assert fragments.beats == 2 and len(fragments) > 150 and fragments.closes.any()
