"""show(...) and its relatives: what is drawn, in files, characters, Kitty's protocol and Sixel."""

from __future__ import annotations

import base64
import io
import math
import os
import pty
import re
import threading
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from livecode.errors import EngineError, FileProblem, PatternError
from livecode.language import mini, note, s, silence, sine
from livecode.music.phrase import Phrase
from livecode.pictures import colours, graphics, layout
from livecode.pictures.show import show, spectrum, waveform
from livecode.stage.session import Session, use


@pytest.fixture
def session():
    with Session("offline") as made:
        use(made)
        made.evaluate('d1 >> s("bd*4")\nd2 >> note("0 7").synth("pluck")')
        yield made


def boxes(picture, slot):
    colour = colours.slot_colour(slot)
    return [each for each in picture.drawing.shapes
            if isinstance(each, layout.Box) and each.colour == colour and each.y != 57]  # fmt: skip


def test_a_slot_is_drawn_from_now_on(session):
    picture = show(session.slots[1], cycles=2)
    assert len(boxes(picture, "d1")) == 8 and not boxes(picture, "d2")
    assert picture.title == 'd1 >> s("bd*4")'


def test_slots_side_by_side_share_a_picture(session):
    picture = show(session.slots[1] | session.slots[2], cycles=8)
    assert len(boxes(picture, "d1")) == 32 and len(boxes(picture, "d2")) == 16
    assert [len(boxes(show(cycles=1), slot)) for slot in ("d1", "d2")] == [4, 2]


def test_it_is_typed_as_it_is_read(session):
    assert session.evaluate("show(d1 | d2, cycles=8)").title == "d1  d2"


@pytest.mark.parametrize(
    "thing, seen",
    [
        (mini("0 4"), ["C4", "E4"]),
        ("0 12", ["C4", "C5"]),
        (note("0 4").synth("pluck"), ["C4", "E4"]),
        (s("bd hh"), ["bd", "hh"]),
        (Phrase.of([60, 67]), ["G4"]),
        (silence, ["0"]),
        (sine.range(0, 8), ["0 .. 8"]),
        (5, ["F4"]),
    ],
)
def test_whatever_has_notes_is_drawn(thing, seen):
    picture = show(thing)
    assert all(text in str(picture) for text in seen)
    ElementTree.fromstring(picture._repr_svg_())
    assert Image.open(io.BytesIO(picture.png())).width == picture.drawing.width


def test_the_table_of_a_chain_is_drawn():
    from livecode.generators.markov import markov

    table = markov("foster", order=1).table()
    picture = show(table)
    row = next(iter(table))
    assert row[0] in str(picture) and "▓" in str(picture)
    words = [each.text for each in picture.drawing.shapes if isinstance(each, layout.Words)]
    assert "what follows a note" in words and row[0] in words


def tone(frequency, level=0.5):
    return level * np.sin(math.tau * frequency * np.arange(48000) / 48000)


def test_a_spectrum_peaks_where_the_tone_is():
    picture = spectrum(tone(1000))
    bars = [each for each in picture.drawing.shapes
            if isinstance(each, layout.Box) and each.colour == colours.SLOTS[0]]  # fmt: skip
    highest = max(bars, key=lambda bar: bar.height)
    left, room = 28 + 70, 1200 - 2 * 28 - 70
    place = (highest.x + highest.width / 2 - left) / room
    assert 40 * (16000 / 40) ** place == pytest.approx(1000, rel=0.05)
    level = -90 * (1 - highest.height / 220)
    assert level == pytest.approx(-6, abs=2.5)


def test_a_waveform_of_a_file_has_its_peaks(tmp_path):
    import soundfile

    soundfile.write(tmp_path / "a.wav", np.stack([tone(50), tone(50, 1.0)], 1), 48000, subtype="FLOAT")
    picture = waveform(tmp_path / "a.wav")
    assert show(str(tmp_path / "a.wav")).title == picture.title == "a.wav"
    inks = (colours.SLOTS[0], colours.SLOTS[3])
    shapes = [each for each in picture.drawing.shapes if isinstance(each, layout.Box)]
    bars = [each for each in shapes if each.colour in inks]
    quiet = [bar for bar in bars if bar.y < 56 + 112]
    loud = [bar for bar in bars if bar.y >= 56 + 112]
    assert max(bar.height for bar in quiet) < 0.56 * max(bar.height for bar in loud)
    assert len(quiet) == len(loud)


