"""What an evaluation changes: it is collected, checked, made to happen at the quant, and can be taken back.

`Session` is this with the verbs that a performer types on top, `Line` below it what carries it to the sender.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import ceil, floor, inf
from typing import Any

from livecode.errors import EngineError, PatternError
from livecode.language.intensity import NAME as ENERGY
from livecode.language.live import serve_controls
from livecode.language.moment import Moment
from livecode.language.pattern import Pattern
from livecode.language.reify import reify
from livecode.stage import desk
from livecode.stage import metronome as metronomes
from livecode.stage.evaluation import EVALUATION, FORCED, Evaluation, calling_text
from livecode.stage.line import SLOTS, Line
from livecode.stage.prepare import Prepared, shifted
from livecode.stage.protocol import (
    Extra,
    Gains,
    Groove,
    Phase,
    Tempo,
)
from livecode.stage.resting import rest
from livecode.stage.scene import Draft, Scene, Take
from livecode.stage.slot import Placed, slot_number
from livecode.stage.tempo import check_cps, ramp
from livecode.stage.transitions import Plan, Way

CHECK_BUDGET = 2.0
"""Seconds that checking a new pattern may take; Ctrl-C is quicker."""
CHECKED_CYCLES = 2
SOON = 0.25
"""Seconds before a bar line within which its first notes are on their way already."""
LEFT_AWAKE = 16
"""Takes that have left the stage and still keep their answers: they may be fading, or come back at once."""


class Machinery(Line):
    """Everything that changes a performance."""

    # What slots ask for.

    def _place(self, slot: int, thing: Any, way: Way | None = None) -> Placed:
        evaluation, forced = self._evaluation(), FORCED.get()
        seed = evaluation.seed if evaluation is not None else 0
        take = Take(as_played(thing, f"d{slot}"), calling_text(), self._file(), seed=seed)
        cycle = self._swap_cycle_of(slot, way)
        for number in range(0 if forced is not None and forced.unchecked else CHECKED_CYCLES):
            prepared = self._checked(take, slot, floor(cycle) + number)
            if not (take.follows or prepared.momentary):
                if evaluation is not None:
                    evaluation.prepared.append((slot, take.number, prepared))
                else:
                    self._conductor.remember(slot, take, prepared)
        ways = {} if way is None else {slot: way}
        with self._evaluating(take.source or f"d{slot} >> ...") as evaluation:
            evaluation.draft.join(Draft(takes={slot: take}, ways=ways))
        return Placed(slot, cycle)

    def _place_nothing(self, slot: int) -> None:
        self._wish(Draft(takes={slot: None}))

    def _gain(self, slot: int, gain: float) -> None:
        self._wish(Draft(gains={slot: gain}))

    def _take(self, slot: int) -> Take | None:
        evaluation = self._evaluation()
        if evaluation is not None and slot in evaluation.draft.takes:
            return evaluation.draft.takes[slot]
        return self._scene.takes.get(slot)

    def _heard_take(self, slot: int, cycle: Any) -> Take | None:
        """What a slot plays at a cycle, for those who listen to it."""
        evaluation = self._evaluation()
        if evaluation is not None and slot in evaluation.draft.takes:
            return evaluation.draft.takes[slot]
        with self._lock:
            return self._conductor.parts[slot].take_at(float(cycle) + 1e-9)

    def _done_elsewhere(self) -> bool:
        """Whether an evaluation that is done again asks for what has a line of its own in the journal."""
        return FORCED.get() is not None and self._evaluation() is not None

    def _when(self) -> float:
        """The cycle at which what is done now counts as done."""
        forced = FORCED.get()
        return self.now() if forced is None else forced.cycle

    def _slot_undo(self, slot: int) -> None:
        self._slot_step(slot, self._conductor.parts[slot].takes.back, "undo")

    def _slot_redo(self, slot: int) -> None:
        self._slot_step(slot, self._conductor.parts[slot].takes.forth, "redo")

    # How it is done.

    def _slot_step(
        self, slot: int, step: Callable[[], tuple[bool, Take | None]], word: str, **entry: Any
    ) -> None:
        if self._done_elsewhere():
            return
        with self._lock:
            found, take = step()
            if not found:
                self.notices.say(f"d{slot} has nothing to {word}", "info", slot)
                return
            scene = self._scene.after(Draft(takes={slot: take}))
            applied = self._apply(scene, again=True)
            self._history.add(f"d{slot}.{word}()", scene, self._when())
            self._write(word, slot=slot, **applied, **entry)

    def _slot_revert(self, slot: int, number: int) -> None:
        step = self._history.step(number)
        if step is None and not self._done_elsewhere():
            raise PatternError(f"d{slot}.revert({number!r}): no step of that number, history() lists them")
        take = None if step is None else step.scene.takes.get(slot)
        self._slot_step(slot, lambda: (True, take), "revert", number=number)

    def _step(self, step: Callable[[], Scene | None], word: str, **entry: Any) -> None:
        if self._done_elsewhere():
            return
        with self._lock:
            scene = step()
            if scene is None:
                self.notices.say(f"nothing to {word}")
                return
            applied = self._apply(scene, again=True)
            self._write(word, **applied, **entry)

    def _evaluation(self) -> Evaluation | None:
        evaluation = EVALUATION.get()
        return evaluation if evaluation is not None and evaluation.session is self else None

    @contextmanager
    def _evaluating(self, text: str) -> Iterator[Evaluation]:
        """The evaluation that is going on, or one of its own for a call from a plain script."""
        evaluation = self._evaluation()
        if evaluation is not None:
            yield evaluation
            return
        single = Evaluation(self, calling_text() or text, "<script>", self._file())
        yield single
        self._commit(single)

    def _file(self) -> str | None:
        evaluation = self._evaluation()
        return evaluation.file if evaluation is not None else None

    def _wished(self) -> Scene:
        """The scene as it will be if the evaluation that is going on succeeds."""
        evaluation = self._evaluation()
        return self._scene if evaluation is None else self._scene.after(evaluation.draft)

    def _wish(self, draft: Draft) -> None:
        with self._evaluating("") as evaluation:
            evaluation.draft.join(draft)
            check_cps(self._scene.after(evaluation.draft).cps)

    def _named(self, slots: tuple[Any, ...]) -> list[int]:
        return [slot_number(slot) for slot in slots] if slots else sorted(self._scene.takes)

    def _checked(self, take: Take, slot: int, cycle: int) -> Prepared:
        """A cycle of a take that nobody has heard yet. Raises what is wrong with it."""
        timeline = self._timeline
        moment = Moment(
            offline=self.offline,
            deadline=inf if self.offline else timeline.clock.now() + CHECK_BUDGET * 0.9,
            first=True,
            slot=slot,
            cycle=timeline.now(),
            cps=self._wished().cps,
            metre=(self._wished().metre.beats, self._wished().metre.unit),
            notice=lambda text: self.notices.say(text, "info", slot or None),
            now=self.now,
            hear=self.ratings.listen,
            again=self._conductor.ask_again,
        )
        prepared = self._preparer.prepare(take, slot, cycle, moment, inf if self.offline else CHECK_BUDGET)
        if prepared.faults:
            raise prepared.faults[0]
        return prepared

    def _commit(self, evaluation: Evaluation) -> None:
        with self._lock:
            if self._closed:
                raise EngineError("this session is over: start livecode again")
            for slot, number, prepared in evaluation.prepared:
                take = evaluation.draft.takes.get(slot)
                if take is not None and take.number == number:
                    self._conductor.remember(slot, take, prepared)
            forced = FORCED.get()
            entry: dict[str, Any] = {}
            if evaluation.count_in:
                entry["count_in"] = self._count_in(evaluation.count_in)
            if evaluation.draft:
                scene = self._scene.after(evaluation.draft)
                entry.update(self._apply(scene, draft=evaluation.draft))
                self._history.add(evaluation.source, scene, self._when())
            if evaluation.extras:
                self._line()
                self._start()
                begin = entry.get("begin", self._swap_cycle(0.0))
                if forced is not None and forced.begin is not None:
                    begin = forced.begin
                self._send([Extra(shifted(commands, begin)) for commands in evaluation.extras])
                entry["begin"] = begin
            entry.update(origin=evaluation.name, file=evaluation.file, seed=evaluation.seed)
            self._write("evaluation", source=evaluation.source, **entry)

    def _apply(
        self, scene: Scene, at_once: bool = False, again: bool = False, draft: Draft | None = None
    ) -> dict[str, Any]:
        """Make another scene the one that plays.

        Gives, as the journal has it, the cycle from which on each slot plays something else (`swaps`) and
        that of changes to the desk and the sources (`begin`), if there are any. `again`: by undo or redo;
        `at_once`: not at the quant; `draft` says how to get there.
        """
        draft, forced = draft or Draft(), FORCED.get()
        old, self._scene = self._scene, scene
        timeline = self._timeline
        timeline.metre = (scene.metre.beats, scene.metre.unit)
        if scene.course is None and (scene.cps != old.cps or old.course is not None):
            start = timeline.present_cps()
            timeline.cps = scene.cps
            if self._link is not None and forced is None:
                points = ramp(start, scene.cps, *draft.glide) if draft.glide is not None else []
                self._send([Tempo(scene.cps, points)])
        if scene.course is not old.course or (scene.course is not None and scene.metre != old.metre):
            if not timeline.running:
                timeline.cps = scene.cps
            self._conductor.follow_tempo(scene.course, ceil(self._earliest() - 1e-9))
        if scene.groove != old.groove and forced is None:
            self._send([Groove(*scene.groove)])
        slots = range(SLOTS + 1)
        levels = [(slot, scene.level(slot)) for slot in slots if scene.level(slot) != old.level(slot)]
        if levels and self._link is not None:
            lag = draft.fade / scene.cps
            self._send([Gains(levels, lag) if lag else Gains(levels)])
        phases = [
            (slot, scene.phases.get(slot, 0.0))
            for slot in old.phases.keys() | scene.phases.keys()
            if scene.phases.get(slot, 0.0) != old.phases.get(slot, 0.0)
        ]
        if phases and self._link is not None:
            self._send([Phase(phases)])
        applied: dict[str, Any] = {"swaps": {}, **self._turn_knobs(old, scene, draft, at_once)}
        if scene.energy is not old.energy:
            self._steer(scene.energy)
        changes: dict[int, Take | None] = {
            slot: scene.takes.get(slot)
            for slot in sorted(old.takes.keys() | scene.takes.keys())
            if old.takes.get(slot) is not scene.takes.get(slot)
        }
        # One moment for all of them, so that what changes together sounds together.
        earliest = self._earliest()
        cycles = {
            slot: self.now() if at_once else self._swap_cycle_of(slot, draft.ways.get(slot), earliest)
            for slot in changes
        }
        if (scene.metronome, scene.metre if scene.metronome else None) != (
            old.metronome,
            old.metre if old.metronome else None,
        ):
            changes[0] = Take(metronomes.clicks(scene.metre), "metronome()") if scene.metronome else None
            cycles[0] = self.now() if at_once else self._swap_cycle(0.0, earliest)
        if not changes:
            return applied
        if forced is not None:
            cycles.update((slot, forced.swaps[slot]) for slot in changes if slot in forced.swaps)
        for slot, take in changes.items():
            self._leaves(old.takes.get(slot))
            takes = self._conductor.parts[slot].takes
            if again:
                if take is not None:
                    take.fault = None
                takes.show(take)
            else:
                takes.add(take)
        if any(changes.values()):
            self._line()
        plans: dict[int, Plan] = {}
        for slot, take in changes.items():
            way, cycle = draft.ways.get(slot), cycles[slot]
            before = self._conductor.parts[slot].take_at(cycle)
            plans[slot] = [(cycle, take)] if way is None else way.plan(cycle, before, take)
        self._conductor.swap(plans)
        if any(changes.values()):
            self._start()
        return {**applied, "swaps": cycles}

    def _turn_knobs(self, old: Scene, scene: Scene, draft: Draft, at_once: bool) -> dict[str, Any]:
        """Bring the desk and the sources from one scene to another; `begin`, if anything changes."""
        moved = desk.changes(old, scene, draft.fades)
        resolver: Any = self._preparer.resolver if old.sources.keys() | scene.sources.keys() else None
        for name in sorted(old.sources.keys() | scene.sources.keys()):
            standing = scene.sources.get(name)
            if standing is None:
                resolver.source(None, 0, name)
            else:
                resolver.source(standing.source, standing.orbit)
        if not moved:
            return {}
        self._line()
        self._start()
        forced = FORCED.get()
        begin = self.now() if at_once else self._swap_cycle(0.0)
        if forced is not None and forced.begin is not None:
            begin = forced.begin
        self._send([Extra(shifted(list(moved), begin))])
        return {"begin": begin}

    def _steer(self, course: Pattern | None) -> None:
        """Let energy follow a course from the next bar on."""
        if self._stop_energy is not None:
            self._stop_energy()
        self._stop_energy = None if course is None else serve_controls({ENERGY: course}.get)
        timeline = self._timeline
        soon = ceil(timeline.now() + SOON * timeline.cps) if timeline.running else 0
        self._conductor.ask_again(float(soon))

    def _leaves(self, take: Take | None) -> None:
        """A take makes way for another; when it has been gone for a while it keeps no answers."""
        if take is not None:
            self._left.append(take)
        while len(self._left) > LEFT_AWAKE:
            gone = self._left.popleft()
            if gone not in self._scene.takes.values():
                with suppress(Exception):
                    # Housekeeping: whatever somebody made a pattern of, a change does not fail for it.
                    rest(gone.pattern)

    def _count_in(self, bars: int) -> float:
        """Bars of clicks before what comes: before the start they are counted from below zero."""
        self._line()
        clicks = Take(metronomes.clicks(self._scene.metre), "count_in")
        one = [command for each in self._checked(clicks, 0, 0).heard for command in each.commands]
        forced = FORCED.get()
        if self._started:
            begin = int(self._swap_cycle(1.0))
            if forced is not None and forced.count_in is not None:
                begin = int(forced.count_in)
            self._not_before = float(begin + bars)
        else:
            begin = -bars
            self._timeline.first_cycle = float(-bars)
            self._not_before = 0.0
        self._send([Extra(shifted(one, float(begin + bar))) for bar in range(bars)])
        self._start()
        return float(begin)

    def _swap_cycle_of(self, slot: int, way: Way | None = None, earliest: float | None = None) -> float:
        """The cycle from which on a slot may play something else."""
        forced = FORCED.get()
        if forced is not None and slot in forced.swaps:
            return forced.swaps[slot]
        earliest = self._earliest() if earliest is None else earliest
        phase = self._scene.phases.get(slot, 0.0)
        if phase < 0 and self._timeline.running:
            # It plays before its time, so more of it has been sent.
            earliest -= phase * self._timeline.present_cps()
        quant = self._wished().quants.get(slot, 1.0)
        grid = 1 / self._scene.metre.beats if isinstance(quant, str) else quant
        quantized = self._swap_cycle(grid, earliest)
        return quantized if way is None else way.begin(earliest, quantized)

    def _swap_cycle(self, quant: float, earliest: float | None = None) -> float:
        """The first cycle on a grid of `quant` cycles that has not been sent yet."""
        earliest = self._earliest() if earliest is None else earliest
        return earliest if quant == 0 else ceil(earliest / quant - 1e-9) * quant


def as_played(thing: Any, place: str) -> Pattern:
    """What was typed as a pattern; PatternError for what cannot be one. `place` names where it should go."""
    if thing is None:
        cure = f"{place}.stop() silences it" if place.startswith("d") else "give a pattern"
        raise PatternError(f"None is no pattern: {cure}")
    if isinstance(thing, Placed):
        raise PatternError("the result of d1 >> pattern is no pattern: give the pattern itself a name first")
    if callable(thing) and not isinstance(thing, Pattern) and not hasattr(thing, "as_pattern"):
        name = getattr(thing, "__name__", repr(thing))
        raise PatternError(f"{name} is a function waiting for its pattern: call it with one")
    return reify(thing)
