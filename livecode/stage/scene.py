"""What is on stage: which slot plays what, how loud, how fast. Scenes never change; a change makes another.

An evaluation collects its wishes in a `Draft`. Only when it has succeeded is the draft laid over the scene
that plays, so a block of code that fails half way has changed nothing, and undoing an evaluation is going
back to the scene before it.

>>> scene = Scene()
>>> louder = scene.after(Draft(gains={1: 1.2}, bpm=126.0))
>>> louder.level(1), scene.level(1), louder.cps
(1.2, 1.0, 0.525)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from livecode.stage.tempo import Metre

if TYPE_CHECKING:
    from livecode.language.pattern import Pattern
    from livecode.sound.sources import Source
    from livecode.stage.transitions import Way

COMMON_TIME = Metre()
KNOBS = {"master": 1.0, "orbit_gain": 1.0, "balance": 0.0, "width": 1.0}
"""The desk's knobs, and where each stands when nobody has turned it."""
Knob = tuple[int, int, str]
"""Orbit, slot and name of a knob; 0 where it has no such."""
_numbers = count(1)
Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(eq=False, repr=False)
class Take:
    """A pattern in a slot: what `d1 >> pattern` makes.

    `source` is the text that made it, `file` the pattern file it stands in, `follows` the slots it was seen
    to listen to, `fault` the line that says why it had to leave, if it had to. `seed` is where its functions'
    `random` begins in each cycle, `draws` whether they use it; `passing` says what goes on while one take
    gives way to another.
    """

    pattern: Pattern
    source: str = ""
    file: str | None = None
    seed: int = 0
    draws: bool = False
    passing: str = ""
    number: int = field(default_factory=lambda: next(_numbers))
    follows: set[int] = field(default_factory=set)
    fault: str | None = None

    def __repr__(self) -> str:
        return f"<take {self.number}: {self.source or 'a pattern'}>"


@dataclass
class Draft:
    """Wishes of one evaluation; what is not in it stays as it is. A take of None silences the slot."""

    takes: dict[int, Take | None] = field(default_factory=dict)
    gains: dict[int, float] = field(default_factory=dict)
    muted: dict[int, bool] = field(default_factory=dict)
    soloed: dict[int, bool] = field(default_factory=dict)
    bpm: float | None = None
    course: Course | None = None
    groove: tuple[float, int] | None = None
    metre: Metre | None = None
    metronome: bool | None = None
    phases: dict[int, float] = field(default_factory=dict)
    ways: dict[int, Way] = field(default_factory=dict)
    glide: Glide | None = None
    fade: float = 0.0
    knobs: dict[Knob, float] = field(default_factory=dict)
    sources: dict[str, Standing | None] = field(default_factory=dict)
    fades: dict[str, float] = field(default_factory=dict)
    quants: dict[int, float | str] = field(default_factory=dict)
    energy: Pattern | None = None

    def __bool__(self) -> bool:
        changed = (
            self.takes, self.gains, self.muted, self.soloed, self.phases, self.knobs, self.sources,
            self.quants,
        )  # fmt: skip
        single = (self.bpm, self.metre, self.metronome, self.groove, self.energy)
        return any(changed) or any(each is not None for each in single)

    def join(self, other: Draft) -> None:
        """Add later wishes."""
        self.takes.update(other.takes)
        self.gains.update(other.gains)
        self.muted.update(other.muted)
        self.soloed.update(other.soloed)
        self.phases.update(other.phases)
        for slot in other.takes:
            self.ways.pop(slot, None)
        self.ways.update(other.ways)
        if other.bpm is not None or other.metre is not None:
            self.glide = other.glide
        if other.bpm is not None:
            self.course = other.course
        self.groove = other.groove or self.groove
        self.bpm = other.bpm if other.bpm is not None else self.bpm
        self.metre = other.metre or self.metre
        self.metronome = other.metronome if other.metronome is not None else self.metronome
        self.fade = max(self.fade, other.fade)
        self.knobs.update(other.knobs)
        self.sources.update(other.sources)
        self.fades.update(other.fades)
        self.quants.update(other.quants)
        self.energy = other.energy if other.energy is not None else self.energy


@dataclass(frozen=True, eq=False)
class Standing:
    """A source that sounds: on which orbit, with which controls set, `fade` among them.

    `source_text` made it, in a `file` or typed, at the cycle `since`.
    """

    source: Source
    orbit: int
    settings: Mapping[str, float]
    source_text: str = ""
    since: float = 0.0
    file: str | None = None


