"""What a performer types about time: tempo, its ramps, tap, nudge, metre, grids for changes."""

from __future__ import annotations

import time
from contextlib import suppress
from math import ceil
from statistics import median
from typing import Any

from livecode.errors import TempoError
from livecode.language.pattern import Pattern
from livecode.language.reify import reify
from livecode.stage.budget import within
from livecode.stage.course import points
from livecode.stage.evaluation import FORCED, calling_text
from livecode.stage.line import SLOTS
from livecode.stage.machinery import CHECK_BUDGET, Machinery
from livecode.stage.protocol import Tempo
from livecode.stage.scene import Course, Draft, Glide
from livecode.stage.tempo import CURVES, check_bpm, check_cps, check_metre, check_swing, displaced
from livecode.stage.transitions import check_cycles

LONGEST_TAP = 3.0
TAPS = 8
MOST_NUDGED = 0.5
BENT = 0.06
"""Share by which a tempo that follows a player changes in a bar at most."""
PULL = 0.35
"""Share of a player's lead or lag that is made good in a bar."""


class Timekeeping(Machinery):
    """The verbs of time."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._taps: list[float] = []
        self._followed = 0.0

    def tempo(self, bpm: Any = None, over: float = 0, curve: str = "linear") -> float:
        """Quarter notes a minute from now on, or reached `over` so many cycles; without a number, what it is.

        ```python
        tempo(126)
        tempo(174, over=16, curve="exponential")
        tempo(sine.slow(16).range(110, 130))
        ```

        `curve` is "linear" (evenly in time), "exponential" (by equal ratios) or "sine" (gently at both ends).
        A pattern is followed from the next cycle on: a signal smoothly, `tempo("<120 140>")` in steps. What
        a pattern answers must be from 1 to 999; when it fails, the tempo stays and a line says why.
        """
        if isinstance(bpm, str | Pattern):
            return self._follow(reify(bpm), over)
        if bpm is None:
            scene = self._wished()
            return self._present_bpm() if scene.bpm == self._scene.bpm else scene.bpm
        self._wish(Draft(bpm=check_bpm(bpm), glide=_glide(over, curve)))
        return float(bpm)

    def _follow(self, course: Pattern, over: float) -> float:
        if over:
            raise TempoError("a tempo that follows a pattern gets there by itself: leave over= out")
        metre = self._wished().metre
        with within(CHECK_BUDGET, "the tempo"):
            found = points(course, ceil(self._earliest() - 1e-9), metre)
        bpm = metre.bpm(found[0][1]) if found else self._wished().bpm
        self._wish(Draft(bpm=bpm, course=Course(course, calling_text())))
        return bpm

    def groove(self, amount: float, slices: int | None = None) -> None:
        """Let everything swing, from the next slice of a cycle on: `groove(1/6)` is triplets, 0 straight.

        ```python
        groove(1/6)
        groove(1/12, 8)
        ```

        What falls on the middle of each of `slices` slices of the cycle (as many as the metre has beats,
        when you do not say) comes later by a part `amount` of a slice, and what lies between moves along;
        below 0, earlier; -0.4 to 0.4. For one pattern there are `.swing(4)` and `.swing_by(1/6, 4)`.
        """
        wanted = check_swing(amount, self._wished().metre.beats if slices is None else slices)
        self._wish(Draft(groove=wanted))

    def cps(self, cycles_a_second: float | None = None, over: float = 0, curve: str = "linear") -> float:
        """The tempo as cycles (bars) a second; without a number, what it is.

        ```python
        cps(0.5625)
        ```
        """
        if cycles_a_second is None:
            scene = self._wished()
            return scene.metre.cps(self._present_bpm()) if scene.cps == self._scene.cps else scene.cps
        speed = check_cps(cycles_a_second)
        self._wish(Draft(bpm=self._wished().metre.bpm(speed), glide=_glide(over, curve)))
        return speed

    def meter(self, beats: int = 4, unit: int = 4) -> None:
        """How many beats of what length make a cycle; quarter notes keep their speed.

        ```python
        meter(7, 8)
        ```
        """
        self._wish(Draft(metre=check_metre(beats, unit)))

    def tap(self) -> float | None:
        """Tap the tempo: call it on each beat, four times or more; gives beats a minute once it knows.

        ```python
        tap()
        ```

        What counts is the middle one of the last few intervals, so that one clumsy tap does no harm. A pause
        of three seconds begins anew.
        """
        now = time.monotonic()
        if self._taps and now - self._taps[-1] > LONGEST_TAP:
            self._taps.clear()
        self._taps = [*self._taps[-TAPS:], now]
        if len(self._taps) < 3:
            return None
        beat = median(later - earlier for earlier, later in zip(self._taps, self._taps[1:]))
        quarters = 4 / self._wished().metre.unit
        with suppress(TempoError, ZeroDivisionError):
            bpm = round(check_bpm(60 * quarters / beat), 2)
            self._wish(Draft(bpm=bpm))
            return bpm
        return None

    def nudge(self, seconds: float = 0.01) -> None:
        """Push everything a little later (or earlier, below 0) without a jump, to meet another's beat.

        ```python
        nudge(-0.02)
        ```

        The tempo bends for as long as it takes, a beat as a rule, and is then what it was. Half a second at
        the most.
        """
        try:
            amount = float(seconds)
        except (TypeError, ValueError, OverflowError):
            amount = 2 * MOST_NUDGED
        if not abs(amount) <= MOST_NUDGED:
            cure = "give seconds from -0.5 to 0.5, as in nudge(0.02)"
            raise TempoError(f"nudge({seconds!r}) is too far: {cure}")
        with self._lock:
            if not self._timeline.running or amount == 0.0:
                return
            cps = self._timeline.present_cps()
            # Never more than a quarter faster or slower.
            cycles = max(1 / self._scene.metre.beats, 4 * abs(amount) * cps)
            if FORCED.get() is None:
                self._send([Tempo(self._scene.cps, displaced(cps, amount, cycles))])
            self._write("nudge", seconds=amount)

    def follow_player(self, bpm: float, bounds: tuple[float, float], lag: float) -> None:
        """Bend the tempo towards a player's within a bar: `lag` is the share of a beat by which he is behind.

        `bounds` are beats a minute, or below 5 shares of the tempo with which following began. Nothing jumps:
        a bar changes the tempo by 6 % at most, and a third of the lag is made good in it.
        """
        with self._lock:
            if FORCED.get() is not None or self.offline or not self._timeline.running:
                return
            scene = self._scene
            if self._followed == 0.0:
                self._followed = scene.bpm
            low, high = (each * self._followed if each < 5 else each for each in bounds)
            while bpm > 1.41 * scene.bpm:
                bpm /= 2
            while bpm < 0.71 * scene.bpm:
                bpm *= 2
            wanted = min(high, max(low, bpm))
            wanted = min(scene.bpm * (1 + BENT), max(scene.bpm * (1 - BENT), wanted))
            self._scene = scene.after(Draft(bpm=check_bpm(wanted)))
            bent = self._scene.cps * (1 - PULL * lag / scene.metre.beats)
            self._send([Tempo(bent, [(1.0, bent)])])

    def quant(self, cycles: float | str) -> None:
        """When new patterns take over, for all slots: every so many cycles, 0 for at once, or "beat"."""
        quant = check_quant(cycles)
        self._wish(Draft(quants=dict.fromkeys(range(1, SLOTS + 1), quant)))

    def next_cycle(self) -> int:
        """The next cycle at which something can begin."""
        return int(self._swap_cycle(1.0))

    def _quant_of(self, slot: int, cycles: float | str) -> None:
        self._wish(Draft(quants={slot: check_quant(cycles)}))

    def _present_bpm(self) -> float:
        """The tempo at this moment: on its way while a ramp is on."""
        scene, timeline = self._scene, self._timeline
        moving = timeline.map is not None and timeline.map.ramping(timeline.clock.now())
        if moving or (scene.course is not None and timeline.running):
            return scene.metre.bpm(timeline.present_cps())
        return scene.bpm


def _glide(over: object, curve: object) -> Glide | None:
    cycles = check_cycles(over, "tempo(..., over=")
    if curve not in CURVES:
        raise TempoError(f"no curve called {curve!r}: a tempo goes up or down by {', '.join(CURVES)}")
    return Glide(cycles, str(curve)) if cycles else None


def check_quant(cycles: object) -> float | str:
    """A grid for swaps in cycles, 0 for none, "beat", or a TempoError that says what to type."""
    if cycles in ("beat", "bar", "cycle"):
        return "beat" if cycles == "beat" else 1.0
    with suppress(TypeError, ValueError):
        quant = float(cycles)  # type: ignore[arg-type]
        if 0 <= quant <= 1024 and (quant == 0 or quant >= 1 / 64):
            return quant
    raise TempoError(f'quant({cycles!r}) is no grid: give cycles from 1/64 to 1024, 0 for at once, or "beat"')
