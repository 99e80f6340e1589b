"""How a chord is laid out: which of its tones, in which octaves, close to which note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from livecode.errors import ControlError, NameUnknown, PatternError
from livecode.language.chords import chord_steps, voiced
from livecode.language.notes import as_note
from livecode.language.pitch import interval

MODES = ("below", "duck", "above", "root")
DICTIONARIES = ("close", "triads", "guidetones", "lefthand")
_SAID = ("anchor", "mode", "offset", "octaves", "dict")
_OCTAVES = range(-6, 7)
Layout = tuple[float, ...]


def without_voice(value: Any) -> Any:
    """Controls without those that only say how a chord is laid out."""
    if type(value) is dict and not value.keys().isdisjoint(_SAID):
        return {name: each for name, each in value.items() if name not in _SAID}
    return value


@dataclass(frozen=True)
class Voice:
    """What a voicing was told; None stands for what was not said."""

    anchor: Any = None
    mode: Any = None
    offset: Any = None
    shift: Any = None
    dictionary: Any = None

    @classmethod
    def said(cls, anchor: Any, mode: Any, offset: Any, octaves: Any, dictionary: Any) -> Voice:
        """What was said in the brackets of a function."""
        return cls(anchor, mode, offset, octaves, dictionary)

    def told_by(self, value: Any) -> Voice:
        """The same with what the controls of an event say where nothing was said before."""
        if type(value) is not dict or value.keys().isdisjoint(_SAID):
            return self
        found = {name: value.get(key) for name, key in zip(("anchor", "mode", "offset", "shift"), _SAID)}
        found["dictionary"] = value.get("dict")
        return replace(self, **{n: each for n, each in found.items() if getattr(self, n) is None})

    @property
    def octaves(self) -> int:
        """How many octaves a chord goes up when a number runs past its notes."""
        return 1 if self.shift is None else int(self.shift)

    def lay(self, root: float, steps: Sequence[float], bass: float | None = None) -> list[float]:
        """The notes of a chord, laid out.

        >>> Voice().lay(0, (0, 4, 7)), Voice(anchor="c4", mode="above").lay(9, (0, 3, 7))
        ([4, 7, 12], [0, 4, 9])
        >>> Voice(dictionary="lefthand").lay(2, (0, 3, 7, 10)), Voice(offset=1).lay(0, (0, 4, 7))
        ([0, 4, 5, 9], [7, 12, 16])
        """
        way = "below" if self.mode is None else str(self.mode)
        if way not in MODES:
            raise NameUnknown("mode of a voicing", way, MODES)
        top = 12 if self.anchor is None else self.anchor
        top = as_note(top) if isinstance(top, str) else top
        name = "close" if self.dictionary is None else self.dictionary
        if name == "close" and way == "below" and not self.offset:
            return voiced(root, steps, top, bass)
        layouts = _layouts(name, steps)
        notes = _placed(root, layouts, top, way, int(self.offset or 0))
        if way == "duck":
            notes = [note for note in notes if note != top] or notes
        if bass is not None:
            low = bass % 12
            while low >= notes[0]:
                low -= 12
            notes = [low, *notes]
        return notes


def _placed(root: float, layouts: list[Layout], anchor: float, way: str, offset: int) -> list[float]:
    """The layout that comes nearest to the anchor in its way, or one so many further up."""
    if way == "root":
        layouts = [layout for layout in layouts if layout[0] % 12 == 0] or layouts
    edge = -1 if way in ("below", "duck") else 0
    every = sorted(
        ([root + step + 12 * octave for step in layout] for layout in layouts for octave in _OCTAVES),
        key=lambda notes: (notes[edge], notes[0], notes[-1]),
    )
    if way == "above":
        place = next((at for at, notes in enumerate(every) if notes[edge] >= anchor), len(every) - 1)
    else:
        place = max((at for at, notes in enumerate(every) if notes[edge] <= anchor), default=0)
    return list(every[max(0, min(place + offset, len(every) - 1))])


def _layouts(dictionary: Any, steps: Sequence[float]) -> list[Layout]:
    """The ways to lay out a chord of these steps that a dictionary knows, in semitones above the root."""
    if isinstance(dictionary, Mapping):
        return _own(dictionary, steps)
    if dictionary not in DICTIONARIES:
        raise NameUnknown("dictionary of voicings", dictionary, DICTIONARIES)
    third, fifth, seventh, ninth = _tones(steps)
    if dictionary == "triads":
        return _turned((0, third, fifth))
    if dictionary == "guidetones" and seventh is not None:
        return _turned((third, seventh))
    if dictionary == "lefthand" and seventh is not None:
        # Third and seventh at the bottom in turn, the root left to the bass (Bill Evans's two forms).
        return [(third, fifth, seventh, ninth), (seventh, ninth, third + 12, fifth + 12)]
    return _turned(tuple(sorted({step % 12 for step in steps})))


def _tones(steps: Sequence[float]) -> tuple[float, float, float | None, float]:
    """Third, fifth, seventh and ninth of a chord, or what stands in their places."""
    tones = {step % 12 for step in steps}

    def first(*wanted: float) -> float | None:
        return next((tone for tone in wanted if tone in tones), None)

    third, fifth = first(4, 3, 5, 2), first(7, 6, 8)
    seventh = first(10, 11) if 9 not in tones or 10 in tones or 11 in tones else 9
    ninth = next((step for step in steps if step in (13, 14, 15)), 14)
    return 4 if third is None else third, 7 if fifth is None else fifth, seventh, ninth


def _turned(layout: Layout) -> list[Layout]:
    """A layout and its inversions."""
    return [(*layout[turn:], *(step + 12 for step in layout[:turn])) for turn in range(len(layout))]


def _own(dictionary: Mapping[Any, Any], steps: Sequence[float]) -> list[Layout]:
    """The layouts a performer gives for the chord with these tones, or its plain inversions."""
    tones = {step % 12 for step in steps}
    for symbol, layouts in dictionary.items():
        if {step % 12 for step in chord_steps(str(symbol))} == tones:
            listed = [layouts] if isinstance(layouts, str) else list(layouts)
            made = [_read(each) for each in listed]
            if not made or not all(made):
                raise PatternError(f"{symbol!r} needs a layout: try {{{symbol!r}: ['1P 3M 5P']}}")
            return made
    return _turned(tuple(sorted(tones)))


def _read(layout: Any) -> Layout:
    """Semitones out of `3m 5P 7m` or of a list of numbers."""
    parts = layout.split() if isinstance(layout, str) else layout
    try:
        return tuple(interval(each) for each in parts)
    except TypeError:
        raise ControlError(f"{layout!r} is no layout: write intervals, '3m 5P 7m', or semitones") from None
