"""Trains a net on pieces: on a CPU, on one GPU, or on several.

    python -m livecode.generators.neural.train DATA.json -o models/chorale --epochs 150
    python -m livecode.generators.neural.train DATA.json -o models/chorale --resume
    torchrun --nproc-per-node 4 -m livecode.generators.neural.train DATA.json -o models/big --size base

DATA.json holds {"train": [...], "valid": [...]}: pieces as steps of MIDI pitches; a corpus by its name, or a
folder of music, does as well (`livecode train ~/tunes -o mine`). `train` alone is learned from, each
piece in a key drawn by chance among those that keep every voice in its range; `valid` chooses the best
weights (an exponential mean of those trained), which are written in half precision to the folder named by
-o whenever they are better, with the run's log and its curve as a picture. The state of training itself
goes beside them under `run/`, so that `--resume` goes on after an interruption, also with a later end: the
rate only falls in the last `--cool` of the run.

Matrices are trained by Muon (Jordan et al. 2024), everything else by AdamW; multiplications run in bfloat16.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor

from livecode.errors import FileProblem
from livecode.generators.neural import checkpoint
from livecode.generators.neural.build import model_folder
from livecode.generators.neural.config import SIZES, Config, EnsembleConfig
from livecode.generators.neural.curve import draw_curve
from livecode.generators.neural.data import Pitches, one_voice, read_splits, read_tunes
from livecode.generators.neural.model import ChoraleNet
from livecode.generators.neural.tasks import (
    Arrays,
    ChoraleTask,
    EnsembleTask,
    PartsTask,
    Task,
    TuneTask,
    to_tensors,
)
from livecode.generators.neural.tunes import TuneConfig


@dataclass(frozen=True)
class Plan:
    """How to train.

    `batch` pieces a step; peak `rate` after `warm` steps, the last `cool` of the run falling to nothing;
    `dropout` and `forget` as in `ChoraleNet`; `shuffled`, the share of pieces whose voices are chosen in an
    order drawn by chance; `beyond`, semitones a transposition may leave the voices' ranges; weight `decay`;
    `mean`, how much of the running mean a step keeps; measured every `check` epochs; given up after
    `patience` measures without a gain (0: never).
    """

    epochs: int = 150
    batch: int = 12
    rate: float = 2e-3
    warm: int = 40
    cool: float = 0.35
    dropout: float = 0.2
    forget: float = 0.1
    shuffled: float = 0.5
    beyond: int = 0
    decay: float = 0.5
    mean: float = 0.995
    check: int = 3
    patience: int = 0
    seed: int = 0


def keep_memory() -> None:
    """Ask the C library to keep freed memory: a third of a step on Linux is otherwise page faults."""
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(-3, 1 << 30)  # M_MMAP_THRESHOLD
        libc.mallopt(-1, (1 << 31) - 1)  # M_TRIM_THRESHOLD


class Trainer:
    """A net, what it learns from, and everything needed to go on tomorrow."""

    def __init__(self, task: Task, plan: Plan, out: Path) -> None:
        self.task, self.plan, self.out = task, plan, out
        self.world = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        cuda = torch.cuda.is_available()
        self.device = torch.device(f"cuda:{os.environ.get('LOCAL_RANK', '0')}" if cuda else "cpu")
        if self.world > 1:
            dist.init_process_group("nccl" if cuda else "gloo")
        self.net = task.net.to(self.device)
        self.forward: Any = torch.compile(self.net, dynamic=True) if cuda else self.net
        self.mean = {name: value.detach().clone() for name, value in self.net.named_parameters()}
        self.step, self.done, self.best = 0, 0, float("inf")
        self.seconds, self.log = 0.0, list[dict[str, Any]]()
        matrices, rest = list[Tensor](), list[Tensor]()
        for name, value in self.net.named_parameters():
            inner = value.ndim == 2 and "table" not in name and not name.startswith("logit")
            (matrices if inner else rest).append(value)
        self.optimizers: list[torch.optim.Optimizer] = [
            torch.optim.Muon(matrices, lr=plan.rate, weight_decay=plan.decay, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(rest, lr=plan.rate, betas=(0.9, 0.98), weight_decay=plan.decay / 10),
        ]
        torch.manual_seed(plan.seed + 1 + self.rank)

    # -- one step ---------------------------------------------------------------------------------

    @property
    def steps_per_epoch(self) -> int:
        groups = -(-self.task.size // self.plan.batch)
        return -(-groups // self.world)

    def rate(self, step: int) -> float:
        """Share of the peak rate at a step: a short rise, level, then a straight fall to nothing."""
        total = self.plan.epochs * self.steps_per_epoch
        cooling = max(1.0, self.plan.cool * total)
        return min(1.0, (step + 1) / self.plan.warm, max(0.0, (total - step) / cooling))

    def loss(self, batch: Arrays) -> tuple[Tensor, Tensor]:
        """Sum of nats, and number of tokens, of a batch."""
        with torch.autocast(self.device.type, torch.bfloat16):
            return self.task.loss(self.forward, to_tensors(batch, self.device))

    def learn(self, batch: Arrays) -> float:
        self.net.train()
        nats, notes = self.loss(batch)
        mean = nats / notes
        mean.backward()  # type: ignore[no-untyped-call]
        parameters = list(self.net.parameters())
        if self.world > 1:
            for value in parameters:
                if value.grad is not None:
                    dist.all_reduce(value.grad)
                    value.grad /= self.world
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        share = self.rate(self.step)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self.plan.rate * share
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.step += 1
        keep = min(self.plan.mean, self.step / (self.step + 10))
        with torch.no_grad():
            for name, value in self.net.named_parameters():
                self.mean[name].lerp_(value.detach(), 1.0 - keep)
        return float(mean.detach())

    @torch.no_grad()
    def measure(self) -> float:
        """Nats a note of the mean weights, rounded to half precision as they are kept, on `valid`."""
        self.net.eval()
        trained = {name: value.detach().clone() for name, value in self.net.named_parameters()}
        for name, value in self.net.named_parameters():
            value.copy_(self.mean[name].half().float())
        total, count = 0.0, 0.0
        for batch in self.task.checks():
            nats, notes = self.loss(batch)
            total, count = total + float(nats), count + float(notes)
        for name, value in self.net.named_parameters():
            value.copy_(trained[name])
        return total / count

    # -- the run ----------------------------------------------------------------------------------

    def run(self, stop: int | None = None) -> float:
        """Train to the plan's end, or until epoch `stop`; the best nats a note on `valid`."""
        started, since = time.monotonic(), self.seconds
        worse = 0
        while self.done < min(self.plan.epochs, stop or self.plan.epochs):
            random = np.random.default_rng([self.plan.seed, self.done])
            losses = [
                self.learn(batch)
                for number, batch in enumerate(self.task.epoch(self.plan.batch, random))
                if number % self.world == self.rank
            ]
            self.done += 1
            self.seconds = since + time.monotonic() - started
            if self.done % self.plan.check and self.done != self.plan.epochs:
                continue
            valid = self.measure()
            worse = 0 if valid < self.best else worse + 1
            if self.rank == 0:
                self.note(float(np.mean(losses)), valid)
            self.best = min(self.best, valid)
            if self.plan.patience and worse >= self.plan.patience:
                break
        return self.best

    def note(self, train: float, valid: float) -> None:
        """Write down where the run is; keep the weights when they are the best so far."""
        entry = {
            "epoch": self.done,
            "step": self.step,
            "train": round(train, 5),
            "valid": round(valid, 5),
            "seconds": round(self.seconds, 1),
        }
        self.log.append(entry)
        left = self.seconds / self.done * (self.plan.epochs - self.done) / 60
        mark = "*" if valid < self.best else " "
        sys.stderr.write(
            f"epoch {self.done}/{self.plan.epochs}  train {train:.4f}  valid {valid:.4f} {mark}"
            f"  {self.seconds / 60:.1f} min, about {left:.0f} left\n"
        )
        if valid < self.best:
            arrays = {name: value.cpu().numpy() for name, value in self.mean.items()}
            about = {**entry, "best_valid": entry["valid"], "plan": vars(self.plan)}
            checkpoint.save(self.out, self.task.config, arrays, about, self.task.home)
        lines = "".join(json.dumps(line) + "\n" for line in self.log)
        (self.out / "log.jsonl").write_text(lines)
        draw_curve(self.log, self.out / "curve.png")
        self.store()

    # -- going on later -----------------------------------------------------------------------------

    def store(self) -> None:
        from safetensors.torch import save_file

        tensors = {f"net.{name}": value.detach() for name, value in self.net.named_parameters()}
        tensors |= {f"mean.{name}": value for name, value in self.mean.items()}
        for number, optimizer in enumerate(self.optimizers):
            for index, state in optimizer.state_dict()["state"].items():
                tensors |= {f"optimizer.{number}.{index}.{key}": value for key, value in state.items()}
        folder = self.out / "run"
        folder.mkdir(exist_ok=True)
        (folder / ".gitignore").write_text("*\n")
        about = {"step": self.step, "done": self.done, "best": self.best, "seconds": self.seconds}
        about["best"] = min(line["valid"] for line in self.log)
        save_file(
            {name: value.contiguous().cpu().clone() for name, value in tensors.items()},
            folder / "state.new",
            {
                "about": json.dumps(about),
                "config": json.dumps(self.task.config.to_dict()),
                "log": json.dumps(self.log),
            },
        )
        (folder / "state.new").replace(folder / "state.safetensors")

    def restore(self) -> None:
        from safetensors import safe_open

        with safe_open(self.out / "run" / "state.safetensors", framework="pt") as store:
            about = store.metadata()
            tensors = {name: store.get_tensor(name) for name in store.keys()}  # noqa: SIM118
        if json.loads(about["config"]) != self.task.config.to_dict():
            raise FileProblem(f"{self.out / 'run'} was trained with other sizes: {about['config']}")
        with torch.no_grad():
            for name, value in self.net.named_parameters():
                value.copy_(tensors[f"net.{name}"])
                self.mean[name].copy_(tensors[f"mean.{name}"])
        for number, optimizer in enumerate(self.optimizers):
            state: dict[int, dict[str, Tensor]] = {}
            for name, value in tensors.items():
                if name.startswith(f"optimizer.{number}."):
                    index, key = name.split(".")[2:]
                    state.setdefault(int(index), {})[key] = value
            optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
        found = json.loads(about["about"])
        self.step, self.done, self.best = found["step"], found["done"], found["best"]
        self.seconds, self.log = found["seconds"], json.loads(about["log"])


