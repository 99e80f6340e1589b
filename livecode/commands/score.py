"""Tell how likely a model finds given music: nats a token and nats a note, less being better.

    livecode score chorale models/jsb/jsb16.json.gz
    livecode score bach chorales.json
    livecode score 'markov("folk")' mine.mid --json

MODEL is a trained net, a corpus (its chain is asked), a kept composer, or an expression that gives one.
FILE is music (MIDI, **kern, ABC, MusicXML, a folder of them) or JSON in the form of the JSB chorale splits.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from livecode.errors import FileProblem, GeneratorError, NameUnknown


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which model, what music."""
    parser.add_argument("model", metavar="MODEL", help="a net, a corpus, or an expression")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="music, or JSB JSON")
    parser.add_argument("--limit", type=int, metavar="N", help="score at most N pieces of each file")
    parser.add_argument("--json", action="store_true", help="one JSON object a file")


def run(options: argparse.Namespace) -> int:
    """Score each file and print a line for it."""
    asked = judge(options.model)
    if options.limit is not None and options.limit < 1:
        raise GeneratorError(f"--limit {options.limit}: give 1 or more")
    missing = next((file for file in options.files if not file.exists()), None)
    if missing is not None:
        raise FileProblem(f"no file {missing}: check the name")
    for file in options.files:
        found = asked(file, options.limit)
        if options.json:
            print(json.dumps(found), flush=True)
            continue
        split = f" ({found['split']})" if found.get("split") else ""
        likely = f"{found['nats_per_token']:.4f} nats a token, {found['nats_per_note']:.3f} nats a note"
        print(f"{file}{split}: {likely}, {found['pieces']} pieces, {found['notes']} notes", flush=True)
    return 0


Judge = Callable[[Path, int | None], dict[str, Any]]


def judge(model: str) -> Judge:
    """What scores a file for the model of a name, a folder or an expression."""
    from livecode.commands.compose import generator, trained

    expression = re.search(r"[(\[]", model)
    if model in trained() or (not expression and Path(model).expanduser().is_dir()):
        return _net(model)
    if not expression:
        from livecode.generators.keeping import names as kept
        from livecode.music.corpus import ALIASES
        from livecode.music.corpus import names as corpora

        known = dict.fromkeys([*trained(), *corpora(), *kept()])
        if model.lower() not in {*known, *ALIASES, *(name.lower() for name in known)}:
            raise NameUnknown("model", model, [*known, *ALIASES], f"there are {', '.join(known)}")
    composer = generator(model).plan.generator
    spec = composer.spec()
    if spec["kind"] == "neural":
        return _net(str(spec["name"]))
    from livecode.generators.markov.build import Learner

    if not isinstance(composer, Learner):
        raise GeneratorError(f"{model} cannot say how likely music is: give a chain or a net")
    from livecode.generators.markov.scoring import score_chain

    learner = composer
    return lambda file, limit: score_chain(learner, model, file, limit)


def _net(name: str) -> Judge:
    from livecode.generators.neural.scoring import score

    return lambda file, limit: score(name, file, limit)
