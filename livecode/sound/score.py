"""The score of a render: what scsynth -N reads, for one process or shared between two.

    score(sends, loads, seconds)                 everything, as one file's bytes
    share = divided(sends, loads, seconds)       the slots of a helper, or None where two would not pay
    ours = score(sends, loads, seconds, share=share)
    helpers = helpers_score(sends, loads, seconds, share=share)

The helper plays the notes of some slots through their strips, up to the buses of the orbits. Their sums come
in at the inputs of the main process, which plays the other slots, all that stands on orbits, and the master.
So nothing is heard twice or in another order; only the sum of an orbit is made in two steps, which moves its
last bit (32-bit floats).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from livecode.sound import layout
from livecode.sound.command import BufferLoad, Command, DefinitionLoad, GlobalEffect, Note, Sweep
from livecode.sound.encode import Encoder
from livecode.sound.mixer import DESK, Mixer
from livecode.sound.mixer_definitions import COPY
from livecode.sound.osc import bundle, message
from livecode.sound.tap import click

Array = NDArray[np.float64]

_TAIL = 1
_BUNDLE_LIMIT = 60_000
# Outputs and inputs lie on the first buses; what follows them belongs to the strips.
_MOST_CHANNELS = layout.dry_bus(0, 0)
_PER_ORBIT = 6
_SHORTEST = 10.0
_RINGING = 1.0
# What units cost while they play, in hundredths of a millisecond of CPU a second (scsynth 3.13, 48 kHz);
# a byte of definition stands for all the others. Master, reading and writing stand beside the notes.
_COSTS = {
    "PinkNoise": 31, "Pulse": 17, "Saw": 11, "BrownNoise": 10, "Formant": 15, "DelayC": 8, "AllpassC": 8,
    "LPF": 9, "HPF": 9, "BPF": 9, "RLPF": 9, "RHPF": 9, "Ringz": 9, "BPeakEQ": 9, "OnePole": 8, "Limiter": 8,
    "WhiteNoise": 6, "LeakDC": 6, "SinOsc": 4, "LFSaw": 4, "LFTri": 5, "VarSaw": 7, "Pluck": 10, "Klank": 40,
}  # fmt: skip
_COST_OF_A_BYTE = 0.011
_STANDING = 280.0
_TRIED = 10
"""So many slots, the busiest, may be a helper's: all ways to divide them are tried."""


