"""Pictures at the prompt, drawn as its terminal can draw them."""

from __future__ import annotations

import os
import sys
from typing import Any, TextIO

from prompt_toolkit.input import Input
from prompt_toolkit.input.typeahead import store_typeahead
from prompt_toolkit.input.vt100_parser import Vt100Parser
from prompt_toolkit.output import Output

from livecode.errors import one_line
from livecode.pictures import graphics
from livecode.pictures.picture import Picture


class Pencil:
    """Draws on one terminal; finds out at the first picture what that can do."""

    def __init__(self, screen: Output, reader: Input, out: Any) -> None:
        self._screen, self._reader = screen, reader
        self._out: TextIO = out
        self._method = ""

    def draw(self, picture: Picture) -> None:
        """A picture as this terminal can show it."""
        size = self._screen.get_size()
        if not self._method:
            self._method = graphics.chosen(os.environ) or self._asked()
        cell = graphics.CELL
        if self._method == graphics.SIXEL:
            cell = graphics.cell_size(self._screen.fileno())
        try:
            text = graphics.drawn(picture, self._method, size.columns, size.rows, cell)
        except Exception as error:
            self._method = graphics.CHARACTERS
            text = f"{one_line(error)}\n{picture}"
        self._out.write(text + "\n")

    def _asked(self) -> str:
        """What the terminal says it can draw; what was typed meanwhile waits for the next line."""
        screen = self._screen
        if not sys.stdin.isatty():
            return graphics.CHARACTERS

        def write(text: str) -> None:
            screen.write_raw(text)
            screen.flush()

        method, typed = graphics.asked(sys.stdin.fileno(), write)
        if typed:
            keyed: list[Any] = []
            parser = Vt100Parser(keyed.append)
            parser.feed_and_flush(typed)
            store_typeahead(self._reader, keyed)
        return method
