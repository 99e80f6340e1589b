"""What the chains are worth, in one table: likelihood, constraints, copying, speed, deadlines.

    python benchmarks/composers.py [--jsb FILE] [--phrases N] [--quick]

`--jsb` is the JSON file with the `train` and `valid` pieces of the JSB chorales (`shared/corpora/jsb` in the
project's checkout). Times are processor seconds of one core where they can be.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import ppm

from livecode.generators.generator import Context
from livecode.generators.markov import markov
from livecode.generators.markov.build import Learner
from livecode.generators.markov.choir import REST
from livecode.generators.markov.chorale import ChoraleModel
from livecode.generators.markov.copying import Copied
from livecode.generators.markov.fixed import FixedChain
from livecode.generators.markov.variable import MelodyModel, held_out, moments_of
from livecode.generators.pool import composers
from livecode.language.moment import MOMENT, Moment
from livecode.music.corpus import Corpus, Piece, corpus
from livecode.music.phrase import TICKS, Phrase
from livecode.sets import find

BAR = 4 * TICKS


def line(what: str, value: str, wanted: str = "") -> None:
    """One row of the table."""
    print(f"{what:<58} {value:>18}   {wanted}", flush=True)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What some work gives, and the processor time it took."""
    begin = time.process_time()
    return work(), time.process_time() - begin


def chorale_likelihood(path: Path) -> None:
    """Nats per token on the validation pieces, of the model that ships and of the plain relative chain."""
    music = json.loads(path.read_text())
    model = ChoraleModel.load(find("models", "bach") / "chain.npz")
    line("JSB valid, nats/token: markov('bach')", f"{model.nats(music['valid']).mean():.4f}", "<= 0.757")
    line("JSB valid, nats/token: order 4 on the voice's own steps", f"{own_past(music):.4f}")


def own_past(music: dict[str, Any], order: int = 4) -> float:
    """The plain chain: each voice's step by its last four tokens, backing off with a discount of 0.5."""

    def tokens(grid: Any, voice: int) -> list[int]:
        column = [max(REST, chord[voice]) for chord in grid]
        return [200, *(after - before for before, after in pairwise(column))]

    counts: list[dict[Any, dict[int, int]]] = [{} for _ in range(order + 1)]
    for grid in music["train"]:
        for voice in range(4):
            row = tokens(grid, voice)
            for place in range(1, len(row)):
                for size in range(min(order, place) + 1):
                    table = counts[size].setdefault((voice, *row[place - size : place]), {})
                    table[row[place]] = table.get(row[place], 0) + 1
    total = many = 0.0
    for grid in music["valid"]:
        for voice in range(4):
            row = tokens(grid, voice)
            many += len(row)
            for place in range(1, len(row)):
                chance = 1 / 128
                for size in range(min(order, place) + 1):
                    table = counts[size].get((voice, *row[place - size : place]))
                    if table:
                        met = sum(table.values())
                        left = 0.5 * len(table) / met
                        chance = max(table.get(row[place], 0) - 0.5, 0) / met + left * chance
                total -= np.log(chance)
    return float(total / many)


def tune_likelihood() -> None:
    """Nats per note on the frozen tenth of the folk tunes, against a plain PPM of order 9."""
    train, held = held_out(corpus("folk"))
    found, test = moments_of(train), moments_of(held)
    plain = ppm.nats(found, test).mean()
    model = MelodyModel.learn(piece.phrase for piece in train)
    ours = model.nats(test).mean()
    line(f"{len(held)} held-out tunes, nats/note: PPM of order 9", f"{plain:.4f}")
    line("held-out tunes, nats/note: variable order with viewpoints", f"{ours:.4f}", f"<= {0.95 * plain:.4f}")


