"""What evolution is worth: speed beside DEAP, how fitness grows, whether variety stays, what taste learns.

    python benchmarks/evolution.py [--quick] [--picture FILE.png] [--device cuda]

Times are processor seconds of one core, the least of some runs, except on a GPU where they are seconds. DEAP
(pip install deap) runs as a process of its own; without it those rows say so.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import listeners
import numpy as np

from livecode.generators.attributes import MEANINGS, measure
from livecode.generators.evolution import evolve
from livecode.generators.evolution.arrays import arrays_on
from livecode.generators.evolution.features import features_of
from livecode.generators.evolution.fitness import (
    chords,
    compass,
    contour,
    in_key,
    returns,
    rhythm,
    small_leaps,
    tension_curve,
)
from livecode.generators.evolution.founders import founders
from livecode.generators.evolution.home import home_of
from livecode.generators.evolution.judging import Judge
from livecode.generators.evolution.preference import Belief, Judgement, basis
from livecode.generators.evolution.songs import Frame, Songs, chance
from livecode.generators.evolution.world import Settings, World
from livecode.generators.pool import composers
from livecode.music.phrase import TICKS

FRAME = Frame.of(16 * TICKS, (4, 4), 4, home_of("d dorian"))
EIGHT = in_key() + small_leaps() + chords() + contour() + compass() + rhythm() + returns() + tension_curve()


def line(what: str, value: str, wanted: str = "") -> None:
    """One row."""
    print(f"{what:<60} {value:>16}   {wanted}", flush=True)


def least(work: Callable[[], Any], runs: int, clock: Callable[[], float] = time.process_time) -> float:
    """The least time of some runs."""
    found = []
    for _ in range(runs):
        begin = clock()
        work()
        found.append(clock() - begin)
    return min(found)


def struck(count: int) -> Songs:
    """Songs of 64 notes: every step struck."""
    songs = chance(count, 1, FRAME, np.random.default_rng(0))
    return songs.having(rest=np.zeros_like(songs.rest))


def speed(runs: int, device: str) -> tuple[float, float]:
    """Scoring and a generation of 10 000 songs of 64 notes."""
    judge = Judge(EIGHT.at(0))
    songs = struck(10_000).on(arrays_on(device))
    clock = time.process_time if device == "cpu" else time.perf_counter
    scoring = least(lambda: judge.score(songs.having(note=songs.note)), runs, clock)
    line(f"10 000 songs of 64 notes on eight terms, {device}", f"{1000 * scoring:.1f} ms", "<= 50")
    world = World.begin(songs, 1, judge)
    generation = least(lambda: world.step(judge, Settings()), runs, clock)
    line(f"a generation of 10 000 songs, {device}", f"{1000 * generation:.1f} ms", "<= 150")
    small = World.begin(struck(256).on(arrays_on(device)), 1, judge)
    each = least(lambda: small.step(judge, Settings()), runs * 3, clock)
    line(f"a generation of 256 songs, as evolve() plays, {device}", f"{1000 * each:.1f} ms")
    return scoring, generation


def beside_deap(scoring: float, generation: float, count: int) -> None:
    """The same songs, terms and kind of generation in DEAP."""
    songs = chance(count, 1, FRAME, np.random.default_rng(3))
    told = [
        [
            [int(p), bool(r), int(d)]
            for p, r, d in zip(songs.pitch[i, 0], songs.rest[i, 0], songs.duration[i, 0])
        ]
        for i in range(count)
    ]
    twin = Path(__file__).with_name("deap_twin.py")
    done = subprocess.run([sys.executable, str(twin)], input=json.dumps(told), capture_output=True, text=True)
    if done.returncode:
        line("DEAP", "not installed", "pip install deap")
        return
    found = json.loads(done.stdout)
    ours = Judge(EIGHT.at(0)).score(songs)
    line(
        "largest difference between DEAP's scores and ours",
        f"{np.abs(ours - found['scores']).max():.1e}",
        "< 1e-3",
    )
    per = 10_000 / count
    line("DEAP, scoring 10 000 songs (from " + f"{count})", f"{1000 * found['scoring'] * per:.0f} ms")
    line("DEAP, a generation of 10 000 songs", f"{1000 * found['generation'] * per:.0f} ms")
    line("scoring: times as fast as DEAP", f"{found['scoring'] * per / scoring:.0f}", ">= 50")
    line("a generation: times as fast as DEAP", f"{found['generation'] * per / generation:.0f}", ">= 50")


def growth(generations: int, picture: Path | None) -> None:
    """Fitness and variety over the generations of one population, from folk tunes and chance."""
    judge = Judge(EIGHT.at(0))
    songs, bank = founders([{"corpus": "folk"}], 256, 1, FRAME, 5)
    world = World.begin(songs, 5, judge, bank)
    log = []
    for number in range(generations + 1):
        log.append(
            (
                number,
                float(world.scores.max()),
                float(world.scores.mean()),
                world.diversity(),
                world.distinct(),
            )
        )
        world.step(judge, Settings())
    print("\ngeneration    best    mean   distance   distinct")
    for number, best, mean, diversity, distinct in log[:: max(1, generations // 8)]:
        print(f"{number:10d} {best:7.3f} {mean:7.3f} {diversity:10.2f} {distinct:10.0%}")
    if picture is not None:
        draw(log, picture)
        print(f"picture: {picture}")


def draw(log: list[tuple[int, float, float, float, float]], path: Path) -> None:
    """Best and mean fitness, and below them the mean distance between songs."""
    from PIL import Image, ImageDraw

    wide, high, left = 960, 560, 60
    image = Image.new("RGB", (wide, high), "white")
    brush = ImageDraw.Draw(image)
    last = log[-1][0] or 1

    def curve(column: int, top: int, bottom: int, low: float, highest: float, colour: str) -> None:
        points = [
            (
                left + (wide - left - 20) * row[0] / last,
                bottom - (bottom - top) * (row[column] - low) / (highest - low),
            )
            for row in log
        ]
        brush.line(points, fill=colour, width=3)

    low, highest = min(row[2] for row in log) - 0.1, max(row[1] for row in log) + 0.1
    for step in range(int(low * 2), int(highest * 2) + 1):
        y = 360 - 330 * (step / 2 - low) / (highest - low)
        if 30 <= y <= 360:
            brush.line([(left, y), (wide - 20, y)], fill="#e4e4e4")
            brush.text((14, y - 6), f"{step / 2:.1f}", fill="black")
    curve(1, 30, 360, low, highest, "#c8401e")
    curve(2, 30, 360, low, highest, "#8c8c8c")
    far = max(row[3] for row in log) * 1.1
    brush.line([(left, 520), (wide - 20, 520)], fill="#e4e4e4")
    curve(3, 400, 520, 0, far, "#1e6ec8")
    for text, place, colour in (
        ("best fitness of 256 songs (eight terms)", (wide - 300, 300), "#c8401e"),
        ("mean fitness", (wide - 300, 318), "#8c8c8c"),
        ("mean distance between songs, in usual spreads", (wide - 320, 488), "#1e6ec8"),
        ("0", (40, 514), "black"),
        (f"{far / 1.1:.1f}", (30, 404), "black"),
        (f"generations 0 to {last}", (wide // 2 - 50, 536), "black"),
    ):
        brush.text(place, text, fill=colour)
    image.save(path)


def attributes_table(phrases: int) -> None:
    """How far `reward` and `suppress` move each attribute, over so many phrases of folk evolution."""
    composers().children.clear()
    print(f"\nattribute     suppressed      plain   rewarded   ({phrases} phrases each)")

    def mean(name: str, amount: float) -> float:
        found = []
        for seed in range(phrases // 25):
            g = evolve(["folk"], fitness=rhythm(), population=48, generations=1, bars=2, seed=seed)
            if amount:
                g = g.reward(name, amount)
            found += [measure(g.phrase(number), name) for number in range(25)]
        return float(np.mean(found))

    for name in MEANINGS:
        less, plain, more = (mean(name, amount) for amount in (-4.0, 0.0, 4.0))
        moved = "as asked" if less < plain < more else "NOT AS ASKED"
        print(f"{name:<12} {less:11.3f} {plain:10.3f} {more:10.3f}   {moved}", flush=True)


def listeners_table(seeds: int, rounds: int = 6, questions: int = 5) -> None:
    """Ten listeners: choices foretold after 30 answers, and what evolution reaches by them."""
    songs, others = listeners.ordinary(240, 1), listeners.ordinary(200, 2)
    told, held = (np.stack([features_of(song) for song in some]) for some in (songs, others))
    print("\nlistener     foretold   noise alone   evolved by answers   by random answers   best of folk")
    rows = []
    for kind in listeners.KINDS:
        found = []
        for seed in range(seeds):
            listener = listeners.Listener.among(kind, seed, songs)
            belief = listeners.taught(listener, songs, told, rounds * questions, np.random.default_rng(seed))
            right = listeners.foretold(listener, belief, others, held, 300, np.random.default_rng(seed + 99))
            perfect = np.mean(
                [
                    listener.prefers(others[i], others[j])
                    == (listener.pleasure(others[i]) > listener.pleasure(others[j]))
                    for i, j in np.random.default_rng(seed).integers(0, len(others), (300, 2))
                    if i != j
                ]
            )
            guided = [guided_by(listener, seed, rounds, questions, honest) for honest in (True, False)]
            usual = float(np.quantile([listener.pleasure(song) for song in others], 0.95))
            found.append((right, perfect, *guided, usual))
        rows.append(np.mean(found, 0))
        right, perfect, guided_score, random_score, usual = rows[-1]
        print(
            f"{kind:<12} {right:8.0%} {perfect:13.0%} {guided_score:20.2f} {random_score:19.2f} "
            f"{usual:14.2f}",
            flush=True,
        )
    right, perfect, guided_score, random_score, usual = np.mean(rows, 0)
    print(
        f"{'mean':<12} {right:8.1%} {perfect:13.1%} {guided_score:20.2f} {random_score:19.2f} {usual:14.2f}"
    )
    line("choices foretold after 30 answers, mean of ten listeners", f"{right:.1%}", ">= 80 %")
    reached = [sum(row[column] > row[4] for row in rows) for column in (2, 3)]
    line(
        "listeners whose 95 % best ordinary song is surpassed",
        f"{reached[0]} / {reached[1]}",
        "answers / random",
    )


def guided_by(listener: Any, seed: int, rounds: int, questions: int, honest: bool) -> float:
    """What the listener really thinks of the best song after evolution on its answers, or on coin throws."""
    random = np.random.default_rng(seed + 7)
    songs, bank = founders([{"corpus": "folk"}], 128, 1, FRAME, seed)
    judge = Judge(["term", "taste", {"weights": []}])
    world = World.begin(songs, seed, judge, bank)
    known: list[Judgement] = []
    belief = Belief.of(known)
    for number in range(rounds):
        for _ in range(questions):
            rows = [*world.niche_champions(8), *random.integers(0, len(world.songs), 16).tolist()]
            heard = [world.songs.phrase(int(row)) for row in rows]
            kept = [phrase for phrase in heard if len(phrase) >= 3]
            for phrase in kept:
                phrase.key = FRAME.home.name
            told = np.stack([features_of(phrase) for phrase in kept])
            pairs = [(i, j) for i in range(len(kept)) for j in range(i)]
            compared = np.stack([basis(told[i])[0] - basis(told[j])[0] for i, j in pairs])
            one, other = pairs[int(np.argmax(belief.information(compared)))]
            better = listener.prefers(kept[one], kept[other]) if honest else random.random() < 0.5
            known.append(Judgement(told[one], told[other]) if better else Judgement(told[other], told[one]))
            belief = Belief.of(known)
        judge = Judge(["term", "taste", {"weights": belief.told().reshape(-1).tolist()}])
        for _ in range(8 if number < rounds - 1 else 24):
            world.step(judge, Settings())
    best = world.songs.phrase(world.best)
    return float(listener.pleasure(best)) if len(best) >= 2 else -3.0


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    runs = 5 if options.quick else 15
    scoring, generation = speed(runs, options.device)
    if options.device == "cpu":
        beside_deap(scoring, generation, 500 if options.quick else 2000)
    growth(100 if options.quick else 200, options.picture)
    attributes_table(50 if options.quick else 500)
    listeners_table(1 if options.quick else 3)


if __name__ == "__main__":
    main()
