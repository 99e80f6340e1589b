"""What stands between the line being typed and the toolbar: the code that plays, and one picture of it.

    code        a line for each slot: its level, its text, and in it what sounds at this moment
    roll        the last cycles and the next one as a piano roll
    scope       the master's waveform
    spectrum    its bands, low to high

Everything here is a pure function from what was seen to rows of (style, text).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import floor

from livecode.pictures import terminal
from livecode.pictures.bars import bar, columns, loudness, trace
from livecode.pictures.colours import slot_colour
from livecode.pictures.roll import Mark, Roll
from livecode.stage.view import Line, Sight

Row = list[tuple[str, str]]

PICTURES = ("roll", "scope", "spectrum")
METER = 5
GUTTER = METER + 2
CYCLES_BACK, CYCLES_SHOWN = 3, 4
QUIETEST_BAND = -84.0
FLASH_STYLE = "reverse"


def code_rows(
    lines: Sequence[Line],
    decibels: Callable[[int], float],
    colouring: Callable[[str], list[tuple[str, str]]],
    width: int,
    height: int,
    flashing: Iterable[int] = (),
) -> list[Row]:
    """The code of each slot with its meter; `flashing` are takes that have just been given.

    Where there is no room for all slots the last row says how many are missing.
    """
    if height <= 0:
        return []
    shown = lines if len(lines) <= height else lines[: height - 1]
    flashed = set(flashing)
    # What names stand for is shown where there is room for all of it, or the rows would come and go.
    below = len(lines) + sum(len(line.below) for line in lines) <= height
    rows = []
    for line in shown:
        rows.append(_code_row(line, decibels(line.slot), colouring, width, line.take in flashed))
        if below:
            rows += [_row_below(line, *each, colouring, width) for each in line.below]
    if len(shown) < len(lines):
        rows.append([("class:toolbar.off", f" ... {len(lines) - len(shown)} slots more")])
    return rows


def _code_row(
    line: Line,
    decibels: float,
    colouring: Callable[[str], list[tuple[str, str]]],
    width: int,
    flashing: bool,
) -> Row:
    colour = slot_colour(f"d{line.slot}")
    if not line.heard:
        style, meter = "class:toolbar.off", ("mute" if line.muted else "----").ljust(METER)
    else:
        style = "class:meter.hot" if decibels > -1.0 else colour
        meter = bar(loudness(decibels), METER)
    row: Row = [(style, meter), ("class:toolbar.fault", "!" if line.fault else " "), ("", " ")]
    name = f"d{line.slot}"
    text = line.text if line.text.startswith(name) else f"{name}: {line.text}"
    moved = len(text) - len(line.text)
    room = max(0, width - GUTTER)
    if len(text) > room:
        text = text[: max(0, room - 1)] + "…"
    if flashing:
        row.append((f"bg:{colour} #14161c", text.ljust(room)))
        return row
    fragments = colouring(text) if line.heard else [("class:toolbar.off", text)]
    lit = [(first + moved, last + moved) for first, last in line.lit] if line.heard else []
    return row + overlaid(fragments, lit, lit_style(line.slot))


def _row_below(
    line: Line,
    text: str,
    lit: Sequence[tuple[int, int]],
    colouring: Callable[[str], list[tuple[str, str]]],
    width: int,
) -> Row:
    room = max(0, width - GUTTER - 2)
    if len(text) > room:
        text = text[: max(0, room - 1)] + "…"
    row: Row = [("class:toolbar.off", "· ".rjust(GUTTER + 2))]
    if not line.heard:
        return [*row, ("class:toolbar.off", text)]
    return row + overlaid(colouring(text), lit, lit_style(line.slot))


def lit_style(slot: int) -> str:
    """How characters look that sound: dark on the slot's colour."""
    return f"bg:{slot_colour(f'd{slot}')} #14161c"


def overlaid(fragments: Row, ranges: Iterable[tuple[int, int]], style: str) -> Row:
    """Fragments with another style over some character ranges.

    >>> overlaid([("a", "bd sn")], [(3, 5)], "lit")
    [('a', 'bd '), ('lit', 'sn')]
    """
    pieces = sorted(ranges)
    if not pieces:
        return fragments
    found: Row = []
    at = 0
    for plain, text in fragments:
        place = at
        while place < at + len(text):
            inside = next((last for first, last in pieces if first <= place < last), 0)
            if inside:
                stop, chosen = min(inside, at + len(text)), style
            else:
                stop, chosen = min([first for first, _ in pieces if first > place] + [at + len(text)]), plain
            found.append((chosen, text[place - at : stop - at]))
            place = stop
        at += len(text)
    return found