class Sent(Protocol):
    """What is sent at a time: seconds from the start, a note or effect, the tempo then."""

    @property
    def time(self) -> float: ...
    @property
    def note(self) -> Note | GlobalEffect | Sweep: ...
    @property
    def seconds_per_cycle(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Share:
    """What a helper plays: these slots, heard on these orbits."""

    slots: frozenset[int]
    orbits: tuple[int, ...]

    @property
    def channels(self) -> int:
        """Dry, reverb and delay of each orbit, left and right."""
        return _PER_ORBIT * len(self.orbits)

    def buses(self) -> list[int]:
        """The bus of each of the channels."""
        return [layout.orbit_dry_bus(orbit) + each for orbit in self.orbits for each in range(_PER_ORBIT)]


def divided(
    sends: Sequence[Sent], loads: Iterable[Command], seconds: float, channels: int = 2
) -> Share | None:
    """The share of a helper that leaves both with about as much to do; `channels` are the render's own.

    None where there is nothing to divide (one slot, a few seconds), or where slots may hear each other:
    sources, and notes mapped to audio buses.
    """
    if seconds < _SHORTEST:
        return None
    costs = {load.name: _cost(load.data) for load in loads if isinstance(load, DefinitionLoad)}
    work: dict[int, Array] = defaultdict(lambda: np.zeros(int(seconds) + 1))
    orbits: dict[int, set[int]] = defaultdict(set)
    standing = {"": _STANDING}
    for sent in sends:
        what = sent.note
        if isinstance(what, GlobalEffect):
            if what.effect.startswith("ndef "):
                return None
            standing[f"{what.effect} {what.orbit}"] = costs.get(what.definition, 0.0)
        elif isinstance(what, Note):
            if any(bus.startswith("a") for _, bus in what.buses):
                return None
            length = min(what.length * sent.seconds_per_cycle, seconds) if what.length < 1e9 else 0.0
            first, last = int(max(sent.time, 0.0)), int(sent.time + length + _RINGING) + 1
            lasting = (length + _RINGING) / (last - first)
            work[what.slot][first:last] += lasting * costs.get(what.definition, 0.0)
            orbits[what.slot].add(what.orbit)
    helped = _helped(work, sum(standing.values()))
    heard = sorted({orbit for slot in helped for orbit in orbits[slot]})
    share = Share(frozenset(helped), tuple(heard))
    fits = channels + share.channels <= _MOST_CHANNELS
    return share if helped and fits else None


def _helped(work: dict[int, Array], standing: float) -> set[int]:
    """The slots that a helper plays so that both are done soonest: they go side by side, second by second."""
    slots = sorted((slot for slot in work if slot), key=lambda slot: (-work[slot].sum(), slot))[:_TRIED]
    if not slots:
        return set()
    whole = standing + sum(work.values())
    choices = (np.arange(1 << len(slots))[:, None] >> np.arange(len(slots)) & 1).astype(float)
    theirs = choices @ np.array([work[slot] for slot in slots])
    best = choices[np.maximum(theirs, whole - theirs).sum(axis=1).argmin()]
    return {slot for slot, chosen in zip(slots, best, strict=True) if chosen}


def score(
    sends: Iterable[Sent],
    loads: Iterable[Command],
    seconds: float,
    extra: Sequence[int] = (),
    gains: Iterable[tuple[float, int, float]] = (),
    orbits: Sequence[int] = (),
    taps: bool = False,
    outputs: int = 2,
    share: Share | None = None,
) -> bytes:
    """The desk, the loads, then every note at its time; with a `share`, what the helper leaves.

    `extra` buses are copied to the channels after the `outputs`; `orbits` stand from the start.
    """
    encoder = Encoder()
    mixer = Mixer(encoder)
    mixer.outputs = outputs
    opening = [*_loaded(mixer, encoder, loads), *mixer.tree(watched=False)]
    for orbit in orbits:
        opening += mixer.ensure(0, orbit)
    for output, bus in enumerate(extra, outputs):
        opening.append(_copy(bus, output, layout.MASTER_GROUP))
    if share is not None:
        first = outputs + len(extra)
        for channel, bus in enumerate(share.buses(), first):
            opening.append(_copy(channel, bus, layout.SOURCES_GROUP))
    packets = _packets(0.0, opening)
    changes = sorted(gains)
    clicks = 0
    for sent in sorted(sends, key=lambda sent: sent.time):
        what, time = sent.note, sent.time
        if time > seconds:
            break
        while changes and changes[0][0] <= time:
            packets += _gain(mixer, *changes.pop(0))
        if isinstance(what, Note):
            if share is not None and what.slot in share.slots:
                made = mixer.prepare_orbit(what)
            else:
                own = encoder.messages(what, sent.seconds_per_cycle)
                made = [*encoder.ahead(), *mixer.prepare(what), *own]
            if taps:
                made.append(click(clicks))
                clicks += 1
            time += what.nudge
        else:
            made = mixer.apply(what, sent.seconds_per_cycle)
        packets += _packets(max(time, 0.0), made)
    for change in changes:
        packets += _gain(mixer, *change)
    return _ended(packets, seconds)


def helpers_score(
    sends: Iterable[Sent],
    loads: Iterable[Command],
    seconds: float,
    share: Share,
    gains: Iterable[tuple[float, int, float]] = (),
) -> bytes:
    """The helper's slots up to the orbits' buses, each of which is one channel of its sound."""
    encoder = Encoder()
    mixer = Mixer(encoder)
    opening = [*_loaded(mixer, encoder, loads), *mixer.tree(watched=False, strips_only=True)]
    for channel, bus in enumerate(share.buses()):
        opening.append(_copy(bus, channel, layout.MASTER_GROUP))
    packets = _packets(0.0, opening)
    changes = sorted(gains)
    for sent in sorted(sends, key=lambda sent: sent.time):
        what, time = sent.note, sent.time
        if time > seconds:
            break
        while changes and changes[0][0] <= time:
            packets += _gain(mixer, *changes.pop(0))
        made: list[bytes] = []
        if isinstance(what, Sweep):
            made = mixer.apply(what, sent.seconds_per_cycle)
        elif isinstance(what, GlobalEffect):
            if what.effect == DESK and what.slot in share.slots:
                made = mixer.apply(_of_slots(what), sent.seconds_per_cycle)
        elif what.slot in share.slots:
            own = encoder.messages(what, sent.seconds_per_cycle)
            made = [*encoder.ahead(), *mixer.prepare(what), *own]
            time += what.nudge
        packets += _packets(max(time, 0.0), made)
    for change in changes:
        packets += _gain(mixer, *change)
    return _ended(packets, seconds)


def _cost(definition: bytes) -> float:
    """About what a synth costs while it sounds: names in a definition stand after their length."""
    units = sum(definition.count(bytes([len(name)]) + name.encode()) * each for name, each in _COSTS.items())
    return units + _COST_OF_A_BYTE * len(definition)


def _of_slots(change: GlobalEffect) -> GlobalEffect:
    """What a change of the desk says about a slot's own strip."""
    kept = tuple(pair for pair in change.controls if pair[0] in ("balance", "width"))
    return GlobalEffect(change.begin, change.orbit, change.effect, change.slot, kept)


def _loaded(mixer: Mixer, encoder: Encoder, loads: Iterable[Command]) -> list[bytes]:
    made: list[bytes] = [message("/d_recv", each.data) for each in mixer.definitions()]
    for load in loads:
        if isinstance(load, DefinitionLoad):
            encoder.define(load)
            made.append(message("/d_recv", load.data))
        elif isinstance(load, BufferLoad) and load.channels:
            encoder.stream(load)
        elif isinstance(load, BufferLoad):
            made.append(message("/b_allocRead", load.number, load.path, load.start, load.frames))
    return made


def _copy(bus: int, out: int, group: int) -> bytes:
    return message("/s_new", COPY, -1, _TAIL, group, "bus", bus, "out", out)


def _ended(packets: list[bytes], seconds: float) -> bytes:
    packets.sort(key=lambda packet: packet[8:16])
    # The embedded engine crashes at its end when a synth is still there.
    packets += _packets(seconds, [message("/g_freeAll", 0), message("/c_set", 0, 0.0)])
    return b"".join(len(packet).to_bytes(4, "big") + packet for packet in packets)


def _gain(mixer: Mixer, seconds: float, slot: int, gain: float) -> list[bytes]:
    return _packets(max(seconds, 0.0), mixer.set_gain(slot, gain))


def _packets(seconds: float, messages: Sequence[bytes]) -> list[bytes]:
    tag = round(seconds * 4294967296.0)
    packets: list[bytes] = []
    held: list[bytes] = []
    size = 0
    for each in messages:
        if held and size + len(each) > _BUNDLE_LIMIT:
            packets.append(bundle(tag, held))
            held, size = [], 0
        held.append(each)
        size += len(each) + 4
    if held:
        packets.append(bundle(tag, held))
    return packets
