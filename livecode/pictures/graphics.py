"""Pictures in a terminal: Kitty's protocol, Sixel, or characters, whichever it has.

    method = chosen(os.environ) or asked(read, write)
    text = drawn(picture, method, columns, rows)

What a terminal can do is told by its environment; where that says nothing it is asked once. Inside tmux and
screen it is always characters: what they pass on they cannot redraw.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from livecode.pictures.picture import Picture

if TYPE_CHECKING:
    from PIL.Image import Image

KITTY, SIXEL, CHARACTERS = "kitty", "sixel", "characters"
METHODS = (KITTY, SIXEL, CHARACTERS)
CELL = (9, 18)
"""A character's size in pixels where the terminal does not say."""
MOST_COLUMNS = 140
CHUNK = 4096
COLOURS = 128
ANSWER_SECONDS = 0.3

# Kitty is asked about a picture of one pixel; every terminal answers the second question.
QUESTION = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[c"
_KITTY_YES = re.compile(r"\x1b_Gi=31;OK[^\x1b]*\x1b\\")
_KITTY_ANY = re.compile(r"\x1b_G[^\x1b]*\x1b\\")
_ATTRIBUTES = re.compile(r"\x1b\[\?([0-9;]*)c")


def chosen(environment: Mapping[str, str]) -> str:
    """The method that the environment tells of; "" when it tells nothing.

    >>> chosen({"TERM": "xterm-kitty"}), chosen({"TERM": "foot"}), chosen({"TERM": "xterm"})
    ('kitty', 'sixel', '')
    """
    wished = environment.get("LIVECODE_PICTURES", "").lower()
    if wished in METHODS:
        return wished
    term, program = environment.get("TERM", ""), environment.get("TERM_PROGRAM", "").lower()
    if environment.get("TMUX") or term.startswith(("screen", "tmux", "linux", "dumb")) or not term:
        return CHARACTERS
    if "kitty" in term or environment.get("KITTY_WINDOW_ID") or program in ("ghostty", "wezterm"):
        return KITTY
    if environment.get("KONSOLE_VERSION"):
        return KITTY
    if term.startswith(("foot", "mlterm", "contour", "yaft")) or program in ("mintty", "iterm.app"):
        return SIXEL
    if program in ("apple_terminal", "vscode"):
        return CHARACTERS
    return ""


def answer_of(text: str) -> tuple[str, str] | None:
    """The method that a terminal's answer tells of, and what else was typed; None while it is incomplete.

    >>> answer_of("x\\x1b[?62;4;22c")
    ('sixel', 'x')
    """
    attributes = _ATTRIBUTES.search(text)
    if attributes is None:
        return None
    if _KITTY_YES.search(text):
        method = KITTY
    else:
        method = SIXEL if "4" in attributes.group(1).split(";") else CHARACTERS
    return method, _ATTRIBUTES.sub("", _KITTY_ANY.sub("", text))


def asked(descriptor: int, write: Callable[[str], Any]) -> tuple[str, str]:
    """Ask the terminal itself: its method, and what was typed meanwhile. Characters if it does not answer."""
    import select
    import time

    write(QUESTION)
    text = ""
    until = time.monotonic() + ANSWER_SECONDS
    while (left := until - time.monotonic()) > 0:
        ready, _, _ = select.select([descriptor], [], [], left)
        if not ready:
            break
        text += os.read(descriptor, 4096).decode("utf-8", "replace")
        found = answer_of(text)
        if found is not None:
            return found
    return CHARACTERS, _KITTY_ANY.sub("", text)


def drawn(picture: Picture, method: str, columns: int, rows: int, cell: tuple[int, int] = CELL) -> str:
    """The picture as text for the terminal, with a method's escape sequences; no line feed at its end."""
    wide = min(columns - 1, MOST_COLUMNS)
    if method == CHARACTERS:
        return picture.in_characters(max(20, columns - 1), max(6, rows - 3), True)
    tall = max(4, rows - 3)
    width, height = picture.drawing.width, picture.drawing.height
    # As wide as fits, and no higher than the screen.
    pixels = wide * cell[0]
    if pixels * height / width > tall * cell[1]:
        pixels = int(tall * cell[1] * width / height)
    size = max(1, pixels), max(1, round(pixels * height / width))
    if method == KITTY:
        return kitty(picture.png(), max(1, size[0] // cell[0]))
    from livecode.pictures.png import paint

    return sixel(paint(picture.drawing).resize(size))


def kitty(data: bytes, columns: int) -> str:
    """A PNG file in Kitty's graphics protocol, as wide as so many characters.

    >>> kitty(b"png", 10)
    '\\x1b_Ga=T,f=100,q=2,c=10,m=0;cG5n\\x1b\\\\'
    """
    text = base64.standard_b64encode(data).decode("ascii")
    pieces = [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)] or [""]
    found = []
    for number, piece in enumerate(pieces):
        more = int(number + 1 < len(pieces))
        head = f"a=T,f=100,q=2,c={columns},m={more}" if number == 0 else f"m={more}"
        found.append(f"\x1b_G{head};{piece}\x1b\\")
    return "".join(found)


def sixel(image: Image) -> str:
    """An image as DEC Sixel: rows of six pixels, one colour after another, runs counted."""
    import numpy as np

    indexed = image.convert("RGB").quantize(COLOURS)
    pixels = np.asarray(indexed)
    height, width = pixels.shape
    palette = (indexed.getpalette() or [])[: 3 * COLOURS]
    found = [f'\x1bPq"1;1;{width};{height}']
    for number in range(len(palette) // 3):
        red, green, blue = (round(value / 2.55) for value in palette[3 * number : 3 * number + 3])
        found.append(f"#{number};2;{red};{green};{blue}")
    for top in range(0, height, 6):
        band = pixels[top : top + 6]
        weights = (1 << np.arange(len(band)))[:, None]
        for number in np.unique(band):
            column = ((band == number) * weights).sum(axis=0)
            found.append(f"#{number}{_runs(column)}$")
        found.append("-")
    return "".join(found) + "\x1b\\"


def _runs(column: Any) -> str:
    """Six pixels a character, runs of the same counted."""
    import numpy as np

    edges = np.flatnonzero(np.diff(column)) + 1
    starts = np.concatenate(([0], edges))
    lengths = np.diff(np.concatenate((starts, [len(column)])))
    pieces = []
    for value, length in zip(column[starts].tolist(), lengths.tolist()):
        letter = chr(63 + value)
        pieces.append(f"!{length}{letter}" if length > 3 else letter * length)
    return "".join(pieces)


def cell_size(descriptor: int) -> tuple[int, int]:
    """A character's size in pixels, as the terminal tells it."""
    try:
        import fcntl
        import struct
        import termios

        raw = fcntl.ioctl(descriptor, termios.TIOCGWINSZ, b"\0" * 8)
        rows, columns, width, height = struct.unpack("HHHH", raw)
    except (ImportError, OSError):
        return CELL
    return (width // columns, height // rows) if rows and columns and width and height else CELL
