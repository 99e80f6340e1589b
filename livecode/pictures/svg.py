"""A piano roll as SVG text, for pages, notebooks and print."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

from livecode.pictures.layout import Box, Drawing, Line, Shape, Words, draw
from livecode.pictures.roll import Roll

ANCHORS = {"left": "start", "middle": "middle", "right": "end"}


def write(roll: Roll, path: Path) -> None:
    """Write the roll to an .svg file."""
    path.write_text(text(draw(roll)), encoding="utf-8")


def text(drawing: Drawing) -> str:
    """The drawing as one SVG document.

    >>> text(Drawing(10, 20, "#000000"))[:4]
    '<svg'
    """
    size = f'width="{drawing.width}" height="{drawing.height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {drawing.width} {drawing.height}">'
    ground = f'<rect width="100%" height="100%" fill="{drawing.background}"/>'
    return "\n".join([head, ground, *(_element(shape) for shape in drawing.shapes), "</svg>", ""])


def _element(shape: Shape) -> str:
    if isinstance(shape, Box):
        faint = f' opacity="{shape.opacity:.2f}"' if shape.opacity < 1 else ""
        round_ = f' rx="{shape.radius:g}"' if shape.radius else ""
        place = f'x="{shape.x:.2f}" y="{shape.y:.2f}" width="{shape.width:.2f}" height="{shape.height:.2f}"'
        return f'<rect {place}{round_} fill="{shape.colour}"{faint}/>'
    if isinstance(shape, Line):
        ends = f'x1="{shape.x1:.2f}" y1="{shape.y1:.2f}" x2="{shape.x2:.2f}" y2="{shape.y2:.2f}"'
        return f'<line {ends} stroke="{shape.colour}" stroke-width="{shape.width:g}"/>'
    assert isinstance(shape, Words)
    style = f'font-family="Helvetica, Arial, sans-serif" font-size="{shape.size:g}"'
    place = f'x="{shape.x:.2f}" y="{shape.y:.2f}" text-anchor="{ANCHORS[shape.anchor]}"'
    return f'<text {place} dy=".35em" {style} fill="{shape.colour}">{escape(shape.text)}</text>'
