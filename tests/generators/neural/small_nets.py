"""What tests of nets share: the sizes of a small one, and a chorale-like piece by chance."""

import numpy as np

SMALL = {"width": 32, "layers": 2, "heads": 2, "head_width": 24, "head_hidden": 40, "head_blocks": 2}


def walk(seed: int, steps: int) -> np.ndarray:
    """Four voices that hold, step, leap, rest now and then, and repeat their first third at the end."""
    random = np.random.default_rng(seed)
    piece = np.empty((steps, 4), np.int64)
    piece[0] = 72, 67, 62, 50
    for step in range(1, steps):
        moved = np.where(random.random(4) < 0.35, random.integers(-5, 6, 4), 0)
        piece[step] = np.clip(piece[step - 1] + moved, 40, 80)
    piece[random.integers(1, steps, 3), random.integers(0, 4, 3)] = -1
    third = steps // 3
    piece[-third:] = piece[:third]
    return piece
