"""What the composers are worth, in one table: likelihood, constraints, copying, speed, deadlines, rules.

    python benchmarks/composers.py [--jsb FILE] [--isobar PLACE] [--phrases N] [--bars N] [--quick]

`--jsb` is the JSON file with the `train` and `valid` pieces of the JSB chorales (`shared/corpora/jsb` in the
project's checkout). Times are processor seconds of one core where they can be.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import peers
import ppm
import rules

from livecode.generators.attributes import MEANINGS, measure
from livecode.generators.generator import Context
from livecode.generators.markov import markov
from livecode.generators.markov.build import Learner
from livecode.generators.markov.choir import REST
from livecode.generators.markov.chorale import ChoraleModel
from livecode.generators.markov.copying import Copied
from livecode.generators.markov.fixed import FixedChain, in_home_key
from livecode.generators.markov.variable import MelodyModel, held_out, moments_of
from livecode.generators.pool import composers
from livecode.generators.recombination.build import Cutter
from livecode.generators.recombination.report import Report
from livecode.language.moment import MOMENT, Moment
from livecode.music.corpus import Corpus, Piece, corpus
from livecode.music.key import find_key
from livecode.music.phrase import TICKS, Phrase
from livecode.music.segments import phrase_ends
from livecode.music.spelling import key_signature
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
        ("folk", None, phrases),
        ("bach", None, phrases),
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


def others(place: Path | None) -> None:
    """The same tunes in isobar's chain and in fixed chains without back-off: pitches alone, in one key."""
    folk = corpus("folk")
    train, held = held_out(folk)
    learn = [in_home_key(piece.phrase) for piece in train]
    test = [in_home_key(piece.phrase) for piece in held]
    for order in (1, 3, 4):
        nats, took = peers.fixed_nats(learn, test, order)
        line(
            f"pitches of held-out tunes, nats/note: fixed chain, order {order}",
            f"{nats:.4f}",
            f"{took:.2f} s",
        )
    model = MelodyModel.learn(piece.phrase for piece in train)
    found = moments_of(held)
    nats = model.stepping.nats(found.stepping, np.zeros(len(found.steps), np.int64), found.steps).mean()
    line("pitches of held-out tunes, nats/note: variable order", f"{nats:.4f}")
    if place is None:
        line("isobar's PMarkov", "not installed", "--isobar PLACE")
        return
    said = peers.isobar(place, learn, 200_000)
    line(f"isobar's PMarkov (order 1): fit {said['notes']} notes", f"{said['fit']:.3f} s")
    _, took = timed(lambda: FixedChain.learn(train, 1))
    line("ours, order 1: fit the same (keys, rhythm, sources too)", f"{took:.3f} s")
    chain = Learner.of("folk", 1).chain
    chain.compose(Context(), BAR, 0)
    phrase, took = timed(lambda: chain.compose(Context(), 2000 * BAR, 1))
    line("isobar: pitches a second, one by one", f"{said['speed']:.0f}")
    line("ours, order 1: notes a second, rhythm and reasons too", f"{len(phrase) / took:.0f}")
    copied = Copied(learn, 8)
    runs = lambda notes: sum(copied.forbids(notes[:n][-9:], notes[n]) for n in range(9, len(notes)))  # noqa: E731
    made = said["made"][:20_000]
    line("isobar: notes of 20000 that end a run of 9 in the corpus", f"{runs(made)}", "it has no max_copy")


def steering(count: int) -> None:
    """How far each attribute moves when it is suppressed and rewarded, over so many phrases."""
    for corpus_name, order in (("foster", 3), ("folk", None)):
        chain = Learner.of(corpus_name, order).chain
        for name in MEANINGS:
            means = []
            for amount in (-2.0, 0.0, 2.0):
                context = Context(parameters={f"more {name}": amount} if amount else {})
                phrases = [chain.compose(context, 2 * BAR, seed) for seed in range(count)]
                means.append(np.mean([measure(phrase, name) for phrase in phrases]))
            values = " ".join(f"{mean:6.3f}" for mean in means)
            line(f"{corpus_name}: {name} suppressed, plain, rewarded ({count} phrases)", values, "rising")


