"""Where everything is in the server: node, group and bus numbers, fixed, as functions of slot and orbit.

    group 1
      group 10 sources
        group 100+slot          one per slot; 0 is `once` and the metronome, 1..16 are d1..d16
          group 200+slot        the slot's notes, newest at the head
          1000+16*slot+orbit    strip: the slot's gain on its way to one orbit
          3000+16*slot+orbit    the same for its reverb send, 5000+ for its delay send
      group 20 orbits
        group 400+orbit
          500+orbit delay, 600+orbit reverb
          group 420+orbit       effects that sit on the orbit
          700+orbit out
      group 30 master
        31 master, 32 scope, 33-35 masters of further outputs, 40.. recorders, 80.. ears; taps after them

A note writes to the stereo buses of its (slot, orbit): `dry_bus`, and `room_bus` and `delay_bus` when it
has such sends. Nothing is allocated, so a server that crashed is rebuilt with the same numbers.

>>> notes_group(3), strip_node(3, 0), dry_bus(1, 0), dry_bus(1, 1)
(203, 1048, 128, 134)
"""

from __future__ import annotations

SLOTS = 17
ORBITS = 16
OUTPUTS = 8
AUDIO_BUSES = 2048
CONTROL_BUSES = 41216

ROOT_GROUP = 1
SOURCES_GROUP = 10
ORBITS_GROUP = 20
MASTER_GROUP = 30
MASTER_NODE = 31
SCOPE_NODE = 32
RECORDER_NODE = 40
FIRST_CUT_NODE = 100_000
FIRST_FREE_NODE = 1_000_000

_SENDS = {"room": 3000, "delay": 5000}
_FIRST_STRIP_BUS = 32
_BUSES_PER_STRIP = 6
_FIRST_ORBIT_BUS = _FIRST_STRIP_BUS + SLOTS * ORBITS * _BUSES_PER_STRIP
_MASTER_BUS = _FIRST_ORBIT_BUS + ORBITS * 8
TAP_CHANNELS = 20
TAP_BUS = _MASTER_BUS + OUTPUTS
REFERENCE_BUS = TAP_BUS + TAP_CHANNELS
FIRST_FREE_AUDIO_BUS = REFERENCE_BUS + 1
LAST_BUFFER = 4095
FIRST_STREAM_BUFFER = 4000
STREAMS = 32

CPS_BUS = 0
CYCLE_BUS = 1
MASTER_METER_BUS = 8
_FIRST_STRIP_METER = 64
_FIRST_ORBIT_METER = _FIRST_STRIP_METER + SLOTS * ORBITS * 4
FIRST_MODULATION_BUS = 2048
MODULATIONS = 64
FIRST_FREE_CONTROL_BUS = FIRST_MODULATION_BUS + SLOTS * MODULATIONS
FIRST_GATE_BUS = 8192
GATE_BUSES = 4096
# The last moments of the master, for scope and spectrum: rings of left and right, and where the newest is.
SCOPE_BUS = 16384
SCOPE_FRAMES = 4096
SCOPE_BLOCK = 64
SCOPE_PLACE_BUS = SCOPE_BUS + 2 * SCOPE_FRAMES
# What ears hear of the inputs: a ring of frames for each, and the newest frame's number.
EARS = 4
EAR_FEATURES = 8
EAR_FRAMES = 512
EAR_BLOCKS = 4
EAR_LAST = 1 << 20
EAR_CYCLES = 64
EAR_PLACE_BUS = SCOPE_PLACE_BUS + 1
EAR_BUS = SCOPE_PLACE_BUS + 32
EAR_NODE = 80
SIGNATURE_BUS = CONTROL_BUSES - 16
PROBE_BUS = CONTROL_BUSES - 1


def slot_group(slot: int) -> int:
    """The group of a slot: notes, then strips."""
    return 100 + slot


def notes_group(slot: int) -> int:
    """Where a slot's new notes go (at the head)."""
    return 200 + slot


def strip_node(slot: int, orbit: int) -> int:
    """The synth that carries a slot's sound to an orbit, with the slot's gain."""
    return 1000 + 16 * slot + orbit


def send_node(slot: int, orbit: int, send: str) -> int:
    """The synth that carries a slot's "room" or "delay" send to an orbit, with the slot's gain."""
    return _SENDS[send] + 16 * slot + orbit


def orbit_group(orbit: int) -> int:
    """The group of an orbit's delay, reverb and out."""
    return 400 + orbit


def inserts_group(orbit: int) -> int:
    """The group of the effects that sit on an orbit: after its delay and reverb, before its out."""
    return 420 + orbit


def delay_node(orbit: int) -> int:
    """An orbit's delay, once used."""
    return 500 + orbit


def reverb_node(orbit: int) -> int:
    """An orbit's reverb, once used."""
    return 600 + orbit


def orbit_out_node(orbit: int) -> int:
    """What sums an orbit into the master."""
    return 700 + orbit


def dry_bus(slot: int, orbit: int) -> int:
    """First of the two buses that a note's `out` writes to."""
    return _FIRST_STRIP_BUS + (slot * ORBITS + orbit) * _BUSES_PER_STRIP


def room_bus(slot: int, orbit: int) -> int:
    """First of the two buses for a note's reverb send, `out_room`."""
    return dry_bus(slot, orbit) + 2


def delay_bus(slot: int, orbit: int) -> int:
    """First of the two buses for a note's delay send, `out_delay`."""
    return dry_bus(slot, orbit) + 4


def orbit_dry_bus(orbit: int) -> int:
    """Where strips put an orbit's dry sound."""
    return _FIRST_ORBIT_BUS + orbit * 8


def orbit_room_bus(orbit: int) -> int:
    """What an orbit's reverb hears."""
    return orbit_dry_bus(orbit) + 2


def orbit_delay_bus(orbit: int) -> int:
    """What an orbit's delay hears."""
    return orbit_dry_bus(orbit) + 4


def orbit_stem_bus(orbit: int) -> int:
    """An orbit's whole sound after its effects, for stems and ducking."""
    return orbit_dry_bus(orbit) + 6


def master_bus(pair: int = 0) -> int:
    """What the master chain of a pair of outputs hears: 0 is the first pair."""
    return _MASTER_BUS + 2 * pair


def master_node(pair: int = 0) -> int:
    """The master chain of a pair of outputs."""
    return MASTER_NODE if pair == 0 else SCOPE_NODE + pair


def master_meter(pair: int = 0) -> int:
    """First of four control buses, as `strip_meter`."""
    return MASTER_METER_BUS + 4 * pair


def ear_bus(number: int) -> int:
    """First bus of an ear's ring of frames."""
    return EAR_BUS + number % EARS * EAR_FRAMES * EAR_FEATURES


def recorder_node(number: int) -> int:
    """The synth of the take with this number, 0..31, after the master."""
    return RECORDER_NODE + number


def recorder_buffer(number: int) -> int:
    """The buffer of a take: from the last one down, samples being counted from the first one up."""
    return LAST_BUFFER - number


def strip_meter(slot: int, orbit: int) -> int:
    """First of four control buses: peak left, peak right, RMS left, RMS right."""
    return _FIRST_STRIP_METER + (slot * ORBITS + orbit) * 4


def orbit_meter(orbit: int) -> int:
    """First of four control buses, as `strip_meter`."""
    return _FIRST_ORBIT_METER + orbit * 4


def modulation_bus(slot: int, number: int) -> int:
    """The control bus of one of a slot's movements; after 64 of them the first is used again."""
    return FIRST_MODULATION_BUS + slot * MODULATIONS + number % MODULATIONS
