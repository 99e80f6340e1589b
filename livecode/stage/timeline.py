"""The front's view of time: the sender's tempo map, mirrored, and where the music is now.

>>> from livecode.stage.clock import VirtualClock
>>> clock = VirtualClock()
>>> timeline = Timeline(clock, cps=0.5)
>>> timeline.now(), timeline.running
(0.0, False)
>>> timeline.map = TempoMap(0.0, 0.0, 0.5)
>>> clock.move(3.0)
>>> timeline.now(), timeline.running
(1.5, True)
"""

from __future__ import annotations

from livecode.stage.clock import Clock
from livecode.stage.tempo import TempoMap


class Timeline:
    """Where the performance is. Before it starts it stands at its first cycle."""

    def __init__(self, clock: Clock, cps: float) -> None:
        self.clock = clock
        self.map: TempoMap | None = None
        self.first_cycle = 0.0
        self.metre: tuple[int, int] = (4, 4)
        self._cps = cps

    @property
    def running(self) -> bool:
        """Whether the sender has let time begin."""
        return self.map is not None

    @property
    def cps(self) -> float:
        """Cycles a second."""
        return self._cps if self.map is None else self.map.cps

    @cps.setter
    def cps(self, value: float) -> None:
        self._cps = value

    def present_cps(self) -> float:
        """Cycles a second at this moment: on the way to `cps` while a ramp is on."""
        return self._cps if self.map is None else self.map.cps_at(self.now())

    def now(self) -> float:
        """The cycle that is sounding at this moment."""
        return self.cycle_at(self.clock.now())

    def cycle_at(self, second: float) -> float:
        """The cycle at a second of the clock."""
        return self.first_cycle if self.map is None else self.map.cycle_at(second)

    def second_at(self, cycle: float) -> float:
        """The second at which a cycle comes; before the start, as if it were now."""
        if self.map is None:
            return self.clock.now() + (cycle - self.first_cycle) / self._cps
        return self.map.second_at(cycle)