@dataclass
class RollPanel:
    """The live piano roll. The range of pitches grows as needed and does not jump about."""

    low: int = 0
    high: int = -1
    drums: dict[tuple[int, str], None] = field(default_factory=dict)

    def rows(self, notes: Sequence[Sight], now: float, width: int, height: int) -> list[Row]:
        """`height` rows: notes from three cycles ago to one cycle ahead, the present as a line."""
        width = max(20, width)
        room = width - terminal.LABEL - 2
        # The window moves by whole columns, so that what stands in it stands still.
        step = CYCLES_SHOWN / room
        begin = floor((now - CYCLES_BACK) / step) * step
        marks = []
        for note in notes:
            if note.end > begin and note.begin < begin + CYCLES_SHOWN:
                first, last = max(note.begin - begin, 0.0), min(note.end - begin, float(CYCLES_SHOWN))
                if note.pitch is None and note.begin < begin:
                    continue
                marks.append(Mark(first, last, f"d{note.slot}", note.name, note.pitch, note.strength))
        roll = Roll(tuple(marks), 0, CYCLES_SHOWN)
        span = self._span(roll)
        present = min(room - 1, int((now - begin) / step))
        rows = [self._ruler(begin, step, room, present)]
        for label, cells in terminal.rows(roll, room, height - 1, span)[: height - 1]:
            row: Row = [("class:toolbar.off", f"{label:>{terminal.LABEL}}│")]
            for column, (character, ink, paper) in enumerate(cells):
                style = slot_colour(ink) if ink else "class:toolbar.off"
                if paper:
                    style += f" bg:{slot_colour(paper)}"
                if column == present:
                    style, character = (f"{style} bg:#454d5e", character) if ink else (style, "│")
                if row and row[-1][0] == style:
                    row[-1] = (style, row[-1][1] + character)
                else:
                    row.append((style, character))
            rows.append(row)
        return rows + [[("", "")]] * (height - len(rows))

    def _span(self, roll: Roll) -> tuple[int, int] | None:
        seen = roll.pitches()
        if seen is None:
            return None
        low, high = seen
        if self.high < self.low or low > self.high or high < self.low:
            self.low, self.high = low, high
        self.low, self.high = min(self.low, low), max(self.high, high)
        if self.high - self.low > 2 * (high - low) + 12:
            self.low, self.high = low, high
        return self.low, self.high

    def _ruler(self, begin: float, step: float, room: int, present: int) -> Row:
        line = [" "] * room
        for cycle in range(max(0, floor(begin)), floor(begin) + CYCLES_SHOWN + 1):
            column = round((cycle - begin) / step)
            if column >= 0 and column + len(str(cycle)) <= room:
                line[column : column + len(str(cycle))] = str(cycle)
        line[present] = "▼"
        return [("class:toolbar.off", " " * terminal.LABEL + "│" + "".join(line))]


def scope_rows(values: Sequence[float], width: int, height: int) -> list[Row]:
    """The waveform in braille, scaled up when it is quiet; the factor stands at the left."""
    peak = max((abs(float(value)) for value in values), default=0.0)
    factor = 1 if peak < 1e-4 else max(1, min(64, 2 ** floor(_log2(0.98 / peak)))) if peak < 0.5 else 1
    room = max(4, width - GUTTER)
    lines = trace([float(value) * factor for value in values], room, height)
    rows: list[Row] = []
    for number, line in enumerate(lines):
        label = f"x{factor}" if number == 0 and factor > 1 else "0" if number == height // 2 else ""
        rows.append([("class:toolbar.off", f"{label:>{GUTTER - 2}}│"), ("class:panel.trace", line)])
    return rows


def _log2(value: float) -> float:
    from math import log2

    return log2(value) if value > 0 else 0.0


def spectrum_rows(
    bands: Sequence[float], width: int, height: int, low: float = 40.0, high: float = 16000.0
) -> list[Row]:
    """The bands as bars, two columns each with room, and their frequencies in the last row."""
    room = max(4, width - GUTTER)
    if not bands:
        return [[("", "")]] * height
    each = max(1, room // len(bands))
    amounts = [loudness(level, QUIETEST_BAND) for level in bands]
    spread = [amount for amount in amounts for _ in range(each)][:room]
    rows: list[Row] = []
    bars = max(1, height - 1)
    for number, line in enumerate(columns(spread, bars)):
        label = "0 dB" if number == 0 else f"{QUIETEST_BAND:.0f}" if number == bars - 1 else ""
        style = "class:panel.loud" if number == 0 else "class:panel.trace"
        rows.append([("class:toolbar.off", f"{label:>{GUTTER - 2}}│"), (style, line)])
    axis = [" "] * (len(spread) + 6)
    for frequency in (50, 100, 200, 500, 1000, 2000, 5000, 10000):
        place = int(len(spread) * _log2(frequency / low) / _log2(high / low))
        text = f"{frequency // 1000}k" if frequency >= 1000 else str(frequency)
        free = not "".join(axis[max(0, place - 1) : place + 4]).strip()
        if place + len(text) <= len(spread) and free:
            axis[place : place + len(text)] = text
    rows.append([("class:toolbar.off", " " * (GUTTER - 1) + "".join(axis).rstrip())])
    return rows[:height]
