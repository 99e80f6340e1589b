"""The flash: a block that was entered stays bright while it is evaluated, then gets its own colours back.

prompt_toolkit leaves it bright when it ends; here it is painted over, as long as nothing else has been
written since, so that it still stands just above the cursor.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterator

from prompt_toolkit.output import Output
from prompt_toolkit.utils import get_cwidth

from livecode.repl.above import Replaced
from livecode.repl.colouring import CodeLexer

FLASH_SECONDS = 0.1
_STARTS_PROGRAMS = re.compile(r"\b(system|popen|Popen|subprocess|spawn\w*|run|call)\b")


class Flash:
    """Paints on one screen. `say` prints coloured text; `waits` is False where nobody watches."""

    def __init__(
        self,
        screen: Output,
        replaced: Replaced,
        say: Callable[..., None],
        colours: CodeLexer,
        mark: str,
        waits: bool,
    ) -> None:
        self._screen, self._replaced, self._say = screen, replaced, say
        self._colours, self._mark, self._waits = colours, mark, waits

    @contextlib.contextmanager
    def of(self, typed: str) -> Iterator[None]:
        """The block that was entered stays bright while it is evaluated, a tenth of a second at least."""
        began, done, children = time.monotonic(), threading.Event(), _children()

        def end() -> None:
            if not done.is_set():
                done.set()
                # What a program that was started has written is not known here: the block may be anywhere.
                # Our own children (composers, scsynth) come and go, and never write to the terminal.
                if _children() == children or not _STARTS_PROGRAMS.search(typed):
                    self._paint_over(typed)

        self._replaced.before_writing(end)
        try:
            yield
        finally:
            try:
                if not done.is_set() and self._waits:
                    time.sleep(max(0.0, FLASH_SECONDS - (time.monotonic() - began)))
            finally:
                self._replaced.before_writing(None)
                end()

    def _paint_over(self, typed: str) -> None:
        """The block just above the cursor once more in its own colours."""
        screen = self._screen
        size = screen.get_size()
        lines = typed.split("\n")
        rows = 0
        for row in lines:
            rows += 1
            # What does not fit goes on in further rows, each behind a margin as wide as the mark.
            left = len(self._mark) + len(row) - size.columns
            room = max(1, size.columns - len(self._mark))
            if get_cwidth(row) != len(row) or (left >= 0 and left % room == 0):
                # Where such a line was broken is the terminal's secret: better bright for good than torn.
                return
            rows += max(0, -(-left // room))
        if rows >= size.rows - 1:
            return
        screen.write_raw(f"\x1b[{rows}A\r\x1b[J")
        mark: tuple[str, str] = ("class:prompt", self._mark)
        painted: list[tuple[str, str]] = []
        for line in self._lines(typed):
            painted += [mark, *line, ("", "\n")]
            mark = ("class:continuation", "· ")
        self._say(*painted[:-1])

    def _lines(self, typed: str) -> list[list[tuple[str, str]]]:
        lines: list[list[tuple[str, str]]] = [[]]
        for style, text in self._colours.fragments(typed):
            first, *more = text.split("\n")
            lines[-1].append((style, first))
            lines += [[(style, piece)] for piece in more]
        return lines


def _children() -> int:
    """A number that changes when a child process has come and gone."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt
