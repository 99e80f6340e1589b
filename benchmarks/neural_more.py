"""What `neural.py` prints of the nets besides the chorale's: tunes, parts, ensemble, sizes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from livecode.generators.generator import Context
from livecode.generators.markov.melody import STEPS, TIMES, WIDEST, Tune
from livecode.generators.markov.variable import MelodyModel, held_out, moments_of
from livecode.generators.neural.build import composer
from livecode.generators.neural.config import SIZES, TUNE_SIZES, Config
from livecode.generators.neural.data import Pitches, draw_given, melodies
from livecode.generators.neural.decode import Net
from livecode.generators.neural.gathering import gathered
from livecode.generators.neural.melodies import TuneComposer
from livecode.generators.neural.styles import metre_for
from livecode.generators.neural.trunk import log_softmax
from livecode.generators.neural.tunes import TuneConfig, TuneWalk
from livecode.generators.neural.tunesmith import TuneSmith
from livecode.music.corpus import Corpus, corpus, together
from livecode.music.kinds import kind_of
from livecode.music.phrase import TICKS, Phrase, bar_ticks

Row = dict[str, Any]
AMOUNTS = (0.05, 0.1, 0.15, 0.2, 0.3)


def tunes(name: str, phrases: int) -> dict[str, Row]:
    """The net of tunes beside the chain of variable order, on tunes that neither has seen."""
    made = composer(name)
    smith = made.model.smith
    train, held = held_out(corpus("folk"))
    styles = smith.config.styles
    # A net that tells kinds apart is told each tune's, as its book does; below it is not.
    given = melodies(Corpus("held", [replace(p, kind=kind_of(p.name, p.source)) for p in held]), styles)
    begun = time.process_time()
    net_times, net_steps = [], []
    for tune in given:
        times, steps = smith.chances(tune)
        here = np.arange(len(tune))
        moved = np.diff(tune.heights, prepend=0).clip(-WIDEST, WIDEST) + WIDEST
        net_times.append(times[here, tune.times])
        net_steps.append(steps[here, moved])
    spent = time.process_time() - begun
    net = np.exp(np.concatenate(net_times)), np.exp(np.concatenate(net_steps))
    model = MelodyModel.learn(piece.phrase for piece in train)
    found = moments_of(held)
    kinds = np.zeros(len(found.times), np.int64)
    chain = (
        np.exp(-model.timing.nats(found.timing, kinds, found.times)),
        np.exp(-model.stepping.nats(found.stepping, kinds, found.steps)),
    )

    def nats(amount: float) -> float:
        mixed = [(1 - amount) * a + amount * b for a, b in zip(net, chain)]
        return -float(np.log(mixed[0]).mean() + np.log(mixed[1]).mean())

    mixtures = {amount: nats(amount) for amount in AMOUNTS}
    best = min(mixtures, key=lambda amount: mixtures[amount])
    likelihood: Row = {
        "parameters": sum(int(np.prod(shape)) for shape in smith.config.shapes().values()),
        "tunes held out": len(given),
        "notes": len(net[0]),
        "net, nats a note": nats(0.0),
        "  of its time": -float(np.log(net[0]).mean()),
        "  of its step": -float(np.log(net[1]).mean()),
        "chain, nats a note": nats(1.0),
        "net better by, per cent": 100 * (1 - nats(0.0) / nats(1.0)),
        f"mixture, {best:g} of the chain": mixtures[best],
        "notes scored a second": len(net[0]) / spent,
    }
    if styles:
        plain = [replace(tune, style=0) for tune in given]
        likelihood["net that is not told the kind"] = float(smith.nats_of(plain).mean())
    kinds_told = {f"{name}: kinds (mean)": kinds_composed(made, styles, phrases)} if styles else {}
    samples = [made.compose(Context(), 16 * 4 * TICKS, seed) for seed in range(phrases)]
    # What is composed is in four quarters, so what it stands beside is too.
    real = [piece.phrase for piece in held if piece.phrase.metre == (4, 4)]
    lines = [np.diff(tune.heights) for tune in (Tune.of(piece.phrase) for piece in train)]
    return {
        f"{name}: likelihood": likelihood,
        f"{name}: speed": {**tune_speed(smith), **first_phrase(name)},
        f"{name}: composed (mean, spread)": tune_statistics(samples),
        f"{name}: held-out tunes in 4/4 (mean, spread)": tune_statistics(real),
        f"{name}: copying, composed": tune_copies(samples, lines),
        f"{name}: copying, held-out tunes in 4/4": tune_copies(real, lines),
        **kinds_told,
    }


def kinds_composed(made: TuneComposer, styles: Sequence[str], phrases: int) -> Row:
    """How well each kind is danced, beside real tunes: notes on a quaver of its own metre, notes a bar."""
    told: Row = {}
    for style in styles:
        metre = metre_for(made.home["styles"][style], (4, 4))
        asked = Context(constraints={"style": style})
        tunes = [made.compose(asked, 16 * TICKS, seed) for seed in range(max(4, phrases // 4))]
        onsets = np.concatenate([tune.notes["onset"] for tune in tunes])
        bars, real = real_onsets(made, style, metre)
        quavers = 4 * metre[0] * 8 // metre[1]
        told[f"{style}, {metre[0]}/{metre[1]}: notes on its quavers; real tunes"] = [
            on_quavers(onsets, 16 * TICKS, quavers),
            on_quavers(real, bar_ticks(metre), metre[0] * 8 // metre[1]),
        ]
        told[f"  {style}: notes a bar; real tunes"] = [len(onsets) / (4 * len(tunes)), len(real) / bars]
    return told


def on_quavers(onsets: np.ndarray, length: int, quavers: int) -> float:
    """The share of notes that begin on one of so many quavers of a length."""
    return float((onsets.astype(np.int64) * quavers % length < quavers).mean())


def real_onsets(made: TuneComposer, style: str, metre: tuple[int, int]) -> tuple[int, np.ndarray]:
    """Of the tunes of a kind that are in the metre in which it is danced: their bars, and their onsets."""
    music = together(made.corpus.name.split(" + "))
    lines = [piece.phrase.monophonic() for piece in music if piece.kind == style]
    lines = [line for line in lines if line.metre == metre]
    return sum(line.bars for line in lines), np.concatenate([line.notes["onset"] for line in lines])


FIRST = """
import time
from livecode import *
from livecode.generators.pool import composers
composers().wake()
time.sleep(3)
since = time.monotonic()
made = neural({name!r}, bars={bars})
made.phrase(0)
print(time.monotonic() - since)
"""


def first_phrase(name: str, bars: int = 4, times: int = 5) -> Row:
    """Seconds from a new composer's line to its first phrase, in fresh sessions whose workers are awake."""
    code = FIRST.format(name=name, bars=bars)
    found = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(times)
    ]
    return {
        "first_phrase_s (median)": float(np.median(found)),
        "first_phrase_s (worst)": max(found),
        "load_of_the_machine": os.getloadavg()[0],
    }


def tune_speed(smith: TuneSmith, notes: int = 600) -> Row:
    """Notes a second of CPU, and how long single notes take, of a tune written note by note."""
    random = np.random.default_rng(0)
    writer = smith.write(TuneWalk(48, 260, 0, 62))
    taken, place, height = [], 0, 0
    begun = time.process_time()
    for _ in range(notes):
        since = time.thread_time()
        times = np.exp(log_softmax(writer.times(place)[None])[0])
        chosen = int(random.choice(len(TIMES), p=times / times.sum()))
        steps = np.exp(log_softmax(writer.steps(chosen)[None])[0])
        height += int(random.choice(STEPS, p=steps / steps.sum())) - WIDEST
        height = min(max(height, -12), 24)
        writer.add(place, chosen, height)
        place += TIMES[chosen][0]
        taken.append(time.thread_time() - since)
    median, slow = np.percentile(taken, [50, 99])
    return {
        "notes_per_second": notes / (time.process_time() - begun),
        "note_median_ms": 1e3 * float(median),
        "note_p99_ms": 1e3 * float(slow),
        "p99_over_median": float(slow / median),
    }


def tune_statistics(phrases: list[Phrase]) -> Row:
    """Pitch classes, intervals and groove: means over tunes, and their spread."""
    rows = []
    for phrase in phrases:
        tune = Tune.of(phrase)
        if len(tune) < 8:
            continue
        share = np.bincount(tune.heights % 12, minlength=12) / len(tune)
        steps = np.abs(np.diff(tune.heights))
        # From the first full bar on: a printed tune begins on an upbeat, which on stage is not played.
        bars = [
            frozenset((tune.places[tune.places // tune.bar == bar] % tune.bar).tolist())
            for bar in range(-(-int(tune.places[0]) // tune.bar), int(tune.places[-1]) // tune.bar + 1)
        ]
        alike = [len(a & b) / max(1, len(a | b)) for a, b in pairwise(bars)]
        rows.append(
            {
                "pitch_class_entropy": -float((share[share > 0] * np.log(share[share > 0])).sum()),
                "repeated": float((steps == 0).mean()),
                "stepwise": float(((steps > 0) & (steps <= 2)).mean()),
                "leaps_over_a_fifth": float((steps > 7).mean()),
                "compass_semitones": float(tune.heights.max() - tune.heights.min()),
                "notes_a_quarter": len(tune) * 12 / max(1, int(tune.places[-1])),
                "notes_on_the_beat": float((tune.places % 12 == 0).mean()),
                "groove_alike_from_bar_to_bar": float(np.mean(alike)) if alike else 1.0,
            }
        )
    return {name: [float(f([row[name] for row in rows])) for f in (np.mean, np.std)] for name in rows[0]}


def tune_copies(phrases: list[Phrase], lines: list[np.ndarray]) -> Row:
    """The longest runs of intervals that stand in a tune it learned from."""
    longest = []
    known: dict[int, set[bytes]] = {}

    def runs(size: int) -> set[bytes]:
        if size not in known:
            known[size] = {
                line[n : n + size].astype(np.int8).tobytes()
                for line in lines
                for n in range(len(line) - size + 1)
            }
        return known[size]

    for phrase in phrases:
        steps = np.diff(Tune.of(phrase).heights).astype(np.int8)
        size = 0
        while size < len(steps) and any(
            steps[n : n + size + 1].tobytes() in runs(size + 1) for n in range(len(steps) - size)
        ):
            size += 1
        longest.append(size)
    return {"longest_copied_run": max(longest), "median_copied_run": float(np.median(longest))}


def parts(name: str, pieces: list[Pitches], plain: str = "chorale") -> Row:
    """Nats a free token of the net that hears what is given, beside one that goes by the past alone."""
    net, other = composer(name).net, composer(plain).net
    told: Row = {
        "parameters": sum(int(np.prod(shape)) for shape in net.config.shapes().values()),
    }
    for kind, words in (
        ("nothing", "going on"),
        ("voices", "accompanying one to three voices"),
        ("bars", "filling one to eight bars"),
    ):
        random, nats, without, tokens = np.random.default_rng(0), 0.0, 0.0, 0
        for piece in pieces:
            grid = net.config.classes(piece)
            free = ~draw_given(grid.shape, random, kind)
            nats -= float(net.score(grid, ~free)[free].sum())
            without -= float(other.score(grid)[free].sum())
            tokens += int(free.sum())
        told[f"{words}: nats a free token"] = nats / tokens
        told[f"  the same tokens by {plain!r}, {words}"] = without / tokens
    return told


def ensembles(name: str, pieces: list[Pitches]) -> Row:
    """The deeper net beside its members and their average, on all voices of the pieces."""
    net = gathered(name).net
    voices = net.config.voices
    whole, average, own = 0.0, 0.0, 0.0
    alone, tokens = np.zeros(voices), 0
    for piece in pieces:
        grid = net.config.classes(piece)
        whole -= float(net.score(grid).sum())
        tokens += grid.size
        for voice in range(voices):
            took = np.arange(len(grid)), grid[:, voice]
            said = [
                log_softmax(each.logits_of(grid[:, voice : voice + 1]))[:, 0][took] for each in net.members
            ]
            alone -= [float(each.sum()) for each in said]
            own -= float(said[voice].sum())
            average -= float(np.log(np.mean(np.exp(said), axis=0)).sum())
    return {
        "parameters": sum(int(np.prod(shape)) for shape in net.config.shapes().values()),
        "the ensemble, nats a token": whole / tokens,
        "each member on its own voice": own / tokens,
        "the best member on all voices": float(alone.min()) / tokens,
        "the average of all members' chances": average / tokens,
    }


def sizes(notes: int = 200) -> dict[str, Row]:
    """Speeds of the three sizes of both kinds, with weights by chance: they take as long as learned ones."""
    random = np.random.default_rng(0)
    told: dict[str, Row] = {}
    for size in SIZES:
        config = TuneConfig(**TUNE_SIZES[size])
        arrays = {n: random.normal(0, 0.02, s).astype(np.float32) for n, s in config.shapes().items()}
        count = sum(array.size for array in arrays.values())
        speeds = tune_speed(TuneSmith(config, arrays), notes)
        told[f"{size}, tunes"] = {"parameters": count, **speeds}
        grid = Config(**SIZES[size])
        arrays = {n: random.normal(0, 0.02, s).astype(np.float32) for n, s in grid.shapes().items()}
        told[f"{size}, four voices on a grid"] = {
            "parameters": sum(array.size for array in arrays.values()),
            **grid_speed(Net(grid, arrays), notes),
        }
    return told


def grid_speed(net: Net, frames: int) -> Row:
    """Of chorale-like music, a note struck for four tokens: tokens and notes a second of CPU."""
    random = np.random.default_rng(1)
    writer = net.write()
    taken, tokens = [], frames * net.config.frame * net.config.voices
    begun = time.process_time()
    for _ in range(frames):
        since = time.thread_time()
        for _ in range(net.config.frame * net.config.voices):
            writer.logits()
            writer.choose([int(random.integers(20, 40))])
        taken.append(time.thread_time() - since)
    spent = time.process_time() - begun
    median, slow = np.percentile(taken, [50, 99])
    return {
        "tokens_per_second": tokens / spent,
        "notes_per_second": tokens / 4 / spent,
        "eighth_median_ms": 1e3 * float(median),
        "eighth_p99_ms": 1e3 * float(slow),
        "p99_over_median": float(slow / median),
    }
