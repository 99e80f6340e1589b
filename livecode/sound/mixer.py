"""The mixer desk: which strips, orbits and effects stand in the server, and the messages that put them there.

It sends nothing itself: every method gives OSC messages. What it remembers (gains, effects in use) is
enough to build the same desk again after a crash.

>>> desk = Mixer(Encoder(), definitions={})
>>> from livecode.sound.osc import parse
>>> parse(desk.set_gain(3, 0.5)[0])
('/n_set', [103, 'slot_gain', 0.5, 'slot_lag', 0.004999999888241291])

Numbers are those of `livecode.sound.layout`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from livecode.sound import layout
from livecode.sound.command import BufferFree, BufferLoad, DefinitionLoad, GlobalEffect, Note, Sweep
from livecode.sound.ear_definition import EAR
from livecode.sound.encode import Encoder
from livecode.sound.levels import SIGNATURE
from livecode.sound.mixer_definitions import (
    DELAY,
    DUCK,
    MASTER,
    ORBIT,
    REVERB,
    SCOPE,
    SEND,
    STRIP,
    SWEEP,
    UNMETERED,
    compiled,
)
from livecode.sound.osc import message

if TYPE_CHECKING:
    from livecode.sound.engine import Engine

_HEAD, _TAIL = 0, 1
_OWN = {"reverb": REVERB, "delay": DELAY}
_SENDS = {"room": "reverb", "delay": "delay"}
"""Each send of a note, and the effect of its orbit that hears it."""
DESK = "desk"
"""The effect of a `GlobalEffect` that moves the desk's own knobs: balance, width, orbit_gain, master."""
_DUCK = "duck"
_OUTPUT = "output"
# As `livecode.sound.sources.EFFECT`, which would load supriya's frame into the sender.
_SOURCE = "ndef "
_FIRST_EFFECT_NODE = 10_000


@dataclass(slots=True)
class _Standing:
    """An effect that stands in an orbit: its node, its definition, what its controls were set to."""

    node: int
    definition: str
    settings: dict[str, float] = field(default_factory=dict)


