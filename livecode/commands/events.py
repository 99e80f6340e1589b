"""Print what a set plays, one JSON object a line, in order of time.

    livecode events dorian_rain --cycles 8
    livecode events mine.py --cycles 4 | head -3

`cycle` and `length` are fractions in quotes, `time` seconds; `slot`, `instrument` and `controls` say what
sounds, `source` which characters of the pattern it came from.
"""

from __future__ import annotations

import argparse
import json
import sys

import livecode.config as settings
from livecode.commands.render import performed
from livecode.commands.sets_by_name import pattern_file, use_set
from livecode.errors import FileProblem


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What, and how long."""
    parser.add_argument("what", metavar="FILE|NAME", help="a pattern file, or the name of a set")
    parser.add_argument("--cycles", type=int, metavar="N", help="how many cycles (the whole set, or 16)")
    parser.add_argument("--json", action="store_true", help="as always: one JSON object a line")
    settings.add_options(parser, ("set", "samples", "tempo"))


def run(options: argparse.Namespace) -> int:
    """Work the events out and print them."""
    config = settings.from_options(options)
    use_set(config)
    if options.cycles is not None and options.cycles < 1:
        raise FileProblem(f"--cycles {options.cycles}: give 1 or more")
    performance = performed(pattern_file(options.what), options.cycles, config)
    for played in performance.events:
        sys.stdout.write(json.dumps(played.json(), separators=(", ", ": ")) + "\n")
    for notice in performance.notices:
        print(f"livecode events: {getattr(notice, 'text', notice)}", file=sys.stderr)
    return 0
