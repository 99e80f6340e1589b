"""Slots: the sixteen places d1 .. d16 in which patterns play."""

from __future__ import annotations

import re
from math import inf
from typing import TYPE_CHECKING, Any

from livecode.errors import ControlError, PatternError, TempoError, called
from livecode.language.moment import moment
from livecode.language.pattern import MethodUnknown, Pattern
from livecode.language.time import Event
from livecode.language.whose import WHOSE
from livecode.stage.prepare import asking
from livecode.stage.scene import Draft
from livecode.stage.transitions import Towards, Way, check_cycles

if TYPE_CHECKING:
    from livecode.stage.scene import Take
    from livecode.stage.session import Session

LOUDEST = 4.0


class Slot:
    """One place to play in.

    ```python
    d1 >> s("bd*4").room(0.2)
    d1.mute()
    d1.undo()
    ```

    `d1 >> pattern` checks the pattern at once, so that a wrong name is an error in this very line and what
    was playing plays on; a good one takes over at the next cycle, or where `quant` says.
    """

    __slots__ = ("_session", "number")

    def __init__(self, session: Session, number: int) -> None:
        self._session = session
        self.number = number

    def __rshift__(self, pattern: Any) -> Placed:
        return self._session._place(self.number, pattern)

    @property
    def pattern(self) -> Pattern | None:
        """The pattern that plays, or will from the next swap on; None when the slot is silent."""
        take = self._session._take(self.number)
        return None if take is None else take.pattern

    @property
    def source(self) -> str:
        """The text that made what the slot plays."""
        take = self._session._take(self.number)
        return "" if take is None else take.source

    @property
    def playing(self) -> bool:
        """Whether the slot has a pattern."""
        return self._session._take(self.number) is not None

    def __getattr__(self, name: str) -> Any:
        if name[0] == "_" or name == "number":
            # Of one that is just being copied nothing is known yet.
            raise AttributeError(name)
        slot = f"d{self.number}"
        if name in WHOSE or hasattr(Pattern, name):
            played = self.source
            line = played if re.fullmatch(rf"{slot} >> \w+\(.{{0,60}}\)", played) else f'{slot} >> s("bd*4")'
            whose = WHOSE.get(name) or f"patterns have it, as in {line}.{name}(...)"
            raise MethodUnknown(f"function of {slot}", name, (), whose)
        raise AttributeError(f"{slot} has no {name}", name=name, obj=self)

    def mute(self) -> Slot:
        """Silence the slot while its pattern goes on unheard."""
        self._session.mute(self)
        return self

    def unmute(self) -> Slot:
        """Let a muted slot be heard again."""
        self._session.unmute(self)
        return self

    def solo(self) -> Slot:
        """Hear this slot (and others in solo) alone."""
        self._session.solo(self)
        return self

    def unsolo(self) -> Slot:
        """End the slot's solo."""
        self._session.unsolo(self)
        return self

    def stop(self) -> Slot:
        """Play nothing more; sounding notes ring out."""
        self._session._place_nothing(self.number)
        return self

    silence = stop

    def gain(self, amount: float) -> Slot:
        """How loud the slot is in the mix: 1 is as its pattern has it, 0 is silence, 4 the most."""
        self._session._gain(self.number, check_gain(amount))
        return self

    def balance(self, place: float) -> Slot:
        """Where the slot stands in the mix, whatever its notes' pan: -1 left, 0 as it comes, 1 right."""
        self._session._desk(checked_knob("balance", place, -1, 1), slot=self.number)
        return self

    def width(self, amount: float) -> Slot:
        """How wide the slot stands: 0 all in the middle, 1 as it comes, 2 twice as far apart."""
        self._session._desk(checked_knob("width", amount, 0, 2), slot=self.number)
        return self

    def quant(self, cycles: float | str) -> Slot:
        """When new patterns take over: every so many cycles, 0 for at once, "beat" for the next beat.

        ```python
        d1.quant(0) >> s("cp")
        d1.quant(4)
        ```
        """
        self._session._quant_of(self.number, cycles)
        return self

    def phase(self, seconds: float) -> Slot:
        """Play everything in the slot so many seconds later, or earlier: `d2.phase(-0.01)` pushes.

        Between -0.25 and 0.5; pattern and grid stay as they are.
        """
        self._session._wish(Draft(phases={self.number: check_phase(seconds)}))
        return self

    def xfade(self, cycles: float = 4) -> Towards:
        """Fade from what plays to the pattern to come: `d1.xfade(8) >> s("bd*4")`."""
        return Towards(self, Way("xfade", check_cycles(cycles, "xfade")))

    def clutch(self, cycles: float = 2) -> Towards:
        """Let events of what plays drop out as those of the pattern to come drop in."""
        return Towards(self, Way("clutch", check_cycles(cycles, "clutch")))

    def anticipate(self, cycles: float = 8) -> Towards:
        """Build up with echoes that spread apart, then drop into the pattern to come."""
        return Towards(self, Way("anticipate", check_cycles(cycles, "anticipate")))

    def jump(self, cycles: float = 0) -> Towards:
        """Change at once, or in exactly so many cycles, whatever the quant: `d1.jump() >> s("cp")`."""
        return Towards(self, Way("jump", check_cycles(cycles, "jump")))

    def jump_mod(self, cycles: float = 4) -> Towards:
        """Change at the next cycle that is a multiple of so many."""
        return Towards(self, Way("jump_mod", check_cycles(cycles, "jump_mod", 1 / 64)))

    def wait(self, cycles: float = 1) -> Towards:
        """Be silent for so many cycles, then play the pattern to come."""
        return Towards(self, Way("wait", check_cycles(cycles, "wait")))

    def mortal(self, cycles: float = 8, release: float = 1) -> Towards:
        """Play the pattern to come for so many cycles, then let it thin out and end within `release` more."""
        return Towards(
            self, Way("mortal", check_cycles(cycles, "mortal"), check_cycles(release, "mortal", 0.0))
        )

    def revert(self, number: int) -> Slot:
        """Play again what the slot played after step `number` of `history()`."""
        self._session._slot_revert(self.number, number)
        return self

    def undo(self) -> Slot:
        """Back to what the slot played before."""
        self._session._slot_undo(self.number)
        return self

    def redo(self) -> Slot:
        """Forward again after an undo."""
        self._session._slot_redo(self.number)
        return self

    def query(self, begin: Any, end: Any) -> list[Event]:
        """What the slot plays in a span: how others listen to it, as in `neural("chorale").over(d3)`."""
        here = moment()
        if here is not None and here.slot == self.number:
            slot = f"d{self.number}"
            raise PatternError(f"{slot} listens to itself: {slot}.pattern is what it plays now, to build on")
        chain = asking.get()
        for each in chain:
            each.follows.add(self.number)
        take = self._session._heard_take(self.number, begin)
        if take is None:
            return []
        if take in chain:
            raise PatternError(f"d{self.number} listens to itself through another slot: take one of them out")
        token = asking.set((*chain, take))
        try:
            return take.pattern.query(begin, end)
        finally:
            asking.reset(token)

    def __or__(self, other: Slot | Slots) -> Slots:
        return Slots((self,)) | other

    def as_pattern(self) -> Pattern:
        """The slot as a pattern that follows whatever plays in it."""
        return Pattern(self.query)

    def __repr__(self) -> str:
        take: Take | None = self._session._take(self.number)
        return f"d{self.number}: {take.source or 'a pattern' if take else 'silent'}"


