"""Likelihood, speed, statistics and copying of the nets that ship, beside the chains.

    python benchmarks/neural.py [--model chorale|folk|tiny|parts|ensemble|sizes] [--jsb FILE] [--phrases 100]

Every figure of the models' cards comes from here. One thread, CPU time for speeds: the machine may be shared.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import neural_more
import numpy as np

from livecode.generators.generator import Context
from livecode.generators.markov.chorale import ChoraleModel
from livecode.generators.neural.build import composer
from livecode.generators.neural.compose import NeuralComposer
from livecode.generators.neural.data import Pitches, load_json, read_jsb
from livecode.generators.neural.decode import Net
from livecode.generators.neural.gathering import gathered
from livecode.generators.neural.scoring import score_pieces
from livecode.generators.neural.trunk import log_softmax
from livecode.music.phrase import TICKS
from livecode.sets import find

Row = dict[str, Any]


def note_by_note(net: Net, pieces: list[Pitches]) -> float:
    """Nats a token through the very steps that are taken on stage, one note at a time with a cache."""
    nats, tokens = 0.0, 0
    for piece in pieces:
        writer = net.write()
        for row in net.config.classes(piece):
            for note in row:
                nats -= float(log_softmax(writer.logits())[0, note])
                writer.choose([note])
        tokens += piece.size
    return nats / tokens


def through_torch(model: str, pieces: list[Pitches]) -> float | None:
    """Nats a token by the reference in torch, single precision; None without torch."""
    if find_spec("torch") is None:
        return None
    import torch

    from livecode.generators.neural import checkpoint
    from livecode.generators.neural.build import model_folder
    from livecode.generators.neural.features import describe
    from livecode.generators.neural.model import ChoraleNet, filled

    torch.set_num_threads(1)
    loaded = checkpoint.load(model_folder(model))
    net = filled(ChoraleNet(loaded.config), loaded.arrays).eval()
    nats, tokens = 0.0, 0
    with torch.no_grad():
        for piece in pieces:
            classes = loaded.config.classes(piece)
            rows = describe(loaded.config, classes)
            logits = net(*(torch.from_numpy(part)[None] for part in rows))[0, : len(classes)]
            logs = torch.log_softmax(logits.double(), -1)
            nats -= float(logs.gather(-1, torch.from_numpy(classes)[..., None]).sum())
            tokens += classes.size
    return nats / tokens


def speed(net: Net, piece: Pitches) -> Row:
    """Tokens and notes a second of CPU while writing, and how long single notes take."""
    writer = net.write()
    classes = net.config.classes(piece)
    taken = []
    begun = time.process_time()
    for row in classes:
        for note in row:
            since = time.thread_time()
            writer.logits()
            writer.choose([note])
            taken.append(time.thread_time() - since)
    spent = time.process_time() - begun
    struck = int((piece[1:] != piece[:-1]).sum()) + piece.shape[1]
    frame = net.config.frame * net.config.voices
    frames = np.array(taken[: len(taken) // frame * frame]).reshape(-1, frame).sum(axis=1)
    return {
        "tokens_per_second": piece.size / spent,
        "notes_per_second": struck / spent,
        "frame_p50_ms": float(np.percentile(frames, 50)) * 1e3,
        "frame_p99_ms": float(np.percentile(frames, 99)) * 1e3,
    }


def composed(made: NeuralComposer, phrases: int) -> list[Pitches]:
    """Chapters of four phrases of four bars."""
    pieces = []
    for seed in range(-(-phrases // 4)):
        previous, parts = None, []
        for position in range(4):
            context = Context(previous=previous, position=position)
            previous = made.compose(context, 16 * TICKS, seed * 4 + position)
            parts.append(previous.grid(voices=4).astype(np.int64))
        pieces.append(np.concatenate(parts))
    return pieces


def statistics(pieces: list[Pitches]) -> Row:
    """Spread of keys, steps and rhythm: means over pieces."""
    rows = []
    for piece in pieces:
        sounding = piece[piece > 0]
        share = np.bincount(sounding % 12, minlength=12) / len(sounding)
        entropy = -float((share[share > 0] * np.log(share[share > 0])).sum())
        moved = (piece[1:] != piece[:-1]) & (piece[1:] > 0) & (piece[:-1] > 0)
        leaps = np.abs(piece[1:] - piece[:-1])[moved]
        on_beat = moved[3::4].sum() / max(1, moved.sum())
        struck = moved.any(axis=1)
        bars = [frozenset(np.flatnonzero(struck[begin : begin + 16])) for begin in range(3, len(struck), 16)]
        alike = [len(a & b) / max(1, len(a | b)) for a, b in pairwise(bars)]
        crossed = (piece[:, :-1] < piece[:, 1:]) & (piece[:, 1:] > 0) & (piece[:, :-1] > 0)
        rows.append(
            {
                "pitch_class_entropy": entropy,
                "stepwise": float((leaps <= 2).mean()),
                "leaps_over_a_fifth": float((leaps > 7).mean()),
                "notes_a_beat": float(moved.sum()) / (len(piece) / 4),
                "notes_on_the_beat": float(on_beat),
                "groove_alike_from_bar_to_bar": float(np.mean(alike)),
                "voices_crossed": float(crossed.any(axis=1).mean()),
                "parallel_fifths_and_octaves": parallels(piece),
            }
        )
    return {name: [float(f([row[name] for row in rows])) for f in (np.mean, np.std)] for name in rows[0]}


def parallels(piece: Pitches) -> float:
    """Fifths and octaves moved into in parallel, for a hundred changes of harmony."""
    found, changes = 0, 0
    for before, after in pairwise(piece):
        if (before == after).all() or (after <= 0).any() or (before <= 0).any():
            continue
        changes += 1
        for high in range(len(after)):
            for low in range(high + 1, len(after)):
                was, now = before[high] - before[low], after[high] - after[low]
                if was == now and now % 12 in (0, 7) and now > 0 and before[high] != after[high]:
                    found += 1
    return 100.0 * found / max(1, changes)


def melody(piece: Pitches, voice: int) -> list[int]:
    line = piece[:, voice]
    line = line[line > 0]
    line = line[np.concatenate([[True], line[1:] != line[:-1]])] if len(line) else line
    return np.diff(line).tolist()


def runs(lines: list[list[int]], length: int) -> Iterator[tuple[int, ...]]:
    for line in lines:
        for begin in range(len(line) - length + 1):
            yield tuple(line[begin : begin + length])


def longest_copy(pieces: list[Pitches], corpus: list[Pitches]) -> Row:
    """The longest run of one voice's intervals found in the same voice of the corpus, in any key."""
    longest, per_piece = 0, []
    for piece in pieces:
        best = 0
        for voice in range(piece.shape[1]):
            line, lines = melody(piece, voice), [melody(other, voice) for other in corpus]
            while best < len(line) and set(runs(lines, best + 1)) & set(runs([line], best + 1)):
                best += 1
        per_piece.append(best)
        longest = max(longest, best)
    return {"longest_copied_run": longest, "median_copied_run": float(np.median(per_piece))}


