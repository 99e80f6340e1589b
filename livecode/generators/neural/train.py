"""Trains a net on music: on a CPU, on one GPU, or on several.

    livecode train ~/tunes -o mine
    python -m livecode.generators.neural.train DATA.json -o models/chorale --epochs 16
    python -m livecode.generators.neural.train DATA.json -o models/chorale --resume
    torchrun --nproc-per-node 4 -m livecode.generators.neural.train DATA.json -o models/big --size base

DATA is a folder of music, a corpus by its name, several of these, or JSON that holds {"train": [...],
"valid": [...]}: pieces as steps of MIDI pitches. Tunes whose kind is known (R: in ABC files, the book's own
word, or from which of several corpora they are) are told apart by it: `style="<jig reel>"` asks for one.
Melodies are learned note by note, music in several parts on a grid of sixteenths,
each piece in a key drawn by chance among those that keep every voice in its range. A part of the pieces
(`valid`, whole tune families of a corpus) chooses the best weights (an exponential mean of those trained),
which are written in half precision to the folder named by -o whenever they are better, with the run's log,
its curve as a picture and a card. The state of training itself goes beside them under `run/`, so that
`--resume` goes on after an interruption, also with a later end: the rate only falls in the last `--cool` of
the run. It stops early when `--patience` measures in a row brought no gain.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import torch

from livecode.errors import FileProblem
from livecode.generators.neural import checkpoint
from livecode.generators.neural.build import model_folder
from livecode.generators.neural.card import write_card
from livecode.generators.neural.config import (
    LARGEST,
    SIZES,
    TUNE_SIZES,
    Config,
    EnsembleConfig,
    half_bytes,
)
from livecode.generators.neural.data import (
    Pitches,
    given_as,
    keep_tunes,
    one_voice,
    read_splits,
    read_tunes,
)
from livecode.generators.neural.model import ChoraleNet, filled
from livecode.generators.neural.tasks import ChoraleTask, EnsembleTask, PartsTask, Task, TuneTask
from livecode.generators.neural.trainer import Plan, Trainer, estimate, keep_memory, suiting
from livecode.generators.neural.tunes import MOST_STYLES, TuneConfig
from livecode.sets import own

Net = TypeVar("Net", Config, TuneConfig)


def task_of(chosen: argparse.Namespace, plan: Plan) -> Task:
    """What to learn from the data that was named: melodies note by note, anything else on a grid."""
    tunes = read_tunes(chosen.data, plan.seed, chosen.styles, said)
    usual = (SIZES if tunes is None else TUNE_SIZES)[chosen.size]
    sizes = {**usual, **{k: v for k, v in vars(chosen).items() if k in (*usual, "ears") and v}}
    if tunes is not None:
        sizes.pop("ears", None)
        name = keep_tunes(chosen.data, chosen.out)
        train, valid, styles = tunes
        config = fitting(TuneConfig(**sizes, styles=styles), chosen)
        return TuneTask(config, train, valid, dropout=plan.dropout, forget=plan.forget, name=name)
    grid = fitting(Config(**sizes), chosen)
    pieces = read_splits(chosen.data, grid, plan.seed, said)
    if chosen.voice is not None:
        pieces = one_voice(pieces[0], chosen.voice), one_voice(pieces[1], chosen.voice)
    grid = fitting(replace(grid, voices=pieces[0][0].shape[1]), chosen)
    if chosen.members:
        return ensemble_of(chosen.members, sizes, pieces, plan)
    kind = PartsTask if grid.ears else ChoraleTask
    return kind(
        grid,
        *pieces,
        dropout=plan.dropout,
        forget=plan.forget,
        shuffled=plan.shuffled,
        beyond=plan.beyond,
    )


def said(line: str) -> None:
    """Say one line to the person at the terminal; of several processes the first one does."""
    if os.environ.get("RANK", "0") == "0":
        sys.stderr.write(line + "\n")


def fitting(config: Net, chosen: argparse.Namespace) -> Net:
    """The sizes, with as many layers fewer as keep the file small where nobody said how many.

    Ears, or more voices than four, would make a large net larger than its file may be. Raises FileProblem
    for sizes that cannot be.
    """
    try:
        config = type(config).from_dict(config.to_dict())
    except ValueError as problem:
        raise FileProblem(f"a net of these sizes cannot be: {problem}") from None
    while chosen.layers is None and config.layers > 1 and half_bytes(config) > LARGEST:
        config = replace(config, layers=config.layers - 1)
    checkpoint.checked_size(config)
    return config


def ensemble_of(
    names: list[str], sizes: dict[str, int], pieces: tuple[list[Pitches], list[Pitches]], plan: Plan
) -> EnsembleTask:
    """A net over nets of one voice each, highest first, as many as the pieces have voices."""
    loaded = [checkpoint.load(model_folder(name)) for name in names]
    for name, each in zip(names, loaded):
        if not isinstance(each.config, Config) or each.config.voices != 1:
            raise FileProblem(f"{name} is no net of one voice: train one with --voice")
    members, width = list[ChoraleNet](), 0
    for each in loaded:
        assert isinstance(each.config, Config)
        width = each.config.width
        members.append(filled(ChoraleNet(each.config), each.arrays))
    voices = pieces[0][0].shape[1]
    if len(members) != voices or any(member.config.width != width for member in members):
        raise FileProblem(f"{voices} voices need as many nets of one width: train them alike")
    config = EnsembleConfig(**sizes, voices=voices, member_width=width)
    checkpoint.checked_size(config)
    task = EnsembleTask(config, members, *pieces, dropout=plan.dropout, forget=plan.forget)
    task.home = {"members": [Path(name).name for name in names]}
    return task


def main(arguments: Iterable[str] | None = None) -> int:
    """`livecode train CORPUS -o NAME`: train a net and put it where `neural(NAME)` finds it."""
    parser = argparse.ArgumentParser(prog="livecode train", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "data", nargs="+", help="a folder of music, a corpus by name, several of them, or JSON"
    )
    parser.add_argument("-o", "--out", type=Path, required=True, help="a name in models/, or a folder")
    parser.add_argument("--size", choices=sorted(SIZES), help="tiny, or small with a GPU")
    for name in ("width", "layers", "heads", "head_width", "head_hidden", "head_blocks", "ears"):
        parser.add_argument("--" + name.replace("_", "-"), type=int)
    for name, kind in Plan.__annotations__.items():
        parser.add_argument("--" + name, type=float if "float" in kind else int, default=getattr(Plan, name))
    parser.add_argument("--voice", type=int, help="learn this part alone, 0 the top")
    parser.add_argument("--members", nargs="+", metavar="MODEL", help="combine these nets of one voice each")
    parser.add_argument(
        "--styles", type=int, default=MOST_STYLES, help="tell so many kinds of tunes apart at most"
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--resume", action="store_true", help="go on where the last run stopped")
    parser.add_argument("--stop", type=int, metavar="EPOCH", help="stop early, to go on later with --resume")
    chosen = parser.parse_args(list(arguments) if arguments is not None else None)
    if chosen.size is None:
        chosen.size = "small" if torch.cuda.is_available() else "tiny"
    keep_memory()
    torch.set_num_threads(chosen.threads)
    plan = Plan(**{name: getattr(chosen, name) for name in Plan.__annotations__}).checked()
    if chosen.out.parent == Path() and not chosen.out.is_dir():
        chosen.out = (own()[0] if own() else Path()) / "models" / chosen.out
    try:
        chosen.out.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise FileProblem(
            f"no net can be put in {chosen.out} ({problem.strerror}): give another -o"
        ) from None
    torch.manual_seed(plan.seed)
    task = task_of(chosen, plan)
    plan = suiting(plan, task.tokens)
    trainer = Trainer(task, plan, chosen.out)
    if chosen.resume:
        trainer.restore()
    size = sum(value.numel() for value in trainer.net.parameters())
    minutes = estimate(trainer) / 60
    if trainer.rank == 0:
        sys.stderr.write(
            f"{size / 1e6:.1f} M parameters, {task.size} pieces, {task.tokens} tokens a pass, "
            f"{plan.epochs} passes, {trainer.device}: about {minutes:.0f} minutes\n"
        )
    best = trainer.run(chosen.stop)
    if trainer.rank == 0:
        write_card(chosen.out, given_as(chosen.data), trainer)
        sys.stderr.write(f"{best:.4f} nats a token; play it: neural({chosen.out.name!r})\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