def speed() -> None:
    """Fitting and composing."""
    folk = corpus("folk")
    copies = -(-1_000_000 // folk.notes)
    many = Corpus("a million", [piece for _ in range(copies) for piece in folk][: len(folk) * copies])
    chosen: list[Piece] = []
    notes = 0
    for piece in many:
        chosen.append(piece)
        notes += len(piece.phrase)
        if notes >= 1_000_000:
            break
    million = Corpus("a million", chosen)
    _, took = timed(lambda: FixedChain.learn(million, 3))
    line(f"fit {notes} notes, fixed order 3", f"{took:.1f} s", "<= 30 s")
    _, took = timed(lambda: MelodyModel.learn(piece.phrase for piece in million))
    line(f"fit {notes} notes, variable order", f"{took:.1f} s", "<= 30 s")
    for name, order, bars, wanted in (
        ("foster", 2, 400, ">= 20000"), ("folk", None, 100, ">= 3000"), ("bach", None, 16, ""),
    ):  # fmt: skip
        chain = Learner.of(name, order).chain
        chain.compose(Context(), BAR, 0)
        phrase, took = timed(lambda chain=chain, bars=bars: chain.compose(Context(), bars * BAR, 1))
        line(f"notes a second, {name}, order {order or 'variable'}", f"{len(phrase) / took:.0f}", wanted)
    asked = Context(constraints={"in_scale": "d major", "begins": "d", "ends": "a"})
    for name, order in (("foster", 3), ("folk", None)):
        chain = Learner.of(name, order).chain
        chain.compose(asked, BAR, 0)
        times = []
        for seed in range(20):
            _, took = timed(lambda chain=chain, seed=seed: chain.compose(asked, 4 * BAR, seed))
            times.append(took)
        line(f"four bars under constraints, {name}", f"{1000 * np.median(times):.1f} ms", "<= 20 ms")
    chain = Learner.of("folk", None).chain
    bar = Phrase.of([62, 64, 66, 67, 69, 67, 66, 64], TICKS // 2)
    _, took = timed(lambda: [chain.model.having_heard(bar) for _ in range(20)])  # type: ignore[attr-defined]
    line("learn a bar", f"{1000 * took / 20:.1f} ms", "<= 10 ms")


def constraints(phrases: int) -> None:
    """Phrases that break what was asked of them, and the longest run copied."""
    scale = {2, 4, 5, 7, 9, 10, 0}
    asked = {"in_scale": "d minor", "begins": "d", "ends": "a", "max_copy": 8}
    for name, order, count in (
        ("foster", 3, phrases),
        ("folk", None, phrases // 10),
        ("bach", None, phrases // 20),
    ):
        learner = Learner.of(name, order)
        chain = learner.chain
        voices = 4 if name == "bach" else 1
        lines = [
            piece.phrase.voice(voice).notes["pitch"].tolist() if voices == 4 else
            piece.phrase.monophonic().notes["pitch"].tolist()
            for piece in learner.music() for voice in range(voices)
        ]  # fmt: skip
        copied = Copied(lines, 8)
        broken = longest = 0
        previous = None
        for seed in range(count):
            if seed % 16 == 0:
                previous = None
            phrase = chain.compose(Context(previous=previous, constraints=asked), 4 * BAR, seed)
            top = phrase.voice(0).notes["pitch"].tolist()
            broken += (
                any(pitch % 12 not in scale for pitch in phrase.notes["pitch"].tolist())
                or top[0] % 12 != 2
                or top[-1] % 12 != 9
            )
            for voice in range(voices):
                sung = phrase.voice(voice).notes["pitch"].tolist()
                before = previous.voice(voice).notes["pitch"].tolist() if previous is not None else []
                longest = max(longest, copied.longest_run([*before[-8:], *sung]))
            previous = phrase
        line(f"{name}: phrases of {count} that break a constraint", f"{broken}", "0")
        line(f"{name}: a run of more than 8 notes in the corpus", "yes" if longest > 8 else "none", "none")


def deadlines(bars: int) -> None:
    """Cycles of eight slots that had to play their fallback, at 180 beats a minute."""
    slots = [markov("foster", order=2, seed=seed) for seed in range(4)]
    slots += [markov("folk", seed=seed) for seed in range(2)]
    slots += [markov("bach", seed=seed).voice(seed) for seed in range(2)]
    cycle_seconds = 4 * 60 / 180
    told: list[str] = []
    for stream in slots:
        ask(stream, 0, 10.0, True, told)
    composers().misses.clear()
    begin = time.monotonic()
    for cycle in range(1, bars):
        for stream in slots:
            ask(stream, cycle, 1.0, False, told)
        late = begin + cycle * cycle_seconds - time.monotonic()
        if late > 0:
            time.sleep(late)
    line(f"{bars} bars of 8 slots at 180 bpm: cycles missed", f"{sum(composers().misses.values())}", "0")


def ask(stream: Any, cycle: int, seconds: float, first: bool, told: list[str]) -> None:
    """A query as the stage makes it."""
    live = Moment(offline=False, deadline=time.monotonic() + seconds, first=first, notice=told.append)
    token = MOMENT.set(live)
    try:
        stream.query(cycle, cycle + 1)
    finally:
        MOMENT.reset(token)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--jsb", type=Path, default=None, help="jsb16_train_valid.json")
    parser.add_argument("--phrases", type=int, default=10_000, help="phrases tried under constraints (10000)")
    parser.add_argument("--bars", type=int, default=1000, help="bars of the deadline test (1000)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the phrases, 30 bars")
    options = parser.parse_args()
    named = os.environ.get("LIVECODE_JSB", "")
    jsb = options.jsb or (Path(named) if named else None)
    if jsb is not None:
        chorale_likelihood(jsb)
    tune_likelihood()
    speed()
    constraints(options.phrases // 10 if options.quick else options.phrases)
    deadlines(30 if options.quick else options.bars)


if __name__ == "__main__":
    main()
