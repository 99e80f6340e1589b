"""A piano roll as a PNG file, drawn at twice the size and brought down so that edges are smooth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from livecode.errors import FileProblem
from livecode.pictures.colours import channels
from livecode.pictures.layout import Box, Drawing, Line, Shape, draw
from livecode.pictures.roll import Roll

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

FINER = 2
ANCHORS = {"left": "lm", "middle": "mm", "right": "rm"}
TALLEST = 16000


def write(roll: Roll, path: Path, width: int | None = None) -> None:
    """Write the roll to a .png file, `width` pixels wide (1600, or 2400 for a long piece).

    Raises FileProblem when the file cannot be written.
    """
    picture = paint(draw(roll, width))
    try:
        picture.save(path, format="PNG", optimize=True)
    except OSError as error:
        raise FileProblem(f"cannot write {path}: {error.strerror or error}") from None


def paint(drawing: Drawing) -> Image.Image:
    """The drawing as a Pillow image."""
    from PIL import Image, ImageDraw

    # A very long piece is drawn at its own size, or the larger copy would need gigabytes.
    finer = FINER if drawing.height * FINER <= TALLEST else 1
    image = Image.new("RGB", (drawing.width * finer, drawing.height * finer), drawing.background)
    brush = ImageDraw.Draw(image, "RGBA")
    for shape in drawing.shapes:
        _paint_one(brush, shape, finer)
    if finer == 1:
        return image
    return image.resize((drawing.width, drawing.height), Image.Resampling.LANCZOS)


def _paint_one(brush: ImageDraw.ImageDraw, shape: Shape, finer: int) -> None:
    if isinstance(shape, Box):
        colour = (*channels(shape.colour), round(255 * shape.opacity))
        corners = (
            shape.x * finer,
            shape.y * finer,
            max(shape.x, shape.x + shape.width) * finer - 1,
            max(shape.y, shape.y + shape.height) * finer - 1,
        )
        if corners[2] < corners[0] or corners[3] < corners[1]:
            return
        if shape.radius:
            brush.rounded_rectangle(corners, shape.radius * finer, fill=colour)
        else:
            brush.rectangle(corners, fill=colour)
    elif isinstance(shape, Line):
        ends = (shape.x1 * finer, shape.y1 * finer, shape.x2 * finer, shape.y2 * finer)
        brush.line(ends, fill=channels(shape.colour), width=max(1, round(shape.width * finer)))
    else:
        place = (shape.x * finer, shape.y * finer)
        brush.text(
            place, shape.text, fill=channels(shape.colour), font=_font(shape.size * finer),
            anchor=ANCHORS[shape.anchor],
        )  # fmt: skip


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(size)
