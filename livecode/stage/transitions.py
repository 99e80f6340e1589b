"""Ways from one pattern to the next in a slot: cross-fade, thin out, build up, wait, die.

```python
d1.xfade(8) >> s("bd*4")
d2.clutch() >> note("0 3 7").synth("pluck")
d3.mortal(16, 4) >> s("cp*8?")
```

The names and what they do are TidalCycles' (Sound.Tidal.Transition), with one difference: a cross-fade keeps
the power equal instead of dipping in the middle, because gain counts here, as there, to the fourth power.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin
from typing import TYPE_CHECKING, Any

from quicktions import Fraction

from livecode.errors import TempoError
from livecode.language.pattern import Pattern, silence
from livecode.language.random import draw
from livecode.language.time import Event, Span
from livecode.stage.scene import Take

if TYPE_CHECKING:
    from livecode.stage.slot import Placed, Slot

LONGEST = 1024.0
SEED = 77
ECHOES, ECHO = 8, 0.2

Level = Callable[[float], float]
Plan = list[tuple[float, Take | None]]


@dataclass(frozen=True)
class Way:
    """How a slot gets to its next pattern: `kind` as in the slot's method, over `cycles`, then `release`."""

    kind: str
    cycles: float = 0.0
    release: float = 0.0

    def begin(self, earliest: float, quantized: float) -> float:
        """The cycle at which it begins; `earliest` is the first one that has not been sent."""
        if self.kind == "jump":
            return earliest + self.cycles
        if self.kind == "jump_mod":
            return -(-earliest // self.cycles) * self.cycles
        return quantized

    def plan(self, begin: float, old: Take | None, new: Take | None) -> Plan:
        """What the slot plays from which cycle on."""
        end = begin + self.cycles
        if self.kind == "wait":
            return [(begin, None), (end, new)]
        if self.kind == "mortal" and new is not None:
            gone = end + self.release
            dying = _passing(thinned(new.pattern, end, gone), new, f"dies until cycle {gone:g}")
            return [(begin, new), (end, dying), (gone, None)] if self.release else [(begin, new), (end, None)]
        if self.kind in _CROSSING and self.cycles:
            one = silence if old is None else old.pattern
            other = silence if new is None else new.pattern
            pattern = _CROSSING[self.kind](one, other, begin, end)
            of = new or old
            assert of is not None
            return [(begin, _passing(pattern, of, f"{_WORDS[self.kind]} until cycle {end:g}")), (end, new)]
        return [(begin, new)]


class Towards:
    """`d1.xfade(8)`: where to put the pattern to come, `d1.xfade(8) >> pattern`."""

    __slots__ = ("_slot", "_way")

    def __init__(self, slot: Slot, way: Way) -> None:
        self._slot = slot
        self._way = way

    def __rshift__(self, pattern: Any) -> Placed:
        return self._slot._session._place(self._slot.number, pattern, self._way)

    def __repr__(self) -> str:
        slot = f"d{self._slot.number}.{self._way.kind}({self._way.cycles:g})"
        return f"{slot} waits for its pattern: {slot} >> pattern"


def check_cycles(cycles: object, what: str, least: float = 0.0) -> float:
    """A length in cycles, or a TempoError that says what to type."""
    try:
        number = float(cycles)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        number = -1.0
    if not least <= number <= LONGEST:
        typed = f"{what}{cycles!r})" if what.endswith("=") else f"{what}({cycles!r})"
        raise TempoError(f"{typed} cannot be done: give cycles from {least:g} to {LONGEST:g}")
    return number


def crossfaded(old: Pattern, new: Pattern, place: Level) -> Pattern:
    """Two patterns of which `place(cycle)` says how far the second has come in, 0 to 1, at equal power."""

    def level(curve: Callable[[float], float]) -> Level:
        return lambda cycle: max(0.0, curve(pi / 2 * min(max(place(cycle), 0.0), 1.0))) ** 0.25

    return _both(softened(old, level(cos)), softened(new, level(sin)))


def softened(pattern: Pattern, level: Level) -> Pattern:
    """Every sound's gain times `level(cycle)` where it begins; what comes to nothing is left out."""

    def soften(events: list[Event]) -> list[Event]:
        found = []
        for event in events:
            factor = level(_cycle(event))
            if factor > 1e-3 and isinstance(event.value, dict):
                value = {**event.value, "gain": event.value.get("gain", 1.0) * factor}
                found.append(Event(event.whole, event.part, value, event.locations))
        return found

    return _moment_bound(pattern.with_events(soften))


def thinned(pattern: Pattern, begin: float, end: float) -> Pattern:
    """Fewer and fewer events from one cycle to another."""
    return _kept(pattern, lambda event, drawn: drawn >= _way(_cycle(event), begin, end))


def _crossfade(old: Pattern, new: Pattern, begin: float, end: float) -> Pattern:
    return crossfaded(old, new, lambda cycle: _way(cycle, begin, end))


def _clutch(old: Pattern, new: Pattern, begin: float, end: float) -> Pattern:
    """Events of the old one go as those of the new one come: each moment belongs to one of them."""
    coming = _kept(new, lambda event, drawn: drawn < _way(_cycle(event), begin, end))
    return _both(thinned(old, begin, end), coming)


def _anticipate(old: Pattern, _new: Pattern, begin: float, end: float) -> Pattern:
    """Echoes of the old one that lie farther and farther apart."""

    def spread(start: Fraction, stop: Fraction) -> list[Event]:
        echoes: list[Event] = []
        for number in range(ECHOES):
            loud = ECHO + (1 - ECHO) * (ECHOES - number) / ECHOES
            # The distance is a cycle at the most, so nothing older than `number` cycles is heard again here.
            for event in old.ask(start - number, stop):
                whole = event.whole
                if whole is None or not event.has_onset() or not isinstance(event.value, dict):
                    continue
                far = Fraction(_way(float(whole.begin), begin, end)).limit_denominator(1 << 12) * number
                if start <= whole.begin + far < stop:
                    moved = Span(whole.begin + far, whole.end + far)
                    value = {**event.value, "gain": event.value.get("gain", 1.0) * loud}
                    part = Span(moved.begin, min(moved.end, stop))
                    echoes.append(Event(moved, part, value, event.locations))
        return echoes

    return Pattern(spread)


def _kept(pattern: Pattern, test: Callable[[Event, float], bool]) -> Pattern:
    def keep(events: list[Event]) -> list[Event]:
        return [event for event in events if test(event, draw(SEED, event.whole_or_part.begin))]

    return _moment_bound(pattern.with_events(keep))


def _both(one: Pattern, other: Pattern) -> Pattern:
    return Pattern(lambda begin, end: one.ask(begin, end) + other.ask(begin, end))


def _moment_bound(pattern: Pattern) -> Pattern:
    pattern.forget_period()
    return pattern


def _cycle(event: Event) -> float:
    return float(event.whole_or_part.begin)


def _way(cycle: float, begin: float, end: float) -> float:
    return min(max((cycle - begin) / (end - begin), 0.0), 1.0)


def _passing(pattern: Pattern, of: Take, words: str) -> Take:
    return Take(pattern, of.source, of.file, seed=of.seed, passing=words)


_CROSSING: dict[str, Callable[[Pattern, Pattern, float, float], Pattern]] = {
    "xfade": _crossfade,
    "clutch": _clutch,
    "anticipate": _anticipate,
}
_WORDS = {"xfade": "cross-fades", "clutch": "thins in", "anticipate": "builds up"}
