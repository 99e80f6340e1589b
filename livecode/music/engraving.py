"""Engraved scores, drawn by verovio; PDF through cairosvg (which needs the machine's libcairo) and pypdf."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from livecode.errors import FileProblem
from livecode.music.musicxml import musicxml_bytes
from livecode.music.phrase import Phrase

PAGE = {"pageWidth": 2100, "pageHeight": 2970, "scale": 40, "footer": "none", "header": "none"}
MOST_PAGES = 200


def svg_bytes(phrase: Phrase, tempo: float = 100.0, names: Sequence[str] = ()) -> bytes:
    """A phrase as one SVG picture, as tall as it needs; `names` are those of its parts."""
    toolkit = _engraved(phrase, tempo, names, {**PAGE, "adjustPageHeight": True, "pageHeight": 60_000})
    if toolkit.getPageCount() != 1:
        raise FileProblem(f"{phrase.bars} bars do not fit in one picture: write fewer, or .pdf")
    return str(toolkit.renderToSVG(1)).encode()


def pdf_bytes(phrase: Phrase, tempo: float = 100.0, names: Sequence[str] = ()) -> bytes:
    """A phrase as PDF, A4 pages; `names` are those of its parts."""
    cairosvg = _needed("cairosvg", "PDF")
    pypdf = _needed("pypdf", "PDF")
    toolkit = _engraved(phrase, tempo, names, {**PAGE, "svgViewBox": True})
    pages = min(int(toolkit.getPageCount()), MOST_PAGES)
    writer = pypdf.PdfWriter()
    for page in range(1, pages + 1):
        drawn = cairosvg.svg2pdf(bytestring=str(toolkit.renderToSVG(page)).encode())
        writer.append(io.BytesIO(drawn))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _engraved(phrase: Phrase, tempo: float, names: Sequence[str], options: dict[str, Any]) -> Any:
    verovio = _needed("verovio", "an engraved score")
    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions(options)
    if not toolkit.loadData(musicxml_bytes(phrase, tempo, names).decode()):
        raise FileProblem("verovio cannot draw this phrase: write .ly or .musicxml and look at it elsewhere")
    return toolkit


def _needed(name: str, what: str) -> ModuleType:
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError:
        raise FileProblem(f"{what} needs {name}: pip install {name}") from None
    except OSError:
        cure = "brew install cairo" if sys.platform == "darwin" else "sudo apt-get install libcairo2"
        raise FileProblem(f"{what} needs the library cairo: {cure}, or write .svg") from None
