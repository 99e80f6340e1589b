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


def draw(roll: Roll, width: int = 80, height: int = 24, colour: bool = True) -> str:
    """The roll as lines of text, at most `width` by `height` characters.

    With `colour` every slot has its own, as 24-bit ANSI sequences; without, only shapes.
    """
    columns = max(8, width - LABEL - 2)
    drums = roll.drums()[: max(1, height - 2)]
    canvas = _Canvas(roll, columns)
    lines = [" " * LABEL + "│" + _ruler(roll, columns) + "│"]
    span = roll.pitches()
    if span is not None:
        low, high = span
        low -= (high - low + 1) % 2
        room = max(1, height - 1 - len(drums))
        # Too many semitones for the height: several share a half line.
        fold = -(-(high - low + 1) // (2 * room))
        top = high
        while top >= low:
            upper = canvas.pitched(top - fold + 1, top)
            lower = canvas.pitched(top - 2 * fold + 1, top - fold)
            lines.append(_label(pitch_name(top)) + _halves(upper, lower, colour) + "│")
            top -= 2 * fold
    for slot, name in drums:
        lines.append(_label(name[:LABEL] or slot) + _full(canvas.drum(slot, name), colour) + "│")
    return "\n".join(lines)


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


def _ruler(roll: Roll, columns: int) -> str:
    """Cycle numbers over the columns where the cycles begin, as many as fit."""
    line = [" "] * columns
    free = 0
    for cycle in range(roll.begin, roll.end):
        column = (cycle - roll.begin) * columns // roll.cycles
        digits = str(cycle)
        if column >= free and column + len(digits) <= columns:
            line[column : column + len(digits)] = digits
            free = column + len(digits) + 1
    return "".join(line)


def _label(text: str) -> str:
    return f"{text:>{LABEL}}│"


def _halves(upper: list[str], lower: list[str], colour: bool) -> str:
    cells = []
    for above, below in zip(upper, lower, strict=True):
        if not colour:
            cells.append("█" if above and below else "▀" if above else "▄" if below else " ")
        elif above and below:
            cells.append(f"{_ink(above)}{_paper(below)}▀{RESET}")
        elif above or below:
            cells.append(f"{_ink(above or below)}{'▀' if above else '▄'}{RESET}")
        else:
            cells.append(" ")
    return "".join(cells)


def _full(row: list[str], colour: bool) -> str:
    return "".join((f"{_ink(slot)}●{RESET}" if colour else "●") if slot else " " for slot in row)


def _ink(slot: str) -> str:
    red, green, blue = colours.channels(colours.slot_colour(slot))
    return f"\x1b[38;2;{red};{green};{blue}m"


def _paper(slot: str) -> str:
    red, green, blue = colours.channels(colours.slot_colour(slot))
    return f"\x1b[48;2;{red};{green};{blue}m"
