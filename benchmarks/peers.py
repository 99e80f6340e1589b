"""Other libraries' chains on the same tunes, where they can do the job: isobar's PMarkov, fixed chains.

isobar runs in a process of its own and is no dependency: install it anywhere and name the place,

    pip install --target PLACE --no-deps isobar
    python benchmarks/composers.py --isobar PLACE

A fixed chain here is what SuperCollider's MarkovSet and the like keep: what followed the last few notes,
without a way back to shorter contexts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

ASKED = """
import json, sys, time
from isobar import PMarkov
tunes, count = json.load(sys.stdin)
begin = time.process_time()
notes = [note for tune in tunes for note in tune]
chain = PMarkov(notes)
fit = time.process_time() - begin
begin = time.process_time()
made = []
while len(made) < count:
    try:
        made.append(next(chain))
    except StopIteration:
        chain.reset()
speed = len(made) / (time.process_time() - begin)
json.dump({"fit": fit, "notes": len(notes), "speed": speed, "made": made}, sys.stdout)
"""


def isobar(place: Path, tunes: Sequence[Sequence[int]], count: int) -> dict[str, Any]:
    """What isobar's first-order chain needs to learn some tunes, how fast it plays, and what."""
    environment = {**os.environ, "PYTHONPATH": str(place)}
    said = subprocess.run(
        [sys.executable, "-c", ASKED],
        input=json.dumps([list(map(list, tunes)), count]),
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def fixed_nats(
    train: Sequence[Sequence[int]], test: Sequence[Sequence[int]], order: int
) -> tuple[float, float]:
    """Nats a note of a fixed order without back-off, one added to each count; and the time to fit."""
    begin = time.process_time()
    table: defaultdict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    alphabet = {note for tune in train for note in tune}
    for tune in train:
        for place in range(order, len(tune)):
            table[tuple(tune[place - order : place])][tune[place]] += 1
    took = time.process_time() - begin
    nats = []
    for tune in test:
        for place in range(order, len(tune)):
            row = table.get(tuple(tune[place - order : place]), Counter())
            nats.append(-np.log((row[tune[place]] + 1) / (sum(row.values()) + len(alphabet) + 1)))
    return float(np.mean(nats)), took
