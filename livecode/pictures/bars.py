"""Levels, waveforms and spectra in characters: eighths of a block, and the dots of braille.

>>> bar(0.5, 4)
'██  '
"""

from __future__ import annotations

from collections.abc import Sequence

EIGHTHS_RIGHT = " ▏▎▍▌▋▊▉█"
EIGHTHS_UP = " ▁▂▃▄▅▆▇█"
FLOOR_DB = -48.0

_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))


def bar(amount: float, width: int) -> str:
    """A bar that grows to the right, `amount` from 0 to 1.

    >>> bar(0.3, 2), bar(1.7, 2)
    ('▋ ', '██')
    """
    eighths = round(min(1.0, max(0.0, amount)) * width * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (EIGHTHS_RIGHT[rest] if rest else "")).ljust(width)


def loudness(decibels: float, floor: float = FLOOR_DB) -> float:
    """A level in dB as a part of a meter's length: 0 dB is 1.

    >>> loudness(-24.0), loudness(-120.0), loudness(0.0)
    (0.5, 0.0, 1.0)
    """
    return min(1.0, max(0.0, 1.0 - decibels / floor))


def columns(amounts: Sequence[float], height: int) -> list[str]:
    """Bars that grow upwards, one character wide, as rows from the top.

    >>> columns([0.25, 1.0], 2)
    [' █', '▄█']
    """
    rows = []
    for row in range(height - 1, -1, -1):
        cells = []
        for amount in amounts:
            eighths = round(min(1.0, max(0.0, amount)) * height * 8) - row * 8
            cells.append(EIGHTHS_UP[min(8, max(0, eighths))])
        rows.append("".join(cells))
    return rows


def trace(values: Sequence[float], width: int, height: int) -> list[str]:
    """A waveform between -1 and 1 as a line of braille dots, two a column and four a row of characters.

    >>> trace([0.0] * 4, 2, 1)
    ['⠤⠤']
    """
    dots_wide, dots_high = width * 2, height * 4
    cells = [[0] * width for _ in range(height)]
    count = len(values)
    previous: int | None = None
    for x in range(dots_wide if count else 0):
        value = min(1.0, max(-1.0, float(values[min(count - 1, x * count // dots_wide)])))
        y = min(dots_high - 1, int((1.0 - value) / 2 * dots_high))
        # The line is drawn whole: every dot between this height and the last one.
        low, high = (y, y) if previous is None else (min(y, previous), max(y, previous))
        if previous is not None and high > low:
            low, high = (low + 1, high) if previous == low else (low, high - 1)
        for dot in range(low, high + 1):
            cells[dot // 4][x // 2] |= _DOTS[x % 2][dot % 4]
        previous = y
    return ["".join(chr(0x2800 + dots) for dots in row) for row in cells]


def triggered(values: Sequence[float], count: int) -> Sequence[float]:
    """`count` values from the first rise through zero on, so that a steady tone stands still.

    >>> list(triggered([1, -1, 0.5, 1, -1], 2))
    [0.5, 1]
    """
    last = len(values) - max(count, 1)
    for place in range(1, last + 1):
        if values[place - 1] <= 0.0 < values[place]:
            return values[place : place + count]
    return values[: max(count, 0)]
