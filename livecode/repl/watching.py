"""What the prompt shows besides the line being typed: looked at a few times a second, drawn when it changed.

Drawing uses what was seen at the last look, so that a key never waits for a look.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from livecode.repl import panels
from livecode.repl.colouring import CodeLexer
from livecode.repl.panels import Row
from livecode.sound.levels import SILENCE_DB
from livecode.stage.view import View

FLASH_SECONDS = 0.3
SCOPE_SECONDS = 0.02
BANDS = 40
PICTURE_ROWS = 9
LEAST_ROWS_FOR_TYPING = 6


class Watch:
    """Looks at a session for the prompt. `picture` is one of `panels.PICTURES`, or "" for none."""

    def __init__(self, session: Any) -> None:
        self.view = View(session)
        self.picture = ""
        self.code = True
        self._roll = panels.RollPanel()
        self._takes: dict[int, float] = {}
        self._colouring = _colouring()

    def show(self, picture: str) -> None:
        """Show a picture under the code, or put it away when it is shown already."""
        self.picture = "" if picture == self.picture else picture
        self._roll = panels.RollPanel()

    def rows(self, width: int, height: int) -> list[Row]:
        """The rows between the typed line and the toolbar in a terminal of so many rows."""
        room = height - LEAST_ROWS_FOR_TYPING
        found: list[Row] = []
        if self.picture and room >= 5:
            found = self._picture(width, min(PICTURE_ROWS, room))
        if self.code:
            lines = self.view.lines()
            if lines:
                levels = self.view.levels
                decibels: Callable[[int], float] = (
                    (lambda slot: levels.slot(slot).decibels) if levels is not None else lambda _: SILENCE_DB
                )
                flashing = self._flashing(lines)
                more = max(0, min(room - len(found), max(3, height // 3)))
                found += panels.code_rows(lines, decibels, self._colouring, width, more, flashing)
        return found

    def lit_in(self, text: str) -> list[tuple[int, int]]:
        """The characters of the text being typed that sound."""
        return self.view.lit_in(text) if '"' in text or "'" in text else []

    def _flashing(self, lines: list[Any]) -> list[int]:
        now = time.monotonic()
        self._takes = {line.take: self._takes.get(line.take, now) for line in lines}
        return [take for take, since in self._takes.items() if now - since < FLASH_SECONDS]

    def _picture(self, width: int, height: int) -> list[Row]:
        if self.picture == "roll":
            now = float(self.view.session.now())
            notes = self.view.notes(now - panels.CYCLES_BACK, now + 2)
            return self._roll.rows(notes, now, width, height)
        levels = self.view.levels
        if self.picture == "spectrum":
            bands = levels.spectrum(BANDS) if levels is not None else [SILENCE_DB] * BANDS
            return panels.spectrum_rows(bands, width, height)
        values: list[float] = []
        if levels is not None:
            from livecode.pictures.bars import triggered

            sound = levels.waveform(SCOPE_SECONDS * 2).mean(axis=1).tolist()
            values = list(triggered(sound, len(sound) // 2))
        return panels.scope_rows(values, width, height)


def _colouring() -> Callable[[str], list[tuple[str, str]]]:
    lexer = CodeLexer()

    @lru_cache(maxsize=128)
    def coloured(text: str) -> list[tuple[str, str]]:
        return lexer.fragments(text)

    return coloured
