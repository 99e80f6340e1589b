"""What the composers by rules are worth: time, faults beside Bach's, agreement with his roots, plans kept.

    python benchmarks/rules.py [--jsb FILE] [--pieces N] [--quick]

`--jsb` is the JSON file with the `train` and `valid` pieces of the JSB chorales (`shared/corpora/jsb` in the
project's checkout); without it the training pieces that ship are harmonised. Times are processor seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from livecode.generators.cpu_bach.composer import CpuBach
from livecode.generators.cpu_bach.plan import FORMS, SECTIONS
from livecode.generators.generator import Context, build
from livecode.generators.rules.harmoniser import Harmoniser
from livecode.generators.rules.species import Species, own_cantus
from livecode.music.checking import HARD, SOFT, check, explained, moments_of
from livecode.music.checking_species import check_species
from livecode.music.corpus import corpus
from livecode.music.phrase import TICKS, Phrase, concat, merge

BAR = 4 * TICKS
CHORALES = 50


def line(what: str, value: str, wanted: str = "") -> None:
    """One row of the table."""
    print(f"{what:<58} {value:>18}   {wanted}", flush=True)


def tasks(count: int) -> Iterator[tuple[str, Callable[[], Phrase]]]:
    """Four-bar tasks of every kind, so many of each."""
    tunes = [piece.phrase.voice(0) for piece in corpus("bach chorales")]
    for seed in range(count):
        key = ("c major", "d minor", "g minor", "e minor", "f major")[seed % 5]
        tune = tunes[seed * 3 % len(tunes)].slice(0, 4 * BAR)
        cantus = own_cantus(Context(), 4 * BAR, seed, key)
        yield "harmonise", lambda m=tune, s=seed: Harmoniser(whole=True).compose(Context(over=m), 4 * BAR, s)
        for species in (1, 2, 3, 4, 5):
            for parts in (2, 3, 4):
                made = Species(species, parts, "bass", key)
                yield (
                    f"counterpoint, {parts} parts",
                    lambda m=made, c=cantus, s=seed: m.compose(Context(over=c), 4 * BAR, s),
                )
        for form, asked in (("melody", {}), ("canon", {}), ("figured_bass", {"bass": FIGURES})):
            composer = build(
                {"kind": "rules", "form": form, "key": key if form != "figured_bass" else "", **asked}
            )
            yield form, lambda c=composer, s=seed: c.compose(Context(), 4 * BAR, s)


FIGURES = [[48, ""], [47, "6"], [48, ""], [53, ""], [50, "43"], [52, "6"], [53, "65"], [55, "7"]]


def speed(count: int) -> None:
    """How many four-bar tasks are solved, with every hard rule, within 100 ms."""
    took: dict[str, list[float]] = {}
    solved: Counter[str] = Counter()
    for kind, work in tasks(count):
        begin = time.process_time()
        phrase = work()
        spent = time.process_time() - begin
        took.setdefault(kind, []).append(spent)
        obeyed = not any(origin and "search" in origin for origin in phrase.provenance)
        solved[kind] += obeyed and spent <= 0.1
    for kind, times in took.items():
        name = f"four bars, {kind}: median / 95th of a hundred"
        line(name, f"{1000 * np.median(times):.0f} / {1000 * np.quantile(times, 0.95):.0f} ms")
    every = [spent for times in took.values() for spent in times]
    share = 100 * sum(solved.values()) / len(every)
    line(f"of {len(every)} tasks solved, hard rules kept, within 100 ms", f"{share:.1f} %", ">= 95 %")


def roots(phrase: Phrase) -> dict[int, int]:
    """The root at each beat, as the examiner reads it."""
    found: dict[int, int] = {}
    moments = moments_of(phrase)
    place = 0
    for beat in range(0, phrase.length, TICKS):
        while place + 1 < len(moments) and moments[place + 1].onset <= beat:
            place += 1
        chord = explained(moments[place])[0] if moments else None
        if chord is not None and chord.root >= 0:
            found[beat] = chord.root
    return found


def chorales(grids: list[Any]) -> None:
    """Bach's melodies harmonised, and both harmonisations examined."""
    ours: Counter[str] = Counter()
    his: Counter[str] = Counter()
    beats = agree = told = gave = 0
    spent = 0.0
    for number, grid in enumerate(grids):
        bach = grid if isinstance(grid, Phrase) else Phrase.from_grid(grid)
        melody = bach.voice(0)
        begin = time.process_time()
        made = Harmoniser(whole=True, close=True).compose(Context(over=melody), bach.length, number)
        spent += time.process_time() - begin
        beats += bach.length // TICKS
        gave += any(origin and "search" in origin for origin in made.provenance)
        ours.update(fault.rule for fault in check(made, given=(0,)))
        his.update(fault.rule for fault in check(bach, given=(0,)))
        one, other = roots(bach), roots(made)
        told += len(one)
        agree += sum(other.get(beat) == root for beat, root in one.items())
    line(f"{len(grids)} chorale melodies: milliseconds for 16 beats", f"{16000 * spent / beats:.0f}")
    line("harmonisations in which a rule gave way", f"{gave}")
    line("hard errors by the examiner, all of them", f"{sum(ours[rule] for rule in HARD)}", "0")
    line("beats with Bach's root", f"{100 * agree / told:.1f} %")
    for rule in (*HARD, *SOFT):
        if ours[rule] or his[rule]:
            kind = "hard" if rule in HARD else "soft"
            value = f"{100 * ours[rule] / beats:.2f} / {100 * his[rule] / beats:.2f}"
            line(f"  {rule} ({kind}), in 100 beats, ours / Bach's", value)


