"""Let a generator write a file of music; no sound is needed.

    livecode compose foster --bars 32 --seed 1 -o tune.mid
    livecode compose chorale --bars 16 --seed 4 -o chorale.mid
    livecode compose recombine --bars 24 --seed 7 -o mosaic.pdf
    livecode compose 'markov("folk", order=4).in_scale("d dorian")' --bars 8 -o dorian.mid

NAME is a trained model, a corpus (a Markov chain learns it), a composer's name, or an expression that gives
one.
The same seed always gives the same notes.
"""

from __future__ import annotations

import argparse
import inspect
import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

from livecode.errors import FileProblem, GeneratorError, NameUnknown


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which generator, how much, to where."""
    parser.add_argument("name", metavar="NAME", help="a model, a corpus, or an expression")
    parser.add_argument("--bars", type=int, default=16, metavar="N", help="bars to write (16)")
    parser.add_argument("--seed", type=int, default=None, metavar="S", help="which piece of that kind (0)")
    parser.add_argument("--tempo", type=float, default=100.0, metavar="BPM", help="tempo of the file (100)")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="FILE.mid")
    parser.add_argument("--json", action="store_true", help="say what was written as JSON")


def run(options: argparse.Namespace) -> int:
    """Compose and write."""
    from livecode.music.writing import write

    if not 1 <= options.bars <= 4096:
        raise GeneratorError(f"--bars {options.bars}: give 1 to 4096")
    if not options.output.parent.is_dir():
        raise FileProblem(f"no folder {options.output.parent} for {options.output.name}: make it first")
    phrase = composed(options.name, options.bars, options.seed)
    write(phrase, options.output, options.tempo)
    about = {"file": str(options.output), "bars": options.bars, "notes": len(phrase), "parts": phrase.voices}
    if options.json:
        print(json.dumps(about))
    else:
        parts = "1 part" if phrase.voices == 1 else f"{phrase.voices} parts"
        print(f"{options.output}: {options.bars} bars, {len(phrase)} notes, {parts}")
    return 0


def composed(name: str, bars: int, seed: int | None) -> Any:
    """So many bars of what a generator composes."""
    from livecode.music.phrase import concat

    stream = generator(name)
    if seed is not None:
        stream = stream.seed(seed)
    each = stream.plan.bars
    whole = concat(stream.phrase(number) for number in range(-(-bars // each)))
    return whole.slice(0, bars * whole.bar)


def generator(name: str) -> Any:
    """The stream that a model's name, a corpus' name or an expression means."""
    from livecode.generators.stream import Stream

    if re.search(r"[(\[]", name):
        stream = _evaluated(name)
        if not isinstance(stream, Stream):
            raise GeneratorError(f'{name} is no generator: write one such as markov("folk")')
        return stream
    from livecode.music.corpus import ALIASES
    from livecode.music.corpus import names as corpora

    models = [model for model in trained() if model not in corpora()]
    if name in models:
        from livecode.generators.neural import neural

        return neural(name)
    if name in corpora() or name in ALIASES or Path(name).expanduser().exists():
        from livecode.generators.markov import markov

        return markov(name)
    from livecode import names as table
    from livecode.generators.keeping import names as kept_names

    composer = table.table().get(name)
    if composer is not None and composer.kind == "composer":
        needed = _needed(getattr(import_module(composer.home), name))
        if not needed:
            return generator(f"{name}()")
        raise GeneratorError(f"{name} needs {needed}: write it as an expression, '{name}(...)'")

    if name in kept_names():
        from livecode.generators.rerank import kept

        return kept(name)
    known = [*models, *corpora(), *kept_names(), *ALIASES]
    raise NameUnknown(
        "generator", name, known, f"there are {', '.join([*models, *corpora(), *kept_names()])}"
    )


def _needed(composer: Any) -> str:
    """The arguments that a composer cannot do without, by name."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    found = inspect.signature(composer).parameters.values()
    return ", ".join(each.name for each in found if each.default is each.empty and each.kind in kinds)


def trained() -> list[str]:
    """The models with weights in the sets' models/ folders."""
    from livecode.sets import listing

    return [name for name, path in listing("models").items() if any(path.glob("*.safetensors"))]


def _evaluated(text: str) -> Any:
    """An expression over the public names; what is wrong with it is one line."""
    from livecode.errors import LivecodeError
    from livecode.repl.faults import read
    from livecode.repl.names import Names
    from livecode.stage.namespace import Namespace

    names = Namespace()
    try:
        return eval(compile(text, "<NAME>", "eval"), names)
    except Exception as error:
        fault = read(error, {"<NAME>": text}.get, Names(names).public())
        raise error if isinstance(error, LivecodeError) else GeneratorError(fault.message) from None