def estimate(trainer: Trainer) -> float:
    """Seconds the run will take, from two steps on real batches that leave no trace."""
    before = {name: value.detach().clone() for name, value in trainer.net.named_parameters()}
    random = np.random.default_rng(0)
    batches = [batch for _, batch in zip(range(3), trainer.task.epoch(trainer.plan.batch, random))]
    spent, notes = 0.0, 0.0
    for number, batch in enumerate([batches[0], *batches]):
        begun = time.monotonic()
        nats, count = trainer.loss(batch)
        (nats / count).backward()  # type: ignore[no-untyped-call]
        trainer.net.zero_grad(set_to_none=True)
        if number:
            spent, notes = spent + time.monotonic() - begun, notes + float(count)
    with torch.no_grad():
        for name, value in trainer.net.named_parameters():
            value.copy_(before[name])
    return spent / notes * trainer.task.tokens * (trainer.plan.epochs - trainer.done) * 1.15 / trainer.world


def task_of(chosen: argparse.Namespace, plan: Plan) -> Task:
    """What to learn from the data that was named: melodies note by note, anything else on a grid."""
    named = (*SIZES["tiny"], "ears")
    sizes = {**SIZES[chosen.size], **{k: v for k, v in vars(chosen).items() if k in named and v}}
    tunes = read_tunes(chosen.data, plan.seed)
    if tunes is not None:
        config = TuneConfig(**{k: v for k, v in sizes.items() if k not in ("head_width", "ears")})
        return TuneTask(config, *tunes, dropout=plan.dropout, forget=plan.forget, name=chosen.out.name)
    grid = Config(**sizes)
    pieces = read_splits(chosen.data, grid, plan.seed)
    if chosen.voice is not None:
        pieces = one_voice(pieces[0], chosen.voice), one_voice(pieces[1], chosen.voice)
    grid = replace(grid, voices=pieces[0][0].shape[1])
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
        net, width = ChoraleNet(each.config), each.config.width
        net.load_state_dict({name: torch.from_numpy(array) for name, array in each.arrays.items()})
        members.append(net)
    voices = pieces[0][0].shape[1]
    if len(members) != voices or any(member.config.width != width for member in members):
        raise FileProblem(f"{voices} voices need as many nets of one width: train them alike")
    config = EnsembleConfig(**sizes, voices=voices, member_width=width)
    task = EnsembleTask(config, members, *pieces, dropout=plan.dropout, forget=plan.forget)
    task.home = {"members": [Path(name).name for name in names]}
    return task