def chorale(valid: list[Pitches], train: list[Pitches], phrases: int) -> dict[str, Row]:
    """The net of chorales: likelihood on the split's own grid, speed, statistics, copying."""
    made = composer("chorale")
    size = sum(int(np.prod(shape)) for shape in made.net.config.shapes().values())
    whole = score_pieces(made.net, valid)
    torch_nats = through_torch("chorale", valid)
    by_notes = note_by_note(made.net, valid)
    if torch_nats is not None and abs(torch_nats - by_notes) > 1e-4:
        raise SystemExit("NumPy and torch differ by more than 1e-4 nats a token")
    begun = time.thread_time()
    made.compose(Context(), 16 * TICKS, 0)
    four_bars = time.thread_time() - begun
    return {
        "chorale: likelihood": {
            "parameters": size,
            "nats_per_token": whole["nats_per_token"],
            "nats_per_note": whole["nats_per_note"],
            "nats_per_token_note_by_note": by_notes,
            "nats_per_token_torch": torch_nats,
            "nats_per_token_train_pieces": score_pieces(made.net, train)["nats_per_token"],
            "the chain's nats_per_token (markov)": chain_nats(valid),
        },
        "chorale: speed": {**speed(made.net, valid[-1]), "four_bars_s": four_bars},
        **beside_bach("chorale", made, valid, train, phrases),
    }


def beside_bach(
    name: str, made: NeuralComposer, valid: list[Pitches], train: list[Pitches], phrases: int
) -> dict[str, Row]:
    """What a net of four voices composes: statistics and copying, and Bach's own."""
    samples = composed(made, phrases)
    return {
        f"{name}: composed (mean, spread)": statistics(samples),
        "Bach, valid (mean, spread)": statistics(valid),
        f"{name}: copying, composed": longest_copy(samples, train),
        "copying, Bach's valid pieces": longest_copy(valid, train),
    }


def chain_nats(pieces: list[Pitches]) -> float:
    """Nats a token of `markov("bach")` on the same pieces."""
    model = ChoraleModel.load(find("models", "bach") / "chain.npz")
    return float(np.mean(model.nats([piece.tolist() for piece in pieces])))


REPORTS: dict[str, Callable[[list[Pitches], list[Pitches], int], dict[str, Row]]] = {
    "chorale": chorale,
    "folk": lambda _valid, _train, phrases: neural_more.tunes("folk", phrases),
    "tiny": lambda _valid, _train, phrases: neural_more.tunes("tiny", phrases),
    "parts": lambda valid, train, phrases: {
        "parts: likelihood": neural_more.parts("parts", valid),
        **beside_bach("parts", composer("parts"), valid, train, phrases),
    },
    "ensemble": lambda valid, train, phrases: {
        "ensemble: likelihood": neural_more.ensembles("ensemble", valid),
        **beside_bach("ensemble", gathered("ensemble"), valid, train, phrases),
    },
    "sizes": lambda _valid, _train, _phrases: neural_more.sizes(),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", choices=[*REPORTS, "all"], default="all")
    root = Path(__file__).resolve().parent.parent
    parser.add_argument("--jsb", type=Path, default=root / "models" / "jsb" / "jsb16.json.gz")
    parser.add_argument("--phrases", type=int, default=100)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        # The number of threads is read when NumPy is loaded: begin again with one.
        one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **one})
    data = load_json(chosen.jsb)
    valid, train = read_jsb(data, "valid"), read_jsb(data, "train")
    report: dict[str, Row] = {}
    for name in REPORTS if chosen.model == "all" else (chosen.model,):
        report |= REPORTS[name](valid, train, chosen.phrases)
    for title, rows in report.items():
        print(title)
        for name, value in rows.items():
            shown = "  ".join(f"{v:.4g}" for v in value) if isinstance(value, list) else value
            print(f"  {name:<32} {shown if not isinstance(shown, float) else f'{shown:.6g}'}")
    if chosen.json:
        chosen.json.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
