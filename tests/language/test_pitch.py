"""Notes, scales, chords, voicings, arpeggios and tunings."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode.errors import ControlError, FileProblem, LivecodeError, NameUnknown, PatternError
from livecode.language import Fraction, chord, mini, n, note
from livecode.language.chords import TABLE as CHORDS
from livecode.language.chords import chord_names, chord_notes, chord_steps, chord_symbol, voiced
from livecode.language.notes import frequency, note_name, note_number, semitones
from livecode.language.scales import find_scale, scale_names, scale_of
from livecode.language.tunings import edo, ratios, scala, tuning_names, tuning_of


@given(st.integers(-60, 67))
def test_names_of_notes_go_there_and_back(number: int) -> None:
    assert note_number(note_name(number)) == number
    assert note_number(note_name(number, flats=True)) == number
    assert abs(semitones(frequency(number)) - number) < 1e-9


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("c", 0),
        ("c4", 0),
        ("a4", 9),
        ("c#", 1),
        ("cs", 1),
        ("db", 1),
        ("df", 1),
        ("ef5", 15),
        ("bb", 10),
        ("b", 11),
        ("c-1", -60),
        ("css", 2),
        ("ebb", 2),
        ("C5", 12),
        ("h", None),
        ("c'maj", None),
        ("", None),
    ],
)
def test_both_spellings_of_notes(name: str, number: int | None) -> None:
    assert note_number(name) == number


def test_there_are_sixty_scales_and_more_and_each_rises_within_its_period() -> None:
    assert len(scale_names()) >= 60 and len(set(scale_names())) == len(scale_names())
    for name in scale_names():
        scale = scale_of(name)
        assert scale.steps[0] == 0, name
        assert all(one < two for one, two in pairwise((*scale.steps, scale.period))), name


@pytest.mark.parametrize(
    ("spec", "tonic", "size"),
    [
        ("d dorian", 2, 7),
        ("D4:minor", 2, 7),
        ("C5:minor:pentatonic", 12, 5),
        ("bb3 blues", -2, 6),
        ("harmonicMinor", 0, 7),
        ("harmonic_minor", 0, 7),
        ("f# lydian", 6, 7),
        ("e minor pentatonic", 4, 5),
    ],
)
def test_a_scale_is_spelled_as_in_tidal_or_strudel(spec: str, tonic: int, size: int) -> None:
    scale = scale_of(spec)
    assert (scale.tonic, len(scale.steps)) == (tonic, size)


@given(st.integers(-40, 40), st.sampled_from(scale_names()))
def test_degrees_and_notes_of_a_scale_answer_each_other(degree: int, name: str) -> None:
    scale = scale_of(name)
    assert scale.degree(scale.note(degree)) == degree
    assert scale.note(degree + len(scale.steps)) == pytest.approx(scale.note(degree) + scale.period)


def degrees(pattern: object) -> list[object]:
    return [event.value for event in pattern.first_cycle()]  # type: ignore[attr-defined]


def test_degrees_become_notes() -> None:
    assert degrees(n("0 7 -1").scale("d dorian")) == [{"note": 2}, {"note": 14}, {"note": 0}]
    assert degrees(note("0 2").scale("c major").s("x")) == [{"note": 0, "s": "x"}, {"note": 4, "s": "x"}]
    assert degrees(mini("0.5").scale("c major")) == [1.0]
    assert degrees(mini("2b 4# c# e").scale("c major")) == [3, 8, 0, 4]


def test_scales_may_be_patterned() -> None:
    pattern = mini("2").scale("<c:major c:minor>")
    assert [event.value for event in pattern.query(0, 2)] == [4, 3]
    assert [event.value for event in mini("2").scale("major minor").first_cycle()] == [4, 3]


@pytest.mark.parametrize("spec", ["d doriann", "doriann", "x:major"])
def test_an_unknown_scale_is_refused_at_once(spec: str) -> None:
    with pytest.raises(NameUnknown):
        mini("0").scale(spec).first_cycle()
    assert find_scale(spec) is None


def test_every_chord_has_a_root_and_one_meaning() -> None:
    assert len(set(chord_names())) == len(chord_names()) > 100
    assert all(chord_steps(name)[0] == 0 for name in chord_names())
    assert sum(len(names.split(",")) for names in CHORDS) == len(chord_names())


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("c'maj7", [0, 4, 7, 11]),
        ("c'major'5", [0, 4, 7, 12, 16]),
        ("e'min7'ii", [11, 14, 16, 19]),
        ("c'major'o", [-12, -5, 4]),
        ("c'maj7'd1", [-1, 0, 4, 7]),
        ("c'maj7'i'o", [-8, -1, 7, 12]),
        ("c'i", [4, 7, 12]),
        ("0'min", [0, 3, 7]),
    ],
)
def test_chords_and_their_modifiers(text: str, notes: list[float]) -> None:
    assert chord_notes(text) == notes


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("C", (0, (0, 4, 7), None)),
        ("Am7", (9, (0, 3, 7, 10), None)),
        ("F#m7b5", (6, (0, 3, 6, 10), None)),
        ("Bb7", (10, (0, 4, 7, 10), None)),
        ("C^7", (0, (0, 4, 7, 11), None)),
        ("Dm/C", (2, (0, 3, 7), 0)),
        ("G7b9#11", (7, (0, 4, 7, 10, 13, 18), None)),
        ("Csus4", (0, (0, 5, 7), None)),
        ("Bsus2", (11, (0, 2, 7), None)),
        ("Cmadd9", (0, (0, 3, 7, 14), None)),
        ("C6/9", (0, (0, 4, 7, 9, 14), None)),
        ("CmMaj7", (0, (0, 3, 7, 11), None)),
        ("Eh7", (4, (0, 3, 6, 10), None)),
        ("Ddim7", (2, (0, 3, 6, 9), None)),
        ("C7alt", (0, (0, 4, 6, 10, 13, 20), None)),
    ],
)
def test_chord_symbols_of_lead_sheets(symbol: str, expected: object) -> None:
    assert chord_symbol(symbol) == expected


@pytest.mark.parametrize("text", ["Hm7", "Cxyz", "", "C/"])
def test_what_is_no_chord_symbol_is_refused(text: str) -> None:
    with pytest.raises(LivecodeError):
        chord_symbol(text)


def test_voicings_move_little_and_stay_under_their_anchor() -> None:
    symbols = ["C", "Am", "F", "G7", "Dm7", "G7", "C^7", "Fm6", "Bb7", "Eb^7"]
    laid = [voiced(*chord_symbol(symbol)[:2]) for symbol in symbols]
    assert all(max(notes) <= 12 and min(notes) >= -6 for notes in laid)
    for one, two in pairwise(laid):
        assert all(min(abs(a - b) for b in two) <= 3 for a in one)


def test_voicing_takes_what_sounds_together() -> None:
    laid = sorted(event.value["note"] for event in chord("Am7").voicing("c5").first_cycle())
    assert laid == [4, 7, 9, 12]
    assert sorted(event.value["note"] for event in note("c'maj").voicing("g5").first_cycle()) == [12, 16, 19]
    assert next(event.value["note"] for event in chord("C/E").first_cycle()) < 0


def test_arpeggios_fill_the_chords_time() -> None:
    played = note("c'maj e'min").arp("<up down>")
    assert [event.value["note"] for event in played.query(0, 1)] == [0, 4, 7, 4, 7, 11]
    assert [event.value["note"] for event in played.query(1, 2)] == [7, 4, 0, 11, 7, 4]
    with pytest.raises(NameUnknown):
        note("c'maj").arp("upp").first_cycle()


def test_rolls_start_in_turn_and_end_together() -> None:
    rolled = mini("[0,4,7]").rolled_by("<1/2 -1/2>".replace("1/2", "0.5"))
    assert [str(event.whole) for event in rolled.query(0, 1)] == ["0..1", "1/6..1", "1/3..1"]
    assert [event.value for event in rolled.query(1, 2)] == [7, 4, 0]


def test_equal_divisions_and_just_ratios() -> None:
    assert edo(12).note(7) == 7 and edo(24).note(1) == 0.5
    assert tuning_of("19edo").note(19) == 12
    assert ratios("3/2 2/1").note(1) == pytest.approx(7.01955, abs=1e-4)
    for name in tuning_names():
        tuned = tuning_of(name)
        assert all(one < two for one, two in pairwise((*tuned.steps, tuned.period))), name


def test_a_scala_file_is_read(tmp_path: Path) -> None:
    text = "! test.scl\n!\nquarter comma\n 3\n!\n 386.314 cents\n 3/2\n 2\n"
    assert scala(text).note(1) == pytest.approx(3.86314)
    path = tmp_path / "test.scl"
    path.write_text(text)
    assert [round(event.value["note"], 2) for event in n("0 1 3").tuning(str(path)).first_cycle()] == [
        0,
        3.86,
        12,
    ]


@pytest.mark.parametrize(
    "text", ["", "only a name", "name\n 3\n 3/2\n", "name\n 1\n 3/0\n", "name\n 1\n x\n"]
)
def test_a_damaged_scala_file_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ControlError) as caught:
        scala(text)
    assert "\n" not in str(caught.value)


def test_a_missing_scala_file_is_named() -> None:
    with pytest.raises(FileProblem, match=r"nowhere\.scl"):
        tuning_of("nowhere.scl")


def test_transposing_by_semitones_and_intervals() -> None:
    assert degrees(note("c e").transpose("<12 7>")) == [{"note": 12}, {"note": 16}]
    assert degrees(note("c e").transpose("5P")) == [{"note": 7}, {"note": 11}]
    assert degrees(mini("c").transpose("-3m")) == [-3]


def test_an_arpeggio_of_an_arpeggio_does_not_depend_on_how_much_is_asked_for() -> None:
    pattern = mini("<0 1> 2 [3 4]").arp("0 [0,1]").arp("0 [0,1]")
    whole = pattern.query(3, 4)
    edges = [Fraction(3), Fraction(10, 3), Fraction(27, 8), Fraction(7, 2), Fraction(4)]
    parts = [event for begin, end in pairwise(edges) for event in pattern.query(begin, end)]
    assert {(event.value, event.whole) for event in parts} == {(event.value, event.whole) for event in whole}


@pytest.mark.parametrize("mode", ["below", "duck", "above", "root"])
def test_a_voicing_keeps_to_its_anchor_in_its_way(mode: str) -> None:
    for symbol in ("C", "Am7", "F#m7b5", "Bb^7", "E7#9"):
        notes = sorted(e.value["note"] for e in chord(symbol).voicing("g4", mode=mode).first_cycle())
        root = chord(symbol).first_cycle()[0].value["note"]
        assert notes[0] >= 7 if mode == "above" else notes[-1] <= 7 or mode == "root", (symbol, notes)
        assert mode != "duck" or 7 not in notes
        assert mode != "root" or (notes[0] % 12 == root % 12 and notes[0] <= 7)


def test_a_dictionary_of_layouts_is_found_by_the_tones_of_a_chord() -> None:
    own = {"m7": ["3m 5P 7m 9M"], "^7": [[4, 7, 11, 14]]}
    laid = chord("<Dm7 C^7>").voicing(dictionary=own, anchor="c5").query(0, 2)
    assert [event.value["note"] % 12 for event in laid] == [5, 9, 0, 4, 4, 7, 11, 2]
    with pytest.raises(NameUnknown):
        chord("C").voicing(dictionary="nosuch").first_cycle()
    with pytest.raises(NameUnknown):
        chord("C").voicing(mode="sideways").first_cycle()


def test_notes_move_within_the_scale_they_were_read_in_wherever_they_go() -> None:
    read = n("0 2 4").scale("<d:dorian c:minor>")
    moved = read.off(0.5, lambda p: p.scale_transpose(2)).rev().every(2, lambda p: p.scale_transpose(-1))
    assert len(moved.query(0, 2)) >= 12
    with pytest.raises(PatternError):
        n("0").scale_transpose(1)
    assert note("c e").scale_transpose(1, "c major").first_cycle()[0].value == {"note": 2}
