"""The training itself, of any task: one step after another, measured, kept when better, to be gone on with.

Matrices are trained by Muon (Jordan et al. 2024), everything else by AdamW; multiplications run in bfloat16.
Under torchrun every process learns from its own batches and their gradients are averaged.
"""

from __future__ import annotations

import copy
import ctypes
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor

from livecode.errors import ControlError, FileProblem, one_line
from livecode.generators.neural import checkpoint
from livecode.generators.neural.curve import draw_curve
from livecode.generators.neural.tasks import Arrays, Task, to_tensors

PASSES = 3_500_000
"""Tokens after which a net of a few million numbers has mostly learned what a corpus has to teach."""


def suiting(plan: Plan, tokens: int) -> Plan:
    """The plan with as many epochs as suit a corpus of so many tokens, where none are said.

    >>> suiting(Plan(), 220_000).epochs, suiting(Plan(epochs=5), 1).epochs
    (16, 5)
    """
    return plan if plan.epochs else replace(plan, epochs=min(60, max(8, round(PASSES / max(1, tokens)))))


@dataclass(frozen=True)
class Plan:
    """How to train.

    `epochs` 0 is as many as suit the corpus; `batch` pieces a step; peak `rate` after `warm` steps, the last
    `cool` of the run falling to nothing; `dropout` and `forget` as in `ChoraleNet`; `shuffled`, the share of
    pieces whose voices are chosen in an order drawn by chance; `beyond`, semitones a transposition may leave
    the voices' ranges; weight `decay`; `mean`, how much of the running mean a step keeps; measured every
    `check` epochs; given up after `patience` measures without a gain (0: never).
    """

    epochs: int = 0
    batch: int = 12
    rate: float = 2e-3
    warm: int = 40
    cool: float = 0.75
    dropout: float = 0.2
    forget: float = 0.15
    shuffled: float = 0.0
    beyond: int = 0
    decay: float = 0.5
    mean: float = 0.99
    check: int = 1
    patience: int = 6
    seed: int = 0

    def checked(self) -> Plan:
        """This plan; ControlError for one by which nothing could be learned."""
        least = {"epochs": 0, "batch": 1, "warm": 1, "check": 1, "patience": 0, "beyond": 0}
        for name, low in least.items():
            if getattr(self, name) < low:
                raise ControlError(f"--{name} {getattr(self, name)}: give a whole number from {low} on")
        for name, high in {"rate": 1.0, "cool": 1.0, "decay": 10.0, "shuffled": 1.0}.items():
            if not 0 <= getattr(self, name) <= high:
                raise ControlError(f"--{name} {getattr(self, name)}: give a number from 0 to {high:g}")
        for name in ("dropout", "forget", "mean"):
            if not 0 <= getattr(self, name) < 1:
                raise ControlError(f"--{name} {getattr(self, name)}: give a number from 0 to below 1")
        return self


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
            losses = [self.learn(batch) for batch in self.share(random)]
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
        if self.world > 1:
            dist.barrier()
            dist.destroy_process_group()
        return self.best

    def share(self, random: np.random.Generator) -> Iterator[Arrays]:
        """The batches of an epoch that are this process's: as many for each, or they would wait for ever."""
        waiting = list[Arrays]()
        for batch in self.task.epoch(self.plan.batch, random):
            waiting.append(batch)
            if len(waiting) == self.world:
                yield waiting[self.rank]
                waiting.clear()
        if waiting:
            yield waiting[self.rank % len(waiting)]

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
        from safetensors import SafetensorError, safe_open

        where = f"{self.out.name}/run"
        try:
            with safe_open(self.out / "run" / "state.safetensors", framework="pt") as store:
                about = store.metadata() or {}
                tensors = {name: store.get_tensor(name) for name in store.keys()}  # noqa: SIM118
            config, found = json.loads(about["config"]), json.loads(about["about"])
            log = list(json.loads(about["log"]))
        except FileNotFoundError:
            raise FileProblem(f"no run to go on with in {where}: leave out --resume") from None
        except (SafetensorError, OSError, KeyError, TypeError, ValueError) as problem:
            raise FileProblem(f"{where} is damaged ({one_line(problem)}): leave out --resume") from None
        if config != self.task.config.to_dict():
            raise FileProblem(f"{where} was trained with other sizes: {about['config']}")
        wanted = {f"{kind}.{name}": value for name, value in self.mean.items() for kind in ("net", "mean")}
        if any(name not in tensors or tensors[name].shape != value.shape for name, value in wanted.items()):
            raise FileProblem(f"{where} is of another net: leave out --resume")
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
        self.step, self.done, self.best = found["step"], found["done"], found["best"]
        self.seconds, self.log = found["seconds"], log


def estimate(trainer: Trainer) -> float:
    """Seconds the run will take on this machine as it is now, from steps and measures that leave no trace."""
    kept = copy.deepcopy(trainer.net.state_dict()), {n: v.clone() for n, v in trainer.mean.items()}
    states = [copy.deepcopy(optimizer.state_dict()) for optimizer in trainer.optimizers]
    step, chance = trainer.step, torch.get_rng_state()
    random = np.random.default_rng(0)
    batches = [batch for _, batch in zip(range(4), trainer.task.epoch(trainer.plan.batch, random))]
    spent, tokens = 0.0, 0.0
    # The first step is dearer than any that follows.
    for number, batch in enumerate([batches[0], *batches]):
        begun = time.monotonic()
        trainer.learn(batch)
        if number:
            spent += time.monotonic() - begun
            tokens += trainer.task.tokens_of(batch)
    checks = 0.0
    for batch in trainer.task.checks():
        begun = time.monotonic()
        with torch.no_grad():
            trainer.loss(batch)
        checks += time.monotonic() - begun
    trainer.net.load_state_dict(kept[0])
    trainer.mean = kept[1]
    for optimizer, state in zip(trainer.optimizers, states):
        optimizer.load_state_dict(state)
    trainer.step = step
    torch.set_rng_state(chance)
    left = trainer.plan.epochs - trainer.done
    each = spent / tokens * trainer.task.tokens / trainer.world + checks / trainer.plan.check
    return each * left
