"""From a take to commands: one cycle asked of its pattern, and every event resolved.

User code runs here and nowhere else on the way to the beat, so here is where it gets its fuel, its time and
its moment, and where what it answers is looked at before anybody believes it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from math import inf
from typing import Any, NamedTuple, Protocol

from livecode.errors import ControlError, LivecodeError, PatternError
from livecode.language.fuel import EVENTS_PER_CYCLE, fuel
from livecode.language.modulation import Modulation, Piece, movements
from livecode.language.moment import MOMENT, Moment
from livecode.language.time import Event, Span, to_time
from livecode.sound.command import BufferFree, BufferLoad, Command, DefinitionLoad, Note, Sweep
from livecode.stage.budget import within
from livecode.stage.chance import seed_of, sown
from livecode.stage.protocol import Loadable, Playable
from livecode.stage.scene import Take

asking: ContextVar[tuple[Take, ...]] = ContextVar("livecode_asking", default=())
"""The takes whose cycles are being asked for in this thread, the outermost first: who follows whom."""


class Resolver(Protocol):
    """What turns an event into commands (see `livecode.sound.resolve`)."""

    def resolve(self, event: Event, slot: int) -> list[Command]:
        """Commands for one event, with the loads that this resolver has not given out before."""
        ...

    def loads(self) -> list[Command]:
        """Every load given out so far that still holds."""
        ...

    def sweeps(self, movements: Mapping[Modulation, list[Piece]], slot: int) -> list[Sweep]:
        """A cycle of the movements that notes resolved before are mapped to."""
        ...


class Heard(NamedTuple):
    """An event that begins in the cycle, and what it became."""

    event: Event
    commands: tuple[Playable, ...]


@dataclass
class Prepared:
    """One cycle of a take: events with their commands, and one line for each kind of event that is wrong.

    `sweeps` move what the notes are mapped to, those that began in an earlier cycle too.
    `momentary`: it came out as it did because of the moment; another time the same cycle may be different.
    """

    cycle: int
    heard: list[Heard] = field(default_factory=list)
    faults: list[LivecodeError] = field(default_factory=list)
    sweeps: list[Sweep] = field(default_factory=list)
    momentary: bool = False

    def between(self, begin: float, end: float) -> list[Heard]:
        """What begins in [begin, end), in cycles; a beginning may be off by a rounding error."""
        return [each for each in self.heard if begin - 1e-9 <= float(each.event.part.begin) < end - 1e-9]


    def commands(self, begin: float, end: float) -> list[Playable]:
        """Everything to be played in [begin, end), in cycles; a movement that is under way joins in there."""
        found: list[Playable] = [
            command for each in self.between(begin, end) for command in each.commands
        ]
        for sweep in self.sweeps:
            stop = sweep.begin + sweep.length
            if begin - 1e-9 <= sweep.begin < end - 1e-9:
                found.append(sweep)
            elif sweep.begin < begin < stop - 1e-9:
                reached = Piece(sweep.begin, sweep.length, sweep.start, sweep.stop).value_at(begin)
                found.append(Sweep(begin, stop - begin, sweep.bus, reached, sweep.stop, sweep.slot))
        return found


class Preparer:
    """Asks takes for cycles. `ship` gets each definition and sound file as soon as one turns up."""

    def __init__(self, resolver: Callable[[], Resolver], ship: Callable[[list[Loadable]], None]) -> None:
        self._make_resolver = resolver
        self._resolver: Resolver | None = None
        self._ship = ship
        self._guard = threading.Lock()

    @property
    def resolver(self) -> Resolver:
        """Made when the first event needs it, because finding the instruments takes a moment."""
        if self._resolver is None:
            with self._guard:
                if self._resolver is None:
                    self._resolver = self._make_resolver()
        return self._resolver

    def loads(self) -> list[Loadable]:
        """Every definition and sound file in use."""
        if self._resolver is None:
            return []
        with self._guard:
            return [each for each in self._resolver.loads() if not isinstance(each, Playable)]

    def keep(self, loads: list[Loadable]) -> None:
        """A server has these already, under these numbers."""
        keeper = getattr(self.resolver, "keep", None)
        if keeper is not None:
            keeper(loads)

    def refresh(self) -> bool:
        """Whether saved instruments or effects may sound different from now on (see the resolver)."""
        look = getattr(self._resolver, "looks_changed", None)
        # Looking gives the interpreter away with every file: nobody's notes may wait for that.
        if look is None or not look():
            return False
        with self._guard:
            return bool(self._resolver.refresh())  # type: ignore[union-attr]

    def describe(self, event: Event) -> tuple[str, dict[str, Any]]:
        """Instrument and controls of an event, as `livecode events` shows them."""
        teller = getattr(self.resolver, "describe", None)
        if teller is not None:
            instrument, controls = teller(event)
            return str(instrument), dict(controls)
        value = event.value
        return str(value.get("synth", value.get("s", ""))), dict(value)

    def prepare(
        self,
        take: Take,
        slot: int,
        cycle: int,
        moment: Moment,
        seconds: float,
        stuck: Callable[[], None] | None = None,
    ) -> Prepared:
        """One cycle of a take.

        Raises whatever its functions raise; QueryTooDense when it takes more than `seconds` or makes more
        events than allowed. Events that cannot be played are left out and named in `faults`.
        """
        self.resolver  # noqa: B018 - finding the instruments must not count against the pattern's time
        chain = asking.set((*asking.get(), take))
        before = MOMENT.set(moment)
        try:
            budget = seconds if seconds != inf else 3600.0
            with within(budget, f"d{slot}" if slot else "this", stuck), fuel(EVENTS_PER_CYCLE):
                onsets, moving = self._answer(take, slot, cycle)
        finally:
            MOMENT.reset(before)
            asking.reset(chain)
        prepared = self._resolve(onsets, slot, cycle, moving)
        prepared.momentary = moment.momentary
        return prepared

    def _answer(self, take: Take, slot: int, cycle: int) -> tuple[list[Event], dict[Modulation, list[Piece]]]:
        """What a take answers for a cycle; one whose functions draw gets this cycle's own chance."""
        seed = seed_of(take.seed, slot, cycle)
        with sown(seed if take.draws else None) as chance:
            found = _events(take, cycle)
        if take.seed and chance.used and not take.draws:
            take.draws = True
            with sown(seed):
                found = _events(take, cycle)
        return found


    def _resolve(
        self, events: list[Event], slot: int, cycle: int, moving: dict[Modulation, list[Piece]]
    ) -> Prepared:
        prepared = Prepared(cycle)
        said: set[str] = set()
        loads: list[Loadable] = []
        resolver = self.resolver
        with self._guard:
            for event in events:
                try:
                    commands = resolver.resolve(event, slot)
                except LivecodeError as error:
                    if str(error) not in said:
                        said.add(str(error))
                        prepared.faults.append(error)
                    continue
                played: list[Playable] = []
                for command in commands:
                    if isinstance(command, DefinitionLoad | BufferLoad | BufferFree):
                        loads.append(command)
                    else:
                        played.append(command)
                prepared.heard.append(Heard(event, tuple(played)))
            if moving:
                try:
                    prepared.sweeps = resolver.sweeps(moving, slot)
                except LivecodeError as error:
                    prepared.faults.append(error)
            if loads:
                # Under the guard, so that no other thread ships notes before what they need.
                self._ship(loads)
        return prepared


