"""The curve of a training run as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

WIDE, HIGH, LEFT, TOP, RIGHT, BOTTOM = 960, 480, 60, 24, 20, 40
LINES = {"train": (150, 150, 150), "valid": (200, 60, 30)}


def draw_curve(log: Sequence[dict[str, Any]], path: str | Path) -> None:
    """Draw nats a note against epochs, training grey and validation red, to a PNG file."""
    from PIL import Image, ImageDraw

    if not log:
        return
    picture = Image.new("RGB", (WIDE, HIGH), "white")
    draw = ImageDraw.Draw(picture)
    values = [entry[name] for entry in log for name in LINES]
    low = int(min(values) * 20) / 20
    high = min(max(values), max(low + 0.5, 1.0))
    last = max(entry["epoch"] for entry in log)

    def place(epoch: float, value: float) -> tuple[float, float]:
        across = LEFT + (WIDE - LEFT - RIGHT) * epoch / last
        down = TOP + (HIGH - TOP - BOTTOM) * (1 - (min(value, high) - low) / (high - low))
        return across, down

    ticks = round((high - low) / 0.05)
    for tick in range(ticks + 1):
        value = low + tick * 0.05
        if value > high or (ticks > 12 and tick % 2):
            continue
        left, down = place(0, value)
        draw.line([(left, down), (WIDE - RIGHT, down)], fill=(230, 230, 230))
        draw.text((8, down - 6), f"{value:.2f}", fill="black")
    for tick in range(11):
        across, _ = place(last * tick / 10, low)
        draw.text((across - 8, HIGH - BOTTOM + 8), f"{last * tick / 10:.0f}", fill="black")
    for number, (name, colour) in enumerate(LINES.items()):
        draw.line([place(entry["epoch"], entry[name]) for entry in log], fill=colour, width=2)
        draw.text((WIDE - 150, TOP + 8 + 16 * number), f"{name}, nats a token", fill=colour)
    best = min(log, key=lambda entry: entry["valid"])
    draw.text(
        (WIDE // 2 - 80, HIGH - 18), f"epochs; best {best['valid']:.4f} at {best['epoch']}", fill="black"
    )
    picture.save(path)
