"""A piano roll in characters: two semitones a line with half blocks, a line for each drum.

>>> from livecode.pictures.roll import Mark, Roll
>>> roll = Roll((Mark(0, 0.5, "d1", "pluck", 60), Mark(0.5, 1, "d1", "pluck", 62)), 0, 1)
>>> print(draw(roll, width=22, colour=False))
     │0              │
   D4│       ▀▀▀▀▀▀▀ │
   C4│▀▀▀▀▀▀         │
"""

from __future__ import annotations

from livecode.pictures import colours
from livecode.pictures.roll import Mark, Roll, pitch_name

LABEL = 5
RESET = "\x1b[0m"


Cell = tuple[str, str, str]
"""A character, the slot whose colour it has, and the slot whose colour is behind it ("" for none)."""


def draw(roll: Roll, width: int = 80, height: int = 24, colour: bool = True) -> str:
    """The roll as lines of text, at most `width` by `height` characters.

    With `colour` every slot has its own, as 24-bit ANSI sequences; without, only shapes.
    """
    columns = max(8, width - LABEL - 2)
    lines = [" " * LABEL + "│" + ruler(roll, columns) + "│"]
    for label, cells in rows(roll, columns, max(1, height - 1)):
        lines.append(f"{label:>{LABEL}}│" + "".join(_ansi(cell, colour) for cell in cells) + "│")
    return "\n".join(lines)


def rows(
    roll: Roll, columns: int, height: int, span: tuple[int, int] | None = None
) -> list[tuple[str, list[Cell]]]:
    """A label and a row of cells for each line, pitches first: at most `height` of them.

    `span` is the lowest and highest MIDI number to show, those of the roll itself when it is not given.
    """
    drums = roll.drums()[: max(1, height - 1)]
    canvas = _Canvas(roll, columns)
    found = []
    span = roll.pitches() if span is None else span
    if span is not None:
        low, high = span
        low -= (high - low + 1) % 2
        room = max(1, height - len(drums))
        # Too many semitones for the height: several share a half line.
        fold = -(-(high - low + 1) // (2 * room))
        top = high
        while top >= low:
            upper = canvas.pitched(top - fold + 1, top)
            lower = canvas.pitched(top - 2 * fold + 1, top - fold)
            found.append((pitch_name(top), [_half(*pair) for pair in zip(upper, lower, strict=True)]))
            top -= 2 * fold
    for slot, name in drums:
        cells = [("●" if each else " ", each, "") for each in canvas.drum(slot, name)]
        found.append((name[:LABEL] or slot, cells))
    return found


class _Canvas:
    """Which slot sounds in which column of which row; the first column of a note is its onset."""

    def __init__(self, roll: Roll, columns: int) -> None:
        self.roll, self.columns = roll, columns

    def pitched(self, low: int, high: int) -> list[str]:
        row = [""] * self.columns
        for mark in self.roll.marks:
            if mark.pitch is not None and low <= round(mark.pitch) <= high:
                first, last = self._columns(mark)
                for column in range(first, last):
                    row[column] = mark.slot or "-"
        return row

    def drum(self, slot: str, name: str) -> list[str]:
        row = [""] * self.columns
        for mark in self.roll.marks:
            if mark.pitch is None and (mark.slot, mark.name) == (slot, name):
                column, _ = self._columns(mark)
                if column < self.columns:
                    row[column] = slot or "-"
        return row

    def _columns(self, mark: Mark) -> tuple[int, int]:
        scale = self.columns / self.roll.cycles
        first = max(0, int((mark.begin - self.roll.begin) * scale + 1e-9))
        last = min(self.columns, int((mark.end - self.roll.begin) * scale + 1e-9))
        # One column stays free behind a note, so that two in a row can be told apart.
        return first, max(first + 1, last - 1) if first < self.columns else first


def ruler(roll: Roll, columns: int) -> str:
    """Cycle numbers over the columns where the cycles begin, as many as fit."""
    line = [" "] * columns
    free = 0
    for cycle in range(roll.begin, roll.end):
        column = int((cycle - roll.begin) * columns / roll.cycles + 1e-9)
        digits = str(cycle)
        if column >= free and column + len(digits) <= columns:
            line[column : column + len(digits)] = digits
            free = column + len(digits) + 1
    return "".join(line)


def _half(above: str, below: str) -> Cell:
    if above and below:
        return ("▀", above, below)
    return ("▀", above, "") if above else ("▄", below, "") if below else (" ", "", "")


def _ansi(cell: Cell, colour: bool) -> str:
    character, ink, paper = cell
    if not colour:
        return "█" if paper else character
    if not ink:
        return character
    return f"{_ink(ink)}{_paper(paper) if paper else ''}{character}{RESET}"


def _ink(slot: str) -> str:
    red, green, blue = colours.channels(colours.slot_colour(slot))
    return f"\x1b[38;2;{red};{green};{blue}m"


def _paper(slot: str) -> str:
    red, green, blue = colours.channels(colours.slot_colour(slot))
    return f"\x1b[48;2;{red};{green};{blue}m"