def species(count: int) -> None:
    """Counterpoint before Fux's examination."""
    faults = exercises = gave = 0
    for seed in range(count):
        key = ("c major", "d minor", "g minor", "e minor")[seed % 4]
        cantus = own_cantus(Context(), 8 * BAR, seed, key)
        for kind in (1, 2, 3, 4, 5):
            for parts in (2, 3, 4):
                made = Species(kind, parts, "bass", key).compose(Context(over=cantus), 8 * BAR, seed)
                gave += any(origin and "search" in origin for origin in made.provenance)
                whole = merge([made, cantus])
                whole.key = key
                faults += bool(check_species(whole, kind, parts - 1, 0))
                exercises += 1
    line(f"{exercises} exercises of eight bars: a rule gave way", f"{gave}")
    line("exercises with a fault by the examiner", f"{faults}", "0")


def piece(form: str, seed: int) -> list[Phrase]:
    """The sections of a piece, one after another."""
    phrases: list[Phrase] = []
    for number in range(SECTIONS):
        context = Context(previous=phrases[-1] if phrases else None, position=number)
        phrases.append(CpuBach(form).compose(context, 4 * BAR, 100 * seed + number))
    return phrases


def behind(phrase: Phrase) -> list[Phrase]:
    """The four parts behind a prelude's figures: what each holds in each half bar, from run to run."""
    half = 2 * TICKS
    stretches: list[list[Any]] = [[]]
    for begin in range(0, phrase.length, half):
        notes = phrase.notes[(phrase.notes["onset"] >= begin) & (phrase.notes["onset"] < begin + half)]
        held = [notes[notes["voice"] == voice] for voice in range(4)]
        if all(len(set(row["pitch"].tolist())) == 1 for row in held):
            stretches[-1].append(np.array([row[0] for row in held]))
        elif stretches[-1]:
            stretches.append([])
    found = []
    for rows in stretches:
        for number, row in enumerate(rows):
            row["onset"], row["duration"] = number * half, half
        if len(rows) > 1:
            found.append(Phrase(np.concatenate(rows), len(rows) * half, phrase.metre, phrase.key).sorted())
    return found


