"""The conductor: asks every slot's pattern ahead of time and hands the sender what it is to play.

A cycle at a time, the slot that is known least far first. The conductor is always at least two seconds and a
cycle ahead, so that the sender has something in hand when user code keeps the interpreter busy. When a
pattern fails its slot goes back to the last take that did not, one line says why, and nobody else notices.
"""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from math import floor, inf
from typing import Any

from livecode.errors import one_line
from livecode.language.forgetting import forget_unasked
from livecode.language.moment import Moment
from livecode.sound.layout import SLOTS
from livecode.stage.budget import within
from livecode.stage.course import points
from livecode.stage.faults import Notices, explain
from livecode.stage.part import Part
from livecode.stage.prepare import Heard, Prepared, Preparer, as_given
from livecode.stage.protocol import Alive, Hold, Playable, Tempo
from livecode.stage.scene import Course, Take
from livecode.stage.tempo import Metre
from livecode.stage.timeline import Timeline

AHEAD_SECONDS = 2.0
AHEAD_CYCLES = 1.0
BUDGET = 0.4
"""Seconds a cycle's query may take: what the other slots have in hand must outlast it."""
FARTHEST_AHEAD = 12.0
STALLS = 4.0
"""How many of the stalls seen lately the sender must be able to bridge."""
CALMING = 0.97
"""What is left of the worst stall with each frame that leaves in time."""
TURN, LONG_TURN = 0.02, 0.2
"""Seconds a thread may keep the interpreter while another waits for it: enough for a cycle of every slot, too
short for a finger to notice. The long turn is for when others keep it far longer than that anyway: whoever
gets it then should get everything done."""
KEPT_LONG = 0.1
"""Seconds this thread must have been kept waiting to ask for long turns."""
LONGEST_UNCOLLECTED = 1.0
"""Seconds of computing after which garbage is collected all the same."""
TOGETHER = 0.02
"""Seconds for which finished pieces are kept back to leave in one frame."""
ALIVE_EVERY = 1.0
FORGET_EVERY = 30.0
"""Seconds after which memories that nobody asks are let go."""
MEMORY_PAUSE = 0.05

Playing = Callable[[int, Prepared, list[Heard]], None]


