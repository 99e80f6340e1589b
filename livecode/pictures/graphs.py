"""Waveforms, spectra, curves and tables as pictures."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from livecode.pictures import colours
from livecode.pictures.bars import columns, loudness, trace
from livecode.pictures.layout import MARGIN, Box, Drawing, Line, Words
from livecode.pictures.picture import Picture

WIDTH = 1200
PLOT = 220
LABELS = 70
TOP = 56
FLOOR_DB = -90.0
LOWEST, HIGHEST = 40.0, 16000.0
TICKS = (50, 100, 200, 500, 1000, 2000, 5000, 10000)
MOST_ROWS, MOST_COLUMNS = 40, 24


def waveform(sound: Any, rate: float, title: str = "waveform") -> Picture:
    """The peaks of a sound over time, a lane for each channel. `sound` is frames by channels."""
    import numpy as np

    sound = np.atleast_2d(np.nan_to_num(np.asarray(sound, dtype=float)))
    if sound.shape[0] < sound.shape[1] and sound.shape[0] <= 8:
        sound = sound.T
    channels = sound.shape[1]
    room = WIDTH - 2 * MARGIN - LABELS
    drawing = _sheet(title, TOP + channels * (PLOT // 2 + 16) + MARGIN)
    seconds = len(sound) / rate
    for channel in range(channels):
        top = TOP + channels * 0 + channel * (PLOT // 2 + 16)
        middle = top + PLOT / 4
        drawing.shapes.append(Box(MARGIN + LABELS, top, room, PLOT / 2, colours.PANEL))
        drawing.shapes.append(Line(MARGIN + LABELS, middle, MARGIN + LABELS + room, middle, colours.GRID))
        name = ("left", "right")[channel] if channels == 2 else f"channel {channel + 1}"
        drawing.shapes.append(Words(MARGIN, middle, name, 12, colours.INK_SOFT))
        for x, (low, high) in enumerate(_extremes(sound[:, channel], room)):
            y1, y2 = middle - high * PLOT / 4, middle - low * PLOT / 4
            colour = colours.SLOTS[0] if max(-low, high) < 0.999 else colours.SLOTS[3]
            drawing.shapes.append(Box(MARGIN + LABELS + x, y1, 1.2, max(1.0, y2 - y1), colour))
    _time_axis(drawing, seconds, room)
    mixed = sound.mean(axis=1)

    def characters(width: int, height: int, colour: bool) -> str:
        # One picture as wide as the terminal: each dot the largest sample of its stretch.
        dots = _loudest(mixed, 2 * width)
        return "\n".join([*trace(dots, width, max(2, min(height - 1, 8))), f"0 s .. {seconds:.3g} s"])

    return Picture(drawing, characters, title)


def spectrum(bands: Sequence[float], title: str = "spectrum") -> Picture:
    """Levels in dB of bands equally wide in octaves, 40 Hz to 16 kHz."""
    room = WIDTH - 2 * MARGIN - LABELS
    drawing = _sheet(title, TOP + PLOT + 30 + MARGIN)
    left, bottom = MARGIN + LABELS, TOP + PLOT
    drawing.shapes.append(Box(left, TOP, room, PLOT, colours.PANEL))
    for mark in range(0, int(FLOOR_DB), -18):
        y = TOP + PLOT * mark / FLOOR_DB
        drawing.shapes.append(Line(left, y, left + room, y, colours.GRID))
        drawing.shapes.append(Words(left - 8, y, f"{mark} dB", 11, colours.INK_SOFT, "right"))
    for frequency in TICKS:
        x = left + room * math.log(frequency / LOWEST) / math.log(HIGHEST / LOWEST)
        text = f"{frequency // 1000} kHz" if frequency >= 1000 else f"{frequency} Hz"
        drawing.shapes.append(Line(x, TOP, x, bottom, colours.GRID))
        drawing.shapes.append(Words(x, bottom + 12, text, 11, colours.INK_SOFT, "middle"))
    each = room / max(1, len(bands))
    for number, level in enumerate(bands):
        tall = PLOT * loudness(level, FLOOR_DB)
        if tall > 0:
            drawing.shapes.append(
                Box(left + number * each + 1, bottom - tall, max(1.0, each - 2), tall, colours.SLOTS[0])
            )

    def characters(width: int, height: int, colour: bool) -> str:
        wide = max(1, width // max(1, len(bands)))
        amounts = [loudness(level, FLOOR_DB) for level in bands for _ in range(wide)]
        return "\n".join([*columns(amounts[:width], max(2, min(height - 1, 12))), "40 Hz .. 16 kHz"])

    return Picture(drawing, characters, title)


def curve(values: Callable[[float], float], begin: float, end: float, title: str = "signal") -> Picture:
    """A signal over cycles, scaled to what it reaches."""
    count = 768
    points = [round(float(values(begin + (end - begin) * step / count)), 6) for step in range(count + 1)]
    low, high = min(points), max(points)
    span = high - low or 1.0
    room = WIDTH - 2 * MARGIN - LABELS
    drawing = _sheet(title, TOP + PLOT + 30 + MARGIN)
    left = MARGIN + LABELS
    drawing.shapes.append(Box(left, TOP, room, PLOT, colours.PANEL))
    for level in (low, (low + high) / 2, high):
        y = TOP + PLOT * (1 - (level - low) / span)
        drawing.shapes.append(Line(left, y, left + room, y, colours.GRID))
        drawing.shapes.append(Words(left - 8, y, f"{round(level, 3):g}", 11, colours.INK_SOFT, "right"))
    for cycle in range(math.ceil(begin), math.floor(end) + 1):
        x = left + room * (cycle - begin) / (end - begin)
        drawing.shapes.append(Line(x, TOP, x, TOP + PLOT, colours.GRID_STRONG))
        drawing.shapes.append(Words(x, TOP + PLOT + 12, str(cycle), 11, colours.INK_SOFT, "middle"))
    ys = [TOP + PLOT * (1 - (value - low) / span) for value in points]
    step = room / count
    for place, (y1, y2) in enumerate(itertools.pairwise(ys)):
        x = left + place * step
        drawing.shapes.append(Line(x, y1, x + step, y2, colours.SLOTS[0], 2))

    def characters(width: int, height: int, colour: bool) -> str:
        scaled = [2 * (value - low) / span - 1 for value in points]
        label = f"{round(low, 3):g} .. {round(high, 3):g}, cycles {begin:g} to {end:g}"
        return "\n".join([*trace(scaled, width, max(2, min(height - 1, 8))), label])

    return Picture(drawing, characters, title)


def table(rows: Mapping[Any, Mapping[Any, float]], counts: Mapping[Any, int], title: str) -> Picture:
    """What follows what, as squares: the darker a square the rarer; its number in per cent where it fits."""
    wanted = sorted(rows, key=lambda row: (-counts.get(row, 0), str(row)))[:MOST_ROWS]
    weight: dict[Any, float] = {}
    for row in wanted:
        for name, chance in rows[row].items():
            weight[name] = weight.get(name, 0.0) + chance * counts.get(row, 1)
    names = sorted(weight, key=lambda name: (-weight[name], str(name)))[:MOST_COLUMNS]
    label = 160
    size = max(22.0, min(44.0, (WIDTH - 2 * MARGIN - label) / max(1, len(names))))
    tall = 22.0
    drawing = _sheet(title, round(TOP + 24 + len(wanted) * tall + MARGIN))
    for column, name in enumerate(names):
        x = MARGIN + label + (column + 0.5) * size
        drawing.shapes.append(Words(x, TOP + 8, str(name), 11, colours.INK_SOFT, "middle"))
    for number, row in enumerate(wanted):
        y = TOP + 24 + number * tall
        text = " ".join(row) if isinstance(row, tuple) else str(row)
        drawing.shapes.append(Words(MARGIN + label - 10, y + tall / 2, text[:24], 12, colours.INK, "right"))
        for column, name in enumerate(names):
            chance = rows[row].get(name, 0.0)
            x = MARGIN + label + column * size
            drawing.shapes.append(Box(x + 1, y + 1, size - 2, tall - 2, colours.PANEL, radius=2))
            if chance > 0:
                drawing.shapes.append(
                    Box(x + 1, y + 1, size - 2, tall - 2, colours.SLOTS[0], 0.15 + 0.85 * chance, 2)
                )
                if chance >= 0.05:
                    ink = colours.BACKGROUND if chance > 0.45 else colours.INK
                    words = f"{chance:.0%}"[:-1]
                    drawing.shapes.append(Words(x + size / 2, y + tall / 2, words, 10, ink, "middle"))

    def characters(width: int, height: int, colour: bool) -> str:
        shades = " ░▒▓█"
        left = max((len(" ".join(row) if isinstance(row, tuple) else str(row)) for row in wanted), default=0)
        fit = names[: max(1, (width - left - 1) // 4)]
        lines = [" " * (left + 1) + "".join(f"{str(name)[:3]:<4}" for name in fit)]
        for row in wanted[: max(1, height - 1)]:
            text = " ".join(row) if isinstance(row, tuple) else str(row)
            cells = []
            for name in fit:
                chance = rows[row].get(name, 0.0)
                shade = shades[min(4, math.ceil(chance * 4))]
                cells.append(f"{shade}{f'{chance:.0%}'[:-1]:<3}" if chance > 0 else "    ")
            lines.append(f"{text:<{left}} " + "".join(cells).rstrip())
        return "\n".join(lines)

    return Picture(drawing, characters, title)


def _sheet(title: str, height: float) -> Drawing:
    drawing = Drawing(WIDTH, round(height), colours.BACKGROUND)
    drawing.shapes.append(Words(MARGIN, 30, title, 22, colours.INK))
    return drawing


def _extremes(values: Any, count: int) -> list[tuple[float, float]]:
    """The lowest and highest value of each of so many stretches, within -1 and 1."""
    import numpy as np

    if not len(values):
        return []
    edges = np.linspace(0, len(values), min(count, len(values)) + 1).astype(int)[:-1]
    lows = np.clip(np.minimum.reduceat(values, edges), -1, 1)
    highs = np.clip(np.maximum.reduceat(values, edges), -1, 1)
    stretched = np.linspace(0, len(edges) - 1, count).astype(int)
    return list(zip(lows[stretched].tolist(), highs[stretched].tolist()))


def _loudest(values: Any, count: int) -> list[float]:
    return [low if -low > high else high for low, high in _extremes(values, count)]


def _time_axis(drawing: Drawing, seconds: float, room: float) -> None:
    if seconds <= 0:
        return
    exact = 10 ** math.floor(math.log10(seconds / 4))
    every = next(step * exact for step in (1, 2, 5, 10) if seconds / (step * exact) <= 10)
    y = drawing.height - MARGIN / 2
    for number in range(int(seconds / every) + 1):
        x = MARGIN + LABELS + room * number * every / seconds
        drawing.shapes.append(Words(x, y, f"{number * every:.4g} s", 11, colours.INK_SOFT, "middle"))