class Mixer:
    """The state of the desk, and messages for every change.

    `prepare(note)` before a note is sent, `apply(effect, ...)` for a `GlobalEffect`, `set_gain` for mute,
    solo and fades, `start(engine)` at boot and after a crash. Gains are factors: 1 is as it comes.
    """

    def __init__(self, encoder: Encoder, definitions: Mapping[str, bytes] | None = None) -> None:
        self._encoder = encoder
        self._definitions = compiled() if definitions is None else definitions
        self._ready: set[tuple[int, int, str]] = set()
        self._strips: set[tuple[int, int]] = set()
        self._sends: set[tuple[int, int, str]] = set()
        self._watched, self._strips_only = True, False
        self._orbits: set[int] = set()
        self._effects: dict[tuple[int, str], _Standing] = {}
        self._gains: dict[int, float] = {}
        self._pans: dict[int, float] = {}
        self._widths: dict[int, float] = {}
        self._orbit_gains: dict[int, float] = {}
        self._master_gain = 1.0
        self._pairs: dict[int, int] = {}
        self._ears: dict[int, int] = {}
        self.outputs = 2
        self._nodes = itertools.count(_FIRST_EFFECT_NODE)

    def definitions(self) -> list[DefinitionLoad]:
        """The mixer's own SynthDefs, to be loaded before anything else."""
        return [DefinitionLoad(name, data, ()) for name, data in self._definitions.items()]

    def start(self, engine: Engine, *loads: DefinitionLoad | BufferLoad | BufferFree) -> None:
        """Builds the desk in a server that has just booted, or that crashed and is back.

        Definitions of effects other than the mixer's own must be among `loads`, or have been loaded before.
        """
        engine.load(*self.definitions(), *loads)
        engine.sync()
        self.build(engine)

    def build(self, engine: Engine) -> None:
        """Builds the desk where all its definitions are; what is sent afterwards finds it built."""
        self.outputs = engine.options.outputs
        engine.send_many(self.tree(parallel=engine.parallel))

    def tree(self, watched: bool = True, parallel: bool = False, strips_only: bool = False) -> list[bytes]:
        """Groups, master, and whatever stood there before, in the order of the signal.

        `watched`: with what meters, scope and spectrum need; a render does without. `parallel`: slots, the
        notes of a slot, and orbits do not wait for one another, on an engine that has several threads
        (supernova).
        `strips_only`: orbits, their effects and the master stand in another process, which hears the
        orbits' buses of this one.
        """
        self._watched, self._strips_only = watched, strips_only
        side_by_side = "/p_new" if parallel else "/g_new"
        made = [message("/g_new", layout.ROOT_GROUP, _HEAD, 0)]
        for group in (layout.SOURCES_GROUP, layout.ORBITS_GROUP):
            made.append(message(side_by_side, group, _TAIL, layout.ROOT_GROUP))
        made.append(message("/g_new", layout.MASTER_GROUP, _TAIL, layout.ROOT_GROUP))
        for slot in range(layout.SLOTS):
            made.append(message("/g_new", layout.slot_group(slot), _TAIL, layout.SOURCES_GROUP))
            made.append(message(side_by_side, layout.notes_group(slot), _HEAD, layout.slot_group(slot)))
        for orbit in range(layout.ORBITS):
            made.append(message("/g_new", layout.orbit_group(orbit), _TAIL, layout.ORBITS_GROUP))
            made.append(message("/g_new", layout.inserts_group(orbit), _TAIL, layout.orbit_group(orbit)))
        if strips_only:
            return made
        made += [self._new_master(pair) for pair in sorted({0, *self._pairs.values()}, reverse=True)]
        if watched:
            made.append(message("/s_new", SCOPE, layout.SCOPE_NODE, _TAIL, layout.MASTER_GROUP, "bus", 0))
            made.append(message("/c_setn", layout.SIGNATURE_BUS, len(SIGNATURE), *SIGNATURE))
            made += [self._new_ear(number, channel) for number, channel in self._ears.items()]
        for orbit in sorted(self._orbits):
            made.append(self._new_orbit(orbit))
        for (orbit, name), standing in self._effects.items():
            made.append(self._new_effect(orbit, name, standing))
        for slot, orbit in sorted(self._strips):
            made.append(self._new_strip(slot, orbit))
        for slot, orbit, send in sorted(self._sends):
            made.append(self._new_send(slot, orbit, send))
        return made

    @property
    def orbits(self) -> list[int]:
        """The orbits in use."""
        return sorted(self._orbits)

    def prepare(self, note: Note) -> list[bytes]:
        """What must stand before this note can be heard: nothing at all, after the first of its kind."""
        key = (note.slot, note.orbit, note.definition)
        if key in self._ready:
            return []
        sends = [send for send in _SENDS if self._encoder.declares(note.definition, f"out_{send}")]
        made = self.ensure(note.slot, note.orbit, sends)
        for send in sends:
            made += self._ensure_effect(note.orbit, _SENDS[send])
        if len(self._ready) > 20_000:
            self._ready.clear()
        self._ready.add(key)
        return made

    def prepare_orbit(self, note: Note) -> list[bytes]:
        """As `prepare`, for a note that another process plays as far as its orbit."""
        made = self._ensure_orbit(note.orbit)
        for send, effect in _SENDS.items():
            if self._encoder.declares(note.definition, f"out_{send}"):
                made += self._ensure_effect(note.orbit, effect)
        return made

    def ensure(self, slot: int, orbit: int, sends: Iterable[str] = ()) -> list[bytes]:
        """The strip from a slot to an orbit, one for each of these sends ("room", "delay"), and the orbit,
        where they are missing."""
        made = self._ensure_orbit(orbit)
        if (slot, orbit) not in self._strips:
            self._strips.add((slot, orbit))
            made.append(self._new_strip(slot, orbit))
        for send in sends:
            if (slot, orbit, send) not in self._sends:
                self._sends.add((slot, orbit, send))
                made.append(self._new_send(slot, orbit, send))
        return made

    def apply(self, change: GlobalEffect | Sweep, seconds_per_cycle: float) -> list[bytes]:
        """Sets controls of an orbit's effect, putting it there first where it is missing; moves a bus.

        The orbit itself is put there by `prepare` of the note that follows.
        """
        if isinstance(change, Sweep):
            return _swept(change, seconds_per_cycle)
        if change.effect == DESK:
            return self._moved(change)
        if change.effect == _OUTPUT:
            return self._routed(change.orbit, dict(change.controls).get("channel", 0.0))
        made = self._changed(change, seconds_per_cycle)
        if change.effect == _DUCK:
            made.append(message("/n_set", self._effects[change.orbit, _DUCK].node, "trigger", 1.0))
        return made

    def _moved(self, change: GlobalEffect) -> list[bytes]:
        """Faders and knobs of the desk itself: those of a slot or an orbit, or the master's."""
        made: list[bytes] = []
        for name, value in change.controls:
            if name == "balance":
                made += self.set_pan(change.slot, value)
            elif name == "width":
                made += self.set_width(change.slot, value)
            elif name == "orbit_gain":
                made += self.set_orbit_gain(change.orbit, value)
            elif name == "master":
                made += self.set_master(value)
        return made

    def _changed(self, change: GlobalEffect, seconds_per_cycle: float) -> list[bytes]:
        settings = dict(change.controls)
        settings.update((name, cycles * seconds_per_cycle) for name, cycles in change.synced)
        standing = self._effects.get((change.orbit, change.effect))
        definition = change.definition or self._definition(change.effect)
        if change.effect.startswith(_SOURCE) and not change.definition:
            # An event's change may come late: it must not bring back what ended or was replaced.
            if standing is None:
                return []
            definition = standing.definition
        if change.effect.startswith(_SOURCE) and settings.get("gate") == 0:
            self._effects.pop((change.orbit, change.effect), None)
            return [] if standing is None else [message("/n_set", standing.node, *_flat(settings))]
        if standing is None:
            standing = _Standing(self._node(change.orbit, change.effect), definition, settings)
            self._effects[change.orbit, change.effect] = standing
            made = self.ensure(0, change.orbit) if change.effect.startswith(_SOURCE) else []
            return [*made, self._new_effect(change.orbit, change.effect, standing)]
        if definition != standing.definition:
            old = standing.node
            standing.node = next(self._nodes)
            standing.definition = definition
            standing.settings = settings
            fade = ("fade", settings["fade"]) if "fade" in settings else ()
            return [
                message("/n_set", old, *fade, "gate", 0.0),
                self._new_effect(change.orbit, change.effect, standing),
            ]
        new = {name: value for name, value in settings.items() if standing.settings.get(name) != value}
        if not new:
            return []
        standing.settings.update(new)
        return [message("/n_set", standing.node, *_flat(new))]

    def set_gain(self, slot: int, gain: float, lag: float = 0.005) -> list[bytes]:
        """A slot's gain, reached within `lag` seconds: 0 mutes."""
        self._gains[slot] = gain
        return [message("/n_set", layout.slot_group(slot), "slot_gain", float(gain), "slot_lag", float(lag))]

    def set_pan(self, slot: int, pan: float) -> list[bytes]:
        """A slot's balance: -1 left, 0 middle, 1 right."""
        self._pans[slot] = pan
        return [message("/n_set", layout.slot_group(slot), "slot_pan", float(pan))]

    def set_width(self, slot: int, width: float) -> list[bytes]:
        """How wide a slot stands: 0 in the middle, 1 as it comes, 2 twice as far apart."""
        self._widths[slot] = width
        return [message("/n_set", layout.slot_group(slot), "slot_width", float(width))]

    def set_orbit_gain(self, orbit: int, gain: float) -> list[bytes]:
        """An orbit's gain, effects included."""
        self._orbit_gains[orbit] = gain
        if orbit not in self._orbits:
            return []
        return [message("/n_set", layout.orbit_out_node(orbit), "orbit_gain", float(gain))]

    def set_master(self, gain: float, lag: float = 0.02) -> list[bytes]:
        """The gain before the limiter, reached within `lag` seconds."""
        self._master_gain = gain
        return [
            message("/n_set", layout.master_node(pair), "master_gain", float(gain), "master_lag", float(lag))
            for pair in sorted({0, *self._pairs.values()})
        ]

    def hear(self, ears: Mapping[int, int]) -> list[bytes]:
        """Let these ears hear, and no others: each by its number, with the input channel it hears."""
        made = [
            message("/n_free", layout.EAR_NODE + number)
            for number, channel in self._ears.items()
            if ears.get(number) != channel
        ]
        new = [number for number, channel in ears.items() if self._ears.get(number) != channel]
        self._ears = dict(ears)
        return [*made, *(self._new_ear(number, self._ears[number]) for number in new)]

    def stop_notes(self, slot: int) -> list[bytes]:
        """Ends a slot's sounding notes within 10 ms, without a click."""
        return [message("/n_set", layout.notes_group(slot), "gate", 0.0)]

    def free_notes(self, slot: int) -> list[bytes]:
        """Ends a slot's notes at once, whatever they are."""
        return [message("/g_freeAll", layout.notes_group(slot))]

    def clear_tails(self) -> list[bytes]:
        """Ends every reverb and echo within 50 ms; they come back with the next note that needs them.

        Sources end too, in the time they take to fade, and stay away.
        """
        made = [message("/n_set", standing.node, "gate", 0.0) for standing in self._effects.values()]
        for (orbit, name), standing in list(self._effects.items()):
            if name.startswith(_SOURCE):
                del self._effects[orbit, name]
                continue
            standing.node = next(self._nodes)
            made.append(self._new_effect(orbit, name, standing))
        return made

    def _ensure_orbit(self, orbit: int) -> list[bytes]:
        if orbit in self._orbits or self._strips_only:
            return []
        self._orbits.add(orbit)
        return [self._new_orbit(orbit)]

    def _ensure_effect(self, orbit: int, name: str) -> list[bytes]:
        if (orbit, name) in self._effects or self._strips_only:
            return []
        standing = self._effects[orbit, name] = _Standing(self._node(orbit, name), self._definition(name))
        return [self._new_effect(orbit, name, standing)]

    def _definition(self, name: str) -> str:
        """A set's own reverb or delay where it has been loaded, else the mixer's."""
        if name == _DUCK:
            return DUCK
        return self._encoder.orbit_effects.get(name) or _OWN.get(name, "")

    def _node(self, orbit: int, name: str) -> int:
        own = {"delay": layout.delay_node(orbit), "reverb": layout.reverb_node(orbit)}
        return own[name] if name in own else next(self._nodes)

    def _new_strip(self, slot: int, orbit: int) -> bytes:
        return message(
            "/s_new", self._metered(STRIP), layout.strip_node(slot, orbit), _TAIL, layout.slot_group(slot),
            "dry_in", layout.dry_bus(slot, orbit), "dry_out", layout.orbit_dry_bus(orbit),
            "meter", layout.strip_meter(slot, orbit), *self._fader(slot),
        )  # fmt: skip

    def _new_send(self, slot: int, orbit: int, send: str) -> bytes:
        buses = {
            "room": (layout.room_bus(slot, orbit), layout.orbit_room_bus(orbit)),
            "delay": (layout.delay_bus(slot, orbit), layout.orbit_delay_bus(orbit)),
        }
        heard, out = buses[send]
        return message(
            "/s_new", SEND, layout.send_node(slot, orbit, send), _TAIL, layout.slot_group(slot),
            "heard", heard, "out", out, *self._fader(slot),
        )  # fmt: skip

    def _metered(self, name: str) -> str:
        return name if self._watched else name + UNMETERED

    def _fader(self, slot: int) -> tuple[str | float, ...]:
        gain, pan = self._gains.get(slot, 1.0), self._pans.get(slot, 0.0)
        width = self._widths.get(slot, 1.0)
        return "slot_gain", float(gain), "slot_pan", float(pan), "slot_width", float(width)

    def _new_master(self, pair: int) -> bytes:
        return message(
            "/s_new", self._metered(MASTER), layout.master_node(pair), _HEAD, layout.MASTER_GROUP, "bus",
            layout.master_bus(pair), "out", 2 * pair, "meter", layout.master_meter(pair),
            "master_gain", float(self._master_gain),
        )  # fmt: skip

    def _routed(self, orbit: int, channel: float) -> list[bytes]:
        """An orbit's way to another pair of outputs; one that is not there wraps round."""
        pair = int(channel) // 2 % max(self.outputs // 2, 1)
        before = self._pairs.get(orbit, 0)
        if pair == before:
            return []
        standing = {0, *self._pairs.values()}
        self._pairs[orbit] = pair
        made = [] if pair in standing else [self._new_master(pair)]
        if orbit in self._orbits:
            made.append(message("/n_set", layout.orbit_out_node(orbit), "out", layout.master_bus(pair)))
        return made

    def _new_ear(self, number: int, channel: int) -> bytes:
        return message(
            "/s_new", EAR, layout.EAR_NODE + number, _TAIL, layout.MASTER_GROUP,
            "bus", self.outputs + channel - 1, "ring", layout.ear_bus(number),
            "place", layout.EAR_PLACE_BUS + number,
        )  # fmt: skip

    def _new_orbit(self, orbit: int) -> bytes:
        return message(
            "/s_new", self._metered(ORBIT), layout.orbit_out_node(orbit), _TAIL, layout.orbit_group(orbit),
            "bus", layout.orbit_dry_bus(orbit), "stem", layout.orbit_stem_bus(orbit),
            "out", layout.master_bus(self._pairs.get(orbit, 0)), "meter", layout.orbit_meter(orbit),
            "orbit_gain", float(self._orbit_gains.get(orbit, 1.0)),
        )  # fmt: skip

    def _new_effect(self, orbit: int, name: str, standing: _Standing) -> bytes:
        if name in _OWN:
            heard = layout.orbit_room_bus(orbit) if name == "reverb" else layout.orbit_delay_bus(orbit)
            place = (_HEAD, layout.orbit_group(orbit))
        else:
            heard = layout.orbit_dry_bus(orbit)
            place = (_TAIL, layout.inserts_group(orbit))
        out = layout.orbit_dry_bus(orbit)
        if name.startswith(_SOURCE):
            place, out = (_HEAD, layout.notes_group(0)), layout.dry_bus(0, orbit)
        return message(
            "/s_new", standing.definition, standing.node, *place,
            "in_bus", heard, "out", out, *_flat(standing.settings),
        )  # fmt: skip


def _swept(sweep: Sweep, seconds_per_cycle: float) -> list[bytes]:
    """The bus stands where the piece begins before any note of the same moment reads it; then it moves."""
    made = [message("/c_set", sweep.bus, sweep.start)]
    if sweep.stop != sweep.start:
        made.append(
            message(
                "/s_new", SWEEP, -1, _HEAD, layout.SOURCES_GROUP, "bus", sweep.bus, "start", sweep.start,
                "stop", sweep.stop, "duration", sweep.length * seconds_per_cycle,
            )
        )  # fmt: skip
    return made


def _flat(settings: Mapping[str, float]) -> Iterator[str | float]:
    for name, value in settings.items():
        yield name
        yield float(value)
