"""A picture: shapes, and three ways to see them: a file, a notebook, a terminal.

>>> from livecode.pictures.roll import Mark, Roll
>>> picture = Picture.of_roll(Roll((Mark(0, 1, "d1", "pluck", 60),), 0, 1))
>>> "C4" in str(picture), picture._repr_svg_().startswith("<svg")
(True, True)
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from livecode.errors import FileProblem
from livecode.pictures import layout, svg, terminal
from livecode.pictures.layout import Drawing
from livecode.pictures.roll import Roll

TERMINAL_WIDTH, TERMINAL_HEIGHT = 80, 24

InCharacters = Callable[[int, int, bool], str]
"""Width, height and whether in colour, to lines of text."""


@dataclass(frozen=True, eq=False)
class Picture:
    """What `show(...)` gives: the prompt and notebooks display it, `save("file.png")` keeps it."""

    drawing: Drawing
    in_characters: InCharacters
    title: str = ""

    @classmethod
    def of_roll(cls, roll: Roll) -> Picture:
        """A piano roll as a picture."""
        return cls(
            layout.draw(roll),
            lambda width, height, colour: terminal.draw(roll, width, height, colour),
            roll.title,
        )

    def above(self, other: Picture) -> Picture:
        """This picture and another under it, as one."""
        wide = max(self.drawing.width, other.drawing.width)
        both = Drawing(wide, self.drawing.height + other.drawing.height, self.drawing.background)
        both.shapes = [
            *self.drawing.shapes,
            *(layout.moved(shape, self.drawing.height) for shape in other.drawing.shapes),
        ]

        def characters(width: int, height: int, colour: bool) -> str:
            half = max(3, height // 2)
            parts = (self.in_characters(width, half, colour), other.in_characters(width, half, colour))
            return "\n".join(parts)

        return Picture(both, characters, f"{self.title}, {other.title}")

    def save(self, path: str | Path) -> Path:
        """Write the picture to a .png or .svg file; gives its path.

        Raises FileProblem for other endings and where it cannot be written.
        """
        target = Path(path).expanduser()
        ending = target.suffix.lower()
        try:
            if ending == ".png":
                target.write_bytes(self.png())
            elif ending == ".svg":
                target.write_text(svg.text(self.drawing), encoding="utf-8")
            else:
                raise FileProblem(f"cannot write {target}: its name must end in .png or .svg")
        except OSError as error:
            if isinstance(error, FileProblem):
                raise
            raise FileProblem(f"cannot write {target}: {error.strerror or error}") from None
        return target

    def png(self) -> bytes:
        """The picture as the bytes of a PNG file."""
        from livecode.pictures.png import paint

        file = io.BytesIO()
        paint(self.drawing).save(file, format="PNG", optimize=True)
        return file.getvalue()

    def _repr_svg_(self) -> str:
        return svg.text(self.drawing)

    def __str__(self) -> str:
        return self.in_characters(TERMINAL_WIDTH, TERMINAL_HEIGHT, False)

    def __repr__(self) -> str:
        return f"<picture {self.title or 'without a title'}, {self.drawing.width} by {self.drawing.height}>"
