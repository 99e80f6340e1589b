"""Colours: one for each slot, the same in every picture and in the prompt's toolbar."""

from __future__ import annotations

import re

BACKGROUND = "#14161c"
PANEL = "#1a1d25"
KEY_BLACK = "#171a21"
GRID = "#2a2f3b"
GRID_STRONG = "#454d5e"
INK = "#e6e9ef"
INK_SOFT = "#8d97a8"

SLOTS = (
    "#5ec8f2", "#f2a65e", "#9be26c", "#f2708f", "#c79bf2", "#f2d95e", "#5ef2c1", "#f28fd6",
    "#7d9cf2", "#d98a6a", "#c3e26c", "#e05e5e", "#a0b4c8", "#b98e3e", "#4fae8a", "#a66cc9",
)  # fmt: skip

SECTIONS = ("#3c5a78", "#6b4f74", "#4c6b52", "#7a5a44", "#4a6670", "#6d6546")


def slot_colour(slot: str) -> str:
    """The colour of a slot, by the number in its name; `once` and the like are grey.

    >>> slot_colour("d1") == slot_colour("d17")
    True
    """
    digits = re.search(r"\d+", slot)
    return SLOTS[(int(digits.group()) - 1) % len(SLOTS)] if digits else INK_SOFT


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255.

    >>> channels("#ff8000")
    (255, 128, 0)
    """
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
