"""A strip: the events of a pattern between two cycles as boxes with their values, for help and the reference.

>>> from livecode.language import mini
>>> print(strip_text(mini("bd [hh sn]").query(0, 1), 0, 1, 24))
|bd         |hh   |sn   |
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from livecode.language.time import Event
from livecode.pictures import colours
from livecode.pictures.layout import Box, Drawing, Line, Words

WIDTH = 720
MARGIN = 10
LANE = 26
RULER = 18
MOST_LANES = 12
CHARACTER = 6.6
_LEVELS = "▁▂▃▄▅▆▇█"

Lane = list[Event]


def label(value: Any) -> str:
    """A value in few characters: what sounds first, then the rest by name.

    >>> label({"s": "bd", "gain": 0.5}), label(1.0), label(["bd", 3])
    ('bd gain 0.5', '1', 'bd:3')
    """
    if isinstance(value, dict):
        plain = [label(value[name]) for name in ("s", "note", "n") if name in value]
        rest = [f"{name} {label(each)}" for name, each in value.items() if name not in ("s", "note", "n")]
        return " ".join([*plain, *rest])
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, (list, tuple)):
        return ":".join(label(each) for each in value)
    if isinstance(value, str):
        return value
    try:
        return f"{float(value):.4g}"
    except (TypeError, ValueError, OverflowError):
        return str(value)


def lanes(events: Sequence[Event]) -> list[Lane]:
    """Events side by side in rows in which none covers another; those without a beginning are left out."""
    rows: list[Lane] = []
    for event in sorted((each for each in events if each.whole is not None), key=_place):
        row = next((each for each in rows if each[-1].part.end <= event.part.begin), None)
        if row is None:
            rows.append([event])
        else:
            row.append(event)
    return rows


def _place(event: Event) -> tuple[Any, Any, str]:
    return event.part.begin, -event.part.end, label(event.value)


def curve(events: Sequence[Event]) -> list[tuple[float, float, float]]:
    """The moments of a continuous pattern: (begin, end, value) of events without a beginning."""
    found = []
    for each in events:
        value = each.value
        if isinstance(value, dict) and len(value) == 1:
            (value,) = value.values()
        if each.whole is None and isinstance(value, (int, float)) and math.isfinite(value):
            found.append((float(each.part.begin), float(each.part.end), float(value)))
    return found


def strip_text(events: Sequence[Event], begin: float, end: float, width: int = 64) -> str:
    """The strip in characters, `width` of them and one more."""
    rows = []
    scale = width / (end - begin)
    for lane in lanes(events)[:MOST_LANES]:
        row = [" "] * (width + 1)
        for event in lane:
            first = round((float(event.part.begin) - begin) * scale)
            last = min(max(round((float(event.part.end) - begin) * scale), first + 1), width)
            row[first] = "|" if event.has_onset() else "."
            room = last - first - 1
            for place, character in enumerate(label(event.value)[:room]):
                row[first + 1 + place] = character
            row[last] = "|"
        rows.append("".join(row).rstrip())
    moving = curve(events)
    if moving:
        low, high = min(each[2] for each in moving), max(each[2] for each in moving)
        row = [" "] * width
        for first_moment, last_moment, value in moving:
            level = _LEVELS[min(7, int(8 * (value - low) / (high - low)))] if high > low else _LEVELS[3]
            for place in range(
                round((first_moment - begin) * scale), min(round((last_moment - begin) * scale), width)
            ):
                row[place] = level
        rows.append("".join(row) + f"  {low:.4g} to {high:.4g}")
    return "\n".join(rows) if rows else "(silence)"


def strip(events: Sequence[Event], begin: float, end: float) -> Drawing:
    """The strip as shapes: a row for each lane, cycles ruled and numbered, fragments faint."""
    rows = lanes(events)[:MOST_LANES]
    moving = curve(events)
    height = RULER + max(1, len(rows)) * LANE + (2 * LANE if moving else 0) + MARGIN
    drawing = Drawing(WIDTH, height, colours.BACKGROUND)
    scale = (WIDTH - 2 * MARGIN) / (end - begin)

    def x(moment: float) -> float:
        return MARGIN + (moment - begin) * scale

    _ruled(drawing, begin, end, x)
    hues: dict[str, str] = {}
    for number, lane in enumerate(rows):
        top = RULER + number * LANE
        for event in lane:
            text = label(event.value)
            hue = hues.setdefault(text, colours.SLOTS[len(hues) % len(colours.SLOTS)])
            left, right = x(float(event.part.begin)), x(float(event.part.end))
            wide = max(right - left - 2, 1.5)
            whole = event.has_onset()
            drawing.shapes.append(Box(left + 1, top + 2, wide, LANE - 5, hue, 0.85 if whole else 0.35, 3))
            room = int((wide - 6) / CHARACTER)
            if room >= 1:
                shown = text if len(text) <= room else text[: max(room - 1, 1)] + ("…" if room > 2 else "")
                drawing.shapes.append(Words(left + 5, top + LANE / 2, shown, 12, colours.BACKGROUND))
    if moving:
        _wave(drawing, moving, RULER + len(rows) * LANE, x)
    if not rows and not moving:
        drawing.shapes.append(Words(MARGIN + 5, RULER + LANE / 2, "silence", 12, colours.INK_SOFT))
    return drawing


def _ruled(drawing: Drawing, begin: float, end: float, x: Any) -> None:
    quarters = 4 if end - begin <= 8 else 1
    for step in range(int((end - begin) * quarters) + 1):
        moment = begin + step / quarters
        strong = moment == math.floor(moment)
        colour = colours.GRID_STRONG if strong else colours.GRID
        drawing.shapes.append(Line(x(moment), RULER - 4, x(moment), drawing.height - MARGIN / 2, colour))
        if strong and moment < end:
            drawing.shapes.append(Words(x(moment) + 3, RULER / 2, f"{moment:g}", 10, colours.INK_SOFT))


def _wave(drawing: Drawing, moving: list[tuple[float, float, float]], top: float, x: Any) -> None:
    low, high = min(each[2] for each in moving), max(each[2] for each in moving)
    span = high - low or 1.0
    tall = 2 * LANE - 8
    points = [
        (x((first + last) / 2), top + 4 + tall * (1 - (value - low) / span)) for first, last, value in moving
    ]
    for (x1, y1), (x2, y2) in pairwise(points):
        drawing.shapes.append(Line(x1, y1, x2, y2, colours.SLOTS[0], 2))
    drawing.shapes.append(Words(x(moving[-1][1]) - 3, top + 8, f"{high:.4g}", 10, colours.INK_SOFT, "right"))
    drawing.shapes.append(
        Words(x(moving[-1][1]) - 3, top + tall, f"{low:.4g}", 10, colours.INK_SOFT, "right")
    )
