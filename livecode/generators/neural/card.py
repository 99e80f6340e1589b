"""The card of a net that was just trained: what it learned from, how, and what came of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from shlex import join
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from livecode.generators.neural.trainer import Trainer

CARD = "README.md"
MARK = "written by livecode train"


def write_card(folder: Path, data: str, trainer: Trainer) -> None:
    """Write README.md beside the weights, unless somebody has written one by hand."""
    place = folder / CARD
    if place.is_file() and MARK not in place.read_text("utf-8"):
        return
    task, plan = trainer.task, trainer.plan
    size = sum(value.numel() for value in trainer.net.parameters())
    best = (
        min(trainer.log, key=lambda entry: entry["valid"])
        if trainer.log
        else {"valid": float("nan"), "epoch": 0}
    )
    settings = ", ".join(f"{name} {value}" for name, value in vars(plan).items())
    sizes = ", ".join(f"{name} {value}" for name, value in task.config.to_dict().items())
    place.write_text(
        f"""# {folder.name}

A {task.config.kind} of {size / 1e6:.1f} M parameters, {MARK}: `neural("{folder.name}")`.

- **Data**: {Path(data).name}, {task.size} pieces, {task.tokens} tokens a pass; some pieces, whole tune
  families of a corpus, were kept apart to choose the weights by. Whether the weights may be passed on depends
  on the data.
- **Figures**: {best["valid"]:.4f} nats a token on the pieces kept apart, at epoch {best["epoch"]} of
  {plan.epochs}, after {trainer.seconds / 60:.0f} minutes on {trainer.device}.
- **Sizes**: {sizes}.
- **Plan**: {settings}.
- **Recipe**: `{recipe(sys.argv)}`

![curve](curve.png)
""",
        "utf-8",
    )


def recipe(typed: Sequence[str]) -> str:
    """The command that was typed, as it may be published: of paths their last names.

    >>> recipe(["/usr/bin/livecode", "train", "/home/me/tunes", "-o", "mine"])
    'livecode train tunes -o mine'
    """
    words = typed[2:] if typed[1:2] == ["train"] else typed[1:]
    return "livecode train " + join(Path(word).name if "/" in word else word for word in words)
