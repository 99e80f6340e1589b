"""Read music files and say what was found: one JSON line a piece, or the reason a file was skipped.

    livecode corpus ~/tunes
    livecode corpus foster bach.mid

A corpus of models/ may be named too. Files may be MIDI, **kern, ABC or MusicXML.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from livecode.errors import LivecodeError, one_line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which music."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="files, folders, or names of corpora")
    parser.add_argument("--json", action="store_true", help="as always: one JSON object a line")


def run(options: argparse.Namespace) -> int:
    """Print a line a piece and a line a skipped file; 1 when nothing at all could be read."""
    found = 0
    for path in options.paths:
        for row in rows(path):
            found += "skipped" not in row
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
            sys.stdout.flush()
    if not found:
        print("livecode corpus: no music could be read: the lines above say why", file=sys.stderr)
    return 0 if found else 1


def rows(path: str) -> Iterator[dict[str, Any]]:
    """What was read from a path or a named corpus, piece by piece."""
    from livecode.music.corpus import corpus

    try:
        read = corpus(path)
    except LivecodeError as error:
        yield {"file": path, "skipped": one_line(error)}
        return
    for piece in read.pieces:
        phrase = piece.phrase
        yield {
            "file": piece.source or str(Path(path)),
            "name": piece.name,
            "notes": len(phrase),
            "parts": phrase.voices,
            "metre": f"{phrase.metre[0]}/{phrase.metre[1]}",
            "bars": phrase.bars,
            "key": phrase.key or None,
        }
    for file, reason in read.skipped:
        yield {"file": str(file), "skipped": reason}