class Slots:
    """Several slots side by side, for `show(d1 | d2)`."""

    __slots__ = ("slots",)

    def __init__(self, slots: tuple[Slot, ...]) -> None:
        self.slots = slots

    def __or__(self, other: Slot | Slots) -> Slots:
        if not isinstance(other, (Slot, Slots)):
            raise PatternError(
                f"{self!r} | {called(other)}: only slots stand side by side, as in show(d1 | d2)"
            )
        more = (other,) if isinstance(other, Slot) else other.slots
        return Slots(self.slots + more)

    def __repr__(self) -> str:
        return " | ".join(f"d{slot.number}" for slot in self.slots)


def checked_knob(name: str, value: Any, low: float, high: float) -> tuple[str, float]:
    """A knob of the desk with where it is turned to; raises ControlError for what is no such place."""
    known = isinstance(value, int | float) and not isinstance(value, bool)
    if not known or not low <= value <= high:
        raise ControlError(f"{name} {value!r} cannot be set: give a number from {low:g} to {high:g}")
    return name, float(value)


class Placed:
    """What `d1 >> pattern` gives: nothing to calculate with."""

    __slots__ = ("_cycle", "_slot")

    def __init__(self, slot: int, cycle: float) -> None:
        self._slot = slot
        self._cycle = cycle

    def __repr__(self) -> str:
        return f"d{self._slot} from cycle {self._cycle:g}"


_OPERATORS = {
    "or": "|", "and": "&", "xor": "^", "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//",
    "mod": "%", "pow": "**", "rshift": ">>", "lshift": "<<", "lt": "<", "gt": ">", "le": "<=", "ge": ">=",
    "eq": "==", "ne": "!=",
}  # fmt: skip


def _refusing(symbol: str) -> Any:
    def refuse(self: Placed, other: object) -> Any:
        slot = f"d{self._slot}"
        raise PatternError(
            f"{slot} >> a {symbol} b is read as ({slot} >> a) {symbol} b: write {slot} >> (a {symbol} b)"
        )

    return refuse


def _refuse_call(self: Placed, name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    slot = f"d{self._slot}"
    raise PatternError(f"({slot} >> pattern) has no {name}: write {slot}.{name}, or change the pattern")


for _name, _symbol in _OPERATORS.items():
    setattr(Placed, f"__{_name}__", _refusing(_symbol))
    if _name not in ("lt", "gt", "le", "ge", "eq", "ne"):
        setattr(Placed, f"__r{_name}__", _refusing(_symbol))
Placed.__hash__ = object.__hash__  # type: ignore[method-assign]
Placed.__getattr__ = _refuse_call  # type: ignore[attr-defined]


def check_gain(amount: object) -> float:
    """A linear gain from 0 to 4, or a ControlError that says what to type."""
    try:
        number = float(amount)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        number = -1.0
    if not 0.0 <= number <= LOUDEST:
        raise ControlError(f"gain {amount!r} cannot be played: give a number from 0 to 4, 1 for as it is")
    return number


def check_phase(seconds: object) -> float:
    """Seconds from -0.25 to 0.5, or a TempoError that says what to type."""
    try:
        number = float(seconds)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        number = inf
    if not -0.25 <= number <= 0.5:
        raise TempoError(f"phase({seconds!r}) cannot be played: give seconds from -0.25 to 0.5")
    return number


def slot_number(slot: object) -> int:
    """The number of d1 .. d16, given as slot or as number."""
    if isinstance(slot, Slot):
        return slot.number
    if isinstance(slot, int) and not isinstance(slot, bool) and 1 <= slot <= 16:
        return slot
    raise PatternError(f"{slot!r} is no slot: give d1 .. d16 or a number from 1 to 16")