def _events(take: Take, cycle: int) -> tuple[list[Event], dict[Modulation, list[Piece]]]:
    answer = take.pattern.query(cycle, cycle + 1)
    return [_checked(event) for event in answer if event.has_onset()], movements(answer, cycle)


def _checked(event: Any) -> Event:
    if not isinstance(event, Event):
        raise PatternError(f"a pattern answered {event!r} instead of events: does a function return it?")
    if not isinstance(event.value, dict):
        shown = repr(event.value)
        cure = 'say what it means, as in s("bd") or note("0 4 7")'
        shown = shown if len(shown) < 60 else shown[:57] + "..."
        raise ControlError(f"{shown} is no sound by itself: {cure}")
    return event


def as_given(cycle: int, notes: list[Playable]) -> Prepared:
    """A cycle of which only the notes are known."""
    heard = []
    sweeps = [note for note in notes if isinstance(note, Sweep)]
    for note in notes:
        if isinstance(note, Sweep):
            continue
        begin = to_time(note.begin)
        length = getattr(note, "length", 0.25)
        whole = Span(begin, begin + to_time(length if length < inf else 0.25))
        heard.append(Heard(Event(whole, whole, {}), (note,)))
    return Prepared(cycle, heard, sweeps=sweeps)


def shifted(commands: list[Playable], by: float) -> list[Playable]:
    """The same commands so many cycles later."""
    from msgspec.structs import replace

    return [replace(command, begin=command.begin + by) for command in commands]


__all__ = ["Heard", "Note", "Prepared", "Preparer", "Resolver", "asking", "shifted"]
