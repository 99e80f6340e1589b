"""A net tuned on what it composed under rewards, kept as a model of its own: the change is in its weights.

While one plays, `reward` and `suppress` are terms added to the chances of every note. `finetune` makes them a
habit: the stream composes some phrases as it is steered now, and the net's last layer learns from them
(`adapter.py`), so that the new net does by itself what the old one was asked to.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from livecode.errors import FileProblem, GeneratorError
from livecode.generators.generator import Context
from livecode.generators.markov.melody import Tune
from livecode.generators.neural import adapter, checkpoint
from livecode.generators.neural.build import Trained, model_folder
from livecode.generators.neural.decode import Net
from livecode.generators.neural.melodies import NetTunes, TuneComposer
from livecode.generators.neural.tunesmith import TuneSmith
from livecode.generators.plan import Plan
from livecode.generators.pool import digest
from livecode.music.phrase import SIXTEENTH, bar_ticks
from livecode.sets import own

PHRASES, BARS = 24, 8
HOW = adapter.How(rounds=80, rate=5e-4, pull=0.02)


def finetuned(plan: Plan, name: str) -> Path:
    """Write the net of a plan, tuned on what it composes as asked now, to the performer's set; its folder.

    Raises GeneratorError for a composer that is no net, FileProblem when there is no set of one's own.
    """
    generator = plan.generator
    if not isinstance(generator, Trained) or generator.device:
        raise GeneratorError(f"{plan.name} is no net that can be tuned: give one such as neural('folk')")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}", name):
        raise FileProblem(f"a model called {name!r}: give a name of letters, digits, spaces, - and _")
    sets = own()
    if not sets:
        raise FileProblem("no set of your own to keep it in: type livecode new FOLDER, and play from there")
    loaded = checkpoint.load(model_folder(generator.name))
    made = generator.made
    asked = Context(constraints=plan.constraints_at(0), parameters=plan.parameters_at(0))
    length = BARS * bar_ticks(asked.metre)
    seeds = [int.from_bytes(digest("finetune", plan.seed, n)[:7], "little") for n in range(PHRASES)]
    composed = [made.compose(asked, length, seed) for seed in seeds]
    arrays = dict(loaded.arrays)
    tuned: TuneSmith | Net
    if isinstance(made, TuneComposer):
        assert isinstance(made.model, NetTunes)
        smith = adapter.adapted_to(made.model.smith, [Tune.of(phrase) for phrase in composed], HOW)
        arrays["time.weight"], arrays["time.bias"] = np.ascontiguousarray(smith.time.T), smith.time_bias
        tuned = smith
    else:
        net: Net = made.net
        grids = [phrase.grid(SIXTEENTH, net.config.voices).astype(np.int64) for phrase in composed]
        tuned = adapter.adapted_net(net, [net.config.classes(grid) for grid in grids], how=HOW)
    # The gain of the norm before the last layer is folded into it where it plays.
    arrays["logit.weight"] = np.ascontiguousarray(tuned.logit.T / arrays["finish.gain"])
    arrays["logit.bias"] = tuned.bias
    folder = sets[0] / "models" / name
    trained = {**loaded.trained, "tuned_from": generator.name, "asked": dict(asked.parameters)}
    checkpoint.save(folder, loaded.config, arrays, trained, loaded.home)
    return folder
