"""Make a folder for a set of your own: sc/ patterns/ models/, with a small example that plays.

    livecode new rain
    cd rain && livecode play first --watch

Inside the folder its patterns are played by name and its instruments are found first; elsewhere name it with
`--set FOLDER` or as `set` in config.toml.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from livecode.errors import FileProblem

FIRST = '''"""A first set: drums, a bass and a melody, in two sections. Change a line and save."""

from livecode import *

tempo(112)
cycles = 32

d1 >> s("bd*4, ~ cp, hh*8?0.2").gain("1 0.8")
d2 >> note("<c2 c2 ef2 bf1>").synth("bass").struct("t(3,8)").lpf("<400 800>").legato(0.8)
d3 >> n("0 [2 4]*2 <7 9> 4").scale("c minor").synth("bell_tone").room(0.4).every(4, rev)
'''

SOUND = '''"""Instruments of this set. Save the file and the next note uses the new sound."""

from livecode.sound import Control, instrument
from livecode.sound.ugens import *


@instrument("bell_tone", family="mallets", shape="decay", pitched=True,
            bright=Control(0.5, 0, 1, meaning="how strong the upper partials are"))
def bell_tone(freq, velocity, bright):
    """Three sines out of tune with one another: a small bell."""
    upper = SinOsc.ar(freq * 2.76) * bright * 0.4 + SinOsc.ar(freq * 5.4) * bright * 0.2
    return (SinOsc.ar(freq) + upper) * velocity
'''

MODELS = """\
Corpora and trained models of this set, one folder each.

    livecode train --help
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where."""
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="the folder to make")


def run(options: argparse.Namespace) -> int:
    """Make the folder; an existing file is never touched."""
    folder: Path = options.folder.expanduser()
    make(folder)
    print(f"{folder}: a set with patterns/first.py and sc/bell.py")
    print(f"type: cd {folder} && livecode play first --watch")
    return 0


def make(folder: Path) -> None:
    """Write the three folders and the example. Raises FileProblem when something is in the way."""
    if folder.exists() and not folder.is_dir():
        raise FileProblem(f"{folder} is a file: name a folder that does not exist yet")
    if folder.is_dir() and any(folder.iterdir()):
        raise FileProblem(f"{folder} is not empty: name a folder that does not exist yet")
    try:
        for room, name, text in (
            ("patterns", "first.py", FIRST),
            ("sc", "bell.py", SOUND),
            ("models", "README.md", MODELS),
        ):
            (folder / room).mkdir(parents=True, exist_ok=True)
            (folder / room / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise FileProblem(f"cannot make {folder}: {error.strerror or error}") from None