def recombined(pieces: int) -> None:
    """Recombination: joins, runs, the plan kept, speed."""
    for name in ("bach chorales", "joplin", "polonaises"):
        recombiner = Cutter(name).recombiner
        fragments, took = timed(recombiner.fragments)
        line(f"{name}: {len(fragments.works)} works cut into {len(fragments)} beats", f"{took:.2f} s")
        longest = joins = beats = 0
        times = []
        for seed in range(pieces):
            previous, phrases = None, []
            for number in range(4):
                begin = time.process_time()
                previous = recombiner.compose(Context(previous=previous), 4 * BAR, 1000 * seed + number)
                took = time.process_time() - begin
                times.append(took)
                phrases.append(previous)
            report = Report.of(phrases, fragments)
            longest, joins, beats = max(longest, report.longest), joins + report.joins, beats + report.beats
        line(f"{name}: joins in {beats} beats", f"{joins}", "each attested: tests")
        line(f"{name}: longest run in one work, in any key", f"{longest} beats", "<= 6")
        line(f"{name}: a four-bar phrase", f"{1000 * np.median(times):.1f} ms")


def listening() -> None:
    """Key finding and phrase ends against what the files say."""
    folk = [piece.phrase for piece in corpus("folk")]
    keys = [(phrase.key, find_key(replace(phrase, key=""))) for phrase in folk if phrase.key]
    line(f"key found as declared, {len(keys)} tunes", f"{np.mean([a == b for a, b in keys]):.1%}")
    same = np.mean([key_signature(a) == key_signature(b) for a, b in keys])
    line("the same key signature", f"{same:.1%}")
    works = Cutter("bach chorales").recombiner.works
    hits = found = wanted = 0
    for work in works:
        ends, ours = set(work.ends), set(phrase_ends(work.phrase))
        hits, found, wanted = hits + len(ends & ours), found + len(ours), wanted + len(ends)
    line(f"phrase ends at the fermatas of {len(works)} chorales: precision", f"{hits / found:.1%}")
    line("recall", f"{hits / wanted:.1%}")


def distant(count: int) -> None:
    """Rhymes and contours, which tie distant notes together."""
    asked = {"in_scale": "d major", "rhymes": "abab", "contour": "arch", "max_copy": 8}
    for name, order in (("foster", 3), ("folk", None)):
        chain = Learner.of(name, order).chain
        broken = 0
        for seed in range(count):
            phrase = chain.compose(Context(constraints=asked), 4 * BAR, seed)
            pitches, onsets = phrase.notes["pitch"].astype(int), phrase.notes["onset"]
            middle = pitches[int(np.argmax(2 * onsets >= phrase.length))]
            last = [pitches[onsets // BAR == bar][-1:].tolist() for bar in range(4)]
            broken += not (
                last[0] == last[2] and last[1] == last[3] and middle > max(pitches[0], pitches[-1])
            )
        line(f"{name}: phrases of {count} that break a rhyme or an arch", f"{broken}", "0")


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
    parser.add_argument("--isobar", type=Path, default=None, help="where isobar is installed")
    parser.add_argument("--bars", type=int, default=1000, help="bars of the deadline test (1000)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the phrases, 30 bars")
    options = parser.parse_args()
    named = os.environ.get("LIVECODE_JSB", "")
    jsb = options.jsb or (Path(named) if named else None)
    if jsb is not None:
        chorale_likelihood(jsb)
    tune_likelihood()
    speed()
    others(options.isobar)
    steering(50 if options.quick else 500)
    recombined(3 if options.quick else 10)
    listening()
    rules.table(jsb, options.quick)
    constraints(options.phrases // 100 if options.quick else options.phrases)
    distant(100 if options.quick else 1000)
    deadlines(30 if options.quick else options.bars)


if __name__ == "__main__":
    main()
