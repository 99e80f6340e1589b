"""Where everything of a piano roll goes: rectangles, lines and words, in pixels.

A piece longer than sixteen cycles is broken into systems, one under the other, as a score is. Pitched slots
share one field of semitones; drums have a row each, by name, under it.

>>> from livecode.pictures.roll import Mark, Roll
>>> drawing = draw(Roll((Mark(0, 0.25, "d1", "pluck", 60),), 0, 1))
>>> drawing.width, any(isinstance(shape, Box) for shape in drawing.shapes)
(1600, True)
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from livecode.pictures import colours
from livecode.pictures.roll import Mark, Roll, pitch_name

WIDTH = 1600
WIDER = 2400
LONG = 96
MARGIN = 28
GUTTER = 84
HEADER = 84
BAND = 22
GAP = 26
DRUM_HEIGHT = 15
BLACK_KEYS = frozenset({1, 3, 6, 8, 10})


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle; opacity 0 to 1."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    opacity: float = 1.0
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line one or more pixels wide."""

    x1: float
    y1: float
    x2: float
    y2: float
    colour: str
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Words:
    """Text; `anchor` is left, middle or right, and `y` the middle of its height."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    anchor: str = "left"


Shape = Box | Line | Words


def moved(shape: Shape, down: float) -> Shape:
    """A shape so many pixels lower.

    >>> moved(Box(0, 5, 1, 1, "red"), 10).y
    15
    """
    if isinstance(shape, Line):
        return replace(shape, y1=shape.y1 + down, y2=shape.y2 + down)
    return replace(shape, y=shape.y + down)


@dataclass
class Drawing:
    """Shapes in the order they are painted."""

    width: int
    height: int
    background: str
    shapes: list[Shape] = field(default_factory=list)


@dataclass(frozen=True)
class Field:
    """The geometry that all systems share."""

    cycles: int
    low: int
    high: int
    row: float
    drums: tuple[tuple[str, str], ...]
    width: float

    @property
    def pitched_height(self) -> float:
        return (self.high - self.low + 1) * self.row if self.high >= self.low else 0.0

    @property
    def height(self) -> float:
        drums = len(self.drums) * DRUM_HEIGHT
        return self.pitched_height + drums + (8 if drums and self.pitched_height else 0)

    @property
    def drum_top(self) -> float:
        return self.pitched_height + (8 if self.pitched_height else 0)

    def x(self, cycles: float) -> float:
        return MARGIN + GUTTER + self.width * cycles / self.cycles


def draw(roll: Roll, width: int | None = None) -> Drawing:
    """Lay a roll out as shapes: `width` pixels wide (1600; 2400 for a long piece), as high as it needs."""
    if width is None:
        width = WIDTH if roll.cycles <= LONG else WIDER
    shared = _field(roll, width)
    systems = -(-roll.cycles // shared.cycles)
    band = BAND if roll.sections else 0
    pitch_of_system = band + 18 + shared.height + GAP
    height = round(HEADER + systems * pitch_of_system + MARGIN)
    drawing = Drawing(width, height, colours.BACKGROUND)
    _header(drawing, roll)
    for number in range(systems):
        first = roll.begin + number * shared.cycles
        last = min(first + shared.cycles, roll.end) if roll.end > roll.begin else first + 1
        top = HEADER + number * pitch_of_system
        _sections(drawing, roll, shared, first, last, top)
        _grid(drawing, shared, first, last, top + band + 18)
        for mark in roll.marks:
            if mark.begin < last and mark.end > first:
                _mark(drawing, shared, mark, first, last, top + band + 18)
    return drawing


def cycles_in_a_system(cycles: int) -> int:
    """How many cycles stand in one line.

    >>> [cycles_in_a_system(n) for n in (1, 16, 40, 192)]
    [1, 16, 16, 32]
    """
    if cycles <= 16:
        return max(1, cycles)
    return 16 if cycles <= LONG else 32


def _field(roll: Roll, width: int) -> Field:
    cycles = cycles_in_a_system(roll.cycles)
    span = roll.pitches()
    low, high = (span[0] - 1, span[1] + 1) if span else (0, -1)
    if span and high - low < 14:
        low, high = low - (14 - (high - low)) // 2, high + (15 - (high - low)) // 2
    rows = high - low + 1
    row = 12.0 if rows <= 30 else 9.0 if rows <= 48 else 6.0
    if roll.cycles > LONG:
        row *= 0.8
    return Field(cycles, low, high, row, tuple(roll.drums()), width - 2 * MARGIN - GUTTER)


def _header(drawing: Drawing, roll: Roll) -> None:
    drawing.shapes.append(Words(MARGIN, 30, roll.title or "livecode", 24, colours.INK))
    x = float(MARGIN)
    for slot, names in roll.legend():
        text = f"{slot}  {names}" if slot else names
        drawing.shapes.append(Box(x, 57, 12, 12, colours.slot_colour(slot), radius=3))
        drawing.shapes.append(Words(x + 18, 63, text, 13, colours.INK_SOFT))
        x += 18 + 7.2 * len(text) + 24
        if x > drawing.width - 160:
            break


def _sections(drawing: Drawing, roll: Roll, shared: Field, first: int, last: int, top: float) -> None:
    for number, section in enumerate(roll.sections):
        begin, end = max(section.begin, first), min(section.end, last)
        if begin >= end:
            continue
        x1, x2 = shared.x(begin - first), shared.x(end - first)
        colour = colours.SECTIONS[number % len(colours.SECTIONS)]
        drawing.shapes.append(Box(x1 + 1, top, x2 - x1 - 2, BAND - 5, colour, 0.85, 4))
        room = int((x2 - x1 - 12) / 7.5)
        if room >= 3:
            drawing.shapes.append(Words(x1 + 8, top + 8, section.name[:room], 12, colours.INK))


def _grid(drawing: Drawing, shared: Field, first: int, last: int, top: float) -> None:
    add = drawing.shapes.append
    left, right = shared.x(0), shared.x(last - first)
    add(Box(left, top, right - left, shared.height, colours.PANEL))
    for pitch in range(shared.low, shared.high + 1):
        y = top + (shared.high - pitch) * shared.row
        if pitch % 12 in BLACK_KEYS:
            add(Box(left, y, right - left, shared.row, colours.KEY_BLACK))
        if pitch % 12 == 0:
            add(Line(left, y + shared.row, right, y + shared.row, colours.GRID_STRONG))
            add(Words(left - 8, y + shared.row / 2, pitch_name(pitch), 12, colours.INK_SOFT, "right"))
    for number, (slot, name) in enumerate(shared.drums):
        y = top + shared.drum_top + number * DRUM_HEIGHT
        add(Line(left, y + DRUM_HEIGHT, right, y + DRUM_HEIGHT, colours.GRID))
        add(Words(left - 8, y + DRUM_HEIGHT / 2, name[:10] or slot, 12, colours.slot_colour(slot), "right"))
    beats = 4 if shared.width / shared.cycles >= 64 else 1
    every = 1 if shared.width / shared.cycles >= 36 else 4
    for step in range((last - first) * beats + 1):
        x = shared.x(step / beats)
        strong = step % beats == 0
        add(Line(x, top, x, top + shared.height, colours.GRID_STRONG if strong else colours.GRID))
        cycle = first + step // beats
        if strong and cycle < last and cycle % every == 0:
            add(Words(x + 3, top - 8, str(cycle), 11, colours.INK_SOFT))


def _mark(drawing: Drawing, shared: Field, mark: Mark, first: int, last: int, top: float) -> None:
    x1, x2 = shared.x(max(mark.begin, first) - first), shared.x(min(mark.end, last) - first)
    colour = colours.slot_colour(mark.slot)
    opacity = 0.35 + 0.65 * mark.strength
    if mark.pitch is None:
        if mark.begin < first:
            return
        y = top + shared.drum_top + shared.drums.index((mark.slot, mark.name)) * DRUM_HEIGHT
        size = DRUM_HEIGHT - 6
        length = max(3.0, min(size, x2 - x1 - 1))
        drawing.shapes.append(Box(x1 + 0.5, y + 3, length, size, colour, opacity, 3))
        return
    y = top + (shared.high - mark.pitch) * shared.row
    # A hair's gap before the next note keeps repeated notes apart.
    length = max(2.0, x2 - x1 - 1)
    drawing.shapes.append(
        Box(x1 + 0.5, y + 0.5, length, shared.row - 1, colour, opacity, min(3.0, shared.row / 3))
    )
