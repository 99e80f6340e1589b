"""The panel between the typed line and the toolbar."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode.pictures.bars import bar, columns, trace, triggered
from livecode.repl import panels
from livecode.repl.colouring import CodeLexer
from livecode.stage.view import Line, Sight

COLOURING = CodeLexer().fragments


def line(slot=1, text='d1 >> s("bd sn")', lit=(), **more):
    given = {"muted": False, "soloed": False, "heard": True, "fault": "", "take": slot} | more
    return Line(slot, text, tuple(lit), **given)


def rows(*lines, width=60, height=8, decibels=-12.0, flashing=()):
    return panels.code_rows(lines, lambda slot: decibels, COLOURING, width, height, flashing)


def words(row):
    return "".join(text for _, text in row)


def test_a_line_has_a_meter_and_the_lit_characters_in_the_slots_colour():
    [row] = rows(line(lit=[(9, 11)]))
    assert words(row) == '███▊   d1 >> s("bd sn")'
    assert [text for style, text in row if style == panels.lit_style(1)] == ["bd"]


def test_a_new_take_flashes_as_a_whole():
    [row] = rows(line(take=7), flashing=[7])
    assert row[-1][1].rstrip() == 'd1 >> s("bd sn")' and row[-1][0] == panels.lit_style(1)


def test_a_muted_line_says_so_and_is_dark():
    [row] = rows(line(lit=[(9, 11)], muted=True, heard=False))
    assert words(row).startswith("mute") and panels.lit_style(1) not in [style for style, _ in row]


def test_text_that_does_not_name_its_slot_gets_its_name():
    [row] = rows(line(text="slots[0] >> x", lit=[(12, 13)]))
    assert "d1: slots[0] >> x" in words(row)
    assert [text for style, text in row if style == panels.lit_style(1)] == ["x"]


def test_what_names_stand_for_stands_below_where_there_is_room():
    named = line(text="d1 >> tune", below=(('tune = s("bd")', ((10, 12),)),))
    found = rows(named, line(2))
    assert [words(row).strip() for row in found[:2]] == ["███▊   d1 >> tune", '· tune = s("bd")']
    assert [text for style, text in found[1] if style == panels.lit_style(1)] == ["bd"]
    assert len(rows(named, line(2), height=2)) == 2


def test_what_does_not_fit_is_counted():
    found = rows(*[line(slot) for slot in range(1, 8)], height=3)
    assert len(found) == 3 and "5 slots more" in words(found[-1])


@given(st.integers(8, 120), st.text(max_size=200), st.integers(0, 200), st.integers(0, 30))
def test_a_line_never_exceeds_its_width(width, text, begin, length):
    shown = "".join(text.split("\n"))
    [row] = rows(line(text=shown, lit=[(begin, begin + length)]), width=width)
    assert len(words(row)) <= max(width, panels.GUTTER)


def note(begin, end, pitch=60.0, slot=1, name="pluck"):
    return Sight(slot, begin, end, name, pitch, 1.0, ())


def test_the_roll_shows_notes_with_the_present_three_quarters_in():
    found = panels.RollPanel().rows([note(1.0, 1.5), note(2.0, 2.2, None, 2, "bd")], 3.0, 87, 9)
    assert len(found) == 9
    text = [words(row) for row in found]
    assert text[0].index("▼") - 6 == 60
    assert (text[1].startswith("   C4│") and "▄" in text[1] + text[2]) or "▀" in text[1] + text[2]
    assert any(row.startswith("   bd│") and "●" in row for row in text)


def test_the_roll_stands_still_between_columns():
    roll = panels.RollPanel()
    notes = [note(1.0, 1.5)]
    assert roll.rows(notes, 3.001, 87, 9) == roll.rows(notes, 3.02, 87, 9)


@given(st.lists(st.tuples(st.floats(0, 8), st.floats(0.01, 3), st.none() | st.floats(-20, 140)), max_size=20),
       st.floats(0, 8), st.integers(20, 150), st.integers(3, 30))
def test_the_roll_fits(given, now, width, height):
    notes = [note(begin, begin + length, pitch) for begin, length, pitch in given]
    found = panels.RollPanel().rows(notes, now, width, height)
    assert len(found) == height
    assert all(len(words(row)) <= width for row in found)


def test_a_sine_is_drawn_as_a_wave_and_silence_as_a_line():
    sine = [0.9 * math.sin(math.tau * x / 100) for x in range(200)]
    found = panels.scope_rows(sine, 60, 8)
    drawn = [words(row).split("│", 1)[1] for row in found]
    assert sum(1 for row in drawn if row.strip("\u2800")) == 8
    silent = [words(row).split("│", 1)[1] for row in panels.scope_rows([], 60, 8)]
    assert sum(1 for row in silent if row.strip("\u2800")) <= 1


def test_a_quiet_wave_is_magnified_and_says_so():
    found = panels.scope_rows([0.01 * math.sin(x / 5) for x in range(200)], 60, 8)
    assert words(found[0]).strip().startswith("x64")


def test_the_spectrum_rises_where_the_sound_is():
    bands = [-84.0] * 40
    bands[10] = 0.0
    found = panels.spectrum_rows(bands, 90, 9)
    assert words(found[0]).split("│")[1].index("█") == 20
    assert "1k" in words(found[-1]) and len(found) == 9


@pytest.mark.parametrize("amount, shown", [(0.0, "    "), (1.0, "████"), (0.125, "▌   "), (-3, "    ")])
def test_bars(amount, shown):
    assert bar(amount, 4) == shown


def test_columns_have_the_height_asked_for():
    assert [len(row) for row in columns([0, 0.5, 1], 4)] == [3, 3, 3, 3]


@given(st.lists(st.floats(-2, 2), max_size=50), st.integers(1, 40), st.integers(1, 10))
def test_a_trace_has_the_size_asked_for(values, width, height):
    found = trace(values, width, height)
    assert len(found) == height and all(len(row) == width for row in found)


@given(st.lists(st.floats(-1, 1), max_size=50), st.integers(0, 20))
def test_what_is_triggered_is_as_long_as_asked(values, count):
    assert len(triggered(values, count)) == min(count, len(values))
