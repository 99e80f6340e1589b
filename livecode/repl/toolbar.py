"""The line under the prompt: tempo, cycle and beat, load, jitter, slots, and what went wrong.

A slot that plays shows in its colour, a muted one in brackets, one played alone underlined, one whose newest
code failed with an exclamation mark.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from livecode.pictures.colours import slot_colour

Fragments = list[tuple[str, str]]

STATES = {
    "off": "no sound yet: it starts with the first d1 >> ...",
    "booting": "sound is starting",
    "looping": "code is busy: the last cycle loops",
    "ended": "no sound: livecode doctor tells why",
}


class SlotView(Protocol):
    """What the toolbar needs to know of a slot."""

    number: int
    playing: bool
    muted: bool
    soloed: bool
    fault: str | None


class View(Protocol):
    """What the toolbar needs to know of a session."""

    state: str
    cycle: float
    beat: int
    beats: Any
    bpm: float
    load: float
    late: int
    dropped: int
    lost: int
    jitter: float
    lateness: float

    @property
    def slots(self) -> Iterable[SlotView]: ...


HINT = "F9 hush   Tab names   help()"


def fragments(status: View, width: int, hint: str = HINT) -> Fragments:
    """The toolbar as (style, text) pairs, at most `width` cells; the hint stands right if there is room."""
    left: Fragments = [("class:toolbar.strong", f" {round(status.bpm, 1):g} bpm")]
    playing = [slot for slot in status.slots if slot.playing]
    if status.state in ("sounding", "looping"):
        left.append(("", f"   {int(status.cycle)} "))
        left.append(("class:toolbar.strong", _beats(status.beat, status.beats) if playing else ""))
        left.append(("", f"  {status.load:.0f} %  {_jitter(status)}"))
    if status.state in STATES:
        fault = "class:toolbar.fault" if status.state in ("looping", "ended") else ""
        left.append((fault, f"   {STATES[status.state]}  "))
    for slot in status.slots:
        if slot.playing or slot.muted or slot.soloed:
            left.extend(_slot(slot))
    hearing = getattr(status, "hearing", "")
    if hearing:
        left.append(("class:toolbar.strong", f"   {hearing}"))
    for count, word in ((status.late, "late"), (status.dropped, "dropped"), (status.lost, "lost")):
        if count:
            left.append(("class:toolbar.fault", f"  {count} {word}"))
    return _fitted(left, hint, width)


def _jitter(status: View) -> str:
    """How far the beat's own clock was off at its worst lately, and the latest note if one was late."""
    late = f"latest {status.lateness:.0f} ms  " if status.lateness else ""
    return f"±{status.jitter:.1f} ms  {late}"


def _beats(beat: int, beats: Any) -> str:
    count = max(1, round(float(beats)))
    if count > 12:
        return f"{beat}/{count}"
    return "".join("●" if place == beat else "○" for place in range(1, count + 1))


def _slot(slot: SlotView) -> Fragments:
    colour = slot_colour(f"d{slot.number}")
    name = f"d{slot.number}"
    if slot.muted:
        return [("", " "), ("class:toolbar.off", f"({name})")]
    style = f"{colour} bold" + (" underline" if slot.soloed else "")
    shown: Fragments = [("", " "), (style if slot.playing else "class:toolbar.off", name)]
    if slot.fault:
        shown.append(("class:toolbar.fault", "!"))
    return shown


def _fitted(left: Fragments, hint: str, width: int) -> Fragments:
    used = sum(len(text) for _, text in left)
    if len(hint) > width - used - 2 and width - used > 24:
        hint = hint[: width - used - 5] + "..."
    if used + len(hint) + 2 <= width:
        return [*left, ("", " " * (width - used - len(hint) - 1)), ("class:toolbar.off", hint)]
    fitted: Fragments = []
    room = width
    for style, text in left:
        fitted.append((style, text[:room]))
        room -= len(text)
        if room <= 0:
            break
    return fitted