def main(arguments: Iterable[str] | None = None) -> int:
    """`livecode train CORPUS -o NAME`: train a net and put it where `neural(NAME)` finds it."""
    parser = argparse.ArgumentParser(prog="livecode train", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("data", help="JSON with train and valid, a corpus by name, or a folder of music")
    parser.add_argument("-o", "--out", type=Path, required=True, help="a name in models/, or a folder")
    parser.add_argument("--size", choices=sorted(SIZES), default="small")
    for name in ("width", "layers", "heads", "head_width", "head_hidden", "head_blocks", "ears"):
        parser.add_argument("--" + name.replace("_", "-"), type=int)
    for name, kind in Plan.__annotations__.items():
        parser.add_argument("--" + name, type=float if "float" in kind else int, default=getattr(Plan, name))
    parser.add_argument("--voice", type=int, help="learn this part alone, 0 the top")
    parser.add_argument("--members", nargs="+", metavar="MODEL", help="combine these nets of one voice each")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--resume", action="store_true", help="go on where the last run stopped")
    parser.add_argument("--stop", type=int, metavar="EPOCH", help="stop early, to go on later with --resume")
    chosen = parser.parse_args(list(arguments) if arguments is not None else None)
    keep_memory()
    torch.set_num_threads(chosen.threads)
    plan = Plan(**{name: getattr(chosen, name) for name in Plan.__annotations__})
    if chosen.out.parent == Path() and not chosen.out.is_dir():
        chosen.out = Path("models") / chosen.out
    torch.manual_seed(plan.seed)
    task = task_of(chosen, plan)
    chosen.out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(task, plan, chosen.out)
    if chosen.resume:
        trainer.restore()
    size = sum(value.numel() for value in trainer.net.parameters())
    sys.stderr.write(
        f"{size / 1e6:.1f} M parameters, {task.size} pieces, {task.tokens} tokens a pass, {trainer.device}: "
        f"about {estimate(trainer) / 60:.0f} minutes\n"
    )
    trainer.run(chosen.stop)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
