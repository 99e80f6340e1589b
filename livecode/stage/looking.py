"""What can be seen of a performance: what plays and why, how it is doing, what sounds at this moment.

Nothing here changes anything, and all of it is cheap enough for a screen that is drawn ten times a second.
"""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Any, cast

from livecode.stage.history import Step
from livecode.stage.part import Part
from livecode.stage.status import Lit, Running, SlotStatus, Status
from livecode.stage.timekeeping import Timekeeping

if TYPE_CHECKING:
    from livecode.language.time import Event
    from livecode.sound.levels import Levels
    from livecode.stage.explain import Explanation
    from livecode.stage.scene import Take
    from livecode.stage.session import Session

LONGEST_SEEN = 8.0
"""Cycles after its beginning for which a note is still looked for."""


class Looking(Timekeeping):
    """The questions that can be asked about a performance."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._levels: Levels | None = None

    def _hearing_shown(self) -> str:
        """What players are heard to do, in a few words."""
        return ""

    def explain(self, what: Any, cycle: int | None = None) -> Explanation:
        """Why a slot (or a pattern) plays what it plays in a cycle, the one that sounds when none is named.

        ```python
        explain(d1, cycle=4)
        ```

        Which characters gave which events, through which functions, at which second, to which synth with
        which controls, and how long before its moment each note was sent, or how late.
        """
        from livecode.stage.explain import explained

        return explained(cast("Session", self), what, cycle)

    def running(self) -> list[Running]:
        """What plays, since when, from where, and whether it is heard: slots, sources, the metronome."""
        with self._lock:
            found = [self._runs(number, take) for number, take in sorted(self._scene.takes.items())]
            for name, each in sorted(self._scene.sources.items()):
                source = each.source_text or f"ndef({name!r})"
                found.append(Running(0, source, each.since, each.file, "sounds", f"ndef {name}"))
            if self._scene.metronome:
                found.append(Running(0, "metronome()", 0.0, None, "clicks", "metronome"))
            return found

    def _runs(self, number: int, take: Take) -> Running:
        part = self._conductor.parts[number]
        playing = part.take_at(self.now())
        passing = playing is not None and bool(playing.passing)
        since = next((cycle for cycle, each in part.plan if each is (playing if passing else take)), 0.0)
        if take.fault is not None:
            instead = "plays what it had before" if playing else "is silent"
            why = f"{instead} ({take.fault})"
        elif number in self._scene.muted:
            why = "is muted"
        elif not self._scene.level(number):
            why = "is silent because others are in solo" if self._scene.soloed else "has gain 0"
        elif playing is not None and passing:
            why = playing.passing
        elif playing is not take:
            why = self._why_not(part, since)
        else:
            why = "sounds"
        return Running(number, take.source, max(since, 0.0), take.file, why)

    def _why_not(self, part: Part, since: float) -> str:
        """Why a slot's take does not play at this moment."""
        if since > self.now():
            before = part.take_at(self.now())
            return f"comes in at cycle {since:g}" + (f" after {before.source}" if before is not None else "")
        return "has played its time"

    def history(self) -> list[Step]:
        """Every evaluation, the oldest first, with the one in force: `revert(n)` goes back to any of them."""
        return self._history.steps()

    def status(self) -> Status:
        """How the performance is doing; cheap."""
        state, scene, ready = self._state, self._scene, self._ready
        cycle = self.now()
        if self._closed or self._failed:
            name = "ended"
        elif self._link is None or self.offline:
            name = "off"
        elif ready is None or not state.sounding:
            name = "booting"
        else:
            name = "looping" if state.looping else "sounding"
        slots = []
        for number, part in enumerate(self._conductor.parts[1:], 1):
            take = scene.takes.get(number)
            slots.append(
                SlotStatus(
                    number=number,
                    playing=take is not None,
                    source=take.source if take is not None else "",
                    gain=scene.gains.get(number, 1.0),
                    muted=number in scene.muted,
                    soloed=number in scene.soloed,
                    sounding=take is not None and scene.level(number) > 0 and part.density > 0,
                    events=part.density if take is not None else 0,
                    fault=take.fault if take is not None else None,
                )
            )
        beats = scene.metre.beats
        recording = self._recording
        return Status(
            state=name,
            engine=ready.engine if ready is not None else "",
            cycle=cycle,
            beat=int((cycle - floor(cycle)) * beats) + 1,
            beats=beats,
            bpm=self._present_bpm(),
            cps=scene.metre.cps(self._present_bpm()),
            load=state.load,
            peak_load=state.peak,
            sent=state.sent,
            late=state.late,
            dropped=state.dropped,
            lost=state.lost,
            looped=state.looped,
            pending=state.pending,
            restarts=state.restarts,
            jitter=state.jitter,
            lookahead=state.lookahead or self.config.latency,
            lateness=state.lateness,
            master_peak=state.master_peak,
            recording=str(recording.path) if recording is not None and recording.running else "",
            xruns=state.xruns,
            hearing=self._hearing_shown(),
            slots=tuple(slots),
        )

    def levels(self) -> Levels:
        """Meters, waveform and spectrum of what sounds, read without a message; see `livecode.sound.levels`.

        Ask for it anew at each look: an engine that was booted again has another port.
        """
        from livecode.sound.levels import Levels

        port = self._ready.port if self._ready is not None else 0
        if self._levels is None or self._levels.port != port:
            self._levels = Levels(port, self._ready.sample_rate if self._ready is not None else 48000.0)
        return self._levels

    def sounding(self, now: float | None = None) -> list[Lit]:
        """What sounds at a monotonic second (now), and where it was typed."""
        timeline = self._timeline
        second = timeline.clock.now() if now is None else now
        cycle = timeline.cycle_at(second)
        found = []
        with self._lock:
            for part in self._conductor.parts:
                if part.slot and not self._scene.level(part.slot):
                    continue
                for begin, end, heard in part.lit:
                    if begin <= cycle < end and heard.event.locations:
                        found.append(
                            Lit(
                                part.slot,
                                timeline.second_at(begin),
                                timeline.second_at(end),
                                heard.event.locations,
                            )
                        )
        return found

    def heard(self, begin: float, end: float) -> list[tuple[int, float, float, Event]]:
        """The notes of audible slots that sound between two cycles: slot, begin and end in cycles, event.

        The future is known as far as the patterns have been asked; the past for some hundred notes.
        """
        found = []
        with self._lock:
            for part in self._conductor.parts[1:]:
                if not part.lit or not self._scene.level(part.slot):
                    continue
                for first, last, heard in reversed(part.lit):
                    if first < end and last > begin:
                        found.append((part.slot, first, last, heard.event))
                    elif first < begin - LONGEST_SEEN:
                        break
        return found

    def on_stage(self) -> list[tuple[int, Take, dict[str, bool]]]:
        """Every slot that plays: its number, its take, and whether it is muted, in solo and heard."""
        scene = self._scene
        return [
            (
                slot,
                take,
                {
                    "muted": slot in scene.muted,
                    "soloed": slot in scene.soloed,
                    "heard": scene.level(slot) > 0,
                },
            )
            for slot, take in sorted(scene.takes.items())
        ]

    @property
    def started(self) -> bool:
        """Whether time has begun to move."""
        return self._timeline.running