def clean(pieces: int) -> None:
    """Hard errors by the examiner in many pieces of each form, bars heard before, time, memory."""
    for form in FORMS:
        found: Counter[str] = Counter()
        beats = 0
        seen: Counter[bytes] = Counter()
        times: list[float] = []
        memory = [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]
        for seed in range(pieces):
            begin = time.process_time()
            phrases = piece(form, seed)
            times.append((time.process_time() - begin) / SECTIONS)
            whole = concat(phrases)
            beats += whole.length // TICKS
            for judged in behind(whole) if form == "toccata" else [whole]:
                whole_too = form != "toccata"
                found.update(f.rule for f in check(judged, ranges=None, whole=whole_too) if f.hard)
            for bar in range(0, whole.length, BAR):
                part = whole.slice(bar, bar + BAR).notes
                seen[part["onset"].tobytes() + part["pitch"].tobytes() + part["voice"].tobytes()] += 1
            if seed in (pieces // 2, pieces - 1):
                memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        again = sum(count - 1 for count in seen.values())
        told = ", ".join(f"{rule} {count}" for rule, count in found.most_common())
        hours = beats / 92 / 60
        line(f"{form}: hard errors in {beats} beats ({hours:.1f} h at 92)", f"{found.total()}", told)
        line(f"{form}: bars of {seen.total()} heard before", f"{again}")
        line(f"{form}: four bars on average, slowest piece", f"{1000 * max(times):.0f} ms")
        line(f"{form}: memory at first, half way, at the end", " ".join(f"{m // 1024}" for m in memory), "MB")


def bach(pieces: int) -> None:
    """CPU Bach: plans kept, faults, time."""
    try:
        import music21
    except ImportError:
        music21 = None
    for form in FORMS:
        faults: Counter[str] = Counter()
        cadences = keys = staying = beats = gave = 0
        slowest = 0.0
        for seed in range(pieces):
            composer = CpuBach(form)
            previous: Phrase | None = None
            phrases = []
            for number in range(SECTIONS):
                context = Context(previous=previous, position=number)
                begin = time.process_time()
                phrase = composer.compose(context, 4 * BAR, 100 * seed + number)
                slowest = max(slowest, time.process_time() - begin)
                section = composer.planned(context, 100 * seed + number)
                gave += any(origin and "search" in origin for origin in phrase.provenance)
                cadences += arrives(phrase, section)
                if not section.modulates and music21 is not None:
                    staying += 1
                    keys += heard_in(music21, phrase) == (section.key.tonic, section.key.mode)
                previous = phrase
                phrases.append(phrase)
            whole = concat(phrases)
            beats += whole.length // TICKS
            if form == "toccata":
                # Broken chords are judged by the four parts behind them.
                continue
            faults.update(fault.rule for fault in check(whole, ranges=None) if fault.hard)
        count = pieces * SECTIONS
        line(f"{form}: cadences where the plan says, of {count}", f"{cadences}", f"{count}")
        if staying:
            line(
                f"{form}: keys that music21 hears, of {staying} sections",
                f"{100 * keys / staying:.0f} %",
                "by chance 4 %",
            )
        line(f"{form}: sections in which a rule gave way", f"{gave}")
        line(f"{form}: slowest four bars", f"{1000 * slowest:.0f} ms")
        if form != "toccata":
            told = ", ".join(f"{rule} {100 * n / beats:.2f}" for rule, n in faults.most_common())
            line(f"{form}: hard errors in 100 beats", f"{100 * sum(faults.values()) / beats:.2f}", told)


def manners(grids: list[Any], pieces: int) -> None:
    """CPU Bach's chorales beside Bach's, by what can be counted."""
    his = [grid if isinstance(grid, Phrase) else Phrase.from_grid(grid) for grid in grids]
    ours = []
    for seed in range(pieces):
        previous: Phrase | None = None
        for number in range(SECTIONS):
            context = Context(previous=previous, position=number)
            previous = CpuBach("chorale").compose(context, 4 * BAR, 100 * seed + number)
            ours.append(previous)
    one, other = counted(ours), counted(his)
    for what, share in other.items():
        line(f"chorales, {what}: ours / Bach's", f"{one.get(what, 0):.2f} / {share:.2f}")


def counted(phrases: list[Phrase]) -> dict[str, float]:
    """How much each part moves, how the melody goes, which chords stand on the beats."""
    beats = sum(phrase.length / TICKS for phrase in phrases)
    moves: Counter[str] = Counter()
    steps: Counter[str] = Counter()
    chords: Counter[str] = Counter()
    for phrase in phrases:
        for voice, name in enumerate(("soprano", "alto", "tenor", "bass")):
            pitches = phrase.voice(voice).notes["pitch"].astype(int)
            sizes = np.abs(np.diff(pitches))
            moves[f"changes a beat, {name}"] += int((sizes > 0).sum())
            for size in sizes[sizes > 0].tolist() if voice == 0 else ():
                kind = "steps" if size <= 2 else "thirds" if size <= 4 else "wider"
                steps[f"melody, {kind}"] += 1
        for moment in moments_of(phrase):
            chord = explained(moment)[0] if moment.onset % TICKS == 0 else None
            if chord is not None and chord.root >= 0:
                chords[f"chords, {chord.kind}"] += 1
    found = {name: count / beats for name, count in moves.items()}
    found |= {name: count / steps.total() for name, count in steps.most_common()}
    return found | {name: count / chords.total() for name, count in chords.most_common(6)}


def arrives(phrase: Phrase, section: Any) -> bool:
    """Whether the last bass note is the one of the planned cadence."""
    bass = phrase.voice(phrase.voices - 1).notes
    last = bass[bass["onset"] + bass["duration"] == phrase.length]
    sixth = 9 if section.goal.mode == "major" else 8
    wanted = {"perfect": 0, "final": 0, "half": 7, "deceptive": sixth}[section.cadence]
    return len(last) > 0 and (int(last["pitch"][0]) - section.goal.tonic) % 12 == wanted


def heard_in(music21: Any, phrase: Phrase) -> tuple[int, str]:
    """The key that music21 hears."""
    stream = music21.stream.Stream()
    for row in phrase.notes:
        note = music21.note.Note(int(row["pitch"]), quarterLength=int(row["duration"]) / TICKS)
        stream.insert(int(row["onset"]) / TICKS, note)
    found = stream.analyze("key")
    return found.tonic.pitchClass, found.mode


def table(jsb: Path | None, quick: bool) -> None:
    """The whole table."""
    speed(4 if quick else 20)
    if jsb is not None:
        grids = json.loads(jsb.read_text())["valid"][: 10 if quick else CHORALES]
    else:
        grids = [piece.phrase for piece in corpus("bach chorales")][: 10 if quick else CHORALES]
    chorales(grids)
    species(2 if quick else 10)
    bach(1 if quick else 6)
    clean(2 if quick else 20)
    manners(grids, 1 if quick else 4)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--jsb", type=Path, default=None, help="jsb16_train_valid.json")
    parser.add_argument("--pieces", type=int, default=0, help="only CPU Bach, so many pieces of each form")
    parser.add_argument("--quick", action="store_true", help="a fifth of everything")
    options = parser.parse_args()
    if options.pieces:
        clean(options.pieces)
        return
    named = os.environ.get("LIVECODE_JSB", "")
    table(options.jsb or (Path(named) if named else None), options.quick)


if __name__ == "__main__":
    main()
