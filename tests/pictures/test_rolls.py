"""Piano rolls: what is drawn where, as shapes, as PNG, as SVG and as characters."""

from __future__ import annotations

from fractions import Fraction
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode.errors import FileProblem
from livecode.pictures import colours, layout, png, svg, terminal
from livecode.pictures.roll import Mark, Roll, Section, from_rows


def row(cycle="0", length="1/4", slot="d1", instrument="pluck", **controls):
    return {"cycle": cycle, "length": length, "slot": slot, "instrument": instrument, "controls": controls}


def notes(drawing, slot):
    colour = colours.slot_colour(slot)
    legend = 57
    return [
        shape
        for shape in drawing.shapes
        if isinstance(shape, layout.Box) and shape.colour == colour and shape.y != legend
    ]


@pytest.mark.parametrize(
    "controls, pitch",
    [
        ({"note": 0}, 60),
        ({"note": -12.0}, 48),
        ({"midinote": 61}, 61),
        ({"freq": 440.0}, 69),
        ({"instrument": "hh", "n": 3}, None),
        ({"instrument": "", "n": 3}, 63),
        ({"note": "c"}, 60),
        ({"note": "bd"}, None),
        ({}, None),
    ],
)
def test_the_pitch_of_a_row(controls, pitch):
    assert from_rows([row(**controls)]).marks[0].pitch == pytest.approx(pitch)


def test_later_notes_stand_further_right_and_higher_notes_higher():
    drawing = layout.draw(from_rows([row("0", note=0), row("1/2", note=7)]))
    low, high = notes(drawing, "d1")
    assert high.x > low.x and high.y < low.y
    assert high.x - low.x == pytest.approx((1600 - 2 * layout.MARGIN - layout.GUTTER) / 2)


def test_a_note_over_a_line_break_is_drawn_in_both_lines():
    drawing = layout.draw(from_rows([row("31/2", "1", note=0), row("20", note=0)]))
    assert len(notes(drawing, "d1")) == 3


def test_drums_have_a_row_each_by_name():
    drawing = layout.draw(from_rows([row(instrument="bd"), row("1/2", instrument="sn")]))
    words = [shape.text for shape in drawing.shapes if isinstance(shape, layout.Words)]
    first, second = notes(drawing, "d1")
    assert {"bd", "sn"} <= set(words) and first.y != second.y


def test_sections_and_title_are_written():
    roll = from_rows([row()], end=8, title="rain", sections=[Section(0, 4, "intro"), Section(4, 8, "groove")])
    words = [shape.text for shape in layout.draw(roll).shapes if isinstance(shape, layout.Words)]
    assert {"rain", "intro", "groove"} <= set(words)


def test_silence_is_a_picture_too(tmp_path):
    roll = from_rows([], end=4)
    assert layout.draw(roll).height > 0
    assert terminal.draw(roll).startswith("     │0")
    png.write(roll, tmp_path / "silence.png")


events = st.builds(
    row,
    cycle=st.fractions(0, 40).map(str),
    length=st.fractions(0, 3).map(str),
    slot=st.sampled_from(["d1", "d2", "d16", "once", ""]),
    instrument=st.sampled_from(["bd", "pluck", "", "<&>"]),
    note=st.none() | st.integers(-60, 67) | st.floats(-60, 67),
)


@given(st.lists(events, max_size=12))
def test_everything_is_drawn_inside_the_picture(rows):
    drawing = layout.draw(from_rows(rows))
    for shape in drawing.shapes:
        if isinstance(shape, layout.Box):
            assert shape.x >= 0 and shape.x + shape.width <= drawing.width - layout.MARGIN / 2 + 3
            assert shape.y >= 0 and shape.y + shape.height <= drawing.height
    ElementTree.fromstring(svg.text(drawing))


@given(st.lists(events, max_size=12), st.integers(1, 200), st.integers(1, 60))
def test_the_terminal_picture_fits_its_size(rows, width, height):
    lines = terminal.draw(from_rows(rows), width, height, colour=False).split("\n")
    assert len(lines) <= max(height, 3)
    assert len({len(line) for line in lines}) == 1
    assert len(lines[0]) <= max(width, 15)


def test_the_png_is_a_png_of_that_width(tmp_path):
    from PIL import Image

    png.write(from_rows([row(str(Fraction(n, 3)), note=n) for n in range(40)]), tmp_path / "a.png", 800)
    with Image.open(tmp_path / "a.png") as image:
        assert image.format == "PNG" and image.width == 800
        shades = {colour for _, colour in image.getcolors(1 << 20)}
    wanted = colours.channels(colours.SLOTS[0])
    assert any(max(abs(a - b) for a, b in zip(shade, wanted)) < 24 for shade in shades)


def test_a_picture_that_cannot_be_written_is_one_line(tmp_path):
    with pytest.raises(FileProblem, match="cannot write"):
        png.write(Roll((Mark(0, 1, "d1", "x"),), 0, 1), tmp_path / "no" / "a.png")


def test_slots_have_different_colours():
    assert len({colours.slot_colour(f"d{number}") for number in range(1, 17)}) == 16
