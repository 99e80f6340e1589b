"""A net tuned on what it composed under rewards, kept as a model of its own: the change is in its weights.

While one plays, `reward` and `suppress` are terms added to the chances of every note. `finetune` makes them a
habit: the net composes some phrases as it is steered now, and its last layer learns from them (`adapter.py`),
so that the new net does by itself what the old one was asked to. All of it happens in a process of its own;
`tuning.py` is the stream that plays on meanwhile.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from livecode.errors import FileProblem, GeneratorError
from livecode.generators.generator import Context
from livecode.generators.neural import adapter, checkpoint
from livecode.generators.neural.build import Trained, composer, model_folder
from livecode.generators.neural.decode import Net
from livecode.generators.neural.melodies import NetTunes, TuneComposer
from livecode.generators.neural.tunesmith import TuneSmith
from livecode.generators.plan import Plan
from livecode.generators.pool import digest
from livecode.music.phrase import SIXTEENTH, Phrase, bar_ticks
from livecode.sets import own

PHRASES, BARS = 24, 8
HOW = adapter.How(rounds=80, rate=5e-4, pull=0.02)


@dataclass(frozen=True)
class Wish:
    """What is to be tuned to what, as plain data: the net's folder, what is asked of it, where it goes."""

    net: str
    folder: str
    asked: dict[str, Any]
    seeds: tuple[int, ...]

    @classmethod
    def of(cls, plan: Plan, name: str) -> Wish:
        """That of a plan as asked now.

        Raises GeneratorError for a composer that is no net, FileProblem for a name that is none and when
        there is no set of one's own.
        """
        generator = plan.generator
        if not isinstance(generator, Trained) or generator.device:
            raise GeneratorError(f"{plan.name} is no net that can be tuned: give one such as neural('folk')")
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}", name):
            raise FileProblem(f"a model called {name!r}: give a name of letters, digits, spaces, - and _")
        sets = own()
        if not sets:
            raise FileProblem(
                "no set of your own to keep it in: type livecode new FOLDER, and play from there"
            )
        asked = Context(constraints=plan.constraints_at(0), parameters=plan.parameters_at(0))
        seeds = (int.from_bytes(digest("finetune", plan.seed, n)[:7], "little") for n in range(PHRASES))
        net = str(model_folder(generator.name).resolve())
        return cls(net, str((sets[0] / "models" / name).resolve()), asked.pack(), tuple(seeds))

    @property
    def key(self) -> bytes:
        """The same for the same wish."""
        return digest(self.net, self.folder, self.asked, self.seeds)

    def phrase(self, number: int) -> dict[str, Any]:
        """What the process is asked for one of the phrases to learn from."""
        return {"net": self.net, "asked": self.asked, "seed": self.seeds[number]}


def drafted(request: dict[str, Any]) -> dict[str, Any]:
    """In the process: one phrase as the net is steered now, packed."""
    asked = Context.unpack(request["asked"])
    made: Phrase = composer(request["net"]).compose(asked, BARS * bar_ticks(asked.metre), request["seed"])
    made.provenance = ()
    return made.pack()


def tuned(request: dict[str, Any]) -> dict[str, float]:
    """In the process: the net tuned on the phrases that it drafted, written to its folder.

    Gives the nats a note that it needed for them before, and needs now.
    """
    folder, asked = Path(request["folder"]), Context.unpack(request["asked"])
    phrases = [Phrase.unpack(each) for each in request["phrases"]]
    source = Path(request["net"])
    loaded = checkpoint.load(source)
    made = composer(request["net"])
    arrays = dict(loaded.arrays)
    better: TuneSmith | Net
    if isinstance(made, TuneComposer):
        made = made.told(asked)
        assert isinstance(made.model, NetTunes)
        tunes = [made.tune_of(phrase, asked.metre) for phrase in phrases]
        smith = adapter.adapted_to(made.model.smith, tunes, HOW)
        arrays["time.weight"], arrays["time.bias"] = np.ascontiguousarray(smith.time.T), smith.time_bias
        better = smith
        before, after = (float(each.nats_of(tunes).mean()) for each in (made.model.smith, smith))
    else:
        net: Net = made.net
        grids = [
            net.config.classes(phrase.grid(SIXTEENTH, net.config.voices).astype(np.int64))
            for phrase in phrases
        ]
        better = adapter.adapted_net(net, grids, how=HOW)
        notes = max(1, sum(len(phrase) for phrase in phrases))
        before, after = (-sum(float(each.score(g).sum()) for g in grids) / notes for each in (net, better))
    # The gain of the norm before the last layer is folded into it where it plays.
    arrays["logit.weight"] = np.ascontiguousarray(better.logit.T / arrays["finish.gain"])
    arrays["logit.bias"] = better.bias
    trained = {**loaded.trained, "tuned_from": source.name, "asked": dict(asked.parameters)}
    checkpoint.save(folder, loaded.config, arrays, trained, loaded.home)
    return {"before": before, "after": after}
