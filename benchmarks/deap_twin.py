"""The task of `benchmarks/evolution.py` written for DEAP, the usual library for it in Python.

Run by that benchmark as a process of its own: DEAP is LGPL, no part of livecode. Reads songs as JSON (lists
of 64 notes, each pitch, rest and duration), prints their scores on the same eight terms, then the seconds of
processor time that scoring them and a whole generation took.
"""

from __future__ import annotations

import json
import math
import random
import sys
import time

from deap import base, creator, tools

STEPS, BAR = 64, 16
SCALE = {0, 2, 4, 5, 7, 9, 11}
TONIC = 2
WELCOME = {
    0: 0.7,
    1: 1,
    2: 1,
    3: 0.85,
    4: 0.8,
    5: 0.6,
    6: 0.15,
    7: 0.5,
    8: 0.35,
    9: 0.3,
    10: 0.1,
    11: 0.05,
    12: 0.4,
}
WEIGHTS = [1.0 if s % 16 == 0 else 0.75 if s % 16 == 8 else 0.6 if s % 4 == 0 else 0.3 if s % 2 == 0 else 0.1
           for s in range(STEPS)]  # fmt: skip
DISSONANCE = [0, 0.9, 0.5, 0.4, 0.2, 0.35, 1, 0.1, 0.6, 0.3, 0.6, 0.8]
SHAPES = [((0, 4, 7), 1.0), ((0, 3, 7), 1.0), ((0, 4, 7, 10), 0.9), ((0, 3, 6), 1.0)]
CHORDS = [({(root + step) % 12 for step in steps}, weight) for steps, weight in SHAPES for root in range(12)]
CHORDS = [(chord, weight) for chord, weight in CHORDS if chord <= SCALE]
ARCH = (0, 0.7, 1, 0.7, 0)


def curve(points: tuple[float, ...], count: int) -> list[float]:
    """A shape read at so many evenly spaced places."""
    found = []
    for number in range(count):
        place = number / (count - 1) * (len(points) - 1)
        low = min(int(place), len(points) - 2)
        found.append(points[low] + (points[low + 1] - points[low]) * (place - low))
    return found


def correlation(values: list[float], points: tuple[float, ...]) -> float:
    """0 for the opposite of a shape, 1 for the shape."""
    wanted = curve(points, len(values))
    middle, mean = sum(wanted) / len(wanted), sum(values) / len(values)
    wanted = [each - middle for each in wanted]
    size = math.sqrt(sum(each * each for each in wanted))
    moved = [each - mean for each in values]
    spread = math.sqrt(sum(each * each for each in moved)) + 1e-3
    return 0.5 + 0.5 * sum(a * b / size for a, b in zip(moved, wanted)) / spread


def evaluate(song: list[tuple[int, bool, int]]) -> tuple[float]:
    """The sum of eight terms, note by note."""
    struck = [not rest for _, rest, _ in song]
    count = max(1, sum(struck))
    line, sounding, interval, inner = [], [], [0] * STEPS, [False] * STEPS
    current, until, began = song[0][0], 0, False
    for step, (pitch, rest, duration) in enumerate(song):
        if not rest:
            if began:
                interval[step], inner[step] = pitch - current, True
            current, until, began = pitch, step + duration, True
        line.append(current)
        sounding.append(began and step < until)
    key = sum(1 for (pitch, rest, _) in song if not rest and pitch % 12 in SCALE) / count
    leaps = [WELCOME.get(abs(interval[s]), 0.0) for s in range(STEPS) if inner[s]]
    small = sum(leaps) / max(1, len(leaps))
    fits, total = 0.0, 0
    for bar in range(0, STEPS, BAR):
        heard = [0] * 12
        for step in range(bar, bar + BAR):
            if sounding[step]:
                heard[line[step] % 12] += 1
        total += sum(heard)
        fits += max(weight * sum(heard[pc] for pc in chord) for chord, weight in CHORDS)
    chordal = min(1.0, max(0.0, (fits / max(1, total) - 0.4) / 0.55))
    beats = [sum(line[s : s + 4]) / 4 for s in range(0, STEPS, 4)]
    arch = correlation(beats, ARCH)
    inside = (
        sum(min(1.0, max(0.0, 1 - max(60 - p, p - 81, 0) / 12)) for p, rest, _ in song if not rest) / count
    )
    near = math.exp(-(((count / STEPS - 0.45) / 0.2) ** 2))
    firm = sum(WEIGHTS[s] for s in range(STEPS) if struck[s]) / count
    akin = sum(struck[s] == struck[s - BAR] for s in range(BAR, STEPS)) / (STEPS - BAR)
    sturdy = near * 0.4 + min(1.0, max(0.0, firm * 1.8)) * 0.3 + akin * 0.3
    mark = [interval[s] if struck[s] else 100 for s in range(STEPS)]
    likeness = 0.0
    for bar in range(1, 4):
        found = []
        for lag in (1, 2):
            if lag <= bar:
                here, there = bar * BAR, (bar - lag) * BAR
                found.append(sum(mark[here + s] == mark[there + s] for s in range(1, BAR)) / (BAR - 1))
        likeness += max(found)
    back = 1.0 - abs(likeness / 3 - 0.7) / 0.7
    tension = [
        0.45 * min(1.0, max(0.0, (p - 48) / 36)) + 0.3 * DISSONANCE[(p - TONIC) % 12] + 0.25 * struck[s]
        for s, p in enumerate(line)
    ]
    tense = correlation([sum(tension[s : s + 8]) / 8 for s in range(0, STEPS, 8)], ARCH)
    return (key + small + chordal + arch + inside + sturdy + back + tense,)


def mutate(song: list[tuple[int, bool, int]]) -> tuple[list[tuple[int, bool, int]]]:
    """Here and there another note, rest or length."""
    for step in range(STEPS):
        pitch, rest, duration = song[step]
        draw = random.random()
        if draw < 0.1:
            song[step] = (pitch + random.choice((-2, -1, 1, 2)), rest, duration)
        elif draw < 0.15:
            song[step] = (pitch, not rest, duration)
        elif draw < 0.2:
            song[step] = (pitch, rest, random.choice((1, 2, 3, 4, 6, 8)))
    return (song,)


def main() -> None:
    """Score the songs of standard input; breed one generation of them."""
    songs = json.load(sys.stdin)
    creator.create("Best", base.Fitness, weights=(1.0,))
    creator.create("Song", list, fitness=creator.Best)
    toolbox = base.Toolbox()
    toolbox.register("evaluate", evaluate)
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", mutate)
    toolbox.register("select", tools.selTournament, tournsize=3)
    population = [creator.Song([tuple(note) for note in song]) for song in songs]
    begin = time.process_time()
    for song in population:
        song.fitness.values = toolbox.evaluate(song)
    scoring = time.process_time() - begin
    scores = [song.fitness.values[0] for song in population]
    begin = time.process_time()
    chosen = [toolbox.clone(song) for song in toolbox.select(population, len(population))]
    for one, other in zip(chosen[::2], chosen[1::2]):
        toolbox.mate(one, other)
    for song in chosen:
        toolbox.mutate(song)
        song.fitness.values = toolbox.evaluate(song)
    generation = time.process_time() - begin
    json.dump({"scores": scores, "scoring": scoring, "generation": generation}, sys.stdout)


if __name__ == "__main__":
    main()