@dataclass(frozen=True, eq=False)
class Course:
    """The tempo follows a pattern of quarter notes a minute; `source` is the text that said so."""

    pattern: Pattern
    source: str = ""


class Glide(NamedTuple):
    """A new tempo is reached in so many cycles, by a curve of `livecode.stage.tempo.CURVES`."""

    cycles: float
    curve: str = "linear"


@dataclass(frozen=True)
class Scene:
    """Everything that an evaluation can change, and undo can bring back.

    With a `course` the tempo follows that, and `bpm` is where it began.
    """

    takes: Mapping[int, Take] = field(default_factory=dict)
    gains: Mapping[int, float] = field(default_factory=dict)
    muted: frozenset[int] = frozenset()
    soloed: frozenset[int] = frozenset()
    bpm: float = 120.0
    course: Course | None = None
    groove: tuple[float, int] = (0.0, 4)
    metre: Metre = COMMON_TIME
    metronome: bool = False
    phases: Mapping[int, float] = field(default_factory=dict)
    knobs: Mapping[Knob, float] = field(default_factory=dict)
    sources: Mapping[str, Standing] = field(default_factory=dict)
    quants: Mapping[int, float | str] = field(default_factory=dict)
    energy: Pattern | None = None

    @property
    def cps(self) -> float:
        """Cycles a second."""
        return self.metre.cps(self.bpm)

    def level(self, slot: int) -> float:
        """The gain at which a slot sounds: its own, or 0 when mute or solo silence it."""
        if slot in self.muted or (self.soloed and slot not in self.soloed and slot != 0):
            return 0.0
        return self.gains.get(slot, 1.0)

    def after(self, draft: Draft) -> Scene:
        """The scene with a draft laid over it; what the draft says nothing of is shared, not copied."""
        return Scene(
            takes=_laid(self.takes, draft.takes),
            gains=_laid(self.gains, draft.gains),
            muted=_switched(self.muted, draft.muted),
            soloed=_switched(self.soloed, draft.soloed),
            bpm=self.bpm if draft.bpm is None else draft.bpm,
            course=self.course if draft.bpm is None else draft.course,
            groove=draft.groove or self.groove,
            metre=self.metre if draft.metre is None else draft.metre,
            metronome=self.metronome if draft.metronome is None else draft.metronome,
            phases=_laid(self.phases, draft.phases),
            knobs=_laid(self.knobs, draft.knobs),
            sources=_laid(self.sources, draft.sources),
            quants=_laid(self.quants, draft.quants),
            energy=self.energy if draft.energy is None else draft.energy,
        )

    def towards(self, target: Scene) -> Draft:
        """The wishes that make this scene into another."""
        takes = {slot: target.takes.get(slot) for slot in self.takes.keys() | target.takes.keys()}
        sources = {name: target.sources.get(name) for name in self.sources.keys() | target.sources.keys()}
        return Draft(
            takes={slot: take for slot, take in takes.items() if self.takes.get(slot) is not take},
            gains={slot: target.gains.get(slot, 1.0) for slot in self.gains.keys() | target.gains.keys()},
            muted={slot: slot in target.muted for slot in self.muted ^ target.muted},
            soloed={slot: slot in target.soloed for slot in self.soloed ^ target.soloed},
            bpm=target.bpm,
            course=target.course,
            groove=target.groove,
            metre=target.metre,
            metronome=target.metronome,
            phases={slot: target.phases.get(slot, 0.0) for slot in self.phases.keys() | target.phases.keys()},
            knobs={
                knob: target.knobs.get(knob, KNOBS[knob[2]])
                for knob in self.knobs.keys() | target.knobs.keys()
            },
            sources=sources,
            quants={slot: target.quants.get(slot, 1.0) for slot in self.quants.keys() | target.quants.keys()},
            energy=target.energy,
        )


def _laid(old: Mapping[Key, Value], wished: Mapping[Key, Value | None]) -> Mapping[Key, Value]:
    """The old values with the wished ones over them, without those that are None."""
    if all(old.get(key) is value for key, value in wished.items()):
        return old
    both = {**old, **wished}
    return {key: value for key, value in both.items() if value is not None}


def _switched(members: frozenset[int], switches: dict[int, bool]) -> frozenset[int]:
    if not switches:
        return members
    joined = {slot for slot, wanted in switches.items() if wanted}
    left = {slot for slot, wanted in switches.items() if not wanted}
    return frozenset((members | joined) - left)
