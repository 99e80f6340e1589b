"""What can be seen of a performance: lit characters, lines of code, notes around now."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode.language.mini import source_of
from livecode.stage.lighting import Strings
from livecode.stage.session import Session
from livecode.stage.view import View, on_one_line


def lit(code: str, text: str, begin: int, end: int) -> list[str]:
    return [code[first:last] for first, last in Strings(code).places((begin, end, source_of(text)))]


@pytest.mark.parametrize(
    "code, text, found",
    [
        ('s("bd sn")', "bd sn", ["bd"]),
        ("s('bd sn') # 'bd sn'", "bd sn", ["bd"]),
        ('s("bd " "sn")', "bd sn", ["bd"]),
        ('s(r"bd sn")', "bd sn", ["bd"]),
        ('s("""bd sn""")', "bd sn", ["bd"]),
        ('s("bd sn") + s("bd sn")', "bd sn", ["bd", "bd"]),
        ('s("bd sn', "bd sn", []),
        ('s(f"bd sn")', "bd sn", []),
        ('s("bd\\tsn")', "bd\tsn", []),
        ('x = "it\'s"; s("bd sn")', "bd sn", ["bd"]),
    ],
)
def test_a_location_is_found_in_code(code, text, found):
    assert lit(code, text, 0, 2) == found


@given(st.text("ab\"'\\#\n rf", max_size=40), st.text("ab ", max_size=6))
def test_places_lie_in_the_code_and_hold_what_the_string_holds(code, text):
    for first, last in Strings(code).places((0, len(text), source_of(text))):
        assert 0 <= first < last <= len(code)
        assert code[first:last] in text


@given(st.text("ab \n", max_size=30), st.data())
def test_one_line_keeps_what_ranges_mark(code, data):
    first = data.draw(st.integers(0, len(code)))
    last = data.draw(st.integers(first, len(code)))
    text, [(begin, end)] = on_one_line(code, [(first, last)])
    assert "\n" not in text and 0 <= begin <= end <= len(text)
    marked = code[first:last]
    if "\n" not in marked and marked.strip() and not marked[0].isspace():
        assert text[begin:end] == marked


def stage(*blocks: str) -> Session:
    session = Session("offline")
    names = session.namespace()
    for block in blocks:
        session.evaluate(block, namespace=names)
    session._conductor.fill(4)
    return session


def test_the_characters_of_a_slot_that_sound_are_lit():
    session = stage('d1 >> s("bd sn <hh cp> ~")', 'd2 >> note("0 2").synth("pluck")')
    view = View(session)
    lines = view.lines()
    assert [line.text for line in lines] == ['d1 >> s("bd sn <hh cp> ~")', 'd2 >> note("0 2").synth("pluck")']
    assert [lines[0].text[first:last] for first, last in lines[0].lit] == ["bd"]
    shown = [
        [lines[0].text[slice(*each)] for note in view.sounding(cycle) for each in
         Strings(lines[0].text).all_places(note.locations) if note.slot == 1]
        for cycle in (0.01, 0.26, 0.51, 0.76, 1.51)
    ]  # fmt: skip
    assert shown == [["bd"], ["sn"], ["hh"], [], ["cp"]]


def test_the_end_of_a_note_is_dark_so_that_repetitions_blink():
    view = View(stage('d1 >> s("bd*4")'))
    assert view.sounding(0.1) and not view.sounding(0.24) and view.sounding(0.26)


def test_muted_slots_are_dark():
    session = stage('d1 >> s("bd*4")', "d1.mute()")
    [line] = View(session).lines()
    assert line.muted and not line.heard and not line.lit


def test_notes_know_pitch_name_and_strength():
    notes = View(stage('d3 >> note("7").synth("pluck").gain(0.5)')).notes(0, 1)
    assert [(note.slot, note.name, note.pitch, note.strength) for note in notes] == [(3, "pluck", 67.0, 0.5)]


def test_text_that_no_slot_came_from_may_be_lit_too():
    view = View(stage('d1 >> s("bd sn")'))
    assert view.lit_in('x = s("bd sn").fast(2)') == [(7, 9)]
    assert view.lit_in("no strings") == []


def test_what_a_name_stands_for_is_shown_below_and_lit_there():
    session = stage('tune = s("bd sn")\nother = s("hh*8")', "beat = tune.fast(1)", "d1 >> beat")
    [line] = View(session).lines()
    assert line.text == "d1 >> beat" and not line.lit
    assert line.below == (('tune = s("bd sn")', ((10, 12),)),)


def test_the_newest_text_counts_and_the_own_text_is_not_repeated():
    session = stage('tune = s("bd sn")', 'tune = s("bd sn").fast(2)', "d1 >> tune", 'd2 >> s("hh")')
    first, second = View(session).lines()
    assert [text for text, _ in first.below] == ['tune = s("bd sn").fast(2)'] and second.below == ()


@pytest.mark.parametrize("text", ["def f(:", "x = (", "\x00", "f(" * 400])
def test_text_that_cannot_be_read_has_no_statements(text):
    from livecode.stage.lighting import statements

    assert statements(text) == {}
