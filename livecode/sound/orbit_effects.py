"""Which words of an event change effects of its whole orbit, and how.

- `room` and `delay` are a note's sends; they bring the orbit's reverb and delay to life. `size`, `delaytime`
  and the other controls of these two change them for the orbit. `lock 1` and `delaysync` count in cycles.
- `duck` makes the orbit that it names give way at each of the notes that say it: a kick's events duck the
  pads' orbit. It takes no following and no threshold, so the dip is where the event is.
- `channel` sends the note's orbit to another pair of outputs: 0, 2, 4 or 6, each pair with a master of its
  own. With fewer outputs than that it wraps round.
- Another effect of the kind "send" takes the reverb's place where an event has a word of its name; without
  `room` that word says how much goes in: `plate(0.3)` is `room(0.3).plate(1)`.
- An effect of the kind "orbit" sits on the orbit once an event has a word of its name, or its key where no
  effect of the note itself has that key.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from livecode.sound.command import DefinitionLoad, GlobalEffect
from livecode.sound.layout import ORBITS, OUTPUTS

if TYPE_CHECKING:
    from livecode.sound.catalogue import Catalogue
    from livecode.sound.declare import Control, Effect
    from livecode.sound.definitions import Definitions

SENDS = {"room": "reverb", "delay": "delay"}
_SENT_TO = frozenset(SENDS.values())
TIMING = frozenset({"lock", "delaysync"})
OUTPUT = "channel"
DUCK = "duck"
_DUCKED = (("depth", 0.0, 1.0), ("onset", 0.0, 1.0), ("attack", 0.001, 10.0))
# What the mixer's own reverb and delay understand, for a set that declares none.
_OWN = {"reverb": ("size", "damp"), "delay": ("delaytime", "delayfeedback")}


class Knob(NamedTuple):
    """A control that goes to a synth: its key in the event, its name there, its range."""

    key: str
    name: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OrbitChange:
    """One effect of the orbit that events with certain words change; `load` is None for the mixer's own.

    `elsewhere` is the word that names another orbit than the note's, "" when it is the note's own.
    """

    effect: str
    load: DefinitionLoad | None
    knobs: tuple[Knob, ...]
    elsewhere: str = ""

    def command(
        self, value: Mapping[str, Any], begin: float, orbit: int, slot: int, read: Callable[[str, Any], float]
    ) -> GlobalEffect:
        """What an event tells this effect; `read(key, value)` makes a value a number or raises."""
        controls: list[tuple[str, float]] = []
        synced: list[tuple[str, float]] = []
        for key, name, low, high in self.knobs:
            number = min(max(read(key, value[key]), low), high)
            in_cycles = name == "delaytime" and "lock" in value and read("lock", value["lock"]) > 0
            (synced if in_cycles else controls).append((name, number))
        if self.effect == "delay" and "delaysync" in value:
            controls = [pair for pair in controls if pair[0] != "delaytime"]
            synced = [("delaytime", max(read("delaysync", value["delaysync"]), 0.0))]
        name = "" if self.load is None else self.load.name
        if self.elsewhere:
            orbit = int(read(self.elsewhere, value[self.elsewhere])) % ORBITS
        return GlobalEffect(begin, orbit, self.effect, slot, tuple(controls), tuple(synced), name)


def changes_for(
    words: Collection[str], taken: Collection[str], catalogue: Catalogue, definitions: Definitions
) -> list[OrbitChange]:
    """The orbit effects that an event with these words changes; `taken` are words the note itself uses."""
    words = frozenset(words)
    made: list[OrbitChange] = []
    stays = {name: effect for name, effect in catalogue.effects.items() if effect.kind in ("send", "orbit")}
    for send, name in SENDS.items():
        instead = [
            effect
            for effect in stays.values()
            if name == "reverb" and effect.kind == "send" and effect.name in words - SENDS.keys()
        ]
        effect = instead[0] if instead else stays.get(name)
        known = frozenset(effect.controls if effect is not None else _OWN[name]) - SENDS.keys()
        used = (words & known) - frozenset(taken)
        timed = name == "delay" and "delaysync" in words
        if effect is not None and (used or timed or send in words):
            made.append(_change(name, effect, used, definitions))
        elif effect is None and (used or timed):
            knobs = tuple(Knob(word, word, 0.0, 8.0) for word in sorted(used))
            made.append(OrbitChange(name, None, knobs))
    if OUTPUT in words and OUTPUT not in taken:
        made.append(OrbitChange("output", None, (Knob(OUTPUT, OUTPUT, 0.0, OUTPUTS - 1.0),)))
    if DUCK in words and DUCK not in taken:
        said = [Knob(f"{DUCK}{part}", part, low, high) for part, low, high in _DUCKED]
        made.append(OrbitChange(DUCK, None, tuple(knob for knob in said if knob.key in words), DUCK))
    for effect in stays.values():
        named = effect.name in words
        keyed = bool(words & frozenset(effect.keys) - frozenset(taken))
        if effect.kind == "orbit" and (named or keyed):
            made.append(_change(effect.name, effect, words & effect.controls.keys(), definitions, named))
    return made


def halls(catalogue: Catalogue) -> frozenset[str]:
    """The effects that may take the reverb's place."""
    return frozenset(
        name for name, effect in catalogue.effects.items() if effect.kind == "send" and name not in _SENT_TO
    )


def with_room(value: dict[str, Any], halls: Collection[str]) -> dict[str, Any]:
    """The event with a `room` where only another reverb's name says how much goes in."""
    if "room" in value:
        return value
    return {**value, "room": next(each for name, each in value.items() if name in halls)}


def _change(
    target: str, effect: Effect, used: frozenset[str], definitions: Definitions, named: bool = False
) -> OrbitChange:
    definition = definitions.for_orbit(effect.name)
    load = DefinitionLoad(definition.name, definition.data, tuple(definition.controls))
    knobs = [_knob(word, word, effect.controls[word]) for word in sorted(used - TIMING)]
    key = effect.keys[0] if effect.keys else ""
    if named and key and key not in used:
        knobs.append(_knob(effect.name, key, effect.controls[key]))
    return OrbitChange(target, load, tuple(knobs))


def _knob(key: str, name: str, control: Control) -> Knob:
    return Knob(key, name, control.low, control.high)