class Conductor:
    """Keeps every slot filled. `start` gives it a thread; without one, `fill` does the work when told."""

    def __init__(
        self,
        preparer: Preparer,
        timeline: Timeline,
        send: Callable[[list[Any]], None],
        notices: Notices,
        offline: bool = False,
        played: Playing | None = None,
        write: Callable[..., None] = lambda kind, **entry: None,
    ) -> None:
        self.parts = [Part(slot) for slot in range(SLOTS)]
        self.lock = threading.RLock()
        self.budget = BUDGET
        self.given: dict[tuple[int, int], list[Playable]] = {}
        """Notes of cycles that are not to be asked for, because a journal knows what came out then."""
        self._write = write
        self._preparer = preparer
        self._timeline = timeline
        self._send = send
        self._notices = notices
        self._offline = offline
        self._played = played
        self._changed = threading.Condition(self.lock)
        self._generation = 0
        self._running = False
        self._said_alive = 0.0
        self._forgot = time.monotonic()
        self._stall = 0.0
        self._due = inf
        self._turn = 0.0
        self._course: Course | None = None
        self._course_held = 0.0
        self.leads_tempo = True
        """Not when the tempo map of a performance that is played again is known from its beginning."""
        self._outbox: list[Any] = []
        self._unwritten: list[dict[str, Any]] = []

    def start(self) -> None:
        """Go on by itself from now on, in a thread."""
        with self.lock:
            if not self._running:
                self._running = True
                self._new_thread()

    def stop(self) -> None:
        """Ask nothing any more."""
        with self.lock:
            self._running = False
            self._generation += 1
            self._changed.notify_all()

    def swap(self, plans: dict[int, list[tuple[float, Take | None]]]) -> None:
        """Let slots play other takes, each from its cycle on, and ask their followers again from there.

        What is already prepared for these takes goes out at once, in one frame.
        """
        with self.lock:
            touched: dict[int, float] = {}
            for slot, plan in plans.items():
                self.parts[slot].swap(plan)
                touched[slot] = plan[0][0]
            for follower, since in self._followers(touched).items():
                self.parts[follower].renew(since)
            holds: list[Any] = []
            for slot in plans:
                holds += self._ready_holds(self.parts[slot])
            self._flush()
            if holds:
                self._send(holds)
            self._changed.notify_all()

    def remember(self, slot: int, take: Take, prepared: Prepared) -> None:
        """Keep a cycle that was prepared when the take was checked, for when it is swapped in."""
        with self.lock:
            ready = self.parts[slot].ready
            ready[take.number, prepared.cycle] = prepared
            for key in [key for key in ready if key[0] < take.number]:
                del ready[key]

    def resend(self, silence_too: bool = False) -> None:
        """Tell a sender everything again, from now on; `silence_too` to one that may still play something."""
        with self.lock:
            now = self._timeline.now()
            for part in self.parts:
                plays = silence_too or part.take_at(now) or part.next_change(now) < inf
                part.renew(float(floor(now)) if plays else inf)
            self._changed.notify_all()

    def ask_again(self, cycle: float) -> None:
        """Ask once more for everything from a cycle on that may come out differently now."""
        with self.lock:
            for part in self.parts:
                if part.momentary and part.take_at(cycle) is not None:
                    part.renew(cycle)
            self._changed.notify_all()

    def renew(self, cycle: float) -> None:
        """Ask every slot that plays again from a cycle on: its notes may mean something else now."""
        with self.lock:
            for part in self.parts:
                if part.take_at(cycle) or part.next_change(cycle) < inf:
                    part.ready.clear()
                    part.renew(cycle)
            self._changed.notify_all()

    def follow_tempo(self, course: Course | None, cycle: float) -> None:
        """Let the tempo follow a pattern from a cycle on, or no more."""
        with self.lock:
            self._course, self._course_held = course, float(cycle)
            self._changed.notify_all()

    def withdraw_again(self, slot: int, at: float, source: str) -> None:
        """A take that failed when this was performed fails again, whether its code does or not."""
        with self.lock:
            part = self.parts[slot]
            take = part.take_at(at)
            if take is not None and take.source == source and take.fault is None:
                self._withdraw(part, take, at, "it failed when this was performed")

    def withdraw(self, slot: int, at: float, why: str) -> None:
        """What plays in a slot is of no use: the last good take plays from a cycle on."""
        with self.lock:
            part = self.parts[slot]
            take = part.take_at(at)
            if take is not None and take.fault is None:
                self._withdraw(part, take, at, why)

    def wake(self) -> None:
        """Look again at what is to be done."""
        with self.lock:
            self._changed.notify_all()

    def fill(self, goal: float) -> None:
        """Prepare everything up to a cycle, in this thread."""
        self._lead(goal)
        while True:
            with self.lock:
                part = self._neediest(goal)
            if part is None:
                break
            self._fill_one(part, None)
        with self.lock:
            self._flush()

    def goal(self) -> float:
        """The cycle up to which all has to be known by now: farther when this thread was kept waiting."""
        seconds = min(FARTHEST_AHEAD, AHEAD_SECONDS + STALLS * self._stall)
        return self._timeline.now() + max(AHEAD_CYCLES, seconds * self._timeline.cps)

    def _new_thread(self) -> None:
        self._generation += 1
        number = self._generation
        threading.Thread(target=self._run, args=(number,), name="conductor", daemon=True).start()

    def _run(self, number: int) -> None:
        while number == self._generation:
            try:
                self._serve(number)
            except MemoryError:
                # Somebody's code has taken everything; it will be ended by the same error, and then we go on.
                time.sleep(MEMORY_PAUSE)
            except Exception as error:
                # No threads left, no files: whatever somebody's code did to this process, the others play on.
                self._complain(self.parts[0], one_line(error))
                time.sleep(MEMORY_PAUSE)

    def _serve(self, number: int) -> None:
        began, woke = time.monotonic(), time.thread_time()
        collecting = True
        while True:
            self._lead(self.goal(), number)
            with self.lock:
                if number != self._generation:
                    break
                now = time.monotonic()
                if now - self._said_alive > ALIVE_EVERY:
                    self._said_alive = now
                    self._outbox.append(Alive())
                self._catch_up()
                part = self._neediest(self.goal())
                if part is None or now - began > TOGETHER:
                    self._flush()
                    began = time.monotonic()
                if collecting and (part is None or time.thread_time() - woke > LONGEST_UNCOLLECTED):
                    gc.enable()
                if part is None:
                    self._forget(now)
                    pause = self._pause()
                    self._due = time.monotonic() + pause
                    self._changed.wait(pause)
                    began, woke = time.monotonic(), time.thread_time()
                    # Not on our turn: looking for garbage among what others have made may take all of it.
                    collecting = gc.isenabled()
                    gc.disable()
                    continue
            self._fill_one(part, number)
        if collecting:
            gc.enable()

    def _forget(self, now: float) -> None:
        """Every half minute, when there is nothing else to do."""
        if now - self._forgot < FORGET_EVERY:
            return
        self._forgot = now
        forget_unasked()
        if self._timeline.running:
            cycle = self._timeline.now()
            for part in self.parts:
                part.forget(cycle)

    def _catch_up(self) -> None:
        """Cycles that have gone by unprepared are not asked for any more."""
        if not self._timeline.running:
            return
        now = self._timeline.now()
        for part in self.parts:
            if part.held < now - 1.0:
                part.held = float(floor(now))

    def _lead(self, goal: float, number: int | None = None) -> None:
        """Tell the sender how the tempo goes on up to a cycle, where it follows a pattern."""
        while True:
            with self.lock:
                course = self._course
                if self._timeline.running and self._course_held < self._timeline.now() - 1.0:
                    self._course_held = float(floor(self._timeline.now()))
                held = self._course_held
                if course is None or held >= goal or not self.leads_tempo:
                    return
            found: list[tuple[float, float]] = []
            trouble = ""
            stuck = None if number is None else partial(self._give_up_tempo, course, number)
            try:
                with within(self.budget, "the tempo", stuck):
                    found = points(course.pattern, int(held), Metre(*self._timeline.metre))
            except BaseException as error:
                # As with a slot: whatever it raises, the beat goes on.
                trouble = explain(error)
            with self.lock:
                if number not in (None, self._generation):
                    return
                if self._course is not course or self._course_held != held:
                    continue
                self._course_held = held + 1.0
                if trouble:
                    self._course = None
                    self._notices.say(f"the tempo stays as it is: {trouble}", "fault")
                if found:
                    self._outbox.append(Tempo(found[-1][1], found, held))

    def _flush(self) -> None:
        if self._outbox:
            messages, self._outbox = self._outbox, []
            self._send(messages)
            # From when it was to be done to when it had left: what the sender had to bridge this time.
            late = time.monotonic() - self._due - TOGETHER
            self._due = inf
            self._stall = max(CALMING * self._stall, late, 0.0)
            if not self._offline:
                turn = LONG_TURN if self._stall > KEPT_LONG else TURN
                if turn != self._turn:
                    self._turn = turn
                    sys.setswitchinterval(turn)
        # Only now: a write to a file may lose the interpreter, and what leaves must not wait for that.
        entries, self._unwritten = self._unwritten, []
        for entry in entries:
            self._write("played", **entry)

    def withhold(self) -> None:
        """What has not left yet is not to be played any more."""
        with self.lock:
            self._outbox.clear()
            self._unwritten.clear()

    def _pause(self) -> float:
        nearest = min(part.held for part in self.parts)
        if self._course is not None and self.leads_tempo:
            nearest = min(nearest, self._course_held)
        if nearest == inf or not self._timeline.running:
            return ALIVE_EVERY / 2
        seconds = (nearest - self.goal()) / self._timeline.cps
        return min(max(seconds, 0.002), ALIVE_EVERY / 2)

    def _neediest(self, goal: float) -> Part | None:
        part = min(self.parts, key=lambda each: each.held)
        return part if part.held < goal else None

    def _fill_one(self, part: Part, number: int | None) -> None:
        """One more piece of one slot: up to the end of its cycle, or to where another take begins."""
        with self.lock:
            epoch, begin = part.epoch, part.held
            take = part.take_at(begin)
            change = part.next_change(begin)
            if take is None:
                self._ship(part, [Hold(part.slot, epoch, begin, change, [])], change)
                return
            cycle = floor(begin + 1e-9)
            end = min(float(cycle + 1), change)
            prepared = part.ready.pop((take.number, cycle), None)
            if (part.slot, cycle) in self.given:
                prepared = as_given(cycle, self.given[part.slot, cycle])
            moment = self._moment(part.slot, begin)
        if prepared is None:
            try:
                prepared = self._preparer.prepare(
                    take,
                    part.slot,
                    cycle,
                    moment,
                    inf if self._offline else self.budget,
                    None if number is None else lambda: self._give_up(part, take, begin, number),
                )
            except BaseException as error:
                # Also SystemExit: an exit() in a pattern must not end the thread that serves every slot.
                with self.lock:
                    if part.epoch == epoch and number in (None, self._generation):
                        self._withdraw(part, take, begin, explain(error))
                return
        with self.lock:
            if part.epoch != epoch or part.held != begin or number not in (None, self._generation):
                return
            for fault in prepared.faults:
                self._complain(part, str(fault))
            heard = prepared.between(begin, end)
            part.momentary = prepared.momentary
            if prepared.momentary and part.slot:
                known = prepared.commands(cycle, cycle + 1)
                self._unwritten.append({"slot": part.slot, "at": cycle, "notes": known})
            notes = prepared.commands(begin, end)
            self._light(part, heard)
            if self._played is not None:
                self._played(part.slot, prepared, heard)
            self._ship(part, [Hold(part.slot, epoch, begin, end, notes)], end)

    def _ship(self, part: Part, messages: list[Any], held: float) -> None:
        part.held = held
        self._outbox += messages

    def _ready_holds(self, part: Part) -> list[Any]:
        """What can be said of a slot right now without asking anybody."""
        holds: list[Any] = []
        while part.held < inf:
            begin = part.held
            take, change = part.take_at(begin), part.next_change(begin)
            if take is None:
                holds.append(Hold(part.slot, part.epoch, begin, change, []))
                part.held = change
                continue
            cycle = floor(begin + 1e-9)
            prepared = part.ready.pop((take.number, cycle), None)
            if prepared is None or (part.slot, cycle) in self.given:
                break
            end = min(float(cycle + 1), change)
            heard = prepared.between(begin, end)
            self._light(part, heard)
            if self._played is not None:
                self._played(part.slot, prepared, heard)
            notes = prepared.commands(begin, end)
            holds.append(Hold(part.slot, part.epoch, begin, end, notes))
            part.held = end
        return holds

    def _light(self, part: Part, heard: list[Heard]) -> None:
        part.density = len(heard)
        for each in heard:
            whole = each.event.whole_or_part
            part.lit.append((float(whole.begin), float(whole.end), each))

    def _moment(self, slot: int, begin: float) -> Moment:
        timeline = self._timeline
        return Moment(
            offline=self._offline,
            deadline=inf if self._offline else timeline.second_at(begin) - 0.15,
            slot=slot,
            cycle=timeline.now(),
            cps=timeline.cps,
            metre=timeline.metre,
            notice=lambda text: self._notices.say(text, "info", slot),
            now=timeline.now,
            again=self.ask_again,
        )

    def _withdraw(self, part: Part, take: Take, begin: float, why: str) -> None:
        """The slot's take has failed: the last good one plays instead, from where it failed."""
        take.fault = why
        good = part.takes.good_before(take)
        instead = "plays on with what it had before" if good else "is silent"
        self._notices.say(f"d{part.slot} {instead}: {why}", "fault", part.slot)
        self._write("withdraw", slot=part.slot, at=begin, source=take.source)
        part.plan = [(since, good if each is take else each) for since, each in part.plan]
        part.renew(begin)
        self._changed.notify_all()

    def _give_up(self, part: Part, take: Take, begin: float, number: int) -> None:
        """The thread does not come back from a pattern: leave it there and go on with another."""
        with self.lock:
            if number != self._generation or not self._running:
                return
            self._withdraw(part, take, begin, "one of its functions does not return")
            self._new_thread()

    def _give_up_tempo(self, course: Course, number: int) -> None:
        """As with a slot whose pattern does not come back."""
        with self.lock:
            if number != self._generation or not self._running:
                return
            if self._course is course:
                self._course = None
                self._notices.say("the tempo stays as it is: its pattern does not return", "fault")
            self._new_thread()

    def _complain(self, part: Part, text: str) -> None:
        if text not in part.said:
            part.said.add(text)
            said = f"d{part.slot} leaves out an event: {text}" if part.slot else text
            self._notices.say(said, "fault", part.slot)

    def _followers(self, touched: dict[int, float]) -> dict[int, float]:
        """Every slot that listens, directly or not, to one of these, and from which cycle on."""
        found: dict[int, float] = {}
        waiting = dict(touched)
        while waiting:
            leader, since = waiting.popitem()
            for part in self.parts:
                take = part.take_at(since)
                if take is None or leader not in take.follows or part.slot in touched:
                    continue
                if found.get(part.slot, inf) > since:
                    found[part.slot] = waiting[part.slot] = since
        return found
