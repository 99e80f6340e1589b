"""Tell how likely a model finds given music: nats a token and nats a note, less being better.

    livecode score chorale models/jsb/jsb16.json.gz
    livecode score chorale mine.mid --json

FILE is music (MIDI, **kern, ABC, MusicXML, a folder of them) or JSON in the form of the JSB chorale splits.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from livecode.errors import FileProblem, GeneratorError, NameUnknown


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which model, what music."""
    parser.add_argument("model", metavar="MODEL", help="a trained model by name, or its folder")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="music, or JSB JSON")
    parser.add_argument("--limit", type=int, metavar="N", help="score at most N pieces of each file")
    parser.add_argument("--json", action="store_true", help="one JSON object a file")


def run(options: argparse.Namespace) -> int:
    """Score each file and print a line for it."""
    from livecode.commands.compose import trained

    if not Path(options.model).expanduser().is_dir() and options.model not in trained():
        names = trained()
        raise NameUnknown("model", options.model, names, f"there are {', '.join(names)}")
    if options.limit is not None and options.limit < 1:
        raise GeneratorError(f"--limit {options.limit}: give 1 or more")
    missing = next((file for file in options.files if not file.exists()), None)
    if missing is not None:
        raise FileProblem(f"no file {missing}: check the name")
    from livecode.generators.neural.scoring import score

    for file in options.files:
        found = score(options.model, file, options.limit)
        if options.json:
            print(json.dumps(found), flush=True)
            continue
        split = f" ({found['split']})" if found.get("split") else ""
        likely = f"{found['nats_per_token']:.4f} nats a token, {found['nats_per_note']:.3f} nats a note"
        print(f"{file}{split}: {likely}, {found['pieces']} pieces, {found['notes']} notes", flush=True)
    return 0