@pytest.mark.parametrize(
    "ask, error, said",
    [
        (lambda: show(s("bd"), cycles=0), PatternError, "give 1 to 4096"),
        (lambda: show(s("bd"), cycles=2.5), PatternError, "give 1 to 4096"),
        (lambda: show(Session("offline").slots[3]), PatternError, "d3 is silent"),
        (lambda: show(object()), PatternError, "object has no picture"),
        (lambda: show("gone.wav"), FileProblem, "there is none"),
        (lambda: show(s("bd")).save("x.gif"), FileProblem, r"must end in \.png or \.svg"),
        (lambda: show(s("bd")).save("no/folder/x.png"), FileProblem, "cannot write"),
        (lambda: spectrum(), EngineError, "name a file"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_line(session, ask, error, said):
    with pytest.raises(error, match=said) as caught:
        ask()
    assert "\n" not in str(caught.value)


def test_files(tmp_path):
    picture = show(s("bd*4"))
    assert picture.save(tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    ElementTree.parse(picture.save(tmp_path / "a.svg"))


def test_kitty_gets_the_png_in_pieces():
    picture = show(s("bd*4"))
    text = graphics.drawn(picture, "kitty", 100, 40)
    pieces = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", text)
    assert len(pieces) > 1 and all(len(data) <= 4096 for _, data in pieces)
    assert "a=T" in pieces[0][0] and "m=1" in pieces[0][0] and pieces[-1][0] == "m=0"
    data = base64.standard_b64decode("".join(data for _, data in pieces))
    assert Image.open(io.BytesIO(data)).width == picture.drawing.width


def unsixel(text):
    """An independent reading of Sixel: the pixels as red, green, blue."""
    body = text.removeprefix("\x1bPq").removesuffix("\x1b\\")
    size, palette, image = re.match(r'"1;1;(\d+);(\d+)', body), {}, None
    width, height = int(size[1]), int(size[2])
    image = np.zeros((height + 6, width, 3))
    x = y = colour = 0
    for found in re.finditer(
        r"#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|!(\d+)([?-~])|([?-~])|(\$)|(-)", body[size.end() :]
    ):
        number, red, green, blue, chosen, count, repeated, single, back, down = found.groups()
        if number is not None:
            palette[int(number)] = [int(each) * 2.55 for each in (red, green, blue)]
        elif chosen is not None:
            colour = int(chosen)
        elif back:
            x = 0
        elif down:
            x, y = 0, y + 6
        else:
            bits, times = ord(repeated or single) - 63, int(count or 1)
            for row in range(6):
                if bits >> row & 1:
                    image[y + row, x : x + times] = palette[colour]
            x += times
    return image[:height]


def test_sixel_reads_back_as_the_picture():
    picture = Image.new("RGB", (37, 20), "#14161c")
    picture.paste((242, 166, 94), (5, 3, 30, 9))
    picture.paste((94, 200, 242), (10, 11, 12, 20))
    read = unsixel(graphics.sixel(picture))
    assert np.abs(read - np.asarray(picture, float)).max() < 4


def test_a_sixel_picture_is_no_larger_than_the_screen():
    text = graphics.drawn(show(s("bd*4")), "sixel", 60, 20, (10, 20))
    assert unsixel(text).shape[1] <= 600 and unsixel(text).shape[0] <= 400


@pytest.mark.parametrize(
    "environment, method",
    [
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "ghostty"}, "kitty"),
        ({"TERM": "foot"}, "sixel"),
        ({"TERM": "xterm-256color", "TMUX": "/tmp/x", "KITTY_WINDOW_ID": "1"}, "characters"),
        ({"TERM": "xterm-kitty", "LIVECODE_PICTURES": "characters"}, "characters"),
        ({"TERM": "xterm-256color"}, ""),
        ({}, "characters"),
    ],
)
def test_the_environment_tells_what_a_terminal_can(environment, method):
    assert graphics.chosen(environment) == method


@pytest.mark.parametrize(
    "answer, found",
    [
        (b"\x1b_Gi=31;OK\x1b\\\x1b[?62;c", ("kitty", "")),
        (b"\x1b[?62;4;22c", ("sixel", "")),
        (b"x = \x1b[?1;2c1\r", ("characters", "x = 1\r")),
        (b"\x1b_Gi=31;EINVAL\x1b\\\x1b[?62c", ("characters", "")),
        (b"typed", ("characters", "typed")),
    ],
)
def test_a_terminal_that_is_asked_answers_and_typing_is_kept(answer, found):
    main, child = pty.openpty()
    try:
        import tty

        tty.setraw(child)

        def ask(text):
            threading.Thread(target=lambda: os.write(main, answer)).start()

        assert graphics.asked(child, ask) == found
    finally:
        os.close(main)
        os.close(child)
